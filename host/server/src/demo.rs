//! `rongyi demo`: invented people under real rules. It writes the demo configuration into a folder of its own,
//! enrols everybody and imports everything with the functions of the ordinary commands, and serves. A second
//! start keeps what is there.

mod activities;
mod cases;
mod files;
mod judged;
mod merchants;
mod month;
mod office;
mod volunteers;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jiff::tz::TimeZone;
use rongyi_clerk::clock::{Clock, SystemClock};
use rongyi_config::{self as config, Config};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_sheets::{Columns, Sheet};

use crate::access::{hash_secret, server_secret};
use crate::door::terminal::{Failure, private_file, say, tell};
use crate::earning::cli::{
    import_balances, import_events, import_history, read as read_sheet, summary, unreadable,
};
use crate::house::House;
use crate::people::cli::stop;
use crate::people::secret::{new_password, new_pin};
use crate::people::{Added, HOUSEHOLD_COLUMNS, RESIDENT_COLUMNS, STAFF_COLUMNS};
use crate::serving::cli::{ADDRESS, listen, serve};
use crate::stock::{ITEM_COLUMNS, STOCK_COLUMNS};
use crate::{people, stock};

use merchants::StoryClock;

pub use cases::play;

/// Where the demo lives.
#[derive(Debug, Args)]
#[command(after_help = "\
第一次运行会建好三个虚构社区：登记居民、导入余额、货物和上百条事项，都经过真正的规则；然后显示网址和几个登录。
The first run makes three invented communities, enrols their people, imports balances, goods and hundreds of events
through the real rules, then prints the address and a few sign-ins. 再次运行保留原样。A second start keeps all of it.

例 / examples:
  rongyi demo
  rongyi demo --data /tmp/rongyi --listen 0.0.0.0:8080
看完可以照样使用其他命令 / the other commands work on it too:
  rongyi passbook --config data/demo/config/rongyi.toml -c nanmen --resident 1001 --why
  rongyi verify --config data/demo/config/rongyi.toml
删掉整个文件夹就重新来过。 Delete the folder to begin again.")]
pub struct DemoArgs {
    /// 数据放在哪里 / the folder of the demo
    #[arg(long, value_name = "DIR", default_value = "./data/demo")]
    data: PathBuf,
    /// 别的数据库，默认 DIR/rongyi.db / another database than DIR/rongyi.db
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// 在哪里接受访问 / where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// The sign-ins that are printed.
const SIGN_IN_FILE: &str = "demo-sign-in.txt";
const SHOWN_COMMUNITY: &str = "nanmen";
/// The merchant whose keeper is shown.
const MERCHANT: &str = "lin-noodles";
/// Who signs in where: the walk through, and somebody to whom a bit of everything has happened.
const SHOWN_RESIDENTS: [(&str, ResidentNo); 2] = [
    (SHOWN_COMMUNITY, ResidentNo(1001)),
    ("jinxian", ResidentNo(1008)),
];
const SHOWN_STAFF: [(&str, &str); 5] = [
    ("nanmen-shop", "店员 shopkeeper"),
    ("nanmen-lead", "队长 leader"),
    ("nanmen-review", "审核员 reviewer"),
    ("nanmen-operator", "管理员 operator"),
    (MERCHANT, "商家 merchant"),
];

pub(crate) async fn run(args: DemoArgs) -> Result<(), Failure> {
    let listener = listen(args.listen).await?;
    let clock = Arc::new(StoryClock::default());
    let sign_in = args.data.join(SIGN_IN_FILE);
    let known = std::fs::read_to_string(&sign_in).ok();
    if known.is_none() {
        clock.tell(&TimeZone::system(), merchants::BEGINS);
    }
    let (house, began) = open(&args, Arc::clone(&clock)).await?;
    let filled = match known {
        Some(text) => Ok(text),
        None => {
            let lists = args.data.join("config").join("demo");
            fill((&house, &clock), &lists, &sign_in).await
        }
    };
    match filled {
        Ok(text) => serve(house, began, listener, text.trim_end()).await,
        Err(failure) => {
            house.close().await;
            Err(failure)
        }
    }
}

/// The demo's house, and a moment before its files were read.
async fn open(args: &DemoArgs, clock: Arc<StoryClock>) -> Result<(House, Instant), Failure> {
    let folder = args.data.join("config");
    files::write(&folder).map_err(|error| Failure::file(&folder, &error))?;
    let began = SystemClock.now();
    // The environment names the database of the real installation; a demo must never write there.
    let config =
        config::load_with(&folder.join("rongyi.toml"), &|_| None).map_err(Failure::Config)?;
    let config = Config {
        listen: args.listen,
        database_url: args.database.clone().unwrap_or(config.database_url),
        ..config
    };
    let mut house = House::open(config, clock).await?;
    house.demo = true;
    Ok((house, began))
}

/// Enrols and imports everything, then writes the sign-ins: what was broken off is finished by the next start,
/// because each of these can be run again.
async fn fill(
    (house, clock): (&House, &StoryClock),
    folder: &Path,
    sign_in: &Path,
) -> Result<String, Failure> {
    let key = server_secret(&house.config.secret_file)
        .map_err(|error| Failure::file(&house.config.secret_file, &error))?;
    before(house, clock, key, folder).await?;
    for community in house.communities().keys() {
        let folder = folder.join(community.as_str());
        if !folder.is_dir() {
            continue;
        }
        say(&format!(
            "{community}: 登记居民、货物，导入事项 / enrolling people and goods, importing events …"
        ));
        let file = |name: &str, columns| List::read(folder.join(name), columns);
        enrol(house, community, key, &folder).await?;
        let items = file("items.csv", ITEM_COLUMNS)?;
        items.done(stock::add_items(house, community, items.rows()?, false).await)?;
        let stock = file("stock.csv", STOCK_COLUMNS)?;
        stock.done(stock::receive_stock(house, community, stock.rows()?).await)?;
        open_balances(house, community, &folder).await?;
        let history = folder.join("history.csv");
        if history.is_file() {
            let sheet = read_sheet(&history)?;
            let tally = import_history(house, community, &history, &sheet).await?;
            summary(&history, &tally, false);
        }
        let events = folder.join("events.csv");
        let tally = import_events(
            house,
            community,
            Code::literal("file"),
            &events,
            &read_sheet(&events)?,
        )
        .await?;
        summary(&events, &tally, false);
    }
    merchants::settle(house, &Code::literal(SHOWN_COMMUNITY))
        .await
        .map_err(|error| Failure::said("demo", &error))?;
    play(house, folder).await?;
    activities::hold(house, &key).await?;
    let text = shown(house, key).await?;
    keep(sign_in, &text).map_err(|error| Failure::file(sign_in, &error))?;
    Ok(text)
}

/// What happened before this month, where merchants trade: their community's people, with what stood in their paper books, a
/// month of orders and of what residents asked. From then on the clock is the machine's.
async fn before(
    house: &House,
    clock: &StoryClock,
    key: [u8; 32],
    folder: &Path,
) -> Result<(), Failure> {
    let community = Code::literal(SHOWN_COMMUNITY);
    let folder = folder.join(SHOWN_COMMUNITY);
    let store = &house.store;
    let begun = store.staff_by_login(&community, MERCHANT).await?.is_some();
    let served = house.community(&community);
    if let Some(served) = served.filter(|_| folder.is_dir()) {
        say(&format!(
            "{community}: 上个月的商家和兑换单 / last month’s merchants and orders …"
        ));
        clock.tell(&served.zone, merchants::BEGINS);
        if begun {
            // A fill that was broken off: what the ledger has is of a later day perhaps, and is kept.
            clock.set_right();
        }
        enrol(house, &community, key, &folder).await?;
        open_balances(house, &community, &folder).await?;
        if !begun {
            let traded = merchants::trade(house, (&community, clock), key).await;
            traded.map_err(|error| Failure::said("demo", &error))?;
        }
        say(&format!(
            "{community}: 上个月居民提的事 / what residents asked last month …"
        ));
        let asked = month::ask(house, &community, clock).await;
        asked.map_err(|error| Failure::said("demo", &error))?;
    }
    clock.set_right();
    Ok(())
}

/// Households, residents and staff from their files.
async fn enrol(
    house: &House,
    community: &Code,
    key: [u8; 32],
    folder: &Path,
) -> Result<(), Failure> {
    let file = |name: &str, columns| List::read(folder.join(name), columns);
    let households = file("households.csv", HOUSEHOLD_COLUMNS)?;
    households.done(people::add_households(house, community, households.rows()?, false).await)?;
    let residents = file("residents.csv", RESIDENT_COLUMNS)?;
    residents.done(people::add_residents(house, community, key, residents.rows()?, false).await)?;
    let staff = file("staff.csv", STAFF_COLUMNS)?;
    staff.done(people::add_staff(house, community, key, staff.rows()?).await)?;
    Ok(())
}

/// What stood in paper books.
async fn open_balances(house: &House, community: &Code, folder: &Path) -> Result<(), Failure> {
    let balances = folder.join("balances.csv");
    let tally = import_balances(house, community, &balances, &read_sheet(&balances)?).await?;
    summary(&balances, &tally, false);
    Ok(())
}

/// A file of the demo.
struct List {
    path: PathBuf,
    sheet: Sheet,
    columns: Columns,
}

impl List {
    fn read(path: PathBuf, columns: Columns) -> Result<List, Failure> {
        Ok(List {
            sheet: read_sheet(&path)?,
            path,
            columns,
        })
    }

    fn rows(&self) -> Result<rongyi_sheets::Rows<'_>, Failure> {
        self.sheet
            .rows(self.columns)
            .map_err(|error| unreadable(&self.path, &error))
    }

    fn done(&self, added: Added) -> Result<(), Failure> {
        for bad in &added.bad {
            tell(&format!(
                "{}:{}: {}: {} / {}",
                self.path.display(),
                bad.line,
                bad.code,
                bad.text.zh,
                bad.text.en
            ));
        }
        added.stopped.map_or(Ok(()), |stopped| Err(stop(&stopped)))
    }
}

/// The people of the walk through: fresh secrets that need no change, so that the walk begins at once.
async fn shown(house: &House, key: [u8; 32]) -> Result<String, Failure> {
    let community: Code = Code::literal(SHOWN_COMMUNITY);
    let mut lines = vec![
        "演示数据，人物都是虚构的。 Demo data; all people are invented.".to_owned(),
        format!("居民从这里登录 residents sign in at {ADDRESS}/{community}/sign-in"),
        format!("工作人员从这里登录 staff at {ADDRESS}/{community}/staff/sign-in"),
    ];
    for (code, resident) in SHOWN_RESIDENTS {
        let code = Code::literal(code);
        let Some(person) = house.store.resident_person(&code, resident).await? else {
            continue;
        };
        let pin = new_pin();
        let hash = hashed(key, pin.clone()).await?;
        house.store.set_pin(person.person_id, &hash, false).await?;
        let name = &person.name;
        let place = if code == community {
            String::new()
        } else {
            format!("  什么都遇到过 with a bit of everything: {ADDRESS}/{code}/sign-in")
        };
        lines.push(format!(
            "  居民 resident   {resident}  PIN {pin}  ({name}){place}"
        ));
    }
    for (login, title) in SHOWN_STAFF {
        if let Some(staff) = house.store.staff_by_login(&community, login).await? {
            let password = new_password();
            let hash = hashed(key, password.clone()).await?;
            house
                .store
                .set_staff_password(staff.staff_id, &hash, false)
                .await?;
            lines.push(format!("  {title}   {login}  {password}  ({})", staff.name));
        }
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

async fn hashed(key: [u8; 32], secret: String) -> Result<String, Failure> {
    let hashing = tokio::task::spawn_blocking(move || hash_secret(&key, &secret)).await;
    hashing.map_err(|error| Failure::said("stopped", &error))
}

fn keep(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = private_file(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
