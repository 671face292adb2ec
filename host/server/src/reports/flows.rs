//! What points did, month by month, by the day on which it was booked: read from the community's own accounts, where all
//! points come from and go to. What people hold is the other side of these accounts, so it is known twice, and compared.

use rongyi_core::account::{Account, Purpose};
use rongyi_core::ids::AssetNo;
use rongyi_core::time::LocalDate;

use super::{Asked, Chart, ReportError, Series, Sum, Unit, months, titled};

/// Where points come from and go to.
const SIDES: [Purpose; 5] = [
    Purpose::Issuance,
    Purpose::Adjustment,
    Purpose::Redeemed,
    Purpose::Expired,
    Purpose::Donated,
];

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flow {
    /// New points, what was taken back taken off.
    pub(super) issued: i64,
    /// Deductions and corrections, what they gave taken off.
    pub(super) deducted: i64,
    /// Spent on goods that were handed over, what came back taken off.
    pub(super) redeemed: i64,
    /// Lapsed.
    pub(super) lapsed: i64,
    /// Given away.
    pub(super) donated: i64,
}

impl Flow {
    /// What came to people in the end, or left them.
    pub(super) fn net(&self) -> i64 {
        let out = [self.deducted, self.redeemed, self.lapsed, self.donated];
        out.iter()
            .fold(self.issued, |net, out| net.saturating_sub(*out))
    }
}

/// Some months.
#[derive(Debug, Clone)]
pub(super) struct Flows {
    /// What people held before the first.
    pub(super) before: i64,
    /// The first day of each, what happened, and what people held at its end.
    pub(super) months: Vec<(LocalDate, Flow, i64)>,
    /// Whether what people hold now, added up, is what the community's accounts say.
    pub(super) agrees: bool,
}

impl Flows {
    /// All of them together.
    pub(super) fn sum(&self) -> Flow {
        let mut sum = Flow::default();
        for (_, flow, _) in &self.months {
            sum.issued = sum.issued.saturating_add(flow.issued);
            sum.deducted = sum.deducted.saturating_add(flow.deducted);
            sum.redeemed = sum.redeemed.saturating_add(flow.redeemed);
            sum.lapsed = sum.lapsed.saturating_add(flow.lapsed);
            sum.donated = sum.donated.saturating_add(flow.donated);
        }
        sum
    }

    /// A bar for each month and each of these: what comes in above the line, what goes out below it.
    pub(super) fn chart(&self, up: &[Line], down: &[Line]) -> Chart {
        let of = |(title, value): &Line| Series {
            title: titled(*title),
            values: self.months.iter().map(|(_, flow, _)| value(flow)).collect(),
        };
        let labels = self.months.iter();
        Chart {
            labels: labels.map(|(month, ..)| months::short(*month)).collect(),
            up: up.iter().map(of).collect(),
            down: down.iter().map(of).collect(),
        }
    }

    /// What people held at the end.
    pub(super) fn after(&self) -> i64 {
        self.months.last().map_or(self.before, |(.., after)| *after)
    }
}

/// A number of each month and what it is called, in both languages.
pub(super) type Line = ((&'static str, &'static str), fn(&Flow) -> i64);

/// A number on the line above a table of points.
pub(super) fn sum(title: (&'static str, &'static str), sign: &'static str, value: i64) -> Sum {
    Sum {
        title,
        sign,
        value,
        unit: Unit::Points,
    }
}

/// What these accounts held before a place, issuance as what was issued.
async fn at(asked: &Asked<'_>, place: u64) -> Result<Flow, ReportError> {
    let mut held = [0; SIDES.len()];
    for (held, purpose) in held.iter_mut().zip(SIDES) {
        let account = Account::of_community(AssetNo::POINTS, purpose);
        let read = asked
            .store
            .held_before(&asked.frame.community, account, place);
        *held = read.await?;
    }
    let [issuance, deducted, redeemed, lapsed, donated] = held;
    Ok(Flow {
        issued: issuance.saturating_neg(),
        deducted,
        redeemed,
        lapsed,
        donated,
    })
}

fn between(before: &Flow, after: &Flow) -> Flow {
    Flow {
        issued: after.issued.saturating_sub(before.issued),
        deducted: after.deducted.saturating_sub(before.deducted),
        redeemed: after.redeemed.saturating_sub(before.redeemed),
        lapsed: after.lapsed.saturating_sub(before.lapsed),
        donated: after.donated.saturating_sub(before.donated),
    }
}

/// What people hold now, added up from their own accounts.
pub(super) async fn held_by_people(asked: &Asked<'_>) -> Result<i64, ReportError> {
    let lots = asked
        .store
        .lots_of_people(&asked.frame.community, AssetNo::POINTS);
    let lots = lots.await?;
    Ok(lots
        .iter()
        .map(|lot| lot.amount)
        .fold(0, i64::saturating_add))
}

/// What people hold now, as the community's accounts have it.
pub(super) async fn owed(asked: &Asked<'_>) -> Result<i64, ReportError> {
    Ok(at(asked, asked.frame.head.next_seq).await?.net())
}

/// Reads the months that were asked for.
pub(super) async fn read(asked: &Asked<'_>) -> Result<Flows, ReportError> {
    let (store, community) = (asked.store, &asked.frame.community);
    let place = store.place_of_day(community, asked.months.first).await?;
    let (mut then, mut since) = (at(asked, place).await?, place);
    let before = then.net();
    let mut months = Vec::new();
    for month in asked.months.all() {
        let end = month.month_end().plus_days(1);
        let place = store.place_of_day(community, end).await?;
        // A month in which nothing was booked ends as it began.
        let now = if place == since {
            then
        } else {
            at(asked, place).await?
        };
        since = place;
        months.push((month, between(&then, &now), now.net()));
        then = now;
    }
    Ok(Flows {
        before,
        months,
        agrees: owed(asked).await? == held_by_people(asked).await?,
    })
}
