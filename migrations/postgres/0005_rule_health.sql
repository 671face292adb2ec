-- How the rules are doing: the same tables as in sqlite/0005_rule_health.sql, which says what each column is for.

-- Rows are counted up again and again: room for that, and the new version stays on its page.
CREATE TABLE rule_tally (
    rule_set     BIGINT  NOT NULL CHECK (rule_set >= 1),
    bucket       BIGINT  NOT NULL CHECK (bucket BETWEEN 0 AND 65535),
    count        BIGINT  NOT NULL CHECK (count >= 0),
    community_id INTEGER NOT NULL,
    what         TEXT COLLATE "C" NOT NULL CHECK (length(what) BETWEEN 1 AND 100),
    PRIMARY KEY (community_id, rule_set, what, bucket)
) WITH (fillfactor = 50);

CREATE TABLE rule_health (
    rule_set      BIGINT  NOT NULL CHECK (rule_set >= 1),
    fault_at      BIGINT,
    parked_at     BIGINT,
    next_at       BIGINT,
    tries         BIGINT  NOT NULL CHECK (tries >= 0),
    community_id  INTEGER NOT NULL,
    fault_code    TEXT,
    fault_message TEXT,
    PRIMARY KEY (community_id, rule_set),
    CHECK ((fault_code IS NULL) = (fault_at IS NULL) AND (fault_code IS NULL) = (fault_message IS NULL)),
    CHECK ((parked_at IS NULL) = (next_at IS NULL))
);
