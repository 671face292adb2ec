//! A statement as bytes and back. The form is JSON with the keys sorted, no spaces, whole numbers only, texts in UTF-8 with
//! a stroke before `"` and `\` and nothing else escaped; what is not there (no team, no stars) has no key. One statement has
//! one form, so a signature can be checked by anybody who can sort keys.

use rongyi_core::time::LocalDate;
use serde_json::{Map, Value, json};

use crate::json::{canonical, read};
use crate::statement::{
    BadStatement, Community, Head, KindLine, Minutes, Period, ProofLine, Signer, Statement,
};

impl Statement {
    /// The bytes that stand for it, the same for the same statement.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        canonical(&self.to_value(), &mut out);
        out.into_bytes()
    }

    /// Reads what [`Statement::to_bytes`] wrote, and nothing that is written differently.
    ///
    /// # Errors
    /// [`BadStatement`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Statement, BadStatement> {
        let value = read(bytes).ok_or(BadStatement::Unreadable("no JSON"))?;
        let statement = Statement::from_value(&value)?;
        if statement.to_bytes() == bytes {
            Ok(statement)
        } else {
            Err(BadStatement::Unreadable("keys not sorted, or spaces"))
        }
    }

    pub(crate) fn to_value(&self) -> Value {
        let kinds: Vec<Value> = self
            .kinds
            .iter()
            .map(|line| json!({"minutes": line.minutes, "times": line.times, "title": line.title}))
            .collect();
        let proofs: Vec<Value> = self
            .proofs
            .iter()
            .map(|line| json!({"minutes": line.minutes, "word": line.word}))
            .collect();
        let mut value = json!({
            "community": {"code": self.community.code, "title": self.community.title},
            "demo": self.demo,
            "form": self.form,
            "holder": self.holder,
            "issued": self.issued.to_string(),
            "kinds": kinds,
            "ledger": {"hash": self.ledger.hash, "height": self.ledger.height},
            "minutes": {"credit": self.minutes.credit, "honour": self.minutes.honour},
            "number": self.number,
            "period": {"from": self.period.from.to_string(), "to": self.period.to.to_string()},
            "proofs": proofs,
            "revision": self.revision,
            "signer": {"name": self.signer.name, "title": self.signer.title},
        });
        if let Some(map) = value.as_object_mut() {
            if let Some(team) = &self.team {
                map.insert("team".into(), team.as_str().into());
            }
            if let Some(stars) = self.stars {
                map.insert("stars".into(), stars.into());
            }
        }
        value
    }

    pub(crate) fn from_value(value: &Value) -> Result<Statement, BadStatement> {
        let form = part(object(value)?, "form")?
            .as_u64()
            .ok_or(BadStatement::Unreadable("form"))?;
        if form != u64::from(crate::statement::FORM) {
            return Err(BadStatement::Form(form));
        }
        let map = of(value, &KEYS, &["stars", "team"])?;
        let community = of(part(map, "community")?, &["code", "title"], &[])?;
        let ledger = of(part(map, "ledger")?, &["hash", "height"], &[])?;
        let minutes = of(part(map, "minutes")?, &["credit", "honour"], &[])?;
        let period = of(part(map, "period")?, &["from", "to"], &[])?;
        let signer = of(part(map, "signer")?, &["name", "title"], &[])?;
        let statement = Statement {
            form: crate::statement::FORM,
            demo: part(map, "demo")?
                .as_bool()
                .ok_or(BadStatement::Unreadable("demo"))?,
            community: Community {
                code: text(community, "code")?,
                title: text(community, "title")?,
            },
            number: text(map, "number")?,
            revision: whole(map, "revision")?,
            holder: text(map, "holder")?,
            team: map.get("team").map(|_| text(map, "team")).transpose()?,
            period: Period {
                from: day(period, "from")?,
                to: day(period, "to")?,
            },
            minutes: Minutes {
                credit: whole(minutes, "credit")?,
                honour: whole(minutes, "honour")?,
            },
            kinds: lines(map, "kinds", kind)?,
            proofs: lines(map, "proofs", proof)?,
            stars: map.get("stars").map(|_| whole(map, "stars")).transpose()?,
            issued: day(map, "issued")?,
            signer: Signer {
                title: text(signer, "title")?,
                name: text(signer, "name")?,
            },
            ledger: Head {
                height: whole(ledger, "height")?,
                hash: text(ledger, "hash")?,
            },
        };
        statement.check()?;
        Ok(statement)
    }
}

/// The keys that every statement has.
const KEYS: [&str; 13] = [
    "community",
    "demo",
    "form",
    "holder",
    "issued",
    "kinds",
    "ledger",
    "minutes",
    "number",
    "period",
    "proofs",
    "revision",
    "signer",
];

fn kind(value: &Value) -> Result<KindLine, BadStatement> {
    let map = of(value, &["minutes", "times", "title"], &[])?;
    Ok(KindLine {
        title: text(map, "title")?,
        minutes: whole(map, "minutes")?,
        times: whole(map, "times")?,
    })
}

fn proof(value: &Value) -> Result<ProofLine, BadStatement> {
    let map = of(value, &["minutes", "word"], &[])?;
    Ok(ProofLine {
        word: text(map, "word")?,
        minutes: whole(map, "minutes")?,
    })
}

fn object(value: &Value) -> Result<&Map<String, Value>, BadStatement> {
    value
        .as_object()
        .ok_or(BadStatement::Unreadable("a part is no object"))
}

/// An object with these keys and no others but these optional ones.
fn of<'v>(
    value: &'v Value,
    keys: &[&str],
    optional: &[&str],
) -> Result<&'v Map<String, Value>, BadStatement> {
    let map = object(value)?;
    let known = |key: &String| keys.contains(&key.as_str()) || optional.contains(&key.as_str());
    if map.keys().all(known) && keys.iter().all(|key| map.contains_key(*key)) {
        Ok(map)
    } else {
        Err(BadStatement::Unreadable("a key is missing or not known"))
    }
}

fn part<'v>(map: &'v Map<String, Value>, key: &'static str) -> Result<&'v Value, BadStatement> {
    map.get(key).ok_or(BadStatement::Unreadable(key))
}

fn text(map: &Map<String, Value>, key: &'static str) -> Result<String, BadStatement> {
    let found = part(map, key)?.as_str();
    found
        .map(str::to_owned)
        .ok_or(BadStatement::Unreadable(key))
}

/// A whole number that its place can hold.
fn whole<N: TryFrom<i64>>(map: &Map<String, Value>, key: &'static str) -> Result<N, BadStatement> {
    let found = part(map, key)?.as_i64();
    found
        .and_then(|number| N::try_from(number).ok())
        .ok_or(BadStatement::Unreadable(key))
}

fn day(map: &Map<String, Value>, key: &'static str) -> Result<LocalDate, BadStatement> {
    text(map, key)?
        .parse()
        .map_err(|_| BadStatement::Unreadable(key))
}

fn lines<L>(
    map: &Map<String, Value>,
    key: &'static str,
    line: fn(&Value) -> Result<L, BadStatement>,
) -> Result<Vec<L>, BadStatement> {
    part(map, key)?
        .as_array()
        .ok_or(BadStatement::Unreadable(key))?
        .iter()
        .map(line)
        .collect()
}
