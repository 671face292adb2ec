-- Cards of residents, each with a word in its QR code that nobody can guess. The newest one of a number counts; a new card ends
-- the one before.
CREATE TABLE card (
    community_id INTEGER NOT NULL REFERENCES community,
    resident     INTEGER NOT NULL,
    serial       INTEGER NOT NULL CHECK (serial >= 1),          -- from 1 on for each resident
    hash         BLOB    NOT NULL CHECK (length(hash) = 32),    -- of the word, which only the card has
    made_at      INTEGER NOT NULL,                              -- µs since 1970-01-01 UTC
    made_by      TEXT    NOT NULL,                              -- staff/3
    ended_at     INTEGER,                                       -- lost, or another one was made
    PRIMARY KEY (community_id, resident, serial)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX card_word ON card (community_id, hash);
