-- Which configuration was taken over, when and by whom: those records of a ledger are found at once.
CREATE INDEX record_configured ON record (community_id, seq) WHERE kind = 31;
