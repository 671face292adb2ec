//! What must hold for a kind before a case of it can begin: every state is reached, every running one can be left by
//! somebody, every name means something, and nothing is booked with too few checks.
//!
//! It finds all mistakes, not the first, and says at each what would be right. Event kinds, units and other kinds of
//! cases are the host's to look up ([`Kind::bookings`], [`Kind::opens`]).

mod asks;
mod effects;
mod graph;
mod terms;

use std::collections::BTreeSet;

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

use super::Kind;
use super::shape::{AnswerKind, Form, Group, Move, Need, RETURNED, Role, State};
use crate::finding::both;
use crate::reader::Findings;

/// The most states or moves of a kind.
const PARTS_MAX: usize = 60;

/// Where the checks put down what they find.
struct Checks<'c> {
    kind: &'c Kind,
    /// Which of the written moves each move is.
    written: &'c [Option<usize>],
    findings: &'c Findings,
}

impl Checks<'_> {
    fn say(&self, path: &str, code: &'static str, message: Text, help: Text) {
        self.findings.report(path, code, message, help);
    }

    /// Where a move stands in the text; one that was taken from another kind stands where that is named.
    fn move_path(&self, at: usize, key: &str) -> String {
        let place = match (self.written.get(at), self.kind.moves.get(at)) {
            (Some(Some(written)), _) => format!("go[{written}]"),
            (Some(None), Some(step)) => format!("like.{}", step.code),
            (Some(None) | None, _) => "state".to_owned(),
        };
        if key.is_empty() {
            place
        } else {
            format!("{place}.{key}")
        }
    }

    fn state(&self, path: &str, code: &Code) -> Option<&State> {
        let found = self.kind.state(code);
        if found.is_none() {
            let names: Vec<&str> = self
                .kind
                .states
                .iter()
                .map(|state| state.code.as_str())
                .collect();
            self.say(
                path,
                "kind.no-state",
                both(
                    format!("没有叫“{code}”的状态。"),
                    format!("There is no state “{code}”."),
                ),
                both(
                    format!("写一个有的状态：{}。", names.join("、")),
                    format!("Name one that there is: {}.", names.join(", ")),
                ),
            );
        }
        found
    }
}

/// Reports every mistake of a kind.
pub(super) fn check(kind: &Kind, written: &[Option<usize>], findings: &Findings) {
    let checks = Checks {
        kind,
        written,
        findings,
    };
    checks.parts();
    checks.openers();
    checks.questions();
    checks.chosen();
    asks::check(&checks);
    checks.names();
    checks.moves();
    checks.ends();
    terms::check(&checks);
    effects::check(&checks);
    // Paths through states that are not there would be found broken once more.
    if findings.is_clean() {
        graph::check(&checks);
    }
}

impl Checks<'_> {
    fn parts(&self) {
        for (path, has) in [
            ("state", self.kind.states.len()),
            ("go", self.kind.moves.len()),
        ] {
            if has > PARTS_MAX {
                self.say(
                    path,
                    "kind.many",
                    both(
                        format!("“{path}” 有 {has} 个，太多了。"),
                        format!("“{path}” has {has} members, which is too many."),
                    ),
                    both(
                        format!("最多 {PARTS_MAX} 个。"),
                        format!("At most {PARTS_MAX}."),
                    ),
                );
            }
        }
        let begins = self.kind.states.first().map(|state| state.group);
        if begins != Some(Group::Open) {
            self.say(
                "state",
                "kind.begin",
                both(
                    "办件从第一个状态开始，它必须是 open 组的。",
                    "A case begins in the first state, which must be of the group `open`.",
                ),
                both(
                    "把刚收到时的状态写在最前面。",
                    "Put the state of a case that has just come in first.",
                ),
            );
        }
        if !self
            .kind
            .states
            .iter()
            .any(|state| state.group == Group::Done)
        {
            self.say(
                "state",
                "kind.no-end",
                both(
                    "没有 done 组的状态，永远办不结。",
                    "No state is of the group `done`: a case could never be answered.",
                ),
                both(
                    "加一个 group = \"done\" 的状态。",
                    "Add a state with group = \"done\".",
                ),
            );
        }
    }

    /// What goes with one kind of form only.
    fn chosen(&self) {
        if self.kind.events.is_some() && self.kind.form != Form::Event(None) {
            self.say(
                "events",
                "kind.events",
                both(
                    "“events” 只和 form = \"event\" 一起用。",
                    "`events` goes with form = \"event\" only.",
                ),
                both("删掉它，或者改 form。", "Delete it, or change `form`."),
            );
        }
        let mut questions = self.kind.questions().iter();
        let names = questions.any(|question| question.answer == AnswerKind::Entry);
        if self.kind.entry_days.is_some() && !names {
            self.say(
                "entry_days",
                "kind.entry-days",
                both(
                    "表单里没有记录号，不知道算哪一笔的天数。",
                    "The form names no entry whose days could be counted.",
                ),
                both(
                    "删掉它，或者在 form 里加 type = \"entry\" 的一项。",
                    "Delete it, or add a question with type = \"entry\".",
                ),
            );
        }
    }

    fn openers(&self) {
        if self.kind.open.by.is_empty() {
            self.say(
                "open.by",
                "kind.nobody",
                both("没有人可以提出这类办件。", "Nobody may open this kind."),
                both(
                    "写上 resident、staff、partner 或 anyone。",
                    "Name resident, staff, partner or anyone.",
                ),
            );
        }
    }

    fn questions(&self) {
        let mut seen = BTreeSet::new();
        let list = match &self.kind.form {
            Form::Questions(_) => "form",
            Form::Event(_) => "ask",
        };
        for (at, question) in self.kind.questions().iter().enumerate() {
            if !seen.insert(&question.key) {
                self.twice(&format!("{list}[{at}].key"), &question.key);
            }
            match &question.answer {
                AnswerKind::Choice(of) if of.len() < 2 => self.say(
                    &format!("{list}[{at}].of"),
                    "kind.choice",
                    both(
                        format!("“{}” 没有可选的。", question.key),
                        format!("There is nothing to choose in “{}”.", question.key),
                    ),
                    both("至少写两个选项。", "Name two choices at least."),
                ),
                AnswerKind::Number { min, max, .. } if min > max => self.say(
                    &format!("{list}[{at}].min"),
                    "kind.number",
                    both(
                        format!("“{}” 的 min 大于 max。", question.key),
                        format!("`min` of “{}” is above its `max`.", question.key),
                    ),
                    both("把两个数对调。", "Swap the two."),
                ),
                AnswerKind::Text { .. }
                | AnswerKind::Choice(_)
                | AnswerKind::Number { .. }
                | AnswerKind::Day
                | AnswerKind::YesNo
                | AnswerKind::Photos { .. }
                | AnswerKind::Entry => {}
            }
        }
        for key in self.kind.similar.iter().flat_map(|similar| &similar.on) {
            if self.kind.question(key).is_none() {
                self.no_question("similar.on", key);
            }
        }
    }

    fn no_question(&self, path: &str, key: &Code) {
        self.say(
            path,
            "kind.no-question",
            both(
                format!("表单里没有“{key}”这一项。"),
                format!("The form has no question “{key}”."),
            ),
            both(
                "写表单里某一项的 key。",
                "Write the `key` of one of its questions.",
            ),
        );
    }

    fn twice(&self, path: &str, code: &Code) {
        self.say(
            path,
            "kind.twice",
            both(
                format!("“{code}” 写了两次。"),
                format!("“{code}” stands twice."),
            ),
            both("改一个名字。", "Give one of them another name."),
        );
    }

    /// Names of states that other parts use.
    fn names(&self) {
        for (at, step) in self.kind.moves.iter().enumerate() {
            for code in &step.from {
                self.state(&self.move_path(at, "from"), code);
            }
            self.state(&self.move_path(at, "to"), &step.to);
        }
        for state in &self.kind.states {
            if let Some(give_up) = &state.give_up {
                self.state(&format!("state.{}.give_up.to", state.code), &give_up.to);
            }
        }
        if let Some(reopen) = &self.kind.reopen {
            let to = self.state("reopen.to", &reopen.to);
            if to.is_some_and(|state| state.group != Group::Open) {
                self.say(
                    "reopen.to",
                    "kind.reopen",
                    both(
                        "重新办理要回到 open 组的状态。",
                        "A case is reopened into a state of the group `open`.",
                    ),
                    both(
                        "写一个有人办理的状态。",
                        "Name a state in which somebody works on it.",
                    ),
                );
            }
            self.some_role("reopen.by", &reopen.by);
        }
        self.people("merge", &self.kind.merge);
    }

    /// Roles without the clock.
    fn people(&self, path: &str, roles: &[Role]) {
        if roles.contains(&Role::Clock) {
            self.say(
                path,
                "kind.clock",
                both("这件事要由人来做。", "This takes a person."),
                both("去掉 clock。", "Leave `clock` out."),
            );
        }
    }

    fn some_role(&self, path: &str, roles: &[Role]) {
        self.people(path, roles);
        if roles.is_empty() {
            self.say(
                path,
                "kind.nobody",
                both("没有写由谁来做。", "Nobody may take it."),
                both(
                    "写一个角色，例如 by = \"lead\"。",
                    "Name a role, such as by = \"lead\".",
                ),
            );
        }
    }

    fn moves(&self) {
        let mut seen: BTreeSet<(&Code, &Code)> = BTreeSet::new();
        for (at, step) in self.kind.moves.iter().enumerate() {
            for from in &step.from {
                if !seen.insert((from, &step.code)) {
                    self.twice(&self.move_path(at, "code"), &step.code);
                }
            }
            self.one_move(at, step);
        }
        let gives_unit = self
            .kind
            .moves
            .iter()
            .any(|step| step.must_have(Need::Unit));
        let by_unit = |step: &Move| step.by.contains(&Role::Unit);
        if let Some(at) = self.kind.moves.iter().position(by_unit)
            && !gives_unit
        {
            self.say(
                &self.move_path(at, "by"),
                "kind.unit",
                both(
                    "没有一步会选定承办单位，单位就轮不到办。",
                    "No move names a unit, so there never is one that could take this.",
                ),
                both(
                    "在派单的那一步写 need = [\"unit\"]。",
                    "Write need = [\"unit\"] at the move that gives the case to one.",
                ),
            );
        }
    }

    fn one_move(&self, at: usize, step: &Move) {
        if step.by == [Role::Clock] {
            self.clock_move(at, step);
        } else {
            self.some_role(&self.move_path(at, "by"), &step.by);
        }
        if step.from.is_empty() {
            self.say(
                &self.move_path(at, "from"),
                "kind.no-state",
                both("没有写从哪个状态出发。", "It leads from nowhere."),
                both("写上 from = \"…\"。", "Write from = \"…\"."),
            );
        }
        for from in &step.from {
            let group = self.kind.state(from).map(|state| state.group);
            if group.is_some_and(Group::is_final) {
                self.say(
                    &self.move_path(at, "from"),
                    "kind.final",
                    both(
                        format!("“{from}” 已经结束，不能再往下走。"),
                        format!("“{from}” is an end: no move leads from it."),
                    ),
                    both(
                        "要能重新办理，就写 reopen。",
                        "Write `reopen` where it may be taken up again.",
                    ),
                );
            }
        }
        let refuses = self
            .kind
            .state(&step.to)
            .is_some_and(|to| to.group == Group::Refused);
        if (refuses || step.is_marked(RETURNED)) && !step.must_have(Need::Reason) {
            self.say(
                &self.move_path(at, "need"),
                "kind.reason",
                both(
                    "不同意或退回时要说明理由。",
                    "Whoever refuses or returns something says why.",
                ),
                both("加上 need = [\"reason\"]。", "Add need = [\"reason\"]."),
            );
        }
        let meets = step.from.iter().find(|from| {
            let state = self.kind.state(from);
            state.is_some_and(|state| state.meeting.is_some())
        });
        let words = step.must_have(Need::Text) || step.must_have(Need::Reason);
        if let Some(from) = meets
            && !words
        {
            self.say(
                &self.move_path(at, "need"),
                "kind.minutes",
                both(
                    format!("离开“{from}”这一步要写会议记录。"),
                    format!("The minutes of “{from}” are missing."),
                ),
                both(
                    "加上 need = [\"text\", \"file?\"]。",
                    "Add need = [\"text\", \"file?\"].",
                ),
            );
        }
        if step.other_person && step.mark.is_none() {
            self.say(
                &self.move_path(at, "other_person"),
                "kind.other-person",
                both(
                    "没有 mark，就不知道要与谁不同。",
                    "Without a mark it is not said from whom the person differs.",
                ),
                both("加上 mark = \"check\"。", "Add mark = \"check\"."),
            );
        }
    }

    fn clock_move(&self, at: usize, step: &Move) {
        for from in &step.from {
            let waits = self
                .kind
                .state(from)
                .is_none_or(|state| state.wait.is_some());
            if !waits {
                self.say(
                    &self.move_path(at, "from"),
                    "kind.clock",
                    both(
                        format!("“{from}” 没有写等多久，到时自动的一步永远不会发生。"),
                        format!("“{from}” does not say how long it lasts, so time never moves it."),
                    ),
                    both(
                        format!("在 state.{from} 里写 wait。"),
                        format!("Write `wait` in state.{from}."),
                    ),
                );
            }
        }
        if step.other_person || step.needs.iter().any(|(_, must)| *must) {
            self.say(
                &self.move_path(at, ""),
                "kind.clock",
                both(
                    "到时自动的一步没有人填写，也没有“另一个人”。",
                    "Time writes nothing and is not another person.",
                ),
                both(
                    "去掉 need 和 other_person。",
                    "Leave `need` and `other_person` out.",
                ),
            );
        }
    }

    /// What only ends, or only running states, may have.
    fn ends(&self) {
        for state in &self.kind.states {
            let path = |key: &str| format!("state.{}.{key}", state.code);
            if state.public_days.is_some() && state.group != Group::Done {
                self.say(
                    &path("public"),
                    "kind.public",
                    both(
                        "只有办结的才公开。",
                        "Only what is done is shown in public.",
                    ),
                    both(
                        "把 public 写在 done 组的状态里。",
                        "Put `public` into a state of the group `done`.",
                    ),
                );
            }
            if !state.group.is_final() {
                continue;
            }
            let running = [
                ("due", state.due.is_some()),
                ("extend", state.extend.is_some()),
                ("give_up", state.give_up.is_some()),
                ("late", state.late.is_some()),
                ("wait", state.wait.is_some()),
                ("meeting", state.meeting.is_some()),
            ];
            for (key, _) in running.iter().filter(|(_, is_there)| *is_there) {
                self.say(
                    &path(key),
                    "kind.final",
                    both(
                        format!("“{}” 已经结束，不再有 {key}。", state.code),
                        format!("“{}” is an end and has no `{key}`.", state.code),
                    ),
                    both("删掉它。", "Delete it."),
                );
            }
        }
    }
}
