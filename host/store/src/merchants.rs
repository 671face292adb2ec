//! The rows of merchants as callers hand them over and get them back. No statement, and nothing about who may do what.

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::Instant;

use crate::{Store, StoreError, each_engine};

/// A merchant to be written.
#[derive(Debug, Clone)]
pub struct NewMerchant<'a> {
    /// Where.
    pub community: &'a Code,
    /// The beginning of its items' codes.
    pub code: &'a Code,
    /// What it is called.
    pub title: &'a Text,
    /// Where and when goods are picked up.
    pub place: &'a str,
    /// Whom to call there.
    pub phone: &'a str,
    /// When.
    pub at: Instant,
    /// Who enrols it.
    pub by: &'a Code,
}

/// A merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMerchant {
    /// The beginning of its items' codes.
    pub code: Code,
    /// What it is called.
    pub title: Text,
    /// Where and when goods are picked up.
    pub place: String,
    /// Whom to call there.
    pub phone: String,
    /// When it was enrolled, and by whom.
    pub began: (Instant, Code),
    /// When it ended, and by whom.
    pub ended: Option<(Instant, Code)>,
}

/// A month of a merchant as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStatement {
    /// The merchant.
    pub merchant: Code,
    /// The month: year * 12 + month - 1.
    pub month: i32,
    /// The numbers as they were signed.
    pub body: String,
    /// When the first person signed, and who it was.
    pub first: (Instant, Code),
    /// The same of the second; from then on nothing of it changes.
    pub second: Option<(Instant, Code)>,
}

each_engine! {
    /// Writes a merchant; `false` when the code was given before.
    fn add_merchant(new: &NewMerchant<'_>) -> bool;
    /// All merchants, those that ended too, by code.
    fn merchants(community: &Code) -> Vec<StoredMerchant>;
    /// Ends a merchant; `false` when it has ended or is none.
    fn end_merchant(community: &Code, merchant: &Code, by: (&Code, Instant)) -> bool;
    /// Says for which merchant an account of staff works; `false` when it works for one already.
    fn put_merchant_staff(community: &Code, of: (&Code, i64), by: (&Code, Instant)) -> bool;
    /// For which merchants accounts of staff work, by number.
    fn merchant_staff(community: &Code) -> Vec<(i64, Code)>;
    /// For which merchant this account works.
    fn merchant_of(community: &Code, staff_id: i64) -> Option<Code>;
    /// Signs a month first; `false` when somebody has.
    fn sign_statement(community: &Code, of: (&Code, i32), body: &str, by: (&Code, Instant)) -> bool;
    /// Signs a month that another has signed, as long as it says what was seen; `false` when it is not so.
    fn countersign_statement(community: &Code, of: (&Code, i32), seen: &str, by: (&Code, Instant)) -> bool;
    /// Takes the only signature of a month back; `false` when there is none, or two.
    fn unsign_statement(community: &Code, of: (&Code, i32)) -> bool;
    /// The signed months of a merchant, the newest first.
    fn statements_of(community: &Code, merchant: &Code) -> Vec<StoredStatement>;
}
