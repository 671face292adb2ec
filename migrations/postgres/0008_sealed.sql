-- As in sqlite/0008_sealed.sql, which says what the tables and columns are for.
CREATE TABLE seal_key (
    community_id INTEGER NOT NULL PRIMARY KEY,
    key          BYTEA   NOT NULL CHECK (length(key) = 32)
);

CREATE TABLE pickup_code (
    order_no     BIGINT  NOT NULL CHECK (order_no >= 1),
    community_id INTEGER NOT NULL,
    salt         BYTEA   NOT NULL CHECK (length(salt) = 16),
    code         TEXT    NOT NULL,
    PRIMARY KEY (community_id, order_no)
);

CREATE TABLE reference_text (
    seq          BIGINT  NOT NULL CHECK (seq >= 1),
    community_id INTEGER NOT NULL,
    salt         BYTEA   NOT NULL CHECK (length(salt) = 16),
    text         TEXT    NOT NULL,
    PRIMARY KEY (community_id, seq)
);

CREATE TABLE text_about (
    about        BIGINT  NOT NULL,
    seq          BIGINT  NOT NULL CHECK (seq >= 1),
    community_id INTEGER NOT NULL,
    PRIMARY KEY (community_id, about, seq)
);

CREATE TABLE till_try (
    day          BIGINT  NOT NULL,
    wrong        BIGINT  NOT NULL CHECK (wrong >= 0),
    next_at      BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    actor        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, day, actor)
);
