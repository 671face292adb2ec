-- Periods being closed and closed: the same tables as in sqlite/0004_periods.sql, which says what each column is for.

CREATE TABLE period (
    community_id INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    period       TEXT COLLATE "C" NOT NULL CHECK (length(period) BETWEEN 4 AND 7),
    body         BYTEA   NOT NULL,
    PRIMARY KEY (community_id, period)
);

-- A row is changed once, when its holder is closed: room for that, and the new version stays on its page.
CREATE TABLE standing (
    cut          BIGINT  NOT NULL CHECK (cut >= 1),
    holder       BIGINT  NOT NULL CHECK (holder > 0),
    entry        BIGINT  NOT NULL CHECK (entry >= 0),
    community_id INTEGER NOT NULL,
    body         BYTEA   NOT NULL,
    PRIMARY KEY (community_id, cut, holder)
) WITH (fillfactor = 50);
