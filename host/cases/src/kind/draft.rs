//! Reads a kind: the head, who opens it, and its form. States and moves are read in [`super::steps`].
//!
//! A kind that is `like` a bundled one begins as that one, and what is written takes the place of its part: a state or
//! a move by its name, everything else as a whole.

use rongyi_core::amount::Decimal;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

use super::lists::{DAYS_MAX, codes, roles};
use super::order::in_order;
use super::shape::{
    AnswerKind, CHOSEN_EVENT, Form, Move, Named, Open, Question, Rate, Reopen, Role, Similar,
};
use super::words::{NAMES, OPENERS};
use super::{Kind, steps};
use crate::bundled;
use crate::finding::both;
use crate::reader::{Part, Place, nearest};

/// The longest answer in characters that a form may ask for.
const ANSWER_CHARS_MAX: i64 = 4_000;

/// A kind before what belongs to another number of checks is left out.
pub(crate) struct Draft {
    /// The kind, still without its moves.
    kind: Kind,
    /// The moves, and which of the written ones each is; `None` for one that is taken from another kind.
    moves: Vec<(Move, Option<usize>)>,
}

impl Draft {
    /// The kind with the states and moves of its number of checks, and which of the written moves each of them is. A kind
    /// without moves gets those of a plain sequence.
    pub(super) fn trimmed(self) -> (Kind, Vec<Option<usize>>) {
        let Draft { mut kind, moves } = self;
        let wanted = kind.checks;
        let stays = |checks: Option<u8>| checks.is_none_or(|checks| checks == wanted);
        let left_out = kind.states.iter().filter(|state| !stays(state.checks));
        let gone: Vec<Code> = left_out.map(|state| state.code.clone()).collect();
        kind.states.retain(|state| stays(state.checks));
        for state in &mut kind.states {
            state.checks = None;
        }
        let mut written = Vec::new();
        for (mut step, at) in moves {
            if !stays(step.checks) {
                continue;
            }
            step.checks = None;
            step.from.retain(|code| !gone.contains(code));
            kind.moves.push(step);
            written.push(at);
        }
        if kind.moves.is_empty() {
            kind.moves = in_order(&kind.states);
        }
        (kind, written)
    }
}

/// The kind, when enough of it could be read to look further.
pub(super) fn read(code: &Code, place: &Place<'_>) -> Option<Draft> {
    let part = place.table()?;
    let base = part.get("like").and_then(|place| like(&place));
    let Draft {
        mut kind,
        mut moves,
    } = base.unwrap_or_else(|| empty(code));
    kind.code = code.clone();
    let is_new = !part.has("like");
    let title = if is_new {
        part.need("title")
    } else {
        part.get("title")
    };
    if let Some(title) = title.and_then(|place| place.text()) {
        kind.title = title;
    }
    if let Some(about) = part.get("about").and_then(|place| place.text()) {
        kind.about = Some(about);
    }
    let open = if is_new {
        part.need("open")
    } else {
        part.get("open")
    };
    if let Some(open) = open.and_then(|place| open_by(&place)) {
        kind.open = open;
    }
    let form = if is_new {
        part.need("form")
    } else {
        part.get("form")
    };
    if let Some(form) = form.and_then(|place| form_of(&place)) {
        kind.form = form;
    }
    beside_the_form(&mut kind, &part);
    if let Some(bulk) = part.get("bulk").and_then(|place| place.flag()) {
        kind.bulk = bulk;
    }
    for (code, phrases) in part
        .get("phrases")
        .and_then(|place| phrases_of(&place))
        .unwrap_or_default()
    {
        kind.phrases.retain(|(known, _)| *known != code);
        kind.phrases.push((code, phrases));
    }
    if let Some(similar) = part.get("similar").and_then(|place| similar_of(&place)) {
        kind.similar = Some(similar);
    }
    if let Some(checks) = part.get("checks").and_then(|place| place.number(0..=2)) {
        kind.checks = checks;
    }
    if let Some(due) = part.get("due").and_then(|place| steps::term(&place)) {
        kind.due = Some(due);
    }
    if let Some(merge) = part.get("merge").and_then(|place| roles(&place)) {
        kind.merge = merge;
    }
    if let Some(reopen) = part.get("reopen").and_then(|place| reopen_of(&place)) {
        kind.reopen = Some(reopen);
    }
    if let Some(rate) = part.get("rate").and_then(|place| rate_of(&place)) {
        kind.rate = Some(rate);
    }
    if let Some(left_out) = part.get("drop").and_then(|place| codes(&place)) {
        kind.states.retain(|state| !left_out.contains(&state.code));
        moves.retain(|(step, _)| !left_out.contains(&step.code));
        kind.phrases.retain(|(code, _)| !left_out.contains(code));
    }
    let states = if is_new {
        part.need("state")
    } else {
        part.get("state")
    };
    steps::read_states(&mut kind.states, states);
    steps::read_moves(&mut moves, part.get("go"));
    part.finish();
    Some(Draft { kind, moves })
}

/// What goes with a form: the events to choose from, how old a named entry may be, what is asked beside an event.
fn beside_the_form(kind: &mut Kind, part: &Part<'_>) {
    if let Some(events) = part.get("events").and_then(|place| codes(&place)) {
        kind.events = Some(events);
    }
    if let Some(days) = part
        .get("entry_days")
        .and_then(|place| place.number(1..=DAYS_MAX))
    {
        kind.entry_days = Some(days);
    }
    let written = part.get("ask");
    let ask = written.as_ref().and_then(questions);
    match (&kind.form, ask) {
        (Form::Event(_), Some(ask)) => kind.ask = ask,
        (Form::Event(_), None) => {}
        (Form::Questions(_), _) => {
            // What the kind it is like asks beside an event is not asked in another form.
            kind.ask.clear();
            if let Some(place) = written {
                place.refuse(
                    "kind.ask",
                    both(
                        "“ask” 只和事项表单一起用。",
                        "`ask` goes with an event's form only.",
                    ),
                    both(
                        "把这些项写进 form，或者把 form 写成 \"event\"。",
                        "Put these questions into `form`, or write form = \"event\".",
                    ),
                );
            }
        }
    }
}

fn empty(code: &Code) -> Draft {
    let kind = Kind {
        code: code.clone(),
        title: both(code.as_str(), code.as_str()),
        about: None,
        open: Open {
            by: Vec::new(),
            name: Named::Masked,
            per_day: None,
            others_only: false,
        },
        form: Form::Questions(Vec::new()),
        events: None,
        entry_days: None,
        ask: Vec::new(),
        bulk: false,
        phrases: Vec::new(),
        similar: None,
        checks: 0,
        due: None,
        merge: vec![Role::Desk, Role::Lead],
        reopen: None,
        rate: None,
        states: Vec::new(),
        moves: Vec::new(),
    };
    Draft {
        kind,
        moves: Vec::new(),
    }
}

fn like(place: &Place<'_>) -> Option<Draft> {
    let name = place.string()?;
    let mut found = bundled::draft(name);
    // They stand in another text.
    for (_, at) in found.iter_mut().flat_map(|draft| &mut draft.moves) {
        *at = None;
    }
    if found.is_none() {
        let names = bundled::BUNDLED.iter().map(|(name, _)| *name);
        let list: Vec<&str> = names.clone().collect();
        let near = nearest(name, names).unwrap_or("message");
        place.refuse(
            "kind.like",
            both(
                format!(
                    "没有叫“{name}”的内置办件类型，有的是：{}。",
                    list.join("、")
                ),
                format!(
                    "“{name}” is no bundled kind; there are {}.",
                    list.join(", ")
                ),
            ),
            both(
                format!("写成 like = \"{near}\" 这样。"),
                format!("Write, for instance, like = \"{near}\"."),
            ),
        );
    }
    found
}

fn open_by(place: &Place<'_>) -> Option<Open> {
    let part = place.table()?;
    let mut by = Vec::new();
    for member in part.need("by").and_then(|place| place.one_or_more())? {
        by.extend(member.one_of(OPENERS));
    }
    let name = part.get("name").and_then(|place| place.one_of(NAMES));
    let per_day = part
        .get("per_day")
        .and_then(|place| place.number(1..=1_000));
    let others_only = part.get("others_only").and_then(|place| place.flag());
    part.finish();
    Some(Open {
        by,
        name: name.unwrap_or(Named::Masked),
        per_day,
        others_only: others_only.unwrap_or(false),
    })
}

fn form_of(place: &Place<'_>) -> Option<Form> {
    if !place.is_string() {
        return questions(place).map(Form::Questions);
    }
    let text = place.string()?;
    if text == CHOSEN_EVENT {
        return Some(Form::Event(None));
    }
    let event = text.strip_prefix("event:");
    if event.is_none() {
        place.refuse(
            "kind.form",
            both(
                format!("“{}” 不能写成“{text}”。", place.path),
                format!("“{}” can't be “{text}”.", place.path),
            ),
            both(
                "写 \"event\"（提交时再选事项）、\"event:事项代号\"，或者列出要填的各项。",
                "Write \"event\" (chosen when opening), \"event:kind\", or a list of questions.",
            ),
        );
    }
    event
        .and_then(|event| place.code_of(event))
        .map(|event| Form::Event(Some(event)))
}

fn questions(place: &Place<'_>) -> Option<Vec<Question>> {
    let members = place.list()?;
    Some(members.iter().filter_map(question).collect())
}

/// The sentences of each move.
fn phrases_of(place: &Place<'_>) -> Option<Vec<(Code, Vec<Text>)>> {
    let mut all = Vec::new();
    for (name, place) in place.table()?.free() {
        let members = place.list().unwrap_or_default();
        let phrases = members.iter().filter_map(Place::text).collect();
        all.extend(place.code_of(name).map(|code| (code, phrases)));
    }
    Some(all)
}

fn question(place: &Place<'_>) -> Option<Question> {
    let part = place.table()?;
    let key = part.need("key").and_then(|place| place.code());
    let title = part.need("title").and_then(|place| place.text());
    let answer = answer_kind(&part);
    let required = part.get("required").and_then(|place| place.flag());
    let private = part.get("private").and_then(|place| place.flag());
    part.finish();
    Some(Question {
        key: key?,
        title: title?,
        answer: answer?,
        required: required.unwrap_or(false),
        private: private.unwrap_or(false),
    })
}

/// The words for kinds of answers.
#[derive(Clone, Copy)]
enum AnswerWord {
    Text,
    Choice,
    Number,
    Day,
    YesNo,
    Photos,
    Entry,
}

const ANSWERS: &[(&str, AnswerWord)] = &[
    ("text", AnswerWord::Text),
    ("choice", AnswerWord::Choice),
    ("number", AnswerWord::Number),
    ("date", AnswerWord::Day),
    ("yes-no", AnswerWord::YesNo),
    ("photos", AnswerWord::Photos),
    ("entry", AnswerWord::Entry),
];

fn answer_kind(part: &Part<'_>) -> Option<AnswerKind> {
    let word = part.need("type").and_then(|place| place.one_of(ANSWERS));
    let Some(word) = word else {
        // What belongs to a type that could not be read is no mistake of its own.
        for key in ["max", "of", "scale", "min"] {
            part.get(key);
        }
        return None;
    };
    Some(match word {
        AnswerWord::Text => {
            let max = part
                .get("max")
                .and_then(|place| place.number(1..=ANSWER_CHARS_MAX));
            AnswerKind::Text {
                max: max.unwrap_or(500),
            }
        }
        AnswerWord::Choice => {
            let mut of = Vec::new();
            for (name, place) in part.need("of").and_then(|place| place.table())?.free() {
                of.extend(place.code_of(name).zip(place.text()));
            }
            AnswerKind::Choice(of)
        }
        AnswerWord::Number => number(part),
        AnswerWord::Day => AnswerKind::Day,
        AnswerWord::YesNo => AnswerKind::YesNo,
        AnswerWord::Photos => {
            let max = part.get("max").and_then(|place| place.number(1..=20));
            AnswerKind::Photos {
                max: max.unwrap_or(6),
            }
        }
        AnswerWord::Entry => AnswerKind::Entry,
    })
}

/// A number: its bounds are written as people write numbers, `min = "0.5"`, or whole.
fn number(part: &Part<'_>) -> AnswerKind {
    let places = i64::from(Decimal::SCALE_MAX);
    let scale = part
        .get("scale")
        .and_then(|place| place.number(0..=places))
        .unwrap_or(0);
    let bound = |key: &'static str| {
        let place = part.get(key)?;
        let units = if place.is_string() {
            let text = place.string()?;
            Decimal::parse(text, scale).map(|number| number.units)
        } else {
            let whole: i32 = place.number(-1_000_000_000..=1_000_000_000)?;
            Decimal::parse(&whole.to_string(), scale).map(|number| number.units)
        };
        if let Err(bad) = &units {
            place.refuse(
                "kind.number",
                both(
                    format!("“{}” 不是最多 {scale} 位小数的数。", place.path),
                    format!("{bad}."),
                ),
                both(
                    "写成 min = \"0.5\"，或者改 scale。",
                    "Write min = \"0.5\", or change `scale`.",
                ),
            );
        }
        units.ok()
    };
    AnswerKind::Number {
        scale,
        min: bound("min").unwrap_or(0),
        max: bound("max").unwrap_or(i32::MAX),
    }
}

fn similar_of(place: &Place<'_>) -> Option<Similar> {
    let part = place.table()?;
    let on = part.need("on").and_then(|place| codes(&place));
    let days = part
        .need("days")
        .and_then(|place| place.number(1..=DAYS_MAX));
    part.finish();
    Some(Similar {
        on: on?,
        days: days?,
    })
}

fn reopen_of(place: &Place<'_>) -> Option<Reopen> {
    let part = place.table()?;
    let days = part
        .need("days")
        .and_then(|place| place.number(1..=DAYS_MAX));
    let to = part.need("to").and_then(|place| place.code());
    let times = part.get("times").and_then(|place| place.number(1..=20));
    let by = part.get("by").and_then(|place| roles(&place));
    part.finish();
    Some(Reopen {
        days: days?,
        to: to?,
        times: times.unwrap_or(1),
        by: by.unwrap_or_else(|| vec![Role::Opener]),
    })
}

fn rate_of(place: &Place<'_>) -> Option<Rate> {
    let part = place.table()?;
    let solved = part.get("solved").and_then(|place| place.flag());
    let satisfied = part.get("satisfied").and_then(|place| place.number(2..=5));
    let ask_days = part
        .need("ask_days")
        .and_then(|place| place.number(1..=DAYS_MAX));
    part.finish();
    Some(Rate {
        solved: solved.unwrap_or(false),
        satisfied: satisfied.unwrap_or(0),
        ask_days: ask_days?,
    })
}
