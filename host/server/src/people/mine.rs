//! A resident's own household, and their own year. Numbers are the ledger's counters; what others of the household did is shown
//! where the points belong to all of them, and of children to those who care for them.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::{IntoResponse, Response};
use rongyi_cases::kind::{AnswerKind, MayOpen};
use rongyi_core::book::Frame;
use rongyi_core::counters::{CounterRow, CounterSubject};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::LocalDate;
use rongyi_pages::{HomeMember, MeHouseholdView, MeYearView, YearRow};
use serde::Deserialize;

use crate::access::SignedResident;
use crate::door::asked::{No, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, day};
use crate::ledger::wallets::at_hand;
use crate::people::leaving::member;
use crate::people::own::ERASED;
use crate::wall::of_households;

/// Years that can be chosen beside this one.
const YEARS_BACK: i32 = 3;

/// What was counted of somebody in a year: by kind, by month, and the days.
#[derive(Default)]
struct Counted {
    kinds: BTreeMap<Code, YearRow>,
    months: [i64; 12],
    days: BTreeSet<(i32, u8)>,
    points: i64,
    minutes: i64,
    times: i64,
}

async fn counted(visit: &Visit, resident: ResidentNo, year: i32) -> Result<Counted, Fault> {
    let store = &visit.app.house.store;
    let subject = CounterSubject::Resident(resident);
    let rows: Vec<(Code, i32, CounterRow)> = store.counted_for(&visit.code, subject).await?;
    let first = LocalDate::new(year, 1, 1).map_or(i32::MAX, LocalDate::month_index);
    let mut all = Counted::default();
    for (kind, month, row) in rows {
        let place = usize::try_from(month.saturating_sub(first)).unwrap_or(usize::MAX);
        let Some(of_month) = all.months.get_mut(place) else {
            continue;
        };
        let sum = &row.total;
        *of_month = of_month.saturating_add(sum.events);
        all.times = all.times.saturating_add(sum.events);
        all.points = all.points.saturating_add(sum.points);
        all.minutes = all.minutes.saturating_add(sum.minutes);
        let days = row.days.keys().filter(|day| **day > 0);
        all.days.extend(days.map(|day| (month, *day)));
        let known = all.kinds.entry(kind).or_insert_with(|| YearRow {
            title: String::new(),
            times: 0,
            points: 0,
            minutes: 0,
        });
        known.times = known.times.saturating_add(sum.events);
        known.points = known.points.saturating_add(sum.points);
        known.minutes = known.minutes.saturating_add(sum.minutes);
    }
    Ok(all)
}

/// Which year.
#[derive(Debug, Deserialize)]
pub(crate) struct YearQuery {
    year: Option<No>,
}

/// What a kind is called, by the rule that is in force.
fn kind_title(visit: &Visit, frame: &Frame, kind: &Code) -> String {
    match frame.rule_for(kind, visit.today()) {
        Some((_, plan)) => visit.say(&plan.title),
        None => kind.to_string(),
    }
}

/// `GET /{community}/me/year`.
pub(crate) async fn show_year(
    Member { visit, me }: Member,
    Typed(query): Typed<YearQuery>,
) -> Result<Response, Fault> {
    let (frame, _) = at_hand(&visit, &me).await?;
    let today = visit.today();
    let (this, ..) = today.parts();
    let choices = this.saturating_sub(YEARS_BACK)..=this;
    let asked = query.year.and_then(|No(year)| i32::try_from(year).ok());
    let year = asked.unwrap_or(this);
    if !choices.contains(&year) {
        return Err(Fault::not_found());
    }
    let counted = counted(&visit, me.resident, year).await?;
    let named = counted.kinds.iter().map(|(kind, row)| YearRow {
        title: kind_title(&visit, &frame, kind),
        ..row.clone()
    });
    let mut rows: Vec<YearRow> = named.filter(|row| row.times > 0).collect();
    rows.sort_by(|a, b| (b.times, &a.title).cmp(&(a.times, &b.title)));
    let shell = visit.shell();
    Ok(Html(MeYearView {
        name: me.name.clone(),
        year,
        years: choices.rev().filter(|other| *other != year).collect(),
        running: year == this,
        points: counted.points,
        minutes: counted.minutes,
        times: counted.times,
        days: i64::try_from(counted.days.len()).unwrap_or(i64::MAX),
        rows,
        months: counted.months.to_vec(),
        printed: shell.day_long(day(today)),
        shell,
    })
    .into_response())
}

/// Who sees what, as it is.
fn sees(visit: &Visit, shared: bool) -> Vec<String> {
    let first = if shared {
        visit.either(
            "积分是全家的：余额、存折、兑换单，家里人都看得到。",
            "Points belong to the household: everybody in it sees the balance, the passbook and the orders.",
        )
    } else {
        visit.either(
            "积分是各人自己的：余额、存折、兑换单，只有本人看得到。",
            "Points belong to each person: only they see their balance, passbook and orders.",
        )
    };
    vec![
        first,
        visit.either(
            "取货码只给下单的人看。",
            "A pick-up code is shown to whoever ordered.",
        ),
        visit.either(
            "时长、办件、消息只有本人看得到；孩子今年做的，家里的大人看得到。",
            "Hours, cases and messages are for oneself alone; what children did this year is seen by the grown-ups of the household.",
        ),
    ]
}

/// Where somebody can write to the community: the first kind that residents open and that is no claim and no appeal.
fn written_to(visit: &Visit) -> Option<String> {
    let served = visit.app.house.community(&visit.code)?;
    let mut kinds = served.config.cases.iter().map(|of_case| &of_case.kind);
    let kind = kinds.find(|kind| {
        let mut asks = kind.questions().iter();
        let by = &kind.open.by;
        kind.code.as_str() == "message"
            && by.contains(&MayOpen::Resident)
            && !asks.any(|question| question.answer == AnswerKind::Entry)
    })?;
    Some(visit.path(&format!("/cases/new/{}", kind.code)))
}

/// `GET /{community}/me/household`.
pub(crate) async fn show_household(Member { visit, me }: Member) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let store = &visit.app.house.store;
    let shared = of_households(&frame);
    let (year, ..) = visit.today().parts();
    let mine = store.public_name(&visit.code, me.resident).await?;
    let grown = mine.is_some_and(|mine| !mine.minor);
    let mut members = Vec::new();
    for row in store
        .residents_of_household(&visit.code, wallet.household)
        .await?
    {
        let here = member(store, &visit.code, row.resident).await?;
        let name = row.name.filter(|name| name != ERASED);
        let (Some(name), true) = (name, here.is_some_and(|one| one.left.is_none())) else {
            continue;
        };
        let seen = seen(&visit, &me, row.resident, (shared, grown)).await?;
        members.push(HomeMember {
            name,
            number: format!("{:04}", row.resident.0),
            note: seen.note,
            points: seen.points.then_some(seen.counted.points),
            minutes: seen.minutes.then_some(seen.counted.minutes),
        });
    }
    let text = store.household(&visit.code, wallet.household).await?;
    Ok(Html(MeHouseholdView {
        title: visit.household_title(wallet.household).await?,
        address: text.map(|text| text.address).unwrap_or_default(),
        year,
        members,
        sees: sees(&visit, shared),
        change: written_to(&visit),
        shell: visit.shell(),
    })
    .into_response())
}

/// What the reader may see of somebody of their household.
struct Seen {
    note: String,
    points: bool,
    minutes: bool,
    counted: Counted,
}

async fn seen(
    visit: &Visit,
    me: &SignedResident,
    other: ResidentNo,
    (shared, grown): (bool, bool),
) -> Result<Seen, Fault> {
    let store = &visit.app.house.store;
    let public = store.public_name(&visit.code, other).await?;
    let child = public.is_some_and(|public| public.minor);
    let own = other == me.resident;
    let mut notes = Vec::new();
    if own {
        notes.push(visit.either("就是您", "you"));
    }
    if child {
        notes.push(visit.either("未成年", "a child"));
    }
    let cared_for = child && grown;
    let (year, ..) = visit.today().parts();
    Ok(Seen {
        note: notes.join(" · "),
        points: own || shared || cared_for,
        minutes: own || cared_for,
        counted: counted(visit, other, year).await?,
    })
}
