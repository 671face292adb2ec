//! Every sentence of the shop, in Chinese and English, and what is wrong with the parameters.

use rongyi_sdk::say::phrase;
use rongyi_sdk::types::{Diagnostic, Phrase, Subject, Text, Window};
use rongyi_sdk::{text, wrong};

use crate::days::{subject, window};
use crate::params::Params;

/// `limit.household-month`.
pub(crate) fn bound_code(start: &str, days: Window, whose: Subject) -> String {
    let whose = if whose == Subject::Person {
        "person"
    } else {
        "household"
    };
    let days = match days {
        Window::Day => "day",
        Window::Week => "week",
        Window::Month => "month",
        Window::Quarter => "quarter",
        Window::Year => "year",
        Window::TrailingDays(_) | Window::Lifetime => "ever",
    };
    format!("{start}.{whose}-{days}")
}

fn span(days: Window, whose: Subject) -> Text {
    let (who_zh, who_en) = if whose == Subject::Person {
        ("每人", "person")
    } else {
        ("每户", "household")
    };
    let (when_zh, when_en) = match days {
        Window::Day => ("每天", "day"),
        Window::Week => ("每周", "week"),
        Window::Month => ("每月", "month"),
        Window::Quarter => ("每季度", "quarter"),
        Window::Year => ("每年", "year"),
        Window::TrailingDays(_) | Window::Lifetime => ("总共", "lifetime"),
    };
    text(
        format!("{who_zh}{when_zh}"),
        format!("{who_en} and {when_en}"),
    )
}

/// What does not make sense.
pub(crate) fn check(params: &Params) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if params.prices.is_empty() && params.categories.is_empty() && params.per_yuan.is_none() {
        let (zh, en) = (
            "至少写一个价格：prices、categories 或 per_yuan。",
            "Write at least one price: prices, categories or per_yuan.",
        );
        found.push(wrong("prices", "shop-pricing.empty", zh, en));
    }
    let named = params
        .prices
        .iter()
        .map(|row| ("prices", row))
        .chain(params.categories.iter().map(|row| ("categories", row)));
    for (table, (name, points)) in named {
        if *points < 0 {
            let (zh, en) = ("价格不能小于 0。", "A price may not be below 0.");
            found.push(wrong(
                format!("{table}.{name}"),
                "shop-pricing.price",
                zh,
                en,
            ));
        }
    }
    if params.per_yuan.is_some_and(|rate| rate.units <= 0) {
        found.push(wrong(
            "per_yuan",
            "shop-pricing.price",
            "要大于 0。",
            "This must be larger than 0.",
        ));
    }
    for (at, limit) in params.limits.iter().enumerate() {
        if limit.pieces < 1 {
            let (zh, en) = ("件数要大于 0。", "Pieces must be more than 0.");
            found.push(wrong(
                format!("limits[{at}].pieces"),
                "shop-pricing.limit",
                zh,
                en,
            ));
        }
        let unknown = limit.item.as_ref().filter(|item| {
            params.categories.is_empty()
                && params.per_yuan.is_none()
                && !params.prices.contains_key(*item)
        });
        if let Some(item) = unknown {
            let zh = format!("prices 里没有“{item}”。");
            let en = format!("There is no “{item}” in prices.");
            found.push(wrong(
                format!("limits[{at}].item"),
                "shop-pricing.item",
                zh,
                en,
            ));
        }
    }
    for (at, max) in params.max_points.iter().enumerate() {
        if max.points < 1 {
            found.push(wrong(
                format!("max_points[{at}].points"),
                "shop-pricing.limit",
                "要大于 0。",
                "This must be larger than 0.",
            ));
        }
    }
    found
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
        let (days, whose) = (window(limit.window), subject(limit.subject));
        let span = span(days, whose);
        push(phrase(
            bound_code("limit", days, whose),
            format!(
                "{{0}} {}最多 {{1}} 件，已经换了 {{2}} 件，还能换 {{3}} 件",
                span.zh
            ),
            format!(
                "{{0}}: at most {{1}} per {}; {{2}} taken, {{3}} left",
                span.en
            ),
        ));
    }
    for max in &params.max_points {
        let (days, whose) = (window(max.window), subject(max.subject));
        let span = span(days, whose);
        push(phrase(
            bound_code("points", days, whose),
            format!(
                "{}最多用 {{0}} 分，已经用了 {{1}} 分，这一单要 {{2}} 分",
                span.zh
            ),
            format!(
                "At most {{0}} points per {}; {{1}} are spent, this order costs {{2}}",
                span.en
            ),
        ));
    }
    for once in &params.once {
        let (days, whose) = (window(once.window), subject(once.subject));
        let span = span(days, whose);
        push(phrase(
            bound_code("once", days, whose),
            format!("{}只能兑换一次，这一次已经用过了", span.zh),
            format!("One order per {}, and it has been used", span.en),
        ));
    }
    all
}

/// The shop's rules in plain sentences.
pub(crate) fn summary(params: &Params) -> Vec<Text> {
    let mut all = Vec::new();
    let priced = params.prices.len();
    if priced > 0 {
        all.push(text(
            format!("{priced} 种商品有定价。"),
            format!("{priced} items have a price."),
        ));
    }
    for limit in &params.limits {
        let span = span(window(limit.window), subject(limit.subject));
        let (zh, en) = limit
            .item
            .as_ref()
            .map_or(("每种商品", "each item"), |item| {
                (item.as_str(), item.as_str())
            });
        let pieces = limit.pieces;
        all.push(text(
            format!("{zh}：{}最多 {pieces} 件。", span.zh),
            format!("{en}: at most {pieces} per {}.", span.en),
        ));
    }
    for max in &params.max_points {
        let span = span(window(max.window), subject(max.subject));
        let points = max.points;
        all.push(text(
            format!("{}最多用 {points} 分。", span.zh),
            format!("At most {points} points per {}.", span.en),
        ));
    }
    for once in &params.once {
        let span = span(window(once.window), subject(once.subject));
        all.push(text(
            format!("{}兑换一次。", span.zh),
            format!("One order per {}.", span.en),
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
