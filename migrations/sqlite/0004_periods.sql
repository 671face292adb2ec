-- Periods being closed and closed. Both tables are derived: the steps and standings are records of the journal, and
-- `verify` makes these rows again from them.

-- One row per period, read whole with every frame (a dozen a year). Its last day and state, which decide whether a
-- day takes events, stand in the body only, so that they cannot differ from it.
CREATE TABLE period (
    community_id INTEGER NOT NULL REFERENCES community,
    period       TEXT    NOT NULL CHECK (length(period) BETWEEN 4 AND 7), -- 2026-10, 2026-q4, 2026
    last         INTEGER NOT NULL,                           -- its last local day: the order of the list
    body         BLOB    NOT NULL,                           -- canonical row
    PRIMARY KEY (community_id, period)
) STRICT, WITHOUT ROWID;

-- What each holder had at a cut-off. A cut-off that was withdrawn keeps its rows under its own entry, so that a row
-- never has to go. `entry` makes closing a holder happen once, and tells a closing that was killed where to go on.
CREATE TABLE standing (
    community_id INTEGER NOT NULL REFERENCES community,
    cut          INTEGER NOT NULL CHECK (cut >= 1),          -- the entry of the cut-off
    holder       INTEGER NOT NULL CHECK (holder > 0),        -- packed holder
    entry        INTEGER NOT NULL CHECK (entry >= 0),        -- the entry that closed the holder, 0 until then
    body         BLOB    NOT NULL,                           -- balances and facts, canonical
    PRIMARY KEY (community_id, cut, holder)
) STRICT, WITHOUT ROWID;
