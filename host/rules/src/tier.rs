//! Which tier a component belongs to: the smallest whose limits hold what its bytes say it needs.
//!
//! The bytes alone decide, so that the author's desk, the host, and a replay in ten years agree without being
//! told. Nothing is validated here: what cannot be read counts as needing nothing, and the compiler says why.

use wasmparser::{Instance, Parser, Payload};

use crate::diagnostic::{LoadError, refuse};
use crate::limits::{Allowance, Limits, Tier};
use crate::world::shape;

/// What a component says it needs before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Needs {
    pub(crate) bytes: usize,
    pub(crate) core_instances: u64,
    pub(crate) memories: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) tables: u64,
    pub(crate) table_elements: u64,
}

impl Needs {
    pub(crate) fn of(component: &[u8]) -> Needs {
        let mut needs = Needs {
            bytes: component.len(),
            ..Needs::default()
        };
        for payload in Parser::new(0).parse_all(component).map_while(Result::ok) {
            needs.add(&payload);
        }
        needs
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only sections that take something of the machine are counted"
    )]
    fn add(&mut self, payload: &Payload<'_>) {
        match payload {
            Payload::InstanceSection(section) => {
                let made = section.clone().into_iter().map_while(Result::ok);
                let count = made
                    .filter(|one| matches!(one, Instance::Instantiate { .. }))
                    .count();
                let count = u64::try_from(count).unwrap_or(u64::MAX);
                self.core_instances = self.core_instances.saturating_add(count);
            }
            Payload::MemorySection(section) => {
                for memory in section.clone().into_iter().map_while(Result::ok) {
                    self.memories = self.memories.saturating_add(1);
                    let bytes = memory.initial.saturating_mul(64 << 10);
                    self.memory_bytes = self.memory_bytes.saturating_add(bytes);
                }
            }
            Payload::TableSection(section) => {
                for table in section.clone().into_iter().map_while(Result::ok) {
                    self.tables = self.tables.saturating_add(1);
                    self.table_elements = self.table_elements.max(table.ty.initial);
                }
            }
            _ => {}
        }
    }

    /// The needs beyond these limits: what, how much, and the limit.
    fn beyond(&self, limits: &Limits) -> Vec<(What, u64, u64)> {
        let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let rows = [
            (What::Bytes, wide(self.bytes), wide(limits.component_bytes)),
            (
                What::CoreInstances,
                self.core_instances,
                u64::from(limits.core_instances),
            ),
            (What::Memories, self.memories, u64::from(limits.memories)),
            (What::Memory, self.memory_bytes, wide(limits.memory_bytes)),
            (What::Tables, self.tables, u64::from(limits.tables)),
            (
                What::Elements,
                self.table_elements,
                wide(limits.table_elements),
            ),
        ];
        rows.into_iter().filter(|(_, has, max)| has > max).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Bytes,
    CoreInstances,
    Memories,
    Memory,
    Tables,
    Elements,
}

impl What {
    /// “has, and the limit” in both languages.
    fn said(self, has: u64, max: u64) -> (String, String) {
        let kib = |n: u64| n.div_ceil(1024);
        let (zh, en) = match self {
            What::Bytes => ("文件大小", "the size of its file"),
            What::CoreInstances => ("核心实例数", "its core instances"),
            What::Memories => ("线性内存的个数", "its linear memories"),
            What::Memory => ("一开始就要的内存", "the memory it starts with"),
            What::Tables => ("表的个数", "its tables"),
            What::Elements => ("一张表一开始的元素数", "the elements its table starts with"),
        };
        match self {
            What::Bytes | What::Memory => (
                format!("{zh}是 {} KiB，上限 {} KiB", kib(has), kib(max)),
                format!("{en}: {} KiB, the limit is {} KiB", kib(has), kib(max)),
            ),
            What::CoreInstances | What::Memories | What::Tables | What::Elements => (
                format!("{zh}是 {has}，上限 {max}"),
                format!("{en}: {has}, the limit is {max}"),
            ),
        }
    }
}

/// The tier of a component by its bytes.
///
/// # Errors
/// `load.size` or `load.resources` when no tier holds it, `load.tier` when the operator does not allow the one
/// that does.
pub(crate) fn choose(component: &[u8], allowance: &Allowance) -> Result<Tier, LoadError> {
    not_huge(component, allowance)?;
    shape(component)?;
    let needs = Needs::of(component);
    // The tier is a property of the bytes, so the built-in limits decide; the operator's are checked after.
    let built_in = Tier::ALL
        .into_iter()
        .find(|tier| needs.beyond(&tier.limits()).is_empty());
    let tier = built_in.unwrap_or(Tier::Large);
    let over = needs.beyond(allowance.of(tier));
    if let Some((what, has, max)) = over.first().copied() {
        return Err(too_much(tier, what, has, max));
    }
    if tier > allowance.tier_max {
        return Err(not_allowed(needs, tier, allowance.tier_max));
    }
    Ok(tier)
}

/// A file that is too large for everything is not even looked at.
fn not_huge(component: &[u8], allowance: &Allowance) -> Result<(), LoadError> {
    let max = allowance.of(allowance.tier_max).component_bytes;
    let max = max.max(Tier::Large.limits().component_bytes);
    if component.len() <= max {
        return Ok(());
    }
    let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Err(too_much(
        Tier::Large,
        What::Bytes,
        wide(component.len()),
        wide(max),
    ))
}

fn too_much(tier: Tier, what: What, has: u64, max: u64) -> LoadError {
    let (zh, en) = what.said(has, max);
    let (code, zh_help, en_help) = if what == What::Bytes {
        (
            "load.size",
            "请按发布模式生成，不带调试信息。",
            "Build it for release, without debug information.",
        )
    } else {
        (
            "load.resources",
            "请在规则里少要一些，或换用生成更小组件的工具。",
            "Ask for less in the rule, or use a toolchain that makes smaller components.",
        )
    };
    refuse(
        code,
        format!("组件要的太多（按 {tier} 一级算）：{zh}。{zh_help}"),
        format!("The component wants too much for the tier {tier}: {en}. {en_help}"),
    )
}

fn not_allowed(needs: Needs, tier: Tier, tier_max: Tier) -> LoadError {
    let mut why = (String::new(), String::new());
    for below in Tier::ALL.into_iter().filter(|below| *below < tier) {
        if let Some((what, has, max)) = needs.beyond(&below.limits()).first().copied() {
            why = what.said(has, max);
        }
    }
    let (zh, en) = why;
    refuse(
        "load.tier",
        format!(
            "这个组件属于 {tier} 一级（{zh}），本机只允许到 {tier_max}。要用它，运维人员在 rongyi.toml 的 [limits] 里写 tier_max = \"{tier}\"。"
        ),
        format!(
            "This component is of the tier {tier} ({en}); this installation allows no tier above {tier_max}. To use it, the operator writes tier_max = \"{tier}\" below [limits] in rongyi.toml."
        ),
    )
}
