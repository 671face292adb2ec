//! Erasure: that personal texts and the salts of persons are removed, on whose wish and with whose consent. The
//! record stays for ever and says which; the texts themselves never stood in the ledger. It removes nothing itself:
//! the store does, in the commit that holds the record.

use super::{Applied, Book};
use crate::actor::same_person;
use crate::command::{Command, Rejection};
use crate::record::{Envelope, Erasure, Record};

pub(super) fn erase(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    what: &Erasure,
) -> Result<Applied, Rejection> {
    if what.residents.is_empty() && what.texts.is_empty() {
        return Err(Rejection::NothingToDo);
    }
    for resident in &what.residents {
        book.household(*resident)?;
    }
    let end = book.frame.head.next_seq;
    if let Some(seq) = what.texts.iter().find(|seq| **seq == 0 || **seq >= end) {
        return Err(Rejection::TextUnknown { seq: *seq });
    }
    // Somebody may have their own data erased; for anybody else's it takes two.
    let own = match what.residents.as_slice() {
        [only] => envelope.actor.as_str() == format!("resident/{only}"),
        _ => false,
    };
    if !own && same_person(&what.consent, &envelope.actor) {
        return Err(Rejection::ErasureAlone);
    }
    book.dirty.erased.extend(&what.texts);
    book.dirty.forgotten.extend(&what.residents);
    Ok(Applied::Fresh(book.append(
        command,
        vec![Record::Erase(envelope, Box::new(what.clone()))],
        &[],
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Ask;
    use crate::ids::{Code, HouseholdNo, ResidentNo, RuleSetNo};
    use crate::rule::{Decision, EarnAsk, Fault, Judge, PriceAsk, Quote, Refusal};
    use crate::time::{Instant, LocalDate};

    struct NoRules;

    impl Judge for NoRules {
        fn earn(&self, _: RuleSetNo, _: &EarnAsk) -> Result<Result<Decision, Refusal>, Fault> {
            unreachable!("no rule is asked")
        }
        fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Result<Quote, Refusal>, Fault> {
            unreachable!("no rule is asked")
        }
    }

    fn ask(book: &mut Book, actor: &'static str, ask: Ask) -> Result<Applied, Rejection> {
        let command = Command {
            actor: Code::literal(actor),
            key: None,
            today: LocalDate::FIRST,
            ask,
            text: None,
            reference: None,
        };
        book.apply(&command, Instant(1), &NoRules)
    }

    fn erasure(residents: &[u32], texts: &[u64], consent: &'static str) -> Ask {
        Ask::Erase(Box::new(Erasure {
            residents: residents.iter().map(|own| ResidentNo(*own)).collect(),
            texts: texts.to_vec(),
            consent: Code::literal(consent),
        }))
    }

    #[test]
    fn it_takes_two_unless_it_is_ones_own_and_the_record_comes_back() {
        let mut book = Book::empty(Code::literal("nanmen"));
        for resident in [1001, 1002] {
            let enrol = Ask::Enrol {
                resident: ResidentNo(resident),
                household: HouseholdNo(1),
                who: [1; 32],
            };
            ask(&mut book, "import", enrol).expect("enrolled");
        }
        let mut check = |actor, what, expected: Option<Rejection>| {
            let said = ask(&mut book, actor, what);
            assert_eq!(said.as_ref().err(), expected.as_ref(), "{said:?}");
        };
        let alone = Some(Rejection::ErasureAlone);
        check("staff/1", erasure(&[1001], &[1], "staff/1"), alone.clone());
        check(
            "resident/1001",
            erasure(&[1001, 1002], &[], "resident/1001"),
            alone.clone(),
        );
        check("resident/1001", erasure(&[], &[1], "resident/1001"), alone);
        check(
            "staff/1",
            erasure(&[], &[], "staff/2"),
            Some(Rejection::NothingToDo),
        );
        check(
            "staff/1",
            erasure(&[], &[3], "staff/2"),
            Some(Rejection::TextUnknown { seq: 3 }),
        );
        let nobody = Rejection::ResidentUnknown {
            resident: ResidentNo(7),
        };
        check("staff/1", erasure(&[7], &[], "staff/2"), Some(nobody));
        check(
            "resident/1001",
            erasure(&[1001], &[1], "resident/1001"),
            None,
        );
        check("staff/1", erasure(&[1002], &[2], "staff/2"), None);
        let changes = book.seal().expect("changes");
        assert_eq!(changes.erased, [1, 2]);
        assert_eq!(changes.forgotten, [ResidentNo(1001), ResidentNo(1002)]);
        for (_, kind, bytes) in &changes.records {
            let record = Record::decode(*kind, bytes).expect("a record");
            assert_eq!(record.encode(), *bytes);
        }
    }
}
