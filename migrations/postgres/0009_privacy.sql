-- How people stand in public lists, and who read what is kept about them: as in sqlite/0009_privacy.sql, which says what
-- each column is for.
ALTER TABLE person_of_resident ADD COLUMN listing BIGINT NOT NULL DEFAULT 0 CHECK (listing BETWEEN 0 AND 2);
ALTER TABLE person ADD COLUMN minor BOOLEAN NOT NULL DEFAULT FALSE;

-- Lines are counted up: room for that on their page.
CREATE TABLE read_log (
    resident     BIGINT  NOT NULL CHECK (resident BETWEEN 0 AND 2147483647),
    hour         BIGINT  NOT NULL,
    last_at      BIGINT  NOT NULL,
    reads        BIGINT  NOT NULL CHECK (reads >= 1),
    community_id INTEGER NOT NULL REFERENCES community,
    reader       TEXT COLLATE "C" NOT NULL CHECK (length(reader) BETWEEN 1 AND 48),
    kind         TEXT COLLATE "C" NOT NULL CHECK (length(kind) BETWEEN 1 AND 48),
    door         TEXT COLLATE "C" NOT NULL CHECK (length(door) BETWEEN 1 AND 48),
    PRIMARY KEY (community_id, resident, hour, reader, kind, door)
) WITH (fillfactor = 80);
CREATE INDEX read_log_by_hour ON read_log (hour);
