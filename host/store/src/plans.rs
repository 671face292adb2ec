//! What the tests of both engines know about query plans: a filled ledger, which statements are hot, and which
//! tables grow with the years. How an engine tells its plan is its own business.

/// Rows of the large community in each table that grows; the neighbour has a hundredth.
const ROWS: u32 = 30_000;

/// The tables that grow with every event, order or resident.
pub(crate) const GROWING: [&str; 17] = [
    "record",
    "transfer",
    "block",
    "balance",
    "counter",
    "resident",
    "orders",
    "source_ref",
    "idempotency",
    "waiting",
    "text",
    "reference_text",
    "text_about",
    "pickup_code",
    "standing",
    "fate",
    "find_word",
];

/// Statements that walk over a community because that is what they are for, with how they begin: jobs, the cut-off of
/// a period, the list of what waits. No event, order or page waits for them.
const WALKS: [(&str, &str); 20] = [
    ("CODES", ""),
    // Once a day: whose points run out soon, and whose order has its last day.
    ("LOTS_BETWEEN", ""),
    ("TELL_LAST_DAY", ""),
    ("WRITTEN", ""),
    ("EVERYONE", ""),
    ("LAPSING", ""),
    ("PURGE_KEYS", ""),
    ("ALL", ""),
    ("ALL_CODES", ""),
    ("ALL_REFERENCES", ""),
    ("TEXTS_FROM", ""),
    ("WITHOUT_KEY", ""),
    ("OLD_TEXTS", ""),
    ("WAITING", "SELECT seq, rule_set"),
    ("TO_FILL", ""),
    ("OLD_PEOPLE", ""),
    ("OLD_HOUSEHOLDS", ""),
    // Reports about all people, or all orders of some days.
    ("COUNTED_OF", ""),
    ("LOTS", ""),
    ("ORDERS_OF_DAYS", ""),
];

/// Of these statements, those that an event, an order or a page waits for.
pub(crate) fn hot(
    lists: &[&'static [(&'static str, &'static str)]],
) -> Vec<(&'static str, &'static str)> {
    let all = lists.iter().flat_map(|list| list.iter().copied());
    let hot: Vec<_> = all
        .filter(|(name, text)| {
            let walks =
                |(statement, start): &(&str, &str)| statement == name && text.starts_with(start);
            !WALKS.iter().any(walks) && !text.starts_with("BEGIN")
        })
        .collect();
    assert!(hot.len() > 35, "only {} statements were found", hot.len());
    hot
}

/// Fills a ledger; `hash` is how the engine writes 32 bytes of nothing.
pub(crate) fn fill(hash: &str) -> Vec<String> {
    let columns = [
        ("record", "seq, kind, body", format!("i, 1, {hash}")),
        (
            "transfer",
            "seq, entry, debit, credit, amount, from_lot, to_lot, kind, debit_after, debit_prev, credit_after, \
             credit_prev",
            "i + 1, i, 1 + i % 900, 1000 + i % 900, 5, 0, 0, 1, 0, 0, 0, 0".to_owned(),
        ),
        (
            "block",
            "height, prev, root, first_seq, count, at, hash",
            format!("i, {hash}, {hash}, i, 1, i, {hash}"),
        ),
        ("balance", "account, lot, amount, last", "i, i % 3 - 1, 5, 1".to_owned()),
        ("counter", "subject, kind, month, body", format!("i / 9, 'waste', i % 9, {hash}")),
        ("resident", "resident, household", "i, i / 3".to_owned()),
        (
            "orders",
            "order_no, entry, resident, household, lines, total, held, code, placed_on, deadline, state, closed_at, \
             closed_by",
            "i, i, i % 900, i % 300, '[]', 5, '[]', 'c' || i, 1, 2, CASE WHEN i % 50 = 0 THEN 1 ELSE 2 END, \
             CASE WHEN i % 50 = 0 THEN NULL ELSE 9 END, CASE WHEN i % 50 = 0 THEN NULL ELSE 'shop' END"
                .to_owned(),
        ),
        ("source_ref", "source, external_ref, input, entry", format!("'scale', 'r' || i, {hash}, i")),
        ("idempotency", "actor, key, input, entry, at", format!("'resident/' || (i % 900), 'k' || i, {hash}, i, i")),
        (
            "text",
            "seq, salt, text",
            format!("i, substr({hash}, 1, 16), 'x'"),
        ),
        (
            "reference_text",
            "seq, salt, text",
            format!("i, substr({hash}, 1, 16), 'x'"),
        ),
        ("text_about", "about, seq", "i % 900, i".to_owned()),
        (
            "pickup_code",
            "order_no, salt, code",
            format!("i, substr({hash}, 1, 16), 'c' || i"),
        ),
        ("waiting", "seq, rule_set", "i, 1".to_owned()),
        (
            "find_word",
            "word, what, no, way",
            "'w' || i, 1 + i % 2, i, i % 7".to_owned(),
        ),
        ("standing", "cut, holder, entry, body", format!("1 + i % 9, i, i % 2, {hash}")),
        (
            "fate",
            "entry, state, by_entry, until",
            "i, CASE WHEN i % 50 = 0 THEN 4 ELSE 9 END, i, CASE WHEN i % 50 = 0 THEN i ELSE NULL END".to_owned(),
        ),
    ];
    let mut all = vec![
        format!("INSERT INTO community (code, hash) VALUES ('large', {hash}), ('small', {hash})"),
        format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) \
             INSERT INTO community (code, hash) SELECT 'empty-' || i, {hash} FROM n"
        ),
    ];
    for (table, columns, values) in columns {
        for (community, rows) in [("large", ROWS), ("small", ROWS / 100)] {
            all.push(format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
                 INSERT INTO {table} (community_id, {columns}) \
                 SELECT (SELECT community_id FROM community WHERE code = '{community}'), {values} FROM n"
            ));
        }
    }
    all.push("ANALYZE".to_owned());
    all
}
