-- Merchants: the same tables as in sqlite/0022_merchants.sql, which says what each column is for.
CREATE TABLE merchant (
    began_at     BIGINT  NOT NULL,
    ended_at     BIGINT,
    community_id INTEGER NOT NULL,
    code         TEXT COLLATE "C" NOT NULL,
    title_zh     TEXT    NOT NULL,
    title_en     TEXT    NOT NULL,
    place        TEXT    NOT NULL,
    phone        TEXT    NOT NULL,
    began_by     TEXT COLLATE "C" NOT NULL,
    ended_by     TEXT COLLATE "C",
    PRIMARY KEY (community_id, code)
);

CREATE TABLE merchant_staff (
    staff_id     BIGINT  NOT NULL,
    at           BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    merchant     TEXT COLLATE "C" NOT NULL,
    by_actor     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, staff_id)
);

CREATE TABLE merchant_statement (
    month        BIGINT  NOT NULL,
    first_at     BIGINT  NOT NULL,
    second_at    BIGINT,
    community_id INTEGER NOT NULL,
    merchant     TEXT COLLATE "C" NOT NULL,
    body         TEXT    NOT NULL,
    first_by     TEXT COLLATE "C" NOT NULL,
    second_by    TEXT COLLATE "C" CHECK (second_by IS NULL OR second_by <> first_by),
    PRIMARY KEY (community_id, merchant, month)
);
