//! The bundled rules as components, built from source by `build.rs` and carried inside the host. It knows
//! their names and bytes, not what they do.

/// A rule that comes with the host.
#[derive(Debug, Clone, Copy)]
pub struct Bundled {
    /// What TOML calls it.
    pub name: &'static str,
    /// The component.
    pub bytes: &'static [u8],
    /// Its manual.
    pub readme: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// A rule that does everything a rule must not, for tests.
#[cfg(feature = "hostile")]
pub const HOSTILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hostile.wasm"));

/// A rule that was built for the first version of the interface, for tests.
#[cfg(feature = "hostile")]
pub const EARLY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/early.wasm"));

/// The same rule built for the newest version, for tests.
#[cfg(feature = "hostile")]
pub const TWIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/twin.wasm"));

/// The bundled rule of this name.
pub fn find(name: &str) -> Option<&'static Bundled> {
    RULES.iter().find(|rule| rule.name == name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_a_component() {
        for rule in RULES {
            assert!(
                rule.bytes.starts_with(b"\0asm\x0d\0\x01\0"),
                "{} is no component",
                rule.name
            );
            assert!(
                rule.readme.contains(rule.name),
                "the manual of {} names another rule",
                rule.name
            );
        }
        assert!(find("points-table").is_some());
        assert!(find("nothing").is_none());
    }
}
