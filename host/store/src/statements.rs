//! How statements are declared, on every engine. It declares none.

/// Declares constant statements, and the list by which a test prepares every one of them.
macro_rules! statements {
    ($($name:ident = $sql:expr;)*) => {
        $(const $name: &str = $sql;)*
        #[cfg(test)]
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

/// The community of the first parameter, as a subquery: every statement takes the public name.
macro_rules! community {
    () => {
        "(SELECT community_id FROM community WHERE code = $1)"
    };
}

/// A row whose columns are told apart by the names of its fields. By hand: the macros of sqlx would be built with
/// both engines inside them.
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($fvis:vis $field:ident: $kind:ty,)* }) => {
        $(#[$meta])* $vis struct $name { $($fvis $field: $kind,)* }

        impl sqlx::FromRow<'_, super::Row> for $name {
            fn from_row(row: &super::Row) -> sqlx::Result<Self> {
                use sqlx::Row as _;
                Ok($name { $($field: row.try_get(stringify!($field))?,)* })
            }
        }
    };
}

pub(crate) use {community, row, statements};

#[cfg(test)]
pub(crate) mod tests {
    /// The files of an engine are those that `migrations/*.sha256` names, unchanged, and the program carries each.
    pub(crate) fn recorded(engine: &str, digests: &str, carried: &sqlx::migrate::Migrator) {
        let (recorded, folder) = (
            digests
                .lines()
                .filter_map(|line| line.split_once(&format!("  {engine}/")))
                .collect::<Vec<_>>(),
            format!("{}/../../migrations/{engine}", env!("CARGO_MANIFEST_DIR")),
        );
        let mut names: Vec<String> = std::fs::read_dir(&folder)
            .expect("the folder of migrations")
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        let listed: Vec<&str> = recorded.iter().map(|(_, name)| *name).collect();
        assert_eq!(
            names, listed,
            "migrations/{engine}.sha256 lists every migration"
        );
        let told = |step: &sqlx::migrate::Migration| {
            format!(
                "{:04}_{}.sql",
                step.version,
                step.description.replace(' ', "_")
            )
        };
        let carried: Vec<String> = carried.iter().map(told).collect();
        assert_eq!(
            names, carried,
            "steps.rs lists every migration of migrations/{engine}"
        );
        for (digest, name) in recorded {
            let bytes = std::fs::read(format!("{folder}/{name}")).expect("a migration");
            let actual = rongyi_core::chain::hex(&rongyi_core::chain::sha256(&bytes));
            assert_eq!(
                actual, digest,
                "{name} was changed: a migration that has run somewhere never changes, add a new one"
            );
        }
    }
}
