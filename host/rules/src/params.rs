//! A rule's parameters against its own JSON Schema, and what schema and rule say about them put together.
//! The rule itself is asked elsewhere.

use rongyi_core::rule::Plan;

use crate::load::{Diagnostic, LoadError, refuse};
use crate::rule::About;

/// A rule's own JSON Schema for its parameters.
pub(crate) struct Schema(jsonschema::Validator);

impl Schema {
    pub(crate) fn of(about: &About) -> Result<Schema, LoadError> {
        let broken = |what: &str| {
            refuse(
                "plugin.describe",
                format!("规则自带的参数说明不能用：{what}"),
                format!("The rule's own parameter schema cannot be used: {what}"),
            )
        };
        let schema: serde_json::Value = serde_json::from_str(&about.config_schema)
            .map_err(|error| broken(&error.to_string()))?;
        let validator =
            jsonschema::validator_for(&schema).map_err(|error| broken(&error.to_string()))?;
        Ok(Schema(validator))
    }

    /// Every mistake with its path.
    pub(crate) fn misfits(&self, params_json: &str) -> Result<Vec<Diagnostic>, LoadError> {
        let params: serde_json::Value = serde_json::from_str(params_json).map_err(|error| {
            refuse(
                "config.schema",
                format!("参数不是 JSON：{error}"),
                format!("The parameters are not JSON: {error}"),
            )
        })?;
        let errors = self.0.iter_errors(&params);
        Ok(errors.flat_map(|error| complaints(&error)).collect())
    }
}

/// What the rule says about its parameters and what the schema says, together. Where both speak of the same
/// place, the rule's own words are kept: its author knows what is meant.
pub(crate) fn all_at_once(
    configured: Result<Plan, LoadError>,
    misfits: Vec<Diagnostic>,
) -> Result<Plan, LoadError> {
    let misfit = |diagnostics| LoadError {
        diagnostics,
        ..refuse(
            "config.schema",
            "参数不合要求。",
            "The parameters do not fit the rule's schema.",
        )
    };
    match configured {
        Ok(plan) if misfits.is_empty() => Ok(plan),
        Ok(_) => Err(misfit(misfits)),
        Err(error) if error.diagnostics.is_empty() && !misfits.is_empty() => Err(misfit(misfits)),
        Err(mut error) => {
            let said: Vec<String> = error.diagnostics.iter().map(|d| d.path.clone()).collect();
            let new = misfits
                .into_iter()
                .filter(|d| !said.iter().any(|path| same_place(path, &d.path)));
            error.diagnostics.extend(new);
            Err(error)
        }
    }
}

/// Whether one path is the other, or lies inside it.
fn same_place(a: &str, b: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || outer.is_empty() || rest.starts_with(['.', '[']))
    };
    inside(a, b) || inside(b, a)
}

/// A key too many is reported at the key itself, everything else at the value it is about.
fn complaints(error: &jsonschema::ValidationError<'_>) -> Vec<Diagnostic> {
    let path = dotted(error.instance_path().as_str());
    let one = |path: String, zh: String, en: String| Diagnostic {
        path,
        code: "config.schema".into(),
        zh,
        en,
    };
    if let jsonschema::error::ValidationErrorKind::AdditionalProperties { unexpected } =
        error.kind()
    {
        let at = |key: &String| {
            if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            }
        };
        return unexpected
            .iter()
            .map(|key| {
                let zh = format!("这里没有“{key}”这一项。");
                one(at(key), zh, format!("There is no parameter “{key}” here."))
            })
            .collect();
    }
    vec![one(
        path,
        format!("参数不合要求：{error}。"),
        format!("This parameter does not fit: {error}."),
    )]
}

/// `/kinds/2/cap` as `kinds[2].cap`.
fn dotted(pointer: &str) -> String {
    let mut out = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() {
            out.push_str(&format!("[{part}]"));
        } else {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(part);
        }
    }
    out
}
