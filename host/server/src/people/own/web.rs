//! One's own data on a page: seen, downloaded, and erased with the PIN and a word typed by hand. Erasing somebody
//! else's takes two people, on the command line.

use axum::Form;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Response};
use rongyi_pages::{FieldError, OwnView};
use serde::Deserialize;

use crate::access::web::session_cookie;
use crate::access::{self, AccessError, Origin, SignedIn, SignedResident};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit};
use crate::people::own::cli::as_json as own_json;
use crate::people::own::{self, Own, Wish};

/// What must be typed, in either language.
const WORDS: [&str; 2] = ["删除", "erase"];

async fn collected(visit: &Visit, me: &SignedResident) -> Result<Own, Fault> {
    Ok(own::collect(&visit.app.house.store, me.person_id).await?)
}

fn view(visit: &Visit, personal_data: &Own, errors: Vec<FieldError>) -> OwnView {
    let place = |row: &own::Residency| {
        let title = visit.app.house.community(&row.community).map_or_else(
            || row.community.to_string(),
            |community| visit.say(&community.config.title),
        );
        let (resident, household) = (row.resident, row.household);
        let traits: String = row
            .traits
            .iter()
            .map(|(name, value)| format!(" {name}={}", crate::people::traits::shown(value)))
            .collect();
        let (zh, en) = match traits.as_str() {
            "" => (String::new(), String::new()),
            traits => (format!("，特征{traits}"), format!(", traits{traits}")),
        };
        visit.either(
            &format!("{title}：{resident} 号居民，第 {household} 户{zh}"),
            &format!("{title}: resident {resident}, household {household}{en}"),
        )
    };
    let texts = personal_data.residencies.iter().flat_map(|row| {
        let booked = row.texts.iter().chain(&row.references);
        let booked = booked.map(|(_, text)| text);
        booked.chain(row.case_texts.iter().map(|(_, _, _, text)| text))
    });
    OwnView {
        name: personal_data.person.name.clone(),
        phone: personal_data.person.phone.clone().unwrap_or_default(),
        places: personal_data.residencies.iter().map(place).collect(),
        texts: texts.cloned().collect(),
        errors,
        done: false,
        shell: visit.shell(),
    }
}

/// `GET /{community}/me/data`.
pub(crate) async fn show_own(Member { visit, me }: Member) -> Result<Response, Fault> {
    let personal_data = collected(&visit, &me).await?;
    Ok(Html(view(&visit, &personal_data, Vec::new())).into_response())
}

/// `GET /{community}/me/data.json`.
pub(crate) async fn get_own_file(Member { visit, me }: Member) -> Result<Response, Fault> {
    let personal_data = own::collect_whole(&visit.app.house.store, me.person_id).await?;
    let text = serde_json::to_string_pretty(&own_json(&personal_data)).unwrap_or_default();
    let text = rongyi_core::shown::json(&text).into_owned();
    Ok((
        [
            (header::CONTENT_TYPE, "application/json"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"rongyi.json\"",
            ),
        ],
        text + "\n",
    )
        .into_response())
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct EraseForm {
    #[serde(default)]
    pin: String,
    #[serde(default)]
    word: String,
}

/// `POST /{community}/me/data`: erases everything that is one's own, and signs out everywhere.
pub(crate) async fn erase_own(
    Member { visit, me }: Member,
    origin: Origin,
    Form(form): Form<EraseForm>,
) -> Result<Response, Fault> {
    let personal_data = collected(&visit, &me).await?;
    let again = |field, message: String| {
        let errors = vec![FieldError { field, message }];
        Html(view(&visit, &personal_data, errors)).into_response()
    };
    if !WORDS.contains(&form.word.trim().to_lowercase().as_str()) {
        let message = visit.either(
            "请输入“删除”两个字，表示确实要删除。",
            "Type the word “erase” to say that you mean it.",
        );
        return Ok(again("word", message));
    }
    let house = &visit.app.house;
    let who = SignedIn::Resident(me.clone());
    let desk = visit.app.desk();
    let knows = access::confirm(desk, (&who, &origin), &form.pin, house.clock.now());
    match knows.await {
        Ok(_) => {}
        Err(AccessError::Wrong) => {
            let message = visit.either(
                "密码不对，没有删除任何内容。请再输一次。",
                "The PIN is wrong; nothing was erased. Type it again.",
            );
            return Ok(again("pin", message));
        }
        Err(error @ (AccessError::Delayed { .. } | AccessError::Locked)) => {
            let fault = Fault::from(error);
            return Ok(again("pin", visit.say(&fault.text)));
        }
        Err(error) => return Err(error.into()),
    }
    let mut done = view(&visit, &personal_data, Vec::new());
    own::erase(house, me.person_id, &Wish::Own, false).await?;
    done.done = true;
    done.shell.signed_in_name = None;
    let cookie = AppendHeaders([(header::SET_COOKIE, session_cookie(&visit.app, "")?)]);
    Ok((cookie, Html(done)).into_response())
}
