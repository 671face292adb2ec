//! Which table holds something about a person, and how it goes when the person is erased. A test compares the list
//! with the tables that are really there: a new table has its answer here before it passes. It deletes nothing.

/// What a table has to do with people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Nothing but numbers, codes, hashes and times.
    Numbers,
    /// Texts about people, which an erasure removes: by which statement.
    Goes(&'static str),
    /// Texts that stay, and why.
    Stays(&'static str),
}

/// Every table, with its answer.
pub(crate) const TABLES: &[(&str, Holds)] = &[
    (
        "access_record",
        Holds::Goes("forget_access, with the person"),
    ),
    (
        "activity",
        Holds::Stays("what the office wrote for everybody to read"),
    ),
    ("activity_mark", Holds::Numbers),
    ("activity_presence", Holds::Numbers),
    (
        "activity_shift",
        Holds::Stays("what is done in a shift, for everybody to read"),
    ),
    ("activity_signup", Holds::Numbers),
    ("balance", Holds::Numbers),
    ("block", Holds::Numbers),
    ("browser", Holds::Goes("forget_access, with the person")),
    ("case_effect", Holds::Numbers),
    ("case_file", Holds::Numbers),
    (
        "case_kind",
        Holds::Stays("what the operator wrote about kinds of cases"),
    ),
    (
        "case_paper",
        Holds::Goes("forget_case_papers, with the person"),
    ),
    (
        "case_photo",
        Holds::Goes("forget_case_photos, with the person"),
    ),
    ("case_step", Holds::Numbers),
    (
        "case_text",
        Holds::Goes("forget_case_texts, with the person"),
    ),
    (
        "certificate",
        Holds::Goes("forget_certificates: the statement, which has the name, and the reasons"),
    ),
    (
        "clearance",
        Holds::Stays("names of trainings and their last day, under a number"),
    ),
    ("community", Holds::Numbers),
    ("card", Holds::Numbers),
    (
        "component",
        Holds::Stays("code of rules, which names its authors at most"),
    ),
    ("counter", Holds::Numbers),
    ("fate", Holds::Numbers),
    ("find_fill", Holds::Numbers),
    (
        "find_word",
        Holds::Goes("erase_person, put_household: with the name that it is made of"),
    ),
    ("household_text", Holds::Goes("put_household")),
    (
        "idempotency",
        Holds::Stays("keys that programs choose, for thirty days"),
    ),
    (
        "inspection",
        Holds::Stays("what an inspection is called, for judges and the inspected to read"),
    ),
    ("inspection_judge", Holds::Numbers),
    ("inspection_place", Holds::Numbers),
    ("inspection_score", Holds::Numbers),
    ("item", Holds::Stays("what the shop offers")),
    (
        "item_photo",
        Holds::Stays("how goods look, for everybody to see"),
    ),
    ("item_wish", Holds::Numbers),
    ("mark", Holds::Numbers),
    ("orders", Holds::Numbers),
    (
        "params",
        Holds::Stays("what the operator wrote about rules"),
    ),
    (
        "merchant",
        Holds::Stays("names of shops, and where and whom to call there: for everybody to read"),
    ),
    ("merchant_staff", Holds::Numbers),
    ("message", Holds::Goes("forget_messages, with the person")),
    (
        "message_choice",
        Holds::Goes("forget_messages, with the person"),
    ),
    ("merchant_statement", Holds::Numbers),
    ("period", Holds::Numbers),
    ("person", Holds::Goes("erase_person")),
    (
        "person_of_resident",
        Holds::Goes("forgotten, with the commit of the erasure"),
    ),
    (
        "proposal",
        Holds::Stays("a change of the rules in words, and sums under numbers, until the next one"),
    ),
    (
        "photo",
        Holds::Goes(
            "forget_case_photos, with the last case that has it; purge_photos, when none has",
        ),
    ),
    ("pickup_code", Holds::Goes("the end of the order")),
    ("pulse", Holds::Numbers),
    (
        "read_log",
        Holds::Goes("forgotten with the person, by readings::forget"),
    ),
    (
        "record",
        Holds::Stays(
            "the chain: see Record::personal; texts only in references of before they were sealed",
        ),
    ),
    (
        "reference_text",
        Holds::Goes("erased, with the commit of the erasure"),
    ),
    ("resident", Holds::Numbers),
    ("rule_health", Holds::Stays("what authors of rules said")),
    ("rule_set", Holds::Stays("what rules say of themselves")),
    ("rule_tally", Holds::Numbers),
    ("seal_key", Holds::Numbers),
    ("session", Holds::Goes("delete_sessions_of")),
    (
        "sign_in_try",
        Holds::Stays("numbers of accounts that somebody tried, until the pause is over"),
    ),
    (
        "source_ref",
        Holds::Stays("the index of the references of `record`"),
    ),
    (
        "staff",
        Holds::Stays("who works here: entries name them, and they are not erased"),
    ),
    ("standing", Holds::Numbers),
    (
        "team",
        Holds::Stays("names of teams, and whom of a unit to call: the office writes them"),
    ),
    ("team_member", Holds::Numbers),
    (
        "text",
        Holds::Goes("erased, with the commit of the erasure"),
    ),
    ("text_about", Holds::Numbers),
    ("till_try", Holds::Numbers),
    ("token", Holds::Stays("names of devices")),
    ("transfer", Holds::Numbers),
    ("waiting", Holds::Numbers),
];

/// Whether every table has its one answer, and no answer is without a table.
pub(crate) fn missing(tables: &[String]) -> Vec<String> {
    let listed = |name: &String| TABLES.iter().filter(|(table, _)| table == name).count() == 1;
    let gone = TABLES.iter().map(|(table, _)| (*table).to_owned());
    let gone = gone.filter(|table| !tables.contains(table));
    let all = tables.iter().filter(|name| !listed(name)).cloned();
    all.chain(gone).collect()
}
