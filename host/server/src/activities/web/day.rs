//! The leader's day on a telephone: who came, who is missing and their number, the code at the door, the end, and then the hours
//! for somebody else to confirm.

use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use rongyi_activities::{
    Door, Odd, Place, Presence, Shift, State, What, code_at, is_inside, seconds_left,
};
use rongyi_core::chain::hex;
use rongyi_core::ids::ResidentNo;
use rongyi_core::typed;
use rongyi_pages::{ActivityDayView, ActivityDoorView, Attendee, HoursRow};
use rongyi_store::{PresenceState, StoredPresence, StoredShift};
use serde::Deserialize;

use super::own::{on_list, proof_word};
use super::{DoneQuery, site, when, wrong};
use crate::access::random;
use crate::activities::attending::{self, leads, marks_of, presence_of};
use crate::activities::{find, honest};
use crate::door::asked::{No, Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, go};
use crate::door::{Act, Kind};
use crate::ledger::refused::Told;

pub(super) type Of = Path<(String, Seq, No)>;

pub(super) fn place(duty: &OnDuty, no: u64, shift: u32) -> String {
    duty.visit.path(&format!("/volunteering/{no}/{shift}"))
}

/// `GET /{community}/volunteering/{no}/{shift}`.
pub(crate) async fn show_day(
    duty: OnDuty,
    Path((_, Seq(no), No(shift))): Of,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let done = match query.done.as_str() {
        "in" => visit.either("记到了。", "Noted as here."),
        "out" => visit.either("签退了。", "Signed out."),
        "void" => visit.either("撤掉了。", "Struck out."),
        "paper" => visit.either(
            "补记好了，凭证写的是“事后补记”。",
            "Entered; it is proved as entered afterwards.",
        ),
        "end" => visit.either(
            "结束了，大家都签退了。时长请另一位同事来确认。",
            "It is over and everybody is signed out. Ask a colleague to confirm the hours.",
        ),
        "confirmed" => visit.either(
            "确认好了，时长已按社区的办法记账。",
            "Confirmed; the hours are counted by the community’s rule.",
        ),
        "second" => visit.either(
            "确认好了。手工记的时间较长的，还要另一位同事再确认一次。",
            "Confirmed. What is long and was entered by hand needs one more colleague.",
        ),
        _ => String::new(),
    };
    let view = view(&duty, no, shift).await?;
    Ok(Html(ActivityDayView { done, ..view }).into_response())
}

async fn view(duty: &OnDuty, no: u64, shift_no: u32) -> Result<ActivityDayView, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let at_hand = find(house, &visit.code, no).await?;
    let (stored, shift) = at_hand.shift(shift_no)?;
    duty.reads(Kind::Identity, &on_list(shift)).await?;
    let now = house.clock.now();
    let over = shift.is_over(now);
    let open = at_hand.activity.state == State::Open && shift.ended_at.is_none();
    let (mut missing, mut here, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for one in shift.at(Place::Seat) {
        let resident = ResidentNo(one.resident);
        let person = attendee(duty, stored, resident).await?;
        let proved = presence_of(stored, shift, resident);
        if is_inside(&marks_of(stored, resident)) {
            here.push(person);
        } else if proved.came {
            gone.push(person);
        } else {
            missing.push(person);
        }
    }
    let mut waiting = Vec::new();
    for one in shift.at(Place::Waiting) {
        waiting.push(visit.masked(ResidentNo(one.resident)).await?);
    }
    let hours = if over {
        hours(duty, at_hand.stored.leader, (stored, shift)).await?
    } else {
        Vec::new()
    };
    let left = shift.at(Place::Seat).iter().any(|one| {
        let known = stored
            .presences
            .iter()
            .find(|row| row.resident.0 == one.resident);
        known.is_none_or(|row| row.state == PresenceState::NeedsSecond)
    });
    let leader = leads(&duty.staff, &at_hand);
    Ok(ActivityDayView {
        href: place(duty, no, shift_no),
        back: visit.path(&format!("/volunteering/{no}")),
        title: at_hand.activity.title.clone(),
        when: when(visit, shift.span),
        missing,
        here,
        gone,
        waiting,
        open,
        paper: at_hand.activity.state == State::Open && now >= shift.span.starts && left,
        may_end: open && now >= shift.span.starts,
        may_confirm: over && left && !leader && duty.may(Act::ConfirmHours),
        confirm_told: match (hours.is_empty(), left, leader) {
            (false, true, true) => visit.either(
                "带队的人不能确认自己这一班的时长，请另一位同事打开这一页来确认。",
                "Whoever led the shift does not confirm its hours: ask a colleague to open this page.",
            ),
            (false, true, false) => visit.either(
                "请对一对人和时间。确认以后，时长按社区的办法记到各人名下。",
                "Check people and times. Once confirmed, the hours are counted by the community’s rule.",
            ),
            (true, _, _) | (false, false, _) => String::new(),
        },
        hours,
        key: hex(&random::<16>()),
        done: String::new(),
        errors: Vec::new(),
        shell: visit.shell(),
    })
}

async fn attendee(
    duty: &OnDuty,
    stored: &StoredShift,
    resident: ResidentNo,
) -> Result<Attendee, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let person = store.resident_person(&visit.code, resident).await?;
    let minor = store.public_name(&visit.code, resident).await?;
    let minor = minor.is_some_and(|known| known.minor);
    let marks = marks_of(stored, resident);
    let last = marks.iter().rev().find(|mark| mark.what != What::Void);
    let mut note = last.map_or_else(String::new, |mark| {
        let at = visit.moment(mark.at);
        let proof = proof_word(visit, mark.proof);
        format!("{:02}:{:02} {proof}", at.hour, at.minute)
    });
    if last.is_none() {
        note = visit.either(&format!("{resident} 号"), &format!("No. {resident}"));
    }
    if minor {
        let told = visit.either("未成年，打给家长", "a minor: ring the family");
        note = format!("{note} · {told}");
    }
    Ok(Attendee {
        resident: resident.0,
        name: person
            .as_ref()
            .map_or_else(|| resident.to_string(), |person| person.name.clone()),
        note,
        phone: person.and_then(|person| person.phone).unwrap_or_default(),
    })
}

fn odd_word(duty: &OnDuty, odd: Odd) -> String {
    let (zh, en) = match odd {
        Odd::NoSignOut => (
            "没有签退，算到这一班结束",
            "no sign-out: counted to the end",
        ),
        Odd::Disorder => ("签退在签到前面", "signed out before signing in"),
        Odd::Cut => ("超出的时间没有算", "what is beyond the shift is left out"),
        Odd::Late => ("来晚了", "came late"),
        Odd::Early => ("先走了", "left early"),
        Odd::NotedLate => ("事后补记", "entered afterwards"),
        Odd::OwnPeople => (
            "是带队人自己或家人，请多看一眼",
            "the leader or their household: look twice",
        ),
        Odd::FullDay => (
            "这一天合起来超过 12 小时，请核实",
            "more than 12 hours on this day: please check",
        ),
        Odd::AlwaysWhole => (
            "连着五次都是手工记、记满全程，请核实",
            "five whole shifts in a row on somebody’s word: please check",
        ),
    };
    duty.visit.either(zh, en)
}

async fn hours(
    duty: &OnDuty,
    leader: i64,
    (stored, shift): (&StoredShift, &Shift),
) -> Result<Vec<HoursRow>, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let own = honest::own_people(house, &visit.code, leader).await?;
    let mut rows = Vec::new();
    for one in shift.at(Place::Seat) {
        let resident = ResidentNo(one.resident);
        let person = attendee(duty, stored, resident).await?;
        let mut proved = presence_of(stored, shift, resident);
        let beyond = honest::odd_of((house, &visit.code), shift, resident, (&proved, &own)).await?;
        let doubtful = !beyond.is_empty() || proved.odd.contains(&Odd::Disorder);
        proved.odd.extend(beyond);
        let known = stored.presences.iter().find(|row| row.resident == resident);
        let (state, bad) = known.map_or((String::new(), false), |row| became(duty, row));
        rows.push(HoursRow {
            name: person.name,
            minutes: visit.either(
                &format!("{} 分钟", proved.minutes),
                &format!("{} min", proved.minutes),
            ),
            note: noted(duty, &proved),
            state,
            bad: bad || doubtful,
        });
    }
    Ok(rows)
}

fn noted(duty: &OnDuty, proved: &Presence) -> String {
    if !proved.came {
        return duty.visit.either("没有来", "did not come");
    }
    let odd = proved.odd.iter().map(|odd| odd_word(duty, *odd));
    let all: Vec<String> = std::iter::once(proof_word(&duty.visit, proved.proof))
        .chain(odd)
        .collect();
    all.join(&duty.visit.either("，", ", "))
}

fn became(duty: &OnDuty, row: &StoredPresence) -> (String, bool) {
    let visit = &duty.visit;
    match row.state {
        PresenceState::NeedsSecond => {
            (visit.either("还要一人确认", "needs a second person"), false)
        }
        PresenceState::Waiting => (visit.either("正在记账", "being booked"), false),
        PresenceState::Booked => {
            let counted = row.counted.unwrap_or(0);
            (
                visit.either(
                    &format!("记了 {counted} 分钟"),
                    &format!("{counted} min booked"),
                ),
                false,
            )
        }
        PresenceState::Refused => {
            let told: Option<Told> = row
                .told
                .as_deref()
                .and_then(|told| serde_json::from_str(told).ok());
            let why = told.map_or_else(String::new, |told| visit.either(&told.zh, &told.en));
            (
                visit.either(&format!("没有记上：{why}"), &format!("Not booked: {why}")),
                true,
            )
        }
        PresenceState::Absent => (visit.either("不记时长", "no hours"), false),
    }
}

/// `GET /{community}/volunteering/{no}/{shift}/code`: comes again by itself when the code changes.
pub(crate) async fn show_code(
    duty: OnDuty,
    Path((_, Seq(no), No(shift_no))): Of,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let at_hand = find(house, &visit.code, no).await?;
    let (_, shift) = at_hand.shift(shift_no)?;
    if at_hand.activity.state != State::Open || shift.ended_at.is_some() {
        return Ok(go(&place(&duty, no, shift_no)));
    }
    let now = house.clock.now();
    let door = Door {
        community: visit.code.as_str(),
        activity: no,
        shift: shift_no,
    };
    let code = code_at(&visit.app.vault.secret(), door, now);
    let base = site(visit, &headers);
    let path = visit.path(&format!(
        "/activities/{no}/here?shift={shift_no}&code={code}"
    ));
    let seconds = seconds_left(now);
    let view = ActivityDoorView {
        title: at_hand.activity.title.clone(),
        when: when(visit, shift.span),
        address: format!("{base}{path}"),
        code,
        seconds,
        back: place(&duty, no, shift_no),
        shell: visit.shell(),
    };
    let again = (HeaderName::from_static("refresh"), seconds.to_string());
    Ok(([again], Html(view)).into_response())
}

/// What the leader's list sends.
#[derive(Debug, Deserialize)]
pub(crate) struct SentMark {
    #[serde(default)]
    resident: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    key: String,
}

pub(super) async fn again(duty: &OnDuty, of: (u64, u32), fault: Fault) -> Result<Response, Fault> {
    if !fault.status.is_client_error() || fault.code == "not-found" {
        return Err(fault);
    }
    let view = view(duty, of.0, of.1).await?;
    let errors = wrong(&duty.visit, "form", &fault);
    Ok((fault.status, Html(ActivityDayView { errors, ..view })).into_response())
}

/// `POST /{community}/volunteering/{no}/{shift}/mark`.
pub(crate) async fn mark(
    duty: OnDuty,
    Path((_, Seq(no), No(shift))): Of,
    sent: Unread<SentMark>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let (house, actor) = (&visit.app.house, duty.actor());
    let digits = typed::digits(&sent.resident).and_then(|digits| digits.parse().ok());
    // What is no number is nobody's.
    let resident = ResidentNo(digits.unwrap_or(0));
    let token = if (1..=64).contains(&sent.key.len()) {
        format!("{}-{}", sent.key, sent.what)
    } else {
        hex(&random::<16>())
    };
    let of = (no, shift);
    let (word, marked) = match sent.what.as_str() {
        "out" => ("out", What::Out),
        "void" => ("void", What::Void),
        "add" => {
            let added = attending::add(house, &visit.code, &actor, of, (resident, &token)).await;
            return match added {
                Ok(()) => Ok(go(&format!("{}?done=in", place(&duty, no, shift)))),
                Err(error) => again(&duty, of, error.into()).await,
            };
        }
        _ => ("in", What::In),
    };
    let marked = attending::mark(house, &visit.code, &actor, of, (resident, marked, &token));
    match marked.await {
        Ok(()) => Ok(go(&format!("{}?done={word}", place(&duty, no, shift)))),
        Err(error) => again(&duty, of, error.into()).await,
    }
}

/// `POST /{community}/volunteering/{no}/{shift}/end`.
pub(crate) async fn end(
    duty: OnDuty,
    Path((_, Seq(no), No(shift))): Of,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let actor = duty.actor();
    let ended = attending::end(&visit.app.house, &visit.code, &actor, (no, shift));
    match ended.await {
        Ok(()) => Ok(go(&format!("{}?done=end", place(&duty, no, shift)))),
        Err(error) => again(&duty, (no, shift), error.into()).await,
    }
}

/// `POST /{community}/volunteering/{no}/{shift}/confirm`.
pub(crate) async fn confirm(
    duty: OnDuty,
    Path((_, Seq(no), No(shift))): Of,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let confirmed = attending::confirm(&visit.app.house, &visit.code, &duty.staff, (no, shift));
    match confirmed.await {
        Ok(tally) => {
            let word = if tally.second > 0 {
                "second"
            } else {
                "confirmed"
            };
            Ok(go(&format!("{}?done={word}", place(&duty, no, shift))))
        }
        Err(error) => again(&duty, (no, shift), error.into()).await,
    }
}
