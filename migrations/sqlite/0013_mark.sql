-- Beside the ledger: decided events that their rule, or the host, asks a reviewer to look at, until one did. What is
-- marked stands in the records, too; who has looked at it stands here alone. One row for each such entry.
CREATE TABLE mark (
    community_id INTEGER NOT NULL REFERENCES community,
    entry        INTEGER NOT NULL CHECK (entry >= 1), -- the entry of the event
    seen_at      INTEGER,                             -- when a reviewer had looked at it, microseconds since 1970-01-01 UTC; NULL while nobody has
    seen_by      TEXT,                                -- who it was, as entries name actors
    PRIMARY KEY (community_id, entry),
    CHECK ((seen_at IS NULL) = (seen_by IS NULL))
) STRICT, WITHOUT ROWID;
-- What is open.
CREATE INDEX mark_open ON mark (community_id, entry) WHERE seen_at IS NULL;
