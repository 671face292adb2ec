-- Whether writing works: one row that is written when nothing else was for a while. No ledger reads it and no chain
-- holds it; it may be emptied at any time.
CREATE TABLE pulse (
    no INTEGER NOT NULL CHECK (no = 1), -- the one row
    at INTEGER NOT NULL,                -- when it was last written, microseconds since 1970-01-01 UTC
    PRIMARY KEY (no)
) STRICT;
