//! What a resident does on the pages of activities: join, leave, sign in and out with the code at the door, and look at their own
//! shifts and hours. Nothing changes with GET.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use rongyi_activities::{Joined, Metric, Place, Progress, Proof, State, What, is_inside};
use rongyi_core::chain::hex;
use rongyi_core::typed;
use rongyi_pages::{ActivityHereView, ActivityHoursView, ActivityView, AttendedRow, StarsCard};
use serde::Deserialize;

use super::{feed, public, row, view, when, wrong};
use crate::access::random;
use crate::activities::attending::{marks_of, sign};
use crate::activities::certificates::proof_title;
use crate::activities::{ActivityError, join, leave, of_resident, stars};
use crate::door::asked::{Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, go};
use crate::ledger::wallets::at_hand as wallet_at_hand;

/// Attended shifts on one page.
const LINES: u32 = 200;

/// Which shift.
#[derive(Debug, Deserialize)]
pub(crate) struct OfShift {
    #[serde(default)]
    shift: String,
    #[serde(default)]
    team: String,
}

fn shift_no(text: &str) -> Result<u32, Fault> {
    text.parse().map_err(|_| Fault::not_found())
}

/// The activity's page with what was wrong.
async fn again(member: &Member, no: u64, error: ActivityError) -> Result<Response, Fault> {
    let visit = &member.visit;
    let fault = Fault::from(error);
    if !fault.status.is_client_error() || fault.code == "not-found" {
        return Err(fault);
    }
    let at_hand = public(visit, no).await?;
    let view = view(visit, &at_hand, None).await?;
    let errors = wrong(visit, "form", &fault);
    Ok((fault.status, Html(ActivityView { errors, ..view })).into_response())
}

/// `POST /{community}/activities/{no}/join`.
pub(crate) async fn join_shift(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
    sent: Unread<OfShift>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let shift = shift_no(&sent.shift)?;
    let visit = &member.visit;
    let (house, actor) = (&visit.app.house, member.actor());
    let me = (member.me.resident, sent.team.parse().ok());
    match join(house, &visit.code, &actor, (no, shift), me).await {
        Ok(joined) => {
            let word = match joined {
                Joined::Seat => "seat",
                Joined::Waiting(_) => "waiting",
            };
            Ok(go(&visit.path(&format!("/activities/{no}?done={word}"))))
        }
        Err(error) => again(&member, no, error).await,
    }
}

/// `POST /{community}/activities/{no}/leave`.
pub(crate) async fn leave_shift(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
    sent: Unread<OfShift>,
) -> Result<Response, Fault> {
    let shift = shift_no(&sent.form().await?.shift)?;
    let visit = &member.visit;
    let (house, actor) = (&visit.app.house, member.actor());
    let me = member.me.resident;
    match leave(house, &visit.code, &actor, (no, shift), me).await {
        Ok(()) => Ok(go(&visit.path(&format!("/activities/{no}?done=left")))),
        Err(error) => again(&member, no, error).await,
    }
}

/// What the QR at the door holds.
#[derive(Debug, Deserialize)]
pub(crate) struct HereQuery {
    #[serde(default)]
    shift: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    done: String,
}

async fn here(
    member: &Member,
    no: u64,
    (shift_no, code): (u32, String),
) -> Result<ActivityHereView, Fault> {
    let visit = &member.visit;
    let at_hand = public(visit, no).await?;
    let (stored, shift) = at_hand.shift(shift_no)?;
    let base = visit.path(&format!("/activities/{no}"));
    Ok(ActivityHereView {
        action: format!("{base}/here"),
        back: base,
        title: at_hand.activity.title.clone(),
        when: when(visit, shift.span),
        shift: shift_no,
        code,
        inside: is_inside(&marks_of(stored, member.me.resident)),
        done: String::new(),
        key: hex(&random::<16>()),
        errors: Vec::new(),
        shell: visit.shell(),
    })
}

/// `GET /{community}/activities/{no}/here`: the QR leads here; a button signs in.
pub(crate) async fn show_here(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
    Typed(query): Typed<HereQuery>,
) -> Result<Response, Fault> {
    let visit = &member.visit;
    let shift = shift_no(&query.shift)?;
    let code = typed::digits(&query.code).unwrap_or_default();
    let view = here(&member, no, (shift, code)).await?;
    let done = match query.done.as_str() {
        "in" => visit.either(
            "签到了。走的时候回到这里签退，或等带队的人一起签退。",
            "You are signed in. Sign out here when you go, or wait for the leader to end it.",
        ),
        "out" => visit.either(
            "签退了，谢谢您。时长核对以后会记到您名下。",
            "You are signed out. Thank you. Your time is booked once it is checked.",
        ),
        _ => String::new(),
    };
    Ok(Html(ActivityHereView { done, ..view }).into_response())
}

/// What is typed at the door.
#[derive(Debug, Deserialize)]
pub(crate) struct SentHere {
    #[serde(default)]
    shift: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    key: String,
}

/// `POST /{community}/activities/{no}/here`.
pub(crate) async fn sign_here(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
    sent: Unread<SentHere>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &member.visit;
    let shift = shift_no(&sent.shift)?;
    let what = if sent.what == "out" {
        What::Out
    } else {
        What::In
    };
    let code = typed::digits(&sent.code).unwrap_or_default();
    let token = if (1..=64).contains(&sent.key.len()) {
        sent.key.clone()
    } else {
        hex(&random::<16>())
    };
    let secret = visit.app.vault.secret();
    let signed = sign(
        &visit.app.house,
        (&visit.code, &secret),
        member.me.resident,
        (no, shift),
        (&code, what, &token),
    );
    match signed.await {
        Ok(()) => {
            let word = if what == What::Out { "out" } else { "in" };
            let path = format!("/activities/{no}/here?shift={shift}&done={word}");
            Ok(go(&visit.path(&path)))
        }
        Err(error @ ActivityError::Refused(_)) => {
            let fault = Fault::from(error);
            let view = here(&member, no, (shift, code)).await?;
            let errors = wrong(visit, "code", &fault);
            Ok((fault.status, Html(ActivityHereView { errors, ..view })).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// By what it is known, in the reader's words.
pub(super) fn proof_word(visit: &crate::door::visit::Visit, proof: Proof) -> String {
    visit.say(&proof_title(Some(proof)))
}

/// `GET /{community}/me/hours`.
pub(crate) async fn show_hours(member: Member) -> Result<Response, Fault> {
    let visit = &member.visit;
    let house = &visit.app.house;
    let me = member.me.resident;
    let (frame, wallet) = wallet_at_hand(visit, &member.me).await?;
    let now = house.clock.now();
    let mut shifts = Vec::new();
    for at_hand in of_resident(house, &visit.code, me).await? {
        if at_hand.activity.state == State::Draft {
            continue;
        }
        for shift in &at_hand.activity.shifts {
            if shift.is_over(now) || shift.of(me.0).is_none() {
                continue;
            }
            let href = visit.path(&format!("/activities/{}", at_hand.activity.no));
            let mut line = row(visit, &at_hand, shift, href);
            line.when = format!(
                "{} · {}",
                when(visit, shift.span),
                at_hand.stored.words.location
            );
            shifts.push((shift.span.starts, line));
        }
    }
    shifts.sort_by_key(|(at, _)| *at);
    let attended = house.store.attended(&visit.code, me, LINES).await?;
    let this_year = visit.today().year_start();
    let (mut year, mut sum) = (0_i64, 0_i64);
    let mut kinds: BTreeMap<String, i64> = BTreeMap::new();
    let mut proofs: BTreeMap<i64, i64> = BTreeMap::new();
    let mut lines = Vec::new();
    for one in &attended {
        let on = house.day_of(&visit.code, one.starts);
        let title = frame
            .rule_for(&one.kind, on)
            .map_or_else(|| one.kind.to_string(), |(_, plan)| visit.say(&plan.title));
        let of_kind = kinds.entry(title).or_default();
        *of_kind = of_kind.saturating_add(one.counted);
        let of_proof = proofs.entry(one.proof).or_default();
        *of_proof = of_proof.saturating_add(one.counted);
        sum = sum.saturating_add(one.counted);
        if on >= this_year {
            year = year.saturating_add(one.counted);
        }
        let proof = Proof::of(one.proof).map_or_else(String::new, |proof| proof_word(visit, proof));
        let day = crate::door::visit::day(on).short(visit.lang());
        lines.push(AttendedRow {
            href: visit.path(&format!("/passbook/{}", one.entry)),
            title: one.title.clone(),
            note: format!("{day} · {proof}"),
            minutes: one.counted,
        });
    }
    let mut kinds: Vec<(String, i64)> = kinds.into_iter().collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.1));
    let told = proofs.iter().filter_map(|(proof, minutes)| {
        let percent = minutes.saturating_mul(100).checked_div(sum)?;
        let word = proof_word(visit, Proof::of(*proof)?);
        Some(format!("{word} {percent}%"))
    });
    let told: Vec<String> = told.collect();
    let proofs = if told.is_empty() {
        String::new()
    } else {
        let all = told.join(&visit.either("，", ", "));
        visit.either(
            &format!("凭证：{all}。时长不能换东西，也不会过期。"),
            &format!("Proved: {all}. Hours buy nothing and never lapse."),
        )
    };
    Ok(Html(ActivityHoursView {
        name: member.me.name.clone(),
        minutes: wallet.minutes,
        year,
        shifts: shifts.into_iter().map(|(_, line)| line).collect(),
        kinds,
        other: wallet.minutes.saturating_sub(sum),
        lines,
        proofs,
        stars: stars_card(visit, me).await?,
        feed: feed::path(visit, me),
        shell: visit.shell(),
    })
    .into_response())
}

/// How far somebody is with their stars, in words.
async fn stars_card(
    visit: &crate::door::visit::Visit,
    me: rongyi_core::ids::ResidentNo,
) -> Result<Option<StarsCard>, Fault> {
    let reached = stars::of_resident(&visit.app.house, &visit.code, me).await?;
    if reached.levels.is_empty() {
        return Ok(None);
    }
    let hours = |minutes: i64| {
        let tenths = minutes.saturating_mul(10).div_euclid(60);
        format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))
    };
    let told = |one: &Progress| {
        let (have, need) = (one.have, one.need);
        match one.metric {
            Metric::Minutes => visit.either(
                &format!("累计 {} 小时，要 {} 小时", hours(have), hours(need)),
                &format!("{} of {} h in all", hours(have), hours(need)),
            ),
            Metric::Points => visit.either(
                &format!("累计得 {have} 分，要 {need} 分"),
                &format!("{have} of {need} points in all"),
            ),
            Metric::Months => visit.either(
                &format!("服务满 {have} 个月，要 {need} 个月"),
                &format!("{have} of {need} months since the first service"),
            ),
            Metric::YearMinutes => visit.either(
                &format!("近一年 {} 小时，要 {} 小时", hours(have), hours(need)),
                &format!("{} of {} h within a year", hours(have), hours(need)),
            ),
        }
    };
    let standing = &reached.standing;
    let level = standing
        .stars
        .checked_sub(1)
        .and_then(|no| reached.levels.get(no));
    let next = reached.levels.get(standing.stars);
    let review = standing.review.as_ref().map_or_else(String::new, |review| {
        let more = hours(review.need.saturating_sub(review.have));
        visit.either(
            &format!("年审：近一年再服务 {more} 小时，就保住这一星。"),
            &format!("Yearly review: {more} h more within the year keep this star."),
        )
    });
    Ok(Some(StarsCard {
        stars: (standing.stars, reached.levels.len()),
        title: level.map_or_else(
            || visit.either("还没有星", "no star yet"),
            |level| visit.say(&level.title),
        ),
        review,
        next: next.map_or_else(String::new, |next| {
            let title = visit.say(&next.title);
            visit.either(&format!("到“{title}”："), &format!("Towards “{title}”:"))
        }),
        asked: standing
            .next
            .iter()
            .map(|one| (told(one), one.percent()))
            .collect(),
    }))
}

/// Whether somebody has a seat, for the record of who reads what: the leader's page names only these.
pub(super) fn on_list(shift: &rongyi_activities::Shift) -> Vec<rongyi_core::ids::ResidentNo> {
    let all = shift.signups.iter().filter(|one| one.place != Place::Left);
    all.map(|one| rongyi_core::ids::ResidentNo(one.resident))
        .collect()
}
