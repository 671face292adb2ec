-- What residents are told, written in the transaction of what it tells of. Numbers only: words are made when it is read or sent.
CREATE TABLE message (
    community_id INTEGER NOT NULL REFERENCES community,
    resident     INTEGER NOT NULL,
    kind         INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 12), -- see host/core/src/news.rs
    about        INTEGER NOT NULL,                               -- entry, order, case, activity, or the last day of a lot
    part         INTEGER NOT NULL,                               -- asset of an entry, step of a case, shift of an activity
    amount       INTEGER NOT NULL,                               -- of the asset; 0 where nothing is counted
    at           INTEGER NOT NULL,                               -- µs since 1970-01-01 UTC
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- to be looked at, sent, stays here, given up
    tries        INTEGER NOT NULL,                               -- how often sending failed
    next_at      INTEGER,                                        -- when it is looked at again; NULL for never
    PRIMARY KEY (community_id, resident, kind, about, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_next ON message (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX message_of ON message (community_id, resident, at);
-- How a resident wants to be told, and up to when they have read.
CREATE TABLE message_choice (
    community_id INTEGER NOT NULL REFERENCES community,
    resident     INTEGER NOT NULL,
    off          INTEGER NOT NULL,                               -- a bit for each kind that is not pointed out
    send         INTEGER NOT NULL CHECK (send IN (0, 1)),        -- whether anything is sent to their telephone
    quiet_from   INTEGER NOT NULL,                               -- minute of the day from which nothing is sent
    quiet_until  INTEGER NOT NULL,                               -- and until when; the same for no pause
    seen_at      INTEGER NOT NULL,                               -- messages up to then were read, µs
    PRIMARY KEY (community_id, resident)
) STRICT, WITHOUT ROWID;
