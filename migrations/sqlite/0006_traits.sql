-- The traits of a resident, set by staff: coarse numbers that rules may ask for, such as a star level. Derived from
-- the records of kind 24, which begin an entry although their number is above 19: those below were used up.
ALTER TABLE resident ADD COLUMN traits BLOB NOT NULL DEFAULT x''; -- canonical list, empty for none
