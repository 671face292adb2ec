//! What every row of a sheet comes to, before anything is done: who is new, who is there, which rows contradict what is
//! known, which can't be used. It proposes numbers where none are written, and decides nothing that booking would not.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::chain::{hex, sha256};
use rongyi_core::ids::{HouseholdNo, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::typed;
use rongyi_sheets::{BadRow, Row};
use rongyi_store::{HouseholdText, ResidentRow, StoreError};

use super::super::{Fate, Office, conflict, households, known_residents, survey};
use super::{TITLES, is_alike, plain};
use crate::earning::{household_no, resident_no};

/// What a row says, with the numbers that were free.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Number of the resident.
    pub resident: String,
    /// Number of the household.
    pub household: String,
    /// What the household is called; may be empty.
    pub household_name: String,
    /// Where it lives; may be empty.
    pub address: String,
    /// The person's name.
    pub name: String,
    /// The telephone; may be empty.
    pub phone: String,
    /// Whether it is a child, as it was written.
    pub child: String,
}

impl Written {
    /// The columns in the order of a sheet.
    pub const HEADER: &'static str = "编号\t户号\t户名\t地址\t姓名\t电话\t未成年";

    fn of(row: &Row) -> Written {
        let cell = |column| row.get(column).unwrap_or_default().to_owned();
        Written {
            resident: cell("resident"),
            household: cell("household"),
            household_name: cell("household_name"),
            address: cell("address"),
            name: cell("name"),
            phone: cell("phone"),
            child: cell("child"),
        }
    }

    /// The cells in the order of a sheet.
    pub fn cells(&self) -> [&str; 7] {
        [
            &self.resident,
            &self.household,
            &self.household_name,
            &self.address,
            &self.name,
            &self.phone,
            &self.child,
        ]
    }

    /// The row of a sheet.
    fn line(&self) -> String {
        let cell = |cell: &str| match cell.contains('"') {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.to_owned(),
        };
        self.cells().map(cell).join("\t")
    }

    /// Whether it says that it is a child.
    pub fn is_child(&self) -> bool {
        yes_or_no(&self.child) == Some(true)
    }

    /// The row as the enrolment of residents takes it.
    pub(super) fn resident_row(&self, line: u64) -> Row {
        at(
            line,
            &[
                ("resident", Some(&self.resident)),
                ("household", Some(&self.household)),
                ("name", Some(&self.name)),
                ("phone", Some(&self.phone)),
            ],
        )
    }

    /// The row as the list of households takes it.
    pub(super) fn household_row(&self, line: u64) -> Row {
        at(
            line,
            &[
                ("household", Some(&self.household)),
                ("name", Some(&self.household_name)),
                ("address", Some(&self.address)),
            ],
        )
    }
}

fn at(line: u64, cells: &[(&str, Option<&str>)]) -> Row {
    let mut row = Row::typed(cells);
    row.line = line;
    row
}

/// What somebody wrote for yes and no; nothing is no.
fn yes_or_no(text: &str) -> Option<bool> {
    match typed::canonical(text).to_lowercase().as_str() {
        "" | "否" | "不是" | "no" | "n" | "0" | "false" => Some(false),
        "是" | "yes" | "y" | "1" | "true" | "√" | "✓" | "on" => Some(true),
        _ => None,
    }
}

/// What a row comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody new.
    New,
    /// Somebody who is there, with the same content.
    Known,
    /// It contradicts what is known.
    Conflict,
    /// It can't be used.
    Bad,
}

/// A row and what it comes to.
#[derive(Debug)]
pub struct Planned {
    /// Its line, as a person sees it.
    pub line: u64,
    /// What it says.
    pub written: Written,
    /// What it comes to.
    pub outcome: Outcome,
    /// Why it can't be taken.
    pub why: Option<Text>,
    /// The column that this is about; empty for none.
    pub column: &'static str,
    /// Who it may be among those who are there, or stand above it.
    pub alike: Vec<ResidentRow>,
    /// Whether its household gets its name now.
    pub names_household: bool,
    /// Whether nobody lives in its household yet.
    pub new_household: bool,
    /// Whether its number is a proposal.
    pub proposed: bool,
}

/// What every row comes to.
#[derive(Debug, Default)]
pub struct Plan {
    /// The rows in their order.
    pub rows: Vec<Planned>,
}

impl Plan {
    /// The rows that come to this.
    pub fn of(&self, outcome: Outcome) -> impl Iterator<Item = &Planned> {
        self.rows.iter().filter(move |row| row.outcome == outcome)
    }

    /// The rows that can be taken or are known, as a sheet of its own, each on its line, with the proposed numbers.
    pub fn sheet(&self) -> String {
        let mut text = format!("{}\n", Written::HEADER);
        let mut next = 2;
        let taken = |row: &&Planned| matches!(row.outcome, Outcome::New | Outcome::Known);
        for row in self.rows.iter().filter(taken) {
            while next < row.line {
                text.push('\n');
                next += 1;
            }
            text.push_str(&row.written.line());
            text.push('\n');
            next += 1;
        }
        text
    }

    /// Says exactly this plan: another content or another state of the book gives another.
    pub fn digest(&self) -> String {
        let mut told = String::new();
        for row in self.of(Outcome::New).chain(self.of(Outcome::Known)) {
            let alike: Vec<String> = row
                .alike
                .iter()
                .map(|there| there.resident.to_string())
                .collect();
            told.push_str(&format!(
                "{}\t{}\t{}\t{}\t{}\n",
                row.line,
                row.outcome == Outcome::New,
                row.names_household,
                row.written.line(),
                alike.join(",")
            ));
        }
        hex(&sha256(told.as_bytes()))
    }
}

/// Says what every row comes to.
///
/// # Errors
/// What the database said.
pub async fn plan(office: Office<'_>, rows: Vec<Result<Row, BadRow>>) -> Result<Plan, StoreError> {
    let mut planner = Planner::open(office, &rows).await?;
    let mut plan = Plan::default();
    for row in rows {
        let planned = match row {
            Ok(row) => planner.row(&row),
            Err(bad) => refused(bad.line, Written::default(), bad, false),
        };
        plan.rows.push(planned);
    }
    Ok(plan)
}

/// The next free numbers of a resident and of a household.
///
/// # Errors
/// What the database said.
pub async fn free_numbers(office: Office<'_>) -> Result<(u32, u32), StoreError> {
    let planner = Planner::open(office, &[]).await?;
    Ok((planner.next_resident, planner.next_household))
}

/// The column that a mistake is about.
fn column_of(written: &Written, code: &str, household: bool) -> &'static str {
    match code {
        "phone.form" => "phone",
        "child.form" => "child",
        "household.none" | "household.which" => "household",
        "row.conflict" if household => "household_name",
        "row.conflict" | "resident.exists" => "resident",
        "number.form" if resident_no(&written.resident).is_err() => "resident",
        "number.form" => "household",
        "row.empty" | "text.form" if household => "household_name",
        _ => "name",
    }
}

fn refused(line: u64, written: Written, bad: BadRow, household: bool) -> Planned {
    let contradicts = bad.code == "row.conflict" || bad.code == "resident.exists";
    let column = column_of(&written, &bad.code, household);
    Planned {
        line,
        written,
        outcome: if contradicts {
            Outcome::Conflict
        } else {
            Outcome::Bad
        },
        column,
        why: Some(in_titles(bad.text)),
        alike: Vec::new(),
        names_household: false,
        new_household: false,
        proposed: false,
    }
}

/// A message with the titles that clerks know in the place of columns.
fn in_titles(text: Text) -> Text {
    let mut zh = text.zh;
    let mut seen = BTreeSet::new();
    for (title, column) in TITLES {
        if seen.insert(*column) {
            zh = zh.replace(&format!("“{column}”"), &format!("“{title}”"));
        }
    }
    let zh = zh
        .replace("居民 resident ", "居民 ")
        .replace("户 household ", "户 ");
    let en = text.en.replace("居民 resident ", "resident ");
    Text {
        zh,
        en: en.replace("户 household ", "household "),
    }
}

/// What is known while a sheet is read from top to bottom.
struct Planner {
    known: BTreeMap<ResidentNo, ResidentRow>,
    /// Who is called so.
    called: BTreeMap<String, Vec<ResidentNo>>,
    /// Households where somebody lives.
    lived_in: BTreeSet<HouseholdNo>,
    /// Households that are there with their names.
    homes: BTreeMap<HouseholdNo, HouseholdText>,
    /// Households that rows above name for the first time.
    named: BTreeMap<HouseholdNo, HouseholdText>,
    /// Numbers that were given to households without one, by name and address.
    given: BTreeMap<(String, String), HouseholdNo>,
    next_resident: u32,
    next_household: u32,
}

impl Planner {
    async fn open(office: Office<'_>, rows: &[Result<Row, BadRow>]) -> Result<Planner, StoreError> {
        let known = known_residents(office).await?;
        let homes = office.house.store.households(office.community).await?;
        let homes: BTreeMap<_, _> = homes
            .into_iter()
            .map(|text| (text.household, text))
            .collect();
        let written = |column: &'static str| {
            let cells = rows
                .iter()
                .filter_map(move |row| row.as_ref().ok()?.get(column));
            cells.filter_map(typed::number).max().unwrap_or(0)
        };
        let most = |numbers: [u32; 3]| numbers.into_iter().max().unwrap_or(0).saturating_add(1);
        let resident = known.keys().map(|no| no.0).max().unwrap_or(0);
        let lived_in: BTreeSet<_> = known.values().map(|row| row.household).collect();
        let last = lived_in.last().map_or(0, |no| no.0);
        let named = homes.keys().map(|no| no.0).max().unwrap_or(0);
        let mut called: BTreeMap<String, Vec<ResidentNo>> = BTreeMap::new();
        for row in known.values() {
            let name = plain(row.name.as_deref().unwrap_or_default());
            called.entry(name).or_default().push(row.resident);
        }
        Ok(Planner {
            next_resident: most([resident, written("resident"), 0]),
            next_household: most([last, named, written("household")]),
            known,
            called,
            lived_in,
            homes,
            named: BTreeMap::new(),
            given: BTreeMap::new(),
        })
    }

    fn row(&mut self, row: &Row) -> Planned {
        let mut written = Written::of(row);
        let line = row.line;
        if let Err(bad) = row.need("name") {
            return refused(line, written, bad, false);
        }
        let (household, home) = match self.place(&mut written, line) {
            Ok(place) => place,
            Err(bad) => return refused(line, written, bad, true),
        };
        let proposed = written.resident.is_empty();
        if proposed {
            written.resident = self.next_resident.to_string();
        }
        let mut alike = Vec::new();
        let outcome = match survey(&mut self.known, Ok(written.resident_row(line))) {
            Fate::New(new) => {
                if proposed {
                    self.next_resident = new.resident.0.saturating_add(1);
                }
                alike = self.alike(&written);
                let called = self.called.entry(plain(&written.name)).or_default();
                called.push(new.resident);
                Outcome::New
            }
            Fate::Known(_) => Outcome::Known,
            Fate::Corrected { conflict, .. } | Fate::Bad(conflict) => {
                return refused(line, written, conflict, false);
            }
        };
        let home = home.filter(|_| outcome == Outcome::New);
        let new_household = outcome == Outcome::New
            && !self.lived_in.contains(&household)
            && !self.homes.contains_key(&household);
        let names_household = home.is_some();
        if let Some(home) = home {
            self.named.insert(household, home);
        }
        Planned {
            line,
            alike,
            outcome,
            why: None,
            column: "",
            names_household,
            new_household,
            proposed,
            written,
        }
    }

    /// Who is there under the same name, or stands above, and may be the one of a row.
    fn alike(&self, written: &Written) -> Vec<ResidentRow> {
        let phone = Some(written.phone.as_str()).filter(|phone| !phone.is_empty());
        let numbers = self.called.get(&plain(&written.name)).into_iter().flatten();
        numbers
            .filter_map(|no| self.known.get(no))
            .filter(|there| is_alike(there, &written.name, phone))
            .cloned()
            .collect()
    }

    /// Which household, and its name where it gets one now.
    fn place(
        &mut self,
        written: &mut Written,
        line: u64,
    ) -> Result<(HouseholdNo, Option<HouseholdText>), BadRow> {
        if yes_or_no(&written.child).is_none() {
            let child = &written.child;
            return Err(BadRow::new(
                line,
                "child.form",
                format!("“未成年”写的是“{child}”。请写“是”，不是就空着。"),
                format!("“child” is “{child}”. Write “yes”, or leave it empty."),
            ));
        }
        if !written.resident.is_empty() {
            let number = resident_no(&written.resident).map_err(|error| wrong(line, &error))?;
            written.resident = number.to_string();
        }
        if written.household.is_empty() {
            written.household = self.free_household(written, line)?.to_string();
        }
        let household = household_no(&written.household).map_err(|error| wrong(line, &error))?;
        written.household = household.to_string();
        if written.household_name.is_empty() && written.address.is_empty() {
            return Ok((household, None));
        }
        let old = self.homes.get(&household).or(self.named.get(&household));
        if written.household_name.is_empty()
            && let Some(old) = old
        {
            written.household_name.clone_from(&old.name);
        }
        if let Some(above) = self.named.get(&household) {
            let same = above.name == written.household_name
                && (written.address.is_empty() || above.address == written.address);
            if same {
                return Ok((household, None));
            }
            return Err(conflict(
                &written.household_row(line),
                &format!("户 household {household}"),
                format!("{} {}", above.name, above.address).trim(),
                format!("{} {}", written.household_name, written.address).trim(),
            ));
        }
        let row = at(
            line,
            &[
                ("household", Some(&written.household)),
                ("household_name", Some(&written.household_name)),
                ("address", Some(&written.address)),
            ],
        );
        let old = self.homes.get(&household);
        match households::survey(&row, ("household_name", "address"), old)? {
            households::Fate::New(home) => Ok((household, Some(home))),
            households::Fate::Known => Ok((household, None)),
            households::Fate::Other(_, conflict) => Err(conflict),
        }
    }

    /// The next free number for a household that is called so; one that is called the same already is no new one.
    fn free_household(&mut self, written: &Written, line: u64) -> Result<HouseholdNo, BadRow> {
        let name = &written.household_name;
        if name.is_empty() {
            return Err(BadRow::new(
                line,
                "household.none",
                "没写是哪一户。已有的户写“户号”，新的一户写“户名”，户号会自动给。",
                "The household is missing. Write the number of one that is there, or the name of a new one, whose number is given.",
            ));
        }
        if let Some(home) = self.homes.values().find(|home| home.name == *name) {
            let (no, free) = (home.household, self.next_household);
            return Err(BadRow::new(
                line,
                "household.which",
                format!(
                    "已有叫“{name}”的第 {no} 户。是这一户就在“户号”写 {no}；是另一户就写 {free}。"
                ),
                format!(
                    "Household {no} is called “{name}”. Write {no} as its number if it is this one, {free} for another one."
                ),
            ));
        }
        let called = (name.clone(), written.address.clone());
        if let Some(given) = self.given.get(&called) {
            return Ok(*given);
        }
        let no = HouseholdNo(self.next_household);
        self.next_household = self.next_household.saturating_add(1);
        self.given.insert(called, no);
        Ok(no)
    }
}

fn wrong(line: u64, error: &crate::earning::InputError) -> BadRow {
    BadRow {
        line,
        code: error.code.into(),
        text: error.text.clone(),
    }
}
