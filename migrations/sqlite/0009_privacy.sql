-- How people stand in public lists, and who read what is kept about them. Nothing here is in a chain: it is theirs,
-- can be changed and erased, and readings are removed after some months.

-- In public lists of this community: 0 with a masked name, 1 with the name (only when the person said so), 2 not at all.
ALTER TABLE person_of_resident ADD COLUMN listing INTEGER NOT NULL DEFAULT 0 CHECK (listing BETWEEN 0 AND 2);

-- Whether staff said that this is a child, who stands in no public list. A mark and no date of birth: no more is needed,
-- and one that is forgotten hides a person instead of showing one.
ALTER TABLE person ADD COLUMN minor INTEGER NOT NULL DEFAULT 0 CHECK (minor IN (0, 1));

-- Readings of personal data by staff, devices and the terminal. The same reader, person, kind and way within one hour is
-- one line that counts.
CREATE TABLE read_log (
    community_id INTEGER NOT NULL REFERENCES community,
    resident     INTEGER NOT NULL CHECK (resident BETWEEN 0 AND 2147483647), -- whose
    hour         INTEGER NOT NULL,                           -- hours since 1970-01-01 UTC
    reader       TEXT    NOT NULL CHECK (length(reader) BETWEEN 1 AND 48), -- the actor's code, as in the journal
    kind         TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 48), -- balance, passbook, …; the host knows which there are
    door         TEXT    NOT NULL CHECK (length(door) BETWEEN 1 AND 48), -- page, api, terminal
    last_at      INTEGER NOT NULL,                           -- the newest of them
    reads        INTEGER NOT NULL CHECK (reads >= 1),        -- how many
    PRIMARY KEY (community_id, resident, hour, reader, kind, door)
) STRICT, WITHOUT ROWID;
CREATE INDEX read_log_by_hour ON read_log (hour);            -- for removing the old ones
