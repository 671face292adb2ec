//! A paper of a case, for whoever may see the case: as a download, under a name that is safe everywhere.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rongyi_core::chain::{Hash, from_hex, hex};

use super::Side;
use crate::cases::{CaseAtHand, find, whose};
use crate::door::Kind as ReadKind;
use crate::door::asked::{Path, Seq};
use crate::door::fault::Fault;
use crate::door::visit::{Member, OnDuty};

/// `GET /{community}/cases/{no}/paper/{digest}`.
pub(crate) async fn get_paper(
    member: Member,
    Path((_, Seq(case_no), digest)): Path<(String, Seq, String)>,
) -> Result<Response, Fault> {
    let side = Side::own(&member)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    if !at_hand.is_of(member.me.resident) {
        return Err(Fault::not_found());
    }
    paper(&side, case_no, &digest).await
}

/// `GET /{community}/queue/{no}/paper/{digest}`.
pub(crate) async fn get_work_paper(
    duty: OnDuty,
    Path((_, Seq(case_no), digest)): Path<(String, Seq, String)>,
) -> Result<Response, Fault> {
    let side = Side::desk(&duty)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    duty.reads(ReadKind::Case, &whose(&at_hand)).await?;
    paper(&side, case_no, &digest).await
}

async fn paper(side: &Side<'_>, case_no: u64, digest: &str) -> Result<Response, Fault> {
    let digest: Hash = from_hex(digest).ok_or_else(Fault::not_found)?;
    let store = &side.visit.app.house.store;
    let found = store.case_paper(&side.visit.code, case_no, &digest).await?;
    let (name, body) = found.ok_or_else(Fault::not_found)?;
    let named = format!(
        "attachment; filename=\"paper.pdf\"; filename*=UTF-8''{}",
        escaped(&name)
    );
    Ok((
        [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CONTENT_DISPOSITION, named),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
        ],
        body,
    )
        .into_response())
}

/// A name as it stands in a header: every byte that is no letter or digit of ASCII as `%E4`.
fn escaped(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// The papers of a step: name and address.
pub(super) fn links(side: &Side<'_>, at_hand: &CaseAtHand, step: u32) -> Vec<(String, String)> {
    let stored = &at_hand.stored;
    let case_no = stored.file.case_no;
    let mine = stored.papers.iter().filter(|paper| paper.step == step);
    let link = |paper: &rongyi_store::StoredPaper| {
        let path = format!("/{case_no}/paper/{}", hex(&paper.digest));
        (paper.name.clone(), side.path(&path))
    };
    mine.map(link).collect()
}
