//! The council's page: for the office, to read aloud, to print and to show; and for everybody once it is shown.

use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_core::book::Loaded;
use rongyi_core::command::Need;
use rongyi_core::ids::AssetNo;
use rongyi_core::typed;
use rongyi_pages::{CouncilHome, CouncilOffice, CouncilView, DossierLink, ReportBars, ReportChart};
use rongyi_store::Proposal;
use serde::Deserialize;

use super::{Told, bind, shown, tried};
use crate::access::SignedIn;
use crate::door::asked::Unread;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::ledger::past;
use crate::rulebooks::change::ChangeError;
use crate::rulebooks::simulate::Group;
use crate::rulebooks::vote;

/// `GET /{community}/operator/council`.
pub(crate) async fn show_council(duty: OnDuty) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let found = match tried(house, &visit.code).await {
        Ok(found) => found,
        Err(error @ (ChangeError::Wrong(_) | ChangeError::Said { .. })) => {
            let text = Fault::from(error).text;
            return Ok(Html(nothing(visit, visit.say(&text))).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    let Some(told) = found else {
        let text = visit.either(
            "没有改动要议：保存的文件就是启用的规则。先在文件里改好，再打开这一页。",
            "There is no change to talk about: what is saved is what is in force. Change the file first, then open this page.",
        );
        return Ok(Html(nothing(visit, text)).into_response());
    };
    let now = shown(house, &visit.code).await?;
    let vote = match &now {
        Some((kept, _)) => vote::told(house, &visit.code, kept).await?,
        None => None,
    };
    let office = CouncilOffice {
        case: vote.map(|(case, text)| DossierLink {
            href: visit.path(&format!("/queue/{case}")),
            title: visit.say(&text),
            main: false,
        }),
        is_this: now
            .as_ref()
            .is_some_and(|(kept, _)| kept.number == told.number),
        shown: match &now {
            Some((kept, _)) => Some(by(visit, kept).await),
            None => None,
        },
        number: told.number.clone(),
        matter: matter(visit),
    };
    let view = CouncilView {
        home: "operator",
        back: back(visit),
        office: Some(office),
        ..view(visit, &told)
    };
    Ok(Html(view).into_response())
}

fn back(visit: &Visit) -> DossierLink {
    DossierLink {
        href: visit.path("/operator/changes"),
        title: visit.either("规则的改动", "Changes of the rules"),
        main: false,
    }
}

fn nothing(visit: &Visit, text: String) -> CouncilView {
    CouncilView {
        shell: visit.shell(),
        home: "operator",
        back: back(visit),
        nothing: Some(text),
        span: String::new(),
        words: Vec::new(),
        days: Vec::new(),
        said: Vec::new(),
        chart: ReportChart {
            labels: Vec::new(),
            up: Vec::new(),
            down: Vec::new(),
        },
        homes: Vec::new(),
        vote: String::new(),
        own: None,
        office: None,
    }
}

/// Who shows what since when.
async fn by(visit: &Visit, kept: &Proposal) -> String {
    let who = visit.actor(&kept.shown_by).await;
    let at = visit.shell().moment_long(visit.moment(kept.shown_at));
    let number = &kept.number;
    visit.either(
        &format!("居民现在看到的是 {number}，{who} 于 {at} 放出来。"),
        &format!("Residents are shown {number} since {at}, by {who}."),
    )
}

/// Where a matter of the council is opened, where the community has such cases.
fn matter(visit: &Visit) -> Option<DossierLink> {
    let community = visit.app.house.community(&visit.code)?;
    let kinds = community.config.cases.iter();
    let kind = kinds
        .map(|kind| kind.kind.code.as_str())
        .find(|code| *code == "matter")?;
    Some(DossierLink {
        href: visit.path(&format!("/cases/new/{kind}")),
        title: visit.either("提交居民议事（说审议解评）", "Bring it before the council"),
        main: false,
    })
}

fn view(visit: &Visit, told: &Told) -> CouncilView {
    let entries = rongyi_pages::format::number(told.entries);
    let (from, to) = (&told.from, &told.to);
    let size = |(size, before, after): &(usize, i64, i64)| CouncilHome {
        who: visit.say(&Group::Size(*size).title()),
        before: *before,
        after: *after,
    };
    CouncilView {
        nothing: None,
        span: visit.either(
            &format!("拿 {from} 到 {to} 真实记过的 {entries} 笔试算。"),
            &format!("Tried on the {entries} entries that were booked from {from} to {to}."),
        ),
        words: told
            .words
            .iter()
            .map(|(new, said)| (*new, visit.say(&said.text())))
            .collect(),
        days: told
            .days
            .iter()
            .map(|said| visit.say(&said.text()))
            .collect(),
        said: told
            .said
            .iter()
            .map(|said| visit.say(&said.text()))
            .collect(),
        chart: ReportChart {
            labels: told
                .spread
                .iter()
                .map(|(label, _)| visit.say(&label.text()))
                .collect(),
            up: vec![ReportBars {
                title: visit.either("户（人）", "holders"),
                values: told.spread.iter().map(|(_, count)| *count).collect(),
            }],
            down: Vec::new(),
        },
        homes: told.homes.iter().map(size).collect(),
        ..nothing(visit, String::new())
    }
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    act: String,
    plan: String,
    case: String,
}

/// `POST /{community}/operator/council`.
pub(crate) async fn change_council(duty: OnDuty, sent: Unread<Sent>) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let house = &visit.app.house;
    match sent.act.as_str() {
        "show" => {
            let told = tried(house, &visit.code).await?;
            // What was looked at is shown, and nothing else.
            let told = told.filter(|told| told.number == sent.plan);
            let told = told.ok_or_else(|| {
                Fault::input(
                    "plan",
                    "文件在您看的时候又改了，没有放出来。请再看一遍。",
                    "the file was changed while you looked, so nothing is shown. Look at it once more.",
                )
            })?;
            let proposal = Proposal {
                number: told.number.clone(),
                body: serde_json::to_string(&told).unwrap_or_default(),
                shown_at: house.clock.now(),
                shown_by: duty.actor().code(),
            };
            let kept = house.store.show_proposal(&visit.code, &proposal).await;
            kept.map_err(ClerkError::from)?;
        }
        "bind" => {
            let case = typed::digits(&sent.case).and_then(|digits| digits.parse().ok());
            let case = case.ok_or_else(|| {
                Fault::input(
                    "case",
                    "请填议事那一件的编号，例如 12；编号写在那一件的页面上。",
                    "write the number of the council's matter, such as 12; it stands on the page of that case.",
                )
            })?;
            bind(house, &visit.code, case).await?;
        }
        "end" => {
            let ended = house.store.end_proposal(&visit.code).await;
            ended.map_err(ClerkError::from)?;
        }
        _ => return Err(Fault::not_found()),
    }
    Ok(go(&visit.path("/operator/council")))
}

/// `GET /{community}/rules/change`: what is shown, for everybody; who is signed in as a resident also sees their own.
pub(crate) async fn show_change(visit: Visit) -> Result<Response, Fault> {
    let house = &visit.app.house;
    let kept = shown(house, &visit.code).await.map_err(ClerkError::from)?;
    let (kept, told) = kept.ok_or_else(Fault::not_found)?;
    let vote = vote::told(house, &visit.code, &kept).await?;
    let resident = match &visit.who {
        Some(SignedIn::Resident(session)) => Some(session.resident),
        Some(SignedIn::Staff(_)) | None => None,
    };
    let own = match resident {
        Some(resident) => {
            let needs = [Need::Resident(resident)];
            let rows = house.store.load(&visit.code, &needs).await;
            let rows = rows.map_err(ClerkError::from)?;
            let member = rows.into_iter().find_map(|row| {
                if let Loaded::Resident(_, member) = row {
                    member
                } else {
                    None
                }
            });
            let frame = house.store.frame(&visit.code).await?;
            let settings = frame.and_then(|frame| frame.settings);
            member.zip(settings).map(|(member, settings)| {
                let points = AssetNo::POINTS;
                let holder = past::holder_of(&settings, points, resident, member.household);
                let (before, after) = told.own(holder).unwrap_or_default();
                CouncilHome {
                    who: String::new(),
                    before,
                    after,
                }
            })
        }
        None => None,
    };
    let view = CouncilView {
        home: if resident.is_some() { "me" } else { "" },
        back: DossierLink {
            href: visit.path("/rules"),
            title: visit.either("积分规则", "The rules"),
            main: false,
        },
        own,
        vote: vote.map_or_else(String::new, |(_, text)| visit.say(&text)),
        ..view(&visit, &told)
    };
    Ok(Html(view).into_response())
}

/// What the public rules say of it: the way to the page, where a change is shown.
pub(crate) async fn link(visit: &Visit) -> Result<Option<DossierLink>, Fault> {
    let kept = visit.app.house.store.proposal(&visit.code).await;
    let kept = kept.map_err(ClerkError::from)?;
    Ok(kept.map(|_| DossierLink {
        href: visit.path("/rules/change"),
        title: visit.either(
            "规则要改：看看改什么、对自己家怎样",
            "The rules are to change: what, and what it means for your household",
        ),
        main: true,
    }))
}
