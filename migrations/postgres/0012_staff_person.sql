-- Which person a member of staff is: as in sqlite/0012_staff_person.sql, which says what it is for.
ALTER TABLE staff ADD COLUMN person_id BIGINT;
CREATE INDEX staff_by_person ON staff (person_id) WHERE person_id IS NOT NULL;
