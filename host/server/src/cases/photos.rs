//! Photos that come with cases: written anew, few at a time, and kept until a step brings them along. What is a photo is
//! decided in `rongyi-photos`.

use std::sync::LazyLock;

use rongyi_cases::Refusal;
use rongyi_core::chain::Hash;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;
use rongyi_photos::{Photo, PhotoError};
use tokio::sync::Semaphore;

use super::{CaseError, refusal};
use crate::house::House;

/// The most photos of one step, whatever a kind says.
pub const PHOTOS_MAX: usize = 20;
/// Photos that are read at the same time: each takes up to 200 MB for a moment.
const AT_ONCE: usize = 2;
/// How long a photo is kept that no step brought along, in microseconds: a form that was refused still has it.
const LOOSE_KEPT: i64 = 24 * 3_600_000_000;

static READERS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(AT_ONCE));

/// Keeps a photo as it was sent; answers under which digest.
///
/// # Errors
/// [`CaseError::Refused`] says what is wrong with it; else what the database said.
pub async fn keep(house: &House, community: &Code, sent: Vec<u8>) -> Result<Hash, CaseError> {
    let photo = written_anew(sent, rongyi_photos::plain).await;
    let photo = photo.map_err(|error| CaseError::Refused(vec![told(error)]))?;
    let now = house.clock.now();
    Ok(house.store.keep_photo(community, &photo.bytes, now).await?)
}

/// A photo as it is kept, written anew beside a few others at most.
///
/// # Errors
/// What is wrong with it.
pub(crate) async fn written_anew(
    sent: Vec<u8>,
    how: fn(&[u8]) -> Result<Photo, PhotoError>,
) -> Result<Photo, PhotoError> {
    // Nobody closes it; without a place it is only not waited for.
    let place = READERS.acquire().await.ok();
    let read = tokio::task::spawn_blocking(move || how(&sent)).await;
    drop(place);
    read.unwrap_or(Err(PhotoError::Broken))
}

/// What is wrong with a photo, and what to do.
pub(crate) fn told(error: PhotoError) -> Refusal {
    match error {
        PhotoError::NoPhoto => refusal(
            "photo.none",
            "选的文件不是照片。请选手机拍的照片（JPEG、PNG 或 WebP）。",
            "What you chose is no photo. Choose one as a telephone takes them (JPEG, PNG or WebP).",
        ),
        PhotoError::Heavy => refusal(
            "photo.heavy",
            "这张照片超过 5 MB，没有收下。请用手机把照片改小一些，或者截一张屏再传。",
            "This photo has more than 5 MB and was not taken. Make it smaller, or send a screenshot of it.",
        ),
        PhotoError::Vast => refusal(
            "photo.vast",
            "这张照片的尺寸太大，没有收下。请用普通的拍照方式重新拍一张。",
            "This photo is too large on its sides and was not taken. Take it again in the usual way.",
        ),
        PhotoError::Broken => refusal(
            "photo.broken",
            "这张照片打不开，可能没有传完整。请重新选一次。",
            "This photo can't be opened; it may not have come whole. Choose it again.",
        ),
    }
}

/// Too many photos for one step.
pub(super) fn too_many(most: usize) -> Refusal {
    refusal(
        "photo.many",
        format!("照片太多了，一次最多 {most} 张，多的没有收下。"),
        format!("That are too many photos: at most {most} at once; the others were not taken."),
    )
}

/// Removes photos that nobody brought along; answers how many.
///
/// # Errors
/// What the database said.
pub(super) async fn purge(house: &House, community: &Code) -> Result<u64, CaseError> {
    let before = Instant(house.clock.now().0.saturating_sub(LOOSE_KEPT));
    Ok(house.store.purge_photos(community, before).await?)
}
