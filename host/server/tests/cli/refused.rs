//! What `check` refuses although each line by itself is well formed: what could never count, could never be owed, would
//! never be run, or leaves a hole. One row for each, and the file without the mistake passes.

use crate::place::{COMMUNITY, Place};

/// What is added below the last kind, or instead of something; what is said of it.
struct Row {
    code: &'static str,
    from: &'static str,
    to: &'static str,
    words: &'static str,
}

const LAST: &str =
    "fixed = 5\nlimits = [{ events = 1, window = \"month\", subject = \"person\" }]\n";

const ROWS: &[Row] = &[
    Row {
        code: "points-table.bands",
        from: "per_unit = 20",
        to: "bands = [{ up_to = 5, points = 1 }, { up_to = 9, points = 2 }]",
        words: "9",
    },
    Row {
        code: "points-table.bands",
        from: "per_unit = 20",
        to: "bands = [{ points = 1 }, { points = 2 }]",
        words: "up_to",
    },
    Row {
        code: "points-table.quantity",
        from: "per_unit = 20",
        to: "per_unit = 20\nquantity_max = 5000001",
        words: "quantity_max",
    },
    Row {
        code: "points-table.quantity",
        from: "per_unit = 20",
        to: "per_unit = 20\nquantity_min = 9\nquantity_max = 8",
        words: "quantity_max",
    },
    Row {
        code: "config.debt",
        from: LAST,
        to: "deduct = 5\nshort = \"owe\"\n",
        words: "debt_floor",
    },
    Row {
        code: "config.kind",
        from: LAST,
        to: "fixed = 5\n\n[[rule]]\nplugin = \"shop-pricing\"\nactive_from = 2026-01-15\n\n[rule.params]\nprices = { salt = 5 }\nsuspensions = [{ after = \"breach.serious\", why = { zh = \"违规\", en = \"A breach\" }, days = 30 }]\n",
        words: "breach.serious",
    },
    Row {
        code: "config.notice",
        from: "\n[shop]",
        to: "notice_days = { \"tree.plnt\" = 3 }\n\n[shop]",
        words: "tree.plant",
    },
    Row {
        code: "config.value",
        from: "\n[shop]",
        to: "needs_time = [\"tree.plnt\"]\n\n[shop]",
        words: "tree.plant",
    },
    Row {
        code: "config.value",
        from: "\n[shop]",
        to: "\n[kinds.\"tree.plnt\"]\noverlap = \"refuse\"\n\n[shop]",
        words: "tree.plant",
    },
    Row {
        code: "config.duplicate",
        from: LAST,
        to: "fixed = 5\n\n[[rule]]\nplugin = \"hours\"\nactive_from = 2026-01-15\n\n[[rule.params.kinds]]\ncode = \"tree.plant\"\ntitle = { zh = \"植树\", en = \"Trees\" }\n",
        words: "tree.plant",
    },
    Row {
        code: "config.rule",
        from: "\n[shop]",
        to: "\n[period]\nlength = \"month\"\nrule = \"period-close\"\n\n[shop]",
        words: "period-close",
    },
    Row {
        code: "config.period",
        from: LAST,
        to: "fixed = 5\n\n[[rule]]\nplugin = \"period-close\"\nactive_from = 2026-01-15\n\n[rule.params]\nbalances = [{ keep = \"none\", at = \"half-year\" }]\n\n[[period]]\nlength = \"month\"\nrule = \"period-close\"\n",
        words: "length = \"half-year\"",
    },
    Row {
        code: "period-close.twice",
        from: LAST,
        to: "fixed = 5\n\n[[rule]]\nplugin = \"period-close\"\nactive_from = 2026-01-15\n\n[rule.params]\nbalances = [{ keep = \"none\" }, { keep_max = 9, at = \"month\" }]\n",
        words: "at",
    },
    Row {
        code: "period-close.each",
        from: LAST,
        to: "fixed = 5\n\n[[rule]]\nplugin = \"period-close\"\nactive_from = 2026-01-15\n\n[rule.params]\nallowances = [{ title = { zh = \"龄\", en = \"Years\" }, amount = 1, each = \"year\" }]\n",
        words: "trait",
    },
    Row {
        code: "params.shape",
        from: LAST,
        to: "fixed = 5\nboosts = [{ when = { trait = { name = \"since\", years = 1, months = 3 } }, plus = 1 }]\n",
        words: "years",
    },
    Row {
        code: "params.shape",
        from: "window = \"month\", subject = \"household\"",
        to: "window = \"halfyear\", subject = \"household\"",
        words: "half-year",
    },
    Row {
        code: "config.kind",
        from: LAST,
        to: "fixed = 5\nsuspensions = [{ after = \"absence\", times = 5, window = \"year\", why = { zh = \"停\", en = \"Stop\" } }]\n",
        words: "absence",
    },
    Row {
        code: "points-table.suspension",
        from: LAST,
        to: "fixed = 5\nsuspensions = [{ after = \"tree.plant\", times = 5, why = { zh = \"停\", en = \"Stop\" } }]\n",
        words: "window",
    },
    Row {
        code: "points-table.asset-title",
        from: LAST,
        to: "fixed = 5\nasset_title = { zh = \"花\", en = \"flowers\" }\n",
        words: "asset",
    },
    Row {
        code: "points-table.beside",
        from: LAST,
        to: "beside = { asset = \"gift\", title = { zh = \"赠分\", en = \"gift points\" } }\n",
        words: "days",
    },
    Row {
        code: "shop-pricing.only-before",
        from: LAST,
        to: "fixed = 5\n\n[[rule]]\nplugin = \"shop-pricing\"\nactive_from = 2026-01-15\n\n[rule.params]\nprices = { salt = 5 }\nonly_before = { window = \"lifetime\", subject = \"person\" }\n",
        words: "year",
    },
    Row {
        code: "shop-pricing.only",
        from: LAST,
        to: "fixed = 5\n\n[[rule]]\nplugin = \"shop-pricing\"\nactive_from = 2026-01-15\n\n[rule.params]\nprices = { salt = 5 }\nonly = [{ who = { zh = \"骑手\", en = \"riders\" }, traits = [{ name = \"rider\" }] }]\n",
        words: "items",
    },
    Row {
        code: "shop-pricing.month",
        from: LAST,
        to: "fixed = 5\n\n[[rule]]\nplugin = \"shop-pricing\"\nactive_from = 2026-01-15\n\n[rule.params]\nprices = { salt = 5 }\nopen = { months = [13] }\n",
        words: "12",
    },
    Row {
        code: "config.file",
        from: "active_from = 2026-01-15\n",
        to: "active_from = 2026-01-15\nscenarios = \"../scenarios/none.toml\"\n",
        words: "none.toml",
    },
];

#[test]
fn check_refuses_what_can_never_count() {
    let place = Place::new();
    let good = place.run(&["check"]);
    assert_eq!(good.code, 0, "{}{}", good.out, good.err);
    let mut missed = Vec::new();
    for row in ROWS {
        assert!(COMMUNITY.contains(row.from), "{}", row.from);
        let text = COMMUNITY.replacen(row.from, row.to, 1);
        place.write("config/communities/green.toml", text);
        let ran = place.run(&["check"]);
        let said = format!("{}{}", ran.out, ran.err);
        let named = format!("[{}]", row.code);
        if ran.code == 0 || !said.contains(&named) || !said.contains(row.words) {
            missed.push(format!("{} ({}): {} {said}", row.code, row.to, ran.code));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n----\n"));
    // A file of scenarios that nobody names is never run, however false it is.
    place.write("config/communities/green.toml", COMMUNITY);
    place.write("config/scenarios/alone.toml", "");
    let ran = place.run(&["check"]);
    let said = format!("{}{}", ran.out, ran.err);
    assert!(
        ran.code != 0 && said.contains("[config.unlinked]") && said.contains("alone.toml"),
        "{said}"
    );
}

/// A rule knows an asset of the community by its code; `check` says its name, and never that it is points.
#[test]
fn check_names_what_a_kind_is_paid_in() {
    let place = Place::new();
    let more = "fixed = 1\nasset = \"star\"\n\n[[rule.params.kinds]]\ncode = \"deed\"\ntitle = { zh = \"好事\", en = \"A good deed\" }\nper_unit = 2\nasset = \"conduct\"\n\n[[rule]]\nplugin = \"period-close\"\nactive_from = 2026-01-15\n\n[rule.params]\nallowances = [{ title = { zh = \"补贴\", en = \"Help\" }, asset = \"star\", amount = 1 }]\nbalances = [{ asset = \"star\", keep = \"none\" }]\n";
    let text = COMMUNITY.replacen(LAST, more, 1).replacen(
        "\n[shop]",
        "assets = { star = { zh = \"公益星\", en = \"service stars\" } }\n\n[shop]",
        1,
    );
    place.write("config/communities/green.toml", text);
    let out = place.good(&["check"]);
    for part in [
        "议事：每次 1 公益星",
        "Council: 1 service stars each time",
        "好事：每次 2 操行分",
        "期末公益星：清零",
        "补贴：每期公益星 1",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let json = place.good(&["check", "--json"]);
    assert!(
        json.contains("每次 1 公益星") && !json.contains('“'),
        "{json}"
    );
}
