-- Photos beside the ledger: the same tables as in sqlite/0017_attachments.sql, which says what each column is for. A JPEG
-- can't be pressed any further: it is stored outside the row as it is.
CREATE TABLE photo (
    kept_at      BIGINT  NOT NULL,
    loose        BIGINT  NOT NULL CHECK (loose IN (0, 1)),
    community_id INTEGER NOT NULL,
    digest       BYTEA   NOT NULL CHECK (length(digest) = 32),
    body         BYTEA   NOT NULL CHECK (length(body) BETWEEN 1 AND 300000),
    PRIMARY KEY (community_id, digest)
);
ALTER TABLE photo ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX photo_loose ON photo (community_id, kept_at) WHERE loose = 1;

CREATE TABLE case_photo (
    case_no      BIGINT  NOT NULL CHECK (case_no >= 1),
    step_no      BIGINT  NOT NULL CHECK (step_no >= 0),
    place        BIGINT  NOT NULL CHECK (place >= 0),
    community_id INTEGER NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    digest       BYTEA   NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (community_id, case_no, step_no, place)
);
CREATE INDEX case_photo_same ON case_photo (community_id, digest, case_no);
