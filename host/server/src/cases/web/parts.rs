//! A form of a case as it comes in, with photos or without: fields in order, and what became of each photo. A photo is
//! read as it comes and never held whole with others; one that is too heavy is read past, so that what was typed is
//! not lost with it.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest};
use rongyi_cases::Refusal;
use rongyi_core::chain::{Hash, from_hex};
use rongyi_pages::CaseFault;
use rongyi_photos::{PhotoError, SENT_MAX};
use rongyi_store::NewPaper;

use super::Side;
use crate::cases::CaseError;
use crate::cases::papers::{self, PAPER_MAX, PAPERS_MAX};
use crate::cases::photos::{self, PHOTOS_MAX};
use crate::door::app::BODY_MAX_BYTES;
use crate::door::asked::Unread;
use crate::door::fault::Fault;

/// The most that is read of a form with photos; what is not kept is thrown away at once.
const SENT_WHOLE_MAX: usize = 160 * 1024 * 1024;
/// In front of the name of a field: photos that an earlier form had brought.
const KEPT: &str = "kept.";

/// The field of papers.
pub(super) const PAPERS: &str = "papers";

/// The fields of a form, and its photos.
pub(crate) type Fields = Vec<(String, String)>;

/// What a form sent.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Fields, in order.
    pub(super) fields: Fields,
    /// Photos that are kept, by the field that brought them.
    pub(super) photos: Vec<(String, Hash)>,
    /// Papers, each with its name.
    pub(super) papers: Vec<NewPaper>,
    /// Photos and papers that were not taken, and why.
    pub(super) wrong: Vec<CaseFault>,
}

impl Parts {
    /// The photos of one field.
    pub(super) fn photos_of(&self, name: &str) -> Vec<Hash> {
        let mine = self.photos.iter().filter(|(field, _)| field == name);
        mine.map(|(_, digest)| *digest).collect()
    }

    fn refuse(&mut self, side: &Side<'_>, field: &str, refusal: &Refusal) {
        let message = side.visit.say(&refusal.text);
        let fault = CaseFault {
            field: field.to_owned(),
            message,
        };
        if !self.wrong.contains(&fault) {
            self.wrong.push(fault);
        }
    }

    fn photo(&mut self, field: &str, digest: Hash) {
        let photo = (field.to_owned(), digest);
        if !self.photos.contains(&photo) {
            self.photos.push(photo);
        }
    }
}

/// Reads a form.
pub(super) async fn parts(side: &Side<'_>, sent: Unread<Fields>) -> Result<Parts, Fault> {
    let mut parts = Parts::default();
    if sent.has_parts() {
        let mut request = sent.request();
        DefaultBodyLimit::max(SENT_WHOLE_MAX).apply(&mut request);
        let form = Multipart::from_request(request, &()).await;
        let form = form.map_err(|rejection| Fault::of_status(rejection.status()))?;
        read(side, form, &mut parts).await?;
    } else {
        parts.fields = sent.form().await?;
    }
    let (kept, fields) = std::mem::take(&mut parts.fields)
        .into_iter()
        .partition(|(name, _)| name.starts_with(KEPT));
    parts.fields = fields;
    let kept: Fields = kept;
    let store = &side.visit.app.house.store;
    for (name, text) in kept {
        let digest = from_hex(&text);
        let name = name.strip_prefix(KEPT).unwrap_or_default();
        if let Some(digest) = digest
            && store.photo_is_kept(&side.visit.code, &digest).await?
        {
            parts.photo(name, digest);
        }
    }
    Ok(parts)
}

async fn read(side: &Side<'_>, mut form: Multipart, parts: &mut Parts) -> Result<(), Fault> {
    let mut typed = 0_usize;
    loop {
        let part = match form.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => return Ok(()),
            Err(error) => return broken_off(side, parts, "form", &error),
        };
        let name = part.name().unwrap_or_default().to_owned();
        let room = if part.file_name().is_some() {
            SENT_MAX
        } else {
            BODY_MAX_BYTES.saturating_sub(typed)
        };
        let is_photo = part.file_name().is_some();
        let file = part.file_name().unwrap_or_default().to_owned();
        let (bytes, length) = match taken(part, room).await {
            Ok(taken) => taken,
            Err(error) => return broken_off(side, parts, &name, &error),
        };
        if !is_photo {
            if length > room {
                return Err(Fault::too_large());
            }
            typed = typed.saturating_add(length);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            parts.fields.push((name, text));
        } else if name == PAPERS {
            paper(side, parts, &file, (bytes, length));
        } else if length > SENT_MAX {
            parts.refuse(side, &name, &photos::told(PhotoError::Heavy));
        } else if parts.photos.len() >= PHOTOS_MAX && length > 0 {
            parts.refuse(side, &name, &photos::too_many(PHOTOS_MAX));
        } else if length > 0 {
            // A field in which nothing was chosen comes as a file of no bytes.
            let house = &side.visit.app.house;
            match photos::keep(house, &side.visit.code, bytes).await {
                Ok(digest) => parts.photo(&name, digest),
                Err(CaseError::Refused(all)) => {
                    for refusal in &all {
                        parts.refuse(side, &name, refusal);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// A paper that was sent; a field in which nothing was chosen comes as a file of no bytes.
fn paper(side: &Side<'_>, parts: &mut Parts, file: &str, (bytes, length): (Vec<u8>, usize)) {
    if length == 0 {
        return;
    }
    let read = if length > PAPER_MAX {
        Err(papers::heavy())
    } else if parts.papers.len() >= PAPERS_MAX {
        Err(papers::too_many())
    } else {
        papers::read(file, bytes)
    };
    match read {
        Ok(paper) => parts.papers.push(paper),
        Err(refusal) => parts.refuse(side, PAPERS, &refusal),
    }
}

/// The bytes of a part as far as there is room, and how many there were.
async fn taken(mut part: Field<'_>, room: usize) -> Result<(Vec<u8>, usize), MultipartError> {
    let (mut bytes, mut length) = (Vec::new(), 0_usize);
    while let Some(chunk) = part.chunk().await? {
        length = length.saturating_add(chunk.len());
        if length > room {
            bytes = Vec::new();
        } else {
            bytes.extend(chunk);
        }
    }
    Ok((bytes, length))
}

/// A form that ended too early. One that was larger than anything that is read is answered like a photo that is too heavy.
fn broken_off(
    side: &Side<'_>,
    parts: &mut Parts,
    name: &str,
    error: &MultipartError,
) -> Result<(), Fault> {
    let fault = Fault::of_status(error.status());
    if fault.is_too_large() && !parts.fields.is_empty() {
        parts.refuse(side, name, &photos::told(PhotoError::Heavy));
        return Ok(());
    }
    Err(fault)
}
