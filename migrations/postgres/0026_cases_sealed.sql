-- Which steps of cases were sealed into a ledger: those records are found at once, and the steps of a span of time in order.
CREATE INDEX record_cases_sealed ON record (community_id, seq) WHERE kind = 34;
CREATE INDEX case_step_at ON case_step (community_id, at, case_no, step_no);
