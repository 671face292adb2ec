//! The inputs of a target: the corpus, what was made of it, and how it is changed.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Inputs of a short run.
const INPUTS: u32 = 4_000;
/// The largest input that is made.
const BYTES_MAX: usize = 64 * 1024;
/// Inputs that are kept for having made the target say something new.
const POOL_MAX: usize = 5_000;
/// One input may not take longer; far more than the slowest honest one.
const ONE_MAX: Duration = Duration::from_secs(20);
/// Numbers at which things break.
const EDGES: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// A small generator; its seed is printed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap();
        usize::try_from(self.next() % end).unwrap()
    }
}

/// One change.
fn change(dice: &mut Dice, input: &mut Vec<u8>, other: &[u8], words: &[&str]) {
    let at = dice.below(input.len() + 1);
    let end = (at + 1 + dice.below(16)).min(input.len());
    match dice.below(9) {
        0 if at < input.len() => input[at] ^= 1 << dice.below(8),
        1 if at < input.len() => input[at] = dice.next().to_le_bytes()[0],
        2 => drop(input.drain(at.min(end)..end)),
        3 => {
            let piece = input[at.min(end)..end].to_vec();
            let times = 1 + dice.below(8);
            input.splice(at..at, piece.repeat(times));
        }
        4 if !words.is_empty() => {
            let word = words[dice.below(words.len())].bytes();
            input.splice(at..at, word);
        }
        5 => {
            let edge = EDGES[dice.below(EDGES.len())].to_be_bytes();
            let piece = &edge[8 - [1, 2, 4, 8][dice.below(4)]..];
            let end = (at + piece.len()).min(input.len());
            input.splice(at..end, piece.iter().copied());
        }
        6 => {
            let edge = EDGES[dice.below(EDGES.len())];
            input.splice(at..at, edge.to_string().into_bytes());
        }
        7 if !other.is_empty() => {
            let from = dice.below(other.len());
            let to = (from + 1 + dice.below(64)).min(other.len());
            input.splice(at..end.max(at), other[from..to].iter().copied());
        }
        _ => input.truncate(at),
    }
    input.truncate(BYTES_MAX);
}

/// Runs a target over its corpus and over changes of it; the target answers what it said, and panics when it broke.
#[expect(
    clippy::disallowed_methods,
    reason = "a run lasts as long as it is told to, and an input may not last for ever"
)]
pub(crate) fn fuzz(name: &str, words: &[&str], target: impl Fn(&[u8]) -> u64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    let mut pool: Vec<Vec<u8>> = files
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let mut heard = HashSet::new();
    let tried = |input: &[u8]| {
        let began = Instant::now();
        let said = catch_unwind(AssertUnwindSafe(|| target(input)));
        let took = began.elapsed();
        if said.is_err() || took > ONE_MAX {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}.bin"));
            let _ = std::fs::write(&kept, input);
            panic!(
                "{name} broke after {took:?} on {} ({} bytes): {}",
                kept.display(),
                input.len(),
                input.escape_ascii()
            );
        }
        said.unwrap_or_default()
    };
    for input in &pool {
        heard.insert(tried(input));
    }
    let seconds = std::env::var("RONGYI_FUZZ_S")
        .ok()
        .map(|text| text.parse().expect("RONGYI_FUZZ_S is a number"));
    let seed = std::env::var("RONGYI_SEED")
        .ok()
        .map_or(20_261_128, |text| {
            text.parse().expect("RONGYI_SEED is a number")
        });
    let (mut dice, began, mut inputs) = (Dice(seed), Instant::now(), 0_u32);
    loop {
        match seconds {
            Some(seconds) if began.elapsed() >= Duration::from_secs(seconds) => break,
            None if inputs >= INPUTS => break,
            Some(_) | None => {}
        }
        let mut input = pool[dice.below(pool.len())].clone();
        let other = pool[dice.below(pool.len())].clone();
        for _ in 0..=dice.below(5) {
            change(&mut dice, &mut input, &other, words);
        }
        inputs += 1;
        if heard.insert(tried(&input)) && pool.len() < POOL_MAX {
            pool.push(input);
        }
    }
    #[expect(clippy::print_stdout, reason = "how far a run came, beside its seed")]
    {
        println!(
            "{name}: {inputs} inputs, {} answers, seed {seed}",
            heard.len()
        );
    }
}
