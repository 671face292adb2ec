//! Samples of home, the passbook and why pages.

use rongyi_pages::*;

use super::{Pages, access, at, day, l, line, orders, shell};

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
    let mut lesson = line(
        1030,
        l(lang, "公益讲课 1 次", "A lesson given, 1 time"),
        day(11, 16),
        String::new(),
        1,
        Some(12),
    );
    lesson.unit = Unit::Other(l(lang, "公益星", "service stars"));
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
    inspected.also = vec![Also {
        amount: 90,
        unit: Unit::Minutes,
        balance_after: None,
    }];
    vec![
        waste(lang),
        rice,
        inspected,
        lesson,
        clean,
        council,
        deduction,
    ]
}

fn moved(lang: Lang) -> Vec<MonthSum> {
    let hours = MonthSum {
        unit: Unit::Minutes,
        earned: 450,
        spent: -60,
    };
    let stars = MonthSum {
        unit: Unit::Other(l(lang, "公益星", "Service stars")),
        earned: 3,
        spent: -1,
    };
    vec![hours, stars]
}

fn pending(lang: Lang) -> Vec<Pending> {
    let (until, booked) = (day(11, 26), day(11, 27));
    let council = l(lang, "参加居民议事会 1 次", "Residents' council, 1 time");
    let meeting = |path: &str, state| Pending {
        path: path.to_owned(),
        title: council.clone(),
        day: day(11, 20),
        amount: 5,
        unit: Unit::Points,
        state,
    };
    let mut hours = meeting("/passbook/815", PendingState::Upheld { booked });
    hours.unit = Unit::Minutes;
    hours.amount = 90;
    vec![
        meeting("/passbook/812", PendingState::Notice { until, booked }),
        meeting("/passbook/813", PendingState::Objected),
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
        appeal: Some(WhyAppeal {
            href: Some("/nanmen/cases/new/appeal?entry=8".to_owned()),
            until: Some(day(12, 22)),
        }),
        scores: Some(l(lang, "评委 1 打分 90", "Score of judge 1: 90")),
        case: Some((12, "/nanmen/cases/12".to_owned())),
        written: Some(l(
            lang,
            "电动车堵了三号楼的楼道，提醒过两次。",
            "A scooter blocked the stairs of house 3; there were two reminders.",
        )),
        of: None,
        may_reverse: false,
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
        others: vec![WhySum {
            unit: Unit::Other(l(lang, "公益星", "service stars")),
            amount: 1,
            rows: vec![ReasonRow {
                text: l(lang, "每次 1 颗星", "1 star each time"),
                amount: Some(1),
            }],
        }],
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

#[expect(clippy::too_many_lines, reason = "sample pages, one after the other")]
pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let home = HomeView {
        may_ask: true,
        shell: shell(lang, size, Some("陈阿婆")),
        told: vec![access::told(lang)],
        holder_title: l(lang, "陈阿婆家 · 第 3 户", "Grandma Chen's · household 3"),
        balance: 1286,
        minutes: 2550,
        others: vec![(l(lang, "公益星", "Service stars"), 12)],
        earned_month: Some(305),
        notice: 20,
        set_aside: 0,
        expiring: Some(Expiring {
            points: 60,
            on: day(12, 31),
        }),
        today: l(lang, "11月23日 星期一", "Mon 23 Nov"),
        unread: 3,
        next: Some(HomeNext {
            href: "/nanmen/activities/7".to_owned(),
            title: l(lang, "榕树下清洁日", "Clean-up under the banyan"),
            when: l(
                lang,
                "12月5日 星期六 08:30–10:30 · 榕树巷口",
                "Sat 5 Dec 08:30–10:30 · Banyan Lane",
            ),
            mine: true,
        }),
        waits: vec![
            HomeCase {
                href: "/nanmen/orders/318".to_owned(),
                title: l(lang, "取 大米 5 公斤 × 1", "Collect: rice 5 kg × 1"),
                note: l(lang, "11月29日 星期日 前领取", "by Sun 29 Nov"),
            },
            HomeCase {
                href: "/nanmen/cases/12".to_owned(),
                title: l(
                    lang,
                    "扣分 · 占道堆放",
                    "Deduction · Things left in the way",
                ),
                note: l(
                    lang,
                    "已告知本人，可以提意见，到 11月27日 为止",
                    "The person was told and may answer, until 27 Nov",
                ),
            },
        ],
        recent: lines(lang).into_iter().take(4).collect(),
    };
    let mut new_here = home.clone();
    new_here.balance = 0;
    new_here.minutes = 0;
    new_here.earned_month = Some(0);
    new_here.notice = 0;
    new_here.expiring = None;
    new_here.waits.truncate(1);
    new_here.unread = 0;
    new_here.next = None;
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
                others: Vec::new(),
                continued: true,
                lines: lines(lang),
            },
            Month {
                year: 2026,
                month: 10,
                sums: Some((260, 0)),
                others: moved(lang),
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
