//! Events become points and minutes: the order of checks, the facts, the rule's answer, the movements.
//!
//! Order of checks, the same on every engine: key, reference, date, kind, rule set of the day, people,
//! quantity, fields; then the rule; then the host's own limits; then balances.

mod checks;
mod gift;
mod people;
pub(super) mod times;

use std::collections::BTreeMap;
use std::sync::Arc;

use checks::{Said, check, check_date, check_people, rule_and_kind};
pub(super) use checks::{check_person, check_person_now, kind_unknown, scale_in, units_in};

use super::draft::{Draft, Floors};
use super::facts::{Days, Subjects, count_event, count_issued, fact};
use super::{Applied, Book, Fate, FateState, again};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::chain::sha256;
use crate::command::{AmendRejection, Command, Rejection};
use crate::counters::{CounterKey, CounterSubject};
use crate::ids::{AssetNo, Code, HouseholdNo, ResidentNo};
use crate::record::{Envelope, Event, Record, RuleSet, Transfer, TransferKind};
use crate::rule::{
    Arg, Award, Decision, EarnAsk, Fact, FactNeed, Judge, KindPlan, Metric, Refusal, Short,
    Subject, Window,
};
use crate::settings::{Settings, Unit};
use crate::time::LocalDate;

/// The role that every event has: who did it.
pub(super) const DOER: &str = "doer";

pub(super) fn earn(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    event: &Event,
    judge: &dyn Judge,
) -> Result<Applied, Rejection> {
    let first = Record::Event(envelope.clone(), event.clone());
    if let Some(source) = &event.source {
        if let Some(before) = again::before(book, command, source, event) {
            let (entry, same) = (before.entry, before.same);
            let asked = (first, &envelope, before.refusal);
            return match book_event(book, command, asked, event, judge) {
                // What cannot be decided any more keeps the answer it has.
                Err(_) if same => Ok(Applied::Replay(entry)),
                Ok(Applied::Replay(_)) => Ok(Applied::Replay(entry)),
                other => other,
            };
        }
        if let Some(entry) = book.source_used(source, command)? {
            return Ok(Applied::Replay(entry));
        }
    }
    book_event(book, command, (first, &envelope, None), event, judge)
}

/// An event under the reference of an entry that was reversed or withdrawn. Checked before all else: the reference,
/// that it belongs to the named entry, that this one no longer stands.
pub(super) fn replace(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    event: &Event,
    replaces: u64,
    judge: &dyn Judge,
) -> Result<Applied, Rejection> {
    let event = &under_known_form(book, command, event);
    let source = event
        .source
        .as_ref()
        .ok_or(AmendRejection::ReplacesWithoutSource)?;
    let external_ref = source.external_ref.clone();
    let key = (source.name.clone(), external_ref.clone());
    let used = book.sources.get(&key).copied().flatten();
    let used = used.ok_or_else(|| AmendRejection::ReplacesUnknown {
        external_ref: external_ref.clone(),
    })?;
    if used.entry != replaces {
        let again = matches!(book.entry(used.entry)?.first(),
            Some(Record::Replace(_, _, own)) if *own == replaces);
        return match again {
            true if used.input == source.input => Ok(Applied::Replay(used.entry)),
            true => Err(Rejection::SourceConflict { external_ref }),
            false => Err(AmendRejection::ReplacesOther {
                external_ref,
                entry: used.entry,
            }
            .into()),
        };
    }
    match book.fate(replaces).map(|fate| fate.state) {
        Some(FateState::Reversed | FateState::Withdrawn) => {}
        Some(_) | None => return Err(AmendRejection::ReplacesStanding { entry: replaces }.into()),
    }
    let first = Record::Replace(envelope.clone(), event.clone(), replaces);
    book_event(book, command, (first, &envelope, None), event, judge)
}

/// The event under the form of its reference that the replaced entry had, so that the record alone can be replayed.
fn under_known_form(book: &Book, command: &Command, event: &Event) -> Event {
    let mut event = event.clone();
    if let (Some(source), Some(reference)) = (&mut event.source, &command.reference) {
        let known = |external_ref: &str| {
            let key = (source.name.clone(), external_ref.to_owned());
            book.sources.get(&key).is_some_and(Option::is_some)
        };
        let (other, input) = &reference.other;
        if !known(&source.external_ref) && known(other) {
            source.external_ref.clone_from(other);
            source.input = *input;
        }
    }
    event
}

fn book_event(
    book: &mut Book,
    command: &Command,
    (first, envelope, known): (Record, &Envelope, Option<Refusal>),
    event: &Event,
    judge: &dyn Judge,
) -> Result<Applied, Rejection> {
    check_date(book, event, envelope.today)?;
    let (set, kind) = rule_and_kind(book, event)?;
    let said = check(book, event, &kind)?;
    check_people(book, event)?;
    let decided = decide(
        book,
        command,
        &Asked {
            event,
            said,
            set,
            kind,
            first,
            today: envelope.today,
            known,
        },
        judge,
    )?;
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

/// A waiting event, again: with the rule set of its day as it is now.
pub(super) fn retry(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    seq: u64,
    judge: &dyn Judge,
) -> Result<Applied, Rejection> {
    let event = book
        .waiting
        .get(&seq)
        .cloned()
        .flatten()
        .ok_or(Rejection::NotWaiting { seq })?;
    let (set, kind) = rule_and_kind(book, &event)?;
    let today = envelope.today;
    let said = check(book, &event, &kind)?;
    let first = Record::Retry(envelope, seq);
    let decided = decide(
        book,
        command,
        &Asked {
            event: &event,
            said,
            set,
            kind,
            first,
            today,
            known: None,
        },
        judge,
    )?;
    let receipt = decided.ok_or(Rejection::NothingToDo)?;
    book.waiting.insert(seq, None);
    book.dirty.waited.push(seq);
    Ok(Applied::Fresh(receipt))
}

struct Asked<'e> {
    event: &'e Event,
    /// What it says, in the words of its kind on its day.
    said: Said,
    set: Arc<RuleSet>,
    kind: KindPlan,
    first: Record,
    today: LocalDate,
    /// The refusal that this reference had before: given once more it is not written again.
    known: Option<Refusal>,
}

pub(super) fn doer(event: &Event) -> Result<ResidentNo, Rejection> {
    event
        .roles
        .iter()
        .find(|(role, _)| role.as_str() == DOER)
        .map(|(_, who)| *who)
        .ok_or(Rejection::RoleMissing)
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
    command: &Command,
    asked: &Asked<'_>,
    judge: &dyn Judge,
) -> Result<Option<super::Receipt>, Rejection> {
    let event = asked.event;
    let who = doer(event)?;
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
    let refused = |refusal| {
        vec![
            first.clone(),
            Record::Refused(Some(asked.set.no), facts.clone(), refusal),
        ]
    };
    if let Some(refusal) = people::apart(book, event)? {
        if asked.known.as_ref() == Some(&refusal) {
            return Ok(None);
        }
        return Ok(Some(book.append(command, refused(refusal), &[])));
    }
    let decision = match judge.earn(asked.set.no, &ask) {
        // A waiting event that fails again goes on waiting; recording every try would only fill the journal.
        Err(fault) if matches!(first, Record::Retry(..)) => {
            return Err(Rejection::RuleFault {
                set: asked.set.no,
                code: fault.code,
                message: fault.message,
            });
        }
        Err(fault) => {
            return Ok(Some(book.append(
                command,
                vec![first, Record::Waiting(asked.set.no, fault.code)],
                &[],
            )));
        }
        Ok(Err(refusal)) if asked.known.as_ref() == Some(&refusal) => return Ok(None),
        Ok(Err(refusal)) => return Ok(Some(book.append(command, refused(refusal), &[]))),
        Ok(Ok(decision)) => decision,
    };
    let units = (asked.said.quantity, asked.kind.scale);
    let own = (event, units);
    let mut decision = decision;
    let taken = times::compared(book, own, &mut decision)?;
    let drafted = match taken {
        Some(refusal) => Err(refusal),
        None => draft_awards(book, event, asked.today, &decision)?,
    };
    let drafted = match drafted {
        Err(refusal) if asked.known.as_ref() == Some(&refusal) => return Ok(None),
        Err(refusal) => return Ok(Some(book.append(command, refused(refusal), &[]))),
        Ok(drafted) => drafted,
    };
    count_event(book, event, (units, &decision), false)?;
    times::keep(book, own, &decision)?;
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

pub(super) fn refusal(code: &'static str, args: Vec<Arg>) -> Refusal {
    Refusal {
        code: Code::literal(code),
        args,
        opens: None,
    }
}

pub(super) fn whole(amount: i64) -> Arg {
    Arg::Integer(i32::try_from(amount).unwrap_or(i32::MAX))
}

/// Who holds an asset that a resident earns: minutes always the person, the rest as the community decided.
pub(super) fn holder(
    settings: &Settings,
    asset: AssetNo,
    resident: ResidentNo,
    household: HouseholdNo,
) -> Holder {
    match settings.unit {
        Unit::Household if asset != AssetNo::MINUTES => Holder::Household(household),
        Unit::Household | Unit::Person => Holder::Resident(resident),
    }
}

type Drafting = Result<Result<super::draft::Drafted, Refusal>, Rejection>;

fn draft_awards(book: &Book, event: &Event, today: LocalDate, decision: &Decision) -> Drafting {
    let settings = book.settings_or_reject()?;
    let mut draft = Draft::new(book);
    let mut issued: i64 = 0;
    let gifts = gift::assets(settings, event, decision);
    let mut sides: Vec<(Account, i64)> = Vec::new();
    for award in decision.awards.iter().filter(|award| award.amount != 0) {
        let Some((_, resident)) = event.roles.iter().find(|(role, _)| *role == award.role) else {
            return Ok(Err(refusal(
                "host.role",
                vec![Arg::Code(award.role.clone())],
            )));
        };
        let Some(asset) = settings.asset(&award.asset) else {
            return Ok(Err(refusal(
                "host.asset",
                vec![Arg::Code(award.asset.clone())],
            )));
        };
        if let Some(max) = settings.award_max
            && asset == AssetNo::POINTS
            && i64::from(award.amount) > max.get()
        {
            return Ok(Err(refusal(
                "host.award-max",
                vec![Arg::Integer(award.amount), whole(max.get())],
            )));
        }
        let account = Account {
            holder: holder(settings, asset, *resident, book.household(*resident)?),
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
        } else if let Err(no) = deduct(&mut draft, account, award, settings, today)? {
            return Ok(Err(no));
        }
    }
    for asset in &gifts {
        let own = settings.asset(asset);
        let of_asset = |side: &&(Account, i64)| Some(side.0.asset) == own;
        let own: Vec<_> = sides.iter().filter(of_asset).copied().collect();
        if let Err(no) = gift::hand_over(&mut draft, &own, today)? {
            return Ok(Err(no));
        }
    }
    if let Some(no) = beyond_day(book, event, decision, settings)? {
        return Ok(Err(no));
    }
    if let Some(no) = over_budget(book, settings, today, issued) {
        return Ok(Err(no));
    }
    draft.finish(Floors::Kept).map(Ok)
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
            let own = given.entry(*who).or_default();
            *own = own.saturating_add(i64::from(award.amount));
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
                whole(more),
                whole(most.get()),
                whole(had),
                Arg::Day(event.on),
            ];
            return Ok(Some(refusal("host.minutes-max-day", args)));
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
        ..refusal("host.budget-month", vec![whole(budget), whole(so_far)])
    })
}

/// The counter of points issued by posting day, which the host's budget needs.
pub(super) fn issued_kind() -> Code {
    Code::literal("host/issued")
}

fn deduct(
    draft: &mut Draft<'_>,
    debit: Account,
    award: &Award,
    settings: &Settings,
    today: LocalDate,
) -> Result<Result<(), Refusal>, Rejection> {
    let wanted = i64::from(award.amount).saturating_neg();
    let owned = draft.state(&debit).spendable(today);
    let has = owned.max(0);
    let floor = settings.debt_floor_of(debit.asset).get();
    let drawn = match award.short {
        Short::Clamp => wanted.min(has),
        Short::Refuse if has < wanted => {
            return Ok(Err(refusal(
                "balance.short",
                vec![whole(wanted), whole(has)],
            )));
        }
        Short::Owe if owned.saturating_sub(wanted) < floor => {
            return Ok(Err(refusal(
                "balance.floor",
                vec![whole(wanted), whole(has), whole(floor)],
            )));
        }
        Short::Refuse | Short::Owe => wanted,
    };
    let from_lots = drawn.min(has);
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
    Ok(Ok(()))
}
