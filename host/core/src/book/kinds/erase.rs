//! Erasure: that personal texts and the salts of persons are removed, on whose wish and with whose consent. The
//! record stays for ever and says which; the texts themselves never stood in the ledger. It removes nothing itself:
//! the store does, in the commit that holds the record.
//!
//! Order of checks: that something is named, the residents, the places, that two agree.

use super::{Act, Kept, Title};
use crate::actor::same_person;
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::ids::{Code, ResidentNo};
use crate::record::{Personal, Record};

/// What is removed of somebody's personal data. The record of it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Those whose commitments lose their salts, so that nobody can say any more whom they name.
    pub residents: Vec<ResidentNo>,
    /// Places of the entries whose texts are removed.
    pub texts: Vec<u64>,
    /// Who agreed; another than the actor, unless residents have their own data erased.
    pub consent: Code,
}

impl Act for Box<Erasure> {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        self.residents
            .iter()
            .for_each(|resident| list.resident(*resident));
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        if self.residents.is_empty() && self.texts.is_empty() {
            return Err(Rejection::NothingToDo);
        }
        for resident in &self.residents {
            book.household(*resident)?;
        }
        let end = book.frame.head.next_seq;
        if let Some(seq) = self.texts.iter().find(|seq| **seq == 0 || **seq >= end) {
            return Err(Rejection::TextUnknown { seq: *seq });
        }
        let actor = &asking.envelope.actor;
        // Somebody may have their own data erased; for anybody else's it takes two.
        let own_data = match self.residents.as_slice() {
            [only] => actor.as_str() == format!("resident/{only}"),
            _ => false,
        };
        if !own_data && same_person(&self.consent, actor) {
            return Err(Rejection::ErasureAlone);
        }
        book.dirty.erased.extend(&self.texts);
        book.dirty.forgotten.extend(&self.residents);
        let record = Record::asked(asking.envelope, self.clone());
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for Box<Erasure> {
    const NUMBERS: &'static [u8] = &[17];

    fn write(&self, w: &mut Writer) {
        w.list(&self.residents, |w, resident| w.u32(resident.0));
        w.list(&self.texts, |w, seq| w.u64(*seq));
        w.code(&self.consent);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Box::new(Erasure {
            residents: r.list(|r| Ok(ResidentNo(r.u32()?)))?,
            texts: r.list(Reader::u64)?,
            consent: r.code()?,
        }))
    }

    fn word(&self) -> &'static str {
        "erase"
    }

    fn title(&self) -> Title {
        Title::plain("删除个人资料", "Personal data erased")
    }

    fn personal(&self) -> Personal {
        Personal::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::kinds::Enrol;
    use crate::command::Ask;
    use crate::ids::{Code, HouseholdNo, RuleSetNo};
    use crate::rule::{Decision, Denial, EarnAsk, Fault, Judge, PriceAsk, Quote};
    use crate::time::{Instant, LocalDate};

    struct NoRules;

    impl Judge for NoRules {
        fn earn(&self, _: RuleSetNo, _: &EarnAsk) -> Result<Decision, Denial<Fault>> {
            unreachable!("no rule is asked")
        }
        fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
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
            residents: residents.iter().map(|no| ResidentNo(*no)).collect(),
            texts: texts.to_vec(),
            consent: Code::literal(consent),
        }))
    }

    #[test]
    fn it_takes_two_unless_it_is_ones_own_and_the_record_comes_back() {
        let mut book = Book::empty(Code::literal("nanmen"));
        for resident in [1001, 1002] {
            let enrol = Ask::Enrol(Enrol {
                resident: ResidentNo(resident),
                household: HouseholdNo(1),
                who: [1; 32],
            });
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
