//! One's own shifts as a calendar that a telephone fetches by itself. It cannot sign in, so its address has a key of its own: made
//! of the installation's secret, good for nothing but this list.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rongyi_activities::{FeedEntry, State, feed, feed_key};
use rongyi_core::ids::ResidentNo;

use crate::activities::of_resident;
use crate::door::asked::Path;
use crate::door::fault::Fault;
use crate::door::visit::Visit;

/// The address of somebody's calendar: their number and the key that belongs to it.
pub(super) fn path(visit: &Visit, resident: ResidentNo) -> String {
    let secret = visit.app.vault.secret();
    let key = feed_key(&secret, visit.code.as_str(), resident.0);
    visit.path(&format!("/calendar/{resident}-{key}/shifts.ics"))
}

/// `GET /{community}/calendar/{key}/shifts.ics`.
pub(crate) async fn show_feed(
    visit: Visit,
    Path((_, asked)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (number, typed) = asked.split_once('-').ok_or_else(Fault::not_found)?;
    let number = number.parse().map_err(|_| Fault::not_found())?;
    let resident = ResidentNo(number);
    let right = feed_key(&visit.app.vault.secret(), visit.code.as_str(), number);
    // Every letter is looked at, however early one is wrong.
    let differs = right
        .bytes()
        .zip(typed.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    if differs != 0 || right.len() != typed.len() || right.is_empty() {
        return Err(Fault::not_found());
    }
    let house = &visit.app.house;
    let base = house.config.public_url.clone().unwrap_or_default();
    let base = base.trim_end_matches('/');
    let mut entries = Vec::new();
    for at_hand in of_resident(house, &visit.code, resident).await? {
        let no = at_hand.activity.no;
        for shift in &at_hand.activity.shifts {
            if shift.of(resident.0).is_none() || at_hand.activity.state == State::Draft {
                continue;
            }
            let page = visit.path(&format!("/activities/{no}"));
            entries.push(FeedEntry {
                id: format!("{}-{no}-{}", visit.code, shift.no),
                span: shift.span,
                title: at_hand.activity.title.clone(),
                place: at_hand.stored.words.location.clone(),
                about: shift.role.clone(),
                cancelled: at_hand.activity.state == State::Cancelled,
                href: if base.is_empty() {
                    String::new()
                } else {
                    format!("{base}{page}")
                },
            });
        }
    }
    let title = visit.either("我的志愿班次", "My volunteer shifts");
    let text = feed(&title, &entries, house.clock.now());
    let kind = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((kind, text).into_response())
}
