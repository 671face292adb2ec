-- Who works here is sealed once a day and at each change: the newest such record of a ledger is found at once.
CREATE INDEX record_roster ON record (community_id, seq) WHERE kind = 26;
