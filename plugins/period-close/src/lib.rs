//! The bundled rule `period-close`: what happens to everybody at the end of a month, quarter or year. It earns
//! nothing between, prices nothing, and knows no ranks of its own: the host fixes them at the cut-off.
#![deny(clippy::float_arithmetic)]

mod close;
mod params;
mod words;

use rongyi_sdk::Rule;
use rongyi_sdk::text;
use rongyi_sdk::types::{About, Closing, Decision, Diagnostic, Plan, Refusal};

/// The end of a period, ready to answer.
pub struct PeriodClose {
    end: close::End,
}

impl Rule for PeriodClose {
    fn describe() -> About {
        About {
            name: "period-close".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: text("期末结算", "End of a period"),
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
        let end = close::End::new(params);
        let plan = words::plan(&end);
        Ok((PeriodClose { end }, plan))
    }

    fn close(&self, closing: &Closing) -> Result<Decision, Refusal> {
        Ok(self.end.close(closing))
    }
}

rongyi_sdk::export!(PeriodClose);
