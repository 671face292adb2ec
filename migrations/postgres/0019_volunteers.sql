-- Teams and certificates: the same tables as in sqlite/0019_volunteers.sql, which says what each column is for.
CREATE TABLE team (
    team_no      BIGINT  NOT NULL CHECK (team_no >= 1),
    sort         BIGINT  NOT NULL CHECK (sort BETWEEN 1 AND 4),
    year_minutes BIGINT  NOT NULL CHECK (year_minutes >= 0),
    closed       BIGINT  NOT NULL CHECK (closed IN (0, 1)),
    made_at      BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    title        TEXT    NOT NULL,
    contact      TEXT    NOT NULL,
    made_by      TEXT COLLATE "C" NOT NULL,
    token        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, team_no)
);
CREATE UNIQUE INDEX team_once ON team (community_id, made_by, token);

CREATE TABLE team_member (
    team_no      BIGINT  NOT NULL CHECK (team_no >= 1),
    resident     BIGINT  NOT NULL,
    since        BIGINT  NOT NULL,
    until        BIGINT,
    at           BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    by_actor     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, team_no, resident, since)
);
CREATE INDEX team_member_resident ON team_member (community_id, resident, team_no);

CREATE TABLE certificate (
    certificate_no BIGINT  NOT NULL CHECK (certificate_no >= 1),
    revision       BIGINT  NOT NULL CHECK (revision >= 1),
    resident       BIGINT  NOT NULL,
    team           BIGINT,
    state          BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 6),
    from_day       BIGINT  NOT NULL,
    to_day         BIGINT  NOT NULL CHECK (to_day >= from_day),
    minutes        BIGINT  NOT NULL CHECK (minutes >= 0),
    asked_at       BIGINT  NOT NULL,
    checked_at     BIGINT,
    notice_until   BIGINT,
    issued_at      BIGINT,
    community_id   INTEGER NOT NULL,
    asked_by       TEXT COLLATE "C" NOT NULL,
    checked_by     TEXT COLLATE "C",
    issued_by      TEXT COLLATE "C",
    number         TEXT COLLATE "C",
    statement      BYTEA,
    told           TEXT    NOT NULL,
    token          TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (community_id, certificate_no, revision)
);
CREATE UNIQUE INDEX certificate_once ON certificate (community_id, asked_by, token);
CREATE INDEX certificate_number ON certificate (community_id, number, revision) WHERE number IS NOT NULL;
CREATE INDEX certificate_resident ON certificate (community_id, resident, certificate_no);
CREATE INDEX certificate_team ON certificate (community_id, team, certificate_no) WHERE team IS NOT NULL;
CREATE INDEX certificate_open ON certificate (community_id, certificate_no) WHERE state IN (1, 2);

ALTER TABLE activity_signup ADD COLUMN team BIGINT;
ALTER TABLE activity_presence ADD COLUMN first_at BIGINT;
