//! The five questions over one version of the border. Like `convert.rs`, it is compiled once for each version.

use rongyi_core::rule::{CloseAsk, Decision, Denial, EarnAsk, PriceAsk, Quote};
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower};

use super::convert;
use super::rongyi::rules::host::{Host, Level};
use super::rongyi::rules::types::{self, Severity};
use crate::about::About;
use crate::bindings::{Configured, Heard, Questions, Speaks, Wrong};
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

type Said = (Result<types::Plan, Vec<types::Diagnostic>>,);
type Answer<T> = (Result<T, types::Refusal>,);

/// An instance of this version. Of its questions only the one that is asked is looked at: that all five have their types was
/// seen when the component was loaded.
pub(crate) struct Asked {
    pub(crate) instance: Instance,
    pub(crate) at: Questions,
}

impl Asked {
    fn ask<P, R>(
        &self,
        store: &mut Store<State>,
        (question, params): (&ComponentExportIndex, P),
    ) -> wasmtime::Result<R>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let question = self
            .instance
            .get_typed_func::<P, R>(&mut *store, question)?;
        question.call(store, params)
    }
}

impl Speaks for Asked {
    fn describe(&self, store: &mut Store<State>) -> wasmtime::Result<About> {
        let (about,): (types::About,) = self.ask(store, (&self.at.describe, ()))?;
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
        let (said,): Said = self.ask(store, (&self.at.configure, (params,)))?;
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
        let (said,): Said = self.ask(store, (&self.at.configure, (params,)))?;
        Ok(said.is_ok())
    }

    fn earn(&self, store: &mut Store<State>, ask: &EarnAsk) -> Heard<Decision> {
        let event = convert::event(ask);
        let (answer,): Answer<types::Decision> = self.ask(store, (&self.at.earn, (&event,)))?;
        heard(answer, convert::decision)
    }

    fn price(&self, store: &mut Store<State>, ask: &PriceAsk) -> Heard<Quote> {
        let basket = convert::basket(ask);
        let (answer,): Answer<types::Quote> = self.ask(store, (&self.at.price, (&basket,)))?;
        heard(answer, convert::quote)
    }

    fn close(&self, store: &mut Store<State>, ask: &CloseAsk) -> Heard<Decision> {
        let closing = convert::closing(ask);
        let (answer,): Answer<types::Decision> = self.ask(store, (&self.at.close, (&closing,)))?;
        heard(answer, convert::decision)
    }
}
