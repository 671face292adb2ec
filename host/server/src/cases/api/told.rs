//! What programs read of kinds and cases.

use std::collections::BTreeMap;

use rongyi_cases::Kind;
use rongyi_cases::kind::{AnswerKind, Form};
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_core::rule::{KindPlan, Text};
use rongyi_store::CaseFile;
use serde::Serialize;
use utoipa::ToSchema;

use crate::cases::asking::word_of;
use crate::cases::{CaseAtHand, CaseError, WORDS, acting, group_word, kind_of, minutes, moment};
use crate::door::Actor;
use crate::door::fault::Fault;
use crate::door::json::Both;
use crate::house::{Community, House};

/// Something with a name and a title.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedText {
    /// Its name in requests.
    pub(crate) code: String,
    /// What people read.
    pub(crate) title: Both,
}

/// A unit that cases are given to.
pub(super) fn unit((code, title): (Code, Text)) -> NamedText {
    named(&code, title)
}

fn named(code: &Code, title: Text) -> NamedText {
    NamedText {
        code: code.to_string(),
        title: title.into(),
    }
}

/// One question of a form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseQuestion {
    /// Its name in `answers`.
    pub(crate) key: String,
    /// What people read.
    pub(crate) title: Both,
    /// `text`, `choice`, `number`, `day`, `yes-no`, `photos` (sent on pages only) or `entry`.
    pub(crate) r#type: &'static str,
    /// Whether it must be answered.
    pub(crate) required: bool,
    /// What can be chosen.
    pub(crate) choices: Vec<NamedText>,
}

/// A state of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseState {
    /// Its name.
    pub(crate) code: String,
    /// What people read.
    pub(crate) title: Both,
    /// `open`, `waiting`, `done`, `refused` or `withdrawn`.
    pub(crate) group: &'static str,
}

/// A move of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseMove {
    /// Asked for as `move:` and this.
    pub(crate) code: String,
    /// What stands on the button.
    pub(crate) title: Both,
    /// From which states.
    pub(crate) from: Vec<String>,
    /// To which state.
    pub(crate) to: String,
    /// Who may: `reviewer`, `lead`, `opener`, ….
    pub(crate) by: Vec<&'static str>,
}

/// A kind of case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseKindAnswer {
    /// Its name.
    pub(crate) kind: String,
    /// What it is called.
    pub(crate) title: Both,
    /// Who may open it: `resident`, `staff`, `partner` (a program), `anyone`.
    pub(crate) open: Vec<&'static str>,
    /// Where its form is an event's: the event kinds that may be named today.
    pub(crate) events: Vec<NamedText>,
    /// Its questions.
    pub(crate) questions: Vec<CaseQuestion>,
    /// Its states.
    pub(crate) states: Vec<CaseState>,
    /// Its moves.
    pub(crate) moves: Vec<CaseMove>,
}

/// The kinds of a community.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseKindList {
    /// The kinds.
    pub(crate) kinds: Vec<CaseKindAnswer>,
    /// The units that cases are given to.
    pub(crate) units: Vec<NamedText>,
}

fn type_of(answer: &AnswerKind) -> &'static str {
    match answer {
        AnswerKind::Text { .. } => "text",
        AnswerKind::Choice(_) => "choice",
        AnswerKind::Number { .. } => "number",
        AnswerKind::Day => "day",
        AnswerKind::YesNo => "yes-no",
        AnswerKind::Photos { .. } => "photos",
        AnswerKind::Entry => "entry",
    }
}

/// A kind with the event kinds that may be claimed by it.
pub(super) fn kind(kind: &Kind, plans: Vec<KindPlan>) -> CaseKindAnswer {
    let chosen = |plan: &KindPlan| match &kind.form {
        Form::Questions(_) => false,
        Form::Event(fixed) => fixed.as_ref().is_none_or(|fixed| *fixed == plan.code),
    };
    CaseKindAnswer {
        kind: kind.code.to_string(),
        title: kind.title.clone().into(),
        open: kind.open.by.iter().map(|by| by.word()).collect(),
        events: plans
            .into_iter()
            .filter(chosen)
            .map(|plan| named(&plan.code, plan.title))
            .collect(),
        questions: kind
            .questions()
            .iter()
            .map(|question| CaseQuestion {
                key: question.key.to_string(),
                title: question.title.clone().into(),
                r#type: type_of(&question.answer),
                required: question.required,
                choices: match &question.answer {
                    AnswerKind::Choice(choices) => choices
                        .iter()
                        .map(|(code, title)| named(code, title.clone()))
                        .collect(),
                    AnswerKind::Text { .. }
                    | AnswerKind::Number { .. }
                    | AnswerKind::Day
                    | AnswerKind::YesNo
                    | AnswerKind::Photos { .. }
                    | AnswerKind::Entry => Vec::new(),
                },
            })
            .collect(),
        states: kind.states.iter().map(state).collect(),
        moves: kind
            .moves
            .iter()
            .map(|one| CaseMove {
                code: one.code.to_string(),
                title: one.title.clone().into(),
                from: one.from.iter().map(Code::to_string).collect(),
                to: one.to.to_string(),
                by: one.by.iter().map(|role| role.word()).collect(),
            })
            .collect(),
    }
}

fn state(state: &rongyi_cases::kind::State) -> CaseState {
    CaseState {
        code: state.code.to_string(),
        title: state.title.clone().into(),
        group: state.group.word(),
    }
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseEntry {
    /// Its number.
    pub(crate) case: u64,
    /// Its kind.
    pub(crate) kind: String,
    /// The state.
    pub(crate) state: String,
    /// What people read of the state; null where the kind has changed since.
    pub(crate) title: Option<Both>,
    /// `open`, `waiting`, `done`, `refused` or `withdrawn`.
    pub(crate) group: &'static str,
    /// When it was opened, local: `2026-11-23T10:00`.
    pub(crate) opened_at: String,
    /// By whom: `resident/1001`, `staff/3`, `token/2`.
    pub(crate) opener: String,
    /// For whom.
    pub(crate) resident: Option<u32>,
    /// By when, local; the end of a day is `T24:00`.
    pub(crate) due: Option<String>,
    /// To whom it was given.
    pub(crate) unit: Option<String>,
    /// The case that it was linked to as the same.
    pub(crate) merged_into: Option<u64>,
    /// The entry that it booked last.
    pub(crate) entry: Option<u64>,
    /// The number of its newest step: sent back as `seen`.
    pub(crate) version: u32,
}

/// Cases of a community.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseList {
    /// The cases.
    pub(crate) cases: Vec<CaseEntry>,
    /// Where the next page begins; null on the last one.
    pub(crate) next: Option<String>,
}

fn written(at: rongyi_cases::Moment) -> String {
    format!("{}T{:02}:{:02}", at.on, at.minute / 60, at.minute % 60)
}

/// The end that lists know as a minute since 1970.
fn due(minutes: i64) -> Option<String> {
    let days = i32::try_from(minutes.div_euclid(1_440)).ok()?;
    let minute = u16::try_from(minutes.rem_euclid(1_440)).ok()?;
    let day = rongyi_core::time::LocalDate::from_days(days)?;
    Some(if minute == 0 {
        format!("{}T24:00", day.plus_days(-1))
    } else {
        format!("{day}T{:02}:{:02}", minute / 60, minute % 60)
    })
}

/// A case as lists show it.
pub(super) fn row(served: &Community, file: &CaseFile) -> CaseEntry {
    let kind = kind_of(served, &file.kind);
    let state = kind.as_ref().and_then(|kind| kind.state(&file.place.state));
    CaseEntry {
        case: file.case_no,
        kind: file.kind.to_string(),
        state: file.place.state.to_string(),
        title: state.map(|state| state.title.clone().into()),
        group: group_word(file.place.group),
        opened_at: written(moment(served, file.opened_at)),
        opener: file.opener.to_string(),
        resident: file.resident.map(|no| no.0),
        due: file
            .place
            .due
            .filter(|_| file.place.group <= 2)
            .and_then(due),
        unit: file.place.unit.as_ref().map(Code::to_string),
        merged_into: file.place.merged_into,
        entry: file.entry,
        version: file.steps,
    }
}

/// What was done, for a form that is an event's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseClaim {
    /// The event kind.
    pub(crate) event: String,
    /// How much, as it was written.
    pub(crate) quantity: String,
    /// The day.
    pub(crate) on: String,
    /// The event kind's own fields.
    pub(crate) fields: BTreeMap<String, String>,
}

/// A paper that came with a step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CasePaperName {
    /// Its name.
    pub(crate) name: String,
    /// Its SHA-256.
    pub(crate) digest: String,
}

/// What was written down of a meeting.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseMinutesAnswer {
    /// The day.
    pub(crate) on: String,
    /// Where it was.
    pub(crate) place: String,
    /// How many belong to the body.
    pub(crate) members: u16,
    /// How many were there.
    pub(crate) present: u16,
    /// How many agreed.
    pub(crate) agreed: u16,
}

/// A step of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseStepAnswer {
    /// Its number, 0 for the opening.
    pub(crate) step: u32,
    /// When, local.
    pub(crate) at: String,
    /// By whom; `clock` is time itself.
    pub(crate) by: String,
    /// What: `open`, `move`, `note`, `extend`, `reopen`, `merge`, `unmerge`, `rate`, `give-up`, `recount`.
    pub(crate) what: String,
    /// Of a move `code>state` or `code>state@unit`, of a rating `yes/3`, of a link the other case; else empty.
    pub(crate) argument: String,
    /// What was written with it, unless it was erased.
    pub(crate) words: Option<String>,
    /// The minutes of the meeting that it ended.
    pub(crate) minutes: Option<CaseMinutesAnswer>,
    /// The digests of its photos.
    pub(crate) photos: Vec<String>,
    /// Its papers.
    pub(crate) papers: Vec<CasePaperName>,
}

/// Something that the caller may do with a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseActAnswer {
    /// What: sent back as `act`.
    pub(crate) act: String,
    /// What stands on the button.
    pub(crate) title: Both,
    /// What must come with it: `text`, `reason`, `photo`, `file`, `unit`, `minutes`.
    pub(crate) needs: Vec<&'static str>,
    /// Why this caller may not, though their role may: a code.
    pub(crate) refused: Option<&'static str>,
    /// The same, for people.
    pub(crate) why: Option<Both>,
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseAnswer {
    /// As lists show it.
    #[serde(flatten)]
    pub(crate) file: CaseEntry,
    /// What was claimed.
    pub(crate) claim: Option<CaseClaim>,
    /// What was answered, by question, as far as it was not erased.
    pub(crate) answers: BTreeMap<String, String>,
    /// What was done, oldest first.
    pub(crate) steps: Vec<CaseStepAnswer>,
    /// What the caller may do now.
    pub(crate) acts: Vec<CaseActAnswer>,
}

/// A case with its steps and what this actor may do with it.
///
/// # Errors
/// As [`CaseAtHand::standing`].
pub(super) async fn case(
    house: &House,
    community: &Code,
    by: &Actor,
    at_hand: &CaseAtHand,
) -> Result<CaseAnswer, Fault> {
    let served = house.community(community).ok_or_else(Fault::not_found)?;
    let actor = acting(house, community, by, Some(at_hand)).await?;
    let now = moment(&served, house.clock.now());
    let ground = at_hand.ground(&served, now);
    let may = at_hand.case.moves(&ground, &actor);
    let may =
        may.map_err(|broken| CaseError::Damaged(at_hand.stored.file.case_no, broken.to_string()))?;
    let acts = may.iter().map(|may| CaseActAnswer {
        act: word_of(&may.act),
        title: may.title.clone().into(),
        needs: may
            .needs
            .iter()
            .filter(|(_, must)| *must)
            .map(|(need, _)| need.word())
            .chain(may.minutes.then_some("minutes"))
            .collect(),
        refused: may.refusal.as_ref().map(|refusal| refusal.code),
        why: may
            .refusal
            .as_ref()
            .map(|refusal| refusal.text.clone().into()),
    });
    let opening = &at_hand.case.opening;
    let mut answers: BTreeMap<String, String> = BTreeMap::new();
    for (key, choice) in &opening.choices {
        answers.insert(key.to_string(), choice.to_string());
    }
    for (key, entry) in &opening.entries {
        answers.insert(key.to_string(), entry.to_string());
    }
    let texts = at_hand.stored.texts.iter().filter(|text| text.step == 0);
    answers.extend(texts.map(|text| (text.key.clone(), text.text.text.clone())));
    let opened = &at_hand.opened;
    let claim = opened.event.as_ref().zip(opened.claim.as_ref());
    Ok(CaseAnswer {
        file: CaseEntry {
            // The state of the kind that it began with, which lists don't read.
            title: at_hand
                .kind
                .state(&at_hand.stored.file.place.state)
                .map(|state| state.title.clone().into()),
            ..row(&served, &at_hand.stored.file)
        },
        claim: claim.map(|(event, claim)| CaseClaim {
            event: event.to_string(),
            quantity: claim.quantity.clone(),
            on: claim.on.clone(),
            fields: claim.fields.clone(),
        }),
        answers,
        steps: steps(&served, at_hand),
        acts: acts.collect(),
    })
}

fn steps(served: &Community, at_hand: &CaseAtHand) -> Vec<CaseStepAnswer> {
    let stored = &at_hand.stored;
    let one = |step: &rongyi_store::StoredCaseStep| {
        let mut texts = stored.texts.iter();
        let words = texts.find(|text| text.step == step.step && text.key == WORDS);
        let photos = stored.photos.iter().filter(|one| one.step == step.step);
        let papers = stored.papers.iter().filter(|one| one.step == step.step);
        CaseStepAnswer {
            step: step.step,
            at: written(moment(served, step.at)),
            by: step.actor.to_string(),
            what: step.word.clone(),
            // What a case was opened with stands in its answers.
            argument: match step.step {
                0 => String::new(),
                _ => step.argument.clone(),
            },
            words: words.map(|text| text.text.text.clone()),
            minutes: minutes::of_step(&stored.texts, step.step).map(|(minutes, place)| {
                CaseMinutesAnswer {
                    on: minutes.on.to_string(),
                    place,
                    members: minutes.members,
                    present: minutes.present,
                    agreed: minutes.agreed,
                }
            }),
            photos: photos.map(|photo| hex(&photo.digest)).collect(),
            papers: papers
                .map(|paper| CasePaperName {
                    name: paper.name.clone(),
                    digest: hex(&paper.digest),
                })
                .collect(),
        }
    };
    stored.steps.iter().map(one).collect()
}
