//! What an author gets wrong in the rule itself: nothing is booked that was not written, and every mistake ends in a
//! sentence with the author's line and the way out. One rule misbehaves in another way for each quantity.

use serde_json::Value;

use crate::{Author, holds};

/// What each quantity makes a rule do, and what must be said; the lines are those of the rule's own file.
struct Misdeed(&'static str, &'static [&'static str]);

impl Author {
    /// Makes `earn` misbehave: after `head` it goes through the misdeeds by quantity, a tenth of a kilogram each. Every
    /// one of them must be a fault that says its parts and names its line.
    fn misbehaves(&self, file: &str, at: &str, form: fn(usize, &str) -> String, all: &[Misdeed]) {
        let path = self.folder.join(file);
        let right = std::fs::read_to_string(&path).unwrap();
        let misdeeds = all.iter().enumerate();
        let lines: Vec<String> = misdeeds.map(|(no, one)| form(no + 1, one.0)).collect();
        self.change(file, at, &format!("{at}\n{}", lines.join("\n")));
        let wrong = std::fs::read_to_string(&path).unwrap();
        let event = |no: usize| {
            let quantity = tenths(no);
            format!(
                "{{\"kind\": \"waste.kitchen\", \"quantity\": {quantity}, \"on\": \"2026-11-22\"}}\n"
            )
        };
        let events: String = (1..=all.len()).map(event).collect();
        std::fs::write(self.folder.join("misdeeds.jsonl"), events).unwrap();
        let done = self.rule(&["run", "--events", "misdeeds.jsonl", "--json"]);
        assert_eq!(done.code, Some(1), "{done:?}");
        let rows: Vec<Value> = done
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(rows.len(), all.len(), "{done:?}");
        for (row, (one, line)) in rows.iter().zip(all.iter().zip(&lines)) {
            let fault = &row["fault"];
            assert_eq!(fault["code"], "plugin.panic", "{}\n{row}", one.0);
            let said = fault["message"].as_str().unwrap();
            holds(said, one.1);
            let before = wrong.split(line.as_str()).next().unwrap();
            let place = before.matches('\n').count() + 1;
            // An answer as a whole has the line of its question, and Rust's clock that of the standard library.
            let named = said.contains(&format!("{file}:{place}"));
            let whole = one.0.contains("return") && said.contains(&format!("{file}:"));
            let library = one.0.contains("std::time");
            assert!(named || whole || library, "{file}:{place}?\n{said}");
        }
        std::fs::write(&path, right).unwrap();
    }
}

/// `no` tenths as a person writes them.
fn tenths(no: usize) -> String {
    format!("{}.{}", no / 10, no % 10)
}

/// What must be told before there is a component.
#[track_caller]
fn not_built(author: &Author, file: &str, from: &str, to: &str, parts: &[&str]) {
    let path = author.folder.join(file);
    let right = std::fs::read(&path).unwrap();
    author.change(file, from, to);
    holds(&author.fails(&["build"], "build.failed"), parts);
    std::fs::write(&path, right).unwrap();
}

/// What `configure` gets wrong; `check` says it.
#[track_caller]
fn not_configured(author: &Author, file: &str, from: &str, to: &str, parts: &[&str]) {
    let path = author.folder.join(file);
    let right = std::fs::read(&path).unwrap();
    author.change(file, from, to);
    holds(&author.fails(&["check"], "config.plugin"), parts);
    std::fs::write(&path, right).unwrap();
}

pub(crate) fn javascript(author: &Author) {
    let file = "rule.js";
    let form = |no: usize, does: &str| format!("    if (event.quantity === {no}) {{ {does} }}");
    author.misbehaves(
        file,
        "    const sum = new Sum();",
        form,
        &[
            Misdeed(
                "sum.add(\"weight\", [decimal(1, 1), integer(1)], 7 + 0.9);",
                &["amount", "7.9", "Math.floor"],
            ),
            Misdeed(
                "sum.add(\"clean\", [], event.quantity * params.points_per_kgg);",
                &["points_per_kgg", "points_per_kg", "default"],
            ),
            Misdeed("sum.add(\"clean\", [], \"5\");", &["amount", "\"5\""]),
            Misdeed("sum.add(\"clean\", [], 3000000000);", &["3000000000", "2147483647"]),
            Misdeed("sum.add(\"cleen\", [], 5);", &["cleen", "month-full"]),
            Misdeed("integer(1.5);", &["integer.val", "1.5"]),
            Misdeed("Math.random();", &["没有随机数", "event.seed"]),
            Misdeed("Date.now();", &["没有时钟", "a rule has no clock: use the event's day"]),
            Misdeed("new Date();", &["a rule has no clock: use the event's day"]),
            Misdeed("fetch(\"https://example.org\");", &["no network"]),
            Misdeed("setTimeout(() => 1, 5);", &["answers at once"]),
            Misdeed("event.quantty;", &["quantty", "quantity"]),
            Misdeed("event.facts[1].value;", &["event.facts[1]", "1 in all"]),
            Misdeed("field(event, \"cleen\", false);", &["cleen", "it has: clean"]),
            Misdeed("throw new Refusal(\"month-ful\");", &["month-ful", "month-full"]),
            Misdeed("return;", &["earn", "end it with `return`"]),
            Misdeed("return { awards: [], lines: [], mark: [] };", &["there is no mark"]),
            Misdeed(
                "return { awards: [{ role: \"doer\", asset: \"points\", amount: 7.5, short: \"clamp\", expires: null }], lines: [], marks: [] };",
                &["earn.awards[0].amount", "7.5"],
            ),
            Misdeed(
                "return { awards: [{ role: \"doer\", asset: \"points\", amount: 7, short: \"clip\" }], lines: [], marks: [] };",
                &["earn.awards[0].short", "clamp, refuse, owe"],
            ),
            Misdeed("throw new Error(\"why\");", &["Error: why"]),
        ],
    );
    let rules = "export const rules = rule({";
    not_built(
        author,
        file,
        rules,
        "export const rulez = rule({",
        &["export const rules"],
    );
    not_built(
        author,
        file,
        "  earn(event) {",
        "  eran(event) {",
        &["“eran”", "earn"],
    );
    let import = "import _ from \"lodash\";\nconst KIND";
    not_built(author, file, "const KIND", import, &["lodash", "bundle it"]);
    let early = "const T = Date.now();\nconst KIND";
    not_built(
        author,
        file,
        "const KIND",
        early,
        &["no clock", "/rule.js:"],
    );
    not_configured(
        author,
        file,
        "metric: \"points\"",
        "metric: \"point\"",
        &["kinds[0].facts[0].metric", "points, minutes", "rule.js:"],
    );
    not_configured(
        author,
        file,
        "scale: 1, //",
        "//",
        &["scale is missing", "rule.js:"],
    );
    // What an author writes for themselves goes to the rule's log.
    let head = "    const sum = new Sum();";
    author.change(
        file,
        head,
        &format!("    console.log(\"bucket\", {{ no: 3 }});\n{head}"),
    );
    holds(&author.must(&["run"]), &["日志 log: bucket {\"no\":3}"]);
}

pub(crate) fn python(author: &Author) {
    let file = "rule.py";
    author.change(
        file,
        "from built.texts",
        "import datetime\nimport random\nimport time\nimport uuid\nfrom datetime import date\nfrom built.texts",
    );
    author.change(
        file,
        "    About, Field",
        "    Award, Decision, Line, Short, About, Field",
    );
    let form = |no: usize, does: &str| format!("        if event.quantity == {no}: {does}");
    author.misbehaves(
        file,
        "        sum = Sum()",
        form,
        &[
            Misdeed("sum.add(\"clean\", [], 7 / 2)", &["amount", "3.5", "//"]),
            Misdeed(
                "params[\"points_per_kgg\"]",
                &["points_per_kgg", "points_per_kg", "default"],
            ),
            Misdeed("sum.add(\"clean\", [], \"5\")", &["amount", "'5'"]),
            Misdeed(
                "sum.add(\"clean\", [], 3_000_000_000)",
                &["3000000000", "2147483647"],
            ),
            Misdeed("sum.add(\"cleen\", [], 5)", &["cleen", "month-full"]),
            Misdeed(
                "Award(\"doer\", \"points\", 7.5, Short.CLAMP, None)",
                &["Award.amount", "7.5"],
            ),
            Misdeed(
                "Award(\"doer\", \"points\", 7, \"clamp\", None)",
                &["Award.short", "Short.CLAMP"],
            ),
            Misdeed("Line(\"clean\", [], 5)", &["Line", "amount is missing"]),
            Misdeed("random.random()", &["没有随机数", "event.seed"]),
            Misdeed("uuid.uuid4()", &["no chance"]),
            Misdeed(
                "time.time()",
                &["没有时钟", "a rule has no clock: use the event's day"],
            ),
            Misdeed(
                "datetime.datetime.now()",
                &["a rule has no clock: use the event's day"],
            ),
            Misdeed(
                "date.today()",
                &["a rule has no clock: use the event's day"],
            ),
            Misdeed("open(\"prices.csv\")", &["no files"]),
            Misdeed("import colorsys", &["colorsys", "at the top of rule.py"]),
            Misdeed("event.quantty", &["quantty"]),
            Misdeed("event.facts[4]", &["IndexError"]),
            Misdeed(
                "field(event, \"cleen\", False)",
                &["cleen", "there are: clean"],
            ),
            Misdeed("raise No(\"month-ful\")", &["month-ful", "month-full"]),
            Misdeed("return None", &["earn", "end it with `return`"]),
            Misdeed("return 5", &["Decision", "not 5"]),
            Misdeed("exit()", &["SystemExit"]),
            Misdeed("assert False, \"why\"", &["AssertionError: why"]),
        ],
    );
    // Without the mark the rule is guarded all the same; print goes to the log; what is written down can be reckoned with.
    author.change(file, "@rule\nclass Rules", "class Rules");
    let head = "        sum = Sum()";
    let more = "        print(\"bucket\", date(2026, 11, 22) - date(2026, 11, 1))\n        random.Random(bytes(event.seed)).randrange(6)";
    author.change(file, head, &format!("{more}\n{head}"));
    holds(&author.must(&["run"]), &["日志 log: bucket 21 days"]);
    not_built(author, file, "class Rules", "class Rule", &["class Rules"]);
    let import = "import numpy\nfrom built.texts";
    not_built(
        author,
        file,
        "from built.texts",
        import,
        &["rule.py:", "“numpy”", "beside rule.py"],
    );
}

pub(crate) fn c(author: &Author) {
    let file = "rule.c";
    let form = |no: usize, does: &str| format!("    if (event->quantity == {no}) {{ {does} }}");
    author.misbehaves(
        file,
        "    sum_t sum = {.asset = \"points\"};",
        form,
        &[
            Misdeed("add(&sum, \"clean\", NO_ARGS, 3000000000);", &["too large"]),
            Misdeed("add(&sum, \"cleen\", NO_ARGS, 5);", &["no phrase", "cleen"]),
            Misdeed("fact(event, 1);", &["no fact 1", "1 in all"]),
            Misdeed("yes(event, \"cleen\");", &["no such field", "cleen"]),
            Misdeed("fail(\"why\");", &["why"]),
        ],
    );
    let sum = "    sum_t sum = {.asset = \"points\"};";
    let with = |line: &str| format!("    {line}\n{sum}");
    for (line, parts) in [
        (
            "add(NULL, \"clean\", NO_ARGS, left * 0.9);",
            ["rule.c:", "float"],
        ),
        (
            "add(NULL, \"clean\", NO_ARGS, 7.9);",
            ["rule.c:", "literal"],
        ),
        (
            "int32_t less = 7 * event->quantity * 0.5;",
            ["rule.c:", "float"],
        ),
        (
            "int64_t wide = 7; left = wide * 2;",
            ["rule.c:", "precision"],
        ),
        ("time(0);", ["a rule has no clock", "event->on"]),
        ("rand();", ["a rule has no chance", "event->seed"]),
        ("fopen(\"a\", \"r\");", ["a rule has no files", "facts"]),
        ("printf(\"a\");", ["log_line", "format"]),
        ("gues(5);", ["rule.c:", "gues"]),
    ] {
        not_built(author, file, sum, &with(line), &parts);
    }
    not_built(
        author,
        file,
        "    return give(ret, &sum, \"doer\");",
        "",
        &["rule.c:", "return"],
    );
    let slips: [(&str, &str, &[&str]); 3] = [
        (
            "needed(given, \"points_per_kg\")",
            "needed(given, \"points_per_kgg\")",
            &["rule.c:", "points_per_kgg"],
        ),
        (
            "param(given, \"clean_bonus\", 0)",
            "param(given, \"clean_bonsu\", 0)",
            &["rule.c:", "clean_bonsu"],
        ),
        ("bool rule_earn", "bool rule_eran", &["no rule_earn"]),
    ];
    for (from, to, parts) in slips {
        not_configured(author, file, from, to, parts);
    }
}

/// What Rust's own compiler cannot know: the clock is there, and asking it ends the call.
pub(crate) fn rust(author: &Author) {
    let file = "src/lib.rs";
    let form = |no: usize, does: &str| format!("        if event.quantity == {no} {{ {does} }}");
    author.misbehaves(
        file,
        "        let tenths = i64::from(event.quantity);",
        form,
        &[
            Misdeed(
                "let _ = std::time::SystemTime::now();",
                &["a rule has no clock: use the event's day"],
            ),
            Misdeed(
                "let _ = std::time::Instant::now();",
                &["a rule has no clock: use the event's day"],
            ),
            Misdeed("panic!(\"why\");", &["why"]),
            Misdeed("let no: Option<u8> = None; no.expect(\"none\");", &["none"]),
        ],
    );
}
