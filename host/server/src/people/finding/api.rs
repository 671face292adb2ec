//! Finding residents over the API.

use rongyi_core::member::Departure;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{find, gone, numbers};
use crate::door::Kind;
use crate::door::asked::Query;
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::Json;

/// What is known of whom is looked for.
#[derive(Debug, Deserialize)]
pub(crate) struct FindQuery {
    #[serde(default)]
    q: String,
}

/// Somebody who was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundOne {
    /// The number on the card.
    pub resident: u32,
    /// The name.
    pub name: String,
    /// The household.
    pub household: u32,
    /// What the household is called; may be empty.
    pub household_name: String,
    /// Where it lives; may be empty.
    pub address: String,
    /// Of somebody who left how: `moved-away`, `died`, or `same` for a number that had been enrolled twice.
    pub left: Option<&'static str>,
    /// With `same`: the number that goes on.
    pub goes_on_as: Option<u32>,
}

/// Who was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundList {
    /// The nearest first, at most 20.
    pub residents: Vec<FoundOne>,
    /// Whether there are more: ask with a word more.
    pub more: bool,
}

/// Residents by name or a part of it, pinyin or its initials, number, household, end of the telephone or address. Several
/// words narrow.
#[utoipa::path(
    get, path = "/communities/{community}/residents", tag = "people",
    params(
        ("community" = String, Path, description = "The community"),
        ("q" = Option<String>, Query, description = "What is known: `zx`, `1001`, `8000`, `张 3栋`")
    ),
    responses((status = 200, body = FoundList), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn find_residents(
    caller: Caller,
    Query(query): Query<FindQuery>,
) -> Result<Json<FoundList>, Fault> {
    let found = find(&caller.house().store, &caller.code, &query.q).await?;
    caller.reads(Kind::List, &numbers(&found)).await?;
    let left = gone(&caller.house().store, &caller.code, &found).await?;
    let how = |no| left.get(&no).map(|left| left.how);
    let one = |row: rongyi_store::FoundResident| FoundOne {
        left: how(row.resident).map(|how| match how {
            Departure::MovedAway => "moved-away",
            Departure::Died => "died",
            Departure::Same(_) => "same",
        }),
        goes_on_as: how(row.resident).and_then(|how| match how {
            Departure::Same(other) => Some(other.0),
            Departure::MovedAway | Departure::Died => None,
        }),
        resident: row.resident.0,
        name: row.name,
        household: row.household.0,
        household_name: row.household_name,
        address: row.address,
    };
    Ok(Json(FoundList {
        more: found.more,
        residents: found.residents.into_iter().map(one).collect(),
    }))
}
