//! `move`: carries a whole installation from a SQLite file to an empty PostgreSQL database, in chunks that an
//! interruption does not lose, and proves that both hold the same. It changes nothing in the source, and until the
//! last transaction there is no community in the target that a host could serve.
//!
//! | step | what |
//! | --- | --- |
//! | 1 | the source is locked whole: nobody serves or changes it |
//! | 2 | the target is empty, or holds an unfinished move of this very source |
//! | 3 | tables without references, chunk by chunk, from where the target ends |
//! | 4 | one transaction: communities, people, the proof, and the mark of an unfinished move goes |

mod back;
mod rows;
mod source;
mod target;

pub use back::copy_to;

use crate::error::StoreError;
use rows::{Sum, Table};
use source::Source;
use target::Target;

/// What was carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Rows by table, in the order of their names; both databases hold exactly these.
    pub tables: Vec<(String, u64)>,
    /// Communities with the height of their heads.
    pub heads: Vec<(String, u64)>,
    /// Whether it went on from an interrupted move.
    pub resumed: bool,
}

/// Rows of one step. A component can be tens of megabytes, so those go one by one.
const CHUNK: usize = 2000;
/// Photos of one step: some ten megabytes.
const PHOTOS: usize = 32;

/// Carries everything from `from`, a SQLite address, to `to`, a PostgreSQL address. `progress` hears the table and
/// its rows so far.
///
/// # Errors
/// [`StoreError::InUse`] when somebody else has the source open, [`StoreError::Used`] when the target is not empty,
/// [`StoreError::Differs`] when the two do not hold the same at the end; whatever is wrong, the source stays as it
/// was, and asking again goes on.
pub async fn move_to(
    from: &str,
    to: &str,
    progress: &mut (dyn FnMut(&str, u64) + Send),
) -> Result<Moved, StoreError> {
    let mut source = Source::lock(from).await?;
    let heads = source.heads().await?;
    let mut target = Target::open(to).await?;
    let known = source.tables().await?;
    let resumed = target.begin(&fingerprint(from, &heads), &known).await?;
    let tables = target.tables().await?;
    let (last, first): (Vec<&Table>, Vec<&Table>) =
        tables.iter().partition(|table| table.has_references);
    for table in &first {
        carry(&mut source, &mut target, table, true, progress).await?;
    }
    target.start_last().await?;
    for table in &last {
        carry(&mut source, &mut target, table, false, progress).await?;
    }
    target.number_on(&tables).await?;
    let mut counts = Vec::new();
    for table in &tables {
        let (ours, theirs) = (
            sum(&mut source, table).await?,
            target_sum(&mut target, table).await?,
        );
        if ours != theirs {
            return Err(StoreError::Differs {
                what: table.name.clone(),
                detail: format!("{} / {}", ours.rows, theirs.rows),
            });
        }
        counts.push((table.name.clone(), ours.rows));
    }
    if target.heads().await? != heads {
        return Err(StoreError::Differs {
            what: "community".to_owned(),
            detail: "heads".to_owned(),
        });
    }
    target.finish().await?;
    source.release().await?;
    Ok(Moved {
        tables: counts,
        heads: heads
            .into_iter()
            .map(|(code, height, _)| (code, u64::try_from(height).unwrap_or_default()))
            .collect(),
        resumed,
    })
}

/// Code, height, hash.
type HeadRow = (String, i64, Vec<u8>);

/// By what an unfinished move knows its source again.
fn fingerprint(from: &str, heads: &[HeadRow]) -> String {
    let file = from.rsplit('/').next().unwrap_or(from);
    let mut text = file.to_owned();
    for (code, height, hash) in heads {
        text.push_str(&format!(
            " {code} {height} {}",
            rongyi_core::chain::hex(hash)
        ));
    }
    rongyi_core::chain::hex(&rongyi_core::chain::sha256(text.as_bytes()))
}

fn chunk(table: &Table) -> usize {
    match table.name.as_str() {
        "component" => 1,
        "photo" => PHOTOS,
        _ => CHUNK,
    }
}

async fn carry(
    source: &mut Source,
    target: &mut Target,
    table: &Table,
    goes_on: bool,
    progress: &mut (dyn FnMut(&str, u64) + Send),
) -> Result<(), StoreError> {
    let mut after = if goes_on {
        target.end(table).await?
    } else {
        None
    };
    let mut carried = 0_u64;
    loop {
        let rows = source.rows(table, after.as_ref(), chunk(table)).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(table.key_of(last));
        target.insert(table, &rows).await?;
        carried = carried.saturating_add(u64::try_from(rows.len()).unwrap_or_default());
        progress(&table.name, carried);
    }
}

async fn sum(source: &mut Source, table: &Table) -> Result<Sum, StoreError> {
    let (mut sum, mut after) = (Sum::default(), None);
    loop {
        let rows = source.rows(table, after.as_ref(), chunk(table)).await?;
        let Some(last) = rows.last() else {
            return Ok(sum);
        };
        after = Some(table.key_of(last));
        rows.iter().for_each(|row| sum.add(row));
    }
}

async fn target_sum(target: &mut Target, table: &Table) -> Result<Sum, StoreError> {
    let (mut sum, mut after) = (Sum::default(), None);
    loop {
        let rows = target.rows(table, after.as_ref(), chunk(table)).await?;
        let Some(last) = rows.last() else {
            return Ok(sum);
        };
        after = Some(table.key_of(last));
        rows.iter().for_each(|row| sum.add(row));
    }
}
