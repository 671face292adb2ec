//! The photo of an item: sent by staff, written anew and small, shown to everybody on the shelf.

use axum::extract::FromRequest as _;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rongyi_core::chain::{Hash, from_hex};
use rongyi_core::ids::Code;
use rongyi_pages::{FieldError, StockForm, StockItemView};
use rongyi_photos::{PhotoError, SENT_MAX};

use super::web::{frame, item_of, shown_item};
use crate::cases::photos;
use crate::door::app::BODY_MAX_BYTES;
use crate::door::asked::{Path, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};

/// `GET /{community}/goods/{item}/{digest}`: it never changes under its digest, and shows nobody.
pub(crate) async fn show_photo(
    visit: Visit,
    Path((_, item, digest)): Path<(String, String, String)>,
) -> Result<Response, Fault> {
    let item: Code = item.parse().map_err(|_| Fault::not_found())?;
    let digest: Hash = from_hex(&digest).ok_or_else(Fault::not_found)?;
    let store = &visit.app.house.store;
    let body = store.item_photo(&visit.code, &item, &digest).await?;
    let body = body.ok_or_else(Fault::not_found)?;
    Ok((
        [
            (header::CONTENT_TYPE, "image/jpeg"),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        body,
    )
        .into_response())
}

/// What the form sent.
enum Sent {
    /// A photo.
    Photo(Vec<u8>),
    /// None was chosen.
    Nothing,
    /// More than is taken.
    Heavy,
    /// The photo that is there is to go.
    Away,
}

async fn read(sent: Unread<Vec<(String, String)>>) -> Result<Sent, Fault> {
    if !sent.has_parts() {
        let fields = sent.form().await?;
        let away = fields
            .iter()
            .any(|(name, value)| name == "away" && value == "yes");
        return Ok(if away { Sent::Away } else { Sent::Nothing });
    }
    let mut request = sent.request();
    DefaultBodyLimit::max(SENT_MAX.saturating_add(BODY_MAX_BYTES)).apply(&mut request);
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|rejection| Fault::of_status(rejection.status()))?;
    loop {
        let part = match form.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => return Ok(Sent::Nothing),
            Err(error) => return broken_off(Fault::of_status(error.status())),
        };
        if part.name() != Some("photo") {
            continue;
        }
        return match part.bytes().await {
            // A field in which nothing was chosen comes as a file of no bytes.
            Ok(bytes) if bytes.is_empty() => Ok(Sent::Nothing),
            Ok(bytes) => Ok(Sent::Photo(bytes.to_vec())),
            Err(error) => broken_off(Fault::of_status(error.status())),
        };
    }
}

/// What is larger than anything that is read is a photo that is too heavy.
fn broken_off(fault: Fault) -> Result<Sent, Fault> {
    if fault.is_too_large() {
        Ok(Sent::Heavy)
    } else {
        Err(fault)
    }
}

/// `POST /{community}/stock/{item}/photo`.
pub(crate) async fn change_photo(
    duty: OnDuty,
    Path((_, item)): Path<(String, String)>,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let code = item_of(&*frame(visit).await?, &item)?.code;
    let house = &visit.app.house;
    let wrong = match read(sent).await? {
        Sent::Away => {
            house.store.drop_item_photo(&visit.code, &code).await?;
            return Ok(go(&visit.path(&format!("/stock/{code}"))));
        }
        Sent::Nothing => PhotoError::NoPhoto,
        Sent::Heavy => PhotoError::Heavy,
        Sent::Photo(bytes) => match photos::written_anew(bytes, rongyi_photos::small).await {
            Ok(photo) => {
                let (by, at) = (duty.actor().code(), house.clock.now());
                let kept = house
                    .store
                    .put_item_photo(&visit.code, &code, &photo.bytes, (&by, at));
                kept.await?;
                return Ok(go(&visit.path(&format!("/stock/{code}"))));
            }
            Err(error) => error,
        },
    };
    let told = photos::told(wrong);
    let message = visit.say(&told.text);
    let view = StockItemView {
        open: Some(StockForm::Photo),
        errors: vec![FieldError {
            field: "photo-file",
            message: message.clone(),
        }],
        ..shown_item(&duty, &item, None).await?
    };
    let status = Fault::refused(told.code.to_string(), message, String::new()).status;
    Ok((status, Html(view)).into_response())
}
