//! Periods and standings: loading them for a book, and reading them for pages, jobs and `verify`.

use rongyi_core::account::Holder;
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::member::Member;
use rongyi_core::period::{PeriodRow, Standing, pack_holder, unpack_holder};

use super::forms::{narrow, place, uint};
use super::lists::{self, each_number, looked_up};
use super::{Connection, Own, community, statements};
use crate::error::{StoreError, corrupt};

statements! {
    PERIODS = concat!("SELECT body FROM period WHERE community_id = ", community!(), " ORDER BY last, period");
    EVERYONE = concat!("SELECT resident, household, traits FROM resident WHERE community_id = ", community!());
    STANDINGS = concat!("SELECT s.cut, s.holder, s.entry, s.body FROM ", each_number!(),
        looked_up!("standing", "s", "s.community_id = ", community!(), " AND s.cut = $3 AND s.holder = j.value"));
    PAGE = concat!("SELECT cut, holder, entry, body FROM standing WHERE community_id = ", community!(),
        " AND cut = $2 AND holder > $3 ORDER BY holder LIMIT $4");
    OPEN = concat!("SELECT holder FROM standing WHERE community_id = ", community!(),
        " AND cut = $2 AND entry = 0 ORDER BY holder LIMIT $3");
    ALL = concat!("SELECT cut, holder, entry, body FROM standing WHERE community_id = ", community!(),
        " ORDER BY cut, holder");
}

type StandingRow = (i64, i64, i64, Vec<u8>);

fn holder(packed: i64) -> Result<Holder, StoreError> {
    unpack_holder(packed).ok_or_else(|| StoreError::Corrupt {
        what: "holder",
        place: packed.to_string(),
    })
}

fn standing(
    community: &Code,
    (cut, packed, entry, body): StandingRow,
) -> Result<(u64, Holder, Standing), StoreError> {
    let standing = Standing::decode(&body, uint(entry)?)
        .map_err(|_| corrupt("standing", community, format!("{cut} {packed}")))?;
    Ok((uint(cut)?, holder(packed)?, standing))
}

/// The periods of a frame.
pub(super) async fn periods(
    connection: &mut Connection,
    community: &Code,
) -> Result<Vec<PeriodRow>, StoreError> {
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar(PERIODS)
        .bind(community.as_str())
        .fetch_all(connection)
        .await?;
    let row =
        |body: &Vec<u8>| PeriodRow::decode(body).map_err(|_| corrupt("period", community, ""));
    bodies.iter().map(row).collect()
}

/// Every resident with household and traits.
pub(super) async fn everyone(
    connection: &mut Connection,
    community: &Code,
) -> Result<Vec<(ResidentNo, Member)>, StoreError> {
    let rows: Vec<MemberRow> = sqlx::query_as(EVERYONE)
        .bind(community.as_str())
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(|row| member(community, row)).collect()
}

/// Number, household and traits of a resident.
pub(super) type MemberRow = (i64, i64, Vec<u8>);

/// The resident behind a row.
pub(super) fn member(
    community: &Code,
    (resident, household, traits): MemberRow,
) -> Result<(ResidentNo, Member), StoreError> {
    let household = HouseholdNo(narrow(household)?);
    let member = Member::decode(household, &traits)
        .map_err(|_| corrupt("traits of resident", community, resident))?;
    Ok((ResidentNo(narrow(resident)?), member))
}

/// The standings of these holders at one cut-off.
pub(super) async fn of_holders(
    connection: &mut Connection,
    community: &Code,
    cut: u64,
    holders: &[Holder],
) -> Result<Vec<(u64, Holder, Standing)>, StoreError> {
    let keys: Vec<i64> = holders.iter().map(|holder| pack_holder(*holder)).collect();
    let query = sqlx::query_as(STANDINGS).bind(community.as_str());
    let rows: Vec<StandingRow> = lists::numbers(query, &keys)
        .bind(place(cut))
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|row| standing(community, row))
        .collect()
}

impl Own {
    pub(crate) async fn standings(
        &self,
        community: &Code,
        cut: u64,
        after: Option<Holder>,
        limit: u32,
    ) -> Result<Vec<(Holder, Standing)>, StoreError> {
        let rows: Vec<StandingRow> = sqlx::query_as(PAGE)
            .bind(community.as_str())
            .bind(place(cut))
            .bind(after.map_or(0, pack_holder))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let pair = |row| standing(community, row).map(|(_, holder, standing)| (holder, standing));
        rows.into_iter().map(pair).collect()
    }

    pub(crate) async fn open_standings(
        &self,
        community: &Code,
        cut: u64,
        limit: u32,
    ) -> Result<Vec<Holder>, StoreError> {
        let packed: Vec<i64> = sqlx::query_scalar(OPEN)
            .bind(community.as_str())
            .bind(place(cut))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        packed.into_iter().map(holder).collect()
    }

    pub(crate) async fn all_standings(
        &self,
        community: &Code,
    ) -> Result<Vec<(u64, Holder, Standing)>, StoreError> {
        let rows: Vec<StandingRow> = sqlx::query_as(ALL)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|row| standing(community, row))
            .collect()
    }
}
