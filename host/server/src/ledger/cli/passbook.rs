//! `rongyi passbook`: every line that the pages show, moved or not. Reads only.

use clap::Args;
use comfy_table::{Table, presets};
use rongyi_clerk::receipt;
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Frame, Receipt};
use rongyi_core::ids::{AssetNo, Code, RuleSetNo};
use rongyi_core::record::{Amend, Asked, Record, TransferKind};
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use rongyi_store::{PassbookRow, Store, StoreError};

use super::entry::{entry_text, event_text};
use super::{FoundResident, ResidentArgs, holder_json, right};
use crate::door::Kind;
use crate::door::terminal::{Failure, foreign, say, say_json};
use crate::ledger::explain::{Lang, carried};
use crate::ledger::{explain, past};

/// Whose passbook.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi passbook -c nanmen --resident 1001
  rongyi passbook -c nanmen --resident 1001 --why       每一笔怎么算出来的 / how each line was worked out
  rongyi passbook -c nanmen --resident 1001 --before 812   更早的一页 / the page before

最新的在最上面。没有增减的（旧册累计、没有通过的、在等的）也在里面，说明原因。
The newest line stands first. What moved nothing is there too, with its reason: totals of before, refusals, what waits.")]
pub(crate) struct PassbookArgs {
    #[command(flatten)]
    whose: ResidentArgs,
    /// 写出每一笔怎么算的 / show how each line was worked out
    #[arg(long)]
    why: bool,
    /// 只看这一号之前的 / only lines before this number
    #[arg(long, value_name = "SEQ", value_parser = crate::door::terminal::seq)]
    before: Option<u64>,
    /// 最多几行 / how many lines at most
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

/// What a line moved.
struct Moved {
    account: Account,
    change: i64,
    balance_after: i64,
}

/// A line of a passbook, as it is read: all that one entry did to one account.
struct Line {
    /// The place of its last movement; of what moved nothing, its entry's.
    seq: u64,
    entry: u64,
    day: LocalDate,
    what: Text,
    /// Sentences without which the line would be read wrongly.
    told: Vec<Text>,
    why: Vec<Text>,
    /// `None` for what moved nothing.
    moved: Option<Moved>,
    /// Whether its entry takes another one back.
    takes_back: bool,
    /// `posted`, `carried`, `refused`, `waiting` or `unmoved`.
    state: &'static str,
}

/// Lines, and where older ones begin.
struct Lines {
    lines: Vec<Line>,
    older: Option<u64>,
}

pub(crate) async fn passbook(args: PassbookArgs) -> Result<(), Failure> {
    let whose = &args.whose;
    let found = whose.find().await?;
    whose.read(&found, Kind::Passbook).await;
    let lines = lines(whose, &found, (args.before, args.limit)).await?;
    if whose.json {
        say_json(&as_json(whose, &found, &lines, args.why));
    } else {
        show(whose, &found, &lines, args.why);
    }
    found.library.close().await;
    Ok(())
}

async fn lines(
    whose: &ResidentArgs,
    found: &FoundResident,
    (before, limit): (Option<u64>, u32),
) -> Result<Lines, Failure> {
    let (store, community) = (&found.library.store, &whose.place.community);
    let purposes = [Purpose::Available, Purpose::Notice, Purpose::Held];
    let assets = found.assets();
    let of = |asset| purposes.map(|purpose| found.account(whose.resident, asset, purpose));
    let accounts: Vec<Account> = assets.iter().flat_map(|(_, asset)| of(*asset)).collect();
    let (rows, mut older) = whole_entries(store, community, &accounts, (before, limit)).await?;
    let holders = [
        Holder::Resident(whose.resident),
        Holder::Household(found.household),
    ];
    let span = (older.unwrap_or(0), before.unwrap_or(u64::MAX));
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let quiet = past::unmoved(store, community, &holders, (span, most)).await?;
    older = older.max(quiet.cut);
    let rows = rows
        .into_iter()
        .filter(|row| older.is_none_or(|older| row.seq >= older));
    let mut all = moved(&found.frame, rows)?;
    for line in &mut all {
        if let Some(told) = ran_out_before(store, community, line).await? {
            line.told = vec![told];
        }
    }
    for (_, receipt) in &quiet.entries {
        all.extend(unmoved(&found.frame, receipt));
    }
    all.sort_by_key(|line| std::cmp::Reverse(line.seq));
    Ok(Lines { lines: all, older })
}

/// About `limit` rows, newest first, and where older ones begin: never a part of an entry.
async fn whole_entries(
    store: &Store,
    community: &Code,
    accounts: &[Account],
    (before, limit): (Option<u64>, u32),
) -> Result<(Vec<PassbookRow>, Option<u64>), StoreError> {
    let mut limit = limit;
    loop {
        let mut rows = store.passbook(community, accounts, before, limit).await?;
        let full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let Some(last) = rows.last().filter(|_| full).map(|row| row.entry) else {
            return Ok((rows, None));
        };
        // The last entry of a full page may go on below it: it waits for the next page.
        if rows.iter().any(|row| row.entry != last) {
            rows.retain(|row| row.entry != last);
            let older = rows.last().map(|row| row.seq);
            return Ok((rows, older));
        }
        limit = limit.saturating_mul(2);
    }
}

/// What the rows of one entry did to what can be spent of one asset is one line, however many lots they drew from. What
/// ran out beside it is told with it, or on a line of its own.
fn moved(frame: &Frame, rows: impl Iterator<Item = PassbookRow>) -> Result<Vec<Line>, Failure> {
    let mut all: Vec<Line> = Vec::new();
    let mut lapsed: Vec<(i64, PassbookRow)> = Vec::new();
    let place = |all: &[Line], row: &PassbookRow| {
        let account = |listed: &Line| listed.moved.as_ref().map(|moved| moved.account.asset);
        let same =
            |listed: &Line| listed.entry == row.entry && account(listed) == Some(row.account.asset);
        all.iter().position(same)
    };
    for row in rows {
        if row.account.purpose == Purpose::Available {
            let known = place(&all, &row).and_then(|at| all.get_mut(at));
            match known.and_then(|listed| listed.moved.as_mut()) {
                // The newest row, which came first, says what was there afterwards.
                Some(moved) => moved.change = moved.change.saturating_add(row.change),
                None => all.push(line(frame, &row)?),
            }
        } else if row.transfer.credit.purpose == Purpose::Expired {
            let same = |(_, other): &&mut (i64, PassbookRow)| {
                (other.entry, other.account.asset) == (row.entry, row.account.asset)
            };
            match lapsed.iter_mut().find(same) {
                Some((sum, _)) => *sum = sum.saturating_sub(row.change),
                None => lapsed.push((row.change.saturating_neg(), row)),
            }
        }
    }
    for (sum, row) in lapsed {
        let told = Text {
            zh: format!("{sum} 在留着的时候到期，没有退回"),
            en: format!("{sum} ran out while they were kept and did not come back"),
        };
        if let Some(listed) = place(&all, &row).and_then(|at| all.get_mut(at)) {
            listed.told.push(told);
        } else {
            let mut lapse_line = line(frame, &row)?;
            lapse_line.told.push(told);
            lapse_line.moved = None;
            lapse_line.state = "unmoved";
            all.push(lapse_line);
        }
    }
    Ok(all)
}

/// What is said of a return of which a part had run out before.
async fn ran_out_before(
    store: &Store,
    community: &Code,
    line: &Line,
) -> Result<Option<Text>, StoreError> {
    let asset = line.moved.as_ref().map(|moved| moved.account.asset);
    let Some(asset) = asset.filter(|_| line.takes_back) else {
        return Ok(None);
    };
    let Some(stored) = store.entry(community, line.entry).await? else {
        return Ok(None);
    };
    let lapsed = expired(&receipt(&stored)?, asset);
    Ok((lapsed > 0).then(|| Text {
        zh: format!("其中 {lapsed} 早已到期，没有退回"),
        en: format!("{lapsed} of it had run out and did not come back"),
    }))
}

/// What an entry let run out of an asset.
fn expired(receipt: &Receipt, asset: AssetNo) -> i64 {
    past::movements(receipt)
        .filter(|made| made.kind == TransferKind::Expire && made.debit.asset == asset)
        .fold(0, |sum: i64, made| sum.saturating_add(made.amount.get()))
}

/// Whether an entry takes another one back.
fn takes_back(first: &Record) -> bool {
    matches!(
        first.what(),
        Some(Asked::Amend(Amend::Reverse(..) | Amend::Approve(_)))
    )
}

fn line(frame: &Frame, row: &PassbookRow) -> Result<Line, Failure> {
    let damaged = |_| {
        Failure::from(StoreError::Corrupt {
            what: "record",
            place: row.entry.to_string(),
        })
    };
    let first = Record::decode(row.first.0, &row.first.1).map_err(damaged)?;
    let decided = row
        .decided
        .as_ref()
        .map(|(kind, body)| Record::decode(*kind, body))
        .transpose()
        .map_err(damaged)?;
    let (day, what) = called(frame, &first, decided.as_ref());
    Ok(Line {
        seq: row.seq,
        entry: row.entry,
        day,
        what,
        told: Vec::new(),
        why: decided
            .as_ref()
            .map_or_else(Vec::new, |record| why(frame, record)),
        moved: Some(Moved {
            account: row.account,
            change: row.change,
            balance_after: row.balance_after,
        }),
        takes_back: takes_back(&first),
        state: "posted",
    })
}

/// The day of an entry and what it is called.
fn called(frame: &Frame, first: &Record, decided: Option<&Record>) -> (LocalDate, Text) {
    if let Some(event) = first.event() {
        let set = decided.and_then(Record::set);
        return (event.on, event_text(frame, event, set));
    }
    let day = first
        .envelope()
        .map_or(LocalDate::FIRST, |envelope| envelope.today);
    (day, entry_text(frame, first))
}

/// What a rule said about its decision.
fn why(frame: &Frame, decided: &Record) -> Vec<Text> {
    if let Record::Decided(set, _, decision) = decided {
        said(frame, *set, &decision.lines)
    } else if let Record::Quoted(set, _, quote) = decided {
        said(frame, *set, &quote.lines)
    } else {
        Vec::new()
    }
}

fn said(frame: &Frame, set: RuleSetNo, lines: &[rongyi_core::rule::Line]) -> Vec<Text> {
    let plan = explain::plan_of(frame, Some(set));
    let both = |line| Text {
        zh: explain::line(&plan, Some(frame), line, Lang::Zh),
        en: explain::line(&plan, Some(frame), line, Lang::En),
    };
    lines.iter().map(both).collect()
}

/// The line of an entry that moved nothing.
fn unmoved(frame: &Frame, receipt: &Receipt) -> Option<Line> {
    let first = receipt.records.first()?;
    let decided = receipt.records.get(1);
    let (day, what) = called(frame, first, decided);
    let both = |say: &dyn Fn(Lang) -> String| Text {
        zh: say(Lang::Zh),
        en: say(Lang::En),
    };
    let (state, told) = if takes_back(first) {
        ("unmoved", nothing_back(receipt))
    } else if let Some(Asked::Carry(carry)) = first.what() {
        let numbers = both(&|lang| carried::numbers(frame, &carry.history, lang));
        ("carried", numbers)
    } else if let Some(Record::Refused(set, _, refusal)) = decided {
        let plan = explain::plan_of(frame, *set);
        let sentence = both(&|lang| explain::refusal(&plan, Some(frame), refusal, lang));
        ("refused", sentence)
    } else if receipt.waiting().is_some() {
        let waits = Text {
            zh: "规则还没有给出结果，修好后自动补记".to_owned(),
            en: "the rule gave no answer yet; it is decided when the rule is mended".to_owned(),
        };
        ("waiting", waits)
    } else {
        let nothing = Text {
            zh: "没有增减".to_owned(),
            en: "nothing moved".to_owned(),
        };
        ("unmoved", nothing)
    };
    Some(Line {
        seq: receipt.entry,
        entry: receipt.entry,
        day,
        what,
        told: vec![told],
        why: decided.map_or_else(Vec::new, |record| why(frame, record)),
        moved: None,
        takes_back: takes_back(first),
        state,
    })
}

/// What is said of a return of which nothing was left: it had run out before, or was not taken twice.
fn nothing_back(receipt: &Receipt) -> Text {
    let lapsed = past::movements(receipt)
        .map(|made| made.debit.asset)
        .map(|asset| expired(receipt, asset))
        .find(|lapsed| *lapsed > 0);
    match lapsed {
        Some(lapsed) => Text {
            zh: format!("{lapsed} 早已到期，没有退回"),
            en: format!("{lapsed} had run out and did not come back"),
        },
        None => Text {
            zh: "这一笔的早已到期，没有再扣一次".to_owned(),
            en: "what it had brought ran out before, and was not taken a second time".to_owned(),
        },
    }
}

fn asset_code(found: &FoundResident, account: &Account) -> Option<String> {
    let mut all = found.assets().into_iter();
    all.find(|(_, no)| *no == account.asset)
        .map(|(code, _)| code)
}

fn show(whose: &ResidentArgs, found: &FoundResident, lines: &Lines, why: bool) {
    let lang = Lang::from(whose.lang);
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(match lang {
        // The number that `reverse` takes, as on the pages.
        Lang::Zh => ["第几笔", "日期", "事项", "", "变动", "余额"],
        Lang::En => ["entry", "date", "what", "", "change", "balance"],
    });
    for line in &lines.lines {
        let mut what = foreign(lang.of(&line.what));
        for sentence in &line.told {
            what.push_str("\n  ");
            what.push_str(lang.of(sentence));
        }
        for reason in line.why.iter().filter(|_| why) {
            what.push_str("\n  · ");
            what.push_str(lang.of(reason));
        }
        let (asset, change, balance) = match &line.moved {
            Some(moved) => {
                let code = asset_code(found, &moved.account);
                let name = code.map_or_else(String::new, |code| found.asset_name(&code, lang));
                let change = format!("{:+}", moved.change);
                (name, change, moved.balance_after.to_string())
            }
            None => (String::new(), "0".to_owned(), String::new()),
        };
        let (entry, day) = (line.entry.to_string(), line.day.to_string());
        table.add_row([entry, day, what, asset, change, balance]);
    }
    right(&mut table, &[0, 4, 5]);
    say(&table.to_string());
    if let Some(seq) = lines.older {
        say(&match lang {
            Lang::Zh => format!("更早的：--before {seq}"),
            Lang::En => format!("older lines: --before {seq}"),
        });
    }
}

fn as_json(
    whose: &ResidentArgs,
    found: &FoundResident,
    lines: &Lines,
    why: bool,
) -> serde_json::Value {
    let both = |text: &Text| serde_json::json!({ "zh": text.zh, "en": text.en });
    let one = |line: &Line| {
        let moved = line.moved.as_ref();
        let mut value = serde_json::json!({
            "seq": line.seq,
            "entry": line.entry,
            "on": line.day.to_string(),
            "state": line.state,
            "asset": moved.and_then(|moved| asset_code(found, &moved.account)),
            "holder": moved.map(|moved| holder_json(moved.account.holder)),
            "change": moved.map_or(0, |moved| moved.change),
            "balance_after": moved.map(|moved| moved.balance_after),
            "what": both(&line.what),
            "told": line.told.iter().map(both).collect::<Vec<_>>(),
        });
        if why {
            value["why"] = line.why.iter().map(both).collect();
        }
        value
    };
    serde_json::json!({
        "community": whose.place.community.to_string(),
        "resident": whose.resident.0,
        "household": found.household.0,
        "lines": lines.lines.iter().map(one).collect::<Vec<_>>(),
        "older": lines.older,
    })
}
