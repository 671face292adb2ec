//! The tests that every bundled rule shares: its scenario files, its manual, its schema.
//!
//! Each function panics with what is wrong, for use in `tests/`; nothing of it is in a compiled rule.

use std::path::Path;

use crate::Rule;
use crate::scenario::{Native, params_json, run};

/// Runs every scenario file of a folder natively and says how many scenarios there were.
///
/// # Panics
/// When a file cannot be read or a scenario does not come out as written.
pub fn scenarios<R: Rule>(folder: &str) -> usize {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap_or_else(|no| panic!("{folder}: {no}"))
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    files.sort();
    files.iter().map(|path| one_file::<R>(path)).sum()
}

fn one_file<R: Rule>(path: &Path) -> usize {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|no| panic!("{}: {no}", path.display()));
    let report = run(&text, &mut Native::<R>::default())
        .unwrap_or_else(|no| panic!("{}: {no}", path.display()));
    assert!(
        report.failures.is_empty(),
        "{}: {:#?}",
        path.display(),
        report.failures
    );
    report.ran
}

/// Changes one expectation of a scenario file and asserts that exactly one scenario then fails: a run that
/// finds everything right would prove nothing.
///
/// # Panics
/// When the expectation is not in the file, or changing it goes unnoticed.
pub fn a_wrong_expectation_is_noticed<R: Rule>(file: &str, right: &str, wrong: &str) {
    assert!(file.contains(right), "“{right}” is not in the file");
    let changed = file.replacen(right, wrong, 1);
    let report = run(&changed, &mut Native::<R>::default()).unwrap_or_else(|no| panic!("{no}"));
    assert_eq!(report.failures.len(), 1, "{:#?}", report.failures);
}

/// Configures every `[[rule]]` of this plugin in a TOML text and says how many there were.
///
/// # Panics
/// When the text is no TOML or the rule refuses its parameters.
pub fn accepted<R: Rule>(name: &str, text: &str) -> usize {
    let file: toml::Table =
        toml::from_str(text).unwrap_or_else(|no| panic!("{name}: {no}\n{text}"));
    let plugin = R::describe().name;
    let rules = file.get("rule").and_then(toml::Value::as_array);
    let mine = rules
        .into_iter()
        .flatten()
        .filter(|rule| rule.get("plugin").and_then(toml::Value::as_str) == Some(plugin.as_str()));
    mine.map(|rule| {
        let empty = toml::Value::Table(toml::Table::new());
        let params = rule.get("params").unwrap_or(&empty);
        let found = R::configure(&params_json(params)).map(|_| ());
        assert!(found.is_ok(), "{name}: {found:#?}");
    })
    .count()
}

/// Configures the complete examples of a manual and says how many there were.
///
/// # Panics
/// When one of them is refused.
pub fn manual<R: Rule>(readme: &str) -> usize {
    let blocks = readme.split("```toml\n").skip(1);
    let texts = blocks.filter_map(|rest| rest.split("```").next());
    texts
        .filter(|text| text.contains("[[rule]]"))
        .map(|text| accepted::<R>("README.md", text))
        .sum()
}

/// The messages about parameters, `path: zh / en`, one a line, sorted.
///
/// # Panics
/// When the parameters are accepted, or are no TOML.
pub fn complaints<R: Rule>(params: &str) -> String {
    let params: toml::Table = toml::from_str(params).unwrap_or_else(|no| panic!("{no}\n{params}"));
    let found = match R::configure(&params_json(&toml::Value::Table(params))) {
        Ok(_) => panic!("the parameters were accepted"),
        Err(found) => found,
    };
    let mut lines: Vec<String> = found
        .iter()
        .map(|one| format!("{}: {} / {}", one.path, one.message.zh, one.message.en))
        .collect();
    // A JSON table has no order of its own.
    lines.sort();
    lines.join("\n")
}
