-- What residents are told, and how: the same tables as in sqlite/0025_message.sql, which says what each column is for.
CREATE TABLE message (
    resident     BIGINT  NOT NULL,
    kind         BIGINT  NOT NULL CHECK (kind BETWEEN 1 AND 12),
    about        BIGINT  NOT NULL,
    part         BIGINT  NOT NULL,
    amount       BIGINT  NOT NULL,
    at           BIGINT  NOT NULL,
    state        BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 4),
    tries        BIGINT  NOT NULL,
    next_at      BIGINT,
    community_id INTEGER NOT NULL,
    PRIMARY KEY (community_id, resident, kind, about, part)
);
CREATE INDEX message_next ON message (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX message_of ON message (community_id, resident, at);
CREATE TABLE message_choice (
    resident     BIGINT  NOT NULL,
    off          BIGINT  NOT NULL,
    send         BIGINT  NOT NULL CHECK (send IN (0, 1)),
    quiet_from   BIGINT  NOT NULL,
    quiet_until  BIGINT  NOT NULL,
    seen_at      BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    PRIMARY KEY (community_id, resident)
);
