//! Files of events and opening balances: each row becomes a command, the commands keep the order of the file,
//! and many are in flight at once. What a row is worth, and whether it is known already, the book decides.

use std::collections::{BTreeMap, VecDeque};

use rongyi_core::account::Holder;
use rongyi_core::amount::{Amount, Decimal};
use rongyi_core::book::{Applied, Book, Frame, Receipt};
use rongyi_core::chain::{Hash, sha256};
use rongyi_core::command::{Ask, Command, SaltedText};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::record::{Event, Record, Source};
use rongyi_core::rule::{Judge, Text, Value};
use rongyi_core::settings::Unit;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{Store, StoreError};

use super::{InputError, code, field, household_no, occurred_at, quantity, resident_no};
use crate::access::random;
use crate::clerk::{Answer, ClerkError, Ticket};
use crate::explain::{self, Lang};
use crate::house::House;
use crate::sheet::{BadRow, Columns, Row, Rows};

/// The actor of everything a file brings in.
pub const IMPORT: &str = "import";
/// The source of opening balances.
pub const PAPER_BOOK: &str = "paper-book";
/// Rows that are with the clerk at once.
const IN_FLIGHT_MAX: usize = 1000;
/// The longest external reference in bytes.
const REFERENCE_BYTES_MAX: usize = 128;
/// Rows of a rehearsal after which its block is closed, which bounds its memory.
const REHEARSAL_BLOCK: u64 = 1000;

/// The columns of a file of events.
pub const EVENT_COLUMNS: Columns = Columns {
    required: &["external_ref", "kind", "occurred_at", "quantity"],
    optional: &["resident", "household", "note"],
    prefix: Some("field."),
};

/// The columns of a file of opening balances.
pub const BALANCE_COLUMNS: Columns =
    Columns { required: &["resident", "asset", "amount", "page"], optional: &["expires_on"], prefix: None };

/// How rows are read: with the rules and people of one community as they are when the file is opened.
pub struct Reader {
    book: Book,
    people: BTreeMap<ResidentNo, HouseholdNo>,
    source: Code,
}

/// What became of one row.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was decided; the receipt says what it gave.
    Decided(Receipt),
    /// A rule or the host's limits said no; that is on record and final for this row.
    Refused {
        /// The refusal's code.
        code: String,
        /// Why, and when it opens again.
        text: Text,
    },
    /// The rule gave no usable answer; the event is kept and tried again.
    Waiting {
        /// The fault's code.
        code: String,
    },
    /// The same row was imported before.
    Known,
    /// It cannot be used; nothing of it is on record.
    Bad(BadRow),
}

/// Refusals of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusals {
    /// How many.
    pub count: u64,
    /// The sentence of the first.
    pub first: Text,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that were decided.
    pub decided: u64,
    /// Rows that were refused, by code.
    pub refused: BTreeMap<String, Refusals>,
    /// Events that wait for their rule, by the fault's code.
    pub waiting: BTreeMap<String, u64>,
    /// Rows that were there already.
    pub known: u64,
    /// Rows that cannot be used, by code.
    pub bad: BTreeMap<String, u64>,
}

impl Tally {
    /// How many rows cannot be used.
    pub fn bad_count(&self) -> u64 {
        self.bad.values().sum()
    }

    /// How many rows were refused.
    pub fn refused_count(&self) -> u64 {
        self.refused.values().map(|refusals| refusals.count).sum()
    }

    /// How many events wait.
    pub fn waiting_count(&self) -> u64 {
        self.waiting.values().sum()
    }

    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Decided(_) => self.decided += 1,
            Outcome::Known => self.known += 1,
            Outcome::Refused { code, text } => {
                let new = || Refusals { count: 0, first: text.clone() };
                self.refused.entry(code.clone()).or_insert_with(new).count += 1;
            }
            Outcome::Waiting { code } => *self.waiting.entry(code.clone()).or_default() += 1,
            Outcome::Bad(bad) => *self.bad.entry(bad.code.clone()).or_default() += 1,
        }
    }
}

/// Told about each row in order: its line and what became of it.
pub type Seen<'s> = &'s mut (dyn FnMut(u64, &Outcome) + Send);

/// Why an import stopped before the end of its file. What was answered before is on record; the same file can
/// be imported again.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clerk.
    #[error("line {line}: {error}")]
    Clerk {
        /// The first line without an answer.
        line: u64,
        /// Why.
        error: ClerkError,
    },
    /// The community has no ledger yet.
    #[error("community {0} has no ledger yet")]
    NotConfigured(Code),
}

impl Reader {
    /// Reads the community's rules and people.
    ///
    /// # Errors
    /// [`ImportError::Store`] or [`ImportError::NotConfigured`].
    pub async fn open(store: &Store, community: &Code, source: Code) -> Result<Reader, ImportError> {
        let frame = store.frame(community).await?;
        let frame = frame.ok_or_else(|| ImportError::NotConfigured(community.clone()))?;
        let people = store.residents(community).await?;
        let people = people.into_iter().map(|row| (row.resident, row.household)).collect();
        Ok(Reader { book: Book::new(frame), people, source })
    }

    /// The community's rules, items and settings.
    pub fn frame(&self) -> &Frame {
        self.book.frame()
    }

    /// The command of a row of events.
    ///
    /// # Errors
    /// A [`BadRow`] that says what to write instead.
    pub fn event(&self, row: &Row, today: LocalDate) -> Result<Command, BadRow> {
        let at = |error: InputError| bad(row, &error);
        let external_ref = reference(row, row.need("external_ref")?)?;
        let kind = code(row.need("kind")?, "kind").map_err(at)?;
        let (on, minute) = occurred_at(row.need("occurred_at")?).map_err(at)?;
        let written = row.need("quantity")?;
        let (subject, doer) = self.doer(row)?;
        let mut fields = Vec::new();
        let mut units = NO_RULE;
        let mut shown = written.to_owned();
        // Without a rule for it the book refuses the event and says why; its quantity is never looked at.
        if let Some((_, plan)) = self.book.rule_for(&kind, on) {
            units = quantity(written, plan).map_err(at)?;
            shown = Decimal { units, scale: plan.scale }.to_string();
            for (name, text) in row.prefixed("field.") {
                let name = code(name, "field").map_err(at)?;
                let value = match plan.fields.iter().find(|own| own.name == name) {
                    Some(own) => field(own, text).map_err(at)?,
                    // The book refuses it by name.
                    None => Value::YesNo(true),
                };
                fields.push((name, value));
            }
        }
        let note = row.get("note").map(salted);
        let mut parts = vec!["rongyi-event-1".to_owned(), kind.to_string(), subject, on.to_string(), minute.to_string(), shown];
        parts.push(row.get("note").unwrap_or_default().to_owned());
        parts.extend(fields.iter().flat_map(|(name, value)| [name.to_string(), canonical(value)]));
        let source = Source { name: self.source.clone(), external_ref, input: digest(&parts) };
        let roles = vec![(Code::literal("doer"), doer)];
        let note_hash = note.as_ref().map(SaltedText::commitment);
        let event = Event { kind, roles, quantity: units, fields, on, minute, source: Some(source), note: note_hash };
        Ok(command(Ask::Earn(event), today, note))
    }

    /// The command of a row of opening balances.
    ///
    /// # Errors
    /// A [`BadRow`] that says what to write instead.
    pub fn balance(&self, row: &Row, today: LocalDate) -> Result<Command, BadRow> {
        let at = |error: InputError| bad(row, &error);
        let resident = resident_no(row.need("resident")?).map_err(at)?;
        let asset = code(row.need("asset")?, "asset").map_err(at)?;
        let amount = whole(row, row.need("amount")?)?;
        let page = row.need("page")?;
        let expires = row.get("expires_on").map(|text| day(row, text)).transpose()?;
        if let Some(expires) = expires.filter(|expires| *expires < today) {
            return Err(BadRow::new(
                row.line,
                "expires.past",
                format!("这笔余额在 {expires} 已经过期，不用导入。"),
                format!("This balance lapsed on {expires}; there is nothing to bring in."),
            ));
        }
        let household = self.household_of(row, resident)?;
        let to_household = self.frame().settings.as_ref().is_some_and(|own| own.unit == Unit::Household);
        let holder =
            if to_household && asset.as_str() != "minutes" { Holder::Household(household) } else { Holder::Resident(resident) };
        // One line of the paper book: the same page may hold several lots of one person.
        let lot = expires.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let place = format!("{resident}/{asset}/{lot}/{page}");
        let fits = place.len() <= REFERENCE_BYTES_MAX;
        let hashed = || format!("{resident}/{asset}/{lot}/{}", rongyi_core::chain::hex(&sha256(page.as_bytes())));
        let external_ref = if fits { place.clone() } else { hashed() };
        let input = digest(&["rongyi-opening-1".to_owned(), place, amount.to_string()]);
        let reason = salted(page);
        let source = Source { name: self.source.clone(), external_ref, input };
        let ask = Ask::Open { holder, asset, amount, expires, source, reason: reason.commitment() };
        Ok(command(ask, today, Some(reason)))
    }

    /// How the row names the doer, and who that is. A household's doer is its lowest resident number.
    fn doer(&self, row: &Row) -> Result<(String, ResidentNo), BadRow> {
        match (row.get("resident"), row.get("household")) {
            (Some(text), None) => {
                let resident = resident_no(text).map_err(|error| bad(row, &error))?;
                Ok((format!("resident {resident}"), resident))
            }
            (None, Some(text)) => {
                let household = household_no(text).map_err(|error| bad(row, &error))?;
                let first = self.people.iter().find(|(_, own)| **own == household).map(|(resident, _)| *resident);
                let doer = first.ok_or_else(|| {
                    BadRow::new(
                        row.line,
                        "household.empty",
                        format!("第 {household} 户还没有登记居民。请核对户号，或先登记居民。"),
                        format!("Household {household} has no resident. Check the number, or enrol its residents first."),
                    )
                })?;
                Ok((format!("household {household}"), doer))
            }
            (Some(_), Some(_)) => Err(BadRow::new(
                row.line,
                "row.subject",
                "居民和户只能写一个：按人记写 resident，按户记写 household。",
                "Give either a resident or a household, not both.",
            )),
            (None, None) => Err(BadRow::new(
                row.line,
                "row.subject",
                "没有写明是谁：请填 resident（居民号码）或 household（户号）。",
                "Nobody is named: fill in resident or household.",
            )),
        }
    }

    fn household_of(&self, row: &Row, resident: ResidentNo) -> Result<HouseholdNo, BadRow> {
        let unknown = || {
            let rejection = rongyi_core::command::Rejection::ResidentUnknown { resident };
            BadRow { line: row.line, code: rejection.code().into(), text: rejection.text() }
        };
        self.people.get(&resident).copied().ok_or_else(unknown)
    }

    /// What an answer means for its row.
    fn outcome(&self, receipt: Receipt, replayed: bool) -> Outcome {
        if replayed {
            return Outcome::Known;
        }
        if let Some(code) = receipt.waiting() {
            return Outcome::Waiting { code: code.to_owned() };
        }
        let refused = receipt.records.iter().find_map(|record| match record {
            Record::Refused(set, _, refusal) => Some((*set, refusal)),
            _ => None,
        });
        match refused {
            Some((set, refusal)) => {
                let plan = explain::plan_of(self.frame(), set);
                let say = |lang| explain::refusal(&plan, Some(self.frame()), refusal, lang);
                let text = Text { zh: say(Lang::Zh), en: say(Lang::En) };
                Outcome::Refused { code: refusal.code.to_string(), text }
            }
            None => Outcome::Decided(receipt),
        }
    }
}

/// Never a legal quantity: should a rule appear between reading and deciding, the book still refuses.
const NO_RULE: i32 = i32::MIN;

/// One of [`Reader::event`] and [`Reader::balance`].
pub type Form = fn(&Reader, &Row, LocalDate) -> Result<Command, BadRow>;

/// Imports rows through the clerk, in their order, many in flight.
///
/// # Errors
/// [`ImportError`] when it cannot go on; bad rows are no error.
pub async fn send(
    house: &House,
    community: &Code,
    reader: &Reader,
    rows: Rows<'_>,
    form: Form,
    seen: Seen<'_>,
) -> Result<Tally, ImportError> {
    let mut tally = Tally::default();
    let mut flying: VecDeque<(u64, Result<Ticket, BadRow>)> = VecDeque::new();
    for row in rows {
        if flying.len() >= IN_FLIGHT_MAX {
            land(&mut flying, reader, &mut tally, seen).await?;
        }
        let today = house.today(community).0;
        match row.and_then(|row| Ok((row.line, form(reader, &row, today)?))) {
            Ok((line, command)) => {
                let ticket = house.clerk.submit(community, command).await;
                let ticket = ticket.map_err(|error| ImportError::Clerk { line, error })?;
                flying.push_back((line, Ok(ticket)));
            }
            Err(bad) => flying.push_back((bad.line, Err(bad))),
        }
    }
    while !flying.is_empty() {
        land(&mut flying, reader, &mut tally, seen).await?;
    }
    Ok(tally)
}

async fn land(
    flying: &mut VecDeque<(u64, Result<Ticket, BadRow>)>,
    reader: &Reader,
    tally: &mut Tally,
    seen: Seen<'_>,
) -> Result<(), ImportError> {
    let Some((line, row)) = flying.pop_front() else { return Ok(()) };
    let outcome = match row {
        Err(bad) => Outcome::Bad(bad),
        Ok(ticket) => match ticket.answer().await {
            Ok(Answer { receipt, replayed }) => reader.outcome(receipt, replayed),
            Err(ClerkError::Rejected(rejection)) => {
                Outcome::Bad(BadRow { line, code: rejection.code().into(), text: rejection.text() })
            }
            Err(error) => return Err(ImportError::Clerk { line, error }),
        },
    };
    tally.add(&outcome);
    seen(line, &outcome);
    Ok(())
}

/// When and by whose rules a rehearsal decides.
pub struct Stage<'s> {
    /// Read from, never written to.
    pub store: &'s Store,
    /// The rules.
    pub judge: &'s (dyn Judge + Sync),
    /// Now.
    pub now: Instant,
    /// The community's local date now.
    pub today: LocalDate,
}

/// Decides rows on a book in memory and writes nothing: what an import would do if nobody else did anything
/// meanwhile.
///
/// # Errors
/// [`ImportError::Store`].
pub async fn rehearse(
    stage: &Stage<'_>,
    reader: &Reader,
    rows: Rows<'_>,
    form: Form,
    seen: Seen<'_>,
) -> Result<Tally, ImportError> {
    let mut tally = Tally::default();
    let mut book = Book::new(reader.frame().clone());
    let community = reader.frame().community.clone();
    let mut decided: u64 = 0;
    for row in rows {
        let (line, outcome) = match row.and_then(|row| Ok((row.line, form(reader, &row, stage.today)?))) {
            Err(bad) => (bad.line, Outcome::Bad(bad)),
            Ok((line, command)) => {
                loop {
                    let needs = book.missing(&command);
                    if needs.is_empty() {
                        break;
                    }
                    book.load(stage.store.load(&community, &needs).await?);
                }
                let outcome = match book.apply(&command, stage.now, stage.judge) {
                    Ok(Applied::Fresh(receipt)) => reader.outcome(receipt, false),
                    Ok(Applied::Replay(_)) => Outcome::Known,
                    Err(rejection) => {
                        Outcome::Bad(BadRow { line, code: rejection.code().into(), text: rejection.text() })
                    }
                };
                (line, outcome)
            }
        };
        tally.add(&outcome);
        seen(line, &outcome);
        decided += 1;
        if decided.is_multiple_of(REHEARSAL_BLOCK) {
            book.seal();
        }
    }
    Ok(tally)
}

fn command(ask: Ask, today: LocalDate, text: Option<SaltedText>) -> Command {
    Command { actor: Code::literal(IMPORT), key: None, today, ask, text }
}

fn salted(text: &str) -> SaltedText {
    SaltedText { salt: random(), text: text.to_owned() }
}

fn bad(row: &Row, error: &InputError) -> BadRow {
    BadRow { line: row.line, code: error.code.into(), text: error.text.clone() }
}

fn reference(row: &Row, text: &str) -> Result<String, BadRow> {
    if text.len() <= REFERENCE_BYTES_MAX {
        return Ok(text.to_owned());
    }
    Err(BadRow::new(
        row.line,
        "reference.long",
        format!("编号太长（{} 字节），最多 {REFERENCE_BYTES_MAX} 字节。请用短一些的编号。", text.len()),
        format!("The reference has {} bytes, at most {REFERENCE_BYTES_MAX} are kept. Use a shorter one.", text.len()),
    ))
}

fn whole(row: &Row, text: &str) -> Result<Amount, BadRow> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let amount = text.parse::<i64>().ok().filter(|amount| digits && *amount > 0);
    amount.and_then(|amount| Amount::new(amount).ok()).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        BadRow::new(
            row.line,
            "amount.form",
            format!("数额“{shown}”不能用。请写 1 到 {} 的整数。", Amount::LIMIT),
            format!("The amount “{shown}” cannot be used. Write a whole number from 1 to {}.", Amount::LIMIT),
        )
    })
}

fn day(row: &Row, text: &str) -> Result<LocalDate, BadRow> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        BadRow::new(
            row.line,
            "date.form",
            format!("“{shown}”不是日期。请写成 2027-12-31；永不过期就留空。"),
            format!("“{shown}” is not a date. Write 2027-12-31, or leave it empty when it never lapses."),
        )
    })
}

/// How a field's value is hashed: independent of how the file wrote it.
fn canonical(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Choice(code) => code.to_string(),
        Value::YesNo(true) => "yes".into(),
        Value::YesNo(false) => "no".into(),
        Value::Day(day) => day.to_string(),
    }
}

/// SHA-256 over the parts, each with its length before it, so that no two rows can be taken for each other.
fn digest(parts: &[String]) -> Hash {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    sha256(&bytes)
}
