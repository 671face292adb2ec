//! Signing in, and proving it once more before a PIN is changed. What was typed becomes its one canonical form first,
//! then the account is found, then a try is taken, and only then is the PIN compared: wrong ones are counted for the
//! account, whatever they looked like and however many came at once.
//!
//! | who tries | what is counted |
//! | --- | --- |
//! | in a browser that this account signed in with before | that browser's own tries, and nothing else |
//! | in any other, when the office helped this account just now | the account's |
//! | in any other | the account's, the community's, and those of the line it comes from |
//! | at an account nobody has | the same, with one of a fixed number of counters for the account |

use std::net::IpAddr;

use rongyi_core::book::Loaded;
use rongyi_core::chain::Hash;
use rongyi_core::command::Need;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::member::Departure;
use rongyi_core::time::Instant;
use rongyi_core::typed;
use rongyi_store::{NewAccessRecord, NewSession, Store, StoreError, Subject, TryKey, Whose};

use super::delay::Flood;
use super::recovery::Deed;
use super::secret::{Vault, new_token, token_hash};
use super::session::{SignedIn, new_session};
use super::{AccessError, Door, delay};

/// The longest number or login that is looked at, in bytes.
const NUMBER_BYTES_MAX: usize = 96;
/// The longest PIN or password that is looked at, in bytes.
const SECRET_BYTES_MAX: usize = 256;
/// For how long somebody whom the office helped is let past the budgets of all: two hours.
const HELPED_LATELY: i64 = 2 * 3_600_000_000;
/// Of what was done to an account, the newest that are looked at for that.
const RECORDS_LOOKED_AT: u32 = 8;
/// A browser in which nobody signed in for so long is no longer known.
pub const BROWSERS_KEPT: i64 = 400 * 86_400_000_000;

/// What a sign-in needs.
#[derive(Clone, Copy)]
pub struct SignInDesk<'a> {
    /// Accounts, tries and sessions.
    pub store: &'a Store,
    /// Where PINs are compared.
    pub vault: &'a Vault,
    /// The budget of each line.
    pub flood: &'a Flood,
}

/// What was typed.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// Resident number or login.
    pub number: &'a str,
    /// PIN or password.
    pub secret: &'a str,
}

/// From where it comes.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The address, where the server was told it.
    pub address: Option<IpAddr>,
    /// The browser's own words, which it keeps for long: one for each account that signed in with it, so that several
    /// people can share a telephone. An account is known by a word that this host made for it and never by one that
    /// the browser brought along, which somebody else may know.
    pub word: Option<String>,
    /// The token of the session it has.
    pub session: Option<String>,
    /// What the browser is called; see [`program_of`].
    pub program: String,
}

/// Somebody is in.
#[derive(Debug)]
pub struct Entered {
    /// The token for the session's cookie.
    pub token: String,
    /// The browser's own words from now on.
    pub word: String,
}

/// An account at the door: what its typed secret is compared with.
struct Account {
    whose: Whose,
    subject: Subject,
    stored: Option<String>,
}

/// The one form of a number or login: what the account is found by, and its counter where there is no account.
fn canonical(door: Door, number: &str) -> Option<String> {
    if number.len() > NUMBER_BYTES_MAX {
        return None;
    }
    match door {
        Door::Resident => typed::number(number).map(|number| number.to_string()),
        Door::Staff => Some(typed::canonical(number).to_lowercase()),
    }
}

async fn account(
    store: &Store,
    community: &Code,
    door: Door,
    name: &str,
) -> Result<Option<Account>, AccessError> {
    match door {
        Door::Resident => {
            let Some(resident) = name.parse().ok().map(ResidentNo) else {
                return Ok(None);
            };
            let person = store.resident_person(community, resident).await?;
            let gone = is_gone(store, community, resident).await?;
            let person = person.filter(|_| !gone);
            Ok(person.map(|person| Account {
                whose: Whose::Person(person.person_id),
                subject: Subject::Resident(resident),
                stored: person.pin_hash,
            }))
        }
        Door::Staff => {
            let staff = store.staff_by_login(community, name).await?;
            Ok(staff.filter(|staff| staff.active).map(|staff| Account {
                whose: Whose::Staff(staff.staff_id),
                subject: Subject::Staff(staff.staff_id),
                stored: Some(staff.password_hash),
            }))
        }
    }
}

/// Whether nobody signs in with this number any more: its holder died, or goes on under another one.
async fn is_gone(
    store: &Store,
    community: &Code,
    resident: ResidentNo,
) -> Result<bool, AccessError> {
    let loaded = store.load(community, &[Need::Resident(resident)]).await?;
    let Some(Loaded::Resident(_, Some(member))) = loaded.into_iter().next() else {
        return Ok(false);
    };
    let how = member.left.map(|left| left.how);
    Ok(matches!(how, Some(Departure::Died | Departure::Same(_))))
}

/// The form in which a PIN is compared: digits as they are on the card, however they were typed. A password stays as
/// it is. What is too long is nobody's.
pub(super) fn secret_of(whose: Whose, typed: &str) -> Option<String> {
    if typed.len() > SECRET_BYTES_MAX {
        return None;
    }
    let digits = match whose {
        Whose::Person(_) => typed::digits(typed),
        Whose::Staff(_) => None,
    };
    Some(digits.unwrap_or_else(|| typed.to_owned()))
}

/// What the database keeps of a browser's word: for each account another, so that nobody reads from it who shares a
/// telephone.
fn browser_hash(word: &str, whose: Whose) -> Hash {
    token_hash(&format!("{word} {whose:?}"))
}

fn is_word(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Words that a browser keeps at most; the one not used for longest goes first.
const WORDS_MAX: usize = 4;

/// The words of a browser, the one used last at the end.
fn words(origin: &Origin) -> Vec<&str> {
    let all = origin.word.as_deref().unwrap_or_default().split('.');
    all.filter(|word| is_word(word)).take(WORDS_MAX).collect()
}

/// The browser's number and word, when this account signed in with it before.
///
/// # Errors
/// What the database said.
pub async fn known_browser<'o>(
    store: &Store,
    whose: Whose,
    origin: &'o Origin,
) -> Result<Option<(i64, &'o str)>, StoreError> {
    for word in words(origin) {
        let found = store
            .known_browser(whose, &browser_hash(word, whose))
            .await?;
        if let Some(browser) = found {
            return Ok(Some((browser, word)));
        }
    }
    Ok(None)
}

async fn known(store: &Store, whose: Whose, origin: &Origin) -> Result<Option<i64>, AccessError> {
    let found = known_browser(store, whose, origin).await?;
    Ok(found.map(|(browser, _)| browser))
}

/// Whether the office set this account's secret anew or unlocked it just now: whoever stands there with the slip is not
/// kept out because somebody else is guessing. What is counted for the account itself stays.
async fn helped_lately(store: &Store, whose: Whose, now: Instant) -> Result<bool, AccessError> {
    let records = store.access_records(whose, RECORDS_LOOKED_AT).await?;
    Ok(records.iter().any(|record| {
        let deed = Deed::from_word(&record.what);
        let fresh = (0..HELPED_LATELY).contains(&now.0.saturating_sub(record.at.0));
        fresh && matches!(deed, Some(Deed::Secret | Deed::Unlock))
    }))
}

/// Signs somebody in. An unknown number and a wrong PIN give the same answer after the same time.
///
/// # Errors
/// [`AccessError::Wrong`], [`AccessError::Delayed`], [`AccessError::Locked`], [`AccessError::Guarded`],
/// [`AccessError::Flooded`] or what the database said.
pub async fn sign_in(
    desk: SignInDesk<'_>,
    (community, door): (&Code, Door),
    given: Credentials<'_>,
    origin: &Origin,
    now: Instant,
) -> Result<Entered, AccessError> {
    let name = canonical(door, given.number);
    let found = match &name {
        Some(name) => account(desk.store, community, door, name).await?,
        None => None,
    };
    let browser = match &found {
        Some(found) => known(desk.store, found.whose, origin).await?,
        None => None,
    };
    let helped = match (browser, &found) {
        (None, Some(found)) => helped_lately(desk.store, found.whose, now).await?,
        (Some(_) | None, _) => false,
    };
    let keys = match (browser, &found) {
        (Some(browser), _) => vec![delay::browser(browser)],
        (None, Some(found)) if helped => vec![delay::account(found.whose)],
        (None, Some(found)) => {
            vec![
                delay::account(found.whose),
                delay::community(community, door),
            ]
        }
        (None, None) => {
            // What is no number at all has no counter: those who type one would wait for each other.
            let nobody = name.map(|name| delay::nobody(desk.vault, community, door, &name));
            let all = nobody
                .into_iter()
                .chain([delay::community(community, door)]);
            all.collect()
        }
    };
    let line = origin.address.filter(|_| browser.is_none() && !helped);
    if line.is_some_and(|line| !desk.flood.takes(door, line, now)) {
        return Err(AccessError::Flooded);
    }
    let stored = found.as_ref().and_then(|account| account.stored.clone());
    let secret = match &found {
        Some(found) => secret_of(found.whose, given.secret),
        None => Some(given.secret.chars().take(SECRET_BYTES_MAX / 4).collect()),
    };
    let proved = attempt((desk.store, desk.vault), &keys, (secret, stored), now).await?;
    let (Some(account), Some(proved)) = (found, proved) else {
        return Err(AccessError::Wrong);
    };
    let whom = (account.whose, account.subject, &*proved);
    let entered = enter(desk.store, community, whom, (origin, &keys), now).await?;
    if let Some(line) = line {
        desk.flood.gives_back(door, line, now);
    }
    Ok(entered)
}

/// Takes a try of each key and compares; the place to hash comes first, so that tries that are taken and not yet known
/// to be right are never more than places. Answers the stored hash that it was right for: by the time it is known,
/// the account may have another one, and whoever goes on asks the store to look.
async fn attempt(
    (store, vault): (&Store, &Vault),
    keys: &[TryKey],
    (secret, stored): (Option<String>, Option<String>),
    now: Instant,
) -> Result<Option<String>, AccessError> {
    // Who is refused anyway costs a look and no write.
    if let Some(refused) = store.peek_tries(keys, now).await? {
        return Err(delay::told(refused, now));
    }
    let place = vault.place().await.ok_or(AccessError::Wrong)?;
    if let Some(refused) = store.take_tries(keys, now).await? {
        if refused.scope == "community" {
            tracing::warn!(counter = %keys.last().map_or("", |key| &key.subject), "so many wrong PINs that unknown browsers have to wait: somebody may be guessing");
        }
        return Err(delay::told(refused, now));
    }
    let stored = stored.filter(|_| secret.is_some());
    let right = place
        .matches(secret.unwrap_or_default(), stored.clone())
        .await;
    Ok(stored.filter(|_| right))
}

/// Begins the session: the browser is known from now on, and what it had before ends.
async fn enter(
    store: &Store,
    community: &Code,
    (whose, subject, proved): (Whose, Subject, &str),
    (origin, given_back): (&Origin, &[TryKey]),
    now: Instant,
) -> Result<Entered, AccessError> {
    let word = match known_browser(store, whose, origin).await? {
        Some((_, word)) => word.to_owned(),
        None => new_token().0,
    };
    let mut kept = words(origin);
    kept.retain(|earlier| *earlier != word);
    kept.push(&word);
    let kept = &kept[kept.len().saturating_sub(WORDS_MAX)..];
    let (token, session) = new_session(community, subject, now);
    let new = NewSession {
        session,
        whose,
        browser: (browser_hash(&word, whose), &origin.program),
        proved,
        ends: origin.session.as_deref().map(token_hash),
        given_back,
    };
    if !store.begin_session(&new).await? {
        return Err(AccessError::Wrong);
    }
    let word = kept.join(".");
    Ok(Entered { token, word })
}

/// Replaces the PIN or password of somebody who is signed in and knows the present one. Everything else that was
/// signed in with it, in whichever community, ends; this browser gets a fresh session.
///
/// # Errors
/// As [`confirm`].
pub async fn change_secret(
    desk: SignInDesk<'_>,
    community: &Code,
    (who, origin): (&SignedIn, &Origin),
    (current, new): (&str, &str),
    now: Instant,
) -> Result<Entered, AccessError> {
    let proved = confirm(desk, (who, origin), current, now).await?;
    let whose = who.whose();
    let new = secret_of(whose, new).ok_or(AccessError::Wrong)?;
    let hash = desk.vault.hash(new).await.ok_or(AccessError::Wrong)?;
    let but = origin.session.as_deref().map(token_hash);
    // Who works here is sealed, so a changed password of theirs must have its reason.
    let record = match who {
        SignedIn::Staff(member) => Some(NewAccessRecord {
            at: now,
            community,
            what: Deed::Own.word(),
            by_staff: Some(member.staff_id),
            detail: "",
        }),
        SignedIn::Resident(_) => None,
    };
    let to = (Some(&*proved), (&*hash, false));
    let changed = desk
        .store
        .change_secret(whose, to, but.as_ref(), record)
        .await?;
    // The office set it anew in this very moment: what was known is known no more.
    if !changed {
        return Err(AccessError::Wrong);
    }
    enter(
        desk.store,
        community,
        (whose, who.subject(), &hash),
        (origin, &[]),
        now,
    )
    .await
}

/// Whether somebody who is signed in knows the present PIN or password, before something that can't be undone.
/// Wrong tries count as they do at the door, and others' do not keep them from it. Answers the stored hash that it was
/// right for.
///
/// # Errors
/// [`AccessError::Wrong`], [`AccessError::Delayed`], [`AccessError::Locked`] or what the database said.
pub async fn confirm(
    desk: SignInDesk<'_>,
    (who, origin): (&SignedIn, &Origin),
    current: &str,
    now: Instant,
) -> Result<String, AccessError> {
    let stored = match who {
        SignedIn::Resident(resident) => {
            let person = desk.store.person(resident.person_id).await?;
            person.and_then(|person| person.pin_hash)
        }
        SignedIn::Staff(member) => {
            let staff = desk.store.staff(member.staff_id).await?;
            Some(staff.ok_or(AccessError::StaffSignInNeeded)?.password_hash)
        }
    };
    let whose = who.whose();
    let key = match known(desk.store, whose, origin).await? {
        Some(browser) => delay::browser(browser),
        None => delay::account(whose),
    };
    let keys = [key];
    let secret = secret_of(whose, current);
    let proved = attempt((desk.store, desk.vault), &keys, (secret, stored), now).await?;
    let proved = proved.ok_or(AccessError::Wrong)?;
    desk.store.give_back_tries(&keys).await?;
    Ok(proved)
}

/// What a browser is called, in a few words of ours: nothing that it says about itself is kept.
pub fn program_of(user_agent: &str) -> String {
    let first = |words: &[(&'static str, &'static str)], other: &'static str| {
        let found = words.iter().find(|(word, _)| user_agent.contains(word));
        found.map_or(other, |(_, name)| *name)
    };
    let program = first(
        &[
            ("MicroMessenger", "微信 WeChat"),
            ("HuaweiBrowser", "华为 Huawei"),
            ("MiuiBrowser", "小米 Xiaomi"),
            ("QQBrowser", "QQ"),
            ("UCBrowser", "UC"),
            ("Edg", "Edge"),
            ("Firefox", "Firefox"),
            ("Chrome", "Chrome"),
            ("Safari", "Safari"),
        ],
        "浏览器 browser",
    );
    let system = first(
        &[
            ("OpenHarmony", "HarmonyOS"),
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Macintosh", "Mac"),
            ("Linux", "Linux"),
        ],
        "",
    );
    match system {
        "" => program.to_owned(),
        system => format!("{program} · {system}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_the_card_says_however_it_was_typed() {
        let of = |number: &str| canonical(Door::Resident, number);
        for habit in [
            "1001",
            " 1001",
            "１００１",
            "10-01",
            "0001001",
            "1\u{200b}001",
        ] {
            assert_eq!(of(habit).as_deref(), Some("1001"), "{habit:?}");
        }
        for none in [
            "+1001",
            "-1001",
            "1e3",
            "",
            "00000001001",
            &"1".repeat(1_000_000),
        ] {
            assert_eq!(of(none), None);
        }
        let login = |text: &str| canonical(Door::Staff, text);
        for habit in ["wang", " Wang ", "ＷＡＮＧ", "wa\u{200b}ng"] {
            assert_eq!(login(habit).as_deref(), Some("wang"), "{habit:?}");
        }
        assert_eq!(login(&"w".repeat(1_000_000)), None);
        let pin = |typed: &str| secret_of(Whose::Person(1), typed);
        assert_eq!(pin("４０２７ 16").as_deref(), Some("402716"));
        assert_eq!(pin(&"4".repeat(1000)), None);
        assert_eq!(secret_of(Whose::Staff(1), "a b").as_deref(), Some("a b"));
    }

    #[test]
    fn a_browser_is_called_by_words_of_ours() {
        let pixel = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36";
        assert_eq!(program_of(pixel), "Chrome · Android");
        assert_eq!(program_of("\u{1b}[31m<script>"), "浏览器 browser");
        let longest = "MicroMessenger OpenHarmony";
        assert!(program_of(longest).len() <= 60);
    }
}
