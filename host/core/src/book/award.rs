//! Events become points and minutes, whether they are reported, tried again or come in the place of another: the order of
//! checks, the facts, the rule's answer, the movements; and what taking them back takes out of the counters.
//!
//! Order of checks, the same on every engine: key, reference, date, kind, rule set of the day, people,
//! quantity, fields; then the rule; then the host's own limits; then balances.

mod agreement;
mod checks;
mod gift;
mod people;
pub(super) mod times;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use agreement::agreed;
use checks::{SaidEvent, check, check_date, check_people, rule_and_kind};
pub(super) use checks::{check_person, check_person_now, kind_unknown, scale_in, units_in};

use super::draft::{Draft, Drafted, Floors, is_gift_of};
use super::facts::{Days, Subjects, count_event, count_issued, fact};
use super::needs::Missing;
use super::{Applied, Asking, Book, Fate, FateState};
use crate::account::{Account, Purpose};
use crate::amount::Amount;
use crate::chain::sha256;
use crate::command::{NotReversible, Rejection};
use crate::counters::{CounterKey, CounterSubject, issued_kind};
use crate::ids::{AssetNo, Code, ResidentNo};
use crate::record::{Envelope, Event, Record, RuleSet, Transfer, TransferKind, moved};
use crate::rule::{
    Arg, Award, Decision, Denial, EarnAsk, Fact, FactNeed, KindPlan, Metric, Refusal, Short,
    Subject, Window,
};
use crate::settings::Settings;
use crate::time::LocalDate;

/// Decides an event as the entry that begins with `first`; `known` is the refusal that its reference had before.
pub(super) fn book_event(
    book: &mut Book,
    asking: &Asking<'_>,
    (first, known): (Record, Option<Refusal>),
    event: &Event,
) -> Result<Applied, Rejection> {
    let today = asking.envelope.today;
    check_date(book, event, today)?;
    let (set, kind) = rule_and_kind(book, event)?;
    let said = check(book, event, &kind)?;
    check_people(book, event)?;
    let question = Question {
        event,
        said,
        set,
        kind,
        first,
        today,
        known,
        again: false,
    };
    let decided = decide(book, asking, &question)?;
    let Some(receipt) = decided else {
        // The same refusal again; whoever asked knows its entry.
        return Ok(Applied::Replay(0));
    };
    if let Some(source) = &event.source {
        book.use_source(source, receipt.entry);
    }
    if let Some(Record::Waiting(set, _)) = receipt.records.get(1) {
        book.waiting.insert(receipt.entry, Some(event.clone()));
        book.dirty.waiting.push((receipt.entry, *set));
    }
    Ok(Applied::Fresh(receipt))
}

/// A waiting event, again: with the rule set of its day as it is now. `None` where it is answered as before.
pub(super) fn book_again(
    book: &mut Book,
    asking: &Asking<'_>,
    first: Record,
    event: &Event,
) -> Result<Option<super::Receipt>, Rejection> {
    let (set, kind) = rule_and_kind(book, event)?;
    let said = check(book, event, &kind)?;
    let question = Question {
        event,
        said,
        set,
        kind,
        first,
        today: asking.envelope.today,
        known: None,
        again: true,
    };
    decide(book, asking, &question)
}

/// An event that is ready to be decided.
struct Question<'e> {
    event: &'e Event,
    /// What it says, in the words of its kind on its day.
    said: SaidEvent,
    set: Arc<RuleSet>,
    kind: KindPlan,
    first: Record,
    today: LocalDate,
    /// The refusal that this reference had before: given once more it is not written again.
    known: Option<Refusal>,
    /// Whether it waited for its rule before.
    again: bool,
}

/// The seed of an event: the same for ever, different for each reference.
fn seed(community: &Code, event: &Event) -> [u8; 16] {
    let reference = event
        .source
        .as_ref()
        .map_or("", |source| source.external_ref.as_str());
    let name = event
        .source
        .as_ref()
        .map_or("", |source| source.name.as_str());
    let hash = sha256(
        format!(
            "{community}\n{name}\n{reference}\n{}\n{}",
            event.kind, event.on
        )
        .as_bytes(),
    );
    let mut seed = [0; 16];
    seed.copy_from_slice(&hash[..16]);
    seed
}

/// `None`: the same refusal as before.
fn decide(
    book: &mut Book,
    asking: &Asking<'_>,
    asked: &Question<'_>,
) -> Result<Option<super::Receipt>, Rejection> {
    let (command, judge) = (asking.command, asking.judge);
    let event = asked.event;
    let who = event.doer().ok_or(Rejection::RoleMissing)?;
    let subjects = Subjects {
        resident: who,
        household: book.household(who)?,
    };
    let days = Days {
        on: event.on,
        today: asked.today,
    };
    let facts: Vec<Fact> = asked
        .kind
        .facts
        .iter()
        .map(|need| fact(book, need, days, &subjects, None))
        .collect();
    let ask = EarnAsk {
        kind: event.kind.clone(),
        quantity: asked.said.quantity,
        fields: asked.said.fields.clone(),
        roles: event.roles.iter().map(|(role, _)| role.clone()).collect(),
        on: event.on,
        minute: event.minute.unwrap_or_default(),
        facts: facts.clone(),
        traits: book.traits_for(who, &asked.set)?,
        seed: seed(&book.frame.community, event),
    };
    let first = asked.first.clone();
    // An event that is tried again and hears the same once more leaves nothing new.
    let told = |book: &mut Book, refusal: Refusal| {
        if asked.known.as_ref() == Some(&refusal) {
            return None;
        }
        let refused = Record::Refused(Some(asked.set.no), facts.clone(), refusal);
        Some(book.append(command, vec![first.clone(), refused], &[]))
    };
    if let Some(refusal) = people::apart(book, event)? {
        return Ok(told(book, refusal));
    }
    let decision = match judge.earn(asked.set.no, &ask) {
        // A waiting event that fails again goes on waiting; recording every try would only fill the journal.
        Err(Denial::Failed(fault)) if asked.again => {
            return Err(Rejection::rule_fault(asked.set.no, fault));
        }
        Err(Denial::Failed(fault)) => {
            return Ok(Some(book.append(
                command,
                vec![first, Record::Waiting(asked.set.no, fault.code)],
                &[],
            )));
        }
        Err(Denial::Refused(refusal)) => return Ok(told(book, refusal)),
        Ok(decision) => decision,
    };
    let units = (asked.said.quantity, asked.kind.scale);
    let measured = (event, units);
    let mut decision = decision;
    let taken = times::compared(book, measured, &mut decision)?;
    let drafted = match taken {
        Some(refusal) => Err(refusal.into()),
        None => draft_awards(book, event, asked.today, &decision),
    };
    let drafted = match drafted {
        Ok(drafted) => drafted,
        Err(Denial::Refused(refusal)) => return Ok(told(book, refusal)),
        Err(Denial::Failed(rejection)) => return Err(rejection),
    };
    count_event(book, event, (units, &decision), None)?;
    times::keep(book, measured, &decision)?;
    if !drafted.hands_over(AssetNo::POINTS) {
        count_issued(book, asked.today, &decision, false);
    }
    if drafted.touches(Purpose::Notice) {
        let days = book.settings_or_reject()?.notice_of(&event.kind);
        let entry = book.frame.head.next_seq;
        let fate = Fate {
            state: FateState::Pending,
            by: entry,
            until: Some(asked.today.plus_days(i32::from(days.unwrap_or_default()))),
        };
        book.put_fate(entry, fate);
    }
    let marked = !decision.marks.is_empty();
    let records = vec![first, Record::Decided(asked.set.no, facts, decision)];
    let receipt = drafted.commit(book, command, records);
    if marked {
        book.dirty.marked.push(receipt.entry);
    }
    Ok(Some(receipt))
}

fn draft_awards(
    book: &Book,
    event: &Event,
    today: LocalDate,
    decision: &Decision,
) -> Result<Drafted, Denial<Rejection>> {
    let settings = book.settings_or_reject()?;
    let mut draft = Draft::new(book);
    let mut issued: i64 = 0;
    let gifts = gift::assets(settings, event, decision);
    let mut sides: Vec<(Account, i64)> = Vec::new();
    for award in decision.awards.iter().filter(|award| award.amount != 0) {
        let Some((_, resident)) = event.roles.iter().find(|(role, _)| *role == award.role) else {
            let args = vec![Arg::Code(award.role.clone())];
            return Err(Refusal::new("host.role", args).into());
        };
        let Some(asset) = settings.asset(&award.asset) else {
            let args = vec![Arg::Code(award.asset.clone())];
            return Err(Refusal::new("host.asset", args).into());
        };
        if let Some(max) = settings.award_max
            && asset == AssetNo::POINTS
            && i64::from(award.amount) > max.get()
        {
            let args = vec![Arg::Integer(award.amount), Arg::whole(max.get())];
            return Err(Refusal::new("host.award-max", args).into());
        }
        let account = Account {
            holder: settings.holder(asset, *resident, book.household(*resident)?),
            asset,
            purpose: Purpose::Available,
        };
        if gifts.contains(&award.asset) {
            sides.push((account, i64::from(award.amount)));
        } else if award.amount > 0 {
            if asset == AssetNo::POINTS {
                issued = issued.saturating_add(i64::from(award.amount));
            }
            // Under notice an award keeps only the day its rule named: other points expire by the day they are posted.
            let (account, expires) = if settings.notice_of(&event.kind).is_some() {
                let purpose = Purpose::Notice;
                (Account { purpose, ..account }, award.expires)
            } else {
                let posted = || settings.default_expiry(asset, today);
                (account, award.expires.or_else(posted))
            };
            let lot = expires.map_or(0, LocalDate::to_days);
            let source = Account::of_community(asset, Purpose::Issuance);
            draft.pay_in(
                source,
                account,
                Amount::from(award.amount),
                lot,
                TransferKind::Award,
            )?;
        } else {
            deduct(&mut draft, (account, 0), award, settings, today)?;
        }
    }
    for asset in &gifts {
        let gifted = settings.asset(asset);
        let of_asset = |side: &&(Account, i64)| Some(side.0.asset) == gifted;
        let gift_sides: Vec<_> = sides.iter().filter(of_asset).copied().collect();
        gift::hand_over(&mut draft, &gift_sides, today)?;
    }
    if let Some(refusal) = beyond_day(book, event, decision, settings)? {
        return Err(refusal.into());
    }
    if let Some(refusal) = over_budget(book, settings, today, issued) {
        return Err(refusal.into());
    }
    Ok(draft.finish(Floors::Kept)?)
}

/// A person's minutes of one day, over all kinds.
pub(super) fn minutes_of_day() -> FactNeed {
    FactNeed {
        metric: Metric::Minutes,
        window: Window::Day,
        subject: Subject::Person,
        of: None,
    }
}

/// The host's own limit on the minutes of one person on one day, whatever a rule says.
fn beyond_day(
    book: &Book,
    event: &Event,
    decision: &Decision,
    settings: &Settings,
) -> Result<Option<Refusal>, Rejection> {
    let Some(most) = settings.minutes_max_day else {
        return Ok(None);
    };
    let mut given: BTreeMap<ResidentNo, i64> = BTreeMap::new();
    let minutes = |award: &&Award| settings.asset(&award.asset) == Some(AssetNo::MINUTES);
    for award in decision.awards.iter().filter(minutes) {
        let role = event.roles.iter().find(|(role, _)| *role == award.role);
        if let Some((_, who)) = role {
            let total = given.entry(*who).or_default();
            *total = total.saturating_add(i64::from(award.amount));
        }
    }
    let days = Days {
        on: event.on,
        today: event.on,
    };
    for (resident, more) in given.into_iter().filter(|(_, more)| *more > 0) {
        let household = book.household(resident)?;
        let who = Subjects {
            resident,
            household,
        };
        let had = i64::from(fact(book, &minutes_of_day(), days, &who, None).value);
        if had.saturating_add(more) > most.get() {
            let args = vec![
                Arg::whole(more),
                Arg::whole(most.get()),
                Arg::whole(had),
                Arg::Day(event.on),
            ];
            return Ok(Some(Refusal::new("host.minutes-max-day", args)));
        }
    }
    Ok(None)
}

/// The host's own monthly limit on new points, whatever a rule says.
pub(super) fn over_budget(
    book: &Book,
    settings: &Settings,
    today: LocalDate,
    issued: i64,
) -> Option<Refusal> {
    let budget = settings.issue_budget_month?.get();
    let key = CounterKey {
        subject: CounterSubject::Community,
        kind: issued_kind(),
        month: today.month_index(),
    };
    let so_far = book
        .counters
        .get(&key)
        .and_then(Option::as_ref)
        .map_or(0, |row| row.total.points);
    if issued <= budget.saturating_sub(so_far) {
        return None;
    }
    let opens = Some(today.month_end().plus_days(1));
    Some(Refusal {
        opens,
        ..Refusal::new(
            "host.budget-month",
            vec![Arg::whole(budget), Arg::whole(so_far)],
        )
    })
}

/// Takes away, earliest lots first, and never the part of the balance that is to stay.
pub(super) fn deduct(
    draft: &mut Draft<'_>,
    (debit, stays): (Account, i64),
    award: &Award,
    settings: &Settings,
    today: LocalDate,
) -> Result<(), Denial<Rejection>> {
    let wanted = i64::from(award.amount).saturating_neg();
    let owned = draft.state(&debit).spendable(today);
    let has = owned.saturating_sub(stays).max(0);
    let floor = settings.debt_floor_of(debit.asset).get();
    let drawn = match award.short {
        Short::Clamp => wanted.min(has),
        Short::Refuse if has < wanted => {
            let args = vec![Arg::whole(wanted), Arg::whole(has)];
            return Err(Refusal::new("balance.short", args).into());
        }
        Short::Owe if owned.saturating_sub(wanted) < floor => {
            let args = vec![Arg::whole(wanted), Arg::whole(has), Arg::whole(floor)];
            return Err(Refusal::new("balance.floor", args).into());
        }
        Short::Refuse | Short::Owe => wanted,
    };
    let from_lots = drawn.min(owned.max(0));
    let mut parts = draft.lots_for(&debit, from_lots, today).unwrap_or_default();
    if drawn > from_lots {
        parts.push((0, drawn.saturating_sub(from_lots)));
    }
    for (lot, part) in parts {
        draft.move_one(Transfer {
            debit,
            credit: Account::of_community(debit.asset, Purpose::Adjustment),
            amount: Amount::new(part).map_err(|_| Rejection::OutOfRange)?,
            from_lot: lot,
            to_lot: 0,
            kind: TransferKind::Deduction,
            order: None,
            reverses: None,
        })?;
    }
    Ok(())
}

/// What deciding an event reads.
pub(super) fn needs(list: &mut Missing<'_>, event: &Event, today: LocalDate) {
    // Nothing below asks for an entry, and a book that grew from nothing misses nothing else.
    if list.book.complete {
        return;
    }
    if let Some(source) = &event.source {
        list.source(source);
    }
    let Some(settings) = &list.book.frame.settings else {
        return;
    };
    let assets: Vec<AssetNo> = [AssetNo::POINTS, AssetNo::MINUTES, AssetNo::CONDUCT]
        .into_iter()
        .chain(settings.assets.iter().map(|(_, no)| *no))
        .collect();
    for asset in &assets {
        list.account(Account::of_community(*asset, Purpose::Issuance));
        list.account(Account::of_community(*asset, Purpose::Adjustment));
    }
    list.counter(
        CounterSubject::Community,
        &issued_kind(),
        today.month_index(),
    );
    list.counter(CounterSubject::Community, &issued_kind(), 0);
    for (_, resident) in &event.roles {
        let Some(who) = list.who(*resident) else {
            continue;
        };
        for asset in &assets {
            let account = Account {
                holder: settings.holder(*asset, who.resident, who.household),
                asset: *asset,
                purpose: Purpose::Available,
            };
            list.account(account);
            if settings.notice_of(&event.kind).is_some() {
                let purpose = Purpose::Notice;
                list.account(Account { purpose, ..account });
            }
        }
        list.counted(&who, &event.kind, event.on);
        if settings.overlap_of(&event.kind).is_some() {
            let months = times::months(event.on).into_iter();
            months.for_each(|month| list.times(*resident, month));
        }
        if settings.minutes_max_day.is_some() {
            list.facts(&[minutes_of_day()], event.on, &who, None);
        }
    }
    if let (Some(resident), Some((_, kind))) =
        (event.doer(), list.book.rule_for(&event.kind, event.on))
        && let Some(who) = list.who(resident)
    {
        list.facts(&kind.facts, event.on, &who, None);
    }
}

/// What an entry that decided an event counted leaves its window again.
pub(super) fn uncount(book: &mut Book, entry: u64, records: &[Record]) -> Result<(), Rejection> {
    let Some((event, envelope)) = event_of(book, entry) else {
        return Ok(());
    };
    let Some(Record::Decided(set, _, decision)) = records.get(1) else {
        return Ok(());
    };
    let quantity = units_in(book, &event, *set);
    let scale = scale_in(book, &event, *set);
    count_event(book, &event, ((quantity, scale), decision), Some(entry))?;
    times::free(book, &event, entry);
    let gift = |(_, transfer): &(u64, Transfer)| is_gift_of(transfer, AssetNo::POINTS);
    if !moved(entry, records).iter().any(gift) {
        count_issued(book, envelope.today, decision, true);
    }
    Ok(())
}

/// The counters that taking the event of an entry back touches.
pub(super) fn uncount_needs(list: &mut Missing<'_>, entry: u64) {
    let Some((event, envelope)) = event_of(list.book, entry) else {
        return;
    };
    for (_, resident) in &event.roles {
        if let Some(who) = list.who_at(*resident, entry) {
            list.counted(&who, &event.kind, event.on);
            list.times(*resident, event.on.month_index());
        }
    }
    for month in [envelope.today.month_index(), 0] {
        list.counter(CounterSubject::Community, &issued_kind(), month);
    }
}

/// Why an entry that decided an event cannot be taken back: only that it moved and counted nothing.
pub(super) fn not_reversible(records: &[Record]) -> Option<NotReversible> {
    let decided = matches!(records.get(1), Some(Record::Decided(..)));
    (!decided).then_some(NotReversible::Nothing)
}

/// The event that an entry decided, with the day it was booked.
pub(super) fn event_of(book: &Book, entry: u64) -> Option<(Event, Envelope)> {
    let first = |entry: &u64| book.entries.get(entry)?.as_ref()?.first();
    let record = first(&entry)?;
    let about = match record.what()?.waited() {
        Some(waited) => first(&waited)?,
        None => record,
    };
    Some((about.event()?.clone(), record.envelope()?.clone()))
}
