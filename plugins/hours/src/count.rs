//! From a time between sign-in and sign-out to the minutes that count, in the order presence, missing sign-out,
//! planned time, night, coefficient, rounding, most of one service, caps, surplus; then points. It writes no sentence.

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::params::ten_to;
use rongyi_sdk::say::{Sum, number, refuse};
use rongyi_sdk::types::{
    Arg, Award, Decision, Event, FactNeed, Metric, Refusal, Short, Subject, Value,
};
use rongyi_sdk::window::{Needs, answer, subject_code, window_code};

use crate::params::{Cap, Class, Kind, Limit, Proof, Rounding};
use crate::weight;

/// The role that every event has.
const DOER: &str = "doer";
/// Volunteer time.
const MINUTES: &str = "minutes";
/// Whose events count for a suspension where nothing is written.
pub(crate) const SUSPENDED: Subject = Subject::Person;
/// What there may be for it.
const POINTS: &str = "points";

/// A kind, ready to answer.
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) needs: Vec<FactNeed>,
    caps: Vec<usize>,
    limits: Vec<usize>,
    suspensions: Vec<usize>,
}

impl Row {
    /// Works out which facts are needed.
    pub(crate) fn new(kind: Kind) -> Row {
        let mut needs = Needs::default();
        let caps = kind.caps.iter().map(|cap| {
            let of = cap.of.is_none().then_some(kind.code.as_str());
            needs.ask(Metric::Minutes, cap.window, cap.subject, of)
        });
        let caps = caps.collect();
        let limits = kind.limits.iter().map(|limit| {
            let of = Some(kind.code.as_str());
            needs.ask(Metric::Events, limit.window, limit.subject, of)
        });
        let limits = limits.collect();
        let suspensions = kind.suspensions.iter();
        let suspensions = suspensions
            .map(|one| one.ask(&mut needs, SUSPENDED))
            .collect();
        Row {
            needs: needs.list(),
            kind,
            caps,
            limits,
            suspensions,
        }
    }

    /// The code of one of this kind's own sentences.
    pub(crate) fn phrase(&self, name: &str) -> String {
        format!("{}/{name}", self.kind.code)
    }

    /// Answers an event of this kind.
    pub(crate) fn earn(&self, event: &Event) -> Result<Decision, Refusal> {
        let mut decision = Decision {
            awards: Vec::new(),
            lines: Vec::new(),
            marks: Vec::new(),
        };
        let proof = self.proof(event);
        let honour = proof.is_some_and(|proof| proof.class == Class::Honour);
        let asset = if honour {
            self.kind.honour_asset.as_str()
        } else {
            MINUTES
        };
        let mut sum = Sum::of(asset);
        if let Some(times) = self.kind.no_show_times
            && yes(event, "no-show")
        {
            let lost = i64::from(times).saturating_mul(planned(event));
            let args = vec![number(planned(event)), number(times.into())];
            sum.add(self.phrase("no-show"), args, lost.saturating_neg());
            sum.give(&mut decision, self.to(), Short::Clamp);
            return Ok(decision);
        }
        self.bounded(event)?;
        self.presence(event, &mut sum)?;
        if let Some(proof) = proof {
            sum.note(self.phrase(&format!("proof-{}", proof.code)), Vec::new());
            if proof.planned_max && sum.total() > planned(event) {
                let more = planned(event).saturating_sub(sum.total());
                sum.add(
                    self.phrase("planned-max"),
                    vec![number(planned(event))],
                    more,
                );
            }
        }
        self.weigh(event, &mut sum)?;
        self.round(&mut sum);
        if let Some(most) = self.kind.max_minutes
            && sum.total() > i64::from(most)
        {
            let more = i64::from(most).saturating_sub(sum.total());
            sum.add(self.phrase("most"), vec![number(most.into())], more);
        }
        let before = sum.total();
        if self.kind.spend {
            self.spend(sum, &mut decision);
            return Ok(decision);
        }
        self.cap(event, &mut sum);
        let counted = sum.total();
        self.give(event, sum, before.saturating_sub(counted), &mut decision);
        if !honour || self.kind.points_for_honour {
            self.points(counted, &mut decision);
        }
        self.pay(event, before, &mut decision);
        Ok(decision)
    }

    /// Takes the minutes that were worked out away; how they came about is told without amounts.
    fn spend(&self, sum: Sum, decision: &mut Decision) {
        let minutes = sum.total();
        sum.give(decision, self.to(), Short::Clamp);
        decision.awards.clear();
        for line in &mut decision.lines {
            line.amount = None;
        }
        let mut spent = Sum::of(MINUTES);
        let args = vec![number(minutes)];
        spent.add(self.phrase("spent"), args, minutes.saturating_neg());
        spent.give(decision, self.to(), Short::Clamp);
    }

    /// Whoever was helped pays with the time that was served, whatever a cap left of it.
    fn pay(&self, event: &Event, served: i64, decision: &mut Decision) {
        let filled = |role: &&String| event.roles.iter().any(|named| named == *role);
        let payer = self.kind.paid_by.as_ref().filter(filled);
        if let Some(payer) = payer.filter(|_| served > 0) {
            let mut paid = Sum::of(MINUTES);
            let args = vec![number(served)];
            paid.add(self.phrase("paid"), args, served.saturating_neg());
            paid.give(decision, payer, Short::Clamp);
        }
    }

    fn to(&self) -> &str {
        self.kind.to.as_deref().unwrap_or(DOER)
    }

    fn proof(&self, event: &Event) -> Option<&Proof> {
        match field(event, "proof") {
            Some(Value::Choice(code)) => self.kind.proofs.iter().find(|proof| proof.code == *code),
            Some(Value::Integer(_) | Value::Decimal(_) | Value::YesNo(_) | Value::Day(_))
            | None => None,
        }
    }

    /// The minutes before anything is rounded or cut.
    fn presence(&self, event: &Event, sum: &mut Sum) -> Result<(), Refusal> {
        let quantity = i64::from(event.quantity);
        if let Some(each) = self.kind.fixed_minutes {
            let args = vec![number(quantity), number(each.into())];
            sum.add(
                self.phrase("fixed"),
                args,
                quantity.saturating_mul(each.into()),
            );
            return Ok(());
        }
        if let Some(missing) = self.kind.missing_checkout
            && !yes(event, "signed-out")
        {
            let percent = missing.percent.map(i64::from);
            let part = percent.map(|percent| planned(event).saturating_mul(percent) / 100);
            let counted = part.unwrap_or_else(|| missing.minutes.unwrap_or(0).into());
            sum.add(self.phrase("missing"), vec![number(counted)], counted);
            return Ok(());
        }
        if let Some(percent) = self.kind.presence_percent {
            let needed = planned(event).saturating_mul(percent.into());
            if quantity.saturating_mul(100) < needed {
                let args = vec![
                    number(quantity),
                    number(planned(event)),
                    number(percent.into()),
                ];
                return Err(refuse(self.phrase("too-short"), args, None));
            }
        }
        sum.add(self.phrase("present"), vec![number(quantity)], quantity);
        Ok(())
    }

    /// Refuses whoever is out, and what is once too often.
    fn bounded(&self, event: &Event) -> Result<(), Refusal> {
        let suspensions = self.kind.suspensions.iter().zip(&self.suspensions);
        for (at, (one, fact)) in suspensions.enumerate() {
            if let Some(out) = one.out(answer(&event.facts, *fact), event.on) {
                let counted = out.counted.into_iter();
                let args = counted.flat_map(|(most, has)| [number(most), number(has)]);
                let code = self.phrase(&format!("suspended-{at}"));
                return Err(refuse(code, args.collect(), out.until));
            }
        }
        for (limit, fact) in self.kind.limits.iter().zip(&self.limits) {
            let had = answer(&event.facts, *fact);
            if had >= i64::from(limit.events) {
                let args = vec![number(limit.events.into()), number(had)];
                let again = next_window(limit.window, event.on);
                return Err(refuse(limit_code(limit), args, again));
            }
        }
        Ok(())
    }

    /// The minutes at night, then all of them, count so many times.
    fn weigh(&self, event: &Event, sum: &mut Sum) -> Result<(), Refusal> {
        if let Some(night) = self.kind.night {
            let Some(dark) = weight::at_night(night, event, sum.total()) else {
                return Err(refuse(self.phrase("no-time"), Vec::new(), None));
            };
            if dark > 0 {
                let args = vec![number(dark), Arg::Decimal(night.times.decimal())];
                let more = weight::more(dark, night.times);
                sum.add(self.phrase("night"), args, more);
            }
        }
        let found = weight::coefficient(&self.kind.coefficients, event);
        if let Some((at, one)) = found.filter(|_| sum.total() > 0) {
            let args = vec![number(sum.total()), Arg::Decimal(one.times.decimal())];
            let more = weight::more(sum.total(), one.times);
            sum.add(self.phrase(&format!("coefficient-{at}")), args, more);
        }
        Ok(())
    }

    fn round(&self, sum: &mut Sum) {
        let total = sum.total();
        let rounded = if self.kind.bands.is_empty() {
            let Some(step) = self.kind.round_to.map(i64::from) else {
                return;
            };
            let (whole, rest) = (total.div_euclid(step), total.rem_euclid(step));
            let up = match self.kind.rounding {
                Rounding::Floor => false,
                Rounding::Ceil => rest > 0,
                Rounding::Nearest => rest.saturating_mul(2) >= step,
            };
            whole.saturating_add(i64::from(up)).saturating_mul(step)
        } else {
            let (hours, rest) = (total.div_euclid(60), total.rem_euclid(60));
            let bands = self.kind.bands.iter();
            let band = bands
                .into_iter()
                .find(|band| band.up_to.is_none_or(|up_to| rest <= i64::from(up_to)));
            let part = if rest == 0 {
                0
            } else {
                band.map_or(0, |band| band.minutes.into())
            };
            hours.saturating_mul(60).saturating_add(part)
        };
        if rounded != total {
            let args = vec![number(total), number(rounded)];
            sum.add(self.phrase("rounded"), args, rounded.saturating_sub(total));
        }
    }

    /// What the caps leave; the smallest rest wins.
    fn cap(&self, event: &Event, sum: &mut Sum) {
        for (cap, fact) in self.kind.caps.iter().zip(&self.caps) {
            let had = answer(&event.facts, *fact).max(0);
            let left = i64::from(cap.minutes).saturating_sub(had).max(0);
            if sum.total() > left {
                let args = vec![number(cap.minutes.into()), number(had), number(left)];
                let cut = left.saturating_sub(sum.total());
                let again = next_window(cap.window, event.on);
                let code = cap_code(cap, if again.is_some() { "cut" } else { "full" });
                sum.add(code, args, cut);
            }
        }
    }

    fn give(&self, event: &Event, mut sum: Sum, surplus: i64, decision: &mut Decision) {
        let filled = |role: &String| event.roles.iter().any(|named| named == role);
        let fund = self
            .kind
            .surplus_to
            .as_ref()
            .filter(|role| surplus > 0 && filled(role));
        let kept = sum.total();
        if fund.is_some() {
            sum.add(self.phrase("surplus"), vec![number(surplus)], surplus);
        }
        let asset = sum.asset().to_owned();
        sum.give(decision, self.to(), Short::Clamp);
        let Some(fund) = fund else {
            return;
        };
        // The lines speak of all of it; the awards say who has which part.
        decision.awards.clear();
        for (role, amount) in [(self.to(), kept), (fund.as_str(), surplus)] {
            if amount > 0 {
                decision.awards.push(Award {
                    role: role.to_owned(),
                    asset: asset.clone(),
                    amount: rongyi_sdk::params::clamp(amount),
                    short: Short::Clamp,
                    expires: None,
                });
            }
        }
    }

    fn points(&self, counted: i64, decision: &mut Decision) {
        let Some(each) = self.kind.points_per_hour.filter(|_| counted > 0) else {
            return;
        };
        let points = counted
            .saturating_mul(each.units)
            .div_euclid(ten_to(each.scale).saturating_mul(60));
        let mut sum = Sum::of(POINTS);
        let each = Arg::Decimal(each.decimal());
        sum.add(self.phrase("points"), vec![number(counted), each], points);
        sum.give(decision, self.to(), Short::Clamp);
    }
}

/// `cut.month.person`, `full-all.lifetime.person`.
pub(crate) fn cap_code(cap: &Cap, word: &str) -> String {
    let all = if cap.of.is_some() { "-all" } else { "" };
    format!(
        "{word}{all}.{}.{}",
        window_code(cap.window),
        subject_code(cap.subject)
    )
}

/// `limit.month.person`.
pub(crate) fn limit_code(limit: &Limit) -> String {
    let (window, subject) = (window_code(limit.window), subject_code(limit.subject));
    format!("limit.{window}.{subject}")
}

fn field<'e>(event: &'e Event, name: &str) -> Option<&'e Value> {
    let found = event.fields.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value)
}

fn yes(event: &Event, name: &str) -> bool {
    matches!(field(event, name), Some(Value::YesNo(true)))
}

/// The planned minutes of the activity; the form asks for them where they matter.
fn planned(event: &Event) -> i64 {
    match field(event, "planned") {
        Some(Value::Integer(minutes)) => i64::from(*minutes),
        Some(Value::Choice(_) | Value::Decimal(_) | Value::YesNo(_) | Value::Day(_)) | None => 0,
    }
}
