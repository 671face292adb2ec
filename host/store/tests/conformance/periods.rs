//! A period of the small life, from its cut-off to its seal, with what goes wrong on the way.

use rongyi_core::account::Holder;
use rongyi_core::command::{Ask, Command, PeriodTurn};
use rongyi_core::ids::HouseholdNo;
use rongyi_core::period::PeriodStep;
use rongyi_core::rule::{Award, CloseAsk, Decision, Refusal, Short};

use crate::script::{code, command, small};

fn step(by: &'static str, step: PeriodStep) -> Command {
    let period = "2026-09".parse().expect("a period");
    Command {
        actor: code(by),
        ..command("2026-10-11", Ask::Period(PeriodTurn { period, step }))
    }
}

fn close(household: u32) -> Command {
    let holder = Holder::Household(HouseholdNo(household));
    step("system", PeriodStep::Close(holder))
}

/// The steps, in order.
pub(crate) fn commands() -> Vec<Command> {
    let cut = |rule| PeriodStep::CutOff {
        rule: Some(code(rule)),
    };
    let sign = || PeriodStep::SignOff { alone: false };
    vec![
        step("staff/1", cut("nobody")),
        step("staff/1", cut("native")),
        step("staff/1", PeriodStep::Withdraw),
        small("2026-09-30", 6, "late"),
        step("staff/1", cut("native")),
        small("2026-09-30", 6, "too-late"),
        step("staff/1", sign()),
        step("staff/2", sign()),
        close(11),
        close(11),
        step("system", PeriodStep::Seal),
        close(12),
        close(13),
        step("system", PeriodStep::Seal),
        close(12),
        step("staff/1", cut("native")),
    ]
}

/// What the native rule does at the end of a period: the first place gets 5, everybody loses 10.
pub(crate) fn decide(ask: &CloseAsk) -> Result<Decision, Refusal> {
    let award = |amount| Award {
        role: code("holder"),
        asset: code("points"),
        amount,
        short: Short::Clamp,
        expires: None,
    };
    let prize = if ask.facts[0].value == 1 { 5 } else { 0 };
    Ok(Decision {
        awards: vec![award(prize), award(-10)],
        ..Decision::default()
    })
}
