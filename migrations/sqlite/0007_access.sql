-- Coming in and coming back: tries that are counted before a PIN is looked at, browsers that signed in before, and who
-- set whose PIN anew.

-- The pauses of before go: they were counted by the text that was typed, so rows could be made without end.
DROP TABLE sign_in_delay;

-- A try is taken here before the PIN is compared, in one statement, and given back when it was right: however many
-- come at once, from however many hosts, each is counted. Bounded: a subject is an account, one of a fixed number of
-- buckets for accounts that nobody has, a known browser, or a community. A job removes what is old.
CREATE TABLE sign_in_try (
    scope   TEXT    NOT NULL,                                -- what is counted: person, staff, unknown, browser, community
    subject TEXT    NOT NULL,                                -- of which; a number, never what somebody typed
    tries   INTEGER NOT NULL CHECK (tries >= 0),             -- taken and not given back
    next_at INTEGER NOT NULL,                                -- the next try counts from here on; of a budget, when it is full again
    seen_at INTEGER NOT NULL,                                -- the newest try that was let through
    PRIMARY KEY (scope, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_try_by_age ON sign_in_try (seen_at);

-- A browser in which somebody signed in: it knows a long random word of which only the hash stands here. Others' wrong
-- tries never keep it out. Two people who share a telephone have a row each.
CREATE TABLE browser (
    browser_id INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('person', 'staff')),
    subject_id INTEGER NOT NULL,                             -- person_id or staff_id, by kind
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),   -- of the word, which only the browser has
    label      TEXT    NOT NULL CHECK (length(label) <= 60), -- which program on which system, one of a few words of ours
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,                             -- the newest sign-in
    UNIQUE (kind, subject_id, hash)
) STRICT;
CREATE INDEX browser_by_age ON browser (seen_at);

-- In which browser a session is; NULL for those that began before there was this column.
ALTER TABLE session ADD COLUMN browser_id INTEGER;
CREATE INDEX session_by_browser ON session (browser_id) WHERE browser_id IS NOT NULL;

-- Who let whom in again, or no longer: only ever added to, and told to the person.
CREATE TABLE access_record (
    record_id    INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    community_id INTEGER NOT NULL REFERENCES community,      -- where it was done
    what         TEXT    NOT NULL CHECK (length(what) BETWEEN 1 AND 48), -- a word of the host: secret, unlock, disable, …
    kind         TEXT    NOT NULL CHECK (kind IN ('person', 'staff')), -- to whom
    subject_id   INTEGER NOT NULL,                           -- person_id or staff_id, by kind
    by_staff     INTEGER,                                    -- staff_id; NULL: on the command line, in nobody's name
    detail       TEXT    NOT NULL CHECK (length(detail) <= 200) -- a role: from, to; empty where there is nothing more
) STRICT;
CREATE INDEX access_record_by_subject ON access_record (kind, subject_id);
CREATE INDEX access_record_by_community ON access_record (community_id);

-- The newest record above that the person was told of on the home page.
ALTER TABLE person ADD COLUMN access_told INTEGER NOT NULL DEFAULT 0;
