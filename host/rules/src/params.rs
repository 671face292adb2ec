//! A rule's parameters against its own JSON Schema, and what schema and rule say about them put together.
//! The rule itself is asked elsewhere.

use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use rongyi_core::rule::{Plan, Text};

use crate::about::About;
use crate::diagnostic::{Diagnostic, LoadError, refuse};

/// Letters of a complaint.
const SHOWN_MAX: usize = 400;

/// A rule's own JSON Schema for its parameters.
pub(crate) struct Schema(jsonschema::Validator);

impl Schema {
    pub(crate) fn of(about: &About) -> Result<Schema, LoadError> {
        let broken = |(zh, en): (String, String)| {
            refuse(
                "plugin.describe",
                format!("规则自带的参数说明不能用：{zh}。"),
                format!("The rule's own parameter schema cannot be used: {en}."),
            )
        };
        let schema: serde_json::Value =
            serde_json::from_str(&about.config_schema).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                broken((
                    format!("第 {line} 行第 {column} 列不是 JSON：{error}"),
                    format!("no JSON at line {line}, column {column}: {error}"),
                ))
            })?;
        let validator = crate::schema::validator(&schema).map_err(broken)?;
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
    let kind = error.kind();
    if let ValidationErrorKind::AdditionalProperties { unexpected } = kind {
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
    // The value is shown, unless it is so long that nobody would find the reason behind it.
    let whole = error.to_string();
    let error = if whole.chars().count() > SHOWN_MAX {
        let without = error.masked().to_string();
        crate::fault::plain(&without, SHOWN_MAX)
    } else {
        whole
    };
    if let ValidationErrorKind::Required { property } = kind {
        let key = property.as_str().unwrap_or_default();
        return vec![one(
            path,
            format!("缺少“{key}”这一项，请写上。"),
            format!("The parameter “{key}” is missing; write it."),
        )];
    }
    let zh = in_chinese(kind).unwrap_or_else(|| error.clone());
    let error = if let ValidationErrorKind::Pattern { pattern } = kind {
        shape(pattern).en
    } else {
        error
    };
    vec![one(
        path,
        format!("参数不合要求：{zh}。"),
        format!("This parameter does not fit: {error}."),
    )]
}

/// What people get wrong most often, in their language; the rest is said in the words of the schema.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "JSON Schema has many keywords that rules do not use"
)]
fn in_chinese(kind: &ValidationErrorKind) -> Option<String> {
    Some(match kind {
        ValidationErrorKind::Minimum { limit } => format!("太小，最小是 {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("太大，最大是 {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("太小，要大于 {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("太大，要小于 {limit}"),
        ValidationErrorKind::MinItems { limit } => format!("太少，至少要有 {limit} 个"),
        ValidationErrorKind::MaxItems { limit } => format!("太多，最多 {limit} 个"),
        ValidationErrorKind::MinLength { limit } => format!("太短，至少 {limit} 个字"),
        ValidationErrorKind::MaxLength { limit } => format!("太长，最多 {limit} 个字"),
        ValidationErrorKind::UniqueItems => "有重复的项".to_owned(),
        ValidationErrorKind::Pattern { pattern } => format!("写法不对，{}", shape(pattern).zh),
        ValidationErrorKind::Enum { options } => {
            let names = options.as_array().into_iter().flatten();
            let names: Vec<_> = names.map(ToString::to_string).collect();
            format!("只能是其中之一：{}", names.join("、"))
        }
        ValidationErrorKind::Type {
            kind: TypeKind::Single(wanted),
        } => {
            let wanted = match wanted {
                JsonType::Integer => "整数",
                JsonType::Number => "数",
                JsonType::String => "文字",
                JsonType::Boolean => "true 或 false",
                JsonType::Array => "列表 [ ]",
                JsonType::Object => "表 { }",
                JsonType::Null => "空",
            };
            format!("类型不对，应当是{wanted}")
        }
        _ => return None,
    })
}

/// What a pattern asks for: in words for the codes and days that all rules know, else as its author wrote it.
fn shape(pattern: &str) -> Text {
    let code = pattern.strip_prefix("^[a-z0-9][a-z0-9");
    let code = code.and_then(|rest| rest.strip_suffix("}$")?.split_once("]{0,"));
    let code = code.and_then(|(marks, more)| Some((marks, more.parse::<u32>().ok()?)));
    let (zh, en) = match code {
        Some((marks @ ("._/-" | "._-"), more)) => {
            let (most, marks) = (
                more + 1,
                marks
                    .replace('.', ". ")
                    .replace("/-", "/ -")
                    .replace("_/", "_ /"),
            );
            (
                format!(
                    "要写成代号：小写字母、数字和 {marks}，以字母或数字开头，最多 {most} 个，例如 waste.food"
                ),
                format!(
                    "write a code of small letters, digits and {marks}, which begins with a letter or digit and has at most {most}, such as waste.food"
                ),
            )
        }
        _ if pattern == "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => (
            "要写成日期，例如 2026-11-20".to_owned(),
            "write a day like 2026-11-20".to_owned(),
        ),
        _ => (
            format!("规则的作者要求它符合 {pattern}"),
            format!("the rule's author asks for the form {pattern}"),
        ),
    };
    Text { zh, en }
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
