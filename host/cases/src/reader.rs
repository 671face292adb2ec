//! Walks a tree of values, collects every mistake with its place, and goes on after each one.
//!
//! It knows nothing of kinds. A value that can't be read is reported here and becomes `None`; the caller carries on
//! with a default, and the load fails in the end because something was reported.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use rongyi_core::ids::{BadCode, Code};
use rongyi_core::rule::Text;
use rongyi_core::shown;
use strsim::osa_distance;

use crate::finding::{Finding, both};
use crate::node::{Node, Row, Value};

/// The longest text for people, in characters.
const TEXT_CHARS_MAX: usize = 300;
/// The longest list or table.
const ROWS_MAX: usize = 100;

/// Where the mistakes of one text are put down, and where its parts stand.
#[derive(Default)]
pub(crate) struct Findings {
    found: RefCell<Vec<Finding>>,
    places: RefCell<BTreeMap<String, Range<usize>>>,
}

impl Findings {
    /// Reports a mistake at a dotted path. Where nothing of that name was written, the nearest part above it is shown.
    pub(crate) fn report(&self, path: &str, code: &'static str, message: Text, help: Text) {
        let at = self.place(path);
        self.found
            .borrow_mut()
            .push(Finding::new(path, at, code, message, help));
    }

    fn place(&self, path: &str) -> Option<Range<usize>> {
        let places = self.places.borrow();
        let mut part = path;
        loop {
            if let Some(at) = places.get(part) {
                return Some(at.clone());
            }
            part = match part.rfind(['.', '[']) {
                Some(end) => part.get(..end)?,
                // What is written nowhere was taken from another text, or is missing from the whole.
                None => return places.get("like").or_else(|| places.get("")).cloned(),
            };
        }
    }

    /// Every mistake, in the order of the text.
    pub(crate) fn into_found(self) -> Vec<Finding> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|one| one.at.as_ref().map_or(0, |at| at.start));
        found
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.found.borrow().is_empty()
    }
}

/// A value with its name.
pub(crate) struct Place<'t> {
    findings: &'t Findings,
    pub(crate) path: String,
    node: &'t Node,
}

impl<'t> Place<'t> {
    /// The whole text.
    pub(crate) fn root(findings: &'t Findings, node: &'t Node) -> Place<'t> {
        Place::new(findings, String::new(), node)
    }

    fn new(findings: &'t Findings, path: String, node: &'t Node) -> Place<'t> {
        if let Some(at) = &node.at {
            findings
                .places
                .borrow_mut()
                .insert(path.clone(), at.clone());
        }
        Place {
            findings,
            path,
            node,
        }
    }

    pub(crate) fn refuse(&self, code: &'static str, message: Text, help: Text) {
        self.findings.report(&self.path, code, message, help);
    }

    fn wrong_type(&self, zh: &str, en: &str, sample: &str) {
        let (is_zh, is_en) = self.node.type_name();
        let last = self.path.rsplit('.').next().unwrap_or(&self.path);
        self.refuse(
            "value.type",
            both(
                format!("“{}” 应该是{zh}，这里写的是{is_zh}。", self.path),
                format!("“{}” should be {en}; here it is {is_en}.", self.path),
            ),
            both(
                format!("写成 {last} = {sample}"),
                format!("Write it as {last} = {sample}"),
            ),
        );
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    pub(crate) fn is_string(&self) -> bool {
        matches!(self.node.value, Value::Text(_))
    }

    /// Any text.
    pub(crate) fn string(&self) -> Option<&'t str> {
        let Value::Text(text) = &self.node.value else {
            self.wrong_type("带引号的文字", "text in quotes", "\"…\"");
            return None;
        };
        let has = text.chars().count();
        if has > TEXT_CHARS_MAX {
            self.refuse(
                "value.long",
                both(
                    format!("“{}” 有 {has} 个字，太长了。", self.path),
                    format!("“{}” has {has} letters, which is too long.", self.path),
                ),
                both(
                    format!("最多写 {TEXT_CHARS_MAX} 个字。"),
                    format!("Write at most {TEXT_CHARS_MAX}."),
                ),
            );
            return None;
        }
        Some(text)
    }

    /// Text for people: `{ zh = "…", en = "…" }`, or one for both languages.
    pub(crate) fn text(&self) -> Option<Text> {
        let text = if self.is_string() {
            let one = self.string()?;
            both(one, one)
        } else {
            let table = self.table()?;
            let zh = table.need("zh").and_then(|half| half.string());
            let en = table.need("en").and_then(|half| half.string());
            table.finish();
            both(zh?, en?)
        };
        if text.zh.trim().is_empty() || text.en.trim().is_empty() {
            self.refuse(
                "value.empty",
                both(
                    format!("“{}” 是空的。", self.path),
                    format!("“{}” is empty.", self.path),
                ),
                both("写上人们会读到的文字。", "Write what people shall read."),
            );
            return None;
        }
        Some(text)
    }

    /// A whole number within bounds, both included.
    pub(crate) fn whole(&self, bounds: RangeInclusive<i64>) -> Option<i64> {
        let (low, high) = (bounds.start(), bounds.end());
        let Value::Whole(number) = self.node.value else {
            self.wrong_type(
                "整数，不加引号",
                "a whole number without quotes",
                &low.to_string(),
            );
            return None;
        };
        if bounds.contains(&number) {
            return Some(number);
        }
        self.refuse(
            "value.range",
            both(
                format!(
                    "“{}” 应该在 {low} 到 {high} 之间，这里是 {number}。",
                    self.path
                ),
                format!(
                    "“{}” should be between {low} and {high}; here it is {number}.",
                    self.path
                ),
            ),
            both(
                format!("写一个 {low} 到 {high} 之间的数。"),
                format!("Write a number from {low} to {high}."),
            ),
        );
        None
    }

    /// A whole number within bounds, as the type that holds it.
    pub(crate) fn number<T: TryFrom<i64>>(&self, bounds: RangeInclusive<i64>) -> Option<T> {
        self.whole(bounds)
            .and_then(|number| T::try_from(number).ok())
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        let Value::Flag(flag) = self.node.value else {
            self.wrong_type("true 或 false", "true or false", "true");
            return None;
        };
        Some(flag)
    }

    /// A short machine-readable name.
    pub(crate) fn code(&self) -> Option<Code> {
        let text = self.string()?;
        self.code_of(text)
    }

    /// A key of this table, as a name.
    pub(crate) fn code_of(&self, text: &str) -> Option<Code> {
        match text.parse() {
            Ok(code) => Some(code),
            Err(bad) => {
                let bad: BadCode = bad;
                let name = shown::short(text, 40);
                self.refuse(
                    "value.code",
                    both(
                        format!(
                            "“{name}” 不能作代号：用 1 到 48 个小写字母、数字或 - . _ /，以字母或数字开头。"
                        ),
                        format!("{bad}."),
                    ),
                    both(
                        "代号写成 \"doing\" 这样，给人看的名称写在 title 里。",
                        "Use something like \"doing\"; the name people read belongs in `title`.",
                    ),
                );
                None
            }
        }
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.string()?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let list: Vec<String> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        let name = shown::short(text, 40);
        let help = match nearest(text, words.iter().map(|(word, _)| *word)) {
            Some(near) => both(
                format!("是不是想写 \"{near}\"？"),
                format!("Did you mean \"{near}\"?"),
            ),
            None => both("从这几个词里选一个。", "Choose one of these words."),
        };
        self.refuse(
            "value.word",
            both(
                format!(
                    "“{}” 只能是 {}，这里是“{name}”。",
                    self.path,
                    list.join("、")
                ),
                format!(
                    "“{}” can only be {}; here it is “{name}”.",
                    self.path,
                    list.join(", ")
                ),
            ),
            help,
        );
        None
    }

    /// A table below this name.
    pub(crate) fn table(&self) -> Option<Part<'t>> {
        let Value::Table(rows) = &self.node.value else {
            self.wrong_type("一组设置", "a table", "{ … }");
            return None;
        };
        self.within(rows.len())?;
        Some(Part {
            findings: self.findings,
            rows,
            path: self.path.clone(),
            known: RefCell::default(),
            missing: RefCell::default(),
        })
    }

    /// The members of a list.
    pub(crate) fn list(&self) -> Option<Vec<Place<'t>>> {
        let Value::List(items) = &self.node.value else {
            self.wrong_type("一个列表", "a list", "[ … ]");
            return None;
        };
        self.within(items.len())?;
        let member = |(at, item)| Place::new(self.findings, format!("{}[{at}]", self.path), item);
        Some(items.iter().enumerate().map(member).collect())
    }

    /// The members of a list, or the one value that stands for a list of one.
    pub(crate) fn one_or_more(&self) -> Option<Vec<Place<'t>>> {
        if self.is_list() {
            return self.list();
        }
        Some(vec![Place::new(
            self.findings,
            self.path.clone(),
            self.node,
        )])
    }

    fn within(&self, length: usize) -> Option<()> {
        if length <= ROWS_MAX {
            return Some(());
        }
        self.refuse(
            "value.many",
            both(
                format!("“{}” 有 {length} 项，太多了。", self.path),
                format!("“{}” has {length} members, which is too many.", self.path),
            ),
            both(
                format!("最多写 {ROWS_MAX} 项。"),
                format!("Write at most {ROWS_MAX}."),
            ),
        );
        None
    }
}

/// A table being read. Keys nobody asked for are reported by [`Part::finish`].
pub(crate) struct Part<'t> {
    findings: &'t Findings,
    rows: &'t [Row],
    pub(crate) path: String,
    known: RefCell<Vec<&'static str>>,
    missing: RefCell<Vec<&'static str>>,
}

impl<'t> Part<'t> {
    /// The value of a key that may be left out.
    pub(crate) fn get(&self, key: &'static str) -> Option<Place<'t>> {
        self.known.borrow_mut().push(key);
        let row = self.rows.iter().find(|row| row.key == key)?;
        Some(Place::new(self.findings, join(&self.path, key), &row.node))
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, key: &'static str) -> Option<Place<'t>> {
        let place = self.get(key);
        if place.is_none() {
            self.missing.borrow_mut().push(key);
        }
        place
    }

    /// Whether a key stands there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.rows.iter().any(|row| row.key == key)
    }

    /// Every value of a table whose keys are free, in the order in which they were written.
    pub(crate) fn free(&self) -> Vec<(&'t str, Place<'t>)> {
        let place = |row: &'t Row| {
            let place = Place::new(self.findings, join(&self.path, &row.key), &row.node);
            (row.key.as_str(), place)
        };
        self.rows.iter().map(place).collect()
    }

    pub(crate) fn refuse(&self, code: &'static str, message: Text, help: Text) {
        self.findings.report(&self.path, code, message, help);
    }

    /// Reports what is missing and what is not known. A missing key whose likely misspelling stands in the table is
    /// reported once, as the misspelling.
    pub(crate) fn finish(self) {
        let known = self.known.into_inner();
        let mut missing = self.missing.into_inner();
        for row in self.rows {
            if known.contains(&row.key.as_str()) {
                continue;
            }
            let near = nearest(&row.key, known.iter().copied());
            let help = match near {
                Some(near) => both(
                    format!("是不是想写 “{near}”？改名，或者删掉它。"),
                    format!("Did you mean “{near}”? Rename it, or delete it."),
                ),
                None => both(
                    format!("删掉它。这里可以写的有：{}。", known.join("、")),
                    format!("Delete it. What may stand here: {}.", known.join(", ")),
                ),
            };
            missing.retain(|key| Some(*key) != near);
            let path = join(&self.path, &row.key);
            if let Some(at) = &row.key_at {
                let mut places = self.findings.places.borrow_mut();
                places.insert(path.clone(), at.clone());
            }
            let name = shown::short(&path, 80).into_owned();
            self.findings.report(
                &path,
                "value.unknown",
                both(
                    format!("不认识 “{name}” 这一项。"),
                    format!("“{name}” is not a known key."),
                ),
                help,
            );
        }
        for key in missing {
            let path = join(&self.path, key);
            self.findings.report(
                &path,
                "value.missing",
                both(
                    format!("缺少必填项 “{path}”。"),
                    format!("The required key “{path}” is missing."),
                ),
                both(format!("加上 {key} = …"), format!("Add {key} = …")),
            );
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The known word that was most likely meant: at most one slip for every three letters it has, rounded up.
pub(crate) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    known
        .map(|candidate| (osa_distance(&lower, candidate), candidate))
        .filter(|(slips, candidate)| *slips <= candidate.chars().count().div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}
