//! Rules compiled in a process of their own: what comes back is code or a diagnosis, whatever that process does.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::time::Duration;

use rongyi_rules::{Allowance, Compiler, Engine, LoadError, Rule};

fn load(compiler: Compiler, bytes: &[u8]) -> Result<Rule, LoadError> {
    let mut allowance = Allowance::default();
    allowance.small.instances = 1;
    let params = r#"{"kinds":[{"code":"tree.plant","title":{"zh":"植树","en":"Tree"},"unit":{"zh":"棵","en":"trees"},"per_unit":2}]}"#;
    Engine::new(allowance, compiler, None)
        .unwrap()
        .load(bytes, params)
}

fn table() -> &'static [u8] {
    rongyi_bundled::find("points-table").unwrap().bytes
}

fn process(program: &str, args: &[&str], wait: Option<Duration>) -> Compiler {
    Compiler::Process {
        program: PathBuf::from(program),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        wait,
    }
}

fn rongyi() -> Compiler {
    process(env!("CARGO_BIN_EXE_rongyi"), &["compile-rule"], None)
}

#[test]
fn the_hidden_command_compiles_and_bakes() {
    let rule = load(rongyi(), table()).unwrap();
    assert!(rule.is_baked());
    assert_eq!(rule.plan, load(Compiler::InProcess, table()).unwrap().plan);
}

#[test]
fn what_is_wrong_with_a_component_comes_back_from_the_other_process() {
    let mut flipped = table().to_vec();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 64].fill(0xff);
    let error = load(rongyi(), &flipped).unwrap_err();
    assert_eq!(error.code, "load.invalid");
    assert_eq!(
        error.message,
        load(Compiler::InProcess, &flipped).unwrap_err().message
    );
}

#[test]
fn a_compiler_that_dies_is_a_diagnosis() {
    for (program, args, says) in [
        ("/bin/false", vec![], "exit status: 1"),
        ("/bin/sh", vec!["-c", "kill -9 $$"], "signal: 9 (SIGKILL)"),
        (
            "/bin/sh",
            vec!["-c", "cat >/dev/null; printf C; exit 0"],
            "exit status: 0",
        ),
        (
            "/bin/sh",
            vec!["-c", "printf 'Cxxxxxxxxxx'; exit 0"],
            "exit status: 0",
        ),
        ("/nowhere/rongyi", vec![], "it did not start"),
    ] {
        let error = load(process(program, &args, None), table()).unwrap_err();
        assert_eq!(error.code, "load.compiler", "{}", error.message);
        assert!(error.message.contains(says), "{}", error.message);
        assert!(
            error.message.contains("This host is unharmed"),
            "{}",
            error.message
        );
        assert!(error.zh.unwrap().contains("本机没有受影响"));
    }
}

#[test]
fn a_compiler_that_hangs_is_stopped() {
    let wait = Some(Duration::from_millis(50));
    let hanging = process("/bin/sh", &["-c", "exec sleep 1000"], wait);
    let error = load(hanging, table()).unwrap_err();
    assert_eq!(error.code, "load.compile-timeout", "{}", error.message);
}

/// Whatever its allocator does when it is refused memory: the host looks at what it has, and ends it.
#[test]
#[cfg(target_os = "linux")]
fn a_compiler_that_swallows_memory_is_stopped_before_its_time() {
    // Reads zeros and waits for the end of a line that never comes.
    let wait = Some(Duration::from_secs(60));
    let swallowing = process("/bin/sh", &["-c", "exec tail /dev/zero"], wait);
    let error = load(swallowing, table()).unwrap_err();
    assert_eq!(error.code, "load.compiler", "{}", error.message);
    assert!(error.message.contains("SIGKILL"), "{}", error.message);
    assert!(error.message.contains("1024 MiB"), "{}", error.message);
}

#[test]
fn nothing_but_an_order_is_accepted() {
    for order in ["", "hello\n", "small 1 1 0 5 0\nabc", "huge 1 1 0 0 0\n"] {
        let mut out = Vec::new();
        // Only the reading is tried here: a whole order would put limits on this process.
        assert!(read_only(order, &mut out).is_err(), "{order:?}");
        assert!(out.is_empty());
    }
}

fn read_only(order: &str, out: &mut Vec<u8>) -> Result<(), String> {
    use std::io::Write;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_rongyi"))
        .arg("compile-rule")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(order.as_bytes());
    let done = child.wait_with_output().unwrap();
    out.extend(done.stdout);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() {
        Ok(())
    } else {
        Err(said)
    }
}
