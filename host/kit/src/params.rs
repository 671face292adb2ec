//! `params.toml` and `schema.json` of a rule's folder: JSON for the rule, and the line and column of everything
//! that is complained about. What the parameters mean is the rule's business.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use rongyi_rules::LoadError;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::Problem;
use crate::problem::shown;

/// Parameters as the host would hand them over, with their places.
#[derive(Debug, Clone)]
pub struct Params {
    /// Sorted keys, no spaces; decimals and dates as strings with the text they have in the file.
    pub json: String,
    shown: String,
    text: String,
    places: BTreeMap<String, Range<usize>>,
}

impl Params {
    /// Reads a parameter file.
    ///
    /// # Errors
    /// [`Problem`] when it is missing or is no TOML.
    pub fn read(path: &Path) -> Result<Params, Problem> {
        let text = rongyi_files::read_text(path, 16 << 20)
            .map_err(|no| Problem::file(path, &no.into()))?;
        Params::parse(&shown(path), &text)
    }

    /// Parameters out of a text; `shown` is what the file is called in complaints.
    ///
    /// # Errors
    /// [`Problem`] when it is no TOML.
    pub fn parse(shown: &str, text: &str) -> Result<Params, Problem> {
        let table = DeTable::parse(text).map_err(|error| {
            let why = error.to_string();
            Problem::new(
                "kit.params",
                format!("{shown} 不是正确的 TOML：\n{}", why.trim_end()),
                format!("{shown} is no TOML; the place is shown above."),
            )
        })?;
        let mut params = Params {
            json: String::new(),
            shown: shown.to_owned(),
            text: text.to_owned(),
            places: BTreeMap::new(),
        };
        let span = table.span();
        params.value(&Spanned::new(span, DeValue::Table(table.into_inner())), "");
        Ok(params)
    }

    /// The same parameters as they stand below `[rule.params]` in a community's file. Comments stay, unless a value
    /// runs over lines in a way that hides the headers.
    pub fn below_rule(&self) -> String {
        // Where an editor finds the schema of this file is nothing for another one.
        let lines = self.text.trim_end().lines();
        let lines = lines.filter(|line| !line.starts_with("#:schema"));
        let moved: Vec<String> = lines.map(nested).collect();
        let moved = format!("[rule.params]\n{}", moved.join("\n"));
        let parsed: Option<toml::Table> = self.text.parse().ok();
        let all: Option<toml::Table> = moved.parse().ok();
        let found = all.and_then(|mut all| all.remove("rule")?.as_table_mut()?.remove("params"));
        match parsed {
            Some(parsed) if found != Some(parsed.clone().into()) => {
                let params = toml::Table::from_iter([("params".to_owned(), parsed.into())]);
                let all = toml::Table::from_iter([("rule".to_owned(), params.into())]);
                all.to_string().trim_end().to_owned()
            }
            _ => moved,
        }
    }

    /// What a rule or its schema complains about, each at its place in the file.
    pub fn problem(&self, error: LoadError) -> Problem {
        if error.diagnostics.is_empty() {
            return error.into();
        }
        let renderer = Renderer::plain();
        let mut zh = error.zh.clone().unwrap_or_else(|| error.message.clone());
        for one in &error.diagnostics {
            let title = Level::ERROR
                .with_name("错误")
                .primary_title(one.zh.as_str())
                .id(one.code.as_str());
            let snippet = Snippet::source(self.text.as_str())
                .path(self.shown.as_str())
                .annotation(AnnotationKind::Primary.span(self.place(&one.path)));
            let group = title
                .element(snippet)
                .element(Level::ERROR.with_name("error").message(one.en.as_str()));
            zh.push('\n');
            zh.push_str(&renderer.render(&[group]));
        }
        Problem {
            code: error.code,
            zh,
            en: error.message,
        }
    }

    /// The first line of the value at this path, or of the nearest part of it that stands in the file.
    fn place(&self, path: &str) -> Range<usize> {
        let mut rest = path;
        let found = loop {
            if let Some(place) = self.places.get(rest).filter(|_| !rest.is_empty()) {
                break place.clone();
            }
            match rest.rfind(['.', '[']) {
                Some(at) => rest = &rest[..at],
                None => break 0..self.text.len(),
            }
        };
        let line = self.text.get(found.clone()).unwrap_or_default();
        let first = line.lines().next().unwrap_or_default();
        found.start..found.start + first.len()
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, path: &str) {
        self.places.insert(path.to_owned(), value.span());
        match value.get_ref() {
            DeValue::String(text) => self.quote(text),
            DeValue::Float(number) => self.quote(number.as_str()),
            DeValue::Datetime(when) => self.quote(&when.to_string()),
            DeValue::Boolean(yes) => self.json.push_str(if *yes { "true" } else { "false" }),
            DeValue::Integer(number) => {
                let exact = i64::from_str_radix(number.as_str(), number.radix());
                self.json.push_str(&exact.unwrap_or(i64::MAX).to_string());
            }
            DeValue::Array(items) => {
                self.json.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.json.push(',');
                    }
                    self.value(item, &format!("{path}[{at}]"));
                }
                self.json.push(']');
            }
            DeValue::Table(rows) => {
                let rows = rows
                    .iter()
                    .map(|(key, value)| (key.get_ref().as_ref(), value));
                let sorted: BTreeMap<&str, _> = rows.collect();
                self.json.push('{');
                for (at, (key, value)) in sorted.into_iter().enumerate() {
                    if at > 0 {
                        self.json.push(',');
                    }
                    self.quote(key);
                    self.json.push(':');
                    let below = match path {
                        "" => key.to_owned(),
                        _ => format!("{path}.{key}"),
                    };
                    self.value(value, &below);
                }
                self.json.push('}');
            }
        }
    }

    fn quote(&mut self, text: &str) {
        self.json
            .push_str(&serde_json::Value::from(text).to_string());
    }
}

/// Whether this is a JSON Schema that can check a TOML table.
///
/// # Errors
/// [`Problem`] with the line and column, or with what the schema says wrongly.
pub(crate) fn schema(text: &str) -> Result<(), Problem> {
    let schema: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::new(
            "kit.schema",
            format!("schema.json 第 {line} 行第 {column} 列不是正确的 JSON：{error}。"),
            format!("schema.json is no JSON at line {line}, column {column}: {error}."),
        )
    })?;
    rongyi_rules::check_schema(&schema).map_err(|(zh, en)| {
        Problem::new(
            "kit.schema",
            format!("schema.json 不能用：{zh}。"),
            format!("schema.json cannot be used: {en}."),
        )
    })?;
    if schema.get("type").and_then(serde_json::Value::as_str) != Some("object") {
        return Err(Problem::new(
            "kit.schema",
            "schema.json 的最外层要写 \"type\": \"object\"：[rule.params] 是一张表。",
            "The outermost part of schema.json needs \"type\": \"object\": [rule.params] is a table.",
        ));
    }
    Ok(())
}

/// A line of the file; a header of a table gets the names of the tables it will stand in.
fn nested(line: &str) -> String {
    let header = line.trim_start();
    let many = header.strip_prefix("[[").map(|name| ("[[", name));
    match many.or_else(|| header.strip_prefix('[').map(|name| ("[", name))) {
        Some((bracket, name)) => format!("{bracket}rule.params.{}", name.trim_start()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_text_and_keys_are_sorted() {
        let text = "b = 0.50\na = [1, { d = 2026-11-22, c = \"x\\\"y\" }]\n";
        let params = Params::parse("p.toml", text).unwrap();
        assert_eq!(
            params.json,
            r#"{"a":[1,{"c":"x\"y","d":"2026-11-22"}],"b":"0.50"}"#
        );
    }

    #[test]
    fn a_complaint_stands_at_its_line_or_the_nearest_above() {
        let params = Params::parse("p.toml", "first = 1\n[[kinds]]\ncap = 3\n").unwrap();
        let at = |path: &str| &params.text[params.place(path)];
        assert_eq!(at("kinds[0].cap"), "3");
        assert_eq!(at("kinds[0].cap.more"), "3");
        assert_eq!(at("first"), "1");
        assert_eq!(at("nothing"), "first = 1");
    }

    #[test]
    fn tables_stand_below_the_rule() {
        let below = |text: &str| Params::parse("p.toml", text).unwrap().below_rule();
        assert_eq!(
            below(
                "#:schema ./schema.json\na = 1 # why\n\n[[kinds]]\ncap = 3\n[kinds.more]\nx = 1\n"
            ),
            "[rule.params]\na = 1 # why\n\n[[rule.params.kinds]]\ncap = 3\n[rule.params.kinds.more]\nx = 1"
        );
        // A line that only looks like a header.
        let text = below("a = [\n  [1, 2],\n]\n[b]\nc = 1\n");
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(
            table["rule"]["params"]["a"][0][1].as_integer(),
            Some(2),
            "{text}"
        );
        assert_eq!(table["rule"]["params"]["b"]["c"].as_integer(), Some(1));
    }

    #[test]
    fn a_schema_must_be_one() {
        for (text, part) in [
            ("{", "line 1"),
            (r#"{"type": "array"}"#, "[rule.params]"),
            (
                r#"{"type": "object", "properties": {"a": {"minimum": "x"}}}"#,
                "/properties/a/minimum",
            ),
            (r##"{"type": "object", "$ref": "#"}"##, "in circles"),
        ] {
            let problem = schema(text).unwrap_err();
            assert_eq!(problem.code, "kit.schema");
            assert!(problem.en.contains(part), "{problem}");
        }
        schema(r#"{"type": "object"}"#).unwrap();
    }
}
