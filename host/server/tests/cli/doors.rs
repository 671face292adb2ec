//! What a hostile neighbour, a hostile file or an open folder can do to the command line: nothing but be named.

use std::collections::BTreeSet;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use rongyi_core::shown;

use crate::place::{COMMUNITY, Place, Ran};

/// Everything that must never reach a terminal as it is.
const NASTY: &str = "x\r\n错误 error [all]: lost\u{1b}[2J\u{7}\u{9b}31m\u{202e}\u{2066}\u{2028}\u{200b}=cmd|'/c calc'!A0";

#[track_caller]
fn clean(what: &str, ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        // What this program itself begins is a line; nothing else is raw.
        assert_eq!(&*shown::lines(text), text.as_str(), "{what}");
        let invented = |line: &str| line.starts_with("错误 error [all]");
        assert!(!text.lines().any(invented), "{what}: {text}");
    }
}

/// With a second community that is right, and one whose file is wrong in some way.
fn with_broken(broken: &str) -> Place {
    let place = Place::enrolled();
    place.write(
        "config/communities/red.toml",
        COMMUNITY.replace("code = \"green\"", "code = \"red\""),
    );
    place.good(&[
        "household",
        "add",
        "-c",
        "red",
        "--household",
        "1",
        "--name",
        "红家",
    ]);
    place.write("config/communities/red.toml", broken);
    place
}

/// Every command that names a community, while a neighbour's file is wrong: in its text, in its parameters, as no text
/// at all, and as a pipe.
#[test]
fn a_neighbours_wrong_file_stops_nobody() {
    let cut = &COMMUNITY[..COMMUNITY.len() / 2];
    let red = COMMUNITY.replace("code = \"green\"", "code = \"red\"");
    let params = red.replace("per_unit = 20", "per_unti = 20");
    let limits = red.replace(
        "active_from = 2026-01-15\n",
        "active_from = 2026-01-15\n[rule.limits]\nfuel_max = 3_000_000\n",
    );
    for broken in [cut, &params, &limits, "\u{feff}\0"] {
        let place = with_broken(broken);
        place.events("one.csv", &["r-1,tree.plant,1001,2026-02-01 10:00,1,"]);
        place.write("items.csv", "item,title_zh,title_en,unit_zh,unit_en,category,value\nsalt,盐,Salt,袋,bags,food,2.50\n");
        let green: [&[&str]; 15] = [
            &["household", "add", "--household", "7", "--name", "七家"],
            &[
                "resident",
                "add",
                "--resident",
                "1007",
                "--household",
                "7",
                "--name",
                "七",
            ],
            &[
                "staff", "add", "--login", "wang", "--name", "王", "--role", "operator",
            ],
            &["token", "add", "--name", "scale", "--scope", "read"],
            &["token", "list"],
            &["import", "events", "one.csv", "--dry-run"],
            &["import", "events", "one.csv"],
            &["balance", "--resident", "1001"],
            &["passbook", "--resident", "1001", "--why"],
            &["period", "status"],
            &["notice", "list"],
            &["correct", "list"],
            &["verify"],
            &["heads"],
            &["rule", "list"],
        ];
        for args in green {
            let mut all = args.to_vec();
            all.extend(["-c", "green"]);
            let ran = place.run(&all);
            // The command line of a later version may ask for more; what it never says is that a file is wrong.
            assert!(ran.code != 78, "{all:?}\n{}\n{}", ran.out, ran.err);
            if ran.code == 2 {
                assert!(ran.err.contains("Usage"), "{all:?}\n{}", ran.err);
            }
        }
        for (args, says) in [
            (&["balance", "-c", "green", "--resident", "1001"][..], "20"),
            (&["verify", "-c", "green"], "green"),
            (&["rule", "list", "-c", "green"], "points-table"),
        ] {
            assert!(place.good(args).contains(says), "{args:?}");
        }
        // Over all of them: the right ones are done, the wrong one is named.
        for args in [&["heads"][..], &["verify"], &["rule", "list"]] {
            let ran = place.run(args);
            if broken == cut || broken.starts_with('\u{feff}') {
                // A list out of the database lacks nothing of a wrong file; it works, and names the file all the same.
                let code = if args[0] == "rule" { 0 } else { 78 };
                assert_eq!(ran.code, code, "{args:?}\n{}\n{}", ran.out, ran.err);
                assert!(ran.err.contains("red.toml"), "{args:?}\n{}", ran.err);
            }
            assert!(ran.out.contains("green"), "{args:?}\n{}", ran.out);
        }
        // Its own commands say what is wrong with it.
        let ran = place.run(&[
            "household",
            "add",
            "-c",
            "red",
            "--household",
            "8",
            "--name",
            "八",
        ]);
        assert_eq!(ran.code, 78, "{}\n{}", ran.out, ran.err);
        assert!(ran.err.contains("red.toml"), "{}", ran.err);
        assert_eq!(place.run(&["check"]).code, 78);
    }
}

/// `check` tells the mistakes of all communities at once, of their text and of their rules.
#[test]
fn check_reports_everybody() {
    let place = with_broken(&COMMUNITY[..COMMUNITY.len() / 2]);
    let wrong = COMMUNITY.replace("per_unit = 20", "per_unti = 20");
    place.write("config/communities/green.toml", wrong);
    let ran = place.run(&["check"]);
    assert_eq!(ran.code, 78);
    assert!(ran.err.contains("red.toml"), "{}", ran.err);
    assert!(
        ran.err.contains("green.toml") && ran.err.contains("per_unti"),
        "{}",
        ran.err
    );
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one nasty text through every command, in their order"
)]
fn no_foreign_text_reaches_a_terminal_as_it_is() {
    let place = Place::enrolled();
    let name = "王\r\n错误 error [all]: lost\u{1b}[2J\u{7}\u{9b}\u{202e}";
    // Arguments, right and wrong.
    for args in [
        &[NASTY][..],
        &["balance", "-c", NASTY],
        &["balance", "-c", "green", "--resident", NASTY],
        &[
            "household",
            "add",
            "-c",
            "green",
            "--household",
            "9",
            "--name",
            name,
        ],
        &[
            "staff", "add", "-c", "green", "--login", name, "--name", name, "--role", "operator",
        ],
        &[
            "resident",
            "add",
            "-c",
            "green",
            "--resident",
            "1009",
            "--household",
            "1",
            "--name",
            name,
        ],
        &[
            "token", "add", "-c", "green", "--name", name, "--scope", "read",
        ],
        &["token", "list", "-c", "green"],
        &["import", "events", "-c", "green", NASTY],
        &["check", "--config", NASTY],
        &["verify", "--heads", NASTY],
        &["proof", "check", NASTY],
        &["rule", "test", NASTY],
        &["rule", "new", NASTY],
    ] {
        clean(&format!("{args:?}"), &place.run(args));
    }
    // Cells and headers of a sheet, and its name.
    let cell = NASTY.replace('"', "");
    place.write(
        "nasty\u{202e}\u{1b}[2J.csv",
        format!("external_ref,kind,resident,occurred_at,quantity,note,\"{cell}\"\n"),
    );
    place.write(
        "cells.csv",
        format!("external_ref,kind,resident,occurred_at,quantity,note\n\"{cell}\",\"{cell}\",\"{cell}\",\"{cell}\",\"{cell}\",\"{cell}\"\nr-9,tree.plant,1001,2026-02-01 10:00,1,\"{cell}\"\n"),
    );
    for args in [
        &[
            "import",
            "events",
            "-c",
            "green",
            "nasty\u{202e}\u{1b}[2J.csv",
        ][..],
        &["import", "events", "-c", "green", "cells.csv"],
        &["import", "events", "-c", "green", "cells.csv", "--json"],
        &["import", "balances", "-c", "green", "cells.csv"],
        &["passbook", "-c", "green", "--resident", "1001", "--why"],
        &[
            "passbook",
            "-c",
            "green",
            "--resident",
            "1001",
            "--why",
            "--json",
        ],
        &["person", "export", "-c", "green", "--resident", "1001"],
        &["rule", "list"],
        &["verify"],
    ] {
        let ran = place.run(args);
        clean(&format!("{args:?}"), &ran);
        if args.contains(&"--json") {
            assert!(
                serde_json::from_str::<serde_json::Value>(&ran.out).is_ok(),
                "{args:?}: {}",
                ran.out
            );
        }
    }
    // Texts and unknown keys of the configuration, written as TOML escapes and as they are.
    let escaped = r"x\r\n错误 error [all]: lost\u001b[2J\u0007\u009b\u202e\u2028\u200b";
    for wrong in [
        COMMUNITY
            .replace("绿村", escaped)
            .replace("per_unit = 20", "per_unti = 20"),
        COMMUNITY.replace("per_unit = 20", &format!("\"{escaped}\" = 20")),
        COMMUNITY.replace("code = \"green\"", &format!("code = \"{escaped}\"")),
        COMMUNITY.replace("\"never\"", &format!("\"{escaped}\"")),
        COMMUNITY.replace("code = \"green\"", "code = \"green\u{202e}\u{200b}\""),
        COMMUNITY.replace("\"points-table\"", &format!("\"{escaped}\"")),
        COMMUNITY.replace("\"waste.food\"", &format!("\"{escaped}\"")),
        COMMUNITY.replace(
            "\"points-table\"",
            &format!("{{ file = \"{escaped}\", sha256 = \"{escaped}\" }}"),
        ),
        COMMUNITY.replace("绿村", escaped),
        format!("{COMMUNITY}\u{1b}\u{202e}"),
    ] {
        place.write("config/communities/green.toml", &wrong);
        for args in [
            &["check"][..],
            &["check", "--json"],
            &["rule", "list"],
            &["balance", "-c", "green", "--resident", "1001"],
        ] {
            clean(&wrong, &place.run(args));
        }
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The code of a command that was ended because it waited for somebody.
const WAITED: i32 = 124;

/// Runs with another umask, as `sh` sets it, and for a minute at most.
fn run_with_umask(place: &Place, umask: &str, args: &str) -> i32 {
    let binary = env!("CARGO_BIN_EXE_rongyi");
    let script = format!("umask {umask}; exec timeout 60 '{binary}' {args}");
    let done = Command::new("sh")
        .args(["-c", &script])
        .current_dir(place.folder.path())
        .env_remove("RONGYI_DATABASE_URL")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    done.unwrap().code().unwrap()
}

fn everything_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(everything_below(&path));
        } else {
            all.push(path);
        }
    }
    all
}

#[test]
fn what_a_host_keeps_is_its_own_whatever_the_umask() {
    for umask in ["000", "077"] {
        let place = Place::new();
        place.write("households.csv", "household,name,address\n1,陈家,一号\n");
        place.write(
            "residents.csv",
            "resident,household,name,phone\n1001,1,陈阿婆,\n",
        );
        assert_eq!(
            run_with_umask(&place, umask, "household import -c green households.csv"),
            0
        );
        let import = "resident import -c green residents.csv --pins pins.txt";
        assert_eq!(run_with_umask(&place, umask, import), 0);
        assert_eq!(mode(&place.path("pins.txt")), 0o600);
        let all = everything_below(&place.path("config/data"));
        assert!(all.len() >= 5, "{all:?}");
        for path in all {
            let wanted = if path.is_dir() { 0o700 } else { 0o600 };
            let name = path.strip_prefix(place.folder.path()).unwrap();
            assert_eq!(mode(&path), wanted, "umask {umask}: {}", name.display());
        }
    }
}

#[test]
fn what_others_could_read_is_tightened_and_what_they_could_write_is_refused() {
    let place = Place::enrolled();
    let add = [
        "household",
        "add",
        "-c",
        "green",
        "--household",
        "9",
        "--name",
        "九",
    ];
    let set = |name: &str, mode| {
        let path = place.path(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for (name, open) in [
        ("config/data", 0o755),
        ("config/data/rongyi.db", 0o644),
        ("config/data/server.secret", 0o640),
    ] {
        set(name, open);
        let ran = place.run(&add);
        assert!(
            ran.err.contains(name.rsplit('/').next().unwrap()) && ran.err.contains("now only you"),
            "{name}: {}",
            ran.err
        );
        assert_eq!(mode(&place.path(name)) & 0o077, 0, "{name}");
    }
    for (name, open, good, mend) in [
        ("config/data", 0o777, 0o700, "chmod 700"),
        ("config/data/rongyi.db", 0o666, 0o600, "chmod 600"),
        ("config/data/server.secret", 0o602, 0o600, "chmod 600"),
        ("config/data/compiled", 0o770, 0o700, "chmod 700"),
    ] {
        set(name, open);
        let ran = place.run(&add);
        assert_eq!(ran.code, 1, "{name}: {}", ran.err);
        assert!(ran.err.contains(mend), "{name}: {}", ran.err);
        set(name, good);
        place.good(&["verify"]);
    }
}

/// A rule of the community's own is named by a path; every kind of thing that may lie there.
#[test]
fn a_named_file_is_a_file_below_the_configuration() {
    let place = Place::new();
    let made = Command::new("mkfifo")
        .arg(place.path("config/communities/pipe"))
        .status();
    assert!(made.unwrap().success());
    place.write("outside.toml", "the secret word is 榕树\n");
    place.write(
        "config/communities/own.toml.txt",
        "the secret word is 榕树\n",
    );
    symlink(
        place.path("outside.toml"),
        place.path("config/communities/away"),
    )
    .unwrap();
    symlink("loop", place.path("config/communities/loop")).unwrap();
    let sparse = std::fs::File::create(place.path("config/communities/sparse")).unwrap();
    sparse.set_len(3 << 30).unwrap();
    let zeros = "0".repeat(64);
    for named in [
        "pipe",
        "/dev/zero",
        "/dev/stdin",
        ".",
        "loop",
        "sparse",
        "away",
        "../../outside.toml",
        "/etc/passwd",
        "own.toml.txt",
        "none",
    ] {
        let component = format!("{{ file = \"{named}\", sha256 = \"{zeros}\" }}");
        let scenarios = format!("active_from = 2026-01-15\nscenarios = \"{named}\"\n");
        for (what, text) in [
            (
                "component",
                COMMUNITY.replace("\"points-table\"", &component),
            ),
            (
                "scenarios",
                COMMUNITY.replace("active_from = 2026-01-15\n", &scenarios),
            ),
        ] {
            place.write("config/communities/green.toml", text);
            let ran = place.run(&["check"]);
            assert_eq!(ran.code, 78, "{what} {named}: {}", ran.err);
            for part in ["榕树", "secret word", "root:"] {
                assert!(!ran.err.contains(part), "{what} {named}: {}", ran.err);
            }
        }
    }
    // The same for what the host's file names, and for the files of a command.
    place.write("config/communities/green.toml", COMMUNITY);
    for named in [
        "../outside.toml",
        "communities/away",
        "communities/pipe",
        "/dev/zero",
    ] {
        for key in ["communities = [\"NAMED\"]", "database_url_file = \"NAMED\""] {
            let more = key.replace("NAMED", named);
            place.write(
                "config/rongyi.toml",
                format!("data_dir = \"data\"\nauto_apply = true\n{more}\n"),
            );
            let ran = place.run(&["check"]);
            assert_eq!(ran.code, 78, "{more}: {}", ran.err);
            assert!(!ran.err.contains("榕树"), "{more}: {}", ran.err);
        }
    }
    place.write(
        "config/rongyi.toml",
        "data_dir = \"data\"\nauto_apply = true\n",
    );
    place.good(&[
        "household",
        "add",
        "-c",
        "green",
        "--household",
        "1",
        "--name",
        "一",
    ]);
    for args in [
        &["import", "events", "-c", "green", "config/communities/pipe"][..],
        &["import", "events", "-c", "green", "/dev/zero"],
        &["check", "--config", "config/communities/pipe"],
        &["verify", "--heads", "config/communities/pipe"],
        &["proof", "check", "config/communities/pipe"],
    ] {
        assert!([1, 78].contains(&place.run(args).code), "{args:?}");
    }
}

/// Whatever a command writes or opens: a pipe is not waited at, and nothing comes into its place.
#[test]
fn what_a_command_writes_is_a_file_and_its_own() {
    use std::os::unix::fs::FileTypeExt;
    let place = Place::enrolled();
    let at = |name: &str| place.folder.path().join(name);
    let made = Command::new("mkfifo").arg(at("pipe")).status();
    assert!(made.unwrap().success());
    symlink("/dev/null", at("device")).unwrap();
    symlink(at("pipe"), at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    let names = || {
        let all = std::fs::read_dir(place.folder.path()).unwrap();
        let names: BTreeSet<_> = all.map(|entry| entry.unwrap().file_name()).collect();
        names
    };
    let before = names();
    for named in ["pipe", "device", "link", "dangling", "folder", "none/below"] {
        for args in [
            format!("heads --out {named}"),
            format!("verify --checkpoint {named}"),
            format!("balance --database sqlite:{named} -c green --resident 1001"),
        ] {
            let code = run_with_umask(&place, "022", &args);
            assert!(![0, WAITED].contains(&code), "{args}: {code}");
        }
    }
    assert_eq!(before, names(), "nothing is left beside");
    assert!(std::fs::metadata(at("pipe")).unwrap().file_type().is_fifo());
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    for key in [
        "database_url = \"sqlite://../pipe",
        "secret_file = \"../pipe",
        "data_dir = \"../pipe",
    ] {
        let data_dir_line = if key.starts_with("data_dir") {
            ""
        } else {
            "data_dir = \"data\"\nauto_apply = true\n"
        };
        place.write("config/rongyi.toml", format!("{data_dir_line}{key}\"\n"));
        for args in ["household add -c green --household 9 --name x", "serve"] {
            let code = run_with_umask(&place, "022", args);
            let fine = key.starts_with("secret") && args != "serve";
            assert!(
                code != WAITED && (code != 0 || fine),
                "{key} {args}: {code}"
            );
        }
    }
    place.write(
        "config/rongyi.toml",
        "data_dir = \"data\"\nauto_apply = true\n",
    );
    // What a checkpoint holds of everybody's balances is for nobody else.
    assert_eq!(
        run_with_umask(&place, "000", "verify --checkpoint ok.json"),
        0
    );
    assert_eq!(mode(&at("ok.json")), 0o600);
    assert_eq!(run_with_umask(&place, "000", "heads --out heads.txt"), 0);
    assert_eq!(mode(&at("heads.txt")) & 0o022, 0);
}
