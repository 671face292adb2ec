//! Devices' tokens: made and shown once, listed without their secrets, ended. What a device may do is in the table of
//! [`crate::door`].

pub(crate) mod web;

use rongyi_core::ids::Code;
use rongyi_store::{StoreError, Token};

use crate::access::{Scope, new_token};
use crate::house::House;

/// The longest name of a device in characters.
pub const NAME_MAX: usize = 60;

/// Makes a token for a device: its number, and what the device sends, which is stored nowhere.
///
/// # Errors
/// What the database said.
pub async fn add(
    house: &House,
    community: &Code,
    name: &str,
    scope: Scope,
) -> Result<(i64, String), StoreError> {
    let (token, hash) = new_token();
    let now = house.clock.now();
    let added = house
        .store
        .add_token(community, name, &hash, scope.word(), now);
    Ok((added.await?, token))
}

/// Ends a token; `None` when the community has none of that number. Again is no harm.
///
/// # Errors
/// What the database said.
pub async fn revoke(
    house: &House,
    community: &Code,
    token_id: i64,
) -> Result<Option<Token>, StoreError> {
    let all = house.store.tokens(community).await?;
    let token = all.into_iter().find(|token| token.token_id == token_id);
    if token.is_some() {
        house
            .store
            .revoke_token(token_id, house.clock.now())
            .await?;
    }
    Ok(token)
}
