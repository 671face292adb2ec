//! The generated border to `plugins/wit/v0.1`. Nothing but [`crate::convert`] and [`crate::rule`] uses it.

wasmtime::component::bindgen!({
    path: "../../plugins/wit/v0.1",
    world: "rule",
});

/// The interface version that this host speaks.
pub(crate) const VERSION: &str = "0.1.0";
/// The name of the interface every rule exports.
pub(crate) const RULES: &str = "rongyi:rules/rules@0.1.0";
/// What a rule may import: the log, and the types, which carry no code.
pub(crate) const ALLOWED_IMPORTS: [&str; 2] = ["rongyi:rules/host", "rongyi:rules/types"];
