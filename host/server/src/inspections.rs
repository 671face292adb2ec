//! Inspections (评比): an operator says which households, which judges and by when; each judge gives points on their own;
//! nobody reads what others gave until all have handed in or the time is over. Then each household becomes one ordinary
//! event, with the points as its fields, which the community's rule counts. What points are worth is not known here.

pub mod booking;
pub(crate) mod web;

use std::collections::{BTreeMap, BTreeSet};

use rongyi_cases::Refusal;
use rongyi_core::book::{Book, Frame};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::Record;
use rongyi_core::rule::{FieldKind, KindPlan, Value};
use rongyi_core::time::LocalDate;
use rongyi_core::typed;
use rongyi_store::{
    InspectionState, NewInspection, NewJudge, NewScores, Scored, StoredInspection, StoredJudge,
};

use crate::cases::{CaseError, household_of, party_of, refusal};
use crate::door::visit::Visit;
use crate::house::House;

/// The most households of one inspection.
pub const PLACES_MAX: usize = 100;
/// The longest name of one, in letters.
pub const TITLE_MAX: usize = 40;

/// An event kind that judges can score: its rule asks for whole points of so many judges.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The kind.
    pub plan: KindPlan,
    /// For how many judges there is room.
    pub judges: usize,
    /// The fewest and the most points of each.
    pub points: (i32, i32),
}

/// The field of a judge's points.
fn field_of(no: usize) -> String {
    format!("judge-{no}")
}

/// What a plan says of judges; `None` when it asks for none, or for something else besides.
fn judged(plan: &KindPlan) -> Option<Judged> {
    let bounds = |no: usize| {
        let name = field_of(no);
        let field = plan.fields.iter().find(|field| field.name.as_str() == name);
        match field?.kind {
            FieldKind::Integer { min, max } => Some((min, max)),
            FieldKind::Decimal(_) | FieldKind::Choice(_) | FieldKind::YesNo | FieldKind::Day => {
                None
            }
        }
    };
    let points = bounds(1)?;
    let judges = (1..=9).take_while(|no| bounds(*no) == Some(points)).count();
    let theirs = |name: &str| name.starts_with("judge-");
    let mut others = plan.fields.iter();
    let asks_more = others.any(|field| field.required && !theirs(field.name.as_str()));
    (!asks_more).then(|| Judged {
        plan: plan.clone(),
        judges,
        points,
    })
}

/// The event kinds that judges can score on a day, each once.
pub fn kinds(frame: &Frame, on: LocalDate) -> Vec<Judged> {
    let book = Book::new(frame.clone());
    let mut found: Vec<Judged> = Vec::new();
    for set in book.in_force(on) {
        for kind in &set.plan.kinds {
            let Some((_, plan)) = book.rule_for(&kind.code, on) else {
                continue;
            };
            let is_new = !found.iter().any(|known| known.plan.code == plan.code);
            found.extend(judged(plan).filter(|_| is_new));
        }
    }
    found
}

/// What an operator asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The event kind.
    pub kind: String,
    /// What it is called; the kind's title when empty.
    pub title: String,
    /// The day that is booked.
    pub on: String,
    /// The last day on which judges score.
    pub until: String,
    /// The judges, in the order of their numbers.
    pub judges: Vec<Code>,
    /// Who is inspected.
    pub places: Vec<ResidentNo>,
    /// The form itself.
    pub token: String,
}

fn wrong(field: &'static str, code: &'static str, zh: String, en: String) -> Refusal {
    Refusal {
        field: Some(Code::literal(field)),
        ..refusal(code, zh, en)
    }
}

/// Opens an inspection; answers its number.
///
/// # Errors
/// [`CaseError::Refused`] with everything that is wrong, by its field.
pub async fn open(
    house: &House,
    community: &Code,
    by: &Code,
    asked: &Asked,
) -> Result<u64, CaseError> {
    let frame = house.store.frame(community).await?;
    let frame = frame.ok_or(CaseError::Unknown)?;
    let (today, _) = house.today(community);
    let mut all = Vec::new();
    let days = days(asked, today, &mut all);
    let kinds = kinds(&frame, days.map_or(today, |(on, _)| on));
    let kind = kinds
        .into_iter()
        .find(|known| known.plan.code.as_str() == asked.kind);
    if kind.is_none() {
        all.push(wrong(
            "kind",
            "inspection.kind",
            "请选评什么。".to_owned(),
            "Choose what is judged.".to_owned(),
        ));
    }
    if asked.title.chars().count() > TITLE_MAX {
        all.push(wrong(
            "title",
            "inspection.title",
            format!("名称最多 {TITLE_MAX} 个字。"),
            format!("The name has at most {TITLE_MAX} letters."),
        ));
    }
    let judges = judges(house, community, (asked, kind.as_ref()), &mut all).await?;
    let places = places(house, community, asked, &mut all).await?;
    let (Some((on, until)), Some(kind), true) = (days, kind, all.is_empty()) else {
        return Err(CaseError::Refused(all));
    };
    let due = house.start_of(community, until.plus_days(1));
    let title = match asked.title.trim() {
        "" => kind.plan.title.zh.as_str(),
        title => title,
    };
    let new = NewInspection {
        community,
        kind: &kind.plan.code,
        title,
        on,
        due: due.ok_or(CaseError::Unknown)?,
        points: kind.points,
        at: house.clock.now(),
        opener: by,
        judges: &judges,
        places: &places,
        token: &asked.token,
    };
    Ok(house.store.open_inspection(&new).await?)
}

/// The day that is booked and the last one to score.
fn days(asked: &Asked, today: LocalDate, all: &mut Vec<Refusal>) -> Option<(LocalDate, LocalDate)> {
    let on = typed::day(&asked.on).filter(|on| *on <= today);
    if on.is_none() {
        all.push(wrong(
            "on",
            "inspection.day",
            "请写看的是哪一天，不能晚于今天。".to_owned(),
            "Say which day is judged; it is not after today.".to_owned(),
        ));
    }
    let until = typed::day(&asked.until).filter(|until| *until >= today);
    if until.is_none() {
        all.push(wrong(
            "until",
            "inspection.until",
            "请写打分到哪一天为止，不能早于今天。".to_owned(),
            "Say up to which day judges score; it is not before today.".to_owned(),
        ));
    }
    on.zip(until)
}

async fn judges(
    house: &House,
    community: &Code,
    (asked, kind): (&Asked, Option<&Judged>),
    all: &mut Vec<Refusal>,
) -> Result<Vec<NewJudge>, CaseError> {
    let mut judges: Vec<NewJudge> = Vec::new();
    let mut parties = Vec::new();
    for actor in &asked.judges {
        let party = party_of(&house.store, community, actor).await?;
        // Who is on the staff and lives here is one judge, by whichever name.
        if parties
            .iter()
            .any(|known: &rongyi_cases::Party| known.is_same(&party))
        {
            all.push(wrong(
                "judges",
                "inspection.judges",
                "有一位评委写了两次，请去掉一个。".to_owned(),
                "One judge stands twice; leave one out.".to_owned(),
            ));
        }
        judges.push(NewJudge {
            actor: actor.clone(),
            household: party.household,
        });
        parties.push(party);
    }
    let room = kind.map_or(usize::MAX, |kind| kind.judges);
    let has = judges.len();
    if has == 0 || has > room {
        all.push(wrong(
            "judges",
            "inspection.judges",
            if has == 0 {
                "请选评委。".to_owned()
            } else {
                format!("选了 {has} 位评委，这一项的规则最多 {room} 位。")
            },
            if has == 0 {
                "Choose the judges.".to_owned()
            } else {
                format!("{has} judges were chosen; the rule has room for {room}.")
            },
        ));
    }
    Ok(judges)
}

async fn places(
    house: &House,
    community: &Code,
    asked: &Asked,
    all: &mut Vec<Refusal>,
) -> Result<Vec<(ResidentNo, u32)>, CaseError> {
    let mut places: Vec<(ResidentNo, u32)> = Vec::new();
    for resident in &asked.places {
        let Some(household) = household_of(&house.store, community, *resident).await? else {
            all.push(wrong(
                "people",
                "resident.unknown",
                format!("没有 {resident} 号居民，请核对号码。"),
                format!("There is no resident {resident}; check the number."),
            ));
            continue;
        };
        if let Some((other, _)) = places.iter().find(|(_, known)| *known == household) {
            all.push(wrong(
                "people",
                "inspection.household",
                format!("{resident} 号和 {other} 号是同一户，一户写一个人。"),
                format!("Residents {resident} and {other} are one household; name one of them."),
            ));
        }
        places.push((*resident, household));
    }
    if places.len() > PLACES_MAX {
        let has = places.len();
        all.push(wrong(
            "people",
            "inspection.people",
            format!("一次最多 {PLACES_MAX} 户，写了 {has} 户，请分成几次。"),
            format!("At most {PLACES_MAX} households at once, not {has}; make several."),
        ));
    }
    Ok(places)
}

/// An inspection by its number.
///
/// # Errors
/// [`CaseError::Unknown`] when there is none.
pub async fn find(house: &House, community: &Code, no: u64) -> Result<StoredInspection, CaseError> {
    let found = house.store.inspection(community, no).await?;
    found.ok_or(CaseError::Unknown)
}

/// Whether judges score still.
pub fn is_scoring(house: &House, inspection: &StoredInspection) -> bool {
    inspection.state == InspectionState::Scoring && house.clock.now() < inspection.due
}

/// A judge of an inspection.
pub fn judge<'i>(inspection: &'i StoredInspection, actor: &Code) -> Option<&'i StoredJudge> {
    inspection.judges.iter().find(|judge| judge.actor == *actor)
}

/// Whether a judge leaves somebody out, who is of their own household.
pub fn leaves_out(judge: &StoredJudge, household: u32) -> bool {
    judge.household == Some(household)
}

/// Keeps what a judge gives, and hands it in when they say so: then it stands.
///
/// # Errors
/// [`CaseError::Refused`] with everything that is wrong, by `p-RESIDENT`; [`CaseError::Unknown`] for who is no judge.
pub async fn score(
    house: &House,
    community: &Code,
    (by, no): (&Code, u64),
    given: &BTreeMap<ResidentNo, String>,
    hand_in: bool,
) -> Result<(), CaseError> {
    let inspection = find(house, community, no).await?;
    let judge = judge(&inspection, by).ok_or(CaseError::Unknown)?;
    if judge.sent_at.is_some() {
        return Err(CaseError::Refused(vec![handed_in()]));
    }
    if !is_scoring(house, &inspection) {
        return Err(CaseError::Refused(vec![over()]));
    }
    let scores = read(&inspection, judge, given, hand_in)?;
    let new = NewScores {
        community,
        no,
        judge: judge.no,
        scores: &scores,
        hand_in,
        at: house.clock.now(),
    };
    match house.store.put_scores(&new).await? {
        Scored::Kept => {}
        Scored::HandedInBefore => return Err(CaseError::Refused(vec![handed_in()])),
        Scored::Over => return Err(CaseError::Refused(vec![over()])),
    }
    if hand_in && let Err(error) = booking::round(house, community).await {
        tracing::warn!(%community, no, %error, "an inspection is left to the job");
    }
    Ok(())
}

fn handed_in() -> Refusal {
    refusal(
        "inspection.handed-in",
        "您已经交过了，交了就不能再改。",
        "You have handed in already; what was handed in stands.",
    )
}

fn over() -> Refusal {
    refusal(
        "inspection.over",
        "打分的时间过了，或者这次评比取消了，没有收下。",
        "The time for scoring is over, or it was called off; nothing was taken.",
    )
}

/// The points as they were typed. Of one's own household nothing is taken, whatever was sent.
fn read(
    inspection: &StoredInspection,
    judge: &StoredJudge,
    given: &BTreeMap<ResidentNo, String>,
    hand_in: bool,
) -> Result<Vec<(ResidentNo, i32)>, CaseError> {
    let (least, most) = inspection.points;
    let (mut scores, mut all) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for place in &inspection.places {
        if leaves_out(judge, place.household) || !seen.insert(place.resident) {
            continue;
        }
        let field = format!("p-{}", place.resident).parse::<Code>().ok();
        let text = given.get(&place.resident).map(|text| text.trim());
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            if hand_in {
                all.push(Refusal {
                    field,
                    ..refusal(
                        "inspection.missing",
                        format!("{} 号还没有打分，打完再交。", place.resident),
                        format!(
                            "Number {} has no points yet; give them before you hand in.",
                            place.resident
                        ),
                    )
                });
            }
            continue;
        };
        let points = typed::number(text).and_then(|points| i32::try_from(points).ok());
        match points.filter(|points| (least..=most).contains(points)) {
            Some(points) => scores.push((place.resident, points)),
            None => all.push(Refusal {
                field,
                ..refusal(
                    "inspection.points",
                    format!("{} 号的“{text}”不对，请写 {least} 到 {most} 的整数。", place.resident),
                    format!("“{text}” for number {} is not right; write a whole number from {least} to {most}.", place.resident),
                )
            }),
        }
    }
    if all.is_empty() {
        Ok(scores)
    } else {
        Err(CaseError::Refused(all))
    }
}

/// The points that judges gave, as they stand in an event: `评委 1 打分 90 · 评委 2 打分 85`.
pub(crate) fn scores_told(visit: &Visit, frame: &Frame, first: &Record) -> Option<String> {
    let event = first.event()?;
    let plan = frame
        .rule_for(&event.kind, event.on)
        .map(|(_, plan)| plan)?;
    let told = event.fields.iter().filter_map(|(name, value)| {
        let Value::Integer(points) = value else {
            return None;
        };
        let mut fields = plan.fields.iter();
        let field = fields.find(|field| field.name == *name)?;
        let title = visit.say(&field.title);
        name.as_str()
            .starts_with("judge-")
            .then(|| format!("{title} {points}"))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(" · "))
}
