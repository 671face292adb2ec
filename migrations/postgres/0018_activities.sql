-- Activities beside the ledger: the same tables as in sqlite/0018_activities.sql, which says what each column is for.
CREATE TABLE activity (
    activity_no  BIGINT  NOT NULL CHECK (activity_no >= 1),
    version      BIGINT  NOT NULL CHECK (version >= 0),
    state        BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 4),
    leader       BIGINT  NOT NULL,
    adult        BIGINT  NOT NULL CHECK (adult IN (0, 1)),
    consent      BIGINT  NOT NULL CHECK (consent IN (0, 1)),
    insured      BIGINT  NOT NULL CHECK (insured IN (0, 1)),
    made_at      BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    template     TEXT COLLATE "C" NOT NULL,
    title        TEXT    NOT NULL,
    about        TEXT    NOT NULL,
    location     TEXT    NOT NULL,
    bring        TEXT    NOT NULL,
    insurance    TEXT    NOT NULL,
    training     TEXT    NOT NULL,
    made_by      TEXT COLLATE "C" NOT NULL,
    passed_by    TEXT COLLATE "C",
    told         TEXT    NOT NULL,
    token        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, activity_no)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX activity_once ON activity (community_id, made_by, token);

CREATE TABLE activity_shift (
    activity_no  BIGINT  NOT NULL CHECK (activity_no >= 1),
    shift_no     BIGINT  NOT NULL CHECK (shift_no >= 1),
    starts       BIGINT  NOT NULL,
    ends         BIGINT  NOT NULL CHECK (ends > starts),
    seats        BIGINT  NOT NULL CHECK (seats >= 1),
    ended_at     BIGINT,
    community_id INTEGER NOT NULL,
    role         TEXT    NOT NULL,
    ended_by     TEXT COLLATE "C",
    PRIMARY KEY (community_id, activity_no, shift_no)
);
CREATE INDEX activity_shift_day ON activity_shift (community_id, ends);

CREATE TABLE activity_signup (
    activity_no  BIGINT  NOT NULL CHECK (activity_no >= 1),
    shift_no     BIGINT  NOT NULL CHECK (shift_no >= 1),
    resident     BIGINT  NOT NULL,
    turn         BIGINT  NOT NULL,
    place        BIGINT  NOT NULL CHECK (place BETWEEN 1 AND 3),
    at           BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    by_actor     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, activity_no, shift_no, resident)
) WITH (fillfactor = 70);
CREATE INDEX activity_signup_resident ON activity_signup (community_id, resident, activity_no);

CREATE TABLE activity_mark (
    activity_no  BIGINT  NOT NULL CHECK (activity_no >= 1),
    shift_no     BIGINT  NOT NULL CHECK (shift_no >= 1),
    resident     BIGINT  NOT NULL,
    mark_no      BIGINT  NOT NULL CHECK (mark_no >= 1),
    what         BIGINT  NOT NULL CHECK (what BETWEEN 1 AND 4),
    proof        BIGINT  NOT NULL CHECK (proof BETWEEN 1 AND 4),
    at           BIGINT  NOT NULL,
    noted_at     BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    by_actor     TEXT COLLATE "C" NOT NULL,
    token        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, activity_no, shift_no, resident, mark_no)
);
CREATE UNIQUE INDEX activity_mark_once ON activity_mark (community_id, activity_no, shift_no, resident, token);
CREATE TRIGGER activity_mark_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_mark
    FOR EACH STATEMENT EXECUTE FUNCTION never_changes();

CREATE TABLE activity_presence (
    activity_no  BIGINT  NOT NULL CHECK (activity_no >= 1),
    shift_no     BIGINT  NOT NULL CHECK (shift_no >= 1),
    resident     BIGINT  NOT NULL,
    minutes      BIGINT  NOT NULL CHECK (minutes >= 0),
    planned      BIGINT  NOT NULL CHECK (planned >= 0),
    proof        BIGINT  NOT NULL CHECK (proof BETWEEN 1 AND 4),
    signed_out   BIGINT  NOT NULL CHECK (signed_out IN (0, 1)),
    state        BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 5),
    entry        BIGINT,
    counted      BIGINT,
    community_id INTEGER NOT NULL,
    first_by     TEXT COLLATE "C" NOT NULL,
    second_by    TEXT COLLATE "C",
    told         TEXT COLLATE "C",
    PRIMARY KEY (community_id, activity_no, shift_no, resident)
);
CREATE INDEX activity_presence_waiting ON activity_presence (community_id, activity_no, shift_no, resident) WHERE state = 2;
CREATE INDEX activity_presence_resident ON activity_presence (community_id, resident, activity_no);

CREATE TABLE clearance (
    resident     BIGINT  NOT NULL,
    until        BIGINT  NOT NULL,
    at           BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    what         TEXT COLLATE "C" NOT NULL,
    by_actor     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, resident, what)
);
