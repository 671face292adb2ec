-- Derived: where entries stand that something happened to afterwards, or that wait for people: proposals, awards under
-- notice, reversals. One row for each such entry and none for the others, so that an ordinary award costs nothing here.
CREATE TABLE fate (
    community_id INTEGER NOT NULL REFERENCES community,
    entry        INTEGER NOT NULL CHECK (entry >= 1),        -- the entry it is about
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 9), -- proposed, approved, declined, pending, objected, upheld, posted, withdrawn, reversed
    by_entry     INTEGER NOT NULL CHECK (by_entry >= entry), -- the entry that brought it there; itself at first
    until        INTEGER,                                    -- last local day of the notice; NULL without notice
    PRIMARY KEY (community_id, entry),
    CHECK ((state BETWEEN 4 AND 8) <= (until IS NOT NULL))   -- whatever is or was under notice has its last day
) STRICT, WITHOUT ROWID;
-- What is open: by state, then the day it ends.
CREATE INDEX fate_by_state ON fate (community_id, state, until, entry);
