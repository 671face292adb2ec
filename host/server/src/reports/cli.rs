//! `rongyi report list|show`: reports at the terminal, as a table or as lines for a sheet.

use clap::Subcommand;
use comfy_table::{Table as Drawn, presets};
use rongyi_pages::format;

use super::{ALL, ReportError, Shown, Unit, sheet};
use crate::door::terminal::{Failure, InCommunity, Installation, foreign, known, say, with_house};
use crate::ledger::explain::Lang;

/// Reports about a community.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// 有哪些报表 / which reports there are
    List,
    /// 看一张报表 / one report
    Show {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        place: InCommunity,
        /// 哪一张，见 report list / which one, see report list
        #[arg(value_name = "REPORT")]
        report: String,
        /// 从哪个月起，例如 2026-01 / the first month
        #[arg(long, value_name = "MONTH")]
        from: Option<String>,
        /// 到哪个月止 / the last month
        #[arg(long, value_name = "MONTH")]
        to: Option<String>,
        /// 写成 CSV / as CSV
        #[arg(long)]
        csv: bool,
    },
}

fn failure(error: ReportError) -> Failure {
    match error {
        ReportError::Unknown => Failure::new(
            "report.unknown",
            "没有这张报表。有哪些，见 rongyi report list。",
            "There is no such report. See rongyi report list.",
        ),
        ReportError::Months(text) => Failure::new(
            "report.months",
            format!(
                "“{}”：月份写成 2026-10，前面的早、后面的晚，最多 36 个月。",
                foreign(&text)
            ),
            format!(
                "“{}”: write months as 2026-10, the earlier one first, at most 36.",
                foreign(&text)
            ),
        ),
        error @ (ReportError::Clerk(_) | ReportError::Case(_) | ReportError::Sheet(_)) => {
            Failure::said("report", &error)
        }
    }
}

/// Runs one of the commands.
///
/// # Errors
/// A [`Failure`] with its sentence.
pub(crate) async fn run(command: ReportCommand) -> Result<(), Failure> {
    match command {
        ReportCommand::List => {
            for report in ALL {
                say(&format!(
                    "{:<12} {} / {}",
                    report.code, report.title.0, report.title.1
                ));
            }
            Ok(())
        }
        ReportCommand::Show {
            installation,
            place,
            report,
            from,
            to,
            csv,
        } => {
            with_house(&installation, async |house| {
                let community = known(house, &place.community)?;
                let report = super::find(&report).map_err(failure)?;
                let months = (from.as_deref(), to.as_deref());
                let shown = super::show(house, community, report, months).await;
                let shown = shown.map_err(failure)?;
                if csv {
                    let lines = sheet::csv(&shown, Lang::Zh).text().replace("\r\n", "\n");
                    say(lines.trim_start_matches('\u{feff}').trim_end());
                } else {
                    say(&format!("{} / {}", report.title.0, report.title.1));
                    say(&drawn(&shown));
                }
                Ok(())
            })
            .await
        }
    }
}

fn cell(value: Option<i64>, unit: Unit) -> String {
    match (value, unit) {
        (None, _) => "—".to_owned(),
        (Some(value), Unit::Points | Unit::Count) => format::number(value),
        (Some(value), Unit::Minutes) => format::hours(value),
        (Some(value), Unit::Fen) => rongyi_pages::format::yuan(value),
        (Some(value), Unit::PerMille) => format!("{}.{}%", value / 10, value % 10),
    }
}

fn drawn(shown: &Shown) -> String {
    let table = &shown.table;
    let mut lines = Drawn::new();
    lines.load_style(presets::UTF8_HORIZONTAL_ONLY);
    let both = |title: &(&str, &str)| format!("{}\n{}", title.0, title.1);
    let heads = table.heads.iter().map(both);
    let columns = table.columns.iter().map(|column| both(&column.title));
    lines.set_header(heads.chain(columns));
    let values = |values: &[Option<i64>]| -> Vec<String> {
        let units = table.columns.iter().map(|column| column.unit);
        let cells = values.iter().zip(units);
        cells.map(|(value, unit)| cell(*value, unit)).collect()
    };
    for row in &table.rows {
        let names = row.names.iter().map(|name| foreign(&name.zh).to_string());
        lines.add_row(names.chain(values(&row.values)));
    }
    if let Some(total) = &table.total {
        let mut names = vec![String::new(); table.heads.len()];
        if let Some(first) = names.first_mut() {
            *first = "合计 together".to_owned();
        }
        lines.add_row(names.into_iter().chain(values(total)));
    }
    let agrees = match table.agrees {
        Some(true) => "\n和账本一致 / agrees with the ledger",
        Some(false) => {
            "\n和账本对不上，请运行 rongyi verify / does not agree with the ledger, run rongyi verify"
        }
        None => "",
    };
    format!("{lines}\n{}\n{}{agrees}", table.said.zh, table.said.en)
}
