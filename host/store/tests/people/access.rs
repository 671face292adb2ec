//! Coming in and coming back: tries, browsers, what a new PIN ends, and the record of who let whom in.

use rongyi_core::ids::ResidentNo;
use rongyi_core::time::Instant;
use rongyi_store::{NewSession, Pace, Session, Store, Subject, TryKey, Whose};

use super::{nanmen, record_of};

const SECOND: i64 = 1_000_000;

fn growing(scope: &'static str, subject: &str) -> TryKey {
    let pace = Pace::Growing {
        free: 3,
        wait_max_us: 900 * SECOND,
        tries_max: 20,
    };
    let subject = subject.to_owned();
    TryKey {
        scope,
        subject,
        pace,
    }
}

fn steady(subject: &str) -> TryKey {
    let pace = Pace::Steady {
        every_us: 60 * SECOND,
        burst: 5,
    };
    let subject = subject.to_owned();
    TryKey {
        scope: "community",
        subject,
        pace,
    }
}

/// Each try is taken before anybody knows whether it was right: a hundred at once are never more than are allowed.
pub(super) async fn tries_are_taken_one_by_one(store: Store) {
    let store = std::sync::Arc::new(store);
    let both = [growing("person", "1"), steady("nanmen")];
    let crowd = (0..100).map(|_| {
        let (store, both) = (std::sync::Arc::clone(&store), both.clone());
        tokio::spawn(async move { store.take_tries(&both, Instant(0)).await.unwrap() })
    });
    let mut let_through = 0;
    for one in crowd.collect::<Vec<_>>() {
        match one.await.unwrap() {
            None => let_through += 1,
            Some(refused) => {
                assert_eq!(refused.scope, "person");
                assert_eq!(refused.until, Some(Instant(2 * SECOND)));
            }
        }
    }
    assert_eq!(let_through, 3);
    let take = async |key: &TryKey, now: i64| {
        let keys = std::slice::from_ref(key);
        let peeked = store.peek_tries(keys, Instant(now)).await.unwrap();
        let taken = store.take_tries(keys, Instant(now)).await.unwrap();
        assert_eq!(peeked, taken, "who looks first sees what would be answered");
        taken.map(|refused| refused.until.map(|until| until.0 / SECOND))
    };
    // The pauses double up to the longest, and in the end only somebody who clears them lets anybody in again.
    let mut now = 2 * SECOND;
    for wait in [4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        assert_eq!(take(&both[0], now).await, None);
        assert_eq!(take(&both[0], now).await, Some(Some(now / SECOND + wait)));
        now += wait * SECOND;
    }
    for _ in 0..6 {
        assert_eq!(take(&both[0], now).await, None);
        now += 900 * SECOND;
    }
    assert_eq!(take(&both[0], now).await, Some(None));
    // A clock that ran ahead and was put right makes nobody wait longer than the longest pause.
    assert_eq!(
        take(&growing("staff", "1"), 10_000_000 * SECOND).await,
        None
    );
    for _ in 0..2 {
        take(&growing("staff", "1"), 10_000_000 * SECOND).await;
    }
    assert_eq!(take(&growing("staff", "1"), 0).await, None);
    // Three of the five were spent above; what was refused for the other's sake cost nothing.
    assert_eq!(take(&both[1], 0).await, None);
    assert_eq!(take(&both[1], 0).await, None);
    assert_eq!(take(&both[1], 0).await, Some(Some(60)));
    store.give_back_tries(&both).await.unwrap();
    assert_eq!(take(&both[1], 0).await, None);
    assert_eq!(take(&both[1], 59 * SECOND).await, Some(Some(60)));
    assert_eq!(take(&both[1], 60 * SECOND).await, None);
    assert_eq!(take(&both[0], now).await, None, "cleared");
    let gone = store.purge_access(Instant(now), Instant(0), Instant(0));
    assert!(gone.await.unwrap().0 >= 2);
}

#[expect(clippy::too_many_lines, reason = "one life of a browser, in its order")]
pub(super) async fn browsers_and_coming_back(store: Store) {
    let community = nanmen();
    let person = store
        .create_person("陈桂英", None, Instant(5))
        .await
        .unwrap();
    let whose = Whose::Person(person);
    for resident in [1001, 1002] {
        let link = store.link_resident(&community, ResidentNo(resident), person, &[1; 16]);
        link.await.unwrap();
    }
    store.set_pin(person, "$one", false).await.unwrap();
    let proved = std::cell::Cell::new("$one");
    let try_to = async |token: u8, resident: u32, browser: u8, ends: Option<u8>| {
        let session = Session {
            token_hash: [token; 32],
            community: nanmen(),
            subject: Subject::Resident(ResidentNo(resident)),
            created_at: Instant(i64::from(token)),
            last_seen_at: Instant(0),
            expires_at: Instant(1000),
        };
        let new = NewSession {
            session,
            whose,
            browser: ([browser; 32], "Chrome · Android"),
            proved: proved.get(),
            ends: ends.map(|ended| [ended; 32]),
            given_back: &[growing("person", &person.to_string())],
        };
        store.begin_session(&new).await.unwrap()
    };
    let begin = async |token, resident, browser, ends| {
        assert!(try_to(token, resident, browser, ends).await);
    };
    let there = async |token: u8| {
        let found = store.find_session(&[token; 32], Instant(1)).await.unwrap();
        found.is_some()
    };
    begin(1, 1001, 1, None).await;
    begin(2, 1001, 1, None).await;
    assert!(
        !there(1).await && there(2).await,
        "one session for a browser"
    );
    begin(3, 1002, 2, Some(2)).await;
    assert!(!there(2).await, "the one that the browser had");
    begin(4, 1001, 1, None).await;
    begin(5, 1001, 3, None).await;
    let browsers = store.browsers(whose, Instant(1)).await.unwrap();
    let list: Vec<_> = browsers
        .iter()
        .map(|browser| (browser.seen_at.0, browser.sessions))
        .collect();
    assert_eq!(list, [(5, 1), (4, 1), (3, 1)]);
    let stranger = Whose::Staff(person);
    assert!(
        !store
            .end_browser(stranger, browsers[0].browser_id)
            .await
            .unwrap()
    );
    assert!(
        store
            .end_browser(whose, browsers[0].browser_id)
            .await
            .unwrap()
    );
    assert!(!there(5).await && there(4).await && there(3).await);
    assert_eq!(store.known_browser(whose, &[3; 32]).await.unwrap(), None);
    assert!(
        store
            .known_browser(whose, &[1; 32])
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(store.known_browser(stranger, &[1; 32]).await.unwrap(), None);

    // A new PIN ends what stands open under the other number of the same person too.
    let key = [growing("person", &person.to_string())];
    for _ in 0..3 {
        store.take_tries(&key, Instant(0)).await.unwrap();
    }
    // Whoever compared with a hash of before changes nothing.
    let changed = store.change_secret(whose, (Some("$zero"), ("$own", false)), None, None);
    assert!(!changed.await.unwrap());
    assert!(there(4).await && there(3).await);
    let to = (Some("$one"), ("$two", false));
    let changed = store.change_secret(whose, to, Some(&[4; 32]), None);
    assert!(changed.await.unwrap());
    // And is not let in either: nothing begins, nothing ends, no browser is known, no try comes back.
    store.take_tries(&key, Instant(0)).await.unwrap();
    assert!(!try_to(9, 1001, 9, Some(4)).await);
    assert!(!there(9).await);
    assert_eq!(store.known_browser(whose, &[9; 32]).await.unwrap(), None);
    proved.set("$two");
    assert!(there(4).await && !there(3).await);
    assert_eq!(store.browsers(whose, Instant(1)).await.unwrap().len(), 1);
    assert_eq!(store.peek_tries(&key, Instant(0)).await.unwrap(), None);
    let record = record_of(&community, "secret");
    let changed = store.change_secret(whose, (None, ("$three", true)), None, Some(record));
    assert!(changed.await.unwrap());
    proved.set("$three");
    assert!(!there(4).await);
    assert!(store.browsers(whose, Instant(1)).await.unwrap().is_empty());
    let found = store.person(person).await.unwrap().unwrap();
    assert_eq!(
        (found.pin_hash.as_deref(), found.pin_must_change),
        (Some("$three"), true)
    );
    store
        .unlock(whose, record_of(&community, "unlock"))
        .await
        .unwrap();
    let records = store.access_records(whose, 10).await.unwrap();
    let whats: Vec<_> = records.iter().map(|record| record.what.as_str()).collect();
    assert_eq!(whats, ["unlock", "secret"]);
    assert_eq!(
        store.access_records_in(&community, 10).await.unwrap(),
        records
    );
    assert_eq!(store.access_told(person).await.unwrap(), 0);
    let newest = records[0].record_id;
    store.set_access_told(person, newest).await.unwrap();
    store.set_access_told(person, newest - 1).await.unwrap();
    assert_eq!(store.access_told(person).await.unwrap(), newest);
    // Old browsers go, and no more than twenty are kept.
    for browser in 10..40 {
        begin(browser, 1001, browser, None).await;
    }
    let kept = store.browsers(whose, Instant(1)).await.unwrap();
    assert_eq!((kept.len(), kept[19].seen_at.0), (20, 20));
    assert!(!there(19).await && there(20).await);
    let gone = store.purge_access(Instant(0), Instant(29), Instant(1000));
    assert_eq!(gone.await.unwrap(), (0, 10, 20));
    store.forget_access(whose).await.unwrap();
    assert!(store.browsers(whose, Instant(1)).await.unwrap().is_empty());
}
