//! A rule set becomes active under the next number.

use std::sync::Arc;

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::ids::RuleSetNo;
use crate::record::{Personal, Record, RuleSet, read_rule_set, write_rule_set};

impl Act for Box<RuleSet> {
    fn needs(&self, _: &mut Missing<'_>, _: &Command) {}

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let count = u32::try_from(book.frame.sets.len()).map_err(|_| Rejection::NumberTooLarge)?;
        let no = RuleSetNo(count.saturating_add(1));
        let set = RuleSet {
            no,
            ..(**self).clone()
        };
        book.frame.sets.push(Arc::new(set.clone()));
        book.dirty.sets = book.dirty.sets.saturating_add(1);
        let record = Record::asked(asking.envelope, Box::new(set));
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for Box<RuleSet> {
    const NUMBERS: &'static [u8] = &[2];

    fn write(&self, w: &mut Writer) {
        write_rule_set(w, self);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        read_rule_set(r).map(Box::new)
    }

    fn word(&self) -> &'static str {
        "activate"
    }

    fn title(&self) -> Title {
        let text = (
            format!("启用规则“{}”", self.title.zh),
            format!("Rule “{}” taken into use", self.title.en),
        );
        Title::plain(&text.0, &text.1)
    }

    fn personal(&self) -> Personal {
        Personal::default()
    }
}
