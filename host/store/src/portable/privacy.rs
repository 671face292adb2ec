//! How people stand in public lists, and who read what is kept about them. None of it is in the ledger.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::forms::{changed, code, uint};
use super::{Own, community, statements};
use crate::error::StoreError;
use crate::model::{Listing, PublicName, ReadLine, ReadNote};

statements! {
    NOTE_READ = "INSERT INTO read_log (community_id, resident, hour, reader, kind, door, last_at, reads) \
        SELECT community_id, $2, $3, $4, $5, $6, $7, $8 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, resident, hour, reader, kind, door) DO UPDATE SET \
        reads = read_log.reads + excluded.reads, last_at = excluded.last_at";
    READS_OF = concat!("SELECT hour, reader, kind, door, last_at, reads FROM read_log WHERE community_id = ", community!(),
        " AND resident = $2 ORDER BY hour DESC, reader, kind, door LIMIT $3");
    FORGET_READS = concat!("DELETE FROM read_log WHERE community_id = ", community!(), " AND resident = $2");
    PURGE_READS = "DELETE FROM read_log WHERE hour < $1";
    PUBLIC_NAME = concat!("SELECT p.name, l.listing, p.minor FROM person_of_resident AS l \
        JOIN person AS p ON p.person_id = l.person_id WHERE l.community_id = ", community!(), " AND l.resident = $2");
    SET_LISTING = concat!("UPDATE person_of_resident SET listing = $3 WHERE community_id = ", community!(),
        " AND resident = $2");
    SET_MINOR = "UPDATE person SET minor = $2 WHERE person_id = $1";
}

const HOUR: i64 = 3_600_000_000;

fn listing(number: i64) -> Result<Listing, StoreError> {
    match number {
        0 => Ok(Listing::Masked),
        1 => Ok(Listing::Named),
        2 => Ok(Listing::Hidden),
        other => Err(StoreError::Corrupt {
            what: "listing",
            place: other.to_string(),
        }),
    }
}

impl Own {
    /// In one transaction, always in the same order: two hosts that note the same readings never wait for each other.
    pub(crate) async fn note_reads(&self, notes: &[ReadNote]) -> Result<(), StoreError> {
        let mut notes: Vec<&ReadNote> = notes.iter().collect();
        notes.sort_by_key(|note| {
            (
                &note.community,
                note.resident,
                &note.reader,
                &note.kind,
                &note.door,
            )
        });
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        for note in notes {
            sqlx::query(NOTE_READ)
                .bind(note.community.as_str())
                .bind(i64::from(note.resident.0))
                .bind(note.at.0.div_euclid(HOUR))
                .bind(note.reader.as_str())
                .bind(&note.kind)
                .bind(&note.door)
                .bind(note.at.0)
                .bind(i64::try_from(note.reads).unwrap_or(i64::MAX))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn reads_of(
        &self,
        community: &Code,
        resident: ResidentNo,
        limit: u32,
    ) -> Result<Vec<ReadLine>, StoreError> {
        let rows: Vec<(i64, String, String, String, i64, i64)> = sqlx::query_as(READS_OF)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(_, reader, kind, door, last_at, reads)| {
                Ok(ReadLine {
                    reader: code(&reader)?,
                    kind,
                    door,
                    last_at: Instant(last_at),
                    reads: uint(reads)?,
                })
            })
            .collect()
    }

    pub(crate) async fn forget_reads(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let result = sqlx::query(FORGET_READS)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .execute(&mut *writer)
            .await?;
        Ok(result.rows_affected())
    }

    pub(crate) async fn purge_reads(&self, before: Instant) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let result = sqlx::query(PURGE_READS)
            .bind(before.0.div_euclid(HOUR))
            .execute(&mut *writer)
            .await?;
        Ok(result.rows_affected())
    }

    pub(crate) async fn public_name(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Option<PublicName>, StoreError> {
        let row: Option<(String, i64, bool)> = sqlx::query_as(PUBLIC_NAME)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .fetch_optional(&self.readers)
            .await?;
        row.map(|(name, number, minor)| {
            Ok(PublicName {
                name,
                listing: listing(number)?,
                minor,
            })
        })
        .transpose()
    }

    pub(crate) async fn set_listing(
        &self,
        community: &Code,
        resident: ResidentNo,
        listing: Listing,
    ) -> Result<(), StoreError> {
        let number: i64 = match listing {
            Listing::Masked => 0,
            Listing::Named => 1,
            Listing::Hidden => 2,
        };
        let mut writer = self.writer().await?;
        let result = sqlx::query(SET_LISTING)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(number)
            .execute(&mut *writer)
            .await?;
        changed(&result, "resident", resident)
    }

    pub(crate) async fn set_minor(&self, person_id: i64, minor: bool) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let result = sqlx::query(SET_MINOR)
            .bind(person_id)
            .bind(minor)
            .execute(&mut *writer)
            .await?;
        changed(&result, "person", person_id)
    }
}
