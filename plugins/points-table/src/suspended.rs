//! When a kind is not accepted any more, or not for a while: after so many absences, after points lost by something else,
//! for some days after it. Written as in the shop's rule, of which this is the other half.

use rongyi_sdk::say::{number, phrase, refuse};
use rongyi_sdk::suspension::Suspension;
use rongyi_sdk::types::{Diagnostic, Event, Metric, Phrase, Refusal, Subject, Text};
use rongyi_sdk::window::{answer, every, this};
use rongyi_sdk::wrong;

use crate::table::Row;

/// Whose events count where nothing is written.
pub(crate) const SUBJECT: Subject = Subject::Person;

/// What does not make sense.
pub(crate) fn check(all: &[Suspension], path: &str, found: &mut Vec<Diagnostic>) {
    for (at, one) in all.iter().enumerate() {
        let for_nobody = one.days == Some(0) || one.subject == Some(Subject::Community);
        if !one.is_one() || for_nobody {
            found.push(wrong(
                format!("{path}.suspensions[{at}]"),
                "points-table.suspension",
                "停多久，四选一：days（几天）、end_of_year（到几年后的年底）、times 加 window（这段时间满几次）、lost 加 window（这段时间扣满几分）；subject 是 person 或 household。",
                "Say for how long, one of four: days, end_of_year, times with window, or lost (points) with window; subject is person or household.",
            ));
        }
    }
}

/// Refuses an event of whoever is out.
pub(crate) fn stopped(row: &Row, event: &Event) -> Result<(), Refusal> {
    let all = row.kind.suspensions.iter().zip(&row.suspension_facts);
    for (at, (one, fact)) in all.enumerate() {
        let Some(out) = one.out(answer(&event.facts, *fact), event.on) else {
            continue;
        };
        let counted = out.counted.into_iter();
        let args = counted.flat_map(|(most, has)| [number(most), number(has)]);
        let args = args.collect();
        return Err(refuse(
            row.phrase(&format!("suspended-{at}")),
            args,
            out.until,
        ));
    }
    Ok(())
}

/// What residents read.
pub(crate) fn phrases(row: &Row) -> Vec<Phrase> {
    let say = |(at, one): (usize, &Suspension)| {
        let Text { zh, en } = one.why.clone().into();
        let (more, more_en) = match one.counted() {
            Some((_, metric, window)) => {
                let this = this(window);
                let (unit, unit_en) = match metric == Metric::Points {
                    true => ("分", "points"),
                    false => ("次", "times"),
                };
                (
                    format!("（{}满 {{0}} {unit}为止，已有 {{1}} {unit}）", this.zh),
                    format!(" (at {{0}} {unit_en} {}, there are {{1}})", this.en),
                )
            }
            None => (String::new(), String::new()),
        };
        phrase(
            row.phrase(&format!("suspended-{at}")),
            format!("{zh}{more}"),
            format!("{en}{more_en}"),
        )
    };
    row.kind.suspensions.iter().enumerate().map(say).collect()
}

/// One sentence more for each.
pub(crate) fn summary(row: &Row, zh: &mut String, en: &mut String) {
    for one in &row.kind.suspensions {
        let (why, after) = (&one.why, &one.after);
        let (how, how_en) = match (one.counted(), one.days, one.end_of_year) {
            (Some((most, metric, window)), ..) => {
                let (who, when) = (every(one.subject.unwrap_or(SUBJECT)), this(window));
                match metric == Metric::Points {
                    true => (
                        format!("{}{}因 {after} 扣满 {most} 分", who.zh, when.zh),
                        format!("{most} points lost by {after} {} for {}", when.en, who.en),
                    ),
                    false => (
                        format!("{}{} {after} 满 {most} 次", who.zh, when.zh),
                        format!("{after} {most} times {} for {}", when.en, who.en),
                    ),
                }
            }
            (None, Some(days), _) => (
                format!("{after} 之后 {days} 天"),
                format!("for {days} days after {after}"),
            ),
            (None, None, years) => {
                let years = years.unwrap_or(0);
                (
                    format!("{after} 之后到第 {years} 年年底"),
                    format!("after {after} to the end of year {years} after it"),
                )
            }
        };
        zh.push_str(&format!("，{how}就不接受（{}）", why.zh));
        en.push_str(&format!("; refused with {how_en} ({})", why.en));
    }
}
