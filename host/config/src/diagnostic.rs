//! What is wrong in a configuration file: the place, the text that stands there, and the way out.
//!
//! Rendering only; finding mistakes is the readers' work. Values of secrets are masked before anything
//! here can show them.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use rongyi_core::rule::Text;
use rongyi_core::shown;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The configuration can't be used.
    Error,
    /// It can be used, and probably does not do what was meant.
    Warning,
}

/// A file that was read, kept so that its lines can be shown.
#[derive(Debug)]
pub(super) struct Source {
    /// As a person would type it.
    pub(super) path: PathBuf,
    /// Its text with the values of secrets masked; same length in bytes as what was read.
    pub(super) shown: String,
}

/// One mistake, or one warning.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable, for programs: `config.unknown-key`, or the code a rule gave.
    pub code: String,
    /// The file.
    pub file: PathBuf,
    /// Line from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Column from 1 in characters; 0 when the whole file is meant.
    pub column: usize,
    /// The text that stands there, at most its first 80 characters; empty when the whole file is meant.
    pub text: String,
    /// What is wrong and what was expected.
    pub message: Text,
    /// What to do.
    pub help: Text,
    pub(super) at: Option<(Arc<Source>, Range<usize>)>,
}

impl Diagnostic {
    /// A mistake that has no place inside a file: it is missing, or can't be read.
    pub fn of_file(file: PathBuf, code: &str, message: Text, help: Text) -> Self {
        Diagnostic {
            severity: Severity::Error,
            code: code.to_owned(),
            file,
            line: 0,
            column: 0,
            text: String::new(),
            message: visible(message),
            help: visible(help),
            at: None,
        }
    }

    /// A mistake at these bytes of a file.
    pub(super) fn at(
        source: &Arc<Source>,
        span: Range<usize>,
        code: &str,
        message: Text,
        help: Text,
    ) -> Self {
        let span = clip(&source.shown, span);
        let before = source.shown.get(..span.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let text = source.shown.get(span.clone()).unwrap_or_default();
        Diagnostic {
            severity: Severity::Error,
            code: code.to_owned(),
            file: source.path.clone(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            text: shown::line(&text.chars().take(80).collect::<String>()).into_owned(),
            message: visible(message),
            help: visible(help),
            at: Some((Arc::clone(source), span)),
        }
    }

    /// The same, as something to think about.
    pub(super) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

/// What a file, a rule or a path said is part of many sentences: each is one visible line of a bounded length.
fn visible(text: Text) -> Text {
    Text {
        zh: shown::short(&text.zh, SENTENCE_MAX).into_owned(),
        en: shown::short(&text.en, SENTENCE_MAX).into_owned(),
    }
}

/// The longest sentence of a diagnostic, in characters.
const SENTENCE_MAX: usize = 2_000;

/// Keeps a span inside the text, on character borders and on its first line, so that a table of forty
/// lines is shown by its header.
fn clip(text: &str, span: Range<usize>) -> Range<usize> {
    let border = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = border(span.start);
    let end = border(span.end.max(start));
    let first_line = text.get(start..end).unwrap_or_default();
    let first_line = first_line.split(['\n', '\r']).next().unwrap_or_default();
    start..start + first_line.len()
}

/// For a terminal: every diagnostic with its line, Chinese first, then English, then a count.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let renderer = Renderer::plain();
    let mut out = String::new();
    for diagnostic in diagnostics {
        let (level, zh, en) = match diagnostic.severity {
            Severity::Error => (Level::ERROR, "错误", "error"),
            Severity::Warning => (Level::WARNING, "提醒", "warning"),
        };
        let file = diagnostic.file.display().to_string();
        let file = shown::line(&file).into_owned();
        let title = level
            .clone()
            .with_name(zh)
            .primary_title(diagnostic.message.zh.as_str())
            .id(diagnostic.code.as_str());
        let mut group = match &diagnostic.at {
            Some((source, span)) => title.element(
                Snippet::source(source.shown.as_str())
                    .path(file)
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            ),
            None => title.element(annotate_snippets::Origin::path(file)),
        };
        group = group.element(level.with_name(en).message(diagnostic.message.en.as_str()));
        if !diagnostic.help.zh.is_empty() {
            group = group.element(
                Level::HELP
                    .with_name("怎么办")
                    .message(diagnostic.help.zh.as_str()),
            );
        }
        if !diagnostic.help.en.is_empty() {
            group = group.element(
                Level::HELP
                    .with_name("what to do")
                    .message(diagnostic.help.en.as_str()),
            );
        }
        // What the renderer leaves of a drawn line as it is, such as U+009B, is made visible here.
        out.push_str(&shown::lines(&renderer.render(&[group])));
        out.push_str("\n\n");
    }
    let errors = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .count();
    let warnings = diagnostics.len() - errors;
    if errors > 0 {
        let _ = writeln!(
            out,
            "共 {errors} 处错误，{warnings} 处提醒。什么也没有改动。"
        );
        let _ = writeln!(
            out,
            "{errors} error(s), {warnings} warning(s). Nothing was changed."
        );
    }
    out
}

/// For a program: a JSON array with one object for each diagnostic.
pub fn to_json(diagnostics: &[Diagnostic]) -> String {
    let list: Vec<_> = diagnostics
        .iter()
        .map(|d| {
            serde_json::json!({
                "severity": match d.severity { Severity::Error => "error", Severity::Warning => "warning" },
                "code": d.code,
                "file": d.file.display().to_string(),
                "line": d.line,
                "column": d.column,
                "text": d.text,
                "zh": d.message.zh,
                "en": d.message.en,
                "help_zh": d.help.zh,
                "help_en": d.help.en,
            })
        })
        .collect();
    serde_json::Value::Array(list).to_string()
}
