//! What the end of a period does: standings at the cut-off, what the rule makes of each holder. The steps are
//! `kinds/period`. It runs no job and counts nothing that a rule was not asked about.
//!
//! Periods of different lengths are closed each by itself: a month is over for its prizes while its year is still open.
//!
//! From its cut-off on a period's days take no more events. Standings are fixed then: what a holder had left of
//! each asset, the rule's facts as of the last day, and ranks. Points and minutes for days after the period are no
//! part of a standing and are never taken by closing it; of other assets the standing is what there is at the
//! cut-off. What is set aside for an order is not in it.

mod needs;
mod standing;

pub(super) use needs::needs;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::award::{deduct, over_budget};
use super::draft::{Draft, Drafted, Floors};
use super::facts::count_issued;
use super::{Applied, Asking, Book, Fate, FateState, reverse};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::command::{Command, PeriodRejection, Rejection};
use crate::ids::{AssetNo, Code};
use crate::period::{Period, PeriodRow, PeriodState, Standing};
use crate::record::{Record, RuleSet, TransferKind};
use crate::rule::{Arg, Award, CloseAsk, Decision, Denial, Judge, KindPlan, Plan, Refusal};
use crate::settings::Settings;
use crate::time::LocalDate;

/// The kind in a rule's plan that names the facts it wants at the end of a period. It never happens as an event.
pub(super) const CLOSE_KIND: &str = "period.close";

/// A day that no period has closed.
pub(super) fn open_day(book: &Book, on: LocalDate) -> Result<(), Rejection> {
    match book.frame.closed_to() {
        Some(closed_to) if on <= closed_to => {
            Err(PeriodRejection::DateClosed { on, closed_to }.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// A step that only changes where the period stands.
pub(super) fn turn(book: &mut Book, command: &Command, first: Record, row: PeriodRow) -> Applied {
    put(book, row);
    Applied::Fresh(book.append(command, vec![first], &[]))
}

fn put(book: &mut Book, row: PeriodRow) {
    let code = row.period.code();
    book.frame
        .periods
        .retain(|other| other.period != row.period);
    book.frame.periods.push(row);
    book.frame
        .periods
        .sort_by_key(|row| (row.period.last, row.period.code()));
    book.dirty.periods.insert(code);
}

fn row<'b>(book: &'b Book, period: &Period) -> Result<&'b PeriodRow, Rejection> {
    let found = book.frame.periods.iter().find(|row| row.period == *period);
    found.ok_or_else(|| PeriodRejection::Unknown { period: *period }.into())
}

pub(super) fn row_in(
    book: &Book,
    period: &Period,
    wanted: PeriodState,
) -> Result<PeriodRow, Rejection> {
    let row = row(book, period)?;
    if row.state == wanted {
        return Ok(row.clone());
    }
    Err(PeriodRejection::State {
        period: *period,
        state: row.state,
        wanted,
    }
    .into())
}

/// The checks of a cut-off, and the rule set it will ask.
fn may_cut(
    book: &Book,
    period: &Period,
    rule: Option<&Code>,
    today: LocalDate,
) -> Result<Option<Arc<RuleSet>>, Rejection> {
    let settings = book.settings_or_reject()?;
    if period.last >= today {
        return Err(PeriodRejection::NotOver {
            period: *period,
            today,
        }
        .into());
    }
    if period.last < settings.began_on {
        return Err(Rejection::DateTooEarly {
            on: period.last,
            began_on: settings.began_on,
        });
    }
    let open = |row: &&PeriodRow| {
        match row.state {
            PeriodState::CutOff | PeriodState::Signed => row.period.length == period.length,
            // What is cut off meanwhile would count on from what is being taken back.
            PeriodState::AskedBack | PeriodState::TakingBack => true,
            PeriodState::Sealed | PeriodState::Withdrawn => false,
        }
    };
    if let Some(other) = book.frame.periods.iter().find(open) {
        return Err(PeriodRejection::Open {
            period: other.period,
        }
        .into());
    }
    if let Some(closed_to) = book.frame.closed_at(period.length)
        && period.first <= closed_to
    {
        let on = period.first;
        return Err(PeriodRejection::DateClosed { on, closed_to }.into());
    }
    let Some(rule) = rule else { return Ok(None) };
    let sets = book.in_force(period.last);
    let set = sets
        .into_iter()
        .find(|set| set.name == *rule && set.plan != Plan::default());
    match set {
        Some(set) => Ok(Some(Arc::clone(set))),
        None => Err(PeriodRejection::Rule {
            rule: rule.clone(),
            last: period.last,
        }
        .into()),
    }
}

pub(super) fn cut_off(
    book: &mut Book,
    command: &Command,
    first: Record,
    period: Period,
    rule: Option<&Code>,
) -> Result<Applied, Rejection> {
    let envelope = first.envelope().ok_or(Rejection::NothingToDo)?.clone();
    let set = may_cut(book, &period, rule, envelope.today)?;
    let settings = book.settings_or_reject()?.clone();
    let standings = match &set {
        None => Vec::new(),
        Some(set) => {
            let span = standing::Span {
                last: period.last,
                today: envelope.today,
                began: settings.began_on,
            };
            standing::all(book, &settings, facts_of(set), &span)
        }
    };
    let cut = book.frame.head.next_seq;
    put(
        book,
        PeriodRow {
            period,
            state: PeriodState::CutOff,
            cut,
            set: set.map(|set| set.no),
            holders: u32::try_from(standings.len()).map_err(|_| Rejection::NumberTooLarge)?,
            closed: 0,
            cut_by: (envelope.actor, envelope.at),
            signed_by: None,
            sealed_by: None,
            back_by: None,
        },
    );
    let mut records = vec![first];
    for (holder, standing) in standings {
        records.push(Record::Standing(holder, standing.clone()));
        book.standings.insert((cut, holder), Some(standing));
        book.dirty.standings.insert((cut, holder));
    }
    Ok(Applied::Fresh(book.append(command, records, &[])))
}

/// What the rule wants to know about a holder.
fn facts_of(set: &RuleSet) -> &[crate::rule::FactNeed] {
    let closes = |kind: &&KindPlan| kind.code.as_str() == CLOSE_KIND;
    let kind = set.plan.kinds.iter().find(closes);
    kind.map_or(&[], |kind| &kind.facts)
}

/// A holder about to be closed.
struct Closing<'b> {
    row: &'b PeriodRow,
    set: &'b RuleSet,
    standing: &'b Standing,
    holder: Holder,
}

fn closing<'b>(book: &'b Book, period: &Period, holder: Holder) -> Result<Closing<'b>, Rejection> {
    let row = row(book, period)?;
    let unknown = || PeriodRejection::NoStanding {
        period: *period,
        holder,
    };
    let standing = book.standings.get(&(row.cut, holder));
    let standing = standing.and_then(Option::as_ref).ok_or_else(unknown)?;
    let set = row.set.and_then(|no| book.set(no)).ok_or_else(unknown)?;
    Ok(Closing {
        row,
        set,
        standing,
        holder,
    })
}

impl Closing<'_> {
    fn ask(&self, book: &Book, settings: &Settings) -> CloseAsk {
        let fitting = |balance: i64| {
            let most = if balance < 0 { i32::MIN } else { i32::MAX };
            i32::try_from(balance).unwrap_or(most)
        };
        let balances = asset_codes(settings).into_iter().map(|(code, no)| {
            let balance = self
                .standing
                .balances
                .iter()
                .find(|(asset, _)| *asset == no);
            (code, balance.map_or(0, |(_, balance)| fitting(*balance)))
        });
        CloseAsk {
            period: self.row.period.code(),
            first: self.row.period.first,
            last: self.row.period.last,
            balances: balances.collect(),
            facts: self.standing.facts.clone(),
            traits: book.traits_of(self.holder, self.set),
        }
    }

    /// The rule's answer, and what would move. A refusal by the host's own limits takes the answer's place.
    fn decide(
        &self,
        book: &Book,
        today: LocalDate,
        judge: &dyn Judge,
    ) -> Result<(Decision, Drafted), Denial<Rejection>> {
        let settings = book.settings_or_reject()?;
        let answer = judge.close(self.set.no, &self.ask(book, settings));
        let failed = |fault| Rejection::rule_fault(self.set.no, fault);
        let decision = answer.map_err(|denial| denial.map_failed(failed))?;
        let drafted = self.draft(book, settings, today, &decision)?;
        Ok((decision, drafted))
    }

    fn draft(
        &self,
        book: &Book,
        settings: &Settings,
        today: LocalDate,
        decision: &Decision,
    ) -> Result<Drafted, Denial<Rejection>> {
        let mut draft = Draft::new(book);
        let mut issued: i64 = 0;
        for award in decision.awards.iter().filter(|award| award.amount != 0) {
            let whose = settings.asset(&award.asset);
            let fits = |asset: &AssetNo| holds(settings, *asset, self.holder);
            let Some(asset) = whose.filter(fits) else {
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
            let account = available(self.holder, asset);
            if award.amount < 0 {
                let fresh = standing::later(book, self.holder, self.row.period.last, today);
                self.deduct(&mut draft, settings, today, award, account, fresh)?;
                continue;
            }
            let community_expiry = || settings.expiry.last_day(today);
            let points = asset == AssetNo::POINTS;
            if points {
                issued = issued.saturating_add(i64::from(award.amount));
            }
            let expires = award
                .expires
                .or_else(|| if points { community_expiry() } else { None });
            draft.pay_in(
                Account::of_community(asset, Purpose::Issuance),
                account,
                Amount::from(award.amount),
                expires.map_or(0, LocalDate::to_days),
                TransferKind::Award,
            )?;
        }
        if let Some(refusal) = over_budget(book, settings, today, issued) {
            return Err(refusal.into());
        }
        Ok(draft.finish(Floors::Kept)?)
    }

    /// Takes away, earliest lots first, and never what came in for days after the period.
    fn deduct(
        &self,
        draft: &mut Draft<'_>,
        settings: &Settings,
        today: LocalDate,
        award: &Award,
        debit: Account,
        fresh: (i64, i64),
    ) -> Result<(), Denial<Rejection>> {
        let fresh = match debit.asset {
            AssetNo::POINTS => fresh.0,
            AssetNo::MINUTES => fresh.1,
            _ => 0,
        };
        deduct(draft, (debit, fresh.max(0)), award, settings, today)
    }
}

pub(super) fn close(
    book: &mut Book,
    asking: &Asking<'_>,
    first: Record,
    period: Period,
    holder: Holder,
) -> Result<Applied, Rejection> {
    let closing = closing(book, &period, holder)?;
    if closing.standing.entry != 0 {
        return Ok(Applied::Replay(closing.standing.entry));
    }
    let mut changed = row_in(book, &period, PeriodState::Signed)?;
    let (command, today) = (asking.command, asking.envelope.today);
    let answer = match closing.decide(book, today, asking.judge) {
        Ok(decided) => Ok(decided),
        Err(Denial::Refused(refusal)) => Err(refusal),
        Err(Denial::Failed(rejection)) => return Err(rejection),
    };
    // The mark: nothing below can fail.
    let facts = closing.standing.facts.clone();
    let mut closed = closing.standing.clone();
    let set = closing.set.no;
    closed.entry = book.frame.head.next_seq;
    changed.closed = changed.closed.saturating_add(1);
    let key = (changed.cut, holder);
    let receipt = match answer {
        Ok((decision, drafted)) => {
            count_issued(book, today, &decision, false);
            let records = vec![first, Record::Decided(set, facts, decision)];
            drafted.commit(book, command, records)
        }
        Err(refusal) => {
            let records = vec![first, Record::Refused(Some(set), facts, refusal)];
            book.append(command, records, &[])
        }
    };
    put(book, changed);
    book.standings.insert(key, Some(closed));
    book.dirty.standings.insert(key);
    Ok(Applied::Fresh(receipt))
}

/// Takes back what closing booked for a holder; what they spent of it meanwhile they owe. Two people agreed, so it is done
/// also where no floor would allow it.
pub(super) fn take_back(
    book: &mut Book,
    command: &Command,
    first: Record,
    period: Period,
    holder: Holder,
) -> Result<Applied, Rejection> {
    let mut row = row_in(book, &period, PeriodState::TakingBack)?;
    let key = (row.cut, holder);
    let standing = book.standings.get(&key).and_then(Option::as_ref);
    let unknown = || PeriodRejection::NoStanding { period, holder };
    let mut standing = standing.ok_or_else(unknown)?.clone();
    let entry = std::mem::replace(&mut standing.entry, 0);
    if entry == 0 {
        return Err(PeriodRejection::NotClosed { period }.into());
    }
    let records = book.entry(entry)?;
    let day = records.first().and_then(Record::envelope);
    let day = day.map_or(command.today, |envelope| envelope.today);
    let given = records.iter().find_map(|record| {
        if let Record::Decided(_, _, decision) = record {
            Some(decision.clone())
        } else {
            None
        }
    });
    let drafted = reverse::draft(book, entry, command.today, Floors::Passed)?;
    // The mark: nothing below can fail.
    let by = book.frame.head.next_seq;
    if let Some(decision) = given {
        count_issued(book, day, &decision, true);
    }
    book.put_fate(
        entry,
        Fate {
            state: FateState::Reversed,
            by,
            until: None,
        },
    );
    row.closed = row.closed.saturating_sub(1);
    put(book, row);
    book.standings.insert(key, Some(standing));
    book.dirty.standings.insert(key);
    Ok(Applied::Fresh(drafted.commit(book, command, vec![first])))
}

pub(super) fn preview(
    book: &Book,
    period: &Period,
    holder: Holder,
    today: LocalDate,
    judge: &dyn Judge,
) -> Result<Decision, Denial<Rejection>> {
    let (decision, _) = closing(book, period, holder)?.decide(book, today, judge)?;
    Ok(decision)
}

fn available(holder: Holder, asset: AssetNo) -> Account {
    Account {
        holder,
        asset,
        purpose: Purpose::Available,
    }
}

/// Whether this holder has an account of the asset at all: a household has no volunteer minutes.
fn holds(settings: &Settings, asset: AssetNo, holder: Holder) -> bool {
    standing::assets(settings)
        .into_iter()
        .any(|listed| listed == asset)
        && !(asset == AssetNo::MINUTES && matches!(holder, Holder::Household(_)))
}

fn asset_codes(settings: &Settings) -> Vec<(Code, AssetNo)> {
    let fixed = [
        (Code::literal("points"), AssetNo::POINTS),
        (Code::literal("minutes"), AssetNo::MINUTES),
        (Code::literal("conduct"), AssetNo::CONDUCT),
    ];
    fixed.into_iter().chain(settings.assets.clone()).collect()
}
