//! What is wrong with the shape of parameters: every misfit with its path, in Chinese and English.
//!
//! It runs only when reading failed. The document is read again and again, each time without the part that
//! did not fit, so that one mistake does not hide the next. What the numbers mean together is the rule's own
//! business.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::Exact;
use crate::types::Diagnostic;
use crate::wrong;

/// So many misfits are told at once; whoever has more is helped enough for one round.
const MISFITS_MAX: usize = 20;
/// Stands between the Chinese and the English half of a message.
const HALVES: char = '\u{1f}';

/// A step into the document, in the coordinates of what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Item(usize),
}

/// A message in both languages for `serde::de::Error::custom` and for `#[serde(expecting = …)]`.
pub(super) fn both(zh: &str, en: &str) -> String {
    format!("{zh}{HALVES}{en}")
}

/// Every misfit of a document that could not be read as a `T`.
pub(super) fn all<T: DeserializeOwned>(params: &str) -> Vec<Diagnostic> {
    let mut rest: Value = match serde_json::from_str(params) {
        Ok(rest) => rest,
        Err(error) => return vec![diagnostic(&[], &error.to_string())],
    };
    let mut found = Vec::new();
    let mut gone: Vec<Vec<Step>> = Vec::new();
    while found.len() < MISFITS_MAX {
        let Err(error) = serde_path_to_error::deserialize::<_, T>(rest.clone()) else {
            break;
        };
        let said = error.inner().to_string();
        let seen = steps(error.path());
        let written = as_written(&seen, &gone);
        let mut taken = seen;
        match quoted(&said, "missing field `") {
            // What was taken out for its own misfit is now missing; its holder goes too, without a word.
            Some(field) if gone.contains(&below(&written, field)) => {}
            _ => found.push(diagnostic(&written, &said)),
        }
        // Whatever cannot be taken out alone goes with what holds it.
        while !take_out(&mut rest, &taken) {
            if taken.pop().is_none() {
                return found;
            }
        }
        gone.push(as_written(&taken, &gone));
    }
    found
}

fn below(path: &[Step], field: &str) -> Vec<Step> {
    let mut path = path.to_vec();
    path.push(Step::Key(field.to_owned()));
    path
}

fn steps(path: &Path) -> Vec<Step> {
    path.iter()
        .map_while(|segment| match segment {
            Segment::Seq { index } => Some(Step::Item(*index)),
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// The path in the document as it was before anything was taken out of its lists.
fn as_written(seen: &[Step], gone: &[Vec<Step>]) -> Vec<Step> {
    let mut path: Vec<Step> = Vec::new();
    for step in seen {
        let step = match step {
            Step::Key(key) => Step::Key(key.clone()),
            Step::Item(index) => {
                let mut missing: Vec<usize> = gone
                    .iter()
                    .filter_map(|one| match one.split_last() {
                        Some((Step::Item(at), holder)) if holder == path => Some(*at),
                        _ => None,
                    })
                    .collect();
                missing.sort_unstable();
                let at = missing.into_iter().fold(*index, |at, hole| {
                    at.saturating_add(usize::from(hole <= at))
                });
                Step::Item(at)
            }
        };
        path.push(step);
    }
    path
}

fn take_out(document: &mut Value, path: &[Step]) -> bool {
    let Some((last, holder)) = path.split_last() else {
        return false;
    };
    let mut place = document;
    for step in holder {
        let inner = match step {
            Step::Key(key) => place.get_mut(key),
            Step::Item(index) => place.get_mut(index),
        };
        match inner {
            Some(inner) => place = inner,
            None => return false,
        }
    }
    match (last, place) {
        (Step::Key(key), Value::Object(rows)) => rows.remove(key).is_some(),
        (Step::Item(index), Value::Array(items)) if *index < items.len() => {
            items.remove(*index);
            true
        }
        _ => false,
    }
}

fn diagnostic(path: &[Step], said: &str) -> Diagnostic {
    let said = said.split(" at line ").next().unwrap_or_default();
    let mut dotted = String::new();
    for step in path {
        match step {
            Step::Key(key) if dotted.is_empty() => dotted.push_str(key),
            Step::Key(key) => dotted.push_str(&format!(".{key}")),
            Step::Item(index) => dotted.push_str(&format!("[{index}]")),
        }
    }
    let (zh, en) = tell(said);
    wrong(dotted, "params.shape", zh, en)
}

/// What `serde` said, as an operator reads it.
fn tell(said: &str) -> (String, String) {
    if let Some((zh, en)) = said.split_once(HALVES)
        && !said.starts_with("invalid ")
    {
        return (format!("{zh}。"), format!("{en}."));
    }
    if let Some(field) = quoted(said, "missing field `") {
        return (
            format!("这里少了“{field}”这一项。"),
            format!("“{field}” is missing here."),
        );
    }
    for (start, zh, en) in [
        ("unknown field `", "这一项", "key"),
        ("unknown variant `", "这种写法", "word"),
    ] {
        if let Some(name) = quoted(said, start) {
            let known: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
            if let Some(near) = nearest(name, &known) {
                return (
                    format!("没有“{name}”{zh}，是不是想写“{near}”？"),
                    format!("There is no {en} “{name}” here. Did you mean “{near}”?"),
                );
            }
            return (
                format!("没有“{name}”{zh}。可以写的有：{}。", known.join("、")),
                format!(
                    "There is no {en} “{name}” here. These are known: {}.",
                    known.join(", ")
                ),
            );
        }
    }
    // A list where a table is wanted: serde counts its elements instead of saying so.
    if said.starts_with("invalid length ") && said.contains("expected struct ") {
        return (
            "这里写的是一个列表，应该是花括号里的表，{ … }。".to_owned(),
            "This is a list; it must be a table in braces, { … }.".to_owned(),
        );
    }
    if let Some((given, expected)) = said
        .strip_prefix("invalid type: ")
        .or_else(|| said.strip_prefix("invalid value: "))
        .and_then(|rest| rest.split_once(", expected "))
    {
        let ((zh, en), (wanted_zh, wanted_en)) = (written(given), wanted(expected));
        return (
            format!("这里写的是{zh}，应该是{wanted_zh}。"),
            format!("This is {en}; it must be {wanted_en}."),
        );
    }
    (
        format!("这里的写法不对：{said}。"),
        format!("This does not fit: {said}."),
    )
}

/// The name behind `start`, up to the next backquote.
fn quoted<'s>(said: &'s str, start: &str) -> Option<&'s str> {
    said.strip_prefix(start)?.split('`').next()
}

/// `string "abc"`, `integer `5``, `sequence` … in words.
fn written(given: &str) -> (String, String) {
    if let Some(text) = given.strip_prefix("string ") {
        let text = text.trim_matches('"');
        // A decimal of the file arrives as a text.
        return if Exact::parse(text).is_some() {
            (text.to_owned(), text.to_owned())
        } else {
            (format!("文字“{text}”"), format!("the text “{text}”"))
        };
    }
    let value = given.split('`').nth(1).unwrap_or_default();
    let (zh, en) = match given.split(' ').next().unwrap_or_default() {
        "integer" => (value, value),
        "boolean" => (value, value),
        "sequence" => ("一个列表", "a list"),
        "map" => ("一张表", "a table"),
        "null" | "unit" => ("空的", "empty"),
        other => (other, other),
    };
    (zh.to_owned(), en.to_owned())
}

fn wanted(expected: &str) -> (String, String) {
    if let Some((zh, en)) = expected.split_once(HALVES) {
        return (zh.to_owned(), en.to_owned());
    }
    let (zh, en) = match expected {
        "i32" | "i64" => ("整数", "a whole number"),
        "u8" => ("0 到 255 的整数", "a whole number from 0 to 255"),
        "u16" => ("0 到 65535 的整数", "a whole number from 0 to 65535"),
        "u32" | "u64" | "usize" => ("不小于 0 的整数", "a whole number, 0 or more"),
        "a boolean" => ("true 或 false", "true or false"),
        "a string" => ("带引号的文字", "a text in quotes"),
        "a sequence" => ("方括号里的列表，[…]", "a list in brackets, […]"),
        "a map" => ("花括号里的表，{ … }", "a table in braces, { … }"),
        other if other.starts_with("struct ") => {
            ("花括号里的表，{ … }", "a table in braces, { … }")
        }
        other => (other, other),
    };
    (zh.to_owned(), en.to_owned())
}

/// The known word that a slip of at most two letters turns into this one.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let far = |word: &&'k str| distance(name, word);
    let near = known.iter().copied().min_by_key(far)?;
    (far(&near) <= 2).then_some(near)
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut next = vec![i.saturating_add(1)];
        for (other, (corner, above)) in b.iter().zip(row.iter().zip(row.iter().skip(1))) {
            let left = next.last().copied().unwrap_or_default();
            let change = corner.saturating_add(usize::from(letter != *other));
            next.push(
                change
                    .min(above.saturating_add(1))
                    .min(left.saturating_add(1)),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
