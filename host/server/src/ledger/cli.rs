//! `rongyi balance` and `rongyi passbook`: what a resident has and how it came about. Reads only.

mod entry;
mod moment;
mod orders;
mod passbook;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use rongyi_clerk::clock::{Clock, SystemClock, local};
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Frame, Loaded};
use rongyi_core::chain::hex;
use rongyi_core::command::{Need, Rejection};
use rongyi_core::ids::{AssetNo, HouseholdNo, ResidentNo};
use rongyi_core::settings::Unit;
use rongyi_core::time::LocalDate;
use rongyi_store::StoreError;

use crate::door::Kind;
use crate::door::terminal::{
    Failure, InCommunity, LangArg, Library, Reading, foreign, say, say_json,
};
use crate::due;
use crate::ledger::explain::{self, Lang};
use crate::ledger::past::Moment;

pub(crate) use entry::entry_text;
pub(crate) use orders::{OrdersArgs, orders};
pub(crate) use passbook::{PassbookArgs, passbook};

/// Whose balance.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi balance -c nanmen --resident 1001
  rongyi balance -c nanmen --resident 1001 --lang en
  rongyi balance --database sqlite:data/rongyi.db -c nanmen --resident 1001 --json
  rongyi balance -c nanmen --resident 1001 --at 2026-10-31   那一天结束的时候 / at the end of that day

积分归户的社区显示全户的积分；志愿时长总是个人的。
Where points go to the household, these are the household's; volunteer minutes are the person's own.")]
pub(crate) struct BalanceArgs {
    #[command(flatten)]
    whose: ResidentArgs,
    /// 过去某天结束时或某一刻的余额 / at the end of a past day, or at an instant
    #[arg(long, value_name = "DATE|INSTANT", value_parser = Moment::parse)]
    at: Option<Moment>,
}

#[derive(Debug, Args)]
struct ResidentArgs {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    place: InCommunity,
    /// 居民号码 / the resident's number
    #[arg(long, short, value_name = "N", value_parser = resident)]
    resident: ResidentNo,
    /// 语言 / language
    #[arg(long, value_enum, default_value = "zh")]
    lang: LangArg,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

fn resident(text: &str) -> Result<ResidentNo, String> {
    crate::earning::resident_no(text).map_err(|error| error.text.en)
}

/// A resident, found in a ledger.
struct FoundResident {
    library: Library,
    frame: Frame,
    household: HouseholdNo,
    today: LocalDate,
    zone: jiff::tz::TimeZone,
}

impl ResidentArgs {
    async fn find(&self) -> Result<FoundResident, Failure> {
        let library = Library::open(&self.reading).await?;
        let community = &self.place.community;
        library.known(community).await?;
        let frame = library.store.frame(community).await?;
        let frame = frame.ok_or_else(|| StoreError::NoCommunity {
            community: community.clone(),
        })?;
        let found = library
            .store
            .load(community, &[Need::Resident(self.resident)])
            .await?;
        let household = found.into_iter().find_map(|row| {
            if let Loaded::Resident(_, member) = row {
                member.map(|member| member.household)
            } else {
                None
            }
        });
        let household = household.ok_or_else(|| {
            let rejection = Rejection::ResidentUnknown {
                resident: self.resident,
            };
            Failure::Failed {
                code: rejection.code(),
                text: rejection.text(),
            }
        })?;
        let zone = library.zone(community);
        let today = local(SystemClock.now(), &zone).0;
        Ok(FoundResident {
            zone,
            library,
            frame,
            household,
            today,
        })
    }
}

impl ResidentArgs {
    /// Puts on record that the terminal reads this.
    async fn read(&self, found: &FoundResident, kind: Kind) {
        let community = &self.place.community;
        found.library.reads(community, kind, &[self.resident]).await;
    }
}

impl FoundResident {
    /// What an asset is called: as the community's file says, or as everybody calls it; by its code where the
    /// configuration is not there.
    fn asset_name(&self, code: &str, lang: Lang) -> String {
        let known = match (code, lang) {
            ("points", Lang::Zh) => "积分",
            ("minutes", Lang::Zh) => "志愿分钟",
            ("minutes", Lang::En) => "volunteer minutes",
            ("conduct", Lang::Zh) => "操行分",
            ("conduct", Lang::En) => "conduct points",
            _ => "",
        };
        if !known.is_empty() {
            return known.to_owned();
        }
        let communities = self
            .library
            .config
            .iter()
            .flat_map(|config| &config.communities);
        let declared = communities
            .filter(|community| community.code == self.frame.community)
            .flat_map(|community| &community.assets)
            .find(|(asset, _)| asset.as_str() == code);
        declared.map_or_else(|| code.to_owned(), |(_, title)| foreign(lang.of(title)))
    }

    /// The assets a resident may hold, by code.
    fn assets(&self) -> Vec<(String, AssetNo)> {
        let declared = self
            .frame
            .settings
            .iter()
            .flat_map(|settings| &settings.assets);
        let fixed = [
            ("points", AssetNo::POINTS),
            ("minutes", AssetNo::MINUTES),
            ("conduct", AssetNo::CONDUCT),
        ];
        let fixed = fixed.into_iter().map(|(code, no)| (code.to_owned(), no));
        fixed
            .chain(declared.map(|(code, no)| (code.to_string(), *no)))
            .collect()
    }

    fn account(&self, resident: ResidentNo, asset: AssetNo, purpose: Purpose) -> Account {
        let household = self
            .frame
            .settings
            .as_ref()
            .is_some_and(|settings| settings.unit == Unit::Household);
        let holder = if household && asset != AssetNo::MINUTES {
            Holder::Household(self.household)
        } else {
            Holder::Resident(resident)
        };
        Account {
            holder,
            asset,
            purpose,
        }
    }
}

/// What is held of one asset.
struct Holding {
    code: String,
    holder: Holder,
    spendable: i64,
    notice: i64,
    held: i64,
    lots: Vec<(Option<LocalDate>, i64)>,
}

pub(crate) async fn balance(args: BalanceArgs) -> Result<(), Failure> {
    let whose = &args.whose;
    let found = whose.find().await?;
    whose.read(&found, Kind::Balance).await;
    if let Some(moment) = args.at {
        return moment::show(whose, found, moment).await;
    }
    let mut holdings = Vec::new();
    for (code, asset) in found.assets() {
        let of = |purpose| found.account(whose.resident, asset, purpose);
        let accounts = [
            of(Purpose::Available),
            of(Purpose::Notice),
            of(Purpose::Held),
        ];
        // What is due is shown as done: nobody need have looked before.
        let (store, today) = (&found.library.store, found.today);
        let states = due::accounts(store, &found.frame, today, &accounts).await?;
        let [available, notice, held] = states.as_slice() else {
            continue;
        };
        let day = |lot: i32| {
            if lot == 0 {
                None
            } else {
                LocalDate::from_days(lot)
            }
        };
        holdings.push(Holding {
            code,
            holder: accounts[0].holder,
            spendable: available.spendable(found.today),
            notice: notice.total,
            held: held.total,
            lots: available
                .lots
                .iter()
                .map(|(lot, left)| (day(*lot), *left))
                .collect(),
        });
    }
    if whose.json {
        say_json(&balance_json(whose, &found, &holdings));
    } else {
        show_balance(whose, &found, &holdings);
    }
    found.library.close().await;
    Ok(())
}

fn show_balance(whose: &ResidentArgs, found: &FoundResident, holdings: &[Holding]) {
    let lang = Lang::from(whose.lang);
    let (community, resident, household) =
        (&whose.place.community, whose.resident, found.household);
    say(&match lang {
        Lang::Zh => format!("{community} · {resident} 号居民 · 第 {household} 户"),
        Lang::En => format!("{community} · resident {resident} · household {household}"),
    });
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(match lang {
        Lang::Zh => ["", "可用", "公示中", "已预留", "到期"],
        Lang::En => ["", "can be spent", "on notice", "set aside", "lapses"],
    });
    let used = |holding: &&Holding| {
        holding.code == "points"
            || holding.spendable != 0
            || holding.notice != 0
            || holding.held != 0
    };
    for holding in holdings.iter().filter(used) {
        let lots: Vec<_> = holding
            .lots
            .iter()
            .map(|(day, left)| format!("{left} · {}", until(*day, lang)))
            .collect();
        let (spendable, notice, held) = (
            holding.spendable.to_string(),
            holding.notice.to_string(),
            holding.held.to_string(),
        );
        table.add_row([
            found.asset_name(&holding.code, lang),
            spendable,
            notice,
            held,
            lots.join("\n"),
        ]);
    }
    right(&mut table, &[1, 2, 3]);
    say(&table.to_string());
}

fn until(day: Option<LocalDate>, lang: Lang) -> String {
    match (day, lang) {
        (Some(day), Lang::Zh) => format!("{} 到期", explain::day(day, lang)),
        (Some(day), Lang::En) => format!("until {}", explain::day(day, lang)),
        (None, Lang::Zh) => "不过期".to_owned(),
        (None, Lang::En) => "never".to_owned(),
    }
}

pub(crate) fn right(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

pub(crate) fn holder_json(holder: Holder) -> String {
    match holder {
        Holder::Community => "community".into(),
        Holder::Resident(no) => format!("resident/{no}"),
        Holder::Household(no) => format!("household/{no}"),
        Holder::Fund(no) => format!("fund/{no}"),
    }
}

fn balance_json(
    whose: &ResidentArgs,
    found: &FoundResident,
    holdings: &[Holding],
) -> serde_json::Value {
    let assets: Vec<_> = holdings
        .iter()
        .map(|holding| {
            let lots: Vec<_> = holding
                .lots
                .iter()
                .map(|(day, left)| serde_json::json!({ "amount": left, "expires_on": day.map(|day| day.to_string()) }))
                .collect();
            serde_json::json!({
                "asset": holding.code,
                "holder": holder_json(holding.holder),
                "spendable": holding.spendable,
                "notice": holding.notice,
                "held": holding.held,
                "lots": lots,
            })
        })
        .collect();
    serde_json::json!({
        "community": whose.place.community.to_string(),
        "resident": whose.resident.0,
        "household": found.household.0,
        "as_of": found.today.to_string(),
        "head": { "height": found.frame.head.height, "hash": hex(&found.frame.head.hash) },
        "assets": assets,
    })
}
