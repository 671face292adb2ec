//! How a case begins: what was typed becomes answers, an event of the form is tried on a book that is thrown away, and
//! the engine says whether it may begin. What is kept of it without words is [`Opened`].

use std::collections::BTreeMap;

use rongyi_cases::kind::{AnswerKind, Form, MayOpen, Question};
use rongyi_cases::{
    Actor as CaseActor, Answer, Case, Kind, Moment, Opening, Party, Refusal, Request,
};
use rongyi_core::amount::Decimal;
use rongyi_core::book::{Book, Frame};
use rongyi_core::chain::Hash;
use rongyi_core::command::SaltedText;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::Event;
use rongyi_core::rule::KindPlan;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_core::typed;
use rongyi_store::{CasePhoto, CaseText, NewCase, StoreError};
use serde::{Deserialize, Serialize};

use super::against::against;
use super::claim::{Claim, claimed_event};
use super::{CaseError, acting, kind_of, moment, parties, place, refusal, sealing};
use crate::access::random;
use crate::door::Actor;
use crate::earning::InputError;
use crate::earning::trial::preview;
use crate::house::{Community, House};
use crate::people::leaving;

/// What a case was opened with, without words: kept in its first step for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// For whom.
    pub concerned: Vec<Code>,
    /// Who had a part in what it is against.
    pub involved: Vec<Code>,
    /// The event kind.
    pub event: Option<Code>,
    /// Its days of notice.
    pub notice_days: u16,
    /// The answers that are choices.
    pub choices: Vec<(Code, Code)>,
    /// Those that are entries.
    pub entries: Vec<(Code, u64)>,
    /// What was done.
    pub claim: Option<Claim>,
}

/// [`Opened`] as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(rename = "for")]
    concerned: Vec<String>,
    involved: Vec<String>,
    event: Option<String>,
    notice_days: u16,
    choices: Vec<(String, String)>,
    entries: Vec<(String, u64)>,
    claim: Option<Claim>,
}

impl Serialize for Opened {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let texts = |codes: &[Code]| codes.iter().map(Code::to_string).collect();
        Stored {
            concerned: texts(&self.concerned),
            involved: texts(&self.involved),
            event: self.event.as_ref().map(Code::to_string),
            notice_days: self.notice_days,
            choices: self
                .choices
                .iter()
                .map(|(key, choice)| (key.to_string(), choice.to_string()))
                .collect(),
            entries: self
                .entries
                .iter()
                .map(|(key, entry)| (key.to_string(), *entry))
                .collect(),
            claim: self.claim.clone(),
        }
        .serialize(to)
    }
}

impl<'de> Deserialize<'de> for Opened {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(from)?;
        let code = |text: &String| text.parse::<Code>().map_err(serde::de::Error::custom);
        let codes = |texts: &[String]| texts.iter().map(code).collect::<Result<Vec<_>, _>>();
        let choices = stored.choices.iter();
        let entries = stored.entries.iter();
        Ok(Opened {
            concerned: codes(&stored.concerned)?,
            involved: codes(&stored.involved)?,
            event: stored.event.as_ref().map(code).transpose()?,
            notice_days: stored.notice_days,
            choices: choices
                .map(|(key, choice)| Ok((code(key)?, code(choice)?)))
                .collect::<Result<_, D::Error>>()?,
            entries: entries
                .map(|(key, entry)| Ok((code(key)?, *entry)))
                .collect::<Result<_, D::Error>>()?,
            claim: stored.claim,
        })
    }
}

impl Opened {
    /// The engine's opening.
    pub(super) fn opening(
        &self,
        number: u64,
        at: Moment,
        opener: Party,
        party: impl Fn(&Code) -> Party,
    ) -> Opening {
        Opening {
            number,
            at,
            opener,
            concerned: self.concerned.iter().map(&party).collect(),
            involved: self.involved.iter().map(&party).collect(),
            event: self.event.clone(),
            notice_days: self.notice_days,
            choices: self.choices.clone(),
            entries: self.entries.clone(),
        }
    }

    fn of(opening: &Opening, claim: Option<Claim>) -> Opened {
        let codes = |parties: &[Party]| parties.iter().map(|party| party.actor.clone()).collect();
        Opened {
            concerned: codes(&opening.concerned),
            involved: codes(&opening.involved),
            event: opening.event.clone(),
            notice_days: opening.notice_days,
            choices: opening.choices.clone(),
            entries: opening.entries.clone(),
            claim,
        }
    }
}

/// What a form sent.
#[derive(Debug, Clone, Default)]
pub struct SentCase {
    /// The answers, by question.
    pub answers: BTreeMap<String, String>,
    /// The event kind that was chosen.
    pub event: String,
    /// What was done.
    pub claim: Claim,
    /// The photos, by question; kept already.
    pub photos: Vec<(String, Hash)>,
    /// For whom, when staff opens it.
    pub resident: Option<ResidentNo>,
    /// The form itself.
    pub token: String,
}

/// The event kinds that may be chosen today, each once: those that the kind names, those that the community lets be
/// claimed, or all that a rule decides.
///
/// # Errors
/// What the database said.
pub async fn claimable(
    house: &House,
    community: &Community,
    of_case: &Kind,
    today: LocalDate,
) -> Result<Vec<KindPlan>, StoreError> {
    let code = &community.config.code;
    let Some(frame) = house.store.frame(code).await? else {
        return Ok(Vec::new());
    };
    let book = Book::new(frame);
    let named = community.config.claims.as_ref();
    let may = |kind: &Code| match &of_case.events {
        Some(events) => events.contains(kind),
        None => named.is_none_or(|claims| claims.iter().any(|(listed, _)| listed == kind)),
    };
    let mut found: Vec<KindPlan> = Vec::new();
    for set in book.in_force(today) {
        for kind in &set.plan.kinds {
            if let Some((_, plan)) = book.rule_for(&kind.code, today)
                && may(&plan.code)
                && !found.iter().any(|listed| listed.code == plan.code)
            {
                found.push(plan.clone());
            }
        }
    }
    Ok(found)
}

/// Opens a case; answers its number.
///
/// # Errors
/// [`CaseError::Refused`] with everything that stands against it, by its field.
pub async fn open(
    house: &House,
    community: &Code,
    (by, kind): (&Actor, &Code),
    sent: &SentCase,
) -> Result<u64, CaseError> {
    let served = house.community(community).ok_or(CaseError::Unknown)?;
    let kind = kind_of(&served, kind).ok_or(CaseError::Unknown)?;
    let now = house.clock.now();
    let at = moment(&served, now);
    let actor = acting(house, community, by, None).await?;
    let (answers, mut wrong) = answers(&kind, sent);
    if let Actor::Resident(me) = by
        && let Some(text) = leaving::why_not(&house.store, community, *me).await?
    {
        wrong.push(of_field(refusal("resident.left", text.zh, text.en), "form"));
    }
    let concerned = match sent.resident {
        Some(resident) => match for_whom(house, community, resident).await {
            Ok(one) => vec![one],
            Err(CaseError::Refused(all)) => {
                wrong.extend(all);
                Vec::new()
            }
            Err(error) => return Err(error),
        },
        None => Vec::new(),
    };
    let resident = sent.resident.or(match by {
        Actor::Resident(no) => Some(*no),
        Actor::Staff { .. }
        | Actor::For { .. }
        | Actor::Device { .. }
        | Actor::Job
        | Actor::Terminal(_) => None,
    });
    let event = event_of(house, &served, &kind, sent, at.on).await?;
    if let Some(event) = &event
        && wrong.is_empty()
    {
        wrong.extend(no_event(house, community, event, &sent.claim, resident).await?);
    }
    let involved = against(house, &served, (&kind, &answers), resident, &mut wrong).await?;
    let notices = &served.config.notices;
    let notice_days = notices
        .iter()
        .find(|notice| Some(&notice.kind) == event.as_ref())
        .map_or(0, |notice| notice.days);
    let request = Request {
        number: 0,
        way: way(by),
        opener: actor.party.clone(),
        concerned,
        involved,
        event: event.clone(),
        notice_days,
        answers,
        // Who opens for others at the counter may do so all day, and so may a partner's program.
        opened_today: match (by, sent.resident) {
            (Actor::Staff { .. }, Some(_)) | (Actor::Device { .. }, _) => 0,
            _ => opened_today(house, community, &actor, &kind.code, (now, at)).await?,
        },
    };
    let opening = match kind.begin(request, at) {
        Ok(opening) if wrong.is_empty() => opening,
        Ok(_) => return Err(CaseError::Refused(wrong)),
        Err(refusals) => {
            let again = |one: &Refusal| wrong.iter().any(|told| told.field == one.field);
            let more: Vec<Refusal> = refusals
                .into_iter()
                .filter(|one| one.field.is_none() || !again(one))
                .collect();
            wrong.extend(more);
            return Err(CaseError::Refused(wrong));
        }
    };
    let claim = event.map(|_| sent.claim.clone());
    write(house, &served, (&kind, &opening), (claim, resident, sent)).await
}

async fn write(
    house: &House,
    served: &Community,
    (kind, opening): (&Kind, &Opening),
    (claim, resident, sent): (Option<Claim>, Option<ResidentNo>, &SentCase),
) -> Result<u64, CaseError> {
    let community = &served.config.code;
    let case = Case {
        opening: opening.clone(),
        steps: Vec::new(),
    };
    let ground = rongyi_cases::Ground {
        kind,
        calendar: &served.config.calendar,
        now: opening.at,
    };
    let standing = case
        .standing(&ground)
        .map_err(|broken| CaseError::Damaged(0, broken.to_string()))?;
    let argument = serde_json::to_string(&Opened::of(opening, claim))
        .map_err(|bad| CaseError::Damaged(0, bad.to_string()))?;
    let new = NewCase {
        community,
        kind: &kind.code,
        kind_body: &kind.to_bytes(),
        at: sealing::now(house, community).await?,
        opener: &opening.opener.actor,
        resident,
        place: &place(&standing),
        argument: &argument,
        texts: &texts(kind, &sent.answers),
        photos: &photos(kind, sent),
        token: &sent.token,
    };
    Ok(house.store.open_case(&new).await?)
}

/// What was written and may be erased: everything but choices and entries, which are codes and numbers.
fn texts(kind: &Kind, answers: &BTreeMap<String, String>) -> Vec<CaseText> {
    let mut texts = Vec::new();
    for question in kind.questions() {
        let kept = match question.answer {
            AnswerKind::Choice(_) | AnswerKind::Entry | AnswerKind::Photos { .. } => false,
            AnswerKind::Text { .. }
            | AnswerKind::Number { .. }
            | AnswerKind::Day
            | AnswerKind::YesNo => true,
        };
        let written = answers.get(question.key.as_str());
        let written = written.map(|text| text.replace('\0', ""));
        if let Some(text) = written.filter(|text| kept && !text.trim().is_empty()) {
            texts.push(CaseText {
                step: 0,
                key: question.key.to_string(),
                text: SaltedText {
                    salt: random(),
                    text: text.trim().to_owned(),
                },
            });
        }
    }
    texts
}

/// The photos that answer a question of the kind.
fn photos(kind: &Kind, sent: &SentCase) -> Vec<CasePhoto> {
    let mut photos = Vec::new();
    for question in kind.questions() {
        let mine = photos_of(question, sent);
        photos.extend(mine.map(|digest| CasePhoto {
            key: question.key.to_string(),
            digest,
        }));
    }
    photos
}

fn photos_of(question: &Question, sent: &SentCase) -> impl Iterator<Item = Hash> {
    let asks = matches!(question.answer, AnswerKind::Photos { .. });
    let mine = sent
        .photos
        .iter()
        .filter(move |(key, _)| asks && key == question.key.as_str());
    mine.map(|(_, digest)| *digest)
}

fn way(by: &Actor) -> MayOpen {
    match by {
        Actor::Resident(_) => MayOpen::Resident,
        Actor::Staff { .. } | Actor::For { .. } | Actor::Terminal(_) | Actor::Job => MayOpen::Staff,
        Actor::Device { .. } => MayOpen::Partner,
    }
}

async fn opened_today(
    house: &House,
    community: &Code,
    actor: &CaseActor,
    kind: &Code,
    (now, at): (Instant, Moment),
) -> Result<u16, CaseError> {
    let since_midnight = i64::from(at.minute).saturating_mul(60_000_000);
    let since = Instant(now.0.saturating_sub(since_midnight));
    let opened = house
        .store
        .cases_opened(community, &actor.party.actor, kind, since)
        .await?;
    Ok(u16::try_from(opened).unwrap_or(u16::MAX))
}

/// Somebody for whom a case is opened.
async fn for_whom(
    house: &House,
    community: &Code,
    resident: ResidentNo,
) -> Result<Party, CaseError> {
    let known = parties::household(&house.store, community, resident).await?;
    if known.is_none() {
        let told = refusal(
            "resident.unknown",
            format!("没有 {resident} 号居民，请核对号码。"),
            format!("There is no resident {resident}; check the number."),
        );
        return Err(CaseError::Refused(vec![of_field(told, "resident")]));
    }
    let code = Actor::Resident(resident).code();
    Ok(parties::party(&house.store, community, &code).await?)
}

/// The event kind of a form that is an event's.
async fn event_of(
    house: &House,
    served: &Community,
    kind: &Kind,
    sent: &SentCase,
    today: LocalDate,
) -> Result<Option<Code>, CaseError> {
    match &kind.form {
        Form::Questions(_) => Ok(None),
        Form::Event(Some(fixed)) => Ok(Some(fixed.clone())),
        Form::Event(None) => {
            let chosen = claimable(house, served, kind, today).await?;
            let mut chosen = chosen.into_iter().map(|plan| plan.code);
            Ok(chosen.find(|code| code.as_str() == sent.event))
        }
    }
}

/// What is wrong with what was done, before anybody has to look at it.
async fn no_event(
    house: &House,
    community: &Code,
    kind: &Code,
    claim: &Claim,
    resident: Option<ResidentNo>,
) -> Result<Option<Refusal>, CaseError> {
    let Some(doer) = resident else {
        let told = refusal(
            "case.nobody",
            "请写是哪一位居民做的。",
            "Say which resident did it.",
        );
        return Ok(Some(of_field(told, "resident")));
    };
    let frame = house.store.frame(community).await?;
    let frame = frame.ok_or(CaseError::Unknown)?;
    let roles = vec![(Code::literal("doer"), doer)];
    let event = match typed_event(house, community, (&frame, kind), claim, roles) {
        Ok(event) => event,
        Err(error) => return Ok(Some(told(error))),
    };
    Ok(match preview(house, community, event).await? {
        Some(Err(rejection)) => {
            let text = rejection.text();
            let one = refusal(rejection.code(), text.zh, text.en);
            Some(of_field(one, field_of(rejection.code())))
        }
        Some(Ok(_)) | None => None,
    })
}

fn typed_event(
    house: &House,
    community: &Code,
    (frame, kind): (&Frame, &Code),
    claim: &Claim,
    roles: Vec<(Code, ResidentNo)>,
) -> Result<Event, InputError> {
    claimed_event((frame, kind), claim, roles, house.today(community))
}

fn told(error: InputError) -> Refusal {
    let one = refusal(error.code, error.text.zh, error.text.en);
    of_field(one, field_of(error.code))
}

/// Which input a fault is about.
fn field_of(code: &str) -> &'static str {
    match code {
        code if code.starts_with("quantity.") => "quantity",
        code if code.starts_with("date.") => "on",
        "resident.unknown" => "resident",
        _ => "form",
    }
}

fn of_field(told: Refusal, field: &'static str) -> Refusal {
    Refusal {
        field: Some(Code::literal(field)),
        ..told
    }
}

/// Answers as the engine knows them, and what could not be read.
fn answers(kind: &Kind, sent: &SentCase) -> (Vec<(Code, Answer)>, Vec<Refusal>) {
    let (mut read, mut wrong) = (Vec::new(), Vec::new());
    for question in kind.questions() {
        let photos = photos_of(question, sent).count();
        if photos > 0 {
            let photos = u8::try_from(photos).unwrap_or(u8::MAX);
            read.push((question.key.clone(), Answer::Photos(photos)));
            continue;
        }
        let text = sent.answers.get(question.key.as_str());
        let Some(text) = text.map(|text| text.trim()).filter(|text| !text.is_empty()) else {
            continue;
        };
        match answer(question, text) {
            Some(answer) => read.push((question.key.clone(), answer)),
            None => {
                let (zh, en) = (&question.title.zh, &question.title.en);
                let told = refusal(
                    "case.answer",
                    format!("“{zh}”看不懂，请重新填写。"),
                    format!("“{en}” could not be read; please fill it in again."),
                );
                wrong.push(Refusal {
                    field: Some(question.key.clone()),
                    ..told
                });
            }
        }
    }
    (read, wrong)
}

fn answer(question: &Question, text: &str) -> Option<Answer> {
    match &question.answer {
        AnswerKind::Text { .. } => Some(Answer::Text(text.to_owned())),
        AnswerKind::Choice(_) => text.parse().ok().map(Answer::Choice),
        AnswerKind::Number { .. } => Decimal::as_written(&typed::canonical(text))
            .ok()
            .map(Answer::Number),
        AnswerKind::Day => typed::day(text).map(Answer::Day),
        AnswerKind::YesNo => match text {
            "yes" | "是" => Some(Answer::YesNo(true)),
            "no" | "否" => Some(Answer::YesNo(false)),
            _ => None,
        },
        AnswerKind::Photos { .. } => None,
        AnswerKind::Entry => {
            let digits = typed::digits(text)?;
            let entry = digits.parse::<u64>().ok()?;
            (entry <= i64::MAX.unsigned_abs()).then_some(Answer::Entry(entry))
        }
    }
}
