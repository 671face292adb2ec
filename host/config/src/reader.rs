//! Walks a TOML tree with its places, collects every mistake, and goes on after each one.
//!
//! Knows TOML and nothing about communities. A value that can't be read is reported here and becomes
//! `None`; the caller carries on with a default, and the load fails in the end because something was
//! reported.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Source};
use super::words::nearest;

/// The longest text for people, in characters.
const TEXT_CHARS_MAX: usize = 300;
/// The longest of all other strings, in characters: a path.
const STRING_CHARS_MAX: usize = 4_096;

/// One text in both languages.
pub(super) fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

/// Where the mistakes of one file are put down.
pub(super) struct Mistakes {
    pub(super) source: Arc<Source>,
    pub(super) found: RefCell<Vec<Diagnostic>>,
}

impl Mistakes {
    pub(super) fn new(source: Arc<Source>) -> Self {
        Mistakes {
            source,
            found: RefCell::default(),
        }
    }

    pub(super) fn error(&self, span: Range<usize>, code: &str, message: Text, help: Text) {
        let diagnostic = Diagnostic::at(&self.source, span, code, message, help);
        self.found.borrow_mut().push(diagnostic);
    }

    /// Whether the key here was already refused as a secret; once is enough.
    fn refused_secret(&self, key: &Range<usize>) -> bool {
        let found = self.found.borrow();
        found
            .iter()
            .any(|d| d.code == "config.secret" && d.at.as_ref().is_some_and(|(_, at)| at == key))
    }

    pub(super) fn warn(&self, span: Range<usize>, code: &str, message: Text, help: Text) {
        let diagnostic = Diagnostic::at(&self.source, span, code, message, help).warning();
        self.found.borrow_mut().push(diagnostic);
    }
}

/// A table being read. Keys nobody asked for are reported by [`Table::finish`].
pub(super) struct Table<'t> {
    desk: &'t Mistakes,
    rows: &'t DeTable<'t>,
    span: Range<usize>,
    path: String,
    known: RefCell<Vec<String>>,
    missing: RefCell<Vec<&'static str>>,
}

impl<'t> Table<'t> {
    pub(super) fn new(
        desk: &'t Mistakes,
        rows: &'t DeTable<'t>,
        span: Range<usize>,
        path: String,
    ) -> Self {
        Table {
            desk,
            rows,
            span,
            path,
            known: RefCell::default(),
            missing: RefCell::default(),
        }
    }

    /// Where the table itself stands: its header.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of a key that may be left out.
    pub(super) fn get(&self, key: &str) -> Option<Field<'t>> {
        self.known.borrow_mut().push(key.to_owned());
        let value = self.rows.get(key)?;
        Some(Field {
            desk: self.desk,
            key: join(&self.path, key),
            value,
        })
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &'static str) -> Option<Field<'t>> {
        let field = self.get(key);
        if field.is_none() {
            self.missing.borrow_mut().push(key);
        }
        field
    }

    /// The keys, in the order of the file.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|(key, _)| key.get_ref().as_ref())
    }

    /// Where a key stands.
    pub(super) fn key_span(&self, name: &str) -> Range<usize> {
        let key = self.rows.iter().find(|(key, _)| key.get_ref() == name);
        key.map_or_else(|| self.span.clone(), |(key, _)| key.span())
    }

    /// Every value of a table whose keys are free, in the order of the file.
    pub(super) fn free(self) -> Vec<(String, Field<'t>)> {
        let rows = self.rows.iter();
        rows.map(|(key, value)| {
            let name = key.get_ref().to_string();
            let field = Field {
                desk: self.desk,
                key: format!("{}.{name}", self.path),
                value,
            };
            (name, field)
        })
        .collect()
    }

    /// Reports what is missing and what is not known. A missing key whose likely misspelling stands in
    /// the table is reported once, as the misspelling.
    pub(super) fn finish(self) {
        let known = self.known.into_inner();
        let mut missing = self.missing.into_inner();
        for (key, _) in self.rows.iter() {
            let name: &str = key.get_ref();
            if known.iter().any(|known_key| known_key == name)
                || self.desk.refused_secret(&key.span())
            {
                continue;
            }
            let near = nearest(name, known.iter().map(String::as_str));
            if let Some(near) = near {
                missing.retain(|key| *key != near);
            }
            let (zh, en) = match near {
                Some(near) => (
                    format!("是不是想写 “{near}”？改名，或者删掉这一行。"),
                    format!("Did you mean “{near}”? Rename it, or delete the line."),
                ),
                None => (
                    format!("删掉这一行。这里可以写的有：{}。", known.join("、")),
                    format!(
                        "Delete the line. What may stand here: {}.",
                        known.join(", ")
                    ),
                ),
            };
            let path = join(&self.path, name);
            self.desk.error(
                key.span(),
                "config.unknown-key",
                both(
                    format!("不认识 “{path}” 这一项。"),
                    format!("“{path}” is not a known key."),
                ),
                both(zh, en),
            );
        }
        for key in missing {
            let path = join(&self.path, key);
            let (zh, en) = match (self.path.as_str(), key) {
                ("", "shop") => ("在文件末尾".to_owned(), "at the end of the file".to_owned()),
                ("", _) => ("在文件开头".to_owned(), "at the top of the file".to_owned()),
                _ => (
                    format!("在 “{}” 里", self.path),
                    format!("inside “{}”", self.path),
                ),
            };
            self.desk.error(
                self.span.clone(),
                "config.missing",
                both(
                    format!("缺少必填项 “{path}”。"),
                    format!("The required key “{path}” is missing."),
                ),
                both(
                    format!("{zh}加上 {}", example(key)),
                    format!("Add {} {en}.", example(key)),
                ),
            );
        }
    }
}

/// A value with its name and place.
pub(super) struct Field<'t> {
    pub(super) desk: &'t Mistakes,
    /// Dotted, as a person would say it.
    pub(super) key: String,
    pub(super) value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Field<'t> {
    pub(super) fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// The value is of the right type and still can't be used.
    pub(super) fn refuse(&self, message: Text, help: Text) {
        self.desk.error(self.span(), "config.value", message, help);
    }

    pub(super) fn wrong_type(&self, zh: &str, en: &str, sample: &str) {
        let (is_zh, is_en) = type_name(self.value.get_ref());
        let key = &self.key;
        let last = key.rsplit('.').next().unwrap_or(key);
        self.desk.error(
            self.span(),
            "config.type",
            both(
                format!("“{key}” 应该是{zh}，这里写的是{is_zh}。"),
                format!("“{key}” should be {en}; here it is {is_en}."),
            ),
            both(
                format!("写成 {last} = {sample}"),
                format!("Write it as {last} = {sample}"),
            ),
        );
    }

    /// Any text.
    pub(super) fn string(&self) -> Option<&'t str> {
        let found = self.value.get_ref().as_str();
        if found.is_none() {
            self.wrong_type("带引号的文字", "text in quotes", "\"…\"");
        }
        found.filter(|text| self.within(text, STRING_CHARS_MAX))
    }

    /// Refuses what is longer than anybody needs: it would stand on pages, in lists and in answers of everybody.
    pub(super) fn within(&self, text: &str, max: usize) -> bool {
        let fits = text.chars().nth(max).is_none();
        if !fits {
            let has = text.chars().count();
            self.refuse(
                both(
                    format!("“{}” 有 {has} 个字，太长了。", self.key),
                    format!("“{}” has {has} letters, which is too long.", self.key),
                ),
                both(
                    format!("最多写 {max} 个字。"),
                    format!("Write at most {max}."),
                ),
            );
        }
        fits
    }

    /// Text for people: one for both languages, or `{ zh = "…", en = "…" }`.
    pub(super) fn text(&self) -> Option<Text> {
        let text = match self.value.get_ref() {
            DeValue::String(one) => both(one.as_ref(), one.as_ref()),
            DeValue::Table(rows) => {
                let table = Table::new(self.desk, rows, self.span(), self.key.clone());
                let zh = table.need("zh").and_then(|f| f.string());
                let en = table.need("en").and_then(|f| f.string());
                table.finish();
                both(zh?, en?)
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                self.wrong_type(
                    "文字，或中英文各一句",
                    "text, or one text for each language",
                    "{ zh = \"…\", en = \"…\" }",
                );
                return None;
            }
        };
        if ![&text.zh, &text.en]
            .into_iter()
            .all(|half| self.within(half, TEXT_CHARS_MAX))
        {
            return None;
        }
        if text.zh.trim().is_empty() || text.en.trim().is_empty() {
            self.refuse(
                both(
                    format!("“{}” 是空的。", self.key),
                    format!("“{}” is empty.", self.key),
                ),
                both("写上人们会读到的文字。", "Write what people shall read."),
            );
            return None;
        }
        Some(text)
    }

    /// Yes or no.
    pub(super) fn yes_no(&self) -> Option<bool> {
        let found = self.value.get_ref().as_bool();
        if found.is_none() {
            self.wrong_type(
                "true 或 false，不加引号",
                "true or false without quotes",
                "true",
            );
        }
        found
    }

    /// A whole number within bounds, both included.
    pub(super) fn integer(&self, bounds: RangeInclusive<i64>) -> Option<i64> {
        let Some(number) = self.value.get_ref().as_integer() else {
            let value = self.value.get_ref();
            let written = value
                .as_str()
                .or(value.as_float().map(|number| number.as_str()));
            let whole = written.and_then(|text| text.trim().split('.').next()?.parse().ok());
            let sample = whole.unwrap_or(*bounds.start());
            self.wrong_type(
                "整数，不加引号",
                "a whole number without quotes",
                &sample.to_string(),
            );
            return None;
        };
        let value = i64::from_str_radix(number.as_str(), number.radix()).ok();
        if let Some(good) = value.filter(|value| bounds.contains(value)) {
            return Some(good);
        }
        let (low, high) = (bounds.start(), bounds.end());
        self.refuse(
            both(
                format!(
                    "“{}” 应该在 {low} 到 {high} 之间，这里是 {number}。",
                    self.key
                ),
                format!(
                    "“{}” should be between {low} and {high}; here it is {number}.",
                    self.key
                ),
            ),
            both(
                "改成范围之内的数。",
                "Change it to a number within the bounds.",
            ),
        );
        None
    }

    /// A day.
    pub(super) fn date(&self) -> Option<LocalDate> {
        let found = match self.value.get_ref().as_datetime() {
            Some(when) if when.time.is_none() && when.offset.is_none() => when.date,
            _ => None,
        };
        let Some(date) = found else {
            self.wrong_type(
                "日期，不加引号，也不带钟点",
                "a date without quotes and without a time",
                "2026-01-01",
            );
            return None;
        };
        match LocalDate::new(i32::from(date.year), date.month, date.day) {
            Ok(date) => Some(date),
            Err(bad) => {
                self.refuse(
                    both(
                        format!("“{}” 不在 1970-01-01 到 2199-12-31 之间。", self.key),
                        bad.to_string(),
                    ),
                    both("改成实际的日期。", "Write the real date."),
                );
                None
            }
        }
    }

    /// A short machine-readable name.
    pub(super) fn code(&self) -> Option<Code> {
        let text = self.string()?;
        match text.parse() {
            Ok(code) => Some(code),
            Err(bad) => {
                let bad: rongyi_core::ids::BadCode = bad;
                self.refuse(
                    both(
                        format!(
                            "“{text}” 不能作代号：用 1 到 48 个小写字母、数字或 - . _ /，以字母或数字开头。"
                        ),
                        bad.to_string(),
                    ),
                    both(
                        "代号一般用拼音，例如 \"nanmen\"；名称写在 title 里。",
                        "Use something like \"nanmen\"; the name people read belongs in `title`.",
                    ),
                );
                None
            }
        }
    }

    /// One of a few words.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.string()?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let list: Vec<String> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        let near = nearest(text, words.iter().map(|(word, _)| *word));
        let help = match near {
            Some(near) => both(
                format!("是不是想写 \"{near}\"？"),
                format!("Did you mean \"{near}\"?"),
            ),
            None => both("从上面几个词里选一个。", "Choose one of these words."),
        };
        self.refuse(
            both(
                format!("“{}” 只能是 {}。", self.key, list.join("、")),
                format!("“{}” can only be {}.", self.key, list.join(", ")),
            ),
            help,
        );
        None
    }

    /// A table below this key.
    pub(super) fn table(&self) -> Option<Table<'t>> {
        let Some(rows) = self.value.get_ref().as_table() else {
            self.wrong_type("一组设置", "a table", "{ … }");
            return None;
        };
        Some(Table::new(self.desk, rows, self.span(), self.key.clone()))
    }

    /// The members of a list.
    pub(super) fn list(&self) -> Option<Vec<Field<'t>>> {
        let Some(items) = self.value.get_ref().as_array() else {
            self.wrong_type("一个列表", "a list", "[ … ]");
            return None;
        };
        let fields = items.iter().enumerate().map(|(at, value)| Field {
            desk: self.desk,
            key: format!("{}[{at}]", self.key),
            value,
        });
        Some(fields.collect())
    }
}

/// Chinese and English for the type of a value.
fn type_name(value: &DeValue<'_>) -> (&'static str, &'static str) {
    match value {
        DeValue::String(_) => ("文字", "text"),
        DeValue::Integer(_) => ("整数", "a whole number"),
        DeValue::Float(_) => ("小数", "a decimal number"),
        DeValue::Boolean(_) => ("true 或 false", "true or false"),
        DeValue::Datetime(_) => ("日期或时刻", "a date or time"),
        DeValue::Array(_) => ("列表", "a list"),
        DeValue::Table(_) => ("一组设置", "a table"),
    }
}

/// How a key is usually written.
fn example(key: &str) -> String {
    match key {
        "began_on" | "active_from" => format!("{key} = 2026-01-01"),
        "code" => "code = \"nanmen\"".to_owned(),
        "plugin" => "plugin = \"points-table\"".to_owned(),
        "points_go_to" => "points_go_to = \"household\"".to_owned(),
        "shop" => "[shop]".to_owned(),
        "params" => "[rule.params]".to_owned(),
        _ => format!("{key} = \"…\""),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
