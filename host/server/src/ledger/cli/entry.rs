//! What an entry is called on a terminal, from the record that began it.

use rongyi_core::book::Frame;
use rongyi_core::ids::RuleSetNo;
use rongyi_core::record::{Event, Named, OrderLine, Record};
use rongyi_core::rule::Text;

use crate::ledger::explain;

pub(super) fn event_text(frame: &Frame, event: &Event, set: Option<RuleSetNo>) -> Text {
    let (zh, en) = (event.kind.to_string(), event.kind.to_string());
    let kind = explain::kind_of(frame, event, set);
    kind.map_or(Text { zh, en }, |plan| plan.title.clone())
}

pub(crate) fn entry_text(frame: &Frame, first: &Record) -> Text {
    let text = |zh: String, en: String| Text { zh, en };
    let Some(what) = first.what() else {
        return text("其他".into(), "Other".into());
    };
    let title = what.title();
    let named = match &title.of {
        // What an earlier entry was about is printed with that entry.
        Named::Nothing | Named::EventOf(_) | Named::Entry(_) | Named::Proposal(_) => None,
        Named::Event => what.event().map(|event| event_text(frame, event, None)),
        Named::Goods(lines) => Some(goods(frame, lines)),
        Named::Order(_) => Some(text(String::new(), String::new())),
        Named::History(history) => Some(explain::carried::title(frame, history)),
    };
    let Some(named) = named else {
        return title.alone;
    };
    // The number by which a terminal is asked about the order.
    let number = what.order().map(|no| format!("#{no} ")).unwrap_or_default();
    let whole = |lead: &str, named: &str| format!("{lead}{number}{named}").trim_end().to_owned();
    text(
        whole(&title.lead.zh, &named.zh),
        whole(&title.lead.en, &named.en),
    )
}

/// `大米 × 1、油 × 2`.
fn goods(frame: &Frame, lines: &[OrderLine]) -> Text {
    let each = lines.iter().filter_map(|line| {
        let item = frame.items.iter().find(|item| item.no == line.item)?;
        Some((&item.title, line.quantity))
    });
    let (zh, en): (Vec<String>, Vec<String>) = each
        .map(|(title, pieces)| {
            (
                format!("{} × {pieces}", title.zh),
                format!("{} × {pieces}", title.en),
            )
        })
        .unzip();
    Text {
        zh: zh.join("、"),
        en: en.join(", "),
    }
}
