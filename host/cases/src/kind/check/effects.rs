//! What moves do, and what is asked in the end.

use super::Checks;
use crate::finding::both;
use crate::kind::shape::{AnswerKind, Effect, Form, Question, Role};

/// Reports every mistake about effects and ratings.
pub(super) fn check(checks: &Checks<'_>) {
    for (at, step) in checks.kind.moves.iter().enumerate() {
        for (no, effect) in step.effects.iter().enumerate() {
            checks.effect(&checks.move_path(at, &format!("do[{no}]")), effect);
        }
        let bookings = step
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Book { .. }))
            .count();
        if bookings > 1 {
            checks.say(
                &checks.move_path(at, "do"),
                "kind.effect",
                both("一步只能入账一次。", "A move books once."),
                both(
                    "分成两步，或者只留一个 book。",
                    "Make two moves of it, or leave one `book`.",
                ),
            );
        }
    }
    if checks
        .kind
        .rate
        .is_some_and(|rate| !rate.solved && rate.satisfied == 0)
    {
        checks.say(
            "rate",
            "kind.rate",
            both("什么也没有问。", "Nothing is asked."),
            both(
                "写 solved = true 或 satisfied = 3。",
                "Write solved = true or satisfied = 3.",
            ),
        );
    }
}

impl Checks<'_> {
    fn effect(&self, path: &str, effect: &Effect) {
        match effect {
            Effect::Book { event, roles } => {
                let chosen = matches!(self.kind.form, Form::Event(_));
                if event.is_none() && !chosen {
                    self.say(
                        &format!("{path}.book"),
                        "kind.book",
                        both(
                            "提出时没有选事项，不知道入什么账。",
                            "No event kind is chosen when opening, so it is not said what is booked.",
                        ),
                        both(
                            "写事项代号，或者把 form 写成 \"event\"。",
                            "Name the event kind, or make the form \"event\".",
                        ),
                    );
                }
                if roles.is_empty() {
                    self.say(
                        &format!("{path}.roles"),
                        "kind.book",
                        both("没有写记在谁名下。", "It does not say for whom."),
                        both(
                            "写成 roles = { doer = \"for\" }。",
                            "Write roles = { doer = \"for\" }.",
                        ),
                    );
                }
            }
            Effect::Notify(role) => {
                if *role == Role::Clock {
                    self.people(&format!("{path}.notify"), &[*role]);
                }
            }
            Effect::Reverse(key) => {
                let names_entry =
                    |question: &Question| question.required && question.answer == AnswerKind::Entry;
                if !self.kind.question(key).is_some_and(names_entry) {
                    self.say(
                        &format!("{path}.reverse"),
                        "kind.reverse",
                        both(
                            format!("“{key}” 不是必填的记录号。"),
                            format!("“{key}” is no required number of an entry."),
                        ),
                        both(
                            "写表单里 type = \"entry\"、required = true 的一项。",
                            "Name a question with type = \"entry\" and required = true.",
                        ),
                    );
                }
            }
            Effect::WithdrawEntry => {
                if !self.kind.moves.iter().any(|step| step.books()) {
                    self.say(
                        &format!("{path}.withdraw_entry"),
                        "kind.withdraw",
                        both(
                            "这类办件不入账，没有可撤的。",
                            "This kind books nothing that could be withdrawn.",
                        ),
                        both("删掉它。", "Delete it."),
                    );
                }
            }
            Effect::Open(_) => {}
        }
    }
}
