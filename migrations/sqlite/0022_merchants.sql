-- Merchants of a community: shops of their own that hand goods over for points. What they handed over stands in the ledger,
-- item by item: the code of a merchant's item begins with the merchant's own and a dot. Here stands who they are, who works
-- there, and which months were signed off.

CREATE TABLE merchant (
    community_id INTEGER NOT NULL REFERENCES community,
    code         TEXT    NOT NULL,                             -- the beginning of its items' codes; never given twice
    title_zh     TEXT    NOT NULL,                             -- what it is called, for everybody to read
    title_en     TEXT    NOT NULL,
    place        TEXT    NOT NULL,                             -- where and when goods are picked up, for everybody to read
    phone        TEXT    NOT NULL,                             -- whom to call there, for everybody to read
    began_at     INTEGER NOT NULL,                             -- µs since 1970-01-01 UTC
    began_by     TEXT    NOT NULL,                             -- staff/3
    ended_at     INTEGER,                                      -- nothing new is ordered there since
    ended_by     TEXT,
    PRIMARY KEY (community_id, code)
) STRICT, WITHOUT ROWID;

-- Which merchant an account of staff works for: one, for good. Whoever works for none serves the community's own shop.
CREATE TABLE merchant_staff (
    community_id INTEGER NOT NULL REFERENCES community,
    staff_id     INTEGER NOT NULL,
    merchant     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    by_actor     TEXT    NOT NULL,
    PRIMARY KEY (community_id, staff_id)
) STRICT, WITHOUT ROWID;

-- A month of a merchant as it was signed off: by one, then by another.
CREATE TABLE merchant_statement (
    community_id INTEGER NOT NULL REFERENCES community,
    merchant     TEXT    NOT NULL,
    month        INTEGER NOT NULL,                             -- year * 12 + month - 1
    body         TEXT    NOT NULL,                             -- the numbers as they were signed, JSON
    first_at     INTEGER NOT NULL,                             -- µs since 1970-01-01 UTC
    first_by     TEXT    NOT NULL,
    second_at    INTEGER,                                      -- from here on nothing of it changes
    second_by    TEXT    CHECK (second_by IS NULL OR second_by <> first_by),
    PRIMARY KEY (community_id, merchant, month)
) STRICT, WITHOUT ROWID;
