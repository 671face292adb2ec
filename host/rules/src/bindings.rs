//! The generated borders, one for each interface version in `plugins/wit`. Everybody else asks through [`Speaks`], in the
//! host's own types, and does not know which version a component was built for.

use rongyi_core::rule::{CloseAsk, Decision, Denial, EarnAsk, Plan, PriceAsk, Quote};
use wasmtime::component::{Component, HasSelf, Instance, InstancePre, Linker};
use wasmtime::{AsContextMut, Store};

use crate::about::About;
use crate::diagnostic::Diagnostic;
use crate::state::State;

mod v0_1;
mod v0_2;

/// The package of the interface.
pub(crate) const PACKAGE: &str = "rongyi:rules";
/// What a rule may import: the log, and the types, which carry no code.
pub(crate) const ALLOWED_IMPORTS: [&str; 2] = ["rongyi:rules/host", "rongyi:rules/types"];

/// What is wrong with an answer, naming the field.
pub(crate) type Wrong = String;
/// An answer as it came over the border: converted, or a refusal, or nothing that can be.
pub(crate) type Heard<T> = wasmtime::Result<Result<T, Denial<Wrong>>>;
/// The answer of `configure`: the plan, or nothing that can be one, or what is wrong with the parameters.
pub(crate) type Configured = wasmtime::Result<Result<Result<Plan, Wrong>, Vec<Diagnostic>>>;

/// A version of the interface that this host speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V0_1,
    V0_2,
}

impl Version {
    /// All of them, the oldest first.
    pub(crate) const ALL: [Version; 2] = [Version::V0_1, Version::V0_2];

    /// Its number, as in the WIT file.
    pub(crate) fn number(self) -> &'static str {
        match self {
            Version::V0_1 => "0.1.0",
            Version::V0_2 => "0.2.0",
        }
    }

    /// The version a component may be asked in that was built for `number`: a patch changes no question.
    pub(crate) fn of(number: &str) -> Option<Version> {
        let minor = |number: &str| number.rsplit_once('.').map(|(minor, _)| minor.to_owned());
        let same = |version: &Version| minor(number) == minor(version.number());
        Version::ALL.into_iter().find(same)
    }

    /// Ready to make instances of.
    pub(crate) fn pre(self, pre: InstancePre<State>) -> wasmtime::Result<Pre> {
        Ok(match self {
            Version::V0_1 => Pre::V0_1(v0_1::RulePre::new(pre)?),
            Version::V0_2 => Pre::V0_2(v0_2::RulePre::new(pre)?),
        })
    }

    /// An instance that was made by other means, ready to be asked.
    pub(crate) fn bind(
        self,
        store: impl AsContextMut,
        instance: &Instance,
    ) -> wasmtime::Result<Box<dyn Speaks>> {
        Ok(match self {
            Version::V0_1 => Box::new(v0_1::Rule::new(store, instance)?),
            Version::V0_2 => Box::new(v0_2::Rule::new(store, instance)?),
        })
    }
}

/// Offers what rules of every version may import.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    v0_1::Rule::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut State| state)?;
    v0_2::Rule::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut State| state)
}

/// A linked component.
pub(crate) enum Pre {
    V0_1(v0_1::RulePre<State>),
    V0_2(v0_2::RulePre<State>),
}

impl Pre {
    pub(crate) fn version(&self) -> Version {
        match self {
            Pre::V0_1(_) => Version::V0_1,
            Pre::V0_2(_) => Version::V0_2,
        }
    }

    pub(crate) fn component(&self) -> &Component {
        match self {
            Pre::V0_1(pre) => pre.instance_pre().component(),
            Pre::V0_2(pre) => pre.instance_pre().component(),
        }
    }

    /// A fresh instance.
    pub(crate) fn instantiate(
        &self,
        store: &mut Store<State>,
    ) -> wasmtime::Result<Box<dyn Speaks>> {
        Ok(match self {
            Pre::V0_1(pre) => Box::new(pre.instantiate(store)?),
            Pre::V0_2(pre) => Box::new(pre.instantiate(store)?),
        })
    }
}

/// An instance that answers the five questions, in whichever version it was built for. An error of the outer result is a
/// trap or a value that is none.
pub(crate) trait Speaks {
    fn describe(&self, store: &mut Store<State>) -> wasmtime::Result<About>;
    fn configure(&self, store: &mut Store<State>, params: &str) -> Configured;
    /// [`Speaks::configure`] where only the instance needs to know: whether it accepted the parameters.
    fn tell(&self, store: &mut Store<State>, params: &str) -> wasmtime::Result<bool>;
    fn earn(&self, store: &mut Store<State>, ask: &EarnAsk) -> Heard<Decision>;
    fn price(&self, store: &mut Store<State>, ask: &PriceAsk) -> Heard<Quote>;
    fn close(&self, store: &mut Store<State>, ask: &CloseAsk) -> Heard<Decision>;
}
