//! Samples of pages about one thing: a team, a certificate, a number that is looked up.

use rongyi_pages::*;

use super::{Pages, at_desks, l, shell};

fn field(lang: Lang, name: &str, input: CaseInput) -> CaseField {
    CaseField {
        name: name.to_owned(),
        title: l(lang, "从哪天", "From"),
        hint: l(lang, "写哪天都行。", "Any day."),
        required: name == "from",
        input,
        value: String::new(),
    }
}

fn form(lang: Lang, act: &'static str, folded: bool, fields: Vec<CaseField>) -> DossierForm {
    DossierForm {
        act,
        action: "/nanmen/certificates/7".to_owned(),
        title: l(lang, "申请一张证明", "Ask for a certificate"),
        about: l(lang, "社区会核对。", "The office checks it."),
        fields,
        button: l(lang, "申请", "Ask"),
        get: act == "verify",
        folded,
        main: !folded,
    }
}

fn dossier(lang: Lang, around: Shell) -> DossierView {
    let kinds = vec![("1".to_owned(), l(lang, "学生队", "Students"))];
    DossierView {
        home: "volunteering",
        back: Some(DossierLink {
            href: "/nanmen/certificates".to_owned(),
            title: l(lang, "时长证明", "Certificates"),
            main: false,
        }),
        title: l(lang, "时长证明", "Certificate of hours"),
        sub: l(lang, "签发以后可以打印。", "Once signed it can be printed."),
        state: Some((l(lang, "等核对", "to be checked"), CaseTone::Waiting)),
        done: l(lang, "办好了。", "Done."),
        errors: vec![CaseFault {
            field: "ask-from".to_owned(),
            message: l(lang, "日子不对。", "The day is wrong."),
        }],
        told: vec![l(lang, "账上现在是 12 小时。", "The ledger has 12 h now.")],
        facts: vec![(
            l(lang, "谁的", "Whose"),
            l(lang, "陈阿婆 1001", "Chen 1001"),
        )],
        links: vec![DossierLink {
            href: "/nanmen/certificates/7/certificate.pdf".to_owned(),
            title: l(lang, "打开证明", "The certificate"),
            main: true,
        }],
        lists: vec![
            DossierList {
                title: l(lang, "队员", "People"),
                empty: l(lang, "还没有。", "None."),
                rows: vec![
                    DossierRow {
                        href: Some("/nanmen/certificates/7".to_owned()),
                        title: l(lang, "陈阿婆", "Chen"),
                        note: l(lang, "1001 号", "No. 1001"),
                        state: Some((l(lang, "有效", "valid"), CaseTone::Done)),
                        bar: Some(40),
                    },
                    DossierRow {
                        title: l(lang, "林国强", "Lin"),
                        ..DossierRow::default()
                    },
                ],
            },
            DossierList {
                title: l(lang, "办过的", "Done"),
                empty: l(lang, "还没有。", "None."),
                rows: Vec::new(),
            },
        ],
        forms: vec![
            form(lang, "check", false, Vec::new()),
            form(
                lang,
                "ask",
                true,
                vec![
                    field(lang, "from", CaseInput::Day),
                    field(lang, "people", CaseInput::Long(500)),
                    field(lang, "sort", CaseInput::Choice(kinds)),
                ],
            ),
            form(
                lang,
                "verify",
                false,
                vec![field(lang, "number", CaseInput::Short(40))],
            ),
        ],
        key: "k".to_owned(),
        shell: around,
    }
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let own = shell(lang, size, Some(&l(lang, "陈阿婆", "Chen")));
    let desk = at_desks(own.clone(), &[Desk::Record, Desk::Activities]);
    vec![
        ("dossier", dossier(lang, own).html()),
        ("dossier-office", dossier(lang, desk).html()),
    ]
}
