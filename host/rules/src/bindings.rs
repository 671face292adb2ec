//! The generated borders, one for each interface version in `plugins/wit`. Everybody else asks through [`Speaks`], in the
//! host's own types, and does not know which version a component was built for.

use rongyi_core::rule::{CloseAsk, Decision, Denial, EarnAsk, Plan, PriceAsk, Quote};
use wasmtime::component::{
    Component, ComponentExportIndex, HasSelf, Instance, InstancePre, Linker,
};
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

    /// The interface that its rules export.
    fn exports(self) -> String {
        format!("{PACKAGE}/rules@{}", self.number())
    }

    /// Ready to make instances of.
    pub(crate) fn pre(self, pre: InstancePre<State>) -> wasmtime::Result<Pre> {
        let at = Questions::of(pre.component(), &self.exports())?;
        Ok(Pre {
            version: self,
            pre,
            at,
        })
    }

    /// An instance that was made by other means, ready to be asked: all its questions have their types.
    pub(crate) fn bind(
        self,
        mut store: impl AsContextMut,
        (component, instance): (&Component, Instance),
    ) -> wasmtime::Result<Box<dyn Speaks>> {
        let at = Questions::of(component, &self.exports())?;
        match self {
            Version::V0_1 => v0_1::Rule::new(&mut store, &instance).map(|_| ())?,
            Version::V0_2 => v0_2::Rule::new(&mut store, &instance).map(|_| ())?,
        }
        Ok(self.asked(instance, at))
    }

    fn asked(self, instance: Instance, at: Questions) -> Box<dyn Speaks> {
        match self {
            Version::V0_1 => Box::new(v0_1::Asked { instance, at }),
            Version::V0_2 => Box::new(v0_2::Asked { instance, at }),
        }
    }
}

/// Where a component answers the five questions.
#[derive(Clone, Copy)]
pub(crate) struct Questions {
    describe: ComponentExportIndex,
    configure: ComponentExportIndex,
    earn: ComponentExportIndex,
    price: ComponentExportIndex,
    close: ComponentExportIndex,
}

impl Questions {
    /// Looks for them in the interface that a component exports.
    fn of(component: &Component, exports: &str) -> wasmtime::Result<Questions> {
        let missing = |name: &str| wasmtime::format_err!("it exports no {name}");
        let interface = component.get_export_index(None, exports);
        let interface = interface.ok_or_else(|| missing(exports))?;
        let question = |name: &str| {
            let found = component.get_export_index(Some(&interface), name);
            found.ok_or_else(|| missing(name))
        };
        Ok(Questions {
            describe: question("describe")?,
            configure: question("configure")?,
            earn: question("earn")?,
            price: question("price")?,
            close: question("close")?,
        })
    }
}

/// Offers what rules of every version may import.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    v0_1::Rule::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut State| state)?;
    v0_2::Rule::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut State| state)
}

/// A linked component.
#[derive(Clone)]
pub(crate) struct Pre {
    version: Version,
    pre: InstancePre<State>,
    at: Questions,
}

impl Pre {
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    pub(crate) fn component(&self) -> &Component {
        self.pre.component()
    }

    /// A fresh instance, all of whose questions have their types.
    pub(crate) fn checked(&self, store: &mut Store<State>) -> wasmtime::Result<Box<dyn Speaks>> {
        let instance = self.pre.instantiate(&mut *store)?;
        self.version.bind(store, (self.component(), instance))
    }

    /// A fresh instance of what was checked before.
    pub(crate) fn instantiate(
        &self,
        store: &mut Store<State>,
    ) -> wasmtime::Result<Box<dyn Speaks>> {
        let instance = self.pre.instantiate(store)?;
        Ok(self.version.asked(instance, self.at))
    }
}

/// An instance that answers the five questions, in whichever version it was built for. An error of the outer result is a
/// trap or a value that is none.
pub(crate) trait Speaks: Send {
    fn describe(&self, store: &mut Store<State>) -> wasmtime::Result<About>;
    fn configure(&self, store: &mut Store<State>, params: &str) -> Configured;
    /// [`Speaks::configure`] where only the instance needs to know: whether it accepted the parameters.
    fn tell(&self, store: &mut Store<State>, params: &str) -> wasmtime::Result<bool>;
    fn earn(&self, store: &mut Store<State>, ask: &EarnAsk) -> Heard<Decision>;
    fn price(&self, store: &mut Store<State>, ask: &PriceAsk) -> Heard<Quote>;
    fn close(&self, store: &mut Store<State>, ask: &CloseAsk) -> Heard<Decision>;
}
