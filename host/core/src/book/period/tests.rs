//! Closing periods against a naive reading of the events, and the story of one period from cut-off to seal.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]
mod back;
mod bounds;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::book::Receipt;
use crate::book::tests::loaded::load_entries;
use crate::command::{Ask, Assert, Enrol, PeriodTurn};
use crate::ids::{HouseholdNo, ResidentNo, RuleSetNo};
use crate::rule::{
    Blame, Denial, EarnAsk, FactNeed, Fault, Metric, PriceAsk, Quote, Short, Subject, Text, Window,
};
use crate::settings::{Expiry, Unit};
use crate::{period::PeriodStep, record::Event, time::Instant};

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

/// One point for each unit. At the end of a period: what is above 10 goes, the first place gets 50, and of resident 3
/// it knows nothing to say.
struct Native;

fn award(asset: &str, amount: i32) -> Award {
    Award {
        role: code("holder"),
        asset: code(asset),
        amount,
        short: Short::Clamp,
        expires: None,
    }
}

impl Judge for Native {
    fn earn(&self, _: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        Ok(Decision {
            awards: vec![Award {
                role: code("doer"),
                ..award("points", ask.quantity)
            }],
            ..Decision::default()
        })
    }

    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        unreachable!("nothing is sold here")
    }

    fn close(&self, _: RuleSetNo, ask: &CloseAsk) -> Result<Decision, Denial<Fault>> {
        let points = ask.balances[0].1;
        if points == 13 {
            return Err(Denial::Failed(Fault {
                code: "plugin.panic".into(),
                blame: Blame::Guest,
                message: "thirteen".into(),
            }));
        }
        if ask.facts[0].value == 0 {
            return Err(Denial::Refused(Refusal {
                code: code("not.ranked"),
                args: vec![],
                opens: None,
            }));
        }
        let prize = if ask.facts[0].value == 1 { 50 } else { 0 };
        Ok(Decision {
            awards: vec![
                award("points", 10.min(points) - points),
                award("points", prize),
            ],
            ..Decision::default()
        })
    }
}

const NEEDS: [(Metric, Window, Subject); 14] = [
    (Metric::RankAtCutoff, Window::Month, Subject::Person),
    (Metric::Points, Window::Month, Subject::Person),
    (Metric::Points, Window::Lifetime, Subject::Person),
    (Metric::Points, Window::Week, Subject::Household),
    (Metric::Events, Window::Year, Subject::Community),
    (Metric::DistinctDays, Window::Quarter, Subject::Person),
    (Metric::DistinctDays, Window::Lifetime, Subject::Person),
    (Metric::DaysSinceLast, Window::Lifetime, Subject::Person),
    (Metric::Quantity, Window::Trailing(40), Subject::Person),
    (Metric::RankAtCutoff, Window::Year, Subject::Household),
    (Metric::StreakDays, Window::Lifetime, Subject::Person),
    (Metric::StreakDays, Window::Month, Subject::Household),
    (Metric::RankAtCutoff, Window::HalfYear, Subject::Person),
    (Metric::Points, Window::HalfYear, Subject::Household),
];

fn kind(name: &str) -> KindPlan {
    let need = |(metric, window, subject)| FactNeed {
        metric,
        window,
        subject,
        of: Some(code("waste")),
    };
    KindPlan {
        code: code(name),
        title: text(name),
        unit: text("个"),
        scale: 0,
        quantity_min: 1,
        quantity_max: 1000,
        fields: vec![],
        facts: if name == CLOSE_KIND {
            NEEDS.map(need).to_vec()
        } else {
            vec![]
        },
    }
}

struct Desk {
    book: Book,
    today: LocalDate,
    now: i64,
    actor: &'static str,
    journal: Vec<Record>,
}

fn person(no: u32) -> Holder {
    Holder::Resident(ResidentNo(no))
}

fn oct() -> Period {
    "2026-10".parse().unwrap()
}

impl Desk {
    fn open(unit: Unit, people: &[(u32, u32)]) -> Desk {
        let mut desk = Desk {
            book: Book::empty(code("nanmen")),
            today: date("2026-08-01"),
            now: 1,
            actor: "staff/1",
            journal: vec![],
        };
        desk.must(Ask::Settings(Settings::plain(unit, date("2026-07-01"))));
        desk.must(Ask::Activate(Box::new(RuleSet {
            no: RuleSetNo(0),
            name: code("native"),
            title: text("原样"),
            version: "1".into(),
            component: [1; 32],
            params: [2; 32],
            active_from: date("2026-07-01"),
            plan: Plan {
                kinds: ["waste", CLOSE_KIND].map(kind).to_vec(),
                ..Plan::default()
            },
        })));
        for (resident, household) in people {
            desk.must(Ask::Enrol(Enrol {
                resident: ResidentNo(*resident),
                household: HouseholdNo(*household),
                who: [0; 32],
            }));
        }
        desk
    }

    fn ask(&mut self, ask: Ask) -> Result<Applied, Rejection> {
        self.now += 1000;
        let command = Command {
            actor: code(self.actor),
            key: None,
            today: self.today,
            ask,
            text: None,
            reference: None,
        };
        let applied = self.applied(&command)?;
        if let Applied::Fresh(receipt) = &applied {
            self.journal.extend(receipt.records.iter().cloned());
            self.book.seal().unwrap();
        }
        Ok(applied)
    }

    fn must(&mut self, ask: Ask) -> Receipt {
        match self.ask(ask).unwrap() {
            Applied::Fresh(receipt) => receipt,
            Applied::Replay(entry) => panic!("answered before, by {entry}"),
        }
    }

    fn event(&mut self, who: u32, on: &str, quantity: i32) -> Result<Applied, Rejection> {
        self.ask(Ask::Earn(Event {
            kind: code("waste"),
            roles: vec![(code("doer"), ResidentNo(who))],
            quantity: quantity.into(),
            fields: vec![],
            on: date(on),
            minute: Some(0),
            source: None,
            note: None,
        }))
    }

    fn step(&mut self, step: PeriodStep) -> Result<Applied, Rejection> {
        let period = oct();
        self.ask(Ask::Period(PeriodTurn { period, step }))
    }

    fn cut(&mut self) -> Result<Applied, Rejection> {
        self.step(PeriodStep::CutOff {
            rule: Some(code("native")),
        })
    }

    fn points(&self, holder: Holder) -> i64 {
        self.book.account(&available(holder, AssetNo::POINTS)).total
    }

    fn row(&self) -> PeriodRow {
        self.book.frame().periods[0].clone()
    }

    fn standing(&self, holder: Holder) -> Standing {
        let cut = self.row().cut;
        self.book.standings()[&(cut, holder)].clone()
    }
}

fn code_of(answer: Result<Applied, Rejection>) -> &'static str {
    answer.unwrap_err().code()
}

/// What the journal says must come out again when only what was asked is known.
fn replays(desk: &Desk) {
    let mut book = Book::empty(code("nanmen"));
    let mut given = Vec::new();
    for record in &desk.journal {
        let Some(command) = Command::from_record(record, |_| None) else {
            continue;
        };
        let at = record.envelope().unwrap().at;
        load_entries(&mut book, &command, &desk.journal);
        match book.apply(&command, at, &Native).unwrap() {
            Applied::Fresh(receipt) => given.extend(receipt.records),
            Applied::Replay(entry) => panic!("{entry} replayed"),
        }
        book.seal().unwrap();
    }
    assert_eq!(given, desk.journal);
    assert_eq!(book.standings(), desk.book.standings());
    assert_eq!(book.frame().periods, desk.book.frame().periods);
    assert_eq!(book.accounts(), desk.book.accounts());
    for record in &desk.journal {
        let bytes = record.encode();
        let again = Record::decode(record.kind(), &bytes).unwrap();
        assert_eq!((&again, again.encode()), (record, bytes));
    }
}

#[test]
fn a_period_from_cut_off_to_seal() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1), (2, 1), (3, 2), (4, 2)]);
    desk.today = date("2026-10-20");
    desk.event(1, "2026-10-05", 40).unwrap();
    desk.event(2, "2026-10-06", 25).unwrap();
    assert_eq!(code_of(desk.cut()), "period.not-over");
    desk.today = date("2026-11-03");
    desk.event(1, "2026-11-02", 7).unwrap();
    desk.event(4, "2026-10-31", 25).unwrap(); // late, but before the cut-off
    assert_eq!(code_of(desk.step(PeriodStep::Seal)), "period.unknown");
    let wrong = desk.step(PeriodStep::CutOff {
        rule: Some(code("nobody")),
    });
    assert_eq!(code_of(wrong), "period.rule");

    desk.cut().unwrap();
    assert_eq!(desk.row().holders, 4);
    let ranks = [1, 2, 3, 4].map(|no| desk.standing(person(no)).facts[0].value);
    assert_eq!(ranks, [1, 2, 0, 2], "equals share a place; none, no place");
    assert_eq!(
        desk.standing(person(1)).balances,
        [(AssetNo::POINTS, 40)],
        "November's 7 are not October's"
    );
    assert_eq!(code_of(desk.event(3, "2026-10-30", 5)), "date.closed");
    assert_eq!(code_of(desk.event(3, "2026-08-30", 5)), "date.closed");
    desk.event(3, "2026-11-01", 5).unwrap();
    assert_eq!(code_of(desk.cut()), "period.open");

    // Something was forgotten: back, enter it, once more.
    desk.step(PeriodStep::Withdraw).unwrap();
    desk.event(4, "2026-10-30", 1).unwrap();
    desk.cut().unwrap();
    let ranks = [1, 2, 3, 4].map(|no| desk.standing(person(no)).facts[0].value);
    assert_eq!(ranks, [1, 3, 0, 2]);

    let close = |no| PeriodStep::Close(person(no));
    assert_eq!(code_of(desk.step(close(1))), "period.state");
    let sign = PeriodStep::SignOff { alone: false };
    assert_eq!(code_of(desk.step(sign.clone())), "period.same-person");
    desk.actor = "staff/2";
    desk.step(sign.clone()).unwrap();
    assert_eq!(code_of(desk.step(sign)), "period.state");
    assert_eq!(code_of(desk.step(PeriodStep::Withdraw)), "period.state");

    desk.step(close(1)).unwrap();
    assert_eq!(desk.points(person(1)), 10 + 50 + 7, "kept, prize, November");
    let entry = desk.standing(person(1)).entry;
    let before = desk.journal.len();
    assert_eq!(desk.step(close(1)).unwrap(), Applied::Replay(entry));
    assert_eq!(desk.journal.len(), before, "run twice is run once");
    assert_eq!(code_of(desk.step(PeriodStep::Seal)), "period.unfinished");
    desk.today = date("2026-11-04");
    for no in [2, 3, 4] {
        desk.step(close(no)).unwrap();
    }
    assert_eq!(code_of(desk.step(close(9))), "period.no-standing");
    assert_eq!([2, 3, 4].map(|no| desk.points(person(no))), [10, 5, 10]);
    desk.step(PeriodStep::Seal).unwrap();
    assert_eq!(desk.row().state, PeriodState::Sealed);
    assert_eq!(code_of(desk.event(2, "2026-10-31", 1)), "date.closed");
    assert_eq!(code_of(desk.cut()), "date.closed");
    replays(&desk);
}

#[test]
fn spent_points_are_not_taken_again_and_new_ones_not_at_all() {
    let mut desk = Desk::open(Unit::Household, &[(1, 1), (2, 1), (3, 2)]);
    let home = Holder::Household(HouseholdNo(1));
    desk.today = date("2026-11-02");
    desk.event(1, "2026-10-05", 30).unwrap();
    desk.event(2, "2026-10-05", 70).unwrap();
    desk.cut().unwrap();
    assert_eq!(desk.row().holders, 2, "households are closed");
    assert_eq!(desk.standing(home).balances, [(AssetNo::POINTS, 100)]);
    desk.event(1, "2026-11-01", 20).unwrap();
    desk.step(PeriodStep::SignOff { alone: true }).unwrap();
    assert!(desk.row().signed_by.unwrap().2, "signed alone");
    let preview = desk.book.preview(&oct(), home, desk.today, &Native);
    let awards = preview.unwrap().awards;
    assert_eq!((awards[0].amount, awards[1].amount), (-90, 50));
    desk.step(PeriodStep::Close(home)).unwrap();
    assert_eq!(desk.points(home), 10 + 50 + 20);
    replays(&desk);
}

#[test]
fn periods_of_several_lengths_are_closed_each_by_itself() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1), (2, 1)]);
    desk.today = date("2027-01-05");
    desk.event(1, "2026-07-05", 12).unwrap();
    desk.event(2, "2026-12-05", 11).unwrap();
    let rule = Some(code("native"));
    let mut on = |name: &str, step: PeriodStep| {
        desk.ask(Ask::Period(PeriodTurn {
            period: name.parse().unwrap(),
            step,
        }))
    };
    let cut = PeriodStep::CutOff { rule };
    on("2026-12", cut.clone()).unwrap();
    assert_eq!(code_of(on("2026-11", cut.clone())), "period.open");
    on("2026-h2", cut.clone()).unwrap();
    assert_eq!(code_of(on("2026-h1", cut.clone())), "date.too-early");
    on("2026", cut.clone()).unwrap();
    on("2026-h2", PeriodStep::Withdraw).unwrap();
    let late = desk.event(1, "2026-12-30", 1);
    assert_eq!(code_of(late), "date.closed", "by the month and the year");
    let mut on = |name: &str, step: PeriodStep| {
        desk.ask(Ask::Period(PeriodTurn {
            period: name.parse().unwrap(),
            step,
        }))
    };
    on("2026-h2", cut.clone()).unwrap();
    for name in ["2026-h2", "2026-12", "2026"] {
        on(name, PeriodStep::SignOff { alone: true }).unwrap();
        for no in [1, 2] {
            on(name, PeriodStep::Close(person(no))).unwrap();
        }
        on(name, PeriodStep::Seal).unwrap();
    }
    assert_eq!(code_of(on("2026-11", cut.clone())), "date.closed");
    assert_eq!(code_of(on("2026-h2", cut)), "date.closed");
    let months = |row: &PeriodRow| (row.period.to_string(), row.state);
    let all: Vec<_> = desk.book.frame().periods.iter().map(months).collect();
    let sealed = |name: &str| (name.to_owned(), PeriodState::Sealed);
    assert_eq!(all, ["2026", "2026-12", "2026-h2"].map(sealed));
    // Each of the three asks the rule about its own cut-off, at which resident 2 had 11 and was first of December, and
    // resident 1 had no place.
    assert_eq!([1, 2].map(|no| desk.points(person(no))), [12, 11 + 3 * 49]);
    replays(&desk);
}

#[test]
fn a_fault_leaves_the_holder_open() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1), (2, 1)]);
    desk.today = date("2026-11-02");
    desk.event(1, "2026-10-05", 13).unwrap();
    desk.cut().unwrap();
    desk.step(PeriodStep::SignOff { alone: true }).unwrap();
    let before = desk.journal.len();
    assert_eq!(
        code_of(desk.step(PeriodStep::Close(person(1)))),
        "rule.fault"
    );
    assert_eq!((desk.journal.len(), desk.row().closed), (before, 0));
    desk.step(PeriodStep::Close(person(2))).unwrap();
    assert_eq!(code_of(desk.step(PeriodStep::Seal)), "period.unfinished");
}

#[test]
fn a_period_without_a_rule_is_only_sealed() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1)]);
    desk.today = date("2026-11-02");
    desk.step(PeriodStep::CutOff { rule: None }).unwrap();
    desk.step(PeriodStep::SignOff { alone: true }).unwrap();
    desk.step(PeriodStep::Seal).unwrap();
    assert_eq!(code_of(desk.event(1, "2026-10-31", 1)), "date.closed");
    replays(&desk);
}

#[test]
fn a_statement_is_kept_for_a_past_day_only() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1)]);
    desk.today = date("2026-11-02");
    let state = |on: &str, who| {
        Ask::Assert(Assert {
            holder: person(who),
            asset: code("points"),
            on: date(on),
            amount: Amount::ZERO,
            reason: [4; 32],
        })
    };
    assert_eq!(code_of(desk.ask(state("2026-11-02", 1))), "assert.today");
    assert_eq!(
        code_of(desk.ask(state("2026-11-01", 8))),
        "resident.unknown"
    );
    desk.must(state("2026-11-01", 1));
    replays(&desk);
}

/// An event as the naive reader keeps it: who, day, points.
type Seen = (u32, LocalDate, i32);

fn naive(seen: &[Seen], need: (Metric, Window, Subject), who: u32, of: &BTreeMap<u32, u32>) -> i64 {
    let last = oct().last;
    let first = match need.1 {
        Window::Month => date("2026-10-01"),
        Window::Week => date("2026-10-26"),
        Window::Quarter => date("2026-10-01"),
        Window::HalfYear => date("2026-07-01"),
        Window::Trailing(days) => last.plus_days(1 - i32::from(days)),
        Window::Year | Window::Day | Window::Lifetime => date("2026-01-01"),
    };
    let mine = |subject: Subject, other: u32| match subject {
        Subject::Person => other == who,
        Subject::Household => of[&other] == of[&who],
        Subject::Community => true,
    };
    let within: Vec<&Seen> = seen
        .iter()
        .filter(|(other, on, _)| mine(need.2, *other) && (first..=last).contains(on))
        .collect();
    let days: std::collections::BTreeSet<LocalDate> = within.iter().map(|(_, on, _)| *on).collect();
    match need.0 {
        Metric::Points | Metric::Quantity => within.iter().map(|(.., n)| i64::from(*n)).sum(),
        Metric::Events => i64::try_from(within.len()).unwrap(),
        Metric::DistinctDays => i64::try_from(days.len()).unwrap(),
        Metric::DaysSinceLast => days.last().map_or(-1, |day| {
            i64::from(last.to_days()) - i64::from(day.to_days())
        }),
        Metric::RankAtCutoff => {
            let points = |who| naive(seen, (Metric::Points, need.1, need.2), who, of);
            let score = points(who);
            let mut better = BTreeMap::new();
            for other in of.keys().filter(|other| points(**other) > score) {
                let key = if need.2 == Subject::Household {
                    of[other]
                } else {
                    *other
                };
                better.insert(key, ());
            }
            if score > 0 {
                i64::try_from(better.len()).unwrap() + 1
            } else {
                0
            }
        }
        Metric::StreakDays => {
            let ends = if days.contains(&last) { 0 } else { -1 };
            let run = (0..).take_while(|back| days.contains(&last.plus_days(ends - back)));
            i64::try_from(run.count()).unwrap()
        }
        Metric::Minutes
        | Metric::RedeemedPoints
        | Metric::RedeemedItems
        | Metric::Redemptions
        | Metric::Balance => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Every fact and rank is what reading all events says, whatever came in for later days; closing in any order,
    /// with repetitions, takes October's points and leaves November's.
    #[test]
    fn standings_are_what_the_events_say(
        events in prop::collection::vec((1u32..=6, 0i32..=110, 1i32..=30), 0..60),
        order in prop::collection::vec(1u32..=6, 6..20),
        cut_at in 0usize..60,
    ) {
        let people: BTreeMap<u32, u32> = [(1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 4)].into();
        let list: Vec<_> = people.iter().map(|(who, home)| (*who, *home)).collect();
        let mut desk = Desk::open(Unit::Person, &list);
        desk.today = date("2026-11-20");
        let mut seen: Vec<Seen> = Vec::new();
        let mut cut = None;
        for (place, (who, day, points)) in events.iter().enumerate() {
            if place == cut_at {
                desk.cut().unwrap();
                cut = Some(seen.clone());
            }
            let on = date("2026-08-01").plus_days(*day);
            let answer = desk.event(*who, &on.to_string(), *points);
            if cut.is_some() && on <= oct().last {
                prop_assert_eq!(code_of(answer), "date.closed");
            } else {
                answer.unwrap();
                seen.push((*who, on, *points));
            }
        }
        let at_cut = cut.unwrap_or_else(|| {
            desk.cut().unwrap();
            seen.clone()
        });
        for who in people.keys() {
            let standing = desk.standing(person(*who));
            for (need, fact) in NEEDS.iter().zip(&standing.facts) {
                let wanted = naive(&at_cut, *need, *who, &people);
                prop_assert_eq!(i64::from(fact.value), wanted, "{:?} of {}", need, who);
            }
        }
        desk.step(PeriodStep::SignOff { alone: true }).unwrap();
        let sum = |who: u32, now: bool| -> i64 {
            let mine = seen.iter().filter(|(earner, on, _)| *earner == who && (*on > oct().last) == now);
            mine.map(|(.., points)| i64::from(*points)).sum()
        };
        for who in order.into_iter().chain(1..=6) {
            let open = desk.standing(person(who)).entry == 0;
            if sum(who, false) == 13 {
                prop_assert_eq!(code_of(desk.step(PeriodStep::Close(person(who)))), "rule.fault");
                continue;
            }
            let fresh = matches!(desk.step(PeriodStep::Close(person(who))).unwrap(), Applied::Fresh(_));
            prop_assert_eq!(fresh, open);
            let place = desk.standing(person(who)).facts[0].value;
            let prize = if place == 1 { 50 } else { 0 };
            let old = sum(who, false);
            let kept = if place == 0 { old } else { old.min(10) };
            prop_assert_eq!(desk.points(person(who)), kept + prize + sum(who, true));
        }
        replays(&desk);
    }
}
