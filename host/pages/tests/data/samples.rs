//! One or more samples of every page, for the tests and the gallery. The people are made up.

use rongyi_pages::*;

mod access;
mod activities;
mod amend;
mod cases;
mod dossiers;
mod home;
mod inspections;
mod merchants;
mod office;
mod orders;
mod passbook;
mod people;
mod proof;
mod record;
mod report;
mod simulate;
mod staff;
mod stock;

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
        theme: Theme::Auto,
        site: "https://rongyi.example.cn".to_owned(),
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
        also: Vec::new(),
    }
}

fn tile(item: &str, title: String, price: i64, fen: i64, stock: Stock) -> Tile {
    Tile {
        item: item.to_owned(),
        title,
        picture: Picture::for_item(item),
        photo: (item == "eggs-30").then(|| format!("/nanmen/goods/{item}/{}", "ab".repeat(32))),
        pieces: i64::from(item == "rice-5kg"),
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
        wish: None,
    }
}

fn line_of(lang: Lang, at: usize) -> CheckLine {
    let mut tile = tiles(lang).swap_remove(at);
    tile.pieces = 1;
    CheckLine {
        points: tile.price.filter(|_| tile.blocked.is_none()),
        tile,
        limits: vec![l(
            lang,
            "每户每月 2 袋，这是本月第 1 袋",
            "2 bags per household and month, this is the first",
        )],
    }
}

/// Pages of a basket with several things.
fn basket_pages(lang: Lang, size: Size) -> Pages {
    let mut several = confirm(lang, size);
    several.lines = vec![line_of(lang, 0), line_of(lang, 1), line_of(lang, 4)];
    several.later = vec![l(lang, "牛肉面 × 1", "Beef noodles × 1")];
    (several.total, several.own) = (Some(155), 155);
    several.notes = vec![l(lang, "整单九折", "A tenth off the whole")];
    let mut part = several.clone();
    part.lines.push(line_of(lang, 7));
    (part.total, part.news) = (None, Some(News::Refused));
    part.others = tiles(lang).into_iter().take(3).collect();
    let mut short = confirm(lang, size);
    short.total = None;
    short.blocked = Some(l(lang, "还差 14 分。", "14 points short."));
    short.news = Some(News::Full);
    let mut empty = confirm(lang, size);
    empty.lines.clear();
    empty.total = None;
    empty.news = Some(News::Ordered(318));
    vec![
        ("basket", several.html()),
        ("basket-part", part.html()),
        ("basket-short", short.html()),
        ("basket-empty", empty.html()),
    ]
}

/// Pages of something sold out.
fn item_states(lang: Lang, size: Size) -> Pages {
    let mut gone = item(lang, size, tiles(lang).swap_remove(7));
    gone.wish = Some(Wish::No);
    let mut waits = gone.clone();
    waits.wish = Some(Wish::Waits(2));
    let mut first = gone.clone();
    first.wish = Some(Wish::Waits(0));
    vec![
        ("item-gone", gone.html()),
        ("item-waits", waits.html()),
        ("item-waits-first", first.html()),
    ]
}

fn confirm(lang: Lang, size: Size) -> ConfirmView {
    ConfirmView {
        shell: shell(lang, size, Some("陈阿婆")),
        key: "0191f3a2-77aa".to_owned(),
        lines: vec![line_of(lang, 0)],
        later: Vec::new(),
        news: None,
        total: Some(85),
        blocked: None,
        others: Vec::new(),
        own: 85,
        paid_with: String::new(),
        balance: 1286,
        place: l(lang, "南门社区积分超市", "Nanmen points shop"),
        hours: l(lang, "周六、周日 8:30–17:30", "Sat and Sun 8:30–17:30"),
        until: day(11, 29),
        notes: Vec::new(),
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
        unread: 2,
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

fn shop_pages(lang: Lang, size: Size) -> Pages {
    let shop = ShopView {
        shell: shell(lang, size, Some("陈阿婆")),
        balance: 1286,
        show: "all".to_owned(),
        filters: filters(lang),
        tiles: tiles(lang),
        basket: Some(BasketBar {
            pieces: 3,
            total: Some(155),
            blocked: None,
        }),
        arrived: vec![("towel".to_owned(), l(lang, "纯棉毛巾", "Cotton towel"))],
    };
    let mut dear = shop.clone();
    dear.basket = Some(BasketBar {
        pieces: 1,
        total: None,
        blocked: Some(l(lang, "还差 14 分", "14 points short")),
    });
    let mut empty = shop.clone();
    empty.basket = None;
    empty.arrived.clear();
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
        ("shop-dear", dear.html()),
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
        activities::pages(lang, size),
        dossiers::pages(lang, size),
        passbook::pages(lang, size),
        home::pages(lang, size),
        shop_pages(lang, size),
        basket_pages(lang, size),
        item_states(lang, size),
        orders::pages(lang, size),
        staff::till_pages(lang, size),
        staff::check_pages(lang, size),
        access::pages(lang, size),
        office::pages(lang, size),
        people::pages(lang, size),
        people::sheet_pages(lang, size),
        amend::pages(lang, size),
        cases::pages(lang, size),
        inspections::pages(lang, size),
        record::pages(lang, size),
        staff::office_pages(lang, size),
        staff::period_pages(lang, size),
        stock::list_pages(lang, size),
        stock::item_pages(lang, size),
        stock::today_pages(lang, size),
        proof::proof_pages(lang, size),
        proof::own_pages(lang, size),
        proof::privacy_pages(lang, size),
        staff::public_pages(lang, size),
        merchants::pages(lang, size),
        report::report_pages(lang, size),
        report::wall_pages(lang, size),
        report::prepare_pages(lang, size),
        simulate::simulate_pages(lang, size),
    ]
    .concat()
}
