//! `rongyi statement`: writes down what a resident had on a past day, and compares. The work is in
//! [`crate::audit::statement`].

use std::path::PathBuf;

use clap::Args;
use rongyi_clerk::ClerkError;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::shown;
use rongyi_core::time::LocalDate;
use rongyi_sheets::{Columns, Row};

use crate::audit::statement::{Statement, StatementOutcome, around, state};
use crate::door::terminal::{Failure, known, say, tell, with_house};
use crate::earning::cli::{read as read_sheet, unreadable};
use crate::earning::resident_no;
use crate::house::House;
use crate::ledger::past::PastBalance;
use crate::people::cli::common::Where;

const COLUMNS: Columns = Columns {
    required: &["resident", "on", "amount", "source"],
    optional: &["asset"],
    prefixes: &[],
};

/// What is stated.
#[derive(Debug, Args)]
#[command(after_help = "\
把旧积分册或审计写下的余额和账本对一对。对上的记进账本，以后每次 rongyi verify 都再核对一遍；
对不上的说明差多少、前后是哪几笔，不记。
Compares what a paper book or an audit says with the ledger. What agrees is kept and compared again at every
rongyi verify; what does not is told with the difference and the movements around it, and is not kept.

例 / examples:
  rongyi statement -c nanmen --resident 1001 --on 2026-10-31 --amount 120 --source 旧账本第3页
  rongyi statement -c nanmen --from october.csv       列 / columns: resident,on,amount,source[,asset]")]
pub(crate) struct StatementArgs {
    #[command(flatten)]
    place: Where,
    /// 从文件读 / read from a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["resident", "on", "amount", "source"])]
    from: Option<PathBuf>,
    /// 居民号码 / the resident's number
    #[arg(long, short, value_name = "N", required_unless_present = "from")]
    resident: Option<String>,
    /// 哪一天结束的时候 / at the end of which day
    #[arg(long, value_name = "DATE", required_unless_present = "from")]
    on: Option<String>,
    /// 余额 / the balance
    #[arg(
        long,
        value_name = "N",
        required_unless_present = "from",
        allow_hyphen_values = true
    )]
    amount: Option<String>,
    /// 哪一种：points、minutes …… / of what
    #[arg(long, value_name = "CODE", default_value = "points")]
    asset: String,
    /// 写在哪里 / where it is written
    #[arg(long, value_name = "TEXT", required_unless_present = "from")]
    source: Option<String>,
}

fn wrong(column: &str, value: &str, zh: &str, en: &str) -> Text {
    Text {
        zh: format!("{column}：“{value}”不对，{zh}。"),
        en: format!("{column}: “{value}” cannot be used; {en}."),
    }
}

fn statement(row: &Row, asset: &str) -> Result<Statement, Text> {
    let need = |column: &str| row.need(column).map_err(|bad| bad.text);
    let resident: ResidentNo = resident_no(need("resident")?).map_err(|error| error.text)?;
    let on = need("on")?;
    let on: LocalDate = crate::earning::day(on, "on").map_err(|error| error.text)?;
    let amount = need("amount")?;
    let amount: i64 = rongyi_core::typed::canonical(amount)
        .parse()
        .map_err(|_| wrong("amount", amount, "写整数", "give a whole number"))?;
    let asset = row
        .get("asset")
        .filter(|code| !code.is_empty())
        .unwrap_or(asset);
    let asset: Code = rongyi_core::typed::canonical(asset).parse().map_err(|_| {
        wrong(
            "asset",
            asset,
            "写 points 或 minutes 这样的代号",
            "give a code such as points or minutes",
        )
    })?;
    Ok(Statement {
        resident,
        asset,
        on,
        amount,
        source: need("source")?.to_owned(),
    })
}

pub(crate) async fn run(args: StatementArgs) -> Result<(), Failure> {
    let sheet = match &args.from {
        Some(path) => Some((path, read_sheet(path)?)),
        None => None,
    };
    let typed = Row::typed(&[
        ("resident", args.resident.as_deref()),
        ("on", args.on.as_deref()),
        ("amount", args.amount.as_deref()),
        ("source", args.source.as_deref()),
    ]);
    with_house(&args.place.installation, async |house| {
        let community = known(house, &args.place.place.community)?;
        let rows = match &sheet {
            Some((path, sheet)) => sheet
                .rows(COLUMNS)
                .map_err(|error| unreadable(path, &error))?,
            None => typed.clone().alone(),
        };
        let (mut right, mut bad) = (0_u32, 0_u32);
        for row in rows {
            let told = match row {
                Ok(row) => {
                    let line = row.line;
                    let parsed = statement(&row, &args.asset);
                    let told = match parsed {
                        Ok(statement) => one(house, community, &statement).await?,
                        Err(text) => Some((text, nothing())),
                    };
                    told.map(|(text, around)| (line, text, around))
                }
                Err(bad) => Some((bad.line, bad.text, nothing())),
            };
            match told {
                None => right += 1,
                Some((line, text, around)) => {
                    bad += 1;
                    let place = args
                        .from
                        .as_ref()
                        .map_or_else(String::new, |path| format!("{}:{line}: ", path.display()));
                    let (zh, en) = (shown::line(&text.zh), shown::line(&text.en));
                    // The movements around the day are lines of this program's own.
                    let (
                        place,
                        Text {
                            zh: before,
                            en: after,
                        },
                    ) = (shown::line(&place), around);
                    tell(&format!("{place}{zh}{before}\n  {en}{after}"));
                }
            }
        }
        say(&format!(
            "对上并记下 agree and kept {right}, 没有记 not kept {bad}"
        ));
        if bad == 0 { Ok(()) } else { Err(Failure::Told) }
    })
    .await
}

/// No movements to show.
fn nothing() -> Text {
    Text {
        zh: String::new(),
        en: String::new(),
    }
}

/// What is wrong with one statement, and the movements around its day; `None` when it is kept.
async fn one(
    house: &House,
    code: &Code,
    statement: &Statement,
) -> Result<Option<(Text, Text)>, Failure> {
    match state(house, code, &house.hand.code(), statement).await {
        Ok(StatementOutcome::Right(_)) => Ok(None),
        Ok(StatementOutcome::Wrong(held)) => Ok(Some(differs(statement, &held))),
        Err(error @ ClerkError::Rejected(_)) => Ok(Some((error.text(), nothing()))),
        Err(error) => Err(Failure::Failed {
            code: "ledger",
            text: error.text(),
        }),
    }
}

/// The difference and the movements around the day, in both languages.
fn differs(statement: &Statement, held: &PastBalance) -> (Text, Text) {
    let (resident, on, stated) = (statement.resident, statement.on, statement.amount);
    let (asset, has) = (&statement.asset, held.balance);
    let difference = has.saturating_sub(stated);
    let text = Text {
        zh: format!(
            "{resident} 号居民在 {on} 结束时：写的是 {stated} {asset}，账本上是 {has}，差 {difference:+}。"
        ),
        en: format!(
            "Resident {resident} at the end of {on}: stated {stated} {asset}, the ledger says {has}, a difference of {difference:+}."
        ),
    };
    let lines = Text {
        zh: around(held, "此前", "此后"),
        en: around(held, "until then", "after it"),
    };
    (text, lines)
}
