//! Writing what is kept beside the ledger, in the transaction of the commit that it belongs to.

use rongyi_core::book::{Changes, OrderState};
use sqlx::SqliteConnection;

use super::{
    ABOUT, CODE_ENDS, CODES, CommunityChanges, ERASE_REFERENCE, ERASE_TEXT, FORGET, MESSAGES,
    REFERENCES, TEXTS, int, rows_of,
};
use crate::error::StoreError;

/// What is kept beside the ledger: texts, typed references, whom both are about, and pick-up codes until their order
/// ends.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    taken: &[CommunityChanges<'_>],
) -> Result<(), StoreError> {
    for (rows, of) in [
        (&TEXTS, rows_of(taken, |changes| &changes.texts)),
        (&REFERENCES, rows_of(taken, |changes| &changes.references)),
    ] {
        rows.write(connection, &of, |query, (community, (seq, salted))| {
            Ok(query
                .bind(*community)
                .bind(int(*seq)?)
                .bind(&salted.salt[..])
                .bind(salted.text.as_str()))
        })
        .await?;
    }
    ABOUT
        .write(
            connection,
            &rows_of(taken, |changes| &changes.about),
            |query, (community, (about, seq))| {
                Ok(query.bind(*community).bind(about.pack()).bind(int(*seq)?))
            },
        )
        .await?;
    CODES
        .write(
            connection,
            &rows_of(taken, |changes| &changes.codes),
            |query, (community, (no, salted))| {
                Ok(query
                    .bind(*community)
                    .bind(i64::from(no.0))
                    .bind(&salted.salt[..])
                    .bind(salted.text.as_str()))
            },
        )
        .await?;
    let told: Vec<_> = taken
        .iter()
        .flat_map(|(community, changes)| {
            let at = changes.after.last_at.0;
            let all = rongyi_core::news::news(changes).into_iter();
            all.map(move |news| (*community, news, at))
        })
        .collect();
    MESSAGES
        .write(connection, &told, |query, (community, news, at)| {
            Ok(query
                .bind(*community)
                .bind(i64::from(news.resident.0))
                .bind(news.kind.number())
                .bind(int(news.about)?)
                .bind(i64::from(news.part))
                .bind(news.amount)
                .bind(*at)
                .bind(1_i64)
                .bind(0_i64)
                .bind(*at))
        })
        .await?;
    for (community, order) in rows_of(taken, |changes| &changes.orders) {
        if order.state != OrderState::Reserved {
            sqlx::query(CODE_ENDS)
                .bind(community)
                .bind(i64::from(order.no.0))
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// Removes texts, also those of this very commit, and the salts of those who are to be forgotten.
pub(super) async fn erase(
    connection: &mut SqliteConnection,
    community: i64,
    changes: &Changes,
) -> Result<(), StoreError> {
    for seq in &changes.erased {
        for statement in [ERASE_TEXT, ERASE_REFERENCE] {
            sqlx::query(statement)
                .bind(community)
                .bind(int(*seq)?)
                .execute(&mut *connection)
                .await?;
        }
    }
    for resident in &changes.forgotten {
        sqlx::query(FORGET)
            .bind(community)
            .bind(i64::from(resident.0))
            .bind(&[0u8; 16][..])
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
