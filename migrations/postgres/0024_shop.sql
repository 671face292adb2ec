-- The shop beside the ledger: the same tables as in sqlite/0024_shop.sql, which says what each column is for.
CREATE TABLE item_photo (
    kept_at      BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    item         TEXT COLLATE "C" NOT NULL,
    digest       BYTEA   NOT NULL CHECK (length(digest) = 32),
    kept_by      TEXT COLLATE "C" NOT NULL,
    body         BYTEA   NOT NULL CHECK (length(body) BETWEEN 1 AND 60000),
    PRIMARY KEY (community_id, item)
);

CREATE TABLE item_wish (
    resident     BIGINT  NOT NULL,
    since        BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    item         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, item, resident)
);
CREATE INDEX item_wish_turn ON item_wish (community_id, item, since, resident);
CREATE INDEX item_wish_own ON item_wish (community_id, resident, item);
