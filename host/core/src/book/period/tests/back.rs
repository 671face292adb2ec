//! A sealed period that is taken back: by two people, holder by holder, and closed anew.

use super::*;

/// October of four people, sealed by two.
fn sealed() -> Desk {
    let mut desk = Desk::open(Unit::Person, &[(1, 1), (2, 1), (3, 2), (4, 2)]);
    desk.today = date("2026-11-03");
    desk.event(1, "2026-10-05", 40).unwrap();
    desk.event(2, "2026-10-06", 25).unwrap();
    desk.cut().unwrap();
    desk.actor = "staff/2";
    desk.step(PeriodStep::SignOff { alone: false }).unwrap();
    for no in [1, 2, 3, 4] {
        desk.step(PeriodStep::Close(person(no))).unwrap();
    }
    desk.step(PeriodStep::Seal).unwrap();
    desk
}

fn ask_back() -> PeriodStep {
    PeriodStep::AskBack { reason: [7; 32] }
}

fn all(desk: &Desk) -> [i64; 4] {
    [1, 2, 3, 4].map(|no| desk.points(person(no)))
}

#[test]
fn two_people_take_a_close_back_and_it_is_closed_anew() {
    let mut desk = sealed();
    assert_eq!(all(&desk), [10 + 50, 10, 0, 0]);
    let agree = PeriodStep::AgreeBack { alone: false };
    assert_eq!(code_of(desk.step(agree.clone())), "period.state");
    desk.step(ask_back()).unwrap();
    assert_eq!(code_of(desk.step(ask_back())), "period.state");
    assert_eq!(code_of(desk.step(agree.clone())), "period.same-asker");
    let back = |no| PeriodStep::TakeBack(person(no));
    assert_eq!(code_of(desk.step(back(1))), "period.state");
    // It is kept closed once, and asked for again.
    desk.step(PeriodStep::KeepClosed).unwrap();
    assert_eq!(desk.row().state, PeriodState::Sealed);
    desk.step(ask_back()).unwrap();
    desk.actor = "staff/1";
    desk.step(agree).unwrap();
    assert_eq!(code_of(desk.event(2, "2026-10-31", 1)), "date.closed");
    assert_eq!(
        code_of(desk.step(PeriodStep::Reopen)),
        "period.still-closed"
    );
    desk.today = date("2026-12-02");
    for no in [1, 2, 3, 4] {
        desk.step(back(no)).unwrap();
    }
    assert_eq!(code_of(desk.step(back(1))), "period.not-closed");
    assert_eq!(code_of(desk.step(back(9))), "period.no-standing");
    assert_eq!(all(&desk), [40, 25, 0, 0], "as before it was closed");
    desk.step(PeriodStep::Reopen).unwrap();
    assert_eq!(desk.row().state, PeriodState::Withdrawn);
    // What was forgotten is entered, and it is closed once more.
    desk.event(3, "2026-10-30", 60).unwrap();
    desk.cut().unwrap();
    desk.step(PeriodStep::SignOff { alone: true }).unwrap();
    for no in [1, 2, 3, 4] {
        desk.step(PeriodStep::Close(person(no))).unwrap();
    }
    desk.step(PeriodStep::Seal).unwrap();
    assert_eq!(all(&desk), [10, 10, 10 + 50, 0]);
    replays(&desk);
}

#[test]
fn what_closing_gave_is_taken_also_when_it_is_spent() {
    let mut desk = sealed();
    desk.step(ask_back()).unwrap();
    desk.step(PeriodStep::AgreeBack { alone: true }).unwrap();
    // Of the 60 there, ten were kept and fifty won; all of it is given away meanwhile.
    let took = desk.ask(Ask::Amend(crate::command::Amend::Propose(
        crate::command::Change::Adjust {
            resident: ResidentNo(1),
            asset: code("points"),
            amount: Amount::new(-60).unwrap(),
            expires: None,
            about: None,
        },
        [8; 32],
    )));
    let Ok(Applied::Fresh(receipt)) = took else {
        panic!("{took:?}");
    };
    desk.actor = "staff/1";
    desk.ask(Ask::Amend(crate::command::Amend::Approve(receipt.entry)))
        .unwrap();
    assert_eq!(desk.points(person(1)), 0);
    desk.step(PeriodStep::TakeBack(person(1))).unwrap();
    assert_eq!(desk.points(person(1)), 30 - 50, "the rest is owed");
    replays(&desk);
}

#[test]
fn what_is_closed_later_goes_first() {
    let mut desk = sealed();
    desk.today = date("2026-12-03");
    let november: Period = "2026-11".parse().unwrap();
    let on = |desk: &mut Desk, period, step| desk.ask(Ask::Period(PeriodTurn { period, step }));
    desk.step(ask_back()).unwrap();
    let cut = PeriodStep::CutOff { rule: None };
    let meanwhile = on(&mut desk, november, cut.clone());
    assert_eq!(code_of(meanwhile), "period.open");
    desk.step(PeriodStep::KeepClosed).unwrap();
    on(&mut desk, november, cut).unwrap();
    assert_eq!(code_of(desk.step(ask_back())), "period.later");
    on(&mut desk, november, PeriodStep::Withdraw).unwrap();
    desk.step(ask_back()).unwrap();
    replays(&desk);
}

#[test]
fn rows_of_before_are_read() {
    let desk = sealed();
    let row = desk.row();
    assert_eq!(row.back_by, None);
    let bytes = row.encode();
    assert_eq!(PeriodRow::decode(&bytes).unwrap(), row);
    let asked = PeriodRow {
        back_by: Some((code("staff/2"), Instant(5))),
        ..row
    };
    let longer = asked.encode();
    assert_eq!(longer[..bytes.len()], bytes);
    assert_eq!(PeriodRow::decode(&longer).unwrap(), asked);
}
