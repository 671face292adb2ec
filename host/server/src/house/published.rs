//! Before anything is booked: the ledgers in the database are the ones whose heads were published. A ledger that is
//! behind its published head is an old backup or a cut one; one beside it is another ledger; none at all is an empty
//! database. Booking on would make a second ledger out of what people hold receipts for.
//!
//! It compares the newest published block of each community with the block of that height: the chain binds all before
//! it, and `rongyi verify` proves that. It changes nothing but, when it is told to, the list of heads.

use std::fmt;

use rongyi_config::Config;
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;
use rongyi_store::{Store, StoreError};

use super::OpenError;
use crate::audit::proof::heads::{HeadLine, stamp};
use crate::audit::proof::{Trees, head_now, heads};

/// How a ledger stands to its newest published head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// There is no such ledger.
    Missing,
    /// It ends before.
    Behind(u64),
    /// Another block stands there.
    Beside,
}

/// A ledger that is not the published one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// What was published last.
    pub line: HeadLine,
    /// How the ledger differs.
    pub how: How,
}

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (community, height) = (&self.line.community, self.line.head.height);
        let at = stamp(self.line.at);
        match self.how {
            How::Missing => write!(
                f,
                "社区 {community} 公示过第 {height} 页（{at}），这个数据库里却没有它的账本。 Community {community} published block {height} ({at}), but this database has no ledger of it."
            ),
            How::Behind(end) => write!(
                f,
                "社区 {community} 公示过第 {height} 页（{at}），这个数据库里的账本只到第 {end} 页：末尾被截掉了，或者这是更早的备份。 Community {community} published block {height} ({at}), but the ledger in this database ends at block {end}: its tail was cut, or this is an older backup."
            ),
            How::Beside => write!(
                f,
                "社区 {community} 公示过第 {height} 页（{at}），指纹是 {}，这个数据库里的第 {height} 页却是另一个。 Community {community} published block {height} ({at}) as {}, but another block stands there in this database.",
                hex(&self.line.head.hash),
                hex(&self.line.head.hash)
            ),
        }
    }
}

/// What the way out is; under all of them.
pub const WAY_OUT: &str = "没有打开，也没有记任何东西。请恢复上面时间之后做的备份，用 rongyi verify 核对；如果数据库地址写错了，请改正。\
    确实要从更早的备份接着记，用 rongyi serve --accept-heads \"原因\"：之后公示过的作废，这件事会写进公示的指纹里。 \
    Nothing was opened or booked. Restore a backup made after the time above and check it with `rongyi verify`, or correct the \
    database's address. To go on from an older backup on purpose, run `rongyi serve --accept-heads \"REASON\"`: what was \
    published after it is void, and the list of heads says so.";

/// Compares every configured community that has a published head.
///
/// # Errors
/// [`OpenError::Apart`] with all that differ; [`OpenError::Store`] when the database cannot be read.
pub async fn compare(config: &Config) -> Result<(), OpenError> {
    let apart = differing(config).await?;
    if apart.is_empty() {
        Ok(())
    } else {
        Err(OpenError::Apart(apart))
    }
}

/// Goes on from the ledgers as they are: writes into the list of heads which published ones are void, and why.
/// Answers what was accepted.
///
/// # Errors
/// As [`compare`], and when the list cannot be written.
pub async fn accept(config: &Config, reason: &str, now: Instant) -> Result<Vec<Apart>, OpenError> {
    let apart = differing(config).await?;
    if apart.is_empty() {
        return Ok(apart);
    }
    let folder = config.data_dir.join("heads");
    // A ledger that is not there yet is made when the house opens.
    let store = opened(config).await?;
    for ledger in &apart {
        let code = &ledger.line.community;
        let sound = match &store {
            Some(store) => last_sound(store, &folder, code).await?,
            None => 0,
        };
        let line = match &store {
            Some(store) => head_now(store, &Trees::default(), code)
                .await
                .map_err(|error| OpenError::Heads(error.to_string()))?,
            None => None,
        };
        heads::set_aside(&folder, (code, sound), reason, line.as_ref(), now).map_err(|error| {
            OpenError::File(rongyi_files::Trouble::Io {
                path: folder.clone(),
                error,
            })
        })?;
    }
    if let Some(store) = store {
        store.close().await?;
    }
    Ok(apart)
}

async fn differing(config: &Config) -> Result<Vec<Apart>, OpenError> {
    let newest = heads::newest(&config.data_dir.join("heads"));
    let served = |code: &Code| {
        config
            .communities
            .iter()
            .any(|community| community.code == *code)
    };
    let newest: Vec<HeadLine> = newest
        .into_iter()
        .filter(|line| served(&line.community))
        .collect();
    if newest.is_empty() {
        return Ok(Vec::new());
    }
    let Some(store) = opened(config).await? else {
        let missing = |line| Apart {
            line,
            how: How::Missing,
        };
        return Ok(newest.into_iter().map(missing).collect());
    };
    let mut apart = Vec::new();
    for line in newest {
        if let Some(how) = stands(&store, &line).await? {
            apart.push(Apart { line, how });
        }
    }
    store.close().await?;
    Ok(apart)
}

/// The database, when there is one. An older one is brought up to date first, as every opening does.
pub(super) async fn opened(config: &Config) -> Result<Option<Store>, StoreError> {
    match Store::open_read_only(&config.database_url).await {
        Ok(store) => Ok(Some(store)),
        Err(StoreError::Missing { .. }) => Ok(None),
        Err(StoreError::Version { .. } | StoreError::Foreign { .. }) => {
            Store::open(&config.database_url, false).await.map(Some)
        }
        Err(error) => Err(error),
    }
}

async fn stands(store: &Store, line: &HeadLine) -> Result<Option<How>, StoreError> {
    let (code, height) = (&line.community, line.head.height);
    let heads = store.heads(std::slice::from_ref(code)).await?;
    let Some((_, head)) = heads.first() else {
        return Ok(Some(How::Missing));
    };
    if head.height < height {
        return Ok(Some(How::Behind(head.height)));
    }
    let blocks = store.blocks(code, height, 1).await?;
    let same = blocks.first().is_some_and(|stored| {
        stored.block.height == height
            && stored.hash == line.head.hash
            && stored.block.hash(code) == line.head.hash
    });
    Ok((!same).then_some(How::Beside))
}

/// The height of the newest published head that the ledger still holds, 0 for none.
async fn last_sound(
    store: &Store,
    folder: &std::path::Path,
    code: &Code,
) -> Result<u64, StoreError> {
    let published = heads::kept(folder);
    for line in published.lines.iter().rev() {
        if line.community == *code && stands(store, line).await?.is_none() {
            return Ok(line.head.height);
        }
    }
    Ok(0)
}
