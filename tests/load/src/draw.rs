//! Chance that can be repeated from its seed. No secret may be made of it.

/// A small generator (xorshift64*).
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// The generator of this seed.
    pub fn of(seed: u64) -> Self {
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
