//! What is due: the list of what falls due with the day, each in its feature, and what readers see of it: an order past its deadline, an award past its notice and a lot past its day are shown as
//! what becomes of them, whether or not the job has come round. The book decides that as it always does, in a copy that
//! is thrown away; nothing is written.

use rongyi_core::account::{Account, Purpose};
use rongyi_core::book::{AccountState, Book, Frame};
use rongyi_core::command::{Ask, Command, Lapse, Need};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::rule::{
    Blame, CloseAsk, Decision, Denial, EarnAsk, Fault, Judge, PriceAsk, Quote,
};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{Store, StoreError};

use crate::amend::posting;
use crate::door::Actor;
use crate::redemption::uncollected;

/// Orders and awards of a community that may be due at once; more than that is a host that slept for months.
const DUE_MAX: u32 = 100_000;

/// What is due asks no rule.
struct NoRule;

fn unasked() -> Fault {
    Fault {
        code: "due.rule".into(),
        blame: Blame::Host,
        message: "what is due asks no rule".into(),
    }
}

impl Judge for NoRule {
    fn earn(&self, _: RuleSetNo, _: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        Err(unasked().into())
    }

    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        Err(unasked().into())
    }

    fn close(&self, _: RuleSetNo, _: &CloseAsk) -> Result<Decision, Denial<Fault>> {
        Err(unasked().into())
    }
}

/// What falls due with the day, done by the job and seen by readers: a line for each feature that has something. At most
/// so many of each; where accounts are named, only what may concern one of them.
///
/// # Errors
/// What the database said.
pub async fn asks(
    store: &Store,
    code: &Code,
    until: (LocalDate, u32),
    accounts: Option<&[Account]>,
) -> Result<Vec<Ask>, StoreError> {
    let orders = uncollected::asks(store, code, until, accounts).await?;
    let notices = posting::asks(store, code, until).await?;
    Ok([orders, notices].concat())
}

/// What these accounts hold on `today`, in their order, once everything that is due has been done.
///
/// # Errors
/// What the database said.
pub async fn accounts(
    store: &Store,
    frame: &Frame,
    today: LocalDate,
    accounts: &[Account],
) -> Result<Vec<AccountState>, StoreError> {
    let code = &frame.community;
    let asks = asks(store, code, (today, DUE_MAX), Some(accounts)).await?;
    let mut book = Book::new(frame.clone());
    let needs: Vec<Need> = accounts.iter().copied().map(Need::Account).collect();
    book.load(store.load(code, &needs).await?);
    let past = |state: &AccountState| {
        let day = today.to_days();
        state.lots.keys().any(|lot| *lot != 0 && *lot < day)
    };
    let spendable = |account: &&Account| account.purpose == Purpose::Available;
    let lapsing = accounts
        .iter()
        .filter(spendable)
        .filter(|account| past(&book.account(account)));
    let lapsing: Vec<Account> = lapsing.copied().collect();
    for ask in asks {
        done(store, &mut book, today, ask).await?;
    }
    if !lapsing.is_empty() {
        done(store, &mut book, today, Ask::Lapse(Lapse(lapsing))).await?;
    }
    Ok(accounts
        .iter()
        .map(|account| book.account(account))
        .collect())
}

/// Does it in the copy. What the book refuses, the job would not do either.
async fn done(
    store: &Store,
    book: &mut Book,
    today: LocalDate,
    ask: Ask,
) -> Result<(), StoreError> {
    let command = Command {
        actor: Actor::Job.code(),
        key: None,
        today,
        ask,
        text: None,
        reference: None,
    };
    loop {
        let needs = book.missing(&command);
        if needs.is_empty() {
            break;
        }
        let community = book.frame().community.clone();
        book.load(store.load(&community, &needs).await?);
    }
    let _ = book.apply(&command, Instant(0), &NoRule);
    Ok(())
}
