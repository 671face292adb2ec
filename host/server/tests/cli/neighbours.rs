//! One community's wrong file stops nothing else: every command there is, taken from the command line itself, with a
//! neighbour whose file is wrong. A new command is in this walk before the test passes again.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use clap::CommandFactory;
use rongyi_server::cli::Cli;

use crate::place::{COMMUNITY, Place, Ran};

const WORD: &str = "own-long-word";
const PERIODS: &str = r#"
[[rule]]
plugin = "period-close"
active_from = 2026-01-15

[rule.params]
balances = [{ asset = "points", keep_max = 50 }]

[period]
length = "month"
rule = "period-close"
"#;

/// How a command gets on.
#[derive(Clone, Copy)]
enum Step {
    /// For one community: with these arguments, as if nothing were wrong with the other, with this exit code. The
    /// codes other than 0 are refusals that are meant.
    One(&'static [&'static str], i32),
    /// For one community, over HTTP or to another engine: tried where those are. What stops here is only that.
    Elsewhere(&'static str),
    /// For all communities: what is right is done, and the wrong file is named; what must be whole then fails.
    All(&'static [&'static str], &'static str),
    /// Of no community at all.
    None,
}

use Step::{All, Elsewhere, None as Apart, One};

/// Every command, in an order in which each has something to do.
const WALK: &[(&str, Step)] = &[
    ("person add", One(&["--name", "新人"], 0)),
    ("person import", One(&["persons.csv"], 0)),
    (
        "household add",
        One(&["-c", "green", "--household", "7", "--name", "七家"], 0),
    ),
    (
        "household import",
        One(&["-c", "green", "households.csv"], 0),
    ),
    (
        "resident add",
        One(
            &[
                "-c",
                "green",
                "--resident",
                "1007",
                "--household",
                "7",
                "--name",
                "七",
            ],
            0,
        ),
    ),
    ("resident import", One(&["-c", "green", "residents.csv"], 0)),
    (
        "resident traits",
        One(&["-c", "green", "--resident", "1001"], 0),
    ),
    ("resident find", One(&["-c", "green", "1001"], 0)),
    (
        "resident leave",
        One(
            &[
                "-c",
                "green",
                "--resident",
                "1001",
                "--how",
                "moved",
                "--reason",
                "迁出",
            ],
            0,
        ),
    ),
    (
        "resident move",
        One(
            &[
                "-c",
                "green",
                "--residents",
                "1001",
                "--household",
                "9",
                "--reason",
                "换户",
            ],
            0,
        ),
    ),
    (
        "staff add",
        One(
            &[
                "-c", "green", "--login", "zhao", "--name", "赵", "--role", "leader",
            ],
            0,
        ),
    ),
    ("staff import", One(&["-c", "green", "staff.csv"], 0)),
    (
        "staff role",
        One(&["-c", "green", "--login", "zhao", "--role", "reviewer"], 0),
    ),
    (
        "staff password",
        One(&["-c", "green", "--login", "zhao"], 0),
    ),
    ("staff disable", One(&["-c", "green", "--login", "zhao"], 0)),
    (
        "staff person",
        One(&["-c", "green", "--login", "zhao", "--resident", "1003"], 0),
    ),
    ("staff seal", One(&["-c", "green", "--reason", "核对过"], 0)),
    ("staff enable", One(&["-c", "green", "--login", "zhao"], 0)),
    ("staff devices", One(&["-c", "green", "--login", "zhao"], 0)),
    ("person pin", One(&["-c", "green", "--resident", "1001"], 0)),
    (
        "person unlock",
        One(&["-c", "green", "--resident", "1001"], 0),
    ),
    (
        "person devices",
        One(&["-c", "green", "--resident", "1001"], 0),
    ),
    (
        "item add",
        One(
            &[
                "-c",
                "green",
                "--item",
                "rice",
                "--title-zh",
                "米",
                "--title-en",
                "rice",
                "--category",
                "food",
                "--value-fen",
                "2500",
            ],
            0,
        ),
    ),
    ("item import", One(&["-c", "green", "items.csv"], 0)),
    (
        "stock receive",
        One(&["-c", "green", "rice", "60", "--reason", "进货单1"], 0),
    ),
    ("stock import", One(&["-c", "green", "stock.csv"], 0)),
    (
        "stock lose",
        One(&["-c", "green", "rice", "2", "--reason", "受潮"], 0),
    ),
    (
        "stock count",
        One(&["-c", "green", "rice", "57", "--reason", "盘点"], 0),
    ),
    ("item off", One(&["-c", "green", "rice"], 0)),
    ("item on", One(&["-c", "green", "rice"], 0)),
    (
        "token add",
        One(&["-c", "green", "--name", "scale", "--scope", "read"], 0),
    ),
    ("token list", One(&["-c", "green"], 0)),
    ("token revoke", One(&["-c", "green", "1"], 0)),
    ("import balances", One(&["-c", "green", "balances.csv"], 0)),
    ("import history", One(&["-c", "green", "history.csv"], 0)),
    ("import events", One(&["-c", "green", "events.csv"], 0)),
    ("balance", One(&["-c", "green", "--resident", "1001"], 0)),
    (
        "passbook",
        One(&["-c", "green", "--resident", "1001", "--why"], 0),
    ),
    ("orders", One(&["-c", "green", "--resident", "1001"], 0)),
    (
        "statement",
        One(
            &[
                "-c",
                "green",
                "--resident",
                "1003",
                "--on",
                "2026-10-31",
                "--amount",
                "0",
                "--source",
                "旧账本",
            ],
            0,
        ),
    ),
    (
        "reverse",
        One(
            &["-c", "green", "--entry", "ENTRY", "--reason", "重复登记"],
            0,
        ),
    ),
    (
        "correct propose",
        One(
            &[
                "-c",
                "green",
                "--resident",
                "1001",
                "--amount",
                "5",
                "--reason",
                "补记",
            ],
            0,
        ),
    ),
    ("correct list", One(&["-c", "green"], 0)),
    (
        "correct approve",
        One(&["-c", "green", "--proposal", "999999", "--by", "li"], 1),
    ),
    (
        "correct decline",
        One(
            &[
                "-c",
                "green",
                "--proposal",
                "999999",
                "--reason",
                "不对",
                "--by",
                "li",
            ],
            1,
        ),
    ),
    ("notice list", One(&["-c", "green"], 0)),
    (
        "notice object",
        One(&["-c", "green", "--entry", "999999", "--reason", "不对"], 1),
    ),
    (
        "notice review",
        One(
            &[
                "-c", "green", "--entry", "999999", "--uphold", "--reason", "属实",
            ],
            1,
        ),
    ),
    ("case list", One(&["-c", "green"], 0)),
    ("case show", One(&["-c", "green", "1"], 1)),
    ("marks list", One(&["-c", "green"], 0)),
    ("marks see", One(&["-c", "green", "--entry", "999999"], 1)),
    ("refused list", One(&["-c", "green"], 0)),
    ("refused retry", One(&["-c", "green"], 0)),
    ("report list", Apart),
    ("report show", One(&["-c", "green", "points"], 0)),
    ("period preview", One(&["-c", "green", "2026-10"], 0)),
    ("period withdraw", One(&["-c", "green", "2026-10"], 0)),
    (
        "period sign-off",
        One(&["-c", "green", "2026-10", "--by", "li"], 1),
    ),
    ("period close", One(&["-c", "green", "2026-10"], 1)),
    (
        "period ask-back",
        One(&["-c", "green", "2026-10", "--reason", "漏了两件事"], 1),
    ),
    ("period agree-back", One(&["-c", "green", "2026-10"], 1)),
    ("period keep-closed", One(&["-c", "green", "2026-10"], 1)),
    ("period status", One(&["-c", "green"], 0)),
    ("proof make", One(&["-c", "green", "1"], 0)),
    (
        "person export",
        One(&["-c", "green", "--resident", "1002"], 0),
    ),
    (
        "person erase",
        One(
            &[
                "-c",
                "green",
                "--resident",
                "1002",
                "--consent",
                "li",
                "--yes",
            ],
            0,
        ),
    ),
    ("backup", One(&["--to", "backup"], 0)),
    ("restore", One(&["--from", "backup", "--to", "again"], 0)),
    (
        "simulate",
        One(
            &["-c", "green", "--rules", "config/communities/green.toml"],
            0,
        ),
    ),
    // What is saved is in force here, and nothing runs beside it.
    ("plan", One(&["-c", "green"], 1)),
    (
        "apply",
        One(
            &["-c", "green", "--plan", "0123456789", "--reason", "试试"],
            1,
        ),
    ),
    (
        "rollback",
        One(
            &["-c", "green", "--to", "0123456789", "--reason", "试试"],
            1,
        ),
    ),
    ("rule history", One(&["-c", "green"], 0)),
    ("rule shadow", One(&["-c", "green"], 1)),
    ("verify", All(&[], "green")),
    ("heads", All(&[], "green")),
    ("rule list", All(&[], "points-table")),
    // tests/tests/reload.rs: a serving host goes on.
    ("serve", Elsewhere("tests/tests/reload.rs")),
    // host/store carries tables and reads no community's file; tests/tests/postgres.rs moves a whole installation.
    ("move", Elsewhere("tests/tests/postgres.rs")),
    // It tells the mistakes of all: tests/cli/doors.rs.
    ("check", Elsewhere("host/server/tests/cli/doors.rs")),
    ("demo", Apart),
    ("proof check", Apart),
    ("rule replay", One(&["-c", "green", "--waiting"], 0)),
    (
        "rule export",
        One(&["-c", "green", "--sha256", "ffffffffffff"], 1),
    ),
    ("rule watch", Apart),
    ("rule pack", Elsewhere("tests/tests/kit/handed_on.rs")),
    ("rule add", Elsewhere("tests/tests/kit/handed_on.rs")),
    ("rule new", Apart),
    ("rule build", Apart),
    // Of an author, within the limits that a configuration gives: tests/tests/kit/workshop.rs.
    ("rule check", Elsewhere("tests/tests/kit/workshop.rs")),
    ("rule test", Apart),
    ("rule run", Elsewhere("tests/tests/kit/workshop.rs")),
    ("rule bench", Elsewhere("tests/tests/kit/workshop.rs")),
    ("rule explain", Elsewhere("tests/tests/kit/workshop.rs")),
    ("compile-rule", Apart),
];

/// The commands of the command line, each with whether it is told which community.
fn commands() -> BTreeMap<String, bool> {
    fn leaves(command: &clap::Command, words: &str, found: &mut BTreeMap<String, bool>) {
        let below: Vec<_> = command.get_subcommands().collect();
        if below.is_empty() {
            let mut arguments = command.get_arguments();
            let asks = arguments.any(|argument| argument.get_long() == Some("community"));
            found.insert(words.trim().to_owned(), asks);
        }
        for subcommand in below {
            leaves(
                subcommand,
                &format!("{words} {}", subcommand.get_name()),
                found,
            );
        }
    }
    let mut found = BTreeMap::new();
    leaves(&Cli::command(), "", &mut found);
    found
}

#[test]
fn the_walk_goes_over_every_command() {
    let real = commands();
    let walked: BTreeMap<&str, Step> = WALK.iter().copied().collect();
    assert_eq!(walked.len(), WALK.len(), "a command stands there twice");
    let (left, right): (Vec<_>, Vec<_>) = (
        walked.keys().map(|words| (*words).to_owned()).collect(),
        real.keys().cloned().collect(),
    );
    assert_eq!(left, right, "left: the walk, right: the command line");
    for (words, asks) in real {
        let (step, root) = (
            walked[&*words],
            concat!(env!("CARGO_MANIFEST_DIR"), "/../.."),
        );
        match step {
            Apart => assert!(!asks, "{words} is for a community"),
            Elsewhere(file) => {
                let text = std::fs::read_to_string(format!("{root}/{file}")).unwrap();
                assert!(
                    text.contains(&format!("\"{words}\"")),
                    "{words} is not in {file}"
                );
            }
            One(args, _) if asks => assert!(args.contains(&"green"), "{words}"),
            One(..) | All(..) => {}
        }
    }
}

fn place(broken: Option<&str>) -> Place {
    let place = Place::enrolled();
    place.write(
        "config/communities/green.toml",
        format!("{COMMUNITY}{PERIODS}"),
    );
    place.write(
        "config/communities/red.toml",
        COMMUNITY.replace("code = \"green\"", "code = \"red\""),
    );
    place.write(
        "staff.csv",
        "login,name,role\nwang,王芳,operator\nli,李强,operator\n",
    );
    place.good(&["staff", "import", "-c", "green", "staff.csv"]);
    place.own_password("li", WORD);
    let household = [
        "household",
        "add",
        "-c",
        "red",
        "--household",
        "1",
        "--name",
        "红家",
    ];
    place.good(&household);
    place.events(
        "events.csv",
        &[
            "r-1,tree.plant,1001,2026-10-02,1,",
            "r-2,tree.plant,1003,2026-10-03,1,",
        ],
    );
    place.write("persons.csv", "name,phone\n远方,10000009999\n");
    place.write(
        "balances.csv",
        "resident,asset,amount,expires_on,page\n1001,minutes,40,,第1页\n",
    );
    place.write(
        "history.csv",
        "resident,kind,year,events,page\n1001,tree.plant,2025,7,第1页\n",
    );
    place.write(
        "items.csv",
        "item,title_zh,title_en,category,value_fen\nsalt,盐,Salt,food,250\n",
    );
    place.write(
        "stock.csv",
        "item,quantity,received_on,reason\nsalt,40,2026-10-02,进货\n",
    );
    if let Some(text) = broken {
        place.write("config/communities/red.toml", text);
    }
    place
}

/// Runs the walk; what each command answered.
fn walk(broken: Option<&str>) -> Vec<(&'static str, Ran)> {
    let place = place(broken);
    let mut entry = String::new();
    let mut answers = Vec::new();
    for (words, step) in WALK {
        let (One(args, _) | All(args, _)) = step else {
            continue;
        };
        let mut all: Vec<&str> = words.split(' ').collect();
        all.extend(args.iter().map(|argument| {
            if *argument == "ENTRY" {
                &*entry
            } else {
                argument
            }
        }));
        let ran = place.run_with(
            &all,
            &[
                ("RONGYI_STAFF_PASSWORD", WORD),
                ("RONGYI_CONSENT_PASSWORD", WORD),
            ],
        );
        if *words == "import events" {
            let passbook = place.good(&["passbook", "-c", "green", "--resident", "1001", "--json"]);
            let passbook: serde_json::Value = serde_json::from_str(&passbook).unwrap();
            let newest = passbook["lines"].as_array().and_then(|lines| lines.first());
            entry = newest.expect("a line")["entry"].to_string();
        }
        answers.push((*words, ran));
    }
    answers
}

/// The stable code of what was said, where something was.
fn code(ran: &Ran) -> Option<&str> {
    let (_, rest) = ran.err.split_once(" error [")?;
    rest.split_once(']').map(|(code, _)| code)
}

#[track_caller]
fn nobody_is_stopped(broken: &str, named: bool) {
    static WHOLE: OnceLock<Vec<(&str, Ran)>> = OnceLock::new();
    let whole = WHOLE.get_or_init(|| walk(None));
    let with_broken = walk(Some(broken));
    let mut stopped = String::new();
    for ((words, before), (_, after)) in whole.iter().zip(&with_broken) {
        let step = WALK.iter().find(|(walked, _)| walked == words).unwrap().1;
        let good = match step {
            One(_, expected) => {
                (before.code, after.code) == (expected, expected) && code(before) == code(after)
            }
            All(_, says) => {
                // What only rules see is told by `check` and by the host that serves.
                let told = [0, 78].contains(&after.code) && after.err.contains("red.toml");
                before.code == 0 && after.out.contains(says) && (told || !named)
            }
            Elsewhere(_) | Apart => true,
        };
        if !good {
            stopped.push_str(&format!(
                "\n==== {words}\n== without: {}\n{}{}\n== with: {}\n{}{}",
                before.code, before.out, before.err, after.code, after.out, after.err
            ));
        }
    }
    assert!(stopped.is_empty(), "{stopped}");
}

#[test]
fn half_a_file_of_a_neighbour_stops_no_command() {
    nobody_is_stopped(&COMMUNITY[..COMMUNITY.len() / 2], true);
}

#[test]
fn wrong_parameters_of_a_neighbour_stop_no_command() {
    let red = COMMUNITY.replace("code = \"green\"", "code = \"red\"");
    nobody_is_stopped(&red.replace("per_unit = 20", "per_unti = 20"), false);
}

/// What lies in the place of the neighbour's file is no file of its folder.
#[test]
fn what_is_no_file_of_a_neighbour_stops_no_command() {
    use std::os::unix::fs::symlink;
    let place = place(None);
    let red = place.path("config/communities/red.toml");
    for target in ["/dev/zero", "/etc/hostname", "nowhere.toml", "red.toml"] {
        std::fs::remove_file(&red).unwrap();
        symlink(target, &red).unwrap();
        for args in [
            &["balance", "-c", "green", "--resident", "1001"][..],
            &["import", "events", "-c", "green", "events.csv"],
        ] {
            let ran = place.run(args);
            assert_eq!(ran.code, 0, "{target} {args:?}\n{}{}", ran.out, ran.err);
        }
        let check = place.run(&["check"]);
        assert_eq!(check.code, 78, "{target}");
        assert!(check.err.contains("red.toml"), "{target}: {}", check.err);
    }
}
