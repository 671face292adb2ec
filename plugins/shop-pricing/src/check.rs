//! What does not make sense in the shop's parameters, each mistake with its path and what would be right.

use rongyi_sdk::types::{Diagnostic, Subject, Window};
use rongyi_sdk::wrong;

use crate::guards::First;
use crate::params::Params;

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
    more(params, &mut found);
    found
}

/// Reductions, bundles, money and who may redeem.
fn more(params: &Params, found: &mut Vec<Diagnostic>) {
    let mut no = |path: String, code: &str, zh: &str, en: &str| {
        found.push(wrong(path, format!("shop-pricing.{code}"), zh, en));
    };
    for (at, one) in params.reductions.iter().enumerate() {
        let path = format!("reductions[{at}]");
        let ways = [
            one.percent.is_some(),
            one.minus.is_some(),
            one.price.is_some(),
        ];
        if ways.iter().filter(|given| **given).count() != 1 {
            let (zh, en) = (
                "percent（少百分之几）、minus（少几分）、price（改为几分）写一样。",
                "Write one of percent (off), minus (points off) and price (instead).",
            );
            no(path.clone(), "reduction", zh, en);
        }
        let wrong_number = one
            .percent
            .is_some_and(|percent| !(1..=100).contains(&percent))
            || one.minus.is_some_and(|minus| minus < 1)
            || one.price.is_some_and(|price| price < 0);
        if wrong_number {
            let (zh, en) = (
                "percent 是 1 到 100，minus 大于 0，price 不小于 0。",
                "percent is 1 to 100, minus more than 0, price 0 or more.",
            );
            no(path.clone(), "reduction", zh, en);
        }
        if one.cap.is_some_and(|cap| cap < 1) {
            let (zh, en) = (
                "cap 是最多少几分，大于 0。",
                "cap is the most points off, more than 0.",
            );
            no(path.clone(), "reduction", zh, en);
        }
        days(&path, &one.weekdays, &one.days_of_month, &mut no);
    }
    for (at, one) in params.off.iter().enumerate() {
        let path = format!("off[{at}]");
        let good = one
            .percent
            .is_none_or(|percent| (1..=100).contains(&percent))
            && [one.minus, one.cap, one.at_least]
                .into_iter()
                .flatten()
                .all(|amount| amount > 0);
        if one.percent.is_some() == one.minus.is_some() || !good {
            let (zh, en) = (
                "percent（少百分之几，1 到 100）和 minus（少几分）写一样；cap、at_least 大于 0。",
                "Write either percent (1 to 100) or minus (points off); cap and at_least are more than 0.",
            );
            no(path.clone(), "off", zh, en);
        }
        days(&path, &one.weekdays, &one.days_of_month, &mut no);
    }
    for (at, one) in params.in_points.iter().enumerate() {
        if !(1..=99).contains(&one.percent) {
            let (zh, en) = (
                "percent 是最多百分之几用积分，1 到 99。",
                "percent is how much of a price may be points, 1 to 99.",
            );
            no(format!("in_points[{at}]"), "in-points", zh, en);
        }
    }
    for (at, one) in params.bundles.iter().enumerate() {
        if one.points < 0 || one.items.is_empty() || one.items.values().any(|count| *count < 1) {
            let (zh, en) = (
                "写明每种商品几件（大于 0），和一共几分（不小于 0）。",
                "Say how many of each item (more than 0) and for how many points (0 or more).",
            );
            no(format!("bundles[{at}]"), "bundle", zh, en);
        }
    }
    for (item, _) in params.money.iter().filter(|(_, fen)| **fen < 1) {
        let (zh, en) = (
            "另付的钱按分写，大于 0：500 是 5 元。",
            "Money is in 1/100 yuan and more than 0: 500 is 5 yuan.",
        );
        no(format!("money.{item}"), "money", zh, en);
    }
    guards(params, &mut no);
}

fn days(
    path: &str,
    weekdays: &[u8],
    days_of_month: &[u8],
    no: &mut dyn FnMut(String, &str, &str, &str),
) {
    if weekdays.iter().any(|day| !(1..=7).contains(day)) {
        let (zh, en) = (
            "星期写 1 到 7，1 是星期一。",
            "Weekdays are 1 to 7; 1 is Monday.",
        );
        no(format!("{path}.weekdays"), "weekday", zh, en);
    }
    if days_of_month.iter().any(|day| !(1..=31).contains(day)) {
        let (zh, en) = ("日期写 1 到 31。", "Days of the month are 1 to 31.");
        no(format!("{path}.days_of_month"), "day", zh, en);
    }
}

/// Who may redeem, and how much at least.
fn guards(params: &Params, no: &mut dyn FnMut(String, &str, &str, &str)) {
    for (name, value) in [("min_order", params.min_order), ("step", params.step)] {
        if value.is_some_and(|value| value < 1) {
            let (zh, en) = ("要大于 0。", "This must be larger than 0.");
            no(name.to_owned(), "order", zh, en);
        }
    }
    let mut all: Vec<(String, &First)> = Vec::new();
    let at = |name: &str, at: usize| format!("{name}[{at}]");
    all.extend(
        params
            .first
            .iter()
            .enumerate()
            .map(|(n, one)| (at("first", n), one)),
    );
    for (n, one) in params.reductions.iter().enumerate() {
        let path = |m| format!("reductions[{n}].{}", at("earned", m));
        all.extend(
            one.earned
                .iter()
                .enumerate()
                .map(|(m, earned)| (path(m), earned)),
        );
    }
    for (n, one) in params.off.iter().enumerate() {
        let path = |m| format!("off[{n}].{}", at("earned", m));
        all.extend(
            one.earned
                .iter()
                .enumerate()
                .map(|(m, earned)| (path(m), earned)),
        );
    }
    for (path, first) in all {
        let needed = first.points.or(first.minutes).unwrap_or(0);
        if first.points.is_some() == first.minutes.is_some() || needed < 1 {
            let (zh, en) = (
                "points（要先得几分）和 minutes（要先服务几分钟）写一样，大于 0。",
                "Write either points or minutes, more than 0.",
            );
            no(path, "first", zh, en);
        }
    }
    for (at, _) in params
        .balances
        .iter()
        .enumerate()
        .filter(|(_, one)| one.asset.is_empty())
    {
        no(
            format!("balances[{at}].asset"),
            "asset",
            "写明哪一种积分，例如 conduct。",
            "Say which asset, such as conduct.",
        );
    }
    for (at, one) in params.suspensions.iter().enumerate() {
        if !one.is_one() {
            let (zh, en) = (
                "停多久，四选一：days（几天）、end_of_year（到几年后的年底）、times 加 window（这段时间满几次）、lost 加 window（这段时间扣满几分）。",
                "Say for how long, one of four: days, end_of_year, times with window, or lost (points) with window.",
            );
            no(format!("suspensions[{at}]"), "suspension", zh, en);
        }
    }
    for (at, only) in params.only.iter().enumerate() {
        if only.traits.is_empty() || (only.items.is_empty() && only.categories.is_empty()) {
            let (zh, en) = (
                "写明哪些商品（items 或 categories）只给谁（traits，有一样就行）。",
                "Say which goods (items or categories) are only for whom (traits, any of them).",
            );
            no(format!("only[{at}]"), "only", zh, en);
        }
    }
    if let Some(before) = &params.only_before
        && (before.window == Window::Lifetime || before.subject == Subject::Community)
    {
        let (zh, en) = (
            "only_before 写一段会过去的时间（例如 year）和 person 或 household：累计的分永远都是新的。",
            "only_before takes a window that passes, such as year, and person or household: in a lifetime nothing is from before.",
        );
        no("only_before".to_owned(), "only-before", zh, en);
    }
    if let Some(conduct) = &params.conduct
        && (conduct.base < 1
            || conduct.lost.is_empty()
            || conduct.lost.values().any(|taken| *taken < 1))
    {
        let (zh, en) = (
            "写明底分 base 和每类事项扣几分 lost，都大于 0。",
            "Say the base and what each kind takes in lost, all more than 0.",
        );
        no("conduct".to_owned(), "conduct", zh, en);
    }
}
