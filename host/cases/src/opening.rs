//! How a case begins: who may open it, how often, and with which answers.

use rongyi_core::ids::Code;

use crate::finding::both;
use crate::form::{Answer, wrong_answers};
use crate::kind::{Form, Kind, MayOpen};
use crate::moment::Moment;
use crate::party::Party;
use crate::refusal::Refusal;

/// The most people that one case is about.
const CONCERNED_MAX: usize = 50;

/// Somebody wants to open a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The case's number, by the host.
    pub number: u64,
    /// How they came in.
    pub way: MayOpen,
    /// Who.
    pub opener: Party,
    /// For whom, when not for themselves: the doers of a claim.
    pub concerned: Vec<Party>,
    /// Who had a part in what an appeal is against: they don't hear it.
    pub involved: Vec<Party>,
    /// The event kind that was chosen, where the form is an event's.
    pub event: Option<Code>,
    /// The days of notice of that event kind.
    pub notice_days: u16,
    /// The answers to the kind's questions; those of an event's form are checked by the host.
    pub answers: Vec<(Code, Answer)>,
    /// How many of this kind the opener opened on this local day.
    pub opened_today: u16,
}

/// How a case began. Words and photos are kept by the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The case's number.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// Who.
    pub opener: Party,
    /// For whom, when not for themselves.
    pub concerned: Vec<Party>,
    /// Who had a part in what it is against.
    pub involved: Vec<Party>,
    /// The event kind that was chosen.
    pub event: Option<Code>,
    /// The days of notice of that event kind.
    pub notice_days: u16,
    /// The answers that are choices: times may go by them.
    pub choices: Vec<(Code, Code)>,
    /// The answers that are entries of the book.
    pub entries: Vec<(Code, u64)>,
}

impl Opening {
    /// What was chosen for a question.
    pub fn choice(&self, key: &Code) -> Option<&Code> {
        let found = self.choices.iter().find(|(question, _)| question == key);
        found.map(|(_, choice)| choice)
    }

    /// The entry that was named for a question.
    pub fn entry(&self, key: &Code) -> Option<u64> {
        let found = self.entries.iter().find(|(question, _)| question == key);
        found.map(|(_, entry)| *entry)
    }
}

impl Kind {
    /// Begins a case.
    ///
    /// # Errors
    /// Everything that stands against it, so that a form can show it all.
    pub fn begin(&self, request: Request, now: Moment) -> Result<Opening, Vec<Refusal>> {
        let mut refusals = self.may_begin(&request);
        refusals.extend(wrong_answers(self, &request.answers));
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let mut choices = Vec::new();
        let mut entries = Vec::new();
        for (key, answer) in request.answers {
            match answer {
                Answer::Choice(choice) => choices.push((key, choice)),
                Answer::Entry(entry) => entries.push((key, entry)),
                Answer::Text(_)
                | Answer::Number(_)
                | Answer::Day(_)
                | Answer::YesNo(_)
                | Answer::Photos(_) => {}
            }
        }
        Ok(Opening {
            number: request.number,
            at: now,
            opener: request.opener,
            concerned: request.concerned,
            involved: request.involved,
            event: request.event,
            notice_days: request.notice_days,
            choices,
            entries,
        })
    }

    /// Who opens what is about others is none of them, and of another household.
    fn about_others(&self, request: &Request) -> Option<Refusal> {
        let field = Code::literal("resident");
        let title = &self.title;
        let (opener, about) = (&request.opener, &request.concerned);
        let text = if about.is_empty() {
            both(
                format!("“{}”要写明是哪一位居民。", title.zh),
                format!("Say which resident “{}” is about.", title.en),
            )
        } else if about.iter().any(|party| party.is_same(opener)) {
            both(
                format!("这是您自己的事，“{}”要由别人来记。", title.zh),
                format!(
                    "This is about yourself; somebody else opens “{}”.",
                    title.en
                ),
            )
        } else if about.iter().any(|party| party.shares_household(opener)) {
            both(
                format!("这是您家里人的事，“{}”要由别户的人来记。", title.zh),
                format!(
                    "This is about your own household; somebody of another opens “{}”.",
                    title.en
                ),
            )
        } else {
            return None;
        };
        Some(Refusal::new("case.others-only", text).of_field(&field))
    }

    fn may_begin(&self, request: &Request) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let title = &self.title;
        let anyone = self.open.by.contains(&MayOpen::Anyone);
        if !anyone && !self.open.by.contains(&request.way) {
            let who: Vec<_> = self.open.by.iter().map(|by| by.title()).collect();
            let zh: Vec<&str> = who.iter().map(|who| who.zh.as_str()).collect();
            let en: Vec<&str> = who.iter().map(|who| who.en.as_str()).collect();
            refusals.push(Refusal::new(
                "case.opener",
                both(
                    format!(
                        "“{}”由{}提出，您现在的身份是{}。请他们代您提出。",
                        title.zh,
                        zh.join("、"),
                        request.way.title().zh
                    ),
                    format!(
                        "“{}” is opened by {}, and you came in as {}. Please ask one of them.",
                        title.en,
                        en.join(", "),
                        request.way.title().en
                    ),
                ),
            ));
        }
        if let Some(per_day) = self.open.per_day
            && request.opened_today >= per_day
        {
            let has = request.opened_today;
            refusals.push(Refusal::new(
                "case.per-day",
                both(
                    format!("今天已经提出 {has} 件“{}”，每天最多 {per_day} 件，请明天再来，急事请打电话。", title.zh),
                    format!("You opened {has} of “{}” today, at most {per_day} a day. Please come back tomorrow, or call when it can't wait.", title.en),
                ),
            ));
        }
        if self.open.others_only {
            refusals.extend(self.about_others(request));
        }
        let wants_event = match &self.form {
            Form::Event(fixed) => Some(fixed.as_ref()),
            Form::Questions(_) => None,
        };
        let event = request.event.as_ref();
        let fits = match wants_event {
            Some(Some(fixed)) => event == Some(fixed),
            Some(None) => event.is_some(),
            None => event.is_none(),
        };
        if !fits {
            refusals.push(Refusal::new(
                "case.event",
                both(
                    "事项不对，请刷新页面，重新选一次。",
                    "That is not what is claimed here; load the page again and choose.",
                ),
            ));
        }
        if request.concerned.len() > CONCERNED_MAX {
            let has = request.concerned.len();
            refusals.push(Refusal::new(
                "case.people",
                both(
                    format!("写了 {has} 个人，一件最多 {CONCERNED_MAX} 人，请分成几件。"),
                    format!("It names {has} people, at most {CONCERNED_MAX}; make several of it."),
                ),
            ));
        }
        refusals
    }
}
