//! A rule's parameters: canonical JSON for the rule, and the place of each of them for its complaints.
//!
//! What the parameters mean is the rule's business.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Mistakes, both};

/// JSON numbers stay exact below this.
const INTEGER_MAX: i64 = (1 << 53) - 1;

/// Writes a value as JSON with sorted keys and no spaces. Decimals and dates become strings with the text
/// they have in the file, so nothing is rounded on the way.
pub(super) fn write_json(
    desk: &Mistakes,
    value: &Spanned<DeValue<'_>>,
    path: &str,
    out: &mut String,
    places: &mut BTreeMap<String, Range<usize>>,
) {
    places.insert(path.to_owned(), value.span());
    match value.get_ref() {
        DeValue::String(text) => quote(out, text),
        DeValue::Float(number) => quote(out, number.as_str()),
        DeValue::Datetime(when) => quote(out, &when.to_string()),
        DeValue::Boolean(yes) => out.push_str(if *yes { "true" } else { "false" }),
        DeValue::Integer(number) => {
            let exact = i64::from_str_radix(number.as_str(), number.radix()).ok();
            let exact = exact.filter(|n| (-INTEGER_MAX..=INTEGER_MAX).contains(n));
            if let Some(exact) = exact {
                out.push_str(&exact.to_string());
            } else {
                out.push('0');
                desk.error(
                    value.span(),
                    "config.value",
                    both(
                        format!("“{path}” 的绝对值不能超过 {INTEGER_MAX}。"),
                        format!("“{path}” must stay within ±{INTEGER_MAX}."),
                    ),
                    both("改成小一些的数。", "Write a smaller number."),
                );
            }
        }
        DeValue::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(desk, item, &format!("{path}[{at}]"), out, places);
            }
            out.push(']');
        }
        DeValue::Table(rows) => {
            // Sorted here, because the map keeps file order when another crate asks toml for that.
            let sorted: BTreeMap<&str, &Spanned<DeValue<'_>>> = rows
                .iter()
                .map(|(k, v)| (k.get_ref().as_ref(), v))
                .collect();
            out.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                quote(out, key);
                out.push(':');
                let below = match path {
                    "" => key.to_owned(),
                    _ => format!("{path}.{key}"),
                };
                write_json(desk, value, &below, out, places);
            }
            out.push('}');
        }
    }
}

fn quote(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// The place of a path, or of the nearest part of it that stands in the file.
pub(super) fn find(places: &BTreeMap<String, Range<usize>>, path: &str) -> Option<Range<usize>> {
    let mut rest = path;
    loop {
        if let Some(place) = places.get(rest) {
            return Some(place.clone());
        }
        rest = match rest.rfind(['.', '[']) {
            Some(at) => &rest[..at],
            None if rest.is_empty() => return None,
            None => "",
        };
    }
}
