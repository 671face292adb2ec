//! A tree of plain values in the order in which they were written, from TOML (with places) or from canonical JSON
//! (without), and back to JSON.
//!
//! It knows nothing of kinds. Both forms are read by one reader because of it.

use std::fmt;
use std::ops::Range;

use rongyi_core::shown;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, both};

/// The largest text that is read as a kind or a calendar.
pub(crate) const TEXT_BYTES_MAX: usize = 256 * 1024;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) at: Option<Range<usize>>,
}

/// A plain value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Whole(i64),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<Row>),
    /// A decimal number or a time of day: nothing here is written so.
    Other,
}

/// One key of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) key_at: Option<Range<usize>>,
    pub(crate) node: Node,
}

impl Node {
    /// The tree of a TOML text.
    pub(crate) fn from_toml(text: &str) -> Result<Node, Box<Finding>> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(Box::new(Finding::new(
                "",
                None,
                "toml.size",
                both(
                    format!("文件有 {} 字节，最多 {TEXT_BYTES_MAX}。", text.len()),
                    format!(
                        "The text has {} bytes, at most {TEXT_BYTES_MAX} are read.",
                        text.len()
                    ),
                ),
                both("分成几个文件。", "Split it into several files."),
            )));
        }
        match DeTable::parse(text) {
            Ok(table) => {
                let at = table.span();
                Ok(Node {
                    value: Value::Table(rows(table.get_ref())),
                    at: Some(at),
                })
            }
            Err(bad) => Err(Box::new(Finding::new(
                "",
                bad.span(),
                "toml.syntax",
                both(
                    format!("这里不符合 TOML 的写法：{}。", bad.message()),
                    format!("This is not TOML: {}.", bad.message()),
                ),
                both(
                    "检查引号、括号和等号。",
                    "Look at the quotes, brackets and equals signs.",
                ),
            ))),
        }
    }

    /// The tree of a table that somebody else parsed; its places are those of that text.
    pub(crate) fn from_table(table: &DeTable<'_>, at: Range<usize>) -> Node {
        Node {
            value: Value::Table(rows(table)),
            at: Some(at),
        }
    }

    /// The tree of a JSON text.
    pub(crate) fn from_json(bytes: &[u8]) -> Result<Node, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Compact JSON with the keys in their order.
    pub(crate) fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match &self.value {
            Value::Text(text) => quote(text, out),
            Value::Whole(number) => out.push_str(&number.to_string()),
            Value::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Value::Table(rows) => {
                out.push('{');
                for (at, row) in rows.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    quote(&row.key, out);
                    out.push(':');
                    row.node.write(out);
                }
                out.push('}');
            }
            Value::Other => out.push_str("null"),
        }
    }

    /// Chinese and English for the type of the value.
    pub(crate) fn type_name(&self) -> (&'static str, &'static str) {
        match &self.value {
            Value::Text(_) => ("文字", "text"),
            Value::Whole(_) => ("整数", "a whole number"),
            Value::Flag(_) => ("true 或 false", "true or false"),
            Value::List(_) => ("列表", "a list"),
            Value::Table(_) => ("一组设置", "a table"),
            Value::Other => (
                "小数、日期或时刻",
                "a decimal number, a date or a time of day",
            ),
        }
    }
}

/// A JSON string, with what must not go out as it is written as an escape.
fn quote(text: &str, out: &mut String) {
    let plain = serde_json::Value::String(text.to_owned()).to_string();
    out.push_str(&shown::json(&plain));
}

impl From<Value> for Node {
    fn from(value: Value) -> Node {
        Node { value, at: None }
    }
}

fn rows(table: &DeTable<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> = table
        .iter()
        .map(|(key, value)| Row {
            key: key.get_ref().to_string(),
            key_at: Some(key.span()),
            node: node(value),
        })
        .collect();
    // The parser sorts keys by name; people mean the order in which they wrote them.
    rows.sort_by_key(|row| row.key_at.as_ref().map_or(0, |at| at.start));
    rows
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let at = Some(value.span());
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Other, Value::Whole)
        }
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Array(items) => Value::List(items.iter().map(node).collect()),
        DeValue::Table(table) => Value::Table(rows(table)),
        DeValue::Float(_) | DeValue::Datetime(_) => Value::Other,
    };
    Node { value, at }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(Plain)
    }
}

/// Reads a [`Node`] with the keys of its tables in their order.
struct Plain;

impl<'de> Visitor<'de> for Plain {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a whole number, true, false, a list or an object")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
        Ok(Value::Text(text.to_owned()).into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Node, E> {
        Ok(Value::Whole(number).into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Node, E> {
        i64::try_from(number)
            .map(|number| Value::Whole(number).into())
            .map_err(|_| E::custom("the number is too large"))
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Node, E> {
        Ok(Value::Flag(flag).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list).into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut rows = Vec::new();
        while let Some((key, node)) = map.next_entry()? {
            rows.push(Row {
                key,
                key_at: None,
                node,
            });
        }
        Ok(Value::Table(rows).into())
    }
}
