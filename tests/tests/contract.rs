//! `openapi.json` holds what it says: it is clean under the linter that client makers use, and every operation of a
//! serving host answers as it describes, whoever asks and whatever is sent. The tools are installed once, at the
//! versions named here, below the build folder; npm and PyPI must be reachable for that.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rongyi_tests::{Client, Installation, Serving, root};
use serde_json::Value;

const LINTER: &str = "@redocly/cli@2.77.0";
const TESTER: &str = "schemathesis==4.32.5";
/// What is asserted of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,\
    negative_data_rejection,missing_required_header,unsupported_method,allow_header_conformance,ignored_auth";
/// Requests for each operation and caller at most, in each of the tester's phases.
const EXAMPLES_MAX: &str = "25";
/// Seconds after which a caller hangs; each has twenty.
const EACH_S: u32 = 120;

fn describing() -> PathBuf {
    root().join("host/server/openapi.json")
}

/// Where the tools are installed.
fn tools(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[track_caller]
fn done(command: &mut Command) -> (String, i32) {
    let out = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [out.stdout, out.stderr].concat();
    (
        String::from_utf8_lossy(&text).into_owned(),
        out.status.code().unwrap_or(-1),
    )
}

#[track_caller]
fn must(command: &mut Command) -> String {
    let (text, code) = done(command);
    assert_eq!(code, 0, "{command:?}\n{text}");
    text
}

fn linter() -> PathBuf {
    let folder = tools("redocly-2.77.0");
    let program = folder.join("node_modules/.bin/redocly");
    if !program.exists() {
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-save",
            "--prefix",
        ]);
        must(npm.arg(&folder).arg(LINTER));
    }
    program
}

fn tester() -> PathBuf {
    let folder = tools("schemathesis-4.32.5");
    let program = folder.join("bin/schemathesis");
    if !program.exists() {
        must(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let mut pip = Command::new(folder.join("bin/pip"));
        must(pip.args(["install", "--quiet", "--disable-pip-version-check", TESTER]));
    }
    program
}

#[test]
fn the_description_is_clean() {
    let mut lint = Command::new(linter());
    lint.args(["lint", "--format=json", "--max-problems=100"])
        .arg(describing());
    lint.env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let out = lint.output().unwrap();
    let said: Value = serde_json::from_slice(&out.stdout).expect("the linter answers in JSON");
    let mut told = String::new();
    for problem in said["problems"].as_array().expect("a list") {
        let place = &problem["location"][0]["pointer"];
        writeln!(
            told,
            "{} {}: {place}",
            problem["ruleId"], problem["message"]
        )
        .unwrap();
    }
    assert_eq!(
        (said["totals"]["errors"].as_u64(), told.as_str()),
        (Some(0), ""),
        "{said}"
    );
}

/// Somebody's cookie, from the printed sign-in.
fn cookie(serving: &Serving, who: &str, door: &str) -> String {
    let words = serving.words_of(who);
    let secret = words
        .iter()
        .skip_while(|word| *word != who)
        .skip(1)
        .find(|word| *word != "PIN");
    let mut client = Client::of(serving.address());
    let form = [
        ("number", who),
        ("pin", secret.expect("it is printed")),
        ("next", ""),
    ];
    let answer = client.post(&format!("/nanmen{door}"), &form);
    let line = answer
        .lines()
        .find(|line| line.to_lowercase().starts_with("set-cookie: rongyi="));
    let line = line.unwrap_or_else(|| panic!("{who} is not signed in: {answer}"));
    let value = line.split_once(": ").unwrap().1;
    format!("Cookie: {}", value.split(';').next().unwrap())
}

fn token(installation: &Installation, scope: &str) -> String {
    let said = installation.must(&[
        "token", "add", "-c", "nanmen", "--name", "contract", "--scope", scope,
    ]);
    let words = said.out.split_whitespace();
    let token = words.max_by_key(|word| word.len()).expect("a token");
    format!("Authorization: Bearer {token}")
}

#[test]
fn every_answer_is_as_described() {
    let tester = tester();
    let (installation, mut serving) = Installation::demo();
    let callers = [
        (
            "operator",
            cookie(&serving, "nanmen-operator", "/staff/sign-in"),
        ),
        ("resident", cookie(&serving, "1001", "/sign-in")),
        (
            "shopkeeper",
            cookie(&serving, "nanmen-shop", "/staff/sign-in"),
        ),
        ("events", token(&installation, "events")),
        ("till", token(&installation, "till")),
        ("read", token(&installation, "read")),
    ];
    let mut wrong = String::new();
    for (who, header) in callers {
        let mut test = Command::new("timeout");
        test.arg(EACH_S.to_string()).arg(&tester);
        // What it keeps for its next run it keeps beside itself.
        test.current_dir(tools("contract-kept"));
        test.arg("--config-file")
            .arg(root().join("tests/contract.toml"));
        test.arg("run").arg(describing());
        test.arg("--url")
            .arg(format!("{}/api/v1", serving.address()));
        test.args([
            "--header",
            &header,
            "--checks",
            CHECKS,
            "--max-examples",
            EXAMPLES_MAX,
        ]);
        test.args([
            "--phases",
            "examples,coverage,fuzzing",
            "--no-color",
            "--seed",
            "1",
        ]);
        test.args([
            "--generation-database",
            "none",
            "--continue-on-failure",
            "--max-time",
            "20",
        ]);
        test.args(["--suppress-health-check", "all", "--warnings", "off"]);
        let (text, code) = done(&mut test);
        #[expect(clippy::print_stderr, reason = "how far each caller came")]
        {
            eprintln!(
                "{who}: exit code {code}, {}",
                text.lines().last().unwrap_or_default()
            );
        }
        if code != 0 {
            writeln!(wrong, "== as {who}\n{text}").unwrap();
        }
        assert!(serving.is_running());
    }
    assert!(wrong.is_empty(), "{wrong}");
}
