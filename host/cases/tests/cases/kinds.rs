//! Kinds as data: those that come with the program, one that is like another, kept bytes, and a table of wrong ones.

use rongyi_cases::kind::{BadBytes, Form, Since, Span};
use rongyi_cases::{BUNDLED, Kind, WorkCalendar, bundled, bundled_calendar, bundled_text};

use crate::town::{code, day, kind_of};
use crate::wrong::{GOOD, findings};

#[test]
fn the_bundled_kinds_are_good_and_speak_both_languages() {
    for (name, text) in BUNDLED {
        let kind = kind_of(name, text);
        assert_eq!(bundled(name), Some(kind.clone()));
        assert_eq!(bundled_text(name), Some(text));
        for title in kind
            .states
            .iter()
            .map(|state| &state.title)
            .chain(kind.moves.iter().map(|step| &step.title))
        {
            assert!(
                title.en.is_ascii() && !title.zh.is_ascii(),
                "{name}: {title:?}"
            );
        }
        assert!(kind.about.is_some(), "{name} tells the opener nothing");
    }
}

#[test]
fn what_is_kept_is_read_again_and_its_digest_is_its_own() {
    let mut digests = Vec::new();
    for (name, _) in BUNDLED {
        let kind = bundled(name).unwrap();
        let bytes = kind.to_bytes();
        let kept = Kind::from_bytes(&bytes).unwrap();
        assert_eq!(kept, kind, "{name}");
        assert_eq!((kept.to_bytes(), kept.digest()), (bytes, kind.digest()));
        assert!(!digests.contains(&kind.digest()));
        digests.push(kind.digest());
    }
    // Blank lines and the order of keys are not part of it.
    let spaced = kind_of("tool", &GOOD.replace("\n\n", "\n\n\n# …\n"));
    assert_eq!(spaced.digest(), kind_of("tool", GOOD).digest());
    let other = kind_of(
        "tool",
        &GOOD.replace("workdays = 5 }\nreopen", "workdays = 6 }\nreopen"),
    );
    assert_ne!(other.digest(), kind_of("tool", GOOD).digest());
}

#[test]
fn bytes_of_somebody_else_are_refused() {
    let bytes = bundled("message").unwrap().to_bytes();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("{\"version\":1,\"code\":\"message\",\"kind\":{\"title\":"));
    let later = text.replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(
        Kind::from_bytes(later.as_bytes()),
        Err(BadBytes::Version(2))
    );
    for wrong in [
        "",
        "{}",
        "[]",
        "null",
        "{\"version\":1,\"code\":\"x\",\"kind\":{}}",
    ] {
        assert!(Kind::from_bytes(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let deep = "[".repeat(10_000);
    assert!(Kind::from_bytes(deep.as_bytes()).is_err());
}

#[test]
fn a_kind_like_a_bundled_one_names_only_what_is_different() {
    let kind = kind_of(
        "street",
        r#"
like = "message"
title = { zh = "街道热线", en = "Street line" }
due = { workdays = 4 }
drop = ["answer"]
[state.contact]
title = { zh = "两小时内联系", en = "A call within two hours" }
group = "open"
due = { hours = 2, clock = "work" }
[[go]]
code = "finish"
title = { zh = "办好了", en = "Done" }
from = ["contact", "doing"]
to = "done"
by = "unit"
need = ["text", "photo"]
"#,
    );
    let base = bundled("message").unwrap();
    assert_eq!((&kind.form, &kind.rate), (&base.form, &base.rate));
    assert_eq!(kind.due.unwrap().span, Span::Workdays(4));
    let codes = |kind: &[rongyi_cases::kind::State]| -> Vec<String> {
        kind.iter().map(|state| state.code.to_string()).collect()
    };
    assert_eq!(codes(&kind.states), codes(&base.states));
    let steps: Vec<&str> = kind.moves.iter().map(|step| step.code.as_str()).collect();
    assert_eq!(
        steps,
        [
            "dispatch",
            "decline",
            "return",
            "contacted",
            "ask",
            "reply",
            "redirect",
            "pass-on",
            "finish",
            "withdraw"
        ]
    );
    let doing = kind
        .states
        .iter()
        .find(|state| state.code.as_str() == "doing")
        .unwrap();
    assert_eq!(
        doing.due.as_ref().unwrap().since,
        Since::Mark(code("dispatch"))
    );
}

#[test]
fn with_one_check_the_second_review_is_left_out() {
    let (two, one) = (bundled("claim").unwrap(), bundled("claim-one").unwrap());
    assert_eq!((two.checks, one.checks), (2, 1));
    assert!(two.state(&code("second")).is_some() && one.state(&code("second")).is_none());
    assert!(
        one.moves
            .iter()
            .all(|step| step.code.as_str() != "second-check")
    );
    assert_eq!(one.form, Form::Event(None));
    let told = findings("like = \"claim\"\nchecks = 0\n");
    assert!(!told.is_empty(), "a claim without any check books nothing");
}

#[test]
fn the_bundled_calendar_knows_three_years() {
    let calendar = bundled_calendar();
    for (year, off, worked) in [(2024, 30, 8), (2025, 28, 5), (2026, 33, 6)] {
        assert!(calendar.has_list(year));
        let days: Vec<_> = (0..366)
            .map(|days| day(&format!("{year}-01-01")).plus_days(days))
            .filter(|day| day.parts().0 == year)
            .collect();
        let count = |kind| {
            days.iter()
                .filter(|day| calendar.kind(**day) == kind)
                .count()
        };
        assert_eq!(count(rongyi_cases::calendar::DayKind::Off), off, "{year}");
        assert_eq!(
            count(rongyi_cases::calendar::DayKind::MakeUp),
            worked,
            "{year}"
        );
    }
    assert!(!calendar.has_list(2027));
    for (text, wanted) in [
        (
            "[year.2027]\noff = [\"13-01\"]\nworked = []",
            "calendar.day",
        ),
        (
            "[year.2027]\noff = [\"02-03..01-03\"]\nworked = []",
            "calendar.day",
        ),
        ("[year.27]\noff = []\nworked = []", "calendar.year"),
        (
            "[year.2027]\noff = []\nworked = [\"01-04\"]",
            "calendar.weekday",
        ),
        (
            "[year.2027]\noff = [\"01-02\"]\nworked = [\"01-02\"]",
            "calendar.twice",
        ),
        ("[year.2027]\noff = []", "value.missing"),
        ("[open]\nfrom = \"9\"", "calendar.clock"),
        ("[open]\nfrom = \"18:00\"", "calendar.hours"),
    ] {
        let found = WorkCalendar::from_toml(text).unwrap_err();
        let codes: Vec<&str> = found.iter().map(|one| one.code).collect();
        assert_eq!(codes, [wanted], "{text}");
    }
}

#[test]
fn the_example_of_the_manual_is_good_and_mistakes_in_a_longer_file_have_their_place() {
    let manual = include_str!("../../README.md");
    let (_, rest) = manual.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let read = |text: &str| {
        let file = toml::de::DeTable::parse(text).unwrap();
        let cases = file.get_ref().get("case").unwrap().get_ref().as_table();
        let errand = cases.unwrap().get("errand").unwrap();
        Kind::from_table(
            &code("errand"),
            errand.get_ref().as_table().unwrap(),
            errand.span(),
        )
    };
    let kind = read(example).unwrap();
    assert_eq!(kind.states.len(), 5);
    let wrong = example.replace("to    = \"asked\"", "to    = \"nowhere\"");
    let found = read(&wrong).unwrap_err();
    let [one] = found.as_slice() else {
        panic!("{found:#?}");
    };
    assert_eq!(one.code, "kind.no-state");
    assert_eq!(wrong.get(one.at.clone().unwrap()), Some("\"nowhere\""));
}

#[test]
fn a_mistake_of_a_kind_like_another_stands_where_it_was_written() {
    let text = r#"
like = "message"
title = { zh = "热线", en = "Line" }
drop = ["dispatch"]
[[go]]
code = "finish"
title = { zh = "办好了", en = "Done" }
from = ["contact", "doing"]
to = "finished"
by = "unit"
"#;
    let found = findings(text);
    let told: Vec<(&str, Option<&str>)> = found
        .iter()
        .map(|one| {
            (
                one.path.as_str(),
                one.at.clone().and_then(|at| text.get(at)),
            )
        })
        .collect();
    assert_eq!(told, [("go[0].to", Some("\"finished\""))]);
    // What is wrong with a part that was taken over is shown where it was taken from.
    let text = "like = \"claim\"\nchecks = 0\n";
    for one in findings(text) {
        let at = one.at.clone().and_then(|at| text.get(at));
        assert_eq!(at, Some("\"claim\""), "{one:?}");
    }
}

#[test]
fn a_claim_asks_for_photos_and_says_what_is_often_written() {
    let claim = bundled("claim").unwrap();
    let asked: Vec<&str> = claim
        .questions()
        .iter()
        .map(|one| one.key.as_str())
        .collect();
    assert_eq!(asked, ["photos"]);
    assert_eq!(claim.phrases_of(&code("return")).len(), 3);
    assert!(claim.phrases_of(&code("check")).is_empty());
    // Two people look at it one by one; what one person checks may be passed together.
    assert_eq!(claim.bulk_move(&code("submitted")), None);
    let one = bundled("claim-one").unwrap();
    let step = one.bulk_move(&code("submitted")).unwrap();
    assert_eq!(step.code.as_str(), "check");
    assert_eq!(one.bulk_move(&code("notice")), None);
    // A community writes its own sentences and keeps the rest.
    let own =
        "like = \"claim\"\n[phrases]\nreturn = [{ zh = \"请补照片\", en = \"A photo, please\" }]\n";
    let own = kind_of("claim", own);
    assert_eq!(own.phrases_of(&code("return")).len(), 1);
    assert_eq!(own.phrases_of(&code("reject")).len(), 2);
    assert_eq!(Kind::from_bytes(&own.to_bytes()), Ok(own));
    // Another form does not ask what went with an event.
    let other = "like = \"claim\"\nform = []\n";
    let other = Kind::from_toml(&code("claim"), other);
    assert!(other.is_err() || other.is_ok_and(|kind| kind.questions().is_empty()));
}
