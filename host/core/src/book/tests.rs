//! The book against a naive model: random commands, and after every one the things that must always hold.
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_wrap,
    reason = "tests"
)]

mod again;
mod agreed;
mod beside;
mod carried;
mod configured;
mod drawn;
mod facts;
mod floors;
mod gifts;
mod later;
mod leaving;
pub(super) mod loaded;
mod noticed;
mod people;
mod scales;
mod sealed;
mod shop;
mod supposed;
mod written;

use std::collections::BTreeMap;

use loaded::{entry_at, load_entries, sparse};

use super::{Applied, Book, Loaded, OrderState, Receipt};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::chain::{Head, merkle_root, sha256};
use crate::command::{
    Ask, Carry, Command, Enrol, Lapse, Open, Place, Receive, Rejection, Release, Replace, Retry,
    SetTraits, Settle, SettlePart,
};
use crate::counters::CounterRow;
use crate::ids::{AssetNo, Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use crate::record::{
    Amend, Asked, Change, Event, Item, Key, NoticeStep, OrderLine, PartPrice, PickupCode, Quantity,
    Record, ReleaseReason, RuleSet, Source,
};
use crate::rule::{
    Award, Decision, Denial, EarnAsk, FactNeed, Fault, Judge, KindPlan, Metric, Plan, PriceAsk,
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

/// Ten points a unit, at most 300 a month and household; `take` deducts, `boom` fails; everything
/// costs 85, oil 100, and rice with oil 100 together; soap is not sold alone.
struct Native;

impl Judge for Native {
    fn earn(&self, _: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        let award = |asset: &str, amount, short| Award {
            role: code("doer"),
            asset: code(asset),
            amount,
            short,
            expires: None,
        };
        let awards = match ask.kind.as_str() {
            "boom" => {
                return Err(Denial::Failed(Fault {
                    code: "plugin.panic".into(),
                    blame: crate::rule::Blame::Guest,
                    message: "boom".into(),
                }));
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
                    return Err(Denial::Refused(Refusal {
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
        Ok(Decision {
            awards,
            lines: vec![],
            marks: vec![],
        })
    }

    fn price(&self, _: RuleSetNo, ask: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        let each = |line: &crate::rule::BasketLine| match line.item.as_str() {
            "oil" => 100 * line.quantity,
            _ => 85 * line.quantity,
        };
        let mut points: Vec<i32> = ask.lines.iter().map(each).collect();
        let items: Vec<&str> = ask.lines.iter().map(|line| line.item.as_str()).collect();
        if items == ["soap"] {
            return Err(Denial::Refused(Refusal {
                code: code("never.alone"),
                args: vec![],
                opens: None,
            }));
        }
        if items == ["rice", "oil"] {
            let pairs = ask.lines.iter().map(|line| line.quantity).min().unwrap();
            points = vec![points[0] - 39 * pairs, points[1] - 46 * pairs];
        }
        Ok(Quote {
            points,
            lines: vec![],
        })
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
        expiry: Expiry::EndOfMonth(1),
        debt_floor: Amount::new(-50).unwrap(),
        notice_days: vec![(code("serve"), 3)],
        ..Settings::plain(Unit::Household, date("2026-01-01"))
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
            desk.must(Ask::Enrol(Enrol {
                resident: ResidentNo(resident),
                household,
                who: [0; 32],
            }));
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
        desk.must(Ask::Receive(Receive {
            item: code("rice"),
            quantity: 5,
            reason: [0; 32],
        }));
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
        let mut apart = sparse(&self.book, command, &self.journal);
        let result = self.book.apply(command, Instant(self.now), &Native);
        let beside = apart.apply(command, Instant(self.now), &Native);
        loaded::agree((&self.book, &result), (&apart, &beside));
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
        let mut command = self.command(ask);
        command.actor = code(actor);
        self.send(&command)
    }

    /// Whether a second person may have let somebody pass the floor.
    fn approved(&self) -> bool {
        let mut asked = self.journal.iter().filter_map(Record::what);
        asked.any(|what| matches!(what, Asked::Amend(Amend::Approve(_))))
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
        self.must(Ask::Place(Place {
            no: OrderNo(0),
            resident: ResidentNo(1),
            lines: vec![OrderLine::new(code("rice"), 1)],
            seen,
            code: PickupCode::Clear(pick_up.into()),
        }))
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
            .map(|o| o.held.iter().map(|held| held.points).sum::<i64>())
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
    let other = keyed("b", Ask::Settle(Settle(OrderNo(1))));
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
    let again = desk.ask(Ask::Retry(Retry(receipt.entry)));
    assert!(
        matches!(again, Err(Rejection::RuleFault { .. })),
        "{again:?}"
    );
    assert_eq!(
        desk.ask(Ask::Retry(Retry(1))),
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
    desk.must(Ask::Release(Release {
        order: OrderNo(1),
        reason: ReleaseReason::Cancelled,
    }));
    let kinds: std::collections::BTreeSet<u8> = desk.journal.iter().map(Record::kind).collect();
    assert!(kinds.len() >= 11, "{kinds:?}");
    for record in &desk.journal {
        let bytes = record.encode();
        assert_eq!(Record::decode(record.kind(), &bytes).as_ref(), Ok(record));
        assert!(Record::decode(record.kind(), &bytes[..bytes.len() - 1]).is_err());
        assert!(Record::decode(record.kind(), &[&bytes[..], &[0]].concat()).is_err());
    }
}
