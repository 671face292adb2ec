//! What was carried in from before the ledger began, in words: of which kind and year, how much, and what it is for.

use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::record::History;
use rongyi_core::rule::Text;
use rongyi_pages::format;

use super::{Lang, agreeing, kind};

/// `旧册累计：志愿服务（2025 年）`.
pub fn title(frame: &Frame, history: &History) -> Text {
    let (name, _) = named(frame, &history.kind);
    let (zh, en) = history.year.map_or_else(Default::default, |year| {
        (format!("（{year} 年）"), format!(" ({year})"))
    });
    Text {
        zh: format!("旧册累计：{}{zh}", name.zh),
        en: format!("Totals of before: {}{en}", name.en),
    }
}

/// The name of a kind or item, and what it is counted in.
fn named(frame: &Frame, code: &Code) -> (Text, Text) {
    let both = |zh: &str, en: &str| Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    };
    if let Some(item) = code.as_str().strip_prefix("item/") {
        let shop_item = frame
            .items
            .iter()
            .find(|shop_item| shop_item.code.as_str() == item);
        let name = shop_item.map_or_else(|| both(item, item), |shop_item| shop_item.title.clone());
        return (name, both("件", "pieces"));
    }
    kind(frame, code).map_or_else(
        || (both(code.as_str(), code.as_str()), both("", "")),
        |kind| (kind.title.clone(), kind.unit.clone()),
    )
}

/// `3 次，2 天，7.5 公斤，1.5 小时，40 分`: the numbers that are not nothing.
pub fn numbers(frame: &Frame, history: &History, lang: Lang) -> String {
    let (_, unit) = named(frame, &history.kind);
    let say = |number: &str, zh: &str, en: &str| match lang {
        Lang::Zh => format!("{number} {zh}"),
        Lang::En => format!("{number} {en}"),
    };
    let mut all = Vec::new();
    if history.events != 0 {
        all.push(say(&format::number(history.events), "次", "times"));
    }
    if history.days != 0 {
        all.push(say(&format::number(history.days), "天", "days"));
    }
    if history.quantity.units != 0 {
        all.push(say(&history.quantity.to_string(), &unit.zh, &unit.en));
    }
    if history.minutes != 0 {
        all.push(say(&format::hours(history.minutes), "小时", "h"));
    }
    if history.points != 0 {
        all.push(say(&format::number(history.points), "分", "points"));
    }
    match lang {
        Lang::Zh => all.join("，"),
        Lang::En => agreeing(&all.join(", ")),
    }
}

/// What totals of before are for.
pub const WHAT_FOR: (&str, &str) = (
    "这是账本开始以前的累计，余额不变；规则的封顶、级别和条件会算上它。",
    "These are totals from before this ledger began. No balance changes; caps, levels and conditions of rules count them.",
);
