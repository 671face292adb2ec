-- What residents are shown of a coming change: the same table as in sqlite/0027_proposal.sql, which says what each column is for.
CREATE TABLE proposal (
    shown_at     BIGINT  NOT NULL,
    community_id INTEGER NOT NULL PRIMARY KEY,
    number       TEXT COLLATE "C" NOT NULL,
    body         TEXT COLLATE "C" NOT NULL,
    shown_by     TEXT COLLATE "C" NOT NULL
);
