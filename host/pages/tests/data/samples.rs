//! One or more samples of every page, for the tests and the gallery. The people are made up.

use rongyi_pages::*;

mod access;
mod amend;
mod orders;
mod proof;
mod record;
mod staff;

fn l(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
    .to_owned()
}

fn shell(lang: Lang, size: Size, name: Option<&str>) -> Shell {
    Shell {
        lang,
        size,
        community_title: l(
            lang,
            "南门社区 · 绿美积分超市",
            "Nanmen · Green Points Shop",
        ),
        community_path: "/nanmen".to_owned(),
        signed_in_name: name.map(str::to_owned),
        reader: name.map_or(Reader::Nobody, |_| Reader::Resident),
        demo: true,
        phone: "0591-8888 0101".to_owned(),
        request_id: "7F3K-92QD".to_owned(),
        here: "/nanmen/home".to_owned(),
    }
}

fn day(month: u8, day: u8) -> Day {
    Day::of(2026, month, day)
}

fn at(d: Day, hour: u8, minute: u8) -> Moment {
    Moment {
        day: d,
        hour,
        minute,
    }
}

fn line(seq: u64, title: String, d: Day, note: String, amount: i64, after: Option<i64>) -> Line {
    Line {
        seq,
        title,
        day: d,
        happened: None,
        note,
        told: Vec::new(),
        amount,
        unit: Unit::Points,
        balance_after: after,
        state: LineState::Posted,
    }
}

fn waste(lang: Lang) -> Line {
    let title = l(lang, "垃圾分类 7.6 公斤", "Waste sorting, 7.6 kg");
    let note = l(lang, "智能箱 3 号", "smart bin 3");
    line(1041, title, day(11, 22), note, 38, Some(1286))
}

fn lines(lang: Lang) -> Vec<Line> {
    let mut inspected = line(
        1040,
        l(lang, "门前三包检查", "Front yard inspection"),
        day(11, 20),
        String::new(),
        20,
        None,
    );
    inspected.state = LineState::Notice { until: day(11, 25) };
    let mut rice = line(
        1033,
        l(lang, "兑换 大米 5 公斤", "Ordered: rice 5 kg"),
        day(11, 21),
        String::new(),
        -85,
        Some(1248),
    );
    rice.state = LineState::PickedUp;
    let mut clean = line(
        1029,
        l(lang, "清洁家园志愿服务", "Village clean-up"),
        day(11, 16),
        String::new(),
        150,
        None,
    );
    clean.unit = Unit::Minutes;
    let council = line(
        1028,
        l(lang, "议事厅 参会一次", "Council attendance"),
        day(11, 15),
        l(lang, "书记茶话会", "tea with the secretary"),
        5,
        Some(1333),
    );
    let mut deduction = line(
        1020,
        l(lang, "占道堆放 扣分", "Goods left on the path"),
        day(11, 12),
        l(lang, "网格员 林*", "grid worker Lin *"),
        -5,
        Some(1328),
    );
    deduction.state = LineState::Reversed;
    vec![waste(lang), rice, inspected, clean, council, deduction]
}

fn pending(lang: Lang) -> Vec<Pending> {
    let (until, booked) = (day(11, 26), day(11, 27));
    let council = l(lang, "参加居民议事会 1 次", "Residents' council, 1 time");
    let own = |path: &str, state| Pending {
        path: path.to_owned(),
        title: council.clone(),
        day: day(11, 20),
        amount: 5,
        unit: Unit::Points,
        state,
    };
    let mut hours = own("/passbook/815", PendingState::Upheld { booked });
    hours.unit = Unit::Minutes;
    hours.amount = 90;
    vec![
        own("/passbook/812", PendingState::Notice { until, booked }),
        own("/passbook/813", PendingState::Objected),
        hours,
    ]
}

fn why_notice(lang: Lang, size: Size, state: PendingState) -> WhyView {
    let mut view = why(lang, size);
    view.line.state = LineState::Notice { until: day(11, 26) };
    view.line.balance_after = None;
    view.opens_again = None;
    view.notice = Some(WhyNotice {
        state,
        key: "0191f3a2".to_owned(),
    });
    view
}

fn why(lang: Lang, size: Size) -> WhyView {
    WhyView {
        shell: shell(lang, size, Some("陈阿婆")),
        line: waste(lang),
        rows: vec![
            ReasonRow {
                text: l(
                    lang,
                    "厨余 7.6 公斤 × 每公斤 10 分",
                    "Food waste 7.6 kg × 10 points per kg",
                ),
                amount: Some(76),
            },
            ReasonRow {
                text: l(
                    lang,
                    "本户本月上限 300 分，此前已得 262 分，只剩 38 分",
                    "Cap of 300 points per household and month, 262 had before, 38 left",
                ),
                amount: Some(-38),
            },
        ],
        refusal: None,
        opens_again: Some(day(12, 1)),
        rule: Some(RuleRef {
            name: l(lang, "绿美积分 2026 秋", "Green points, autumn 2026"),
            version: "3".to_owned(),
            active_from: day(9, 1),
            digest: "9f2c41d07ab8e3556f1d0c9b7e24a8815c3f90d2be67a4417d0f8832c5e91ab6".to_owned(),
        }),
        recorded_by: l(lang, "智能箱 3 号", "Smart bin 3"),
        recorded_at: at(day(11, 22), 7, 42),
        reason: None,
        related: Vec::new(),
        notice: None,
        order_no: None,
        proof: Proof {
            seq: 1041,
            height: 212,
            block_hash: "4be1077c2f9d63a0e85b41c7d26f08a39b5ce71204df86a3915c0ed7b82f64a1"
                .to_owned(),
        },
    }
}

fn tile(item: &str, title: String, price: i64, fen: i64, stock: Stock) -> Tile {
    Tile {
        item: item.to_owned(),
        title,
        picture: Picture::for_item(item),
        price: Some(price),
        value_fen: Some(fen),
        stock,
        blocked: None,
    }
}

fn tiles(lang: Lang) -> Vec<Tile> {
    let mut cooker = tile(
        "cooker-3l",
        l(lang, "电饭煲 3 升", "Rice cooker 3 l"),
        1600,
        29900,
        Stock::Few(2),
    );
    cooker.blocked = Some(Blocked::Short(314));
    let mut hair = tile(
        "haircut",
        l(lang, "义剪 一次", "A haircut"),
        10,
        1500,
        Stock::Plenty,
    );
    hair.blocked = Some(Blocked::Refused {
        sentence: l(lang, "只在周六开放", "Only on Saturdays"),
        opens_again: Some(day(11, 28)),
    });
    let mut towel = tile(
        "towel",
        l(lang, "纯棉毛巾", "Cotton towel"),
        12,
        900,
        Stock::Gone,
    );
    towel.blocked = Some(Blocked::Gone);
    vec![
        tile(
            "rice-5kg",
            l(lang, "大米 5 公斤", "Rice 5 kg"),
            85,
            3800,
            Stock::Plenty,
        ),
        tile(
            "oil-1.8l",
            l(lang, "食用油 1.8 升", "Cooking oil 1.8 l"),
            60,
            2650,
            Stock::Few(4),
        ),
        tile(
            "eggs-30",
            l(lang, "土鸡蛋 30 枚", "30 farm eggs"),
            45,
            3200,
            Stock::Plenty,
        ),
        tile(
            "detergent",
            l(lang, "洗洁精 1 公斤", "Washing-up liquid 1 kg"),
            15,
            980,
            Stock::Plenty,
        ),
        tile(
            "donation",
            l(lang, "捐给微基金 10 分", "Give 10 points to the fund"),
            10,
            0,
            Stock::Plenty,
        ),
        cooker,
        hair,
        towel,
    ]
}

fn filters(lang: Lang) -> Vec<Filter> {
    let f = |tag: &str, label: String| Filter {
        tag: tag.to_owned(),
        label,
    };
    vec![
        f("affordable", String::new()),
        f("all", String::new()),
        f("food", l(lang, "粮油", "Food")),
        f("household", l(lang, "日用", "Household")),
        f("service", l(lang, "服务", "Services")),
    ]
}

fn item(lang: Lang, size: Size, tile: Tile) -> ItemView {
    let total = tile.blocked.is_none().then_some(tile.price).flatten();
    ItemView {
        shell: shell(lang, size, Some("陈阿婆")),
        tile,
        description: l(
            lang,
            "本地新米，每袋 5 公斤。",
            "New local rice, 5 kg a bag.",
        ),
        limits: vec![l(
            lang,
            "每户每月 2 袋，本月还可换 2 袋",
            "2 bags per household and month, 2 left this month",
        )],
        place: l(lang, "南门社区积分超市", "Nanmen points shop"),
        hours: l(lang, "周六、周日 8:30–17:30", "Sat and Sun 8:30–17:30"),
        quantity: 1,
        quantity_max: 2,
        total,
        balance: 1286,
    }
}

fn confirm(lang: Lang, size: Size) -> ConfirmView {
    ConfirmView {
        shell: shell(lang, size, Some("陈阿婆")),
        key: "0191f3a2-77aa".to_owned(),
        item: "rice-5kg".to_owned(),
        title: l(lang, "大米 5 公斤", "Rice 5 kg"),
        picture: Picture::Rice,
        quantity: 1,
        total: 85,
        balance: 1286,
        place: l(lang, "南门社区积分超市", "Nanmen points shop"),
        hours: l(lang, "周六、周日 8:30–17:30", "Sat and Sun 8:30–17:30"),
        until: day(11, 29),
        limits: vec![l(
            lang,
            "每户每月 2 袋，这是本月第 1 袋",
            "2 bags per household and month, this is the first",
        )],
        draws: vec![
            Draw {
                points: 60,
                expires: Some(day(12, 31)),
            },
            Draw {
                points: 25,
                expires: None,
            },
        ],
        price_was: None,
        late_lapsed: 60,
        again: None,
    }
}

/// The same page for a member of staff at these desks.
fn at_desks(shell: Shell, desks: &'static [Desk]) -> Shell {
    Shell {
        reader: Reader::Staff(desks),
        ..shell
    }
}

type Pages = Vec<(&'static str, String)>;

fn account_pages(lang: Lang, size: Size) -> Pages {
    let sign_in = SignInView {
        shell: shell(lang, size, None),
        audience: Audience::Resident,
        number: String::new(),
        next: String::new(),
        errors: vec![],
        demo_hint: Some(("0003".to_owned(), "271828".to_owned())),
    };
    let mut wrong = sign_in.clone();
    wrong.number = "0003".to_owned();
    wrong.errors = vec![FieldError {
        field: "pin",
        message: l(
            lang,
            "密码不对，请看积分卡再输一次。再错要等 1 分钟。",
            "That PIN is not right. Please look at your card and try again; after one more mistake you wait a minute.",
        ),
    }];
    let mut staff = sign_in.clone();
    staff.audience = Audience::Staff;
    staff.demo_hint = None;
    let pin = PinView {
        shell: shell(lang, size, Some("陈阿婆")),
        audience: Audience::Resident,
        first_use: true,
        errors: vec![
            FieldError {
                field: "pin",
                message: l(
                    lang,
                    "新密码要 6 位数字，您输了 4 位。",
                    "The new PIN needs 6 digits; you typed 4.",
                ),
            },
            FieldError {
                field: "again",
                message: l(
                    lang,
                    "两次输入的不一样，请再输一遍。",
                    "The two entries differ; please type it again.",
                ),
            },
        ],
        done: false,
        told: access::told(lang),
    };
    let mut pin_plain = pin.clone();
    pin_plain.first_use = false;
    pin_plain.errors.clear();
    let mut pin_done = pin_plain.clone();
    pin_done.done = true;
    let me = MeView {
        shell: shell(lang, size, Some("陈阿婆")),
        name: l(lang, "陈秀英", "Chen Xiuying"),
        resident_number: "0003".to_owned(),
        household_title: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        balance: 1286,
        minutes: 2550,
        others: vec![(l(lang, "时间币", "time coins"), 12)],
        waiting: 1,
        told: access::told(lang),
    };
    vec![
        ("sign-in", sign_in.html()),
        ("sign-in-wrong", wrong.html()),
        ("staff-sign-in", staff.html()),
        ("pin-first", pin.html()),
        ("pin", pin_plain.html()),
        ("pin-done", pin_done.html()),
        ("me", me.html()),
    ]
}

#[expect(clippy::too_many_lines, reason = "sample pages, one after the other")]
fn passbook_pages(lang: Lang, size: Size) -> Pages {
    let home = HomeView {
        shell: shell(lang, size, Some("陈阿婆")),
        told: vec![access::told(lang)],
        holder_title: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        balance: 1286,
        minutes: 2550,
        earned_month: Some(305),
        notice: 20,
        set_aside: 0,
        expiring: Some(Expiring {
            points: 60,
            on: day(12, 31),
        }),
        waiting: vec![Waiting {
            no: 318,
            title: l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
            until: day(11, 29),
        }],
        recent: lines(lang).into_iter().take(4).collect(),
    };
    let mut new_here = home.clone();
    new_here.balance = 0;
    new_here.minutes = 0;
    new_here.earned_month = Some(0);
    new_here.notice = 0;
    new_here.expiring = None;
    new_here.waiting.clear();
    new_here.recent.clear();
    let october = line(
        870,
        l(lang, "植树 3 棵", "3 trees planted"),
        day(10, 28),
        l(lang, "河边绿道", "river path"),
        60,
        Some(983),
    );
    let passbook = PassbookView {
        shell: shell(lang, size, Some("陈阿婆")),
        holder_title: home.holder_title.clone(),
        balance: 1286,
        show: Show::All,
        pending: pending(lang),
        held: vec![orders::kept(lang)],
        months: vec![
            Month {
                year: 2026,
                month: 11,
                sums: None,
                continued: true,
                lines: lines(lang),
            },
            Month {
                year: 2026,
                month: 10,
                sums: Some((260, 0)),
                continued: false,
                lines: vec![october],
            },
        ],
        older: Some(870),
        is_older_page: true,
        today: day(11, 23),
    };
    let mut empty = passbook.clone();
    empty.pending.clear();
    empty.months.clear();
    empty.show = Show::Out;
    empty.older = None;
    let notice = PendingState::Notice {
        until: day(11, 26),
        booked: day(11, 27),
    };
    let mut not = why(lang, size);
    not.line.state = LineState::Refused;
    not.line.amount = 0;
    not.line.balance_after = None;
    not.refusal = Some(l(
        lang,
        "本户本月的 300 分已经得满",
        "This household already has its 300 points of the month",
    ));
    not.rows.clear();
    let mut of_order = why(lang, size);
    of_order.line = lines(lang).swap_remove(1);
    of_order.rows.clear();
    of_order.rule = None;
    of_order.opens_again = None;
    of_order.order_no = Some(318);
    vec![
        ("home", home.html()),
        ("home-new", new_here.html()),
        ("passbook", passbook.html()),
        ("passbook-empty", empty.html()),
        ("why", why(lang, size).html()),
        ("why-notice", why_notice(lang, size, notice).html()),
        (
            "why-objected",
            why_notice(lang, size, PendingState::Objected).html(),
        ),
        ("why-not", not.html()),
        ("why-order", of_order.html()),
    ]
}

fn shop_pages(lang: Lang, size: Size) -> Pages {
    let shop = ShopView {
        shell: shell(lang, size, Some("陈阿婆")),
        balance: 1286,
        show: "all".to_owned(),
        filters: filters(lang),
        tiles: tiles(lang),
    };
    let mut empty = shop.clone();
    empty.show = "affordable".to_owned();
    empty.tiles.clear();
    let mut all = tiles(lang);
    let cooker = all.swap_remove(5);
    let refused = tiles(lang).swap_remove(6);
    let rice = all.swap_remove(0);
    let mut changed = confirm(lang, size);
    changed.price_was = Some(80);
    vec![
        ("shop", shop.html()),
        ("shop-empty", empty.html()),
        ("item", item(lang, size, rice).html()),
        ("item-short", item(lang, size, cooker).html()),
        ("item-refused", item(lang, size, refused).html()),
        ("confirm", confirm(lang, size).html()),
        ("confirm-changed", changed.html()),
    ]
}

/// Every sample page with its name.
pub(crate) fn all(lang: Lang, size: Size) -> Pages {
    [
        account_pages(lang, size),
        passbook_pages(lang, size),
        shop_pages(lang, size),
        orders::pages(lang, size),
        staff::till_pages(lang, size),
        staff::check_pages(lang, size),
        access::pages(lang, size),
        amend::pages(lang, size),
        record::pages(lang, size),
        staff::office_pages(lang, size),
        staff::period_pages(lang, size),
        proof::proof_pages(lang, size),
        proof::own_pages(lang, size),
        proof::privacy_pages(lang, size),
        staff::public_pages(lang, size),
    ]
    .concat()
}
