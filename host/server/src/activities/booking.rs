//! Confirmed presence on its way into the ledger: an ordinary event of the activity's kind for each person and shift, which the
//! community's rule counts. Its reference is the activity, the shift and the person, so that the book itself knows it again
//! and books it once, whatever happens in between.

use rongyi_activities::{Proof, Shift};
use rongyi_clerk::ClerkError;
use rongyi_clerk::clock::local;
use rongyi_core::book::Frame;
use rongyi_core::chain::sha256;
use rongyi_core::command::Ask;
use rongyi_core::ids::Code;
use rongyi_core::record::{Event, Record, Source};
use rongyi_core::rule::{FieldKind, KindPlan, Text, Value};
use rongyi_core::time::LocalDate;
use rongyi_store::WaitingPresence;

use super::{ActivityError, AtHand};
use crate::house::House;
use crate::ledger::explain::{self, Lang};
use crate::ledger::refused::Told;

/// The book of references under which activities book.
const SOURCE: &str = "activity";
/// Presences booked in one round.
const ROUND_MAX: u32 = 1_000;
/// Minutes of an hour, at the four scales that quantities have.
const HOUR: i64 = 60;

/// Minutes as a kind counts them: kinds of minutes and of hours can be served in shifts, others cannot.
fn quantity(plan: &KindPlan, minutes: i64) -> Option<i32> {
    let units = match plan.unit.en.as_str() {
        "minutes" if plan.scale == 0 => minutes,
        "hours" => {
            let scale = 10_i64.checked_pow(u32::from(plan.scale))?;
            minutes.checked_mul(scale)? / HOUR
        }
        _ => return None,
    };
    i32::try_from(units).ok()
}

/// Whether hours of an activity can be counted under a kind.
pub fn counts(plan: &KindPlan) -> bool {
    let known = ["planned", "signed-out", "no-show", "proof"];
    let all = plan.fields.iter().filter(|field| field.required);
    quantity(plan, HOUR).is_some()
        && all
            .into_iter()
            .all(|field| known.contains(&field.name.as_str()))
}

/// The kinds under which hours can be counted on a day, with their names.
pub fn kinds(frame: &Frame, on: LocalDate) -> Vec<(Code, Text)> {
    let mut all: Vec<(Code, Text)> = Vec::new();
    for set in &frame.sets {
        for plan in &set.plan.kinds {
            let known = all.iter().any(|(code, _)| *code == plan.code);
            let in_force = frame.rule_for(&plan.code, on);
            if let Some((_, plan)) = in_force.filter(|_| !known)
                && counts(plan)
            {
                all.push((plan.code.clone(), plan.title.clone()));
            }
        }
    }
    all
}

/// Whether the rule of an activity's kind wants to know who did not come.
pub(super) async fn tells_absence(
    house: &House,
    community: &Code,
    at_hand: &AtHand,
    shift: &Shift,
) -> Result<bool, ActivityError> {
    let Some(frame) = house.store.frame(community).await? else {
        return Ok(false);
    };
    let on = house.day_of(community, shift.span.starts);
    let plan = frame.rule_for(&at_hand.stored.kind, on);
    Ok(plan.is_some_and(|(_, plan)| {
        let mut fields = plan.fields.iter();
        fields.any(|field| field.name.as_str() == "no-show")
    }))
}

/// What is sent with the minutes, as far as the kind asks for it.
fn fields(plan: &KindPlan, waiting: &WaitingPresence) -> Vec<(Code, Value)> {
    let mut all = Vec::new();
    for field in &plan.fields {
        let value = match (field.name.as_str(), &field.kind) {
            ("planned", FieldKind::Integer { min, max }) => {
                let planned = i32::try_from(waiting.planned).unwrap_or(*max);
                Some(Value::Integer(planned.clamp(*min, *max)))
            }
            ("signed-out", FieldKind::YesNo) => Some(Value::YesNo(waiting.signed_out)),
            // Nobody is confirmed with no minutes but those who did not come.
            ("no-show", FieldKind::YesNo) => Some(Value::YesNo(waiting.minutes == 0)),
            ("proof", FieldKind::Choice(choices)) => {
                let word = Proof::of(waiting.proof).map_or("organiser", Proof::word);
                let fits = choices.iter().find(|(code, _)| code.as_str() == word);
                fits.map(|(code, _)| Value::Choice(code.clone()))
            }
            (_, _) => None,
        };
        all.extend(value.map(|value| (field.name.clone(), value)));
    }
    all
}

/// Books everything that was confirmed and is not booked; answers how much.
///
/// # Errors
/// What the database or the clerk said; what was done until then stays done.
pub async fn round(house: &House, community: &Code) -> Result<usize, ActivityError> {
    let waiting = house.store.waiting_presences(community, ROUND_MAX).await?;
    let Some(frame) = house.store.frame(community).await? else {
        return Ok(0);
    };
    let mut done = 0;
    for one in &waiting {
        if book(house, community, &frame, one).await? {
            done += 1;
        }
    }
    Ok(done)
}

/// Books one; `false` where the rule could give no answer, so that it is asked again.
async fn book(
    house: &House,
    community: &Code,
    frame: &Frame,
    waiting: &WaitingPresence,
) -> Result<bool, ActivityError> {
    let served = house.community(community).ok_or(ActivityError::Unknown)?;
    let (on, minute) = local(waiting.starts, &served.zone);
    let of = (waiting.activity_no, waiting.shift, waiting.resident);
    let refused = |told: Told| serde_json::to_string(&told).unwrap_or_default();
    let plan = frame.rule_for(&waiting.kind, on).map(|(_, plan)| plan);
    // Whoever did not come has no minutes, and a kind may ask for one at least: its rule looks at the field.
    let least = |plan: &KindPlan, units: i32| {
        if waiting.minutes == 0 {
            units.max(plan.quantity_min)
        } else {
            units
        }
    };
    let units = plan.and_then(|plan| Some((plan, least(plan, quantity(plan, waiting.minutes)?))));
    let Some((plan, units)) = units else {
        let told = Told::new(
            "activity.kind",
            Text {
                zh: "这一类事项那天没有按时长计算的规则，没有记上。".to_owned(),
                en: "On that day no rule counted hours of this kind.".to_owned(),
            },
        );
        let ended = (None, 0, Some(refused(told)));
        let ended = (ended.0, ended.1, ended.2.as_deref());
        return Ok(house.store.end_presence(community, of, ended).await?);
    };
    let reference = format!(
        "{}/{}/{}",
        waiting.activity_no, waiting.shift, waiting.resident
    );
    let sent = fields(plan, waiting);
    let input = sha256(format!("{} {units} {on} {minute} {sent:?}", waiting.kind).as_bytes());
    let event = Event {
        kind: waiting.kind.clone(),
        roles: vec![(Code::literal("doer"), waiting.resident)],
        quantity: units.into(),
        fields: sent,
        on,
        minute: Some(minute),
        source: Some(Source {
            name: Code::literal(SOURCE),
            external_ref: reference,
            input,
        }),
        note: None,
    };
    let command = house.command(community, &waiting.by, Ask::Earn(event));
    let answer = match house.clerk.ask_patiently(community, command).await {
        Ok(answer) => answer,
        Err(ClerkError::Rejected(rejection)) => {
            let told = refused(Told::new(rejection.code(), rejection.text()));
            let ended = (None, 0, Some(told.as_str()));
            return Ok(house.store.end_presence(community, of, ended).await?);
        }
        Err(error) => return Err(error.into()),
    };
    if answer.receipt.waiting().is_some() {
        return Ok(false);
    }
    let entry = Some(answer.receipt.entry);
    if let Some(refusal) = answer.receipt.refusal() {
        let plan = explain::plan_of(frame, answer.receipt.set());
        let plain = explain::without_balance(refusal);
        let told = |lang| explain::refusal(&plan, Some(frame), &plain, lang);
        let text = Text {
            zh: told(Lang::Zh),
            en: told(Lang::En),
        };
        let told = refused(Told::new(refusal.code.as_str(), text));
        let ended = (entry, 0, Some(told.as_str()));
        return Ok(house.store.end_presence(community, of, ended).await?);
    }
    let counted = minutes_in(&answer.receipt.records);
    let ended = (entry, counted, None);
    Ok(house.store.end_presence(community, of, ended).await?)
}

/// The minutes that a decision gave to the doer.
fn minutes_in(records: &[Record]) -> i64 {
    let minutes = Code::literal("minutes");
    let doer = Code::literal("doer");
    let mut sum: i64 = 0;
    for record in records {
        if let Record::Decided(_, _, decision) = record {
            let own = decision
                .awards
                .iter()
                .filter(|award| award.asset == minutes && award.role == doer);
            sum = own.fold(sum, |sum, award| sum.saturating_add(award.amount.into()));
        }
    }
    sum
}
