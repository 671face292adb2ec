//! `rongyi person|household|resident|staff|item|stock|token`: one by one from options, or many from a file,
//! by the same functions. Prints first PINs and passwords once, or writes them to a file nobody else can read.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{Table, presets};

use super::import::{read, unreadable};
use super::{Failure, InCommunity, Installation, clerk_text, known, say, tell, with_house};
use crate::access::{new_token, server_secret};
use crate::goods::{self, ITEM_COLUMNS, STOCK_COLUMNS};
use crate::house::House;
use crate::people::{
    self, Added, FirstSecret, HOUSEHOLD_COLUMNS, PERSON_COLUMNS, RESIDENT_COLUMNS, STAFF_COLUMNS, Stopped,
};
use crate::sheet::{Columns, Row, Rows};

/// An installation and a community of it.
#[derive(Debug, Args)]
pub(crate) struct Where {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
}

/// A file of rows.
#[derive(Debug, Args)]
pub(crate) struct FromFile {
    /// CSV（UTF-8 或 GB18030）或每行一个 JSON / CSV, or one JSON object a line
    file: PathBuf,
}

/// Where first secrets go.
#[derive(Debug, Args)]
pub(crate) struct Pins {
    /// 把初始密码写进这个新文件（只有自己能读），不打印 / write first PINs to this new file instead of printing
    #[arg(long, value_name = "FILE")]
    pins: Option<PathBuf>,
}

const AGAIN: &str = "同一个文件再导入一次，什么也不会变。 Importing a file again changes nothing.";

/// Persons.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
登记居民时会同时登记人员，一般用不到这个命令；一个人要在几个社区当居民时才需要。
Enrolling a resident registers the person too; this is for somebody who will be a resident of several communities:
  rongyi person add --name 陈小满                       → person 12
  rongyi resident add -c nanmen  --resident 1002 --household 1 --person 12
  rongyi resident add -c jinxian --resident 2002 --household 9 --person 12")]
pub(crate) enum PersonCommand {
    /// 登记一个人 / one person
    Add {
        #[command(flatten)]
        installation: Installation,
        /// 姓名 / name
        #[arg(long)]
        name: String,
        /// 电话 / telephone
        #[arg(long)]
        phone: Option<String>,
        #[command(flatten)]
        pins: Pins,
    },
    /// 从文件登记，列：name,phone；每行都是新的人 / from a file with name,phone; every row is a new person
    Import {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        from: FromFile,
        #[command(flatten)]
        pins: Pins,
    },
}

/// Households.
#[derive(Debug, Subcommand)]
pub(crate) enum HouseholdCommand {
    /// 登记一户，或改名称地址 / one household, or its new name and address
    Add {
        #[command(flatten)]
        place: Where,
        /// 户号 / its number
        #[arg(long, value_name = "N")]
        household: String,
        /// 名称，例如户主 / what it is called
        #[arg(long)]
        name: String,
        /// 地址 / address
        #[arg(long)]
        address: Option<String>,
    },
    /// 从文件登记，列：household,name,address / from a file with these columns
    #[command(after_help = AGAIN)]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
    },
}

/// Residents.
#[derive(Debug, Subcommand)]
pub(crate) enum ResidentCommand {
    /// 登记一位居民 / one resident
    #[command(after_help = "\
例 / example:
  rongyi resident add -c nanmen --resident 1001 --household 1 --name 陈阿婆
初始 PIN 是随机的，只显示一次，本人第一次登录时要换掉。
The first PIN is random, shown once, and changed by its owner at the first sign-in.")]
    Add {
        #[command(flatten)]
        place: Where,
        /// 居民号码，印在卡上 / the number on the card
        #[arg(long, value_name = "N")]
        resident: String,
        /// 户号 / the household's number
        #[arg(long, value_name = "N")]
        household: String,
        /// 姓名 / name of somebody new
        #[arg(long, conflicts_with = "person", required_unless_present = "person")]
        name: Option<String>,
        /// 电话 / telephone
        #[arg(long, conflicts_with = "person")]
        phone: Option<String>,
        /// 已登记的人员编号 / the number of somebody who is here already
        #[arg(long, value_name = "N")]
        person: Option<String>,
        #[command(flatten)]
        pins: Pins,
    },
    /// 从文件登记，列：resident,household,name,phone / from a file with these columns
    #[command(after_help = "\
同一个文件再导入一次，什么也不会变：已有的居民不会得到新 PIN。
Importing a file again changes nothing: who is there gets no new PIN.
列 person 写已登记的人员编号，代替 name。 A column person names somebody who is here already, instead of name.")]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
        #[command(flatten)]
        pins: Pins,
    },
}

/// Staff.
#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// 登记一位工作人员 / one member of staff
    #[command(after_help = "\
岗位 / roles:
  reviewer    审核员：看申报和事项 / looks at claims and events
  shopkeeper  店员：核销取货码 / hands goods over
  operator    管理员：规则、人员、报表 / rules, people, reports
  leader      活动组织者：志愿活动 / volunteer activities
初始密码只显示一次，本人第一次登录时要换掉。
The first password is shown once and changed at the first sign-in.")]
    Add {
        #[command(flatten)]
        place: Where,
        /// 登录名 / sign-in name
        #[arg(long)]
        login: String,
        /// 姓名 / name
        #[arg(long)]
        name: String,
        /// 岗位 / role
        #[arg(long, value_parser = people::ROLES)]
        role: String,
        #[command(flatten)]
        pins: Pins,
    },
    /// 从文件登记，列：login,name,role / from a file with these columns
    #[command(after_help = AGAIN)]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
        #[command(flatten)]
        pins: Pins,
    },
}

/// Items.
#[derive(Debug, Subcommand)]
pub(crate) enum ItemCommand {
    /// 登记或修改一种物品；要多少分由定价规则决定 / one item, new or changed; what it costs is the pricing rule's
    Add {
        #[command(flatten)]
        place: Where,
        /// 代号，定价规则里也用它 / its code, as in the pricing rule
        #[arg(long)]
        item: String,
        /// 中文名 / Chinese name
        #[arg(long)]
        title_zh: String,
        /// 英文名 / English name
        #[arg(long)]
        title_en: String,
        /// 货架 / shelf
        #[arg(long)]
        category: String,
        /// 价值（分） / value in 1/100 yuan
        #[arg(long)]
        value_fen: String,
        /// 图标 / picture
        #[arg(long)]
        icon: Option<String>,
    },
    /// 从文件登记，列：item,title_zh,title_en,category,value_fen,icon / from a file with these columns
    #[command(after_help = AGAIN)]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
    },
}

/// Goods.
#[derive(Debug, Subcommand)]
pub(crate) enum StockCommand {
    /// 记一次进货 / one delivery
    #[command(after_help = "\
例 / example:
  rongyi stock receive -c nanmen rice-5kg 60 --donor 南门粮店 --reason 第四季度进货单1
运行两次就是进了两次货。 Run twice, it came twice.")]
    Receive {
        #[command(flatten)]
        place: Where,
        /// 物品代号 / the item's code
        item: String,
        /// 件数 / pieces
        quantity: String,
        /// 谁给的 / who gave it
        #[arg(long)]
        donor: Option<String>,
        /// 凭据 / why: the delivery note
        #[arg(long)]
        reason: String,
        /// 哪天到的，默认今天 / the day it came, today without it
        #[arg(long, value_name = "DATE")]
        received_on: Option<String>,
    },
    /// 从文件记进货，列：item,quantity,donor,received_on,reason / from a file with these columns
    #[command(after_help = "\
同一个文件 30 天内再导入一次，什么也不会变；同一天同样的两行算两次进货。
Importing a file again within 30 days changes nothing; two equal rows of one file are two deliveries.")]
    Import {
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        from: FromFile,
    },
}

/// What a token may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Scope {
    /// 上报事项 / send events
    Events,
    /// 核销取货码 / hand goods over
    Till,
    /// 只读 / read
    Read,
}

impl Scope {
    fn word(self) -> &'static str {
        match self {
            Scope::Events => "events",
            Scope::Till => "till",
            Scope::Read => "read",
        }
    }
}

/// Tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// 发一个令牌，只显示一次 / give one out; it is shown once
    #[command(after_help = "\
例 / example:
  rongyi token add -c nanmen --name 东门智能秤 --scope events
设备在请求头里带上它 / the device sends it as:  Authorization: Bearer TOKEN")]
    Add {
        #[command(flatten)]
        place: Where,
        /// 设备叫什么 / what people call the device
        #[arg(long)]
        name: String,
        /// 能做什么 / what it may do
        #[arg(long, value_enum)]
        scope: Scope,
    },
    /// 作废一个令牌 / end one
    Revoke {
        #[command(flatten)]
        place: Where,
        /// 编号，见 token list / its number, see `token list`
        id: i64,
    },
    /// 列出令牌（不含令牌本身） / list them, without the secrets
    List {
        #[command(flatten)]
        place: Where,
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn person(command: PersonCommand) -> Result<(), Failure> {
    let (installation, pins, job) = match command {
        PersonCommand::Add { installation, name, phone, pins } => {
            let row = Row::typed(&[("name", Some(&name)), ("phone", phone.as_deref())]);
            (installation, pins, Job::Typed(row))
        }
        PersonCommand::Import { installation, from, pins } => (installation, pins, Job::file(&from, PERSON_COLUMNS)?),
    };
    let done = with_house(&installation.config, async |house| {
        let secrets = Secrets::open(&pins)?;
        Ok((people::add_persons(house, key(house)?, job.rows()?).await, secrets))
    })
    .await?;
    finish(&job, done.0, Some(done.1))
}

pub(super) async fn household(command: HouseholdCommand) -> Result<(), Failure> {
    let (place, job) = match command {
        HouseholdCommand::Add { place, household, name, address } => {
            let cells = [("household", Some(household.as_str())), ("name", Some(&name)), ("address", address.as_deref())];
            (place, Job::Typed(Row::typed(&cells)))
        }
        HouseholdCommand::Import { place, from } => (place, Job::file(&from, HOUSEHOLD_COLUMNS)?),
    };
    let added = with_house(&place.installation.config, async |house| {
        Ok(people::add_households(house, known(house, &place.place.community)?, job.rows()?).await)
    })
    .await?;
    finish(&job, added, None)
}

pub(super) async fn resident(command: ResidentCommand) -> Result<(), Failure> {
    let (place, pins, job) = match command {
        ResidentCommand::Add { place, resident, household, name, phone, person, pins } => {
            let row = Row::typed(&[
                ("resident", Some(&resident)),
                ("household", Some(&household)),
                ("name", name.as_deref()),
                ("phone", phone.as_deref()),
                ("person", person.as_deref()),
            ]);
            (place, pins, Job::Typed(row))
        }
        ResidentCommand::Import { place, from, pins } => (place, pins, Job::file(&from, RESIDENT_COLUMNS)?),
    };
    let done = with_house(&place.installation.config, async |house| {
        let community = known(house, &place.place.community)?;
        let secrets = Secrets::open(&pins)?;
        Ok((people::add_residents(house, community, key(house)?, job.rows()?).await, secrets))
    })
    .await?;
    finish(&job, done.0, Some(done.1))
}

pub(super) async fn staff(command: StaffCommand) -> Result<(), Failure> {
    let (place, pins, job) = match command {
        StaffCommand::Add { place, login, name, role, pins } => {
            let row = Row::typed(&[("login", Some(&login)), ("name", Some(&name)), ("role", Some(&role))]);
            (place, pins, Job::Typed(row))
        }
        StaffCommand::Import { place, from, pins } => (place, pins, Job::file(&from, STAFF_COLUMNS)?),
    };
    let done = with_house(&place.installation.config, async |house| {
        let community = known(house, &place.place.community)?;
        let secrets = Secrets::open(&pins)?;
        Ok((people::add_staff(house, community, key(house)?, job.rows()?).await, secrets))
    })
    .await?;
    finish(&job, done.0, Some(done.1))
}

pub(super) async fn item(command: ItemCommand) -> Result<(), Failure> {
    let (place, job) = match command {
        ItemCommand::Add { place, item, title_zh, title_en, category, value_fen, icon } => {
            let row = Row::typed(&[
                ("item", Some(&item)),
                ("title_zh", Some(&title_zh)),
                ("title_en", Some(&title_en)),
                ("category", Some(&category)),
                ("value_fen", Some(&value_fen)),
                ("icon", icon.as_deref()),
            ]);
            (place, Job::Typed(row))
        }
        ItemCommand::Import { place, from } => (place, Job::file(&from, ITEM_COLUMNS)?),
    };
    let added = with_house(&place.installation.config, async |house| {
        Ok(goods::add_items(house, known(house, &place.place.community)?, job.rows()?).await)
    })
    .await?;
    finish(&job, added, None)
}

pub(super) async fn stock(command: StockCommand) -> Result<(), Failure> {
    let (place, job) = match command {
        StockCommand::Receive { place, item, quantity, donor, reason, received_on } => {
            let row = Row::typed(&[
                ("item", Some(&item)),
                ("quantity", Some(&quantity)),
                ("donor", donor.as_deref()),
                ("reason", Some(&reason)),
                ("received_on", received_on.as_deref()),
            ]);
            (place, Job::Typed(row))
        }
        StockCommand::Import { place, from } => (place, Job::file(&from, STOCK_COLUMNS)?),
    };
    let added = with_house(&place.installation.config, async |house| {
        let community = known(house, &place.place.community)?;
        Ok(match &job {
            Job::Typed(_) => goods::receive_one(house, community, job.rows()?).await,
            Job::File { .. } => goods::receive_stock(house, community, job.rows()?).await,
        })
    })
    .await?;
    finish(&job, added, None)
}

pub(super) async fn token(command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Add { place, name, scope } => {
            with_house(&place.installation.config, async |house| {
                let community = known(house, &place.place.community)?;
                let (token, hash) = new_token();
                let now = house.clock.now();
                let id = house.store.add_token(community, &name, &hash, scope.word(), now).await?;
                say(&format!("{token}"));
                tell(&format!("令牌 {id}（{name}，{}）只显示这一次。 Token {id} is shown this once.", scope.word()));
                Ok(())
            })
            .await
        }
        TokenCommand::Revoke { place, id } => {
            with_house(&place.installation.config, async |house| {
                let community = known(house, &place.place.community)?;
                let own = house.store.tokens(community).await?.into_iter().find(|token| token.token_id == id);
                let own = own.ok_or_else(|| {
                    Failure::new("token.unknown", format!("这个社区没有 {id} 号令牌。"), format!("This community has no token {id}."))
                })?;
                house.store.revoke_token(id, house.clock.now()).await?;
                say(&format!("令牌 {id}（{}）已作废。 Token {id} no longer works.", own.name));
                Ok(())
            })
            .await
        }
        TokenCommand::List { place, json } => {
            with_house(&place.installation.config, async |house| list_tokens(house, &place, json).await).await
        }
    }
}

async fn list_tokens(house: &House, place: &Where, json: bool) -> Result<(), Failure> {
    let tokens = house.store.tokens(known(house, &place.place.community)?).await?;
    if json {
        let list: Vec<_> = tokens
            .iter()
            .map(|token| {
                let active = token.revoked_at.is_none();
                serde_json::json!({ "id": token.token_id, "name": token.name, "scope": token.scope, "active": active })
            })
            .collect();
        say(&serde_json::Value::from(list).to_string());
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["编号 id", "设备 device", "能做 scope", ""]);
    for token in tokens {
        let state = if token.revoked_at.is_some() { "已作废 revoked" } else { "可用 active" };
        table.add_row([token.token_id.to_string(), token.name, token.scope, state.to_owned()]);
    }
    say(&table.to_string());
    Ok(())
}

/// The rows of one command: a file, or one row of options.
enum Job {
    Typed(Row),
    File { path: PathBuf, sheet: crate::sheet::Sheet, columns: Columns },
}

impl Job {
    /// Reads the file and its header before any database is opened.
    fn file(from: &FromFile, columns: Columns) -> Result<Job, Failure> {
        let path = from.file.clone();
        let sheet = read(&path)?;
        drop(sheet.rows(columns).map_err(|error| unreadable(&path, &error))?);
        Ok(Job::File { path, sheet, columns })
    }

    fn rows(&self) -> Result<Rows<'_>, Failure> {
        match self {
            Job::Typed(row) => Ok(row.clone().alone()),
            Job::File { path, sheet, columns } => sheet.rows(*columns).map_err(|error| unreadable(path, &error)),
        }
    }

    fn place(&self, line: u64) -> String {
        match self {
            Job::Typed(_) => "错误 error".to_owned(),
            Job::File { path, .. } => format!("{}:{line}", path.display()),
        }
    }
}

/// The server's secret, without which no PIN can be hashed.
fn key(house: &House) -> Result<[u8; 32], Failure> {
    let path = &house.config.secret_file;
    server_secret(path).map_err(|error| Failure::file(path, &error))
}

/// Where first secrets go; the file is opened before anybody is added, so that no PIN is lost.
struct Secrets(Option<(PathBuf, std::fs::File)>);

impl Secrets {
    fn open(pins: &Pins) -> Result<Secrets, Failure> {
        let Some(path) = &pins.pins else { return Ok(Secrets(None)) };
        let file = private_file(path).map_err(|error| Failure::file(path, &error))?;
        Ok(Secrets(Some((path.clone(), file))))
    }

    fn hand_out(self, secrets: &[FirstSecret]) -> Result<(), Failure> {
        let Some((path, mut file)) = self.0 else {
            print_secrets(secrets);
            return Ok(());
        };
        let lines: String = secrets.iter().map(|own| format!("{}\t{}\t{}\n", own.who, own.name, own.secret)).collect();
        if let Err(error) = file.write_all(lines.as_bytes()).and_then(|()| file.sync_all()) {
            // A PIN that is neither on paper nor in the file is lost: better on the screen than nowhere.
            print_secrets(secrets);
            return Err(Failure::file(&path, &error));
        }
        let (count, path) = (secrets.len(), path.display());
        say(&format!("{count} 个初始密码写进了 {path}，只有你能读。 {count} first PINs are in {path}; only you can read it."));
        Ok(())
    }
}

/// A new file that only its owner can read.
pub(crate) fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn print_secrets(secrets: &[FirstSecret]) {
    if secrets.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["号码 number", "姓名 name", "初始密码 first PIN"]);
    for own in secrets {
        table.add_row([&own.who, &own.name, &own.secret]);
    }
    say(&table.to_string());
    say("只显示这一次，第一次登录时要换掉。 Shown this once; changed at the first sign-in.");
}

/// Tells what became of a list.
fn finish(job: &Job, added: Added, secrets: Option<Secrets>) -> Result<(), Failure> {
    for bad in &added.bad {
        tell(&format!("{}: {}: {} / {}", job.place(bad.line), bad.code, bad.text.zh, bad.text.en));
    }
    let (new, known, bad) = (added.new, added.known, added.bad.len());
    say(&format!("新增或更改 new {new}, 早已有 known {known}, 不能用 bad {bad}"));
    if let Some(secrets) = secrets {
        secrets.hand_out(&added.secrets)?;
    }
    match added.stopped {
        Some(stopped) => Err(stop(&stopped)),
        None if bad > 0 => Err(Failure::Told),
        None => Ok(()),
    }
}

pub(crate) fn stop(stopped: &Stopped) -> Failure {
    let text = match stopped {
        Stopped::Store(error) => return Failure::said("store", error),
        Stopped::Clerk(error) => clerk_text(error),
        Stopped::Hashing => return Failure::new("stopped", "程序正在停止。", "The program is stopping."),
    };
    Failure::new(
        "stopped",
        format!("{} 前面的已经登记；排除原因后重跑。", text.zh),
        format!("{} Those before are enrolled; mend the cause and run it again.", text.en),
    )
}
