//! A deduction's life: written down by one, looked at by another, told, and booked when nobody objects; or heard by a
//! third. Never about oneself or one's household, and never undone by whoever it is about.

use rongyi_cases::kind::{Effect, Group, Role};
use rongyi_cases::{Answer, Kind, MayAct, Refusal, Request, bundled};

use crate::town::{Town, at, code, kind_of, person, request};

/// Somebody writes it down about somebody else.
fn asked(by: &str, about: &[&str]) -> Request {
    let answers = vec![(code("why"), Answer::Text("电动车堵了楼道".into()))];
    Request {
        way: rongyi_cases::kind::MayOpen::Staff,
        opener: person(by),
        concerned: about.iter().map(|name| person(name)).collect(),
        event: Some(code("littering")),
        ..request(answers)
    }
}

fn begun(kind: &Kind, by: &str, about: &[&str]) -> Result<Town, Vec<Refusal>> {
    let mut town = Town::new("claim", "2026-11-02 09:00");
    town.case.opening = kind.begin(asked(by, about), at("2026-11-02 09:00"))?;
    town.kind = kind.clone();
    Ok(town)
}

/// Written down by a reviewer about Li.
fn town() -> Town {
    begun(&bundled("deduction").unwrap(), "reviewer-1", &["li"]).unwrap()
}

fn books(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Book { .. }))
}

#[test]
fn it_is_looked_at_told_and_booked_when_the_days_are_over() {
    let mut town = town();
    // Whoever wrote it down is no second person, and Li's wife is of the household.
    for (name, why) in [
        ("reviewer-1", "case.concerned"),
        ("li-wife", "case.same-household"),
    ] {
        assert_eq!(town.no(name, "2026-11-02 10:00", "confirm").code, why);
    }
    let taken = town.go("reviewer-2", "2026-11-02 10:00", "confirm");
    assert_eq!(taken.effects, [Effect::Notify(Role::Concerned)]);
    assert_eq!(town.tick("2026-11-07 23:59"), None);
    let booked = town.tick("2026-11-08 00:00").unwrap();
    assert!(books(&booked.effects));
    assert_eq!(booked.checked, [person("reviewer-2")]);
    town.tick("2026-11-08 00:01").unwrap();
    let standing = town.standing("2026-11-08 00:02");
    assert_eq!(
        (standing.state.as_str(), standing.group),
        ("booked", Group::Done)
    );
}

#[test]
fn who_it_is_about_answers_and_a_third_person_hears_it() {
    let mut town = town();
    // Before they are told they cannot answer; and it is never theirs to drop.
    assert_eq!(
        town.no("li", "2026-11-02 09:30", "object").code,
        "case.state"
    );
    town.go("reviewer-2", "2026-11-02 10:00", "confirm");
    assert_eq!(town.no("li", "2026-11-02 11:00", "drop").code, "case.role");
    assert_eq!(
        town.no("reviewer-1", "2026-11-02 11:00", "object").code,
        "case.role"
    );
    let may: Vec<MayAct> = town
        .moves("li", "2026-11-02 11:00")
        .into_iter()
        .map(|may| may.act)
        .collect();
    assert_eq!(may, [MayAct::Move(code("object")), MayAct::Note]);
    assert_eq!(
        town.no_words("li", "2026-11-02 11:00", "object").code,
        "case.need"
    );
    town.go("li", "2026-11-02 11:00", "object");
    assert_eq!(
        town.tick("2026-11-30 00:00"),
        None,
        "it waits until it is heard"
    );
    assert_eq!(
        town.no("reviewer-2", "2026-11-03 09:00", "keep").code,
        "case.same-person"
    );
    let kept = town.go("leader", "2026-11-03 09:00", "keep");
    assert!(books(&kept.effects));
    // Or a third one drops it, and nothing is ever booked.
    town.case.steps.pop();
    let dropped = town.go("reviewer-3", "2026-11-03 09:00", "drop");
    assert!(!books(&dropped.effects));
    assert_eq!(town.standing("2026-11-30 09:00").group, Group::Withdrawn);
    assert_eq!(town.tick("2026-11-30 09:00"), None);
}

#[test]
fn nobody_writes_down_themselves_their_household_or_nobody() {
    let kind = bundled("deduction").unwrap();
    for (by, about) in [
        ("li-wife", &["li"][..]),
        ("li", &["li"]),
        ("reviewer-1", &[]),
    ] {
        let refusals = begun(&kind, by, about).err().unwrap();
        assert_eq!(refusals.len(), 1, "{refusals:?}");
        assert_eq!(refusals[0].code, "case.others-only");
        assert_eq!(refusals[0].field, Some(code("resident")));
    }
    // What was written down by mistake is taken back by whoever wrote it, with a reason.
    let mut town = town();
    assert_eq!(
        town.no_words("reviewer-1", "2026-11-02 09:05", "drop").code,
        "case.need"
    );
    town.go("reviewer-1", "2026-11-02 09:05", "drop");
}

#[test]
fn a_community_says_what_is_deducted_and_how_long_people_have() {
    let kind = kind_of(
        "deduction",
        r#"
like = "deduction"
events = ["littering"]
[state.told]
title = { zh = "告知中", en = "Told" }
group = "open"
wait = { days = 10 }
"#,
    );
    assert_eq!(kind.events, Some(vec![code("littering")]));
    assert_eq!(bundled("deduction").unwrap().events, Some(Vec::new()));
    assert_eq!(bundled("claim").unwrap().events, None);
    assert_eq!(Kind::from_bytes(&kind.to_bytes()).as_ref(), Ok(&kind));
    let mut town = begun(&kind, "reviewer-1", &["li"]).unwrap();
    town.go("reviewer-2", "2026-11-02 10:00", "confirm");
    assert_eq!(town.tick("2026-11-12 23:59"), None);
    assert!(books(&town.tick("2026-11-13 00:00").unwrap().effects));
}
