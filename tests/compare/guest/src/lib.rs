//! The bundled points table as an Extism plugin, the way Extism means it: JSON in, JSON out, parameters from the
//! plugin's configuration, read once and kept between calls.

use std::cell::RefCell;

use extism_pdk::{FnResult, Json, config, plugin_fn};
use rongyi_sdk::Rule;
use rongyi_sdk::types::{Date, Event, Fact};
use rule_points_table::PointsTable;
use serde::{Deserialize, Serialize};

thread_local! {
    static RULE: RefCell<Option<PointsTable>> = const { RefCell::new(None) };
}

/// What happened, with the facts.
#[derive(Deserialize)]
pub struct Asked {
    kind: String,
    quantity: i32,
    roles: Vec<String>,
    year: i32,
    month: u8,
    day: u8,
    minute: u16,
    weekday: u8,
    facts: Vec<i32>,
    seed: Vec<u8>,
}

/// What it is worth.
#[derive(Serialize)]
pub struct Answer {
    awards: Vec<Award>,
    lines: Vec<Line>,
    refused: Option<String>,
}

/// One award.
#[derive(Serialize)]
pub struct Award {
    role: String,
    asset: String,
    amount: i32,
}

/// One line of the breakdown.
#[derive(Serialize)]
pub struct Line {
    code: String,
    asset: String,
    amount: Option<i32>,
}

fn event(asked: Asked) -> Event {
    let fact = |value| Fact {
        value,
        saturated: false,
    };
    Event {
        kind: asked.kind,
        quantity: asked.quantity,
        fields: Vec::new(),
        roles: asked.roles,
        on: Date {
            year: asked.year,
            month: asked.month,
            day: asked.day,
        },
        minute: asked.minute,
        weekday: asked.weekday,
        facts: asked.facts.into_iter().map(fact).collect(),
        traits: Vec::new(),
        seed: asked.seed,
    }
}

/// What this event is worth.
#[plugin_fn]
pub fn earn(Json(asked): Json<Asked>) -> FnResult<Json<Answer>> {
    RULE.with_borrow_mut(|kept| {
        if kept.is_none() {
            let params = config::get("params")?.unwrap_or_default();
            let (rule, _) = PointsTable::configure(&params)
                .map_err(|wrong| extism_pdk::Error::msg(format!("{wrong:?}")))?;
            *kept = Some(rule);
        }
        let Some(rule) = kept else {
            return Err(extism_pdk::Error::msg("no rule").into());
        };
        Ok(Json(match rule.earn(&event(asked)) {
            Ok(decision) => Answer {
                awards: decision
                    .awards
                    .into_iter()
                    .map(|one| Award {
                        role: one.role,
                        asset: one.asset,
                        amount: one.amount,
                    })
                    .collect(),
                lines: decision
                    .lines
                    .into_iter()
                    .map(|one| Line {
                        code: one.code,
                        asset: one.asset,
                        amount: one.amount,
                    })
                    .collect(),
                refused: None,
            },
            Err(refusal) => Answer {
                awards: Vec::new(),
                lines: Vec::new(),
                refused: Some(refusal.code),
            },
        }))
    })
}
