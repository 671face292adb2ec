-- Photos beside the ledger, each kept once under its digest, as the host wrote it anew: without place, time and camera.
CREATE TABLE photo (
    community_id INTEGER NOT NULL REFERENCES community,
    digest       BLOB    NOT NULL CHECK (length(digest) = 32),            -- SHA-256 of body
    kept_at      INTEGER NOT NULL,                                        -- µs since 1970-01-01 UTC
    loose        INTEGER NOT NULL CHECK (loose IN (0, 1)),                -- 1 until a step of a case has it: a form that was refused keeps its photos for a day
    body         BLOB    NOT NULL CHECK (length(body) BETWEEN 1 AND 300000), -- a JPEG
    PRIMARY KEY (community_id, digest)
) STRICT;
CREATE INDEX photo_loose ON photo (community_id, kept_at) WHERE loose = 1;

-- Which step of which case brought which photo. The commitment of the step holds the digest, so that the photo can go and
-- its proof stays. Goes when the person the case is about is erased, and the photo with its last case.
CREATE TABLE case_photo (
    community_id INTEGER NOT NULL REFERENCES community,
    case_no      INTEGER NOT NULL CHECK (case_no >= 1),
    step_no      INTEGER NOT NULL CHECK (step_no >= 0),
    place        INTEGER NOT NULL CHECK (place >= 0),          -- its place among those of the step
    key          TEXT    NOT NULL,                             -- the question, or `words`
    digest       BLOB    NOT NULL CHECK (length(digest) = 32), -- which photo
    PRIMARY KEY (community_id, case_no, step_no, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_photo_same ON case_photo (community_id, digest, case_no);
