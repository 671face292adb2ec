//! `rongyi balance --at`: what a resident had at a past moment. Reads only; the reading is in [`crate::ledger::past`].

use comfy_table::{Table, presets};
use rongyi_core::account::Purpose;

use super::{FoundResident, ResidentArgs, holder_json, right};
use crate::door::terminal::{Failure, say, say_json};
use crate::ledger::explain::Lang;
use crate::ledger::past::{self, Moment};

/// What every asset of the resident held at a past moment, with the movement that made it so.
pub(super) async fn show(
    whose: &ResidentArgs,
    found: FoundResident,
    moment: Moment,
) -> Result<(), Failure> {
    let lang = Lang::from(whose.lang);
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(match lang {
        Lang::Zh => ["", "余额", "最后一笔"],
        Lang::En => ["", "balance", "last movement"],
    });
    let mut rows = Vec::new();
    for (code, asset) in found.assets() {
        let account = found.account(whose.resident, asset, Purpose::Available);
        let store = &found.library.store;
        let held = past::held(store, &whose.place.community, account, moment).await?;
        let last = held.before.first();
        rows.push(serde_json::json!({
            "asset": code,
            "holder": holder_json(account.holder),
            "balance": held.balance,
            "last_seq": last.map(|step| step.seq),
            "last_entry": last.map(|step| step.entry),
            "last_on": last.map(|step| step.day.to_string()),
        }));
        if code == "points" || held.balance != 0 {
            let last = last.map_or_else(String::new, |step| {
                format!("#{} {} {:+}", step.entry, step.day, step.change)
            });
            table.add_row([
                found.asset_name(&code, lang),
                held.balance.to_string(),
                last,
            ]);
        }
    }
    let at = match moment {
        Moment::EndOf(day) => day.to_string(),
        Moment::At(at) => jiff::Timestamp::from_microsecond(at.0)
            .map_or_else(|_| at.0.to_string(), |at| at.to_string()),
    };
    let (community, resident) = (&whose.place.community, whose.resident);
    if whose.json {
        say_json(&serde_json::json!({
            "community": community.as_str(),
            "resident": resident.0,
            "household": found.household.0,
            "at": at,
            "assets": rows,
        }));
    } else {
        say(&match lang {
            Lang::Zh => format!("{community} · {resident} 号居民 · {at}"),
            Lang::En => format!("{community} · resident {resident} · {at}"),
        });
        right(&mut table, &[1]);
        say(&table.to_string());
    }
    found.library.close().await;
    Ok(())
}
