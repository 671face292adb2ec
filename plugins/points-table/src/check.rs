//! What does not make sense in a table, each mistake with its path and what would be right. It makes nothing of
//! the table; that is `table.rs`.

use rongyi_sdk::params::Exact;
use rongyi_sdk::types::Diagnostic;
use rongyi_sdk::wrong;

use crate::extra::When;
use crate::params::{Field, FieldKind, Kind, Params};
use crate::table::Way;

/// The longest kind code: the codes of its sentences begin with it.
const KIND_CODE_MAX: usize = 24;
/// The most whole units of one event where nothing is written; with [`POINTS_MAX`] no sum leaves 32 bits.
const UNITS_MAX: i64 = 10_000;
/// The most that `quantity_max` may say, where the points for one unit leave as much room as those two do.
const UNITS_WRITTEN_MAX: i64 = 1_000_000;
/// The most points that one number of the table may say.
const POINTS_MAX: i64 = 10_000;
/// The largest factor of a boost.
const TIMES_MAX: i64 = 100;
/// The longest row of days.
const STREAK_MAX: u16 = 365;
/// The most judges of one event.
const JUDGES_MAX: u8 = 9;

/// The most that one unit gives, in points or minutes.
fn each_most(kind: &Kind) -> i64 {
    let whole = |exact: Exact| {
        let decimal = exact.decimal();
        let size = rongyi_sdk::params::ten_to(decimal.scale.min(9)).max(1);
        i64::from(decimal.units).saturating_add(size.saturating_sub(1)) / size
    };
    let numbers = [kind.first, kind.further, kind.per_fault];
    let numbers = numbers.into_iter().flatten().map(i64::from);
    let exact = [kind.per_unit].into_iter().flatten().map(whole);
    let minutes = kind.minutes_per_unit.map(i64::from);
    let all = numbers.chain(exact).chain(minutes);
    all.map(i64::abs).max().unwrap_or(1).max(1)
}

/// The most units of one event: as many as the points of one leave room for, at least as many as without a word.
fn units_most(kind: &Kind) -> i64 {
    let room = UNITS_MAX.saturating_mul(POINTS_MAX) / each_most(kind);
    room.clamp(UNITS_MAX, UNITS_WRITTEN_MAX)
}

/// Checks what stands beside the kinds.
pub(crate) fn whole_table(params: &Params, found: &mut Vec<Diagnostic>) {
    for (at, cap) in params.caps.iter().enumerate() {
        positive(cap.amount, &format!("caps[{at}].amount"), found);
    }
    let Some(budget) = &params.budget else {
        return;
    };
    positive(budget.points, "budget.points", found);
    let mut before = 0;
    for (at, scale) in budget.scale.iter().enumerate() {
        let path = format!("budget.scale[{at}]");
        if scale.from_percent <= before || scale.from_percent >= 100 {
            found.push(wrong(
                format!("{path}.from_percent"),
                "points-table.budget",
                "百分数在 1 到 99 之间，一档比一档大。",
                "Percentages lie between 1 and 99, each larger than the one before.",
            ));
        }
        before = scale.from_percent;
        if scale.times.units < 0
            || scale.times.units >= rongyi_sdk::params::ten_to(scale.times.scale)
        {
            found.push(wrong(
                format!("{path}.times"),
                "points-table.budget",
                "倍数要小于 1，例如 0.5 表示减半。",
                "The factor is less than 1: 0.5 halves the points.",
            ));
        }
    }
}

fn positive(value: i32, path: &str, found: &mut Vec<Diagnostic>) {
    if value < 1 {
        found.push(wrong(
            path,
            "points-table.positive",
            "要大于 0。",
            "This must be larger than 0.",
        ));
    }
}

pub(crate) fn kind(kind: &Kind, path: &str, found: &mut Vec<Diagnostic>) {
    if kind.code.len() > KIND_CODE_MAX {
        let zh = format!("事项代码最多 {KIND_CODE_MAX} 个字符。");
        let en = format!("The code of a kind has at most {KIND_CODE_MAX} characters.");
        found.push(wrong(format!("{path}.code"), "points-table.code", zh, en));
    }
    if kind.scale > 4 {
        let (zh, en) = ("小数位数是 0 到 4。", "Decimal places are 0 to 4.");
        found.push(wrong(format!("{path}.scale"), "points-table.scale", zh, en));
    }
    check_points(kind, path, found);
    extras(kind, path, found);
    for (at, cap) in kind.caps.iter().enumerate() {
        positive(cap.amount, &format!("{path}.caps[{at}].amount"), found);
    }
    if !kind.caps.is_empty() && kind.asset.as_deref().is_some_and(|asset| asset != "points") {
        let (zh, en) = (
            "上限只能用于积分（points）。",
            "Caps are for the asset points only.",
        );
        found.push(wrong(
            format!("{path}.caps"),
            "points-table.cap-asset",
            zh,
            en,
        ));
    }
    for (at, limit) in kind.limits.iter().enumerate() {
        positive(limit.events, &format!("{path}.limits[{at}].events"), found);
    }
    for (name, value) in [
        ("minutes_per_unit", kind.minutes_per_unit),
        ("minutes_max", kind.minutes_max),
    ] {
        if let Some(value) = value {
            positive(value, &format!("{path}.{name}"), found);
        }
    }
    if let Some(bonus) = &kind.bonus {
        positive(bonus.every, &format!("{path}.bonus.every"), found);
    }
    if kind
        .bands
        .iter()
        .rev()
        .skip(1)
        .any(|band| band.up_to.is_none())
    {
        let (zh, en) = (
            "只有最后一档可以不写 up_to。",
            "Only the last band may leave out up_to.",
        );
        found.push(wrong(format!("{path}.bands"), "points-table.bands", zh, en));
    } else if let Some(up_to) = kind.bands.last().and_then(|last| last.up_to) {
        let zh = format!("最后一档不写 up_to：超过 {up_to} 的就没有档了。");
        let en = format!("The last band has no up_to: above {up_to} there would be no band.");
        found.push(wrong(format!("{path}.bands"), "points-table.bands", zh, en));
    }
    if let Some(max) = kind.max_units
        && max.at_scale(kind.scale).is_none_or(|units| units < 1)
    {
        let (zh, en) = (
            "要大于 0，小数位数不能超过 scale。",
            "Larger than 0, with at most `scale` decimal places.",
        );
        found.push(wrong(
            format!("{path}.max_units"),
            "points-table.max-units",
            zh,
            en,
        ));
    }
}

/// Points stay in a range in which no sum can leave 32 bits.
fn check_points(kind: &Kind, path: &str, found: &mut Vec<Diagnostic>) {
    let mut within = |name: &str, value: i64, least: i64| {
        if !(least..=POINTS_MAX).contains(&value) {
            let zh = format!("{name} 是 {least} 到 {POINTS_MAX}，这里写的是 {value}。");
            let en = format!("{name} is {least} to {POINTS_MAX}; this says {value}.");
            found.push(wrong(
                format!("{path}.{name}"),
                "points-table.points",
                zh,
                en,
            ));
        }
    };
    if let Some(each) = kind.per_unit.filter(|_| kind.base.is_none()) {
        within(
            "per_unit",
            each.units / rongyi_sdk::params::ten_to(each.scale),
            0,
        );
    }
    let levels = kind.levels.iter().enumerate();
    for (at, level) in levels {
        within(&format!("levels[{at}].points"), level.points.into(), 0);
    }
    for (at, nth) in kind.nth.iter().enumerate() {
        within(&format!("nth[{at}].points"), nth.points.into(), 1);
    }
    for (at, boost) in kind.boosts.iter().enumerate() {
        if let Some(plus) = boost.plus {
            within(&format!("boosts[{at}].plus"), plus.into(), 1);
        }
    }
    let whole = [
        ("fixed", kind.fixed, -POINTS_MAX),
        ("deduct", kind.deduct, 1),
        ("first", kind.first, 0),
        ("further", kind.further, 0),
        ("base", kind.base, 0),
        ("per_fault", kind.per_fault, 1),
        ("min", kind.min, 0),
        ("referrer", kind.referrer.map(|thanks| thanks.points()), 1),
        (
            "comeback.points",
            kind.comeback.as_ref().map(|back| back.points),
            1,
        ),
        (
            "streak.points",
            kind.streak.as_ref().map(|streak| streak.points),
            1,
        ),
        (
            "bonus.amount",
            kind.bonus.as_ref().map(|bonus| bonus.amount),
            1,
        ),
    ];
    for (name, value, least) in whole {
        if let Some(value) = value {
            within(name, value.into(), least);
        }
    }
    for (at, band) in kind.bands.iter().enumerate() {
        within(&format!("bands[{at}].points"), band.points.into(), 0);
    }
}

/// Everything that may be added to a way.
fn extras(kind: &Kind, path: &str, found: &mut Vec<Diagnostic>) {
    let mut no = |at: String, code: &str, zh: &str, en: &str| {
        found.push(wrong(
            format!("{path}.{at}"),
            format!("points-table.{code}"),
            zh,
            en,
        ));
    };
    for (at, void) in kind.void.iter().enumerate() {
        condition(&void.when, kind, &format!("void[{at}].when"), &mut no);
    }
    for (at, boost) in kind.boosts.iter().enumerate() {
        let boost_path = format!("boosts[{at}]");
        if boost.times.is_some() == boost.plus.is_some() {
            let (zh, en) = (
                "times（乘几倍）和 plus（加几分）写一样。",
                "Write either times, to multiply, or plus, to add.",
            );
            no(boost_path.clone(), "boost", zh, en);
        }
        let large = |times: &Exact| {
            times.units < 0 || times.units > TIMES_MAX * rongyi_sdk::params::ten_to(times.scale)
        };
        if boost.times.as_ref().is_some_and(large) {
            let (zh, en) = ("倍数是 0 到 100。", "The factor is 0 to 100.");
            no(format!("{boost_path}.times"), "boost", zh, en);
        }
        if boost.weekdays.iter().any(|day| !(1..=7).contains(day)) {
            let (zh, en) = (
                "星期写 1 到 7，1 是星期一。",
                "Weekdays are 1 to 7; 1 is Monday.",
            );
            no(format!("{boost_path}.weekdays"), "weekday", zh, en);
        }
        condition(&boost.when, kind, &format!("{boost_path}.when"), &mut no);
    }
    for (at, mark) in kind.marks.iter().enumerate() {
        condition(&mark.when, kind, &format!("marks[{at}].when"), &mut no);
    }
    for (at, nth) in kind.nth.iter().enumerate() {
        if nth.time < 1 {
            let (zh, en) = ("写第几次，从 1 数起。", "Say which time, counting from 1.");
            no(format!("nth[{at}].time"), "nth", zh, en);
        }
    }
    if kind
        .comeback
        .as_ref()
        .is_some_and(|back| back.after_days < 1)
    {
        let (zh, en) = ("天数要大于 0。", "Days are more than 0.");
        no("comeback.after_days".into(), "comeback", zh, en);
    }
    let row = 2..=STREAK_MAX;
    if kind
        .streak
        .as_ref()
        .is_some_and(|streak| !row.contains(&streak.days))
    {
        let (zh, en) = ("连续天数是 2 到 365。", "Days in a row are 2 to 365.");
        no("streak.days".into(), "streak", zh, en);
    }
    // Five times the smallest number that every count of parts up to twenty divides: hundredths divide it too.
    let whole = 1_163_962_800_i64;
    let of_whole = |share: &crate::extra::Share| {
        let (most, least) = share.fraction();
        most.saturating_mul(whole / least.max(1))
    };
    let shared: i64 = kind.share.iter().map(of_whole).sum();
    let odd = |share: &crate::extra::Share| {
        let parts = share.of.is_none_or(|of| (2..=20).contains(&of));
        share.percent == Some(0) || share.percent.is_some() == share.of.is_some() || !parts
    };
    if shared > whole || kind.share.iter().any(odd) {
        let (zh, en) = (
            "每一份写 percent（百分之几，大于 0）或 of（平分成几份，2 到 20），写一样；合起来不超过全部。",
            "Each share says percent, more than 0, or of, one of 2 to 20 equal parts; together no more than all.",
        );
        no("share".into(), "share", zh, en);
    }
    if kind
        .expires
        .as_ref()
        .is_some_and(|expires| !expires.is_one())
    {
        let (zh, en) = (
            "七样写一样：days、end_of_month、end_of_quarter、end_of_half_year、end_of_year、day_of_month（1 到 31；months_later 只和它一起写，1 以上，不写是下个月）、until（years_later 只和它一起写，不写是明年）。",
            "Write one of seven: days, end_of_month, end_of_quarter, end_of_half_year, end_of_year, day_of_month (1 to 31; months_later stands beside it alone, from 1 on, and is the next month if left out), until (years_later stands beside it alone and is the next year if left out).",
        );
        no("expires".into(), "expires", zh, en);
    }
    judges(kind, &mut no);
    gift(kind, &mut no);
    purchase(kind, &mut no);
}

type No<'n> = &'n mut dyn FnMut(String, &str, &str, &str);

fn judges(kind: &Kind, no: No<'_>) {
    let Some(judges) = &kind.judges else {
        return;
    };
    let least = if judges.method == crate::params::Method::DropExtremes {
        3
    } else {
        1
    };
    if !(least..=JUDGES_MAX).contains(&judges.count) {
        let (zh, en) = (
            "评委 1 到 9 位；去掉最高最低分时至少 3 位。",
            "There are 1 to 9 judges; at least 3 where the extremes are dropped.",
        );
        no("judges.count".into(), "judges", zh, en);
    }
    let required = judges.required.unwrap_or(judges.count);
    if !(least..=judges.count.max(least)).contains(&required) {
        let (zh, en) = (
            "至少要几位评委打分：不超过 count；去掉最高最低分时至少 3 位。",
            "How many must score: at most count, and at least 3 where the extremes are dropped.",
        );
        no("judges.required".into(), "judges", zh, en);
    }
    if judges.min < 0 || judges.max <= judges.min || i64::from(judges.max) > POINTS_MAX {
        let (zh, en) = (
            "分数范围：min 不小于 0，max 比它大，最多 10000。",
            "Scores: min is at least 0, max is larger, at most 10000.",
        );
        no("judges.max".into(), "judges", zh, en);
    }
    if judges.times.is_some() != kind.bands.is_empty() {
        let (zh, en) = (
            "评分折成积分：times（每分折几分）和 bands（分档）写一样。",
            "Points for the score: write either times, points for each, or bands.",
        );
        no("judges".into(), "judges", zh, en);
    }
}

fn gift(kind: &Kind, no: No<'_>) {
    let Some(give) = &kind.give else {
        return;
    };
    let numbers = give.most.iter().map(|most| most.amount);
    let numbers = numbers.chain(give.step).chain(give.honour_every);
    if numbers.into_iter().any(|number| number < 1) {
        let (zh, en) = (
            "most 的 amount、step、honour_every 都要大于 0。",
            "The amounts of most, step and honour_every are more than 0.",
        );
        no("give".into(), "give", zh, en);
    }
    if give.to == "doer" || give.to.is_empty() {
        let (zh, en) = (
            "送给谁：写一个角色，不能是 doer。",
            "Who receives it: a role, and not the doer.",
        );
        no("give.to".into(), "give", zh, en);
    }
    let others = !kind.boosts.is_empty()
        || !kind.void.is_empty()
        || kind.minutes_per_unit.is_some()
        || !kind.caps.is_empty()
        || kind.scale != 0;
    if others {
        let (zh, en) = (
            "转赠的分不能加倍、不记时长、没有小数，上限写在 give.most 里。",
            "Gifts have no boosts, minutes or decimal places; their bounds stand in give.most.",
        );
        no("give".into(), "give", zh, en);
    }
}

/// An amount of yuan, and bounds that can be kept; nothing else is worked out of it.
fn purchase(kind: &Kind, no: No<'_>) {
    let Some(purchase) = &kind.purchase else {
        return;
    };
    if !(1..=100).contains(&purchase.percent) {
        let (zh, en) = (
            "最多抵百分之几，1 到 100。",
            "At most this part of the amount: 1 to 100 percent.",
        );
        no("purchase.percent".into(), "purchase", zh, en);
    }
    let each = purchase.points_per_yuan;
    if each.units < 1 || each.units > 1000 * rongyi_sdk::params::ten_to(each.scale) {
        let (zh, en) = (
            "抵 1 元要几分，大于 0，不超过 1000。",
            "How many points take one yuan off: more than 0, at most 1000.",
        );
        no("purchase.points_per_yuan".into(), "purchase", zh, en);
    }
    for (name, yuan) in [("most", purchase.most), ("at_least", purchase.at_least)] {
        let money = |yuan| crate::purchase::in_fen(yuan).is_some_and(|fen| fen >= 1);
        if yuan.is_some_and(|yuan| !money(yuan)) {
            let (zh, en) = (
                "写多少元，大于 0，最多两位小数。",
                "So many yuan: more than 0, with at most two decimal places.",
            );
            no(format!("purchase.{name}"), "purchase", zh, en);
        }
    }
    if purchase.most_points.iter().any(|most| most.amount < 1) {
        let (zh, en) = (
            "most_points 的 amount 要大于 0。",
            "The amounts of most_points are more than 0.",
        );
        no("purchase.most_points".into(), "purchase", zh, en);
    }
    if crate::purchase::has_more(kind) || kind.scale > 2 {
        let (zh, en) = (
            "抵扣只用现有的积分，数量是元，最多两位小数；上限写在 purchase 里，加倍、奖励、分享、到期、short 都不写。",
            "Money off is paid with the points that are there, and the quantity is yuan with at most two decimal places; bounds stand in purchase, and there are no boosts, bonuses, shares, expiry or short.",
        );
        no("purchase".into(), "purchase", zh, en);
    }
}

/// A condition names a field that the kind has, and values that the field can have.
fn condition(when: &When, kind: &Kind, at: &str, no: No<'_>) {
    if when.weekdays.iter().any(|day| !(1..=7).contains(day)) {
        let (zh, en) = (
            "星期写 1 到 7，1 是星期一。",
            "Weekdays are 1 to 7; 1 is Monday.",
        );
        no(format!("{at}.weekdays"), "weekday", zh, en);
    }
    let Some(name) = &when.field else {
        if !when.is.is_empty() {
            let (zh, en) = (
                "写了 is，也要用 field 写明看哪一项。",
                "Where is stands, field must name what it is about.",
            );
            no(format!("{at}.is"), "field", zh, en);
        }
        return;
    };
    let field = kind.fields.iter().find(|field| field.name == *name);
    let known: Vec<&str> = match field {
        Some(Field {
            kind: FieldKind::Choice { choices },
            ..
        }) => choices.iter().map(|choice| choice.code.as_str()).collect(),
        Some(Field {
            kind: FieldKind::YesNo,
            ..
        }) => vec!["yes", "no"],
        Some(Field {
            kind: FieldKind::Integer { .. },
            ..
        }) => return,
        Some(_) => {
            let (zh, en) = (
                "只能看选择、是否和整数的项。",
                "Only choices, yes-no and whole numbers can be looked at.",
            );
            return no(format!("{at}.field"), "field", zh, en);
        }
        None if name == "level" && !kind.levels.is_empty() => kind
            .levels
            .iter()
            .map(|level| level.code.as_str())
            .collect(),
        None => {
            let zh = format!("fields 里没有“{name}”。");
            let en = format!("There is no “{name}” in fields.");
            return no(format!("{at}.field"), "field", &zh, &en);
        }
    };
    if when.is.is_empty() || when.is.iter().any(|is| !known.contains(&is.as_str())) {
        let zh = format!("is 写这些里的一个或几个：{}。", known.join("、"));
        let en = format!("is has one or more of these: {}.", known.join(", "));
        no(format!("{at}.is"), "field", &zh, &en);
    }
}

/// The range of the quantity.
pub(crate) fn quantities(
    kind: &Kind,
    way: Way,
    path: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<(i32, i32)> {
    let least = i64::from(!matches!(way, Way::Faults { .. }));
    let mut bound = |given: Option<rongyi_sdk::params::Exact>, name: &str, otherwise: i64| {
        let Some(given) = given else {
            return Some(otherwise);
        };
        let value = given.at_scale(kind.scale);
        if value.is_none() {
            let (zh, en) = (
                "小数位数不能超过 scale。",
                "There are at most `scale` decimal places.",
            );
            found.push(wrong(
                format!("{path}.{name}"),
                "points-table.quantity",
                zh,
                en,
            ));
        }
        value
    };
    let min = bound(kind.quantity_min, "quantity_min", least)?;
    let unit = rongyi_sdk::params::ten_to(kind.scale.min(4));
    // What gives the same points however large it is, happens once unless the operator says otherwise.
    let once = matches!(way, Way::Fixed(_) | Way::Levels | Way::Judged)
        && kind.minutes_per_unit.is_none()
        && kind.bonus.is_none();
    let largest = unit.saturating_mul(if once { 1 } else { UNITS_MAX });
    let max = bound(kind.quantity_max, "quantity_max", largest)?;
    let most = units_most(kind).min(i64::from(i32::MAX) / unit);
    if max > unit.saturating_mul(most) {
        let each = each_most(kind);
        let zh = format!("一个单位最多 {each} 分的，一次最多 {most} 个单位。");
        let en = format!("Of what gives up to {each} a unit one event has at most {most} units.");
        found.push(wrong(
            format!("{path}.quantity_max"),
            "points-table.quantity",
            zh,
            en,
        ));
    }
    if min < 0 || max < min {
        let (zh, en) = (
            "quantity_min 不小于 0，quantity_max 不小于它。",
            "quantity_min is at least 0, and quantity_max at least that.",
        );
        found.push(wrong(
            format!("{path}.quantity_max"),
            "points-table.quantity",
            zh,
            en,
        ));
    }
    Some((
        rongyi_sdk::params::clamp(min),
        rongyi_sdk::params::clamp(max),
    ))
}
