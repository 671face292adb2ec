//! Samples of one's code, what is kept without a network, messages, the household, the year, and the page for everybody.

use rongyi_pages::*;

use super::{Pages, at, day, l, shell};

fn order(lang: Lang, code: &str) -> CodeOrder {
    CodeOrder {
        no: 318,
        title: l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
        until: day(11, 29),
        code: code.to_owned(),
    }
}

fn messages(lang: Lang, size: Size) -> MessagesView {
    let row = |href: &str, title: String, note: String, hour, is_new| MessageRow {
        href: href.to_owned(),
        title,
        note,
        at: at(day(11, 22), hour, 5),
        is_new,
    };
    MessagesView {
        shell: shell(lang, size, Some("陈阿婆")),
        waits: vec![HomeCase {
            href: "/nanmen/orders/318".to_owned(),
            title: l(lang, "取 大米 5 公斤 × 1", "Collect: rice 5 kg × 1"),
            note: l(lang, "11月29日 星期日 前领取", "by Sun 29 Nov"),
        }],
        rows: vec![
            row(
                "/nanmen/passbook/1041",
                l(
                    lang,
                    "垃圾分类 7.6 公斤：+38 分",
                    "Waste sorting, 7.6 kg: +38 points",
                ),
                String::new(),
                9,
                true,
            ),
            row(
                "/nanmen/shop",
                l(lang, "60 分 30 天内到期", "60 points expire within 30 days"),
                l(lang, "12月31日 前用掉。", "Use them by 31 Dec."),
                8,
                false,
            ),
        ],
        months: 13,
    }
}

fn choices(lang: Lang, size: Size, sends: bool) -> MessageChoicesView {
    let kind = |word, zh, en, on| MessageChoice {
        word,
        title: l(lang, zh, en),
        on,
    };
    MessageChoicesView {
        shell: shell(lang, size, Some("陈阿婆")),
        sends,
        send: sends,
        kinds: vec![
            kind("award", "得了分", "Points that I am given", true),
            kind("lapse", "积分快到期", "Points that run out", false),
        ],
        quiet: ("21:00".to_owned(), "08:00".to_owned()),
        saved: !sends,
        errors: Vec::new(),
    }
}

fn household(lang: Lang, size: Size) -> MeHouseholdView {
    let member = |name: &str, number: &str, note: String, seen: bool| HomeMember {
        name: name.to_owned(),
        number: number.to_owned(),
        note,
        points: seen.then_some(681),
        minutes: seen.then_some(648),
    };
    MeHouseholdView {
        shell: shell(lang, size, Some("陈阿婆")),
        title: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        address: l(lang, "榕树巷 12 号", "12 Banyan Lane"),
        year: 2026,
        members: vec![
            member("陈阿婆", "1001", l(lang, "就是您", "you"), true),
            member("陈阿婆", "1002", l(lang, "未成年", "a child"), false),
        ],
        sees: vec![l(
            lang,
            "积分是全家的：余额和存折，家里人都看得到。",
            "Points belong to the household: everybody in it sees the balance and the passbook.",
        )],
        change: Some("/nanmen/cases/new/message".to_owned()),
    }
}

fn year(lang: Lang, size: Size) -> MeYearView {
    MeYearView {
        shell: shell(lang, size, Some("陈阿婆")),
        name: "陈阿婆".to_owned(),
        year: 2026,
        years: vec![2025],
        running: true,
        points: 681,
        minutes: 648,
        times: 14,
        days: 12,
        rows: vec![YearRow {
            title: l(lang, "垃圾分类", "Waste sorting"),
            times: 9,
            points: 450,
            minutes: 0,
        }],
        months: vec![0, 0, 1, 2, 0, 3, 0, 0, 1, 0, 7, 0],
        printed: l(lang, "11月23日", "23 Nov"),
    }
}

fn front(lang: Lang, size: Size) -> FrontView {
    FrontView {
        shell: shell(lang, size, None),
        open: vec![(
            l(lang, "时间", "When"),
            l(lang, "周六、周日 8:30–17:30", "Sat and Sun 8:30–17:30"),
        )],
        on: vec![ActivityRow {
            href: "/nanmen/activities/7".to_owned(),
            title: l(lang, "清洁日", "Clean-up day"),
            when: l(lang, "12月5日 08:30–10:30", "5 Dec 08:30–10:30"),
            note: l(lang, "还有 4 位", "4 seats left"),
            state: l(lang, "招募中", "open"),
            tone: CaseTone::Open,
        }],
        board_title: l(lang, "2026年10月光荣榜", "Honour board of October 2026"),
        board: vec![WallLine {
            first: l(lang, "第一", "1"),
            name: "陈阿婆".to_owned(),
            value: "300".to_owned(),
            unit: l(lang, "分", "points"),
            ..WallLine::default()
        }],
        notice: 2,
        window: vec![WindowItem {
            title: l(lang, "大米 5 公斤", "Rice 5 kg"),
            price: l(lang, "85 分", "85 points"),
        }],
        given: Some(120),
    }
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let code = MeCodeView {
        shell: shell(lang, size, Some("陈阿婆")),
        name: "陈阿婆".to_owned(),
        number: "1001".to_owned(),
        address: "https://rongyi.example.cn/nanmen/residents/1001".to_owned(),
        orders: vec![order(lang, "48271936"), order(lang, "")],
    };
    let offline = OfflineView {
        shell: shell(lang, size, Some("陈阿婆")),
        holder_title: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        balance: 1286,
        minutes: 2550,
        at: at(day(11, 23), 10, 12),
        number: "1001".to_owned(),
        orders: vec![order(lang, "48271936")],
    };
    let mut none = messages(lang, size);
    none.waits.clear();
    none.rows.clear();
    let mut wrong = choices(lang, size, true);
    wrong.errors = vec![FieldError {
        field: "from",
        message: l(lang, "写成 21:00 的样子。", "Write it like 21:00."),
    }];
    let mut bare = front(lang, size);
    bare.open.clear();
    bare.on.clear();
    bare.board.clear();
    bare.window.clear();
    bare.given = None;
    vec![
        ("me-code", code.html()),
        ("offline", offline.html()),
        ("messages", messages(lang, size).html()),
        ("messages-none", none.html()),
        ("message-choices", choices(lang, size, true).html()),
        ("message-choices-wrong", wrong.html()),
        ("message-choices-here", choices(lang, size, false).html()),
        ("me-household", household(lang, size).html()),
        ("me-year", year(lang, size).html()),
        ("front", front(lang, size).html()),
        ("front-bare", bare.html()),
    ]
}
