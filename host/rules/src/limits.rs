//! What a rule may take, in three tiers. Nothing here is enforced, only named; `tier.rs` says which tier a
//! component belongs to.

use std::fmt;
use std::str::FromStr;

/// Distinct events in a row after which a rule is parked, unless the configuration says otherwise.
pub const PARK_AFTER: usize = 5;

/// The size class of a component. A later one may take more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Compiled languages such as Rust and C.
    Small,
    /// A small interpreter inside the component: JavaScript.
    Script,
    /// A large interpreter inside the component: Python.
    Large,
}

impl Tier {
    /// All of them, the smallest first.
    pub const ALL: [Tier; 3] = [Tier::Small, Tier::Script, Tier::Large];

    /// What TOML calls it.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Small => "small",
            Tier::Script => "script",
            Tier::Large => "large",
        }
    }

    /// The built-in limits.
    pub fn limits(self) -> Limits {
        let small = Limits {
            tier: self,
            component_bytes: 2 << 20,
            memory_bytes: 4 << 20,
            memories: 1,
            tables: 4,
            core_instances: 8,
            table_elements: 2_000,
            fuel_call: 2_000_000,
            fuel_load: 20_000_000,
            deadline_ms: 250,
            stack_bytes: 256 << 10,
            transfer_bytes: 256 << 10,
            answer_items: 64,
            answer_args: 16,
            log_lines: 50,
            log_line_bytes: 1024,
            kinds: 200,
            facts: 32,
            phrases: 1_000,
            instances: 64,
        };
        match self {
            Tier::Small => small,
            Tier::Script => Limits {
                memory_bytes: 16 << 20,
                memories: 4,
                tables: 8,
                core_instances: 16,
                table_elements: 20_000,
                fuel_call: 10_000_000,
                fuel_load: 100_000_000,
                stack_bytes: 512 << 10,
                instances: 16,
                ..small
            },
            Tier::Large => Limits {
                component_bytes: 32 << 20,
                memory_bytes: 64 << 20,
                memories: 4,
                tables: 16,
                core_instances: 64,
                table_elements: 50_000,
                fuel_call: 20_000_000,
                fuel_load: 200_000_000,
                stack_bytes: 1 << 20,
                instances: 8,
                ..small
            },
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Tier {
    type Err = ();

    fn from_str(text: &str) -> Result<Tier, ()> {
        Tier::ALL
            .into_iter()
            .find(|tier| tier.name() == text)
            .ok_or(())
    }
}

/// Limits of one tier. The host's configuration may change fuel and memory, a community only lower them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Which tier they are for.
    pub tier: Tier,
    /// Bytes of a component file.
    pub component_bytes: usize,
    /// Bytes of linear memory, all together.
    pub memory_bytes: usize,
    /// Linear memories, tables and core instances of one component.
    pub memories: u32,
    /// Tables of one component.
    pub tables: u32,
    /// Core instances of one component.
    pub core_instances: u32,
    /// Elements of one table.
    pub table_elements: usize,
    /// Fuel of one `earn`, `price` or `close`.
    pub fuel_call: u64,
    /// Fuel of `describe`, and of `configure` at loading and, where it cannot be baked in, before each call.
    pub fuel_load: u64,
    /// Milliseconds of one call, in the processor's time of its thread: a last resort that counts as the host's own
    /// fault. Up to a tick of the clock is not counted.
    pub deadline_ms: u64,
    /// Bytes of wasm stack.
    pub stack_bytes: usize,
    /// Bytes that one call may hand over, in or out.
    pub transfer_bytes: usize,
    /// Awards, or lines, or marks of one answer.
    pub answer_items: usize,
    /// Arguments of one line.
    pub answer_args: usize,
    /// Lines of log of one call; the last ones are kept.
    pub log_lines: usize,
    /// Bytes of one line of log.
    pub log_line_bytes: usize,
    /// Event kinds of one plan.
    pub kinds: usize,
    /// Facts asked for by one kind.
    pub facts: usize,
    /// Phrases of one plan.
    pub phrases: usize,
    /// Calls at the same time.
    pub instances: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Tier::Small.limits()
    }
}

/// What an operator allows: the limits of each tier, and the largest tier there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// For [`Tier::Small`].
    pub small: Limits,
    /// For [`Tier::Script`].
    pub script: Limits,
    /// For [`Tier::Large`].
    pub large: Limits,
    /// A component of a larger tier is refused.
    pub tier_max: Tier,
    /// Whether parameters are baked into components of the small tier, which makes calls cheaper and loading
    /// dearer. The answers are the same.
    pub bake: bool,
}

impl Default for Allowance {
    /// The built-in limits of every tier, and every tier.
    fn default() -> Self {
        Allowance {
            small: Tier::Small.limits(),
            script: Tier::Script.limits(),
            large: Tier::Large.limits(),
            tier_max: Tier::Large,
            bake: true,
        }
    }
}

/// Limits of one tier, the others as built in.
impl From<Limits> for Allowance {
    fn from(limits: Limits) -> Self {
        let mut allowance = Allowance::default();
        let tier = limits.tier;
        *allowance.of_mut(tier) = limits;
        allowance
    }
}

impl Allowance {
    /// For replaying what was decided before: every tier, four times the fuel and no deadline worth the name,
    /// so that a decision never depends on the limits of today. Nothing is baked: what was decided by a baked
    /// rule is checked by the rule as its author made it.
    pub fn replay() -> Allowance {
        let mut allowance = Allowance {
            bake: false,
            ..Allowance::default()
        };
        for tier in Tier::ALL {
            let limits = allowance.of_mut(tier);
            limits.fuel_call = limits.fuel_call.saturating_mul(4);
            limits.fuel_load = limits.fuel_load.saturating_mul(4);
            limits.deadline_ms = 600_000;
        }
        allowance
    }

    /// The limits of a tier.
    pub fn of(&self, tier: Tier) -> &Limits {
        match tier {
            Tier::Small => &self.small,
            Tier::Script => &self.script,
            Tier::Large => &self.large,
        }
    }

    /// The limits of a tier, to be changed.
    pub fn of_mut(&mut self, tier: Tier) -> &mut Limits {
        match tier {
            Tier::Small => &mut self.small,
            Tier::Script => &mut self.script,
            Tier::Large => &mut self.large,
        }
    }
}

/// What a community takes less of than the operator allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lowered {
    /// Fuel of one call.
    pub fuel_call: Option<u64>,
    /// Bytes of linear memory.
    pub memory_bytes: Option<usize>,
}
