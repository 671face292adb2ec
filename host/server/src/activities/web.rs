//! Activities on pages: what's on, and one activity, for everybody and for the office. What residents send is in [`own`], what
//! the office writes in [`office`], the leader's day in [`day`].

pub(crate) mod certificates;
pub(crate) mod day;
mod dossier;
pub(crate) mod feed;
mod form;
pub(crate) mod gate;
pub(crate) mod office;
pub(crate) mod own;
pub(crate) mod teams;

use std::collections::BTreeMap;

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use rongyi_activities::{Place, Proof, Shift, Span, Stage, State};
use rongyi_clerk::clock::local;
use rongyi_core::ids::ResidentNo;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{
    ActivitiesView, ActivityDay, ActivityDesk, ActivityRow, ActivityView, CaseFault, CaseTone,
    DossierLink, ShiftCard, WorkFilter,
};
use rongyi_store::MemberFilter;
use serde::Deserialize;

use super::certificates::proof_title;
use super::{AtHand, between, clock, find};
use crate::access::{SignedIn, random};
use crate::door::asked::{Path, Seq, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Visit, day as shown_day};
use rongyi_core::chain::hex;

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;
/// So long before the beginning signing in opens, as the page shows it.
const HERE_BEFORE_US: i64 = 3_600_000_000;

/// Which days of the list.
#[derive(Debug, Deserialize)]
pub(crate) struct SpanQuery {
    #[serde(default)]
    span: String,
}

/// The resident who reads, if one does.
pub(super) fn reader(visit: &Visit) -> Option<ResidentNo> {
    match &visit.who {
        Some(SignedIn::Resident(me)) if !me.must_change => Some(me.resident),
        Some(SignedIn::Resident(_) | SignedIn::Staff(_)) | None => None,
    }
}

/// `08:30–10:30`.
pub(super) fn hours_of(visit: &Visit, span: Span) -> String {
    let (_, from) = local(span.starts, &visit.zone);
    let (_, until) = local(span.ends, &visit.zone);
    format!("{}–{}", clock(from), clock(until))
}

/// `12月5日 星期六 08:30–10:30`.
pub(crate) fn when(visit: &Visit, span: Span) -> String {
    let (on, _) = local(span.starts, &visit.zone);
    let day = shown_day(on).short(visit.lang());
    format!("{day} {}", hours_of(visit, span))
}

/// Where an activity stands, in the reader's words.
pub(super) fn stage_word(visit: &Visit, stage: Stage) -> (String, CaseTone) {
    let (zh, en, tone) = match stage {
        Stage::Draft => ("草稿", "draft", CaseTone::Ended),
        Stage::Review => ("等同事看", "to be looked at", CaseTone::Waiting),
        Stage::Recruiting => ("招募中", "open", CaseTone::Open),
        Stage::Full => (
            "满了，可以排队",
            "full, with a waiting list",
            CaseTone::Waiting,
        ),
        Stage::Running => ("正在进行", "under way", CaseTone::Done),
        Stage::Ended => (
            "结束了，等确认时长",
            "over, hours to be confirmed",
            CaseTone::Waiting,
        ),
        Stage::Confirmed => ("时长已确认，正在记账", "hours confirmed", CaseTone::Waiting),
        Stage::Notice => ("公示中", "under notice", CaseTone::Waiting),
        Stage::Posted => ("时长已到账", "hours booked", CaseTone::Done),
        Stage::Cancelled => ("取消了", "cancelled", CaseTone::Ended),
    };
    (visit.either(zh, en), tone)
}

/// How many seats are left, in words.
pub(super) fn seats_told(visit: &Visit, shift: &Shift) -> String {
    let (free, waiting) = (shift.free(), shift.at(Place::Waiting).len());
    if free > 0 && waiting == 0 {
        return visit.either(
            &format!("还有 {free} 位，共 {} 位", shift.seats),
            &format!("{free} of {} seats left", shift.seats),
        );
    }
    visit.either(
        &format!("{} 位都满了，{waiting} 人在排队", shift.seats),
        &format!("all {} seats taken, {waiting} waiting", shift.seats),
    )
}

/// A line of a list about one shift.
pub(crate) fn row(visit: &Visit, at_hand: &AtHand, shift: &Shift, href: String) -> ActivityRow {
    let now = visit.app.house.clock.now();
    // The line is about one shift: it stands where an activity of this shift alone would.
    let mut alone = at_hand.activity.clone();
    alone.shifts.retain(|other| other.no == shift.no);
    let (state, tone) = stage_word(visit, alone.stage(now));
    let mine = reader(visit).and_then(|me| shift.of(me.0));
    let mine = mine.map(|mine| match mine.place {
        Place::Seat => visit.either("您报了名", "you are signed up"),
        Place::Waiting | Place::Left => visit.either("您在排队", "you are waiting"),
    });
    let seats = (!shift.is_over(now) && at_hand.activity.state == State::Open)
        .then(|| seats_told(visit, shift));
    let note: Vec<String> = mine.into_iter().chain(seats).collect();
    let mut at = hours_of(visit, shift.span);
    for part in [&at_hand.stored.words.location, &shift.role] {
        if !part.is_empty() {
            at = format!("{at} · {part}");
        }
    }
    ActivityRow {
        href,
        title: at_hand.activity.title.clone(),
        when: at,
        note: note.join(" · "),
        state,
        tone,
    }
}

/// The shifts of activities day by day.
pub(super) fn days(visit: &Visit, mut rows: Vec<(Instant, ActivityRow)>) -> Vec<ActivityDay> {
    rows.sort_by_key(|(at, _)| *at);
    let today = visit.today();
    let mut by_day: BTreeMap<LocalDate, Vec<ActivityRow>> = BTreeMap::new();
    for (at, row) in rows {
        let (on, _) = local(at, &visit.zone);
        by_day.entry(on).or_default().push(row);
    }
    let told = |on: LocalDate| {
        let day = shown_day(on).short(visit.lang());
        if on == today {
            visit.either(&format!("今天 {day}"), &format!("Today, {day}"))
        } else {
            day
        }
    };
    let all = by_day.into_iter();
    all.map(|(on, rows)| ActivityDay {
        day: told(on),
        rows,
    })
    .collect()
}

/// `GET /{community}/activities`.
pub(crate) async fn list_activities(
    visit: Visit,
    Typed(query): Typed<SpanQuery>,
) -> Result<Response, Fault> {
    let month = query.span == "month";
    let now = visit.app.house.clock.now();
    let long = if month { 35 } else { 8 };
    let until = Instant(now.0.saturating_add(DAY_US.saturating_mul(long)));
    let all = between(&visit.app.house, &visit.code, (now, until)).await?;
    let mut rows = Vec::new();
    for at_hand in &all {
        match at_hand.activity.state {
            State::Open | State::Cancelled => {}
            State::Draft | State::Review => continue,
        }
        if at_hand.activity.state == State::Cancelled && !at_hand.activity.has_people() {
            continue;
        }
        let inside = |shift: &&Shift| shift.span.ends > now && shift.span.starts < until;
        for shift in at_hand.activity.shifts.iter().filter(inside) {
            let href = visit.path(&format!("/activities/{}", at_hand.activity.no));
            rows.push((shift.span.starts, row(&visit, at_hand, shift, href)));
        }
    }
    let chip = |word: &str, zh: &str, en: &str, here: bool| WorkFilter {
        href: visit.path(&format!("/activities?span={word}")),
        title: visit.either(zh, en),
        here,
    };
    Ok(Html(ActivitiesView {
        proofs: proofs_told(&visit).await?,
        spans: vec![
            chip("week", "这七天", "These seven days", !month),
            chip("month", "一个月", "A month", month),
        ],
        days: days(&visit, rows),
        mine: reader(&visit).map(|_| visit.path("/me/hours")),
        make: None,
        more: vec![DossierLink {
            href: visit.path("/certificate"),
            title: visit.either("核验时长证明", "Check a certificate"),
            main: false,
        }],
        shell: visit.shell(),
    })
    .into_response())
}

/// How this year's hours were proved, for everybody to read.
async fn proofs_told(visit: &Visit) -> Result<String, Fault> {
    let house = &visit.app.house;
    let Some(begin) = house.start_of(&visit.code, visit.today().year_start()) else {
        return Ok(String::new());
    };
    let window = (begin, house.clock.now());
    let sums = house.store.served_sums(&visit.code, window).await?;
    let all: i64 = sums.iter().map(|sum| sum.minutes).sum();
    let part = |proof: Proof| {
        let own = sums.iter().filter(|sum| sum.proof == proof.number());
        let minutes: i64 = own.map(|sum| sum.minutes).sum();
        let percent = minutes.saturating_mul(100).checked_div(all)?;
        let word = visit.say(&proof_title(Some(proof)));
        (minutes > 0).then(|| format!("{word} {percent}%"))
    };
    let parts: Vec<String> = Proof::ALL.into_iter().filter_map(part).collect();
    if parts.is_empty() {
        return Ok(String::new());
    }
    let hours = all.div_euclid(60);
    let parts = parts.join(&visit.either("，", ", "));
    Ok(visit.either(
        &format!("今年活动里记了 {hours} 小时，凭证：{parts}。"),
        &format!("{hours} h were served in this year's activities, proved {parts}."),
    ))
}

/// What is said after something was done: a word of the address.
#[derive(Debug, Deserialize)]
pub(crate) struct DoneQuery {
    #[serde(default)]
    pub(super) done: String,
}

/// `GET /{community}/activities/{no}`.
pub(crate) async fn show_activity(
    visit: Visit,
    Path((_, Seq(no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let at_hand = public(&visit, no).await?;
    let done = match query.done.as_str() {
        "seat" => visit.either(
            "报上了，有您的名额。来不了的话请早点退掉，让给别人。",
            "You have a seat. If you cannot come, leave it early for somebody else.",
        ),
        "waiting" => visit.either(
            "排上队了。有人退出，就轮到您，回到这一页就能看到。",
            "You are on the waiting list. When somebody leaves, it is your turn; this page shows it.",
        ),
        "left" => visit.either("退掉了。", "You have left that shift."),
        _ => String::new(),
    };
    let view = view(&visit, &at_hand, None).await?;
    Ok(Html(ActivityView { done, ..view }).into_response())
}

/// An activity that everybody may see.
pub(super) async fn public(visit: &Visit, no: u64) -> Result<AtHand, Fault> {
    let at_hand = find(&visit.app.house, &visit.code, no).await?;
    match at_hand.activity.state {
        State::Open | State::Cancelled => Ok(at_hand),
        State::Draft | State::Review => Err(Fault::not_found()),
    }
}

fn card(visit: &Visit, at_hand: &AtHand, shift: &Shift, office: bool) -> ShiftCard {
    let now = visit.app.house.clock.now();
    let open = at_hand.activity.state == State::Open;
    let ahead = open && !shift.is_over(now) && now < shift.span.starts;
    let me = reader(visit);
    let mine = me.and_then(|me| shift.of(me.0));
    let seated = mine.is_some_and(|mine| mine.place == Place::Seat);
    let taken = shift.seats.saturating_sub(shift.free());
    let near = now.0 >= shift.span.starts.0.saturating_sub(HERE_BEFORE_US);
    let base = visit.path(&format!("/activities/{}", at_hand.activity.no));
    let joins = (ahead && mine.is_none() && !office).then(|| {
        let full = shift.free() == 0 || !shift.at(Place::Waiting).is_empty();
        let hours = hours_of(visit, shift.span);
        match (me, full) {
            (None, _) => visit.either("登录后报名", "Sign in to join"),
            (Some(_), true) => visit.either(
                &format!("排队等 {hours} 这一班"),
                &format!("Wait for {hours}"),
            ),
            (Some(_), false) => {
                visit.either(&format!("报名 {hours} 这一班"), &format!("Join {hours}"))
            }
        }
    });
    let line = mine.map(|mine| match mine.place {
        Place::Seat => visit.either("您报了这一班。", "You are signed up for this shift."),
        Place::Waiting | Place::Left => {
            let waiting = shift.at(Place::Waiting);
            let before = waiting.iter().filter(|one| one.turn < mine.turn).count();
            visit.either(
                &format!("您在排队，前面还有 {before} 人。"),
                &format!("You are waiting; {before} before you."),
            )
        }
    });
    ShiftCard {
        no: shift.no,
        when: when(visit, shift.span),
        role: shift.role.clone(),
        seats: (taken, shift.seats),
        told: seats_told(visit, shift),
        mine: line.unwrap_or_default(),
        join: joins,
        leave: ahead && mine.is_some(),
        day: office.then(|| {
            visit.path(&format!(
                "/volunteering/{}/{}",
                at_hand.activity.no, shift.no
            ))
        }),
        here: (open && seated && near && shift.ended_at.is_none() && !office)
            .then(|| format!("{base}/here?shift={}", shift.no)),
    }
}

/// The page of an activity; the office's has a desk.
pub(super) async fn view(
    visit: &Visit,
    at_hand: &AtHand,
    desk: Option<ActivityDesk>,
) -> Result<ActivityView, Fault> {
    let words = &at_hand.stored.words;
    let (adult, consent, _) = at_hand.stored.needs;
    let leader = visit.app.house.store.staff(at_hand.stored.leader).await?;
    let mut facts = Vec::new();
    let mut fact = |zh: &str, en: &str, told: String| {
        if !told.is_empty() {
            facts.push((visit.either(zh, en), told));
        }
    };
    if at_hand.activity.state == State::Cancelled {
        fact("为什么取消", "Why cancelled", at_hand.stored.told.clone());
    }
    fact("在哪里", "Where", words.location.clone());
    fact("带什么", "Bring", words.bring.clone());
    let who = match (adult, consent) {
        (true, _) => visit.either("成年人", "Grown-ups"),
        (false, true) => visit.either(
            "老少都行；未成年人要家长到社区签字同意",
            "Everybody; minors need a guardian’s consent, noted at the office",
        ),
        (false, false) => visit.either("老少都行", "Everybody"),
    };
    fact("谁能来", "Who", who);
    fact("要参加过的培训", "Training", words.training.clone());
    fact("保险", "Insurance", words.insurance.clone());
    fact(
        "带队",
        "Leader",
        leader.map_or_else(String::new, |leader| leader.name),
    );
    fact(
        "怎么记时长",
        "Hours",
        visit.either(
            "到了签到，走时签退；中间的时间由另一位工作人员核对以后，按社区的办法记到您名下。",
            "Sign in when you come and out when you go. Somebody else of the office checks the time, and it is counted by the community’s rule.",
        ),
    );
    let (state, tone) = stage_word(visit, at_hand.activity.stage(visit.app.house.clock.now()));
    let office = desk.is_some();
    let list = if office {
        "/volunteering"
    } else {
        "/activities"
    };
    let shifts = at_hand.activity.shifts.iter();
    let teams = match reader(visit) {
        Some(me) if !office => own_teams(visit, me).await?,
        Some(_) | None => Vec::new(),
    };
    Ok(ActivityView {
        teams,
        href: visit.path(&format!("{list}/{}", at_hand.activity.no)),
        back: visit.path(list),
        title: words.title.clone(),
        state,
        tone,
        about: words.about.clone(),
        facts,
        shifts: shifts
            .map(|shift| card(visit, at_hand, shift, office))
            .collect(),
        desk,
        key: hex(&random::<16>()),
        done: String::new(),
        errors: Vec::new(),
        shell: visit.shell(),
    })
}

/// The teams that a resident belongs to now: number and name.
async fn own_teams(visit: &Visit, me: ResidentNo) -> Result<Vec<(String, String)>, Fault> {
    let store = &visit.app.house.store;
    let of = MemberFilter::Resident(me);
    let of = store.team_members(&visit.code, of).await?;
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let all = store.teams(&visit.code).await?;
    let mine = all.into_iter().filter(|team| {
        let mut of = of.iter();
        of.any(|one| one.team == team.no && one.until.is_none())
    });
    Ok(mine
        .map(|team| (team.no.to_string(), team.words.title))
        .collect())
}

/// Where this host is reached, as a telephone's camera and a paper need it: the configured address, else the one under which
/// the reader's browser came.
pub(super) fn site(visit: &Visit, headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let came = host.map(|host| format!("http://{host}"));
    let configured = visit.app.house.config.public_url.clone();
    let base = configured.or(came).unwrap_or_default();
    base.trim_end_matches('/').to_owned()
}

/// What is wrong, above a form.
pub(super) fn wrong(visit: &Visit, field: &str, fault: &Fault) -> Vec<CaseFault> {
    vec![CaseFault {
        field: field.to_owned(),
        message: visit.say(&fault.text),
    }]
}
