//! The rule that most communities need: a table of event kinds and what each is worth, by parameters alone.
//! It prices nothing and closes no period.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::params::{Exact, clamp, ten_to};
use rongyi_sdk::say::{Sum, decimal, number, refuse};
use rongyi_sdk::types::{
    About, Arg, Decision, Diagnostic, Event, Field, FieldKind, KindPlan, Plan, Refusal, Short,
};
use rongyi_sdk::{Rule, params as sdk_params, text};

mod params;
mod table;
mod words;

use params::{BonusOf, Params, Rounding};
use table::{Bound, Row, Way};

/// A points table with its parameters.
pub struct PointsTable {
    rows: Vec<Row>,
}

rongyi_sdk::export!(PointsTable);

impl Rule for PointsTable {
    fn describe() -> About {
        About {
            name: "points-table".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            title: text("积分表", "Points table"),
            authors: vec!["Rongyi".into()],
            license: "Apache-2.0".into(),
            config_schema: include_str!("../schema.json").into(),
            scenarios: include_str!("../scenarios/published.toml").into(),
        }
    }

    fn configure(params: &str) -> Result<(Self, Plan), Vec<Diagnostic>> {
        let params: Params = sdk_params::read(params)?;
        let rows = table::rows(&params)?;
        let plan = Plan {
            kinds: rows.iter().map(kind_plan).collect(),
            pricing: None,
            traits: Vec::new(),
            phrases: rows.iter().flat_map(words::phrases).collect(),
            summary: rows.iter().map(words::summary).collect(),
        };
        Ok((PointsTable { rows }, plan))
    }

    fn earn(&self, event: &Event) -> Result<Decision, Refusal> {
        let row = self.rows.iter().find(|row| row.kind.code == event.kind).ok_or_else(rongyi_sdk::not_handled)?;
        row.earn(event)
    }
}

fn kind_plan(row: &Row) -> KindPlan {
    KindPlan {
        code: row.kind.code.clone(),
        title: row.kind.title.clone().into(),
        unit: words::unit(row),
        scale: row.kind.scale,
        quantity_min: row.quantity_min,
        quantity_max: row.quantity_max,
        fields: row.kind.fields.iter().map(field).collect(),
        facts: row.needs.clone(),
    }
}

fn field(field: &params::Field) -> Field {
    let kind = match &field.kind {
        params::FieldKind::Integer { min, max } => FieldKind::Integer((*min, *max)),
        params::FieldKind::Decimal { places } => FieldKind::Decimal(*places),
        params::FieldKind::Choice { choices } => {
            FieldKind::Choice(choices.iter().map(|choice| (choice.code.clone(), choice.title.clone().into())).collect())
        }
        params::FieldKind::YesNo => FieldKind::YesNo,
        params::FieldKind::Day => FieldKind::Day,
    };
    Field { name: field.name.clone(), title: field.title.clone().into(), kind, required: field.required }
}

impl Row {
    fn earn(&self, event: &Event) -> Result<Decision, Refusal> {
        for limit in &self.limits {
            let there = self.fact(event, limit.fact);
            if there >= i64::from(limit.most) {
                let args = vec![number(i64::from(limit.most)), number(there)];
                let code = format!("{}/limit-{}", self.kind.code, words::bound_name(limit));
                return Err(refuse(code, args, next_window(limit.window, event.on, event.weekday)));
            }
        }
        let mut sum = Sum::of(&self.asset);
        self.worth(event, &mut sum);
        self.boost(event, &mut sum);
        let minutes = self.minutes(event);
        self.bonus(event, minutes, &mut sum);
        for cap in &self.caps {
            self.cap(cap, event, minutes > 0, &mut sum)?;
        }
        let mut decision = Decision { awards: Vec::new(), lines: Vec::new(), marks: Vec::new() };
        let short = match self.kind.short {
            params::Short::Clamp => Short::Clamp,
            params::Short::Refuse => Short::Refuse,
            params::Short::Owe => Short::Owe,
        };
        sum.give(&mut decision, "doer", short);
        if minutes > 0 {
            let mut time = Sum::of("minutes");
            time.add(self.code("minutes"), vec![number(minutes)], minutes);
            time.give(&mut decision, "doer", Short::Clamp);
        }
        Ok(decision)
    }

    fn code(&self, name: &str) -> String {
        format!("{}/{name}", self.kind.code)
    }

    fn fact(&self, event: &Event, at: usize) -> i64 {
        event.facts.get(at).map_or(0, |fact| i64::from(fact.value))
    }

    /// What the event is worth before boosts, bonuses and caps.
    fn worth(&self, event: &Event, sum: &mut Sum) {
        let (scale, quantity) = (self.kind.scale, i64::from(event.quantity));
        let one = ten_to(scale);
        let most = self.kind.max_units.and_then(|max| max.at_scale(scale));
        let counted = most.map_or(quantity, |most| quantity.min(most));
        match self.way {
            Way::PerUnit => {
                let each = self.kind.per_unit.unwrap_or(Exact { units: 0, scale: 0 });
                let full = times(quantity, scale, each, self.kind.rounding);
                sum.add(self.code("per-unit"), vec![decimal(quantity, scale), Arg::Decimal(each.decimal())], full);
                self.over(most, quantity, full.saturating_sub(times(counted, scale, each, self.kind.rounding)), sum);
            }
            Way::Fixed(points) => {
                let shown = i64::from(points).abs();
                sum.add(self.code("fixed"), vec![number(shown)], i64::from(points));
            }
            Way::Steps { first, further } => {
                let each = Exact { units: i64::from(further), scale: 0 };
                let rest = |units: i64| units.saturating_sub(one).max(0);
                sum.add(self.code("first"), vec![number(i64::from(first))], i64::from(first));
                let full = times(rest(quantity), scale, each, self.kind.rounding);
                if rest(quantity) > 0 {
                    let args = vec![decimal(rest(quantity), scale), number(i64::from(further))];
                    sum.add(self.code("further"), args, full);
                }
                let kept = times(rest(counted), scale, each, self.kind.rounding);
                self.over(most, quantity, full.saturating_sub(kept), sum);
            }
            Way::Faults { base, per_fault, min } => {
                sum.add(self.code("base"), vec![number(i64::from(base))], i64::from(base));
                let each = Exact { units: i64::from(per_fault), scale: 0 };
                let off = times(quantity, scale, each, self.kind.rounding);
                if off != 0 {
                    let args = vec![decimal(quantity, scale), number(i64::from(per_fault))];
                    sum.add(self.code("fault"), args, off.saturating_neg());
                }
                let missing = i64::from(min).saturating_sub(sum.total());
                if missing > 0 {
                    sum.add(self.code("least"), vec![number(i64::from(min))], missing);
                }
            }
            Way::Bands => {
                let fits = |band: &&params::Band| {
                    band.up_to.and_then(|up_to| up_to.at_scale(scale)).is_none_or(|up_to| counted <= up_to)
                };
                let points = self.kind.bands.iter().find(fits).or(self.kind.bands.last()).map_or(0, |band| band.points);
                let args = vec![decimal(quantity, scale), number(i64::from(points))];
                sum.add(self.code("band"), args, i64::from(points));
            }
        }
    }

    /// The line that takes off what is beyond the most that counts in one event.
    fn over(&self, most: Option<i64>, quantity: i64, points: i64, sum: &mut Sum) {
        if let Some(most) = most
            && quantity > most
        {
            sum.add(self.code("max-units"), vec![decimal(most, self.kind.scale)], points.saturating_neg());
        }
    }

    fn boost(&self, event: &Event, sum: &mut Sum) {
        let today = self.kind.boosts.iter().find(|boost| boost.weekdays.contains(&event.weekday));
        if let Some(boost) = today {
            let more = times(sum.total(), 0, boost.times, self.kind.rounding).saturating_sub(sum.total());
            sum.add(self.code("boost"), vec![Arg::Decimal(boost.times.decimal())], more);
        }
    }

    fn minutes(&self, event: &Event) -> i64 {
        let Some(each) = self.kind.minutes_per_unit else { return 0 };
        let each = Exact { units: i64::from(each), scale: 0 };
        let minutes = times(i64::from(event.quantity), self.kind.scale, each, Rounding::Floor);
        self.kind.minutes_max.map_or(minutes, |most| minutes.min(i64::from(most)))
    }

    /// A bonus for every crossing between the count before this event and the count with it.
    fn bonus(&self, event: &Event, minutes: i64, sum: &mut Sum) {
        let (Some(bonus), Some(fact)) = (&self.kind.bonus, self.bonus_fact) else { return };
        let (one, added) = match bonus.of {
            BonusOf::Quantity => (ten_to(self.kind.scale), i64::from(event.quantity)),
            BonusOf::Hours => (60, minutes),
            BonusOf::Events => (1, 1),
        };
        let step = i64::from(bonus.every).saturating_mul(one).max(1);
        let before = self.fact(event, fact);
        let reached = before.saturating_add(added).div_euclid(step);
        let crossings = reached.saturating_sub(before.div_euclid(step));
        if crossings > 0 {
            let amount = i64::from(bonus.amount);
            let args = vec![number(reached.saturating_mul(i64::from(bonus.every))), number(i64::from(bonus.every)), number(amount)];
            sum.add(self.code("bonus"), args, crossings.saturating_mul(amount));
        }
    }

    /// Takes off what no longer fits under a cap. With nothing left the event is refused, unless it brings
    /// volunteer minutes, which are never lost to a cap on points.
    fn cap(&self, cap: &Bound, event: &Event, brings_minutes: bool, sum: &mut Sum) -> Result<(), Refusal> {
        let there = self.fact(event, cap.fact);
        let left = i64::from(cap.most).saturating_sub(there).max(0);
        let over = sum.total().saturating_sub(left);
        if over <= 0 || sum.total() <= 0 {
            return Ok(());
        }
        let (name, most) = (words::bound_name(cap), i64::from(cap.most));
        let opens = next_window(cap.window, event.on, event.weekday);
        if left == 0 && !brings_minutes {
            return Err(refuse(self.code(&format!("full-{name}")), vec![number(most), number(there)], opens));
        }
        let args = vec![number(most), number(there), number(left)];
        sum.add(self.code(&format!("cap-{name}")), args, over.saturating_neg());
        if let Some(day) = opens {
            sum.note(self.code(&format!("opens-{name}")), vec![Arg::Day(day)]);
        }
        Ok(())
    }
}

/// `quantity` (with `scale` decimal places) times `each`, rounded to whole points. Away from zero for `ceil`.
fn times(quantity: i64, scale: u8, each: Exact, rounding: Rounding) -> i64 {
    let product = quantity.saturating_mul(each.units);
    let one = ten_to(scale.saturating_add(each.scale)).max(1);
    let (whole, rest) = (product / one, product % one);
    let away = match rounding {
        Rounding::Floor => false,
        Rounding::Ceil => rest != 0,
        Rounding::Nearest => rest.saturating_abs().saturating_mul(2) >= one,
    };
    let whole = if away { whole.saturating_add(rest.signum()) } else { whole };
    i64::from(clamp(whole))
}
