-- What the shop keeps beside the ledger: how an item looks, and who wants to be told when one is there again.

-- The photo of an item, as the host wrote it anew: small, without place, time and camera.
CREATE TABLE item_photo (
    community_id INTEGER NOT NULL REFERENCES community,
    item         TEXT    NOT NULL,                                          -- the item's code
    digest       BLOB    NOT NULL CHECK (length(digest) = 32),              -- SHA-256 of body, which is its address
    kept_at      INTEGER NOT NULL,                                          -- µs since 1970-01-01 UTC
    kept_by      TEXT    NOT NULL,                                          -- staff/3
    body         BLOB    NOT NULL CHECK (length(body) BETWEEN 1 AND 60000), -- a JPEG
    PRIMARY KEY (community_id, item)
) STRICT;

-- Who waits for an item that is sold out: as many of them as pieces lie on the shelf are told, whoever asked first before
-- the others. Goes with the order of the item, or when it is no longer wished.
CREATE TABLE item_wish (
    community_id INTEGER NOT NULL REFERENCES community,
    item         TEXT    NOT NULL,                                          -- the item's code
    resident     INTEGER NOT NULL,
    since        INTEGER NOT NULL,                                          -- µs since 1970-01-01 UTC
    PRIMARY KEY (community_id, item, resident)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_wish_turn ON item_wish (community_id, item, since, resident);
CREATE INDEX item_wish_own ON item_wish (community_id, resident, item);
