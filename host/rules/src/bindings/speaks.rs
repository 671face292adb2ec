//! The five questions over one version of the border. Like `convert.rs`, it is compiled once for each version.

use rongyi_core::rule::{CloseAsk, Decision, Denial, EarnAsk, PriceAsk, Quote};
use wasmtime::Store;

use super::rongyi::rules::host::{Host, Level};
use super::rongyi::rules::types::{self, Severity};
use super::{Rule, convert};
use crate::about::About;
use crate::bindings::{Configured, Heard, Speaks, Wrong};
use crate::diagnostic::Diagnostic;
use crate::state::State;

impl types::Host for State {}

impl Host for State {
    fn log(&mut self, level: Level, line: String) {
        self.note(level == Level::Error, &line);
    }
}

/// What came over the border, converted by `read`.
fn heard<W, T>(
    answer: Result<W, types::Refusal>,
    read: impl FnOnce(W) -> Result<T, Wrong>,
) -> Heard<T> {
    Ok(match answer {
        Ok(answer) => read(answer).map_err(Denial::Failed),
        Err(refusal) => Err(convert::refusal(refusal).map_or_else(Denial::Failed, Denial::Refused)),
    })
}

impl Speaks for Rule {
    fn describe(&self, store: &mut Store<State>) -> wasmtime::Result<About> {
        let about = self.rongyi_rules_rules().call_describe(store)?;
        Ok(About {
            name: about.name,
            version: about.version,
            title: convert::text(about.title),
            authors: about.authors,
            license: about.license,
            config_schema: about.config_schema,
            scenarios: about.scenarios,
        })
    }

    fn configure(&self, store: &mut Store<State>, params: &str) -> Configured {
        let said = self.rongyi_rules_rules().call_configure(store, params)?;
        Ok(said.map(convert::plan).map_err(|found| {
            let errors = found.into_iter().filter(|d| d.severity == Severity::Error);
            let diagnostic = |d: types::Diagnostic| Diagnostic {
                path: d.path,
                code: d.code,
                zh: d.message.zh,
                en: d.message.en,
            };
            errors.map(diagnostic).collect()
        }))
    }

    fn tell(&self, store: &mut Store<State>, params: &str) -> wasmtime::Result<bool> {
        let said = self.rongyi_rules_rules().call_configure(store, params)?;
        Ok(said.is_ok())
    }

    fn earn(&self, store: &mut Store<State>, ask: &EarnAsk) -> Heard<Decision> {
        let event = convert::event(ask);
        let answer = self.rongyi_rules_rules().call_earn(store, &event)?;
        heard(answer, convert::decision)
    }

    fn price(&self, store: &mut Store<State>, ask: &PriceAsk) -> Heard<Quote> {
        let basket = convert::basket(ask);
        let answer = self.rongyi_rules_rules().call_price(store, &basket)?;
        heard(answer, convert::quote)
    }

    fn close(&self, store: &mut Store<State>, ask: &CloseAsk) -> Heard<Decision> {
        let closing = convert::closing(ask);
        let answer = self.rongyi_rules_rules().call_close(store, &closing)?;
        heard(answer, convert::decision)
    }
}
