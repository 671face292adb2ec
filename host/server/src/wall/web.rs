//! The pages of lists for the wall: which there are, and one as a sheet.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use rongyi_core::book::Frame;
use rongyi_core::period::{Period, PeriodLength, PeriodState};
use rongyi_core::time::LocalDate;
use rongyi_pages::{Paper, WallLine, WallLink, WallSheetView, WallView};
use serde::Deserialize;

use super::{Placed, hangs_until, honour_board, of_households, stars, winners};
use crate::amend;
use crate::door::asked::{Path, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit};
use crate::jobs;
use crate::ledger::explain;
use crate::ledger::titles::event_title;
use crate::stock::prices::{self, Price};

/// Months whose board can be chosen.
const MONTHS: i32 = 12;

/// The lists: the end of the address, what it is called, what it is for.
type Entry = (
    &'static str,
    (&'static str, &'static str),
    (&'static str, &'static str),
);
const LISTS: [Entry; 6] = [
    (
        "board",
        ("光荣榜", "Honour board"),
        (
            "一个月、一季度或一年里得分最多的前十名",
            "The ten places with most points of a month, quarter or year",
        ),
    ),
    (
        "stars",
        ("星级志愿者", "Volunteers with stars"),
        (
            "有星级的志愿者和他们的时长",
            "Who reached which star, with their hours",
        ),
    ),
    (
        "notice",
        ("积分公示", "Under notice"),
        (
            "正在公示的得分，谁都可以提异议",
            "What is under notice; everybody may object",
        ),
    ),
    (
        "prices",
        ("兑换价目", "Prices"),
        ("货架上每样多少分", "What each item costs"),
    ),
    (
        "days",
        ("开放时间", "When we are open"),
        ("超市哪天开门、在哪里", "When and where the shop is open"),
    ),
    (
        "winners",
        ("获奖名单", "Winners"),
        (
            "结过账的一期里得奖的",
            "Who won something when a period was closed",
        ),
    ),
];

/// `GET /{community}/wall`.
pub(crate) async fn list_wall(OnDuty { visit, .. }: OnDuty) -> Response {
    let link = |(code, title, about): &Entry| WallLink {
        code: (*code).to_owned(),
        title: visit.either(title.0, title.1),
        about: visit.either(about.0, about.1),
    };
    Html(WallView {
        lists: LISTS.iter().map(link).collect(),
        shell: visit.shell(),
    })
    .into_response()
}

/// On which paper, and of which period.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SheetQuery {
    #[serde(default)]
    paper: String,
    #[serde(default)]
    period: String,
}

/// `GET /{community}/wall/{list}`.
pub(crate) async fn show_sheet(
    OnDuty { visit, .. }: OnDuty,
    Path((_, list)): Path<(String, String)>,
    Typed(query): Typed<SheetQuery>,
) -> Result<Response, Fault> {
    let house = &visit.app.house;
    jobs::catch_up(house, &visit.code).await?;
    let frame = house.store.frame(&visit.code).await?;
    let frame = Arc::new(frame.ok_or_else(Fault::not_found)?);
    let known = LISTS.iter().find(|(code, ..)| *code == list);
    let (code, title, _) = known.ok_or_else(Fault::not_found)?;
    let bare = WallSheetView {
        code: (*code).to_owned(),
        title: visit.either(title.0, title.1),
        sub: visit.say(&visit.title),
        says: Vec::new(),
        lines: Vec::new(),
        empty: String::new(),
        foot: Vec::new(),
        paper: if query.paper == Paper::A3.word() {
            Paper::A3
        } else {
            Paper::A4
        },
        choices: Vec::new(),
        chosen: String::new(),
        shell: visit.shell(),
    };
    let view = match *code {
        "board" => board(&visit, &frame, bare, &query.period).await?,
        "stars" => stars::sheet(&visit, &frame, bare).await?,
        "notice" => notice(&visit, &frame, bare).await?,
        "prices" => price_list(&visit, &frame, bare).await?,
        "days" => days(&visit, bare),
        _ => winner_list(&visit, &frame, bare, &query.period).await?,
    };
    Ok(Html(view).into_response())
}

/// A day in a sentence.
fn told(visit: &Visit, day: LocalDate) -> String {
    let (year, month, date) = day.parts();
    visit.either(&format!("{year}年{month}月{date}日"), &day.to_string())
}

/// A period in a sentence.
pub(crate) fn period_title(visit: &Visit, period: &Period) -> String {
    let (year, month, _) = period.first.parts();
    let zh = match period.length {
        PeriodLength::Month => format!("{year}年{month}月"),
        PeriodLength::Quarter => format!("{year}年第{}季度", month.div_ceil(3)),
        PeriodLength::HalfYear if month < 7 => format!("{year}年上半年"),
        PeriodLength::HalfYear => format!("{year}年下半年"),
        PeriodLength::Year => format!("{year}年"),
    };
    visit.either(&zh, &period.to_string())
}

/// `第三`, `3`.
fn place_text(visit: &Visit, place: usize) -> String {
    const DIGITS: [&str; 11] = [
        "", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十",
    ];
    let zh = DIGITS
        .get(place)
        .filter(|digit| !digit.is_empty())
        .map_or_else(|| format!("第{place}"), |digit| format!("第{digit}"));
    visit.either(&zh, &place.to_string())
}

pub(crate) fn lines(visit: &Visit, list: Vec<Placed>) -> Vec<WallLine> {
    let line = |one: Placed| WallLine {
        first: place_text(visit, one.place),
        name: one.name,
        mark: if one.shared {
            visit.either("并列", "shared")
        } else {
            String::new()
        },
        value: rongyi_pages::format::number(one.points),
        unit: visit.either("分", "points"),
        note: String::new(),
    };
    list.into_iter().map(line).collect()
}

/// When it is taken down, and a word where that day is over.
fn hangs(visit: &Visit, period: &Period) -> String {
    let until = hangs_until(period);
    let day = told(visit, until);
    if until < visit.today() {
        visit.either(
            &format!("这张榜 {day} 已经到期，请撤下。"),
            &format!("This list was to be taken down on {day}."),
        )
    } else {
        visit.either(&format!("{day}撤下。"), &format!("Taken down on {day}."))
    }
}

async fn board(
    visit: &Visit,
    frame: &Frame,
    bare: WallSheetView,
    wanted: &str,
) -> Result<WallSheetView, Fault> {
    let today = visit.today();
    let choices = board_choices(today);
    let last_month = Period::of(PeriodLength::Month, today.month_start().plus_days(-1));
    let period: Period = if wanted.is_empty() {
        last_month
    } else {
        wanted.parse().map_err(|_| Fault::not_found())?
    };
    let list = honour_board(&visit.app.house.store, frame, &period).await?;
    let of = if of_households(frame) {
        ("户", "households")
    } else {
        ("名", "people")
    };
    let title = period_title(visit, &period);
    let running = period.last >= today;
    let mut foot = vec![visit.either(
        "谢谢每一家。同分并列；不愿上榜的不在榜上。",
        "Thank you all. Who has as much stands at the same place; who did not want to stand here does not.",
    )];
    if running {
        foot.push(visit.either(
            "这一期还没过完，名次会变。",
            "It is not over yet, and places will change.",
        ));
    }
    foot.push(hangs(visit, &period));
    Ok(WallSheetView {
        sub: visit.either(
            &format!("{} · {title} · 积分前十{}", visit.title.zh, of.0),
            &format!("{} · {title} · the first ten {}", visit.title.en, of.1),
        ),
        lines: lines(visit, list),
        empty: visit.either("这一期还没有可以上榜的。", "Nobody stands here yet."),
        foot,
        choices: choices
            .iter()
            .map(|period| (period.to_string(), period_title(visit, period)))
            .collect(),
        chosen: period.to_string(),
        ..bare
    })
}

/// The months, quarters and years of the last twelve months, the newest first.
fn board_choices(today: LocalDate) -> Vec<Period> {
    let mut choices: Vec<Period> = Vec::new();
    for length in [
        PeriodLength::Month,
        PeriodLength::Quarter,
        PeriodLength::Year,
    ] {
        let indices = (0..MONTHS).map(|back| today.month_index() - back);
        let days = indices.filter_map(|index| LocalDate::of_month_index(index, 1));
        for period in days.map(|day| Period::of(length, day)) {
            if !choices.contains(&period) {
                choices.push(period);
            }
        }
    }
    choices
}

async fn notice(visit: &Visit, frame: &Frame, bare: WallSheetView) -> Result<WallSheetView, Fault> {
    let mut list = Vec::new();
    let today = visit.today();
    for noticed in amend::notices(&visit.app.house.store, &visit.code).await? {
        let roles = &noticed.event.roles;
        let doer = roles.iter().find(|(role, _)| role.as_str() == "doer");
        let name = match doer.or(roles.first()) {
            Some((_, resident)) => visit.public_name(*resident).await?,
            None => String::new(),
        };
        let until = noticed.fate.until.unwrap_or(noticed.event.on);
        let left = until.to_days().saturating_sub(today.to_days());
        let title = event_title(visit, frame, &noticed.event, noticed.set);
        let day = told(visit, until);
        list.push(WallLine {
            first: String::new(),
            name,
            mark: title,
            value: rongyi_pages::format::signed(noticed.points),
            unit: visit.either("分", "points"),
            note: if left >= 0 {
                visit.either(
                    &format!("公示到 {day}，还有 {left} 天 · 第 {} 笔", noticed.entry),
                    &format!("until {day}, {left} days left · entry {}", noticed.entry),
                )
            } else {
                visit.either(
                    &format!("公示期满，等复核 · 第 {} 笔", noticed.entry),
                    &format!("to be reviewed · entry {}", noticed.entry),
                )
            },
        });
    }
    Ok(WallSheetView {
        sub: visit.either(
            &format!("{} · {}", visit.title.zh, told(visit, today)),
            &format!("{} · {}", visit.title.en, told(visit, today)),
        ),
        lines: list,
        empty: visit.either("现在没有在公示的。", "Nothing is under notice now."),
        foot: vec![visit.either(
            "觉得不对，公示期内可以提异议：到社区来，或在手机上打开“公示”。报上第几笔就行。",
            "Who thinks that something is wrong may object until that day: at the office, or under “Notice” on the telephone. The number is enough.",
        )],
        ..bare
    })
}

async fn price_list(
    visit: &Visit,
    frame: &Arc<Frame>,
    bare: WallSheetView,
) -> Result<WallSheetView, Fault> {
    let today = visit.today();
    let items: Vec<_> = frame
        .items
        .iter()
        .filter(|item| item.active)
        .cloned()
        .collect();
    let tags = prices::ask(&visit.app.house, frame, items.clone(), today).await?;
    let mut list = Vec::new();
    for (item, tag) in items.iter().zip(&tags) {
        let Price::Points(points, said) = &tag.price else {
            continue;
        };
        let notes = said.iter().filter(|line| line.amount.is_none());
        let notes: Vec<String> = notes
            .map(|line| explain::line(&tag.plan, Some(frame), line, visit.tongue()))
            .collect();
        list.push((
            *points,
            WallLine {
                name: visit.say(&item.title),
                value: rongyi_pages::format::number(*points),
                unit: visit.either("分", "points"),
                note: notes.join(" "),
                ..WallLine::default()
            },
        ));
    }
    list.sort_by_key(|(points, _)| *points);
    Ok(WallSheetView {
        sub: visit.say(&visit.shop.title),
        lines: list.into_iter().map(|(_, line)| line).collect(),
        empty: visit.either("货架上现在没有东西。", "Nothing is on the shelf now."),
        foot: vec![
            visit.say(&visit.shop.hours),
            visit.say(&visit.shop.place),
            visit.either(
                &format!(
                    "{}的价。以后变了，以超市和手机上的为准。",
                    told(visit, today)
                ),
                &format!(
                    "Prices of {}. Should they change, those in the shop hold.",
                    told(visit, today)
                ),
            ),
        ],
        ..bare
    })
}

fn days(visit: &Visit, bare: WallSheetView) -> WallSheetView {
    let says = [&visit.shop.hours, &visit.shop.place].map(|text| visit.say(text));
    WallSheetView {
        sub: visit.say(&visit.shop.title),
        says: says.into_iter().filter(|text| !text.is_empty()).collect(),
        empty: visit.either(
            "还没有写开放时间。",
            "The opening hours are not written yet.",
        ),
        ..bare
    }
}

async fn winner_list(
    visit: &Visit,
    frame: &Frame,
    bare: WallSheetView,
    wanted: &str,
) -> Result<WallSheetView, Fault> {
    let closed = frame.periods.iter().rev();
    let closed =
        closed.filter(|row| matches!(row.state, PeriodState::Signed | PeriodState::Sealed));
    let closed: Vec<Period> = closed.map(|row| row.period).collect();
    let period = match wanted {
        "" => closed.first().copied(),
        wanted => {
            let period: Period = wanted.parse().map_err(|_| Fault::not_found())?;
            Some(period)
        }
    };
    let Some(period) = period else {
        return Ok(WallSheetView {
            empty: visit.either("还没有结过账的一期。", "No period was closed yet."),
            ..bare
        });
    };
    let list = winners(&visit.app.house, frame, period).await?;
    let title = period_title(visit, &period);
    Ok(WallSheetView {
        sub: visit.either(
            &format!("{} · {title}", visit.title.zh),
            &format!("{} · {title}", visit.title.en),
        ),
        empty: match &list {
            Some(_) => visit.either("这一期没有奖励。", "Nothing was given in this period."),
            None => visit.either("这一期还没有签字，还没有结果。", "This period is not signed; there is no result yet."),
        },
        lines: lines(visit, list.unwrap_or_default()),
        foot: vec![
            visit.either("同分并列；不愿上榜的不在榜上。", "Who has as much stands at the same place; who did not want to stand here does not."),
            hangs(visit, &period),
        ],
        choices: closed
            .iter()
            .map(|period| (period.to_string(), period_title(visit, period)))
            .collect(),
        chosen: period.to_string(),
        ..bare
    })
}
