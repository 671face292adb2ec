//! The bundled rule `hours`: how many volunteer minutes a time between sign-in and sign-out is worth, and
//! whether there are points for them. It signs nobody in and prices nothing.
#![deny(clippy::float_arithmetic)]

mod count;
mod params;
mod weight;
mod words;

use rongyi_sdk::Rule;
use rongyi_sdk::say::refuse;
use rongyi_sdk::text;
use rongyi_sdk::types::{About, Decision, Diagnostic, Event, Plan, Refusal};

/// Hours, ready to answer.
pub struct Hours {
    rows: Vec<count::Row>,
}

impl Rule for Hours {
    fn describe() -> About {
        About {
            name: "hours".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: text("志愿时长", "Volunteer hours"),
            authors: vec!["Rongyi".to_owned()],
            license: "Apache-2.0".to_owned(),
            config_schema: include_str!("../schema.json").to_owned(),
            scenarios: include_str!("../scenarios/published.toml").to_owned(),
        }
    }

    fn configure(given: &str) -> Result<(Self, Plan), Vec<Diagnostic>> {
        let params: params::Params = rongyi_sdk::params::read(given)?;
        let found = params::check(&params);
        if !found.is_empty() {
            return Err(found);
        }
        let rows: Vec<_> = params.kinds.into_iter().map(count::Row::new).collect();
        let plan = words::plan(&rows);
        Ok((Hours { rows }, plan))
    }

    fn earn(&self, event: &Event) -> Result<Decision, Refusal> {
        match self.rows.iter().find(|row| row.kind.code == event.kind) {
            Some(row) => row.earn(event),
            None => Err(refuse("not-handled", Vec::new(), None)),
        }
    }
}

rongyi_sdk::export!(Hours);
