-- By which words residents are found: parts of names, their sounds, ends of telephones, addresses. Derived from `person`
-- and `household_text`, written with them and gone with them, so that an erased name is found by nothing.
CREATE TABLE find_word (
    community_id INTEGER NOT NULL REFERENCES community,
    word         TEXT    NOT NULL CHECK (length(word) BETWEEN 1 AND 40), -- looked up by its beginning; # before a telephone backwards
    what         INTEGER NOT NULL CHECK (what IN (1, 2)),    -- 1 finds a resident, 2 a household
    no           INTEGER NOT NULL CHECK (no BETWEEN 0 AND 2147483647), -- whose number
    way          INTEGER NOT NULL CHECK (way BETWEEN 0 AND 9), -- by what: name, sound, part, …; the nearer, the smaller
    PRIMARY KEY (community_id, word, what, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX find_word_of ON find_word (community_id, what, no); -- for writing them anew and taking them away

-- How far the words of older programs' names are made; a community without a line has all of them.
CREATE TABLE find_fill (
    community_id INTEGER NOT NULL PRIMARY KEY REFERENCES community,
    what         INTEGER NOT NULL CHECK (what IN (1, 2)),    -- whose words are made now
    after        INTEGER NOT NULL                            -- the last number that has them; -1 before the first
) STRICT, WITHOUT ROWID;
INSERT INTO find_fill (community_id, what, after) SELECT community_id, 1, -1 FROM community;
