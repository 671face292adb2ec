//! The accounts of the resident who is signed in.

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::Frame;

use crate::access::SignedResident;
use crate::door::fault::Fault;
use crate::door::visit::Visit;
use crate::jobs;
use crate::ledger::past;
use crate::redemption::{self, Wallet};

/// The frame of a community, and what a resident has in it.
pub(crate) async fn at_hand(visit: &Visit, me: &SignedResident) -> Result<(Frame, Wallet), Fault> {
    let store = &visit.app.house.store;
    jobs::catch_up(&visit.app.house, &visit.code).await?;
    let frame = store
        .frame(&visit.code)
        .await?
        .ok_or_else(Fault::not_found)?;
    let wallet = redemption::wallet(store, &frame, me.resident, visit.today())
        .await?
        .ok_or_else(Fault::not_found)?;
    // What ran out is on its line before its balance is shown, whether or not the job has come round.
    let booked = booked_accounts(&frame, &wallet, me);
    jobs::lapse(&visit.app.house, &visit.code, &booked).await?;
    Ok((frame, wallet))
}

/// A resident's accounts of every asset: points first, then minutes, then what else the community counts.
pub(crate) fn booked_accounts(frame: &Frame, wallet: &Wallet, me: &SignedResident) -> Vec<Account> {
    match &frame.settings {
        Some(settings) => {
            let all = past::booked(settings, me.resident, wallet.household);
            all.into_iter().map(|(_, account)| account).collect()
        }
        None => wallet.accounts(me.resident).to_vec(),
    }
}

/// Who a resident is in the ledger: the person, and of the household what is not told apart.
pub(crate) fn holders(wallet: &Wallet, me: &SignedResident) -> [Holder; 2] {
    [
        Holder::Resident(me.resident),
        Holder::Household(wallet.household),
    ]
}

/// A resident's accounts of awards under notice, of every asset.
pub(crate) fn notice_accounts(frame: &Frame, wallet: &Wallet, me: &SignedResident) -> Vec<Account> {
    let booked = booked_accounts(frame, wallet, me).into_iter();
    let noticed = booked.map(|account| Account {
        purpose: Purpose::Notice,
        ..account
    });
    noticed.collect()
}
