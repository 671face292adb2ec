//! Samples of the pages of cases.

use rongyi_pages::*;

use super::{Pages, at, at_desks, day, l, shell};

fn row(lang: Lang, no: u64, late: bool) -> CaseRow {
    CaseRow {
        href: format!("/nanmen/queue/{no}"),
        no,
        title: l(lang, "急难愁盼", "Message"),
        about: l(lang, "三号楼的楼道灯坏了", "The light in house 3 is broken"),
        who: l(lang, "陈*婆", "Chen"),
        state: l(lang, "办理中", "Being worked on"),
        tone: if late {
            CaseTone::Open
        } else {
            CaseTone::Waiting
        },
        due: l(lang, "11月26日 星期四 24:00 前", "by Thursday"),
        late,
        opened: day(11, 20),
        photos: 2,
        worth: Some(CaseWorth {
            told: if late {
                l(lang, "这个月已经满了", "This month is full")
            } else {
                "+60".to_owned()
            },
            refused: late,
        }),
        tick: (!late).then(|| CaseTick {
            value: format!("{no}.0"),
        }),
    }
}

fn due(lang: Lang) -> CaseDue {
    CaseDue {
        told: l(
            lang,
            "这一步要办完：11月26日 24:00 前",
            "This step is due by Thursday",
        ),
        why: vec![l(
            lang,
            "从 11月23日 10:00 算起，3 个工作日。",
            "Three working days.",
        )],
        late: false,
    }
}

fn field(name: &str, title: String, input: CaseInput) -> CaseField {
    CaseField {
        name: name.to_owned(),
        title,
        hint: String::new(),
        required: name == "q.text",
        input,
        value: String::new(),
    }
}

fn act(lang: Lang, code: &str, main: bool) -> CaseAct {
    CaseAct {
        minutes: code == "move:return",
        code: code.to_owned(),
        id: code.replace(':', "-"),
        title: l(lang, "退回补充", "Return it"),
        words: Some((l(lang, "理由", "a reason"), true)),
        phrases: vec![l(
            lang,
            "照片看不清，请重新拍一张。",
            "The photo is not clear.",
        )],
        photos: Some((6, false)),
        papers: Some(false),
        key: if main { "r" } else { "" },
        units: vec![("grid".to_owned(), l(lang, "网格", "The grid"))],
        number: code == "merge",
        rating: (code == "rate").then_some(CaseRating {
            solved: true,
            most: 3,
        }),
        refusal: if code == "move:check" {
            l(lang, "这件事与您本人有关。", "This is about yourself.")
        } else {
            String::new()
        },
        main,
    }
}

fn photo(lang: Lang) -> CasePhotoLink {
    CasePhotoLink {
        href: "/nanmen/queue/12/photo/00".to_owned(),
        alt: l(lang, "第 12 件的照片 1", "Photo 1 of case 12"),
        same: vec![(9, "/nanmen/queue/9".to_owned())],
    }
}

fn case(lang: Lang, around: Shell) -> CaseView {
    CaseView {
        no: 12,
        href: "/nanmen/queue/12".to_owned(),
        title: l(lang, "申报", "Claim"),
        state: l(lang, "待复审", "Waiting for the second check"),
        tone: CaseTone::Open,
        due: vec![due(lang)],
        facts: vec![CaseFact {
            title: l(lang, "哪一笔", "Which entry"),
            value: "8".to_owned(),
            href: Some("/nanmen/amend?entry=8#found".to_owned()),
        }],
        photos: vec![photo(lang)],
        before: Some("/nanmen/queue/11".to_owned()),
        after: Some("/nanmen/queue/13".to_owned()),
        next: Some(13),
        preview: Some(CasePreview {
            gains: vec![(l(lang, "陈阿婆家", "Chen"), "+60".to_owned())],
            told: vec![l(lang, "每棵 20 分", "20 points each")],
            refused: false,
        }),
        steps: vec![CaseStep {
            what: l(lang, "初审通过", "Passed the first check"),
            who: l(lang, "工作人员 周一", "staff Zhou"),
            at: at(day(11, 23), 9, 5),
            words: vec![(String::new(), l(lang, "看过现场", "I was there"))],
            papers: vec![("a.pdf".to_owned(), "/nanmen/cases/12/paper/00".to_owned())],
            photos: vec![photo(lang)],
            told: vec![
                CaseTold {
                    text: l(lang, "已记账，第 8 笔。", "Booked as entry 8."),
                    bad: false,
                    href: Some("/nanmen/amend?entry=8".to_owned()),
                },
                CaseTold {
                    text: l(lang, "没有记上账", "It was not booked"),
                    bad: true,
                    href: None,
                },
            ],
        }],
        acts: vec![
            act(lang, "move:check", false),
            act(lang, "move:return", true),
            act(lang, "merge", false),
            act(lang, "rate", false),
        ],
        typed: CaseTyped::default(),
        seen: 1,
        key: "k".to_owned(),
        errors: Vec::new(),
        done: Some(CaseDone {
            other: Some((11, "/nanmen/queue/11".to_owned())),
        }),
        shell: around,
    }
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let own = shell(lang, size, Some(&l(lang, "陈阿婆", "Chen")));
    let desk = at_desks(own.clone(), &[Desk::Amend, Desk::Work]);
    let link = CaseLink {
        href: "/nanmen/cases/new/message".to_owned(),
        title: l(lang, "急难愁盼", "Message"),
        about: l(
            lang,
            "有什么着急的事，写在这里。",
            "Tell us what is urgent.",
        ),
    };
    let list = CasesView {
        kinds: vec![link.clone()],
        rows: vec![row(lang, 12, false)],
        older: Some("/nanmen/cases?before=12".to_owned()),
        shell: own.clone(),
    };
    let none = CasesView {
        kinds: Vec::new(),
        rows: Vec::new(),
        older: None,
        shell: own.clone(),
    };
    let pick = CasePickView {
        title: l(lang, "申报", "Claim"),
        about: String::new(),
        back: "/nanmen/cases".to_owned(),
        links: vec![link],
        shell: own.clone(),
    };
    let form = form(lang, own.clone());
    let work = WorkView {
        scopes: vec![WorkFilter {
            href: "/nanmen/queue".to_owned(),
            title: l(lang, "等我办的", "Waiting for me"),
            here: true,
        }],
        kinds: Vec::new(),
        steps: Vec::new(),
        told: vec![CaseTold {
            text: l(lang, "第 11 件：审核通过。", "No. 11: passed."),
            bad: false,
            href: Some("/nanmen/queue/11".to_owned()),
        }],
        bulk: "/nanmen/queue/bulk".to_owned(),
        back: "?scope=mine".to_owned(),
        key: "k".to_owned(),
        rows: vec![row(lang, 12, true), row(lang, 13, false)],
        next: Some("/nanmen/queue?after=1.2.3".to_owned()),
        inspections: ("/nanmen/inspections".to_owned(), 1),
        ask: "/nanmen/queue/new".to_owned(),
        shell: desk.clone(),
    };
    let refused = CaseView {
        typed: CaseTyped {
            act: "move:gone".to_owned(),
            words: l(lang, "缺照片", "No photo"),
            ..CaseTyped::default()
        },
        done: None,
        ..case(lang, desk.clone())
    };
    vec![
        ("cases", list.html()),
        ("cases-none", none.html()),
        ("case-pick", pick.html()),
        ("case-form", form.html()),
        ("case-desk", case(lang, desk).html()),
        ("case-refused", refused.html()),
        ("case-own", case(lang, own).html()),
        ("work", work.html()),
    ]
}

fn form(lang: Lang, around: Shell) -> CaseFormView {
    CaseFormView {
        title: l(lang, "急难愁盼", "Message"),
        about: String::new(),
        action: "/nanmen/cases/new/message".to_owned(),
        back: "/nanmen/cases".to_owned(),
        fields: vec![
            field("q.text", l(lang, "什么事", "What"), CaseInput::Long(1000)),
            field("q.place", l(lang, "在哪里", "Where"), CaseInput::Short(100)),
            field(
                "q.class",
                l(lang, "哪一类", "What kind"),
                CaseInput::Choice(vec![("help".to_owned(), l(lang, "求助", "Help"))]),
            ),
            field("quantity", l(lang, "多少", "How much"), CaseInput::Number),
            field("on", l(lang, "哪一天", "On"), CaseInput::Day),
            field("time", l(lang, "几点", "At"), CaseInput::Time),
            field(
                "q.photos",
                l(lang, "照片", "Photos"),
                CaseInput::Photos {
                    kept: vec!["00".to_owned()],
                },
            ),
        ],
        naming: l(
            lang,
            "只有经办人员能看到您的姓名。",
            "Only those who work on it see your name.",
        ),
        due: vec![due(lang)],
        key: "k".to_owned(),
        errors: vec![CaseFault {
            field: "q.text".to_owned(),
            message: l(lang, "请填写“什么事”。", "Please fill in “What”."),
        }],
        shell: around,
    }
}
