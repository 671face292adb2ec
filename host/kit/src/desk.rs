//! The author's desk: a built component in the same engine, with the same limits, as on a serving host.
//! A community may lower limits; what passes here passes on every host that keeps the defaults.

use std::path::Path;

use rongyi_rules::{About, Allowance, Cache, Compiler, Engine, Lowered, Rule, Tier};
use rongyi_sdk::scenario::{self, Report};

use crate::build::Built;
use crate::params::Params;
use crate::{Problem, RuleFolder};

/// A component and an engine.
pub struct Desk {
    engine: Engine,
    built: Built,
}

impl Desk {
    /// Puts a built component on the desk; compiled code is kept in the folder.
    ///
    /// # Errors
    /// [`Problem`] when the machine cannot hold the sandbox.
    pub fn open(folder: &RuleFolder, built: Built, compiler: Compiler) -> Result<Desk, Problem> {
        let mut allowance = Allowance {
            // Baking makes calls cheaper and loading dearer; an author changes the rule after a few questions.
            bake: false,
            ..Allowance::default()
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
        Ok(Desk { engine, built })
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
        let loaded = self.engine.load(&self.built.bytes, &params.json);
        loaded.map_err(|error| params.problem(error))
    }

    /// Runs a scenario file through the component.
    ///
    /// # Errors
    /// [`Problem`] when the file is no scenario file.
    pub fn test(&self, shown: &str, text: &str) -> Result<Report, Problem> {
        scenarios(shown, text)?;
        let report = self
            .engine
            .run_scenarios(&self.built.bytes, text, None, Lowered::default());
        report.map_err(|why| unreadable(shown, &why))
    }

    /// The rule with a parameter set of a scenario file; nothing when there is none or the rule refuses it.
    pub fn rule_of(&self, file: &scenario::File, params: &str) -> Option<Rule> {
        let json = scenario::params_json(file.params.get(params)?);
        self.engine.load(&self.built.bytes, &json).ok()
    }
}

/// Reads a scenario file.
///
/// # Errors
/// [`Problem`] with the line and what may stand there.
pub fn scenarios(shown: &str, text: &str) -> Result<scenario::File, Problem> {
    // An empty file lacks the list, one that says `scenario = []` has it.
    let read = scenario::read(text);
    let without = match &read {
        Ok(file) => file.scenario.is_empty(),
        Err(why) => why.contains("missing field `scenario`"),
    };
    if without {
        return Err(Problem::new(
            "kit.scenarios",
            format!("{shown} 里一个 [[scenario]] 也没有。至少写一个例子：给什么、应该得什么。"),
            format!(
                "{shown} has no [[scenario]]. Write one example at least: what is given, what must come of it."
            ),
        ));
    }
    read.map_err(|why| unreadable(shown, &why))
}

/// Reads a scenario file from the disk.
///
/// # Errors
/// [`Problem`] when it cannot be read or is none.
pub fn scenario_file(path: &Path) -> Result<(String, scenario::File), Problem> {
    let text =
        rongyi_files::read_text(path, 16 << 20).map_err(|no| Problem::file(path, &no.into()))?;
    let file = scenarios(&path.display().to_string(), &text)?;
    Ok((text, file))
}

fn unreadable(shown: &str, why: &str) -> Problem {
    Problem::new(
        "kit.scenarios",
        format!(
            "{shown} 读不懂：\n{}\n例子怎么写，见 plugins/README.zh.md 的“例子”一节。",
            why.trim_end()
        ),
        format!(
            "{shown} cannot be understood; the place is shown above. How scenarios are written: plugins/README.md, “Scenarios”."
        ),
    )
}
