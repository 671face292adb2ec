//! Samples of the stock and of an operator's first page.

use rongyi_pages::*;

use super::staff::{ALL_DESKS, config_fault, newcomer_fault};
use super::{Pages, at, at_desks, day, l, shell};

fn goods(lang: Lang, item: &str, title: String, shelf: i64) -> GoodsRow {
    GoodsRow {
        item: item.to_owned(),
        title,
        shelf,
        reserved: 2,
        handed: 14,
        price: Some(85),
        notes: vec![l(
            lang,
            "每户每月最多 2 件。",
            "At most 2 a month for a household.",
        )],
        since: Some(day(11, 1)),
        next: vec![(day(12, 1), Some(80)), (day(12, 15), None)],
        low: shelf < 6,
        active: true,
    }
}

/// The list of goods.
pub(super) fn list_pages(lang: Lang, size: Size) -> Pages {
    let staff = l(lang, "李店员", "Li, shopkeeper");
    let mut off = goods(lang, "tissue", l(lang, "纸巾", "Tissues"), 9);
    off.active = false;
    off.price = None;
    off.notes = Vec::new();
    off.next = Vec::new();
    let list = StockView {
        shell: at_desks(shell(lang, size, Some(&staff)), &[Desk::Till, Desk::Stock]),
        rows: vec![
            goods(lang, "rice-5kg", l(lang, "大米 5 公斤", "Rice 5 kg"), 38),
            goods(lang, "salt", l(lang, "食盐", "Salt"), 3),
            goods(lang, "oil-1.8l", l(lang, "食用油 1.8 升", "Oil 1.8 l"), 0),
            off,
        ],
        all: 4,
        low: 2,
        only_low: false,
        categories: vec![("grain".to_owned(), l(lang, "粮油", "Grain and oil"))],
        typed: NewItemTyped::default(),
        errors: Vec::new(),
        key: "0191f3a2".to_owned(),
    };
    let mut none_low = list.clone();
    none_low.rows = Vec::new();
    none_low.only_low = true;
    let mut none = none_low.clone();
    none.only_low = false;
    let mut wrong = list.clone();
    wrong.typed = NewItemTyped {
        item: "大米".to_owned(),
        title_zh: l(lang, "大米", "Rice"),
        title_en: String::new(),
        category: "grain".to_owned(),
        value: "39.8".to_owned(),
    };
    wrong.errors = vec![FieldError {
        field: "item",
        message: l(
            lang,
            "代号要用小写字母和数字，例如 rice-5kg。",
            "Write small letters and digits, rice-5kg say.",
        ),
    }];
    if lang == Lang::En {
        wrong.typed.item = "RICE".to_owned();
    }
    vec![
        ("stock", list.html()),
        ("stock-none-low", none_low.html()),
        ("stock-none", none.html()),
        ("stock-wrong", wrong.html()),
    ]
}

/// One item.
pub(super) fn item_pages(lang: Lang, size: Size) -> Pages {
    let staff = l(lang, "李店员", "Li, shopkeeper");
    let line = |seq: u64, what, shelf, reserved| GoodsLine {
        seq,
        entry: seq,
        at: at(day(11, 20), 9, 5),
        what,
        order: (reserved != 0).then_some(318),
        by: if reserved == 0 {
            staff.clone()
        } else {
            String::new()
        },
        text: if reserved == 0 {
            l(lang, "十一月进货", "delivery of November")
        } else {
            String::new()
        },
        shelf,
        reserved,
        shelf_after: 38,
        reserved_after: 2,
        undo: reserved == 0,
    };
    let one = StockItemView {
        shell: at_desks(shell(lang, size, Some(&staff)), &[Desk::Till, Desk::Stock]),
        row: goods(lang, "rice-5kg", l(lang, "大米 5 公斤", "Rice 5 kg"), 38),
        lines: vec![
            line(90, GoodsMove::TakenBack, 1, 0),
            line(80, GoodsMove::HandedOver, 0, -1),
            line(70, GoodsMove::GivenBack, 1, -1),
            line(60, GoodsMove::Kept, -1, 1),
            line(50, GoodsMove::Missed, -2, 0),
            line(40, GoodsMove::Received, 40, 0),
        ],
        before: Some(40),
        further: false,
        typed: StockTyped::default(),
        open: None,
        errors: Vec::new(),
        count: None,
        key: "0191f3a2".to_owned(),
        done: Some(90),
        today: "2026-11-22".to_owned(),
        photo: Some(format!("/nanmen/goods/rice-5kg/{}", "ab".repeat(32))),
        waiting: 2,
    };
    let count = |found| {
        let mut counted = one.clone();
        counted.count = Some(CountCheck {
            by_book: 40,
            found,
            reason: l(lang, "月底盘点", "end of the month"),
        });
        counted.done = None;
        counted.html()
    };
    let wrong = |open, field| {
        let mut wrong = one.clone();
        wrong.open = Some(open);
        wrong.done = None;
        wrong.errors = vec![FieldError {
            field,
            message: l(lang, "请写整数。", "Write a whole number."),
        }];
        wrong.html()
    };
    let mut further = one.clone();
    further.further = true;
    further.before = None;
    further.row.active = false;
    let mut fresh = one.clone();
    fresh.lines = Vec::new();
    fresh.before = None;
    fresh.row.active = false;
    vec![
        ("stock-item", one.html()),
        ("stock-item-count", count(38)),
        ("stock-item-count-right", count(40)),
        (
            "stock-item-receive-wrong",
            wrong(StockForm::Receive, "receive-pieces"),
        ),
        (
            "stock-item-lose-wrong",
            wrong(StockForm::Lose, "lose-pieces"),
        ),
        (
            "stock-item-count-wrong",
            wrong(StockForm::Count, "count-found"),
        ),
        ("stock-item-further", further.html()),
        ("stock-item-fresh", fresh.html()),
    ]
}

/// An operator's first page, and the list of points that run out.
pub(super) fn today_pages(lang: Lang, size: Size) -> Pages {
    let row = |count, task| TodayRow {
        count,
        task,
        path: "/nanmen/amend".to_owned(),
    };
    let busy = TodayView {
        shell: at_desks(shell(lang, size, Some("黄主任")), &ALL_DESKS),
        today: day(11, 22),
        hours: l(lang, "周六 9:00–11:30", "Saturday 9:00–11:30"),
        waits: vec![
            row(1, Task::Objections),
            row(12, Task::Marks),
            row(2, Task::Proposals),
            row(3, Task::Events),
            row(3, Task::Notices),
        ],
        due: vec![
            row(7, Task::OrdersToday),
            row(2, Task::OrdersTomorrow),
            row(2, Task::Low),
            row(3180, Task::Lapsing(64)),
            row(1, Task::Periods),
        ],
        orders: 9,
        lapsing: 3180,
        quiet: false,
        issue: IssueCard {
            issued: 18_460,
            budget: Some(24_000),
            ends: Some(day(11, 29)),
            used_up: false,
            days: 22,
            month: 30,
        },
        rules_well: false,
        rules: 3,
        newest: Some((
            l(lang, "绿美积分 2026 秋", "Green points, autumn"),
            day(11, 1),
        )),
        wrong_codes: vec![(l(lang, "工作人员 王小店", "staff Wang"), 3)],
        config_faults: vec![config_fault(lang)],
        newcomer_faults: vec![newcomer_fault(lang)],
        sending: l(
            lang,
            "发消息的服务没有应答。",
            "The service does not answer.",
        ),
        night: Some(TodayNight {
            day: day(11, 23),
            records: 4_812,
            wrong: vec!["record 17: hash".to_owned()],
        }),
        needs_restart: vec!["listen".to_owned()],
    };
    let mut quiet = busy.clone();
    quiet.waits = Vec::new();
    quiet.due = Vec::new();
    quiet.quiet = true;
    quiet.rules_well = true;
    quiet.wrong_codes = Vec::new();
    quiet.config_faults = Vec::new();
    quiet.newcomer_faults = Vec::new();
    if let Some(night) = &mut quiet.night {
        night.wrong = Vec::new();
    }
    quiet.needs_restart = Vec::new();
    quiet.issue.ends = None;
    let mut full = quiet.clone();
    full.issue.used_up = true;
    let mut free = quiet.clone();
    free.issue.budget = None;
    let lapsing = LapsingView {
        shell: at_desks(shell(lang, size, Some("黄主任")), &ALL_DESKS),
        points: 320,
        holders: 1,
        rows: vec![LapsingRow {
            holder: l(lang, "陈阿婆 · 第 3 户", "household 3"),
            last: day(11, 30),
            points: 320,
        }],
    };
    let mut none = lapsing.clone();
    none.rows = Vec::new();
    vec![
        ("today", busy.html()),
        ("today-quiet", quiet.html()),
        ("today-full", full.html()),
        ("today-free", free.html()),
        ("lapsing", lapsing.html()),
        ("lapsing-none", none.html()),
    ]
}
