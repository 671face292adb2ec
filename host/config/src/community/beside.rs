//! `[shop.beside]`: with which other asset orders may be paid beside points. How much of a price that is, is worked out in
//! `rongyi-core`.

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

use crate::reader::{Field, both};
use crate::words::nearest;

/// The most of the other asset that may go with each point.
const EACH_MAX: i64 = 100;
/// The most groups, and the most stretches of days.
const ROWS_MAX: usize = 20;

/// What is taken beside points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBeside {
    /// A declared asset.
    pub asset: Code,
    /// With each point at most so many of it; `None` for as many as there are.
    pub each: Option<u16>,
    /// Those with a trait of at least this value: with each point so many.
    pub groups: Vec<(Code, i32, u16)>,
    /// The only days on which it is taken, both included.
    pub days: Vec<(LocalDate, LocalDate)>,
}

/// `assets` are those that the community declares.
pub(super) fn read(field: &Field<'_>, assets: &[(Code, Text)]) -> Option<PaidBeside> {
    let table = field.table()?;
    let asset = table.need("asset").and_then(|asset| {
        let code = asset.code()?;
        let known = assets.iter().any(|(listed, _)| *listed == code);
        if !known {
            unknown(&asset, &code, assets);
        }
        known.then_some(code)
    });
    let each = table.get("each").and_then(|each| each_of(&each));
    let groups = table.get("groups");
    let without = groups.as_ref().filter(|_| table.get("each").is_none());
    if let Some(groups) = without {
        groups.refuse(
            both(
                "不写 each，谁都可以全部用它付，groups 就没有用。",
                "Without `each` everybody may pay all of it, so groups say nothing.",
            ),
            both(
                "写上 each = 1（自己的 1 分搭 1 分），或者删掉 groups。",
                "Write each = 1 (one beside each point), or delete groups.",
            ),
        );
    }
    let groups = groups.map(|groups| rows(&groups).iter().filter_map(group).collect());
    let days = table.get("days");
    let days = days.map(|days| rows(&days).iter().filter_map(stretch).collect());
    table.finish();
    Some(PaidBeside {
        asset: asset?,
        each,
        groups: groups.unwrap_or_default(),
        days: days.unwrap_or_default(),
    })
}

fn unknown(field: &Field<'_>, code: &Code, assets: &[(Code, Text)]) {
    let near = nearest(
        code.as_str(),
        assets.iter().map(|(listed, _)| listed.as_str()),
    );
    let help = match near {
        Some(near) => both(
            format!("是不是想写 \"{near}\"？"),
            format!("Did you mean \"{near}\"?"),
        ),
        None => both(
            "写 assets 里登记的一样：登记了 assets = { gift = { zh = \"赠分\", en = \"gift points\" } }，这里就写 \"gift\"。积分、时长、操行不行。",
            "Write one that is declared: with assets = { gift = { zh = \"赠分\", en = \"gift points\" } } it is \"gift\". Points, minutes and conduct can't be taken.",
        ),
    };
    field.refuse(
        both(
            format!("本社区没有登记“{code}”这一样。"),
            format!("This community declares no asset “{code}”."),
        ),
        help,
    );
}

fn each_of(field: &Field<'_>) -> Option<u16> {
    let each = field.integer(1..=EACH_MAX)?;
    u16::try_from(each).ok()
}

fn rows<'f>(field: &Field<'f>) -> Vec<Field<'f>> {
    let mut listed = field.list().unwrap_or_default();
    if listed.len() > ROWS_MAX {
        let has = listed.len();
        field.refuse(
            both(
                format!("这里写了 {has} 行，最多 {ROWS_MAX} 行。"),
                format!("There are {has} rows, at most {ROWS_MAX} are allowed."),
            ),
            both("删掉不用的。", "Delete those that are not used."),
        );
        listed.truncate(ROWS_MAX);
    }
    listed
}

/// `{ trait = { name = "hardship", at_least = 1 }, each = 5 }`.
fn group(item: &Field<'_>) -> Option<(Code, i32, u16)> {
    let table = item.table()?;
    let mark = table.need("trait").and_then(|mark| {
        let mark = mark.table()?;
        let name = mark.need("name").and_then(|name| name.code());
        let least = mark.get("at_least");
        let least = least.map_or(Some(1), |least| least.integer(1..=i64::from(i32::MAX)));
        mark.finish();
        Some((name?, i32::try_from(least?).ok()?))
    });
    let each = table.need("each").and_then(|each| each_of(&each));
    table.finish();
    let (name, least) = mark?;
    Some((name, least, each?))
}

/// `{ from = 2024-01-01, to = 2024-01-31 }`.
fn stretch(item: &Field<'_>) -> Option<(LocalDate, LocalDate)> {
    let table = item.table()?;
    let from = table.need("from").and_then(|from| from.date());
    let to = table.need("to").and_then(|to| to.date());
    table.finish();
    let (from, to) = (from?, to?);
    if to < from {
        item.refuse(
            both(
                format!("这几天倒了：{from} 在 {to} 后面。"),
                format!("These days are the wrong way round: {from} is after {to}."),
            ),
            both("把两个日子换过来。", "Change them round."),
        );
        return None;
    }
    Some((from, to))
}
