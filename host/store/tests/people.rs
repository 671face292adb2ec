//! Persons, households, staff, tries, browsers, sessions and tokens: written, found, changed and gone again.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "people/access.rs"]
mod access;
#[path = "people/cases.rs"]
mod cases;
#[path = "people/found.rs"]
mod found;

use rongyi_core::book::{Applied, Book};
use rongyi_core::command::{Ask, Command, Enrol};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo, RuleSetNo};
use rongyi_core::rule::{Decision, Denial, EarnAsk, Fault, Judge, PriceAsk, Quote};
use rongyi_core::settings::{Settings, Unit};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{
    Listing, NewAccessRecord, NewStaff, ReadNote, Session, StaffChange, Store, StoreError, Subject,
};

struct Nobody;

impl Judge for Nobody {
    fn earn(&self, _: RuleSetNo, _: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        panic!("no event is decided here")
    }
    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        panic!("nothing is priced here")
    }
}

fn nanmen() -> Code {
    Code::literal("nanmen")
}

/// A store with one community of two residents in household 11.
async fn community(url: &str) -> Store {
    let store = Store::open(url, true).await.unwrap();
    let mut book = Book::empty(nanmen());
    let mut apply = |ask| {
        let command = Command {
            actor: Code::literal("system"),
            key: None,
            today: LocalDate::new(2026, 11, 1).unwrap(),
            ask,
            text: None,
            reference: None,
        };
        let applied = book.apply(&command, Instant(1), &Nobody).unwrap();
        assert!(matches!(applied, Applied::Fresh(_)));
    };
    apply(Ask::Settings(Settings {
        order_hold_days: 1,
        ..Settings::plain(Unit::Person, LocalDate::FIRST)
    }));
    for no in [1001, 1002] {
        apply(Ask::Enrol(Enrol {
            resident: ResidentNo(no),
            household: HouseholdNo(11),
            who: [0; 32],
        }));
    }
    store.write(&[book.seal().unwrap()]).await.unwrap();
    store
}

/// Everything below, on one engine after the other.
#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    everything(url).await;
}

#[tokio::test]
async fn on_postgres() {
    let cluster = rongyi_load::postgres::Cluster::start();
    everything(|name| cluster.database(name)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("carried.db").display());
    found::words_are_carried(&file, &cluster.database("carried_")).await;
}

async fn everything(url: impl Fn(&str) -> String) {
    persons_and_households(community(&url("persons")).await).await;
    staff_and_their_passwords(community(&url("staff_a")).await).await;
    sessions_end_by_themselves_or_by_hand(community(&url("session")).await).await;
    access::tries_are_taken_one_by_one(community(&url("tries_a")).await).await;
    access::browsers_and_coming_back(community(&url("browser")).await).await;
    somebody_stays_in_the_role_that_must_be_filled(community(&url("roles_a")).await).await;
    tokens_and_archives(community(&url("tokens_")).await).await;
    listings_and_readings(community(&url("readings")).await).await;
    found::words_follow_names(community(&url("found_a")).await).await;
    cases::a_step_is_written_once(community(&url("cases_a")).await).await;
    cases::lists_go_on_where_they_ended(community(&url("cases_b")).await).await;
    cases::photos_go_with_the_person(community(&url("cases_c")).await).await;
}

async fn persons_and_households(store: Store) {
    let phone = Some("13800000000");
    let id = store
        .create_person("陈桂英", phone, Instant(5))
        .await
        .unwrap();
    let person = store.person(id).await.unwrap().unwrap();
    assert_eq!((person.name.as_str(), person.pin_hash), ("陈桂英", None));
    store.set_pin(id, "$argon2id$one", true).await.unwrap();
    let (resident, salt) = (ResidentNo(1001), [7; 16]);
    store
        .link_resident(&nanmen(), resident, id, &salt)
        .await
        .unwrap();
    let person = store
        .resident_person(&nanmen(), resident)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(person.person_id, id);
    assert_eq!(person.pin_hash.as_deref(), Some("$argon2id$one"));
    assert!(person.pin_must_change);
    assert_eq!(
        store.resident_salt(&nanmen(), resident).await.unwrap(),
        Some(salt)
    );
    store.rename_person(id, "陈桂珍", None).await.unwrap();
    let listed = store.residents(&nanmen()).await.unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|row| (row.resident.0, row.household.0, row.name.as_deref()))
        .collect();
    assert_eq!(names, [(1001, 11, Some("陈桂珍")), (1002, 11, None)]);
    let same = store
        .residents_of_household(&nanmen(), HouseholdNo(11))
        .await
        .unwrap();
    assert_eq!(same, listed);
    let nobody = store
        .residents_by_phone(&nanmen(), "13800000000")
        .await
        .unwrap();
    assert!(nobody.is_empty(), "the telephone was taken away");

    let household = HouseholdNo(11);
    for name in ["陈家", "陈桂珍家"] {
        store
            .put_household(&nanmen(), household, name, "南门街 3 号")
            .await
            .unwrap();
    }
    let text = store
        .household(&nanmen(), household)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (text.name.as_str(), text.address.as_str()),
        ("陈桂珍家", "南门街 3 号")
    );

    let missing = store.set_pin(99, "x", true).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound { .. }), "{missing}");
    let elsewhere = Code::literal("elsewhere");
    let missing = store
        .put_household(&elsewhere, household, "a", "b")
        .await
        .unwrap_err();
    assert!(
        matches!(missing, StoreError::NoCommunity { .. }),
        "{missing}"
    );
    let stranger = store
        .link_resident(&nanmen(), resident, 4711, &salt)
        .await
        .unwrap_err();
    assert!(
        matches!(stranger, StoreError::Conflict { .. }),
        "{stranger}"
    );
}

async fn staff_and_their_passwords(store: Store) {
    let community = nanmen();
    let new = NewStaff {
        community: &community,
        login: "till",
        name: "李师傅",
        role: "shopkeeper",
        password_hash: "$one",
        must_change: true,
    };
    let id = store
        .add_staff(new, record_of(&community, "add"))
        .await
        .unwrap();
    let taken = store
        .add_staff(new, record_of(&community, "add"))
        .await
        .unwrap_err();
    assert!(
        matches!(&taken, StoreError::Taken { name, .. } if name == "till"),
        "{taken}"
    );
    store.set_staff_password(id, "$two", false).await.unwrap();
    let record = record_of(&community, "disable");
    let changed = store.change_staff(id, (false, "shopkeeper"), "operator", record);
    assert_eq!(changed.await.unwrap(), StaffChange::Done);
    let staff = store
        .staff_by_login(&community, "till")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(staff.password_hash, "$two");
    assert_eq!((staff.must_change, staff.active), (false, false));
    assert_eq!(store.staff(id).await.unwrap().as_ref(), Some(&staff));
    assert_eq!(store.all_staff(&community).await.unwrap(), [staff]);
    assert_eq!(
        store.staff_by_login(&community, "TILL").await.unwrap(),
        None
    );
}

async fn sessions_end_by_themselves_or_by_hand(store: Store) {
    let session = |token: u8, subject, expires_at| Session {
        token_hash: [token; 32],
        community: nanmen(),
        subject,
        created_at: Instant(0),
        last_seen_at: Instant(0),
        expires_at: Instant(expires_at),
    };
    let resident = Subject::Resident(ResidentNo(1001));
    let minute = 60_000_000;
    for (token, subject, expires_at) in [
        (1, resident, 10 * minute),
        (2, resident, 2 * minute),
        (3, Subject::Staff(1), 10 * minute),
    ] {
        store
            .create_session(&session(token, subject, expires_at))
            .await
            .unwrap();
    }
    let seen = |token: u8, now: i64| {
        let store = &store;
        async move {
            store
                .find_session(&[token; 32], Instant(now))
                .await
                .unwrap()
                .map(|session| session.last_seen_at.0)
        }
    };
    assert_eq!(seen(1, 1000).await, Some(0));
    assert_eq!(
        seen(1, minute).await,
        Some(0),
        "a second request within a minute is not noted"
    );
    assert_eq!(
        seen(1, minute + 5).await,
        Some(minute),
        "after a minute it is"
    );
    assert_eq!(seen(2, 2 * minute).await, None, "expired");
    assert_eq!(seen(9, 1).await, None, "never there");
    assert_eq!(
        store
            .delete_expired_sessions(Instant(2 * minute))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        store.delete_sessions_of(&nanmen(), resident).await.unwrap(),
        1
    );
    assert_eq!(seen(1, minute).await, None);
    store.delete_session(&[3; 32]).await.unwrap();
    store.delete_session(&[3; 32]).await.unwrap();
    assert_eq!(seen(3, minute).await, None);
}

fn record_of<'a>(community: &'a Code, what: &'a str) -> NewAccessRecord<'a> {
    NewAccessRecord {
        at: Instant(7),
        community,
        what,
        by_staff: Some(1),
        detail: "",
    }
}

async fn somebody_stays_in_the_role_that_must_be_filled(store: Store) {
    let community = nanmen();
    let add = async |login, role| {
        let new = NewStaff {
            community: &community,
            login,
            name: "某人",
            role,
            password_hash: "$one",
            must_change: false,
        };
        store
            .add_staff(new, record_of(&community, "add"))
            .await
            .unwrap()
    };
    let (one, two) = (add("one", "operator").await, add("two", "operator").await);
    let other = add("other", "shopkeeper").await;
    let change = async |id, active, role| {
        let record = record_of(&community, "role");
        store
            .change_staff(id, (active, role), "operator", record)
            .await
            .unwrap()
    };
    assert_eq!(change(other, true, "reviewer").await, StaffChange::Done);
    assert_eq!(change(other, true, "reviewer").await, StaffChange::Same);
    // At the same time, each takes the other's.
    let (first, second) = tokio::join!(change(one, false, "operator"), change(two, true, "leader"));
    let mut both = [first, second];
    both.sort_by_key(|outcome| format!("{outcome:?}"));
    assert_eq!(both, [StaffChange::Done, StaffChange::Last]);
    let left = if first == StaffChange::Last { one } else { two };
    assert_eq!(change(left, false, "operator").await, StaffChange::Last);
    assert_eq!(change(left, true, "shopkeeper").await, StaffChange::Last);
    assert_eq!(change(other, true, "operator").await, StaffChange::Done);
    assert_eq!(change(left, true, "shopkeeper").await, StaffChange::Done);
}

async fn tokens_and_archives(store: Store) {
    let id = store
        .add_token(&nanmen(), "分类秤", &[8; 32], "events", Instant(3))
        .await
        .unwrap();
    let token = store.token_by_hash(&[8; 32]).await.unwrap().unwrap();
    assert_eq!((token.token_id, token.scope.as_str()), (id, "events"));
    store.revoke_token(id, Instant(4)).await.unwrap();
    store.revoke_token(id, Instant(9)).await.unwrap();
    assert_eq!(store.token_by_hash(&[8; 32]).await.unwrap(), None);
    let all = store.tokens(&nanmen()).await.unwrap();
    assert_eq!(
        all[0].revoked_at,
        Some(Instant(4)),
        "the first revocation stands"
    );

    let digest = [6; 32];
    assert_eq!(store.component(&digest).await.unwrap(), None);
    for _ in 0..2 {
        store.put_component(&digest, b"\0asm").await.unwrap();
        store.put_params(&digest, "{\"a\":1}").await.unwrap();
    }
    assert_eq!(
        store.component(&digest).await.unwrap().as_deref(),
        Some(&b"\0asm"[..])
    );
    assert_eq!(
        store.params(&digest).await.unwrap().as_deref(),
        Some("{\"a\":1}")
    );
}

async fn listings_and_readings(store: Store) {
    let id = store
        .create_person("陈桂英", None, Instant(5))
        .await
        .unwrap();
    let resident = ResidentNo(1001);
    let public = async || store.public_name(&nanmen(), resident).await.unwrap();
    assert_eq!(public().await, None, "nobody is that resident yet");
    let early = store.set_listing(&nanmen(), resident, Listing::Named).await;
    assert!(
        matches!(early, Err(StoreError::NotFound { .. })),
        "{early:?}"
    );
    store
        .link_resident(&nanmen(), resident, id, &[7; 16])
        .await
        .unwrap();
    let listed = public().await.unwrap();
    assert_eq!(listed.name, "陈桂英");
    assert_eq!((listed.listing, listed.minor), (Listing::Masked, false));
    for listing in [Listing::Named, Listing::Hidden, Listing::Masked] {
        store
            .set_listing(&nanmen(), resident, listing)
            .await
            .unwrap();
        assert_eq!(public().await.unwrap().listing, listing);
    }
    store.set_minor(id, true).await.unwrap();
    assert!(public().await.unwrap().minor);

    const HOUR: i64 = 3_600_000_000;
    let note = |reader: &'static str, kind: &str, at: i64, reads: u64| ReadNote {
        community: nanmen(),
        resident,
        reader: Code::literal(reader),
        kind: kind.to_owned(),
        door: "page".to_owned(),
        at: Instant(at),
        reads,
    };
    let notes = [
        note("staff/1", "balance", 5 * HOUR, 1),
        note("staff/1", "balance", 5 * HOUR + 9, 2),
        note("staff/1", "passbook", 5 * HOUR + 9, 1),
        note("token/2", "balance", 6 * HOUR, 1),
    ];
    store.note_reads(&notes).await.unwrap();
    let lines = async || {
        let lines = store.reads_of(&nanmen(), resident, 10).await.unwrap();
        let line = |read: rongyi_store::ReadLine| {
            (
                read.reader.to_string(),
                read.kind,
                read.last_at.0,
                read.reads,
            )
        };
        lines.into_iter().map(line).collect::<Vec<_>>()
    };
    let expected = [
        ("token/2".to_owned(), "balance".to_owned(), 6 * HOUR, 1),
        ("staff/1".to_owned(), "balance".to_owned(), 5 * HOUR + 9, 3),
        ("staff/1".to_owned(), "passbook".to_owned(), 5 * HOUR + 9, 1),
    ];
    assert_eq!(lines().await, expected);
    let other = store.reads_of(&nanmen(), ResidentNo(1002), 10).await;
    assert_eq!(other.unwrap(), []);
    assert_eq!(store.purge_reads(Instant(6 * HOUR)).await.unwrap(), 2);
    assert_eq!(lines().await, expected[..1]);
    assert_eq!(store.forget_reads(&nanmen(), resident).await.unwrap(), 1);
    assert!(lines().await.is_empty());
}
