//! What was done in cases is sealed into the ledger, and whatever is changed of it afterwards is named by `verify`.

use rongyi_core::chain::{hex, merkle_root};
use rongyi_core::command::{Ask, CasesSealed, Command, SaltedText, SealedStep};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_server::audit::verify::{self, Decisions};
use rongyi_server::cases::sealing;
use rongyi_server::house::{engine, known_cache};
use rongyi_server::people::own::{Wish, erase};
use rongyi_store::{Appended, CasePlace, NewCaseStep};

use crate::app::{NOW, TestApp, code, parts};
use crate::photos::png;

const KINDS: &str = "[case.message]\n[case.appeal]\n";
/// From ten in the morning to ten past midnight.
const TO_NIGHT: i64 = (14 * 60 + 10) * 60_000_000;
const DAY: i64 = 86_400_000_000;

async fn asks(app: &TestApp, who: &str, words: &str) -> u64 {
    let mut me = app.signed_in(who).await;
    let form = "/nanmen/cases/new/message";
    let key = me.get(form).await.hidden("key");
    let sent = [
        ("key", key.as_str()),
        ("q.class", "help"),
        ("q.text", words),
    ];
    let opened = me.post(form, &sent).await;
    let there = opened.is(303).location().split('?').next().unwrap();
    there.rsplit('/').next().unwrap().parse().unwrap()
}

/// The same with a photo.
async fn shows(app: &TestApp, who: &str, picture: &[u8]) -> u64 {
    let mut me = app.signed_in(who).await;
    let form = "/nanmen/cases/new/message";
    let key = me.get(form).await.hidden("key");
    let sent = [
        ("key", "", key.as_bytes()),
        ("q.class", "", b"help".as_slice()),
        ("q.text", "", "楼道灯坏了".as_bytes()),
        ("q.photos", "1.png", picture),
    ];
    let opened = parts(&mut me, form, &sent).await;
    let there = opened.is(303).location().split('?').next().unwrap();
    there.rsplit('/').next().unwrap().parse().unwrap()
}

/// Everything that `verify` finds, as `place: what`.
async fn found(app: &TestApp) -> Vec<String> {
    let config = &app.house.config;
    let engine = engine(config, known_cache(config)).unwrap();
    let (store, nanmen) = (&app.house.store, code("nanmen"));
    let report = verify::run(store, &engine, &nanmen, Decisions::None, &mut |_, _| {}).await;
    let problems = report.unwrap().problems.into_iter();
    problems
        .map(|problem| format!("{}: {}", problem.place, problem.what))
        .collect()
}

async fn steps(app: &TestApp, until: Instant) -> Vec<SealedStep> {
    let (store, nanmen) = (&app.house.store, code("nanmen"));
    let all = store.case_steps_between(&nanmen, until, (Instant(0), 0, 0), 100);
    all.await.unwrap()
}

#[tokio::test]
async fn a_day_is_sealed_once_after_midnight_and_holds_when_its_words_are_erased() {
    let app = TestApp::with_both("", ("", KINDS)).await;
    let nanmen = code("nanmen");
    asks(&app, "1001", "楼道灯坏了").await;
    asks(&app, "2001", "井盖响").await;
    let round = async || sealing::round(&app.house, &nanmen).await.unwrap();
    assert_eq!(round().await, 0, "the day is not over");
    app.clock.set(Instant(NOW.0 + TO_NIGHT - 8 * 60_000_000));
    assert_eq!(
        round().await,
        0,
        "what was asked before midnight may still be on its way"
    );
    app.clock.set(Instant(NOW.0 + TO_NIGHT));
    assert_eq!(round().await, 2);
    assert_eq!(round().await, 0, "once");
    let (_, body) = app
        .house
        .store
        .last_cases_seal(&nanmen)
        .await
        .unwrap()
        .unwrap();
    assert!(!String::from_utf8_lossy(&body).contains("井盖"));
    app.clock.set(Instant(NOW.0 + TO_NIGHT + DAY));
    assert_eq!(round().await, 0, "a day without steps has no record");
    let third = asks(&app, "2001", "井盖还响").await;
    // A machine whose clock was set back writes nothing into what is sealed.
    app.clock.set(Instant(NOW.0 + TO_NIGHT + 2 * DAY));
    assert_eq!(round().await, 1);
    app.clock.set(Instant(NOW.0 + TO_NIGHT + DAY));
    let mut me = app.signed_in("2001").await;
    let page = format!("/nanmen/cases/{third}");
    let shown = me.get(&page).await;
    let (seen, key) = (shown.hidden("seen"), shown.hidden("key"));
    let note = [
        ("act", "note"),
        ("seen", seen.as_str()),
        ("key", key.as_str()),
        ("words", "今天好些"),
    ];
    me.post(&format!("{page}/step"), &note).await.is(303);
    assert_eq!(found(&app).await, Vec::<String>::new());
    app.clock.set(Instant(NOW.0 + TO_NIGHT + 3 * DAY));
    assert_eq!(round().await, 1, "it is sealed with the next day");
    let person = app.house.store.resident_person(&nanmen, ResidentNo(1001));
    let person = person.await.unwrap().unwrap();
    erase(&app.house, person.person_id, &Wish::Own, false)
        .await
        .unwrap();
    app.end().await;
}

#[tokio::test]
async fn a_step_that_is_put_in_and_a_photo_that_is_taken_out_are_named() {
    let app = TestApp::with_both("", ("", KINDS)).await;
    let nanmen = code("nanmen");
    let no = asks(&app, "1001", "楼道灯坏了").await;
    shows(&app, "2001", &png(7)).await;
    app.clock.set(Instant(NOW.0 + TO_NIGHT));
    assert_eq!(sealing::round(&app.house, &nanmen).await.unwrap(), 2);
    assert_eq!(found(&app).await, Vec::<String>::new());
    let store = &app.house.store;
    // As nobody could through this program: dated into what is sealed.
    let place = CasePlace {
        state: code("new"),
        group: 1,
        due: None,
        next_at: None,
        unit: None,
        merged_into: None,
    };
    let actor = code("staff/2");
    let step = NewCaseStep {
        community: &nanmen,
        case_no: no,
        seen: 0,
        at: Instant(NOW.0 + 60_000_000),
        actor: &actor,
        act: ("note", ""),
        place: &place,
        texts: &[],
        photos: &[],
        papers: &[],
        effects: &[],
        token: None,
    };
    assert_eq!(store.append_case_step(&step).await.unwrap(), Appended::Done);
    let told = found(&app).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with(&format!("case {no}, step 1: it was put in")),
        "{told:?}"
    );
    drop(app);
    // The words stay, the photo goes: no erasure does that.
    let app = TestApp::with_both("", ("", KINDS)).await;
    let again = shows(&app, "2001", &png(7)).await;
    app.clock.set(Instant(NOW.0 + TO_NIGHT));
    assert_eq!(sealing::round(&app.house, &nanmen).await.unwrap(), 1);
    let store = &app.house.store;
    let gone = store.forget_case_photos(&nanmen, ResidentNo(2001)).await;
    assert_eq!(gone.unwrap(), 1);
    let told = found(&app).await;
    assert!(
        told[0].starts_with(&format!(
            "case {again}, step 0: its words, photos or papers"
        )),
        "{told:?}"
    );
}

/// Books a seal over steps that are not those of the store: what somebody who edited the store afterwards would leave.
async fn sealed_as(app: &TestApp, steps: &[SealedStep], until: Instant) {
    let leaves: Vec<_> = steps.iter().map(SealedStep::leaf).collect();
    let line = |step: &SealedStep| format!("{}/{} {}", step.case_no, step.step, hex(&step.leaf()));
    let lines: Vec<String> = steps.iter().map(line).collect();
    let text = SaltedText {
        salt: [3; 16],
        text: lines.join("\n"),
    };
    let today: LocalDate = "2026-11-24".parse().unwrap();
    let ask = CasesSealed {
        day: today.plus_days(-1),
        from: Instant(0),
        until,
        count: steps.len() as u64,
        root: merkle_root(&leaves),
        list: text.commitment(),
    };
    let command = Command {
        actor: code("system"),
        key: None,
        today,
        ask: Ask::CasesSealed(ask),
        text: Some(text),
        reference: None,
    };
    app.house.clerk.ask(&code("nanmen"), command).await.unwrap();
}

#[tokio::test]
async fn every_edit_of_a_sealed_step_is_named() {
    type Change = fn(&mut Vec<SealedStep>);
    let edits: [(&str, &str, Change); 8] = [
        ("when", "case 1, step 0: it was changed", |all| {
            all[0].at = Instant(all[0].at.0 - 1);
        }),
        ("who", "case 1, step 0: it was changed", |all| {
            all[0].actor = Code::literal("resident/2001");
        }),
        ("what", "case 2, step 0: it was changed", |all| {
            all[1].word = "note".to_owned();
        }),
        ("to where", "case 2, step 0: it was changed", |all| {
            all[1].argument = all[1].argument.replace("help", "complain");
        }),
        ("its words", "case 2, step 0: it was changed", |all| {
            all[1].texts = vec![7; 32];
        }),
        ("for whom", "case 1, step 0: it was changed", |all| {
            if let Some((_, _, resident)) = &mut all[0].opened {
                *resident = Some(ResidentNo(2001));
            }
        }),
        (
            "one that is gone",
            "case 2, step 9: it was removed",
            |all| {
                let mut more = all[1].clone();
                more.step = 9;
                all.push(more);
            },
        ),
        ("one that is new", "case 1, step 0: it was put in", |all| {
            all.remove(0);
        }),
    ];
    let until = Instant(NOW.0 + 14 * 3_600_000_000);
    for (what, place, change) in edits {
        let app = TestApp::with_both("", ("", KINDS)).await;
        asks(&app, "1001", "楼道灯坏了").await;
        asks(&app, "2001", "井盖响").await;
        app.clock.set(Instant(NOW.0 + TO_NIGHT));
        let mut all = steps(&app, until).await;
        assert_eq!(all.len(), 2);
        change(&mut all);
        sealed_as(&app, &all, until).await;
        let told = found(&app).await;
        assert!(
            told.first().is_some_and(|told| told.starts_with(place)),
            "{what}: {told:?}"
        );
        assert_eq!(told.len(), 1, "{what}: {told:?}");
    }
}
