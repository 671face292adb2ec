//! The terminal is one person, whatever name it is given: a member of staff acts there with their own password, and
//! by the same table of permissions as on the pages and over the API.

use rongyi_server::access::Role;
use rongyi_server::door::{Act, May, Right, may};

use crate::place::{Place, Ran};

const STAFF: [(&str, Role); 5] = [
    ("wang", Role::Operator),
    ("li", Role::Operator),
    ("check", Role::Reviewer),
    ("shop", Role::Shopkeeper),
    ("lead", Role::Leader),
];

fn place() -> Place {
    let place = Place::enrolled();
    place.write(
        "staff.csv",
        "login,name,role\nwang,王芳,operator\nli,李强,operator\ncheck,周一,reviewer\n\
         shop,店员,shopkeeper\nlead,赵强,leader\nnew,新来,operator\n",
    );
    let staff = [
        "staff",
        "import",
        "-c",
        "green",
        "staff.csv",
        "--pins",
        "w.txt",
    ];
    place.good(&staff);
    for (login, _) in STAFF {
        place.own_password(login, &word(login));
    }
    place
}

fn word(login: &str) -> String {
    format!("{login}-own-word")
}

/// Runs a command in somebody's name, with a password.
fn named(place: &Place, words: &[&str], login: &str, password: &str) -> Ran {
    let by = ["-c", "green", "--by", login];
    place.run_with(
        &[words, &by].concat(),
        &[("RONGYI_STAFF_PASSWORD", password)],
    )
}

fn alone(place: &Place, words: &[&str]) -> Ran {
    place.run(&[words, &["-c", "green"]].concat())
}

#[track_caller]
fn is(ran: &Ran, code: &str) {
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let told = ran.err.contains(&format!("[{code}]"));
    assert!(told, "expected {code}: {}", ran.err);
}

/// The number after `entry` or `as entry`.
#[track_caller]
fn entry(ran: &Ran) -> String {
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let digits = ran.out.chars().skip_while(|c| !c.is_ascii_digit());
    digits.take_while(char::is_ascii_digit).collect()
}

const PROPOSE: [&str; 8] = [
    "correct",
    "propose",
    "--resident",
    "1001",
    "--amount",
    "500",
    "--reason",
    "补记",
];

#[test]
fn one_person_at_the_terminal_is_one_person() {
    let place = place();
    let proposal = entry(&alone(&place, &PROPOSE));
    let approve = ["correct", "approve", "--proposal", &proposal];
    is(&alone(&place, &approve), "proposal.same-person");
    // Another user of the machine is the same person: whoever sits there can be any of them.
    let other = [&approve[..], &["-c", "green"]].concat();
    let other = place.run_with(&other, &[("SUDO_USER", "somebody-else")]);
    is(&other, "proposal.same-person");
    assert_eq!(place.points("1001"), 0, "nothing moved");

    // A name alone is nobody, whichever way it is given.
    let bare = [&approve[..], &["-c", "green", "--by", "li"]].concat();
    is(&place.run(&bare), "staff.password-needed");
    is(&named(&place, &approve, "li", "wrong"), "access.wrong");
    is(&named(&place, &approve, "nobody", "x"), "staff.unknown");
    // The first password stands on paper that others have printed.
    let paper = std::fs::read_to_string(place.path("w.txt")).unwrap();
    let line = paper.lines().find(|line| line.starts_with("new\t"));
    let first = line.unwrap().split('\t').nth(2).unwrap().to_owned();
    is(
        &named(&place, &approve, "new", &first),
        "staff.password-first",
    );
    assert_eq!(place.points("1001"), 0, "nothing moved");

    let done = named(&place, &approve, "li", &word("li"));
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(place.points("1001"), 500);
    place.height();
}

#[test]
fn the_journal_says_who_sat_at_the_terminal() {
    let place = place();
    place.events("events.csv", &["e-1,tree.plant,1001,2026-10-02,2,x"]);
    assert_eq!(place.import(&["events.csv"]).0.code, 0);
    entry(&alone(&place, &PROPOSE));
    let list = place.good(&["correct", "list", "-c", "green"]);
    assert!(list.contains("机房终端 "), "{list}");
    let by = named(&place, &PROPOSE, "wang", &word("wang"));
    entry(&by);
    let list = place.good(&["correct", "list", "-c", "green"]);
    assert!(list.contains("工作人员 "), "people are named: {list}");
    assert!(!list.contains("staff/"), "{list}");
    place.height();
}

#[test]
fn goods_are_received_once_whoever_imports_the_list_again() {
    let place = place();
    place.write(
        "items.csv",
        "item,title_zh,title_en,category,value_fen\nsalt,盐,Salt,food,250\n",
    );
    place.write(
        "stock.csv",
        "item,quantity,received_on,reason\nsalt,40,2026-10-02,进货\n",
    );
    place.good(&["item", "import", "-c", "green", "items.csv"]);
    let stock = ["stock", "import", "-c", "green", "stock.csv"];
    place.good(&stock);
    let again = place.run_with(&stock, &[("SUDO_USER", "li")]);
    assert!(again.out.contains("new 0"), "{}{}", again.out, again.err);
}

#[test]
fn a_name_with_its_password_may_what_the_table_says() {
    let place = place();
    let commands: [(&[&str], Act); 10] = [
        (
            &["reverse", "--entry", "1", "--reason", "错了"],
            Act::Reverse,
        ),
        (&PROPOSE, Act::Propose),
        (&["correct", "approve", "--proposal", "1"], Act::Approve),
        (
            &["correct", "decline", "--proposal", "1", "--reason", "不对"],
            Act::Decline,
        ),
        (
            &["notice", "object", "--entry", "1", "--reason", "不对"],
            Act::Object,
        ),
        (
            &[
                "notice", "review", "--entry", "1", "--uphold", "--reason", "属实",
            ],
            Act::Review,
        ),
        (&["period", "preview", "2026-09"], Act::StepPeriod),
        (&["period", "withdraw", "2026-09"], Act::StepPeriod),
        (&["period", "sign-off", "2026-09"], Act::StepPeriod),
        (
            &[
                "person",
                "erase",
                "--resident",
                "9",
                "--consent",
                "li",
                "--yes",
            ],
            Act::ErasePerson,
        ),
    ];
    for (words, act) in commands {
        for (login, role) in STAFF.into_iter().skip(1) {
            let ran = named(&place, words, login, &word(login));
            let away = ran.err.contains("[access.forbidden]");
            let expected = may(Right::Staff(role), act) == May::No;
            assert_eq!(away, expected, "{login} {words:?}: {}{}", ran.out, ran.err);
        }
    }
}

#[test]
fn erasing_takes_a_second_person_with_their_own_password() {
    let place = place();
    let erase = |by: &[&str], words: &[(&str, &str)]| {
        let base = [
            "person",
            "erase",
            "-c",
            "green",
            "--resident",
            "1002",
            "--yes",
        ];
        place.run_with(&[&base[..], by].concat(), words)
    };
    let li = word("li");
    let consent = ("RONGYI_CONSENT_PASSWORD", li.as_str());
    is(&erase(&["--consent", "li"], &[]), "staff.password-needed");
    is(
        &erase(
            &["--consent", "shop"],
            &[("RONGYI_CONSENT_PASSWORD", &word("shop"))],
        ),
        "access.forbidden",
    );
    let both = [consent, ("RONGYI_STAFF_PASSWORD", li.as_str())];
    is(
        &erase(&["--by", "li", "--consent", "li"], &both),
        "person.erase",
    );
    let done = erase(&["--consent", "li"], &[consent]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    place.height();
}
