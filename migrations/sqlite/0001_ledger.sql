-- The ledger of every community. `community_id` leads every key, so that one community's rows lie together and an
-- engine that shards by tenant can hold them. Tables are STRICT: a text in a number's place is refused, not kept.
-- What is append-only says so with triggers; everything else can be rebuilt from it, and `verify` proves that.

-- The head row: the version of everything in a community. A commit changes it only if it is still the one that was
-- loaded, and nothing of the community is written otherwise.
CREATE TABLE community (
    community_id INTEGER PRIMARY KEY,                        -- short, because it stands in every key below
    code         TEXT    NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 48), -- the public name
    height       INTEGER NOT NULL DEFAULT 0 CHECK (height >= 0),    -- of the newest block, 0 for none
    hash         BLOB    NOT NULL CHECK (length(hash) = 32),        -- of the newest block, zeros for none
    next_seq     INTEGER NOT NULL DEFAULT 1 CHECK (next_seq >= 1),  -- the place of the next record
    last_at      INTEGER NOT NULL DEFAULT 0,                        -- µs; time never runs backwards in a ledger
    next_order   INTEGER NOT NULL DEFAULT 1 CHECK (next_order >= 1),
    posted       INTEGER NOT NULL DEFAULT 0 CHECK (posted IN (0, 1)), -- once 1, who holds points is fixed
    settings     BLOB                                        -- canonical record of the settings in force
) STRICT;

-- The journal but for movements: what was asked, and what followed, as the bytes that the chain hashes.
-- Clustered by its key: an entry is one range, and there is no second tree to write.
CREATE TABLE record (
    community_id INTEGER NOT NULL REFERENCES community,
    seq          INTEGER NOT NULL CHECK (seq >= 1),
    kind         INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 29), -- below 20 begins an entry; 30 is a movement
    body         BLOB    NOT NULL,
    PRIMARY KEY (community_id, seq)
) STRICT, WITHOUT ROWID;

-- Movements, in columns because passbooks read them. Their canonical bytes are made again from the columns.
-- `*_prev` links the movements of one account from the newest (`balance.last`) backwards: a passbook page is O(page)
-- without an index per account, which would cost two more tree writes for each movement.
CREATE TABLE transfer (
    community_id INTEGER NOT NULL REFERENCES community,
    seq          INTEGER NOT NULL CHECK (seq >= 1),
    entry        INTEGER NOT NULL CHECK (entry >= 1 AND entry < seq), -- the record that it followed from
    debit        INTEGER NOT NULL CHECK (debit > 0),         -- packed account that gives
    credit       INTEGER NOT NULL CHECK (credit > 0 AND credit <> debit), -- packed account that receives
    amount       INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
    from_lot     INTEGER NOT NULL CHECK (from_lot >= 0),     -- last good day, days since 1970-01-01; 0 for ever
    to_lot       INTEGER NOT NULL CHECK (to_lot >= 0),
    kind         INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 99),
    order_no     INTEGER CHECK (order_no >= 1),              -- NULL when no order moved it
    reverses     INTEGER CHECK (reverses >= 1),              -- the movement it takes back, NULL for none
    debit_after  INTEGER NOT NULL,                           -- balance afterwards: a page needs no sum
    debit_prev   INTEGER NOT NULL CHECK (debit_prev >= 0 AND debit_prev < seq),   -- 0: the account's first
    credit_after INTEGER NOT NULL,
    credit_prev  INTEGER NOT NULL CHECK (credit_prev >= 0 AND credit_prev < seq),
    PRIMARY KEY (community_id, seq)
) STRICT, WITHOUT ROWID;

-- The chain.
CREATE TABLE block (
    community_id INTEGER NOT NULL REFERENCES community,
    height       INTEGER NOT NULL CHECK (height >= 1),
    prev         BLOB    NOT NULL CHECK (length(prev) = 32),
    root         BLOB    NOT NULL CHECK (length(root) = 32), -- over all records of the commit, movements included
    first_seq    INTEGER NOT NULL CHECK (first_seq >= 1),
    count        INTEGER NOT NULL CHECK (count >= 1),
    at           INTEGER NOT NULL,
    hash         BLOB    NOT NULL CHECK (length(hash) = 32), -- kept too, so that a changed block names itself
    PRIMARY KEY (community_id, height)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER record_never_changes BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'a record never changes'); END;
CREATE TRIGGER record_never_goes BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'a record is never removed'); END;
CREATE TRIGGER transfer_never_changes BEFORE UPDATE ON transfer BEGIN SELECT RAISE(ABORT, 'a movement never changes'); END;
CREATE TRIGGER transfer_never_goes BEFORE DELETE ON transfer BEGIN SELECT RAISE(ABORT, 'a movement is never removed'); END;
CREATE TRIGGER block_never_changes BEFORE UPDATE ON block BEGIN SELECT RAISE(ABORT, 'a block never changes'); END;
CREATE TRIGGER block_never_goes BEFORE DELETE ON block BEGIN SELECT RAISE(ABORT, 'a block is never removed'); END;

-- Derived: what each account holds. Lot -1 is the total; every other row is the part that lasts to that day.
-- `last` is the newest movement of the account, the same in all its rows: a lot row that stayed behind is an emptied
-- lot, and is removed in the same commit.
CREATE TABLE balance (
    community_id INTEGER NOT NULL REFERENCES community,
    account      INTEGER NOT NULL CHECK (account > 0),
    lot          INTEGER NOT NULL CHECK (lot >= -1),
    amount       INTEGER NOT NULL CHECK (amount BETWEEN -1000000000000 AND 1000000000000),
    last         INTEGER NOT NULL CHECK (last >= 1),
    PRIMARY KEY (community_id, account, lot),
    CHECK (lot = -1 OR amount <> 0)
) STRICT, WITHOUT ROWID;

-- Derived: what rules may ask about the past, one row per subject, kind and month with its days inside.
CREATE TABLE counter (
    community_id INTEGER NOT NULL REFERENCES community,
    subject      INTEGER NOT NULL CHECK (subject >= 0),      -- packed; first, so one person's rows lie together
    kind         TEXT    NOT NULL,                           -- event kind, or item/<code>
    month        INTEGER NOT NULL CHECK (month >= 0),        -- year * 12 + month - 1; 0 for all time
    body         BLOB    NOT NULL,                           -- always read and written whole
    PRIMARY KEY (community_id, subject, kind, month)
) STRICT, WITHOUT ROWID;

-- Derived: who belongs where.
CREATE TABLE resident (
    community_id INTEGER NOT NULL REFERENCES community,
    resident     INTEGER NOT NULL CHECK (resident BETWEEN 0 AND 2147483647),
    household    INTEGER NOT NULL CHECK (household BETWEEN 0 AND 2147483647),
    PRIMARY KEY (community_id, resident)
) STRICT, WITHOUT ROWID;
CREATE INDEX resident_by_household ON resident (community_id, household);

-- Derived: the shop's items as last defined.
CREATE TABLE item (
    community_id INTEGER NOT NULL REFERENCES community,
    item_no      INTEGER NOT NULL CHECK (item_no >= 1),
    code         TEXT    NOT NULL,                           -- what rules and addresses call it
    body         BLOB    NOT NULL,                           -- canonical record
    PRIMARY KEY (community_id, item_no),
    UNIQUE (community_id, code)
) STRICT, WITHOUT ROWID;

-- Derived: orders and where they stand. The plural, because ORDER is a word of SQL.
CREATE TABLE orders (
    community_id INTEGER NOT NULL REFERENCES community,
    order_no     INTEGER NOT NULL CHECK (order_no >= 1),
    entry        INTEGER NOT NULL CHECK (entry >= 1),
    resident     INTEGER NOT NULL,
    household    INTEGER NOT NULL,
    lines        TEXT    NOT NULL CHECK (json_valid(lines)), -- [[item, pieces, points], …]: never read apart
    total        INTEGER NOT NULL CHECK (total >= 0),
    held         TEXT    NOT NULL CHECK (json_valid(held)),  -- [[lot, points], …]
    code         TEXT    NOT NULL,                           -- pick-up code
    placed_on    INTEGER NOT NULL,                           -- local day
    deadline     INTEGER NOT NULL CHECK (deadline >= placed_on), -- last local day to collect it
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- reserved, settled, cancelled, timed out
    closed_at    INTEGER,                                    -- when it left `reserved`
    closed_by    TEXT,                                       -- who handed it over
    PRIMARY KEY (community_id, order_no),
    CHECK ((state = 1) = (closed_at IS NULL)),
    CHECK ((state = 2) = (closed_by IS NOT NULL))
) STRICT, WITHOUT ROWID;
-- A code is never given twice in one community, not even after its order is closed: a replay of the whole ledger, in
-- which every order is known, must decide as the day itself did.
CREATE UNIQUE INDEX orders_by_code ON orders (community_id, code);
CREATE INDEX orders_by_resident ON orders (community_id, resident, order_no);
CREATE INDEX orders_by_household ON orders (community_id, household, order_no);
CREATE INDEX orders_open_by_deadline ON orders (community_id, deadline, order_no) WHERE state = 1;

-- Derived: external references, which count once for ever.
CREATE TABLE source_ref (
    community_id INTEGER NOT NULL REFERENCES community,
    source       TEXT    NOT NULL,
    external_ref TEXT    NOT NULL,
    input        BLOB    NOT NULL CHECK (length(input) = 32), -- the same reference with other content is noticed
    entry        INTEGER NOT NULL CHECK (entry >= 1),         -- the answer it got
    PRIMARY KEY (community_id, source, external_ref)
) STRICT, WITHOUT ROWID;

-- Derived: idempotency keys by actor.
CREATE TABLE idempotency (
    community_id INTEGER NOT NULL REFERENCES community,
    actor        TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    input        BLOB    NOT NULL CHECK (length(input) = 32),
    entry        INTEGER NOT NULL CHECK (entry >= 1),
    at           INTEGER NOT NULL,                           -- so that old keys can be dropped
    PRIMARY KEY (community_id, actor, key)
) STRICT, WITHOUT ROWID;

-- Derived: events whose rule gave no usable answer yet. The event itself is the record at `seq`.
CREATE TABLE waiting (
    community_id INTEGER NOT NULL REFERENCES community,
    seq          INTEGER NOT NULL CHECK (seq >= 1),
    rule_set     INTEGER NOT NULL CHECK (rule_set >= 1),
    PRIMARY KEY (community_id, seq)
) STRICT, WITHOUT ROWID;

-- Derived: every rule set ever activated.
CREATE TABLE rule_set (
    community_id INTEGER NOT NULL REFERENCES community,
    no           INTEGER NOT NULL CHECK (no >= 1),
    body         BLOB    NOT NULL,                           -- canonical record
    PRIMARY KEY (community_id, no)
) STRICT, WITHOUT ROWID;

-- Not derived and not in the chain: personal texts. A record holds only SHA-256(salt, text), so that a text can be
-- erased and the proof stays.
CREATE TABLE text (
    community_id INTEGER NOT NULL REFERENCES community,
    seq          INTEGER NOT NULL CHECK (seq >= 1),          -- the entry it belongs to
    salt         BLOB    NOT NULL CHECK (length(salt) = 16),
    text         TEXT    NOT NULL,
    PRIMARY KEY (community_id, seq)
) STRICT, WITHOUT ROWID;

-- The archive of rules, for all communities: old decisions are replayed with the bytes that made them.
CREATE TABLE component (
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32), -- SHA-256 of the bytes
    bytes  BLOB NOT NULL
) STRICT;
CREATE TABLE params (
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32), -- SHA-256 of the text
    json   TEXT NOT NULL                                     -- canonical JSON, kept byte for byte
) STRICT;
