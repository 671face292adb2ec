//! Whose goods something is: the community's own, or a merchant's. The code of a merchant's item begins with the merchant's
//! own and a dot, so the ledger itself says it, and for good. It books nothing.

use rongyi_core::book::{Frame, Order};
use rongyi_core::ids::{Code, ItemNo};
use rongyi_store::{Store, StoreError, StoredMerchant};

use super::Basket;

/// The merchants of a community, those that ended too.
#[derive(Debug, Clone, Default)]
pub struct Merchants(Vec<StoredMerchant>);

impl Merchants {
    /// Reads them.
    ///
    /// # Errors
    /// What the database said.
    pub async fn of(store: &Store, community: &Code) -> Result<Merchants, StoreError> {
        Ok(Merchants(store.merchants(community).await?))
    }

    /// All of them, by code.
    pub fn all(&self) -> &[StoredMerchant] {
        &self.0
    }

    /// The merchant with this code.
    pub fn find(&self, merchant: &Code) -> Option<&StoredMerchant> {
        self.0.iter().find(|one| one.code == *merchant)
    }

    /// Whose an item is; `None` for the community's own.
    pub fn of_item(&self, item: &Code) -> Option<&StoredMerchant> {
        self.0.iter().find(|one| belongs_to(item, &one.code))
    }

    fn of_no(&self, frame: &Frame, no: ItemNo) -> Option<&StoredMerchant> {
        let item = frame.items.iter().find(|item| item.no == no)?;
        self.of_item(&item.code)
    }

    /// Whose what was ordered is; an order is never of two.
    pub fn of_order(&self, frame: &Frame, order: &Order) -> Option<&StoredMerchant> {
        let (line, _) = order.lines.first()?;
        self.of_no(frame, line.item)
    }

    /// Whether an item belongs to this till: a merchant's, or the community's own.
    pub fn is_at(&self, frame: &Frame, no: ItemNo, till: Option<&Code>) -> bool {
        self.of_no(frame, no).map(|one| &one.code) == till
    }

    /// Whether all of a basket is picked up at one place.
    pub fn is_together(&self, basket: &Basket) -> bool {
        let mut places = basket.iter().map(|line| self.of_item(&line.item));
        let first = places.next().flatten();
        places.all(|other| other.map(|one| &one.code) == first.map(|one| &one.code))
    }
}

/// Whether an item is a merchant's.
pub fn belongs_to(item: &Code, merchant: &Code) -> bool {
    let rest = item.as_str().strip_prefix(merchant.as_str());
    rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use rongyi_core::record::OrderLine;
    use rongyi_core::rule::Text;
    use rongyi_core::time::Instant;

    use super::*;

    fn merchant(code: &str) -> StoredMerchant {
        StoredMerchant {
            code: code.parse().unwrap(),
            title: Text {
                zh: code.to_owned(),
                en: code.to_owned(),
            },
            place: String::new(),
            phone: String::new(),
            began: (Instant(0), Code::literal("staff/1")),
            ended: None,
        }
    }

    #[test]
    fn the_beginning_of_a_code_says_whose_it_is() {
        let all = Merchants(vec![
            merchant("lin"),
            merchant("lin-tea"),
            merchant("oil-1"),
        ]);
        let of = |item: &str| {
            let found = all.of_item(&item.parse().unwrap());
            found.map(|one| one.code.to_string())
        };
        assert_eq!(of("lin.noodles").as_deref(), Some("lin"));
        assert_eq!(of("lin-tea.cup").as_deref(), Some("lin-tea"));
        assert_eq!(of("oil-1.8l").as_deref(), Some("oil-1"));
        for own in ["lin", "lin.", "lin-x.cup", "linx.cup", "rice-5kg"] {
            assert_eq!(of(own), None, "{own}");
        }
    }

    #[test]
    fn a_basket_is_of_one_place() {
        let all = Merchants(vec![merchant("lin"), merchant("tea")]);
        let together = |items: &[&str]| {
            let line = |item: &&str| OrderLine::new(item.parse().unwrap(), 1);
            all.is_together(&items.iter().map(line).collect())
        };
        assert!(together(&[]) && together(&["rice", "salt"]));
        assert!(together(&["lin.a", "lin.b"]));
        assert!(!together(&["lin.a", "rice"]) && !together(&["rice", "lin.a"]));
        assert!(!together(&["lin.a", "tea.a"]));
    }
}
