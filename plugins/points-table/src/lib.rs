//! The bundled rule `points-table`: each kind of event has its points, caps and deductions in a table that
//! an operator writes in TOML. It prices nothing and closes no periods.
#![deny(clippy::float_arithmetic)]

mod assets;
mod beside;
mod check;
mod earn;
mod extra;
mod params;
mod purchase;
mod summary;
mod suspended;
mod table;
mod words;
mod worth;

use rongyi_sdk::Rule;
use rongyi_sdk::say::refuse;
use rongyi_sdk::text;
use rongyi_sdk::types::{About, Decision, Diagnostic, Event, Plan, Refusal};

/// A table, ready to answer.
#[derive(Debug)]
pub struct PointsTable {
    rows: Vec<table::Row>,
}

impl Rule for PointsTable {
    fn describe() -> About {
        About {
            name: "points-table".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: text("积分表", "Points table"),
            authors: vec!["Rongyi".to_owned()],
            license: "Apache-2.0".to_owned(),
            config_schema: include_str!("../schema.json").to_owned(),
            scenarios: include_str!("../scenarios/published.toml").to_owned(),
        }
    }

    fn configure(params: &str) -> Result<(Self, Plan), Vec<Diagnostic>> {
        let rows = table::rows(&rongyi_sdk::params::read(params)?)?;
        let plan = words::plan(&rows);
        Ok((PointsTable { rows }, plan))
    }

    fn earn(&self, event: &Event) -> Result<Decision, Refusal> {
        match self.rows.iter().find(|row| row.kind.code == event.kind) {
            Some(row) => earn::earn(row, event),
            None => Err(refuse("not-handled", Vec::new(), None)),
        }
    }
}

rongyi_sdk::export!(PointsTable);
