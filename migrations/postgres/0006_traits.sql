-- The traits of a resident: as in sqlite/0006_traits.sql, which says what the column is for.
ALTER TABLE resident ADD COLUMN traits BYTEA NOT NULL DEFAULT '';
