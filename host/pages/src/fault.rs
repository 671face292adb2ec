//! What went wrong with a rule, in plain words for an operator: a sentence and what to do, by the stable code of the
//! fault. The technical sentence with limit and use stays beside it. Finds out nothing itself.

/// Each code of a fault with the keys of its sentence and its remedy. A test holds it against the sources of the
/// sandbox: a new code needs its words here.
pub const FAULTS: [(&str, &str, &str); 18] = [
    ("limit.fuel", "fault-limit-fuel", "fault-do-limit"),
    ("limit.memory", "fault-limit-memory", "fault-do-limit"),
    ("limit.stack", "fault-limit-stack", "fault-do-author"),
    ("limit.time", "fault-limit-time", "fault-do-host"),
    ("host.busy", "fault-host-busy", "fault-do-host"),
    ("output.size", "fault-output-size", "fault-do-author"),
    ("output.utf8", "fault-output-utf8", "fault-do-author"),
    ("output.invalid", "fault-output-invalid", "fault-do-author"),
    ("output.rule", "fault-output-rule", "fault-do-author"),
    ("plugin.panic", "fault-plugin-panic", "fault-do-author"),
    (
        "trap.unreachable",
        "fault-trap-unreachable",
        "fault-do-author",
    ),
    ("trap.memory", "fault-trap-memory", "fault-do-author"),
    ("trap.division", "fault-trap-division", "fault-do-author"),
    ("trap.overflow", "fault-trap-overflow", "fault-do-author"),
    ("trap.call", "fault-trap-call", "fault-do-author"),
    ("trap.other", "fault-trap-other", "fault-do-author"),
    ("rule.not-loaded", "fault-rule-not-loaded", "fault-do-load"),
    ("rule.parked", "fault-rule-parked", "fault-do-parked"),
];

/// The keys of a fault's sentence and remedy. A code of a newer program, which a shared database may hold, has words
/// too.
pub fn keys(code: &str) -> (&'static str, &'static str) {
    let fault = FAULTS.iter().find(|(name, ..)| *name == code);
    fault.map_or(("fault-unknown", "fault-do-author"), |(_, what, remedy)| {
        (what, remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    #[test]
    fn every_fault_has_a_sentence_and_a_remedy_in_both_languages() {
        let codes = FAULTS.iter().map(|(code, ..)| *code);
        for code in codes.chain(["some.newer"]) {
            let (what, remedy) = keys(code);
            for key in [what, remedy] {
                let (zh, en) = (Lang::Zh.text(key), Lang::En.text(key));
                assert!(!zh.contains('⟦') && !en.contains('⟦'), "{code}: {key}");
                let chinese = zh.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c));
                assert!(chinese.count() >= 8, "{code}: {zh}");
                assert_ne!(zh, en, "{code}");
            }
        }
    }

    #[test]
    fn a_code_that_nobody_knows_is_told_all_the_same() {
        assert_eq!(keys("some.newer").0, "fault-unknown");
        assert_eq!(keys("limit.time"), ("fault-limit-time", "fault-do-host"));
    }
}
