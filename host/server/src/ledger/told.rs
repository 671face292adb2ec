//! What people are told of a decision: the rule's lines, what each person got, marks, and what could not be taken.

use std::collections::HashMap;

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Frame, Loaded, Receipt};
use rongyi_core::command::Need;
use rongyi_core::ids::{AssetNo, Code, RuleSetNo};
use rongyi_core::record::{Event, Record};
use rongyi_core::rule::{self, Decision, Plan};
use rongyi_pages::{ReasonRow, RecordGain};

use crate::amend::marks;
use crate::door::fault::Fault;
use crate::door::visit::Visit;
use crate::ledger::titles::{amount_text, asset_title};
use crate::ledger::{explain, past};

/// The rule's own sentences, with the rule set that said them.
pub(crate) fn breakdown(
    visit: &Visit,
    frame: &Frame,
    receipt: &Receipt,
    asset: AssetNo,
) -> (Option<RuleSetNo>, Vec<ReasonRow>) {
    let settings = frame.settings.as_ref();
    let named = |code: &Code| settings.and_then(|settings| settings.asset(code)) == Some(asset);
    let rows = |plan: &Plan, lines: &[rule::Line], sign: i64| {
        let row = |line: &rule::Line| ReasonRow {
            text: explain::line(plan, Some(frame), line, visit.tongue()),
            amount: line
                .amount
                .filter(|_| named(&line.asset))
                .map(|amount| i64::from(amount).saturating_mul(sign)),
        };
        lines.iter().map(row).collect()
    };
    for record in &receipt.records {
        if let Record::Decided(set, _, decision) = record {
            return (
                Some(*set),
                rows(&explain::plan_of(frame, Some(*set)), &decision.lines, 1),
            );
        }
        if let Record::Quoted(set, _, quote) = record {
            return (
                Some(*set),
                rows(&explain::plan_of(frame, Some(*set)), &quote.lines, -1),
            );
        }
        if let Record::Refused(set, ..) = record {
            return (*set, Vec::new());
        }
        if let Record::Waiting(set, _) = record {
            let text = visit.either(
                "规则暂时没有给出结果。这件事已经记下，规则修好后会自动补记。",
                "The rule gave no answer yet. The event is kept and will be decided when the rule is mended.",
            );
            return (Some(*set), vec![ReasonRow { text, amount: None }]);
        }
    }
    (None, Vec::new())
}

/// Who got what, and of what its sum is shown: points, or what moved where no points did.
pub(crate) async fn gains(
    visit: &Visit,
    receipt: &Receipt,
) -> Result<(Vec<RecordGain>, AssetNo), Fault> {
    let mut sums: Vec<(Holder, AssetNo, i64)> = Vec::new();
    for record in &receipt.records {
        let Record::Moved(_, moved) = record else {
            continue;
        };
        let amount = moved.amount.get();
        for (account, change) in [
            (moved.credit, amount),
            (moved.debit, amount.saturating_neg()),
        ] {
            let owned = matches!(account.purpose, Purpose::Available | Purpose::Notice);
            if !owned || account.holder == Holder::Community {
                continue;
            }
            let known = sums
                .iter_mut()
                .find(|(holder, asset, _)| (*holder, *asset) == (account.holder, account.asset));
            match known {
                Some((_, _, sum)) => *sum = sum.saturating_add(change),
                None => sums.push((account.holder, account.asset, change)),
            }
        }
    }
    let shell = visit.shell();
    let mut gains = Vec::new();
    for (holder, asset, sum) in &sums {
        let who = match holder {
            Holder::Household(no) => visit.household_title(*no).await?,
            Holder::Resident(no) => visit.masked(*no).await?,
            Holder::Community | Holder::Fund(_) => continue,
        };
        let plus = if *sum > 0 { "+" } else { "" };
        let change = match *asset {
            AssetNo::POINTS => format!("{plus}{}", shell.points(sum)),
            AssetNo::MINUTES => format!("{plus}{}", shell.hours(sum)),
            other => {
                let title = asset_title(visit, other);
                format!("{plus}{sum} {title}")
            }
        };
        gains.push(RecordGain { who, change });
    }
    let points = sums.iter().any(|(_, asset, _)| *asset == AssetNo::POINTS);
    let first = sums.first().filter(|_| !points);
    Ok((gains, first.map_or(AssetNo::POINTS, |(_, asset, _)| *asset)))
}

/// What is to be looked at in a decided event, in whole sentences.
pub(crate) fn said(visit: &Visit, frame: &Frame, receipt: &Receipt) -> Vec<String> {
    let all = marks::said(frame, receipt);
    all.iter().map(|text| visit.say(text)).collect()
}

/// A deduction that found less than it asked for: three numbers, of which two are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short {
    /// What was to be taken.
    pub(crate) asked: i64,
    /// What was there and was taken.
    pub(crate) taken: i64,
    /// The asset it was to be taken of.
    pub(crate) asset: AssetNo,
}

impl Short {
    /// What was asked, what was taken, what is left.
    pub(crate) fn told(self, visit: &Visit, after: Option<i64>) -> String {
        let say = |amount| amount_text(visit, self.asset, amount);
        let (asked, taken) = (say(self.asked), say(self.taken));
        let what = match self.asset {
            AssetNo::POINTS => visit.either("积分", "points"),
            AssetNo::MINUTES => visit.either("时长", "hours"),
            other => asset_title(visit, other),
        };
        let left = after.map_or_else(String::new, |after| {
            let after = say(after);
            visit.either(
                &format!("，扣后还有 {after}"),
                &format!("; {after} are left"),
            )
        });
        visit.either(
            &format!("应扣 {asked}，{what}不够，实扣 {taken}{left}。"),
            &format!(
                "{asked} were to be taken; there were not enough, and {taken} were taken{left}."
            ),
        )
    }
}

/// What a decision asked of one account, where the account held less. `change` is what it moved there.
pub(crate) async fn shortfall(
    visit: &Visit,
    frame: &Frame,
    (event, decision): (&Event, &Decision),
    (account, change): (Account, i64),
) -> Result<Option<Short>, Fault> {
    if decision.awards.iter().all(|award| award.amount >= 0) {
        return Ok(None);
    }
    let asked = asked_of(visit, frame, (event, decision), account).await?;
    let missing = change.saturating_sub(asked);
    Ok((asked < 0 && missing > 0).then(|| Short {
        asked: asked.saturating_neg(),
        taken: asked.saturating_neg().saturating_sub(missing),
        asset: account.asset,
    }))
}

/// What a decision gives to or takes from one account, over all the people in its roles who hold it.
pub(crate) async fn asked_of(
    visit: &Visit,
    frame: &Frame,
    (event, decision): (&Event, &Decision),
    account: Account,
) -> Result<i64, Fault> {
    let Some(settings) = &frame.settings else {
        return Ok(0);
    };
    let needs: Vec<Need> = event
        .roles
        .iter()
        .map(|(_, resident)| Need::Resident(*resident))
        .collect();
    let mut homes = HashMap::new();
    for found in visit.app.house.store.load(&visit.code, &needs).await? {
        if let Loaded::Resident(resident, Some(member)) = found {
            homes.insert(resident, member.household);
        }
    }
    let mut sum: i64 = 0;
    for award in &decision.awards {
        let role = event.roles.iter().find(|(role, _)| *role == award.role);
        let Some((_, resident)) = role else {
            continue;
        };
        let Some(household) = homes.get(resident) else {
            continue;
        };
        let asset = settings.asset(&award.asset);
        let holder = past::holder_of(settings, account.asset, *resident, *household);
        if asset == Some(account.asset) && holder == account.holder {
            sum = sum.saturating_add(i64::from(award.amount));
        }
    }
    Ok(sum)
}
