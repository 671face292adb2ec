-- Inspections: the same tables as in sqlite/0021_inspections.sql, which says what each column is for.
CREATE TABLE inspection (
    inspection_no BIGINT  NOT NULL CHECK (inspection_no >= 1),
    state         BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 3),
    on_day        BIGINT  NOT NULL,
    due_at        BIGINT  NOT NULL,
    least         BIGINT  NOT NULL,
    most          BIGINT  NOT NULL CHECK (most > least),
    sent          BIGINT  NOT NULL CHECK (sent >= 0),
    opened_at     BIGINT  NOT NULL,
    community_id  INTEGER NOT NULL,
    opener        TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    title         TEXT    NOT NULL,
    token         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, inspection_no)
);
CREATE UNIQUE INDEX inspection_once ON inspection (community_id, opener, token);
CREATE INDEX inspection_open ON inspection (community_id, due_at) WHERE state = 1;

CREATE TABLE inspection_judge (
    inspection_no BIGINT  NOT NULL CHECK (inspection_no >= 1),
    judge_no      BIGINT  NOT NULL CHECK (judge_no BETWEEN 1 AND 9),
    household     BIGINT,
    sent_at       BIGINT,
    community_id  INTEGER NOT NULL,
    actor         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, inspection_no, judge_no)
);
CREATE UNIQUE INDEX inspection_judge_actor ON inspection_judge (community_id, actor, inspection_no);

CREATE TABLE inspection_place (
    inspection_no BIGINT  NOT NULL CHECK (inspection_no >= 1),
    resident      BIGINT  NOT NULL,
    household     BIGINT  NOT NULL,
    state         BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 3),
    entry         BIGINT,
    community_id  INTEGER NOT NULL,
    told          TEXT,
    PRIMARY KEY (community_id, inspection_no, resident)
);
CREATE INDEX inspection_place_waiting ON inspection_place (community_id, inspection_no, resident) WHERE state = 1;

CREATE TABLE inspection_score (
    inspection_no BIGINT  NOT NULL CHECK (inspection_no >= 1),
    judge_no      BIGINT  NOT NULL CHECK (judge_no BETWEEN 1 AND 9),
    resident      BIGINT  NOT NULL,
    points        BIGINT  NOT NULL,
    community_id  INTEGER NOT NULL,
    PRIMARY KEY (community_id, inspection_no, judge_no, resident)
);

CREATE TABLE case_paper (
    case_no      BIGINT  NOT NULL CHECK (case_no >= 1),
    step_no      BIGINT  NOT NULL CHECK (step_no >= 0),
    place        BIGINT  NOT NULL CHECK (place >= 0),
    community_id INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    digest       BYTEA   NOT NULL CHECK (length(digest) = 32),
    body         BYTEA   NOT NULL CHECK (length(body) BETWEEN 1 AND 5242880),
    PRIMARY KEY (community_id, case_no, step_no, place)
);
