-- Cards of residents: the same table as in sqlite/0023_card.sql, which says what each column is for.
CREATE TABLE card (
    resident     BIGINT  NOT NULL,
    serial       BIGINT  NOT NULL CHECK (serial >= 1),
    made_at      BIGINT  NOT NULL,
    ended_at     BIGINT,
    community_id INTEGER NOT NULL,
    hash         BYTEA   NOT NULL CHECK (length(hash) = 32),
    made_by      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, resident, serial)
);
CREATE UNIQUE INDEX card_word ON card (community_id, hash);
