//! Times that are promised, moved and given up.

use rongyi_core::ids::Code;

use super::Checks;
use crate::finding::both;
use crate::kind::shape::{AnswerKind, Form, Group, Role, Since, Span, Term};

/// Reports every mistake about times.
pub(super) fn check(checks: &Checks<'_>) {
    if let Some(due) = &checks.kind.due {
        checks.term("due", due, true);
    }
    for state in &checks.kind.states {
        let path = |key: &str| format!("state.{}.{key}", state.code);
        if let Some(due) = &state.due {
            checks.term(&path("due"), due, false);
            if state.group == Group::Waiting {
                checks.say(
                    &path("due"),
                    "kind.waiting-due",
                    both(
                        "等提出人回复时没有人要赶时间。",
                        "While it waits for the opener nobody is late.",
                    ),
                    both(
                        "改写成 give_up，过了这些天就结束。",
                        "Write `give_up`: after these days it ends.",
                    ),
                );
            }
        }
        if let Some(extend) = state.extend {
            if state.due.is_none() && checks.kind.due.is_none() {
                checks.without_due(&path("extend"));
            }
            let hours = |term: &Term| matches!(term.span, Span::Hours(..));
            if state.due.as_ref().is_some_and(hours) {
                checks.say(
                    &path("extend"),
                    "kind.extend",
                    both(
                        "按小时算的时限不能延期。",
                        "A time in hours can't be extended.",
                    ),
                    both(
                        "时限改用 workdays，或者删掉 extend。",
                        "Give the time in `workdays`, or delete `extend`.",
                    ),
                );
            }
            checks.people(&path("extend.by"), &[extend.by]);
        }
        if let Some(late) = state.late {
            if state.due.is_none() && checks.kind.due.is_none() {
                checks.without_due(&path("late"));
            }
            checks.people(&path("late"), &[late]);
        }
        if let Some(give_up) = &state.give_up {
            if give_up.to == state.code {
                checks.say(
                    &path("give_up.to"),
                    "kind.give-up",
                    both(
                        "到期后还停在原来的状态。",
                        "It would give up into the state it is in.",
                    ),
                    both("写另一个状态。", "Name another state."),
                );
            }
            if state.wait.is_some() {
                checks.say(
                    &path("give_up"),
                    "kind.give-up",
                    both(
                        "wait 和 give_up 只能写一个，否则不知道先到哪个。",
                        "`wait` and `give_up` would race.",
                    ),
                    both("删掉一个。", "Delete one of them."),
                );
            }
        }
        if state.wait.is_some() {
            let moves = checks.kind.moves_from(&state.code);
            let by_clock = moves.filter(|step| step.by == [Role::Clock]).count();
            if by_clock != 1 {
                checks.say(
                    &path("wait"),
                    "kind.wait",
                    both(
                        format!("等够了时间之后去哪里没有写清：有 {by_clock} 步是到时自动的。"),
                        format!(
                            "Where it goes after that is not clear: time has {by_clock} moves."
                        ),
                    ),
                    both(
                        "写正好一步 by = \"clock\"。",
                        "Write exactly one move with by = \"clock\".",
                    ),
                );
            }
        }
    }
}

impl Checks<'_> {
    fn without_due(&self, path: &str) {
        self.say(
            path,
            "kind.no-due",
            both(
                "没有时限，就说不上早晚。",
                "Nothing is due, so nothing is late.",
            ),
            both(
                "先写 due，例如 due = { workdays = 5 }。",
                "Write `due` first, such as due = { workdays = 5 }.",
            ),
        );
    }

    fn term(&self, path: &str, term: &Term, of_case: bool) {
        match &term.since {
            Since::Mark(mark) => {
                let marks = |code: &Code| {
                    self.kind
                        .moves
                        .iter()
                        .any(|step| step.is_marked(code.as_str()))
                };
                if of_case || !marks(mark) {
                    self.say(
                        &format!("{path}.since"),
                        "kind.since",
                        both(
                            format!("时限不能从“{mark}”算起。"),
                            format!("The time can't run from “{mark}”."),
                        ),
                        both(
                            "写 \"state\"、\"opening\"，或者某一步的 mark；整件的时限总是从提出时算起。",
                            "Write \"state\", \"opening\", or the mark of a move; the time of the whole case always runs from its opening.",
                        ),
                    );
                }
            }
            Since::State | Since::Opening => {}
        }
        if let Span::By(key, days) = &term.span {
            self.by_choice(path, key, days);
        }
    }

    fn by_choice(&self, path: &str, key: &Code, days: &[(Code, u16)]) {
        let at = format!("{path}.by");
        let question = match (&self.kind.form, self.kind.question(key)) {
            (Form::Questions(_), Some(question)) => question,
            (Form::Questions(_) | Form::Event(_), _) => return self.no_question(&at, key),
        };
        let choices = match &question.answer {
            AnswerKind::Choice(of) if question.required => of,
            AnswerKind::Choice(_)
            | AnswerKind::Text { .. }
            | AnswerKind::Number { .. }
            | AnswerKind::Day
            | AnswerKind::YesNo
            | AnswerKind::Photos { .. }
            | AnswerKind::Entry => {
                return self.say(
                    &at,
                    "kind.due-by",
                    both(
                        format!("时限不能按“{key}”分：它不是必填的选择项。"),
                        format!("The time can't go by “{key}”, which is no required choice."),
                    ),
                    both(
                        "用 type = \"choice\"、required = true 的一项。",
                        "Use a question with type = \"choice\" and required = true.",
                    ),
                );
            }
        };
        for (choice, _) in choices {
            if !days.iter().any(|(name, _)| name == choice) {
                self.say(
                    &format!("{path}.workdays"),
                    "kind.due-by",
                    both(
                        format!("选“{choice}”时没有时限。"),
                        format!("Nothing is due for the choice “{choice}”."),
                    ),
                    both(
                        format!("加上 {choice} = 5 这样的一项。"),
                        format!("Add something like {choice} = 5."),
                    ),
                );
            }
        }
        for (name, _) in days {
            if !choices.iter().any(|(choice, _)| name == choice) {
                self.say(
                    &format!("{path}.workdays.{name}"),
                    "kind.due-by",
                    both(
                        format!("“{key}” 里没有“{name}”可选。"),
                        format!("“{key}” has no choice “{name}”."),
                    ),
                    both("删掉它，或者改成有的选项。", "Delete it, or name a choice."),
                );
            }
        }
    }
}
