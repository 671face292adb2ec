//! Accounts: a holder, an asset and a purpose, packed into one number that explains itself.

use crate::ids::{AssetNo, HouseholdNo, ResidentNo};

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// The community's own books: where points come from and go to.
    Community,
    /// One person.
    Resident(ResidentNo),
    /// One household.
    Household(HouseholdNo),
    /// A fund that gifts go to.
    Fund(u32),
}

/// What the account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Can be spent.
    Available = 1,
    /// Awarded, visible, can be objected to, not yet spendable.
    Notice = 2,
    /// Set aside for an order.
    Held = 3,
    /// Where all points and minutes come from; its balance is what was issued, below zero.
    Issuance = 4,
    /// Spent on goods that were handed over.
    Redeemed = 5,
    /// Lapsed on their date.
    Expired = 6,
    /// Deductions and corrections.
    Adjustment = 7,
    /// Given to a fund.
    Donated = 8,
    /// Goods in the shop.
    Shelf = 9,
    /// Goods set aside for an order.
    Reserved = 10,
    /// Goods handed over.
    Handed = 11,
    /// Where goods come from; its balance is what came in, below zero.
    Supplied = 12,
}

impl Purpose {
    fn from_bits(bits: i64) -> Option<Self> {
        use Purpose::{
            Adjustment, Available, Donated, Expired, Handed, Held, Issuance, Notice, Redeemed,
            Reserved, Shelf, Supplied,
        };
        let all = [
            Available, Notice, Held, Issuance, Redeemed, Expired, Adjustment, Donated, Shelf,
            Reserved, Handed, Supplied,
        ];
        all.into_iter().find(|purpose| *purpose as i64 == bits)
    }

    /// Whether the balance may go below zero without limit, because it is the other side of the books.
    pub fn is_source(self) -> bool {
        matches!(
            self,
            Purpose::Issuance | Purpose::Supplied | Purpose::Adjustment
        )
    }
}

/// An account. Packed, the holder stands first, so one holder's rows lie together on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// Whose.
    pub holder: Holder,
    /// The asset it holds.
    pub asset: AssetNo,
    /// What the asset is there for.
    pub purpose: Purpose,
}

impl Account {
    /// An account of the community's own books.
    pub fn of_community(asset: AssetNo, purpose: Purpose) -> Self {
        Account {
            holder: Holder::Community,
            asset,
            purpose,
        }
    }

    /// `holder kind (3 bits) | holder number (31) | asset (23) | purpose (6)`. Numbers that do not fit
    /// (2^31 and above) are refused when a resident, household or item is created.
    pub fn pack(self) -> i64 {
        let (kind, number) = match self.holder {
            Holder::Community => (0, 0),
            Holder::Resident(no) => (1, no.0),
            Holder::Household(no) => (2, no.0),
            Holder::Fund(no) => (3, no),
        };
        let number = i64::from(number & 0x7fff_ffff);
        let asset = i64::from(self.asset.0 & 0x7f_ffff);
        (kind << 60) | (number << 29) | (asset << 6) | self.purpose as i64
    }

    /// The account behind a packed number; `None` when it is none.
    pub fn unpack(packed: i64) -> Option<Self> {
        let number = u32::try_from((packed >> 29) & 0x7fff_ffff).ok()?;
        let holder = match packed >> 60 {
            0 if number == 0 => Holder::Community,
            1 => Holder::Resident(ResidentNo(number)),
            2 => Holder::Household(HouseholdNo(number)),
            3 => Holder::Fund(number),
            _ => return None,
        };
        let asset = AssetNo(u32::try_from((packed >> 6) & 0x7f_ffff).ok()?);
        Some(Account {
            holder,
            asset,
            purpose: Purpose::from_bits(packed & 0x3f)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_loses_nothing() {
        for holder in [
            Holder::Community,
            Holder::Resident(ResidentNo(1001)),
            Holder::Household(HouseholdNo(0x7fff_ffff)),
            Holder::Fund(3),
        ] {
            for purpose in [Purpose::Available, Purpose::Held, Purpose::Supplied] {
                let account = Account {
                    holder,
                    asset: AssetNo(1007),
                    purpose,
                };
                assert_eq!(Account::unpack(account.pack()), Some(account));
            }
        }
        assert_eq!(Account::unpack(0), None);
        assert_eq!(Account::unpack(-1), None);
    }
}
