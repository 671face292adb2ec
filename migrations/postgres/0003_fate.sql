-- What became of entries: the same table as in sqlite/0003_fate.sql, which says what each column is for.

-- A row is changed a few times, when its entry is approved, posted or reversed: room for that on its page.
CREATE TABLE fate (
    entry        BIGINT  NOT NULL CHECK (entry >= 1),
    state        BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 9),
    by_entry     BIGINT  NOT NULL CHECK (by_entry >= entry),
    until        BIGINT,
    community_id INTEGER NOT NULL,
    PRIMARY KEY (community_id, entry),
    CHECK (state NOT BETWEEN 4 AND 8 OR until IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX fate_by_state ON fate (community_id, state, until, entry);
