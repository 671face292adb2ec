//! Cases on either engine: a step is written once and whole, lists go on where they ended, words go with the person.

use rongyi_core::command::SaltedText;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_store::{
    Appended, CaseFilter, CasePhoto, CasePlace, CaseText, EffectState, NewCase, NewCaseStep, Store,
};

use super::nanmen;

const RESIDENT: ResidentNo = ResidentNo(1001);

fn place(state: &'static str, group: u8, due: Option<i64>) -> CasePlace {
    CasePlace {
        state: Code::literal(state),
        group,
        due,
        next_at: Some(500),
        unit: None,
        merged_into: None,
    }
}

fn words(step: u32, text: &str) -> CaseText {
    CaseText {
        step,
        key: "words".to_owned(),
        text: SaltedText {
            salt: [7; 16],
            text: text.to_owned(),
        },
    }
}

async fn open(store: &Store, token: &str, due: Option<i64>) -> u64 {
    let (community, kind) = (nanmen(), Code::literal("message"));
    let opened = NewCase {
        community: &community,
        kind: &kind,
        kind_body: b"{}",
        at: Instant(10),
        opener: &Code::literal("resident/1001"),
        resident: Some(RESIDENT),
        place: &place("new", 1, due),
        argument: "{}",
        texts: &[words(0, "路灯坏了")],
        photos: &[],
        token,
    };
    store.open_case(&opened).await.unwrap()
}

async fn step(store: &Store, case_no: u64, seen: u32, token: Option<&str>) -> Appended {
    let community = nanmen();
    let appended = NewCaseStep {
        community: &community,
        case_no,
        seen,
        at: Instant(20),
        actor: &Code::literal("staff/3"),
        act: ("move", "dispatch>contact"),
        place: &place("contact", 1, Some(90)),
        texts: &[words(seen + 1, "请看一下")],
        photos: &[],
        papers: &[],
        effects: &["{\"do\":\"notify\"}".to_owned()],
        token,
    };
    store.append_case_step(&appended).await.unwrap()
}

pub(super) async fn a_step_is_written_once(store: Store) {
    let community = nanmen();
    let case_no = open(&store, "form-1", Some(60)).await;
    assert_eq!(
        open(&store, "form-1", Some(60)).await,
        case_no,
        "one form, one case"
    );
    assert_eq!(step(&store, case_no, 0, Some("a")).await, Appended::Done);
    assert_eq!(step(&store, case_no, 0, Some("b")).await, Appended::Moved);
    assert_eq!(step(&store, case_no, 1, Some("a")).await, Appended::Again);
    let case = store.case(&community, case_no).await.unwrap().unwrap();
    assert_eq!(
        (case.file.steps, case.steps.len(), case.texts.len()),
        (1, 2, 2)
    );
    assert_eq!(case.file.place.state.as_str(), "contact");
    assert_eq!(case.effects.len(), 1);
    let waiting = store.waiting_case_effects(&community, 9).await.unwrap();
    let done = (EffectState::Done, None);
    let ended = |entry| store.end_case_effect(&community, &waiting[0], done, (Some(entry), true));
    assert!(ended(12).await.unwrap());
    assert!(!ended(13).await.unwrap(), "it was carried out before");
    let case = store.case(&community, case_no).await.unwrap().unwrap();
    assert_eq!(
        (case.file.entry, case.effects[0].entry),
        (Some(12), Some(12))
    );
    assert_eq!(
        store
            .case_kind(&community, &case.file.digest)
            .await
            .unwrap(),
        Some(b"{}".to_vec())
    );
    assert_eq!(
        store
            .case_texts_of(&community, RESIDENT)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        store.forget_case_texts(&community, RESIDENT).await.unwrap(),
        2
    );
    let case = store.case(&community, case_no).await.unwrap().unwrap();
    assert!(case.texts.is_empty() && case.steps.len() == 2);
}

pub(super) async fn lists_go_on_where_they_ended(store: Store) {
    let community = nanmen();
    for (token, due) in [
        ("1", None),
        ("2", Some(70)),
        ("3", Some(50)),
        ("4", Some(70)),
    ] {
        open(&store, token, due).await;
    }
    let mut after = None;
    let mut seen = Vec::new();
    loop {
        let page = store
            .cases(&community, &CaseFilter::default(), after, 1)
            .await
            .unwrap();
        let Some(case) = page.first() else { break };
        seen.push(case.case_no);
        let due = case.place.due.unwrap_or(9_007_199_254_740_991);
        after = Some((case.place.group, due, case.case_no));
    }
    assert_eq!(seen, [3, 2, 4, 1], "by date, those without one last");
    let mine = CaseFilter {
        states: vec!["message/new".to_owned()],
        ..CaseFilter::default()
    };
    assert_eq!(
        store.cases(&community, &mine, None, 9).await.unwrap().len(),
        4
    );
    let other = CaseFilter {
        states: vec!["message/contact@grid".to_owned()],
        ..CaseFilter::default()
    };
    assert!(
        store
            .cases(&community, &other, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    let own = store
        .cases_of(&community, RESIDENT, Some(4), 2)
        .await
        .unwrap();
    assert_eq!(
        own.iter().map(|case| case.case_no).collect::<Vec<_>>(),
        [3, 2]
    );
    let (opener, kind) = (Code::literal("resident/1001"), Code::literal("message"));
    assert_eq!(
        store
            .cases_opened(&community, &opener, &kind, Instant(5))
            .await
            .unwrap(),
        4
    );
    assert_eq!(store.due_cases(&community, 501, 9).await.unwrap().len(), 4);
    assert!(
        store
            .due_cases(&community, 500, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(super) async fn photos_go_with_the_person(store: Store) {
    let community = nanmen();
    let body = [7_u8; 900];
    let digest = store
        .keep_photo(&community, &body, Instant(10))
        .await
        .unwrap();
    let lost = store
        .keep_photo(&community, b"another", Instant(10))
        .await
        .unwrap();
    let photo = CasePhoto {
        key: "photos".to_owned(),
        digest,
    };
    let kind = Code::literal("message");
    let opened = async |token, opener, resident| {
        let opened = NewCase {
            community: &community,
            kind: &kind,
            kind_body: b"{}",
            at: Instant(10),
            opener: &Code::literal(opener),
            resident: Some(resident),
            place: &place("new", 1, None),
            argument: "{}",
            texts: &[],
            photos: std::slice::from_ref(&photo),
            token,
        };
        store.open_case(&opened).await.unwrap()
    };
    let mine = opened("p-1", "resident/1001", RESIDENT).await;
    let other = opened("p-2", "resident/1002", ResidentNo(1002)).await;
    let case = store.case(&community, mine).await.unwrap().unwrap();
    assert_eq!((case.photos.len(), case.photos[0].digest), (1, digest));
    let seen = async |case_no, digest| {
        let seen = store.case_photo(&community, case_no, &digest);
        seen.await.unwrap()
    };
    assert_eq!(seen(mine, digest).await.as_deref(), Some(&body[..]));
    assert_eq!(seen(mine, lost).await, None, "of no case");
    let same = store.same_case_photos(&community, mine, 9).await.unwrap();
    assert_eq!(same, [(digest, other)]);
    // What no case has goes after a while; what one has stays.
    assert_eq!(
        store.purge_photos(&community, Instant(10)).await.unwrap(),
        0
    );
    assert_eq!(
        store.purge_photos(&community, Instant(11)).await.unwrap(),
        1
    );
    assert!(!store.photo_is_kept(&community, &lost).await.unwrap());
    // Another case has it as well: it goes from this one alone.
    let forget = async |resident| {
        let gone = store.forget_case_photos(&community, resident);
        gone.await.unwrap()
    };
    assert_eq!(forget(RESIDENT).await, 0);
    assert_eq!(seen(mine, digest).await, None);
    assert!(seen(other, digest).await.is_some());
    assert_eq!(forget(ResidentNo(1002)).await, 1);
    assert!(!store.photo_is_kept(&community, &digest).await.unwrap());
}
