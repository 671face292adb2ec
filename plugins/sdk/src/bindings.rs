//! What `wit-bindgen` makes of `plugins/wit/v0.2`: plain structs on every target, and the calls across the
//! border on wasm. Nothing here is written by hand; authors use the names that the crate re-exports.
#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    reason = "generated from the WIT file, whose comments are the documentation"
)]

wit_bindgen::generate!({
    path: "../wit/v0.2",
    world: "rule",
    additional_derives: [PartialEq, Eq],
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "rongyi_sdk::bindings",
});
