//! Reads the states and the moves of a kind.

use rongyi_core::ids::Code;

use super::lists::{DAYS_MAX, codes, roles};
use super::shape::{
    CHOSEN_EVENT, Effect, Extend, Filling, GiveUp, HourClock, Meeting, Move, Need, Pause, Role,
    Share, ShareOf, Since, Span, State, Term,
};
use super::words::{CLOCKS, FILLINGS, GROUPS, NEEDS, ROLES, SHARES};
use crate::finding::both;
use crate::reader::{Part, Place};

/// The word of a pause that lasts as long as the notice of the event kind.
pub(super) const NOTICE: &str = "event";

/// Puts the written states in their places: one of a known name replaces it, others come after.
pub(super) fn read_states(states: &mut Vec<State>, place: Option<Place<'_>>) -> Option<()> {
    for (name, place) in place?.table()?.free() {
        let Some(code) = place.code_of(name) else {
            continue;
        };
        let Some(state) = state(code, &place) else {
            continue;
        };
        match states.iter_mut().find(|other| other.code == state.code) {
            Some(other) => *other = state,
            None => states.push(state),
        }
    }
    Some(())
}

fn state(code: Code, place: &Place<'_>) -> Option<State> {
    let part = place.table()?;
    let title = part.need("title").and_then(|place| place.text());
    let group = part.need("group").and_then(|place| place.one_of(GROUPS));
    let due = part.get("due").and_then(|place| term(&place));
    let extend = part.get("extend").and_then(|place| extend(&place));
    let give_up = part.get("give_up").and_then(|place| give_up(&place));
    let late = part.get("late").and_then(|place| place.one_of(ROLES));
    let public_days = part.get("public").and_then(|place| public(&place));
    let wait = part.get("wait").and_then(|place| pause(&place));
    let meeting = part.get("meeting").and_then(|place| meeting(&place));
    let checks = part.get("checks").and_then(|place| place.number(0..=2));
    part.finish();
    Some(State {
        code,
        title: title?,
        group: group?,
        due,
        extend,
        give_up,
        late,
        public_days,
        wait,
        meeting,
        checks,
    })
}

/// `{ workdays = 5 }`, `{ days = 15 }`, `{ hours = 24, clock = "wall" }` or `{ by = "class", workdays = { ask = 2 } }`.
pub(super) fn term(place: &Place<'_>) -> Option<Term> {
    let part = place.table()?;
    let since = part.get("since").and_then(|place| {
        Some(match place.string()? {
            "state" => Since::State,
            "opening" => Since::Opening,
            mark => Since::Mark(place.code_of(mark)?),
        })
    });
    let span = span(&part);
    part.finish();
    Some(Term {
        span: span?,
        since: since.unwrap_or(Since::State),
    })
}

fn span(part: &Part<'_>) -> Option<Span> {
    if let Some(by) = part.get("by") {
        let field = by.code()?;
        let mut days = Vec::new();
        for (name, place) in part
            .need("workdays")
            .and_then(|place| place.table())?
            .free()
        {
            days.extend(place.code_of(name).zip(place.number(1..=DAYS_MAX)));
        }
        return Some(Span::By(field, days));
    }
    let hours = part.get("hours");
    let days = part.get("days");
    let workdays = part.get("workdays");
    let clock = part.get("clock");
    let named = [&hours, &days, &workdays].into_iter().flatten().count();
    if named != 1 || (clock.is_some() && hours.is_none()) {
        part.refuse(
            "kind.term",
            both(
                format!(
                    "“{}” 应该写清一种时限：hours、days、workdays 中的一个。",
                    part.path
                ),
                format!(
                    "“{}” should name one length of time: `hours`, `days` or `workdays`.",
                    part.path
                ),
            ),
            both(
                "写成 { workdays = 5 }、{ days = 15 } 或 { hours = 24, clock = \"wall\" }。",
                "Write { workdays = 5 }, { days = 15 } or { hours = 24, clock = \"wall\" }.",
            ),
        );
        return None;
    }
    if let Some(hours) = hours {
        let clock = clock.and_then(|place| place.one_of(CLOCKS));
        let count = hours.number(1..=2_000)?;
        return Some(Span::Hours(count, clock.unwrap_or(HourClock::Wall)));
    }
    let whole = |place: Place<'_>| place.number(1..=DAYS_MAX);
    days.and_then(whole)
        .map(Span::Days)
        .or_else(|| workdays.and_then(whole).map(Span::Workdays))
}

fn extend(place: &Place<'_>) -> Option<Extend> {
    let part = place.table()?;
    let times = part.get("times").and_then(|place| place.number(1..=10));
    let workdays = part
        .need("workdays")
        .and_then(|place| place.number(1..=DAYS_MAX));
    let by = part.get("by").and_then(|place| place.one_of(ROLES));
    part.finish();
    Some(Extend {
        times: times.unwrap_or(1),
        workdays: workdays?,
        by: by.unwrap_or(Role::Lead),
    })
}

fn give_up(place: &Place<'_>) -> Option<GiveUp> {
    let part = place.table()?;
    let workdays = part
        .need("workdays")
        .and_then(|place| place.number(1..=DAYS_MAX));
    let to = part.need("to").and_then(|place| place.code());
    part.finish();
    Some(GiveUp {
        workdays: workdays?,
        to: to?,
    })
}

fn public(place: &Place<'_>) -> Option<u16> {
    let part = place.table()?;
    let days = part
        .need("drop_days")
        .and_then(|place| place.number(0..=3_660));
    part.finish();
    days
}

/// `{ notice = "event" }`, `{ days = 5 }` or `{ workdays = 5 }`.
fn pause(place: &Place<'_>) -> Option<Pause> {
    let part = place.table()?;
    let notice = part.get("notice");
    let days = part.get("days");
    let workdays = part.get("workdays");
    let named = [&notice, &days, &workdays].into_iter().flatten().count();
    let is_event = match &notice {
        Some(place) => place.string()? == NOTICE,
        None => true,
    };
    if named != 1 || !is_event {
        place.refuse(
            "kind.wait",
            both(
                format!("“{}” 没有写清等多久。", place.path),
                format!("“{}” does not say how long.", place.path),
            ),
            both(
                "写成 { notice = \"event\" }、{ days = 5 } 或 { workdays = 5 }。",
                "Write { notice = \"event\" }, { days = 5 } or { workdays = 5 }.",
            ),
        );
        return None;
    }
    part.finish();
    let whole = |place: Place<'_>| place.number(1..=DAYS_MAX);
    if let Some(place) = days {
        return whole(place).map(Pause::Days);
    }
    match workdays {
        Some(place) => whole(place).map(Pause::Workdays),
        None => Some(Pause::Notice),
    }
}

fn meeting(place: &Place<'_>) -> Option<Meeting> {
    let part = place.table()?;
    let body = part.need("body").and_then(|place| place.code());
    let quorum = part.need("quorum").and_then(|place| {
        let share = share(place.string()?);
        told(share, &place)
    });
    let pass = part.need("pass").and_then(|place| {
        let text = place.string()?;
        let (part, of) = text.split_once(' ').unwrap_or((text, "present"));
        let of = SHARES.iter().find(|(word, _)| *word == of);
        let both: Option<(Share, ShareOf)> = share(part).zip(of.map(|(_, of)| *of));
        told(both, &place)
    });
    let notice_days = part
        .get("notice_days")
        .and_then(|place| place.number(0..=DAYS_MAX));
    part.finish();
    Some(Meeting {
        body: body?,
        quorum: quorum?,
        pass: pass?,
        notice_days: notice_days.unwrap_or(0),
    })
}

/// `2/3`.
fn share(text: &str) -> Option<Share> {
    let (part, whole) = text.split_once('/')?;
    let (part, whole) = (part.parse().ok()?, whole.parse().ok()?);
    (part >= 1 && part <= whole && whole <= 1_000).then_some(Share { part, whole })
}

fn told<T>(found: Option<T>, place: &Place<'_>) -> Option<T> {
    if found.is_none() {
        place.refuse(
            "kind.share",
            both(
                format!("“{}” 不是几分之几。", place.path),
                format!("“{}” is no share of a whole.", place.path),
            ),
            both(
                "写成 quorum = \"2/3\"，pass = \"1/2 present\"（到会的）或 \"1/2 members\"（全体的）。",
                "Write quorum = \"2/3\", pass = \"1/2 present\" or \"1/2 members\".",
            ),
        );
    }
    found
}

/// Puts the written moves in their places: those of a name that is already there replace all of that name.
pub(super) fn read_moves(
    moves: &mut Vec<(Move, Option<usize>)>,
    place: Option<Place<'_>>,
) -> Option<()> {
    let mut written = Vec::new();
    for (at, member) in place?.list()?.iter().enumerate() {
        written.extend(step(member).map(|step| (step, Some(at))));
    }
    let replaced = |step: &Move| written.iter().any(|(other, _)| other.code == step.code);
    let first = moves.iter().position(|(step, _)| replaced(step));
    moves.retain(|(step, _)| !replaced(step));
    let at = first.unwrap_or(moves.len());
    moves.splice(at..at, written);
    Some(())
}

fn step(place: &Place<'_>) -> Option<Move> {
    let part = place.table()?;
    let code = part.need("code").and_then(|place| place.code());
    let title = part.need("title").and_then(|place| place.text());
    let from = part.need("from").and_then(|place| codes(&place));
    let to = part.need("to").and_then(|place| place.code());
    let by = part.need("by").and_then(|place| roles(&place));
    let needs = part.get("need").and_then(|place| needs(&place));
    let other_person = part.get("other_person").and_then(|place| place.flag());
    let mark = part.get("mark").and_then(|place| place.code());
    let effects = part.get("do").and_then(|place| effects(&place));
    let checks = part.get("checks").and_then(|place| place.number(0..=2));
    part.finish();
    Some(Move {
        code: code?,
        title: title?,
        from: from?,
        to: to?,
        by: by?,
        needs: needs.unwrap_or_default(),
        other_person: other_person.unwrap_or(false),
        mark,
        effects: effects.unwrap_or_default(),
        checks,
    })
}

/// `["text", "photo?"]`: a question mark means that it may be given.
fn needs(place: &Place<'_>) -> Option<Vec<(Need, bool)>> {
    let mut needs = Vec::new();
    for member in place.one_or_more()? {
        let Some(text) = member.string() else {
            continue;
        };
        let name = text.strip_suffix('?').unwrap_or(text);
        let found = NEEDS.iter().find(|(word, _)| *word == name);
        match found {
            Some((_, need)) => needs.push((*need, name == text)),
            None => {
                // The common sentence about closed sets of words.
                member.one_of(NEEDS);
            }
        }
    }
    Some(needs)
}

fn effects(place: &Place<'_>) -> Option<Vec<Effect>> {
    let mut effects = Vec::new();
    for member in place.one_or_more()? {
        effects.extend(effect(&member));
    }
    Some(effects)
}

fn effect(place: &Place<'_>) -> Option<Effect> {
    let part = place.table()?;
    let names = ["book", "notify", "open", "reverse", "withdraw_entry"];
    if names.into_iter().filter(|name| part.has(name)).count() != 1 {
        place.refuse(
            "kind.effect",
            both(
                format!(
                    "“{}” 应该正好写一种效果：{}。",
                    place.path,
                    names.join("、")
                ),
                format!(
                    "“{}” should name exactly one effect: {}.",
                    place.path,
                    names.join(", ")
                ),
            ),
            both(
                "写成 { notify = \"opener\" }，几种效果就写几个 { … }。",
                "Write { notify = \"opener\" }, and one { … } for each effect.",
            ),
        );
        return None;
    }
    let found = if let Some(place) = part.get("book") {
        let event = match place.string()? {
            CHOSEN_EVENT => None,
            _ => Some(place.code()?),
        };
        let roles = part.need("roles").and_then(|place| place.table());
        let mut filled: Vec<(Code, Filling)> = Vec::new();
        for (name, place) in roles.map(|part| part.free()).unwrap_or_default() {
            filled.extend(place.code_of(name).zip(place.one_of(FILLINGS)));
        }
        Some(Effect::Book {
            event,
            roles: filled,
        })
    } else if let Some(place) = part.get("notify") {
        place.one_of(ROLES).map(Effect::Notify)
    } else if let Some(place) = part.get("open") {
        place.code().map(Effect::Open)
    } else if let Some(place) = part.get("reverse") {
        place.code().map(Effect::Reverse)
    } else {
        let place = part.get("withdraw_entry")?;
        let wanted = place.flag()?;
        wanted.then_some(Effect::WithdrawEntry)
    };
    part.finish();
    found
}
