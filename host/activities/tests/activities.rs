//! What always holds of activities: lists, lives, presence, codes, and who confirms.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_activities::*;
use rongyi_core::time::Instant;

const MINUTE: i64 = 60_000_000;
/// Some morning.
const NINE: i64 = 1_795_395_600_000_000;

fn at(minutes: i64) -> Instant {
    Instant(NINE + minutes * MINUTE)
}

/// Two hours from nine.
fn span() -> Span {
    Span {
        starts: at(0),
        ends: at(120),
    }
}

fn shift(seats: u32, list: &[(u32, Place)]) -> Shift {
    let signups = list
        .iter()
        .zip(1..)
        .map(|((resident, place), turn)| Signup {
            resident: *resident,
            turn,
            place: *place,
        });
    Shift {
        no: 1,
        role: String::new(),
        span: span(),
        seats,
        ended_at: None,
        signups: signups.collect(),
        confirmed: 0,
        unbooked: 0,
        on_notice: 0,
    }
}

fn activity(state: State, shift: Shift) -> Activity {
    Activity {
        no: 7,
        state,
        title: "清洁日".to_owned(),
        leader: 4,
        made_by: "staff/4".to_owned(),
        insurance: String::new(),
        needs: Needs::default(),
        shifts: vec![shift],
    }
}

fn volunteer(resident: u32) -> Volunteer {
    Volunteer {
        resident,
        ..Volunteer::default()
    }
}

fn by(actor: &str, runs: bool) -> By {
    By {
        actor: actor.to_owned(),
        runs,
    }
}

fn mark(no: u32, what: What, minute: i64) -> Mark {
    Mark {
        no,
        what,
        proof: Proof::Machine,
        at: at(minute),
        noted_at: at(minute),
    }
}

#[test]
fn an_activity_is_looked_at_by_somebody_else_before_everybody_sees_it() {
    let draft = activity(State::Draft, shift(2, &[]));
    let mine = by("staff/4", false);
    let texts = ("", &["一起扫地"][..]);
    let state = take(&draft, Move::HandIn, &mine, texts, at(-60)).unwrap();
    assert_eq!(state, State::Review);
    let handed = activity(State::Review, shift(2, &[]));
    let own = take(&handed, Move::Publish, &mine, texts, at(-60)).unwrap_err();
    assert_eq!(own.code, "activity.own");
    for other in [by("staff/5", false), by("staff/4", true)] {
        assert_eq!(
            take(&handed, Move::Publish, &other, texts, at(-60)),
            Ok(State::Open)
        );
    }
    let late = take(
        &handed,
        Move::Publish,
        &by("staff/5", false),
        texts,
        at(500),
    );
    assert_eq!(late.unwrap_err().code, "activity.past");
    let mut risky = handed.clone();
    risky.needs.insured = true;
    let bare = take(&risky, Move::Publish, &by("staff/5", false), texts, at(-60));
    assert_eq!(bare.unwrap_err().code, "activity.insurance");
    let phone = ("", &["找林姐 138 1234 5678 报名"][..]);
    let told = take(
        &handed,
        Move::Publish,
        &by("staff/5", false),
        phone,
        at(-60),
    )
    .unwrap_err();
    assert_eq!(told.code, "activity.personal");
    assert!(told.text.zh.contains("138…") && !told.text.zh.contains("5678"));
    let again = take(
        &activity(State::Open, shift(2, &[])),
        Move::Publish,
        &mine,
        texts,
        at(-60),
    );
    assert_eq!(again.unwrap_err().code, "activity.moved");
}

#[test]
fn it_is_taken_back_only_while_nobody_signed_up_and_cancelled_with_a_reason() {
    let boss = by("staff/5", true);
    let empty = activity(State::Open, shift(2, &[(1001, Place::Left)]));
    assert_eq!(
        take(&empty, Move::TakeBack, &boss, ("", &[]), at(-60)),
        Ok(State::Draft)
    );
    let people = activity(State::Open, shift(2, &[(1001, Place::Seat)]));
    let back = take(&people, Move::TakeBack, &boss, ("", &[]), at(-60));
    assert_eq!(back.unwrap_err().code, "activity.has-people");
    let silent = take(&people, Move::Cancel, &boss, (" ", &[]), at(-60));
    assert_eq!(silent.unwrap_err().code, "activity.reason");
    let told = take(&people, Move::Cancel, &boss, ("下大雨", &[]), at(-60));
    assert_eq!(told, Ok(State::Cancelled));
    // People are inside.
    let inside = take(&people, Move::Cancel, &boss, ("下大雨", &[]), at(30));
    assert_eq!(inside.unwrap_err().code, "activity.began");
}

#[test]
fn where_it_stands_is_worked_out_from_lists_and_clock() {
    let of = |seats, list: &[(u32, Place)]| activity(State::Open, shift(seats, list));
    let seat = [(1001, Place::Seat)];
    assert_eq!(of(2, &seat).stage(at(-60)), Stage::Recruiting);
    assert_eq!(of(1, &seat).stage(at(-60)), Stage::Full);
    assert_eq!(of(1, &seat).stage(at(0)), Stage::Running);
    assert_eq!(of(1, &seat).stage(at(120)), Stage::Ended);
    let mut done = of(1, &seat);
    done.shifts[0].ended_at = Some(at(100));
    assert_eq!(done.stage(at(101)), Stage::Ended);
    done.shifts[0].confirmed = 1;
    done.shifts[0].unbooked = 1;
    assert_eq!(done.stage(at(101)), Stage::Confirmed);
    done.shifts[0].unbooked = 0;
    done.shifts[0].on_notice = 1;
    assert_eq!(done.stage(at(101)), Stage::Notice);
    done.shifts[0].on_notice = 0;
    assert_eq!(done.stage(at(101)), Stage::Posted);
    assert_eq!(
        activity(State::Cancelled, shift(1, &seat)).stage(at(0)),
        Stage::Cancelled
    );
}

#[test]
fn seats_go_in_turn_and_whoever_leaves_lets_the_first_who_can_move_up() {
    let open = |list: &[(u32, Place)]| activity(State::Open, shift(1, list));
    let joined = |list: &[(u32, Place)], who| {
        let open = open(list);
        join(&open, &open.shifts[0], &volunteer(who), at(-60))
    };
    assert_eq!(joined(&[], 1001), Ok(Joined::Seat));
    let one = [(1001, Place::Seat)];
    assert_eq!(joined(&one, 2001), Ok(Joined::Waiting(0)));
    // Once more is the same, not another line.
    assert_eq!(joined(&one, 1001), Ok(Joined::Seat));
    let two = [(1001, Place::Seat), (2001, Place::Waiting)];
    assert_eq!(joined(&two, 3001), Ok(Joined::Waiting(1)));
    // A seat that is free belongs to who waits, not to who comes.
    let freed = [
        (1001, Place::Left),
        (2001, Place::Waiting),
        (3001, Place::Waiting),
    ];
    assert_eq!(joined(&freed, 4001), Ok(Joined::Waiting(2)));
    let freed = shift(1, &freed);
    assert_eq!(moves_up(&freed, &[], at(-10)), [2001]);
    assert_eq!(
        moves_up(&freed, &[2001], at(-10)),
        [3001],
        "who is elsewhere is passed over"
    );
    assert_eq!(
        moves_up(&freed, &[], at(0)),
        [0u32; 0],
        "after the beginning nobody moves up"
    );
    let full = shift(1, &two);
    assert!(moves_up(&full, &[], at(-10)).is_empty());
    assert_eq!(leave(&full, 2001, at(-1)).unwrap().place, Place::Waiting);
    assert_eq!(leave(&full, 2001, at(0)).unwrap_err().code, "leave.late");
    assert_eq!(
        leave(&full, 9, at(-1)).unwrap_err().code,
        "leave.not-on-list"
    );
}

#[test]
fn a_shift_that_begins_when_another_ends_does_not_overlap() {
    let open = activity(State::Open, shift(3, &[]));
    let busy = |from: i64, to: i64| Volunteer {
        busy: vec![Busy {
            span: Span {
                starts: at(from),
                ends: at(to),
            },
            told: "四点半课堂 18:00–20:00".to_owned(),
        }],
        ..volunteer(1001)
    };
    let joined = |who: &Volunteer| join(&open, &open.shifts[0], who, at(-300));
    assert_eq!(joined(&busy(-120, 0)), Ok(Joined::Seat));
    assert_eq!(joined(&busy(120, 240)), Ok(Joined::Seat));
    let told = joined(&busy(-60, 1)).unwrap_err();
    assert_eq!(told.code, "join.overlap");
    assert!(told.text.zh.contains("四点半课堂 18:00–20:00"));
    assert_eq!(
        join(&open, &open.shifts[0], &volunteer(1), at(0))
            .unwrap_err()
            .code,
        "join.late"
    );
}

#[test]
fn who_may_join_is_said_with_the_way_there() {
    let mut open = activity(State::Open, shift(3, &[]));
    let refused = |open: &Activity, who: &Volunteer| {
        join(open, &open.shifts[0], who, at(-60)).map_err(|no| no.code)
    };
    let child = Volunteer {
        minor: true,
        ..volunteer(1)
    };
    open.needs.consent = true;
    assert_eq!(refused(&open, &child), Err("join.consent"));
    let allowed = Volunteer {
        consent: true,
        ..child.clone()
    };
    assert_eq!(refused(&open, &allowed), Ok(Joined::Seat));
    assert_eq!(
        refused(&open, &volunteer(2)),
        Ok(Joined::Seat),
        "a grown-up needs none"
    );
    open.needs.adult = true;
    assert_eq!(refused(&open, &allowed), Err("join.adults"));
    open.needs.training = "急救".to_owned();
    assert_eq!(refused(&open, &volunteer(2)), Err("join.training"));
    let once = Volunteer {
        lapsed: vec!["急救".to_owned()],
        ..volunteer(2)
    };
    assert_eq!(refused(&open, &once), Err("join.training-lapsed"));
    let trained = Volunteer {
        trainings: vec!["急救".to_owned()],
        ..volunteer(2)
    };
    assert_eq!(refused(&open, &trained), Ok(Joined::Seat));
}

#[test]
fn presence_is_what_lies_between_coming_and_going_inside_the_shift() {
    // Coming at -20 counts from 0; going at 115.
    let came = presence(
        &[mark(1, What::In, -20), mark(2, What::Out, 115)],
        span(),
        None,
    );
    assert_eq!(
        (came.minutes, came.planned, came.signed_out),
        (115, 120, true)
    );
    assert_eq!(came.odd, []);
    // Twice in, twice out: once.
    let twice = [
        mark(1, What::In, 0),
        mark(2, What::In, 4),
        mark(3, What::Out, 60),
        mark(4, What::Out, 70),
    ];
    assert_eq!(presence(&twice, span(), None).minutes, 60);
    // Two stays.
    let stays = [
        mark(1, What::In, 0),
        mark(2, What::Out, 30),
        mark(3, What::In, 60),
        mark(4, What::Out, 120),
    ];
    assert_eq!(presence(&stays, span(), None).minutes, 90);
    // They arrive in reverse order: the same.
    let reverse = [mark(1, What::Out, 120), mark(2, What::In, 5)];
    assert_eq!(presence(&reverse, span(), None).minutes, 115);
}

#[test]
fn clocks_that_are_wrong_make_no_minute() {
    let wrong = presence(
        &[mark(1, What::Out, 10), mark(2, What::In, 50)],
        span(),
        None,
    );
    assert_eq!((wrong.minutes, wrong.signed_out), (70, false));
    assert_eq!(wrong.odd, [Odd::NoSignOut, Odd::Disorder, Odd::Late]);
    // A day of 25 hours is the shift and an hour.
    let day = presence(
        &[mark(1, What::In, 0), mark(2, What::Out, 25 * 60)],
        span(),
        None,
    );
    assert_eq!((day.minutes, day.odd.as_slice()), (180, &[Odd::Cut][..]));
    // Its leader had ended it.
    let ended = presence(
        &[mark(1, What::In, 0), mark(2, What::Out, 150)],
        span(),
        Some(at(110)),
    );
    assert_eq!((ended.minutes, ended.odd.contains(&Odd::Cut)), (110, true));
    // Nobody signed out: the shift, marked.
    let forgotten = presence(&[mark(1, What::In, 10)], span(), None);
    assert_eq!((forgotten.minutes, forgotten.signed_out), (110, false));
    assert_eq!(forgotten.odd, [Odd::NoSignOut]);
    let early = presence(
        &[mark(1, What::In, 0), mark(2, What::Out, 45)],
        span(),
        None,
    );
    assert_eq!(early.odd, [Odd::Early]);
    // Before it began, or after everything: nothing.
    let before = presence(
        &[mark(1, What::In, -50), mark(2, What::Out, -10)],
        span(),
        None,
    );
    assert_eq!(before.minutes, 0);
    let nobody = presence(&[mark(1, What::Absent, 30)], span(), None);
    assert_eq!((nobody.came, nobody.minutes), (false, 0));
}

/// The hour that a clock repeats in autumn is an hour: instants know nothing of clocks.
#[test]
fn a_zone_that_changes_makes_and_loses_no_minute() {
    let night = Span {
        starts: Instant(1_792_886_400_000_000),
        ends: Instant(1_792_886_400_000_000 + 180 * MINUTE),
    };
    let marks = [
        Mark {
            at: night.starts,
            noted_at: night.starts,
            ..mark(1, What::In, 0)
        },
        Mark {
            at: night.ends,
            noted_at: night.ends,
            ..mark(2, What::Out, 0)
        },
    ];
    assert_eq!(presence(&marks, night, None).minutes, 180);
}

#[test]
fn the_weakest_mark_is_the_proof_and_what_was_struck_out_is_gone() {
    let by_hand = Mark {
        proof: Proof::Organiser,
        ..mark(2, What::Out, 120)
    };
    let mixed = presence(&[mark(1, What::In, 0), by_hand], span(), None);
    assert_eq!(mixed.proof, Proof::Organiser);
    let late = Mark {
        proof: Proof::MakeUp,
        noted_at: at(3000),
        ..mark(3, What::In, 0)
    };
    let entered = presence(&[late, by_hand], span(), None);
    assert_eq!(
        (entered.proof, entered.odd.as_slice()),
        (Proof::MakeUp, &[Odd::NotedLate][..])
    );
    let struck = [mark(1, What::In, 0), mark(2, What::Void, 20)];
    assert!(!presence(&struck, span(), None).came && !is_inside(&struck));
    let again = [struck[0], struck[1], mark(3, What::In, 30)];
    assert!(is_inside(&again));
    assert_eq!(presence(&again, span(), None).minutes, 90);
}

#[test]
fn nobody_signs_in_to_what_is_not_there() {
    let open = activity(State::Open, shift(1, &[]));
    let may = |activity: &Activity, so: i64, now: i64| {
        may_mark(activity, &activity.shifts[0], at(so), at(now)).map_err(|no| no.code)
    };
    assert_eq!(may(&open, -60, -60), Ok(()));
    assert_eq!(may(&open, -61, -61), Err("mark.early"));
    assert_eq!(may(&open, 5, 4), Err("mark.future"));
    assert_eq!(
        may(&activity(State::Cancelled, shift(1, &[])), 0, 0),
        Err("mark.not-open")
    );
    assert_eq!(
        end_shift(&open, &open.shifts[0], at(-1)).unwrap_err().code,
        "shift.early"
    );
    let mut ended = open.clone();
    ended.shifts[0].ended_at = Some(at(100));
    assert_eq!(
        end_shift(&ended, &ended.shifts[0], at(101))
            .unwrap_err()
            .code,
        "shift.ended"
    );
}

#[test]
fn nobody_confirms_their_own_and_much_by_hand_takes_two() {
    let staff = |staff| Checker {
        staff,
        resident: Some(1001),
        household: vec![1001, 1002],
    };
    let stay = |proof, minutes| Presence {
        minutes,
        planned: minutes,
        proof,
        came: true,
        signed_out: true,
        odd: Vec::new(),
    };
    let code = |answer: Result<Confirmed, Refusal>| answer.map_err(|no| no.code);
    let short = stay(Proof::Organiser, HAND_MINUTES_MAX);
    assert_eq!(
        code(confirm(&staff(4), 4, 2001, &short)),
        Err("confirm.leader")
    );
    for mine in [1001, 1002] {
        assert_eq!(
            code(confirm(&staff(5), 4, mine, &short)),
            Err("confirm.own")
        );
    }
    assert_eq!(
        code(confirm(&staff(5), 4, 2001, &short)),
        Ok(Confirmed::Enough)
    );
    let long = stay(Proof::MakeUp, HAND_MINUTES_MAX + 1);
    assert_eq!(
        code(confirm(&staff(5), 4, 2001, &long)),
        Ok(Confirmed::NeedsSecond)
    );
    let machine = stay(Proof::Machine, 600);
    assert_eq!(
        code(confirm(&staff(5), 4, 2001, &machine)),
        Ok(Confirmed::Enough)
    );
    assert_eq!(
        second(&staff(5), 4, 2001, 5).unwrap_err().code,
        "confirm.same"
    );
    assert_eq!(
        second(&staff(4), 4, 2001, 5).unwrap_err().code,
        "confirm.leader"
    );
    assert_eq!(second(&staff(6), 4, 2001, 5), Ok(()));
}

#[test]
fn a_code_holds_for_this_half_minute_and_the_next() {
    let door = |shift| Door {
        community: "nanmen",
        activity: 7,
        shift,
    };
    let secret = [9; 32];
    let now = Instant(NINE + 3_000_000);
    let code = code_at(&secret, door(1), now);
    assert_eq!(code.len(), 6);
    let later = |seconds: i64| Instant(now.0 + seconds * 1_000_000);
    assert!(fits(&secret, door(1), &code, now) && fits(&secret, door(1), &code, later(50)));
    let spaced = format!(" {} {}", &code[..3], &code[3..]);
    assert!(fits(&secret, door(1), &spaced, now), "as it is read out");
    assert!(
        !fits(&secret, door(1), &code, later(60)),
        "a photograph is worth nothing"
    );
    assert!(
        !fits(&secret, door(1), &code, later(-30)),
        "nor is one from tomorrow"
    );
    assert!(!fits(&secret, door(2), &code, now), "another shift");
    assert!(!fits(&[8; 32], door(1), &code, now), "another installation");
    for wrong in ["", "12345", "1234567", "abcdef"] {
        assert!(!fits(&secret, door(1), wrong, now), "{wrong}");
    }
    assert_eq!(
        (
            seconds_left(now),
            seconds_left(later(26)),
            seconds_left(later(27))
        ),
        (27, 1, 30)
    );
}

#[test]
fn personal_numbers_are_found_however_they_are_written() {
    for text in [
        "请打 13812345678",
        "138-1234-5678",
        "１３８１２３４５６７８",
        "+86 138 1234 5678",
        "0663-8880001x",
        "身份证 44522119900101123X 登记",
        "445221199001011234",
    ] {
        assert_eq!(numbers_in(text).len(), 1, "{text}");
    }
    for text in [
        "2026-12-05 8:30",
        "榕树巷 12 号，20 个人",
        "一共 174 场 100000 人次",
        "门牌 1234567",
    ] {
        assert!(numbers_in(text).is_empty(), "{text}");
    }
}

#[test]
fn templates_are_told_apart_and_say_what_is_done() {
    for one in &TEMPLATES {
        assert_eq!(template(one.code), Some(one));
        assert!(one.hours.0 < one.hours.1 && one.seats > 0);
        let texts = [one.title.0, one.about.0, one.bring.0];
        assert!(texts.iter().all(|text| numbers_in(text).is_empty()));
    }
    assert_eq!(template("none"), None);
}
