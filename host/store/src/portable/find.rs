//! Finding residents: the words of `rongyi-names` are kept beside the names they are made of, in the same transaction, and
//! looked up by their beginnings. What is erased has no words, so it is found by nothing.
//!
//! A word of a question becomes the numbers of residents and of households that it finds, each set in one row of one
//! statement; sets are intersected here, and only the best hits are read whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_names::{Asked, Way, Word};

use super::forms::narrow;
use super::lists::{self, by_index, each_number, each_text, looked_up};
use super::{Connection, Own, community, statements};
use crate::error::{StoreError, corrupt};
use crate::model::{Found, FoundResident};

statements! {
    // What, way, whether the word is the whole of what was asked, number: `1001096`. The nearest are the shortest words,
    // which stand first.
    FOUND = concat!("SELECT string_agg(page.hit, ',') FROM (SELECT CAST(w.what AS TEXT) || CAST(w.way AS TEXT) || \
        CASE WHEN w.word = $2 THEN '1' ELSE '0' END || CAST(w.no AS TEXT) AS hit FROM find_word AS w \
        WHERE w.community_id = ", community!(), " AND w.word >= $2 AND w.word < $3 ORDER BY w.word LIMIT $4) AS page");
    HOMES = concat!("SELECT string_agg(CAST(r.resident AS TEXT) || ' ' || CAST(r.household AS TEXT), ',') FROM ",
        each_number!(), looked_up!("resident", "r", "r.community_id = ", community!(), " AND r.resident = j.value"));
    MEMBERS = concat!("SELECT string_agg(CAST(r.resident AS TEXT) || ' ' || CAST(r.household AS TEXT), ',') FROM ",
        each_number!(), looked_up!("resident", "r", "r.community_id = ", community!(), " AND r.household = j.value"));
    // Who has no word was erased.
    SHOWN = concat!("SELECT l.resident, p.name, p.phone FROM ", each_number!(),
        looked_up!("person_of_resident", "l", "l.community_id = ", community!(), " AND l.resident = j.value"),
        looked_up!("person", "p", "p.person_id = l.person_id"),
        " WHERE EXISTS (SELECT 1 FROM find_word AS w WHERE w.community_id = ", community!(),
        " AND w.what = 1 AND w.no = l.resident)");
    SHOWN_HOMES = concat!("SELECT h.household, h.name, h.address FROM ", each_number!(),
        looked_up!("household_text", "h", "h.community_id = ", community!(), " AND h.household = j.value"));
    CLEAR = concat!("DELETE FROM find_word ", by_index!("find_word_of"), " WHERE community_id = $1 AND what = $2 AND no = $3");
    PUT = concat!("INSERT INTO find_word (community_id, word, what, no, way) \
        SELECT c.community_id, substr(j.value, 2), CAST($3 AS SMALLINT), CAST($4 AS BIGINT), \
        CAST(substr(j.value, 1, 1) AS SMALLINT) FROM ", each_text!("$2"),
        " CROSS JOIN community AS c WHERE c.community_id = $1");
    NUMBER_OF = "SELECT CAST(community_id AS BIGINT) FROM community WHERE code = $1";
    PLACES = "SELECT CAST(l.community_id AS BIGINT), l.resident, p.name, p.phone FROM person_of_resident AS l \
        JOIN person AS p ON p.person_id = l.person_id WHERE l.person_id = $1 ORDER BY l.community_id, l.resident";
    TO_FILL = "SELECT CAST(community_id AS BIGINT) FROM find_fill ORDER BY community_id";
    // Whoever fills holds the line, on every engine: two programs that open at once follow each other.
    HOLD_FILL = "UPDATE find_fill SET after = after WHERE community_id = $1 RETURNING CAST(what AS BIGINT), after";
    ON_WITH_FILL = "UPDATE find_fill SET what = $2, after = $3 WHERE community_id = $1";
    END_FILL = "DELETE FROM find_fill WHERE community_id = $1";
    // Whose salt is gone was erased.
    OLD_PEOPLE = "SELECT l.resident, p.name, p.phone, l.salt FROM person_of_resident AS l \
        JOIN person AS p ON p.person_id = l.person_id \
        WHERE l.community_id = $1 AND l.resident > $2 ORDER BY l.resident LIMIT $3";
    OLD_HOUSEHOLDS = "SELECT household, name, address FROM household_text \
        WHERE community_id = $1 AND household > $2 ORDER BY household LIMIT $3";
}

/// What a word finds.
const RESIDENT: i16 = 1;
const HOUSEHOLD: i16 = 2;
/// Numbers that one word of several may find: as many as the largest communities have residents.
const HITS_MAX: i64 = 40_000;
/// Of a word that stands alone only the nearest are looked at.
const HITS_ALONE: i64 = 2_000;
/// Hits read whole at once.
const SHOWN_CHUNK: usize = 40;
/// Residents or households whose words are made in one transaction.
const FILL_CHUNK: i64 = 500;
/// After every word that begins so.
const LAST: char = '\u{10ffff}';

/// How near a hit is: by its number, its whole name, the beginning of it, …
type Rank = u16;
const BY_NUMBER: Rank = 0;
const BY_WHOLE_NAME: Rank = 1;
const BY_HOUSEHOLD_NUMBER: Rank = 9;

fn rank(way: Way, whole: bool) -> Rank {
    match way {
        Way::Name if whole => BY_WHOLE_NAME,
        Way::Name => 2,
        Way::Sound if whole => 2,
        Way::Sound => 3,
        Way::Part => 4,
        Way::PartSound => 5,
        Way::Telephone => 6,
        Way::Address if whole => 7,
        Way::Household => 7,
        Way::Address => 8,
    }
}

/// What one word of a question finds, each with its nearest rank.
#[derive(Default)]
struct Hits {
    residents: HashMap<u32, Rank>,
    households: HashMap<u32, Rank>,
}

impl Hits {
    fn add(all: &mut HashMap<u32, Rank>, no: u32, rank: Rank) {
        let known = all.entry(no).or_insert(rank);
        *known = (*known).min(rank);
    }

    /// How near somebody is by this word; `None` when it does not find them.
    fn of(&self, resident: u32, household: u32) -> Option<Rank> {
        let by_name = self.residents.get(&resident);
        let by_home = self.households.get(&household);
        by_name.into_iter().chain(by_home).min().copied()
    }

    /// What it costs to begin with this word: a household has several members.
    fn size(&self) -> usize {
        let homes = self.households.len().saturating_mul(3);
        self.residents.len().saturating_add(homes)
    }
}

/// `1001096` is resident 1096 by the whole name.
fn read_hit(hits: &mut Hits, text: &str) -> Option<()> {
    let (head, no) = text.split_at_checked(3)?;
    let [what, way, whole] = head.as_bytes() else {
        return None;
    };
    let way = Way::of_digit(way.checked_sub(b'0')?)?;
    let rank = rank(way, *whole == b'1');
    let all = match what {
        b'1' => &mut hits.residents,
        b'2' => &mut hits.households,
        _ => return None,
    };
    Hits::add(all, no.parse().ok()?, rank);
    Some(())
}

/// `1096 11,1097 11`: residents with their households.
fn read_pairs(text: Option<&str>) -> Result<Vec<(u32, u32)>, StoreError> {
    let wrong = || StoreError::Corrupt {
        what: "resident",
        place: "find".to_owned(),
    };
    let pairs = text.into_iter().flat_map(|text| text.split(','));
    pairs
        .map(|pair| {
            let (resident, household) = pair.split_once(' ').ok_or_else(wrong)?;
            let number = |text: &str| text.parse().map_err(|_| wrong());
            Ok((number(resident)?, number(household)?))
        })
        .collect()
}

/// Writes the words of a resident or household anew.
async fn put(
    connection: &mut Connection,
    community_id: i64,
    (what, no): (i16, i64),
    words: &[Word],
) -> Result<(), StoreError> {
    sqlx::query(CLEAR)
        .bind(community_id)
        .bind(what)
        .bind(no)
        .execute(&mut *connection)
        .await?;
    let texts: Vec<String> = words
        .iter()
        .map(|word| format!("{}{}", word.way.digit(), word.text))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    if texts.is_empty() {
        return Ok(());
    }
    let query: lists::ReadQuery<'_, (i64,)> = sqlx::query_as(PUT).bind(community_id);
    lists::texts(query, &texts)
        .bind(what)
        .bind(no)
        .fetch_all(&mut *connection)
        .await?;
    Ok(())
}

/// The words of a person, wherever they are a resident: after the name or the telephone was written.
pub(super) async fn name_person(
    connection: &mut Connection,
    person_id: i64,
) -> Result<(), StoreError> {
    let places: Vec<(i64, i64, String, Option<String>)> = sqlx::query_as(PLACES)
        .bind(person_id)
        .fetch_all(&mut *connection)
        .await?;
    for (community_id, resident, name, phone) in places {
        let words = rongyi_names::of_person(&name, phone.as_deref());
        put(connection, community_id, (RESIDENT, resident), &words).await?;
    }
    Ok(())
}

/// Nothing finds this person any more, wherever they are a resident.
pub(super) async fn forget_person(
    connection: &mut Connection,
    person_id: i64,
) -> Result<(), StoreError> {
    let places: Vec<(i64, i64, String, Option<String>)> = sqlx::query_as(PLACES)
        .bind(person_id)
        .fetch_all(&mut *connection)
        .await?;
    for (community_id, resident, ..) in places {
        put(connection, community_id, (RESIDENT, resident), &[]).await?;
    }
    Ok(())
}

/// The words of a household, after its name or address was written.
pub(super) async fn name_household(
    connection: &mut Connection,
    community: &Code,
    household: HouseholdNo,
    (name, address): (&str, &str),
) -> Result<(), StoreError> {
    let community_id: i64 = sqlx::query_scalar(NUMBER_OF)
        .bind(community.as_str())
        .fetch_one(&mut *connection)
        .await?;
    let words = rongyi_names::of_household(name, address);
    let household = i64::from(household.0);
    put(connection, community_id, (HOUSEHOLD, household), &words).await
}

/// Looking up.
impl Own {
    /// The residents whom every word finds, the nearest first, at most so many; and whether there are more.
    pub(crate) async fn find(
        &self,
        community: &Code,
        asked: &[Asked],
        most: usize,
    ) -> Result<Found, StoreError> {
        let mut connection = self.readers.acquire().await?;
        let limit = if asked.len() == 1 {
            HITS_ALONE
        } else {
            HITS_MAX
        };
        let mut each = Vec::with_capacity(asked.len());
        for word in asked {
            each.push(hits(&mut connection, community, word, limit).await?);
        }
        let Some(least) = each.iter().min_by_key(|hits| hits.size()) else {
            return Ok(Found::default());
        };
        let mut ranked = BTreeSet::new();
        for (resident, household) in people(&mut connection, community, least).await? {
            let near: Option<Rank> = each
                .iter()
                .map(|hits| hits.of(resident, household))
                .try_fold(0, |sum: Rank, rank| Some(sum.saturating_add(rank?)));
            if let Some(near) = near {
                ranked.insert((near, resident, household));
            }
        }
        let ranked: Vec<_> = ranked.into_iter().collect();
        let mut found = Found::default();
        for chunk in ranked.chunks(SHOWN_CHUNK) {
            found
                .residents
                .extend(shown(&mut connection, community, chunk).await?);
            if found.residents.len() > most {
                break;
            }
        }
        found.more = found.residents.len() > most;
        found.residents.truncate(most);
        Ok(found)
    }
}

async fn hits(
    connection: &mut Connection,
    community: &Code,
    word: &Asked,
    limit: i64,
) -> Result<Hits, StoreError> {
    let mut hits = Hits::default();
    for beginning in &word.beginnings {
        let text: Option<String> = sqlx::query_scalar(FOUND)
            .bind(community.as_str())
            .bind(beginning)
            .bind(format!("{beginning}{LAST}"))
            .bind(limit)
            .fetch_one(&mut *connection)
            .await?;
        for hit in text.iter().flat_map(|text| text.split(',')) {
            read_hit(&mut hits, hit).ok_or_else(|| corrupt("word", community, hit))?;
        }
    }
    if let Some(no) = word.resident {
        Hits::add(&mut hits.residents, no, BY_NUMBER);
    }
    if let Some(no) = word.household {
        Hits::add(&mut hits.households, no, BY_HOUSEHOLD_NUMBER);
    }
    Ok(hits)
}

/// Everybody whom a word finds, with the household.
async fn people(
    connection: &mut Connection,
    community: &Code,
    hits: &Hits,
) -> Result<Vec<(u32, u32)>, StoreError> {
    let mut all = BTreeMap::new();
    for (statement, numbers) in [(HOMES, &hits.residents), (MEMBERS, &hits.households)] {
        if numbers.is_empty() {
            continue;
        }
        let keys: Vec<i64> = numbers.keys().map(|no| i64::from(*no)).collect();
        let query = sqlx::query_as(statement).bind(community.as_str());
        let rows: Vec<(Option<String>,)> = lists::numbers(query, &keys)
            .fetch_all(&mut *connection)
            .await?;
        for (text,) in rows {
            all.extend(read_pairs(text.as_deref())?);
        }
    }
    Ok(all.into_iter().collect())
}

/// These hits as they are shown, in their order; those that were erased are left out.
async fn shown(
    connection: &mut Connection,
    community: &Code,
    ranked: &[(Rank, u32, u32)],
) -> Result<Vec<FoundResident>, StoreError> {
    let keys: Vec<i64> = ranked.iter().map(|(_, no, _)| i64::from(*no)).collect();
    let query = sqlx::query_as(SHOWN).bind(community.as_str());
    let people: Vec<(i64, String, Option<String>)> = lists::numbers(query, &keys)
        .fetch_all(&mut *connection)
        .await?;
    let homes: BTreeSet<i64> = ranked.iter().map(|(.., home)| i64::from(*home)).collect();
    let homes: Vec<i64> = homes.into_iter().collect();
    let query = sqlx::query_as(SHOWN_HOMES).bind(community.as_str());
    let homes: Vec<(i64, String, String)> = lists::numbers(query, &homes)
        .fetch_all(&mut *connection)
        .await?;
    let mut found = Vec::new();
    for (_, resident, household) in ranked {
        let person = people.iter().find(|(no, ..)| *no == i64::from(*resident));
        let Some((_, name, phone)) = person else {
            continue;
        };
        let home = homes.iter().find(|(no, ..)| *no == i64::from(*household));
        let (household_name, address) = home.map_or((String::new(), String::new()), |home| {
            (home.1.clone(), home.2.clone())
        });
        found.push(FoundResident {
            resident: ResidentNo(*resident),
            household: HouseholdNo(*household),
            name: name.clone(),
            phone: phone.clone(),
            household_name,
            address,
        });
    }
    Ok(found)
}

/// What an older program left to be made.
impl Own {
    /// Makes the words of names that were written before words were kept, some in each transaction; broken off, the next
    /// opening goes on.
    pub(super) async fn fill_find_words(&self) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let communities: Vec<i64> = sqlx::query_scalar(TO_FILL).fetch_all(&mut *writer).await?;
        drop(writer);
        for community_id in communities {
            while self.fill_some(community_id).await? {}
        }
        Ok(())
    }

    /// One transaction's worth; whether there is more.
    async fn fill_some(&self, community_id: i64) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let held: Option<(i64, i64)> = sqlx::query_as(HOLD_FILL)
            .bind(community_id)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some((what, after)) = held else {
            return Ok(false);
        };
        let of_people = what == i64::from(RESIDENT);
        let last = if of_people {
            fill_people(&mut transaction, community_id, after).await?
        } else {
            fill_households(&mut transaction, community_id, after).await?
        };
        let next = match last {
            Some(last) => Some((what, last)),
            None if of_people => Some((i64::from(HOUSEHOLD), -1)),
            None => None,
        };
        match next {
            Some((what, after)) => {
                let what: i16 = narrow(what)?;
                sqlx::query(ON_WITH_FILL)
                    .bind(community_id)
                    .bind(what)
                    .bind(after)
                    .execute(&mut *transaction)
                    .await?;
            }
            None => {
                sqlx::query(END_FILL)
                    .bind(community_id)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
        Ok(next.is_some())
    }
}

/// The next residents' words; the last of them, `None` after all.
async fn fill_people(
    connection: &mut Connection,
    community_id: i64,
    after: i64,
) -> Result<Option<i64>, StoreError> {
    let page: Vec<(i64, String, Option<String>, Vec<u8>)> = sqlx::query_as(OLD_PEOPLE)
        .bind(community_id)
        .bind(after)
        .bind(FILL_CHUNK)
        .fetch_all(&mut *connection)
        .await?;
    for (resident, name, phone, salt) in &page {
        let is_erased = salt.iter().all(|byte| *byte == 0);
        let words = if is_erased {
            Vec::new()
        } else {
            rongyi_names::of_person(name, phone.as_deref())
        };
        put(connection, community_id, (RESIDENT, *resident), &words).await?;
    }
    Ok(page.last().map(|(resident, ..)| *resident))
}

/// The next households' words; the last of them, `None` after all.
async fn fill_households(
    connection: &mut Connection,
    community_id: i64,
    after: i64,
) -> Result<Option<i64>, StoreError> {
    let page: Vec<(i64, String, String)> = sqlx::query_as(OLD_HOUSEHOLDS)
        .bind(community_id)
        .bind(after)
        .bind(FILL_CHUNK)
        .fetch_all(&mut *connection)
        .await?;
    for (household, name, address) in &page {
        let words = rongyi_names::of_household(name, address);
        put(connection, community_id, (HOUSEHOLD, *household), &words).await?;
    }
    Ok(page.last().map(|(household, ..)| *household))
}
