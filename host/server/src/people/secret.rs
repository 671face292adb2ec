//! First PINs and passwords: drawn by the machine, easy to read out, hashed on every core. Nothing here stores
//! or prints them.

use crate::access::{Memory, hash_in, random};

/// Six digits that are not a pattern somebody would try first.
pub fn new_pin() -> String {
    loop {
        let number = u64::from_le_bytes(random()) % 1_000_000;
        let pin = format!("{number:06}");
        if !is_pattern(&pin) {
            return pin;
        }
    }
}

/// Six digits that many people would choose, and whoever guesses tries first: one or two digits only, a run, a
/// half said twice or backwards, pairs, and a few that are said like words.
pub fn is_pattern(pin: &str) -> bool {
    const SAID_LIKE_WORDS: [&str; 12] = [
        "520131", "521314", "201314", "147258", "258369", "147369", "159357", "789456", "456123",
        "100200", "110119", "114514",
    ];
    let digits = pin.as_bytes();
    let steps: Vec<i16> = digits
        .windows(2)
        // Past 9 comes 0: 2468 goes on with 02.
        .map(|pair| (i16::from(pair[1]) - i16::from(pair[0])).rem_euclid(10))
        .collect();
    let run = steps.iter().all(|step| Some(step) == steps.first());
    let kinds: std::collections::BTreeSet<u8> = digits.iter().copied().collect();
    let backwards: Vec<u8> = digits.iter().rev().copied().collect();
    let every = |size: usize| {
        digits
            .chunks(size)
            .all(|part| Some(part) == digits.chunks(size).next())
    };
    let pairs = digits.chunks(2).all(|pair| pair.first() == pair.last());
    run || kinds.len() <= 2
        || backwards == digits
        || every(2)
        || every(3)
        || pairs
        || SAID_LIKE_WORDS.contains(&pin)
}

/// Three words of five letters that can be read over the telephone: some 10^15 of them.
pub fn new_password() -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aeou";
    let word = || {
        let drawn = random::<5>();
        let letters = drawn.iter().enumerate().map(|(place, byte)| {
            let byte = usize::from(*byte);
            if place % 2 == 0 {
                CONSONANTS[byte % CONSONANTS.len()]
            } else {
                VOWELS[byte % VOWELS.len()]
            }
        });
        letters.map(char::from).collect::<String>()
    };
    [word(), word(), word()].join("-")
}

/// Hashes in order, on as many threads as there are cores. `None` when the runtime is stopping.
pub async fn hash_all(key: [u8; 32], secrets: Vec<String>) -> Option<Vec<String>> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let part = secrets.len().div_ceil(threads).max(1);
    let hashing: Vec<_> = secrets
        .chunks(part)
        .map(|part| {
            let part = part.to_vec();
            tokio::task::spawn_blocking(move || {
                let mut memory = Memory::default();
                part.iter()
                    .map(|secret| hash_in(&mut memory, &key, secret))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let mut hashes = Vec::with_capacity(secrets.len());
    for part in hashing {
        hashes.extend(part.await.ok()?);
    }
    Some(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::verify_secret;

    #[test]
    fn pins_are_six_digits_and_no_pattern() {
        for pin in [
            "000000", "777777", "123456", "987654", "024680", "121212", "123123", "123321",
            "112233", "888666", "520520", "521314", "131313",
        ] {
            assert!(is_pattern(pin), "{pin}");
        }
        for pin in ["123457", "402716", "402715", "718293"] {
            assert!(!is_pattern(pin), "{pin}");
        }
        for _ in 0..100 {
            let pin = new_pin();
            assert!(pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()));
        }
    }

    #[test]
    fn passwords_can_be_read_out() {
        let password = new_password();
        assert_eq!(password.len(), 17);
        assert!(
            password
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-')
        );
        assert_ne!(password, new_password());
    }

    #[tokio::test]
    async fn hashes_keep_the_order() {
        let secrets: Vec<String> = (0..3).map(|n| format!("secret {n}")).collect();
        let hashes = hash_all([7; 32], secrets.clone()).await.unwrap();
        for (secret, hash) in secrets.iter().zip(&hashes) {
            assert!(verify_secret(&[7; 32], secret, hash));
        }
        assert!(hash_all([7; 32], Vec::new()).await.unwrap().is_empty());
    }
}
