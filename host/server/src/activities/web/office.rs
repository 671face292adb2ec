//! What the office writes: an activity begun with a template, its shifts, its moves, and what is noted of somebody who may join.

use axum::response::{IntoResponse, Response};
use jiff::civil;
use rongyi_activities::{Move, State, TEMPLATES, Template, template};
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{
    ActivitiesView, ActivityDesk, ActivityMove, ActivityView, CaseFault, CaseField, CaseFormView,
    CaseInput, CaseLink, CasePickView, WorkFilter,
};
use rongyi_store::{ActivityWords, NewShift};
use serde::Deserialize;

use super::{DoneQuery, SpanQuery, days, row, view, wrong};
use crate::access::{Role, random};
use crate::activities::{
    ActivityError, AtHand, CONSENT, Written, add_shift, between, booking, clear, clock, find,
    step as take_step, training, write,
};
use crate::door::asked::{Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::earning::{self, InputError};

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;
/// The most people of a shift.
const SEATS_MAX: i64 = 2_000;
/// Letters of a title, a place, a short answer.
const LINE_MAX: u16 = 80;
/// Letters of what is done.
const ABOUT_MAX: u16 = 800;

/// `GET /{community}/volunteering`.
pub(crate) async fn list_work(
    duty: OnDuty,
    Typed(query): Typed<SpanQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let now = visit.app.house.clock.now();
    let past = query.span == "past";
    let day = |days: i64| Instant(now.0.saturating_add(DAY_US.saturating_mul(days)));
    let window = if past {
        (day(-60), now)
    } else {
        (day(-2), day(60))
    };
    let all = between(&visit.app.house, &visit.code, window).await?;
    let mut rows = Vec::new();
    for at_hand in &all {
        for shift in &at_hand.activity.shifts {
            let no = at_hand.activity.no;
            // What is not published yet is worked on as a whole; a shift that is has its day.
            let href = match at_hand.activity.state {
                State::Open => visit.path(&format!("/volunteering/{no}/{}", shift.no)),
                State::Draft | State::Review | State::Cancelled => {
                    visit.path(&format!("/volunteering/{no}"))
                }
            };
            rows.push((shift.span.starts, row(visit, at_hand, shift, href)));
        }
    }
    let chip = |word: &str, zh: &str, en: &str, here: bool| WorkFilter {
        href: visit.path(&format!("/volunteering?span={word}")),
        title: visit.either(zh, en),
        here,
    };
    Ok(Html(ActivitiesView {
        spans: vec![
            chip("next", "这几天和以后", "Now and to come", !past),
            chip("past", "过去两个月", "The last two months", past),
        ],
        days: days(visit, rows),
        mine: None,
        make: Some(visit.path("/volunteering/new")),
        shell: visit.shell(),
    })
    .into_response())
}

/// `GET /{community}/volunteering/new`.
pub(crate) async fn pick_template(duty: OnDuty) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let links = TEMPLATES.iter().map(|one| CaseLink {
        href: visit.path(&format!("/volunteering/new/{}", one.code)),
        title: visit.either(one.title.0, one.title.1),
        about: visit.either(one.about.0, one.about.1),
    });
    Ok(Html(CasePickView {
        title: visit.either("办个什么活动？", "What kind of activity?"),
        about: visit.either(
            "选一样，常用的话已经写好了，改一改就行。",
            "Choose one: the usual words are there to be changed.",
        ),
        back: visit.path("/volunteering"),
        links: links.collect(),
        shell: visit.shell(),
    })
    .into_response())
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    key: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    bring: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    leader: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    seats: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    training: String,
    #[serde(default)]
    insurance: String,
}

/// What the forms choose from: kinds of hours, and who may lead.
struct Choices {
    kinds: Vec<(String, String)>,
    leaders: Vec<(String, String)>,
}

async fn choices(visit: &Visit) -> Result<Choices, Fault> {
    let store = &visit.app.house.store;
    let frame = store.frame(&visit.code).await?;
    let kinds = frame.map_or_else(Vec::new, |frame| booking::kinds(&frame, visit.today()));
    let staff = store.all_staff(&visit.code).await?;
    let leads = |role: &str| match Role::from_word(role) {
        Some(Role::Leader | Role::Reviewer | Role::Operator) => true,
        Some(Role::Shopkeeper) | None => false,
    };
    let leaders = staff
        .into_iter()
        .filter(|one| one.active && leads(&one.role))
        .map(|one| (one.staff_id.to_string(), one.name));
    Ok(Choices {
        kinds: kinds
            .into_iter()
            .map(|(code, title)| (code.to_string(), visit.say(&title)))
            .collect(),
        leaders: leaders.collect(),
    })
}

fn field(name: &str, title: String, input: CaseInput, value: &str) -> CaseField {
    let needless = ["bring", "role", "training", "insurance"];
    CaseField {
        name: name.to_owned(),
        title,
        hint: String::new(),
        required: !needless.contains(&name),
        input,
        value: value.to_owned(),
    }
}

fn form(
    visit: &Visit,
    of: &Template,
    choices: Choices,
    (sent, errors): (&Sent, Vec<CaseFault>),
) -> CaseFormView {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let short = CaseInput::Short(LINE_MAX);
    let who = CaseInput::Choice(vec![
        (
            "all".to_owned(),
            t(
                "老少都行，未成年人要家长同意",
                "Everybody; minors with consent",
            ),
        ),
        ("adult".to_owned(), t("只要成年人", "Grown-ups only")),
        (
            "open".to_owned(),
            t("谁都行，不用同意", "Everybody, no consent needed"),
        ),
    ]);
    let mut fields = vec![
        field(
            "title",
            t("活动叫什么", "What it is called"),
            short.clone(),
            &sent.title,
        ),
        field(
            "about",
            t("做什么", "What is done"),
            CaseInput::Long(ABOUT_MAX),
            &sent.about,
        ),
        field(
            "location",
            t("在哪里", "Where"),
            short.clone(),
            &sent.location,
        ),
        field("on", t("哪一天", "On which day"), CaseInput::Day, &sent.on),
        field("from", t("几点开始", "From"), CaseInput::Time, &sent.from),
        field(
            "until",
            t("几点结束", "Until"),
            CaseInput::Time,
            &sent.until,
        ),
        field(
            "seats",
            t("要几个人", "How many people"),
            CaseInput::Number,
            &sent.seats,
        ),
        field(
            "role",
            t("这一班做什么", "What is done in this shift"),
            short.clone(),
            &sent.role,
        ),
        field(
            "bring",
            t("带什么", "What to bring"),
            short.clone(),
            &sent.bring,
        ),
        field("who", t("谁能来", "Who can come"), who, &sent.who),
        field(
            "leader",
            t("谁带队（要到场）", "Who leads it and is there"),
            CaseInput::Choice(choices.leaders),
            &sent.leader,
        ),
        field(
            "kind",
            t("时长记在哪一类", "Under which kind hours count"),
            CaseInput::Choice(choices.kinds),
            &sent.kind,
        ),
        field(
            "training",
            t("要参加过什么培训", "Which training it needs"),
            short.clone(),
            &sent.training,
        ),
        field(
            "insurance",
            t("志愿者的保险", "The volunteers’ insurance"),
            short,
            &sent.insurance,
        ),
    ];
    for one in &mut fields {
        if one.name == "about" {
            one.hint = t(
                "这些话谁都看得到，不要写个人的电话。",
                "Everybody reads this: no personal telephone numbers.",
            );
        }
        if one.name == "insurance" && of.insured {
            one.hint = t(
                "这类活动有风险，发布前一定要写。",
                "This kind has risks: it must be written before publishing.",
            );
        }
    }
    CaseFormView {
        title: t("新活动", "A new activity"),
        about: t(
            "先存成草稿，别人看不到。",
            "It is kept as a draft that nobody else sees yet.",
        ),
        action: visit.path(&format!("/volunteering/new/{}", of.code)),
        back: visit.path("/volunteering/new"),
        fields,
        naming: String::new(),
        due: Vec::new(),
        key: if sent.key.is_empty() {
            hex(&random::<16>())
        } else {
            sent.key.clone()
        },
        errors,
        shell: visit.shell(),
    }
}

/// `GET /{community}/volunteering/new/{kind}`.
pub(crate) async fn show_form(
    duty: OnDuty,
    Path((_, code)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let of = template(&code).ok_or_else(Fault::not_found)?;
    let choices = choices(visit).await?;
    let half = |both: (&str, &str)| visit.either(both.0, both.1);
    let title = if of.code == "other" {
        String::new()
    } else {
        half(of.title)
    };
    let sent = Sent {
        title,
        about: half(of.about),
        bring: half(of.bring),
        from: clock(of.hours.0),
        until: clock(of.hours.1),
        seats: of.seats.to_string(),
        who: if of.adult { "adult" } else { "all" }.to_owned(),
        leader: duty.staff.staff_id.to_string(),
        kind: choices
            .kinds
            .first()
            .map_or_else(String::new, |kind| kind.0.clone()),
        ..Sent::default()
    };
    Ok(Html(form(visit, of, choices, (&sent, Vec::new()))).into_response())
}

fn input(zh: &str, en: &str) -> Fault {
    Fault::input("", zh, en)
}

/// A moment of a day here, from what is typed: `09:30`.
fn moment_of(visit: &Visit, on: LocalDate, typed: &str) -> Option<Instant> {
    let (hour, minute) = typed.trim().split_once(':')?;
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let (year, month, day) = on.parts();
    let date = civil::Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()?;
    let time = civil::Time::new(hour, minute, 0, 0).ok()?;
    let there = date
        .to_datetime(time)
        .to_zoned_datetime(visit.zone.clone())
        .ok()?;
    Some(Instant(there.timestamp().as_microsecond()))
}

type At = (&'static str, Fault);

fn at(field: &'static str) -> impl Fn(InputError) -> At {
    move |error| (field, error.into())
}

fn shift(visit: &Visit, sent: &Sent) -> Result<NewShift, At> {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let on = earning::day(&sent.on, &t("哪一天", "day")).map_err(at("on"))?;
    let bad = |field| {
        move || {
            let fault = input("请写几点几分，例如 09:30。", "Write the time as 09:30.");
            (field, fault)
        }
    };
    let starts = moment_of(visit, on, &sent.from).ok_or_else(bad("from"))?;
    let ends = moment_of(visit, on, &sent.until).ok_or_else(bad("until"))?;
    // A shift through midnight ends on the day after.
    let ends = if ends <= starts {
        moment_of(visit, on.plus_days(1), &sent.until).ok_or_else(bad("until"))?
    } else {
        ends
    };
    if ends.0.saturating_sub(starts.0) > DAY_US / 2 {
        let fault = input(
            "一班最多十二个小时，请看看结束的时间。",
            "A shift has twelve hours at most; check when it ends.",
        );
        return Err(("until", fault));
    }
    let seats = earning::whole(&sent.seats, &t("人数", "people"), (1, SEATS_MAX));
    let seats = seats.map_err(at("seats"))?;
    Ok(NewShift {
        role: line(&sent.role).map_err(|fault| ("role", fault))?,
        starts,
        ends,
        seats: u32::try_from(seats).unwrap_or(1),
    })
}

fn line(text: &str) -> Result<String, Fault> {
    words(text, LINE_MAX, false)
}

fn words(text: &str, max: u16, lines: bool) -> Result<String, Fault> {
    let text = text.trim().replace('\r', "");
    let odd = |letter: char| letter.is_control() && !(lines && letter == '\n');
    if text.chars().count() > usize::from(max) || text.chars().any(odd) {
        let (zh, en) = (
            format!("最多写 {max} 个字。"),
            format!("Write at most {max} letters."),
        );
        return Err(input(&zh, &en));
    }
    Ok(text)
}

fn needed(field: &'static str, text: String) -> Result<String, At> {
    if text.is_empty() {
        return Err((field, input("请填写这一项。", "Please fill this in.")));
    }
    Ok(text)
}

fn written(visit: &Visit, of: &Template, choices: &Choices, sent: &Sent) -> Result<Written, At> {
    let own = |field: &'static str, text: &str| line(text).map_err(|fault| (field, fault));
    let title = needed("title", own("title", &sent.title)?)?;
    let about = words(&sent.about, ABOUT_MAX, true).map_err(|fault| ("about", fault))?;
    let about = needed("about", about)?;
    let location = needed("location", own("location", &sent.location)?)?;
    let shift = shift(visit, sent)?;
    let choose = || input("请选一个。", "Choose one.");
    let leader = choices.leaders.iter().find(|one| one.0 == sent.leader);
    let leader = leader.and_then(|one| one.0.parse().ok());
    let leader = leader.ok_or_else(|| ("leader", choose()))?;
    let kind = choices.kinds.iter().find(|one| one.0 == sent.kind);
    let kind = kind.and_then(|one| one.0.parse::<Code>().ok());
    let kind = kind.ok_or_else(|| ("kind", choose()))?;
    let (adult, consent) = match sent.who.as_str() {
        "adult" => (true, false),
        "open" => (false, false),
        "all" => (false, true),
        _ => return Err(("who", choose())),
    };
    Ok(Written {
        kind,
        template: of.code.to_owned(),
        words: ActivityWords {
            title,
            about,
            location,
            bring: own("bring", &sent.bring)?,
            insurance: own("insurance", &sent.insurance)?,
            training: own("training", &sent.training)?,
        },
        leader,
        needs: (adult, consent, of.insured),
        shift,
        token: sent.key.clone(),
    })
}

/// `POST /{community}/volunteering/new/{kind}`.
pub(crate) async fn write_activity(
    duty: OnDuty,
    Path((_, code)): Path<(String, String)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let of = template(&code).ok_or_else(Fault::not_found)?;
    let mut sent = sent.form().await?;
    if !(1..=64).contains(&sent.key.len()) {
        sent.key = hex(&random::<16>());
    }
    let choices = choices(visit).await?;
    match written(visit, of, &choices, &sent) {
        Ok(written) => {
            let house = &visit.app.house;
            let no = write(house, &visit.code, &duty.actor(), &written).await?;
            Ok(go(&visit.path(&format!("/volunteering/{no}?done=written"))))
        }
        Err((field, fault)) => {
            let errors = wrong(visit, field, &fault);
            let view = form(visit, of, choices, (&sent, errors));
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

fn desk(visit: &Visit, at_hand: &AtHand) -> ActivityDesk {
    let one = |code, zh: &str, en: &str, words, main| ActivityMove {
        code,
        title: visit.either(zh, en),
        words,
        main,
    };
    let now = visit.app.house.clock.now();
    let began = at_hand
        .activity
        .shifts
        .iter()
        .any(|shift| shift.span.starts <= now);
    let people = at_hand.activity.has_people();
    let mut moves = Vec::new();
    match at_hand.activity.state {
        State::Draft => {
            moves.push(one(
                "hand-in",
                "交给同事看",
                "Hand it to a colleague",
                false,
                true,
            ));
            moves.push(one("publish", "发布", "Publish it", false, false));
        }
        State::Review => {
            moves.push(one(
                "publish",
                "看过了，发布",
                "Looked at: publish it",
                false,
                true,
            ));
            moves.push(one(
                "take-back",
                "退回草稿",
                "Back to a draft",
                false,
                false,
            ));
        }
        State::Open => {
            if !people {
                moves.push(one("take-back", "撤回", "Take it back", false, false));
            }
        }
        State::Cancelled => {}
    }
    if at_hand.activity.state != State::Cancelled && !(began && people) {
        moves.push(one("cancel", "取消活动", "Cancel it", true, false));
    }
    let mut clearances = Vec::new();
    let needs = &at_hand.activity.needs;
    if needs.consent {
        clearances.push((
            CONSENT.to_owned(),
            visit.either("家长同意", "A guardian’s consent"),
        ));
    }
    if !needs.training.is_empty() {
        clearances.push((training(&needs.training), needs.training.clone()));
    }
    ActivityDesk {
        moves,
        add_shift: at_hand.activity.state != State::Cancelled,
        clearances,
    }
}

/// `GET /{community}/volunteering/{no}`.
pub(crate) async fn show_work(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let at_hand = find(&visit.app.house, &visit.code, no).await?;
    let done = match query.done.as_str() {
        "written" => visit.either(
            "草稿存好了。看一遍，再交给同事看或发布。",
            "The draft is kept. Read it once more, then hand it in or publish it.",
        ),
        "publish" => visit.either("发布了，大家可以报名了。", "Published: people can sign up."),
        "" => String::new(),
        _ => visit.either("办好了。", "Done."),
    };
    let view = view(visit, &at_hand, Some(desk(visit, &at_hand))).await?;
    Ok(Html(ActivityView { done, ..view }).into_response())
}

/// What the office sends about an activity; each form uses what it needs.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SentStep {
    #[serde(default)]
    act: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    seats: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    resident: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    last: String,
}

/// `POST /{community}/volunteering/{no}/step`.
pub(crate) async fn step(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    sent: Unread<SentStep>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let done = match done_with(&duty, no, &sent).await {
        Ok(done) => done,
        Err((field, fault)) => {
            if !fault.status.is_client_error() || fault.code == "not-found" {
                return Err(fault);
            }
            let at_hand = find(&visit.app.house, &visit.code, no).await?;
            let view = view(visit, &at_hand, Some(desk(visit, &at_hand))).await?;
            let errors = wrong(visit, field, &fault);
            return Ok((fault.status, Html(ActivityView { errors, ..view })).into_response());
        }
    };
    Ok(go(&visit.path(&format!("/volunteering/{no}?done={done}"))))
}

async fn done_with(duty: &OnDuty, no: u64, sent: &SentStep) -> Result<&'static str, At> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let actor = duty.actor();
    let told = |error: ActivityError| ("form", Fault::from(error));
    let (wanted, done) = match sent.act.as_str() {
        "hand-in" => (Move::HandIn, "hand-in"),
        "publish" => (Move::Publish, "publish"),
        "take-back" => (Move::TakeBack, "take-back"),
        "cancel" => (Move::Cancel, "cancel"),
        "add-shift" => {
            let typed = Sent {
                on: sent.on.clone(),
                from: sent.from.clone(),
                until: sent.until.clone(),
                seats: sent.seats.clone(),
                role: sent.role.clone(),
                ..Sent::default()
            };
            let new = shift(visit, &typed)?;
            let added = add_shift(house, &visit.code, &actor, no, &new).await;
            return added.map(|()| "shift").map_err(told);
        }
        "clear" => {
            let resident = earning::resident_no(&sent.resident).map_err(at("resident"))?;
            let column = visit.either("到哪天有效", "until which day");
            let last = earning::day(&sent.last, &column).map_err(at("last"))?;
            let at_hand = find(house, &visit.code, no).await.map_err(told)?;
            let known = desk(visit, &at_hand).clearances;
            if !known.iter().any(|one| one.0 == sent.what) {
                return Err(("what", input("请选一样。", "Choose one.")));
            }
            let cleared = clear(house, &visit.code, &actor, resident, (&sent.what, last)).await;
            return cleared.map(|()| "cleared").map_err(told);
        }
        _ => return Err(("form", Fault::not_found())),
    };
    let words = line(&sent.words).map_err(|fault| ("words-cancel", fault))?;
    let by = (&actor, duty.staff.role == Role::Operator);
    let stepped = take_step(house, &visit.code, by, no, (wanted, &words)).await;
    stepped.map(|()| done).map_err(told)
}
