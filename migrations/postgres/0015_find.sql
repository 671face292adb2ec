-- By which words residents are found, as in sqlite/0015_find.sql, which says what each column is for. Compared byte by
-- byte, so that a beginning is a range of the key.
CREATE TABLE find_word (
    no           BIGINT   NOT NULL CHECK (no BETWEEN 0 AND 2147483647),
    community_id INTEGER  NOT NULL,
    what         SMALLINT NOT NULL CHECK (what IN (1, 2)),
    way          SMALLINT NOT NULL CHECK (way BETWEEN 0 AND 9),
    word         TEXT COLLATE "C" NOT NULL CHECK (length(word) BETWEEN 1 AND 40),
    PRIMARY KEY (community_id, word, what, no)
);
CREATE INDEX find_word_of ON find_word (community_id, what, no);

CREATE TABLE find_fill (
    after        BIGINT   NOT NULL,
    community_id INTEGER  NOT NULL PRIMARY KEY,
    what         SMALLINT NOT NULL CHECK (what IN (1, 2))
);
INSERT INTO find_fill (community_id, what, after) SELECT community_id, 1, -1 FROM community;
