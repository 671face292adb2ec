//! Samples of inspections: the form, a judge's points, what came of it.

use rongyi_pages::*;

use super::{Pages, at_desks, l, shell};

fn choice(value: &str, title: String, chosen: bool) -> InspectionChoice {
    InspectionChoice {
        value: value.to_owned(),
        title,
        chosen,
    }
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let boss = l(lang, "王芳", "Wang");
    let desk = at_desks(shell(lang, size, Some(&boss)), &[Desk::Work]);
    let form = InspectionFormView {
        kinds: vec![
            choice("yard", l(lang, "最美庭院", "Gardens"), true),
            choice("stairs", l(lang, "文明楼道", "Staircases"), false),
        ],
        staff: vec![choice("staff/3", boss, true)],
        typed: InspectionTyped::default(),
        key: "k".to_owned(),
        errors: vec![FieldError {
            field: "people",
            message: l(lang, "名单是空的。", "The list is empty."),
        }],
        shell: desk.clone(),
    };
    let scoring = InspectionView {
        back: "/nanmen/home".to_owned(),
        title: l(lang, "11月最美庭院", "Gardens in November"),
        about: l(lang, "最美庭院 · 11月22日", "Gardens · 22 Nov"),
        state: l(
            lang,
            "正在打分，到 11月25日 为止。",
            "Being scored until 25 Nov.",
        ),
        done: Some(l(lang, "存好了，还没有交。", "Kept.")),
        form: Some(ScoreForm {
            action: "/nanmen/judging/1/scores".to_owned(),
            rows: vec![ScoreRow {
                no: 1003,
                title: l(lang, "林** · 演示路 2 号", "Lin** · 2 Demo Road"),
                value: "101".to_owned(),
                error: Some(l(lang, "请写 0 到 100 的整数。", "Write 0 to 100.")),
            }],
            left_out: vec![l(lang, "陈** · 演示路 1 号", "Chen** · 1 Demo Road")],
            points: (0, 100),
        }),
        judges: Vec::new(),
        results: Vec::new(),
        call_off: None,
        errors: vec![CaseFault {
            field: "p-1003".to_owned(),
            message: l(lang, "请写 0 到 100 的整数。", "Write 0 to 100."),
        }],
        shell: shell(lang, size, Some("陈阿婆")),
    };
    let open = InspectionView {
        back: "/nanmen/inspections".to_owned(),
        state: l(lang, "分数公开了。", "The points are open."),
        done: None,
        form: None,
        judges: vec![JudgeRow {
            name: l(lang, "赵强", "Zhao"),
            sent: l(lang, "11月22日 09:05", "22 Nov, 09:05"),
        }],
        results: vec![InspectedRow {
            title: l(lang, "林** · 演示路 2 号", "Lin** · 2 Demo Road"),
            scores: vec!["90".to_owned(), "–".to_owned()],
            told: l(lang, "已记账，第 90 笔。", "Booked as entry 90."),
            bad: false,
            href: Some("/nanmen/amend?entry=90#found".to_owned()),
        }],
        call_off: Some("/nanmen/inspections/1/off".to_owned()),
        errors: Vec::new(),
        shell: desk,
        ..scoring.clone()
    };
    vec![
        ("inspection-form", form.html()),
        ("inspection-scoring", scoring.html()),
        ("inspection-open", open.html()),
    ]
}
