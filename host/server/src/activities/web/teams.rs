//! Teams on the office's pages: the list with what each served this year, and one team with its people, its target and what can
//! be done for all of them at once.

mod form;

use axum::response::{IntoResponse, Response};
use rongyi_core::ids::ResidentNo;
use rongyi_core::time::LocalDate;
use rongyi_pages::{
    CaseFault, CaseTone, DossierForm, DossierLink, DossierList, DossierRow, DossierView,
};
use rongyi_store::{CertificateFilter, StoredTeam};

use super::dossier::{blank, token, told};
use super::form::{At, at};
use super::{DoneQuery, wrong};
use crate::activities::certificates::{self, Wish};
use crate::activities::{ActivityError, teams};
use crate::door::asked::{No, Path, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::door::{Act, Kind};
use crate::earning;
pub(crate) use form::Sent;
use form::{forms, words, words_fields};

/// What each team served this year: its number and the minutes.
async fn this_year(visit: &Visit) -> Result<Vec<(Option<u32>, i64, i64)>, Fault> {
    let today = visit.today();
    let begin = visit.app.house.start_of(&visit.code, today.year_start());
    let begin = begin.ok_or_else(Fault::not_found)?;
    let now = visit.app.house.clock.now();
    let store = &visit.app.house.store;
    let sums = store.served_sums(&visit.code, (begin, now)).await?;
    Ok(sums
        .into_iter()
        .map(|sum| (sum.team, sum.minutes, sum.times))
        .collect())
}

fn hours(minutes: i64) -> String {
    let tenths = minutes.saturating_mul(10).div_euclid(60);
    format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))
}

fn target(visit: &Visit, team: &StoredTeam, served: i64) -> (String, Option<i64>) {
    let target = team.words.year_minutes;
    if target == 0 {
        let done = hours(served);
        let told = visit.either(&format!("今年 {done} 小时"), &format!("{done} h this year"));
        return (told, None);
    }
    let (done, goal) = (hours(served), hours(target));
    let percent = served.saturating_mul(100).checked_div(target).unwrap_or(0);
    let told = visit.either(
        &format!("今年 {done} 小时，目标 {goal}，完成 {percent}%"),
        &format!("{done} of {goal} h this year, {percent}%"),
    );
    (told, Some(percent.clamp(0, 100)))
}

fn sort_title(visit: &Visit, sort: i64) -> String {
    let found = teams::SORTS.iter().find(|(no, _)| *no == sort);
    found.map_or_else(String::new, |(_, title)| visit.either(title.0, title.1))
}

/// `GET /{community}/volunteering/teams`.
pub(crate) async fn list(duty: OnDuty) -> Result<Response, Fault> {
    let sent = Sent {
        hours: "0".to_owned(),
        sort: "2".to_owned(),
        ..Sent::default()
    };
    let view = list_view(&duty.visit, &sent, Vec::new()).await?;
    Ok(Html(view).into_response())
}

async fn list_view(
    visit: &Visit,
    sent: &Sent,
    errors: Vec<CaseFault>,
) -> Result<DossierView, Fault> {
    let all = visit.app.house.store.teams(&visit.code).await?;
    let served = this_year(visit).await?;
    let rows = all.iter().map(|team| {
        let own = served.iter().filter(|(of, _, _)| *of == Some(team.no));
        let minutes = own.map(|(_, minutes, _)| minutes).sum();
        let (told, bar) = target(visit, team, minutes);
        let people = visit.either(
            &format!("{} 人", team.members),
            &format!("{} people", team.members),
        );
        let sort = sort_title(visit, team.words.sort);
        DossierRow {
            href: Some(visit.path(&format!("/volunteering/teams/{}", team.no))),
            title: team.words.title.clone(),
            note: format!("{sort} · {people} · {told}"),
            state: team
                .words
                .closed
                .then(|| (visit.either("停用", "closed"), CaseTone::Ended)),
            bar,
        }
    });
    Ok(DossierView {
        home: "volunteering",
        back: Some(DossierLink {
            href: visit.path("/volunteering"),
            title: visit.either("活动", "Activities"),
            main: false,
        }),
        title: visit.either("志愿队和报到单位", "Teams and reporting units"),
        sub: visit.either(
            "报名时按报名人所在的队记，时长才算得到队上。",
            "Whoever signs up comes with their team, so its hours can be told.",
        ),
        lists: vec![DossierList {
            title: visit.either("各队今年", "This year"),
            empty: visit.either("还没有队。", "There are no teams yet."),
            rows: rows.collect(),
        }],
        forms: vec![DossierForm {
            act: "new",
            action: visit.path("/volunteering/teams"),
            title: visit.either("新建一个队", "A new team"),
            about: String::new(),
            fields: words_fields(visit, sent),
            button: visit.either("建队", "Make it"),
            get: false,
            folded: true,
            main: true,
        }],
        errors,
        ..blank(visit)
    })
}

/// `POST /{community}/volunteering/teams`.
pub(crate) async fn make(duty: OnDuty, sent: Unread<Sent>) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    match words(visit, &sent) {
        Ok(words) => {
            let (house, actor, token) = (&visit.app.house, duty.actor(), token(&sent.key));
            let no = teams::add(house, &visit.code, &actor, (&words, &token)).await?;
            Ok(go(
                &visit.path(&format!("/volunteering/teams/{no}?done=new"))
            ))
        }
        Err((field, fault)) => {
            let errors = wrong(visit, &format!("new-{field}"), &fault);
            let view = list_view(visit, &sent, errors).await?;
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

/// `GET /{community}/volunteering/teams/{team}`.
pub(crate) async fn show(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let done = match query.done.as_str() {
        "new" => visit.either(
            "队建好了。现在可以加人。",
            "The team is there. Add its people.",
        ),
        "save" => visit.either("改好了。", "Saved."),
        "add" => visit.either("加进来了。", "Added."),
        "known" => visit.either("他们本来就在队里。", "They belong to it already."),
        "remove" => visit.either(
            "退出了；以前为队里服务的时长还在。",
            "Taken out; what they served stays with the team.",
        ),
        "ask" => visit.either(
            "有时长的队员都申请了证明，去“证明”核对。",
            "Certificates are asked for everybody with hours: check them below “Certificates”.",
        ),
        _ => String::new(),
    };
    let view = view(&duty, no, (&Sent::default(), Vec::new())).await?;
    Ok(Html(DossierView { done, ..view }).into_response())
}

async fn view(
    duty: &OnDuty,
    no: u32,
    (sent, errors): (&Sent, Vec<CaseFault>),
) -> Result<DossierView, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let team = teams::find(house, &visit.code, no).await?;
    let members = teams::members(house, &visit.code, no).await?;
    let whose: Vec<ResidentNo> = members.iter().map(|one| one.resident).collect();
    duty.reads(Kind::Identity, &whose).await?;
    let mut rows = Vec::new();
    let mut choices = Vec::new();
    for one in &members {
        let person = house
            .store
            .resident_person(&visit.code, one.resident)
            .await?;
        let name = person.map_or_else(|| one.resident.to_string(), |person| person.name);
        let since = crate::door::visit::day(one.since).short(visit.lang());
        choices.push((one.resident.to_string(), format!("{name} {}", one.resident)));
        rows.push(DossierRow {
            title: name,
            note: visit.either(
                &format!("{} 号 · {since} 起", one.resident),
                &format!("No. {} · since {since}", one.resident),
            ),
            ..DossierRow::default()
        });
    }
    let served = this_year(visit).await?;
    let own = served.iter().filter(|(of, _, _)| *of == Some(no));
    let (mut minutes, mut times) = (0_i64, 0_i64);
    for (_, more, often) in own {
        minutes = minutes.saturating_add(*more);
        times = times.saturating_add(*often);
    }
    let (told, _) = target(visit, &team, minutes);
    let issued = certificates::of_team(house, &visit.code, no).await?;
    let mut links = Vec::new();
    if !issued.is_empty() && duty.may(Act::Certify) {
        for (end, zh, en) in [
            (
                "certificates.pdf",
                "证明一起打印（PDF）",
                "All certificates as one PDF",
            ),
            (
                "certificates.zip",
                "证明打包（ZIP）",
                "All certificates as ZIP",
            ),
        ] {
            links.push(DossierLink {
                href: visit.path(&format!("/volunteering/teams/{no}/{end}")),
                title: visit.either(zh, en),
                main: false,
            });
        }
    }
    let mut facts = vec![
        (
            visit.either("哪一类", "What sort"),
            sort_title(visit, team.words.sort),
        ),
        (visit.either("今年", "This year"), told),
        (visit.either("人次", "Times"), times.to_string()),
    ];
    if !team.words.contact.is_empty() {
        facts.push((
            visit.either("联系人", "Whom to call"),
            team.words.contact.clone(),
        ));
    }
    Ok(DossierView {
        home: "volunteering",
        back: Some(DossierLink {
            href: visit.path("/volunteering/teams"),
            title: visit.either("志愿队", "Teams"),
            main: false,
        }),
        title: team.words.title.clone(),
        state: team
            .words
            .closed
            .then(|| (visit.either("停用", "closed"), CaseTone::Ended)),
        facts,
        links,
        lists: vec![DossierList {
            title: visit.either("队员", "People"),
            empty: visit.either("还没有队员。", "Nobody belongs to it yet."),
            rows,
        }],
        forms: forms(duty, (&team, sent), choices),
        errors,
        ..blank(visit)
    })
}

/// `POST /{community}/volunteering/teams/{team}`.
pub(crate) async fn change(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    match done_with(&duty, no, &sent).await {
        Ok(done) => Ok(go(
            &visit.path(&format!("/volunteering/teams/{no}?done={done}"))
        )),
        Err(wrong) => {
            let (fault, errors) = told(visit, &sent.act, wrong)?;
            let view = view(&duty, no, (&sent, errors)).await?;
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

async fn done_with(duty: &OnDuty, no: u32, sent: &Sent) -> Result<&'static str, At> {
    let visit = &duty.visit;
    let (house, actor) = (&visit.app.house, duty.actor());
    let told = |field: &'static str| move |error: ActivityError| (field, Fault::from(error));
    match sent.act.as_str() {
        "add" => {
            let new = (no, sent.people.as_str(), visit.today());
            let joined = teams::join(house, &visit.code, &actor, new).await;
            let word = |new: usize| if new == 0 { "known" } else { "add" };
            joined.map(word).map_err(told("people"))
        }
        "remove" => {
            let resident = earning::resident_no(&sent.resident).map_err(at("resident"))?;
            let gone = (no, resident, visit.today());
            let left = teams::leave(house, &visit.code, &actor, gone).await;
            left.map(|()| "remove").map_err(told("resident"))
        }
        "save" => {
            let words = words(visit, sent)?;
            let saved = house.store.change_team(&visit.code, no, &words).await;
            match saved.map_err(|error| ("", Fault::from(error)))? {
                true => Ok("save"),
                false => Err(("", Fault::not_found())),
            }
        }
        "ask" if duty.may(Act::Certify) => {
            let column = visit.either("哪天", "day");
            let from = earning::day(&sent.from, &column).map_err(at("from"))?;
            let to = earning::day(&sent.to, &column).map_err(at("to"))?;
            ask_for_all(duty, no, ((from, to), &token(&sent.key))).await
        }
        _ => Err(("", Fault::not_found())),
    }
}

/// Asks for everybody who has hours and whose certificate of these days is not on its way.
async fn ask_for_all(
    duty: &OnDuty,
    no: u32,
    (days, key): ((LocalDate, LocalDate), &str),
) -> Result<&'static str, At> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let told = |error: ActivityError| ("from", Fault::from(error));
    let members = teams::members(house, &visit.code, no).await.map_err(told)?;
    let mut asked = 0_usize;
    let mut none = None;
    for one in members {
        let filter = CertificateFilter::Of(one.resident);
        let known = house.store.certificates(&visit.code, &filter).await;
        let known = known.map_err(|error| ("", Fault::from(error)))?;
        if known
            .iter()
            .any(|one| one.days == days && certificates::is_alive(one.state))
        {
            asked += 1;
            continue;
        }
        let token = format!("{key}-{}", one.resident);
        let wish = Wish {
            resident: one.resident,
            team: Some(no),
            corrects: None,
            days,
            token: &token,
        };
        match certificates::ask(house, &visit.code, &duty.actor(), &wish).await {
            Ok(_) => asked += 1,
            Err(ActivityError::Refused(refusal)) => none = Some(refusal),
            Err(error) => return Err(told(error)),
        }
    }
    match none {
        Some(refusal) if asked == 0 => Err(told(refusal.into())),
        Some(_) | None => Ok("ask"),
    }
}
