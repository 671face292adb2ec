//! A photo of a case, for whoever may see the case; and photos as links of pages.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rongyi_core::chain::{Hash, from_hex, hex};
use rongyi_pages::CasePhotoLink;

use super::Side;
use crate::cases::{CaseAtHand, find, whose};
use crate::door::Kind as ReadKind;
use crate::door::asked::{Path, Seq};
use crate::door::fault::Fault;
use crate::door::visit::{Member, OnDuty};

/// Cases that are named because they have the same photo.
const SAME_MAX: u32 = 20;

/// `GET /{community}/cases/{no}/photo/{digest}`.
pub(crate) async fn show_photo(
    member: Member,
    Path((_, Seq(case_no), digest)): Path<(String, Seq, String)>,
) -> Result<Response, Fault> {
    let side = Side::own(&member)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    if !at_hand.is_of(member.me.resident) {
        return Err(Fault::not_found());
    }
    photo(&side, case_no, &digest).await
}

/// `GET /{community}/queue/{no}/photo/{digest}`.
pub(crate) async fn show_work_photo(
    duty: OnDuty,
    Path((_, Seq(case_no), digest)): Path<(String, Seq, String)>,
) -> Result<Response, Fault> {
    let side = Side::desk(&duty)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    duty.reads(ReadKind::Case, &whose(&at_hand)).await?;
    photo(&side, case_no, &digest).await
}

/// The photo itself: it never changes under its digest, and nobody's cache but the reader's own may keep it.
async fn photo(side: &Side<'_>, case_no: u64, digest: &str) -> Result<Response, Fault> {
    let digest: Hash = from_hex(digest).ok_or_else(Fault::not_found)?;
    let store = &side.visit.app.house.store;
    let body = store.case_photo(&side.visit.code, case_no, &digest).await?;
    let body = body.ok_or_else(Fault::not_found)?;
    Ok((
        [
            (header::CONTENT_TYPE, "image/jpeg"),
            (
                header::CONTENT_DISPOSITION,
                "inline; filename=\"photo.jpg\"",
            ),
            (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
        ],
        body,
    )
        .into_response())
}

/// The photos of a case with the step that brought each. The office is told where the same photo came before.
pub(super) async fn links(
    side: &Side<'_>,
    at_hand: &CaseAtHand,
) -> Result<Vec<(u32, CasePhotoLink)>, Fault> {
    let visit = side.visit;
    let stored = &at_hand.stored;
    if stored.photos.is_empty() {
        return Ok(Vec::new());
    }
    let case_no = stored.file.case_no;
    let store = &visit.app.house.store;
    let elsewhere = if side.is_desk {
        store
            .same_case_photos(&visit.code, case_no, SAME_MAX)
            .await?
    } else {
        Vec::new()
    };
    let link = |(at, photo): (usize, &rongyi_store::StoredCasePhoto)| {
        let no = at.saturating_add(1);
        let same = elsewhere
            .iter()
            .filter(|(digest, _)| *digest == photo.digest)
            .map(|(_, other)| (*other, side.path(&format!("/{other}"))));
        let link = CasePhotoLink {
            href: side.path(&format!("/{case_no}/photo/{}", hex(&photo.digest))),
            alt: visit.either(
                &format!("第 {case_no} 件的照片 {no}"),
                &format!("Photo {no} of case {case_no}"),
            ),
            same: same.collect(),
        };
        (photo.step, link)
    };
    Ok(stored.photos.iter().enumerate().map(link).collect())
}
