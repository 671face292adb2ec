-- Cases beside the ledger: the same tables as in sqlite/0016_cases.sql, which says what each column is for.
CREATE TABLE case_kind (
    community_id INTEGER NOT NULL,
    digest       BYTEA   NOT NULL CHECK (length(digest) = 32),
    body         BYTEA   NOT NULL,
    PRIMARY KEY (community_id, digest)
);

-- A row is changed by each step: room for that on its page.
CREATE TABLE case_file (
    case_no      BIGINT  NOT NULL CHECK (case_no >= 1),
    opened_at    BIGINT  NOT NULL,
    resident     BIGINT,
    due          BIGINT  NOT NULL,
    next_at      BIGINT,
    steps        BIGINT  NOT NULL CHECK (steps >= 0),
    merged_into  BIGINT,
    entry        BIGINT,
    grp          BIGINT  NOT NULL CHECK (grp BETWEEN 1 AND 5),
    community_id INTEGER NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    digest       BYTEA   NOT NULL CHECK (length(digest) = 32),
    opener       TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    unit         TEXT COLLATE "C",
    token        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, case_no)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX case_file_once ON case_file (community_id, opener, token);
CREATE INDEX case_file_list ON case_file (community_id, grp, due, case_no);
CREATE INDEX case_file_resident ON case_file (community_id, resident, case_no);
CREATE INDEX case_file_opener ON case_file (community_id, opener, case_no);
CREATE INDEX case_file_next ON case_file (community_id, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE case_step (
    case_no      BIGINT  NOT NULL CHECK (case_no >= 1),
    step_no      BIGINT  NOT NULL CHECK (step_no >= 0),
    at           BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    actor        TEXT COLLATE "C" NOT NULL,
    word         TEXT COLLATE "C" NOT NULL,
    argument     TEXT COLLATE "C" NOT NULL,
    texts        BYTEA   NOT NULL CHECK (length(texts) IN (0, 32)),
    token        TEXT COLLATE "C",
    PRIMARY KEY (community_id, case_no, step_no)
);
CREATE UNIQUE INDEX case_step_once ON case_step (community_id, case_no, token) WHERE token IS NOT NULL;
CREATE TRIGGER case_step_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON case_step
    FOR EACH STATEMENT EXECUTE FUNCTION never_changes();

CREATE TABLE case_text (
    case_no      BIGINT  NOT NULL CHECK (case_no >= 1),
    step_no      BIGINT  NOT NULL CHECK (step_no >= 0),
    community_id INTEGER NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    text         TEXT    NOT NULL,
    salt         BYTEA   NOT NULL CHECK (length(salt) = 16),
    PRIMARY KEY (community_id, case_no, step_no, key)
);

CREATE TABLE case_effect (
    case_no      BIGINT  NOT NULL CHECK (case_no >= 1),
    step_no      BIGINT  NOT NULL CHECK (step_no >= 0),
    place        BIGINT  NOT NULL CHECK (place >= 0),
    entry        BIGINT,
    state        BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 3),
    community_id INTEGER NOT NULL,
    what         TEXT COLLATE "C" NOT NULL,
    told         TEXT COLLATE "C",
    PRIMARY KEY (community_id, case_no, step_no, place)
);
CREATE INDEX case_effect_waiting ON case_effect (community_id, case_no, step_no, place) WHERE state = 1;
