//! One row of a file becomes one command: who, what, when, under which reference. Asks nothing of the ledger.

use std::collections::BTreeMap;

use rongyi_core::account::Holder;
use rongyi_core::amount::{Amount, Decimal};
use rongyi_core::book::{Book, Frame};
use rongyi_core::chain::{Hash, sha256};
use rongyi_core::command::{Ask, Carry, Command, Open, Reference, Replace, SaltedText};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::record::{Event, History, Source};
use rongyi_core::rule::{KindPlan, Value};
use rongyi_core::seal::{SealKey, Sealed, sealed_reference};
use rongyi_core::settings::Unit;
use rongyi_core::time::LocalDate;
use rongyi_core::typed;
use rongyi_sheets::{BadRow, Columns, Row};
use rongyi_store::Store;

use super::{ImportError, Now};
use crate::access::random;
use crate::door::Actor;
use crate::earning::{
    InputError, code, day, field, household_no, occurred_at, quantity, resident_no, unread_field,
    whole,
};

/// The longest external reference in bytes.
const REFERENCE_BYTES_MAX: usize = 128;

/// The columns of a file of events.
pub const EVENT_COLUMNS: Columns = Columns {
    required: &["external_ref", "kind", "occurred_at", "quantity"],
    optional: &["resident", "household", "note", "replaces"],
    prefixes: &["field.", "role."],
};

/// The columns of a file of opening balances.
pub const BALANCE_COLUMNS: Columns = Columns {
    required: &["resident", "asset", "amount", "page"],
    optional: &["expires_on"],
    prefixes: &[],
};

/// The columns of a file of what was done before the ledger began.
pub const HISTORY_COLUMNS: Columns = Columns {
    required: &["kind", "page"],
    optional: &[
        "resident",
        "household",
        "year",
        "events",
        "days",
        "quantity",
        "points",
        "minutes",
    ],
    prefixes: &[],
};

/// How rows are read: with the rules and people of one community as they are when the file is opened.
pub struct Reader {
    book: Book,
    people: BTreeMap<ResidentNo, HouseholdNo>,
    source: Code,
    by: Code,
    /// What people typed as references stands in the ledger sealed with it.
    key: SealKey,
}

impl Reader {
    /// Reads the community's rules and people; `source` counts the references, `by` signs.
    ///
    /// # Errors
    /// [`ImportError::Store`] or [`ImportError::NotConfigured`].
    pub async fn open(
        store: &Store,
        community: &Code,
        (source, by): (Code, &Actor),
    ) -> Result<Reader, ImportError> {
        let frame = store.frame(community).await?;
        let frame = frame.ok_or_else(|| ImportError::NotConfigured(community.clone()))?;
        // A rehearsal in a ledger that was never opened for writing: there is nothing sealed to compare with.
        let key = store.seal_key(community).await?;
        let key = key.unwrap_or_else(|| SealKey::new([0; 32]));
        let people = store.residents(community).await?;
        let people = people
            .into_iter()
            .map(|row| (row.resident, row.household))
            .collect();
        Ok(Reader {
            book: Book::new(frame),
            people,
            source,
            by: by.code(),
            key,
        })
    }

    /// The community's rules, items and settings.
    pub fn frame(&self) -> &Frame {
        self.book.frame()
    }

    /// The command of a row of events, read at this date and minute of the community.
    ///
    /// # Errors
    /// A [`BadRow`] that says what to write instead.
    pub fn event(&self, row: &Row, now: Now) -> Result<Command, BadRow> {
        let today = now.0;
        let at = |error: InputError| bad(row, &error);
        let external_ref = reference(row, &typed::canonical(row.need("external_ref")?))?;
        let kind = code(row.need("kind")?, "kind").map_err(at)?;
        let (on, minute) = occurred_at(row.need("occurred_at")?, now).map_err(at)?;
        let quantity = quantity(row.need("quantity")?).map_err(at)?;
        let (subject, doer) = self.doer(row)?;
        let mut fields = Vec::new();
        // Rules may have come since the file was opened; what this reader does not know the book refuses by name.
        let plan = self.book.rule_for(&kind, on).map(|(_, plan)| plan);
        for (name, text) in row.prefixed("field.") {
            let name = code(name, "field").map_err(at)?;
            let known = |plan: &KindPlan| {
                plan.fields
                    .iter()
                    .find(|declared| declared.name == name)
                    .cloned()
            };
            let value = match plan.and_then(known) {
                Some(declared) => field(&declared, text).map_err(at)?,
                None => unread_field(),
            };
            fields.push((name, value));
        }
        let note = row.get("note").map(salted);
        let mut parts = vec![
            "rongyi-event-1".to_owned(),
            kind.to_string(),
            subject,
            on.to_string(),
            said_minute(minute),
            quantity.number(0).to_string(),
        ];
        parts.push(row.get("note").unwrap_or_default().to_owned());
        parts.extend(
            fields
                .iter()
                .flat_map(|(name, value)| [name.to_string(), canonical(value)]),
        );
        let mut roles = vec![(Code::literal("doer"), doer)];
        roles.extend(others(row)?);
        parts.extend(
            roles
                .iter()
                .skip(1)
                .map(|(role, resident)| format!("role {role} {resident}")),
        );
        let replaces = row
            .get("replaces")
            .map(|text| whole(text, "replaces", (1, i64::MAX)).map_err(at))
            .transpose()?
            .and_then(|entry| u64::try_from(entry).ok());
        let (source, reference) = self.sealed(&external_ref, external_ref.clone(), digest(&parts));
        let note_hash = note.as_ref().map(SaltedText::commitment);
        let event = Event {
            kind,
            roles,
            quantity,
            fields,
            on,
            minute,
            source: Some(source),
            note: note_hash,
        };
        let ask = match replaces {
            Some(entry) => Ask::Replace(Replace {
                event,
                replaces: entry,
            }),
            None => Ask::Earn(event),
        };
        Ok(self.command(ask, today, note, reference))
    }

    /// The command of a row of opening balances.
    ///
    /// # Errors
    /// A [`BadRow`] that says what to write instead.
    pub fn balance(&self, row: &Row, (today, _): Now) -> Result<Command, BadRow> {
        let at = |error: InputError| bad(row, &error);
        let resident = resident_no(row.need("resident")?).map_err(at)?;
        let asset = code(row.need("asset")?, "asset").map_err(at)?;
        let amount = whole(row.need("amount")?, "amount", (1, Amount::LIMIT)).map_err(|error| {
            at(InputError {
                code: "amount.form",
                ..error
            })
        })?;
        let amount = Amount::new(amount).unwrap_or_default();
        let page = row.need("page")?;
        let expires = row
            .get("expires_on")
            .map(|text| day(text, "expires_on").map_err(at))
            .transpose()?;
        if let Some(expires) = expires.filter(|expires| *expires < today) {
            return Err(BadRow::new(
                row.line,
                "expires.past",
                format!("这笔余额在 {expires} 已经过期，不用导入。"),
                format!("This balance lapsed on {expires}; there is nothing to bring in."),
            ));
        }
        let household = self.household_of(row, resident)?;
        let to_household = self
            .frame()
            .settings
            .as_ref()
            .is_some_and(|settings| settings.unit == Unit::Household);
        let holder = if to_household && asset.as_str() != "minutes" {
            Holder::Household(household)
        } else {
            Holder::Resident(resident)
        };
        // One line of the paper book: the same page may hold several lots of one person.
        let lot = expires.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let place = format!("{resident}/{asset}/{lot}/{page}");
        let fits = place.len() <= REFERENCE_BYTES_MAX;
        let hashed = || {
            format!(
                "{resident}/{asset}/{lot}/{}",
                rongyi_core::chain::hex(&sha256(page.as_bytes()))
            )
        };
        let external_ref = if fits { place.clone() } else { hashed() };
        let parts = [
            "rongyi-opening-1".to_owned(),
            place.clone(),
            amount.to_string(),
        ];
        let input = digest(&parts);
        let reason = salted(page);
        let (source, reference) = self.sealed(&place, external_ref, input);
        let ask = Ask::Open(Open {
            holder,
            asset,
            amount,
            expires,
            source,
            reason: reason.commitment(),
        });
        Ok(self.command(ask, today, Some(reason), reference))
    }

    /// The command of a row of totals from before the ledger began.
    ///
    /// # Errors
    /// A [`BadRow`] that says what to write instead.
    pub fn history(&self, row: &Row, (today, _): Now) -> Result<Command, BadRow> {
        let at = |error: InputError| bad(row, &error);
        let (subject, holder) = self.whose(row)?;
        let kind = code(row.need("kind")?, "kind").map_err(at)?;
        let page = row.need("page")?;
        let number = |name: &'static str, least: i64| match row.get(name) {
            Some(text) => whole(text, name, (least, Amount::LIMIT)).map_err(at),
            None => Ok(0),
        };
        let year = row.get("year").map(|_| number("year", 0)).transpose()?;
        let none = Decimal { units: 0, scale: 0 };
        let said = row.get("quantity").map(|text| quantity(text).map_err(at));
        let said = said
            .transpose()?
            .map_or(none, |quantity| quantity.number(0));
        let history = History {
            kind,
            year: year.map(|year| i32::try_from(year).unwrap_or(i32::MAX)),
            events: number("events", 0)?,
            days: number("days", 0)?,
            quantity: said,
            points: number("points", -Amount::LIMIT)?,
            minutes: number("minutes", 0)?,
        };
        // One line of the paper book for each person, kind and year.
        let of_year = history
            .year
            .map_or_else(|| "-".to_owned(), |year| year.to_string());
        let place = format!("history/{subject}/{}/{of_year}/{page}", history.kind);
        let parts = [
            "rongyi-history-1".to_owned(),
            place.clone(),
            history.events.to_string(),
            history.days.to_string(),
            history.quantity.to_string(),
            history.points.to_string(),
            history.minutes.to_string(),
        ];
        let reason = salted(page);
        let before = rongyi_core::chain::hex(&sha256(place.as_bytes()));
        let (source, reference) = self.sealed(&place, before, digest(&parts));
        let ask = Ask::Carry(Carry {
            holder,
            history,
            source,
            reason: reason.commitment(),
        });
        Ok(self.command(ask, today, Some(reason), reference))
    }

    /// How the row names whom it is about, and who that is.
    fn whose(&self, row: &Row) -> Result<(String, Holder), BadRow> {
        let (named, doer) = self.doer(row)?;
        if row.get("household").is_some() {
            let household = self.household_of(row, doer)?;
            return Ok((named, Holder::Household(household)));
        }
        self.household_of(row, doer)?;
        Ok((named, Holder::Resident(doer)))
    }

    fn command(
        &self,
        ask: Ask,
        today: LocalDate,
        text: Option<SaltedText>,
        reference: Reference,
    ) -> Command {
        Command {
            actor: self.by.clone(),
            key: None,
            today,
            ask,
            text,
            reference: Some(reference),
        }
    }

    /// A reference that a person typed, sealed; and the form in which ledgers held it before, under which it counts too.
    fn sealed(&self, typed: &str, before: String, input: Hash) -> (Source, Reference) {
        let text = self.key.seal(Sealed::Reference, &typed::canonical(typed));
        let source = Source {
            name: self.source.clone(),
            external_ref: sealed_reference(&text),
            input: self.key.digest(&input),
        };
        let reference = Reference {
            text: Some(text),
            other: (before, input),
        };
        (source, reference)
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
                let first = self
                    .people
                    .iter()
                    .find(|(_, home)| **home == household)
                    .map(|(resident, _)| *resident);
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
            BadRow {
                line: row.line,
                code: rejection.code().into(),
                text: rejection.text(),
            }
        };
        self.people.get(&resident).copied().ok_or_else(unknown)
    }
}

/// The minute as it stands in the digest of a row. Rows without a time were digested as minute 0 by programs of before;
/// midnight, where somebody said it, is something else.
fn said_minute(minute: Option<u16>) -> String {
    match minute {
        None => "0".to_owned(),
        Some(0) => "00:00".to_owned(),
        Some(minute) => minute.to_string(),
    }
}

fn salted(text: &str) -> SaltedText {
    SaltedText {
        salt: random(),
        text: text.to_owned(),
    }
}

fn bad(row: &Row, error: &InputError) -> BadRow {
    BadRow {
        line: row.line,
        code: error.code.into(),
        text: error.text.clone(),
    }
}

fn reference(row: &Row, text: &str) -> Result<String, BadRow> {
    if text.len() <= REFERENCE_BYTES_MAX {
        return Ok(text.to_owned());
    }
    Err(BadRow::new(
        row.line,
        "reference.long",
        format!(
            "编号太长（{} 字节），最多 {REFERENCE_BYTES_MAX} 字节。请用短一些的编号。",
            text.len()
        ),
        format!(
            "The reference has {} bytes, at most {REFERENCE_BYTES_MAX} are kept. Use a shorter one.",
            text.len()
        ),
    ))
}

/// Who fills the other roles: a column `role.NAME` holds one number, or several between blanks or `、`.
fn others(row: &Row) -> Result<Vec<(Code, ResidentNo)>, BadRow> {
    let at = |error: InputError| bad(row, &error);
    let mut roles = Vec::new();
    for (name, text) in row.prefixed("role.") {
        let role = code(name, "role").map_err(at)?;
        if role.as_str() == "doer" {
            return Err(BadRow::new(
                row.line,
                "row.subject",
                "办理人写在 resident 或 household 一列，不写 role.doer。",
                "The doer stands in the column resident or household, not in role.doer.",
            ));
        }
        let apart = |c: char| c == ' ' || c == ';' || c == '、' || c == '；' || c == '/';
        for number in text.split(apart).filter(|number| !number.is_empty()) {
            roles.push((role.clone(), resident_no(number).map_err(at)?));
        }
    }
    Ok(roles)
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
