//! One JSON object a line. A number keeps the digits it was written with: no detour through floating point.

use rongyi_core::shown;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Titles;
use super::decode::Decoded;
use super::row::{BadRow, Columns, Row, Rows, column_name};

/// The members of an object in their order, doubled ones included.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

pub(crate) fn rows(decoded: &Decoded, columns: Columns, titles: Titles) -> Rows<'_> {
    let lines = (1..)
        .zip(decoded.text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    Box::new(
        lines.map(move |(number, line)| match decoded.damage(number, 1) {
            Some(bad) => Err(bad),
            None => row(number, line, (columns, titles)),
        }),
    )
}

fn row(line: u64, text: &str, (columns, titles): (Columns, Titles)) -> Result<Row, BadRow> {
    let Members(members) = serde_json::from_str(text).map_err(|error| {
        let error = shown::short(&error.to_string(), 120).into_owned();
        BadRow::new(
            line,
            "row.unreadable",
            format!("这一行不是一个完整的 JSON 对象（{error}）。"),
            format!("This line is not one whole JSON object ({error})."),
        )
    })?;
    let mut row = Row::empty(line);
    let mut seen: Vec<String> = Vec::new();
    for (written, value) in members {
        let name = column_name(&written, titles);
        let shown = shown::short(&written, 40);
        if !columns.knows(&name) {
            let all = columns.all();
            return Err(BadRow::new(
                line,
                "row.columns",
                format!("没有“{shown}”这一项。可以有的：{all}"),
                format!("There is no “{shown}”. The names are: {all}"),
            ));
        }
        if seen.contains(&name) {
            return Err(BadRow::new(
                line,
                "row.columns",
                format!("“{shown}”写了两次，不知道该用哪一个。请删掉一个。"),
                format!("“{shown}” stands twice, so it is not clear which counts. Delete one."),
            ));
        }
        seen.push(name.clone());
        match value.get() {
            "null" => {}
            text if text.starts_with('"') => {
                let cell: String = serde_json::from_str(text).unwrap_or_default();
                row.put(&name, &cell)?;
            }
            text if text.starts_with(['{', '[']) => {
                return Err(BadRow::new(
                    line,
                    "row.columns",
                    format!("“{shown}”只能是文字、数字或是否。"),
                    format!("“{shown}” must be a text, a number, true or false."),
                ));
            }
            plain => row.put(&name, plain)?,
        }
    }
    Ok(row)
}
