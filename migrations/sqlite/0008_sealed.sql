-- What must be secret while it counts, or must be able to go: pick-up codes, references that people typed, and whom the
-- texts are about. The ledger holds commitments to all of them.

-- One key for each community. From it and a text comes the salt of the text's commitment, so that the same text gives
-- the same commitment and can count once. Whoever has this key and guesses a text sees whether it is the right one;
-- so it leaves the database in backups only. Made when the database is opened, or at its first use; a community
-- without one has texts whose `text_about` is still to be made.
CREATE TABLE seal_key (
    community_id INTEGER NOT NULL PRIMARY KEY REFERENCES community,
    key          BLOB    NOT NULL CHECK (length(key) = 32)   -- random, made once, never changed
) STRICT, WITHOUT ROWID;

-- The pick-up codes of open orders, for the page of the resident who ordered. The row goes in the commit that ends the
-- order. `orders.code` holds the commitment in hexadecimal; of orders from before this step the code itself.
CREATE TABLE pickup_code (
    community_id INTEGER NOT NULL REFERENCES community,
    order_no     INTEGER NOT NULL CHECK (order_no >= 1),
    salt         BLOB    NOT NULL CHECK (length(salt) = 16),
    code         TEXT    NOT NULL,
    PRIMARY KEY (community_id, order_no)
) STRICT, WITHOUT ROWID;

-- References as people typed them: the page of a paper book, the number of a row. The ledger holds `sealed:` and the
-- commitment; this row goes when somebody whom the entry is about is erased.
CREATE TABLE reference_text (
    community_id INTEGER NOT NULL REFERENCES community,
    seq          INTEGER NOT NULL CHECK (seq >= 1),          -- the entry it belongs to
    salt         BLOB    NOT NULL CHECK (length(salt) = 16),
    text         TEXT    NOT NULL,
    PRIMARY KEY (community_id, seq)
) STRICT, WITHOUT ROWID;

-- Derived: whom the texts and typed references of an entry are about, so that what is somebody's is found by key.
CREATE TABLE text_about (
    community_id INTEGER NOT NULL REFERENCES community,
    about        INTEGER NOT NULL,                           -- packed holder; below zero the entry whose people it is about
    seq          INTEGER NOT NULL CHECK (seq >= 1),          -- the entry with the text
    PRIMARY KEY (community_id, about, seq)
) STRICT, WITHOUT ROWID;

-- Wrong pick-up codes, counted before they are looked at, by who typed them; `*` counts all of a community. Shown to
-- the operator, and removed after a month.
CREATE TABLE till_try (
    community_id INTEGER NOT NULL REFERENCES community,
    day          INTEGER NOT NULL,                           -- local day, days since 1970-01-01
    actor        TEXT    NOT NULL,                           -- staff/3, token/2, or *
    wrong        INTEGER NOT NULL CHECK (wrong >= 0),        -- a right code takes its own count back
    next_at      INTEGER NOT NULL,                           -- µs; the next try counts from here on
    PRIMARY KEY (community_id, day, actor)
) STRICT, WITHOUT ROWID;
