//! A resident's card: its QR code holds an address with a word that nobody can guess. The counter's field that finds anybody
//! takes it as it is scanned; a new card ends the one before, so that a lost one opens nothing.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_core::chain::hex;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_pages::{CardView, DossierLink, DossierView};
use rongyi_store::{Store, StoreError};

use super::leaving::member;
use super::slip::site;
use crate::access::{SignedIn, random, token_hash};
use crate::door::asked::{No, Path};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::door::{Act, Kind};
use crate::people::own::ERASED;

/// Letters of a card's word.
const WORD_LETTERS: usize = 32;

/// The word of a card in what was scanned: the address that its code holds, or the end of it.
fn word(scanned: &str) -> Option<&str> {
    let scanned = scanned.trim();
    let end = scanned
        .rsplit_once("/card/")
        .map_or(scanned, |(_, end)| end);
    let is_word = end.len() == WORD_LETTERS && end.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_word.then_some(end)
}

/// Whose card was scanned; `None` where it is no card, or one that does not count any more.
///
/// # Errors
/// What the database said.
pub(crate) async fn scanned(
    store: &Store,
    community: &Code,
    text: &str,
) -> Result<Option<ResidentNo>, StoreError> {
    let Some(word) = word(text) else {
        return Ok(None);
    };
    let hash = token_hash(&word.to_ascii_lowercase());
    let card = store.card(community, &hash).await?;
    Ok(card.map(|card| card.resident))
}

/// `POST /{community}/residents/{resident}/card`: a new card, to be printed.
pub(crate) async fn make(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let resident = ResidentNo(no);
    let person = store.resident_person(&visit.code, resident).await?;
    let person = person.filter(|person| person.name != ERASED);
    let person = person.ok_or_else(Fault::not_found)?;
    let known = member(store, &visit.code, resident).await?;
    let known = known.filter(|member| member.left.is_none());
    let household = known.ok_or_else(Fault::not_found)?.household;
    duty.reads(Kind::Identity, &[resident]).await?;
    let word = hex(&random::<16>());
    let by = (&duty.actor().code(), visit.app.house.clock.now());
    let whose = (resident, &token_hash(&word));
    let serial = store.make_card(&visit.code, whose, by).await?;
    Ok(Html(CardView {
        no,
        number: format!("{no:04}"),
        name: person.name,
        household: visit.household_title(household).await?,
        address: format!("{}/card/{word}", site(visit, &headers)),
        serial,
        shell: visit.shell(),
    })
    .into_response())
}

/// `GET /{community}/card/{word}`: what a scanned card leads to. Staff come to the resident; a stranger learns that it is a card.
pub(crate) async fn open(
    visit: Visit,
    Path((_, word)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let store = &visit.app.house.store;
    let whose = scanned(store, &visit.code, &word).await?;
    match (&visit.who, whose) {
        (Some(SignedIn::Staff(staff)), Some(resident)) if !staff.must_change => {
            let duty = OnDuty {
                staff: staff.clone(),
                visit: visit.clone(),
            };
            let path = if duty.may(Act::SeeResident) {
                format!("/residents/{resident}")
            } else if duty.may(Act::PlaceOrder) {
                format!("/residents/{resident}/order")
            } else {
                format!("/record?resident={resident}")
            };
            Ok(go(&visit.path(&path)))
        }
        (Some(SignedIn::Resident(me)), Some(resident)) if me.resident == resident => {
            Ok(go(&visit.path("/home")))
        }
        (_, whose) => Ok(Html(public(&visit, whose.is_some())).into_response()),
    }
}

fn public(visit: &Visit, counts: bool) -> DossierView {
    let mut view = DossierView::blank(visit.shell(), String::new());
    view.title = visit.either("居民卡", "A resident’s card");
    view.told = vec![match counts {
        true => visit.either(
            "这是本社区的居民卡，在服务台、超市和活动现场给工作人员扫。捡到的，请送到服务台。",
            "This is a resident’s card of this community, to be scanned by staff at the counter, in the shop and at activities. If you found it, please bring it to the counter.",
        ),
        false => visit.either(
            "这张卡已经不用了，或者不是本社区的。请到服务台换一张。",
            "This card does not count any more, or is not one of this community. Ask for a new one at the counter.",
        ),
    }];
    let sign_in = |path: &str, zh, en, main| DossierLink {
        href: visit.path(path),
        title: visit.either(zh, en),
        main,
    };
    if visit.who.is_none() {
        view.links = vec![
            sign_in(
                "/sign-in",
                "我是居民，登录",
                "I am a resident: sign in",
                true,
            ),
            sign_in(
                "/staff/sign-in",
                "我是工作人员，登录后再扫",
                "I am staff: sign in and scan again",
                false,
            ),
        ];
    }
    view
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_known_as_a_scanner_types_it() {
        let hex = "0123456789abcdef0123456789ABCDEF";
        for scanned in [
            hex.to_owned(),
            format!(" https://green.example/nanmen/card/{hex}\n"),
        ] {
            assert_eq!(word(&scanned), Some(hex), "{scanned}");
        }
        for other in ["0096", "陈阿婆", "", &hex[1..], "https://x.example/card/"] {
            assert_eq!(word(other), None, "{other}");
        }
    }
}
