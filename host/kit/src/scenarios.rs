//! Scenario files as authors write them: what is wrong in one is said with its place.

use std::path::Path;

use rongyi_sdk::scenario;
use toml::de::DeTable;

use crate::Problem;
use crate::problem::shown;

/// Reads a scenario file.
///
/// # Errors
/// [`Problem`] with the line and what may stand there.
pub fn read(shown: &str, text: &str) -> Result<scenario::File, Problem> {
    // An empty file lacks the list, one that says `scenario = []` has it.
    let found = scenario::read(text);
    let without = match &found {
        Ok(file) => file.scenario.is_empty(),
        Err(why) => why.contains("missing field `scenario`"),
    };
    if without {
        return Err(Problem::new(
            "kit.scenarios",
            format!("{shown} 里一个 [[scenario]] 也没有。至少写一个例子：给什么、应该得什么。"),
            format!(
                "{shown} has no [[scenario]]. Write one example at least: what is given, what must come of it."
            ),
        ));
    }
    found.map_err(|why| unreadable(shown, &why))
}

/// Reads a scenario file from the disk.
///
/// # Errors
/// [`Problem`] when it cannot be read or is none.
pub fn read_file(path: &Path) -> Result<(String, scenario::File), Problem> {
    let text =
        rongyi_files::read_text(path, 16 << 20).map_err(|no| Problem::file(path, &no.into()))?;
    let file = read(&shown(path), &text)?;
    Ok((text, file))
}

/// The line on which each scenario of a file begins, in the order of the file.
pub fn lines(text: &str) -> Vec<usize> {
    let Ok(table) = DeTable::parse(text) else {
        return Vec::new();
    };
    let all = table.get_ref().iter();
    let mut all = all.filter(|(key, _)| key.get_ref() == "scenario");
    let found = all.next().and_then(|(_, value)| value.get_ref().as_array());
    let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    let items = found.into_iter().flat_map(|items| items.iter());
    items.map(|item| line(item.span().start)).collect()
}

pub(crate) fn unreadable(shown: &str, why: &str) -> Problem {
    Problem::new(
        "kit.scenarios",
        format!(
            "{shown} 读不懂：\n{}\n例子怎么写，见 plugins/README.zh.md 的“例子”一节。",
            why.trim_end()
        ),
        format!(
            "{shown} cannot be understood; the place is shown above. How scenarios are written: plugins/README.md, “Scenarios”."
        ),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use rongyi_sdk::scenario::{
        Expect, ExpectedAward, ExpectedLine, ExpectedWrong, File, GivenBasket, GivenClosing,
        GivenEvent, GivenFact, GivenLine, Scenario, need,
    };
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::*;
    use crate::embedded::COMMON;

    fn common(name: &str) -> &'static str {
        let (_, bytes) = COMMON.iter().find(|(file, _)| *file == name).unwrap();
        std::str::from_utf8(bytes).unwrap()
    }

    fn schema() -> Value {
        serde_json::from_str(common("rongyi/scenarios.schema.json")).unwrap()
    }

    /// All keys that a type reads, and the first that it wants.
    type Keys = (BTreeSet<String>, Option<String>);

    /// Which keys a type reads, and which one it wants first: both out of what it complains about.
    fn keys<T: DeserializeOwned>() -> Keys {
        let named = |text: &str| -> Vec<String> {
            let told = toml::from_str::<T>(text)
                .err()
                .map(|no| no.message().to_owned());
            let told = told.unwrap_or_default();
            told.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect()
        };
        let known = named("nobody-has-this = 1").into_iter().skip(1).collect();
        (known, named("").into_iter().next())
    }

    #[test]
    fn editors_and_the_program_know_the_same_keys() {
        let schema = schema();
        let of: [(&str, Keys); 11] = [
            ("", keys::<File>()),
            ("/$defs/scenario", keys::<Scenario>()),
            ("/$defs/event", keys::<GivenEvent>()),
            ("/$defs/basket", keys::<GivenBasket>()),
            ("/$defs/line", keys::<GivenLine>()),
            ("/$defs/closing", keys::<GivenClosing>()),
            ("/$defs/fact", keys::<GivenFact>()),
            ("/$defs/expect", keys::<Expect>()),
            ("/$defs/award", keys::<ExpectedAward>()),
            ("/$defs/told", keys::<ExpectedLine>()),
            ("/$defs/wrong", keys::<ExpectedWrong>()),
        ];
        for (place, (known, first)) in of {
            let part = schema.pointer(place).unwrap();
            let written = part["properties"].as_object().unwrap();
            let written: BTreeSet<String> = written.keys().cloned().collect();
            assert_eq!(written, known, "{place}");
            let required = part["required"].as_array().cloned().unwrap_or_default();
            if let Some(first) = first {
                assert!(
                    required.contains(&Value::from(first.as_str())),
                    "{place}: {first}"
                );
            } else {
                assert!(required.is_empty(), "{place}");
            }
        }
    }

    #[test]
    fn the_words_of_a_fact_are_those_that_are_read() {
        let schema = schema();
        let words = |place: &str| -> Vec<String> {
            let list = schema.pointer(place).unwrap().as_array().unwrap();
            list.iter()
                .map(|word| word.as_str().unwrap().to_owned())
                .collect()
        };
        let fact = |metric: &str, subject: &str, window: &str| GivenFact {
            metric: metric.to_owned(),
            window: window.to_owned(),
            subject: subject.to_owned(),
            of: None,
            value: 0,
        };
        let metrics = words("/$defs/fact/properties/metric/enum");
        for metric in &metrics {
            need(&fact(metric, "person", "day")).unwrap();
        }
        let told = need(&fact("none", "person", "day")).unwrap_err();
        for metric in metrics {
            assert!(told.contains(&metric), "{told}");
        }
        for subject in words("/$defs/fact/properties/subject/enum") {
            need(&fact("points", &subject, "day")).unwrap();
        }
        let windows = schema.pointer("/$defs/fact/properties/window/pattern");
        let windows = windows.unwrap().as_str().unwrap();
        let inner = windows.trim_start_matches("^(").trim_end_matches(")$");
        for window in inner.split('|') {
            let window = window.replace("[1-9][0-9]*", "30");
            need(&fact("points", "person", &window)).unwrap();
        }
    }

    #[test]
    fn every_example_has_its_line_and_its_files_name_their_schemas() {
        let text = common("scenarios.toml");
        let found = lines(text);
        let expected: BTreeMap<usize, &str> = (1..).zip(text.lines()).collect();
        assert_eq!(found.len(), scenario::read(text).unwrap().scenario.len());
        for line in found {
            assert_eq!(expected[&line], "[[scenario]]");
        }
        assert!(text.starts_with("#:schema ./rongyi/scenarios.schema.json\n"));
        assert!(common("params.toml").starts_with("#:schema ./schema.json\n"));
    }
}
