-- Cases beside the ledger: what somebody asks and others answer. Where a case stands is folded from its steps; what is
-- kept of that in `case_file` is for lists only, and is written in the transaction of the step that brought it there.

-- The kind that running cases began with, as the bytes that were checked then.
CREATE TABLE case_kind (
    community_id INTEGER NOT NULL REFERENCES community,
    digest       BLOB    NOT NULL CHECK (length(digest) = 32), -- SHA-256 of body
    body         BLOB    NOT NULL,                             -- canonical JSON, see host/cases
    PRIMARY KEY (community_id, digest)
) STRICT, WITHOUT ROWID;

-- One row for each case.
CREATE TABLE case_file (
    community_id INTEGER NOT NULL REFERENCES community,
    case_no      INTEGER NOT NULL CHECK (case_no >= 1),        -- from 1 on in each community
    kind         TEXT    NOT NULL,                             -- the name of its kind, for lists
    digest       BLOB    NOT NULL CHECK (length(digest) = 32), -- the kind it began with
    opened_at    INTEGER NOT NULL,                             -- µs since 1970-01-01 UTC
    opener       TEXT    NOT NULL,                             -- resident/1001, staff/3
    resident     INTEGER,                                      -- for whom; NULL when it is about nobody
    state        TEXT    NOT NULL,                             -- derived: where it stands
    grp          INTEGER NOT NULL CHECK (grp BETWEEN 1 AND 5), -- derived: open, waiting, done, refused, withdrawn
    due          INTEGER NOT NULL,                             -- derived: local minute since 1970-01-01; 9007199254740991 for none, so that lists have one order
    next_at      INTEGER,                                      -- derived: the local minute after which time does something
    unit         TEXT,                                         -- derived: to whom it was given
    steps        INTEGER NOT NULL CHECK (steps >= 0),          -- its version: the number of its newest step
    merged_into  INTEGER,                                      -- derived: the case it was linked to as the same
    entry        INTEGER,                                      -- what it booked last
    token        TEXT    NOT NULL,                             -- of the form that opened it: the same form opens one case
    PRIMARY KEY (community_id, case_no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX case_file_once ON case_file (community_id, opener, token);
CREATE INDEX case_file_list ON case_file (community_id, grp, due, case_no);
CREATE INDEX case_file_resident ON case_file (community_id, resident, case_no);
CREATE INDEX case_file_opener ON case_file (community_id, opener, case_no);
CREATE INDEX case_file_next ON case_file (community_id, next_at) WHERE next_at IS NOT NULL;

-- What was done, one after the other; step 0 is the opening. Codes and numbers only: words stand in case_text.
CREATE TABLE case_step (
    community_id INTEGER NOT NULL REFERENCES community,
    case_no      INTEGER NOT NULL CHECK (case_no >= 1),
    step_no      INTEGER NOT NULL CHECK (step_no >= 0),
    at           INTEGER NOT NULL,                             -- µs since 1970-01-01 UTC
    actor        TEXT    NOT NULL,                             -- staff/3, resident/1001, clock
    word         TEXT    NOT NULL,                             -- open, move, note, …
    argument     TEXT    NOT NULL,                             -- second-check>notice; of an opening what it was opened with, as JSON
    texts        BLOB    NOT NULL CHECK (length(texts) IN (0, 32)), -- commitment to the words that were written with it
    token        TEXT,                                         -- of the form that was sent: the same form is one step
    PRIMARY KEY (community_id, case_no, step_no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX case_step_once ON case_step (community_id, case_no, token) WHERE token IS NOT NULL;
CREATE TRIGGER case_step_never_changes BEFORE UPDATE ON case_step BEGIN SELECT RAISE(ABORT, 'a step never changes'); END;
CREATE TRIGGER case_step_never_goes BEFORE DELETE ON case_step BEGIN SELECT RAISE(ABORT, 'a step is never removed'); END;

-- What people wrote, by step and question. Goes when the person the case is about is erased.
CREATE TABLE case_text (
    community_id INTEGER NOT NULL REFERENCES community,
    case_no      INTEGER NOT NULL CHECK (case_no >= 1),
    step_no      INTEGER NOT NULL CHECK (step_no >= 0),
    key          TEXT    NOT NULL,                             -- the question, or `words`
    text         TEXT    NOT NULL,
    salt         BLOB    NOT NULL CHECK (length(salt) = 16),
    PRIMARY KEY (community_id, case_no, step_no, key)
) STRICT, WITHOUT ROWID;

-- What follows from a step, written with it and carried out after it: booked once, whatever happens in between.
CREATE TABLE case_effect (
    community_id INTEGER NOT NULL REFERENCES community,
    case_no      INTEGER NOT NULL CHECK (case_no >= 1),
    step_no      INTEGER NOT NULL CHECK (step_no >= 0),
    place        INTEGER NOT NULL CHECK (place >= 0),          -- its place among those of the step
    what         TEXT    NOT NULL,                             -- JSON of codes and numbers
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3), -- waiting, done, refused
    entry        INTEGER,                                      -- what it came to in the book
    told         TEXT,                                         -- why it was refused: its code and sentences, as JSON
    PRIMARY KEY (community_id, case_no, step_no, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_effect_waiting ON case_effect (community_id, case_no, step_no, place) WHERE state = 1;
