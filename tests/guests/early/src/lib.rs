//! A rule as somebody built it for the interface 0.1.0, without any SDK. What it decides stands in `twin/src/rule.rs`
//! and is the same as its twin's, which is built for the newest interface.

mod bindings {
    #![allow(
        missing_docs,
        unreachable_pub,
        unsafe_code,
        clippy::all,
        clippy::pedantic,
        clippy::allow_attributes_without_reason,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::too_many_lines,
        clippy::wildcard_enum_match_arm,
        reason = "generated from the WIT file"
    )]
    wit_bindgen::generate!({
        path: "../../../plugins/wit/v0.1",
        world: "rule",
        pub_export_macro: true,
        export_macro_name: "export_component",
        default_bindings_module: "crate::bindings",
    });

    #[cfg(target_arch = "wasm32")]
    use crate::rule::Component;
    #[cfg(target_arch = "wasm32")]
    export_component!(Component with_types_in self);
}

#[path = "../../twin/src/rule.rs"]
mod rule;

/// Kinds that only a newer interface can ask for.
fn newer(params: &str) -> Vec<bindings::rongyi::rules::types::KindPlan> {
    let _ = params;
    Vec::new()
}
