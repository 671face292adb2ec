//! Sending messages on: to one address that the operator configured, behind which a service for text messages or WeChat stands.
//! Never in the path of a request; at least once, with an id that stays the same; signed; tried again with growing pauses.
//! What residents did not ask for is not sent.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hmac::{Hmac, KeyInit, Mac};
use hyper::Request;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use rongyi_clerk::clock::local;
use rongyi_config::Webhook;
use rongyi_core::chain::hex;
use rongyi_core::time::Instant;
use rongyi_store::{DueMessage, MessageChoice, MessageFate, StoreError};
use serde_json::json;
use sha2::Sha256;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::{SENT_WITHIN_US, path, told};
use crate::house::House;
use crate::people::own::ERASED;

/// Time between two looks at what is due.
const PAUSE: Duration = Duration::from_secs(5);
/// After so long an answer is none.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// Messages that are looked at in one go.
const BATCH: u32 = 200;
const MINUTE_US: i64 = 60_000_000;
/// Whoever takes a message has so long to send it before somebody else does.
const LEASE_US: i64 = 2 * MINUTE_US;
const SECRET_BYTES_MAX: u64 = 4096;
/// The longest pause between two tries: six hours.
const PAUSE_MAX_US: i64 = 360 * MINUTE_US;

/// Sends what is due until `stop`; at once over where nothing is configured.
pub async fn run(house: Arc<House>, stop: CancellationToken) {
    if house.config.webhook.is_none() {
        return;
    }
    loop {
        if let Err(error) = send_due(&house).await {
            tracing::warn!(%error, "messages that are to be sent could not be read; it is tried again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Sends what is due; answers how many were sent. After the first that fails the others wait for the next time: the other
/// side is down.
///
/// # Errors
/// What the database said; a message that was sent meanwhile may be sent once more.
pub async fn send_due(house: &House) -> Result<usize, StoreError> {
    let Some(hook) = &house.config.webhook else {
        return Ok(0);
    };
    let mut sent = 0;
    for due in house.store.due_messages(house.clock.now(), BATCH).await? {
        let now = house.clock.now();
        let phone = match wanted(house, &due, now).await? {
            Wanted::Phone(phone) => phone,
            Wanted::Later(at) => {
                let later = MessageFate::Again(at, due.tries);
                house.store.settle_message(&due, later).await?;
                continue;
            }
            Wanted::Never => {
                house.store.settle_message(&due, MessageFate::Stays).await?;
                continue;
            }
        };
        let lease = Instant(now.0.saturating_add(LEASE_US));
        let tries = due.tries.saturating_add(1);
        let taken = MessageFate::Again(lease, tries);
        if !house.store.settle_message(&due, taken).await? {
            continue;
        }
        let mine = DueMessage {
            tries,
            next_at: lease,
            ..due
        };
        match post(house, hook, &mine, &phone).await {
            Ok(()) => {
                house.store.settle_message(&mine, MessageFate::Sent).await?;
                sent += 1;
            }
            Err(why) => {
                let fate = after_failure(&mine, now);
                tracing::warn!(community = %mine.community, tries, why, "a message could not be sent");
                house.store.settle_message(&mine, fate).await?;
                return Ok(sent);
            }
        }
    }
    Ok(sent)
}

/// When a message is tried again: after one minute, two, four, at most six hours; after three days never.
fn after_failure(message: &DueMessage, now: Instant) -> MessageFate {
    if now.0.saturating_sub(message.at.0) > SENT_WITHIN_US {
        return MessageFate::GivenUp;
    }
    let doubled = 1_i64.checked_shl(message.tries.saturating_sub(1).min(20));
    let pause = doubled.unwrap_or(1).saturating_mul(MINUTE_US);
    let at = now.0.saturating_add(pause.min(PAUSE_MAX_US));
    MessageFate::Again(Instant(at), message.tries)
}

/// Whether a message leaves the house.
enum Wanted {
    /// To this telephone.
    Phone(String),
    /// Not before then.
    Later(Instant),
    /// Not at all.
    Never,
}

async fn wanted(house: &House, due: &DueMessage, now: Instant) -> Result<Wanted, StoreError> {
    let (code, resident) = (&due.community, due.news.resident);
    let choice = house.store.message_choice(code, resident).await?;
    let choice = choice.unwrap_or_default();
    if !choice.send || !choice.wants(due.news.kind) {
        return Ok(Wanted::Never);
    }
    if due.tries == 0 && now.0.saturating_sub(due.at.0) > SENT_WITHIN_US {
        return Ok(Wanted::Never);
    }
    let person = house.store.resident_person(code, resident).await?;
    let phone = person
        .filter(|person| person.name != ERASED)
        .and_then(|person| person.phone);
    let (Some(phone), Some(community)) = (phone, house.community(code)) else {
        return Ok(Wanted::Never);
    };
    let (_, minute) = local(now, &community.zone);
    Ok(match quiet_left(&choice, minute) {
        0 => Wanted::Phone(phone),
        left => Wanted::Later(Instant(
            now.0
                .saturating_add(i64::from(left).saturating_mul(MINUTE_US)),
        )),
    })
}

/// Minutes until the quiet hours are over; 0 outside of them.
fn quiet_left(choice: &MessageChoice, minute: u16) -> u16 {
    const DAY: u16 = 24 * 60;
    let (from, until) = choice.quiet;
    let quiet = if from <= until {
        (from..until).contains(&minute)
    } else {
        minute >= from || minute < until
    };
    if !quiet {
        return 0;
    }
    if minute < until {
        until - minute
    } else {
        (DAY - minute) + until
    }
}

/// The id of a message: the same however often it is sent.
pub fn id(message: &DueMessage) -> String {
    let news = &message.news;
    format!(
        "{}-{}-{}-{}-{}",
        message.community,
        news.resident,
        news.kind.number(),
        news.about,
        news.part
    )
}

/// `t=1795000000,v1=…`: HMAC-SHA-256 over the time, a dot and the body, with the secret of the file.
pub fn signature(secret: &[u8], seconds: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hex(&mac.finalize().into_bytes()))
}

/// The secret that signs, read for each message, so that a new one is used at once.
fn secret(hook: &Webhook) -> Result<String, String> {
    let file = &hook.secret_file;
    rongyi_files::unchanged_by_others(file).map_err(|trouble| trouble.to_string())?;
    let text = rongyi_files::read_text(file, SECRET_BYTES_MAX);
    let text = text.map_err(|trouble| trouble.to_string())?;
    match text.trim() {
        "" => Err("the file of the secret is empty".to_owned()),
        secret => Ok(secret.to_owned()),
    }
}

/// Sends one message; why not, in words for the log.
async fn post(
    house: &House,
    hook: &Webhook,
    message: &DueMessage,
    phone: &str,
) -> Result<(), String> {
    let secret = secret(hook)?;
    let said = told(&message.news);
    let site = house.config.public_url.clone().unwrap_or_default();
    let body = json!({
        "id": id(message),
        "community": message.community.as_str(),
        "resident": message.news.resident.0,
        "phone": phone,
        "kind": message.news.kind.number(),
        "text": { "zh-CN": said.zh, "en": said.en },
        "link": format!("{site}/{}{}", message.community, path(&message.news)),
        "told_at": message.at.0 / 1_000_000,
    })
    .to_string();
    let seconds = house.clock.now().0 / 1_000_000;
    let request = Request::post(&hook.path)
        .header(HOST, &hook.host)
        .header(CONTENT_TYPE, "application/json")
        .header("rongyi-id", id(message))
        .header(
            "rongyi-signature",
            signature(secret.as_bytes(), seconds, &body),
        )
        .body(Body::from(body))
        .map_err(|error| error.to_string())?;
    let answer = tokio::time::timeout(ANSWER_MAX, exchange(&hook.host, request)).await;
    match answer {
        Ok(Ok(status)) if (200..300).contains(&status) => Ok(()),
        Ok(Ok(status)) => Err(format!("the other side answered {status}")),
        Ok(Err(error)) => Err(error),
        Err(_) => Err("no answer in ten seconds".to_owned()),
    }
}

/// One request on a connection of its own; the number of the answer.
async fn exchange(host: &str, request: Request<Body>) -> Result<u16, String> {
    let stream = TcpStream::connect(host)
        .await
        .map_err(|error| error.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    let driven = tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    let status = answer.map(|answer| answer.status().as_u16());
    driven.abort();
    status.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rongyi_core::ids::{Code, ResidentNo};
    use rongyi_core::news::{News, NewsKind};

    fn message(tries: u32) -> DueMessage {
        DueMessage {
            community: Code::literal("nanmen"),
            news: News {
                resident: ResidentNo(1001),
                kind: NewsKind::Award,
                about: 7,
                part: 1,
                amount: 5,
            },
            at: Instant(0),
            tries,
            next_at: Instant(0),
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let pause = |tries| match after_failure(&message(tries), Instant(0)) {
            MessageFate::Again(at, _) => at.0 / MINUTE_US,
            other @ (MessageFate::Sent | MessageFate::Stays | MessageFate::GivenUp) => {
                panic!("{other:?}")
            }
        };
        assert_eq!([1, 2, 3, 4].map(pause), [1, 2, 4, 8]);
        assert_eq!(pause(30), 360);
        let late = Instant(SENT_WITHIN_US + 1);
        assert_eq!(after_failure(&message(9), late), MessageFate::GivenUp);
    }

    #[test]
    fn quiet_hours_go_round_midnight() {
        let left = |quiet, minute| {
            let choice = MessageChoice {
                quiet,
                ..MessageChoice::default()
            };
            quiet_left(&choice, minute)
        };
        let night = (21 * 60, 8 * 60);
        assert_eq!(left(night, 20 * 60 + 59), 0);
        assert_eq!(left(night, 21 * 60), 11 * 60);
        assert_eq!(left(night, 7 * 60 + 59), 1);
        assert_eq!(left(night, 8 * 60), 0);
        assert_eq!(left((780, 840), 800), 40);
        assert_eq!(left((0, 0), 0), 0);
    }
}
