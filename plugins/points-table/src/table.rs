//! From parameters to a table that can answer: what each kind needs to know and how its points come about.
//! No sentence is written here; those are in `words.rs`.

use rongyi_sdk::types::{Diagnostic, FactNeed, Metric, Subject, Text, Window};
use rongyi_sdk::{text, wrong};

use crate::params::{self, BonusOf, Kind, Params};

/// How the points of a kind come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// So many per unit.
    PerUnit,
    /// So many for the event.
    Fixed(i32),
    /// So many for the first, so many for each further unit.
    Steps { first: i32, further: i32 },
    /// A base score from which faults are taken.
    Faults { base: i32, per_fault: i32, min: i32 },
    /// By steps of the quantity.
    Bands,
}

/// A cap or limit with the place of its fact.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    /// The most.
    pub(crate) most: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    pub(crate) subject: Subject,
    /// Points of all kinds rather than of this one.
    pub(crate) all: bool,
    /// Which fact tells how much there is already.
    pub(crate) fact: usize,
}

/// A kind, ready to answer.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) way: Way,
    pub(crate) asset: String,
    pub(crate) needs: Vec<FactNeed>,
    pub(crate) caps: Vec<Bound>,
    pub(crate) limits: Vec<Bound>,
    pub(crate) bonus_fact: Option<usize>,
    pub(crate) quantity_min: i32,
    pub(crate) quantity_max: i32,
}

/// The longest kind code: the codes of its sentences begin with it.
const KIND_CODE_MAX: usize = 24;
/// The most whole units of one event; with [`POINTS_MAX`] no sum leaves 32 bits.
const UNITS_MAX: i64 = 10_000;
/// The most points that one number of the table may say.
const POINTS_MAX: i64 = 10_000;

impl Row {
    /// The code of one of this kind's own sentences.
    pub(crate) fn phrase(&self, name: &str) -> String {
        format!("{}/{name}", self.kind.code)
    }

    /// What the quantity counts.
    pub(crate) fn unit(&self) -> Text {
        self.kind
            .unit
            .clone()
            .map_or_else(|| text("次", "times"), Text::from)
    }
}

impl Bound {
    /// The code of a sentence about this bound, such as `cap.month.household`.
    pub(crate) fn code(&self, word: &str) -> String {
        let all = if self.all { "-all" } else { "" };
        let window = match self.window {
            Window::Day => "day",
            Window::Week => "week",
            Window::Month => "month",
            Window::Quarter => "quarter",
            Window::Year => "year",
            Window::TrailingDays(_) => "days",
            Window::Lifetime => "lifetime",
        };
        let subject = match self.subject {
            Subject::Person => "person",
            Subject::Household => "household",
            Subject::Community => "community",
        };
        format!("{word}{all}.{window}.{subject}")
    }
}

/// Makes the rows, or says everything that does not fit together.
pub(crate) fn rows(params: &Params) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    if params.kinds.is_empty() {
        found.push(wrong(
            "kinds",
            "points-table.empty",
            "至少写一个事项。",
            "Write at least one kind.",
        ));
    }
    for (at, cap) in params.caps.iter().enumerate() {
        positive(cap.amount, &format!("caps[{at}].amount"), &mut found);
    }
    for (at, kind) in params.kinds.iter().enumerate() {
        let path = format!("kinds[{at}]");
        if rows.iter().any(|row| row.kind.code == kind.code) {
            let (zh, en) = (
                format!("事项“{}”写了两次。", kind.code),
                format!("The kind “{}” is written twice.", kind.code),
            );
            found.push(wrong(format!("{path}.code"), "points-table.twice", zh, en));
        }
        if let Some(row) = row(kind, params, &path, &mut found) {
            rows.push(row);
        }
    }
    if found.is_empty() {
        Ok(rows)
    } else {
        Err(found)
    }
}

fn row(kind: &Kind, params: &Params, path: &str, found: &mut Vec<Diagnostic>) -> Option<Row> {
    check_numbers(kind, path, found);
    let way = way(kind, path, found)?;
    let mut needs = Vec::new();
    let own = || Some(kind.code.clone());
    let mut bound = |most, window, subject, metric, of: Option<String>| Bound {
        most,
        window: days(window),
        subject: whose(subject),
        all: of.is_none(),
        fact: need(
            &mut needs,
            FactNeed {
                metric,
                window: days(window),
                subject: whose(subject),
                of,
            },
        ),
    };
    let mut caps: Vec<Bound> = kind
        .caps
        .iter()
        .map(|cap| {
            let of = if cap.of.is_some() { None } else { own() };
            bound(cap.amount, cap.window, cap.subject, Metric::Points, of)
        })
        .collect();
    let asset = kind.asset.clone().unwrap_or_else(|| "points".into());
    if asset == "points" {
        caps.extend(
            params
                .caps
                .iter()
                .map(|c| bound(c.amount, c.window, c.subject, Metric::Points, None)),
        );
    }
    let limits = kind
        .limits
        .iter()
        .map(|limit| {
            bound(
                limit.events,
                limit.window,
                limit.subject,
                Metric::Events,
                own(),
            )
        })
        .collect();
    let bonus_fact = kind.bonus.as_ref().map(|bonus| {
        let metric = match bonus.of {
            BonusOf::Quantity => Metric::Quantity,
            BonusOf::Hours => Metric::Minutes,
            BonusOf::Events => Metric::Events,
        };
        bound(0, bonus.window, params::Subject::Person, metric, own()).fact
    });
    let (quantity_min, quantity_max) = bounds(kind, way, path, found)?;
    Some(Row {
        kind: kind.clone(),
        way,
        asset,
        needs,
        caps,
        limits,
        bonus_fact,
        quantity_min,
        quantity_max,
    })
}

fn need(needs: &mut Vec<FactNeed>, wanted: FactNeed) -> usize {
    if let Some(known) = needs.iter().position(|need| *need == wanted) {
        return known;
    }
    needs.push(wanted);
    needs.len().saturating_sub(1)
}

/// Exactly one way to come by points.
fn way(kind: &Kind, path: &str, found: &mut Vec<Diagnostic>) -> Option<Way> {
    let ways = [
        kind.per_unit.is_some() && kind.base.is_none(),
        kind.fixed.is_some() || kind.deduct.is_some(),
        kind.first.is_some() || kind.further.is_some(),
        kind.base.is_some(),
        !kind.bands.is_empty(),
    ];
    if ways.iter().filter(|given| **given).count() != 1 {
        found.push(wrong(
            path,
            "points-table.way",
            "写明怎么得分，五选一：per_unit、fixed、first 加 further、base 加 per_fault、bands。",
            "Say how the points come about, one of five: per_unit, fixed, first with further, base with per_fault, bands.",
        ));
        return None;
    }
    if let Some(base) = kind.base {
        let by_unit = kind
            .per_unit
            .and_then(|each| each.at_scale(0))
            .and_then(|each| i32::try_from(each.abs()).ok());
        let per_fault = kind.per_fault.map(i32::abs).or(by_unit);
        let Some(per_fault) = per_fault else {
            let (zh, en) = (
                "写明每处问题扣几分。",
                "Say how many points each fault takes off.",
            );
            found.push(wrong(
                format!("{path}.per_fault"),
                "points-table.per-fault",
                zh,
                en,
            ));
            return None;
        };
        return Some(Way::Faults {
            base,
            per_fault,
            min: kind.min.unwrap_or(0),
        });
    }
    if !kind.bands.is_empty() {
        return Some(Way::Bands);
    }
    if let (Some(first), further) = (kind.first, kind.further) {
        return Some(Way::Steps {
            first,
            further: further.unwrap_or(0),
        });
    }
    if kind.further.is_some() {
        let (zh, en) = (
            "写了 further，也要写 first。",
            "Where further is written, first must be too.",
        );
        found.push(wrong(format!("{path}.first"), "points-table.first", zh, en));
        return None;
    }
    let deducted = kind
        .deduct
        .map(|points| points.saturating_abs().saturating_neg());
    Some(kind.fixed.or(deducted).map_or(Way::PerUnit, Way::Fixed))
}

fn positive(value: i32, path: &str, found: &mut Vec<Diagnostic>) {
    if value < 1 {
        found.push(wrong(
            path,
            "points-table.positive",
            "要大于 0。",
            "This must be larger than 0.",
        ));
    }
}

fn check_numbers(kind: &Kind, path: &str, found: &mut Vec<Diagnostic>) {
    if kind.code.len() > KIND_CODE_MAX {
        let zh = format!("事项代码最多 {KIND_CODE_MAX} 个字符。");
        let en = format!("The code of a kind has at most {KIND_CODE_MAX} characters.");
        found.push(wrong(format!("{path}.code"), "points-table.code", zh, en));
    }
    if kind.scale > 4 {
        let (zh, en) = ("小数位数是 0 到 4。", "Decimal places are 0 to 4.");
        found.push(wrong(format!("{path}.scale"), "points-table.scale", zh, en));
    }
    check_points(kind, path, found);
    for (at, cap) in kind.caps.iter().enumerate() {
        positive(cap.amount, &format!("{path}.caps[{at}].amount"), found);
    }
    if !kind.caps.is_empty() && kind.asset.as_deref().is_some_and(|asset| asset != "points") {
        let (zh, en) = (
            "上限只能用于积分（points）。",
            "Caps are for the asset points only.",
        );
        found.push(wrong(
            format!("{path}.caps"),
            "points-table.cap-asset",
            zh,
            en,
        ));
    }
    for (at, limit) in kind.limits.iter().enumerate() {
        positive(limit.events, &format!("{path}.limits[{at}].events"), found);
    }
    for (name, value) in [
        ("minutes_per_unit", kind.minutes_per_unit),
        ("minutes_max", kind.minutes_max),
    ] {
        if let Some(value) = value {
            positive(value, &format!("{path}.{name}"), found);
        }
    }
    if let Some(bonus) = &kind.bonus {
        positive(bonus.every, &format!("{path}.bonus.every"), found);
    }
    if kind
        .bands
        .iter()
        .rev()
        .skip(1)
        .any(|band| band.up_to.is_none())
    {
        let (zh, en) = (
            "只有最后一档可以不写 up_to。",
            "Only the last band may leave out up_to.",
        );
        found.push(wrong(format!("{path}.bands"), "points-table.bands", zh, en));
    }
    if let Some(max) = kind.max_units
        && max.at_scale(kind.scale).is_none_or(|units| units < 1)
    {
        let (zh, en) = (
            "要大于 0，小数位数不能超过 scale。",
            "Larger than 0, with at most `scale` decimal places.",
        );
        found.push(wrong(
            format!("{path}.max_units"),
            "points-table.max-units",
            zh,
            en,
        ));
    }
}

/// Points stay in a range in which no sum can leave 32 bits.
fn check_points(kind: &Kind, path: &str, found: &mut Vec<Diagnostic>) {
    let mut within = |name: &str, value: i64, least: i64| {
        if !(least..=POINTS_MAX).contains(&value) {
            let zh = format!("{name} 是 {least} 到 {POINTS_MAX}，这里写的是 {value}。");
            let en = format!("{name} is {least} to {POINTS_MAX}; this says {value}.");
            found.push(wrong(
                format!("{path}.{name}"),
                "points-table.points",
                zh,
                en,
            ));
        }
    };
    if let Some(each) = kind.per_unit.filter(|_| kind.base.is_none()) {
        within(
            "per_unit",
            each.units / rongyi_sdk::params::ten_to(each.scale),
            0,
        );
    }
    let whole = [
        ("fixed", kind.fixed, -POINTS_MAX),
        ("deduct", kind.deduct, 1),
        ("first", kind.first, 0),
        ("further", kind.further, 0),
        ("base", kind.base, 0),
        ("per_fault", kind.per_fault, 1),
        ("min", kind.min, 0),
        ("referrer", kind.referrer, 1),
        (
            "bonus.amount",
            kind.bonus.as_ref().map(|bonus| bonus.amount),
            1,
        ),
    ];
    for (name, value, least) in whole {
        if let Some(value) = value {
            within(name, value.into(), least);
        }
    }
    for (at, band) in kind.bands.iter().enumerate() {
        within(&format!("bands[{at}].points"), band.points.into(), 0);
    }
}

fn bounds(kind: &Kind, way: Way, path: &str, found: &mut Vec<Diagnostic>) -> Option<(i32, i32)> {
    let least = i64::from(!matches!(way, Way::Faults { .. }));
    let mut bound = |given: Option<rongyi_sdk::params::Exact>, name: &str, otherwise: i64| {
        let Some(given) = given else {
            return Some(otherwise);
        };
        let value = given.at_scale(kind.scale);
        if value.is_none() {
            let (zh, en) = (
                "小数位数不能超过 scale。",
                "There are at most `scale` decimal places.",
            );
            found.push(wrong(
                format!("{path}.{name}"),
                "points-table.quantity",
                zh,
                en,
            ));
        }
        value
    };
    let min = bound(kind.quantity_min, "quantity_min", least)?;
    let unit = rongyi_sdk::params::ten_to(kind.scale.min(4));
    // What gives the same points however large it is, happens once unless the operator says otherwise.
    let once =
        matches!(way, Way::Fixed(_)) && kind.minutes_per_unit.is_none() && kind.bonus.is_none();
    let largest = unit.saturating_mul(if once { 1 } else { UNITS_MAX });
    let max = bound(kind.quantity_max, "quantity_max", largest)?;
    if max > unit.saturating_mul(UNITS_MAX) {
        let zh = format!("一次最多 {UNITS_MAX} 个单位。");
        let en = format!("One event has at most {UNITS_MAX} units.");
        found.push(wrong(
            format!("{path}.quantity_max"),
            "points-table.quantity",
            zh,
            en,
        ));
    }
    if min < 0 || max < min {
        let (zh, en) = (
            "quantity_min 不小于 0，quantity_max 不小于它。",
            "quantity_min is at least 0, and quantity_max at least that.",
        );
        found.push(wrong(
            format!("{path}.quantity_max"),
            "points-table.quantity",
            zh,
            en,
        ));
    }
    Some((
        rongyi_sdk::params::clamp(min),
        rongyi_sdk::params::clamp(max),
    ))
}

pub(crate) fn days(window: params::Window) -> Window {
    match window {
        params::Window::Day => Window::Day,
        params::Window::Week => Window::Week,
        params::Window::Month => Window::Month,
        params::Window::Quarter => Window::Quarter,
        params::Window::Year => Window::Year,
        params::Window::Lifetime => Window::Lifetime,
    }
}

fn whose(subject: params::Subject) -> Subject {
    match subject {
        params::Subject::Person => Subject::Person,
        params::Subject::Household => Subject::Household,
        params::Subject::Community => Subject::Community,
    }
}
