-- What reviewers are asked to look at: the same table as in sqlite/0013_mark.sql, which says what each column is for.

-- A row is changed once, when it was looked at: room for that on its page.
CREATE TABLE mark (
    entry        BIGINT  NOT NULL CHECK (entry >= 1),
    seen_at      BIGINT,
    seen_by      TEXT,
    community_id INTEGER NOT NULL,
    PRIMARY KEY (community_id, entry),
    CHECK ((seen_at IS NULL) = (seen_by IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX mark_open ON mark (community_id, entry) WHERE seen_at IS NULL;
