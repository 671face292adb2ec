//! A kind as a tree with a fixed order of keys: the same shape as its TOML, with nothing left to a default and nothing
//! taken from another kind.

use rongyi_core::amount::Decimal;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

use super::shape::{
    AnswerKind, CHOSEN_EVENT, Effect, Form, HourClock, Meeting, Move, Pause, Question, Role, Since,
    Span, State, Term,
};
use super::words::{CLOCKS, FILLINGS, NAMES, NEEDS, OPENERS, ROLES, SHARES, word};
use super::{Kind, steps};
use crate::node::{Node, Row, Value};

/// A table being written: what is `None` is left out.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn put(mut self, key: &str, value: impl Into<Option<Node>>) -> Self {
        if let Some(node) = value.into() {
            self.0.push(Row {
                key: key.to_owned(),
                key_at: None,
                node,
            });
        }
        self
    }

    fn node(self) -> Node {
        Value::Table(self.0).into()
    }
}

fn text(text: &str) -> Node {
    Value::Text(text.to_owned()).into()
}

fn code(code: &Code) -> Node {
    text(code.as_str())
}

fn whole(number: impl Into<i64>) -> Node {
    Value::Whole(number.into()).into()
}

fn flag(flag: bool) -> Node {
    Value::Flag(flag).into()
}

fn list(nodes: impl Iterator<Item = Node>) -> Node {
    Value::List(nodes.collect()).into()
}

fn title(title: &Text) -> Node {
    Rows::default()
        .put("zh", text(&title.zh))
        .put("en", text(&title.en))
        .node()
}

fn roles(roles: &[Role]) -> Node {
    list(roles.iter().map(|role| text(word(ROLES, *role))))
}

fn codes(codes: &[Code]) -> Node {
    list(codes.iter().map(code))
}

/// The kind with its version and its name around it.
pub(super) fn node(kind: &Kind, version: i64) -> Node {
    Rows::default()
        .put("version", whole(version))
        .put("code", code(&kind.code))
        .put("kind", body(kind))
        .node()
}

/// Version, name and body of what [`node`] wrote.
pub(super) fn opened(node: Node) -> Option<(i64, Code, Node)> {
    let Value::Table(rows) = node.value else {
        return None;
    };
    let mut rows = rows.into_iter().map(|row| (row.key, row.node));
    let mut next = |wanted: &str| {
        rows.next()
            .filter(|(key, _)| key == wanted)
            .map(|row| row.1)
    };
    let Value::Whole(version) = next("version")?.value else {
        return None;
    };
    let Value::Text(name) = next("code")?.value else {
        return None;
    };
    Some((version, name.parse().ok()?, next("kind")?))
}

fn body(kind: &Kind) -> Node {
    let open = Rows::default()
        .put(
            "by",
            list(kind.open.by.iter().map(|by| text(word(OPENERS, *by)))),
        )
        .put("name", text(word(NAMES, kind.open.name)))
        .put("per_day", kind.open.per_day.map(whole))
        .put("others_only", kind.open.others_only.then(|| flag(true)));
    let similar = kind.similar.as_ref().map(|similar| {
        Rows::default()
            .put("on", codes(&similar.on))
            .put("days", whole(similar.days))
            .node()
    });
    let reopen = kind.reopen.as_ref().map(|reopen| {
        Rows::default()
            .put("days", whole(reopen.days))
            .put("to", code(&reopen.to))
            .put("times", whole(reopen.times))
            .put("by", roles(&reopen.by))
            .node()
    });
    let rate = kind.rate.as_ref().map(|rate| {
        let satisfied = (rate.satisfied > 0).then(|| whole(rate.satisfied));
        Rows::default()
            .put("solved", flag(rate.solved))
            .put("satisfied", satisfied)
            .put("ask_days", whole(rate.ask_days))
            .node()
    });
    // What a kind does not have is not written: kinds of before keep their bytes.
    let ask = (!kind.ask.is_empty()).then(|| list(kind.ask.iter().map(question)));
    let mut sentences = Rows::default();
    for (code, phrases) in &kind.phrases {
        sentences = sentences.put(code.as_str(), list(phrases.iter().map(title)));
    }
    let phrases = (!kind.phrases.is_empty()).then(|| sentences.node());
    let mut states = Rows::default();
    for one in &kind.states {
        states = states.put(one.code.as_str(), state(one));
    }
    Rows::default()
        .put("title", title(&kind.title))
        .put("about", kind.about.as_ref().map(title))
        .put("open", open.node())
        .put("form", form(&kind.form))
        .put("events", kind.events.as_deref().map(codes))
        .put("entry_days", kind.entry_days.map(whole))
        .put("ask", ask)
        .put("bulk", kind.bulk.then(|| flag(true)))
        .put("phrases", phrases)
        .put("similar", similar)
        .put("checks", whole(kind.checks))
        .put("due", kind.due.as_ref().map(term))
        .put("merge", roles(&kind.merge))
        .put("reopen", reopen)
        .put("rate", rate)
        .put("state", states.node())
        .put("go", list(kind.moves.iter().map(step)))
        .node()
}

fn form(form: &Form) -> Node {
    match form {
        Form::Questions(questions) => list(questions.iter().map(question)),
        Form::Event(None) => text(CHOSEN_EVENT),
        Form::Event(Some(event)) => text(&format!("event:{event}")),
    }
}

fn question(question: &Question) -> Node {
    let rows = Rows::default()
        .put("key", code(&question.key))
        .put("title", title(&question.title));
    let rows = match &question.answer {
        AnswerKind::Text { max } => rows.put("type", text("text")).put("max", whole(*max)),
        AnswerKind::Choice(of) => {
            let mut choices = Rows::default();
            for (name, meaning) in of {
                choices = choices.put(name.as_str(), title(meaning));
            }
            rows.put("type", text("choice")).put("of", choices.node())
        }
        AnswerKind::Number { scale, min, max } => {
            let bound = |units: i32| {
                let number = Decimal {
                    units,
                    scale: *scale,
                };
                text(&number.to_string())
            };
            rows.put("type", text("number"))
                .put("scale", whole(*scale))
                .put("min", bound(*min))
                .put("max", bound(*max))
        }
        AnswerKind::Day => rows.put("type", text("date")),
        AnswerKind::YesNo => rows.put("type", text("yes-no")),
        AnswerKind::Photos { max } => rows.put("type", text("photos")).put("max", whole(*max)),
        AnswerKind::Entry => rows.put("type", text("entry")),
    };
    rows.put("required", flag(question.required))
        .put("private", flag(question.private))
        .node()
}

fn term(term: &Term) -> Node {
    let rows = match &term.span {
        Span::Hours(hours, clock) => hours_of(*hours, *clock),
        Span::Days(days) => Rows::default().put("days", whole(*days)),
        Span::Workdays(days) => Rows::default().put("workdays", whole(*days)),
        Span::By(field, days) => {
            let mut choices = Rows::default();
            for (choice, days) in days {
                choices = choices.put(choice.as_str(), whole(*days));
            }
            Rows::default()
                .put("by", code(field))
                .put("workdays", choices.node())
        }
    };
    let since = match &term.since {
        Since::State => text("state"),
        Since::Opening => text("opening"),
        Since::Mark(mark) => code(mark),
    };
    rows.put("since", since).node()
}

fn hours_of(hours: u16, clock: HourClock) -> Rows {
    Rows::default()
        .put("hours", whole(hours))
        .put("clock", text(word(CLOCKS, clock)))
}

fn state(state: &State) -> Node {
    let extend = state.extend.map(|extend| {
        Rows::default()
            .put("times", whole(extend.times))
            .put("workdays", whole(extend.workdays))
            .put("by", text(word(ROLES, extend.by)))
            .node()
    });
    let give_up = state.give_up.as_ref().map(|give_up| {
        Rows::default()
            .put("workdays", whole(give_up.workdays))
            .put("to", code(&give_up.to))
            .node()
    });
    let public = state
        .public_days
        .map(|days| Rows::default().put("drop_days", whole(days)).node());
    let wait = state.wait.map(|wait| {
        match wait {
            Pause::Notice => Rows::default().put("notice", text(steps::NOTICE)),
            Pause::Days(days) => Rows::default().put("days", whole(days)),
            Pause::Workdays(days) => Rows::default().put("workdays", whole(days)),
        }
        .node()
    });
    Rows::default()
        .put("title", title(&state.title))
        .put("group", text(state.group.word()))
        .put("due", state.due.as_ref().map(term))
        .put("extend", extend)
        .put("give_up", give_up)
        .put("late", state.late.map(|role| text(word(ROLES, role))))
        .put("public", public)
        .put("wait", wait)
        .put("meeting", state.meeting.as_ref().map(meeting))
        .put("checks", state.checks.map(whole))
        .node()
}

fn meeting(meeting: &Meeting) -> Node {
    let (pass, of) = meeting.pass;
    let quorum = format!("{}/{}", meeting.quorum.part, meeting.quorum.whole);
    let pass = format!("{}/{} {}", pass.part, pass.whole, word(SHARES, of));
    Rows::default()
        .put("body", code(&meeting.body))
        .put("quorum", text(&quorum))
        .put("pass", text(&pass))
        .put("notice_days", whole(meeting.notice_days))
        .node()
}

fn step(step: &Move) -> Node {
    let needs = step.needs.iter().map(|(need, must)| {
        let mark = if *must { "" } else { "?" };
        text(&format!("{}{mark}", word(NEEDS, *need)))
    });
    Rows::default()
        .put("code", code(&step.code))
        .put("title", title(&step.title))
        .put("from", codes(&step.from))
        .put("to", code(&step.to))
        .put("by", roles(&step.by))
        .put("need", list(needs))
        .put("other_person", flag(step.other_person))
        .put("mark", step.mark.as_ref().map(code))
        .put("do", list(step.effects.iter().map(effect)))
        .put("checks", step.checks.map(whole))
        .node()
}

fn effect(effect: &Effect) -> Node {
    let rows = Rows::default();
    let rows = match effect {
        Effect::Book { event, roles } => {
            let mut filled = Rows::default();
            for (role, filling) in roles {
                filled = filled.put(role.as_str(), text(word(FILLINGS, *filling)));
            }
            let event = event.as_ref().map_or(CHOSEN_EVENT, Code::as_str);
            rows.put("book", text(event)).put("roles", filled.node())
        }
        Effect::Notify(role) => rows.put("notify", text(word(ROLES, *role))),
        Effect::Open(kind) => rows.put("open", code(kind)),
        Effect::Reverse(field) => rows.put("reverse", code(field)),
        Effect::WithdrawEntry => rows.put("withdraw_entry", flag(true)),
    };
    rows.node()
}
