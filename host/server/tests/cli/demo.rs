//! `rongyi demo` from an empty folder to a proved ledger, twice. The pages themselves are tested elsewhere.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::place::Place;

/// Starts the demo, reads what it prints until the last sign-in, stops it politely, and gives the lines.
fn demo(place: &Place) -> Vec<String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rongyi"))
        .args(["demo", "--data", "demo", "--listen", "127.0.0.1:0"])
        .current_dir(place.folder.path())
        // A demo must not follow the environment into a real database.
        .env("RONGYI_DATABASE_URL", "sqlite:real.db")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let last = line.contains("nanmen-operator");
        lines.push(line);
        if last {
            break;
        }
    }
    let stopped = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(stopped.unwrap().success(), "{lines:#?}");
    assert!(child.wait().unwrap().success(), "{lines:#?}");
    lines
}

#[test]
fn the_demo_fills_itself_once_and_is_proved() {
    let place = Place::new();
    let first = demo(&place);
    let bad = first.iter().filter(|line| line.contains("不能用 bad"));
    // Balances and events of three communities, what one of them carried in, and once more the balances of the one whose
    // merchants have a month behind them.
    assert!(
        bad.clone().count() == 8 && bad.clone().all(|line| line.ends_with(" 0")),
        "{first:#?}"
    );
    assert!(first.iter().any(|line| line.contains("演示数据")));
    let signs = |lines: &[String]| -> Vec<String> {
        let sign_ins = lines.iter().filter(|line| {
            line.contains("1001  PIN")
                || line.contains("nanmen-shop")
                || line.contains("nanmen-operator")
        });
        sign_ins.cloned().collect()
    };
    assert_eq!(signs(&first).len(), 3, "{first:#?}");
    assert!(!place.path("real.db").exists());
    let config = "demo/config/rongyi.toml";
    let proved = place.good(&["verify", "--config", config, "--json"]);
    assert!(proved.contains("\"ok\":true"), "{proved}");
    // The rule book of each community, tried on all that it holds, gives exactly its ledger; another one does not.
    for community in ["nanmen", "longshi", "jinxian"] {
        let own = format!("demo/config/communities/{community}.toml");
        let simulate = |rules: &str| -> serde_json::Value {
            let args = ["simulate", "--config", config, "-c", community, "--json"];
            let args = [&args[..], &["--rules", rules]].concat();
            serde_json::from_str(&place.good(&args)).unwrap()
        };
        // What begins next year only is tried as if it held already, so it is left out here.
        let toml = std::fs::read_to_string(place.path(&own)).unwrap();
        let now = match toml.split_once("# ── 明年三月起") {
            Some((before, coming)) => {
                let after = coming.split_once("\n# ── ");
                format!("{before}# {}", after.map_or("", |(_, after)| after))
            }
            None => toml.clone(),
        };
        place.write("demo/config/communities/now.candidate", now);
        let found = simulate("demo/config/communities/now.candidate");
        assert_eq!(found["exactly_the_ledger"], true, "{found}");
        assert!(found["entries"].as_u64().unwrap() > 50, "{found}");
        let less = |line: &str| match line.starts_with("award_max") {
            true => "award_max = 6".to_owned(),
            false => line.to_owned(),
        };
        let toml: Vec<String> = toml.lines().map(less).collect();
        let toml = toml.join("\n");
        place.write("demo/config/communities/other.candidate", toml);
        let found = simulate("demo/config/communities/other.candidate");
        assert_eq!(found["exactly_the_ledger"], false, "{found}");
        let issued = &found["flows"]["issued"];
        assert!(
            issued["candidate"].as_i64() < issued["ledger"].as_i64(),
            "{found}"
        );
    }
    let second = demo(&place);
    assert_eq!(
        signs(&second),
        signs(&first),
        "a second start keeps what is there"
    );
    let again = place.good(&[
        "verify",
        "--config",
        config,
        "--json",
        "--decisions",
        "none",
    ]);
    let heads = |text: &str| text.matches("\"hash\"").count();
    assert_eq!((heads(&proved), heads(&again)), (3, 3));
    let out = place.good(&[
        "balance", "--config", config, "-c", "nanmen", "-r", "1001", "--lang", "en",
    ]);
    assert!(out.contains("points"), "{out}");
}
