//! `[activities]`, `[[star]]` and `[certificate]`: what holds for all activities, what a star asks for, the lowest first, and how
//! certificates of hours are issued. How stars are worked out is decided by `rongyi-activities`.

use rongyi_activities::Level;
use rongyi_core::rule::Text;

use crate::reader::{Field, both};

/// The most stars of a community: as many as a certificate shows.
const STARS_MAX: usize = 5;
/// The most hours, points and months that a star may ask for.
const HOURS_MAX: i64 = 100_000;
const POINTS_MAX: i64 = 100_000_000;
const MONTHS_MAX: i64 = 600;
/// The most absences of a year that can be allowed.
const ABSENCES_MAX: i64 = 1_000;
/// The most hours of a year.
const YEAR_HOURS_MAX: i64 = 8_784;

/// What holds for all activities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activities {
    /// After how many absences in a year somebody cannot sign up; `None` where they always can.
    pub absences_max: Option<u32>,
}

/// How certificates of hours are issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificates {
    /// Who signs them, as printed; the community's own name when not said.
    pub signer: Option<Text>,
    /// For how many days one that was checked is on the public notice before it is issued; none when 0.
    pub notice_days: u16,
}

/// `[[star]]`, the lowest first.
pub(super) fn read_stars(field: &Field<'_>) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    let listed = field.list().unwrap_or_default();
    if listed.len() > STARS_MAX {
        let has = listed.len();
        field.refuse(
            both(
                format!("这里写了 {has} 个星级，最多 {STARS_MAX} 个。"),
                format!("There are {has} stars, at most {STARS_MAX} are allowed."),
            ),
            both("删掉不用的。", "Delete those that are not used."),
        );
    }
    for item in &listed {
        let Some(level) = level(item) else { continue };
        if let Some(lower) = levels.last()
            && (level.minutes < lower.minutes
                || level.points < lower.points
                || level.months < lower.months)
        {
            item.refuse(
                both(
                    "这一星要的比前一星还少。",
                    "This star asks for less than the one before.",
                ),
                both(
                    "从低到高写：hours、points、months 后面的都不能比前面的少。",
                    "Write the lowest first: hours, points and months of a later star are never less.",
                ),
            );
            continue;
        }
        levels.push(level);
    }
    levels
}

fn level(item: &Field<'_>) -> Option<Level> {
    let table = item.table()?;
    let title = table.need("title").and_then(|title| title.text());
    let number = |key, most| {
        let field = table.get(key);
        field.map_or(Some(0), |field: Field<'_>| field.integer(0..=most))
    };
    let hours = number("hours", HOURS_MAX);
    let points = number("points", POINTS_MAX);
    let months = number("months", MONTHS_MAX);
    let year_hours = number("year_hours", YEAR_HOURS_MAX);
    table.finish();
    let (hours, points, months) = (hours?, points?, months?);
    if hours == 0 && points == 0 && months == 0 {
        item.refuse(
            both(
                "这一星什么都不要，谁都有了。",
                "This star asks for nothing, so everybody would have it.",
            ),
            both(
                "至少写一样：hours = 100（累计小时）、points = 500（累计积分）或 months = 12（服务满几个月）。",
                "Write at least one: hours = 100 (in all), points = 500 (in all) or months = 12 (since the first service).",
            ),
        );
        return None;
    }
    Some(Level {
        title: title?,
        minutes: hours.saturating_mul(60),
        points,
        months,
        year_minutes: year_hours?.saturating_mul(60),
    })
}

/// `[certificate]`.
pub(super) fn read_certificates(field: &Field<'_>) -> Option<Certificates> {
    let table = field.table()?;
    let signer = table.get("signer").and_then(|signer| signer.text());
    let days = table.get("notice_days");
    let days = days.map_or(Some(0), |days| days.integer(0..=30));
    table.finish();
    Some(Certificates {
        signer,
        notice_days: u16::try_from(days?).unwrap_or_default(),
    })
}

/// `[activities]`.
pub(super) fn read_activities(field: &Field<'_>) -> Option<Activities> {
    let table = field.table()?;
    let most = table.get("absences_max");
    let most = most.map(|most| most.integer(1..=ABSENCES_MAX));
    table.finish();
    Some(Activities {
        absences_max: most.flatten().and_then(|most| u32::try_from(most).ok()),
    })
}
