//! What holds whatever happens: waits, folding, and any sequence of acts that is allowed.

use proptest::prelude::*;
use rongyi_cases::calendar::DAY_MINUTES;
use rongyi_cases::kind::{Form, Group, MayOpen};
use rongyi_cases::{
    Act, Answer, Ask, BUNDLED, Case, Ground, Input, Kind, MayAct, Minutes, Moment, Outcome, Rating,
    Solved, WorkCalendar, bundled, bundled_calendar,
};

use crate::town::{Town, actor, at, code, day, person, request};

const PEOPLE: [&str; 10] = [
    "li",
    "li-wife",
    "desk",
    "lead",
    "unit-a",
    "unit-b",
    "reviewer-1",
    "reviewer-2",
    "reviewer-3",
    "leader",
];

/// So many minutes after the beginning of 2026.
fn moment(minutes: u32) -> Moment {
    let day_minutes = u32::from(DAY_MINUTES);
    let days = i32::try_from(minutes / day_minutes).unwrap();
    let minute = u16::try_from(minutes % day_minutes).unwrap();
    Moment::new(day("2026-01-01").plus_days(days), minute)
}

fn spoken(now: Moment) -> String {
    now.to_string()
}

/// A message that a unit works on, with waits for the opener: pairs of minutes from its beginning.
fn waited(waits: &[(u32, u32)]) -> Town {
    let mut town = Town::new("message", "2026-11-02 09:00");
    town.go("desk", "2026-11-02 09:00", "dispatch");
    town.go("unit-a", "2026-11-02 09:00", "contacted");
    let start = moment_of("2026-11-02 09:00");
    let mut from = start;
    for (pause, length) in waits {
        from += pause;
        town.go("unit-a", &spoken(moment(from)), "ask");
        from += length;
        town.go("li", &spoken(moment(from)), "reply");
    }
    town
}

/// Minutes from the beginning of 2026.
fn moment_of(text: &str) -> u32 {
    let found = at(text);
    let days = found.on.to_days() - day("2026-01-01").to_days();
    u32::try_from(days).unwrap() * u32::from(DAY_MINUTES) + u32::from(found.minute)
}

/// Begins a case of a bundled kind.
fn begun(kind: &Kind, now: Moment) -> Case {
    let answers = match kind.code.as_str() {
        "message" => vec![
            (code("class"), Answer::Choice(code("complain"))),
            (code("text"), Answer::Text("吵".into())),
        ],
        "appeal" => vec![
            (code("entry"), Answer::Entry(1)),
            (code("text"), Answer::Text("不对".into())),
        ],
        "matter" => vec![
            (code("subject"), Answer::Text("停车".into())),
            (code("text"), Answer::Text("乱".into())),
        ],
        "deduction" => vec![(code("why"), Answer::Text("堆在楼道".into()))],
        _ => Vec::new(),
    };
    let mut request = request(answers);
    if kind.open.others_only {
        request.concerned = vec![std::mem::replace(&mut request.opener, person("reviewer-1"))];
    }
    request.way = MayOpen::Staff;
    request.notice_days = 3;
    request.event = matches!(kind.form, Form::Event(_)).then(|| code("tree.plant"));
    Case {
        opening: kind.begin(request, now).unwrap(),
        steps: Vec::new(),
    }
}

/// The act that somebody may take, as they would ask for it.
fn asked(may: &MayAct) -> Ask {
    match may {
        MayAct::Move(code) => Ask::Move(code.clone()),
        MayAct::Note => Ask::Note,
        MayAct::Extend => Ask::Extend,
        MayAct::Reopen => Ask::Reopen,
        MayAct::Merge => Ask::Merge(99),
        MayAct::Unmerge => Ask::Unmerge,
        MayAct::Rate => Ask::Rate(Rating {
            solved: None,
            satisfied: Some(2),
        }),
    }
}

/// Plays a case with any people at any times; looks at it after each step.
fn played(kind: &Kind, calendar: &WorkCalendar, choices: &[(usize, usize, u32)]) -> Case {
    let mut minutes = 0;
    let mut case = begun(kind, moment(minutes));
    for (who, what, pause) in choices {
        minutes += pause;
        let ground = Ground {
            kind,
            calendar,
            now: moment(minutes),
        };
        while let Some(taken) = case.tick(&ground).unwrap() {
            case.steps.push(taken.step);
            looked(&case, &ground);
        }
        let actor = actor(PEOPLE[who % PEOPLE.len()]);
        let offers = case.moves(&ground, &actor).unwrap();
        if offers.is_empty() {
            continue;
        }
        let may = &offers[what % offers.len()];
        let input = Input {
            seen: case.steps.len(),
            words: "因为".into(),
            photos: 1,
            files: 1,
            unit: Some(code("a")),
            minutes: may.minutes.then_some(Minutes {
                on: ground.now.on,
                present: 8,
                members: 11,
                agreed: 6,
            }),
        };
        match case
            .take(&ground, &actor, &asked(&may.act), &input)
            .unwrap()
        {
            Outcome::Taken(taken) => {
                assert_eq!(
                    may.refusal, None,
                    "offered with a refusal and taken: {may:?}"
                );
                if taken
                    .effects
                    .iter()
                    .any(|effect| matches!(effect, rongyi_cases::kind::Effect::Book { .. }))
                {
                    assert!(taken.checked.len() >= usize::from(kind.checks));
                }
                case.steps.push(taken.step);
            }
            Outcome::Refused(refusal) => {
                assert!(
                    may.refusal.is_some(),
                    "offered and refused: {may:?} {refusal:?}"
                );
            }
        }
        looked(&case, &ground);
    }
    case
}

/// What holds of every case.
fn looked(case: &Case, ground: &Ground<'_>) {
    let standing = case.standing(ground).unwrap();
    let state = ground.kind.state(&standing.state).unwrap();
    assert_eq!(state.group, standing.group);
    for checker in &standing.checked {
        assert_ne!(checker.household, case.opening.opener.household);
    }
    assert_eq!(standing, case.standing(ground).unwrap());
    if standing.is_closed() {
        assert_eq!(
            (&standing.due, &standing.promise, &standing.next),
            (&None, &None, &None)
        );
    } else {
        let moves = ground.kind.moves_from(&standing.state).count();
        assert!(moves > 0, "nobody gets out of {}", standing.state);
    }
    let reopened = case
        .steps
        .iter()
        .filter(|step| step.act == Act::Reopen)
        .count();
    assert_eq!(standing.round(), reopened + 1);
    for step in &case.steps {
        let stored = Act::read(step.act.word(), &step.act.argument());
        assert_eq!(stored.as_ref(), Ok(&step.act));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_wait_outside_working_days_changes_nothing(days in 0_i32..12, from in 0_u16..1_440, length in 1_u32..2_000) {
        // From the end of a worked day to within the next one, or inside a weekend: no whole working day fits.
        let start = day("2026-11-03").plus_days(days);
        let calendar = bundled_calendar();
        let from = Moment::new(start, from);
        let last = calendar.workday_after(start, 1).day;
        let inside = u32::from(DAY_MINUTES) * u32::try_from(last.to_days() - start.to_days()).unwrap();
        let offset = moment_of(&spoken(from));
        // At most up to the last minute of the next worked day; a worked day that begins inside is not whole then.
        let room = inside + u32::from(DAY_MINUTES) - 1 - u32::from(from.minute);
        let worked_whole = from.minute == 0 && calendar.is_worked(start);
        prop_assume!(!worked_whole);
        let length = length.min(room);
        let plain = waited(&[]).standing("2026-11-30 00:00").due.unwrap().end;
        let begin = moment_of("2026-11-02 09:00");
        let due = waited(&[(offset - begin, length)]).standing("2026-11-30 00:00").due.unwrap();
        prop_assert_eq!(due.end, plain);
        prop_assert!(due.why.waited.is_empty());
    }

    #[test]
    fn a_due_date_never_moves_backwards_by_waiting(waits in prop::collection::vec((0_u32..8_000, 0_u32..12_000), 0..5)) {
        let now = "2027-03-01 00:00";
        let mut before = waited(&[]).standing(now).due.unwrap().end;
        for count in 1..=waits.len() {
            let due = waited(&waits[..count]).standing(now).due.unwrap();
            prop_assert!(due.end >= before, "{:?}", waits);
            // As many counted days as there are to work, to wait and to be granted.
            prop_assert_eq!(due.why.days.len(), 10 + due.why.waited.len());
            before = due.end;
        }
    }

    #[test]
    fn whatever_is_allowed_keeps_to_the_declared_states(which in 0_usize..BUNDLED.len(), choices in prop::collection::vec((0_usize..10, 0_usize..12, 0_u32..9_000), 0..40)) {
        let kind = bundled(BUNDLED[which].0).unwrap();
        let calendar = bundled_calendar();
        let case = played(&kind, &calendar, &choices);
        // Played again it is the same, also with the kind that was kept.
        prop_assert_eq!(&case, &played(&kind, &calendar, &choices));
        let kept = Kind::from_bytes(&kind.to_bytes()).unwrap();
        let ground = |kind| Ground { kind, calendar: &calendar, now: moment(600_000) };
        prop_assert_eq!(case.standing(&ground(&kept)).unwrap(), case.standing(&ground(&kind)).unwrap());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
        let _ = Kind::from_bytes(&bytes);
        let _ = Kind::from_toml(&code("x"), &text);
        let _ = WorkCalendar::from_toml(&text);
        let _ = Act::read("move", &text);
        let _ = Act::read("rate", &text);
    }
}

#[test]
fn steps_that_do_not_fit_are_told() {
    let kind = bundled("message").unwrap();
    let calendar = bundled_calendar();
    let ground = Ground {
        kind: &kind,
        calendar: &calendar,
        now: moment(10),
    };
    let solved = Rating {
        solved: Some(Solved::Yes),
        satisfied: None,
    };
    let wrong = [
        Act::read("move", "dispatch>done").unwrap(),
        Act::read("move", "finish>done").unwrap(),
        Act::Extend,
        Act::Reopen,
        Act::Unmerge,
        Act::GiveUp,
        Act::Rate(solved),
    ];
    for act in wrong {
        let mut case = begun(&kind, moment(0));
        case.steps.push(rongyi_cases::Step {
            at: moment(5),
            by: crate::town::person("desk"),
            act,
        });
        assert!(case.standing(&ground).is_err(), "{:?}", case.steps);
    }
    assert_eq!(
        begun(&kind, moment(0)).standing(&ground).unwrap().group,
        Group::Open
    );
}
