//! Who may fill the roles of one event, and one person at one place at a time.

use super::noticed::award;
use super::*;
use crate::codec::{Reader, Writer};
use crate::settings::{Overlap, RoleRule};

/// A community that compares: `gift` allows its receiver to be the doer's neighbour only, `serve` allows the fund to be the
/// doer; `waste` is refused in minutes that are taken, `take` marked.
fn compares() -> Settings {
    let rule = |kind: &str, same: &[&str], other: &[&str]| RoleRule {
        kind: code(kind),
        same_person: same.iter().map(|role| code(role)).collect(),
        other_household: other.iter().map(|role| code(role)).collect(),
    };
    Settings {
        roles: Some(vec![
            rule("gift", &[], &["receiver"]),
            rule("serve", &["doer", "fund"], &[]),
        ]),
        overlaps: vec![
            (code("waste"), Overlap::Refuse),
            (code("take"), Overlap::Mark),
        ],
        notice_days: vec![],
        ..settings()
    }
}

fn desk() -> Desk {
    let mut desk = Desk::open();
    desk.must(Ask::Settings(compares()));
    desk
}

fn with(kind: &str, roles: &[(&str, u32)]) -> Ask {
    let roles = roles
        .iter()
        .map(|(role, no)| (code(role), ResidentNo(*no)))
        .collect();
    Ask::Earn(Event {
        roles,
        ..event(kind, 1, 1, date("2026-03-10"))
    })
}

fn at(kind: &str, who: u32, on: &str, minute: Option<u16>, minutes: i32) -> Ask {
    Ask::Earn(Event {
        minute,
        ..event(kind, who, minutes, date(on))
    })
}

fn said(receipt: &Receipt) -> Option<String> {
    receipt.refusal().map(|refusal| refusal.code.to_string())
}

#[test]
fn two_roles_are_two_people_unless_the_community_says_so() {
    let same = Some("host.same-person".to_owned());
    let home = Some("host.same-household".to_owned());
    type Case<'c> = (&'c str, &'c [(&'c str, u32)], Option<String>);
    let cases: &[Case<'_>] = &[
        ("waste", &[("doer", 1)], None),
        ("waste", &[("doer", 1), ("partner", 2)], None),
        ("waste", &[("doer", 1), ("partner", 1)], same.clone()),
        ("waste", &[("doer", 1), ("referrer", 1)], same.clone()),
        (
            "waste",
            &[("doer", 1), ("partner", 2), ("partner", 2)],
            same.clone(),
        ),
        (
            "waste",
            &[("doer", 1), ("seller", 2), ("buyer", 2)],
            same.clone(),
        ),
        ("serve", &[("doer", 1), ("fund", 1)], None),
        (
            "serve",
            &[("doer", 1), ("fund", 1), ("fund", 1)],
            same.clone(),
        ),
        ("serve", &[("doer", 1), ("partner", 1)], same.clone()),
        ("gift", &[("doer", 1), ("receiver", 1)], same),
        ("gift", &[("doer", 1), ("receiver", 2)], home),
        (
            "gift",
            &[("doer", 1), ("receiver", 3)],
            Some("balance.short".to_owned()),
        ),
    ];
    for (kind, roles, expected) in cases {
        let receipt = desk().must(with(kind, roles));
        assert_eq!(said(&receipt), *expected, "{kind} {roles:?}");
    }
    // Ledgers of before compare nobody.
    let mut old = Desk::open();
    assert_eq!(
        said(&old.must(with("waste", &[("doer", 1), ("partner", 1)]))),
        None
    );
}

#[test]
fn one_person_is_at_one_place_at_a_time() {
    // Booked before: 10:00 to 10:20 on the 10th, and over midnight from 23:50 on.
    let night = Some(23 * 60 + 50);
    let cases = [
        (("waste", 1, "2026-03-10", Some(610), 5), true),
        (("waste", 1, "2026-03-10", Some(595), 5), false),
        (("waste", 1, "2026-03-10", Some(595), 6), true),
        (("waste", 1, "2026-03-10", Some(620), 5), false),
        (("waste", 1, "2026-03-10", Some(590), 200), true),
        (("waste", 2, "2026-03-10", Some(600), 20), false),
        (("waste", 1, "2026-03-10", None, 20), false),
        (("owe", 1, "2026-03-10", Some(600), 1), false),
        (("waste", 1, "2026-03-09", Some(600), 20), false),
        (("waste", 1, "2026-03-01", Some(5), 4), true),
        (("waste", 1, "2026-03-01", Some(10), 4), false),
    ];
    for ((kind, who, on, minute, minutes), refused) in cases {
        let mut desk = desk();
        desk.must(at("waste", 1, "2026-03-10", Some(600), 20));
        desk.must(at("waste", 1, "2026-02-28", night, 20));
        let receipt = desk.must(at(kind, who, on, minute, minutes));
        let expected = refused.then(|| "host.overlap".to_owned());
        assert_eq!(
            said(&receipt),
            expected,
            "{kind} {who} {on} {minute:?} {minutes}"
        );
    }
}

#[test]
fn a_unit_may_be_more_than_a_minute() {
    let settings = Settings {
        unit_minutes: vec![(code("waste"), 60)],
        ..compares()
    };
    let minutes = |quantity, scale| settings.minutes_of(&code("waste"), (quantity, scale));
    assert_eq!(
        [minutes(2, 0), minutes(25, 1), minutes(1, 2)],
        [120, 150, 1]
    );
    assert_eq!(settings.minutes_of(&code("take"), (25, 1)), 25, "as before");
    let written = |settings: &Settings| {
        let mut w = Writer::default();
        settings.write(&mut w);
        w.done()
    };
    let bytes = written(&settings);
    assert_eq!(
        Settings::read(&mut Reader::new(&bytes)).as_ref(),
        Ok(&settings)
    );

    let mut desk = Desk::open();
    desk.must(Ask::Settings(settings));
    desk.must(at("waste", 1, "2026-03-10", Some(600), 2));
    let inside = desk.must(at("waste", 1, "2026-03-10", Some(719), 1));
    assert_eq!(said(&inside).as_deref(), Some("host.overlap"));
    let after = desk.must(at("waste", 1, "2026-03-10", Some(720), 1));
    assert_eq!(said(&after), None);
}

#[test]
fn a_mark_stands_on_what_is_decided_all_the_same() {
    let mut desk = desk();
    let first = desk.must(at("waste", 1, "2026-03-10", Some(600), 20));
    let second = desk.must(at("take", 1, "2026-03-10", Some(605), 5));
    let marks = second.records.iter().find_map(|record| match record {
        Record::Decided(_, _, decision) => Some(decision.marks.clone()),
        _ => None,
    });
    let marks = marks.unwrap();
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].code, code("host.overlap"));
    let args = vec![
        crate::rule::Arg::Day(date("2026-03-10")),
        crate::rule::Arg::Code(code(&first.entry.to_string())),
    ];
    assert_eq!(marks[0].args, args);
}

#[test]
fn minutes_that_are_taken_back_are_free_again_and_the_journal_tells_it_again() {
    let mut desk = desk();
    let known = |reference: &str, minutes: i32| {
        Ask::Earn(Event {
            source: source(reference, &minutes.to_string()),
            minute: Some(600),
            ..event("waste", 1, minutes, date("2026-03-10"))
        })
    };
    let first = desk.must(known("a", 20));
    assert_eq!(
        said(&desk.must(known("b", 5))).as_deref(),
        Some("host.overlap")
    );
    // The same answer is no news; once the first is gone, the second can come again.
    assert!(matches!(desk.ask(known("b", 5)), Ok(Applied::Replay(_))));
    desk.must(Ask::Amend(Amend::Reverse(first.entry, [1; 32])));
    assert_eq!(said(&desk.must(known("b", 5))), None);
    desk.seal();
    let image = desk.book.image(*desk.heads.last().unwrap()).unwrap();
    let back = Book::from_image(&image).unwrap();
    assert_eq!(back.counters(), desk.book.counters());
    let times = desk.book.counters();
    let row = times
        .iter()
        .find(|(key, _)| key.kind == code("host/times"))
        .unwrap()
        .1;
    assert_eq!(CounterRow::decode(&row.encode()).as_ref(), Ok(*row));
    assert_eq!(row.taken[&10].len(), 1);

    let mut book = Book::empty(code("nanmen"));
    for record in desk
        .journal
        .iter()
        .filter(|record| record.envelope().is_some())
    {
        let read = Record::decode(record.kind(), &record.encode()).unwrap();
        assert_eq!(&read, record);
        let command = Command::from_record(&read, |_| Some(code("rice"))).unwrap();
        load_entries(&mut book, &command, &desk.journal);
        book.apply(&command, read.envelope().unwrap().at, &Native)
            .unwrap();
    }
    assert_eq!(book.counters(), desk.book.counters());
}

#[test]
fn minutes_are_taken_of_those_who_are_given_some() {
    let minutes = |role: &str, amount| award(role, "minutes", amount, Short::Clamp);
    let points = |role: &str| award(role, "points", 5, Short::Refuse);
    for (awards, taken) in [
        (vec![points("doer"), minutes("partner", 20)], true),
        (vec![minutes("partner", 20)], true),
        (vec![points("partner")], false),
        (vec![minutes("partner", 0)], false),
        (vec![minutes("partner", -1)], false),
        (vec![minutes("doer", 20)], false),
        (vec![minutes("doer", 20), points("partner")], false),
        (vec![], false),
    ] {
        let mut desk = desk();
        let mut both = event("waste", 1, 20, date("2026-03-10"));
        both.roles.push((code("partner"), ResidentNo(2)));
        desk.booked(both, awards.clone());
        let receipt = desk.must(at("waste", 2, "2026-03-10", Some(605), 5));
        assert_eq!(receipt.refusal().is_some(), taken, "{awards:?}");
    }
}

#[test]
fn times_that_are_free_again_are_stored_and_others_are_left_alone() {
    let mut desk = desk();
    let month = date("2026-03-10").month_index();
    let key = crate::book::award::times::key(ResidentNo(1), month);
    let timed = desk.must(at("waste", 1, "2026-03-10", Some(600), 20));
    let untimed = desk.must(at("waste", 1, "2026-03-10", None, 20));
    for (entry, changes) in [(untimed.entry, false), (timed.entry, true)] {
        desk.seal();
        desk.must(Ask::Amend(Amend::Reverse(entry, [8; 32])));
        assert_eq!(desk.book.dirty.counters.contains(&key), changes, "{entry}");
    }
}
