//! What the suite compares: everything a store keeps with a book that was never stored.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::account::{Account, Purpose};
use rongyi_core::book::{Applied, Book, FateState, OrderState, Receipt};
use rongyi_core::chain::{Head, leaf, merkle_root};
use rongyi_core::ids::{Code, OrderNo, ResidentNo};
use rongyi_core::record::{Asked, Erasure, LotDate, PickupCode, Record};
use rongyi_store::PassbookRow;

use crate::script::{day, household, same_sets};
use crate::stores::Tried;
use crate::{Outcome, said, same};

/// The derived tables, the frame and the references against the model.
#[expect(
    clippy::too_many_lines,
    reason = "one table of the store after another, each compared once"
)]
pub(crate) async fn state(tried: &Tried, model: &Book) -> Outcome {
    let name = &model.frame().community;
    let store = &tried.store;
    let frame = said(tried.frame(name).await)?.ok_or("the frame is missing")?;
    let expected = model.frame();
    same("head", frame.head, expected.head)?;
    same("settings", &frame.settings, &expected.settings)?;
    same("next order", frame.next_order, expected.next_order)?;
    same("posted", frame.posted, expected.posted)?;
    same("rule sets", same_sets(&frame.sets, &expected.sets), true)?;
    let mut items = expected.items.clone();
    items.sort_by_key(|item| item.no);
    same("items", &frame.items, &items)?;
    same("periods", &frame.periods, &expected.periods)?;
    let standings: Vec<_> = model
        .standings()
        .into_iter()
        .map(|((cut, holder), standing)| (cut, holder, standing.clone()))
        .collect();
    same(
        "standings",
        &said(store.all_standings(name).await)?,
        &standings,
    )?;
    for row in &expected.periods {
        let of_cut = standings.iter().filter(|(cut, ..)| *cut == row.cut);
        let page = said(store.standings(name, row.cut, None, 100).await)?;
        let expected_page: Vec<_> = of_cut
            .clone()
            .map(|(_, holder, standing)| (*holder, standing.clone()))
            .collect();
        same("standings of a cut-off", &page, &expected_page)?;
        if let Some((first, _)) = expected_page.first() {
            let rest = said(store.standings(name, row.cut, Some(*first), 1).await)?;
            same("the next standing", rest.first(), expected_page.get(1))?;
        }
        let open: Vec<_> = of_cut
            .filter(|(_, _, standing)| standing.entry == 0)
            .map(|(_, holder, _)| *holder)
            .collect();
        same(
            "open standings",
            said(store.open_standings(name, row.cut, 100).await)?,
            open,
        )?;
    }

    let accounts: BTreeMap<_, _> = said(store.all_accounts(name).await)?.into_iter().collect();
    let expected: BTreeMap<_, _> = model
        .accounts()
        .into_iter()
        .map(|(account, state)| (account, state.clone()))
        .collect();
    same("accounts", &accounts, &expected)?;
    let keys: Vec<Account> = expected.keys().copied().collect();
    let read: BTreeMap<_, _> = said(store.balances(name, &keys).await)?
        .into_iter()
        .collect();
    same("balances", &read, &expected)?;

    let counters: BTreeMap<_, _> = said(store.all_counters(name).await)?.into_iter().collect();
    let expected: BTreeMap<_, _> = model
        .counters()
        .into_iter()
        .map(|(key, row)| (key.clone(), row.clone()))
        .collect();
    same("counters", &counters, &expected)?;
    for (key, row) in expected.iter().take(5) {
        same(
            "counter row",
            said(store.counter_row(name, key).await)?.as_ref(),
            Some(row),
        )?;
    }

    let orders: Vec<_> = model.orders().into_values().cloned().collect();
    same("orders", &said(store.all_orders(name).await)?, &orders)?;
    for order in &orders {
        same(
            "order",
            said(store.order(name, order.no).await)?.as_ref(),
            Some(order),
        )?;
        let by_code = said(store.order_by_code(name, &order.code.key()).await)?;
        same("order by code", by_code.as_ref(), Some(order))?;
        let open = order.state == OrderState::Reserved;
        let sealed = matches!(order.code, PickupCode::Sealed(_));
        let kept = said(store.pickup_code(name, order.no).await)?;
        same(
            "a code is kept while it counts",
            kept.is_some(),
            open && sealed,
        )?;
    }
    let residents: Vec<_> = model.members().into_iter().collect();
    same(
        "residents",
        said(store.all_residents(name).await)?,
        residents,
    )?;
    let sources: Vec<_> = model
        .sources()
        .into_iter()
        .map(|((source, text), used)| (source.clone(), text.clone(), *used))
        .collect();
    same("sources", said(store.all_sources(name).await)?, sources)?;
    let fates: Vec<_> = model.fates().into_iter().collect();
    same("fates", said(store.all_fates(name).await)?, fates.clone())?;
    for (entry, fate) in fates {
        same("fate", said(store.fate(name, entry).await)?, Some(fate))?;
        let alike = said(store.fates_in(name, fate.state, 1000).await)?;
        same("fates in a state", alike.contains(&(entry, fate)), true)?;
    }
    let waiting: Vec<u64> = model.waiting().into_keys().collect();
    let stored: Vec<u64> = said(store.waiting(name).await)?
        .into_iter()
        .map(|(seq, _)| seq)
        .collect();
    same("waiting", stored, waiting)
}

/// The chain, made again from the journal.
pub(crate) async fn chain(tried: &Tried, name: &Code, head: Head) -> Outcome {
    let store = &tried.store;
    let mut journal = Vec::new();
    loop {
        let from = journal
            .last()
            .map_or(1, |(seq, _, _): &(u64, u8, Vec<u8>)| seq + 1);
        let page = said(store.journal(name, from, 7).await)?;
        if page.is_empty() {
            break;
        }
        journal.extend(page);
    }
    let places: Vec<u64> = journal.iter().map(|(seq, _, _)| *seq).collect();
    same("places", places, (1..head.next_seq).collect())?;
    for (seq, kind, body) in &journal {
        let record = Record::decode(*kind, body).map_err(|_| format!("record {seq} is damaged"))?;
        same("canonical bytes", &record.encode(), body)?;
    }
    let (mut height, mut prev) = (0, [0; 32]);
    loop {
        let page = said(store.blocks(name, height + 1, 4).await)?;
        if page.is_empty() {
            break;
        }
        for stored in page {
            let block = stored.block;
            let leaves: Vec<_> = journal
                .iter()
                .filter(|(seq, _, _)| {
                    (block.first_seq..block.first_seq + block.count).contains(seq)
                })
                .map(|(seq, kind, body)| leaf(block.version, *seq, *kind, body))
                .collect();
            same("root", block.root, merkle_root(&leaves))?;
            same("link", block.prev, prev)?;
            same("height", block.height, height + 1)?;
            same("hash", block.hash(name), stored.hash)?;
            (height, prev) = (block.height, stored.hash);
        }
    }
    same("newest block", (height, prev), (head.height, head.hash))
}

/// Every receipt, read back as an entry.
pub(crate) async fn entries(tried: &Tried, name: &Code, outcomes: &[Applied]) -> Outcome {
    let erased = erasures(outcomes).flat_map(|what| what.texts.iter().copied());
    let erased: BTreeSet<u64> = erased.collect();
    for outcome in outcomes {
        let Applied::Fresh(receipt) = outcome else {
            continue;
        };
        let entry = said(tried.store.entry(name, receipt.entry).await)?
            .ok_or_else(|| format!("entry {} is missing", receipt.entry))?;
        same("first of entry", entry.first_seq, receipt.entry)?;
        let records: Vec<(u64, u8, Vec<u8>)> = (receipt.entry..)
            .zip(&receipt.records)
            .map(|(seq, record)| (seq, record.kind(), record.encode()))
            .collect();
        let last = records.last().map_or(receipt.entry, |(seq, _, _)| *seq);
        same("records of entry", &entry.records, &records)?;
        same("balances after", &entry.balances_after, &amounts(receipt))?;
        let within = said(tried.store.entry(name, last).await)?;
        same("entry of its last record", within.as_ref(), Some(&entry))?;
        let opening = receipt.records[0].kind() == 6;
        let kept = opening && !erased.contains(&receipt.entry);
        let text = kept.then(|| "旧账本第 3 页".to_owned());
        same("text", entry.text, text)?;
    }
    let beyond = said(tried.store.entry(name, 1_000_000).await)?;
    same("entry beyond the end", beyond, None)
}

/// What was erased, by its receipts.
fn erasures(outcomes: &[Applied]) -> impl Iterator<Item = &Erasure> {
    outcomes.iter().filter_map(|outcome| match outcome {
        Applied::Fresh(receipt) => match receipt.records.first() {
            Some(Record::Asked(_, Asked::Erase(what))) => Some(&**what),
            Some(_) | None => None,
        },
        Applied::Replay(_) => None,
    })
}

/// Whoever was erased has no salt any more, and everybody else has theirs.
pub(crate) async fn forgotten(
    tried: &Tried,
    name: &Code,
    outcomes: &[Applied],
    salt: &[u8; 16],
) -> Outcome {
    let gone = erasures(outcomes).flat_map(|what| what.residents.iter().copied());
    let gone: BTreeSet<ResidentNo> = gone.collect();
    same("forgotten", gone.len(), 1)?;
    for resident in [ResidentNo(1001), ResidentNo(1003)] {
        let found = said(tried.store.resident_salt(name, resident).await)?;
        let expected = if gone.contains(&resident) {
            [0; 16]
        } else {
            *salt
        };
        same("salt", found, Some(expected))?;
    }
    Ok(())
}

fn amounts(receipt: &Receipt) -> Vec<(Account, i64)> {
    receipt
        .balances
        .iter()
        .map(|(account, amount)| (*account, amount.get()))
        .collect()
}

/// The passbook that the receipts add up to, newest first.
fn expected_lines(outcomes: &[Applied], accounts: &[Account]) -> Vec<(u64, Account, i64, i64)> {
    let mut balance: BTreeMap<Account, i64> = BTreeMap::new();
    let mut lines = Vec::new();
    for outcome in outcomes {
        let Applied::Fresh(receipt) = outcome else {
            continue;
        };
        for (seq, record) in (receipt.entry..).zip(&receipt.records) {
            let Record::Moved(_, transfer) = record else {
                continue;
            };
            let amount = transfer.amount.get();
            for (account, change) in [(transfer.debit, -amount), (transfer.credit, amount)] {
                let now = balance.entry(account).or_default();
                *now += change;
                if accounts.contains(&account) {
                    lines.push((seq, account, change, *now));
                }
            }
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse((line.0, line.1)));
    lines
}

/// Passbooks of one and of several accounts, in pages of every size.
pub(crate) async fn passbooks(tried: &Tried, name: &Code, outcomes: &[Applied]) -> Outcome {
    let (available, held) = (Purpose::Available, Purpose::Held);
    let sets: [&[Account]; 4] = [
        &[household(11, available)],
        &[household(11, available), household(11, held)],
        &[
            household(12, available),
            household(11, held),
            household(11, available),
        ],
        &[household(77, available)],
    ];
    for accounts in sets {
        let expected = expected_lines(outcomes, accounts);
        for limit in [1, 2, 3, 500] {
            let mut pages: Vec<PassbookRow> = Vec::new();
            loop {
                let before = pages.last().map(|line| line.seq);
                let page = said(tried.store.passbook(name, accounts, before, limit).await)?;
                if page.is_empty() {
                    break;
                }
                pages.extend(page);
            }
            let mut lines: Vec<_> = pages
                .iter()
                .map(|line| (line.seq, line.account, line.change, line.balance_after))
                .collect();
            same(
                "order of lines",
                lines.is_sorted_by_key(|line| std::cmp::Reverse(line.0)),
                true,
            )?;
            lines.sort_by_key(|line| std::cmp::Reverse((line.0, line.1)));
            same("passbook", &lines, &expected)?;
            for line in &pages {
                why(line, outcomes)?;
            }
        }
    }
    same(
        "there is a passbook",
        expected_lines(outcomes, sets[1]).len() > 12,
        true,
    )
}

/// A line's "why": what began its entry, and what the rule said.
fn why(line: &PassbookRow, outcomes: &[Applied]) -> Outcome {
    let receipt = outcomes
        .iter()
        .find_map(|outcome| match outcome {
            Applied::Fresh(receipt) if receipt.entry == line.entry => Some(receipt),
            Applied::Fresh(_) | Applied::Replay(_) => None,
        })
        .ok_or("a line without its receipt")?;
    let pair = |record: &Record| (record.kind(), record.encode());
    same("first", &line.first, &pair(&receipt.records[0]))?;
    let decided = receipt
        .records
        .get(1)
        .filter(|record| (20..30).contains(&record.kind()));
    same("decided", &line.decided, &decided.map(pair))
}

/// What was marked and stands, by its receipts and fates.
fn marked(model: &Book, outcomes: &[Applied]) -> Vec<u64> {
    let fates = model.fates();
    let stands = |entry: &u64| {
        let state = fates.get(entry).map(|fate| fate.state);
        !matches!(state, Some(FateState::Reversed | FateState::Withdrawn))
    };
    let marked = outcomes.iter().filter_map(|outcome| match outcome {
        Applied::Fresh(receipt) => match receipt.records.get(1) {
            Some(Record::Decided(_, _, decision)) if !decision.marks.is_empty() => {
                Some(receipt.entry)
            }
            Some(_) | None => None,
        },
        Applied::Replay(_) => None,
    });
    marked.filter(stands).collect()
}

/// What waits for somebody to look.
pub(crate) async fn marks(tried: &Tried, model: &Book, outcomes: &[Applied]) -> Outcome {
    let name = &model.frame().community;
    let found = said(tried.store.open_marks(name, 50).await)?;
    same("open marks", found, marked(model, outcomes))
}

/// Looking: once, by the first who does, and off the list.
pub(crate) async fn looked(tried: &Tried, model: &Book, outcomes: &[Applied]) -> Outcome {
    let (name, store) = (&model.frame().community, &tried.store);
    let open = marked(model, outcomes);
    let [first, others @ ..] = open.as_slice() else {
        return Err("the script marks nothing".to_owned());
    };
    same("nothing open", others.is_empty(), false)?;
    let found = said(store.open_marks(name, 1).await)?;
    same("the earliest mark", found, vec![*first])?;
    same(
        "not looked at",
        said(store.mark_seen(name, *first).await)?,
        None,
    )?;
    let (one, two) = (Code::literal("staff/2"), Code::literal("staff/3"));
    let at = |us| rongyi_core::time::Instant(us);
    for (by, us, new) in [(&one, 7, true), (&two, 8, false)] {
        let done = said(store.see_mark(name, *first, by, at(us)).await)?;
        same("looked", done, new)?;
        let seen = said(store.mark_seen(name, *first).await)?;
        same("looked at by", seen, Some((at(7), one.clone())))?;
    }
    let found = said(store.open_marks(name, 50).await)?;
    same("marks left", found, others.to_vec())?;
    let done = said(store.see_mark(name, 1_000_000, &one, at(9)).await)?;
    same("looked at nothing", done, false)?;
    let seen = said(store.mark_seen(name, 1_000_000).await)?;
    same("nothing looked at", seen, None)
}

/// Lists for jobs and pages, against what they are defined as.
pub(crate) async fn lists(tried: &Tried, model: &Book) -> Outcome {
    let (name, store) = (&model.frame().community, &tried.store);
    for today in ["2026-09-09", "2026-09-30", "2026-12-01"].map(day) {
        let due: Vec<OrderNo> = model
            .orders()
            .into_values()
            .filter(|order| order.state == rongyi_core::book::OrderState::Reserved)
            .filter(|order| order.deadline < today)
            .map(|order| order.no)
            .collect();
        same(
            "due orders",
            said(store.due_orders(name, today, 50).await)?,
            due,
        )?;
        let past = |lot: &LotDate| (1..today.to_days()).contains(lot);
        let lapsing: Vec<Account> = model
            .accounts()
            .into_iter()
            .filter(|(account, state)| {
                account.purpose == Purpose::Available
                    && state.lots.iter().any(|(lot, n)| past(lot) && *n > 0)
            })
            .map(|(account, _)| account)
            .collect();
        let found = said(store.accounts_with_lots_before(name, today, 50).await)?;
        same("lapsing", found, lapsing)?;
    }
    let mut mine: Vec<_> = model
        .orders()
        .into_values()
        .filter(|order| order.resident == ResidentNo(1001))
        .cloned()
        .collect();
    mine.reverse();
    let found = said(store.orders_of_resident(name, ResidentNo(1001), 50).await)?;
    same("orders of a resident", found, mine)?;
    let stock: BTreeMap<_, _> = said(store.stock(name).await)?.into_iter().collect();
    for item in &model.frame().items {
        let shelf = rongyi_core::ids::AssetNo::of_item(item.no).map(|asset| {
            model
                .account(&Account::of_community(asset, Purpose::Shelf))
                .total
        });
        same("stock", stock.get(&item.no).copied(), shelf)?;
    }
    Ok(())
}
