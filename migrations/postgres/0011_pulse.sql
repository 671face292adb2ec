-- Whether writing works: the same table as in sqlite/0011_pulse.sql, which says what each column is for.

-- One row that is written again and again: room for its new version on its page.
CREATE TABLE pulse (
    no BIGINT NOT NULL CHECK (no = 1),
    at BIGINT NOT NULL,
    PRIMARY KEY (no)
) WITH (fillfactor = 10);
