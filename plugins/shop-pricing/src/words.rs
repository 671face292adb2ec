//! Every sentence of the shop, in Chinese and English. Nothing is computed.

use rongyi_sdk::say::phrase;
use rongyi_sdk::text;
use rongyi_sdk::types::{Phrase, Subject, Text, Window};
use rongyi_sdk::window::{each, every, subject_code, this, whose, window_code};

use crate::guards::Only;
use crate::params::Params;

/// `limit.household-month`.
pub(crate) fn bound_code(start: &str, days: Window, whose: Subject) -> String {
    let days = match days {
        Window::Lifetime => "ever".to_owned(),
        Window::Day
        | Window::Week
        | Window::Month
        | Window::Quarter
        | Window::Year
        | Window::TrailingDays(_) => window_code(days),
    };
    format!("{start}.{}-{days}", subject_code(whose))
}

fn span(days: Window, whose: Subject) -> Text {
    let (who, when) = (every(whose), each(days));
    text(
        format!("{}{}", who.zh, when.zh),
        format!("{} {}", who.en, when.en),
    )
}

/// Everything the shop can say.
pub(crate) fn phrases(params: &Params) -> Vec<Phrase> {
    let mut all = vec![
        phrase("price.item", "{0} {1} 件 × {2} 分", "{0}: {1} × {2} points"),
        phrase(
            "price.category",
            "{0} {1} 件 × 这一类 {2} 分",
            "{0}: {1} × {2} points for its shelf",
        ),
        phrase(
            "price.value",
            "{0} {1} 件 × 按价值折合 {2} 分",
            "{0}: {1} × {2} points by its value",
        ),
        phrase(
            "price.too-large",
            "{0} 要的太多，算不过来，请少要一些",
            "{0}: too many at once; please take fewer",
        ),
        phrase(
            "item.no-price",
            "{0} 还没有定价，请问问工作人员",
            "{0} has no price yet; please ask the staff",
        ),
        phrase("shop.not-today", "今天不兑换", "No orders are taken today"),
    ];
    for (at, closed) in params.closed.iter().enumerate() {
        let why = closed.why.clone().map_or_else(
            || text("这几天暂停兑换", "The shop is closed on these days"),
            Text::from,
        );
        all.push(phrase(format!("shop.closed-{at}"), why.zh, why.en));
    }
    let mut push = |phrase: Phrase| {
        if !all.iter().any(|known| known.code == phrase.code) {
            all.push(phrase);
        }
    };
    for limit in &params.limits {
        let (days, whose) = (limit.window, limit.subject);
        let span = span(days, whose);
        push(phrase(
            bound_code("limit", days, whose),
            format!(
                "{{0}} {}最多 {{1}} 件，已经换了 {{2}} 件，还能换 {{3}} 件",
                span.zh
            ),
            format!("{{0}}: at most {{1}} {}; {{2}} taken, {{3}} left", span.en),
        ));
    }
    for max in &params.max_points {
        let (days, whose) = (max.window, max.subject);
        let span = span(days, whose);
        push(phrase(
            bound_code("points", days, whose),
            format!(
                "{}最多用 {{0}} 分，已经用了 {{1}} 分，这一单要 {{2}} 分",
                span.zh
            ),
            format!(
                "At most {{0}} points {}; {{1}} are spent, this order costs {{2}}",
                span.en
            ),
        ));
    }
    for once in &params.once {
        let (days, whose) = (once.window, once.subject);
        let span = span(days, whose);
        push(phrase(
            bound_code("once", days, whose),
            format!("{}只能兑换一次，这一次已经用过了", span.zh),
            format!("One order {}, and it has been used", span.en),
        ));
    }
    for phrase in more_phrases(params).into_iter().chain(who_phrases(params)) {
        push(phrase);
    }
    all
}

/// The sentences of reductions, bundles, money and of what an order may come to.
fn more_phrases(params: &Params) -> Vec<Phrase> {
    let mut all = Vec::new();
    let mut say = |code: String, zh: String, en: String| all.push(phrase(code, zh, en));
    for (at, one) in params.reductions.iter().enumerate() {
        let title = Text::from(one.title.clone());
        say(
            format!("reduction-{at}"),
            format!("{}：{{0}} 每件少 {{1}} 分", title.zh),
            format!("{}: {{1}} points less for each {{0}}", title.en),
        );
    }
    for (at, one) in params.bundles.iter().enumerate() {
        let title = Text::from(one.title.clone());
        say(
            format!("bundle-{at}"),
            format!("{} {{0}} 份，每份省 {{1}} 分", title.zh),
            format!("{} × {{0}}, {{1}} points less each", title.en),
        );
    }
    for (at, one) in params.off.iter().enumerate() {
        let title = Text::from(one.title.clone());
        say(
            format!("off-{at}"),
            format!("{}：整单少 {{0}} 分", title.zh),
            format!("{}: {{0}} points off the order", title.en),
        );
    }
    if !params.in_points.is_empty() {
        say(
            "part".to_owned(),
            "{0} 最多 {1}% 用积分，另付 {2} 元，取货时交".to_owned(),
            "{0}: at most {1} % in points, {2} yuan beside them when it is picked up".to_owned(),
        );
    }
    if !params.money.is_empty() {
        say(
            "money".to_owned(),
            "{0} 另付 {1} 元，取货时交".to_owned(),
            "{0}: {1} yuan beside the points, paid when it is picked up".to_owned(),
        );
    }
    if params.min_order.is_some() {
        say(
            "order.small".to_owned(),
            "一单至少 {0} 分，这一单是 {1} 分".to_owned(),
            "An order is at least {0} points; this one is {1}".to_owned(),
        );
    }
    if params.step.is_some() {
        say(
            "order.step".to_owned(),
            "一单的分要是 {0} 的倍数，这一单是 {1} 分".to_owned(),
            "An order is a multiple of {0} points; this one is {1}".to_owned(),
        );
    }
    if let Some(before) = &params.only_before {
        let (who, when) = (whose(before.subject), this(before.window));
        say(
            "order.too-new".to_owned(),
            format!(
                "{}得的分现在还不能用：这一单 {{0}} 分，以前的还有 {{1}} 分，{}{}得的 {{2}} 分以后再用",
                when.zh, who.zh, when.zh
            ),
            format!(
                "What was earned {} can't be spent yet: this order is {{0}} points, {{1}} are left from before, {{2}} came in since ({})",
                when.en, who.en
            ),
        );
    }
    all
}

/// The sentences of who may redeem.
fn who_phrases(params: &Params) -> Vec<Phrase> {
    let mut all = Vec::new();
    let mut say = |code: String, zh: String, en: String| all.push(phrase(code, zh, en));
    for (at, first) in params.first.iter().enumerate() {
        let (who, when) = (whose(first.subject), this(first.window));
        let (unit, unit_en) = if first.points.is_some() {
            ("分", "points earned")
        } else {
            ("分钟志愿服务", "volunteer minutes")
        };
        say(
            format!("first-{at}"),
            format!("{}{}满 {{0}} {unit}才能兑换，现在有 {{1}}", who.zh, when.zh),
            format!(
                "{} {}: {{0}} {unit_en} are needed first; there are {{1}}",
                who.en, when.en
            ),
        );
    }
    for (at, one) in params.suspensions.iter().enumerate() {
        let why = Text::from(one.why.clone());
        say(format!("suspended-{at}"), why.zh, why.en);
    }
    for (at, one) in params.balances.iter().enumerate() {
        let why = Text::from(one.why.clone());
        say(
            format!("balance-{at}"),
            format!("{}（要有 {{0}}，现在有 {{1}}）", why.zh),
            format!("{} ({{0}} are needed, there are {{1}})", why.en),
        );
    }
    for (at, only) in params.only.iter().enumerate() {
        let who = Text::from(only.who.clone());
        say(
            format!("only-{at}"),
            format!("{{0}} 只给{}换；如果您就是，请到社区服务台登记", who.zh),
            format!(
                "{{0}} is only for {}; if you are one of them, have the office enter it",
                who.en
            ),
        );
    }
    if let Some(conduct) = &params.conduct {
        let (who, when) = (whose(conduct.subject), this(conduct.window));
        say(
            "conduct.used-up".to_owned(),
            format!(
                "{}{}的底分 {{0}} 分已经扣完（扣了 {{1}} 分），暂时不能兑换",
                who.zh, when.zh
            ),
            format!(
                "{} {}: the base of {{0}} is used up, {{1}} taken; nothing can be redeemed for now",
                who.en, when.en
            ),
        );
    }
    all
}

fn only_for(one: &Only) -> Text {
    let goods = one.items.iter().chain(&one.categories);
    let goods: Vec<&str> = goods.map(String::as_str).collect();
    text(
        format!("只给{}：{}。", one.who.zh, goods.join("、")),
        format!("Only for {}: {}.", one.who.en, goods.join(", ")),
    )
}

/// The new parts of the shop's rules in plain sentences.
fn more_summary(params: &Params) -> Vec<Text> {
    let mut all: Vec<Text> = Vec::new();
    all.extend(params.reductions.iter().map(|one| {
        text(
            format!("优惠：{}。", one.title.zh),
            format!("Reduced: {}.", one.title.en),
        )
    }));
    all.extend(params.off.iter().map(|one| {
        text(
            format!("整单优惠：{}。", one.title.zh),
            format!("Off the whole order: {}.", one.title.en),
        )
    }));
    all.extend(params.only.iter().map(only_for));
    all.extend(params.in_points.iter().map(|one| {
        let goods: Vec<&str> = one
            .items
            .iter()
            .chain(&one.categories)
            .map(String::as_str)
            .collect();
        let (zh, en) = if goods.is_empty() {
            ("所有商品".to_owned(), "everything".to_owned())
        } else {
            (goods.join("、"), goods.join(", "))
        };
        let percent = one.percent;
        text(
            format!("{zh}：最多 {percent}% 用积分，其余付钱。"),
            format!("{en}: at most {percent} % in points, the rest in money."),
        )
    }));
    all.extend(params.bundles.iter().map(|one| {
        text(
            format!("{}：{} 分。", one.title.zh, one.points),
            format!("{}: {} points.", one.title.en, one.points),
        )
    }));
    if let Some(least) = params.min_order {
        all.push(text(
            format!("一单至少 {least} 分。"),
            format!("An order is at least {least} points."),
        ));
    }
    if let Some(step) = params.step {
        all.push(text(
            format!("一单的分是 {step} 的倍数。"),
            format!("An order is a multiple of {step} points."),
        ));
    }
    if let Some(before) = &params.only_before {
        let (who, when) = (every(before.subject), this(before.window));
        all.push(text(
            format!("只能用以前得的分：{}{}得的以后才能用。", who.zh, when.zh),
            format!(
                "Only points from before are spent: what was earned {} by {} has to wait.",
                when.en, who.en
            ),
        ));
    }
    all.extend(params.first.iter().map(|first| {
        let span = span(first.window, first.subject);
        let (needed, unit, unit_en) = match (first.points, first.minutes) {
            (Some(points), _) => (points, "分", "points earned"),
            (None, minutes) => (minutes.unwrap_or(0), "分钟志愿服务", "volunteer minutes"),
        };
        text(
            format!("{}满 {needed} {unit}才能兑换。", span.zh),
            format!("{needed} {unit_en} are needed first, {}.", span.en),
        )
    }));
    all.extend(params.suspensions.iter().map(|one| {
        text(
            format!("暂停：{}。", one.why.zh),
            format!("Suspended: {}.", one.why.en),
        )
    }));
    all.extend(params.balances.iter().map(|one| {
        let least = one.at_least;
        text(
            format!("{}：至少 {least}。", one.why.zh),
            format!("{}: at least {least}.", one.why.en),
        )
    }));
    all.extend(params.conduct.iter().map(|conduct| {
        let span = span(conduct.window, conduct.subject);
        text(
            format!("{}底分 {}，扣完不能兑换。", span.zh, conduct.base),
            format!(
                "A base of {} {}; nothing is redeemed once it is used up.",
                conduct.base, span.en
            ),
        )
    }));
    all
}

/// The shop's rules in plain sentences.
pub(crate) fn summary(params: &Params) -> Vec<Text> {
    let mut all = more_summary(params);
    let priced = params.prices.len();
    if priced > 0 {
        all.push(text(
            format!("{priced} 种商品有定价。"),
            format!("{priced} items have a price."),
        ));
    }
    if let Some(rate) = params.per_yuan {
        all.push(text(
            format!("没有单独定价的，按价值每元 {rate} 分。"),
            format!("What has no price of its own costs {rate} points for each yuan of its value."),
        ));
    }
    for limit in &params.limits {
        let span = span(limit.window, limit.subject);
        let (zh, en) = limit
            .item
            .as_ref()
            .map_or(("每种商品", "each item"), |item| {
                (item.as_str(), item.as_str())
            });
        let pieces = limit.pieces;
        all.push(text(
            format!("{zh}：{}最多 {pieces} 件。", span.zh),
            format!("{en}: at most {pieces} {}.", span.en),
        ));
    }
    for max in &params.max_points {
        let span = span(max.window, max.subject);
        let points = max.points;
        all.push(text(
            format!("{}最多用 {points} 分。", span.zh),
            format!("At most {points} points {}.", span.en),
        ));
    }
    for once in &params.once {
        let span = span(once.window, once.subject);
        all.push(text(
            format!("{}兑换一次。", span.zh),
            format!("One order {}.", span.en),
        ));
    }
    if let Some(open) = &params.open {
        let list = |days: &[u8]| {
            days.iter()
                .map(u8::to_string)
                .collect::<Vec<_>>()
                .join("、")
        };
        if !open.weekdays.is_empty() {
            let days = list(&open.weekdays);
            all.push(text(
                format!("星期 {days} 可以兑换。"),
                format!("Orders are taken on weekdays {days} (1 is Monday)."),
            ));
        }
        if !open.days_of_month.is_empty() {
            let days = list(&open.days_of_month);
            all.push(text(
                format!("每月 {days} 日可以兑换。"),
                format!("Orders are taken on days {days} of the month."),
            ));
        }
    }
    all
}
