//! Files of at most two megabytes that are meant to overwhelm whoever reads or compiles them. Each is refused by
//! name or compiled in the process of its own, within that process's limits; the host's memory does not notice.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::time::Duration;

use rongyi_rules::{Allowance, Compiler, Engine};

/// Bytes of a bomb: the two smaller tiers take this much.
const ROOM: usize = 2_000_000;
/// Bytes by which the host may grow while one bomb is looked at: the file, and what was compiled of it.
const PEAK_MAX: usize = 96 << 20;
/// Bytes by which the host may have grown when a bomb comes again.
const GROWTH_MAX: usize = 8 << 20;

/// A number in LEB128.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// Something with its length in front.
fn sized(body: &[u8]) -> Vec<u8> {
    [leb(body.len()), body.to_vec()].concat()
}

/// A section with its number.
fn section(number: u8, body: &[u8]) -> Vec<u8> {
    [vec![number], sized(body)].concat()
}

/// The same item many times, with their number in front.
fn times(many: usize, item: &[u8]) -> Vec<u8> {
    [leb(many), item.repeat(many)].concat()
}

fn module(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
}

fn component(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0".to_vec(), sections.concat()].concat()
}

/// A component with one module in it.
fn around(sections: &[Vec<u8>]) -> Vec<u8> {
    component(&[section(1, &module(sections))])
}

/// `(func (param i32) (result i32))` and `(func)`.
fn types() -> Vec<u8> {
    section(1, b"\x02\x60\x01\x7f\x01\x7f\x60\0\0")
}

/// A module of this many functions of type 0, all with this body.
fn functions(many: usize, body: &[u8]) -> Vec<u8> {
    around(&[
        types(),
        section(3, &times(many, &[0])),
        section(4, b"\x01\x70\0\x01"),
        section(5, b"\x01\0\x01"),
        section(10, &times(many, &sized(body))),
    ])
}

/// One function with this much of the same.
fn repeated(begin: &[u8], part: &[u8], end: &[u8]) -> Vec<u8> {
    functions(
        1,
        &[begin, &part.repeat(ROOM / part.len() - 10), end].concat(),
    )
}

/// What a bomb is made of, and what it must end in.
struct Bomb {
    what: &'static str,
    bytes: Vec<u8>,
    ends: &'static [&'static str],
}

/// It is read to its end and compiled, and is no rule.
const COMPILED: &[&str] = &["world.export"];
/// It is not valid.
const INVALID: &[&str] = &["load.invalid"];
/// It is compiled, unless the machine is too slow for the time there is.
const HEAVY: &[&str] = &[
    "world.export",
    "load.compile-timeout",
    "load.compiler",
    "load.resources",
];
/// It is too much for any compiler within its limits.
const TOO_MUCH: &[&str] = &["load.compile-timeout", "load.compiler", "load.resources"];

fn code_bombs() -> Vec<Bomb> {
    // Nothing but `local.get 0`, `i32.eqz`, `local.set 0`.
    let straight = repeated(b"\0", b"\x20\0\x45\x21\0", b"\x20\0\x0b");
    let table = |targets: usize| {
        let one = [b"\x20\0\x0e".to_vec(), times(targets, &[0]), vec![0]].concat();
        [b"\0\x02\x40".to_vec(), one, b"\x0b\x20\0\x0b".to_vec()].concat()
    };
    let depth = ROOM / 4;
    let nested = [
        b"\0".to_vec(),
        b"\x02\x40".repeat(depth),
        b"\x0b".repeat(depth),
        b"\x20\0\x0b".to_vec(),
    ];
    // Calls through the table, each of which checks bounds and type.
    let calls = repeated(b"\0\x20\0", b"\x20\0\x11\0\0", b"\x0b");
    // 49,999 vectors as locals of each function.
    let locals = b"\x01\xcf\x86\x03\x7b\x20\0\x0b";
    vec![
        Bomb {
            what: "one function of 400,000 steps",
            bytes: straight,
            ends: HEAVY,
        },
        Bomb {
            what: "thirty jump tables of 65,000 targets",
            bytes: functions(30, &table(65_000)),
            ends: HEAVY,
        },
        Bomb {
            what: "a jump table of a million targets",
            bytes: functions(1, &table(1_000_000)),
            ends: INVALID,
        },
        Bomb {
            what: "500,000 blocks in each other",
            bytes: functions(1, &nested.concat()),
            ends: HEAVY,
        },
        Bomb {
            what: "400,000 indirect calls",
            bytes: calls,
            ends: HEAVY,
        },
        Bomb {
            what: "4,000 functions of 49,999 locals",
            bytes: functions(4_000, locals),
            ends: HEAVY,
        },
        Bomb {
            what: "more locals than there may be",
            bytes: functions(1, b"\x01\xff\xff\xff\xff\x0f\x7f\x20\0\x0b"),
            ends: INVALID,
        },
        Bomb {
            what: "300,000 functions",
            bytes: functions(300_000, b"\0\x20\0\x0b"),
            ends: HEAVY,
        },
    ]
}

fn shape_bombs() -> Vec<Bomb> {
    let type_count = ROOM / 5;
    let kinds = around(&[section(1, &times(type_count, b"\x60\x01\x7f\x01\x7f"))]);
    let globals = around(&[section(6, &times(ROOM / 5, b"\x7f\x01\x41\0\x0b"))]);
    let data = |many: usize| {
        let segments = times(many, b"\0\x41\0\x0b\x01x");
        around(&[section(5, b"\x01\0\x01"), section(11, &segments)])
    };
    let name = sized(&vec![b'n'; 90_000]);
    let exports: Vec<u8> = (0..20u8)
        .flat_map(|n| {
            [
                sized(&[vec![b'a' + n], vec![b'n'; 90_000]].concat()),
                vec![2, 0],
            ]
            .concat()
        })
        .collect();
    let long = around(&[
        section(5, b"\x01\0\x01"),
        section(7, &[vec![20], exports].concat()),
    ]);
    let custom = around(&vec![section(0, &name); 20]);
    vec![
        Bomb {
            what: "400,000 types",
            bytes: kinds,
            ends: HEAVY,
        },
        Bomb {
            what: "400,000 globals",
            bytes: globals,
            ends: TOO_MUCH,
        },
        Bomb {
            what: "99,000 data segments",
            bytes: data(99_000),
            ends: HEAVY,
        },
        Bomb {
            what: "300,000 data segments",
            bytes: data(300_000),
            ends: INVALID,
        },
        Bomb {
            what: "exports with names of 90,000 letters",
            bytes: long,
            ends: COMPILED,
        },
        Bomb {
            what: "custom sections with names of 90,000 letters",
            bytes: custom,
            ends: COMPILED,
        },
    ]
}

fn component_bombs() -> Vec<Bomb> {
    // The head of each component is longer by what its length takes.
    let (mut heads, mut length) = (Vec::new(), component(&[]).len());
    while length < ROOM {
        let head = component(&[[vec![4], leb(length)].concat()]);
        length += head.len();
        heads.push(head);
    }
    heads.reverse();
    let nested = [heads.concat(), component(&[])].concat();
    let modules = component(&vec![section(1, &module(&[])); ROOM / 10]);
    // Each type is a pair of the one before it: written out, two to the power of thirty.
    let mut doubling = vec![30, 0x79];
    for before in 0..29u8 {
        doubling.extend([0x6f, 2, before, before]);
    }
    // `(type (instance (type (instance …))))`
    let mut types_within = vec![0x42, 0];
    for _ in 0..50_000 {
        types_within = [vec![0x42, 1, 1], types_within].concat();
        if types_within.len() > ROOM / 10 {
            break;
        }
    }
    let types_within = component(&[section(7, &[vec![1], types_within].concat())]);
    // Every export is an instance without anything, under a name of its own.
    let mut exports = leb(100_000);
    for n in 0..100_000 {
        exports.push(0);
        exports.extend(sized(format!("e{n}").as_bytes()));
        exports.extend([5, 0, 0]);
    }
    let exports = component(&[section(5, &[1, 1, 0]), section(11, &exports)]);
    vec![
        Bomb {
            what: "150,000 components in each other",
            bytes: nested,
            ends: HEAVY,
        },
        Bomb {
            what: "200,000 modules",
            bytes: modules,
            ends: INVALID,
        },
        Bomb {
            what: "types that double",
            bytes: component(&[section(7, &doubling)]),
            ends: INVALID,
        },
        Bomb {
            what: "types within types",
            bytes: types_within,
            ends: TOO_MUCH,
        },
        Bomb {
            what: "100,000 exports",
            bytes: exports,
            ends: INVALID,
        },
    ]
}

/// Bytes in memory now, and the most there were since [`forget_peak`].
fn memory() -> (usize, usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        let kib: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib << 10
    };
    (of("VmRSS:"), of("VmHWM:"))
}

fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn engine() -> Engine {
    let mut allowance = Allowance::default();
    allowance.small.instances = 2;
    let compiler = Compiler::Process {
        program: PathBuf::from(env!("CARGO_BIN_EXE_rongyi")),
        args: vec!["compile-rule".to_owned()],
        wait: Some(Duration::from_secs(15)),
    };
    Engine::new(allowance, compiler, None).unwrap()
}

// One test, because it looks at the memory of the whole process.
#[test]
fn a_bomb_is_refused_or_compiled_and_the_host_does_not_notice() {
    let engine = engine();
    let good = rongyi_bundled::HOSTILE;
    engine.load(good, "{}").unwrap();
    let mut wrong = Vec::new();
    for bombs in [code_bombs, shape_bombs, component_bombs] {
        for Bomb { what, bytes, ends } in bombs() {
            assert!(bytes.len() <= 2 << 20, "{what}: {} bytes", bytes.len());
            forget_peak();
            let (now, _) = memory();
            let error = engine.load(&bytes, "{}").unwrap_err();
            let (_, peak) = memory();
            let grown = peak.saturating_sub(now);
            if !ends.contains(&error.code) || grown > PEAK_MAX || error.message.len() > 2_000 {
                wrong.push(format!("{what}: +{} KiB, {error}", grown >> 10));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What the allocator keeps for next time, it uses next time.
    let (before, _) = memory();
    let again = code_bombs().swap_remove(0);
    for _ in 0..4 {
        engine.load(&again.bytes, "{}").unwrap_err();
    }
    let (after, _) = memory();
    assert!(
        after <= before + GROWTH_MAX,
        "{before} bytes before, {after} after"
    );
    assert!(engine.load(good, "{}").is_ok());
}
