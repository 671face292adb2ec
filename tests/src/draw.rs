//! Chance that can be repeated: the seed comes from `RONGYI_SEED` or the process, and is printed. No secret
//! may be made of it.

/// A small generator (xorshift64*).
#[derive(Debug)]
pub struct Draw(u64);

impl Draw {
    /// Seeded from `RONGYI_SEED`, or anew; says which, so that a failure can be repeated.
    pub fn seeded(test: &str) -> Self {
        let seed = match std::env::var("RONGYI_SEED") {
            Ok(text) => text.parse().expect("RONGYI_SEED is a whole number"),
            Err(_) => u64::from(std::process::id()),
        };
        #[expect(clippy::print_stderr, reason = "a failing test shows it")]
        {
            eprintln!("{test}: repeat with RONGYI_SEED={seed}");
        }
        // Neighbouring seeds are spread apart; zero would stay zero.
        Draw(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) % bound
    }
}
