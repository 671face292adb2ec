//! Orders: priced by the community's rule, set aside, then handed over or given back.
//!
//! Order of checks: key, basket, items, resident, price rule, pick-up code, stock, price seen, balance.

use super::draft::{Draft, Floors};
use super::earning::{check_person_now, holder};
use super::facts::{Days, Subjects, add, fact, item_kind};
use super::part::{collectable, in_parts, rest, settle_rest};
use super::{Applied, Book, Order, OrderState};
use crate::account::{Account, Purpose};
use crate::amount::Amount;
use crate::command::{Command, Rejection};
use crate::counters::{Cell, CounterSubject};
use crate::ids::{AssetNo, Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use crate::record::{
    Envelope, Item, OrderLine, PickupCode, Record, ReleaseReason, Transfer, TransferKind,
};
use crate::rule::{Arg, BasketLine, Fact, Judge, PriceAsk, Quote, Refusal};
use crate::time::LocalDate;

pub(super) const LINES_MAX: usize = 20;
pub(super) const PIECES_MAX: i32 = 999;

pub(super) struct Basket<'c> {
    pub(super) resident: ResidentNo,
    pub(super) lines: &'c [(Code, i32)],
    pub(super) seen: Amount,
    pub(super) code: &'c PickupCode,
}

/// A basket ready to be priced.
pub(super) struct Asked {
    household: HouseholdNo,
    set: RuleSetNo,
    ask: PriceAsk,
    items: Vec<Item>,
    /// All facts, order first, then line by line, as the record keeps them.
    facts: Vec<Fact>,
}

impl Asked {
    fn order_lines(&self, lines: &[(Code, i32)]) -> Vec<OrderLine> {
        let both = self.items.iter().zip(lines);
        both.map(|(item, (_, quantity))| OrderLine {
            item: item.no,
            quantity: *quantity,
        })
        .collect()
    }
}

pub(super) fn ask(
    book: &Book,
    today: LocalDate,
    resident: ResidentNo,
    lines: &[(Code, i32)],
) -> Result<Asked, Rejection> {
    let pieces_fit = lines
        .iter()
        .all(|(_, pieces)| (1..=PIECES_MAX).contains(pieces));
    let twice = lines
        .iter()
        .enumerate()
        .any(|(i, (code, _))| lines.iter().take(i).any(|(other, _)| other == code));
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
    for (code, quantity) in lines {
        let item = book
            .item(code)
            .filter(|item| item.active)
            .ok_or_else(|| Rejection::ItemUnknown { item: code.clone() })?;
        let own: Vec<Fact> = plan
            .line_facts
            .iter()
            .map(|need| fact(book, need, days, &who, Some(code)))
            .collect();
        facts.extend_from_slice(&own);
        asked.push(BasketLine {
            item: code.clone(),
            category: item.category.clone(),
            value_fen: item.value_fen,
            quantity: *quantity,
            facts: own,
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
    Ok(Asked {
        household,
        set: set.no,
        ask,
        items,
        facts,
    })
}

pub(super) fn judge_price(
    asked: &Asked,
    judge: &dyn Judge,
) -> Result<Result<Quote, Refusal>, Rejection> {
    judge
        .price(asked.set, &asked.ask)
        .map_err(|fault| Rejection::RuleFault {
            set: asked.set,
            code: fault.code,
            message: fault.message,
        })
}

pub(super) fn place(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    basket: &Basket<'_>,
    judge: &dyn Judge,
) -> Result<Applied, Rejection> {
    check_person_now(book, basket.resident)?;
    let asked = ask(book, envelope.today, basket.resident, basket.lines)?;
    // The same digits in clear may belong to an order of before codes were sealed.
    let clear = command.text.iter().map(|own| own.text.clone());
    let taken = clear
        .chain([basket.code.key()])
        .any(|key| book.codes.get(&key).is_some_and(Option::is_some));
    let fits = command
        .text
        .as_ref()
        .is_none_or(|own| basket.code.fits(own));
    if taken || !fits || !basket.code.is_well_formed() {
        return Err(Rejection::CodeTaken);
    }
    let no = OrderNo(book.frame.next_order);
    let lines = asked.order_lines(basket.lines);
    let today = envelope.today;
    let first = Record::Place(
        envelope,
        no,
        basket.resident,
        lines.clone(),
        basket.seen,
        basket.code.clone(),
    );
    let quote = match judge_price(&asked, judge)? {
        Ok(quote) => quote,
        Err(refusal) => {
            let refused = Record::Refused(Some(asked.set), asked.facts, refusal);
            return Ok(Applied::Fresh(book.append(
                command,
                vec![first, refused],
                &[],
            )));
        }
    };
    let drafted = match draft_hold(book, basket, &asked, &quote, &lines, today)? {
        Ok(drafted) => drafted,
        Err(refusal) => {
            return Ok(Applied::Fresh(book.append(
                command,
                vec![
                    first,
                    Record::Refused(Some(asked.set), asked.facts, refusal),
                ],
                &[],
            )));
        }
    };
    let settings = book.settings_or_reject()?;
    let order = Order {
        no,
        entry: book.frame.head.next_seq,
        resident: basket.resident,
        household: asked.household,
        lines: lines
            .into_iter()
            .zip(quote.points.iter().map(|points| Amount::from(*points)))
            .collect(),
        handed: vec![0; quote.points.len()],
        total: total(&quote)?,
        held: drafted.1,
        code: basket.code.clone(),
        placed_on: today,
        deadline: today.plus_days(i32::from(settings.order_hold_days)),
        state: OrderState::Reserved,
    };
    count(book, &order, false);
    book.frame.next_order = book.frame.next_order.saturating_add(1);
    book.codes.insert(order.code.key(), Some(no));
    let code = command.text.iter().map(|own| (no, own.clone()));
    book.dirty.codes.extend(code);
    put(book, order);
    let records = vec![first, Record::Quoted(asked.set, asked.facts, quote)];
    Ok(Applied::Fresh(drafted.0.commit(book, command, records)))
}

/// What would become of an order that was placed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What the basket costs; `None` when the rule says no.
    pub quote: Option<Quote>,
    /// Why an order would be refused: by the rule, for want of goods, for want of points, in this order.
    pub refusal: Option<Refusal>,
}

pub(super) fn offer(
    book: &Book,
    today: LocalDate,
    resident: ResidentNo,
    lines: &[(Code, i32)],
    judge: &dyn Judge,
) -> Result<Offer, Rejection> {
    let asked = ask(book, today, resident, lines)?;
    let quote = match judge_price(&asked, judge)? {
        Ok(quote) => quote,
        Err(refusal) => {
            return Ok(Offer {
                quote: None,
                refusal: Some(refusal),
            });
        }
    };
    let basket = Basket {
        resident,
        lines,
        // Nothing was seen before.
        seen: total(&quote)?,
        code: &PickupCode::Sealed([0; 32]),
    };
    let lines: Vec<OrderLine> = asked.order_lines(basket.lines);
    let held = draft_hold(book, &basket, &asked, &quote, &lines, today)?;
    Ok(Offer {
        refusal: held.err(),
        quote: Some(quote),
    })
}

fn total(quote: &Quote) -> Result<Amount, Rejection> {
    let sum = quote
        .points
        .iter()
        .map(|points| i64::from(*points))
        .fold(0, i64::saturating_add);
    Amount::new(sum).map_err(|_| Rejection::OutOfRange)
}

fn refusal(code: &'static str, args: Vec<Arg>) -> Refusal {
    Refusal {
        code: Code::literal(code),
        args,
        opens: None,
    }
}

fn whole(amount: i64) -> Arg {
    Arg::Integer(i32::try_from(amount).unwrap_or(i32::MAX))
}

type Held = (super::draft::Drafted, Vec<(crate::record::LotDate, i64)>);

fn draft_hold(
    book: &Book,
    basket: &Basket<'_>,
    asked: &Asked,
    quote: &Quote,
    lines: &[OrderLine],
    today: LocalDate,
) -> Result<Result<Held, Refusal>, Rejection> {
    let settings = book.settings_or_reject()?;
    let order = Some(OrderNo(book.frame.next_order));
    let mut draft = Draft::new(book);
    for (item, line) in asked.items.iter().zip(lines) {
        let asset = AssetNo::of_item(item.no).ok_or(Rejection::NumberTooLarge)?;
        let shelf = Account::of_community(asset, Purpose::Shelf);
        let left = draft.state(&shelf).total;
        if left < i64::from(line.quantity) {
            return Ok(Err(refusal(
                "stock.out",
                vec![Arg::Code(item.code.clone()), whole(left)],
            )));
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
    if total > basket.seen {
        return Ok(Err(refusal(
            "price.changed",
            vec![whole(total.get()), whole(basket.seen.get())],
        )));
    }
    let whose = holder(settings, AssetNo::POINTS, basket.resident, asked.household);
    let available = Account {
        holder: whose,
        asset: AssetNo::POINTS,
        purpose: Purpose::Available,
    };
    let has = draft.state(&available).spendable(today).max(0);
    let Some(held) = draft
        .lots_for(&available, total.get(), today)
        .filter(|_| has >= total.get())
    else {
        return Ok(Err(refusal(
            "balance.short",
            vec![whole(total.get()), whole(has)],
        )));
    };
    for (lot, part) in &held {
        draft.move_one(Transfer {
            debit: available,
            credit: Account {
                purpose: Purpose::Held,
                ..available
            },
            amount: Amount::new(*part).map_err(|_| Rejection::OutOfRange)?,
            from_lot: *lot,
            to_lot: *lot,
            kind: TransferKind::Hold,
            order,
            reverses: None,
        })?;
    }
    Ok(Ok((draft.finish(Floors::Kept)?, held)))
}

/// Adds an order to the redemption counters of its day, or takes what is still set aside of it away again.
fn count(book: &mut Book, order: &Order, out: bool) {
    for (line, points, begun) in rest(order) {
        let cell = Cell {
            events: i64::from(!begun),
            quantity: i64::from(line.quantity),
            points: points.get(),
            minutes: 0,
        };
        let cell = if out { cell.negated() } else { cell };
        count_line(book, order, line.item, &cell);
    }
}

/// Adds to the counters of one item on the day of its order.
pub(super) fn count_line(book: &mut Book, order: &Order, item: ItemNo, cell: &Cell) {
    let of_no = |own: &&Item| own.no == item;
    let Some(code) = book
        .frame
        .items
        .iter()
        .find(of_no)
        .map(|own| own.code.clone())
    else {
        return;
    };
    for subject in [
        CounterSubject::Resident(order.resident),
        CounterSubject::Household(order.household),
        CounterSubject::Community,
    ] {
        add(book, subject, &item_kind(&code), order.placed_on, cell);
    }
}

pub(super) fn put(book: &mut Book, order: Order) {
    book.dirty.orders.insert(order.no);
    book.orders.insert(order.no, Some(order));
}

pub(super) fn reserved(book: &Book, no: OrderNo) -> Result<Order, Rejection> {
    let order = book
        .orders
        .get(&no)
        .cloned()
        .flatten()
        .ok_or(Rejection::OrderUnknown { order: no })?;
    match &order.state {
        OrderState::Reserved => Ok(order),
        OrderState::Settled { at, by } => Err(Rejection::OrderSettled {
            order: no,
            at: *at,
            by: by.clone(),
        }),
        OrderState::Released { reason, .. } => Err(Rejection::OrderReleased {
            order: no,
            reason: *reason,
        }),
    }
}

pub(super) fn settle(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    no: OrderNo,
) -> Result<Applied, Rejection> {
    let order = collectable(book, no, &envelope)?;
    if in_parts(&order) {
        return settle_rest(book, command, envelope, order);
    }
    let redeemed = Account::of_community(AssetNo::POINTS, Purpose::Redeemed);
    let drafted = move_back(book, &order, TransferKind::Settle, Purpose::Handed, |_| {
        (redeemed, 0)
    })?;
    let state = OrderState::Settled {
        at: envelope.at,
        by: envelope.actor.clone(),
    };
    put(book, Order { state, ..order });
    Ok(Applied::Fresh(drafted.commit(
        book,
        command,
        vec![Record::Settle(envelope, no)],
    )))
}

/// Points go back to the lots they came from; what has expired meanwhile expires in the same entry.
pub(super) fn release(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    no: OrderNo,
    reason: ReleaseReason,
) -> Result<Applied, Rejection> {
    let order = reserved(book, no)?;
    if reason == ReleaseReason::TimedOut && envelope.today <= order.deadline {
        return Err(Rejection::OrderNotDue {
            order: no,
            deadline: order.deadline,
        });
    }
    let settings = book.settings_or_reject()?;
    let whose = holder(settings, AssetNo::POINTS, order.resident, order.household);
    let available = Account {
        holder: whose,
        asset: AssetNo::POINTS,
        purpose: Purpose::Available,
    };
    let expired = Account::of_community(AssetNo::POINTS, Purpose::Expired);
    let back_to = |lot| {
        if super::seen::lapses(lot, envelope.today) {
            (expired, 0)
        } else {
            (available, lot)
        }
    };
    let drafted = move_back(book, &order, TransferKind::Release, Purpose::Shelf, back_to)?;
    count(book, &order, true);
    let state = OrderState::Released {
        at: envelope.at,
        reason,
    };
    put(book, Order { state, ..order });
    Ok(Applied::Fresh(drafted.commit(
        book,
        command,
        vec![Record::Release(envelope, no, reason)],
    )))
}

/// Moves what is still set aside of an order: its goods from `reserved` to `goods_to`, and its held points lot by lot.
fn move_back(
    book: &Book,
    order: &Order,
    kind: TransferKind,
    goods_to: Purpose,
    points_to: impl Fn(crate::record::LotDate) -> (Account, crate::record::LotDate),
) -> Result<super::draft::Drafted, Rejection> {
    let settings = book.settings_or_reject()?;
    let mut draft = Draft::new(book);
    let number = Some(order.no);
    for (line, ..) in rest(order).iter().filter(|(line, ..)| line.quantity > 0) {
        let asset = AssetNo::of_item(line.item).ok_or(Rejection::NumberTooLarge)?;
        draft.move_one(Transfer {
            debit: Account::of_community(asset, Purpose::Reserved),
            credit: Account::of_community(asset, goods_to),
            amount: Amount::from(line.quantity),
            from_lot: 0,
            to_lot: 0,
            kind,
            order: number,
            reverses: None,
        })?;
    }
    let whose = holder(settings, AssetNo::POINTS, order.resident, order.household);
    let held = Account {
        holder: whose,
        asset: AssetNo::POINTS,
        purpose: Purpose::Held,
    };
    for (lot, part) in &order.held {
        let (credit, to_lot) = points_to(*lot);
        let amount = Amount::new(*part).map_err(|_| Rejection::OutOfRange)?;
        let kind = if credit.purpose == Purpose::Expired {
            TransferKind::Expire
        } else {
            kind
        };
        draft.move_one(Transfer {
            debit: held,
            credit,
            amount,
            from_lot: *lot,
            to_lot,
            kind,
            order: number,
            reverses: None,
        })?;
    }
    draft.finish(Floors::Kept)
}
