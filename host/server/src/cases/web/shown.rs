//! What people read of a case: facts, dates with their reasons, steps, and what the rule would give. It decides nothing.

use std::collections::BTreeMap;

use rongyi_cases::calendar::DayKind;
use rongyi_cases::kind::{AnswerKind, HourClock, Question, Role};
use rongyi_cases::{Act, Due, Kind, Length, Moment, Rating, Solved, Standing};
use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::record::Record;
use rongyi_core::rule::{Field, FieldKind, KindPlan};
use rongyi_core::time::LocalDate;
use rongyi_pages::{CaseDue, CaseFact, CasePhotoLink, CasePreview, CaseStep, CaseTold};
use rongyi_store::{CaseEffect, CaseFile, EffectState};

use super::Side;
use super::whose::named;
use crate::cases::effects::{self, Follow};
use crate::cases::opening::Opened;
use crate::cases::{CaseAtHand, WORDS, minutes, units};
use crate::door::Act as DoorAct;
use crate::door::fault::Fault;
use crate::door::visit::{Visit, day};
use crate::door::{May, Right, may};
use crate::ledger::explain;
use crate::ledger::refused::Told;
use crate::ledger::told::{breakdown, gains};
use crate::people::leaving::gone;

/// Days told one by one under a date.
const DAYS_MAX: usize = 40;

/// A local moment.
pub(super) fn when(visit: &Visit, at: Moment) -> String {
    let (hour, minute) = (at.minute / 60, at.minute % 60);
    format!("{} {hour:02}:{minute:02}", day(at.on).short(visit.lang()))
}

/// The end of a list's date.
pub(super) fn until(visit: &Visit, due: i64) -> String {
    let days = i32::try_from(due.div_euclid(1_440)).unwrap_or(0);
    let Some(on) = LocalDate::from_days(days) else {
        return String::new();
    };
    let minute = u16::try_from(due.rem_euclid(1_440)).unwrap_or(0);
    // The end of a day is the beginning of the next one in minutes; people say it by the day it ends.
    let at = if minute == 0 {
        Moment::new(on.plus_days(-1), 1_440)
    } else {
        Moment::new(on, minute)
    };
    let said = when(visit, at);
    visit.either(&format!("{said} 前"), &format!("by {said}"))
}

/// How a date came about, day by day.
pub(super) fn due(visit: &Visit, zh: &str, en: &str, (due, now): (&Due, Moment)) -> CaseDue {
    let end = when(visit, due.end);
    let why = &due.why;
    let start = when(visit, why.start);
    let length = match why.length {
        Length::Hours(hours, HourClock::Wall) => visit.either(
            &format!("{hours} 小时，夜里和周末也算"),
            &format!("{hours} hours, nights and weekends included"),
        ),
        Length::Hours(hours, HourClock::Work) => visit.either(
            &format!("{hours} 个工作小时"),
            &format!("{hours} opening hours"),
        ),
        Length::Days(days) => visit.either(
            &format!("{days} 天，遇休息日顺延"),
            &format!("{days} days, moved on to a working day"),
        ),
        Length::Workdays(days) => visit.either(
            &format!("{days} 个工作日，当天不算"),
            &format!("{days} working days, not counting the first day"),
        ),
    };
    let mut lines = vec![visit.either(
        &format!("从 {start} 算起，{length}。"),
        &format!("Counted from {start}: {length}."),
    )];
    for counted in why.days.iter().take(DAYS_MAX) {
        let on = day(counted.day).short(visit.lang());
        lines.push(match counted.kind {
            DayKind::MakeUp => visit.either(
                &format!("{on}（调休上班）"),
                &format!("{on} (worked in exchange)"),
            ),
            DayKind::Weekday | DayKind::Weekend | DayKind::Off => on,
        });
    }
    let waited = why.waited.len();
    if waited > 0 {
        lines.push(visit.either(
            &format!("等回复的 {waited} 个整工作日不算在内。"),
            &format!("{waited} whole working days of waiting for an answer were added."),
        ));
    }
    if why.extended > 0 {
        let more = why.extended;
        lines.push(visit.either(
            &format!("延长了 {more} 个工作日。"),
            &format!("{more} working days were granted."),
        ));
    }
    for year in &why.unlisted {
        lines.push(visit.either(
            &format!("{year} 年的放假安排还没有公布，先按周末休息算，公布后可能变。"),
            &format!("The days off of {year} are not known yet; only weekends were left out, and the date may change."),
        ));
    }
    CaseDue {
        told: visit.either(&format!("{zh}：{end} 前"), &format!("{en}: by {end}")),
        why: lines,
        late: due.is_late(now),
    }
}

/// What is due in a case.
pub(super) fn dues(visit: &Visit, standing: &Standing, now: Moment) -> Vec<CaseDue> {
    let promise = standing.promise.as_ref();
    let state = standing.due.as_ref();
    let promise = promise.map(|one| {
        due(
            visit,
            "答应答复的时间",
            "An answer was promised",
            (one, now),
        )
    });
    let state = state.map(|one| due(visit, "这一步要办完", "This step is due", (one, now)));
    let lasts = standing.next.as_ref().filter(|next| next.after > now);
    let lasts = lasts.filter(|next| matches!(next.act, Act::Move { .. }));
    let lasts = lasts.map(|next| {
        let end = when(visit, next.after);
        CaseDue {
            told: visit.either(
                &format!("这一步到 {end} 为止"),
                &format!("This step lasts until {end}"),
            ),
            why: Vec::new(),
            late: false,
        }
    });
    state.into_iter().chain(promise).chain(lasts).collect()
}

async fn frame(visit: &Visit) -> Result<Option<Frame>, Fault> {
    Ok(visit.app.house.store.frame(&visit.code).await?)
}

/// The plan of a claimed event, today.
fn plan<'f>(visit: &Visit, frame: &'f Frame, event: &Code) -> Option<&'f KindPlan> {
    frame.rule_for(event, visit.today()).map(|(_, plan)| plan)
}

/// What is claimed: `植树 3 棵`.
pub(super) fn claimed(visit: &Visit, frame: Option<&Frame>, opened: &Opened) -> Option<String> {
    let (event, claim) = (opened.event.as_ref()?, opened.claim.as_ref()?);
    let plan = frame.and_then(|frame| plan(visit, frame, event));
    Some(match plan {
        Some(plan) => {
            let (title, unit) = (visit.say(&plan.title), visit.say(&plan.unit));
            format!("{title} {} {unit}", claim.quantity)
        }
        None => format!("{event} {}", claim.quantity),
    })
}

fn field_value(visit: &Visit, field: &Field, text: &str) -> String {
    match &field.kind {
        FieldKind::Choice(choices) => {
            let chosen = choices.iter().find(|(code, _)| code.as_str() == text);
            chosen.map_or_else(|| text.to_owned(), |(_, title)| visit.say(title))
        }
        FieldKind::YesNo if text == "yes" => visit.either("是", "Yes"),
        FieldKind::YesNo => visit.either("否", "No"),
        FieldKind::Integer { .. } | FieldKind::Decimal(_) | FieldKind::Day => text.to_owned(),
    }
}

/// What was asked.
pub(super) async fn facts(side: &Side<'_>, at_hand: &CaseAtHand) -> Result<Vec<CaseFact>, Fault> {
    let visit = side.visit;
    let mut facts: Vec<CaseFact> = Vec::new();
    if side.is_desk {
        let file = &at_hand.stored.file;
        if let Some(resident) = file.resident {
            let left = gone(&visit.app.house.store, &visit.code, &[resident]).await?;
            let name = visit.masked(resident).await?;
            let name = named(visit, name, left.get(&resident));
            let number = visit.either(
                &format!("{name}（{resident} 号居民）"),
                &format!("{name} (resident {resident})"),
            );
            facts.push(plain(visit.either("谁的事", "Whose"), number));
        }
        let opener = visit.actor(&file.opener).await;
        facts.push(plain(visit.either("谁提出的", "Opened by"), opener));
    }
    if let (Some(event), Some(claim)) = (&at_hand.opened.event, &at_hand.opened.claim) {
        let frame = frame(visit).await?;
        let told = claimed(visit, frame.as_ref(), &at_hand.opened).unwrap_or_default();
        facts.push(plain(visit.either("做了什么", "What was done"), told));
        let on = claim.on.replace('T', " ");
        facts.push(plain(visit.either("哪一天", "On"), on));
        let plan = frame.as_ref().and_then(|frame| plan(visit, frame, event));
        for field in plan.iter().flat_map(|plan| &plan.fields) {
            if let Some(text) = claim.fields.get(field.name.as_str())
                && !text.is_empty()
            {
                let value = field_value(visit, field, text);
                facts.push(plain(visit.say(&field.title), value));
            }
        }
    }
    for question in at_hand.kind.questions() {
        facts.extend(answered(side, at_hand, question));
    }
    if let Some(unit) = at_hand.stored.file.place.unit.as_ref() {
        let value = unit_title(side, unit);
        facts.push(plain(visit.either("承办单位", "With"), value));
    }
    Ok(facts)
}

fn plain(title: String, value: String) -> CaseFact {
    CaseFact {
        title,
        value,
        href: None,
    }
}

fn answered(side: &Side<'_>, at_hand: &CaseAtHand, question: &Question) -> Option<CaseFact> {
    let (visit, key) = (side.visit, &question.key);
    let mut href = None;
    let value = match &question.answer {
        AnswerKind::Choice(choices) => {
            let chosen = at_hand.case.opening.choice(key)?;
            let title = choices.iter().find(|(code, _)| code == chosen);
            title.map_or_else(|| chosen.to_string(), |(_, title)| visit.say(title))
        }
        AnswerKind::Entry => {
            let entry = at_hand.case.opening.entry(key)?;
            href = entry_path(side, entry);
            entry.to_string()
        }
        AnswerKind::Text { .. }
        | AnswerKind::Number { .. }
        | AnswerKind::Day
        | AnswerKind::YesNo
        | AnswerKind::Photos { .. } => {
            let mut texts = at_hand.stored.texts.iter();
            let found = texts.find(|text| text.step == 0 && text.key == key.as_str())?;
            match (&question.answer, found.text.text.as_str()) {
                (AnswerKind::YesNo, "yes") => visit.either("是", "Yes"),
                (AnswerKind::YesNo, "no") => visit.either("否", "No"),
                (_, text) => text.to_owned(),
            }
        }
    };
    Some(CaseFact {
        title: visit.say(&question.title),
        value,
        href,
    })
}

fn unit_title(side: &Side<'_>, unit: &Code) -> String {
    let mut known = units(&side.served).into_iter();
    let title = known.find(|(code, _)| code == unit);
    title.map_or_else(|| unit.to_string(), |(_, title)| side.visit.say(&title))
}

/// What was done, oldest first.
pub(super) async fn steps(
    side: &Side<'_>,
    at_hand: &CaseAtHand,
    photos: &[(u32, CasePhotoLink)],
) -> Result<Vec<CaseStep>, Fault> {
    let visit = side.visit;
    let mut names: BTreeMap<Code, String> = BTreeMap::new();
    let mut steps = Vec::new();
    for stored in &at_hand.stored.steps {
        if !names.contains_key(&stored.actor) {
            let name = visit.actor(&stored.actor).await;
            names.insert(stored.actor.clone(), name);
        }
        let what = match stored.step {
            0 => visit.either("提出", "Asked"),
            _ => {
                let act = Act::read(&stored.word, &stored.argument);
                act.map_or_else(
                    |_| stored.word.clone(),
                    |act| act_title(side, &at_hand.kind, &act),
                )
            }
        };
        let texts = at_hand.stored.texts.iter();
        let words = texts.filter(|text| text.step == stored.step && text.key == WORDS);
        let effects = at_hand.stored.effects.iter();
        let told = effects.filter(|effect| effect.step == stored.step);
        steps.push(CaseStep {
            what,
            who: names.get(&stored.actor).cloned().unwrap_or_default(),
            at: visit.moment(stored.at),
            words: minutes::told(&at_hand.stored, &at_hand.kind, stored)
                .map(|told| (visit.either("会议记录", "Minutes"), visit.say(&told)))
                .into_iter()
                .chain(words.map(|text| (String::new(), text.text.text.clone())))
                .collect(),
            told: told.filter_map(|effect| followed(side, effect)).collect(),
            papers: super::paper::links(side, at_hand, stored.step),
            // Those of the opening stand with what was asked.
            photos: photos
                .iter()
                .filter(|(step, _)| *step == stored.step && *step > 0)
                .map(|(_, link)| link.clone())
                .collect(),
        });
    }
    Ok(steps)
}

fn act_title(side: &Side<'_>, kind: &Kind, act: &Act) -> String {
    let visit = side.visit;
    match act {
        Act::Move { code, to, unit } => {
            let step = kind.moves.iter().find(|step| step.code == *code);
            let title = step.map_or_else(|| code.to_string(), |step| visit.say(&step.title));
            let state = kind.state(to);
            let state = state.map_or_else(|| to.to_string(), |state| visit.say(&state.title));
            match unit {
                Some(unit) => format!("{title} → {} · {state}", unit_title(side, unit)),
                None => format!("{title} → {state}"),
            }
        }
        Act::Note => visit.either("补充说明", "Added a note"),
        Act::Extend => visit.either("延期", "Granted more time"),
        Act::Reopen => visit.either("重新办理", "Opened again"),
        Act::Merge(into) => visit.either(
            &format!("并入第 {into} 件"),
            &format!("Linked to No. {into} as the same"),
        ),
        Act::Unmerge => visit.either("取消合并", "Undid the link"),
        Act::Rate(rating) => rated(visit, *rating),
        Act::GiveUp => visit.either("一直没有等到回复，先结束", "Closed, nobody answered"),
        Act::Recount => visit.either(
            "放假安排变了，期限重新算过",
            "The days off changed, and dates with them",
        ),
    }
}

fn rated(visit: &Visit, rating: Rating) -> String {
    let mut told = vec![visit.either("评价", "Said how it went")];
    told.extend(rating.solved.map(|solved| match solved {
        Solved::Yes => visit.either("解决了", "solved"),
        Solved::Partly => visit.either("解决了一部分", "solved in part"),
        Solved::No => visit.either("没有解决", "not solved"),
    }));
    told.extend(rating.satisfied.map(|satisfied| {
        visit.either(
            &format!("满意程度 {satisfied}"),
            &format!("satisfied: {satisfied}"),
        )
    }));
    told.join(" · ")
}

/// What became of something that follows from a step.
fn followed(side: &Side<'_>, effect: &CaseEffect) -> Option<CaseTold> {
    let visit = side.visit;
    let follow: Follow = serde_json::from_str(&effect.what).ok()?;
    let plain = |zh: String, en: String, entry: Option<u64>| {
        Some(CaseTold {
            text: visit.either(&zh, &en),
            bad: false,
            href: entry.and_then(|entry| entry_path(side, entry)),
        })
    };
    let entry = effect.entry;
    if effect.state == EffectState::Refused {
        let told: Option<Told> = effect
            .told
            .as_ref()
            .and_then(|told| serde_json::from_str(told).ok());
        let (zh, en) = told.map_or_else(Default::default, |told| (told.zh, told.en));
        let text = match follow {
            Follow::Book { .. } => visit.either(
                &format!("没有记上账：{zh}"),
                &format!("It was not booked: {en}"),
            ),
            Follow::Notify { .. }
            | Follow::Open { .. }
            | Follow::Reverse { .. }
            | Follow::Withdraw { .. } => visit.either(&zh, &en),
        };
        return Some(CaseTold {
            text,
            bad: true,
            href: entry.and_then(|entry| entry_path(side, entry)),
        });
    }
    let no = entry.map_or_else(String::new, |entry| entry.to_string());
    match (follow, effect.state) {
        (Follow::Book { .. }, EffectState::Waiting) => plain(
            "正在记账。".to_owned(),
            "It is being booked.".to_owned(),
            None,
        ),
        (Follow::Book { .. }, _) => plain(
            format!("已记账，第 {no} 笔。"),
            format!("Booked as entry {no}."),
            entry,
        ),
        (Follow::Reverse { .. }, EffectState::Done) => plain(
            "已提出冲正，等第二个人批准。".to_owned(),
            "Its reversal is proposed and waits for a second person.".to_owned(),
            None,
        ),
        (Follow::Withdraw { .. }, EffectState::Done) if entry.is_some() => plain(
            format!("原来记的已经撤下，第 {no} 笔。"),
            format!("What was booked is taken back by entry {no}."),
            None,
        ),
        (Follow::Notify { who }, EffectState::Done) => {
            let title = Role::of(&who)?.title();
            plain(
                format!("已告知{}。", title.zh),
                format!("Told {}.", title.en),
                None,
            )
        }
        (
            Follow::Reverse { .. }
            | Follow::Withdraw { .. }
            | Follow::Notify { .. }
            | Follow::Open { .. },
            _,
        ) => None,
    }
}

fn entry_path(side: &Side<'_>, entry: u64) -> Option<String> {
    let visit = side.visit;
    if !side.is_desk {
        return Some(visit.path(&format!("/passbook/{entry}")));
    }
    let right = Right::of(visit.who.as_ref());
    let sees = may(right, DoorAct::SeeDesk) == May::Yes;
    sees.then(|| visit.path(&format!("/amend?entry={entry}#found")))
}

/// What the rule would give for a claim now.
pub(super) async fn worth(
    visit: &Visit,
    at_hand: &CaseAtHand,
) -> Result<Option<CasePreview>, Fault> {
    match frame(visit).await? {
        Some(frame) => preview(visit, &frame, (&at_hand.stored.file, &at_hand.opened)).await,
        None => Ok(None),
    }
}

/// The same, when the settings of the ledger are at hand.
pub(super) async fn preview(
    visit: &Visit,
    frame: &Frame,
    (file, opened): (&CaseFile, &Opened),
) -> Result<Option<CasePreview>, Fault> {
    let (Some(event), Some(claim)) = (&opened.event, &opened.claim) else {
        return Ok(None);
    };
    if file.entry.is_some() || file.place.group > 2 || file.place.merged_into.is_some() {
        return Ok(None);
    }
    let about: Vec<&Code> = if opened.concerned.is_empty() {
        vec![&file.opener]
    } else {
        opened.concerned.iter().collect()
    };
    let house = &visit.app.house;
    let worth = effects::worth(house, frame, (event, claim), &about).await?;
    let Some(worth) = worth else {
        return Ok(None);
    };
    let receipt = match worth {
        Ok(receipt) => receipt,
        Err(rejection) => {
            return Ok(Some(CasePreview {
                gains: Vec::new(),
                told: vec![visit.say(&rejection.text())],
                refused: true,
            }));
        }
    };
    let refused = receipt.records.iter().find_map(|record| {
        if let Record::Refused(set, _, refusal) = record {
            let plan = explain::plan_of(frame, *set);
            let refusal = explain::without_balance(refusal);
            Some(explain::refusal(
                &plan,
                Some(frame),
                &refusal,
                visit.tongue(),
            ))
        } else {
            None
        }
    });
    if let Some(told) = refused {
        return Ok(Some(CasePreview {
            gains: Vec::new(),
            told: vec![told],
            refused: true,
        }));
    }
    let (gains, asset) = gains(visit, &receipt).await?;
    let (_, rows) = breakdown(visit, frame, &receipt, asset);
    Ok(Some(CasePreview {
        gains: gains
            .into_iter()
            .map(|gain| (gain.who, gain.change))
            .collect(),
        told: rows.into_iter().map(|row| row.text).collect(),
        refused: false,
    }))
}
