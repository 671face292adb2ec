//! `rongyi person|household|resident|staff|item|stock|token`: one by one from options, or many from a file,
//! by the same functions. Prints first PINs and passwords once, or writes them to a file nobody else can read.

mod access;
mod args;
pub(crate) mod common;
mod marks;
mod tokens;

use std::io::Write;
use std::path::PathBuf;

use comfy_table::{Table, presets};
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::shown;

use super::own::cli;
use crate::access::server_secret;
use crate::door::terminal::{Failure, foreign, known, private_file, say, tell, with_house};
use crate::earning::cli::{read, understood, unreadable};
use crate::house::House;
use crate::people::{
    Added, FirstSecret, HOUSEHOLD_COLUMNS, PERSON_COLUMNS, RESIDENT_COLUMNS, STAFF_COLUMNS,
    Stopped, finding, leaving,
};
use crate::stock::{ITEM_COLUMNS, STOCK_COLUMNS, by_hand};
use crate::{people, stock};
pub(crate) use args::{
    HouseholdCommand, ItemCommand, PersonCommand, ResidentCommand, StaffCommand, StockCommand,
    TokenCommand,
};
use common::{FromFile, Pins, Update, Where};
pub(crate) use tokens::token;

use rongyi_clerk::ClerkError;
use rongyi_sheets::{Columns, Row, Rows};

pub(crate) async fn person(command: PersonCommand) -> Result<(), Failure> {
    let (installation, pins, job) = match command {
        PersonCommand::Add {
            installation,
            name,
            phone,
            pins,
        } => {
            let row = Row::typed(&[("name", Some(&name)), ("phone", phone.as_deref())]);
            (installation, pins, Job::Typed(row))
        }
        PersonCommand::Import {
            installation,
            from,
            pins,
        } => (installation, pins, Job::file(&from, PERSON_COLUMNS)?),
        PersonCommand::Export(args) => return cli::export(args).await,
        PersonCommand::Erase(args) => return cli::erase(args).await,
        PersonCommand::Pin(args) => return access::pin(args).await,
        PersonCommand::Unlock(args) => return access::unlock(args).await,
        PersonCommand::Devices(args) => return access::person_devices(args).await,
    };
    let done = with_house(&installation, async |house| {
        let secrets = Secrets::open(&pins)?;
        Ok((
            people::add_persons(house, key(house)?, job.rows()?).await,
            secrets,
        ))
    })
    .await?;
    finish(&job, done.0, Some(done.1))
}

pub(crate) async fn household(command: HouseholdCommand) -> Result<(), Failure> {
    let (place, Update { update }, job) = match command {
        HouseholdCommand::Add {
            place,
            household,
            name,
            address,
            update,
        } => {
            let cells = [
                ("household", Some(household.as_str())),
                ("name", Some(&name)),
                ("address", address.as_deref()),
            ];
            (place, update, Job::Typed(Row::typed(&cells)))
        }
        HouseholdCommand::Import {
            place,
            from,
            update,
        } => (place, update, Job::file(&from, HOUSEHOLD_COLUMNS)?),
    };
    let added = with_house(&place.installation, async |house| {
        let community = known(house, &place.place.community)?;
        Ok(people::add_households(house, community, job.rows()?, update).await)
    })
    .await?;
    finish(&job, added, None)
}

pub(crate) async fn resident(command: ResidentCommand) -> Result<(), Failure> {
    let (place, pins, Update { update }, job) = match command {
        ResidentCommand::Add {
            place,
            resident,
            household,
            name,
            phone,
            person,
            traits,
            pins,
            update,
        } => {
            let row = Row::typed(&[
                ("traits", traits.as_deref()),
                ("resident", Some(&resident)),
                ("household", Some(&household)),
                ("name", name.as_deref()),
                ("phone", phone.as_deref()),
                ("person", person.as_deref()),
            ]);
            (place, pins, update, Job::Typed(row))
        }
        ResidentCommand::Find(args) => return finding::cli::run(args).await,
        ResidentCommand::Leave(args) => return leaving::cli::leave(args).await,
        ResidentCommand::Move(args) => return leaving::cli::move_home(args).await,
        ResidentCommand::Traits {
            place,
            resident,
            set,
        } => return marks::traits(&place, &resident, &set.join(" ")).await,
        ResidentCommand::Import {
            place,
            from,
            pins,
            update,
        } => (place, pins, update, Job::file(&from, RESIDENT_COLUMNS)?),
    };
    let done = with_house(&place.installation, async |house| {
        let community = known(house, &place.place.community)?;
        let secrets = Secrets::open(&pins)?;
        Ok((
            people::add_residents(house, community, key(house)?, job.rows()?, update).await,
            secrets,
        ))
    })
    .await?;
    finish(&job, done.0, Some(done.1))
}

pub(crate) async fn staff(command: StaffCommand) -> Result<(), Failure> {
    let (place, pins, job) = match command {
        StaffCommand::Add {
            place,
            login,
            name,
            role,
            resident,
            pins,
        } => {
            let row = Row::typed(&[
                ("resident", resident.as_deref()),
                ("login", Some(&login)),
                ("name", Some(&name)),
                ("role", Some(&role)),
            ]);
            (place, pins, Job::Typed(row))
        }
        StaffCommand::Post(command) => return access::post(command).await,
        StaffCommand::Import { place, from, pins } => {
            (place, pins, Job::file(&from, STAFF_COLUMNS)?)
        }
    };
    let done = with_house(&place.installation, async |house| {
        let community = known(house, &place.place.community)?;
        let secrets = Secrets::open(&pins)?;
        Ok((
            people::add_staff(house, community, key(house)?, job.rows()?).await,
            secrets,
        ))
    })
    .await?;
    finish(&job, done.0, Some(done.1))
}

pub(crate) async fn item(command: ItemCommand) -> Result<(), Failure> {
    let (place, Update { update }, job) = match command {
        ItemCommand::Off { place, item } => {
            return at_shelf(&place, async |house, community| {
                let entry = stock::offer(house, community, (&item, false), by_hand(house)).await?;
                Ok(booked(entry))
            })
            .await;
        }
        ItemCommand::On { place, item } => {
            return at_shelf(&place, async |house, community| {
                let entry = stock::offer(house, community, (&item, true), by_hand(house)).await?;
                Ok(booked(entry))
            })
            .await;
        }
        ItemCommand::Add {
            place,
            item,
            title_zh,
            title_en,
            category,
            value_fen,
            icon,
            update,
        } => {
            let row = Row::typed(&[
                ("item", Some(&item)),
                ("title_zh", Some(&title_zh)),
                ("title_en", Some(&title_en)),
                ("category", Some(&category)),
                ("value_fen", Some(&value_fen)),
                ("icon", icon.as_deref()),
            ]);
            (place, update, Job::Typed(row))
        }
        ItemCommand::Import {
            place,
            from,
            update,
        } => (place, update, Job::file(&from, ITEM_COLUMNS)?),
    };
    let added = with_house(&place.installation, async |house| {
        let community = known(house, &place.place.community)?;
        Ok(stock::add_items(house, community, job.rows()?, update).await)
    })
    .await?;
    finish(&job, added, None)
}

/// What an item's shelf is told, and how the answer is told.
async fn at_shelf(
    place: &Where,
    deed: impl AsyncFnOnce(&House, &Code) -> Result<Text, ClerkError>,
) -> Result<(), Failure> {
    with_house(&place.installation, async |house| {
        let community = known(house, &place.place.community)?;
        match deed(house, community).await {
            Ok(text) => {
                say(&format!("{} / {}", text.zh, text.en));
                Ok(())
            }
            Err(error) => Err(Failure::from(&error)),
        }
    })
    .await
}

fn booked(entry: u64) -> Text {
    Text {
        zh: format!("已记为第 {entry} 笔"),
        en: format!("booked as entry {entry}"),
    }
}

/// Of goods: the number with which a mistake is taken back.
fn reversible(entry: u64) -> Text {
    Text {
        zh: format!("已记为第 {entry} 笔；记错了用 rongyi reverse --entry {entry} 冲正"),
        en: format!(
            "booked as entry {entry}; a mistake is taken back with `rongyi reverse --entry {entry}`"
        ),
    }
}

pub(crate) async fn stock(command: StockCommand) -> Result<(), Failure> {
    let (place, job) = match command {
        StockCommand::Lose {
            place,
            item,
            quantity,
            reason,
        } => {
            return at_shelf(&place, async |house, community| {
                let lost = (&item, quantity);
                let missed = stock::miss(house, community, lost, &reason, by_hand(house));
                Ok(reversible(missed.await?))
            })
            .await;
        }
        StockCommand::Count {
            place,
            item,
            found,
            reason,
        } => {
            return at_shelf(&place, async |house, community| {
                let counted =
                    stock::count(house, community, (&item, found), &reason, by_hand(house)).await?;
                let (by_book, off) = (counted.by_book, i64::from(found) - counted.by_book);
                let mut told = Text {
                    zh: format!("账上 {by_book} 件，数出来 {found} 件，差 {off:+}"),
                    en: format!("{by_book} by the book, {found} found, {off:+}"),
                };
                if let Some(undo) = counted.entry.map(reversible) {
                    told.zh = format!("{}。{}", told.zh, undo.zh);
                    told.en = format!("{}; {}", told.en, undo.en);
                }
                Ok(told)
            })
            .await;
        }
        StockCommand::Receive {
            place,
            item,
            quantity,
            donor,
            reason,
            received_on,
        } => {
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
    let added = with_house(&place.installation, async |house| {
        let community = known(house, &place.place.community)?;
        Ok(match &job {
            Job::Typed(_) => stock::receive_one(house, community, job.rows()?).await,
            Job::File { .. } => stock::receive_stock(house, community, job.rows()?).await,
        })
    })
    .await?;
    let entries = added.entries.clone();
    let done = finish(&job, added, None);
    for entry in entries {
        let text = reversible(entry);
        say(&format!("{} / {}", text.zh, text.en));
    }
    done
}

/// The rows of one command: a file, or one row of options.
enum Job {
    Typed(Row),
    File {
        path: PathBuf,
        sheet: rongyi_sheets::Sheet,
        columns: Columns,
    },
}

impl Job {
    /// Reads the file and its header before any database is opened.
    fn file(from: &FromFile, columns: Columns) -> Result<Job, Failure> {
        let path = from.file.clone();
        let sheet = read(&path)?;
        drop(
            sheet
                .rows(columns)
                .map_err(|error| unreadable(&path, &error))?,
        );
        understood(&path, &sheet, columns);
        Ok(Job::File {
            path,
            sheet,
            columns,
        })
    }

    fn rows(&self) -> Result<Rows<'_>, Failure> {
        match self {
            Job::Typed(row) => Ok(row.clone().alone()),
            Job::File {
                path,
                sheet,
                columns,
            } => sheet
                .rows(*columns)
                .map_err(|error| unreadable(path, &error)),
        }
    }

    fn place(&self, line: u64) -> String {
        match self {
            Job::Typed(_) => "错误 error".to_owned(),
            Job::File { path, .. } => {
                let path = path.display().to_string();
                format!("{}:{line}", shown::line(&path))
            }
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
        let Some(path) = &pins.pins else {
            return Ok(Secrets(None));
        };
        let file = private_file(path).map_err(|error| Failure::file(path, &error))?;
        Ok(Secrets(Some((path.clone(), file))))
    }

    fn hand_out(self, secrets: &[FirstSecret]) -> Result<(), Failure> {
        let Some((path, mut file)) = self.0 else {
            print_secrets(secrets);
            return Ok(());
        };
        let lines: String = secrets
            .iter()
            .map(|first_secret| {
                // People open it in a spreadsheet to print it.
                let (who, name) = (
                    shown::cell(&first_secret.who),
                    shown::cell(&first_secret.name),
                );
                format!("{who}\t{name}\t{}\n", first_secret.secret)
            })
            .collect();
        if let Err(error) = file
            .write_all(lines.as_bytes())
            .and_then(|()| file.sync_all())
        {
            // A PIN that is neither on paper nor in the file is lost: better on the screen than nowhere.
            print_secrets(secrets);
            return Err(Failure::file(&path, &error));
        }
        let (count, path) = (secrets.len(), path.display());
        say(&format!(
            "{count} 个初始密码写进了 {path}，只有你能读。 {count} first PINs are in {path}; only you can read it."
        ));
        Ok(())
    }
}

fn print_secrets(secrets: &[FirstSecret]) {
    if secrets.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["号码 number", "姓名 name", "初始密码 first PIN"]);
    for first_secret in secrets {
        table.add_row([
            foreign(&first_secret.who),
            foreign(&first_secret.name),
            first_secret.secret.clone(),
        ]);
    }
    say(&table.to_string());
    say("只显示这一次，第一次登录时要换掉。 Shown this once; changed at the first sign-in.");
}

/// What to type where a row was not taken.
fn way_out(code: &str) -> (&'static str, &'static str) {
    match code {
        "row.conflict" => (
            "如果是更正，请加 --update 再来一次；如果是另一个，请换一个编号。",
            " If it is a correction, run it again with --update; if it is another one, give it another number.",
        ),
        "person.unknown" => (
            "请先用 rongyi person add 登记。",
            " Add them first with `rongyi person add`.",
        ),
        "staff.person" => (
            "要改请用 rongyi staff person。",
            " To change it: `rongyi staff person`.",
        ),
        _ => ("", ""),
    }
}

/// Tells what became of a list.
fn finish(job: &Job, added: Added, secrets: Option<Secrets>) -> Result<(), Failure> {
    for bad in &added.bad {
        let (zh, en) = (shown::line(&bad.text.zh), shown::line(&bad.text.en));
        let (out_zh, out_en) = way_out(&bad.code);
        tell(&format!(
            "{}: {}: {zh}{out_zh} / {en}{out_en}",
            job.place(bad.line),
            bad.code
        ));
    }
    let (new, known, bad) = (added.new, added.known, added.bad.len());
    say(&format!(
        "新增或更改 new {new}, 早已有 known {known}, 不能用 bad {bad}"
    ));
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
        Stopped::Store(error) => return Failure::said(error.code(), error),
        Stopped::Clerk(error) => error.text(),
        Stopped::Hashing => {
            return Failure::new("stopped", "程序正在停止。", "The program is stopping.");
        }
    };
    Failure::new(
        "stopped",
        format!("{} 前面的已经登记；排除原因后重跑。", text.zh),
        format!(
            "{} Those before are enrolled; mend the cause and run it again.",
            text.en
        ),
    )
}
