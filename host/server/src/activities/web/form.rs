//! The form of a new activity and of one more shift: what it asks, and what was typed as what can be stored.

use jiff::civil;
use rongyi_activities::Template;
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{CaseFault, CaseField, CaseFormView, CaseInput};
use rongyi_store::{ActivityWords, NewShift};
use serde::Deserialize;

use crate::access::{Role, random};
use crate::activities::{Written, booking};
use crate::door::fault::Fault;
use crate::door::visit::Visit;
use crate::earning::{self, InputError};

/// Microseconds of a day.
pub(super) const DAY_US: i64 = 86_400_000_000;
/// The most people of a shift.
const SEATS_MAX: i64 = 2_000;
/// Letters of a title, a place, a short answer.
const LINE_MAX: u16 = 80;
/// Letters of what is done.
const ABOUT_MAX: u16 = 800;

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    pub(super) key: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) about: String,
    #[serde(default)]
    pub(super) location: String,
    #[serde(default)]
    pub(super) bring: String,
    #[serde(default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) leader: String,
    #[serde(default)]
    pub(super) on: String,
    #[serde(default)]
    pub(super) from: String,
    #[serde(default)]
    pub(super) until: String,
    #[serde(default)]
    pub(super) seats: String,
    #[serde(default)]
    pub(super) role: String,
    #[serde(default)]
    pub(super) who: String,
    #[serde(default)]
    pub(super) training: String,
    #[serde(default)]
    pub(super) insurance: String,
}

/// What the forms choose from: kinds of hours, and who may lead.
pub(super) struct Choices {
    pub(super) kinds: Vec<(String, String)>,
    leaders: Vec<(String, String)>,
}

pub(super) async fn choices(visit: &Visit) -> Result<Choices, Fault> {
    let store = &visit.app.house.store;
    let frame = store.frame(&visit.code).await?;
    let kinds = frame.map_or_else(Vec::new, |frame| booking::kinds(&frame, visit.today()));
    let staff = store.all_staff(&visit.code).await?;
    let leads = |role: &str| match Role::from_word(role) {
        Some(Role::Leader | Role::Reviewer | Role::Operator) => true,
        Some(Role::Shopkeeper | Role::Merchant) | None => false,
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

/// What is done, where and when.
fn shift_fields(visit: &Visit, sent: &Sent) -> Vec<CaseField> {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let short = CaseInput::Short(LINE_MAX);
    let long = CaseInput::Long(ABOUT_MAX);
    let all = [
        (
            "title",
            t("活动叫什么", "What it is called"),
            short.clone(),
            &sent.title,
        ),
        ("about", t("做什么", "What is done"), long, &sent.about),
        (
            "location",
            t("在哪里", "Where"),
            short.clone(),
            &sent.location,
        ),
        ("on", t("哪一天", "On which day"), CaseInput::Day, &sent.on),
        ("from", t("几点开始", "From"), CaseInput::Time, &sent.from),
        (
            "until",
            t("几点结束", "Until"),
            CaseInput::Time,
            &sent.until,
        ),
        (
            "seats",
            t("要几个人", "How many people"),
            CaseInput::Number,
            &sent.seats,
        ),
        (
            "role",
            t("这一班做什么", "What is done in this shift"),
            short.clone(),
            &sent.role,
        ),
        ("bring", t("带什么", "What to bring"), short, &sent.bring),
    ];
    all.into_iter()
        .map(|(name, title, input, value)| field(name, title, input, value))
        .collect()
}

/// Who may come, who leads, and how hours are counted.
fn people_fields(visit: &Visit, choices: Choices, sent: &Sent) -> Vec<CaseField> {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let short = CaseInput::Short(LINE_MAX);
    let can = |word: &str, zh: &str, en: &str| (word.to_owned(), t(zh, en));
    let who = CaseInput::Choice(vec![
        can(
            "all",
            "老少都行，未成年人要家长同意",
            "Everybody; minors with consent",
        ),
        can("adult", "只要成年人", "Grown-ups only"),
        can("open", "谁都行，不用同意", "Everybody, no consent needed"),
    ]);
    let leaders = CaseInput::Choice(choices.leaders);
    let kinds = CaseInput::Choice(choices.kinds);
    let all = [
        ("who", t("谁能来", "Who can come"), who, &sent.who),
        (
            "leader",
            t("谁带队（要到场）", "Who leads it and is there"),
            leaders,
            &sent.leader,
        ),
        (
            "kind",
            t("时长记在哪一类", "Under which kind hours count"),
            kinds,
            &sent.kind,
        ),
        (
            "training",
            t("要参加过什么培训", "Which training it needs"),
            short.clone(),
            &sent.training,
        ),
        (
            "insurance",
            t("志愿者的保险", "The volunteers’ insurance"),
            short,
            &sent.insurance,
        ),
    ];
    all.into_iter()
        .map(|(name, title, input, value)| field(name, title, input, value))
        .collect()
}

pub(super) fn form(
    visit: &Visit,
    of: &Template,
    choices: Choices,
    (sent, errors): (&Sent, Vec<CaseFault>),
) -> CaseFormView {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let mut fields = shift_fields(visit, sent);
    fields.extend(people_fields(visit, choices, sent));
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

pub(super) fn input(zh: &str, en: &str) -> Fault {
    Fault::input("", zh, en)
}

/// A moment of a day here, from what is typed: `09:30`.
pub(super) fn moment_of(visit: &Visit, on: LocalDate, typed: &str) -> Option<Instant> {
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

/// A field and what is wrong in it.
pub(super) type At = (&'static str, Fault);

pub(super) fn at(field: &'static str) -> impl Fn(InputError) -> At {
    move |error| (field, error.into())
}

pub(super) fn shift(visit: &Visit, sent: &Sent) -> Result<NewShift, At> {
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

pub(super) fn line(text: &str) -> Result<String, Fault> {
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

pub(super) fn written(
    visit: &Visit,
    of: &Template,
    choices: &Choices,
    sent: &Sent,
) -> Result<Written, At> {
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
