//! What a rule may take. Defaults for the small tier (Rust, C); nothing here is enforced, only named.

/// The size class of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Compiled languages such as Rust and C.
    Small,
}

/// Limits of one tier. The host's configuration may lower them.
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
    /// Fuel of `describe`, and of `configure` at loading and before each call.
    pub fuel_load: u64,
    /// Milliseconds of one call: a last resort that counts as the host's own fault.
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
        Limits {
            tier: Tier::Small,
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
        }
    }
}
