-- Activities beside the ledger: what volunteers can join, who is on which list, who came and went, and what was confirmed of
-- it. Hours are counted by the community's rule and stand in the ledger; here is the evidence.

-- An activity. Where it stands is worked out from this row, its lists and the clock: see host/activities.
CREATE TABLE activity (
    community_id INTEGER NOT NULL REFERENCES community,
    activity_no  INTEGER NOT NULL CHECK (activity_no >= 1),    -- from 1 on in each community
    version      INTEGER NOT NULL CHECK (version >= 0),        -- one more with each change of it, its shifts and lists
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- draft, review, open, cancelled
    kind         TEXT    NOT NULL,                             -- the event kind under which hours are counted
    template     TEXT    NOT NULL,                             -- what it was begun with
    title        TEXT    NOT NULL,                             -- for everybody to read, as the four below
    about        TEXT    NOT NULL,
    location     TEXT    NOT NULL,
    bring        TEXT    NOT NULL,
    insurance    TEXT    NOT NULL,
    training     TEXT    NOT NULL,                             -- the training that it needs; empty for none
    leader       INTEGER NOT NULL,                             -- the member of staff who must be there
    adult        INTEGER NOT NULL CHECK (adult IN (0, 1)),     -- only grown-ups
    consent      INTEGER NOT NULL CHECK (consent IN (0, 1)),   -- minors need a guardian's consent
    insured      INTEGER NOT NULL CHECK (insured IN (0, 1)),   -- insurance is noted before it is published
    made_at      INTEGER NOT NULL,                             -- µs since 1970-01-01 UTC
    made_by      TEXT    NOT NULL,                             -- staff/3
    passed_by    TEXT,                                         -- who published it
    told         TEXT    NOT NULL,                             -- why it was cancelled
    token        TEXT    NOT NULL,                             -- of the form that made it: the same form makes one
    PRIMARY KEY (community_id, activity_no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX activity_once ON activity (community_id, made_by, token);

-- A shift of it. Its times are moments, so that a change of the clock moves none.
CREATE TABLE activity_shift (
    community_id INTEGER NOT NULL REFERENCES community,
    activity_no  INTEGER NOT NULL CHECK (activity_no >= 1),
    shift_no     INTEGER NOT NULL CHECK (shift_no >= 1),
    role         TEXT    NOT NULL,                             -- what is done in it; may be empty
    starts       INTEGER NOT NULL,                             -- µs since 1970-01-01 UTC
    ends         INTEGER NOT NULL CHECK (ends > starts),       -- the first moment after it
    seats        INTEGER NOT NULL CHECK (seats >= 1),
    ended_at     INTEGER,                                      -- when its leader ended it
    ended_by     TEXT,
    PRIMARY KEY (community_id, activity_no, shift_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_shift_day ON activity_shift (community_id, ends);

-- Who is on the list of a shift.
CREATE TABLE activity_signup (
    community_id INTEGER NOT NULL REFERENCES community,
    activity_no  INTEGER NOT NULL CHECK (activity_no >= 1),
    shift_no     INTEGER NOT NULL CHECK (shift_no >= 1),
    resident     INTEGER NOT NULL,
    turn         INTEGER NOT NULL,                             -- the version that brought them in: the smaller, the earlier
    place        INTEGER NOT NULL CHECK (place BETWEEN 1 AND 3), -- a seat, waiting, left
    at           INTEGER NOT NULL,                             -- of the last change
    by_actor     TEXT    NOT NULL,                             -- resident/1001, or staff/3 for somebody without a telephone
    PRIMARY KEY (community_id, activity_no, shift_no, resident)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_signup_resident ON activity_signup (community_id, resident, activity_no);

-- Who came, went, did not come. Written once and never changed; what was wrong is struck out by a later mark.
CREATE TABLE activity_mark (
    community_id INTEGER NOT NULL REFERENCES community,
    activity_no  INTEGER NOT NULL CHECK (activity_no >= 1),
    shift_no     INTEGER NOT NULL CHECK (shift_no >= 1),
    resident     INTEGER NOT NULL,
    mark_no      INTEGER NOT NULL CHECK (mark_no >= 1),        -- of this person and shift
    what         INTEGER NOT NULL CHECK (what BETWEEN 1 AND 4), -- came, went, did not come, struck out
    proof        INTEGER NOT NULL CHECK (proof BETWEEN 1 AND 4), -- machine, organiser, make-up, imported
    at           INTEGER NOT NULL,                             -- when it was so
    noted_at     INTEGER NOT NULL,                             -- when it was written
    by_actor     TEXT    NOT NULL,                             -- on whose word
    token        TEXT    NOT NULL,                             -- of the form: the same form is one mark
    PRIMARY KEY (community_id, activity_no, shift_no, resident, mark_no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX activity_mark_once ON activity_mark (community_id, activity_no, shift_no, resident, token);
CREATE TRIGGER activity_mark_never_changes BEFORE UPDATE ON activity_mark BEGIN SELECT RAISE(ABORT, 'a mark never changes'); END;
CREATE TRIGGER activity_mark_never_goes BEFORE DELETE ON activity_mark BEGIN SELECT RAISE(ABORT, 'a mark is never removed'); END;

-- What was confirmed of somebody's presence, and what the book made of it.
CREATE TABLE activity_presence (
    community_id INTEGER NOT NULL REFERENCES community,
    activity_no  INTEGER NOT NULL CHECK (activity_no >= 1),
    shift_no     INTEGER NOT NULL CHECK (shift_no >= 1),
    resident     INTEGER NOT NULL,
    minutes      INTEGER NOT NULL CHECK (minutes >= 0),        -- between coming and going
    planned      INTEGER NOT NULL CHECK (planned >= 0),        -- of the shift
    proof        INTEGER NOT NULL CHECK (proof BETWEEN 1 AND 4), -- the weakest of the marks
    signed_out   INTEGER NOT NULL CHECK (signed_out IN (0, 1)),
    first_by     TEXT    NOT NULL,                             -- who confirmed
    second_by    TEXT,                                         -- who else, where it takes two
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5), -- needs a second, to be booked, booked, refused, did not come
    entry        INTEGER,                                      -- what it came to in the book
    counted      INTEGER,                                      -- the minutes that the rule counted
    told         TEXT,                                         -- why it was refused: its code and sentences, as JSON
    PRIMARY KEY (community_id, activity_no, shift_no, resident)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_presence_waiting ON activity_presence (community_id, activity_no, shift_no, resident) WHERE state = 2;
CREATE INDEX activity_presence_resident ON activity_presence (community_id, resident, activity_no);

-- What somebody may do until a day: a guardian's consent, a training.
CREATE TABLE clearance (
    community_id INTEGER NOT NULL REFERENCES community,
    resident     INTEGER NOT NULL,
    what         TEXT    NOT NULL,                             -- `consent`, or `training:` and its name
    until        INTEGER NOT NULL,                             -- the last day, since 1970-01-01
    by_actor     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (community_id, resident, what)
) STRICT, WITHOUT ROWID;
