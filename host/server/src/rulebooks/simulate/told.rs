//! What a run came to, in sentences of both languages and for programs. It names nobody: holders are numbers here.

use rongyi_core::account::Holder;
use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::record::Record;
use rongyi_core::rule::{Line, Text};
use rongyi_core::time::LocalDate;
use rongyi_pages::format;
use serde_json::{Value, json};

use super::tally::UNRULED;
use super::{Both, Changed, Flows, Group, OfGroup, OfHolder, OfRefusal, Outcome, answered};
use crate::ledger::explain::{self, Lang};

/// Holders that are listed of those who gain, and of those who lose.
pub(crate) const LISTED_MAX: usize = 10;

/// How far one change of a holder goes, for the picture: the lower ends of the groups, in points.
const STEPS: [i64; 4] = [1, 20, 50, 100];

fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

fn twice(say: impl Fn(Lang) -> String) -> Text {
    both(say(Lang::Zh), say(Lang::En))
}

/// A number with its sign.
pub(crate) fn signed(amount: i64) -> String {
    let plus = if amount > 0 { "+" } else { "" };
    format!("{plus}{}", format::number(amount))
}

/// Who holds points.
pub(crate) fn holder(holder: Holder) -> Text {
    match holder {
        Holder::Community => both("社区", "the community"),
        Holder::Resident(no) => both(format!("{no} 号居民"), format!("resident {no}")),
        Holder::Household(no) => both(format!("第 {no} 户"), format!("household {no}")),
        Holder::Fund(no) => both(format!("第 {no} 号基金"), format!("fund {no}")),
    }
}

/// Those who would have earned most more, or most less.
pub(crate) fn most(outcome: &Outcome, gain: bool) -> Vec<(Holder, OfHolder)> {
    let side = |of: &OfHolder| {
        let more = of.earned.more();
        if gain { more } else { more.saturating_neg() }
    };
    let holders = outcome.tally.holders.iter();
    let mut found: Vec<(Holder, OfHolder)> = holders
        .filter(|(_, of)| side(of) > 0)
        .map(|(holder, of)| (*holder, *of))
        .collect();
    found.sort_by_key(|(holder, of)| (std::cmp::Reverse(side(of)), *holder));
    found.truncate(LISTED_MAX);
    found
}

/// How many holders change by how much, from the greatest loss to the greatest gain.
pub(crate) fn spread(outcome: &Outcome) -> Vec<(Text, i64)> {
    let mut groups: Vec<(Text, i64)> = Vec::new();
    let count = |from: i64, to: i64| {
        let within = |of: &&OfHolder| (from..=to).contains(&of.earned.more());
        i64::try_from(outcome.tally.holders.values().filter(within).count()).unwrap_or(i64::MAX)
    };
    let ends = |at: usize| STEPS.get(at + 1).map_or(i64::MAX, |next| next - 1);
    let name = |at: usize, sign: &str| match STEPS.get(at + 1) {
        Some(next) => format!("{sign}{}…{}", STEPS[at], next - 1),
        None => format!("{sign}{}…", STEPS[at]),
    };
    for at in (0..STEPS.len()).rev() {
        let label = name(at, "\u{2212}");
        let (from, to) = (ends(at).saturating_neg(), STEPS[at].saturating_neg());
        groups.push((both(label.clone(), label), count(from, to)));
    }
    groups.push((both("不变", "same"), count(0, 0)));
    for (at, step) in STEPS.iter().enumerate() {
        let label = name(at, "+");
        groups.push((both(label.clone(), label), count(*step, ends(at))));
    }
    groups
}

/// A month: `2026-10`.
pub(crate) fn month(index: i32) -> String {
    let day = LocalDate::of_month_index(index, 1);
    day.map_or_else(String::new, |day| day.to_string().chars().take(7).collect())
}

/// What a kind of event is called.
pub(crate) fn kind_title(outcome: &Outcome, kind: &Code) -> Text {
    if kind.as_str() == "period.close" {
        return both("期末结账", "End of a period");
    }
    let found = explain::kind(&outcome.candidate, kind);
    let found = found.or_else(|| explain::kind(&outcome.ledger, kind));
    found.map_or_else(
        || both(kind.to_string(), kind.to_string()),
        |kind| kind.title.clone(),
    )
}

/// A refusal in whole sentences, as its example has it.
pub(crate) fn refusal(outcome: &Outcome, of: &OfRefusal) -> Text {
    let frame = if of.by_candidate {
        &outcome.candidate
    } else {
        &outcome.ledger
    };
    let (set, refusal) = &of.example;
    let plan = explain::plan_of(frame, *set);
    twice(|lang| explain::refusal(&plan, Some(frame), refusal, lang))
}

/// What an entry is called.
pub(crate) fn entry_title(outcome: &Outcome, changed: &Changed) -> Text {
    let first = changed.recorded.first();
    if let Some(event) = first.and_then(Record::event) {
        return kind_title(outcome, &event.kind);
    }
    let what = first.and_then(Record::what);
    what.map_or_else(|| both("记账", "Booked"), |what| what.title().alone)
}

/// Why an entry is as it is: what its rule said.
fn why(frame: &Frame, records: &[Record]) -> Vec<Text> {
    let set = answered(records);
    let plan = explain::plan_of(frame, set);
    let line = |line: &Line| {
        let amount = line.amount.map_or_else(String::new, |amount| {
            format!(" {}", signed(i64::from(amount)))
        });
        twice(|lang| format!("{}{amount}", explain::line(&plan, Some(frame), line, lang)))
    };
    for record in records {
        if let Record::Decided(_, _, decision) = record {
            return decision.lines.iter().map(line).collect();
        }
        if let Record::Quoted(_, _, quote) = record {
            return quote.lines.iter().map(line).collect();
        }
        if let Record::Refused(_, _, refusal) = record {
            let said = twice(|lang| explain::refusal(&plan, Some(frame), refusal, lang));
            return vec![said];
        }
        if let Record::Waiting(..) = record {
            return vec![both(
                "规则没有给出结果，在等。",
                "The rule gave no answer; it waits.",
            )];
        }
    }
    Vec::new()
}

/// Both whys of an entry, the ledger's first.
pub(crate) fn whys(outcome: &Outcome, changed: &Changed) -> (Vec<Text>, Vec<Text>) {
    let before = why(&outcome.ledger, &changed.recorded);
    let mut after = why(&outcome.candidate, &changed.came);
    after.extend(changed.not.clone());
    if changed.came.is_empty() && after.is_empty() {
        after.push(both("不会有这一笔。", "There would be no such entry."));
    }
    (before, after)
}

/// What it comes to, in a few sentences; the first stands alone.
pub(crate) fn sentences(outcome: &Outcome) -> Vec<Text> {
    let tally = &outcome.tally;
    let number = format::number;
    if outcome.is_ledger() {
        return vec![both(
            format!("和账本一分不差：{} 笔全部一样。", number(tally.entries)),
            format!(
                "Exactly the ledger: all {} entries come out the same.",
                number(tally.entries)
            ),
        )];
    }
    if tally.differing == 0 && tally.besides == 0 {
        let entries = number(tally.entries);
        let mut said = vec![both(
            format!("{entries} 笔的结果全都和账本一样。"),
            format!("All {entries} entries come to what they came to in the ledger."),
        )];
        said.extend(notes(outcome));
        return said;
    }
    let (gain, lose, same) = tally.winners();
    let issued = tally.flows.issued;
    let mut said = vec![both(
        format!(
            "会发 {} 分，账上是 {} 分（{}）；{gain} 户（人）多得，{lose} 户（人）少得，{same} 户（人）一样。",
            number(issued.candidate),
            number(issued.ledger),
            signed(issued.more())
        ),
        format!(
            "{} points would be given out, in the ledger it is {} ({}); {gain} holders gain, {lose} lose, {same} stay the same.",
            number(issued.candidate),
            number(issued.ledger),
            signed(issued.more())
        ),
    )];
    said.extend(of_orders(outcome));
    let unruled: i64 = tally.kinds.values().map(|kind| kind.unruled).sum();
    if unruled > 0 {
        let kinds = tally.kinds.iter().filter(|(_, kind)| kind.unruled > 0);
        let kinds: Vec<String> = kinds
            .map(|(code, kind)| format!("{code} {}", kind.unruled))
            .collect();
        let kinds = kinds.join(", ");
        said.push(both(
            format!("{unruled} 件事在候选规则里没有规则管：{kinds}。"),
            format!("{unruled} events have no rule in the candidate: {kinds}."),
        ));
    }
    for (code, undone) in &tally.undone {
        if UNRULED.contains(code) {
            continue;
        }
        said.push(both(
            format!(
                "{} 笔在候选规则下做不成（{code}，第一笔是第 {} 笔）：{}",
                undone.entries, undone.first, undone.why.zh
            ),
            format!(
                "{} entries cannot be carried out under the candidate ({code}, the first is entry {}): {}",
                undone.entries, undone.first, undone.why.en
            ),
        ));
    }
    said.extend(notes(outcome));
    said
}

/// What becomes of orders.
fn of_orders(outcome: &Outcome) -> Vec<Text> {
    let number = format::number;
    let mut said = Vec::new();
    let orders = &outcome.tally.orders;
    if orders.short > 0 {
        let who = orders.who.len();
        said.push(both(
            format!(
                "{who} 户（人）有兑换单会付不起：{} 张，一共差 {} 分。试算里照样换了，记作欠分。",
                orders.short,
                number(orders.missing)
            ),
            format!(
                "{who} holders could not have afforded an order they made: {} orders, {} points short. They are taken all the same, and owed.",
                orders.short,
                number(orders.missing)
            ),
        ));
    }
    if orders.refused > 0 {
        said.push(both(
            format!("{} 张兑换单候选规则不让换，没有换。", orders.refused),
            format!(
                "{} orders are refused by the candidate and not taken.",
                orders.refused
            ),
        ));
    }
    if orders.now > 0 {
        said.push(both(
            format!("{} 张当时没换成的兑换单，本来可以换成。", orders.now),
            format!(
                "{} orders that were refused could have been taken.",
                orders.now
            ),
        ));
    }
    said
}

/// What is to be known about how it was tried.
fn notes(outcome: &Outcome) -> Vec<Text> {
    let tally = &outcome.tally;
    let mut said = Vec::new();
    for (rule, began) in &outcome.early {
        said.push(both(
            format!(
                "{rule} 里从 {began} 起的一段还没开始，试算里当作从 {} 起。",
                outcome.from
            ),
            format!(
                "A block of {rule} begins on {began} only; it was tried from {} on.",
                outcome.from
            ),
        ));
    }
    if let Some(most) = budget(outcome) {
        let beyond = outcome
            .candidate
            .settings
            .as_ref()
            .map_or(0, |settings| tally.beyond(settings));
        let most = format::number(most);
        said.push(match beyond {
            0 => both(
                format!("每个月都没有超过 {most} 分的预算。"),
                format!("No month passes the budget of {most} points."),
            ),
            _ => both(
                format!("{beyond} 个月超过了 {most} 分的预算。"),
                format!("{beyond} months pass the budget of {most} points."),
            ),
        });
    }
    said
}

/// The most that may be given out in a month, under the candidate.
pub(crate) fn budget(outcome: &Outcome) -> Option<i64> {
    let settings = outcome.candidate.settings.as_ref()?;
    Some(settings.issue_budget_month?.get())
}

fn numbers(both: Both) -> Value {
    json!({ "ledger": both.ledger, "candidate": both.candidate })
}

fn flows(flows: &Flows) -> Value {
    json!({
        "issued": numbers(flows.issued),
        "deducted": numbers(flows.deducted),
        "spent": numbers(flows.spent),
        "lapsed": numbers(flows.lapsed),
        "minutes": numbers(flows.minutes),
    })
}

fn text(text: &Text) -> Value {
    json!({ "zh": text.zh, "en": text.en })
}

fn texts(all: &[Text]) -> Value {
    all.iter().map(text).collect()
}

fn holders(outcome: &Outcome, gain: bool) -> Value {
    let one = |(whose, of): (Holder, OfHolder)| {
        let (kind, no) = match whose {
            Holder::Community => ("community", 0),
            Holder::Resident(no) => ("resident", no.0),
            Holder::Household(no) => ("household", no.0),
            Holder::Fund(no) => ("fund", no),
        };
        json!({ kind: no, "earned": numbers(of.earned), "held": numbers(of.held) })
    };
    most(outcome, gain).into_iter().map(one).collect()
}

fn changed(outcome: &Outcome) -> Value {
    let one = |changed: &Changed| {
        let (before, after) = whys(outcome, changed);
        json!({
            "entry": changed.entry,
            "day": changed.day.to_string(),
            "title": text(&entry_title(outcome, changed)),
            "whose": changed.holder.map(|whose| text(&holder(whose))),
            "points": numbers(changed.points),
            "minutes": numbers(changed.minutes),
            "why": { "ledger": texts(&before), "candidate": texts(&after) },
        })
    };
    outcome.tally.changed.iter().map(one).collect()
}

/// All of it for programs.
pub(crate) fn as_json(outcome: &Outcome) -> Value {
    let tally = &outcome.tally;
    let (gain, lose, same) = tally.winners();
    let kinds: Vec<Value> = tally
        .kinds
        .iter()
        .map(|(code, kind)| {
            json!({
                "kind": code.as_str(), "title": text(&kind_title(outcome, code)), "events": kind.events,
                "points": numbers(kind.points), "minutes": numbers(kind.minutes),
                "refused": numbers(kind.refused), "no_rule": kind.unruled,
            })
        })
        .collect();
    let refusals: Vec<Value> = tally
        .refusals
        .iter()
        .map(|((kind, code), of)| {
            json!({
                "kind": kind.as_ref().map(Code::as_str), "code": code.as_str(),
                "appear": of.appear, "vanish": of.vanish, "example": text(&refusal(outcome, of)),
            })
        })
        .collect();
    let months: Vec<Value> = tally
        .months
        .iter()
        .map(|(index, of)| json!({ "month": month(*index), "flows": flows(of) }))
        .collect();
    let group = |(group, of): (&Group, &OfGroup)| {
        json!({
            "by": group.sort().word(), "group": group.word(), "holders": of.holders,
            "gain": of.gain, "lose": of.lose, "earned": numbers(of.earned),
        })
    };
    let groups: Vec<Value> = outcome.groups.iter().map(group).collect();
    let undone: Vec<Value> = tally
        .undone
        .iter()
        .map(|(code, of)| {
            json!({ "code": code, "entries": of.entries, "first": of.first, "why": text(&of.why) })
        })
        .collect();
    let orders = &tally.orders;
    let early: Vec<Value> = outcome
        .early
        .iter()
        .map(|(rule, began)| json!({ "rule": rule.as_str(), "active_from": began.to_string() }))
        .collect();
    json!({
        "ok": true,
        "community": outcome.community.as_str(),
        "from": outcome.from.to_string(),
        "to": outcome.to.to_string(),
        "entries": tally.entries,
        "differing": tally.differing,
        "recorded_otherwise": tally.apart,
        "exactly_the_ledger": outcome.is_ledger(),
        "configuration_left_out": tally.left,
        "beside_the_ledger": tally.besides,
        "asked": outcome.asked,
        "tried_early": early,
        "said": texts(&sentences(outcome)),
        "flows": flows(&tally.flows),
        "held": numbers(tally.held()),
        "budget": { "month": budget(outcome) },
        "holders": { "gain": gain, "lose": lose, "same": same,
            "most_gained": holders(outcome, true), "most_lost": holders(outcome, false) },
        "groups": groups,
        "kinds": kinds,
        "months": months,
        "refusals": refusals,
        "orders": {
            "taken": orders.taken, "points": numbers(orders.points), "dearer": orders.dearer,
            "cheaper": orders.cheaper, "refused": orders.refused, "short": orders.short,
            "short_points": orders.missing, "short_holders": orders.who.len(), "possible_now": orders.now,
        },
        "cannot_be_done": undone,
        "most_changed": changed(outcome),
    })
}
