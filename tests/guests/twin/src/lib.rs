//! The rule of `tests/guests/early`, built for the interface 0.2.0, and one kind more that asks what only this version
//! can ask.

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
        path: "../../../plugins/wit/v0.2",
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

mod rule;

/// Kinds that only a newer interface can ask for.
fn newer(params: &str) -> Vec<bindings::rongyi::rules::types::KindPlan> {
    use bindings::rongyi::rules::types::{FactNeed, Metric, Subject, Window};
    let need = |metric, of: Option<&str>| FactNeed {
        metric,
        window: Window::Lifetime,
        // Nobody holds a household's balance but its persons; the host refuses the question.
        subject: if params.contains("household") {
            Subject::Household
        } else {
            Subject::Person
        },
        of: of.map(Into::into),
    };
    vec![rule::kind(
        "told.newer",
        vec![
            need(Metric::Balance, Some("minutes")),
            need(Metric::StreakDays, None),
            need(Metric::Redemptions, Some("rice")),
        ],
    )]
}
