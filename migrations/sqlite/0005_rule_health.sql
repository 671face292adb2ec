-- How the rules are doing: figures for the operator, and which rules are left alone for a while. Nothing here is in
-- a chain and no decision depends on it; it may be emptied at any time. Times are microseconds since 1970-01-01 UTC.

-- Counts that only grow. Every host adds its own, once a minute and when it stops, so several may serve one database.
CREATE TABLE rule_tally (
    community_id INTEGER NOT NULL REFERENCES community,
    rule_set     INTEGER NOT NULL CHECK (rule_set >= 1),
    what         TEXT    NOT NULL CHECK (length(what) BETWEEN 1 AND 100), -- call, refusal, fault:<code>, fuel, micros
    bucket       INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 65535),     -- of fuel or µs; 0 where nothing is measured
    count        INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (community_id, rule_set, what, bucket)
) STRICT, WITHOUT ROWID;

-- The newest word about a rule set. Kept so that a rule that is left alone stays so after a restart.
CREATE TABLE rule_health (
    community_id  INTEGER NOT NULL REFERENCES community,
    rule_set      INTEGER NOT NULL CHECK (rule_set >= 1),
    fault_code    TEXT,                                      -- of the last fault; NULL before the first
    fault_message TEXT,                                      -- the author's sentence, or the host's with limit and use
    fault_at      INTEGER,
    parked_at     INTEGER,                                   -- NULL while it is asked
    tries         INTEGER NOT NULL CHECK (tries >= 0),       -- new tries that failed since then
    next_at       INTEGER,                                   -- from then on the next event is tried
    PRIMARY KEY (community_id, rule_set),
    CHECK ((fault_code IS NULL) = (fault_at IS NULL) AND (fault_code IS NULL) = (fault_message IS NULL)),
    CHECK ((parked_at IS NULL) = (next_at IS NULL))
) STRICT, WITHOUT ROWID;
