//! What somebody may do with a case now, and one act checked and turned into the step to append.
//!
//! The order of checks: that it was not linked to another, that nobody was faster, that the state allows it, who asks,
//! that it is another person, what was given with it, what is booked.

mod checks;

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

use crate::act::{Act, Rating, Solved};
use crate::case::{Actor, Case, Ground, Step};
use crate::finding::both;
use crate::kind::{Effect, Group, Move, Need, Role};
use crate::minutes::{Minutes, wanted};
use crate::party::Party;
use crate::refusal::{Instead, Refusal};
use crate::standing::{Broken, Standing};

/// The longest words of one step, in characters.
pub const WORDS_MAX: usize = 2_000;
/// Roles that work on cases and may write notes on them.
const HANDLERS: [Role; 5] = [
    Role::Desk,
    Role::Lead,
    Role::Unit,
    Role::Reviewer,
    Role::Leader,
];

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A move of the kind.
    Move(Code),
    /// To write or attach something. The opener's note ends a wait.
    Note,
    /// More time.
    Extend,
    /// To take it up again.
    Reopen,
    /// To link it to this case as the same.
    Merge(u64),
    /// To take that back.
    Unmerge,
    /// To say how it went.
    Rate(Rating),
}

/// What was given with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// How many steps the case had where this was asked for: on the page that was sent, or in the answer that a program
    /// read. Somebody who was faster is noticed by it.
    pub seen: usize,
    /// Words: what was done, or why.
    pub words: String,
    /// How many photos.
    pub photos: u8,
    /// How many other files.
    pub files: u8,
    /// The unit that is to go on.
    pub unit: Option<Code>,
    /// What is written down of the meeting.
    pub minutes: Option<Minutes>,
}

/// Something that somebody may do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct May {
    /// What: `merge` stands for a link to any case, `rate` for any rating.
    pub act: MayAct,
    /// What stands on the button.
    pub title: Text,
    /// What it wants, and whether that must be there.
    pub needs: Vec<(Need, bool)>,
    /// Whether minutes of a meeting come with it.
    pub minutes: bool,
    /// Why this very person may not, though the role may: shown, so that nobody wonders.
    pub refusal: Option<Refusal>,
}

/// The kinds of things that somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayAct {
    /// A move of the kind.
    Move(Code),
    /// A note.
    Note,
    /// More time.
    Extend,
    /// To take it up again.
    Reopen,
    /// To link it to another.
    Merge,
    /// To take that back.
    Unmerge,
    /// To say how it went.
    Rate,
}

/// An act that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The step to append.
    pub step: Step,
    /// What the host does with it, in order.
    pub effects: Vec<Effect>,
    /// Who checked the case, this step included: for what is booked.
    pub checked: Vec<Party>,
}

/// The answer to an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was accepted.
    Taken(Box<Taken>),
    /// It was not, and why.
    Refused(Box<Refusal>),
}

impl Outcome {
    fn of(answer: Result<Taken, Refusal>) -> Outcome {
        match answer {
            Ok(taken) => Outcome::Taken(Box::new(taken)),
            Err(refusal) => Outcome::Refused(Box::new(refusal)),
        }
    }
}

impl Case {
    /// What somebody may do now, in the order of the kind.
    ///
    /// # Errors
    /// [`Broken`] when the steps do not fit the kind.
    pub fn moves(&self, ground: &Ground<'_>, actor: &Actor) -> Result<Vec<May>, Broken> {
        let standing = self.standing(ground)?;
        let seat = Seat {
            case: self,
            ground,
            standing: &standing,
            actor,
        };
        Ok(seat.may())
    }

    /// Checks one act.
    ///
    /// # Errors
    /// [`Broken`] when the steps do not fit the kind.
    pub fn take(
        &self,
        ground: &Ground<'_>,
        actor: &Actor,
        ask: &Ask,
        input: &Input,
    ) -> Result<Outcome, Broken> {
        let standing = self.standing(ground)?;
        let seat = Seat {
            case: self,
            ground,
            standing: &standing,
            actor,
        };
        Ok(Outcome::of(seat.take(ask, input)))
    }

    /// What time does now, when it does anything: to be asked again until there is nothing left.
    ///
    /// # Errors
    /// [`Broken`] when the steps do not fit the kind.
    pub fn tick(&self, ground: &Ground<'_>) -> Result<Option<Taken>, Broken> {
        let standing = self.standing(ground)?;
        let next = standing.next.as_ref();
        let Some(next) = next.filter(|next| ground.now > next.after) else {
            return Ok(None);
        };
        let effects = match &next.act {
            Act::Move { code, .. } => {
                let mut moves = ground.kind.moves_from(&standing.state);
                let step = moves.find(|step| step.code == *code);
                step.map(|step| step.effects.clone()).unwrap_or_default()
            }
            Act::GiveUp
            | Act::Note
            | Act::Extend
            | Act::Reopen
            | Act::Merge(_)
            | Act::Unmerge
            | Act::Rate(_)
            | Act::Recount => vec![Effect::Notify(Role::Opener)],
        };
        Ok(Some(Taken {
            step: Step {
                at: ground.now,
                by: Party::clock(),
                act: next.act.clone(),
            },
            effects,
            checked: standing.checked,
        }))
    }
}

/// Somebody before a case.
struct Seat<'s> {
    case: &'s Case,
    ground: &'s Ground<'s>,
    standing: &'s Standing,
    actor: &'s Actor,
}

impl Seat<'_> {
    /// Whether they opened the case, or it was opened for them.
    fn is_opener(&self) -> bool {
        let opening = &self.case.opening;
        let mut openers = std::iter::once(&opening.opener).chain(&opening.concerned);
        self.actor.roles.contains(&Role::Opener)
            || openers.any(|party| party.is_same(&self.actor.party))
    }

    /// Whether they have a role in this case.
    fn has(&self, role: Role) -> bool {
        match role {
            Role::Opener => self.is_opener(),
            Role::Concerned => {
                let mut concerned = self.case.opening.concerned.iter();
                concerned.any(|party| party.is_same(&self.actor.party))
            }
            Role::Unit => {
                let unit = self.standing.unit.as_ref();
                let inside = unit.is_some_and(|unit| self.actor.units.contains(unit));
                self.actor.roles.contains(&Role::Unit) && inside
            }
            Role::Clock => false,
            Role::Desk | Role::Lead | Role::Reviewer | Role::Leader | Role::Operator => {
                self.actor.roles.contains(&role)
            }
        }
    }

    fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    fn may(&self) -> Vec<May> {
        let kind = self.ground.kind;
        let standing = self.standing;
        let plain = |act: MayAct, title: Text, needs: &[(Need, bool)]| May {
            act,
            title,
            needs: needs.to_vec(),
            minutes: false,
            refusal: None,
        };
        let reason = [(Need::Reason, true)];
        let papers = [
            (Need::Text, true),
            (Need::Photo, false),
            (Need::File, false),
        ];
        if standing.merged.is_some() {
            let title = both("取消合并", "Undo the link");
            let back = self.has_any(&kind.merge);
            return back
                .then(|| plain(MayAct::Unmerge, title, &reason))
                .into_iter()
                .collect();
        }
        let mut all: Vec<May> = kind
            .moves_from(&standing.state)
            .filter(|step| self.has_any(&step.by))
            .map(|step| May {
                act: MayAct::Move(step.code.clone()),
                title: step.title.clone(),
                needs: step.needs.clone(),
                minutes: wanted(kind, step, &standing.state),
                refusal: self.other_person(step).err(),
            })
            .collect();
        if self.extended().is_ok() {
            all.push(plain(MayAct::Extend, both("延期", "Extend"), &reason));
        }
        if self.reopened().is_ok() {
            let title = both("重新办理", "Open again");
            all.push(plain(MayAct::Reopen, title, &papers));
        }
        if self.rates().is_ok() {
            all.push(plain(MayAct::Rate, both("评价", "Say how it went"), &[]));
        }
        if self.noted().is_ok() {
            all.push(plain(MayAct::Note, both("补充说明", "Add a note"), &papers));
        }
        if !standing.group.is_final() && self.has_any(&kind.merge) {
            let title = both("并入同一件事", "Link as the same");
            all.push(plain(MayAct::Merge, title, &reason));
        }
        all
    }

    fn take(&self, ask: &Ask, input: &Input) -> Result<Taken, Refusal> {
        if let Some(into) = self.standing.merged
            && *ask != Ask::Unmerge
        {
            return Err(Refusal::new(
                "case.merged",
                both(
                    format!("这件事已并入第 {into} 件，请到那一件里办理。"),
                    format!("This was linked to case {into} as the same; please go on there."),
                ),
            )
            .or_else(Instead::Other(into)));
        }
        // A word is welcome however old the page is on which it was written.
        if !matches!(ask, Ask::Note | Ask::Rate(_) | Ask::Unmerge) {
            self.first_come(input)?;
        }
        within(&input.words)?;
        match ask {
            Ask::Move(code) => self.moved(code, input),
            Ask::Note => self.note(input),
            Ask::Extend => {
                self.extended()?;
                self.given(&[(Need::Reason, true)], input)?;
                Ok(self.taken(Act::Extend, vec![Effect::Notify(Role::Opener)]))
            }
            Ask::Reopen => {
                self.reopened()?;
                self.given(&[(Need::Text, true)], input)?;
                let tell = vec![Effect::Notify(Role::Desk), Effect::Notify(Role::Lead)];
                Ok(self.taken(Act::Reopen, tell))
            }
            Ask::Merge(into) => {
                self.merges(*into)?;
                self.given(&[(Need::Reason, true)], input)?;
                Ok(self.taken(Act::Merge(*into), vec![Effect::Notify(Role::Opener)]))
            }
            Ask::Unmerge => {
                self.unmerges()?;
                self.given(&[(Need::Reason, true)], input)?;
                Ok(self.taken(Act::Unmerge, vec![Effect::Notify(Role::Opener)]))
            }
            Ask::Rate(rating) => {
                self.rates()?;
                self.rating(*rating)?;
                let unhappy = rating.solved == Some(Solved::No);
                let tell = unhappy.then_some(Effect::Notify(Role::Lead));
                Ok(self.taken(Act::Rate(*rating), tell.into_iter().collect()))
            }
        }
    }

    fn taken(&self, act: Act, effects: Vec<Effect>) -> Taken {
        Taken {
            step: Step {
                at: self.ground.now,
                by: self.actor.party.clone(),
                act,
            },
            effects,
            checked: self.standing.checked.clone(),
        }
    }

    fn moved(&self, code: &Code, input: &Input) -> Result<Taken, Refusal> {
        let kind = self.ground.kind;
        let mut moves = kind.moves_from(&self.standing.state);
        let Some(step) = moves.find(|step| step.code == *code) else {
            return Err(self.not_here(code));
        };
        if !self.has_any(&step.by) {
            return Err(not_by(&step.title, &step.by));
        }
        self.other_person(step)?;
        self.given(&step.needs, input)?;
        if wanted(kind, step, &self.standing.state) {
            self.minuted(input)?;
        }
        let act = Act::Move {
            code: step.code.clone(),
            to: step.to.clone(),
            unit: input.unit.clone().filter(|_| wants(step, Need::Unit)),
        };
        let mut taken = self.taken(act, step.effects.clone());
        if step.is_marked(crate::kind::CHECK) {
            taken.checked.push(self.actor.party.clone());
        }
        if step.books() {
            self.enough(&taken.checked)?;
        }
        Ok(taken)
    }

    /// The minutes of the meeting that the state is about are there, and can be so.
    fn minuted(&self, input: &Input) -> Result<(), Refusal> {
        let Some(minutes) = input.minutes else {
            return Err(Refusal::new(
                "case.minutes",
                both(
                    "还缺会议记录：哪天开的、应到和实到几人、几人同意。请补上再提交。",
                    "The minutes are missing: the day, how many belong to it and were there, how many agreed. Please add them.",
                ),
            ));
        };
        minutes.wrong(self.ground.now.on).map_or(Ok(()), Err)
    }

    /// A note. Where the case waits for its opener, what they write is their answer, however it comes in.
    fn note(&self, input: &Input) -> Result<Taken, Refusal> {
        self.noted()?;
        if input.photos == 0 && input.files == 0 {
            self.given(&[(Need::Text, true)], input)?;
        }
        if self.standing.group == Group::Waiting && self.is_opener() {
            let kind = self.ground.kind;
            let answers = |step: &&Move| {
                let to = kind.state(&step.to).map(|state| state.group);
                let given = self.given(&step.needs, input).is_ok();
                let answers = [Role::Opener, Role::Concerned];
                let by_them = answers
                    .iter()
                    .any(|role| step.by.contains(role) && self.has(*role));
                by_them && to == Some(Group::Open) && given
            };
            if let Some(step) = kind.moves_from(&self.standing.state).find(answers) {
                return self.moved(&step.code, input);
            }
        }
        let tell = match (self.is_opener(), &self.standing.unit) {
            (false, _) => Role::Opener,
            (true, Some(_)) => Role::Unit,
            (true, None) => Role::Desk,
        };
        Ok(self.taken(Act::Note, vec![Effect::Notify(tell)]))
    }

    /// Refuses what was asked for on a page that shows another state than the case is in.
    fn first_come(&self, input: &Input) -> Result<(), Refusal> {
        let standing = self.standing;
        if input.seen >= standing.moved_by {
            return Ok(());
        }
        let state = self.ground.kind.state(&standing.state);
        let (zh, en) = state.map_or(("", ""), |state| (&state.title.zh, &state.title.en));
        let (who, when) = (&standing.mover.actor, standing.entered);
        Err(Refusal::new(
            "case.moved",
            both(
                format!("{who} 已先一步在 {when} 转到“{zh}”。请刷新页面，看看现在还要做什么。"),
                format!("{who} was first: at {when} it went on to “{en}”. Load the page again to see what is left to do."),
            ),
        )
        .after(&standing.mover, when))
    }

    fn not_here(&self, code: &Code) -> Refusal {
        let kind = self.ground.kind;
        let here = kind.state(&self.standing.state);
        let (zh, en) = here.map_or(("", ""), |state| (&state.title.zh, &state.title.en));
        let step = kind.moves.iter().find(|step| step.code == *code);
        let title = step.map_or_else(
            || both(code.as_str(), code.as_str()),
            |step| step.title.clone(),
        );
        Refusal::new(
            "case.state",
            both(
                format!("现在是“{zh}”，不能“{}”。请刷新页面，看看现在可以做什么。", title.zh),
                format!("It is “{en}” now, where “{}” can't be done. Load the page again to see what can.", title.en),
            ),
        )
        .after(&self.standing.mover, self.standing.entered)
    }
}

fn wants(step: &Move, need: Need) -> bool {
    step.needs.iter().any(|(other, _)| *other == need)
}

/// Refuses words that are too long.
fn within(words: &str) -> Result<(), Refusal> {
    let has = words.chars().count();
    if has <= WORDS_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        "case.words",
        both(
            format!("写了 {has} 个字，最多 {WORDS_MAX} 个。请缩短，或者作为附件上传。"),
            format!(
                "It has {has} characters, at most {WORDS_MAX}. Please shorten it, or attach it as a file."
            ),
        ),
    ))
}

/// Somebody whose roles do not allow it.
fn not_by(title: &Text, roles: &[Role]) -> Refusal {
    let zh: Vec<String> = roles.iter().map(|role| role.title().zh).collect();
    let en: Vec<String> = roles.iter().map(|role| role.title().en).collect();
    Refusal::new(
        "case.role",
        both(
            format!("“{}”由{}来做，请转告他们。", title.zh, zh.join("、")),
            format!(
                "“{}” is done by {}; please tell them.",
                title.en,
                en.join(" or ")
            ),
        ),
    )
}
