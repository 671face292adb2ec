//! The book against a naive model: random commands, and after every one the things that must always hold.
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_wrap,
    reason = "tests"
)]

mod again;
mod facts;
mod floors;
mod gifts;
mod later;
mod sealed;
mod shop;
mod written;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Applied, Book, Loaded, OrderState, Receipt};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::chain::{Head, merkle_root, sha256};
use crate::command::{Ask, Command, Need, Rejection};
use crate::ids::{AssetNo, Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use crate::record::{
    Amend, Change, Event, Item, Key, NoticeStep, PickupCode, Quantity, Record, ReleaseReason,
    RuleSet, Source,
};
use crate::rule::{
    Award, Decision, EarnAsk, FactNeed, Fault, Judge, KindPlan, Metric, Plan, PriceAsk,
    PricingPlan, Quote, Refusal, Short, Subject, Text, Window,
};
use crate::settings::{Expiry, Settings, Unit};
use crate::time::{Instant, LocalDate};

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn date(text: &str) -> LocalDate {
    text.parse().unwrap()
}

fn text(zh: &str) -> Text {
    Text {
        zh: zh.into(),
        en: zh.into(),
    }
}

/// Ten points a unit, at most 300 a month and household; `take` deducts, `boom` fails; everything costs 85.
struct Native;

impl Judge for Native {
    fn earn(&self, _: RuleSetNo, ask: &EarnAsk) -> Result<Result<Decision, Refusal>, Fault> {
        let award = |asset: &str, amount, short| Award {
            role: code("doer"),
            asset: code(asset),
            amount,
            short,
            expires: None,
        };
        let awards = match ask.kind.as_str() {
            "boom" => {
                return Err(Fault {
                    code: "plugin.panic".into(),
                    blame: crate::rule::Blame::Guest,
                    message: "boom".into(),
                });
            }
            "take" => vec![award("points", -ask.quantity, Short::Clamp)],
            "strict" => vec![award("points", -ask.quantity, Short::Refuse)],
            "owe" => vec![award("points", -ask.quantity, Short::Owe)],
            "gift" => vec![
                award("points", -ask.quantity, Short::Refuse),
                Award {
                    role: code("receiver"),
                    ..award("points", ask.quantity, Short::Refuse)
                },
            ],
            _ => {
                let left = 300 - ask.facts[0].value;
                if left <= 0 {
                    return Ok(Err(Refusal {
                        code: code("cap.reached"),
                        args: vec![],
                        opens: None,
                    }));
                }
                vec![
                    award("points", (ask.quantity * 10).min(left), Short::Refuse),
                    award("minutes", ask.quantity, Short::Refuse),
                ]
            }
        };
        Ok(Ok(Decision {
            awards,
            lines: vec![],
            marks: vec![],
        }))
    }

    fn price(&self, _: RuleSetNo, ask: &PriceAsk) -> Result<Result<Quote, Refusal>, Fault> {
        Ok(Ok(Quote {
            points: ask.lines.iter().map(|line| 85 * line.quantity).collect(),
            lines: vec![],
        }))
    }
}

fn kind(name: &str) -> KindPlan {
    let need = FactNeed {
        metric: Metric::Points,
        window: Window::Month,
        subject: Subject::Household,
        of: Some(code(name)),
    };
    KindPlan {
        code: code(name),
        title: text(name),
        unit: text("个"),
        scale: 0,
        quantity_min: 1,
        quantity_max: 1000,
        fields: vec![],
        facts: vec![need],
    }
}

fn rule_set() -> RuleSet {
    RuleSet {
        no: RuleSetNo(0),
        name: code("native"),
        title: text("原样"),
        version: "1".into(),
        component: [1; 32],
        params: [2; 32],
        active_from: date("2026-01-05"),
        plan: Plan {
            kinds: ["waste", "take", "strict", "owe", "boom", "serve", "gift"]
                .map(kind)
                .to_vec(),
            pricing: Some(PricingPlan::default()),
            ..Plan::default()
        },
    }
}

fn settings() -> Settings {
    Settings {
        unit: Unit::Household,
        began_on: date("2026-01-01"),
        expiry: Expiry::EndOfMonth(1),
        debt_floor: Amount::new(-50).unwrap(),
        order_hold_days: 7,
        award_max: None,
        issue_budget_month: None,
        assets: vec![],
        debt_floors: vec![],
        notice_days: vec![(code("serve"), 3)],
        in_force: None,
        minutes_max_day: None,
        timed: Vec::new(),
    }
}

struct Desk {
    book: Book,
    today: LocalDate,
    now: i64,
    /// Every record, in order, with every block's head, for replay.
    journal: Vec<Record>,
    heads: Vec<Head>,
}

const POINTS: Account = Account {
    holder: Holder::Household(HouseholdNo(1)),
    asset: AssetNo::POINTS,
    purpose: Purpose::Available,
};

impl Desk {
    fn open() -> Desk {
        let mut desk = Desk {
            book: Book::empty(code("nanmen")),
            today: date("2026-03-10"),
            now: 1,
            journal: vec![],
            heads: vec![],
        };
        desk.must(Ask::Settings(settings()));
        desk.must(Ask::Activate(Box::new(rule_set())));
        for resident in 1..=3 {
            let household = HouseholdNo(if resident == 3 { 2 } else { 1 });
            desk.must(Ask::Enrol {
                resident: ResidentNo(resident),
                household,
                who: [0; 32],
            });
        }
        let item = Item {
            no: ItemNo(0),
            code: code("rice"),
            category: code("staple"),
            value_fen: 3800,
            title: text("大米"),
            icon: code("rice"),
            active: true,
        };
        desk.must(Ask::Define(Box::new(item)));
        desk.must(Ask::Receive {
            item: code("rice"),
            quantity: 5,
            reason: [0; 32],
        });
        desk
    }

    fn command(&self, ask: Ask) -> Command {
        Command {
            actor: code("staff/1"),
            key: None,
            today: self.today,
            ask,
            text: None,
            reference: None,
        }
    }

    fn send(&mut self, command: &Command) -> Result<Applied, Rejection> {
        self.now += 1;
        load_entries(&mut self.book, command, &self.journal);
        let before = format!("{:?}", self.book);
        let result = self.book.apply(command, Instant(self.now), &Native);
        match &result {
            Ok(Applied::Fresh(receipt)) => self.journal.extend(receipt.records.clone()),
            Ok(Applied::Replay(_)) | Err(_) => assert_eq!(
                before,
                format!("{:?}", self.book),
                "no answer changes the book"
            ),
        }
        self.holds();
        result
    }

    fn ask(&mut self, ask: Ask) -> Result<Applied, Rejection> {
        let command = self.command(ask);
        self.send(&command)
    }

    fn ask_as(&mut self, actor: &str, ask: Ask) -> Result<Applied, Rejection> {
        let command = Command {
            actor: code(actor),
            ..self.command(ask)
        };
        self.send(&command)
    }

    /// Whether a second person may have let somebody pass the floor.
    fn approved(&self) -> bool {
        let approves = |r: &Record| matches!(r, Record::Amend(_, Amend::Approve(_)));
        self.journal.iter().any(approves)
    }

    /// The beginning of one of the newest entries: the `back`-th record, or the entry it belongs to.
    fn back(&self, back: u64) -> u64 {
        let mut place = (self.journal.len() as u64).saturating_sub(back).max(1);
        while self.journal[usize::try_from(place - 1).unwrap()]
            .envelope()
            .is_none()
        {
            place -= 1;
        }
        place
    }

    fn must(&mut self, ask: Ask) -> Receipt {
        match self.ask(ask) {
            Ok(Applied::Fresh(receipt)) => receipt,
            other => panic!("expected a receipt, got {other:?}"),
        }
    }

    fn earn(&mut self, kind: &str, resident: u32, quantity: i32) -> Receipt {
        self.must(Ask::Earn(event(kind, resident, quantity, self.today)))
    }

    fn place(&mut self, seen: i64, pick_up: &str) -> Receipt {
        let seen = Amount::new(seen).unwrap();
        self.must(Ask::Place {
            resident: ResidentNo(1),
            lines: vec![(code("rice"), 1)],
            seen,
            code: PickupCode::Clear(pick_up.into()),
        })
    }

    fn spendable(&self) -> i64 {
        self.book.account(&POINTS).spendable(self.today)
    }

    /// What must always hold, whatever was asked.
    fn holds(&self) {
        let mut sums: BTreeMap<AssetNo, i64> = BTreeMap::new();
        for (account, state) in self.book.accounts() {
            *sums.entry(account.asset).or_default() += state.total;
            assert_eq!(
                state.lots.values().sum::<i64>(),
                state.total,
                "lots sum to {account:?}"
            );
            assert!(
                state.lots.values().all(|left| *left != 0),
                "no empty lot is kept"
            );
            let available = account.purpose == Purpose::Available;
            let floor = if account.purpose.is_source() || (available && self.approved()) {
                i64::MIN
            } else if available {
                -50
            } else {
                0
            };
            assert!(
                state.total >= floor,
                "{account:?} is below its floor: {}",
                state.total
            );
        }
        assert!(
            sums.values().all(|sum| *sum == 0),
            "each asset sums to zero: {sums:?}"
        );
        let held: i64 = self
            .book
            .orders()
            .values()
            .filter(|o| o.state == OrderState::Reserved)
            .map(|o| o.held.iter().map(|(_, left)| left).sum::<i64>())
            .sum();
        let held_accounts: i64 = self
            .book
            .accounts()
            .iter()
            .filter(|(a, _)| a.purpose == Purpose::Held)
            .map(|(_, s)| s.total)
            .sum();
        assert_eq!(held, held_accounts, "what is held belongs to open orders");
    }

    fn seal(&mut self) {
        if let Some(changes) = self.book.seal() {
            assert_eq!(changes.block.hash(&changes.community), changes.after.hash);
            self.heads.push(changes.after);
        }
    }
}

/// What a complete book still asks for: earlier entries, from the journal.
fn load_entries(book: &mut Book, command: &Command, journal: &[Record]) {
    loop {
        let needs = book.missing(command);
        if needs.is_empty() {
            return;
        }
        let rows: Vec<Loaded> = needs
            .into_iter()
            .map(|need| match need {
                Need::Entry(seq) => Loaded::Entry(seq, entry_at(journal, seq)),
                other => panic!("a complete book asks for entries only, not {other:?}"),
            })
            .collect();
        book.load(rows);
    }
}

fn entry_at(journal: &[Record], seq: u64) -> Option<Vec<Record>> {
    let from = usize::try_from(seq).unwrap().checked_sub(1)?;
    let first = journal
        .get(from)
        .filter(|first| first.envelope().is_some())?;
    let rest = journal[from + 1..].iter();
    let followed = rest.take_while(|record| record.envelope().is_none());
    Some(std::iter::once(first).chain(followed).cloned().collect())
}

fn event(kind: &str, resident: u32, quantity: i32, on: LocalDate) -> Event {
    Event {
        kind: code(kind),
        roles: vec![(code("doer"), ResidentNo(resident))],
        quantity: Quantity::whole(quantity),
        fields: vec![],
        on,
        minute: Some(600),
        source: None,
        note: None,
    }
}

fn source(reference: &str, content: &str) -> Option<Source> {
    Some(Source {
        name: code("file"),
        external_ref: reference.into(),
        input: sha256(content.as_bytes()),
    })
}

#[test]
fn a_cap_sees_what_was_decided_before_it() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 20);
    let second = desk.earn("waste", 2, 20);
    assert_eq!(desk.spendable(), 300, "two people, one household, one cap");
    assert!(second.refusal().is_none());
    let third = desk.earn("waste", 1, 1);
    assert_eq!(third.refusal().unwrap().code, code("cap.reached"));
    desk.earn("waste", 3, 1);
    assert_eq!(
        desk.spendable(),
        300,
        "the neighbour has a cap of their own"
    );
}

#[test]
fn a_debt_stops_at_its_floor_and_is_filled_first() {
    let mut desk = Desk::open();
    assert_eq!(
        desk.earn("strict", 1, 5).refusal().unwrap().code,
        code("balance.short")
    );
    desk.earn("take", 1, 5);
    assert_eq!(
        desk.spendable(),
        0,
        "a clamped deduction takes what is there"
    );
    desk.earn("owe", 1, 40);
    assert_eq!(
        desk.earn("owe", 1, 20).refusal().unwrap().code,
        code("balance.floor")
    );
    desk.earn("waste", 1, 10);
    assert_eq!(
        desk.book.account(&POINTS).lots,
        BTreeMap::from([(date("2026-04-30").to_days(), 60)])
    );
}

#[test]
fn keys_and_references_answer_once() {
    let mut desk = Desk::open();
    let event_of = |reference: &str, quantity: i32| Event {
        source: source(reference, &quantity.to_string()),
        ..event("waste", 1, quantity, date("2026-03-10"))
    };
    let first = desk.must(Ask::Earn(event_of("r1", 1)));
    assert_eq!(
        desk.ask(Ask::Earn(event_of("r1", 1))),
        Ok(Applied::Replay(first.entry))
    );
    let conflict = desk.ask(Ask::Earn(event_of("r1", 2)));
    assert_eq!(
        conflict,
        Err(Rejection::SourceConflict {
            external_ref: "r1".into()
        })
    );
    let keyed = |input: &str, ask| Command {
        key: Some(Key {
            text: "k".into(),
            input: sha256(input.as_bytes()),
        }),
        ..desk_command(ask)
    };
    let refused = keyed("a", Ask::Earn(event("strict", 1, 500, date("2026-03-10"))));
    let Ok(Applied::Fresh(receipt)) = desk.send(&refused) else {
        panic!("a refusal is an answer")
    };
    desk.earn("waste", 1, 20);
    assert_eq!(
        desk.send(&refused),
        Ok(Applied::Replay(receipt.entry)),
        "a refusal is replayed, not tried again"
    );
    let other = keyed("b", Ask::Settle(OrderNo(1)));
    assert_eq!(
        desk.send(&other),
        Err(Rejection::KeyConflict { key: "k".into() })
    );
}

fn desk_command(ask: Ask) -> Command {
    Command {
        actor: code("staff/1"),
        key: None,
        today: date("2026-03-10"),
        ask,
        text: None,
        reference: None,
    }
}

#[test]
fn an_event_whose_rule_failed_waits_and_changes_nothing_else() {
    let mut desk = Desk::open();
    let receipt = desk.earn("boom", 1, 1);
    assert_eq!(receipt.waiting(), Some("plugin.panic"));
    assert_eq!(
        desk.book.waiting().keys().copied().collect::<Vec<_>>(),
        [receipt.entry]
    );
    let again = desk.ask(Ask::Retry(receipt.entry));
    assert!(
        matches!(again, Err(Rejection::RuleFault { .. })),
        "{again:?}"
    );
    assert_eq!(
        desk.ask(Ask::Retry(1)),
        Err(Rejection::NotWaiting { seq: 1 })
    );
}

#[test]
fn what_waited_is_decided_by_the_rule_that_took_over() {
    let mut desk = Desk::open();
    let waiting = desk.earn("boom", 1, 1);
    let mended = KindPlan {
        code: code("boom"),
        ..kind("take")
    };
    for name in ["aaa", "zzz"] {
        let plan = Plan {
            kinds: vec![mended.clone()],
            ..Plan::default()
        };
        desk.must(Ask::Activate(Box::new(RuleSet {
            name: code(name),
            plan,
            ..rule_set()
        })));
        let (set, _) = desk.book.rule_for(&code("boom"), desk.today).unwrap();
        assert_eq!(set.name, code(name), "the newest activation decides");
    }
    assert_eq!(desk.book.waiting().len(), 1, "{waiting:?}");
}

#[test]
fn every_record_survives_its_bytes() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 20);
    desk.earn("boom", 1, 1);
    desk.earn("strict", 1, 500);
    desk.place(85, "12345678");
    desk.must(Ask::Release(OrderNo(1), ReleaseReason::Cancelled));
    let kinds: std::collections::BTreeSet<u8> = desk.journal.iter().map(Record::kind).collect();
    assert!(kinds.len() >= 11, "{kinds:?}");
    for record in &desk.journal {
        let bytes = record.encode();
        assert_eq!(Record::decode(record.kind(), &bytes).as_ref(), Ok(record));
        assert!(Record::decode(record.kind(), &bytes[..bytes.len() - 1]).is_err());
        assert!(Record::decode(record.kind(), &[&bytes[..], &[0]].concat()).is_err());
    }
}

#[derive(Debug, Clone)]
enum Step {
    Earn {
        kind: usize,
        resident: u32,
        quantity: i32,
        back: i32,
    },
    Place {
        resident: u32,
        seen: i64,
        pieces: i32,
    },
    Settle(u32),
    Release(u32, bool),
    Lapse,
    SettlePart(u32, i32),
    /// Back this many records.
    Reverse(u64),
    Adjust(i64),
    Approve(u64, bool),
    Notice(u64, u8),
    Receive(i32),
    Later(i32),
    Seal,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0usize..6, 1u32..5, 0i32..60, 0i32..40).prop_map(|(kind, resident, quantity, back)| Step::Earn { kind, resident, quantity, back }),
        3 => (1u32..4, 60i64..300, 0i32..4).prop_map(|(resident, seen, pieces)| Step::Place { resident, seen, pieces }),
        2 => (1u32..8).prop_map(Step::Settle),
        2 => (1u32..8, any::<bool>()).prop_map(|(no, due)| Step::Release(no, due)),
        1 => Just(Step::Lapse),
        2 => (1u32..8, 0i32..3).prop_map(|(no, pieces)| Step::SettlePart(no, pieces)),
        4 => (1u64..30).prop_map(Step::Reverse),
        2 => (-200i64..200).prop_map(Step::Adjust),
        3 => (1u64..12, any::<bool>()).prop_map(|(back, other)| Step::Approve(back, other)),
        4 => (1u64..12, 0u8..4).prop_map(|(back, what)| Step::Notice(back, what)),
        1 => (0i32..4).prop_map(Step::Receive),
        2 => (1i32..25).prop_map(Step::Later),
        2 => Just(Step::Seal),
    ];
    proptest::collection::vec(step, 1..60)
}

fn run(steps: &[Step]) -> Desk {
    let mut desk = Desk::open();
    for (n, step) in steps.iter().enumerate() {
        let ask = match step {
            Step::Earn {
                kind,
                resident,
                quantity,
                back,
            } => {
                let name = ["waste", "take", "strict", "owe", "boom", "serve"][*kind];
                Ask::Earn(event(
                    name,
                    *resident,
                    *quantity,
                    desk.today.plus_days(-back),
                ))
            }
            Step::Place {
                resident,
                seen,
                pieces,
            } => Ask::Place {
                resident: ResidentNo(*resident),
                lines: vec![(code("rice"), *pieces)],
                seen: Amount::new(*seen).unwrap(),
                code: if n % 2 == 0 {
                    PickupCode::Clear(format!("{:08}", n % 7))
                } else {
                    PickupCode::Sealed([u8::try_from(n % 7).unwrap(); 32])
                },
            },
            Step::Settle(no) => Ask::Settle(OrderNo(*no)),
            Step::Release(no, due) => Ask::Release(
                OrderNo(*no),
                if *due {
                    ReleaseReason::TimedOut
                } else {
                    ReleaseReason::Cancelled
                },
            ),
            Step::Lapse => Ask::Lapse(vec![POINTS]),
            Step::SettlePart(no, pieces) => {
                Ask::SettlePart(OrderNo(*no), vec![(code("rice"), *pieces)])
            }
            Step::Reverse(back) => match back % 3 {
                0 => Ask::Amend(Amend::Propose(
                    Change::Reverse {
                        entry: desk.back(*back),
                    },
                    [9; 32],
                )),
                _ => Ask::Amend(Amend::Reverse(desk.back(*back), [9; 32])),
            },
            Step::Adjust(amount) => later::adjust(*amount),
            Step::Approve(back, other) => {
                let proposal = desk.back(*back);
                let ask = if back % 4 == 0 {
                    Ask::Amend(Amend::Decline(proposal, [9; 32]))
                } else {
                    Ask::Amend(Amend::Approve(proposal))
                };
                let who = if *other { "staff/2" } else { "staff/1" };
                let _ = desk.ask_as(who, ask);
                continue;
            }
            Step::Notice(back, what) => {
                let entry = desk.back(*back);
                let ask = Ask::Notice(match what {
                    0 => NoticeStep::Post(entry),
                    1 => NoticeStep::Object(entry, [9; 32]),
                    2 => NoticeStep::Review(entry, true, [9; 32]),
                    _ => NoticeStep::Review(entry, false, [9; 32]),
                });
                let who = ["staff/1", "resident/2", "staff/3", "staff/3"][usize::from(*what)];
                let _ = desk.ask_as(who, ask);
                continue;
            }
            Step::Receive(pieces) => Ask::Receive {
                item: code("rice"),
                quantity: *pieces,
                reason: [0; 32],
            },
            Step::Later(days) => {
                desk.today = desk.today.plus_days(*days);
                continue;
            }
            Step::Seal => {
                desk.seal();
                continue;
            }
        };
        let _ = desk.ask(ask);
    }
    desk.seal();
    desk
}

/// The naive model: nothing but the records, added up.
fn naive_balances(journal: &[Record]) -> BTreeMap<Account, i64> {
    let mut sums = BTreeMap::new();
    for record in journal {
        if let Record::Moved(_, transfer) = record {
            *sums.entry(transfer.debit).or_insert(0) -= transfer.amount.get();
            *sums.entry(transfer.credit).or_insert(0) += transfer.amount.get();
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// The naive model of what happened to entries: the journal read once more, without any state of the book.
#[derive(Debug, Default)]
struct Naive {
    /// Quantity by kind of all decided events that still stand.
    standing: BTreeMap<Code, i64>,
    /// Points and minutes under notice.
    under_notice: i64,
}

fn naive_fates(journal: &[Record]) -> Naive {
    let mut naive = Naive::default();
    let mut gone = std::collections::BTreeSet::new();
    let mut posted = std::collections::BTreeSet::new();
    let target = |entry: u64| match &journal[usize::try_from(entry - 1).unwrap()] {
        Record::Notice(_, NoticeStep::Post(award)) => *award,
        _ => entry,
    };
    for (place, record) in journal.iter().enumerate() {
        let taken = match record {
            Record::Amend(_, Amend::Reverse(entry, _)) => Some(target(*entry)),
            Record::Amend(_, Amend::Approve(proposal)) => {
                match &journal[usize::try_from(proposal - 1).unwrap()] {
                    Record::Amend(_, Amend::Propose(Change::Reverse { entry }, _)) => {
                        Some(target(*entry))
                    }
                    _ => None,
                }
            }
            Record::Notice(_, NoticeStep::Review(entry, false, _)) => Some(*entry),
            _ => None,
        };
        if let Some(entry) = taken {
            assert!(gone.insert(entry), "{entry} was taken back twice");
        }
        let moves = journal
            .get(place + 1)
            .is_some_and(|next| next.kind() == Record::MOVED);
        match record {
            Record::Notice(_, NoticeStep::Post(entry) | NoticeStep::Review(entry, true, _))
                if moves =>
            {
                assert!(posted.insert(*entry), "{entry} was posted twice");
            }
            _ => {}
        }
    }
    for (place, record) in journal.iter().enumerate() {
        let entry = place as u64 + 1;
        let decided = matches!(journal.get(place + 1), Some(Record::Decided(..)));
        let event = match record {
            Record::Event(_, event) | Record::Replace(_, event, _) => event,
            _ => continue,
        };
        if !decided || gone.contains(&entry) {
            continue;
        }
        *naive.standing.entry(event.kind.clone()).or_default() +=
            i64::from(event.quantity.at(0).unwrap());
        if event.kind == code("serve") && !posted.contains(&entry) {
            let records = entry_at(journal, entry).unwrap();
            naive.under_notice += records
                .iter()
                .filter_map(|record| match record {
                    Record::Moved(_, transfer) => Some(transfer.amount.get()),
                    _ => None,
                })
                .sum::<i64>();
        }
    }
    naive
}

proptest! {
    #[test]
    fn whatever_is_asked_the_records_add_up_and_replay_to_the_same_book(steps in steps()) {
        let desk = run(&steps);
        let mut own: BTreeMap<Account, i64> = desk.book.accounts().into_iter().map(|(a, s)| (a, s.total)).collect();
        own.retain(|_, total| *total != 0);
        prop_assert_eq!(&own, &naive_balances(&desk.journal));

        let naive = naive_fates(&desk.journal);
        let under_notice: i64 = own.iter().filter(|(a, _)| a.purpose == Purpose::Notice).map(|(_, total)| total).sum();
        prop_assert_eq!(under_notice, naive.under_notice, "what is under notice belongs to awards that still are");
        for kind in ["waste", "take", "strict", "owe", "serve"] {
            let key = crate::counters::CounterKey {
                subject: crate::counters::CounterSubject::Community,
                kind: code(kind),
                month: 0,
            };
            let counted = desk.book.counters().get(&key).map_or(0, |row| row.total.quantity);
            prop_assert_eq!(counted, naive.standing.get(&code(kind)).copied().unwrap_or(0), "{}", kind);
        }

        let mut replayed = Book::empty(code("nanmen"));
        let mut leaves = Vec::new();
        let mut given = Vec::new();
        let mut carried = false;
        let half = desk.journal.len() / 2;
        for (place, record) in desk.journal.iter().enumerate() {
            // Put away as bytes, at the first entry behind the middle, and taken up again.
            if place >= half && !carried && record.envelope().is_some() {
                carried = true;
                replayed.seal();
                let head = replayed.frame().head;
                let image = replayed.image(head).unwrap();
                replayed = Book::from_image(&image).unwrap();
                prop_assert_eq!(replayed.image(head), Some(image.clone()));
                prop_assert!(Book::from_image(&image[..image.len() - 1]).is_err());
            }
            leaves.push(crate::chain::leaf(crate::chain::VERSION, leaves.len() as u64 + 1, record.kind(), &record.encode()));
            let items = replayed.frame().items.clone();
            let by_no = |no| items.iter().find(|item| item.no == no).map(|item| item.code.clone());
            let Some(command) = Command::from_record(record, by_no) else { continue };
            let at = record.envelope().unwrap().at;
            load_entries(&mut replayed, &command, &desk.journal);
            let Ok(Applied::Fresh(receipt)) = replayed.apply(&command, at, &Native) else {
                return Err(TestCaseError::fail(format!("{record:?} is not applied again")));
            };
            given.extend(receipt.records);
        }
        prop_assert_eq!(&given, &desk.journal, "replay gives the same records");
        prop_assert_eq!(replayed.accounts(), desk.book.accounts());
        prop_assert_eq!(replayed.counters(), desk.book.counters());
        prop_assert_eq!(replayed.orders(), desk.book.orders());
        prop_assert_eq!(replayed.fates(), desk.book.fates());
        prop_assert_eq!(replayed.members(), desk.book.members());
        prop_assert_eq!(replayed.sources(), desk.book.sources());
        prop_assert_eq!(replayed.keys(), desk.book.keys());
        prop_assert_eq!(replayed.standings(), desk.book.standings());
        prop_assert_eq!(replayed.waiting(), desk.book.waiting());
        prop_assert!(desk.heads.windows(2).all(|pair| pair[0].height + 1 == pair[1].height));
        prop_assert_ne!(merkle_root(&leaves), [0; 32]);
    }

    #[test]
    fn a_month_of_counters_is_the_sum_of_its_events(days in proptest::collection::vec((1u8..29, 1i32..5), 1..20)) {
        let mut desk = Desk::open();
        desk.today = date("2026-03-31");
        let mut quantity = 0i64;
        for (day, pieces) in &days {
            let mut one = event("take", 1, *pieces, desk.today);
            one.on = LocalDate::new(2026, 3, *day).unwrap();
            desk.must(Ask::Earn(one));
            quantity += i64::from(*pieces);
        }
        let key = crate::counters::CounterKey {
            subject: crate::counters::CounterSubject::Resident(ResidentNo(1)),
            kind: code("take"),
            month: date("2026-03-01").month_index(),
        };
        let month = desk.book.counters()[&key].clone();
        let all = desk.book.counters()[&crate::counters::CounterKey { month: 0, ..key }].clone();
        prop_assert_eq!((month.total.events, month.total.quantity), (days.len() as i64, quantity));
        prop_assert_eq!(month.total, all.total);
        let distinct: std::collections::BTreeSet<_> = days.iter().map(|(day, _)| day).collect();
        prop_assert_eq!((month.distinct_days, all.distinct_days), (distinct.len() as i64, distinct.len() as i64));
        prop_assert_eq!(crate::counters::CounterRow::decode(&month.encode()), Ok(month));
    }
}
