-- Numbers of records below 30 are used up: from 31 on each begins an entry, and 30 stays that of a movement, which has a
-- table of its own. The rows stay as they are; only the condition for new ones is wider. A table of a hundred million
-- rows need not be written anew for that: SQLite allows the text of a CHECK to be exchanged where it stands.
PRAGMA writable_schema = 1;
UPDATE sqlite_schema
    SET sql = replace(sql, 'CHECK (kind BETWEEN 1 AND 29)', 'CHECK (kind BETWEEN 1 AND 255 AND kind <> 30)')
    WHERE type = 'table' AND name = 'record';
PRAGMA writable_schema = RESET;
-- Every other connection reads the tables' description again when one was made.
CREATE TABLE read_again (number INTEGER) STRICT;
DROP TABLE read_again;
