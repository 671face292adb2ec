//! What the database itself must be, beside what stands in its tables: the tables, triggers and indexes that the
//! migrations make, the migrations that ran, and no row of a community that is not there. It compares; each engine
//! reads its own catalog.

use std::collections::BTreeMap;

use sqlx::migrate::Migrator;

/// Something of the database that is not as this program made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: `trigger record_never_changes`, `table orders`.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// What an audit of the database found, and what it could not look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What could not be looked at, and why.
    pub unseen: Vec<String>,
}

impl Audit {
    pub(crate) fn find(&mut self, place: impl Into<String>, what: impl Into<String>) {
        let (place, what) = (place.into(), what.into());
        self.findings.push(Finding { place, what });
    }
}

/// A thing of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thing {
    /// `table`, `view`, `index`, `trigger`, …
    pub(crate) kind: String,
    /// The table it belongs to.
    pub(crate) table: String,
    /// How it is defined, in the engine's words.
    pub(crate) definition: String,
}

/// The things of a schema by what may have only one of that name: relations and indexes share names, triggers have
/// their own.
pub(crate) type Things = BTreeMap<(String, String), Thing>;

/// Words without what an engine may lay out differently.
pub(crate) fn plain(definition: &str) -> String {
    definition.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Compares a schema with the one that the migrations make. What is only in `present` matters where it acts on a table
/// of ours: a trigger, a rule, a constraint, an index that refuses rows.
pub(crate) fn compare(audit: &mut Audit, present: &Things, fresh: &Things) {
    for (key, wanted) in fresh {
        let place = format!("{} {}", wanted.kind, key.1);
        match present.get(key) {
            None => audit.find(
                place,
                format!(
                    "it is missing from the database{}",
                    of_table(wanted, &key.1)
                ),
            ),
            Some(found) if found.kind != wanted.kind => audit.find(
                place,
                format!(
                    "a {} stands in the place of the {}",
                    found.kind, wanted.kind
                ),
            ),
            Some(found) if found.definition != wanted.definition => audit.find(
                place,
                format!(
                    "it is defined otherwise than the migrations make it: “{}”, expected “{}”",
                    short(&found.definition),
                    short(&wanted.definition)
                ),
            ),
            Some(_) => {}
        }
    }
    let ours = |table: &str| {
        let relation = |thing: &Thing| matches!(thing.kind.as_str(), "table" | "view");
        fresh
            .iter()
            .any(|((_, name), thing)| name == table && relation(thing))
    };
    for (key, found) in present.iter().filter(|(key, _)| !fresh.contains_key(key)) {
        let acts = match found.kind.as_str() {
            "index" => found.definition.to_uppercase().contains("UNIQUE"),
            "trigger" | "rule" | "constraint" | "column" => true,
            _ => false,
        };
        if acts && ours(&found.table) {
            audit.find(
                format!("{} {}", found.kind, key.1),
                format!(
                    "it stands on the table {}, and no migration made it",
                    found.table
                ),
            );
        }
    }
}

fn of_table(thing: &Thing, name: &str) -> String {
    if thing.table == name {
        String::new()
    } else {
        format!(" (table {})", thing.table)
    }
}

fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(160).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// Version, checksum, whether it ended well.
pub(crate) type AppliedRow = (i64, Vec<u8>, bool);

/// Compares what the database says it went through with the steps that this program carries.
pub(crate) fn migrations(audit: &mut Audit, applied: &[AppliedRow], steps: &Migrator) {
    for step in steps.iter() {
        let place = format!("migration {:04}", step.version);
        match applied
            .iter()
            .find(|(version, ..)| *version == step.version)
        {
            None => audit.find(place, "the database has no line that it ran"),
            Some((_, checksum, _)) if **checksum != *step.checksum => audit.find(
                place,
                "its checksum in _sqlx_migrations is not that of this program's file",
            ),
            Some((.., false)) => audit.find(place, "it did not end well"),
            Some(_) => {}
        }
    }
    for (version, ..) in applied {
        if !steps.iter().any(|step| step.version == *version) {
            let what = "this program has no such step: another version made it";
            audit.find(format!("migration {version:04}"), what);
        }
    }
}

/// The numbers of communities that rows of a table name and that are not there. It follows the key from number to
/// number, and reads no row twice.
pub(crate) fn strangers(table: &str) -> String {
    format!(
        "WITH RECURSIVE own (c) AS (SELECT min(community_id) FROM {table} UNION ALL \
         SELECT (SELECT min(n.community_id) FROM {table} AS n WHERE n.community_id > own.c) FROM own \
         WHERE own.c IS NOT NULL) \
         SELECT CAST(c AS BIGINT) FROM own WHERE c IS NOT NULL AND c NOT IN (SELECT community_id FROM community)"
    )
}

/// How many rows of a table stand where a community is not.
pub(crate) fn count(table: &str) -> String {
    format!("SELECT count(*) FROM {table} WHERE community_id = $1")
}

/// How many rows of a table name a person who is not there. A row that names nobody is none of them.
pub(crate) fn nobodies(table: &str) -> String {
    format!(
        "SELECT count(*) FROM {table} AS t WHERE t.person_id IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM person AS p WHERE p.person_id = t.person_id)"
    )
}

/// What a table with rows of a community that is not there is told as.
pub(crate) fn orphans(audit: &mut Audit, table: &str, community: i64, rows: i64) {
    audit.find(
        format!("table {table}"),
        format!(
            "{rows} rows belong to a community that is not there (number {community}): its line in `community` is gone, or the rows were put in"
        ),
    );
}

/// What a table with rows of a person who is not there is told as.
pub(crate) fn unowned(audit: &mut Audit, table: &str, rows: i64) {
    let what = format!("{rows} rows name a person who is not there");
    audit.find(format!("table {table}"), what);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn things(list: &[(&str, &str, &str, &str)]) -> Things {
        list.iter()
            .map(|(kind, name, table, definition)| {
                let space = if *kind == "trigger" { "trigger" } else { "" };
                let thing = Thing {
                    kind: (*kind).to_owned(),
                    table: (*table).to_owned(),
                    definition: plain(definition),
                };
                ((space.to_owned(), (*name).to_owned()), thing)
            })
            .collect()
    }

    #[test]
    fn what_acts_on_our_tables_is_told_and_what_does_not_is_let_be() {
        let fresh = things(&[
            ("table", "record", "record", "CREATE TABLE record (a)"),
            ("trigger", "never", "record", "CREATE TRIGGER never"),
        ]);
        let told = |defined: &[(&str, &str, &str, &str)]| {
            let mut audit = Audit::default();
            compare(&mut audit, &things(defined), &fresh);
            let places = audit.findings.into_iter().map(|finding| finding.place);
            places.collect::<Vec<_>>()
        };
        let table = ("table", "record", "record", "CREATE TABLE  record\n (a)");
        let never = ("trigger", "never", "record", "CREATE TRIGGER never");
        assert!(told(&[table, never]).is_empty());
        assert_eq!(told(&[table]), ["trigger never"]);
        let view = ("view", "record", "record", "CREATE VIEW record");
        assert_eq!(told(&[view, never]), ["table record"]);
        let other = ("table", "record", "record", "CREATE TABLE record (a, b)");
        assert_eq!(told(&[other, never]), ["table record"]);
        let more = ("trigger", "more", "record", "CREATE TRIGGER more");
        assert_eq!(told(&[table, never, more]), ["trigger more"]);
        let unique = ("index", "one", "record", "CREATE UNIQUE INDEX one");
        assert_eq!(told(&[table, never, unique]), ["index one"]);
        let faster = ("index", "fast", "record", "CREATE INDEX fast");
        let theirs = ("table", "_litestream_seq", "_litestream_seq", "x");
        let on_theirs = ("trigger", "x", "_litestream_seq", "x");
        assert!(told(&[table, never, faster, theirs, on_theirs]).is_empty());
    }
}
