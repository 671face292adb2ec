//! `rongyi orders`: a resident's orders as pages and API show them. Reads only; how an order is seen is in the book.

use clap::Args;
use comfy_table::{Table, presets};
use rongyi_clerk::clock::local;
use rongyi_core::book::{Order, Seen, Stand};
use rongyi_core::settings::Unit;
use rongyi_core::shown;

use super::{FoundResident, ResidentArgs, right};
use crate::door::Kind;
use crate::door::terminal::{Failure, say};
use crate::ledger::explain::Lang;

/// Whose orders.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi orders -c nanmen --resident 1001
  rongyi orders -c nanmen --resident 1001 --json

过了最后取货日的，就算还没有记进账本，也显示为已退回。
An order past its last day is shown as given back, even before the ledger has it.")]
pub(crate) struct OrdersArgs {
    #[command(flatten)]
    whose: ResidentArgs,
    /// 最多几张 / how many at most
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

pub(crate) async fn orders(args: OrdersArgs) -> Result<(), Failure> {
    let whose = &args.whose;
    let found = whose.find().await?;
    whose.read(&found, Kind::Order).await;
    let (store, community) = (&found.library.store, &whose.place.community);
    let settings = found.frame.settings.as_ref();
    let shared = settings.is_some_and(|settings| settings.unit == Unit::Household);
    let all = if shared {
        store
            .orders_of_household(community, found.household, args.limit)
            .await?
    } else {
        store
            .orders_of_resident(community, whose.resident, args.limit)
            .await?
    };
    let seen: Vec<(Order, Seen)> = all
        .into_iter()
        .map(|order| {
            let seen = order.seen(found.today, |at| local(at, &found.zone).0);
            (order, seen)
        })
        .collect();
    if whose.json {
        let list: Vec<_> = seen.iter().map(|order| as_json(&found, order)).collect();
        say(&serde_json::json!({ "community": community.as_str(), "orders": list }).to_string());
    } else {
        show(whose, &found, &seen);
    }
    found.library.close().await;
    Ok(())
}

fn as_json(found: &FoundResident, (order, seen): &(Order, Seen)) -> serde_json::Value {
    let lines: Vec<_> = seen
        .lines
        .iter()
        .map(|line| {
            let items = &found.frame.items;
            let item = items.iter().find(|item| item.no == line.item);
            serde_json::json!({
                "item": item.map(|item| item.code.to_string()),
                "quantity": line.ordered,
                "handed": line.handed,
                "left": line.left,
                "points": line.points,
                "charged": line.charged,
            })
        })
        .collect();
    serde_json::json!({
        "order": order.no.0,
        "state": seen.stand.word(),
        "resident": order.resident.0,
        "lines": lines,
        "total": seen.total(),
        "charged": seen.charged,
        "held": seen.held,
        "returned": seen.back,
        "lapsed": seen.lapsed,
        "placed_on": order.placed_on.to_string(),
        "collect_until": order.deadline.to_string(),
        "closed_at_us": seen.stand.closed_at().map(|at| at.0),
    })
}

fn show(whose: &ResidentArgs, found: &FoundResident, seen: &[(Order, Seen)]) {
    let lang = Lang::from(whose.lang);
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(match lang {
        Lang::Zh => [
            "单号",
            "物品",
            "状态",
            "已收",
            "预留",
            "退回",
            "到期未退",
            "最后取货日",
        ],
        Lang::En => [
            "order",
            "what",
            "state",
            "charged",
            "set aside",
            "came back",
            "ran out",
            "until",
        ],
    });
    for (order, seen_order) in seen {
        let items = &found.frame.items;
        let line = |line: &rongyi_core::book::SeenLine| {
            let item = items.iter().find(|item| item.no == line.item);
            let title = item.map_or("", |item| lang.of(&item.title));
            let title = shown::cell(title);
            match (line.handed, line.left) {
                (0, _) => format!("{title} × {}", line.ordered),
                (handed, _) if handed == line.ordered => format!("{title} × {handed}"),
                (handed, left) => match lang {
                    Lang::Zh => format!("{title} × {}（已取 {handed}，还有 {left}）", line.ordered),
                    Lang::En => {
                        format!(
                            "{title} × {} ({handed} handed over, {left} left)",
                            line.ordered
                        )
                    }
                },
            }
        };
        let what: Vec<String> = seen_order.lines.iter().map(line).collect();
        table.add_row([
            format!("#{}", order.no),
            what.join("\n"),
            word(&seen_order.stand, lang).to_owned(),
            seen_order.charged.to_string(),
            seen_order.held.to_string(),
            seen_order.back.to_string(),
            seen_order.lapsed.to_string(),
            order.deadline.to_string(),
        ]);
    }
    right(&mut table, &[3, 4, 5, 6]);
    say(&table.to_string());
}

fn word(stand: &Stand, lang: Lang) -> &'static str {
    match (stand, lang) {
        (Stand::Reserved, Lang::Zh) => "待取",
        (Stand::Settled { .. }, Lang::Zh) => "已取",
        (Stand::Cancelled { .. }, Lang::Zh) => "已取消",
        (Stand::TimedOut { at: Some(_) }, Lang::Zh) => "过期退回",
        (Stand::TimedOut { at: None }, Lang::Zh) => "过期，正在退回",
        (Stand::Reserved, Lang::En) => "to be collected",
        (Stand::Settled { .. }, Lang::En) => "collected",
        (Stand::Cancelled { .. }, Lang::En) => "cancelled",
        (Stand::TimedOut { at: Some(_) }, Lang::En) => "not collected; points back",
        (Stand::TimedOut { at: None }, Lang::En) => "not collected; points coming back",
    }
}
