//! Whole lives of cases: the acceptance cases of deadlines, returns, waits, links and reopening, and a kind that exists
//! in TOML alone.

use std::collections::BTreeMap;

use crate::town;
use crate::town::{Town, at, code, days, person};
use rongyi_cases::calendar::DayKind;
use rongyi_cases::kind::{Effect, Filling, Group, MayOpen, Role};
use rongyi_cases::{
    Act, Answer, Ask, First, Instead, Length, MayAct, Minutes, Rating, Solved, bundled,
    bundled_calendar, end_of_links,
};

/// The end of the n-th working day after a local day, and whether it is provisional.
#[track_caller]
fn due_after(start: &str, count: u16) -> (String, bool) {
    let due = bundled_calendar().due_from(at(start), Length::Workdays(count));
    (due.end.to_string(), due.is_provisional())
}

#[test]
fn case_1_before_a_long_holiday() {
    let due = bundled_calendar().due_from(at("2026-09-30 16:00"), Length::Workdays(5));
    assert_eq!(due.end.to_string(), "2026-10-13 24:00");
    let counted = [
        "2026-10-08",
        "2026-10-09",
        "2026-10-10",
        "2026-10-12",
        "2026-10-13",
    ];
    assert_eq!(days(&due.why.days), counted);
    let kinds: Vec<DayKind> = due.why.days.iter().map(|counted| counted.kind).collect();
    assert_eq!(kinds[2], DayKind::MakeUp);
    assert!(!due.is_provisional());
}

#[test]
fn case_2_a_make_up_saturday_is_worked() {
    assert_eq!(due_after("2026-02-13 10:00", 1).0, "2026-02-14 24:00");
    assert_eq!(due_after("2026-02-13 10:00", 5).0, "2026-02-27 24:00");
}

#[test]
fn case_3_other_holidays() {
    assert_eq!(due_after("2026-09-24 10:00", 2).0, "2026-09-29 24:00");
    assert_eq!(due_after("2026-04-30 10:00", 5).0, "2026-05-11 24:00");
    assert_eq!(due_after("2026-09-29 10:00", 15).0, "2026-10-26 24:00");
}

#[test]
fn case_4_a_year_without_a_list_is_named() {
    let calendar = bundled_calendar();
    let due = calendar.due_from(at("2026-12-30 10:00"), Length::Workdays(2));
    assert_eq!(due.end.to_string(), "2027-01-01 24:00");
    assert!(due.is_provisional());
    assert_eq!(due.why.unlisted.into_iter().collect::<Vec<_>>(), [2027]);
    let listed = calendar
        .with("[year.2027]\noff = [\"01-01..01-03\"]\nworked = []\n")
        .unwrap();
    let due = listed.due_from(at("2026-12-30 10:00"), Length::Workdays(2));
    assert_eq!(due.end.to_string(), "2027-01-04 24:00");
    assert!(!due.is_provisional());
}

#[test]
fn case_5_only_whole_working_days_of_a_wait_count() {
    // Help is due in 10 working days: from 11-12 that is 11-26.
    let mut town = Town::new("message", "2026-11-12 09:00");
    town.go("desk", "2026-11-12 09:30", "dispatch");
    town.go("unit-a", "2026-11-12 10:00", "contacted");
    assert_eq!(town.due("2026-11-24 09:00"), "2026-11-26 24:00");
    town.go("unit-a", "2026-11-25 09:00", "ask");
    town.go("li", "2026-11-30 09:00", "reply");
    assert_eq!(town.due("2026-11-30 09:01"), "2026-11-30 24:00");
    let standing = town.standing("2026-11-30 09:01");
    let due = standing.due.unwrap();
    let waited: Vec<String> = due.why.waited.iter().map(ToString::to_string).collect();
    assert_eq!(waited, ["2026-11-26", "2026-11-27"]);
    assert_eq!(
        standing.promise.unwrap().end.to_string(),
        "2026-11-30 24:00"
    );

    let mut town = Town::new("message", "2026-11-16 09:00");
    town.go("desk", "2026-11-16 09:30", "dispatch");
    town.go("unit-a", "2026-11-16 10:00", "contacted");
    let before = town.due("2026-11-26 09:00");
    town.go("unit-a", "2026-11-27 18:00", "ask");
    town.go("li", "2026-11-30 08:00", "reply");
    assert_eq!(town.due("2026-11-30 09:00"), before);
}

#[test]
fn a_wait_that_begins_when_it_is_late_saves_nobody() {
    let mut town = Town::new("message", "2026-11-12 09:00");
    town.go("desk", "2026-11-12 09:30", "dispatch");
    town.go("unit-a", "2026-11-12 10:00", "contacted");
    town.go("unit-a", "2026-11-27 09:00", "ask");
    let standing = town.standing("2026-12-02 09:00");
    assert!(standing.late);
    assert_eq!(standing.due.unwrap().end.to_string(), "2026-11-26 24:00");
}

#[test]
fn any_word_of_the_opener_ends_the_wait() {
    let mut town = Town::new("message", "2026-11-12 09:00");
    town.go("desk", "2026-11-12 09:30", "dispatch");
    town.go("unit-a", "2026-11-12 10:00", "contacted");
    town.go("unit-a", "2026-11-13 09:00", "ask");
    let taken = town.ask("li", "2026-11-16 09:00", &Ask::Note).unwrap();
    assert!(matches!(taken.step.act, Act::Move { ref to, .. } if to.as_str() == "doing"));
}

#[test]
fn case_8_the_residents_date_runs_through_returns_and_each_units_from_its_dispatch() {
    let mut town = Town::new("message", "2026-11-02 09:00");
    town.go("desk", "2026-11-02 10:00", "dispatch");
    let promised = town.standing("2026-11-02 10:00").promise.unwrap().end;
    assert_eq!(promised.to_string(), "2026-11-16 24:00");
    town.go("unit-a", "2026-11-03 10:00", "return");
    let back = town.standing("2026-11-03 10:00");
    assert_eq!((back.unit, back.promise.unwrap().end), (None, promised));
    town.unit = code("b");
    town.go("desk", "2026-11-04 10:00", "dispatch");
    // A may not go on with it any more.
    assert_eq!(
        town.no("unit-a", "2026-11-04 11:00", "contacted").code,
        "case.role"
    );
    town.go("unit-b", "2026-11-04 12:00", "contacted");
    let standing = town.standing("2026-11-04 12:00");
    assert_eq!(standing.promise.unwrap().end, promised);
    let due = standing.due.unwrap();
    assert_eq!(due.why.start, at("2026-11-04 10:00"));
    assert_eq!(due.end.to_string(), "2026-11-18 24:00");
    town.go("unit-b", "2026-11-10 10:00", "finish");
    let rates = town.rates("2026-11-30 23:00");
    assert_eq!((rates.dispatch.part, rates.dispatch.whole), (0, 1));
    assert_eq!((rates.on_time.part, rates.on_time.whole), (1, 1));
}

#[test]
fn case_9_what_was_linked_has_no_clock() {
    let mut town = Town::new("message", "2026-11-02 09:00");
    assert_eq!(
        town.no_ask("li", "2026-11-02 10:00", &Ask::Merge(8)).code,
        "case.role"
    );
    assert_eq!(
        town.no_ask("desk", "2026-11-02 10:00", &Ask::Merge(7)).code,
        "case.merge-self"
    );
    town.ask("desk", "2026-11-02 10:00", &Ask::Merge(8))
        .unwrap();
    let standing = town.standing("2027-03-01 10:00");
    assert_eq!((standing.merged, standing.is_closed()), (Some(8), true));
    assert_eq!(
        (standing.due, standing.promise, standing.late, standing.next),
        (None, None, false, None)
    );
    let refusal = town.no_ask("li", "2026-11-03 10:00", &Ask::Note);
    assert_eq!(
        (refusal.code, refusal.instead),
        ("case.merged", Some(Instead::Other(8)))
    );
    let links = BTreeMap::from([(7, 8), (8, 9)]);
    assert_eq!(end_of_links(7, &links), Ok(9));
    assert!(end_of_links(7, &BTreeMap::from([(7, 8), (8, 7)])).is_err());
    town.ask("lead", "2026-11-03 11:00", &Ask::Unmerge).unwrap();
    assert!(town.standing("2026-11-03 11:00").promise.is_some());
}

#[test]
fn case_10_within_the_days_a_new_round_and_after_them_a_new_case() {
    let mut town = Town::new("message", "2026-10-12 09:00");
    town.go("desk", "2026-10-12 10:00", "dispatch");
    town.go("unit-a", "2026-10-20 10:00", "finish");
    let old = town.standing("2026-11-18 09:00").rounds;
    let late = town.no_ask("li", "2026-11-20 09:00", &Ask::Reopen);
    assert_eq!(
        (late.code, late.instead),
        ("case.reopen-days", Some(Instead::NewLinked))
    );
    let closed = town.no_ask("li", "2026-11-18 09:00", &Ask::Note);
    assert_eq!(closed.instead, Some(Instead::Reopen));
    let taken = town.ask("li", "2026-11-18 09:00", &Ask::Reopen).unwrap();
    assert!(taken.effects.contains(&Effect::Notify(Role::Desk)));
    let standing = town.standing("2026-11-18 09:00");
    assert_eq!((standing.round(), standing.state.as_str()), (2, "doing"));
    assert_eq!(standing.rounds[0], old[0]);
    assert_eq!(standing.promise.unwrap().why.start, at("2026-11-18 09:00"));
    assert_eq!(standing.due.unwrap().end.to_string(), "2026-12-02 24:00");
    town.go("unit-a", "2026-11-19 10:00", "finish");
    town.ask("li", "2026-11-20 10:00", &Ask::Reopen).unwrap();
    town.go("unit-a", "2026-11-23 10:00", "finish");
    assert_eq!(
        town.no_ask("li", "2026-11-24 10:00", &Ask::Reopen).code,
        "case.reopen-times"
    );
}

#[test]
fn case_11_who_is_second_learns_who_was_first() {
    let mut town = Town::new("claim", "2026-11-02 09:00");
    town.go("reviewer-1", "2026-11-02 10:00", "check");
    let page = town.case.steps.len();
    let taken = town.go("reviewer-2", "2026-11-02 11:00", "second-check");
    let booked = Effect::Book {
        event: None,
        roles: vec![(code("doer"), Filling::For)],
    };
    assert_eq!(
        taken
            .effects
            .iter()
            .filter(|effect| **effect == booked)
            .count(),
        1
    );
    assert_eq!(taken.checked, [person("reviewer-1"), person("reviewer-2")]);
    town.seen = Some(page);
    let refusal = town.no("reviewer-3", "2026-11-02 11:00", "second-check");
    assert_eq!(refusal.code, "case.moved");
    assert_eq!(
        refusal.first,
        Some(Box::new(First {
            by: person("reviewer-2"),
            at: at("2026-11-02 11:00")
        }))
    );
    assert!(refusal.text.zh.contains("reviewer-2") && refusal.text.en.contains("reviewer-2"));
}

#[test]
fn case_12_nobody_checks_their_own_nor_their_households() {
    let mut town = Town::new("claim", "2026-11-02 09:00");
    assert_eq!(town.no("li", "2026-11-02 10:00", "check").code, "case.role");
    town.go("reviewer-1", "2026-11-02 10:00", "check");
    let wife = town.no("li-wife", "2026-11-02 11:00", "second-check");
    assert_eq!(wife.code, "case.same-household");
    let again = town.no("reviewer-1", "2026-11-02 11:00", "second-check");
    assert_eq!(
        (again.code, again.first.unwrap().by),
        ("case.same-person", person("reviewer-1"))
    );
    // The page says so before anybody presses the button.
    let offers = town.moves("li-wife", "2026-11-02 11:00");
    let check = offers
        .iter()
        .find(|may| may.act == MayAct::Move(code("second-check")));
    assert_eq!(
        check.unwrap().refusal.as_ref().unwrap().code,
        "case.same-household"
    );
    // A reviewer for whom somebody else opened it is the doer all the same.
    let mut town = Town::new("claim", "2026-11-02 09:00");
    town.case.opening.concerned = vec![person("reviewer-1")];
    assert_eq!(
        town.no("reviewer-1", "2026-11-02 10:00", "check").code,
        "case.concerned"
    );
}

#[test]
fn a_claim_is_returned_sent_again_checked_by_two_noticed_and_posted() {
    let mut town = Town::new("claim", "2026-11-02 09:00");
    town.case.opening.notice_days = 5;
    town.go("reviewer-1", "2026-11-02 10:00", "check");
    assert_eq!(
        town.no_words("reviewer-2", "2026-11-02 11:00", "return")
            .code,
        "case.need"
    );
    town.go("reviewer-2", "2026-11-02 11:00", "return");
    assert!(town.standing("2026-11-02 11:00").checked.is_empty());
    town.go("li", "2026-11-03 09:00", "send-again");
    // Checked anew; the second one may now be the first.
    town.go("reviewer-2", "2026-11-03 10:00", "check");
    town.go("reviewer-1", "2026-11-03 11:00", "second-check");
    let standing = town.standing("2026-11-20 09:00");
    assert_eq!(
        (standing.state.as_str(), standing.late, standing.due),
        ("notice", false, None)
    );
    assert_eq!(town.tick("2026-11-08 23:59"), None);
    let posted = town.tick("2026-11-09 00:00").unwrap();
    assert!(posted.effects.contains(&Effect::Notify(Role::Opener)));
    assert_eq!(town.standing("2026-11-09 00:01").group, Group::Done);
    assert_eq!(
        town.standing("2026-11-09 00:01").rounds[0].in_time(at("2026-11-09 00:01")),
        Some(true)
    );
}

#[test]
fn an_objection_takes_back_what_was_booked_and_starts_anew() {
    let mut town = Town::new("claim-one", "2026-11-02 09:00");
    town.case.opening.notice_days = 5;
    town.go("reviewer-1", "2026-11-02 10:00", "check");
    let taken = town.go("lead", "2026-11-04 10:00", "object");
    assert!(taken.effects.contains(&Effect::WithdrawEntry));
    assert_eq!(
        town.standing("2026-11-04 10:00").state.as_str(),
        "submitted"
    );
    assert_eq!(town.tick("2026-11-30 10:00"), None);
}

#[test]
fn who_does_not_send_it_again_has_taken_it_back() {
    let mut town = Town::new("claim", "2026-11-02 09:00");
    town.go("reviewer-1", "2026-11-02 10:00", "return");
    assert_eq!(town.tick("2026-11-23 23:59"), None);
    let given_up = town.tick("2026-11-24 00:00").unwrap();
    assert_eq!(given_up.step.act, Act::GiveUp);
    assert_eq!(town.standing("2026-11-24 00:00").group, Group::Withdrawn);
}

#[test]
fn an_appeal_is_heard_by_somebody_else_and_proposes_the_reversal() {
    let mut town = Town::with(
        "appeal",
        "2026-11-02 09:00",
        vec![
            (code("entry"), Answer::Entry(412)),
            (code("text"), Answer::Text("那天我在医院".into())),
        ],
    );
    town.case.opening.involved = vec![person("reviewer-1")];
    assert_eq!(town.case.opening.entry(&code("entry")), Some(412));
    assert_eq!(
        town.no("reviewer-1", "2026-11-03 09:00", "uphold").code,
        "case.involved"
    );
    assert_eq!(
        town.no("reviewer-1", "2026-11-03 09:00", "reject").code,
        "case.involved"
    );
    let taken = town.go("reviewer-2", "2026-11-03 10:00", "uphold");
    assert!(taken.effects.contains(&Effect::Reverse(code("entry"))));
    assert_eq!(town.standing("2026-11-03 10:00").group, Group::Done);
}

#[test]
fn more_time_is_asked_for_before_the_end_and_once() {
    let mut town = Town::new("message", "2026-11-12 09:00");
    town.go("desk", "2026-11-12 09:30", "dispatch");
    town.go("unit-a", "2026-11-12 10:00", "contacted");
    assert_eq!(
        town.no_ask("unit-a", "2026-11-13 10:00", &Ask::Extend).code,
        "case.role"
    );
    let late = town.no_ask("lead", "2026-11-27 00:00", &Ask::Extend);
    assert_eq!(late.code, "case.extend-late");
    assert!(late.text.zh.contains("2026-11-26 24:00"));
    let taken = town.ask("lead", "2026-11-26 23:59", &Ask::Extend).unwrap();
    assert_eq!(taken.effects, [Effect::Notify(Role::Opener)]);
    let standing = town.standing("2026-11-27 10:00");
    assert_eq!(standing.due.unwrap().end.to_string(), "2026-12-03 24:00");
    assert_eq!(
        standing.promise.unwrap().end.to_string(),
        "2026-12-03 24:00"
    );
    assert_eq!(
        town.no_ask("lead", "2026-11-27 10:00", &Ask::Extend).code,
        "case.extended"
    );
}

#[test]
fn what_is_said_in_the_end_is_asked_once_and_for_some_days() {
    let mut town = Town::new("message", "2026-11-02 09:00");
    town.go("desk", "2026-11-02 10:00", "answer");
    let rating = |satisfied| {
        Ask::Rate(Rating {
            solved: Some(Solved::Partly),
            satisfied: Some(satisfied),
        })
    };
    assert_eq!(
        town.no_ask("desk", "2026-11-03 09:00", &rating(3)).code,
        "case.role"
    );
    assert_eq!(
        town.no_ask("li", "2026-11-03 09:00", &rating(4)).code,
        "case.rating"
    );
    assert_eq!(
        town.no_ask("li", "2026-11-10 00:00", &rating(3)).code,
        "case.rate-days"
    );
    town.ask("li", "2026-11-09 23:00", &rating(2)).unwrap();
    assert_eq!(
        town.no_ask("li", "2026-11-09 23:01", &rating(3)).code,
        "case.rated"
    );
    let rates = town.rates("2026-11-30 10:00");
    assert_eq!(
        (rates.partly, rates.satisfied.part, rates.satisfied.whole),
        (1, 0, 1)
    );
}

#[test]
fn a_matter_goes_through_its_five_steps_by_the_lead() {
    let kind = bundled("matter").unwrap();
    let states: Vec<&str> = kind
        .states
        .iter()
        .map(|state| state.code.as_str())
        .collect();
    assert_eq!(
        states[..6],
        ["say", "screen", "discuss", "solve", "judge", "done"]
    );
    let mut town = Town::with(
        "matter",
        "2026-11-02 09:00",
        vec![
            (code("subject"), Answer::Text("楼道堆物".into())),
            (code("text"), Answer::Text("三楼过道堵了".into())),
        ],
    );
    assert_eq!(
        town.no("desk", "2026-11-03 09:00", "next").code,
        "case.role"
    );
    for (when, state) in [
        ("2026-11-03 09:00", "screen"),
        ("2026-11-05 09:00", "discuss"),
        ("2026-11-16 09:00", "solve"),
        ("2026-12-16 09:00", "judge"),
        ("2026-12-20 09:00", "done"),
    ] {
        assert_eq!(town.no_words("lead", when, "next").code, "case.need");
        if state == "solve" {
            // What was decided at a meeting comes with its minutes, and with minutes that can be.
            let may = town.moves("lead", when);
            let next = may.iter().find(|may| may.act == MayAct::Move(code("next")));
            assert!(next.unwrap().minutes);
            assert_eq!(town.no("lead", when, "next").code, "case.minutes");
            let minutes = |present| Minutes {
                on: "2026-11-15".parse().unwrap(),
                present,
                members: 11,
                agreed: 6,
            };
            town.minutes = Some(minutes(12));
            assert_eq!(town.no("lead", when, "next").code, "case.minutes-people");
            town.minutes = Some(minutes(9));
        }
        town.go("lead", when, "next");
        assert_eq!(town.standing(when).state.as_str(), state);
    }
    assert_eq!(
        town.no("lead", "2026-12-21 09:00", "not-taken").code,
        "case.state"
    );
}

#[test]
fn hours_run_on_the_wall_or_in_opening_hours() {
    use rongyi_cases::kind::HourClock::{Wall, Work};
    let calendar = bundled_calendar();
    let end = |start: &str, hours, clock| {
        let due = calendar.due_from(at(start), Length::Hours(hours, clock));
        due.end.to_string()
    };
    assert_eq!(end("2026-11-06 16:00", 24, Wall), "2026-11-07 16:00");
    assert_eq!(end("2026-11-06 16:00", 2, Work), "2026-11-09 10:00");
    assert_eq!(end("2026-11-06 03:00", 8, Work), "2026-11-06 17:00");
    assert_eq!(end("2026-11-06 20:00", 9, Work), "2026-11-10 10:00");
    // Calendar days roll to the next worked day.
    let rolled = calendar.due_from(at("2026-11-06 16:00"), Length::Days(1));
    assert_eq!(rolled.end.to_string(), "2026-11-09 24:00");
}

#[test]
fn a_form_tells_everything_that_is_wrong_at_once() {
    let kind = bundled("message").unwrap();
    let mut request = town::request(vec![
        (code("class"), Answer::Choice(code("joke"))),
        (code("place"), Answer::Text("长".repeat(101))),
        (code("photos"), Answer::YesNo(true)),
        (code("colour"), Answer::YesNo(true)),
    ]);
    request.way = MayOpen::Anyone;
    request.opened_today = 5;
    let refusals = kind.begin(request, at("2026-11-02 09:00")).unwrap_err();
    let codes: Vec<&str> = refusals.iter().map(|refusal| refusal.code).collect();
    assert_eq!(
        codes,
        [
            "case.opener",
            "case.per-day",
            "case.answer",
            "case.answer-missing",
            "case.answer",
            "case.answer",
            "case.answer-unknown"
        ]
    );
    let long = refusals
        .iter()
        .find(|refusal| refusal.field == Some(code("place")))
        .unwrap();
    assert!(long.text.zh.contains("101") && long.text.zh.contains("100"));
}
