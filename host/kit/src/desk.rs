//! The author's desk: a built component in the same engine, with the same limits, as on a serving host: the default
//! ones, or those of an operator's file and a community's.

use rongyi_rules::{About, Allowance, Cache, Compiler, Engine, Lowered, Rule, Tier};
use rongyi_sdk::scenario::{self, Report};

use crate::build::Built;
use crate::params::Params;
use crate::{Problem, RuleFolder, scenarios};

/// What a component may take on the desk.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What the operator's file says; without one, what a host keeps that was told nothing.
    pub allowance: Option<Allowance>,
    /// What the community takes less of.
    pub lowered: Lowered,
    /// Whether `configure` is asked once and its memory kept, as a serving host does. Loading is dearer then.
    pub bake: bool,
}

/// A component and an engine.
pub struct AuthorDesk {
    engine: Engine,
    built: Built,
    lowered: Lowered,
}

impl AuthorDesk {
    /// Puts a built component on the desk; compiled code is kept in the folder.
    ///
    /// # Errors
    /// [`Problem`] when the machine cannot hold the sandbox.
    pub fn open(
        folder: &RuleFolder,
        built: Built,
        compiler: Compiler,
        terms: Terms,
    ) -> Result<AuthorDesk, Problem> {
        let mut allowance = Allowance {
            bake: terms.bake,
            ..terms.allowance.unwrap_or_default()
        };
        for limits in [
            &mut allowance.small,
            &mut allowance.script,
            &mut allowance.large,
        ] {
            // One author asks one question at a time; the limits of a call stay as they are.
            limits.instances = 2;
        }
        let cache = folder.built().join("cache");
        let cache = Cache::with_own_key(&cache)
            .map_err(|trouble| Problem::new("kit.engine", trouble.zh(), trouble.to_string()))?;
        let engine = Engine::new(allowance, compiler, Some(cache)).map_err(|error| {
            Problem::new(
                "kit.engine",
                format!("规则引擎没能启动：{error}"),
                format!("{error}"),
            )
        })?;
        Ok(AuthorDesk {
            engine,
            built,
            lowered: terms.lowered,
        })
    }

    /// The component.
    pub fn built(&self) -> &Built {
        &self.built
    }

    /// The tier of limits the component falls into.
    ///
    /// # Errors
    /// [`Problem`] when it is too large for any.
    pub fn tier(&self) -> Result<Tier, Problem> {
        Ok(self.engine.tier_of(&self.built.bytes)?)
    }

    /// Who it says it is, after size, form, imports, exports and resources were checked.
    ///
    /// # Errors
    /// [`Problem`] of the step that fails.
    pub fn describe(&self) -> Result<About, Problem> {
        Ok(self.engine.describe(&self.built.bytes)?)
    }

    /// The whole pipeline with these parameters.
    ///
    /// # Errors
    /// [`Problem`] of the step that fails; of the parameters, everything at once with line and column.
    pub fn load(&self, params: &Params) -> Result<Rule, Problem> {
        let engine = &self.engine;
        let loaded = engine.load_lowered(&self.built.bytes, &params.json, self.lowered);
        loaded.map_err(|error| params.problem(error))
    }

    /// Runs a scenario file through the component.
    ///
    /// # Errors
    /// [`Problem`] when the file is no scenario file.
    pub fn test(&self, shown: &str, text: &str) -> Result<Report, Problem> {
        scenarios::read(shown, text)?;
        let report = self
            .engine
            .run_scenarios(&self.built.bytes, text, None, self.lowered);
        report.map_err(|why| scenarios::unreadable(shown, &why))
    }

    /// The rule with a parameter set of a scenario file; nothing when there is none or the rule refuses it.
    pub fn rule_of(&self, file: &scenario::File, params: &str) -> Option<Rule> {
        let json = scenario::params_json(file.params.get(params)?);
        let engine = &self.engine;
        let loaded = engine.load_lowered(&self.built.bytes, &json, self.lowered);
        loaded.ok()
    }
}
