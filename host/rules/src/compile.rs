//! Where components are compiled. A hostile file may make a compiler hang, crash or swallow memory, so a host
//! compiles in a process of its own with limits; what comes of it is machine code or a diagnosis.
//!
//! The bytes that go in are the author's, those that come out are trusted: the other process is this same
//! program. Nothing is kept here; that is `cache.rs`.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::bake::bake;
use crate::limits::{Limits, Tier};
use crate::pool::{EngineError, Pool};

/// Where components are compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// In this process: for tests, and for programs that compile only what they wrote themselves.
    InProcess,
    /// In a process of its own: this program with these arguments, which must end up in [`compile_one`].
    Process {
        /// What to run.
        program: PathBuf,
        /// Its arguments.
        args: Vec<String>,
        /// How long to wait for it; as its tier says when nothing is said here.
        wait: Option<Duration>,
    },
}

impl Compiler {
    /// This very program again, with these arguments. On Linux that stays right when its file is replaced.
    pub fn this_program(args: &[&str]) -> Compiler {
        let running = PathBuf::from("/proc/self/exe");
        let program = if running.exists() {
            running
        } else {
            std::env::current_exe().unwrap_or(running)
        };
        Compiler::Process {
            program,
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            wait: None,
        }
    }
}

/// Seconds of processor time, the time to wait, and bytes of memory that compiling one component may take, and
/// bytes of machine code that may come of it, which the host itself has to hold.
struct Budget {
    code: u64,
    cpu_s: u64,
    wait: Duration,
    memory: u64,
}

fn budget(tier: Tier) -> Budget {
    match tier {
        Tier::Small | Tier::Script => Budget {
            code: 16 << 20,
            cpu_s: 60,
            wait: Duration::from_secs(120),
            memory: 1 << 30,
        },
        Tier::Large => Budget {
            code: 256 << 20,
            cpu_s: 600,
            wait: Duration::from_secs(900),
            memory: 4 << 30,
        },
    }
}

/// How often the host looks at how much memory the compiler has.
const LOOK: Duration = Duration::from_millis(20);

/// What is to be compiled.
pub(crate) struct Order<'o> {
    pub(crate) component: &'o [u8],
    /// With these parameters baked in; as it is, otherwise.
    pub(crate) params_json: Option<&'o str>,
}

/// Why there is no machine code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotCompiled {
    /// The component is at fault, or cannot be baked.
    Refused(String),
    /// It compiles, and the sandbox has no room for what comes of it.
    TooLarge(String),
    /// The compiler died.
    Died(String),
    /// The compiler took too long.
    Late(u64),
}

/// Compiles one component within the limits of its tier.
pub(crate) fn compile(
    pool: &Pool,
    limits: &Limits,
    compiler: &Compiler,
    order: &Order<'_>,
) -> Result<Vec<u8>, NotCompiled> {
    match compiler {
        Compiler::InProcess => here(pool, limits, order),
        Compiler::Process {
            program,
            args,
            wait,
        } => {
            let mut command = Command::new(program);
            command.args(args);
            let mut budget = budget(limits.tier);
            budget.wait = wait.unwrap_or(budget.wait);
            elsewhere(command, limits, order, &budget)
        }
    }
}

fn here(pool: &Pool, limits: &Limits, order: &Order<'_>) -> Result<Vec<u8>, NotCompiled> {
    let baked;
    let bytes = match order.params_json {
        Some(params) => {
            baked = bake(pool, limits, order.component, params).map_err(NotCompiled::Refused)?;
            &baked
        }
        None => order.component,
    };
    // The compiler asserts what it believes of its input; wrong beliefs must not end this thread.
    let code = catch_unwind(AssertUnwindSafe(|| pool.wasm.precompile_component(bytes)))
        .map_err(|_| NotCompiled::Died("it panicked".into()))?
        .map_err(|error| NotCompiled::Refused(format!("{error:#}")))?;
    let (has, max) = (code.len(), budget(limits.tier).code);
    if u64::try_from(has).is_ok_and(|has| has <= max) {
        return Ok(code);
    }
    let (has, max) = (has >> 10, max >> 10);
    Err(NotCompiled::TooLarge(format!(
        "its machine code: {has} KiB, the limit is {max} KiB"
    )))
}

// The two sides speak over the pipes like this. In: a line of numbers, the component, the parameters. Out: one
// byte, the length as eight bytes, and that many bytes of code (`C`) or text (`E`; `L` when it is too large).

fn elsewhere(
    mut command: Command,
    limits: &Limits,
    order: &Order<'_>,
    budget: &Budget,
) -> Result<Vec<u8>, NotCompiled> {
    let started = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .env_clear()
        .spawn();
    let mut child =
        started.map_err(|error| NotCompiled::Died(format!("it did not start: {error}")))?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(NotCompiled::Died("it has no pipes".into()));
    };
    let params = order.params_json.unwrap_or_default();
    let head = format!(
        "{} {} {} {} {} {}\n",
        limits.tier,
        limits.fuel_load,
        limits.memory_bytes,
        u8::from(order.params_json.is_some()),
        order.component.len(),
        params.len()
    );
    let (tell, told) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A compiler that stops reading has died; its exit says more than the broken pipe.
            let _ = to
                .write_all(head.as_bytes())
                .and_then(|()| to.write_all(order.component))
                .and_then(|()| to.write_all(params.as_bytes()));
        });
        scope.spawn(move || {
            let _ = tell.send(answer(from, budget.code));
        });
        let (mut left, mut answered) = (budget.wait, told.recv_timeout(budget.wait.min(LOOK)));
        while answered.is_err() && !left.is_zero() {
            left = left.saturating_sub(LOOK);
            let swallows = memory_of(child.id()) > budget.memory;
            if swallows {
                // Its pipe closes, and what came of it is read as any other death.
                let _ = child.kill();
            }
            answered = told.recv_timeout(if swallows {
                budget.wait
            } else {
                left.min(LOOK)
            });
        }
        if answered.is_err() {
            let _ = child.kill();
        }
        let status = child.wait();
        match answered {
            Err(_) => Err(NotCompiled::Late(budget.wait.as_secs())),
            Ok(answer) => judge(answer, status, budget),
        }
    })
}

/// Bytes of a process that are in memory now; 0 where nobody can say.
fn memory_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default().saturating_mul(1024)
}

fn judge(
    answer: Option<Result<Vec<u8>, NotCompiled>>,
    status: std::io::Result<ExitStatus>,
    budget: &Budget,
) -> Result<Vec<u8>, NotCompiled> {
    let good = status.as_ref().is_ok_and(ExitStatus::success);
    match answer {
        Some(Ok(code)) if good => Ok(code),
        Some(Err(why)) if good => Err(why),
        Some(_) | None => {
            let end = status.map_or_else(|error| error.to_string(), |status| status.to_string());
            let (memory, cpu) = (budget.memory >> 20, budget.cpu_s);
            Err(NotCompiled::Died(format!(
                "{end}; it may use {memory} MiB of memory and {cpu} s of processor time"
            )))
        }
    }
}

/// What the other process said; nothing when it broke off.
fn answer(mut from: impl Read, code_max: u64) -> Option<Result<Vec<u8>, NotCompiled>> {
    let mut head = [0; 9];
    from.read_exact(&mut head).ok()?;
    let (kind, length) = head.split_first()?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    if length > code_max {
        return None;
    }
    let mut body = Vec::new();
    from.take(length).read_to_end(&mut body).ok()?;
    if u64::try_from(body.len()) != Ok(length) {
        return None;
    }
    match kind {
        b'C' => Some(Ok(body)),
        b'E' | b'L' => {
            let text = String::from_utf8_lossy(&body).into_owned();
            let why = if *kind == b'L' {
                NotCompiled::TooLarge(text)
            } else {
                NotCompiled::Refused(text)
            };
            Some(Err(why))
        }
        _ => None,
    }
}

/// The other process: limits itself, reads one order from `input`, and writes the answer to `output`.
///
/// # Errors
/// When the order is not one or the answer cannot be written.
pub fn compile_one(mut input: impl Read, mut output: impl Write) -> std::io::Result<()> {
    let wrong = || std::io::Error::other("this is not an order of the host's");
    let mut line = String::new();
    while !line.ends_with('\n') {
        let mut byte = [0];
        input.read_exact(&mut byte)?;
        line.push(char::from(byte[0]));
        if line.len() > 200 {
            return Err(wrong());
        }
    }
    let parts: Vec<&str> = line.split_whitespace().collect();
    let [tier, fuel, memory, bake, component, params] = parts[..] else {
        return Err(wrong());
    };
    let tier: Tier = tier.parse().map_err(|()| wrong())?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
    let mut limits = tier.limits();
    limits.fuel_load = number(fuel)?;
    limits.memory_bytes = usize::try_from(number(memory)?).map_err(|_| wrong())?;
    limits.instances = 1;
    limit_self(&budget(tier));
    let component = exactly(&mut input, number(component)?)?;
    let params = String::from_utf8(exactly(&mut input, number(params)?)?).map_err(|_| wrong())?;
    let order = Order {
        component: &component,
        params_json: (bake == "1").then_some(params.as_str()),
    };
    let pool = Pool::new(limits.clone())
        .map_err(|error: EngineError| std::io::Error::other(error.to_string()))?;
    let (kind, body) = match here(&pool, &limits, &order) {
        Ok(code) => (b'C', code),
        Err(NotCompiled::Refused(text) | NotCompiled::Died(text)) => (b'E', text.into_bytes()),
        Err(NotCompiled::TooLarge(text)) => (b'L', text.into_bytes()),
        Err(NotCompiled::Late(_)) => return Err(wrong()),
    };
    let length = u64::try_from(body.len()).map_err(|_| wrong())?;
    output.write_all(&[kind])?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(&body)?;
    output.flush()
}

fn exactly(input: &mut impl Read, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()) == Ok(length) {
        Ok(bytes)
    } else {
        Err(std::io::Error::other("the order breaks off"))
    }
}

/// Where the system has such limits; where it has not, the time-out of the waiting side still holds. Memory is the
/// waiting side's to watch.
fn limit_self(budget: &Budget) {
    #[cfg(unix)]
    {
        use rlimit::{Resource, setrlimit};
        // The host looks at what is really used and ends this process above its budget. What may be reserved is only
        // bounded far above that: allocators reserve more than they use, and one that is refused in the middle of its
        // work may never come back.
        let reserved = budget.memory.saturating_mul(2).saturating_add(2 << 30);
        let _ = setrlimit(Resource::DATA, reserved, reserved);
        let _ = setrlimit(Resource::CPU, budget.cpu_s, budget.cpu_s);
        let _ = setrlimit(Resource::CORE, 0, 0);
    }
    #[cfg(not(unix))]
    let _ = budget;
}
