-- People: who signs in. Nothing here is in a chain, so everything here can be corrected and erased.
-- All times are microseconds since 1970-01-01 UTC.

-- A human being, once for the whole installation.
CREATE TABLE person (
    person_id       INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    phone           TEXT,                                    -- NULL for the many who give none; a family may share one
    pin_hash        TEXT,                                    -- argon2 text; NULL until a first PIN is printed
    pin_must_change INTEGER NOT NULL DEFAULT 0 CHECK (pin_must_change IN (0, 1)), -- the printed PIN is for one use
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX person_by_phone ON person (phone) WHERE phone IS NOT NULL;

-- Which person a resident number is. The ledger holds only a salted commitment; the salt stands here.
CREATE TABLE person_of_resident (
    community_id INTEGER NOT NULL REFERENCES community,
    resident     INTEGER NOT NULL CHECK (resident BETWEEN 0 AND 2147483647),
    person_id    INTEGER NOT NULL REFERENCES person,
    salt         BLOB    NOT NULL CHECK (length(salt) = 16), -- erased with the person, and the commitment says nothing
    PRIMARY KEY (community_id, resident)
) STRICT, WITHOUT ROWID;
CREATE INDEX resident_of_person ON person_of_resident (person_id);

-- What people call a household.
CREATE TABLE household_text (
    community_id INTEGER NOT NULL REFERENCES community,
    household    INTEGER NOT NULL CHECK (household BETWEEN 0 AND 2147483647),
    name         TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    PRIMARY KEY (community_id, household)
) STRICT, WITHOUT ROWID;

-- Staff of one community. Someone who works for two has two rows: the roles differ.
CREATE TABLE staff (
    staff_id      INTEGER PRIMARY KEY,
    community_id  INTEGER NOT NULL REFERENCES community,
    login         TEXT    NOT NULL CHECK (length(login) BETWEEN 1 AND 48),
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (length(role) BETWEEN 1 AND 48), -- the host knows which there are
    password_hash TEXT    NOT NULL,                          -- argon2 text
    must_change   INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1)),
    active        INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)), -- never deleted: records name them
    UNIQUE (community_id, login)
) STRICT;

-- A signed-in browser. Only the hash of its token is kept, so that a copy of the database signs nobody in.
CREATE TABLE session (
    token_hash   BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    community_id INTEGER NOT NULL REFERENCES community,
    kind         TEXT    NOT NULL CHECK (kind IN ('resident', 'staff')),
    subject_id   INTEGER NOT NULL,                           -- resident number or staff_id, by kind
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,                           -- for signing out those who walked away
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_expiry ON session (expires_at);
CREATE INDEX session_by_subject ON session (community_id, kind, subject_id);

-- Growing pauses after wrong PINs, by account and, more patiently, by address: a village shares one.
CREATE TABLE sign_in_delay (
    scope    TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    failures INTEGER NOT NULL CHECK (failures >= 0),
    next_at  INTEGER NOT NULL,                               -- the next try counts from here on
    PRIMARY KEY (scope, subject)
) STRICT, WITHOUT ROWID;

-- Devices that post events: scales, gates, till programs.
CREATE TABLE token (
    token_id     INTEGER PRIMARY KEY,
    community_id INTEGER NOT NULL REFERENCES community,
    name         TEXT    NOT NULL,
    hash         BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32), -- of the token, which was shown once
    scope        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    revoked_at   INTEGER                                     -- NULL while it works; kept, because records name it
) STRICT;
