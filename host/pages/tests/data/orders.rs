//! Samples of orders: the slip in all its states, and the list.

use rongyi_pages::*;

use super::{Pages, at, day, l, shell};

fn handed(lang: Lang) -> OrderState {
    OrderState::HandedOver {
        at: at(day(11, 21), 9, 5),
        by: l(lang, "店员 李*", "shopkeeper Li *"),
    }
}

fn reserved() -> OrderState {
    OrderState::Reserved {
        code: "48271936".to_owned(),
        qr_text: "https://nanmen.example/t/48271936".to_owned(),
        until: day(11, 29),
        left: 2,
        may_cancel: true,
    }
}

fn order(lang: Lang, size: Size, state: OrderState, just_placed: bool) -> OrderView {
    OrderView {
        shell: shell(lang, size, Some("陈阿婆")),
        no: 318,
        reference: "NM-2026-000318".to_owned(),
        title: l(lang, "大米 5 公斤", "Rice 5 kg"),
        quantity: 1,
        total: 85,
        paid_with: String::new(),
        back: 85,
        lapsed: 0,
        lapses: None,
        late_lapsed: 0,
        parts: None,
        paid: 0,
        state,
        place: l(lang, "南门社区积分超市", "Nanmen points shop"),
        hours: l(lang, "周六、周日 8:30–17:30", "Sat and Sun 8:30–17:30"),
        placed_at: at(day(11, 22), 10, 12),
        key: "0191f3a2-88bb".to_owned(),
        just_placed,
        basket_waits: just_placed,
    }
}

pub(super) fn kept(lang: Lang) -> Pending {
    Pending {
        path: "/orders/318".to_owned(),
        title: l(lang, "食盐 × 2", "Salt × 2"),
        day: day(11, 20),
        amount: 10,
        unit: Unit::Points,
        state: PendingState::SetAside { until: day(11, 26) },
    }
}

fn order_line(no: u64, lang: Lang, state: OrderState) -> OrderLine {
    OrderLine {
        no,
        title: l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
        total: 85,
        placed_on: day(11, 20),
        state,
    }
}

pub(super) fn pages(lang: Lang, size: Size) -> Pages {
    let when = at(day(11, 29), 23, 59);
    let cancelled = OrderState::Cancelled { at: when };
    let timed_out = OrderState::TimedOut { at: when };
    let orders = OrdersView {
        shell: shell(lang, size, Some("陈阿婆")),
        waiting: vec![order_line(318, lang, reserved())],
        past: vec![
            order_line(301, lang, handed(lang)),
            order_line(270, lang, cancelled.clone()),
            order_line(255, lang, timed_out.clone()),
        ],
        older: Some(255),
    };
    let mut none = orders.clone();
    none.waiting.clear();
    none.past.clear();
    none.older = None;
    let mut in_part = order(lang, size, reserved(), false);
    in_part.quantity = 3;
    in_part.parts = Some((
        l(lang, "大米 5 公斤 × 1", "Rice 5 kg × 1"),
        l(lang, "大米 5 公斤 × 2", "Rice 5 kg × 2"),
    ));
    let mut part_over = order(lang, size, cancelled.clone(), false);
    part_over.parts = in_part.parts.clone();
    // Points that ran out or will, while they are kept.
    let mut running_out = order(lang, size, reserved(), false);
    (running_out.back, running_out.lapsed) = (60, 25);
    running_out.lapses = Some((day(11, 28), 60));
    running_out.late_lapsed = 85;
    let mut ran_out = order(lang, size, cancelled.clone(), false);
    (ran_out.back, ran_out.lapsed) = (25, 60);
    let mut all_ran_out = order(lang, size, timed_out.clone(), false);
    (all_ran_out.back, all_ran_out.lapsed) = (0, 85);
    vec![
        ("order-running-out", running_out.html()),
        ("order-ran-out", ran_out.html()),
        ("order-all-ran-out", all_ran_out.html()),
        ("order-part", in_part.html()),
        ("order-part-over", part_over.html()),
        ("order-new", order(lang, size, reserved(), true).html()),
        ("order", order(lang, size, reserved(), false).html()),
        (
            "order-handed",
            order(lang, size, handed(lang), false).html(),
        ),
        (
            "order-cancelled",
            order(lang, size, cancelled, false).html(),
        ),
        (
            "order-timed-out",
            order(lang, size, timed_out, false).html(),
        ),
        ("orders", orders.html()),
        ("orders-none", none.html()),
    ]
}
