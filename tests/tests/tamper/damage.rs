//! Every damage that `verify` must find, as a statement somebody with the database file in hand might run.

/// What is done to the file, and the place that must be named.
pub(crate) const DAMAGE: &[(&str, &str, &str)] = &[
    (
        "a record's bytes",
        "UPDATE record SET body = CAST(body || x'00' AS BLOB) WHERE ours AND seq = (SELECT max(seq) FROM record WHERE ours)",
        "record",
    ),
    (
        "a byte inside a record",
        "UPDATE record SET body = CAST(substr(body, 1, 12) || x'7f' || substr(body, 14) AS BLOB) WHERE ours AND seq = (SELECT max(seq) FROM record WHERE ours AND length(body) > 20)",
        "record",
    ),
    (
        "a record that is gone",
        "DELETE FROM record WHERE ours AND seq = (SELECT max(seq) FROM record WHERE ours)",
        "record",
    ),
    (
        "two records swapped",
        "UPDATE record SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE ours AND seq IN (3, 4)",
        "records 3",
    ),
    (
        "an amount",
        "UPDATE transfer SET amount = amount + 1 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "who paid",
        "UPDATE transfer SET debit = debit + 1 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a passbook's balance",
        "UPDATE transfer SET credit_after = credit_after + 1 WHERE ours AND seq = (SELECT min(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a passbook's link",
        "UPDATE transfer SET credit_prev = 0 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours AND credit_prev > 0)",
        "record",
    ),
    (
        "a movement that is gone",
        "DELETE FROM transfer WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a block's root",
        "UPDATE block SET root = zeroblob(32) WHERE ours AND height = 2",
        "block 2",
    ),
    (
        "a block's time",
        "UPDATE block SET at = at + 1 WHERE ours AND height = 2",
        "block 2",
    ),
    (
        "a block that is gone",
        "DELETE FROM block WHERE ours AND height = 2",
        "block 2",
    ),
    (
        "the last block",
        "DELETE FROM block WHERE ours AND height = (SELECT max(height) FROM block WHERE ours)",
        "block",
    ),
    (
        "the head",
        "UPDATE community SET hash = zeroblob(32) WHERE ours",
        "head",
    ),
    (
        "a balance",
        "UPDATE balance SET amount = amount + 1 WHERE ours AND lot = -1 AND amount > 0",
        "balance",
    ),
    (
        "a lot",
        "UPDATE balance SET lot = lot + 1 WHERE ours AND lot > 0",
        "balance",
    ),
    (
        "a counter",
        "DELETE FROM counter WHERE ours AND kind = 'waste.food'",
        "counter",
    ),
    (
        "a counter's month",
        "UPDATE counter SET month = month - 1 WHERE ours AND month = (SELECT min(month) FROM counter WHERE ours AND month > 0)",
        "counter",
    ),
    (
        "a counter's bytes",
        "UPDATE counter SET body = x'ff' WHERE ours AND month = 0 AND kind = 'waste.food'",
        "counter",
    ),
    (
        "who lives where",
        "UPDATE resident SET household = household + 1 WHERE ours AND resident = 1001",
        "resident",
    ),
    (
        "a star that nobody gave",
        "UPDATE resident SET traits = x'01047374617206' WHERE ours AND resident = 1002",
        "resident",
    ),
    (
        "bytes that are no traits",
        "UPDATE resident SET traits = x'ff' WHERE ours AND resident = 1003",
        "traits of resident",
    ),
    (
        "who a number is",
        "UPDATE person_of_resident SET person_id = (SELECT person_id FROM person_of_resident WHERE ours AND resident = 1002) WHERE ours AND resident = 1001",
        "resident 1001",
    ),
    (
        "an item",
        "DELETE FROM item WHERE ours AND code = 'salt'",
        "item",
    ),
    (
        "an order's code",
        "UPDATE orders SET code = '00000000' WHERE ours AND order_no = 1",
        "order",
    ),
    (
        "a closed order",
        "UPDATE orders SET state = 3, closed_at = 1 WHERE ours",
        "order",
    ),
    (
        "a reference",
        "UPDATE source_ref SET external_ref = 'other' WHERE ours AND external_ref IN (SELECT min(s.external_ref) FROM source_ref AS s WHERE s.community_id = source_ref.community_id)",
        "external reference",
    ),
    (
        "an answer to a reference",
        "UPDATE source_ref SET entry = entry + 1 WHERE ours AND external_ref IN (SELECT min(s.external_ref) FROM source_ref AS s WHERE s.community_id = source_ref.community_id)",
        "external reference",
    ),
    (
        "an answer to a key",
        "UPDATE idempotency SET entry = entry + 1 WHERE ours",
        "idempotency key",
    ),
    (
        "a rule set",
        "DELETE FROM rule_set WHERE ours AND no = 1",
        "rule set 1",
    ),
    (
        "a component",
        "UPDATE component SET bytes = CAST(bytes || x'00' AS BLOB)",
        "rule set",
    ),
    (
        "parameters",
        "UPDATE params SET json = json || ' '",
        "rule set",
    ),
    (
        "another rule set's row",
        "UPDATE rule_set SET body = (SELECT o.body FROM rule_set AS o WHERE o.community_id = rule_set.community_id AND o.no = 2) WHERE ours AND no = 1",
        "rule set",
    ),
    (
        "a component that is gone",
        "DELETE FROM component",
        "rule set",
    ),
    ("parameters that are gone", "DELETE FROM params", "rule set"),
    (
        "a movement's receiver",
        "UPDATE transfer SET credit = credit + 536870912 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a movement's lot",
        "UPDATE transfer SET to_lot = to_lot + 1 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours AND to_lot > 0)",
        "record",
    ),
    (
        "why it moved",
        "UPDATE transfer SET kind = 11 WHERE ours AND seq = (SELECT min(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "whose order moved it",
        "UPDATE transfer SET order_no = order_no + 1 WHERE ours AND order_no IS NOT NULL",
        "record",
    ),
    (
        "a movement turned into a reversal",
        "UPDATE transfer SET reverses = 1 WHERE ours AND seq = (SELECT min(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a giver's balance in the passbook",
        "UPDATE transfer SET debit_after = debit_after + 1 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "two movements swapped",
        "WITH b AS MATERIALIZED (SELECT min(seq) AS a, max(seq) AS z FROM transfer WHERE ours) UPDATE transfer SET seq = CASE seq WHEN (SELECT a FROM b) THEN -(SELECT z FROM b) ELSE -(SELECT a FROM b) END WHERE ours AND seq IN (SELECT a FROM b UNION ALL SELECT z FROM b)",
        "record",
    ),
    (
        "a record put in at the end",
        "INSERT INTO record (community_id, seq, kind, body) SELECT community_id, (SELECT next_seq FROM community WHERE ours), kind, body FROM record WHERE ours AND kind = 7 LIMIT 1",
        "record",
    ),
    (
        "a movement put in at the end",
        "INSERT INTO transfer SELECT community_id, (SELECT next_seq FROM community WHERE ours), entry, debit, credit, amount, from_lot, to_lot, kind, order_no, reverses, debit_after, debit_prev, credit_after, credit_prev FROM transfer WHERE ours LIMIT 1",
        "record",
    ),
    (
        "a block put in at the end",
        "INSERT INTO block SELECT community_id, height + 1, prev, root, first_seq, count, at, hash FROM block WHERE ours AND height = (SELECT max(height) FROM block WHERE ours)",
        "block",
    ),
    (
        "a block's records",
        "UPDATE block SET count = count + 1 WHERE ours AND height = 3",
        "block 3",
    ),
    (
        "a block's hash",
        "UPDATE block SET hash = zeroblob(32) WHERE ours AND height = 3",
        "block 3",
    ),
    (
        "two blocks swapped",
        "UPDATE block SET height = CASE height WHEN 2 THEN -3 ELSE -2 END WHERE ours AND height IN (2, 3)",
        "block 2",
    ),
    (
        "the next place",
        "UPDATE community SET next_seq = next_seq + 1 WHERE ours",
        "head",
    ),
    (
        "the newest instant",
        "UPDATE community SET last_at = last_at + 1 WHERE ours",
        "head",
    ),
    (
        "the next order",
        "UPDATE community SET next_order = next_order + 1 WHERE ours",
        "next order",
    ),
    (
        "whether anything was posted",
        "UPDATE community SET posted = 0 WHERE ours",
        "community",
    ),
    (
        "another community's settings",
        "UPDATE community SET settings = (SELECT o.settings FROM community AS o WHERE o.code = 'longshi') WHERE ours",
        "settings",
    ),
    (
        "a balance that is gone",
        "DELETE FROM balance WHERE ours AND account = (SELECT max(account) FROM balance WHERE ours)",
        "balance",
    ),
    (
        "a balance out of nothing",
        "INSERT INTO balance SELECT community_id, account + 536870912000, lot, amount, last FROM balance WHERE ours AND account = (SELECT max(account) FROM balance WHERE ours)",
        "balance",
    ),
    (
        "the end of a passbook",
        "UPDATE balance SET last = last - 1 WHERE ours AND account = (SELECT max(account) FROM balance WHERE ours)",
        "balance",
    ),
    (
        "a resident who is gone",
        "DELETE FROM resident WHERE ours AND resident = 1001",
        "resident",
    ),
    (
        "a resident out of nothing",
        "INSERT INTO resident SELECT community_id, 9999, household, traits FROM resident WHERE ours AND resident = 1001",
        "resident",
    ),
    (
        "nobody's number",
        "DELETE FROM person_of_resident WHERE ours AND resident = 1001",
        "resident 1001",
    ),
    (
        "a commitment's salt",
        "UPDATE person_of_resident SET salt = zeroblob(16) WHERE ours AND resident = 1001",
        "resident 1001",
    ),
    (
        "an item's code",
        "UPDATE item SET code = 'sugar' WHERE ours AND code = 'salt'",
        "item",
    ),
    (
        "an order's price",
        "UPDATE orders SET total = total - 1 WHERE ours",
        "order",
    ),
    (
        "an order's deadline",
        "UPDATE orders SET deadline = deadline + 30 WHERE ours",
        "order",
    ),
    (
        "a pick-up code",
        "UPDATE pickup_code SET code = '00000000' WHERE ours",
        "order",
    ),
    (
        "a pick-up code that is gone",
        "DELETE FROM pickup_code WHERE ours",
        "order",
    ),
    (
        "a pick-up code of no order",
        "INSERT INTO pickup_code SELECT community_id, order_no + 1000, salt, code FROM pickup_code WHERE ours",
        "order",
    ),
    (
        "a typed reference",
        "UPDATE reference_text SET text = text || '!' WHERE ours AND seq IN (SELECT min(t.seq) FROM reference_text AS t WHERE t.community_id = reference_text.community_id)",
        "record",
    ),
    (
        "an order that is gone",
        "DELETE FROM orders WHERE ours",
        "order",
    ),
    (
        "a reference that is gone",
        "DELETE FROM source_ref WHERE ours AND external_ref IN (SELECT min(s.external_ref) FROM source_ref AS s WHERE s.community_id = source_ref.community_id)",
        "external reference",
    ),
    (
        "a reference's content",
        "UPDATE source_ref SET input = zeroblob(32) WHERE ours AND external_ref IN (SELECT min(s.external_ref) FROM source_ref AS s WHERE s.community_id = source_ref.community_id)",
        "external reference",
    ),
    (
        "a reference out of nothing",
        "INSERT INTO source_ref SELECT community_id, source, 'NM-0', input, entry FROM source_ref WHERE ours AND external_ref IN (SELECT min(s.external_ref) FROM source_ref AS s WHERE s.community_id = source_ref.community_id)",
        "external reference",
    ),
    (
        "when a key was used",
        "UPDATE idempotency SET at = at + 1 WHERE ours",
        "idempotency key",
    ),
    (
        "a key out of nothing",
        "INSERT INTO idempotency SELECT community_id, actor, key || '-2', input, entry, at FROM idempotency WHERE ours LIMIT 1",
        "idempotency key",
    ),
    (
        "an event that is said to wait",
        "INSERT INTO waiting SELECT community_id, seq, 1 FROM record WHERE ours AND kind = 7 LIMIT 1",
        "waiting event",
    ),
    (
        "a text that is gone",
        "DELETE FROM text WHERE ours AND seq = (SELECT min(seq) FROM text WHERE ours)",
        "text",
    ),
    (
        "a text's salt",
        "UPDATE text SET salt = zeroblob(16) WHERE ours AND seq = (SELECT min(seq) FROM text WHERE ours)",
        "text",
    ),
    (
        "a text out of nothing",
        "INSERT INTO text SELECT community_id, (SELECT next_seq FROM community WHERE ours) - 1, salt, text FROM text WHERE ours LIMIT 1",
        "text",
    ),
    (
        "a text",
        "UPDATE text SET text = text || '!' WHERE ours AND seq = (SELECT min(seq) FROM text WHERE ours)",
        "text",
    ),
];
