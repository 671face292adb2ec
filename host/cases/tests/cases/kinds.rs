//! Kinds as data: those that come with the program, one that is like another, kept bytes, and a table of wrong ones.

use rongyi_cases::kind::{BadBytes, Form, Since, Span};
use rongyi_cases::{BUNDLED, Finding, Kind, WorkCalendar, bundled, bundled_calendar, bundled_text};

use crate::town::{code, day, kind_of};

/// A kind with everything in it, to be broken in one place.
const GOOD: &str = r#"
title = { zh = "借工具", en = "Lend a tool" }
form = [
  { key = "tool", title = { zh = "什么工具", en = "Which tool" }, type = "choice", of = { drill = { zh = "电钻", en = "Drill" }, ladder = { zh = "梯子", en = "Ladder" } }, required = true },
  { key = "note", title = { zh = "说明", en = "Note" }, type = "text", max = 200 },
]
due = { workdays = 5 }
reopen = { days = 7, to = "asked" }
rate = { satisfied = 3, ask_days = 3 }

[open]
by = ["resident"]

[state.asked]
title = { zh = "想借", en = "Asked" }
group = "open"
due = { by = "tool", workdays = { drill = 1, ladder = 2 } }
extend = { times = 1, workdays = 2, by = "lead" }
late = "lead"

[state.question]
title = { zh = "问一句", en = "A question" }
group = "waiting"
give_up = { workdays = 5, to = "no" }

[state.back]
title = { zh = "已还", en = "Back" }
group = "done"

[state.no]
title = { zh = "借不了", en = "No" }
group = "refused"

[[go]]
code = "ask"
title = { zh = "问一句", en = "Ask" }
from = "asked"
to = "question"
by = "desk"
need = ["text"]

[[go]]
code = "reply"
title = { zh = "回复", en = "Reply" }
from = "question"
to = "asked"
by = "opener"

[[go]]
code = "lend"
title = { zh = "借出并归还", en = "Lent and back" }
from = "asked"
to = "back"
by = "desk"
do = [{ book = "tool.lent", roles = { doer = "opener" } }]

[[go]]
code = "refuse"
title = { zh = "借不了", en = "Refuse" }
from = "asked"
to = "no"
by = "desk"
need = ["reason"]
"#;

fn findings(text: &str) -> Vec<Finding> {
    match Kind::from_toml(&code("tool"), text) {
        Ok(_) => Vec::new(),
        Err(found) => found,
    }
}

/// What is found when a part of the good kind is written otherwise: paths and codes.
#[track_caller]
fn broken(old: &str, new: &str) -> Vec<(String, &'static str)> {
    assert_eq!(GOOD.matches(old).count(), 1, "{old}");
    let text = GOOD.replace(old, new);
    let found = findings(&text);
    for one in &found {
        assert!(
            !one.message.zh.is_empty() && !one.message.en.is_empty(),
            "{one:?}"
        );
        assert!(
            !one.help.zh.is_empty() && !one.help.en.is_empty(),
            "{one:?}"
        );
        let range = one
            .at
            .clone()
            .unwrap_or_else(|| panic!("{one:?} has no place"));
        assert!(text.get(range).is_some(), "{one:?}");
    }
    found.into_iter().map(|one| (one.path, one.code)).collect()
}

#[test]
fn the_good_kind_is_good() {
    assert_eq!(findings(GOOD), []);
}

/// What is written, what takes its place, and what is found then: paths and codes.
type Wrong = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// Words, names and values.
const WRONG_VALUES: &[Wrong] = &[
    (
        "group = \"waiting\"",
        "group = \"wait\"",
        &[("state.question.group", "value.word")],
    ),
    (
        "by = [\"resident\"]",
        "by = [\"cat\"]",
        &[("open.by[0]", "value.word")],
    ),
    (
        "by = [\"resident\"]",
        "by = []",
        &[("open.by", "kind.nobody")],
    ),
    (
        "late = \"lead\"",
        "late = \"boss\"",
        &[("state.asked.late", "value.word")],
    ),
    ("max = 200", "max = 0", &[("form[1].max", "value.range")]),
    (
        "type = \"text\"",
        "type = \"song\"",
        &[("form[1].type", "value.word")],
    ),
    (
        "key = \"note\"",
        "key = \"tool\"",
        &[("form[1].key", "kind.twice")],
    ),
    (
        "key = \"note\"",
        "key = \"Note!\"",
        &[("form[1].key", "value.code")],
    ),
    (
        "title = { zh = \"说明\", en = \"Note\" }",
        "titel = { zh = \"说明\", en = \"Note\" }",
        &[("form[1].titel", "value.unknown")],
    ),
    (
        "en = \"Drill\"",
        "en = \" \"",
        &[("form[0].of.drill", "value.empty")],
    ),
    (
        ", ladder = { zh = \"梯子\", en = \"Ladder\" }",
        "",
        &[
            ("form[0].of", "kind.choice"),
            ("state.asked.due.workdays.ladder", "kind.due-by"),
        ],
    ),
    (
        "due = { workdays = 5 }",
        "due = { workdays = 5, days = 3 }",
        &[("due", "kind.term")],
    ),
    (
        "due = { workdays = 5 }",
        "due = { workdays = \"5\" }",
        &[("due.workdays", "value.type")],
    ),
    (
        "due = { workdays = 5 }",
        "due = { workdays = 5, since = \"lent\" }",
        &[("due.since", "kind.since")],
    ),
    (
        "need = [\"text\"]",
        "need = [\"song\"]",
        &[("go[0].need[0]", "value.word")],
    ),
    (
        "book = \"tool.lent\"",
        "book = \"tool.lent\", notify = \"opener\"",
        &[("go[2].do[0]", "kind.effect")],
    ),
    (
        "book = \"tool.lent\"",
        "book = \"event\"",
        &[("go[2].do[0].book", "kind.book")],
    ),
    (
        "roles = { doer = \"opener\" }",
        "roles = {}",
        &[("go[2].do[0].roles", "kind.book")],
    ),
    (
        "roles = { doer = \"opener\" }",
        "roles = { doer = \"cat\" }",
        &[("go[2].do[0].roles.doer", "value.word")],
    ),
    (
        "{ book = \"tool.lent\", roles = { doer = \"opener\" } }",
        "{ reverse = \"note\" }",
        &[("go[2].do[0].reverse", "kind.reverse")],
    ),
    (
        "{ book = \"tool.lent\", roles = { doer = \"opener\" } }",
        "{ withdraw_entry = true }",
        &[("go[2].do[0].withdraw_entry", "kind.withdraw")],
    ),
    (
        "{ book = \"tool.lent\", roles = { doer = \"opener\" } }",
        "{ notify = \"clock\" }",
        &[("go[2].do[0].notify", "kind.clock")],
    ),
    ("satisfied = 3, ", "", &[("rate", "kind.rate")]),
    (
        "title = { zh = \"借工具\", en = \"Lend a tool\" }",
        "",
        &[("title", "value.missing")],
    ),
    (
        "title = { zh = \"借工具\", en = \"Lend a tool\" }",
        "like = \"mesage\"",
        &[("like", "kind.like")],
    ),
    ("[state.asked]", "what is this", &[("", "toml.syntax")]),
];

/// States, moves and times.
const WRONG_WAYS: &[Wrong] = &[
    (
        "from = \"question\"\nto = \"asked\"",
        "from = \"question\"\nto = \"ask\"",
        &[("go[1].to", "kind.no-state")],
    ),
    (
        "from = \"question\"",
        "from = []",
        &[("go[1].from", "kind.no-state")],
    ),
    (
        "to = \"question\"",
        "to = \"asked\"",
        &[("state.question", "kind.unreachable")],
    ),
    (
        "from = \"question\"\nto = \"asked\"\nby = \"opener\"",
        "from = \"question\"\nto = \"asked\"\nby = \"desk\"",
        &[("state.question", "kind.waiting")],
    ),
    (
        "from = \"question\"\nto = \"asked\"\nby = \"opener\"",
        "from = \"question\"\nto = \"asked\"\nby = []",
        &[("go[1].by", "kind.nobody")],
    ),
    (
        "from = \"question\"\nto = \"asked\"\nby = \"opener\"",
        "from = \"question\"\nto = \"asked\"\nby = \"unit\"",
        &[("go[1].by", "kind.unit")],
    ),
    (
        "from = \"question\"\nto = \"asked\"\nby = \"opener\"",
        "from = \"question\"\nto = \"asked\"\nby = \"clock\"",
        &[("go[1].from", "kind.clock")],
    ),
    (
        "group = \"done\"",
        "group = \"open\"",
        &[("state", "kind.no-end")],
    ),
    (
        "[state.asked]\ntitle = { zh = \"想借\", en = \"Asked\" }\ngroup = \"open\"",
        "[state.asked]\ntitle = { zh = \"想借\", en = \"Asked\" }\ngroup = \"waiting\"",
        &[("reopen.to", "kind.reopen"), ("state", "kind.begin")],
    ),
    (
        "code = \"lend\"",
        "code = \"ask\"",
        &[("go[2].code", "kind.twice")],
    ),
    (
        "from = \"asked\"\nto = \"back\"",
        "from = [\"asked\", \"no\"]\nto = \"back\"",
        &[("go[2].from", "kind.final")],
    ),
    ("need = [\"reason\"]", "", &[("go[3].need", "kind.reason")]),
    (
        "need = [\"reason\"]",
        "need = [\"reason\"]\nother_person = true",
        &[("go[3].other_person", "kind.other-person")],
    ),
    (
        "need = [\"text\"]",
        "mark = \"check\"",
        &[("go[0].mark", "kind.check")],
    ),
    (
        "due = { workdays = 5 }",
        "checks = 1",
        &[("go[2]", "kind.checks")],
    ),
    (
        "due = { by = \"tool\", workdays = { drill = 1, ladder = 2 } }",
        "due = { by = \"tool\", workdays = { drill = 1 } }",
        &[("state.asked.due.workdays", "kind.due-by")],
    ),
    (
        "due = { by = \"tool\", workdays = { drill = 1, ladder = 2 } }",
        "due = { by = \"note\", workdays = { drill = 1 } }",
        &[("state.asked.due.by", "kind.due-by")],
    ),
    (
        "due = { by = \"tool\", workdays = { drill = 1, ladder = 2 } }",
        "due = { by = \"size\", workdays = { drill = 1 } }",
        &[("state.asked.due.by", "kind.no-question")],
    ),
    (
        "due = { by = \"tool\", workdays = { drill = 1, ladder = 2 } }",
        "due = { hours = 3 }",
        &[("state.asked.extend", "kind.extend")],
    ),
    (
        "give_up = { workdays = 5, to = \"no\" }",
        "give_up = { workdays = 5, to = \"nowhere\" }",
        &[("state.question.give_up.to", "kind.no-state")],
    ),
    (
        "give_up = { workdays = 5, to = \"no\" }",
        "give_up = { workdays = 5, to = \"question\" }",
        &[("state.question.give_up.to", "kind.give-up")],
    ),
    (
        "give_up = { workdays = 5, to = \"no\" }",
        "wait = { days = 5 }",
        &[("state.question.wait", "kind.wait")],
    ),
    (
        "give_up = { workdays = 5, to = \"no\" }",
        "wait = { notice = \"soon\" }",
        &[("state.question.wait", "kind.wait")],
    ),
    (
        "give_up = { workdays = 5, to = \"no\" }",
        "due = { days = 5 }",
        &[("state.question.due", "kind.waiting-due")],
    ),
    (
        "give_up = { workdays = 5, to = \"no\" }",
        "public = { drop_days = 5 }",
        &[("state.question.public", "kind.public")],
    ),
    (
        "group = \"done\"",
        "group = \"done\"\ndue = { days = 5 }",
        &[("state.back.due", "kind.final")],
    ),
    (
        "extend = { times = 1, workdays = 2, by = \"lead\" }",
        "extend = { workdays = 2, by = \"clock\" }",
        &[("state.asked.extend.by", "kind.clock")],
    ),
    (
        "extend = { times = 1, workdays = 2, by = \"lead\" }",
        "meeting = { body = \"council\", quorum = \"2/3\", pass = \"1/2 present\" }",
        &[("go[2].need", "kind.minutes")],
    ),
    (
        "extend = { times = 1, workdays = 2, by = \"lead\" }",
        "meeting = { body = \"council\", quorum = \"4/3\", pass = \"half\" }",
        &[
            ("state.asked.meeting.pass", "kind.share"),
            ("state.asked.meeting.quorum", "kind.share"),
        ],
    ),
    (
        "reopen = { days = 7, to = \"asked\" }",
        "reopen = { days = 7, to = \"gone\" }",
        &[("reopen.to", "kind.no-state")],
    ),
    (
        "reopen = { days = 7, to = \"asked\" }",
        "similar = { on = [\"place\"], days = 3 }",
        &[("similar.on", "kind.no-question")],
    ),
];

#[test]
fn every_wrong_kind_has_its_words() {
    for (old, new, wanted) in WRONG_VALUES.iter().chain(WRONG_WAYS) {
        let mut found = broken(old, new);
        found.sort();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(path, code)| (path.as_str(), *code))
            .collect();
        assert_eq!(found, *wanted, "{old} → {new}");
    }
}

#[test]
fn a_state_that_nobody_gets_out_of_is_found() {
    let text = GOOD.replace("to = \"question\"", "to = \"shelf\"").replace(
        "[state.question]",
        "[state.shelf]\ntitle = { zh = \"搁着\", en = \"On the shelf\" }\ngroup = \"open\"\n\n[state.question]",
    );
    let codes: Vec<(String, &str)> = findings(&text)
        .into_iter()
        .map(|one| (one.path, one.code))
        .collect();
    assert!(
        codes.contains(&("state.shelf".into(), "kind.dead-end")),
        "{codes:?}"
    );
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_text() {
    let text = GOOD
        .replace("to = \"question\"", "to = \"shelf\"")
        .replace(
            "reopen = { days = 7, to = \"asked\" }",
            "reopen = { days = 7, to = \"gone\" }",
        )
        .replace("satisfied = 3, ", "");
    let found: Vec<String> = findings(&text).into_iter().map(|one| one.path).collect();
    assert_eq!(found, ["reopen.to", "rate", "go[0].to"]);
}

#[test]
fn the_bundled_kinds_are_good_and_speak_both_languages() {
    for (name, text) in BUNDLED {
        let kind = kind_of(name, text);
        assert_eq!(bundled(name), Some(kind.clone()));
        assert_eq!(bundled_text(name), Some(text));
        for title in kind
            .states
            .iter()
            .map(|state| &state.title)
            .chain(kind.moves.iter().map(|step| &step.title))
        {
            assert!(
                title.en.is_ascii() && !title.zh.is_ascii(),
                "{name}: {title:?}"
            );
        }
        assert!(kind.about.is_some(), "{name} tells the opener nothing");
    }
}

#[test]
fn what_is_kept_is_read_again_and_its_digest_is_its_own() {
    let mut digests = Vec::new();
    for (name, _) in BUNDLED {
        let kind = bundled(name).unwrap();
        let bytes = kind.to_bytes();
        let kept = Kind::from_bytes(&bytes).unwrap();
        assert_eq!(kept, kind, "{name}");
        assert_eq!((kept.to_bytes(), kept.digest()), (bytes, kind.digest()));
        assert!(!digests.contains(&kind.digest()));
        digests.push(kind.digest());
    }
    // Blank lines and the order of keys are not part of it.
    let spaced = kind_of("tool", &GOOD.replace("\n\n", "\n\n\n# …\n"));
    assert_eq!(spaced.digest(), kind_of("tool", GOOD).digest());
    let other = kind_of(
        "tool",
        &GOOD.replace("workdays = 5 }\nreopen", "workdays = 6 }\nreopen"),
    );
    assert_ne!(other.digest(), kind_of("tool", GOOD).digest());
}

#[test]
fn bytes_of_somebody_else_are_refused() {
    let bytes = bundled("message").unwrap().to_bytes();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("{\"version\":1,\"code\":\"message\",\"kind\":{\"title\":"));
    let later = text.replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(
        Kind::from_bytes(later.as_bytes()),
        Err(BadBytes::Version(2))
    );
    for wrong in [
        "",
        "{}",
        "[]",
        "null",
        "{\"version\":1,\"code\":\"x\",\"kind\":{}}",
    ] {
        assert!(Kind::from_bytes(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let deep = "[".repeat(10_000);
    assert!(Kind::from_bytes(deep.as_bytes()).is_err());
}

#[test]
fn a_kind_like_a_bundled_one_names_only_what_is_different() {
    let kind = kind_of(
        "street",
        r#"
like = "message"
title = { zh = "街道热线", en = "Street line" }
due = { workdays = 4 }
drop = ["answer"]
[state.contact]
title = { zh = "两小时内联系", en = "A call within two hours" }
group = "open"
due = { hours = 2, clock = "work" }
[[go]]
code = "finish"
title = { zh = "办好了", en = "Done" }
from = ["contact", "doing"]
to = "done"
by = "unit"
need = ["text", "photo"]
"#,
    );
    let base = bundled("message").unwrap();
    assert_eq!((&kind.form, &kind.rate), (&base.form, &base.rate));
    assert_eq!(kind.due.unwrap().span, Span::Workdays(4));
    let codes = |kind: &[rongyi_cases::kind::State]| -> Vec<String> {
        kind.iter().map(|state| state.code.to_string()).collect()
    };
    assert_eq!(codes(&kind.states), codes(&base.states));
    let steps: Vec<&str> = kind.moves.iter().map(|step| step.code.as_str()).collect();
    assert_eq!(
        steps,
        [
            "dispatch",
            "decline",
            "return",
            "contacted",
            "ask",
            "reply",
            "finish",
            "withdraw"
        ]
    );
    let doing = kind
        .states
        .iter()
        .find(|state| state.code.as_str() == "doing")
        .unwrap();
    assert_eq!(
        doing.due.as_ref().unwrap().since,
        Since::Mark(code("dispatch"))
    );
}

#[test]
fn with_one_check_the_second_review_is_left_out() {
    let (two, one) = (bundled("claim").unwrap(), bundled("claim-one").unwrap());
    assert_eq!((two.checks, one.checks), (2, 1));
    assert!(two.state(&code("second")).is_some() && one.state(&code("second")).is_none());
    assert!(
        one.moves
            .iter()
            .all(|step| step.code.as_str() != "second-check")
    );
    assert_eq!(one.form, Form::Event(None));
    let told = findings("like = \"claim\"\nchecks = 0\n");
    assert!(!told.is_empty(), "a claim without any check books nothing");
}

#[test]
fn the_bundled_calendar_knows_three_years() {
    let calendar = bundled_calendar();
    for (year, off, worked) in [(2024, 29, 8), (2025, 28, 5), (2026, 33, 6)] {
        assert!(calendar.has_list(year));
        let days: Vec<_> = (0..366)
            .map(|days| day(&format!("{year}-01-01")).plus_days(days))
            .filter(|day| day.parts().0 == year)
            .collect();
        let count = |kind| {
            days.iter()
                .filter(|day| calendar.kind(**day) == kind)
                .count()
        };
        assert_eq!(count(rongyi_cases::calendar::DayKind::Off), off, "{year}");
        assert_eq!(
            count(rongyi_cases::calendar::DayKind::MakeUp),
            worked,
            "{year}"
        );
    }
    assert!(!calendar.has_list(2027));
    for (text, wanted) in [
        (
            "[year.2027]\noff = [\"13-01\"]\nworked = []",
            "calendar.day",
        ),
        (
            "[year.2027]\noff = [\"02-03..01-03\"]\nworked = []",
            "calendar.day",
        ),
        ("[year.27]\noff = []\nworked = []", "calendar.year"),
        (
            "[year.2027]\noff = []\nworked = [\"01-04\"]",
            "calendar.weekday",
        ),
        (
            "[year.2027]\noff = [\"01-02\"]\nworked = [\"01-02\"]",
            "calendar.twice",
        ),
        ("[year.2027]\noff = []", "value.missing"),
        ("[open]\nfrom = \"9\"", "calendar.clock"),
        ("[open]\nfrom = \"18:00\"", "calendar.hours"),
    ] {
        let found = WorkCalendar::from_toml(text).unwrap_err();
        let codes: Vec<&str> = found.iter().map(|one| one.code).collect();
        assert_eq!(codes, [wanted], "{text}");
    }
}
