//! What is due, for readers: an order past its deadline, an award past its notice and a lot past its day are shown as
//! what becomes of them, whether or not the job has come round. The book decides that as it always does, in a copy that
//! is thrown away; nothing is written.

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{AccountState, Book, Frame, Loaded, Order, OrderState};
use rongyi_core::command::{Ask, Command, Lapse, Need, Release};
use rongyi_core::ids::{Code, OrderNo, RuleSetNo};
use rongyi_core::record::{NoticeStep, ReleaseReason};
use rongyi_core::rule::{
    Blame, CloseAsk, Decision, EarnAsk, Fault, Judge, PriceAsk, Quote, Refusal,
};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{Store, StoreError};

use crate::door::Actor;

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
    fn earn(&self, _: RuleSetNo, _: &EarnAsk) -> Result<Result<Decision, Refusal>, Fault> {
        Err(unasked())
    }

    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Result<Quote, Refusal>, Fault> {
        Err(unasked())
    }

    fn close(&self, _: RuleSetNo, _: &CloseAsk) -> Result<Result<Decision, Refusal>, Fault> {
        Err(unasked())
    }
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
    let mut asks = Vec::new();
    let orders = store.due_orders(code, today, DUE_MAX).await?;
    for order in theirs(store, code, accounts, &orders).await? {
        asks.push(Ask::Release(Release {
            order,
            reason: ReleaseReason::TimedOut,
        }));
    }
    for entry in store.due_notices(code, today, DUE_MAX).await? {
        asks.push(Ask::Notice(NoticeStep::Post(entry)));
    }
    let mut book = Book::new(frame.clone());
    let needs: Vec<Need> = accounts.iter().copied().map(Need::Account).collect();
    book.load(store.load(code, &needs).await?);
    let past = |state: &AccountState| {
        let day = today.to_days();
        state.lots.keys().any(|lot| *lot != 0 && *lot < day)
    };
    let spendable = |own: &&Account| own.purpose == Purpose::Available;
    let lapsing = accounts
        .iter()
        .filter(spendable)
        .filter(|own| past(&book.account(own)));
    let lapsing: Vec<Account> = lapsing.copied().collect();
    for ask in asks {
        done(store, &mut book, today, ask).await?;
    }
    if !lapsing.is_empty() {
        done(store, &mut book, today, Ask::Lapse(Lapse(lapsing))).await?;
    }
    Ok(accounts.iter().map(|own| book.account(own)).collect())
}

/// Those of the orders that concern one of the holders.
async fn theirs(
    store: &Store,
    code: &Code,
    accounts: &[Account],
    orders: &[OrderNo],
) -> Result<Vec<OrderNo>, StoreError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let concerns = |order: &Order| {
        accounts.iter().any(|own| match own.holder {
            Holder::Resident(no) => no == order.resident,
            Holder::Household(no) => no == order.household,
            Holder::Community | Holder::Fund(_) => true,
        })
    };
    let needs: Vec<Need> = orders.iter().copied().map(Need::Order).collect();
    let mut own = Vec::new();
    for found in store.load(code, &needs).await? {
        if let Loaded::Order(no, Some(order)) = found
            && order.state == OrderState::Reserved
            && concerns(&order)
        {
            own.push(no);
        }
    }
    Ok(own)
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
