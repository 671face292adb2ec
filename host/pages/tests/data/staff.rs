//! Samples of the pages for the counter, the operator and the public.

use rongyi_pages::*;

use super::{Pages, at, at_desks, day, l, shell};

/// An operator's.
pub(super) const ALL_DESKS: [Desk; 4] = [Desk::Operator, Desk::Till, Desk::Record, Desk::Amend];

fn pieces(item: &str, title: String, left: i64, handed: i64) -> TillPieces {
    TillPieces {
        item: item.to_owned(),
        title,
        left,
        handed,
    }
}

pub(super) fn check_pages(lang: Lang, size: Size) -> Pages {
    let staff = l(lang, "李店员", "Li, shopkeeper");
    let check = TillCheckView {
        shell: at_desks(shell(lang, size, Some(&staff)), &[Desk::Till]),
        no: 318,
        reference: "NM-2026-000318".to_owned(),
        code: "48271936".to_owned(),
        key: "0191f3a2-99cc".to_owned(),
        pieces: vec![pieces(
            "rice-5kg",
            l(lang, "大米 5 公斤", "Rice 5 kg"),
            1,
            0,
        )],
        errors: Vec::new(),
        total: 85,
        masked_name: l(lang, "陈*英", "Chen *"),
        placed_on: day(11, 22),
        until: day(11, 29),
    };
    let mut several = check.clone();
    several.pieces = vec![
        pieces("salt", l(lang, "食盐", "Salt"), 2, 1),
        pieces("rice-5kg", l(lang, "大米 5 公斤", "Rice 5 kg"), 3, 0),
    ];
    let mut none = several.clone();
    none.errors = vec![FieldError {
        field: "pieces",
        message: l(
            lang,
            "至少要交付一份。什么也不交付，请按“先不交付”。",
            "Hand over at least one piece, or choose “Not now”.",
        ),
    }];
    vec![
        ("till-check", check.html()),
        ("till-check-several", several.html()),
        ("till-check-none", none.html()),
    ]
}

pub(super) fn till_day(lang: Lang, way: ReturnWay) -> TillDay {
    let waits = |no, title: String, days_left| TillWaiting {
        no,
        title,
        masked_name: l(lang, "陈*英", "Chen *"),
        until: day(11, 22 + u8::try_from(days_left).expect("a few days")),
        days_left,
    };
    let line = |entry, returned| TillLine {
        title: l(lang, "食用油 1.8 升 × 1", "Cooking oil 1.8 l × 1"),
        masked_name: l(lang, "林*国", "Lin *"),
        at: at(day(11, 22), 9, 5),
        order: 311,
        entry,
        points: 60,
        by: l(lang, "工作人员 李店员", "staff Li"),
        returned,
        key: "0191f3a2".to_owned(),
    };
    TillDay {
        waiting: vec![
            waits(318, l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"), 0),
            waits(319, l(lang, "食盐 × 2", "Salt × 2"), 1),
            waits(321, l(lang, "食盐 × 1", "Salt × 1"), 5),
        ],
        waiting_in_all: 12,
        last_today: 1,
        handed: vec![line(822, None), line(820, Some(825))],
        handed_in_all: 2,
        out: TillSums {
            orders: 2,
            pieces: 2,
            points: 120,
        },
        back: vec![line(825, None)],
        returned: TillSums {
            orders: 1,
            pieces: 1,
            points: 60,
        },
        way,
    }
}

pub(super) fn till_pages(lang: Lang, size: Size) -> Pages {
    let staff = l(lang, "李店员", "Li, shopkeeper");
    let till = TillView {
        shell: at_desks(shell(lang, size, Some(&staff)), &[Desk::Till]),
        code: String::new(),
        merchant: String::new(),
        errors: vec![],
        day: till_day(lang, ReturnWay::Ask(vec!["黄主任".to_owned()])),
    };
    let mut alone = till.clone();
    alone.day.way = ReturnWay::Ask(Vec::new());
    let mut calm = till.clone();
    calm.day.waiting = Vec::new();
    calm.day.handed = Vec::new();
    calm.day.back = Vec::new();
    calm.day.last_today = 0;
    calm.day.waiting_in_all = 0;
    calm.day.handed_in_all = 0;
    let sheet = TillDayView {
        shell: till.shell.clone(),
        day: till_day(lang, ReturnWay::Here),
        merchant: String::new(),
        today: day(11, 22),
        shop_hours: l(lang, "周六 9:00–11:30", "Saturday 9:00–11:30"),
    };
    let mut wrong = till.clone();
    wrong.code = "4827193".to_owned();
    wrong.errors = vec![FieldError {
        field: "code",
        message: l(
            lang,
            "取货码是 8 位数字，您输了 7 位。请再看一眼手机或纸单。",
            "A pick-up code has 8 digits; you typed 7. Please look at the phone or slip again.",
        ),
    }];
    let result = |outcome: TillOutcome, with_item: bool| {
        TillResultView {
            shell: at_desks(shell(lang, size, Some(&staff)), &[Desk::Till]),
            outcome,
            item: with_item.then(|| TillItem {
                title: l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
                masked_name: l(lang, "陈*英", "Chen *"),
                reference: "NM-2026-000318".to_owned(),
                entry: Some(816),
            }),
        }
        .html()
    };
    let when = at(day(11, 22), 9, 5);
    vec![
        ("till", till.html()),
        ("till-alone", alone.html()),
        ("till-calm", calm.html()),
        ("till-day", sheet.html()),
        ("till-wrong", wrong.html()),
        ("till-handed", result(TillOutcome::HandedOver, true)),
        (
            "till-part",
            result(
                TillOutcome::HandedPart {
                    left: l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
                    until: day(11, 29),
                    paid: 85,
                    kept: 85,
                },
                true,
            ),
        ),
        (
            "till-already",
            result(
                TillOutcome::AlreadyHandedOver {
                    at: when,
                    by: l(lang, "王店员", "Wang"),
                },
                true,
            ),
        ),
        (
            "till-timed-out",
            result(TillOutcome::TimedOut { at: when }, true),
        ),
        (
            "till-cancelled",
            result(TillOutcome::Cancelled { at: when }, true),
        ),
        (
            "till-unknown",
            result(
                TillOutcome::Unknown {
                    code: "11112222".to_owned(),
                },
                false,
            ),
        ),
    ]
}

pub(super) fn config_fault(lang: Lang) -> ConfigFault {
    ConfigFault {
        place: "nanmen.toml:31:9".to_owned(),
        text: "monthly_cap = \"300\"".to_owned(),
        code: "config.type".to_owned(),
        what: l(
            lang,
            "这里要写整数，不带引号。",
            "This is a whole number, without quotes.",
        ),
        remedy: l(lang, "例如 300。", "For example 300."),
    }
}

pub(super) fn newcomer_fault(lang: Lang) -> ConfigFault {
    ConfigFault {
        place: "dongcun.toml:4:1".to_owned(),
        text: "unti = 1".to_owned(),
        code: "config.unknown-key".to_owned(),
        what: l(lang, "不认识 “unti” 这一项。", "“unti” is not a known key."),
        remedy: l(
            lang,
            "是不是想写 “unit”？改名，或者删掉这一行。",
            "Did you mean “unit”? Rename it, or delete the line.",
        ),
    }
}

pub(super) fn office_pages(lang: Lang, size: Size) -> Pages {
    let head = Head {
        height: 212,
        hash: "4be1077c2f9d63a0e85b41c7d26f08a39b5ce71204df86a3915c0ed7b82f64a1".to_owned(),
        at: at(day(11, 22), 7, 42),
    };
    let rule = |title: String, state, waiting: i64| RuleSetRow {
        title,
        name: "points-table".to_owned(),
        yesterday: if waiting > 0 { 0 } else { 312 },
        version: "3".to_owned(),
        digest: "9f2c41d07ab8e3556f1d0c9b7e24a8815c3f90d2be67a4417d0f8832c5e91ab6".to_owned(),
        author: l(lang, "榕城区社工站", "Rongcheng social work station"),
        from: l(lang, "随榕易一起来的", "It came with Rongyi"),
        interface: "rongyi:rules@0.2.0".to_owned(),
        limits: Some(CallLimits {
            tier: "small".to_owned(),
            fuel: 2_000_000,
            memory_kib: 4096,
        }),
        active_from: day(9, 1),
        state,
        calls: 12_480,
        refusals: 913,
        faults: if waiting > 0 {
            vec![("limit.fuel".to_owned(), 7), ("plugin.panic".to_owned(), 1)]
        } else {
            Vec::new()
        },
        fuel: Some([21_503, 48_127, 61_439, 2_031_615]),
        micros: (state != RuleState::Planned).then_some([71, 135, 207, 24_575]),
        waiting,
        last_fault: (waiting > 0).then(|| LastFault {
            code: "plugin.panic".to_owned(),
            message: "`earn` panicked: no price for “haircut”, src/lib.rs:41:9".to_owned(),
            at: at(day(11, 22), 7, 40),
        }),
        parked: (state == RuleState::Parked).then_some(Parked {
            since: at(day(11, 22), 7, 30),
            next: at(day(11, 22), 8, 2),
            tries: 3,
        }),
        remedy: match state {
            RuleState::Parked => RuleRemedy::Parked,
            RuleState::Active | RuleState::Planned | RuleState::Past => RuleRemedy::Fine,
        },
    };
    let rules = RulesView {
        shell: at_desks(shell(lang, size, Some("黄主任")), &ALL_DESKS),
        since: Some(at(day(11, 20), 8, 0)),
        rules: vec![
            rule(
                l(lang, "绿美积分 2026 秋", "Green points, autumn"),
                RuleState::Active,
                0,
            ),
            rule(l(lang, "义剪加分", "Haircut bonus"), RuleState::Parked, 2),
            rule(
                l(lang, "绿美积分 2027 春", "Green points, spring"),
                RuleState::Planned,
                0,
            ),
            rule(
                l(lang, "绿美积分 2026 夏", "Green points, summer"),
                RuleState::Past,
                0,
            ),
        ],
        waiting: 2,
        head: head.clone(),
        config_faults: vec![config_fault(lang)],
        newcomer_faults: vec![newcomer_fault(lang)],
        needs_restart: vec!["listen".to_owned()],
    };
    let mut quiet = rules.clone();
    quiet.waiting = 0;
    quiet.config_faults = Vec::new();
    quiet.newcomer_faults = Vec::new();
    quiet.needs_restart = Vec::new();
    vec![
        ("rules", rules.html()),
        ("rules-quiet", quiet.html()),
        (
            "head",
            HeadView {
                shell: shell(lang, size, None),
                head,
                published: Some(super::proof::published_head()),
            }
            .html(),
        ),
    ]
}

fn no_period(lang: Lang, size: Size) -> PeriodsView {
    PeriodsView {
        shell: shell(lang, size, Some("黄主任")),
        due: Vec::new(),
        cards: Vec::new(),
    }
}

/// Closing a period, at every stage.
pub(super) fn period_pages(lang: Lang, size: Size) -> Pages {
    let staff = Some("黄主任");
    let card = PeriodCard {
        period: "2026-10".to_owned(),
        about: l(
            lang,
            "按月，规则 period-close",
            "by the month, rule period-close",
        ),
        first: Day::of(2026, 10, 1),
        last: Day::of(2026, 10, 31),
        stage: PeriodStage::CutOff,
        holders: 128,
        closed: 0,
        cut_by: "黄主任".to_owned(),
        signed_by: None,
        signed_alone: false,
    };
    let signed = PeriodCard {
        stage: PeriodStage::Signed,
        closed: 57,
        signed_by: Some("黄主任".to_owned()),
        signed_alone: true,
        ..card.clone()
    };
    let sealed = PeriodCard {
        period: "2026-09".to_owned(),
        stage: PeriodStage::Sealed,
        closed: 128,
        ..signed.clone()
    };
    let line = |points, change, reason: String, closed| PeriodLine {
        holder: l(lang, "陈阿婆 · 第 3 户", "household 3"),
        points,
        change,
        reasons: vec![reason],
        closed,
    };
    let lines = vec![
        line(
            1286,
            50,
            l(lang, "本月第 1 名", "First place of the month"),
            true,
        ),
        line(
            140,
            -40,
            l(lang, "结转最多 100 分", "At most 100 are carried over"),
            false,
        ),
        line(0, 0, l(lang, "本月没有得分", "No points this month"), false),
    ];
    let list = PeriodsView {
        shell: shell(lang, size, staff),
        due: vec![
            PeriodDue {
                period: "2026-11".to_owned(),
                about: l(
                    lang,
                    "按月，规则 period-close",
                    "by the month, rule period-close",
                ),
            },
            PeriodDue {
                period: "2026-h2".to_owned(),
                about: l(lang, "按半年，只封账", "by the half-year, only sealed"),
            },
        ],
        cards: vec![card.clone(), sealed],
    };
    let preview = PeriodView {
        shell: shell(lang, size, staff),
        card: card.clone(),
        lines: lines.clone(),
        next: Some("household/3".to_owned()),
        may_sign: false,
        results: "?from=2026-10&to=2026-10".to_owned(),
    };
    let closing = PeriodView {
        card: signed,
        next: None,
        ..preview.clone()
    };
    let bare = PeriodView {
        card: PeriodCard {
            stage: PeriodStage::Withdrawn,
            ..card
        },
        lines: Vec::new(),
        next: None,
        ..preview.clone()
    };
    vec![
        ("periods", list.html()),
        ("periods-none", no_period(lang, size).html()),
        ("period-preview", preview.html()),
        ("period-closing", closing.html()),
        ("period-bare", bare.html()),
    ]
}

/// Pages outside any one person's business: the choice of a community and the error page.
pub(super) fn public_pages(lang: Lang, size: Size) -> Pages {
    let mut above = shell(lang, size, None);
    above.community_title.clear();
    above.community_path.clear();
    let link = |path: &str, title: String, note: String| CommunityLink {
        path: path.to_owned(),
        title,
        note,
    };
    let communities = CommunitiesView {
        shell: above,
        communities: vec![
            link(
                "/nanmen",
                l(lang, "南门社区", "Nanmen"),
                l(lang, "绿美积分超市", "Green Points Shop"),
            ),
            link(
                "/longshi",
                l(lang, "龙石村", "Longshi"),
                l(lang, "文明积分超市", "Good Manners Shop"),
            ),
            link("/jinxian", l(lang, "进贤社区", "Jinxian"), String::new()),
        ],
    };
    let mut no_communities = communities.clone();
    no_communities.communities.clear();
    let error = ErrorView {
        shell: shell(lang, size, None),
        code: "order.not_found".to_owned(),
        what: l(lang, "没有找到这张兑换单", "This order was not found"),
        expected: l(
            lang,
            "您自己的、还没有超过一年的兑换单",
            "One of your own orders, not older than a year",
        ),
        remedy: l(
            lang,
            "回到“我的兑换单”，从列表里点开。",
            "Go back to “My orders” and open it from the list.",
        ),
        next: Some((
            "/nanmen/orders".to_owned(),
            l(lang, "我的兑换单", "My orders"),
        )),
    };
    let mut bare = error.clone();
    bare.expected.clear();
    bare.next = None;
    bare.shell.phone.clear();
    vec![
        ("communities", communities.html()),
        ("communities-none", no_communities.html()),
        ("error", error.html()),
        ("error-bare", bare.html()),
    ]
}
