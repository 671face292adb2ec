//! People leave, turn out to be enrolled twice, or go to another household: what they had goes where it was said, and comes
//! back with the entry; counters leave the household in which they were counted.

use super::*;
use crate::book::kinds::{Depart, Rehouse};
use crate::command::PeopleRejection;
use crate::counters::{CounterKey, CounterSubject};
use crate::member::Departure;
use crate::settings::{Leaving, Remains};

const REASON: [u8; 32] = [9; 32];

fn desk(unit: Unit, leaving: Leaving) -> Desk {
    desk_of(rule_set(), unit, leaving)
}

fn desk_of(set: RuleSet, unit: Unit, leaving: Leaving) -> Desk {
    let mut desk = Desk {
        book: Book::empty(code("nanmen")),
        today: date("2026-03-10"),
        now: 1,
        journal: vec![],
        heads: vec![],
    };
    desk.must(Ask::Settings(Settings {
        unit,
        leaving: Some(leaving),
        notice_days: vec![],
        ..settings()
    }));
    desk.must(Ask::Activate(Box::new(set)));
    for (resident, household) in [(1, 1), (2, 1), (3, 2)] {
        desk.must(Ask::Enrol(Enrol {
            resident: ResidentNo(resident),
            household: HouseholdNo(household),
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

fn all(remains: Remains) -> Leaving {
    Leaving {
        moved: remains,
        died: remains,
    }
}

fn leaves(resident: u32, how: Departure, heir: Option<u32>) -> Ask {
    Ask::Depart(Depart {
        resident: ResidentNo(resident),
        how,
        heir: heir.map(ResidentNo),
        reason: REASON,
        joins: matches!(how, Departure::Same(_)),
    })
}

fn moves(residents: &[u32], (from, to): (u32, u32), share: &[(&str, i64)]) -> Ask {
    Ask::Rehouse(Rehouse {
        residents: residents.iter().map(|no| ResidentNo(*no)).collect(),
        from: HouseholdNo(from),
        to: HouseholdNo(to),
        share: share.iter().map(|(asset, n)| (code(asset), *n)).collect(),
        reason: REASON,
    })
}

fn person(no: u32) -> Holder {
    Holder::Resident(ResidentNo(no))
}

fn home(no: u32) -> Holder {
    Holder::Household(HouseholdNo(no))
}

fn has(desk: &Desk, holder: Holder, asset: AssetNo) -> i64 {
    let purpose = Purpose::Available;
    let account = Account {
        holder,
        asset,
        purpose,
    };
    desk.book.account(&account).total
}

fn community(desk: &Desk, purpose: Purpose) -> i64 {
    let account = Account::of_community(AssetNo::POINTS, purpose);
    desk.book.account(&account).total
}

fn people(rejection: PeopleRejection) -> Option<Rejection> {
    Some(rejection.into())
}

fn no(desk: &mut Desk, ask: Ask) -> Option<Rejection> {
    let command = desk.command(ask);
    desk.send(&command).err()
}

/// Everything said again comes to the same book, also put away as bytes in the middle.
fn replays(desk: &Desk) {
    let mut again = Book::empty(code("nanmen"));
    for record in &desk.journal {
        assert_eq!(
            Record::decode(record.kind(), &record.encode()).as_ref(),
            Ok(record)
        );
        let items = again.frame().items.clone();
        let by_no = |no| {
            let mut all = items.iter();
            all.find(|item| item.no == no).map(|item| item.code.clone())
        };
        let Some(command) = Command::from_record(record, by_no) else {
            continue;
        };
        load_entries(&mut again, &command, &desk.journal);
        let at = record.envelope().unwrap().at;
        again.apply(&command, at, &Native).unwrap();
        again.seal();
        let head = again.frame().head;
        again = Book::from_image(&again.image(head).unwrap()).unwrap();
    }
    assert_eq!(again.accounts(), desk.book.accounts());
    assert_eq!(again.counters(), desk.book.counters());
    assert_eq!(again.members(), desk.book.members());
}

#[test]
fn what_somebody_had_goes_where_the_settings_say_and_comes_back_with_the_entry() {
    let cases = [
        (Remains::Keep, [50, 0, 0, 0]),
        (Remains::Lapse, [0, 0, 50, 0]),
        (Remains::Donate, [0, 0, 0, 50]),
        (Remains::Family, [0, 50, 0, 0]),
    ];
    for (remains, wanted) in cases {
        for how in [Departure::MovedAway, Departure::Died] {
            let mut desk = desk(Unit::Person, all(remains));
            desk.earn("waste", 1, 5);
            let seen = |desk: &Desk| {
                [
                    has(desk, person(1), AssetNo::POINTS),
                    has(desk, person(2), AssetNo::POINTS),
                    community(desk, Purpose::Expired),
                    community(desk, Purpose::Donated),
                ]
            };
            let lots = |desk: &Desk, no| {
                let account = Account {
                    holder: person(no),
                    ..POINTS
                };
                desk.book.account(&account).lots
            };
            let before = lots(&desk, 1);
            let receipt = desk.must(leaves(1, how, Some(2)));
            assert_eq!(seen(&desk), wanted, "{remains:?}");
            if remains == Remains::Family {
                assert_eq!(lots(&desk, 2), before, "with the days they had");
            }
            assert_eq!(has(&desk, person(1), AssetNo::MINUTES), 5, "hours stay");
            let on = desk.today;
            let resident = ResidentNo(1);
            let gone = people(PeopleRejection::Left { resident, on });
            let event = Ask::Earn(event("waste", 1, 1, desk.today));
            assert_eq!(no(&mut desk, event), gone);
            let again = leaves(1, how, None);
            assert_eq!(no(&mut desk, again), gone);
            desk.must(Ask::Amend(Amend::Reverse(receipt.entry, REASON)));
            assert_eq!(seen(&desk), [50, 0, 0, 0], "{remains:?}");
            assert_eq!(lots(&desk, 1), before);
            desk.earn("waste", 1, 1);
            replays(&desk);
        }
    }
}

#[test]
fn the_household_keeps_its_points_until_the_last_one_goes() {
    let mut desk = desk(Unit::Household, all(Remains::Lapse));
    desk.earn("waste", 1, 5);
    desk.must(leaves(1, Departure::Died, None));
    assert_eq!(has(&desk, home(1), AssetNo::POINTS), 50);
    desk.must(leaves(2, Departure::MovedAway, None));
    assert_eq!(has(&desk, home(1), AssetNo::POINTS), 0);
    assert_eq!(community(&desk, Purpose::Expired), 50);
    replays(&desk);
}

#[test]
fn an_heir_is_of_the_household_unless_nobody_of_it_is_left() {
    let mut desk = desk(Unit::Person, all(Remains::Family));
    desk.earn("waste", 1, 5);
    let wrong = |no| {
        people(PeopleRejection::Heir {
            resident: ResidentNo(no),
        })
    };
    for heir in [3, 1] {
        assert_eq!(
            no(&mut desk, leaves(1, Departure::Died, Some(heir))),
            wrong(heir)
        );
    }
    desk.must(leaves(2, Departure::MovedAway, None));
    desk.must(leaves(1, Departure::Died, Some(3)));
    assert_eq!(has(&desk, person(3), AssetNo::POINTS), 50);
}

#[test]
fn who_was_enrolled_twice_goes_on_under_one_number_with_hours_and_debts() {
    let mut desk = desk(Unit::Person, Leaving::default());
    desk.earn("waste", 3, 4);
    desk.earn("waste", 1, 2);
    desk.must(leaves(3, Departure::Same(ResidentNo(1)), None));
    assert_eq!(has(&desk, person(1), AssetNo::POINTS), 60);
    assert_eq!(has(&desk, person(1), AssetNo::MINUTES), 6);
    assert_eq!(has(&desk, person(3), AssetNo::MINUTES), 0);
    let rejection = no(&mut desk, leaves(2, Departure::Same(ResidentNo(2)), None));
    let same = PeopleRejection::Heir {
        resident: ResidentNo(2),
    };
    assert_eq!(rejection, people(same));
    desk.must(Ask::Earn(event("owe", 2, 30, desk.today)));
    assert_eq!(has(&desk, person(2), AssetNo::POINTS), -30);
    let receipt = desk.must(leaves(2, Departure::Same(ResidentNo(1)), None));
    assert_eq!(has(&desk, person(1), AssetNo::POINTS), 30);
    assert_eq!(has(&desk, person(2), AssetNo::POINTS), 0);
    desk.must(Ask::Amend(Amend::Reverse(receipt.entry, REASON)));
    assert_eq!(has(&desk, person(1), AssetNo::POINTS), 60);
    assert_eq!(has(&desk, person(2), AssetNo::POINTS), -30);
    replays(&desk);
}

/// The limit of 300 a month holds for the person, whatever the number under which they came; with the entry taken back, and
/// in entries of before, each number has its own.
#[test]
fn limits_count_for_the_person_and_not_for_the_number() {
    let mut set = rule_set();
    for kind in &mut set.plan.kinds {
        kind.facts[0].subject = crate::rule::Subject::Person;
    }
    let more = |desk: &mut Desk, quantity| {
        let before = has(desk, person(1), AssetNo::POINTS);
        desk.must(Ask::Earn(event("waste", 1, quantity, desk.today)));
        has(desk, person(1), AssetNo::POINTS) - before
    };
    for joins in [true, false] {
        let mut desk = desk_of(set.clone(), Unit::Person, Leaving::default());
        desk.earn("waste", 3, 24);
        desk.earn("waste", 1, 2);
        let receipt = desk.must(Ask::Depart(Depart {
            resident: ResidentNo(3),
            how: Departure::Same(ResidentNo(1)),
            heir: None,
            reason: REASON,
            joins,
        }));
        let number = receipt.records[0].kind();
        assert_eq!(number, if joins { 40 } else { 36 });
        assert_eq!(more(&mut desk, 10), if joins { 40 } else { 100 });
        assert_eq!(more(&mut desk, 1), if joins { 0 } else { 10 });
        let joined = desk.book.member(ResidentNo(1)).unwrap().joined.clone();
        assert_eq!(joined, if joins { vec![ResidentNo(3)] } else { vec![] });
        // A third number brings both along.
        let third = desk.must(leaves(1, Departure::Same(ResidentNo(2)), None));
        let all = desk.book.member(ResidentNo(2)).unwrap().joined.clone();
        assert_eq!(all.first(), Some(&ResidentNo(1)));
        assert_eq!(all.len(), if joins { 2 } else { 1 });
        desk.must(Ask::Amend(Amend::Reverse(third.entry, REASON)));
        assert!(desk.book.member(ResidentNo(2)).unwrap().joined.is_empty());
        desk.must(Ask::Amend(Amend::Reverse(receipt.entry, REASON)));
        assert!(desk.book.member(ResidentNo(1)).unwrap().joined.is_empty());
        assert_eq!(more(&mut desk, 10), 100);
        replays(&desk);
    }
}

#[test]
fn nobody_leaves_with_an_order_open() {
    for unit in [Unit::Person, Unit::Household] {
        let mut desk = desk(unit, all(Remains::Lapse));
        desk.earn("waste", 3, 20);
        desk.must(Ask::Place(Place {
            no: OrderNo(0),
            resident: ResidentNo(3),
            lines: vec![OrderLine::new(code("rice"), 1)],
            seen: Amount::new(85).unwrap(),
            code: PickupCode::Clear("48291537".into()),
        }));
        let busy = people(PeopleRejection::Busy {
            held: 85,
            notice: 0,
        });
        assert_eq!(no(&mut desk, leaves(3, Departure::Died, None)), busy);
        if unit == Unit::Household {
            assert_eq!(no(&mut desk, moves(&[3], (2, 1), &[])), busy);
        }
    }
}

#[test]
fn a_share_goes_along_and_the_last_ones_take_all_of_it() {
    let mut desk = desk(Unit::Household, Leaving::default());
    desk.earn("waste", 1, 5);
    let short = people(PeopleRejection::Share {
        has: 50,
        wanted: 51,
    });
    let much = moves(&[2], (1, 7), &[("points", 51)]);
    assert_eq!(no(&mut desk, much), short);
    let receipt = desk.must(moves(&[2], (1, 7), &[("points", 20)]));
    assert_eq!(has(&desk, home(1), AssetNo::POINTS), 30);
    assert_eq!(has(&desk, home(7), AssetNo::POINTS), 20);
    desk.must(Ask::Amend(Amend::Reverse(receipt.entry, REASON)));
    assert_eq!(has(&desk, home(1), AssetNo::POINTS), 50);
    // Two households become one.
    desk.must(moves(&[1, 2], (1, 2), &[]));
    assert_eq!(has(&desk, home(1), AssetNo::POINTS), 0);
    assert_eq!(has(&desk, home(2), AssetNo::POINTS), 50);
    desk.must(Ask::Earn(event("owe", 3, 70, desk.today)));
    let owes = people(PeopleRejection::Owes {
        household: HouseholdNo(2),
        owed: 20,
    });
    assert_eq!(no(&mut desk, moves(&[1, 2, 3], (2, 8), &[])), owes);
    replays(&desk);
}

#[test]
fn only_one_household_moves_at_a_time_and_somewhere_else() {
    let mut desk = desk(Unit::Household, Leaving::default());
    let apart = PeopleRejection::Apart {
        resident: ResidentNo(3),
    };
    assert_eq!(no(&mut desk, moves(&[1, 3], (1, 9), &[])), people(apart));
    let same = PeopleRejection::Same {
        household: HouseholdNo(1),
    };
    assert_eq!(no(&mut desk, moves(&[1], (1, 1), &[])), people(same));
    for nobody in [moves(&[], (1, 9), &[]), moves(&[1, 1], (1, 9), &[])] {
        assert_eq!(no(&mut desk, nobody), Some(Rejection::NothingToDo));
    }
    let far = moves(&[1], (1, 0x8000_0000), &[]);
    assert_eq!(no(&mut desk, far), Some(Rejection::NumberTooLarge));
    let first = desk.must(moves(&[1], (1, 2), &[]));
    desk.must(moves(&[1], (2, 3), &[]));
    let moved_on = PeopleRejection::MovedOn {
        resident: ResidentNo(1),
    };
    let back = Ask::Amend(Amend::Reverse(first.entry, REASON));
    assert_eq!(no(&mut desk, back), people(moved_on));
}

#[test]
fn what_is_taken_back_leaves_the_household_in_which_it_was_counted() {
    let mut desk = desk(Unit::Household, Leaving::default());
    let of = |desk: &Desk, household| {
        let key = CounterKey {
            subject: CounterSubject::Household(HouseholdNo(household)),
            kind: code("waste"),
            month: 0,
        };
        let counters = desk.book.counters();
        counters.get(&key).map_or(0, |row| row.total.points)
    };
    let before = desk.earn("waste", 1, 5);
    desk.must(moves(&[1], (1, 2), &[("points", 10)]));
    let after = desk.earn("waste", 1, 3);
    assert_eq!((of(&desk, 1), of(&desk, 2)), (50, 30));
    desk.must(Ask::Amend(Amend::Reverse(before.entry, REASON)));
    assert_eq!((of(&desk, 1), of(&desk, 2)), (0, 30));
    desk.must(Ask::Amend(Amend::Reverse(after.entry, REASON)));
    assert_eq!((of(&desk, 1), of(&desk, 2)), (0, 0));
    replays(&desk);
}
