//! Samples of the office's pages about a resident: finding anybody, the page about one, an order for one.

use rongyi_pages::*;

use super::{Pages, at, at_desks, day, l, shell};

const OPERATOR: [Desk; 3] = [Desk::Operator, Desk::Find, Desk::Till];

fn whom(lang: Lang) -> Whom {
    Whom {
        no: 3,
        number: "0003".to_owned(),
        name: l(lang, "演示·陈阿婆", "Grandma Chen"),
        household: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
    }
}

fn line(lang: Lang, seq: u64, amount: i64, state: LineState) -> Line {
    Line {
        seq,
        title: l(lang, "厨余垃圾分类 7.6 公斤", "Food waste sorted 7.6 kg"),
        day: day(11, 20),
        happened: None,
        note: String::new(),
        told: Vec::new(),
        amount,
        unit: Unit::Points,
        balance_after: Some(1286),
        state,
        also: Vec::new(),
    }
}

fn resident(lang: Lang, size: Size) -> ResidentView {
    ResidentView {
        shell: at_desks(shell(lang, size, Some("黄主任")), &OPERATOR),
        whom: whom(lang),
        address: l(lang, "榕树巷 12 号", "12 Banyan Lane"),
        phone_tail: "0731".to_owned(),
        shared: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        members: vec![MemberRow {
            no: 4,
            number: "0004".to_owned(),
            name: l(lang, "演示·陈大强", "Chen Daqiang"),
        }],
        balance: 1286,
        minutes: 2550,
        others: vec![(l(lang, "文明分", "Conduct"), 96)],
        notice: 20,
        set_aside: 60,
        expiring: Some(Expiring {
            points: 45,
            on: day(12, 31),
        }),
        lines: vec![
            line(lang, 812, 76, LineState::Posted),
            line(lang, 813, -60, LineState::SetAside),
            line(lang, 814, -76, LineState::Reversed),
        ],
        older: Some(700),
        is_older_page: true,
        orders: vec![Waiting {
            no: 7,
            title: l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
            until: day(11, 29),
        }],
        pending: Vec::new(),
        waits: vec![WaitsRow {
            text: l(
                lang,
                "有人提了异议，等复核。",
                "Somebody objected; a review is due.",
            ),
            entry: 815,
        }],
        listing: l(lang, "只显示姓名的一部分", "part of the name"),
        traits: vec!["star=3".to_owned()],
        devices: vec![DeviceRow {
            id: 3,
            label: "Chrome · Android".to_owned(),
            first: at(day(6, 1), 8, 30),
            last: at(day(11, 22), 9, 5),
            here: false,
            signed_in: true,
        }],
        reads: vec![ReadRow {
            who: l(lang, "工作人员 王芳", "staff Wang"),
            what: l(lang, "看了余额", "saw the balance"),
            note: "11-22 09:05".to_owned(),
        }],
        household: 3,
        left: String::new(),
        done: "enrol-known",
        acts: ResidentActs {
            record: true,
            cases: vec![(
                "/nanmen/queue/new/deduction?resident=1001".to_owned(),
                l(lang, "扣分", "Deduction"),
            )],
            order: true,
            reverse: true,
            propose: true,
            reset: true,
            listing: true,
            export: true,
            enrol: true,
        },
    }
}

fn find(lang: Lang, size: Size) -> FindView {
    let row = |no, name: &str, address: &str| FoundRow {
        no,
        number: format!("{no:04}"),
        name: name.to_owned(),
        household: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        address: address.to_owned(),
        phone_tail: "0731".to_owned(),
        left: if no == 218 {
            l(lang, "已迁出", "moved away")
        } else {
            String::new()
        },
    };
    FindView {
        shell: at_desks(shell(lang, size, Some("黄主任")), &OPERATOR),
        typed: "cap".to_owned(),
        asked: true,
        rows: vec![
            row(
                3,
                &l(lang, "演示·陈阿婆", "Grandma Chen"),
                &l(lang, "榕树巷 12 号", "12 Banyan Lane"),
            ),
            row(
                218,
                &l(lang, "演示·陈爱萍", "Chen Aiping"),
                &l(lang, "桥头路 5 号", "5 Bridge Road"),
            ),
        ],
        more: true,
        does: FoundDoes::Open,
    }
}

fn order_for(lang: Lang, size: Size) -> OrderForView {
    let tile = |blocked| Tile {
        item: "rice".to_owned(),
        title: l(lang, "大米 5 公斤", "Rice 5 kg"),
        picture: Picture::for_item("rice"),
        photo: None,
        pieces: 0,
        price: Some(60),
        value_fen: None,
        stock: Stock::Few(3),
        blocked,
    };
    OrderForView {
        shell: at_desks(shell(lang, size, Some("黄主任")), &OPERATOR),
        whom: whom(lang),
        has_page: true,
        balance: 1286,
        tiles: vec![tile(None), tile(Some(Blocked::Short(12)))],
        chosen: None,
        errors: Vec::new(),
    }
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let full = resident(lang, size);
    let bare = ResidentView {
        address: String::new(),
        phone_tail: String::new(),
        shared: String::new(),
        members: Vec::new(),
        expiring: None,
        lines: Vec::new(),
        older: None,
        is_older_page: false,
        orders: Vec::new(),
        waits: Vec::new(),
        traits: Vec::new(),
        devices: Vec::new(),
        reads: Vec::new(),
        left: l(
            lang,
            "迁出，2026年11月20日登记。这个号码不能再记新的事项。",
            "Moved away, entered on 20 November. Nothing new can be booked.",
        ),
        done: "",
        acts: ResidentActs::default(),
        ..full.clone()
    };
    let several = find(lang, size);
    let none = FindView {
        rows: Vec::new(),
        more: false,
        does: FoundDoes::Record,
        ..several.clone()
    };
    let begin = FindView {
        typed: String::new(),
        asked: false,
        does: FoundDoes::Order,
        ..none.clone()
    };
    let shelf = order_for(lang, size);
    let check = OrderForView {
        tiles: Vec::new(),
        chosen: Some(OrderFor {
            key: "0191f3a3".to_owned(),
            lines: vec![("rice".to_owned(), 1)],
            title: l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
            total: 60,
            after: 1226,
            until: day(11, 29),
            limits: vec![l(lang, "每月 2 袋", "2 bags a month")],
            again: Some(7),
        }),
        errors: vec![FieldError {
            field: "form",
            message: l(
                lang,
                "这个月已经换了两袋。",
                "Two bags were had this month.",
            ),
        }],
        ..shelf.clone()
    };
    let slip = OrderSlipView {
        shell: shelf.shell.clone(),
        whom: whom(lang),
        has_page: true,
        title: l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
        total: 60,
        code: "48273195".to_owned(),
        qr_text: "48273195".to_owned(),
        place: l(lang, "绿美积分超市", "The points shop"),
        hours: "9:00–17:00".to_owned(),
        until: day(11, 29),
        at: at(day(11, 22), 9, 5),
        no: 7,
    };
    vec![
        ("find", several.html()),
        ("find-none", none.html()),
        ("find-begin", begin.html()),
        ("resident", full.html()),
        ("resident-bare", bare.html()),
        ("order-for", shelf.html()),
        ("order-for-check", check.html()),
        ("order-for-slip", slip.html()),
    ]
}
