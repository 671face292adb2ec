-- Which person a member of staff is, where that is known: nobody helps themselves, and two accounts of one person are one
-- person. NULL where nobody said it; emptied when that person's data is erased.
ALTER TABLE staff ADD COLUMN person_id INTEGER; -- of person; the account's own name stays
CREATE INDEX staff_by_person ON staff (person_id) WHERE person_id IS NOT NULL;
