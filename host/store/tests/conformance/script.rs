//! A community's small life as commands: what a real one does in its first months, with refusals, repeats and a
//! rule that fails for a while. The rule is a native one, made up for this test.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::amount::Amount;
use rongyi_core::book::Applied;
use rongyi_core::chain::sha256;
use rongyi_core::command::{
    Ask, Command, Enrol, Lapse, Open, Place, Receive, Release, Replace, Retry, SaltedText,
    SetTraits, Settle, SettlePart,
};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use rongyi_core::record::{
    Amend, Asked, Change, Erasure, Event, Item, Key, NoticeStep, OrderLine, PartPrice, PickupCode,
    Record, ReleaseReason, RuleSet, Source,
};
use rongyi_core::rule::{
    Award, Blame, CloseAsk, Decision, Denial, EarnAsk, FactNeed, Fault, Judge, KindPlan, Mark,
    Metric, Plan, PriceAsk, PricingPlan, Quote, Refusal, Short, Subject, Text, Window,
};
use rongyi_core::seal::{SealKey, Sealed};
use rongyi_core::settings::{Expiry, Settings, Unit};
use rongyi_core::time::LocalDate;

pub(crate) fn code(text: &'static str) -> Code {
    Code::literal(text)
}

pub(crate) fn day(text: &str) -> LocalDate {
    text.parse().expect("a date")
}

/// The household account whose passbook the suite reads.
pub(crate) fn household(no: u32, purpose: Purpose) -> Account {
    Account {
        holder: Holder::Household(HouseholdNo(no)),
        asset: AssetNo::POINTS,
        purpose,
    }
}

/// A native rule: one point per unit, at most 40 a day; `mood` may fail; a basket is 30 points a piece, and nobody
/// gets more than four pieces of one item.
#[derive(Default)]
pub(crate) struct Native {
    pub(crate) mended: AtomicBool,
}

fn no(code_text: &'static str) -> Refusal {
    Refusal {
        code: code(code_text),
        args: Vec::new(),
        opens: None,
    }
}

impl Judge for Native {
    fn earn(&self, _: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        if ask.kind.as_str() == "mood" && !self.mended.load(Ordering::Relaxed) {
            return Err(Denial::Failed(Fault {
                code: "plugin.panic".into(),
                blame: Blame::Guest,
                message: "this rule fails until it is mended".into(),
            }));
        }
        let so_far = ask.facts.first().map_or(0, |fact| fact.value);
        let amount = if ask.kind.as_str() == "fault" {
            -ask.quantity
        } else {
            ask.quantity.min(40 - so_far)
        };
        if amount == 0 {
            return Err(Denial::Refused(no("day.full")));
        }
        let mut awards = vec![Award {
            role: code("doer"),
            asset: code("points"),
            amount,
            short: Short::Clamp,
            expires: None,
        }];
        if ask.kind.as_str() == "mood" {
            awards.push(Award {
                asset: code("minutes"),
                amount: 90,
                ..awards[0].clone()
            });
        }
        let mark = Mark {
            code: code("much"),
            args: Vec::new(),
        };
        let much = !(-1..30).contains(&amount);
        Ok(Decision {
            awards,
            marks: much.then_some(mark).into_iter().collect(),
            ..Decision::default()
        })
    }

    fn price(&self, _: RuleSetNo, ask: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        let too_many = |line: &rongyi_core::rule::BasketLine| {
            line.facts[0].value.saturating_add(line.quantity) > 4
        };
        if ask.lines.iter().any(too_many) {
            return Err(Denial::Refused(no("item.limit")));
        }
        Ok(Quote {
            points: ask.lines.iter().map(|line| line.quantity * 30).collect(),
            lines: Vec::new(),
        })
    }

    fn close(&self, _: RuleSetNo, ask: &CloseAsk) -> Result<Decision, Denial<Fault>> {
        crate::periods::decide(ask).map_err(Denial::Refused)
    }
}

fn text(zh: &str) -> Text {
    Text {
        zh: zh.into(),
        en: zh.into(),
    }
}

fn plan() -> Plan {
    let fact = |metric, window, subject| FactNeed {
        metric,
        window,
        subject,
        of: None,
    };
    let kind = |name: &'static str| KindPlan {
        code: code(name),
        title: text(name),
        unit: text("次"),
        scale: 0,
        quantity_min: 1,
        quantity_max: 1000,
        fields: Vec::new(),
        facts: vec![fact(Metric::Points, Window::Day, Subject::Household)],
    };
    let closing = KindPlan {
        facts: vec![
            fact(Metric::RankAtCutoff, Window::Month, Subject::Household),
            fact(Metric::Events, Window::Lifetime, Subject::Person),
        ],
        ..kind("period.close")
    };
    Plan {
        kinds: vec![
            kind("sort"),
            kind("mood"),
            kind("fault"),
            kind("serve"),
            closing,
        ],
        pricing: Some(PricingPlan {
            order_facts: Vec::new(),
            line_facts: vec![fact(
                Metric::RedeemedItems,
                Window::Month,
                Subject::Household,
            )],
        }),
        ..Plan::default()
    }
}

pub(crate) fn command(today: &str, ask: Ask) -> Command {
    Command {
        actor: code("staff/1"),
        key: None,
        today: day(today),
        ask,
        text: None,
        reference: None,
    }
}

fn source(reference: &str, input: &str) -> Source {
    Source {
        name: code("paper"),
        external_ref: reference.into(),
        input: sha256(input.as_bytes()),
    }
}

fn event(today: &str, kind: &'static str, who: u32, quantity: i32, reference: &str) -> Command {
    command(
        today,
        Ask::Earn(Event {
            kind: code(kind),
            roles: vec![(code("doer"), ResidentNo(who))],
            quantity: quantity.into(),
            fields: Vec::new(),
            on: day(today),
            minute: Some(480),
            source: Some(source(reference, &format!("{kind} {who} {quantity}"))),
            note: None,
        }),
    )
}

fn keyed(mut command: Command, key: &str, input: &str) -> Command {
    command.key = Some(Key {
        text: key.into(),
        input: sha256(input.as_bytes()),
    });
    command
}

fn release(no: u32, reason: ReleaseReason) -> Ask {
    let order = OrderNo(no);
    Ask::Release(Release { order, reason })
}

fn place(today: &str, who: u32, lines: &[(&'static str, i32)], seen: i64, pickup: &str) -> Command {
    let sealed = SealKey::new([5; 32]).seal(Sealed::PickupCode, pickup);
    // As older programs did, and as this one does.
    let in_clear = pickup.ends_with('6');
    let line = |(item, n): &(&'static str, i32)| OrderLine::new(code(item), *n);
    let mut placing = command(
        today,
        Ask::Place(Place {
            no: OrderNo(0),
            resident: ResidentNo(who),
            lines: lines.iter().map(line).collect(),
            seen: Amount::new(seen).expect("small"),
            code: match in_clear {
                true => PickupCode::Clear(pickup.into()),
                false => PickupCode::Sealed(sealed.commitment()),
            },
        }),
    );
    placing.text = Some(sealed).filter(|_| !in_clear);
    placing
}

fn item(name: &'static str, zh: &str) -> Command {
    command(
        "2026-09-01",
        Ask::Define(Box::new(Item {
            no: ItemNo(0),
            code: code(name),
            category: code("food"),
            value_fen: 3000,
            title: text(zh),
            icon: code("rice"),
            active: true,
        })),
    )
}

/// What every community begins with.
pub(crate) fn beginning() -> Vec<Command> {
    let settings = Settings {
        expiry: Expiry::Days(30),
        order_hold_days: 3,
        debt_floors: vec![(AssetNo::POINTS, Amount::from(-5))],
        notice_days: vec![(code("serve"), 2)],
        ..Settings::plain(Unit::Household, day("2026-08-01"))
    };
    let set = RuleSet {
        no: RuleSetNo(0),
        name: code("native"),
        title: text("原样规则"),
        version: "1.0.0".into(),
        component: [1; 32],
        params: [2; 32],
        active_from: day("2026-08-01"),
        plan: plan(),
    };
    let first = "2026-09-01";
    let mut all = vec![
        command(first, Ask::Settings(settings)),
        command(first, Ask::Activate(Box::new(set))),
    ];
    for (resident, household) in [(1001, 11), (1002, 11), (1003, 12)] {
        all.push(command(
            first,
            Ask::Enrol(Enrol {
                resident: ResidentNo(resident),
                household: HouseholdNo(household),
                who: [3; 32],
            }),
        ));
    }
    all.extend([
        item("rice", "大米"),
        item("oil", "油"),
        item("rice", "香米"),
    ]);
    for (name, quantity) in [("rice", 20), ("oil", 3)] {
        let reason = [4; 32];
        all.push(command(
            first,
            Ask::Receive(Receive {
                item: code(name),
                quantity,
                reason,
            }),
        ));
    }
    all
}

/// An opening balance with a text that may be erased.
fn opening(page_no: &str) -> Command {
    let page = SaltedText {
        salt: [9; 16],
        text: "旧账本第 3 页".into(),
    };
    let mut opening = command(
        "2026-09-01",
        Ask::Open(Open {
            holder: Holder::Household(HouseholdNo(11)),
            asset: code("points"),
            amount: Amount::from(50),
            expires: Some(day("2026-09-20")),
            source: source(page_no, "50"),
            reason: page.commitment(),
        }),
    );
    opening.text = Some(page);
    opening
}

/// What follows: each of the outcomes that a ledger keeps or refuses.
pub(crate) fn life() -> Vec<Command> {
    let order = OrderNo;
    let odd = "编号 \"1\\2\"\u{0}'; DROP TABLE record; --";
    let holders = [
        household(11, Purpose::Available),
        household(12, Purpose::Available),
    ];
    let traits = |who, set: &[(&'static str, i32)]| {
        let set = set.iter().map(|(name, value)| (code(name), *value));
        command(
            "2026-09-02",
            Ask::Traits(SetTraits {
                resident: ResidentNo(who),
                changes: set.collect(),
            }),
        )
    };
    vec![
        traits(1001, &[("star", 3), ("rider", 1)]),
        traits(1001, &[("star", 3)]),
        traits(1001, &[("star", 4), ("rider", 0)]),
        traits(1001, &[("star", -1)]),
        traits(4444, &[("star", 1)]),
        opening("page-3"),
        opening("page-3"),
        event("2026-09-02", "sort", 1001, 30, "e1"),
        event("2026-09-02", "sort", 1001, 30, "e1"),
        event("2026-09-02", "sort", 1001, 31, "e1"),
        event("2026-09-02", "sort", 1002, 30, "e2"),
        event("2026-09-02", "sort", 1002, 30, "e3"),
        event("2026-09-05", "sort", 1003, 40, odd),
        event("2026-09-05", "sort", 1003, 40, odd),
        event("2026-09-06", "sort", 4444, 40, "e5"),
        event("2026-09-06", "mood", 1003, 12, "e6"),
        event("2026-09-06", "mood", 1003, 13, "e7"),
        event("2026-09-07", "fault", 1003, 500, "e8"),
        keyed(event("2026-09-07", "sort", 1003, 20, "e9"), "k1", "a"),
        keyed(event("2026-09-07", "sort", 1003, 20, "e9"), "k1", "a"),
        keyed(event("2026-09-07", "sort", 1003, 20, "e10"), "k1", "b"),
        // 30 of the opening lot, then the rest of it and some of the next.
        place("2026-09-08", 1001, &[("oil", 1)], 30, "10000001"),
        place(
            "2026-09-08",
            1002,
            &[("rice", 1), ("oil", 1)],
            60,
            "10000002",
        ),
        place("2026-09-08", 1002, &[("rice", 1)], 30, "10000002"),
        place("2026-09-08", 1003, &[("rice", 4)], 120, "10000003"),
        place("2026-09-08", 1003, &[("rice", 5)], 150, "10000004"),
        place("2026-09-08", 1003, &[("rice", 1)], 29, "10000005"),
        command("2026-09-09", Ask::Settle(Settle(order(1)))),
        command("2026-09-09", Ask::Settle(Settle(order(1)))),
        command("2026-09-09", release(2, ReleaseReason::TimedOut)),
        command("2026-09-09", release(2, ReleaseReason::Cancelled)),
        command("2026-09-09", Ask::Settle(Settle(order(2)))),
        place("2026-09-18", 1001, &[("rice", 1)], 30, "10000006"),
        // Collected too late, and part of its lots has lapsed meanwhile.
        command("2026-09-25", Ask::Settle(Settle(order(3)))),
        command("2026-09-25", release(3, ReleaseReason::TimedOut)),
        event("2026-09-26", "sort", 1001, 17, "e11"),
        place("2026-09-27", 1001, &[("rice", 1)], 30, "10000007"),
        command("2026-10-07", Ask::Lapse(Lapse(holders.to_vec()))),
        command("2026-10-07", Ask::Lapse(Lapse(holders.to_vec()))),
        command("2026-10-08", Ask::Settle(Settle(order(99)))),
        event("2026-10-08", "mood", 1001, 9, "e12"),
    ]
}

/// The waiting events again: once while the rule still fails, then after the fix.
pub(crate) fn retries(waiting: &[u64], today: &str) -> Vec<Command> {
    waiting
        .iter()
        .map(|seq| command(today, Ask::Retry(Retry(*seq))))
        .collect()
}

type Make = fn(&[Applied]) -> Command;

/// The entry of the newest receipt whose first record is wanted.
fn newest(outcomes: &[Applied], wanted: impl Fn(&Record) -> bool) -> u64 {
    let fresh = outcomes.iter().rev().filter_map(|applied| match applied {
        Applied::Fresh(receipt) => Some(receipt),
        Applied::Replay(_) => None,
    });
    let mut found = fresh.filter(|receipt| receipt.records.first().is_some_and(&wanted));
    found.next().map_or(0, |receipt| receipt.entry)
}

fn event_with(outcomes: &[Applied], reference: &str) -> u64 {
    newest(outcomes, |record| {
        if let Some(event) = record.event() {
            let source = event.source.as_ref();
            source.is_some_and(|source| source.external_ref == reference)
        } else {
            false
        }
    })
}

fn newest_order(outcomes: &[Applied]) -> OrderNo {
    let placed = outcomes.iter().rev().find_map(|applied| match applied {
        Applied::Fresh(receipt) => match receipt.records.first() {
            Some(Record::Asked(_, Asked::Place(order))) => Some(order.no),
            Some(_) | None => None,
        },
        Applied::Replay(_) => None,
    });
    placed.expect("an order was placed")
}

fn by(actor: &'static str, mut command: Command) -> Command {
    command.actor = code(actor);
    command
}

const AT: &str = "2026-10-11";
const WHY: [u8; 32] = [6; 32];

fn reverse(entry: u64) -> Command {
    command(AT, Ask::Amend(Amend::Reverse(entry, WHY)))
}

fn replace(entry: u64) -> Command {
    let mut again = event(AT, "sort", 1001, 7, "l1");
    if let Ask::Earn(event) = again.ask {
        let replaces = entry;
        again.ask = Ask::Replace(Replace { event, replaces });
    }
    again
}

fn adjust(amount: i32) -> Command {
    let change = Change::Adjust {
        resident: ResidentNo(1003),
        asset: code("points"),
        amount: Amount::from(amount),
        expires: None,
        about: None,
    };
    command(AT, Ask::Amend(Amend::Propose(change, WHY)))
}

fn proposed(outcomes: &[Applied]) -> u64 {
    newest(outcomes, |r| {
        matches!(r.what(), Some(Asked::Amend(Amend::Propose(..))))
    })
}

/// Afterwards: reversals, a reference in the place of a reversed one, two people, notice, parts of an order.
pub(crate) const LATER: &[Make] = &[
    |_| event(AT, "sort", 1001, 8, "l1"),
    |done| replace(event_with(done, "l1")),
    |done| reverse(event_with(done, "l1")),
    |done| reverse(event_with(done, "l1")),
    |done| replace(event_with(done, "l1")),
    |_| adjust(90),
    |done| command(AT, Ask::Amend(Amend::Approve(proposed(done)))),
    |done| {
        by(
            "staff/2",
            command(AT, Ask::Amend(Amend::Approve(proposed(done)))),
        )
    },
    |_| adjust(-1),
    |done| command(AT, Ask::Amend(Amend::Decline(proposed(done), WHY))),
    |_| place(AT, 1003, &[("rice", 2)], 60, "20000001"),
    |done| {
        command(
            AT,
            Ask::SettlePart(SettlePart {
                order: newest_order(done),
                lines: vec![OrderLine::new(code("rice"), 1)],
                price: PartPrice::Again,
            }),
        )
    },
    |done| {
        reverse(newest(done, |r| {
            matches!(r.what(), Some(Asked::SettlePart(_)))
        }))
    },
    |done| command(AT, Ask::Settle(Settle(newest_order(done)))),
    |_| event(AT, "serve", 1001, 11, "n1"),
    |done| {
        command(
            "2026-10-13",
            Ask::Notice(NoticeStep::Post(event_with(done, "n1"))),
        )
    },
    |done| {
        command(
            "2026-10-14",
            Ask::Notice(NoticeStep::Post(event_with(done, "n1"))),
        )
    },
    |done| {
        command(
            "2026-10-14",
            Ask::Amend(Amend::Reverse(event_with(done, "n1"), WHY)),
        )
    },
    |_| event("2026-10-14", "serve", 1001, 12, "n2"),
    |done| {
        by(
            "resident/1003",
            command(
                "2026-10-14",
                Ask::Notice(NoticeStep::Object(event_with(done, "n2"), WHY)),
            ),
        )
    },
    |done| {
        by(
            "staff/2",
            command(
                "2026-10-14",
                Ask::Notice(NoticeStep::Review(event_with(done, "n2"), false, WHY)),
            ),
        )
    },
    |_| event("2026-10-14", "serve", 1001, 13, "n3"),
];

/// Two texts of which only the second stays, and one that is erased by the commit that brings it; `next` is the place
/// of the first of them. With them goes the name of a resident. Alone nobody may do that.
pub(crate) fn erasing(outcomes: &[Applied], next: u64) -> [Vec<Command>; 3] {
    let erase = |texts: Vec<u64>, consent: &'static str| {
        let what = Erasure {
            residents: vec![ResidentNo(1001)],
            texts,
            consent: code(consent),
        };
        command(AT, Ask::Erase(Box::new(what)))
    };
    let first = newest(outcomes, |record| {
        matches!(record.what(), Some(Asked::Open(_)))
    });
    [
        vec![opening("page-4"), erase(vec![next], "staff/2")],
        vec![opening("page-5"), erase(vec![first], "staff/1")],
        vec![erase(vec![first], "staff/2")],
    ]
}

/// One small event, for batches and races.
pub(crate) fn small(today: &str, quantity: i32, reference: &str) -> Command {
    event(today, "sort", 1002, quantity, reference)
}

/// A rule set as an item of the frame compares by value.
pub(crate) fn same_sets(a: &[Arc<RuleSet>], b: &[Arc<RuleSet>]) -> bool {
    a.iter().map(Arc::as_ref).eq(b.iter().map(Arc::as_ref))
}
