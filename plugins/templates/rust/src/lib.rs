//! RULE-NAME: points for kitchen waste by weight, with a cap for each household and month. It knows no
//! balances; those are the host's.

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::say::{Sum, decimal, number, phrase, refuse};
use rongyi_sdk::types::*;
use rongyi_sdk::{Rule, params, text, wrong};
use serde::Deserialize;

const KIND: &str = "waste.kitchen";

/// The parameters, as they stand below `[rule.params]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KitchenWaste {
    points_per_kg: i32,
    #[serde(default)]
    clean_bonus: i32,
    month_max: i32,
}

impl Rule for KitchenWaste {
    fn describe() -> About {
        About {
            name: "RULE-NAME".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            title: text("厨余垃圾按重量计分", "Points for kitchen waste by weight"),
            authors: vec!["你的名字".into()],
            license: "Apache-2.0".into(),
            config_schema: include_str!("../schema.json").into(),
            scenarios: include_str!("../scenarios.toml").into(),
        }
    }

    fn configure(given: &str) -> Result<(Self, Plan), Vec<Diagnostic>> {
        let waste: KitchenWaste = params::read(given)?;
        let (each, most) = (waste.points_per_kg, waste.month_max);
        if most < each {
            return Err(vec![wrong(
                "month_max",
                "month-max.small",
                format!("每月上限 {most} 分比一公斤的 {each} 分还少，请调高上限。"),
                format!("The month's {most} points are fewer than the {each} of one kilogram; raise month_max."),
            )]);
        }
        let kind = KindPlan {
            code: KIND.into(),
            title: text("厨余垃圾", "Kitchen waste"),
            unit: text("公斤", "kg"),
            scale: 1, // 7.6 kg arrives as 76
            quantity_min: 1,
            quantity_max: 10_000,
            fields: vec![Field {
                name: "clean".into(),
                title: text("分得干净", "Sorted cleanly"),
                kind: FieldKind::YesNo,
                required: false,
            }],
            facts: vec![FactNeed {
                metric: Metric::Points,
                window: Window::Month,
                subject: Subject::Household,
                of: Some(KIND.into()),
            }],
        };
        let plan = Plan {
            kinds: vec![kind],
            pricing: None,
            traits: vec![],
            phrases: vec![
                phrase("weight", "{0} 公斤 × 每公斤 {1} 分", "{0} kg × {1} points each"),
                phrase("clean", "分得干净", "sorted cleanly"),
                phrase(
                    "month-cap",
                    "本户本月上限 {0} 分，此前已得 {1} 分",
                    "at most {0} points a month for this household, which already has {1}",
                ),
                phrase(
                    "month-full",
                    "本户本月的 {0} 分已经得满",
                    "this household already has its {0} points of this month",
                ),
            ],
            summary: vec![text(
                format!("厨余垃圾每公斤 {each} 分，每户每月最多 {most} 分"),
                format!("{each} points for each kilogram of kitchen waste, at most {most} a month for a household"),
            )],
        };
        Ok((waste, plan))
    }

    fn earn(&self, event: &Event) -> Result<Decision, Refusal> {
        let (each, most) = (i64::from(self.points_per_kg), i64::from(self.month_max));
        // The answers come in the order of the plan's `facts`.
        let had = event.facts.first().map_or(0, |fact| i64::from(fact.value));
        let left = most - had;
        if left <= 0 {
            let opens = next_window(Window::Month, event.on);
            return Err(refuse("month-full", vec![number(most)], opens));
        }
        let tenths = i64::from(event.quantity);
        let mut sum = Sum::of("points");
        sum.add("weight", vec![decimal(tenths, 1), number(each)], tenths * each / 10);
        let clean = ("clean".to_owned(), Value::YesNo(true));
        if self.clean_bonus > 0 && event.fields.contains(&clean) {
            sum.add("clean", vec![], self.clean_bonus.into());
        }
        if sum.total() > left {
            let less = left - sum.total();
            sum.add("month-cap", vec![number(most), number(had)], less);
        }
        let mut decision = Decision { awards: vec![], lines: vec![], marks: vec![] };
        sum.give(&mut decision, "doer", Short::Clamp);
        Ok(decision)
    }
}

rongyi_sdk::export!(KitchenWaste);
