-- Inspections: several judges give points to households, each on their own; the points are sealed until all are in or the
-- time is over, and are booked then as one event for each household. Scores are numbers; who was judged is a resident.

CREATE TABLE inspection (
    community_id  INTEGER NOT NULL REFERENCES community,
    inspection_no INTEGER NOT NULL CHECK (inspection_no >= 1),        -- from 1 on in each community
    state         INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),     -- judges score, scores are open, called off
    on_day        INTEGER NOT NULL,                                   -- the day that is booked, since 1970-01-01
    due_at        INTEGER NOT NULL,                                   -- µs since 1970-01-01 UTC: from then on nobody scores
    least         INTEGER NOT NULL,                                   -- the fewest points that a judge gives
    most          INTEGER NOT NULL CHECK (most > least),              -- the most
    sent          INTEGER NOT NULL CHECK (sent >= 0),                 -- judges who handed in: with the last one scores are open
    opened_at     INTEGER NOT NULL,
    opener        TEXT    NOT NULL,                                   -- staff/3
    kind          TEXT    NOT NULL,                                   -- the event kind whose rule counts the scores
    title         TEXT    NOT NULL,                                   -- what it is called, for judges and the inspected to read
    token         TEXT    NOT NULL,                                   -- of the form that opened it: the same form opens one
    PRIMARY KEY (community_id, inspection_no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX inspection_once ON inspection (community_id, opener, token);
CREATE INDEX inspection_open ON inspection (community_id, due_at) WHERE state = 1;

-- Who judges. Their household is the one of the opening: who moves in between judges all the same.
CREATE TABLE inspection_judge (
    community_id  INTEGER NOT NULL REFERENCES community,
    inspection_no INTEGER NOT NULL CHECK (inspection_no >= 1),
    judge_no      INTEGER NOT NULL CHECK (judge_no BETWEEN 1 AND 9),  -- the number under which the rule knows them
    household     INTEGER,                                            -- theirs, which they do not judge
    sent_at       INTEGER,                                            -- when they handed in; NULL while they have not
    actor         TEXT    NOT NULL,                                   -- staff/3, resident/1001
    PRIMARY KEY (community_id, inspection_no, judge_no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX inspection_judge_actor ON inspection_judge (community_id, actor, inspection_no);

-- Who is inspected: a household by one of its residents, under whose name it is booked.
CREATE TABLE inspection_place (
    community_id  INTEGER NOT NULL REFERENCES community,
    inspection_no INTEGER NOT NULL CHECK (inspection_no >= 1),
    resident      INTEGER NOT NULL,
    household     INTEGER NOT NULL,
    state         INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),     -- to be booked, booked, not booked and why
    entry         INTEGER,                                            -- what it came to in the book
    told          TEXT,                                               -- why it was not booked: code and sentences, as JSON
    PRIMARY KEY (community_id, inspection_no, resident)
) STRICT, WITHOUT ROWID;
CREATE INDEX inspection_place_waiting ON inspection_place (community_id, inspection_no, resident) WHERE state = 1;

-- What a judge gave a household. Read by nobody but the judge while the inspection is in state 1.
CREATE TABLE inspection_score (
    community_id  INTEGER NOT NULL REFERENCES community,
    inspection_no INTEGER NOT NULL CHECK (inspection_no >= 1),
    judge_no      INTEGER NOT NULL CHECK (judge_no BETWEEN 1 AND 9),
    resident      INTEGER NOT NULL,
    points        INTEGER NOT NULL,
    PRIMARY KEY (community_id, inspection_no, judge_no, resident)
) STRICT, WITHOUT ROWID;

-- Papers that came with steps of cases, as they were sent. The commitment of the step holds the digest, so that the paper can
-- go and its proof stays. Goes when the person the case is about is erased.
CREATE TABLE case_paper (
    community_id INTEGER NOT NULL REFERENCES community,
    case_no      INTEGER NOT NULL CHECK (case_no >= 1),
    step_no      INTEGER NOT NULL CHECK (step_no >= 0),
    place        INTEGER NOT NULL CHECK (place >= 0),          -- its place among those of the step
    name         TEXT    NOT NULL,                             -- as it is offered for download: safe on every computer
    digest       BLOB    NOT NULL CHECK (length(digest) = 32), -- SHA-256 of body
    body         BLOB    NOT NULL CHECK (length(body) BETWEEN 1 AND 5242880), -- a PDF
    PRIMARY KEY (community_id, case_no, step_no, place)
) STRICT;
