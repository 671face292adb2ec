//! A rule's own JSON Schema, which the host itself runs: its author must not be able to keep the host busy with
//! it. What it says about parameters is `params.rs`.
//!
//! | a schema may | so that |
//! | --- | --- |
//! | refer only into itself (`#/$defs/…`), and not round in circles | checking ends, and nothing is fetched |
//! | come to 20,000 parts with every reference written out, 128 deep | checking stays short |
//! | hold 64 patterns, in the syntax of the crate `regex` | a pattern takes time in proportion to the text |

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

/// Parts of a schema, every reference written out.
const PARTS_MAX: usize = 20_000;
/// Levels of a schema, every reference written out.
const DEPTH_MAX: usize = 128;
/// Patterns of a schema.
const PATTERNS_MAX: usize = 64;
/// Bytes of memory of one compiled pattern.
const PATTERN_BYTES: usize = 256 << 10;

/// Keywords by which a schema refers to another place than by `$ref`, or makes `$ref` mean another.
const REFERRING: [&str; 6] = [
    "$id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$recursiveAnchor",
];

/// Why a schema is not used, in Chinese and in English.
pub(crate) type Wrong = (String, String);

/// What checks parameters against this schema.
///
/// # Errors
/// What is wrong with the schema, and what to do.
pub(crate) fn validator(schema: &Value) -> Result<Validator, Wrong> {
    let mut walk = Walk {
        root: schema,
        parts: 0,
        patterns: 0,
        following: 0,
    };
    walk.visit(schema, 0)?;
    let patterns = PatternOptions::regex()
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(PATTERN_BYTES);
    let options = jsonschema::options().with_pattern_options(patterns);
    options.build(schema).map_err(|error| {
        let (at, why) = (error.instance_path().to_string(), error.to_string());
        let at = if at.is_empty() { "/".to_owned() } else { at };
        (format!("“{at}”处：{why}"), format!("at “{at}”: {why}"))
    })
}

/// Whether a host would use this schema of a rule's parameters.
///
/// # Errors
/// What is wrong with it and what to do, in Chinese and in English.
pub fn check_schema(schema: &Value) -> Result<(), (String, String)> {
    validator(schema).map(drop)
}

struct Walk<'s> {
    root: &'s Value,
    parts: usize,
    patterns: usize,
    /// References that are being followed; what stands behind them is counted where it stands.
    following: usize,
}

impl Walk<'_> {
    /// Counts a part and everything below it, with what it refers to written out.
    fn visit(&mut self, part: &Value, depth: usize) -> Result<(), Wrong> {
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err(wrong(
                &format!("把引用都展开以后超过 {PARTS_MAX} 个部分，请写简单一些"),
                &format!(
                    "with every reference written out it has more than {PARTS_MAX} parts; make it simpler"
                ),
            ));
        }
        if depth > DEPTH_MAX {
            return Err(wrong(
                &format!("引用绕成了圈，或嵌套超过 {DEPTH_MAX} 层；请直接写出来，不要引用自己"),
                &format!(
                    "it refers to itself in circles, or is nested deeper than {DEPTH_MAX} levels; write the parts out instead"
                ),
            ));
        }
        match part {
            Value::Object(rows) => {
                for (key, value) in rows {
                    self.key(key, value, depth)?;
                    self.visit(value, depth + 1)?;
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.visit(item, depth + 1)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        Ok(())
    }

    fn key(&mut self, key: &str, value: &Value, depth: usize) -> Result<(), Wrong> {
        match (key, value) {
            ("$ref", Value::String(to)) => {
                let target = to
                    .strip_prefix('#')
                    .and_then(|pointer| self.root.pointer(pointer))
                    .ok_or_else(|| elsewhere(key, to))?;
                self.following += 1;
                self.visit(target, depth + 1)?;
                self.following -= 1;
            }
            // The schema as a whole may have a name.
            ("$id", Value::String(_)) if depth == 0 => {}
            (key, Value::String(to)) if REFERRING.contains(&key) => return Err(elsewhere(key, to)),
            ("pattern", Value::String(_)) if self.following == 0 => self.patterns += 1,
            ("patternProperties", Value::Object(rows)) if self.following == 0 => {
                self.patterns += rows.len();
            }
            _ => {}
        }
        if self.patterns > PATTERNS_MAX {
            return Err(wrong(
                &format!("pattern 超过 {PATTERNS_MAX} 个，请减少"),
                &format!("it has more than {PATTERNS_MAX} patterns; use fewer"),
            ));
        }
        Ok(())
    }
}

fn elsewhere(key: &str, to: &str) -> Wrong {
    let to = crate::fault::plain(to, 120);
    wrong(
        &format!("{key} 写的是“{to}”，这里只能用 $ref 指向本说明里有的部分，例如 #/$defs/name"),
        &format!(
            "{key} is “{to}”; only $ref to a part that is here can be used, such as #/$defs/name"
        ),
    )
}

fn wrong(zh: &str, en: &str) -> Wrong {
    (zh.to_owned(), en.to_owned())
}
