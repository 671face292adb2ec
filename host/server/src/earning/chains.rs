//! Chains over the API: several steps that stand or fall together. Each step is what it is alone, by the same functions
//! and under the same permission; the clerk books all of them or none.

use std::sync::Arc;

use rongyi_clerk::{Answer, CHAIN_MAX, ClerkError, Fallen};
use rongyi_core::amount::Amount;
use rongyi_core::book::{Frame, Receipt};
use rongyi_core::command::{Command, Rejection};
use rongyi_core::ids::{OrderNo, ResidentNo};
use rongyi_core::record::Record;
use rongyi_core::rule::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api::{EventInput, event_command, frame_for, frame_to_tell, sender};
use crate::amend::{By, Request};
use crate::door::Act;
use crate::door::asked::Unread;
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::Replayable;
use crate::ledger::api::{Movement, Reason, movements, reasons};
use crate::ledger::explain::{self, Lang};
use crate::redemption::api::{BasketLine, canceller, for_whom, one_place};
use crate::redemption::{CODE_TRIES, Wanted};
use crate::{amend, jobs, redemption};

/// A reversal in a chain.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReversalStep {
    /// The entry that is taken back.
    #[serde(deserialize_with = "crate::door::asked::seq")]
    #[schema(maximum = 9007199254740991_i64)]
    pub entry: u64,
    /// 2-500 letters, for whoever reads the book later.
    pub reason: String,
}

/// An order in a chain.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderStep {
    /// The resident for whom it is ordered.
    #[schema(example = 1001, maximum = 2147483647)]
    #[serde(deserialize_with = "crate::door::asked::no")]
    pub resident: u32,
    /// What.
    pub lines: Vec<BasketLine>,
    /// The total the person saw: more is never charged.
    pub total: i64,
}

/// An order that is cancelled in a chain.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelStep {
    /// Its number.
    #[schema(example = 1, maximum = 2147483647)]
    #[serde(deserialize_with = "crate::door::asked::no")]
    pub order: u32,
}

/// A step of a chain.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Something happened, as in `POST events`.
    Event(EventInput),
    /// An entry is taken back, as in `POST entries/{seq}/reverse`. An event after it may say that it `replaces` that
    /// entry.
    Reverse(ReversalStep),
    /// Goods and points are set aside, as in `POST orders`.
    Order(OrderStep),
    /// An order is given back, as in `POST orders/{no}/cancel`.
    Cancel(CancelStep),
}

/// What stands or falls together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChainInput {
    /// 1-100 steps, booked in this order.
    pub steps: Vec<Step>,
}

/// What was booked for one step.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepAnswer {
    /// The place of its entry in the ledger.
    pub entry: u64,
    /// What moved.
    pub movements: Vec<Movement>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// For an order: its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
}

/// A chain that was booked, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChainAnswer {
    /// Whether it had been answered before.
    pub replayed: bool,
    /// One for each step.
    pub answers: Vec<StepAnswer>,
}

/// Books all of these, or none: a chain falls with its first step that is wrong, refused, or cannot be decided now, and
/// the fault then names that step (`step`, from 0). The same `Idempotency-Key` with the same steps is answered again.
#[utoipa::path(
    post, path = "/communities/{community}/chains", tag = "earning",
    params(("community" = String, Path, description = "The community"), ("Idempotency-Key" = Option<String>, Header, description = "Counts for each step of the chain")),
    request_body = ChainInput,
    responses((status = 200, body = ChainAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn post_chain(
    caller: Caller,
    sent: Unread<ChainInput>,
) -> Result<Replayable<ChainAnswer>, Fault> {
    let input = sent.read().await?;
    if !(1..=CHAIN_MAX).contains(&input.steps.len()) {
        return Err(Fault::input(
            "steps",
            "一串要有 1 到 100 步。",
            "a chain has 1 to 100 steps.",
        ));
    }
    let house = caller.house();
    jobs::catch_up(house, &caller.code).await?;
    let events: Vec<&EventInput> = input.steps.iter().filter_map(Step::event).collect();
    let by = sender(&caller);
    let frame = frame_for(&by, &events).await?;
    let mut tries = 0;
    let answers = loop {
        let mut commands = Vec::with_capacity(input.steps.len());
        for (place, step) in input.steps.iter().enumerate() {
            let command = command(&caller, &frame, place, step).await;
            commands.push(command.map_err(|fault| at(place, fault))?);
        }
        tries += 1;
        match house.clerk.ask_chain(&caller.code, commands).await {
            Err(ClerkError::Fell { why, .. })
                if tries < CODE_TRIES && matches!(*why, Fallen::Rejected(Rejection::CodeTaken)) => {
            }
            Err(ClerkError::Fell { step, why }) => return Err(fell(&caller, step, *why).await?),
            answers => break answers?,
        }
    };
    let mut told = Vec::with_capacity(answers.len());
    for answer in &answers {
        let frame = frame_to_tell(&by, Arc::clone(&frame), answer).await?;
        told.push(step_answer(&frame, &answer.receipt));
    }
    let replayed = answers.first().is_some_and(|first: &Answer| first.replayed);
    let body = ChainAnswer {
        replayed,
        answers: told,
    };
    Ok(Replayable { body, replayed })
}

impl Step {
    fn event(&self) -> Option<&EventInput> {
        if let Step::Event(event) = self {
            Some(event)
        } else {
            None
        }
    }
}

/// What a step asks of the book, when the caller may ask it.
async fn command(
    caller: &Caller,
    frame: &Arc<Frame>,
    place: usize,
    step: &Step,
) -> Result<Command, Fault> {
    let (house, code) = (caller.house(), &caller.code);
    let key = caller.key_at(place);
    match step {
        Step::Event(event) => {
            let caller = caller.acting(Act::RecordEvent)?;
            let sealing = house.seal_key(code).await?;
            event_command(&sender(&caller), (frame, &sealing), event, key)
        }
        Step::Reverse(step) => {
            let by = By {
                actor: caller.acting(Act::Reverse)?.actor().code(),
                key,
                reason: amend::reason(&step.reason)?,
            };
            Ok(amend::command(house, code, &Request::Reverse(step.entry), by).await?)
        }
        Step::Order(step) => {
            let caller = caller.acting(Act::PlaceOrder)?;
            let resident: ResidentNo = for_whom(&caller, Some(step.resident))?;
            let wanted = Wanted {
                resident,
                basket: one_place(&caller, &step.lines).await?,
                seen: Amount::new(step.total).map_err(|_| Rejection::OutOfRange)?,
                actor: caller.actor().for_resident(resident).code(),
                key,
            };
            let sealing = house.seal_key(code).await?;
            Ok(redemption::place_command(house, code, &sealing, &wanted))
        }
        Step::Cancel(step) => {
            let caller = caller.acting(Act::CancelOrder)?;
            let no = OrderNo(step.order);
            let by = canceller(&caller, no).await?;
            Ok(redemption::cancel_command(house, code, no, (by, key)))
        }
    }
}

fn step_answer(frame: &Frame, receipt: &Receipt) -> StepAnswer {
    let order = receipt
        .records
        .iter()
        .find_map(redemption::placed)
        .map(|no| no.0);
    StepAnswer {
        entry: receipt.entry,
        movements: movements(frame, receipt),
        reasons: reasons(frame, receipt),
        order,
    }
}

/// Says which step it was, and that none was booked.
fn at(place: usize, fault: Fault) -> Fault {
    let no = place + 1;
    let text = Text {
        zh: format!("第 {no} 步：{}（这一串什么都没有记。）", fault.text.zh),
        en: format!(
            "Step {no}: {} (Nothing of this chain was booked.)",
            fault.text.en
        ),
    };
    Fault {
        text,
        step: Some(place),
        ..fault
    }
}

/// Why a chain fell.
async fn fell(caller: &Caller, step: usize, why: Fallen) -> Result<Fault, Fault> {
    let fault = match why {
        Fallen::Rejected(rejection) => rejection.into(),
        Fallen::Known(entry) => Fault::chain_known(entry),
        Fallen::NotBooked(receipt) => {
            let frame = caller.house().store.frame(&caller.code).await?;
            let frame = frame.ok_or(Rejection::NotConfigured)?;
            let refused = receipt.records.iter().find_map(|record| {
                if let Record::Refused(set, _, refusal) = record {
                    Some((explain::plan_of(&frame, *set), refusal))
                } else {
                    None
                }
            });
            match refused {
                Some((plan, refusal)) => {
                    let by_resident = caller.resident().is_some();
                    let untold = explain::without_balance(refusal);
                    let told = if by_resident { refusal } else { &untold };
                    let say = |lang| explain::refusal(&plan, Some(&frame), told, lang);
                    Fault::refused(refusal.code.to_string(), say(Lang::Zh), say(Lang::En))
                }
                None => Fault::chain_waiting(),
            }
        }
    };
    Ok(at(step, fault))
}
