//! Rows of any table, as both engines hold them, and the sum by which two tables are compared. No statement.

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Number(Option<i64>),
    Truth(Option<bool>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Truth,
    Text,
    Bytes,
}

impl Kind {
    /// By the name of PostgreSQL's type.
    pub(super) fn of(name: &str) -> Option<Kind> {
        match name {
            "bigint" | "integer" | "smallint" => Some(Kind::Number),
            "boolean" => Some(Kind::Truth),
            "text" => Some(Kind::Text),
            "bytea" => Some(Kind::Bytes),
            _ => None,
        }
    }

    /// The type of the array that carries it.
    pub(super) fn array(self) -> &'static str {
        match self {
            Kind::Number => "BIGINT[]",
            Kind::Truth => "BOOLEAN[]",
            Kind::Text => "TEXT[]",
            Kind::Bytes => "BYTEA[]",
        }
    }
}

/// A table as the target describes it.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    /// Name and kind; the same columns are in the source.
    pub(super) columns: Vec<(String, Kind)>,
    /// Places of the key's columns, in the key's order.
    pub(super) key: Vec<usize>,
    /// Whether it refers to another table or is referred to.
    pub(super) has_references: bool,
}

impl Table {
    pub(super) fn key_of(&self, row: &[Cell]) -> Vec<Cell> {
        self.key
            .iter()
            .filter_map(|place| row.get(*place).cloned())
            .collect()
    }

    pub(super) fn key_names(&self) -> String {
        let names = self.key.iter().filter_map(|place| self.columns.get(*place));
        let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }

    /// `SELECT … ORDER BY the key LIMIT …`, after a key when there is one; `select` writes a column.
    pub(super) fn page(
        &self,
        select: impl Fn(&str, Kind) -> String,
        after: bool,
        limit: usize,
    ) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|(name, kind)| select(name, *kind))
            .collect();
        let keys = self.key_names();
        let from = if after {
            let places: Vec<String> = (1..=self.key.len()).map(|no| format!("${no}")).collect();
            format!(" WHERE ({keys}) > ({})", places.join(", "))
        } else {
            String::new()
        };
        format!(
            "SELECT {} FROM {}{from} ORDER BY {keys} LIMIT {limit}",
            columns.join(", "),
            self.name
        )
    }
}

/// How many rows, and a sum of their hashes: the same for the same rows in any order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) rows: u64,
    parts: [u64; 4],
}

impl Sum {
    pub(super) fn add(&mut self, row: &[Cell]) {
        // Lengths before contents, so that two rows never have the same bytes.
        let mut bytes = Vec::new();
        for cell in row {
            let content: Option<Vec<u8>> = match cell {
                Cell::Number(value) => value.map(|number| number.to_le_bytes().to_vec()),
                Cell::Truth(value) => value.map(|truth| vec![u8::from(truth)]),
                Cell::Text(value) => value.as_ref().map(|text| text.as_bytes().to_vec()),
                Cell::Bytes(value) => value.clone(),
            };
            match content {
                Some(content) => {
                    bytes.extend((content.len() as u64).to_le_bytes());
                    bytes.extend(content);
                }
                None => bytes.extend(u64::MAX.to_le_bytes()),
            }
        }
        let hash = rongyi_core::chain::sha256(&bytes);
        for (part, chunk) in self.parts.iter_mut().zip(hash.chunks_exact(8)) {
            let number = chunk.try_into().map_or(0, u64::from_le_bytes);
            *part = part.wrapping_add(number);
        }
        self.rows = self.rows.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&[Cell]]) -> Sum {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(row));
        sum
    }

    #[test]
    fn rows_are_compared_whatever_their_order() {
        let text = |content: &str| Cell::Text(Some(content.to_owned()));
        let (a, b) = ([text("a"), text("bc")], [text("ab"), text("c")]);
        assert_eq!(sum(&[&a, &b]), sum(&[&b, &a]));
        assert_ne!(sum(&[&a]), sum(&[&b]));
        assert_ne!(sum(&[&a, &a]), sum(&[&b, &b]));
        assert_ne!(
            sum(&[&[Cell::Number(None)]]),
            sum(&[&[Cell::Number(Some(0))]])
        );
    }
}
