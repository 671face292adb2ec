//! Published heads: lines in files of the host, one file a month, which everybody may copy. A line that was once
//! published is compared with the ledger before the next one is added. Files only; nothing is sent anywhere.
//!
//! A line is `community height hash history-root records time`, with single spaces. `# restored community height time
//! reason` says that what was published of that community above that height, in lines before it, no longer binds.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rongyi_core::chain::{from_hex, hex};
use rongyi_core::ids::Code;
use rongyi_core::proof::PublishedHead;
use rongyi_core::shown;
use rongyi_core::time::Instant;
use rongyi_store::Store;
use tokio::sync::Mutex;

use super::claims::Claim;
use super::{ProofFault, Trees, head_now};

/// The first line of every file.
pub const FIRST_LINE: &str = "# rongyi heads 1: community height hash history-root records time";
/// The shortest time between two published heads of a community.
const PAUSE_US: i64 = 3_600_000_000;
/// A fingerprint that people copy from a notice board: 96 bits of the history root, in three groups.
const SHORT_DIGITS: usize = 24;

/// One published head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadLine {
    /// Whose.
    pub community: Code,
    /// What.
    pub head: PublishedHead,
    /// Records up to it.
    pub records: u64,
    /// When its newest block was written.
    pub at: Instant,
}

/// An instant as files say it: `2026-11-23T15:00:00Z`.
pub fn stamp(at: Instant) -> String {
    let second = Timestamp::from_second(at.0.div_euclid(1_000_000));
    second.map_or_else(|_| at.0.to_string(), |second| second.to_string())
}

impl fmt::Display for HeadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PublishedHead { height, hash, tree } = self.head;
        let (hash, tree) = (hex(&hash), hex(&tree));
        write!(
            f,
            "{} {height} {hash} {tree} {} {}",
            self.community,
            self.records,
            stamp(self.at)
        )
    }
}

impl HeadLine {
    /// What fits on a notice board and can be copied by hand: `nanmen 412 7fe3a1b2 9c0d1e2f 33445566`.
    pub fn short(&self) -> String {
        let (community, height) = (&self.community, self.head.height);
        format!("{community} {height} {}", self.fingerprint())
    }

    /// The three groups of the short form.
    pub fn fingerprint(&self) -> String {
        let digits = hex(&self.head.tree);
        let groups: Vec<_> = digits.as_bytes()[..SHORT_DIGITS]
            .chunks(8)
            .map(String::from_utf8_lossy)
            .collect();
        groups.join(" ")
    }

    /// Reads a whole line; `None` for anything else.
    pub fn read(line: &str) -> Option<HeadLine> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [community, height, hash, tree, records, time] = words.as_slice() else {
            return None;
        };
        let time: Timestamp = time.parse().ok()?;
        Some(HeadLine {
            community: community.parse().ok()?,
            head: PublishedHead {
                height: height.parse().ok()?,
                hash: from_hex(hash)?,
                tree: from_hex(tree)?,
            },
            records: records.parse().ok()?,
            at: Instant(time.as_microsecond()),
        })
    }
}

/// What the files of a folder say: every head that still binds, and what a restore set aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptHeads {
    /// In the order in which they were published.
    pub lines: Vec<HeadLine>,
    /// Where each stands: `2026-11.txt:3`.
    pub sources: Vec<String>,
    /// Lines that say that published heads no longer bind, as they stand there.
    pub set_aside: Vec<String>,
    /// Heads that no longer bind.
    pub void: u64,
    /// Lines that nobody can read, by place.
    pub unreadable: Vec<String>,
}

/// The largest file of a month, in bytes: a head an hour of each of ten thousand communities.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Begins a line that says: what was published of this community above this height no longer binds.
const SET_ASIDE: &str = "# restored";

/// Reads all files of a folder.
pub fn kept(folder: &Path) -> KeptHeads {
    let mut kept = KeptHeads::default();
    for name in files(folder) {
        let text = match rongyi_files::read_text(&folder.join(&name), FILE_BYTES_MAX) {
            Ok(text) => text,
            Err(error) => {
                kept.unreadable.push(format!("{name}: {error}"));
                continue;
            }
        };
        for (at, line) in text.lines().enumerate() {
            let source = format!("{name}:{}", at + 1);
            if let Some((community, height)) = void_above(line) {
                kept.set_aside.push(line.to_owned());
                kept.forget(&community, height);
            } else if let Some(head_line) = HeadLine::read(line) {
                kept.lines.push(head_line);
                kept.sources.push(source);
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                kept.unreadable.push(source);
            }
        }
    }
    kept
}

impl KeptHeads {
    fn forget(&mut self, community: &Code, above: u64) {
        let before = self.lines.len();
        let binds = |line: &HeadLine| line.community != *community || line.head.height <= above;
        let both = self.lines.drain(..).zip(self.sources.drain(..));
        let (lines, sources) = both.filter(|(line, _)| binds(line)).unzip();
        (self.lines, self.sources) = (lines, sources);
        let gone = u64::try_from(before.saturating_sub(self.lines.len())).unwrap_or(u64::MAX);
        self.void = self.void.saturating_add(gone);
    }

    /// The same as claims, to be compared with a ledger.
    pub fn claims(&self) -> Vec<Claim> {
        let one = |(line, source): (&HeadLine, &String)| Claim {
            community: line.community.clone(),
            height: line.head.height,
            fingerprints: vec![hex(&line.head.hash), hex(&line.head.tree)],
            source: format!("heads/{source}"),
        };
        self.lines.iter().zip(&self.sources).map(one).collect()
    }
}

/// `# restored nanmen 412 2026-11-23T15:00:00Z reason`
fn void_above(line: &str) -> Option<(Code, u64)> {
    let mut words = line.strip_prefix(SET_ASIDE)?.split_whitespace();
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

/// The newest head of each community that still binds.
pub fn newest(folder: &Path) -> Vec<HeadLine> {
    let lines = kept(folder).lines.into_iter();
    let newest: BTreeMap<Code, HeadLine> =
        lines.map(|line| (line.community.clone(), line)).collect();
    newest.into_values().collect()
}

/// Writes down that what was published of a community above a height no longer binds, why, and the head from which it
/// goes on.
///
/// # Errors
/// What the disk said.
pub fn set_aside(
    folder: &Path,
    (community, above): (&Code, u64),
    reason: &str,
    goes_on: Option<&HeadLine>,
    now: Instant,
) -> std::io::Result<()> {
    let reason = shown::line(reason);
    let mut text = format!("{SET_ASIDE} {community} {above} {} {reason}\n", stamp(now));
    if let Some(line) = goes_on {
        text.push_str(&format!("{line}\n"));
    }
    append(folder, &text, now)
}

/// The published heads of this host.
#[derive(Debug)]
pub struct Heads {
    folder: PathBuf,
    /// The history roots of all ledgers.
    pub trees: Trees,
    newest: Mutex<BTreeMap<Code, (HeadLine, Instant)>>,
}

impl Heads {
    /// The heads that were published in this folder so far. A file that cannot be read is told in the log: proofs
    /// then lead to newer heads.
    pub fn open(folder: PathBuf) -> Heads {
        let kept = kept(&folder);
        for place in &kept.unreadable {
            tracing::warn!(%place, "a published head cannot be read");
        }
        let lines = kept.lines.into_iter();
        let newest = lines
            .map(|line| (line.community.clone(), (line.clone(), line.at)))
            .collect();
        Heads {
            folder,
            trees: Trees::default(),
            newest: Mutex::new(newest),
        }
    }

    /// The newest published head of a community.
    pub async fn newest(&self, community: &Code) -> Option<HeadLine> {
        let newest = self.newest.lock().await;
        newest.get(community).map(|(line, _)| line.clone())
    }

    /// Whether exactly this head stands in the files.
    pub fn was_published(&self, community: &Code, head: &PublishedHead) -> bool {
        let texts = self.files().into_iter().rev();
        texts.filter_map(|name| self.file(&name)).any(|text| {
            let mut lines = text.lines().filter_map(HeadLine::read);
            lines.any(|line| line.community == *community && line.head == *head)
        })
    }

    /// The names of the files, oldest first: `2026-11.txt`.
    pub fn files(&self) -> Vec<String> {
        files(&self.folder)
    }

    /// A file's content, when it is one of [`Heads::files`].
    pub fn file(&self, name: &str) -> Option<String> {
        let known = self.files().iter().any(|file| file == name);
        known.then(|| rongyi_files::read_text(&self.folder.join(name), FILE_BYTES_MAX).ok())?
    }

    /// Publishes the newest head of a community, unless nothing is new or the last one is less than an hour old.
    ///
    /// # Errors
    /// [`ProofFault::NotThePublished`] when the ledger is no longer the one whose head was published before.
    pub async fn publish(
        &self,
        store: &Store,
        community: &Code,
        now: Instant,
    ) -> Result<Option<HeadLine>, ProofFault> {
        let mut newest = self.newest.lock().await;
        let before = newest.get(community);
        // A clock that was put back must not silence it until it has caught up.
        let lately = |at: Instant| (0..PAUSE_US).contains(&now.0.saturating_sub(at.0));
        if before.is_some_and(|(_, at)| lately(*at)) {
            return Ok(None);
        }
        let Some(line) = head_now(store, &self.trees, community).await? else {
            return Ok(None);
        };
        if let Some((old, _)) = before {
            compare(store, &self.trees, old).await?;
            if old.head == line.head {
                return Ok(None);
            }
        }
        append(&self.folder, &format!("{line}\n"), now)
            .map_err(|error| ProofFault::File(self.folder.clone(), error))?;
        newest.insert(community.clone(), (line.clone(), now));
        Ok(Some(line))
    }
}

/// That a head that was published is still in the ledger.
async fn compare(store: &Store, trees: &Trees, old: &HeadLine) -> Result<(), ProofFault> {
    let (community, height) = (&old.community, old.head.height);
    let differs = |now: String, now_en: String| ProofFault::NotThePublished {
        community: community.clone(),
        height,
        published: hex(&old.head.tree),
        now,
        now_en,
    };
    let heads = store.heads(std::slice::from_ref(community)).await?;
    let end = heads.first().map_or(0, |(_, head)| head.height);
    if end < height {
        return Err(differs(
            format!("只到第 {end} 页：末尾被截掉了，或者恢复了旧备份"),
            format!("ends at block {end}: its tail was cut, or an old backup was restored"),
        ));
    }
    let tree = trees.root(store, community, height).await?;
    if tree != old.head.tree {
        let tree = hex(&tree);
        return Err(differs(format!("是 {tree}"), format!("gives {tree}")));
    }
    Ok(())
}

fn files(folder: &Path) -> Vec<String> {
    let month = |name: &str| {
        let bytes = name.as_bytes();
        name.ends_with(".txt")
            && bytes.len() == "2026-11.txt".len()
            && bytes[..7].iter().enumerate().all(|(at, byte)| match at {
                4 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| month(name))
        .collect();
    names.sort();
    names
}

/// Adds lines to the file of the month and to the disk; to the newest file there is, when a clock that was wrong has
/// named one for a later month: what a line says of those before it must stand behind them.
fn append(folder: &Path, lines: &str, now: Instant) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let month: String = stamp(now).chars().take(7).collect();
    let name = format!("{month}.txt");
    let name = files(folder)
        .pop()
        .map_or(name.clone(), |last| last.max(name));
    let path = folder.join(name);
    let mut file = rongyi_files::append(&path)?;
    // One program at a time, so that what one takes back is its own.
    file.lock()?;
    let before = file.metadata()?.len();
    let begin = match before.checked_sub(1) {
        None => format!("{FIRST_LINE}\n"),
        Some(last) => {
            let mut end = [0];
            file.seek(SeekFrom::Start(last))?;
            file.read_exact(&mut end)?;
            // A line that was cut off by a crash keeps to itself.
            if end == *b"\n" { "" } else { "\n" }.to_owned()
        }
    };
    let written = file.write_all(format!("{begin}{lines}").as_bytes());
    let written = written.and_then(|()| file.sync_data());
    if written.is_err() {
        // Half a line would be none that anybody can compare with. Should this fail too, the next one begins anew.
        let _ = file.set_len(before);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(height: u64) -> HeadLine {
        HeadLine {
            community: Code::literal("nanmen"),
            head: PublishedHead {
                height,
                hash: [1; 32],
                tree: [0xab; 32],
            },
            records: 5831,
            at: Instant(1_795_399_200_000_000),
        }
    }

    #[test]
    fn a_line_comes_back_and_is_kept_over_a_restart() {
        let published = line(412);
        assert_eq!(
            HeadLine::read(&published.to_string()),
            Some(published.clone())
        );
        assert_eq!(published.short(), "nanmen 412 abababab abababab abababab");
        assert_eq!(HeadLine::read(FIRST_LINE), None);
        let folder = tempfile::tempdir().expect("a folder");
        append(folder.path(), &format!("{published}\n"), published.at).expect("written");
        append(folder.path(), &format!("{}\n", line(413)), published.at).expect("written");
        std::fs::write(folder.path().join("notes.txt"), "x").expect("written");
        let heads = Heads::open(folder.path().to_owned());
        assert_eq!(heads.files(), ["2026-11.txt"]);
        let text = heads.file("2026-11.txt").expect("it is there");
        assert_eq!(text.lines().count(), 3, "{text}");
        assert_eq!(heads.file("../2026-11.txt"), None);
        // Half a line, as a crash may leave it, takes no other with it; nor does an empty file.
        let path = folder.path().join("2026-11.txt");
        std::fs::write(&path, format!("{text}nanmen 414 abc")).expect("written");
        append(folder.path(), &format!("{}\n", line(415)), published.at).expect("written");
        // The clock that named December was wrong; what is said later stands behind all the same.
        std::fs::write(folder.path().join("2026-12.txt"), "").expect("written");
        append(
            folder.path(),
            &format!("{}\n", line(7)),
            Instant(1_790_899_200_000_000),
        )
        .expect("written");
        let read = |name| std::fs::read_to_string(folder.path().join(name)).expect("it is there");
        let lines = |text: &str| {
            text.lines()
                .filter_map(HeadLine::read)
                .map(|line| line.head.height)
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(&read("2026-11.txt")), [412, 413, 415]);
        assert!(read("2026-12.txt").starts_with(FIRST_LINE));
        assert_eq!(lines(&read("2026-12.txt")), [7]);
        let newest = heads.newest.try_lock().expect("nobody holds it");
        assert_eq!(newest[&published.community].0, line(413));
    }

    #[test]
    fn what_a_restore_set_aside_no_longer_binds() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = line(1).at;
        for height in [410, 411, 412] {
            append(folder.path(), &format!("{}\n", line(height)), at).expect("written");
        }
        let code = Code::literal("nanmen");
        let other = Code::literal("longshi");
        set_aside(folder.path(), (&other, 0), "none of ours", None, at).expect("written");
        assert_eq!(kept(folder.path()).lines.len(), 3);
        let goes_on = line(411);
        let reason = "disk died\n# restored nanmen 0";
        set_aside(folder.path(), (&code, 410), reason, Some(&goes_on), at).expect("written");
        let kept = kept(folder.path());
        let heights: Vec<u64> = kept.lines.iter().map(|line| line.head.height).collect();
        assert_eq!((heights, kept.void), (vec![410, 411], 2));
        assert_eq!(kept.set_aside.len(), 2, "{kept:?}");
        assert!(kept.unreadable.is_empty(), "{kept:?}");
        assert_eq!(newest(folder.path()), [goes_on]);
    }
}
