//! Two hosts race for one thing, and one is held up at every point of its way in turn: whatever it answers, it is an
//! answer that it could have given alone, before the other or after it.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::amount::Amount;
use rongyi_core::book::{Applied, Book, Changes};
use rongyi_core::chain::sha256;
use rongyi_core::command::{
    self, Ask, Command, Enrol, Lapse, Open, PeriodTurn, Receive, Release, SetTraits, Settle,
    SettlePart,
};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use rongyi_core::period::PeriodStep;
use rongyi_core::record::{
    Amend, Change, Event, Item, Key, NoticeStep, OrderLine, PartPrice, ReleaseReason, RuleSet,
    Source,
};
use rongyi_core::rule::{
    Award, Decision, Denial, EarnAsk, Fault, Judge, KindPlan, Plan, PriceAsk, PricingPlan, Quote,
    Short, Text,
};
use rongyi_core::settings::{Settings, Unit};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_load::postgres::Cluster;
use rongyi_store::Store;
use tokio::time::timeout;

mod place;

use self::place::Place;
use super::desk::{ClerkDesk, Piles};
use super::frames::Frames;
use super::job::job;
use super::pulse::Pulse;
use crate::clock::ManualClock;
use crate::rulebook::RuleBooks;
use crate::vitals::Vitals;

const WHY: [u8; 32] = [6; 32];
/// How long the one who is held up waits for the other, who may be waiting for what it holds.
const MEANWHILE: Duration = Duration::from_millis(300);

fn code(text: &'static str) -> Code {
    Code::literal(text)
}

fn town_code() -> Code {
    code("town")
}

fn day(text: &str) -> LocalDate {
    text.parse().unwrap()
}

/// Ten points a unit and ten a piece.
struct Ten;

impl Judge for Ten {
    fn earn(&self, _: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        let award = Award {
            role: code("doer"),
            asset: code("points"),
            amount: ask.quantity * 10,
            short: Short::Clamp,
            expires: None,
        };
        Ok(Decision {
            awards: vec![award],
            ..Decision::default()
        })
    }

    fn price(&self, _: RuleSetNo, ask: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        Ok(Quote {
            points: ask.lines.iter().map(|line| line.quantity * 10).collect(),
            lines: Vec::new(),
        })
    }
}

fn text(zh: &str) -> Text {
    Text {
        zh: zh.into(),
        en: zh.into(),
    }
}

fn by(actor: &'static str, today: &str, ask: Ask) -> Command {
    Command {
        actor: code(actor),
        key: None,
        today: day(today),
        ask,
        text: None,
        reference: None,
    }
}

/// Under a key whose input is the key.
fn keyed(key: &str, command: Command) -> Command {
    Command {
        key: Some(Key {
            text: key.into(),
            input: sha256(key.as_bytes()),
        }),
        ..command
    }
}

fn open(reference: &str, amount: i32) -> Ask {
    Ask::Open(Open {
        holder: Holder::Household(HouseholdNo(11)),
        asset: code("points"),
        amount: Amount::from(amount),
        expires: Some(day("2026-09-20")),
        source: Source {
            name: code("paper"),
            external_ref: reference.into(),
            input: sha256(&amount.to_le_bytes()),
        },
        reason: [4; 32],
    })
}

fn plan() -> Plan {
    let kind = |name: &'static str| KindPlan {
        code: code(name),
        title: text(name),
        unit: text("次"),
        scale: 0,
        quantity_min: 1,
        quantity_max: 1000,
        fields: Vec::new(),
        facts: Vec::new(),
    };
    Plan {
        kinds: vec![kind("serve"), kind("period.close")],
        pricing: Some(PricingPlan {
            order_facts: Vec::new(),
            line_facts: Vec::new(),
        }),
        ..Plan::default()
    }
}

/// A ledger with something of everything that people may race for. Its entries have fixed places.
struct Town {
    changes: Changes,
    opened: u64,
    served: u64,
    proposed: u64,
}

fn enrol(resident: u32) -> Ask {
    Ask::Enrol(Enrol {
        resident: ResidentNo(resident),
        household: HouseholdNo(11),
        who: [3; 32],
    })
}

fn beginning() -> Vec<Ask> {
    let settings = Settings {
        order_hold_days: 30,
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
    let rice = Item {
        no: ItemNo(0),
        code: code("rice"),
        category: code("food"),
        value_fen: 3000,
        title: text("大米"),
        icon: code("rice"),
        active: true,
    };
    let receive = Ask::Receive(Receive {
        item: code("rice"),
        quantity: 20,
        reason: [4; 32],
    });
    vec![
        Ask::Settings(settings),
        Ask::Activate(Box::new(set)),
        enrol(1001),
        enrol(1002),
        Ask::Define(Box::new(rice)),
        receive,
    ]
}

fn town() -> Town {
    let mut book = Book::empty(town_code());
    let mut now = 1_000_000;
    let mut apply = |today: &str, ask: Ask| {
        now += 10;
        match book.apply(&by("staff/1", today, ask), Instant(now), &Ten) {
            Ok(Applied::Fresh(receipt)) => receipt.entry,
            other => panic!("{other:?}"),
        }
    };
    for ask in beginning() {
        apply("2026-09-01", ask);
    }
    apply("2026-09-01", open("page-1", 50));
    let opened = apply("2026-09-01", open("page-0", 5));
    let served = apply(
        "2026-09-02",
        Ask::Earn(Event {
            kind: code("serve"),
            roles: vec![(code("doer"), ResidentNo(1001))],
            quantity: 3.into(),
            fields: Vec::new(),
            on: day("2026-09-02"),
            minute: Some(480),
            source: None,
            note: None,
        }),
    );
    apply(
        "2026-09-03",
        Ask::Place(command::Place {
            no: OrderNo(0),
            resident: ResidentNo(1001),
            lines: vec![OrderLine::new(code("rice"), 2)],
            seen: Amount::from(20),
            code: rongyi_core::record::PickupCode::Clear("10000001".into()),
        }),
    );
    let change = Change::Adjust {
        resident: ResidentNo(1002),
        asset: code("points"),
        amount: Amount::from(7),
        expires: None,
        about: None,
    };
    let proposed = apply("2026-09-03", Ask::Amend(Amend::Propose(change, WHY)));
    Town {
        changes: book.seal().unwrap(),
        opened,
        served,
        proposed,
    }
}

/// What is asked of a town, by its name in the table of races.
struct Wishes<'t>(&'t Town);

impl Wishes<'_> {
    fn settle(&self) -> Ask {
        Ask::Settle(Settle(ORDER))
    }

    fn cancel(&self) -> Ask {
        Ask::Release(Release {
            order: ORDER,
            reason: ReleaseReason::Cancelled,
        })
    }

    /// Its share: the hosts that race here have no rule to ask.
    fn part(&self) -> Ask {
        Ask::SettlePart(SettlePart {
            order: ORDER,
            lines: vec![OrderLine::new(code("rice"), 1)],
            price: PartPrice::Split,
        })
    }

    fn reverse(&self) -> Ask {
        Ask::Amend(Amend::Reverse(self.0.opened, WHY))
    }

    fn approve(&self) -> Ask {
        Ask::Amend(Amend::Approve(self.0.proposed))
    }

    fn decline(&self) -> Ask {
        Ask::Amend(Amend::Decline(self.0.proposed, WHY))
    }

    fn object(&self) -> Ask {
        Ask::Notice(NoticeStep::Object(self.0.served, WHY))
    }

    fn star(&self) -> Ask {
        Ask::Traits(SetTraits {
            resident: ResidentNo(1001),
            changes: vec![(code("star"), 3)],
        })
    }

    fn post(&self) -> Command {
        let post = Ask::Notice(NoticeStep::Post(self.0.served));
        by("system", "2026-09-10", post)
    }

    fn reverse_posted(&self) -> Command {
        let reverse = Ask::Amend(Amend::Reverse(self.0.served, WHY));
        keyed("a", by("staff/1", "2026-09-10", reverse))
    }

    fn lapse(&self) -> Command {
        let account = Account {
            holder: Holder::Household(HouseholdNo(11)),
            asset: AssetNo::POINTS,
            purpose: Purpose::Available,
        };
        by("system", "2026-10-01", Ask::Lapse(Lapse(vec![account])))
    }

    fn cut(&self, actor: &'static str) -> Command {
        let turn = PeriodTurn {
            period: "2026-09".parse().unwrap(),
            step: PeriodStep::CutOff {
                rule: Some(code("native")),
            },
        };
        by(actor, "2026-10-01", Ask::Period(turn))
    }
}

const ORDER: OrderNo = OrderNo(1);

/// What one asks and what the other asks. Each of the first must be answered as alone, or as after the second.
fn races(town: &Town) -> Vec<(&'static str, Command, Command)> {
    let today = "2026-09-04";
    let of = Wishes(town);
    let a = |ask: Ask| keyed("a", by("staff/1", today, ask));
    let b = |ask: Ask| keyed("b", by("staff/2", today, ask));
    let same = |ask: Ask| keyed("same", by("staff/1", today, ask));
    let third = |ask: Ask| keyed("c", by("staff/3", today, ask));
    vec![
        ("two tills", a(of.settle()), b(of.settle())),
        ("a till and a cancellation", a(of.settle()), b(of.cancel())),
        ("a cancellation and a till", a(of.cancel()), b(of.settle())),
        ("two cancellations", a(of.cancel()), b(of.cancel())),
        ("a part and the whole", a(of.part()), b(of.settle())),
        ("the whole and a part", a(of.settle()), b(of.part())),
        ("two reversals", a(of.reverse()), b(of.reverse())),
        (
            "one reversal sent twice",
            same(of.reverse()),
            same(of.reverse()),
        ),
        (
            "one order settled twice by one till",
            same(of.settle()),
            same(of.settle()),
        ),
        ("two approvals", b(of.approve()), third(of.approve())),
        (
            "an approval and a refusal",
            b(of.approve()),
            third(of.decline()),
        ),
        ("one approval sent twice", b(of.approve()), b(of.approve())),
        ("two objections", a(of.object()), b(of.object())),
        (
            "an objection and the end of the notice",
            a(of.object()),
            of.post(),
        ),
        ("a notice posted twice", of.post(), of.post()),
        (
            "a reversal of what is posted",
            of.reverse_posted(),
            of.post(),
        ),
        ("lots lapse twice", of.lapse(), of.lapse()),
        ("lots lapse and are reversed", of.lapse(), a(of.reverse())),
        ("two cut-offs", of.cut("staff/1"), of.cut("staff/2")),
        ("a resident enrolled twice", a(enrol(1003)), b(enrol(1003))),
        (
            "one page opened twice",
            a(open("page-2", 5)),
            b(open("page-2", 5)),
        ),
        (
            "one page with two balances",
            a(open("page-2", 5)),
            b(open("page-2", 6)),
        ),
        ("one trait set twice", a(of.star()), b(of.star())),
    ]
}

/// A host: a desk over a store of its own.
struct Host(ClerkDesk);

impl Host {
    async fn at(url: &str) -> Self {
        let store = Arc::new(Store::open(url, true).await.unwrap());
        let clock = Arc::new(ManualClock::new(Instant(2_000_000)));
        let shared = (
            Arc::new(Frames::default()),
            Arc::new(Vitals::default()),
            Pulse::start(),
        );
        Host(ClerkDesk::new(
            store,
            Arc::new(RuleBooks::default()),
            clock,
            shared,
            1,
        ))
    }

    /// Asks as its desk does for what comes from the queue; held up after so many steps until `meanwhile` is over.
    /// Answers whether it had come to its end by then.
    async fn ask(
        &mut self,
        command: &Command,
        steps: usize,
        meanwhile: impl Future<Output = ()>,
    ) -> (String, bool) {
        let (job, ticket) = job(&town_code(), vec![command.clone()], false, None);
        let piles = Piles::from([(town_code(), VecDeque::from([job]))]);
        let mut rounds = pin!(self.0.rounds(piles, 0));
        let ended = stepped(rounds.as_mut(), steps).await;
        let mut meanwhile = pin!(meanwhile);
        let over = timeout(MEANWHILE, meanwhile.as_mut()).await.is_ok();
        match (ended, over) {
            (true, true) => {}
            (false, true) => rounds.await,
            (true, false) => meanwhile.await,
            // The other waits for what this one holds: a row, or the file.
            (false, false) => drop(tokio::join!(rounds, meanwhile)),
        }
        let answer = match ticket.answer().await {
            Ok(answered) if answered.replayed => format!("replayed {}", answered.receipt.entry),
            Ok(_) => "booked".to_owned(),
            Err(super::ClerkError::Rejected(rejection)) => rejection.code().to_owned(),
            Err(other) => panic!("{other}"),
        };
        (answer, ended)
    }

    async fn alone(&mut self, command: &Command) -> String {
        self.ask(command, usize::MAX, async {}).await.0
    }
}

/// Polls so many times, each time it is woken; whether it came to its end.
async fn stepped(mut future: Pin<&mut impl Future<Output = ()>>, steps: usize) -> bool {
    let mut left = steps;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|()| true)
    })
    .await
}

/// Holds the first host up after every `stride`-th step; answers at how many places that was. `warm` hosts know the
/// ledger already.
async fn race(
    place: &mut Place<'_>,
    (name, one, other): &(&'static str, Command, Command),
    warm: bool,
    stride: usize,
) -> usize {
    let url = place.next();
    let alone = Host::at(&url).await.alone(one).await;
    let url = place.next();
    assert_eq!(Host::at(&url).await.alone(other).await, "booked", "{name}");
    let after = Host::at(&url).await.alone(one).await;
    let mut places = 0;
    for steps in (0..).step_by(stride) {
        let url = place.next();
        let (mut first, mut second) = (Host::at(&url).await, Host::at(&url).await);
        if warm {
            let harmless = by("staff/1", "2026-09-01", enrol(1009));
            first.alone(&harmless).await;
            let again = by("staff/1", "2026-09-01", enrol(1009));
            first.alone(&again).await;
        }
        let meanwhile = async {
            second.alone(other).await;
        };
        let (answer, ended) = first.ask(one, steps, meanwhile).await;
        let expected = if answer.starts_with("replayed") {
            "replayed"
        } else {
            &answer
        };
        assert!(
            alone.starts_with(expected) || after.starts_with(expected),
            "{name}, held up after {steps} steps (warm: {warm}): “{answer}”, where alone it is “{alone}” and \
             afterwards “{after}”"
        );
        if ended {
            break;
        }
        places += 1;
    }
    places
}

/// Files that races run on side by side: most of their time they wait for each other's locks and for the disk.
const FILES: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_of_one_moment_on_sqlite() {
    let running: Vec<_> = (0..FILES)
        .map(|file| tokio::spawn(races_on_a_file(file)))
        .collect();
    for races in running {
        races.await.unwrap();
    }
}

/// A share of the races, on hosts that know nothing yet and on warm ones.
async fn races_on_a_file(share: usize) {
    let town = town();
    let mut place = Place::File(tempfile::tempdir().unwrap(), 0);
    place.prepare(&town).await;
    let all = races(&town);
    assert!(all.len() >= FILES);
    for case in all.iter().skip(share).step_by(FILES) {
        for warm in [false, true] {
            let places = race(&mut place, case, warm, 1).await;
            assert!(places > 0, "{}: it was never held up", case.0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_of_one_moment_on_postgres() {
    let town = town();
    let cluster = tokio::task::block_in_place(Cluster::start);
    let mut place = Place::Server(&cluster, 0);
    place.prepare(&town).await;
    // A database for each step takes its time: those that were answered wrongly once, and one of each other kind.
    let kinds = [
        "two tills",
        "one reversal sent twice",
        "two approvals",
        "a notice posted twice",
        "two cut-offs",
    ];
    for case in races(&town).iter().filter(|case| kinds.contains(&case.0)) {
        let places = race(&mut place, case, false, 3).await;
        assert!(places > 0, "{}: it was never held up", case.0);
    }
}
