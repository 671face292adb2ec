//! Samples of trying a rule book: the form alone, with what came of it, and with what is wrong.

use rongyi_pages::*;

use super::{Pages, at_desks, l, shell};

fn blank(lang: Lang, size: Size) -> SimulateView {
    let staff = l(lang, "黄主任", "Huang");
    SimulateView {
        shell: at_desks(
            shell(lang, size, Some(&staff)),
            &[Desk::Operator, Desk::Reports],
        ),
        typed: false,
        text: String::new(),
        from: String::new(),
        to: String::new(),
        wrong: None,
        faults: Vec::new(),
        found: None,
    }
}

fn found(lang: Lang) -> Simulated {
    let row = |name: &str, counts: &[i64], both: Option<(i64, i64)>, said: &str| SimulatedRow {
        name: name.to_owned(),
        counts: counts.to_vec(),
        both,
        said: said.to_owned(),
    };
    let table = |id, title: String, twice, said: &str, rows| SimulatedTable {
        id,
        head: title.clone(),
        title,
        counts: vec![l(lang, "件", "Events")],
        twice,
        said: said.to_owned(),
        rows,
    };
    Simulated {
        span: "2026-07-01 – 2026-09-30 · 1,284".to_owned(),
        same: false,
        said: vec![
            l(lang, "会多发 1,240 分。", "1,240 points more."),
            l(lang, "12 户付不起。", "12 households fall short."),
        ],
        chart: ReportChart {
            labels: vec!["−20…".to_owned(), "0".to_owned(), "+20…".to_owned()],
            up: vec![ReportBars {
                title: l(lang, "户", "households"),
                values: vec![12, 40, 23],
            }],
            down: Vec::new(),
        },
        tables: vec![
            table(
                "kinds",
                l(lang, "每一类", "Kinds"),
                true,
                "",
                vec![row("waste.food", &[310], Some((9_120, 8_870)), "")],
            ),
            table(
                "refusals",
                l(lang, "理由", "Reasons"),
                false,
                &l(lang, "例", "Example"),
                vec![row(
                    "council.attend",
                    &[4],
                    None,
                    &l(lang, "本月已经 4 次。", "4 times already."),
                )],
            ),
        ],
        changed: vec![SimulatedEntry {
            title: l(lang, "厨余垃圾分类", "Food waste sorted"),
            about: "#812 · 2026-08-02".to_owned(),
            points: (100, -50),
            ledger: vec!["4.0 × 10 +40".to_owned()],
            candidate: vec!["4.0 × 5 +20".to_owned()],
        }],
    }
}

/// The form, what came of it, and what is wrong.
pub(super) fn simulate_pages(lang: Lang, size: Size) -> Pages {
    let plain = blank(lang, size);
    let full = SimulateView {
        found: Some(found(lang)),
        ..blank(lang, size)
    };
    let wrong = SimulateView {
        typed: true,
        text: "code = \"nanmen\"".to_owned(),
        wrong: Some(l(lang, "有 1 处错误。", "There is 1 mistake.")),
        faults: vec![ConfigFault {
            place: "nanmen.toml:3:1".to_owned(),
            text: "per_unti = 20".to_owned(),
            code: "config.unknown".to_owned(),
            what: l(lang, "没有这一项。", "There is no such key."),
            remedy: l(lang, "改成 per_unit。", "Write per_unit."),
        }],
        ..blank(lang, size)
    };
    vec![
        ("simulate", plain.html()),
        ("simulate-found", full.html()),
        ("simulate-wrong", wrong.html()),
    ]
}
