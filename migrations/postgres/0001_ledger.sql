-- The ledger of every community, the same tables as in sqlite/0001_ledger.sql: what a column means is said there once;
-- here stands what is different on this engine, and why.
--
-- * A column is as wide as what the program reads: BIGINT for places, accounts and amounts, INTEGER for days and
--   months, SMALLINT for kinds. Wide columns stand before narrow ones, so that no bytes are lost to alignment.
-- * Names and keys are compared byte by byte (COLLATE "C"): the same order as SQLite, on every server.
-- * The tables of the write path have no foreign key to `community`: each row would cost a look-up and a row lock, and
--   the one statement that fills them takes the number from the head row that it has just advanced.
-- * `community_id` leads every key, so an engine that shards by tenant can distribute by it.

CREATE TABLE community (
    community_id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code         TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 48),
    height       BIGINT  NOT NULL DEFAULT 0 CHECK (height >= 0),
    hash         BYTEA   NOT NULL CHECK (length(hash) = 32),
    next_seq     BIGINT  NOT NULL DEFAULT 1 CHECK (next_seq >= 1),
    last_at      BIGINT  NOT NULL DEFAULT 0,
    next_order   BIGINT  NOT NULL DEFAULT 1 CHECK (next_order >= 1),
    posted       BOOLEAN NOT NULL DEFAULT FALSE,
    settings     BYTEA
-- One row per community, changed by every commit: room on its page keeps all versions there, without touching an index.
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE record (
    seq          BIGINT   NOT NULL CHECK (seq >= 1),
    community_id INTEGER  NOT NULL,
    kind         SMALLINT NOT NULL CHECK (kind BETWEEN 1 AND 29),
    body         BYTEA    NOT NULL,
    PRIMARY KEY (community_id, seq)
);
-- A body is read as often as it is written and hashes do not compress: try it for large ones only.
ALTER TABLE record ALTER COLUMN body SET STORAGE MAIN;

CREATE TABLE transfer (
    seq          BIGINT   NOT NULL CHECK (seq >= 1),
    entry        BIGINT   NOT NULL CHECK (entry >= 1 AND entry < seq),
    debit        BIGINT   NOT NULL CHECK (debit > 0),
    credit       BIGINT   NOT NULL CHECK (credit > 0 AND credit <> debit),
    amount       BIGINT   NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
    debit_after  BIGINT   NOT NULL,
    debit_prev   BIGINT   NOT NULL CHECK (debit_prev >= 0 AND debit_prev < seq),
    credit_after BIGINT   NOT NULL,
    credit_prev  BIGINT   NOT NULL CHECK (credit_prev >= 0 AND credit_prev < seq),
    community_id INTEGER  NOT NULL,
    from_lot     INTEGER  NOT NULL CHECK (from_lot >= 0),
    to_lot       INTEGER  NOT NULL CHECK (to_lot >= 0),
    kind         SMALLINT NOT NULL CHECK (kind BETWEEN 1 AND 99),
    order_no     BIGINT   CHECK (order_no >= 1),             -- NULL takes no room
    reverses     BIGINT   CHECK (reverses >= 1),
    PRIMARY KEY (community_id, seq)
);

CREATE TABLE block (
    height       BIGINT  NOT NULL CHECK (height >= 1),
    first_seq    BIGINT  NOT NULL CHECK (first_seq >= 1),
    count        BIGINT  NOT NULL CHECK (count >= 1),
    at           BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    prev         BYTEA   NOT NULL CHECK (length(prev) = 32),
    root         BYTEA   NOT NULL CHECK (length(root) = 32),
    hash         BYTEA   NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (community_id, height)
);

-- By statement, not by row: it costs nothing where nobody tries.
CREATE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a % never changes and is never removed', TG_TABLE_NAME; END $$;
CREATE TRIGGER record_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON record
    FOR EACH STATEMENT EXECUTE FUNCTION never_changes();
CREATE TRIGGER transfer_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
    FOR EACH STATEMENT EXECUTE FUNCTION never_changes();
CREATE TRIGGER block_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON block
    FOR EACH STATEMENT EXECUTE FUNCTION never_changes();

-- Changed by every award: a third of each page stays free, so that a new version stays on the page of the old one and
-- no index is touched.
CREATE TABLE balance (
    account      BIGINT  NOT NULL CHECK (account > 0),
    amount       BIGINT  NOT NULL CHECK (amount BETWEEN -1000000000000 AND 1000000000000),
    last         BIGINT  NOT NULL CHECK (last >= 1),
    community_id INTEGER NOT NULL,
    lot          INTEGER NOT NULL CHECK (lot >= -1),
    PRIMARY KEY (community_id, account, lot),
    CHECK (lot = -1 OR amount <> 0)
) WITH (fillfactor = 65);

CREATE TABLE counter (
    subject      BIGINT  NOT NULL CHECK (subject >= 0),
    community_id INTEGER NOT NULL,
    month        INTEGER NOT NULL CHECK (month >= 0),
    kind         TEXT COLLATE "C" NOT NULL,
    body         BYTEA   NOT NULL,
    PRIMARY KEY (community_id, subject, kind, month)
) WITH (fillfactor = 65);

CREATE TABLE resident (
    resident     BIGINT  NOT NULL CHECK (resident BETWEEN 0 AND 2147483647),
    household    BIGINT  NOT NULL CHECK (household BETWEEN 0 AND 2147483647),
    community_id INTEGER NOT NULL,
    PRIMARY KEY (community_id, resident)
);
CREATE INDEX resident_by_household ON resident (community_id, household);

CREATE TABLE item (
    item_no      BIGINT  NOT NULL CHECK (item_no >= 1),
    community_id INTEGER NOT NULL,
    code         TEXT COLLATE "C" NOT NULL,
    body         BYTEA   NOT NULL,
    PRIMARY KEY (community_id, item_no),
    UNIQUE (community_id, code)
);

CREATE TABLE orders (
    order_no     BIGINT  NOT NULL CHECK (order_no >= 1),
    entry        BIGINT  NOT NULL CHECK (entry >= 1),
    resident     BIGINT  NOT NULL,
    household    BIGINT  NOT NULL,
    total        BIGINT  NOT NULL CHECK (total >= 0),
    placed_on    BIGINT  NOT NULL,
    deadline     BIGINT  NOT NULL CHECK (deadline >= placed_on),
    state        BIGINT  NOT NULL CHECK (state BETWEEN 1 AND 4),
    closed_at    BIGINT,
    community_id INTEGER NOT NULL,
    lines        TEXT    NOT NULL,                           -- TEXT and not JSONB: never read apart, kept as written
    held         TEXT    NOT NULL,
    code         TEXT COLLATE "C" NOT NULL,
    closed_by    TEXT,
    PRIMARY KEY (community_id, order_no),
    CHECK ((state = 1) = (closed_at IS NULL)),
    CHECK ((state = 2) = (closed_by IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX orders_by_code ON orders (community_id, code);
CREATE INDEX orders_by_resident ON orders (community_id, resident, order_no);
CREATE INDEX orders_by_household ON orders (community_id, household, order_no);
CREATE INDEX orders_open_by_deadline ON orders (community_id, deadline, order_no) WHERE state = 1;

CREATE TABLE source_ref (
    entry        BIGINT  NOT NULL CHECK (entry >= 1),
    community_id INTEGER NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    external_ref TEXT COLLATE "C" NOT NULL,
    input        BYTEA   NOT NULL CHECK (length(input) = 32),
    PRIMARY KEY (community_id, source, external_ref)
);

CREATE TABLE idempotency (
    entry        BIGINT  NOT NULL CHECK (entry >= 1),
    at           BIGINT  NOT NULL,
    community_id INTEGER NOT NULL,
    actor        TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    input        BYTEA   NOT NULL CHECK (length(input) = 32),
    PRIMARY KEY (community_id, actor, key)
);

CREATE TABLE waiting (
    seq          BIGINT  NOT NULL CHECK (seq >= 1),
    rule_set     BIGINT  NOT NULL CHECK (rule_set >= 1),
    community_id INTEGER NOT NULL,
    PRIMARY KEY (community_id, seq)
);

CREATE TABLE rule_set (
    no           BIGINT  NOT NULL CHECK (no >= 1),
    community_id INTEGER NOT NULL,
    body         BYTEA   NOT NULL,
    PRIMARY KEY (community_id, no)
);

CREATE TABLE text (
    seq          BIGINT  NOT NULL CHECK (seq >= 1),
    community_id INTEGER NOT NULL,
    salt         BYTEA   NOT NULL CHECK (length(salt) = 16),
    text         TEXT    NOT NULL,
    PRIMARY KEY (community_id, seq)
);

CREATE TABLE component (
    digest BYTEA PRIMARY KEY CHECK (length(digest) = 32),
    bytes  BYTEA NOT NULL
);
-- Compiled code compresses to a third; components are few and read at start.
CREATE TABLE params (
    digest BYTEA PRIMARY KEY CHECK (length(digest) = 32),
    json   TEXT NOT NULL
);
