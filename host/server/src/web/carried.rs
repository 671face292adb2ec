//! What was carried in from before the ledger began, in words: of which kind and year, how much, and what it is for.

use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::record::History;

use super::shell::Visit;

/// `旧册累计：志愿服务（2025 年）`.
pub(super) fn carried_title(visit: &Visit, frame: &Frame, history: &History) -> String {
    let (name, _) = kind(visit, frame, &history.kind);
    let year = history.year.map_or_else(String::new, |year| {
        visit.either(&format!("（{year} 年）"), &format!(" ({year})"))
    });
    visit.either(
        &format!("旧册累计：{name}{year}"),
        &format!("Totals of before: {name}{year}"),
    )
}

/// The name of a kind or item, and what it is counted in.
fn kind(visit: &Visit, frame: &Frame, code: &Code) -> (String, String) {
    if let Some(item) = code.as_str().strip_prefix("item/") {
        let own = frame.items.iter().find(|own| own.code.as_str() == item);
        let name = own.map_or_else(|| item.to_owned(), |own| visit.say(&own.title));
        return (name, visit.either("件", "pieces"));
    }
    let kinds = frame.sets.iter().rev().flat_map(|set| &set.plan.kinds);
    let own = kinds.into_iter().find(|own| own.code == *code);
    own.map_or_else(
        || (code.to_string(), String::new()),
        |own| (visit.say(&own.title), visit.say(&own.unit)),
    )
}

/// The numbers, and what they are for.
pub(super) fn carried_told(visit: &Visit, frame: &Frame, history: &History) -> Vec<String> {
    let (_, unit) = kind(visit, frame, &history.kind);
    let shell = visit.shell();
    let mut numbers = Vec::new();
    if history.events != 0 {
        let events = history.events;
        numbers.push(visit.either(&format!("{events} 次"), &format!("{events} times")));
    }
    if history.days != 0 {
        let days = history.days;
        numbers.push(visit.either(&format!("{days} 天"), &format!("{days} days")));
    }
    if history.quantity.units != 0 {
        numbers.push(format!("{} {unit}", history.quantity));
    }
    if history.minutes != 0 {
        numbers.push(shell.hours(history.minutes));
    }
    if history.points != 0 {
        numbers.push(shell.points(history.points));
    }
    let comma = visit.either("，", ", ");
    vec![
        numbers.join(&comma),
        visit.either(
            "这是账本开始以前的累计，余额不变；规则的封顶、级别和条件会算上它。",
            "These are totals from before this ledger began. No balance changes; caps, levels and conditions of rules count them.",
        ),
    ]
}
