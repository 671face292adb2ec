//! When a reference that was answered with no may be decided again. A reference counts once; what booked nothing has not
//! counted.
//!
//! | what stands under the reference | when it is decided again |
//! | --- | --- |
//! | refused, “opens again on …” | from that day on |
//! | refused by a rule set that no longer decides the kind on that day | at once |
//! | refused by the host for want of an asset, for its limit or budget | when that setting is another one now |
//! | refused by the host for its people or their time | at once: another entry or setting may stand otherwise now |
//! | refused, and comes with other content | at once: nothing of it was booked |
//! | waited for its rule and was withdrawn | at once |
//! | anything else | never: the first answer stands |

use super::{Book, FateState, Used};
use crate::amount::Amount;
use crate::command::Command;
use crate::record::{Event, Record, Source};
use crate::rule::{Arg, Refusal};
use crate::settings::Settings;

/// What a source's reference, in either of its forms, was used for, and whether for the same content.
pub(super) fn used(book: &Book, command: &Command, source: &Source) -> Option<(Used, bool)> {
    let now = (source.external_ref.clone(), source.input);
    let other = command
        .reference
        .iter()
        .map(|reference| reference.other.clone());
    other.chain([now]).find_map(|(external_ref, input)| {
        let key = (source.name.clone(), external_ref);
        let used = book.sources.get(&key).copied().flatten()?;
        Some((used, used.input == input))
    })
}

/// An answer that no longer stands for ever.
pub(super) struct Before {
    /// Its entry.
    pub(super) entry: u64,
    /// Whether it was given to the same content.
    pub(super) same: bool,
    /// The refusal that it was: the same one again is no news, and is not written twice.
    pub(super) refusal: Option<Refusal>,
}

/// What was answered under this reference, where it may be decided again.
pub(super) fn before(
    book: &Book,
    command: &Command,
    source: &Source,
    event: &Event,
) -> Option<Before> {
    let (used, same) = used(book, command, source)?;
    // An entry of the batch that is being written is not there yet: its answer stands.
    let records = book.entries.get(&used.entry)?.as_ref()?;
    let refusal = if let Some(Record::Refused(_, _, refusal)) = records.get(1) {
        Some(refusal.clone())
    } else {
        None
    };
    opens(book, command, (used, same), records, event).then_some(Before {
        entry: used.entry,
        same,
        refusal,
    })
}

fn opens(
    book: &Book,
    command: &Command,
    (used, same): (Used, bool),
    records: &[Record],
    event: &Event,
) -> bool {
    match records.get(1) {
        Some(Record::Refused(set, _, refusal)) => {
            let opened = refusal.opens.is_some_and(|day| day <= command.today);
            let decides = book
                .rule_for(&event.kind, event.on)
                .map(|(rule, _)| rule.no);
            let other_rule = set.is_some() && decides.is_some() && *set != decides;
            let settings = book.frame.settings.as_ref();
            let other_setting = settings.is_some_and(|settings| other_setting(settings, refusal));
            !same || opened || other_rule || other_setting
        }
        Some(Record::Waiting(..)) => {
            let state = book.fate(used.entry).map(|fate| fate.state);
            state == Some(FateState::Withdrawn)
        }
        Some(_) | None => false,
    }
}

/// Whether the setting on which the host refused is another one now.
fn other_setting(settings: &Settings, refusal: &Refusal) -> bool {
    let named = |place: usize, now: Option<Amount>| match refusal.args.get(place) {
        Some(Arg::Integer(then)) => now.map(Amount::get) != Some(i64::from(*then)),
        Some(Arg::Decimal(_) | Arg::Day(_) | Arg::Code(_)) | None => false,
    };
    match refusal.code.as_str() {
        "host.asset" => match refusal.args.first() {
            Some(Arg::Code(code)) => settings.asset(code).is_some(),
            Some(Arg::Integer(_) | Arg::Decimal(_) | Arg::Day(_)) | None => false,
        },
        "host.award-max" => named(1, settings.award_max),
        "host.budget-month" => named(0, settings.issue_budget_month),
        "host.minutes-max-day" => named(1, settings.minutes_max_day),
        // Whether it stands in the way still, other entries say too: it is looked at anew, and the same answer is no news.
        "host.same-person" | "host.same-household" | "host.overlap" => true,
        _ => false,
    }
}
