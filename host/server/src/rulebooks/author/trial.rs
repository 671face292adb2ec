//! `rongyi rule test`: every scenario through the component; what differs stands side by side. What is compared,
//! the SDK decides.

use comfy_table::{Cell, Color, ContentArrangement, Table, presets};
use rongyi_kit::RuleFolder;
use rongyi_kit::ask;
use rongyi_kit::desk::{AuthorDesk, Terms};
use rongyi_kit::scenarios;
use rongyi_rules::scenario::{Difference, Failure as Failed};

use super::{InFolder, colour};
use crate::door::terminal::{Failure, say};

/// Columns of a table that nobody has told how wide the screen is.
const WIDTH: u16 = 110;

pub(super) fn run(args: &InFolder) -> Result<(), Failure> {
    let (folder, desk) = args.trying(|_| Ok(Terms::default()))?;
    trial(&folder, &desk)
}

/// Runs every scenario file of a folder.
pub(super) fn trial(folder: &RuleFolder, desk: &AuthorDesk) -> Result<(), Failure> {
    let (mut ran, mut failed) = (0, 0);
    for path in folder.scenario_files()? {
        let (text, file) = scenarios::read_file(&path)?;
        let shown = path.display().to_string();
        let mut report = desk.test(&shown, &text)?;
        let lines = scenarios::lines(&text);
        for scenario in &file.scenario {
            let rule = scenario.params.as_deref();
            let rule = rule.and_then(|params| desk.rule_of(&file, params));
            let lacking = rule
                .and_then(|rule| ask::lacking(scenario, &rongyi_rules::scenario::plan(&rule.plan)));
            let known = report.failures.iter().any(|one| one.name == scenario.name);
            if let (Some(lacking), false) = (lacking, known) {
                report.failures.push(Failed {
                    name: scenario.name.clone(),
                    differs: vec![Difference::Says(lacking)],
                });
            }
        }
        ran += report.ran;
        failed += report.failures.len();
        for one in &report.failures {
            say(&mark(&format!("✗ {}", one.name), "31"));
            let mut named = file.scenario.iter().zip(&lines);
            let line = named.find(|(scenario, _)| scenario.name == one.name);
            let line = line.map_or(String::new(), |(_, line)| format!(":{line}"));
            say(&format!("  {shown}{line}"));
            show(one);
        }
    }
    if failed == 0 {
        say(&mark(
            &format!("✓ {ran} 个例子全对 / all {ran} scenarios come out as written"),
            "32",
        ));
        return Ok(());
    }
    Err(Failure::new(
        "kit.test",
        format!("{ran} 个例子里有 {failed} 个不对，见上面的对照。改规则，或改例子里写错的数。"),
        format!(
            "{failed} of {ran} scenarios differ; see above. Change the rule, or the scenario where it is wrong."
        ),
    ))
}

fn show(failed: &Failed) {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(["", "应为 / expected", "实际 / got"]);
    if table.width().is_none() {
        table.set_width(WIDTH);
    }
    let painted = |text: &str, right: bool, same: bool| {
        let cell = Cell::new(text);
        match (colour() && !same, right) {
            (false, _) => cell,
            (true, true) => cell.fg(Color::Green),
            (true, false) => cell.fg(Color::Red),
        }
    };
    let mut sides = 0;
    for difference in &failed.differs {
        let Difference::Sides {
            what,
            got,
            expected,
        } = difference
        else {
            continue;
        };
        for at in 0..got.len().max(expected.len()) {
            let row = |side: &[String]| side.get(at).cloned().unwrap_or_else(|| "—".into());
            let (wanted, came) = (row(expected), row(got));
            let same = wanted == came;
            let name = if at == 0 { named(what) } else { "" };
            table.add_row([
                Cell::new(name),
                painted(&wanted, true, same),
                painted(&came, false, same),
            ]);
            sides += 1;
        }
    }
    if sides > 0 {
        say(&table.to_string());
    }
    for difference in &failed.differs {
        if let Difference::Says(says) = difference {
            say(&format!("  {}", says.replace('\n', "\n    ")));
        }
    }
    say("");
}

/// What is compared, as people call it.
fn named(what: &str) -> &str {
    match what {
        "awards" => "得分 awards",
        "lines" => "明细 lines",
        "marks" => "提示 marks",
        "points" => "价钱 points",
        "refusal" => "拒绝 refusal",
        "says" => "说法 says",
        "opens" => "何时再来 opens",
        "wrong" => "参数 wrong",
        "answer" => "回答 answer",
        other => other,
    }
}

fn mark(text: &str, ansi: &str) -> String {
    if colour() {
        format!("\u{1b}[{ansi}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
