//! Orders as the resident sees them: the slip with its pick-up code, and the list.
//! Issues no codes and checks none.

use askama::Template;

use crate::format::{self, Day, Moment};
use crate::qr;
use crate::shell::Shell;

/// How far an order has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderState {
    /// Waiting to be picked up.
    Reserved {
        /// The pick-up code, eight digits; empty for those of the household who did not order.
        code: String,
        /// What the QR code says: an address or the digits.
        qr_text: String,
        /// The last day to pick it up.
        until: Day,
        /// How many days are left until then.
        left: i64,
        /// Whether it may still be cancelled.
        may_cancel: bool,
    },
    /// Picked up.
    HandedOver {
        /// When.
        at: Moment,
        /// Who handed it over, masked or by role: `店员 李*`.
        by: String,
    },
    /// Cancelled by the resident or the office; the points are back.
    Cancelled {
        /// When.
        at: Moment,
    },
    /// Nobody came; the points are back.
    TimedOut {
        /// When.
        at: Moment,
    },
}

impl OrderState {
    fn key(&self) -> &'static str {
        match self {
            OrderState::Reserved { .. } => "order-reserved",
            OrderState::HandedOver { .. } => "order-handed",
            OrderState::Cancelled { .. } => "order-cancelled",
            OrderState::TimedOut { .. } => "order-timed-out",
        }
    }

    fn seal(&self) -> &'static str {
        match self {
            OrderState::Reserved { .. } | OrderState::HandedOver { .. } => "seal seal-good",
            OrderState::Cancelled { .. } => "seal seal-quiet",
            OrderState::TimedOut { .. } => "seal",
        }
    }
}

/// `/{community}/orders/{no}`: the slip to show at the counter.
/// Cancelling posts `key` to `/{community}/orders/{no}/cancel`.
#[derive(Debug, Clone, Template)]
#[template(path = "order.html")]
pub struct OrderView {
    /// Around the page.
    pub shell: Shell,
    /// The order's number in its address.
    pub no: u64,
    /// The order's number as it is printed: `NM-2026-000318`.
    pub reference: String,
    /// The item's name, in the reader's language.
    pub title: String,
    /// How many; 0 where the name of several things says it already.
    pub quantity: i64,
    /// What it cost.
    pub total: i64,
    /// In which kinds of points, where it is more than one; may be empty.
    pub paid_with: String,
    /// Points that come back when it is cancelled now, or came back: those of what was not picked up.
    pub back: i64,
    /// Points of it that ran out while they were set aside, and do not come back or did not.
    pub lapsed: i64,
    /// While it waits: from which day on fewer points come back, and how many fewer.
    pub lapses: Option<(Day, i64)>,
    /// While it waits: how many points will not come back if nobody picks it up.
    pub late_lapsed: i64,
    /// Where only a part was picked up so far: that part, and the rest, each with its quantity.
    pub parts: Option<(String, String)>,
    /// What was paid for what was picked up so far.
    pub paid: i64,
    /// How far it has come.
    pub state: OrderState,
    /// Where to pick it up.
    pub place: String,
    /// When that place is open; may be empty.
    pub hours: String,
    /// When it was ordered.
    pub placed_at: Moment,
    /// The idempotency key for cancelling it.
    pub key: String,
    /// Whether it was ordered just now: the page then begins with the good news.
    pub just_placed: bool,
    /// Whether something else waits in the basket.
    pub basket_waits: bool,
}

impl OrderView {
    /// What happened to a part, in the words of where the order stands.
    fn parts_text(&self) -> Option<String> {
        let (handed, left) = self.parts.as_ref()?;
        let s = &self.shell;
        let paid = s.points(self.paid);
        let (key, price) = match &self.state {
            OrderState::Reserved { .. } => {
                let back = s.points(self.back);
                let price = s.t2("order-part-price-waiting", "paid", paid, "back", back);
                ("order-part-waiting", price)
            }
            OrderState::HandedOver { .. } => return None,
            OrderState::Cancelled { .. } | OrderState::TimedOut { .. } => (
                "order-part-over",
                s.t1("order-part-price-over", "paid", paid),
            ),
        };
        let told = s.t2(key, "handed", handed, "left", left);
        Some(format!("{told} {price}"))
    }

    /// What giving it back brought, in whole sentences.
    fn closed_text(&self, at: &Moment) -> String {
        let s = &self.shell;
        let cancelled = matches!(self.state, OrderState::Cancelled { .. });
        let key = match (cancelled, self.back == 0 && self.lapsed > 0) {
            (true, false) => "order-cancelled-text",
            (true, true) => "order-cancelled-none",
            (false, false) => "order-timed-out-text",
            (false, true) => "order-timed-out-none",
        };
        let mut text = if self.back == 0 && self.lapsed > 0 {
            s.t1(key, "at", s.moment(at))
        } else {
            s.t2(key, "at", s.moment(at), "points", s.points(self.back))
        };
        if self.lapsed > 0 {
            text.push(' ');
            text.push_str(&s.t1("order-lapsed", "points", s.points(self.lapsed)));
        }
        text
    }

    /// What happens when nobody comes.
    fn late_text(&self) -> String {
        late_text(&self.shell, self.late_lapsed)
    }

    fn cancel_text(&self) -> String {
        if self.back == 0 && self.lapsed > 0 {
            return self.shell.t("order-cancel-none");
        }
        self.shell
            .t1("order-cancel", "points", self.shell.points(self.back))
    }

    /// What cancelling does, before it is done.
    fn cancel_told(&self) -> String {
        if self.back == 0 {
            return self.shell.t("order-cancel-nothing");
        }
        self.shell
            .t1("order-cancel-what", "points", self.shell.points(self.back))
    }

    /// A word on the last day, when it is near.
    fn soon(&self, left: &i64) -> Option<String> {
        soon_text(&self.shell, *left)
    }

    fn qr_svg(&self, text: &str) -> String {
        qr::svg(text, &self.shell.t("order-qr-label"))
    }

    fn groups(&self, code: &str) -> String {
        format::code_groups(code)
    }

    /// Digit by digit, so that a screen reader does not say forty-eight million.
    fn spelled(&self, code: &str) -> String {
        let digits: Vec<String> = code.chars().map(String::from).collect();
        digits.join(" ")
    }
}

/// What happens to the points of an order that nobody picks up.
pub(crate) fn late_text(shell: &Shell, lapsed: i64) -> String {
    if lapsed > 0 {
        shell.t1("pick-until-lapse", "points", shell.points(lapsed))
    } else {
        shell.t("pick-until-note")
    }
}

/// One order of the list.
#[derive(Debug, Clone)]
pub struct OrderLine {
    /// The order's number in its address.
    pub no: u64,
    /// The item's name with its quantity: `大米 5 公斤 × 1`.
    pub title: String,
    /// What it cost.
    pub total: i64,
    /// When it was ordered.
    pub placed_on: Day,
    /// How far it has come.
    pub state: OrderState,
}

impl OrderLine {
    /// Until when it can be picked up, in words.
    fn until(&self, shell: &Shell) -> Option<String> {
        match &self.state {
            OrderState::Reserved { until, left, .. } => {
                let soon = soon_text(shell, *left);
                let day = || shell.t1("home-waiting-until", "day", shell.day(until));
                Some(soon.unwrap_or_else(day))
            }
            OrderState::HandedOver { .. }
            | OrderState::Cancelled { .. }
            | OrderState::TimedOut { .. } => None,
        }
    }
}

/// The last days in words; further ones are a date.
fn soon_text(shell: &Shell, left: i64) -> Option<String> {
    match left {
        ..=0 => Some(shell.t("till-last-today")),
        1 => Some(shell.t("till-last-tomorrow")),
        2..=3 => Some(shell.tn("order-days-left", left)),
        _ => None,
    }
}

/// `/{community}/orders`.
#[derive(Debug, Clone, Template)]
#[template(path = "orders.html")]
pub struct OrdersView {
    /// Around the page.
    pub shell: Shell,
    /// Those waiting to be picked up.
    pub waiting: Vec<OrderLine>,
    /// The others, newest first.
    pub past: Vec<OrderLine>,
    /// The `before` of the next older page, if there is one.
    pub older: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Shell {
        Shell {
            lang: crate::Lang::Zh,
            size: crate::Size::Standard,
            theme: crate::Theme::Auto,
            site: String::new(),
            community_title: String::new(),
            community_path: "/nanmen".to_owned(),
            signed_in_name: None,
            reader: crate::Reader::Nobody,
            demo: false,
            phone: String::new(),
            request_id: String::new(),
            here: String::new(),
        }
    }

    #[test]
    fn only_a_waiting_order_has_a_last_day() {
        let at = Moment {
            day: Day::of(2026, 11, 22),
            hour: 9,
            minute: 0,
        };
        let mut line = OrderLine {
            no: 1,
            title: String::new(),
            total: 85,
            placed_on: at.day,
            state: OrderState::Reserved {
                code: "48271936".to_owned(),
                qr_text: String::new(),
                until: at.day,
                left: 7,
                may_cancel: true,
            },
        };
        let shell = shell();
        let told = |line: &OrderLine| line.until(&shell);
        assert_eq!(told(&line).as_deref(), Some("11月22日 星期日 前领取"));
        let words = [(0, "今天最后一天"), (1, "明天最后一天"), (3, "还有 3 天")];
        for (days, words) in words {
            if let OrderState::Reserved { left, .. } = &mut line.state {
                *left = days;
            }
            assert_eq!(told(&line).as_deref(), Some(words));
        }
        line.state = OrderState::TimedOut { at };
        assert_eq!(told(&line), None);
    }
}
