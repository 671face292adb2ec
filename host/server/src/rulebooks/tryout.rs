//! What one event would come to, under the rules in force or those of the saved file: for whoever has to decide about a rule
//! book and wants to see it work. It is tried on a book that is thrown away; nothing is written.

pub(crate) mod web;

use std::sync::Arc;

use rongyi_clerk::book_under;
use rongyi_clerk::rulebook::Sandbox;
use rongyi_core::book::{Applied, Book, Frame, Receipt};
use rongyi_core::command::{Ask, Command, Rejection};
use rongyi_core::ids::Code;
use rongyi_core::record::RuleSet;
use rongyi_core::rule::KindPlan;
use rongyi_core::settings::Settings;
use rongyi_core::time::LocalDate;

use super::change::{self, ChangeError};
use super::simulate::SimulateError;
use crate::door::fault::Fault;
use crate::earning::api::{EventInput, Sender, event_command};
use crate::earning::trial;
use crate::house::{Checked, House, supposed};

/// Whose rules are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Those that decide now.
    InForce,
    /// Those of the community's file as it is saved.
    Saved,
}

/// Rules that can be asked, with the ledger they are asked about.
pub(crate) struct Tryout {
    /// The ledger's frame, under these rules.
    pub(crate) frame: Frame,
    rules: Sandbox,
    instead: Option<(Settings, Vec<Arc<RuleSet>>)>,
    today: LocalDate,
}

/// What an event would come to: its records as they would be booked, or why it cannot be.
pub(crate) type Came = Result<Receipt, Rejection>;

/// Gets the rules ready. Blocks of the saved file that begin later are asked as if they began today.
///
/// # Errors
/// What is wrong with the saved file.
pub(crate) async fn open(house: &House, code: &Code, which: Rules) -> Result<Tryout, ChangeError> {
    let unknown = || ChangeError::from(SimulateError::CommunityUnknown(code.clone()));
    let frame = house.store.frame(code).await?.ok_or_else(unknown)?;
    let today = house.today(code).0;
    match which {
        Rules::InForce => Ok(Tryout {
            rules: house.books.trial(code, &frame.sets),
            frame,
            instead: None,
            today,
        }),
        Rules::Saved => {
            let (community, mut rules) = change::plan(house, code).await?.into_saved();
            let late = |rule: &&mut Checked| rule.active_from > today;
            rules
                .iter_mut()
                .filter(late)
                .for_each(|rule| rule.active_from = today);
            let supposed = supposed(frame.clone(), &community, &rules, today)
                .map_err(|rejection| ChangeError::from(SimulateError::Refused(rejection)))?;
            let mut under = Book::new(frame);
            under.suppose(supposed.settings.clone(), supposed.sets.clone());
            Ok(Tryout {
                frame: under.frame().clone(),
                rules: Sandbox::over(supposed.rules),
                instead: Some((supposed.settings, supposed.sets)),
                today,
            })
        }
    }
}

impl Tryout {
    /// The kinds that these rules decide today, each once.
    pub(crate) fn kinds(&self) -> Vec<KindPlan> {
        trial::kinds(&Book::new(self.frame.clone()), self.today)
    }

    /// What an event would come to now, if as many agreed as its kind needs.
    ///
    /// # Errors
    /// What was typed wrong, and what the database said.
    pub(crate) async fn ask(&self, by: &Sender<'_>, input: &EventInput) -> Result<Came, Fault> {
        let sealing = by.house.seal_key(by.code).await?;
        let command = event_command(by, (&self.frame, &sealing), input, None)?;
        let Ask::Earn(event) = command.ask else {
            return Err(Fault::not_found());
        };
        let command = Command {
            ask: trial::agreed(event),
            ..command
        };
        let under = |mut book: Book| {
            if let Some((settings, sets)) = &self.instead {
                book.suppose(settings.clone(), sets.clone());
            }
            book
        };
        let (store, commands) = (&by.house.store, vec![command.clone()]);
        let book = book_under(store, by.code, under, |_| commands.clone()).await?;
        let mut book = book.ok_or_else(Fault::not_found)?;
        let now = by.house.clock.now();
        match book.apply(&command, now, &self.rules) {
            Ok(Applied::Fresh(receipt)) => Ok(Ok(receipt)),
            Ok(Applied::Replay(_)) => Err(Fault::not_found()),
            Err(rejection) => Ok(Err(rejection)),
        }
    }
}
