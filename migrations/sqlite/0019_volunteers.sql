-- Teams of volunteers, and certificates of their hours. Hours stand in the ledger; a certificate is what was read there on a
-- day, with the name of whoever answers for it.

-- A team: people who serve together, or a unit that reports to the community.
CREATE TABLE team (
    community_id INTEGER NOT NULL REFERENCES community,
    team_no      INTEGER NOT NULL CHECK (team_no >= 1),        -- from 1 on in each community
    sort         INTEGER NOT NULL CHECK (sort BETWEEN 1 AND 4), -- reporting unit, students, organisation, residents
    title        TEXT    NOT NULL,                             -- for everybody to read
    contact      TEXT    NOT NULL,                             -- for staff to read
    year_minutes INTEGER NOT NULL CHECK (year_minutes >= 0),   -- what it means to serve in a year; 0 for no target
    closed       INTEGER NOT NULL CHECK (closed IN (0, 1)),    -- nobody joins it any more
    made_at      INTEGER NOT NULL,                             -- µs since 1970-01-01 UTC
    made_by      TEXT    NOT NULL,                             -- staff/3
    token        TEXT    NOT NULL,                             -- of the form that made it: the same form makes one
    PRIMARY KEY (community_id, team_no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX team_once ON team (community_id, made_by, token);

-- Who belongs to it, from which day until which.
CREATE TABLE team_member (
    community_id INTEGER NOT NULL REFERENCES community,
    team_no      INTEGER NOT NULL CHECK (team_no >= 1),
    resident     INTEGER NOT NULL,
    since        INTEGER NOT NULL,                             -- the first day, since 1970-01-01
    until        INTEGER,                                      -- the last day; NULL for those who belong to it now
    by_actor     TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (community_id, team_no, resident, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_member_resident ON team_member (community_id, resident, team_no);

-- A certificate of hours, from the wish to its issue. A correction is a new revision of the same number.
CREATE TABLE certificate (
    community_id   INTEGER NOT NULL REFERENCES community,
    certificate_no INTEGER NOT NULL CHECK (certificate_no >= 1), -- from 1 on in each community
    revision       INTEGER NOT NULL CHECK (revision >= 1),
    resident       INTEGER NOT NULL,
    team           INTEGER,                                    -- the team for which it was asked, with others
    state          INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6), -- asked, checked, issued, replaced, refused, withdrawn
    from_day       INTEGER NOT NULL,                           -- its period, days since 1970-01-01, both included
    to_day         INTEGER NOT NULL CHECK (to_day >= from_day),
    minutes        INTEGER NOT NULL CHECK (minutes >= 0),      -- as the ledger had them when it was checked, then issued
    asked_at       INTEGER NOT NULL,                           -- µs since 1970-01-01 UTC
    asked_by       TEXT    NOT NULL,
    checked_at     INTEGER,
    checked_by     TEXT,
    notice_until   INTEGER,                                    -- the last day on which it can be objected to
    issued_at      INTEGER,
    issued_by      TEXT,
    number         TEXT,                                       -- as printed; of all its revisions the same
    statement      BLOB,                                       -- what was signed; it goes when its holder is erased
    told           TEXT    NOT NULL,                           -- why it was refused or withdrawn
    token          TEXT    NOT NULL,                           -- of the form that asked: the same form asks once
    PRIMARY KEY (community_id, certificate_no, revision)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX certificate_once ON certificate (community_id, asked_by, token);
CREATE INDEX certificate_number ON certificate (community_id, number, revision) WHERE number IS NOT NULL;
CREATE INDEX certificate_resident ON certificate (community_id, resident, certificate_no);
CREATE INDEX certificate_team ON certificate (community_id, team, certificate_no) WHERE team IS NOT NULL;
CREATE INDEX certificate_open ON certificate (community_id, certificate_no) WHERE state IN (1, 2);

ALTER TABLE activity_signup ADD COLUMN team INTEGER;      -- the team they come with
ALTER TABLE activity_presence ADD COLUMN first_at INTEGER; -- when it was confirmed first; NULL before this step
