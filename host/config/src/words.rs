//! Two questions about a word: does it name a secret, and which known word was meant?
//!
//! Plain text in, plain answers out; nothing here knows about TOML.

use strsim::osa_distance;

/// Whether a key asks for something that must not stand in TOML.
pub(super) fn looks_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    let words = [
        "password",
        "passwd",
        "secret",
        "token",
        "api_key",
        "apikey",
        "private_key",
        "credential",
        "密码",
        "密钥",
    ];
    !key.ends_with("_file") && words.iter().any(|word| key.contains(word))
}

/// The known word that was most likely meant: at most one slip for every three letters
/// it has, rounded up.
pub(super) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    known
        .map(|candidate| (osa_distance(&lower, candidate), candidate))
        .filter(|(slips, candidate)| *slips <= candidate.chars().count().div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_none() {
        let known = [
            "title",
            "timezone",
            "began_on",
            "debt_floor",
            "phone",
            "zh",
            "en",
        ];
        let near = |word| nearest(word, known.into_iter());
        assert_eq!(near("titel"), Some("title"));
        assert_eq!(near("Title"), Some("title"));
        assert_eq!(near("fone"), Some("phone"));
        assert_eq!(near("time_zone"), Some("timezone"));
        assert_eq!(near("debtfloor"), Some("debt_floor"));
        assert_eq!(near("colour"), None);
        assert_eq!(near("地点"), None);
    }

    #[test]
    fn secrets_are_known_by_their_key() {
        assert!(looks_secret("admin_password") && looks_secret("API_KEY") && looks_secret("密码"));
        assert!(!looks_secret("secret_file") && !looks_secret("title"));
    }
}
