//! Every way in which the files of a rule's folder can be wrong, and what is said about it: the place, what is
//! wrong, and what to do.

use crate::{Author, holds};

/// One mistake in one file of a folder that is right otherwise.
struct Mistakes<'a>(&'a Author);

impl Mistakes<'_> {
    /// Writes `to` for `from`, expects this command to fail with this code and to say these things.
    #[track_caller]
    fn wrong(
        &self,
        file: &str,
        from: &str,
        to: &str,
        arguments: &[&str],
        code: &str,
        parts: &[&str],
    ) {
        let path = self.0.folder.join(file);
        let right = std::fs::read(&path).unwrap();
        self.0.change(file, from, to);
        holds(&self.0.fails(arguments, code), parts);
        std::fs::write(&path, right).unwrap();
    }

    /// Takes the whole file away, or puts other bytes in its place.
    #[track_caller]
    fn instead(
        &self,
        file: &str,
        bytes: Option<&[u8]>,
        arguments: &[&str],
        code: &str,
        parts: &[&str],
    ) {
        let path = self.0.folder.join(file);
        let right = std::fs::read(&path).unwrap();
        match bytes {
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        holds(&self.0.fails(arguments, code), parts);
        std::fs::write(&path, right).unwrap();
    }
}

pub(crate) fn every_mistake_is_told(author: &Author) {
    folders(author);
    let one = Mistakes(author);
    manifest(&one);
    parameters(&one);
    schema(&one);
    scenarios(&one);
    events(&one);
    one.wrong(
        "rule.c",
        "static params_t params;",
        "static params_t params",
        &["build"],
        "build.failed",
        &["rule.c:", "clang"],
    );
    author.must(&["check"]);
}

fn folders(author: &Author) {
    let above = author.above.path();
    let outside = author.at(above, &["test"]);
    assert_eq!(outside.code, Some(1));
    holds(&outside.err, &["[kit.no-rule]", "rongyi rule new --lang"]);
    let again = author.at(above, &["new", "--lang", "c", "kitchen-waste"]);
    holds(&again.err, &["[kit.exists]", "已经有了"]);
    let named = author.at(above, &["new", "--lang", "c", "Kitchen_Waste"]);
    holds(&named.err, &["[kit.name]", "kitchen-waste"]);
    let spoken = author.at(above, &["new", "--lang", "cobol", "other"]);
    assert_eq!(spoken.code, Some(2));
    holds(&spoken.err, &["cobol", "rust, javascript, python, c"]);
}

fn manifest(one: &Mistakes<'_>) {
    one.wrong(
        "rule.toml",
        "lang = \"c\"",
        "lang = \"cobol\"",
        &["test"],
        "kit.manifest",
        &["cobol", "javascript"],
    );
    one.wrong(
        "rule.toml",
        "lang =",
        "language =",
        &["test"],
        "kit.manifest",
        &["language", "line 2"],
    );
    one.wrong(
        "rule.toml",
        "name = \"kitchen-waste\"",
        "name = \"Kitchen\"",
        &["test"],
        "kit.name",
        &["Kitchen", "a-z, 0-9"],
    );
    one.wrong(
        "rule.toml",
        "name = \"kitchen-waste\"",
        "",
        &["test"],
        "kit.manifest",
        &["missing field `name`", "name 和 lang"],
    );
}

fn parameters(one: &Mistakes<'_>) {
    one.wrong(
        "params.toml",
        "points_per_kg = 10",
        "points_per_kg = 10 10",
        &["check"],
        "kit.params",
        &["params.toml", "line 4"],
    );
    one.wrong(
        "params.toml",
        "points_per_kg = 10",
        "points_per_kg = -1",
        &["check"],
        "config.schema",
        &["params.toml:4:17", "-1"],
    );
    one.wrong(
        "params.toml",
        "clean_bonus = 5",
        "clean_bonsu = 5",
        &["check"],
        "config.schema",
        &["params.toml:5:15", "clean_bonsu"],
    );
    one.wrong(
        "params.toml",
        "month_max = 300",
        "month_max = 3",
        &["check"],
        "config.plugin",
        &[
            "params.toml:6:13",
            "month-max.small",
            "请调高上限",
            "raise month_max",
        ],
    );
    one.wrong(
        "params.toml",
        "points_per_kg = 10",
        "points_each = 10",
        &["check"],
        "config.schema",
        &[
            "缺少“points_per_kg”",
            "“points_per_kg” is missing",
            "没有“points_each”",
        ],
    );
    one.wrong(
        "params.toml",
        "points_per_kg = 10",
        "points_per_kg = \"10\"",
        &["check"],
        "config.schema",
        &["params.toml:4:17", "应当是整数", "not of type \"integer\""],
    );
    one.wrong(
        "params.toml",
        "points_per_kg = 10",
        "points_per_kg = 1.5",
        &["check"],
        "config.schema",
        &["params.toml:4:17", "应当是整数"],
    );
    one.wrong(
        "params.toml",
        "clean_bonus = 5",
        "points_per_kg = 5",
        &["check"],
        "kit.params",
        &["line 5", "duplicate key"],
    );
    one.wrong(
        "params.toml",
        "clean_bonus = 5",
        "clean_bonus = 99999999999999999999",
        &["check"],
        "config.schema",
        &["params.toml:5:15", "最大是 1000", "maximum of 1000"],
    );
    one.instead(
        "params.toml",
        None,
        &["check"],
        "kit.file",
        &["params.toml", "没有这个文件", "rongyi rule new"],
    );
    one.instead(
        "params.toml",
        Some(b"# \xca\xae\xb7\xd6"),
        &["check"],
        "kit.file",
        &["不是 UTF-8", "save it as UTF-8"],
    );
}

fn schema(one: &Mistakes<'_>) {
    one.wrong(
        "schema.json",
        "\"type\": \"object\",",
        "\"type\": \"object\"",
        &["build"],
        "kit.schema",
        &["schema.json", "line 5"],
    );
    one.wrong(
        "schema.json",
        "\"minimum\": 1, \"maximum\": 1000,",
        "\"minimum\": \"one\",",
        &["build"],
        "kit.schema",
        &["/properties/points_per_kg/minimum"],
    );
    one.wrong(
        "schema.json",
        "\"type\": \"object\",",
        "\"type\": \"array\",",
        &["build"],
        "kit.schema",
        &["[rule.params]"],
    );
    one.wrong(
        "schema.json",
        "\"type\": \"object\",",
        "\"type\": \"object\", \"$ref\": \"#\",",
        &["build"],
        "kit.schema",
        &["绕成了圈", "refers to itself in circles"],
    );
    one.wrong(
        "schema.json",
        "\"minimum\": 1,",
        "\"minimum\": 1, \"pattern\": \"(\",",
        &["build"],
        "kit.schema",
        &["/properties/points_per_kg/pattern"],
    );
    one.instead(
        "schema.json",
        None,
        &["build"],
        "kit.file",
        &["schema.json", "没有这个文件"],
    );
}

fn scenarios(one: &Mistakes<'_>) {
    one.wrong(
        "scenarios.toml",
        "quantity = 1,",
        "quantity = 1.25,",
        &["test"],
        "kit.test",
        &["1.25", "decimal places"],
    );
    one.wrong(
        "scenarios.toml",
        "expect.refusal",
        "expects.refusal",
        &["test"],
        "kit.scenarios",
        &["expects", "scenarios.toml"],
    );
    one.wrong(
        "scenarios.toml",
        "kind = \"waste.kitchen\", quantity = 1,",
        "kind = \"waste.kitchn\", quantity = 1,",
        &["test"],
        "kit.test",
        &["waste.kitchn", "it has: waste.kitchen"],
    );
    one.wrong(
        "scenarios.toml",
        "params = \"too-small\"",
        "params = \"small\"",
        &["test"],
        "kit.test",
        &["[params.small]", "it has: too-small, usual"],
    );
    one.wrong(
        "scenarios.toml",
        "value = 262",
        "values = 262",
        &["test"],
        "kit.scenarios",
        &["values"],
    );
    slips(one);
    one.wrong(
        "scenarios.toml",
        "on = 2026-12-31",
        "on = 2026-13-31",
        &["test"],
        "kit.scenarios",
        &["scenarios.toml", "expected month between 01 and 12"],
    );
    one.instead(
        "scenarios.toml",
        Some(b""),
        &["test"],
        "kit.scenarios",
        &["[[scenario]]", "至少写一个例子"],
    );
    one.instead(
        "scenarios.toml",
        None,
        &["test"],
        "kit.file",
        &["没有这个文件"],
    );
}

/// What a person who writes scenarios mistypes.
fn slips(one: &Mistakes<'_>) {
    let slips: [(&str, &str, &[&str]); 9] = [
        (
            "metric = \"points\", window = \"month\", subject = \"household\", of = \"waste.kitchen\", value = 262",
            "metric = \"ponts\", window = \"month\", subject = \"household\", of = \"waste.kitchen\", value = 262",
            &["“ponts”", "points, minutes, quantity"],
        ),
        (
            "window = \"month\", subject = \"household\", of = \"waste.kitchen\", value = 262",
            "window = \"fortnight\", subject = \"household\", of = \"waste.kitchen\", value = 262",
            &["“fortnight”", "day, week, month", "trailing-30"],
        ),
        (
            "subject = \"household\", of = \"waste.kitchen\", value = 262",
            "subject = \"village\", of = \"waste.kitchen\", value = 262",
            &["“village”", "person, household, community"],
        ),
        (
            "of = \"waste.kitchen\", value = 262",
            "of = \"waste.other\", value = 262",
            &[
                "points month household of waste.other",
                "it asks for: points month household of waste.kitchen",
            ],
        ),
        (
            "clean = true",
            "cleen = true",
            &["no field “cleen”", "it has: clean"],
        ),
        (
            "clean = true",
            "clean = 1",
            &["“clean” holds yes or no", "true or false"],
        ),
        (
            "quantity = 0.1",
            "quantity = 7600",
            &["the quantity 7600 is outside 0.1–1000"],
        ),
        (
            "expect.refusal = \"month-full\"",
            "expect.refusal = \"month-ful\"",
            &["month-ful ", "month-full"],
        ),
        ("params = \"too-small\"", "", &["write params ="]),
    ];
    for (from, to, parts) in slips {
        one.wrong("scenarios.toml", from, to, &["test"], "kit.test", parts);
    }
}

fn events(one: &Mistakes<'_>) {
    one.wrong(
        "events.jsonl",
        "\"quantity\": 3,",
        "\"quantity\": 3.55,",
        &["run"],
        "kit.events",
        &["events.jsonl:2", "3.55"],
    );
    one.wrong(
        "events.jsonl",
        "{\"kind\": \"waste.kitchen\", \"quantity\": 1,",
        "{\"kind\" \"waste.kitchen\", \"quantity\": 1,",
        &["run"],
        "kit.events",
        &["events.jsonl:4", "not JSON"],
    );
    one.wrong(
        "events.jsonl",
        "\"quantity\": 3,",
        "",
        &["run"],
        "kit.events",
        &["events.jsonl:2", "missing field `quantity`"],
    );
    one.wrong(
        "events.jsonl",
        "\"on\": \"2026-11-23\"",
        "\"on\": \"23.11.\"",
        &["run"],
        "kit.events",
        &["events.jsonl:2", "23.11.", "a day such as \"2026-11-22\""],
    );
    one.wrong(
        "events.jsonl",
        "\"on\": \"2026-11-23\"",
        "\"resident\": 0, \"on\": \"2026-11-23\"",
        &["run"],
        "kit.events",
        &["events.jsonl:2", "resident is a number from 1 on"],
    );
    one.instead(
        "events.jsonl",
        Some(b"\n"),
        &["run"],
        "kit.events",
        &["没有事项", "one a line"],
    );
    one.instead(
        "events.jsonl",
        None,
        &["run"],
        "kit.file",
        &["events.jsonl", "没有这个文件"],
    );
}
