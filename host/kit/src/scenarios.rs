//! Scenario files as authors write them: what is wrong in one is said with its place.

use std::path::Path;

use rongyi_sdk::scenario;

use crate::Problem;

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
    let file = read(&path.display().to_string(), &text)?;
    Ok((text, file))
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
