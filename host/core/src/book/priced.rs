//! Baskets: priced by the community's rule and set aside, or only asked about. What becomes of an order then is `order`.

mod again;

pub(super) use again::ask_again;

use super::draft::{Draft, Drafted, Floors};
use super::facts::{Days, Subjects, fact, item_kind};
use super::needs::Missing;
use super::{Book, HeldLot};
use crate::account::{Account, Purpose};
use crate::amount::Amount;
use crate::command::Rejection;
use crate::ids::{AssetNo, Code, HouseholdNo, OrderNo, ResidentNo, RuleSetNo};
use crate::record::{Item, LotDate, OrderLine, Transfer, TransferKind};
use crate::rule::{Arg, BasketLine, Denial, Fact, Judge, PriceAsk, Quote, Refusal};
use crate::settings::Settings;
use crate::time::LocalDate;

pub(super) const LINES_MAX: usize = 20;
pub(super) const PIECES_MAX: i32 = 999;

/// A basket ready to be priced.
pub(super) struct Basket {
    pub(super) resident: ResidentNo,
    pub(super) household: HouseholdNo,
    pub(super) set: RuleSetNo,
    ask: PriceAsk,
    items: Vec<Item>,
    /// What is ordered, by item number.
    pub(super) lines: Vec<OrderLine>,
    /// All facts, order first, then line by line, as the record keeps them.
    pub(super) facts: Vec<Fact>,
}

pub(super) fn basket(
    book: &Book,
    today: LocalDate,
    resident: ResidentNo,
    lines: &[OrderLine<Code>],
) -> Result<Basket, Rejection> {
    let pieces_fit = lines
        .iter()
        .all(|line| (1..=PIECES_MAX).contains(&line.quantity));
    let twice = lines
        .iter()
        .enumerate()
        .any(|(i, line)| lines.iter().take(i).any(|other| other.item == line.item));
    if lines.is_empty() || lines.len() > LINES_MAX || !pieces_fit || twice {
        return Err(Rejection::BasketShape);
    }
    let household = book.household(resident)?;
    let set = book.pricing_for(today).ok_or(Rejection::NoPricing)?;
    let plan = set.plan.pricing.clone().unwrap_or_default();
    let who = Subjects {
        resident,
        household,
    };
    let days = Days { on: today, today };
    let order_facts: Vec<Fact> = plan
        .order_facts
        .iter()
        .map(|need| fact(book, need, days, &who, None))
        .collect();
    let mut facts = order_facts.clone();
    let mut items = Vec::new();
    let mut asked = Vec::new();
    let mut ordered = Vec::new();
    for OrderLine {
        item: code,
        quantity,
    } in lines
    {
        let item = book
            .item(code)
            .filter(|item| item.active)
            .ok_or_else(|| Rejection::ItemUnknown { item: code.clone() })?;
        let line_facts: Vec<Fact> = plan
            .line_facts
            .iter()
            .map(|need| fact(book, need, days, &who, Some(code)))
            .collect();
        facts.extend_from_slice(&line_facts);
        asked.push(BasketLine {
            item: code.clone(),
            category: item.category.clone(),
            value_fen: item.value_fen,
            quantity: *quantity,
            facts: line_facts,
        });
        ordered.push(OrderLine {
            item: item.no,
            quantity: *quantity,
        });
        items.push(item.clone());
    }
    // The minute of the day is left out of pricing: a page and its commit must see the same basket.
    let ask = PriceAsk {
        lines: asked,
        on: today,
        minute: 0,
        facts: order_facts,
        traits: book.traits_for(resident, set)?,
    };
    Ok(Basket {
        resident,
        household,
        set: set.no,
        ask,
        items,
        lines: ordered,
        facts,
    })
}

pub(super) fn judge_price(asked: &Basket, judge: &dyn Judge) -> Result<Quote, Denial<Rejection>> {
    let failed = |fault| Rejection::rule_fault(asked.set, fault);
    let answer = judge.price(asked.set, &asked.ask);
    answer.map_err(|denial| denial.map_failed(failed))
}

/// What would become of an order that was placed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What the basket costs; `None` when the rule says no.
    pub quote: Option<Quote>,
    /// Why an order would be refused: by the rule, for want of goods, for want of points, in this order.
    pub refusal: Option<Refusal>,
    /// With what it would be paid; empty when it would be refused.
    pub held: Vec<HeldLot>,
}

impl Offer {
    /// How much of each asset, where something is taken beside points.
    pub fn paid(&self) -> Vec<(AssetNo, i64)> {
        paid(&self.held)
    }
}

pub(super) fn offer(
    book: &Book,
    today: LocalDate,
    resident: ResidentNo,
    lines: &[OrderLine<Code>],
    judge: &dyn Judge,
) -> Result<Offer, Rejection> {
    let asked = basket(book, today, resident, lines)?;
    let quote = match judge_price(&asked, judge) {
        Ok(quote) => quote,
        Err(Denial::Refused(refusal)) => {
            return Ok(Offer {
                quote: None,
                refusal: Some(refusal),
                held: Vec::new(),
            });
        }
        Err(Denial::Failed(rejection)) => return Err(rejection),
    };
    // Nothing was seen before.
    let seen = total(&quote)?;
    let (refusal, held) = match draft_hold(book, &asked, &quote, (seen, Purse::Full), today) {
        Ok((_, held)) => (None, held),
        Err(Denial::Refused(refusal)) => (Some(refusal), Vec::new()),
        Err(Denial::Failed(rejection)) => return Err(rejection),
    };
    Ok(Offer {
        refusal,
        held,
        quote: Some(quote),
    })
}

pub(super) fn total(quote: &Quote) -> Result<Amount, Rejection> {
    let sum = quote
        .points
        .iter()
        .map(|points| i64::from(*points))
        .fold(0, i64::saturating_add);
    Amount::new(sum).map_err(|_| Rejection::OutOfRange)
}

/// What is set aside, by asset, where something is taken beside points.
pub(super) fn paid(held: &[HeldLot]) -> Vec<(AssetNo, i64)> {
    let mut sums: Vec<(AssetNo, i64)> = Vec::new();
    for one in held {
        match sums.iter_mut().find(|(asset, _)| *asset == one.asset) {
            Some((_, sum)) => *sum = sum.saturating_add(one.points),
            None => sums.push((one.asset, one.points)),
        }
    }
    let alone = sums.iter().all(|(asset, _)| *asset == AssetNo::POINTS);
    if alone { Vec::new() } else { sums }
}

/// Whether the points have to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purse {
    /// They have to be, and no more than was seen is taken.
    Full,
    /// What is missing is owed, and what was seen counts for nothing: see [`Book::supposing`].
    Owing,
}

impl Purse {
    pub(super) fn of(book: &Book) -> Self {
        if book.supposes {
            Purse::Owing
        } else {
            Purse::Full
        }
    }
}

/// What is there of `wanted`, by lots, and the rest as a debt of the undated one.
fn owing(
    draft: &Draft<'_>,
    account: &Account,
    wanted: i64,
    today: LocalDate,
) -> Vec<(LotDate, i64)> {
    let has = draft.state(account).spendable(today).clamp(0, wanted);
    let mut parts = draft.lots_for(account, has, today).unwrap_or_default();
    let owed = wanted.saturating_sub(has);
    match parts.iter_mut().find(|(lot, _)| *lot == 0) {
        Some((_, part)) => *part = part.saturating_add(owed),
        None => parts.push((0, owed)),
    }
    parts
}

/// What of a price is paid beside points: as much as may be and is there, the earliest lots first.
fn beside(
    draft: &Draft<'_>,
    settings: &Settings,
    (resident, available): (ResidentNo, impl Fn(AssetNo) -> Account),
    (price, today): (i64, LocalDate),
) -> Result<Vec<HeldLot>, Rejection> {
    let Some(beside) = &settings.beside else {
        return Ok(Vec::new());
    };
    let traits = &draft.book().member(resident)?.traits;
    let account = available(beside.asset);
    let has = draft.state(&account).spendable(today);
    let part = beside.most(price, today, traits).min(has).max(0);
    let lots = draft.lots_for(&account, part, today).unwrap_or_default();
    let held = lots.into_iter().map(|(lot, points)| HeldLot {
        asset: beside.asset,
        lot,
        points,
    });
    Ok(held.collect())
}

/// The movements that set an order aside, and the lots its points are held in.
type Setting = (Drafted, Vec<HeldLot>);

pub(super) fn draft_hold(
    book: &Book,
    asked: &Basket,
    quote: &Quote,
    (seen, purse): (Amount, Purse),
    today: LocalDate,
) -> Result<Setting, Denial<Rejection>> {
    let settings = book.settings_or_reject()?;
    let order = Some(OrderNo(book.frame.next_order));
    let mut draft = Draft::new(book);
    for (item, line) in asked.items.iter().zip(&asked.lines) {
        let asset = AssetNo::of_item(item.no).ok_or(Rejection::NumberTooLarge)?;
        let shelf = Account::of_community(asset, Purpose::Shelf);
        let left = draft.state(&shelf).total;
        if left < i64::from(line.quantity) {
            let args = vec![Arg::Code(item.code.clone()), Arg::whole(left)];
            return Err(Refusal::new("stock.out", args).into());
        }
        let credit = Account::of_community(asset, Purpose::Reserved);
        let amount = Amount::from(line.quantity);
        draft.move_one(Transfer {
            debit: shelf,
            credit,
            amount,
            from_lot: 0,
            to_lot: 0,
            kind: TransferKind::Hold,
            order,
            reverses: None,
        })?;
    }
    let total = total(quote)?;
    if total > seen && purse == Purse::Full {
        let args = vec![Arg::whole(total.get()), Arg::whole(seen.get())];
        return Err(Refusal::new("price.changed", args).into());
    }
    let available = |asset| Account {
        holder: settings.holder(asset, asked.resident, asked.household),
        asset,
        purpose: Purpose::Available,
    };
    let beside = beside(
        &draft,
        settings,
        (asked.resident, available),
        (total.get(), today),
    )?;
    let own_price = total
        .get()
        .saturating_sub(beside.iter().map(|held| held.points).sum());
    let own = available(AssetNo::POINTS);
    let has = draft.state(&own).spendable(today).max(0);
    let there = draft
        .lots_for(&own, own_price, today)
        .filter(|_| has >= own_price);
    let lots = match (there, purse) {
        (Some(lots), _) => lots,
        (None, Purse::Owing) => owing(&draft, &own, own_price, today),
        (None, Purse::Full) => {
            let args = vec![Arg::whole(own_price), Arg::whole(has)];
            return Err(Refusal::new("balance.short", args).into());
        }
    };
    let lots = lots
        .into_iter()
        .map(|(lot, part)| HeldLot::of_points(lot, part));
    let held: Vec<HeldLot> = lots.chain(beside).collect();
    for held in &held {
        let debit = available(held.asset);
        draft.move_one(Transfer {
            debit,
            credit: Account {
                purpose: Purpose::Held,
                ..debit
            },
            amount: Amount::new(held.points).map_err(|_| Rejection::OutOfRange)?,
            from_lot: held.lot,
            to_lot: held.lot,
            kind: TransferKind::Hold,
            order,
            reverses: None,
        })?;
    }
    Ok((draft.finish(Floors::Kept)?, held))
}

/// What pricing a basket and setting it aside reads.
pub(super) fn needs(
    list: &mut Missing<'_>,
    resident: ResidentNo,
    lines: &[OrderLine<Code>],
    today: LocalDate,
) {
    let Some(who) = list.who(resident) else {
        return;
    };
    let Some(settings) = &list.book.frame.settings else {
        return;
    };
    let beside = settings.beside.as_ref().map(|beside| beside.asset);
    for asset in beside.into_iter().chain([AssetNo::POINTS]) {
        let whose = settings.holder(asset, who.resident, who.household);
        for purpose in [Purpose::Available, Purpose::Held] {
            list.account(Account {
                holder: whose,
                asset,
                purpose,
            });
        }
    }
    let plan = list
        .book
        .pricing_for(today)
        .and_then(|set| set.plan.pricing.clone())
        .unwrap_or_default();
    list.facts(&plan.order_facts, today, &who, None);
    for OrderLine { item: code, .. } in lines {
        let Some(no) = list.book.item(code).map(|item| item.no) else {
            continue;
        };
        list.goods(no, &[Purpose::Shelf, Purpose::Reserved]);
        list.facts(&plan.line_facts, today, &who, Some(code));
        list.counted(&who, &item_kind(code), today);
    }
}
