//! A table of wrong kinds: what is written, what takes its place, and which mistakes are found then, where.

use rongyi_cases::{Finding, Kind};

use crate::town::code;

/// A kind with everything in it, to be broken in one place.
pub(crate) const GOOD: &str = r#"
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

/// What is wrong with a text.
pub(crate) fn findings(text: &str) -> Vec<Finding> {
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
        "[open]",
        "[phrases]\nlend = [{ zh = \"好\", en = \"Yes\" }]\ngone = [{ zh = \"好\", en = \"Yes\" }]\nrefuse = []\n[open]",
        &[
            ("phrases.gone", "kind.phrases"),
            ("phrases.lend", "kind.phrases"),
            ("phrases.refuse", "kind.phrases"),
        ],
    ),
    (
        "due = { workdays = 5 }",
        "bulk = true\ndue = { workdays = 5 }",
        &[("bulk", "kind.bulk")],
    ),
    (
        "due = { workdays = 5 }",
        "ask = []\ndue = { workdays = 5 }",
        &[("ask", "kind.ask")],
    ),
    (
        "due = { workdays = 5 }",
        "events = [\"tool.lent\"]\ndue = { workdays = 5 }",
        &[("events", "kind.events")],
    ),
    (
        "due = { workdays = 5 }",
        "entry_days = 30\ndue = { workdays = 5 }",
        &[("entry_days", "kind.entry-days")],
    ),
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
        &[
            ("reopen.to", "kind.reopen"),
            ("state", "kind.begin"),
            ("state.asked.due", "kind.waiting-due"),
        ],
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
    let mut differ = Vec::new();
    for (old, new, wanted) in WRONG_VALUES.iter().chain(WRONG_WAYS) {
        let mut found = broken(old, new);
        found.sort();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(path, code)| (path.as_str(), *code))
            .collect();
        if found != *wanted {
            differ.push(format!("{old} → {new}: {found:?}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
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
