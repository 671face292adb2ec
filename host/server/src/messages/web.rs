//! The pages of messages: the list, which is read once it is opened, and how somebody wants to be told.

use axum::response::{IntoResponse, Response};
use rongyi_core::ids::OrderNo;
use rongyi_core::news::{News, NewsKind};
use rongyi_core::time::Instant;
use rongyi_core::typed;
use rongyi_pages::{
    FieldError, MessageChoice as ChoiceRow, MessageChoicesView, MessageRow, MessagesView,
};
use rongyi_store::MessageChoice;
use serde::Deserialize;

use super::reader::{ROWS, choice, is_new};
use super::{GROUPS, KEPT_MONTHS, amount, path, told};
use crate::activities;
use crate::door::asked::{No, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, go};
use crate::ledger::home::waiting;
use crate::ledger::titles::{about, goods, order_lines, title};
use crate::ledger::wallets::at_hand;
use rongyi_clerk::receipt;
use rongyi_core::book::Frame;

/// What a message says on the page: with the deed, the goods, the activity by name.
async fn said(visit: &Visit, frame: &Frame, news: &News) -> Result<(String, String), Fault> {
    let store = &visit.app.house.store;
    let plain = visit.say(&told(news));
    let named = match news.kind {
        NewsKind::Award | NewsKind::Notice | NewsKind::Deduction => {
            let Some(stored) = store.entry(&visit.code, news.about).await? else {
                return Ok((plain, String::new()));
            };
            let receipt = receipt(&stored)?;
            let Some(first) = receipt.records.first() else {
                return Ok((plain, String::new()));
            };
            let known = about(visit, (news.about, first), None).await?;
            let what = title(visit, frame, first, &known);
            let sign = if news.kind == NewsKind::Deduction {
                '−'
            } else {
                '+'
            };
            let count = visit.say(&amount(news.part, news.amount));
            visit.either(
                &format!("{what}：{sign}{count}"),
                &format!("{what}: {sign}{count}"),
            )
        }
        NewsKind::Placed | NewsKind::LastDay | NewsKind::TimedOut | NewsKind::HandedOver => {
            let no = OrderNo(u32::try_from(news.about).unwrap_or(u32::MAX));
            match store.order(&visit.code, no).await? {
                Some(order) => goods(visit, frame, order_lines(&order)),
                None => return Ok((plain, String::new())),
            }
        }
        NewsKind::Tomorrow | NewsKind::Seat => {
            match activities::find(&visit.app.house, &visit.code, news.about).await {
                Ok(found) => found.activity.title,
                Err(activities::ActivityError::Unknown) => return Ok((plain, String::new())),
                Err(error) => return Err(error.into()),
            }
        }
        NewsKind::Case | NewsKind::LapseSoon | NewsKind::LapseNow => {
            return Ok((plain, String::new()));
        }
    };
    Ok((named, plain))
}

/// `GET /{community}/messages`. What is shown was read; asking again changes nothing.
pub(crate) async fn list_messages(Member { visit, me }: Member) -> Result<Response, Fault> {
    let store = &visit.app.house.store;
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let choice = choice(&visit, &me).await?;
    let all = store.messages(&visit.code, me.resident, ROWS).await?;
    let mut rows = Vec::new();
    for one in &all {
        let (news, at) = one;
        let (title, note) = said(&visit, &frame, news).await?;
        rows.push(MessageRow {
            href: visit.path(&path(news)),
            title,
            note,
            at: visit.moment(*at),
            is_new: is_new(&visit, &choice, one),
        });
    }
    let newest = all.iter().map(|(_, at)| at.0).max().unwrap_or(0);
    if newest > choice.seen_at.0 {
        let read = MessageChoice {
            seen_at: Instant(newest),
            ..choice
        };
        store
            .put_message_choice(&visit.code, me.resident, &read)
            .await?;
    }
    Ok(Html(MessagesView {
        waits: waiting(&visit, &me, (&frame, &wallet)).await?,
        rows,
        months: KEPT_MONTHS,
        shell: visit.shell(),
    })
    .into_response())
}

/// `21:00`.
fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn choices_view(visit: &Visit, choice: &MessageChoice) -> MessageChoicesView {
    let row = |(word, name, kinds): &(&'static str, (&str, &str), &[NewsKind])| ChoiceRow {
        word,
        title: visit.either(name.0, name.1),
        on: kinds.iter().all(|kind| choice.wants(*kind)),
    };
    MessageChoicesView {
        sends: visit.app.house.config.webhook.is_some(),
        send: choice.send,
        kinds: GROUPS.iter().map(row).collect(),
        quiet: (clock(choice.quiet.0), clock(choice.quiet.1)),
        saved: false,
        errors: Vec::new(),
        shell: visit.shell(),
    }
}

/// Whether it was kept just now.
#[derive(Debug, Deserialize)]
pub(crate) struct SavedQuery {
    saved: Option<No>,
}

/// `GET /{community}/messages/choices`.
pub(crate) async fn show_choices(
    Member { visit, me }: Member,
    Typed(query): Typed<SavedQuery>,
) -> Result<Response, Fault> {
    let choice = choice(&visit, &me).await?;
    let mut view = choices_view(&visit, &choice);
    view.saved = query.saved.is_some();
    Ok(Html(view).into_response())
}

/// `POST /{community}/messages/choices`.
pub(crate) async fn keep_choices(
    Member { visit, me }: Member,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let has = |name: &str, value: &str| sent.iter().any(|(n, v)| n == name && v == value);
    let value = |name: &str| {
        let found = sent.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    };
    let mut choice = choice(&visit, &me).await?;
    choice.off = 0;
    for (word, _, kinds) in GROUPS {
        if !has("kind", word) {
            for kind in kinds {
                choice.off |= MessageChoice::bit(*kind);
            }
        }
    }
    let mut errors = Vec::new();
    if visit.app.house.config.webhook.is_some() {
        choice.send = has("send", "yes");
        for (field, minute) in [
            ("from", &mut choice.quiet.0),
            ("until", &mut choice.quiet.1),
        ] {
            match value(field).map(typed::minute) {
                Some(Some(read)) => *minute = read,
                Some(None) => errors.push(FieldError {
                    field,
                    message: visit.either(
                        "这不是几点几分，写成 21:00 的样子。",
                        "That is no time of day; write it like 21:00.",
                    ),
                }),
                None => {}
            }
        }
    }
    if let Some(wrong) = errors.first() {
        let status = Fault::input(wrong.field, "", "").status;
        let mut view = choices_view(&visit, &choice);
        let typed_in = |field: &str| value(field).unwrap_or_default().chars().take(20).collect();
        view.quiet = (typed_in("from"), typed_in("until"));
        view.errors = errors;
        return Ok((status, Html(view)).into_response());
    }
    let store = &visit.app.house.store;
    store
        .put_message_choice(&visit.code, me.resident, &choice)
        .await?;
    Ok(go(&visit.path("/messages/choices?saved=1")))
}
