//! Every kind of command, in one file each: what is asked, its bytes in the journal, what it reads, what it does, what
//! it is called, what taking it back undoes. Here is the table of them and what it dispatches on: whoever adds a kind
//! adds its file and one row.
//!
//! What several kinds share stands beside this folder: `award` for what events earn, `order` and `priced` for the shop,
//! `reverse` for what is taken back, `period` for the end of a period.

mod activate;
mod agreed;
mod amend;
mod assert;
mod carry;
mod cases_sealed;
mod configure;
mod define;
mod depart;
mod earn;
mod enrol;
mod erase;
mod lapse;
mod notice;
mod open;
mod period;
mod place;
mod receive;
mod rehouse;
mod release;
mod replace;
mod retry;
mod roster;
mod settings;
mod settle;
mod settle_part;
mod traits;

pub use agreed::{Agreed, Agreer};
pub use amend::{Amend, Change};
pub use assert::Assert;
pub use carry::{Carry, History};
pub use cases_sealed::{CasesSealed, SealedStep};
pub use configure::{Configure, Step};
pub use depart::Depart;
pub use enrol::Enrol;
pub use erase::Erasure;
pub use lapse::Lapse;
pub use notice::NoticeStep;
pub use open::Open;
pub use period::PeriodTurn;
pub use place::Place;
pub use receive::Receive;
pub use rehouse::Rehouse;
pub use release::Release;
pub use replace::Replace;
pub use retry::Retry;
pub use roster::Roster;
pub use settle::Settle;
pub use settle_part::SettlePart;
pub use traits::SetTraits;

use super::needs::Missing;
use super::{Applied, Asking, Book};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::ids::{Code, ItemNo, OrderNo};
use crate::record::{Event, Item, OrderLine, Personal, Record, RuleSet};
use crate::rule::Text;
use crate::settings::Settings;

/// What a kind of command reads and does. Goods are named by their codes.
pub(super) trait Act {
    /// Names what it reads that is not loaded.
    fn needs(&self, list: &mut Missing<'_>, command: &Command);

    /// Checks it in the order that its file says, and does it.
    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection>;
}

/// How a kind of command stands in the journal. Goods are named by their numbers.
pub(super) trait Kept: Sized {
    /// The numbers of its records: more than one where its bytes have been written in more than one way.
    const NUMBERS: &'static [u8];

    /// The number under which it is written.
    fn number(&self) -> u8 {
        Self::NUMBERS.first().copied().unwrap_or_default()
    }

    /// Its bytes behind the envelope.
    fn write(&self, w: &mut Writer);

    /// What the bytes under one of its numbers say.
    fn read(number: u8, r: &mut Reader<'_>) -> Result<Self, Malformed>;

    /// The word for programs.
    fn word(&self) -> &'static str;

    /// What people read as its title.
    fn title(&self) -> Title;

    /// What it has to do with people.
    fn personal(&self) -> Personal;

    /// The event that it reports.
    fn event(&self) -> Option<&Event> {
        None
    }

    /// The order that it places, hands over or gives back.
    fn order(&self) -> Option<OrderNo> {
        None
    }

    /// The waiting entry whose event it decides.
    fn waited(&self) -> Option<u64> {
        None
    }

    /// Why an entry that began so cannot be taken back; `records` is all of it.
    fn not_reversible(&self, _records: &[Record]) -> Option<NotReversible> {
        Some(NotReversible::NotPoints)
    }

    /// What taking the entry back reads, besides the accounts of its movements.
    fn undo_needs(&self, _list: &mut Missing<'_>, _entry: u64) {}

    /// What taking the entry back undoes, besides its movements.
    fn undo(&self, _book: &mut Book, _entry: u64, _records: &[Record]) -> Result<(), Rejection> {
        Ok(())
    }
}

/// What an entry is called: a phrase, and what only whoever shows it can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Stands before what is named.
    pub lead: Text,
    /// Stands for all of it where nothing is named, or what would be is not known.
    pub alone: Text,
    /// What is named.
    pub of: Named,
}

/// What the title of an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Nothing.
    Nothing,
    /// The event that the entry reports.
    Event,
    /// The event of this earlier entry.
    EventOf(u64),
    /// What this earlier entry was about: its event, or the order it handed over.
    Entry(u64),
    /// What an approved proposal takes back, if it takes something back.
    Proposal(u64),
    /// Goods.
    Goods(Vec<OrderLine>),
    /// The goods of an order.
    Order(OrderNo),
    /// What is carried in.
    History(History),
}

impl Title {
    fn plain(zh: &str, en: &str) -> Self {
        Title::naming((zh, en), (zh, en), Named::Nothing)
    }

    /// A phrase with a space behind it, which stands without it where nothing follows.
    fn before(zh: &str, en: &str, of: Named) -> Self {
        let alone = (zh.trim_end(), en.trim_end().trim_end_matches(':'));
        Title::naming((zh, en), alone, of)
    }

    /// An entry is taken back.
    fn reversal(entry: u64) -> Self {
        let text = (
            format!("冲正第 {entry} 笔"),
            format!("Reversal of entry {entry}"),
        );
        let text = (text.0.as_str(), text.1.as_str());
        Title::naming(text, text, Named::Entry(entry))
    }

    fn naming(lead: (&str, &str), alone: (&str, &str), of: Named) -> Self {
        let text = |(zh, en): (&str, &str)| Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        };
        Title {
            lead: text(lead),
            alone: text(alone),
            of,
        }
    }
}

macro_rules! kinds {
    (
        { $($(#[$doc:meta])* $name:ident($asked:ty),)+ }
        of goods { $($(#[$goods_doc:meta])* $goods:ident,)+ }
    ) => {
        /// What is asked. A command names goods by their codes (`Asked<Code>`), its record by the numbers that the book
        /// gave them (`Asked<ItemNo>`).
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Asked<I> {
            $($(#[$doc])* $name($asked),)+
            $($(#[$goods_doc])* $goods($goods<I>),)+
        }

        $(impl<I> From<$asked> for Asked<I> {
            fn from(asked: $asked) -> Self {
                Asked::$name(asked)
            }
        })+

        $(impl<I> From<$goods<I>> for Asked<I> {
            fn from(asked: $goods<I>) -> Self {
                Asked::$goods(asked)
            }
        })+

        impl Asked<Code> {
            fn act(&self) -> &dyn Act {
                match self {
                    $(Asked::$name(asked) => asked,)+
                    $(Asked::$goods(asked) => asked,)+
                }
            }
        }

        impl Asked<ItemNo> {
            /// The stored number of this kind of record. Numbers are never given twice.
            pub fn number(&self) -> u8 {
                match self {
                    $(Asked::$name(asked) => asked.number(),)+
                    $(Asked::$goods(asked) => asked.number(),)+
                }
            }

            pub(super) fn write(&self, w: &mut Writer) {
                match self {
                    $(Asked::$name(asked) => asked.write(w),)+
                    $(Asked::$goods(asked) => asked.write(w),)+
                }
            }

            pub(super) fn read(number: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
                $(if <$asked as Kept>::NUMBERS.contains(&number) {
                    return <$asked as Kept>::read(number, r).map(Asked::$name);
                })+
                $(if <$goods<ItemNo> as Kept>::NUMBERS.contains(&number) {
                    return <$goods<ItemNo> as Kept>::read(number, r).map(Asked::$goods);
                })+
                Err(Malformed)
            }

            /// The word for programs.
            pub fn word(&self) -> &'static str {
                match self {
                    $(Asked::$name(asked) => asked.word(),)+
                    $(Asked::$goods(asked) => asked.word(),)+
                }
            }

            /// What people read as its title.
            pub fn title(&self) -> Title {
                match self {
                    $(Asked::$name(asked) => asked.title(),)+
                    $(Asked::$goods(asked) => asked.title(),)+
                }
            }

            pub(super) fn personal(&self) -> Personal {
                match self {
                    $(Asked::$name(asked) => asked.personal(),)+
                    $(Asked::$goods(asked) => asked.personal(),)+
                }
            }

            /// The event that it reports.
            pub fn event(&self) -> Option<&Event> {
                match self {
                    $(Asked::$name(asked) => asked.event(),)+
                    $(Asked::$goods(asked) => asked.event(),)+
                }
            }

            /// The order that it places, hands over or gives back.
            pub fn order(&self) -> Option<OrderNo> {
                match self {
                    $(Asked::$name(asked) => asked.order(),)+
                    $(Asked::$goods(asked) => asked.order(),)+
                }
            }

            /// The waiting entry whose event it decides.
            pub fn waited(&self) -> Option<u64> {
                match self {
                    $(Asked::$name(asked) => asked.waited(),)+
                    $(Asked::$goods(asked) => asked.waited(),)+
                }
            }

            pub(super) fn not_reversible(&self, records: &[Record]) -> Option<NotReversible> {
                match self {
                    $(Asked::$name(asked) => asked.not_reversible(records),)+
                    $(Asked::$goods(asked) => asked.not_reversible(records),)+
                }
            }

            pub(super) fn undo_needs(&self, list: &mut Missing<'_>, entry: u64) {
                match self {
                    $(Asked::$name(asked) => asked.undo_needs(list, entry),)+
                    $(Asked::$goods(asked) => asked.undo_needs(list, entry),)+
                }
            }

            pub(super) fn undo(
                &self,
                book: &mut Book,
                entry: u64,
                records: &[Record],
            ) -> Result<(), Rejection> {
                match self {
                    $(Asked::$name(asked) => asked.undo(book, entry, records),)+
                    $(Asked::$goods(asked) => asked.undo(book, entry, records),)+
                }
            }

            /// The command that this is the record of; `item` names the code of an item number.
            pub(super) fn said(self, item: &dyn Fn(ItemNo) -> Option<Code>) -> Option<Asked<Code>> {
                Some(match self {
                    $(Asked::$name(asked) => Asked::$name(asked),)+
                    $(Asked::$goods(asked) => Asked::$goods(asked.said(item)?),)+
                })
            }
        }

        #[cfg(test)]
        const NUMBERS: &[&[u8]] = &[
            $(<$asked as Kept>::NUMBERS,)+
            $(<$goods<ItemNo> as Kept>::NUMBERS,)+
        ];
    };
}

kinds! {
    {
    /// New settings.
    Settings(Settings),
    /// A rule set becomes active; its number is given by the book.
    Activate(Box<RuleSet>),
    /// A resident belongs to a household from now on.
    Enrol(Enrol),
    /// A resident's traits are set.
    Traits(SetTraits),
    /// A shop item is new or changed; its number is given by the book.
    Define(Box<Item>),
    /// An opening balance from a paper book.
    Open(Open),
    /// What somebody did of one kind before this ledger began.
    Carry(Carry),
    /// An event happened: what is it worth?
    Earn(Event),
    /// A waiting event, again.
    Retry(Retry),
    /// An event that comes in the place of a reversed entry.
    Replace(Replace),
    /// An order is handed over.
    Settle(Settle),
    /// An order gives back what was set aside.
    Release(Release),
    /// Lots past their date lapse.
    Lapse(Lapse),
    /// Somebody says what a holder had at the end of a past day.
    Assert(Assert),
    /// A step in closing a period.
    Period(PeriodTurn),
    /// Personal texts and links to persons are removed.
    Erase(Box<Erasure>),
    /// Something booked before is taken back or corrected.
    Amend(Amend),
    /// A step of an award under notice.
    Notice(NoticeStep),
    /// Who the staff are and what is known of the people is sealed.
    Roster(Roster),
    /// A configuration is taken over, or a former one comes back.
    Configure(Configure),
    /// Somebody left the community.
    Depart(Depart),
    /// People go to another household.
    Rehouse(Rehouse),
    /// An event on which several people agreed.
    Agreed(Box<Agreed>),
    /// What was done in cases is sealed.
    CasesSealed(CasesSealed),
    }
    of goods {
    /// Goods came in, or were missed.
    Receive,
    /// An order; its number is given by the book.
    Place,
    /// Some pieces of an order are handed over; the rest stays set aside.
    SettlePart,
    }
}

impl Asked<Code> {
    pub(super) fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        self.act().needs(list, command);
    }

    pub(super) fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        self.act().apply(book, asking)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_a_record_is_given_twice() {
        let mut all: Vec<u8> = NUMBERS.concat();
        assert!(all.iter().all(|number| Record::begins(*number)), "{all:?}");
        all.sort_unstable();
        let mut once = all.clone();
        once.dedup();
        assert_eq!(all, once);
    }
}
