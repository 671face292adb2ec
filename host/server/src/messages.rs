//! Messages: what residents are told. Those of the ledger, of cases and of shifts are written in the transaction that they tell
//! of; here is what time tells, what a message says in words, and sending ([`hook`]). A message is numbers: words are made
//! when somebody reads it, so that they are in the reader's language and nothing of them is kept.

pub mod hook;
pub(crate) mod reader;
pub(crate) mod web;

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ResidentNo};
use rongyi_core::news::{News, NewsKind};
use rongyi_core::rule::Text;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::StoreError;

use crate::house::House;

/// Days before which points that run out are told, first and again.
const SOON_DAYS: i32 = 30;
const NOW_DAYS: i32 = 7;
/// For how many months messages are kept.
pub(crate) const KEPT_MONTHS: i64 = 13;
const DAY_US: i64 = 86_400_000_000;
/// What was told longer ago than this is not sent any more: three days.
pub(crate) const SENT_WITHIN_US: i64 = 3 * DAY_US;

/// What a reader can choose to be told, by word: its name, and its kinds.
pub(crate) const GROUPS: [(&str, (&str, &str), &[NewsKind]); 5] = [
    (
        "awards",
        ("得分、扣分、公示", "Points given, taken, under notice"),
        &[NewsKind::Award, NewsKind::Notice, NewsKind::Deduction],
    ),
    (
        "lapses",
        ("积分快到期", "Points that run out soon"),
        &[NewsKind::LapseSoon, NewsKind::LapseNow],
    ),
    (
        "orders",
        ("兑换单", "Orders"),
        &[
            NewsKind::Placed,
            NewsKind::LastDay,
            NewsKind::TimedOut,
            NewsKind::HandedOver,
        ],
    ),
    (
        "cases",
        ("办件有回音", "Answers to what was asked"),
        &[NewsKind::Case],
    ),
    (
        "shifts",
        ("活动和班次", "Activities and shifts"),
        &[NewsKind::Tomorrow, NewsKind::Seat],
    ),
];

/// What time tells: once a minute shifts of tomorrow and orders of today, once a day points that run out. Answers how many
/// messages are new.
///
/// # Errors
/// What the database said; what was told stays told.
pub async fn round(house: &House, code: &Code) -> Result<u64, StoreError> {
    let now = house.clock.now();
    let (today, _) = house.today(code);
    let tomorrow = today.plus_days(1);
    let mut told: u64 = 0;
    if let (Some(from), Some(until)) = (
        house.start_of(code, tomorrow),
        house.start_of(code, tomorrow.plus_days(1)),
    ) {
        let of_day = house.store.tell_of_day(code, (from, until), today, now);
        told = told.saturating_add(of_day.await?);
    }
    if house.told_on(code) != Some(today) {
        let lapses = lapses(house, code, today).await?;
        told = told.saturating_add(house.store.tell(code, &lapses, now).await?);
        let before = |age: i64| Instant(now.0.saturating_sub(age));
        let kept = KEPT_MONTHS.saturating_mul(31).saturating_mul(DAY_US);
        let aged = house
            .store
            .age_messages(code, before(SENT_WITHIN_US), before(kept));
        aged.await?;
        house.told(code, today);
    }
    Ok(told)
}

/// Points that run out within thirty days, for everybody whose they are: once then, and once more within seven.
async fn lapses(house: &House, code: &Code, today: LocalDate) -> Result<Vec<News>, StoreError> {
    let store = &house.store;
    let lots = store
        .lots_between(code, today, today.plus_days(SOON_DAYS))
        .await?;
    let mut all = Vec::new();
    let mut members: Option<Vec<(ResidentNo, HouseholdNo)>> = None;
    for (account, lot, amount) in lots {
        let Some(account) = Account::unpack(account) else {
            continue;
        };
        if account.asset != AssetNo::POINTS || account.purpose != Purpose::Available {
            continue;
        }
        let whom = match account.holder {
            Holder::Resident(no) => vec![no],
            Holder::Household(no) => {
                if members.is_none() {
                    members = Some(homes(house, code).await?);
                }
                let of_home = members.iter().flatten().filter(|(_, home)| *home == no);
                of_home.map(|(resident, _)| *resident).collect()
            }
            Holder::Community | Holder::Fund(_) => Vec::new(),
        };
        let soon = lot > today.plus_days(NOW_DAYS).to_days();
        all.extend(whom.into_iter().map(|resident| News {
            resident,
            kind: if soon {
                NewsKind::LapseSoon
            } else {
                NewsKind::LapseNow
            },
            about: u64::try_from(lot).unwrap_or(0),
            part: 0,
            amount,
        }));
    }
    Ok(all)
}

/// Who lives where, without those who left.
async fn homes(house: &House, code: &Code) -> Result<Vec<(ResidentNo, HouseholdNo)>, StoreError> {
    let all = house.store.all_residents(code).await?;
    let here = all
        .into_iter()
        .filter(|(_, member)| !member.is_erased() && member.left.is_none());
    Ok(here.map(|(no, member)| (no, member.household)).collect())
}

/// So much of an asset, in words; an asset of the community's own by its number alone.
fn amount(asset: u32, amount: i64) -> Text {
    let n = rongyi_pages::format::number(amount);
    let both = |zh: String, en: String| Text { zh, en };
    if asset == AssetNo::POINTS.0 {
        both(format!("{n} 分"), format!("{n} points"))
    } else if asset == AssetNo::MINUTES.0 {
        let hours = rongyi_pages::format::hours(amount);
        both(format!("{hours} 小时"), format!("{hours} hours"))
    } else {
        both(n.clone(), n)
    }
}

/// The day of a lot, in both languages.
fn lot_day(about: u64) -> Text {
    let on = i32::try_from(about).ok().and_then(LocalDate::from_days);
    let Some(on) = on else {
        return Text {
            zh: String::new(),
            en: String::new(),
        };
    };
    let shown = crate::door::visit::day(on);
    Text {
        zh: shown.short(rongyi_pages::Lang::Zh),
        en: shown.short(rongyi_pages::Lang::En),
    }
}

/// What a message says without a look at anything else: it may leave the house, so it names nobody and no deed.
pub fn told(news: &News) -> Text {
    let n = amount(news.part, news.amount);
    let both = |zh: String, en: String| Text { zh, en };
    match news.kind {
        NewsKind::Award => both(
            format!("您得了 {}。", n.zh),
            format!("You were given {}.", n.en),
        ),
        NewsKind::Notice => both(
            format!("您的 {} 正在公示，到期没有异议就入账。", n.zh),
            format!(
                "{} of yours are under notice; without an objection they are booked.",
                n.en
            ),
        ),
        NewsKind::Deduction => both(
            format!("您的账上扣了 {}，不同意可以申诉。", n.zh),
            format!("{} were taken off; you may appeal.", n.en),
        ),
        NewsKind::LapseSoon | NewsKind::LapseNow => {
            let n = amount(AssetNo::POINTS.0, news.amount);
            let day = lot_day(news.about);
            both(
                format!("{} 到 {} 到期，先用掉吧。", n.zh, day.zh),
                format!("{} run out on {}; use them first.", n.en, day.en),
            )
        }
        NewsKind::Placed => both(
            format!("兑换单 #{} 下好了，凭取货码去领。", news.about),
            format!("Order #{} is placed; collect it with its code.", news.about),
        ),
        NewsKind::LastDay => both(
            format!("兑换单 #{} 今天是最后一天，别忘了去领。", news.about),
            format!("Today is the last day of order #{}.", news.about),
        ),
        NewsKind::TimedOut => both(
            format!("兑换单 #{} 过期没有领，积分已经退回。", news.about),
            format!(
                "Order #{} was not collected in time; its points are back.",
                news.about
            ),
        ),
        NewsKind::HandedOver => both(
            format!("兑换单 #{} 已经交给来领的人。", news.about),
            format!("Order #{} was handed over.", news.about),
        ),
        NewsKind::Case => both(
            format!("您的办件第 {} 件有新进展。", news.about),
            format!("There is news in your case {}.", news.about),
        ),
        NewsKind::Tomorrow => both(
            "明天有您的一班。".into(),
            "You have a shift tomorrow.".into(),
        ),
        NewsKind::Seat => both(
            "您在一班活动里有位置了。".into(),
            "You have a seat in a shift now.".into(),
        ),
    }
}

/// Where what a message tells of is shown, below the community's address.
pub fn path(news: &News) -> String {
    match news.kind {
        NewsKind::Award | NewsKind::Notice | NewsKind::Deduction => {
            format!("/passbook/{}", news.about)
        }
        NewsKind::LapseSoon | NewsKind::LapseNow => "/shop".to_owned(),
        NewsKind::Placed | NewsKind::LastDay | NewsKind::TimedOut | NewsKind::HandedOver => {
            format!("/orders/{}", news.about)
        }
        NewsKind::Case => format!("/cases/{}", news.about),
        NewsKind::Tomorrow | NewsKind::Seat => format!("/activities/{}", news.about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_chosen_once_and_says_something() {
        for kind in NewsKind::ALL {
            let in_groups = GROUPS.iter().filter(|(_, _, kinds)| kinds.contains(&kind));
            assert_eq!(in_groups.count(), 1, "{kind:?}");
            let news = News {
                resident: ResidentNo(1),
                kind,
                about: 20_800,
                part: 1,
                amount: 60,
            };
            let said = told(&news);
            assert!(
                said.zh.ends_with('。') && said.en.ends_with('.'),
                "{kind:?}"
            );
            assert!(path(&news).starts_with('/'));
        }
    }
}
