-- The change of a community's rule book that residents are shown before anybody brings it into force; one for each.
CREATE TABLE proposal (
    community_id INTEGER NOT NULL PRIMARY KEY REFERENCES community,
    number       TEXT    NOT NULL,      -- of the change that was tried
    body         TEXT    NOT NULL,      -- what came of it, as JSON: sentences, groups, and sums by number of household or resident
    shown_at     INTEGER NOT NULL,      -- µs since 1970-01-01 UTC
    shown_by     TEXT    NOT NULL       -- staff/3
) STRICT;
