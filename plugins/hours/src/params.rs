//! The parameters of volunteer hours as an operator writes them, and what does not make sense in them. Nothing is
//! counted here.

use rongyi_sdk::clock::Clock;
use rongyi_sdk::params::{Exact, Words, ten_to};
use rongyi_sdk::suspension::{self, Suspension};
use rongyi_sdk::types::{Diagnostic, Subject, Window};
use rongyi_sdk::window::HasTrait;
use rongyi_sdk::wrong;
use serde::Deserialize;

/// The longest kind code: the codes of its sentences begin with it.
const KIND_CODE_MAX: usize = 24;
/// The longest code of a choice in the form.
const CHOICE_CODE_MAX: usize = 16;
/// The largest factor of minutes.
const TIMES_MAX: i64 = 10;
/// Minutes of a day: no single service is longer.
pub(crate) const DAY_MINUTES: i32 = 24 * 60;

/// Everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// One entry for each kind of service.
    pub(crate) kinds: Vec<Kind>,
}

/// One kind of service and how its time is counted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    /// Its name in files.
    pub(crate) code: String,
    /// What a person reads.
    pub(crate) title: Words,
    /// So many minutes for each time, however long it took; otherwise the quantity is the minutes.
    pub(crate) fixed_minutes: Option<i32>,

    /// So much of the planned time must be served, or nothing counts.
    pub(crate) presence_percent: Option<u8>,
    /// What counts of the minutes beyond whole hours.
    #[serde(default)]
    pub(crate) bands: Vec<Band>,
    /// Rounded to so many minutes.
    pub(crate) round_to: Option<i32>,
    /// How.
    #[serde(default)]
    pub(crate) rounding: Rounding,
    /// What counts when nobody signed out.
    pub(crate) missing_checkout: Option<Missing>,
    /// Whoever does not come loses so many times the planned time.
    pub(crate) no_show_times: Option<i32>,

    /// Minutes between two times of day count so many times.
    pub(crate) night: Option<Night>,
    /// Minutes of some people, or of some work, count so many times: the largest of those that hold.
    #[serde(default)]
    pub(crate) coefficients: Vec<Coefficient>,

    /// At most so many minutes of one service.
    pub(crate) max_minutes: Option<i32>,
    /// At most so many minutes in a window.
    #[serde(default)]
    pub(crate) caps: Vec<Cap>,
    /// At most so many events in a window.
    #[serde(default)]
    pub(crate) limits: Vec<Limit>,
    /// After what it is not accepted, for a while or until a window has passed.
    #[serde(default)]
    pub(crate) suspensions: Vec<Suspension>,
    /// Who receives what is beyond a cap, when somebody is in this role.
    pub(crate) surplus_to: Option<String>,
    /// Who receives the time; the doer without it.
    pub(crate) to: Option<String>,
    /// The time was received: it is taken away, as far as there is any.
    #[serde(default)]
    pub(crate) spend: bool,
    /// Who was helped and pays with their own time, as far as there is any, when somebody is in this role.
    pub(crate) paid_by: Option<String>,

    /// How the time was recorded, and what class that makes it.
    #[serde(default)]
    pub(crate) proofs: Vec<Proof>,
    /// The asset of honour hours.
    #[serde(default = "minutes")]
    pub(crate) honour_asset: String,
    /// Points for each hour that counts.
    pub(crate) points_per_hour: Option<Exact>,
    /// Honour hours bring points too.
    #[serde(default)]
    pub(crate) points_for_honour: bool,
}

fn minutes() -> String {
    "minutes".to_owned()
}

/// Up to this many minutes beyond whole hours, so many count.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Band {
    /// The largest number of minutes of this band; missing only in the last.
    pub(crate) up_to: Option<i32>,
    /// What counts.
    pub(crate) minutes: i32,
}

/// How minutes are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rounding {
    /// Minutes are rounded down.
    #[default]
    Floor,
    /// Minutes are rounded up.
    Ceil,
    /// Minutes are rounded to the nearest, half up.
    Nearest,
}

/// What counts when nobody signed out: one of the two.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Missing {
    /// So many minutes.
    pub(crate) minutes: Option<i32>,
    /// So much of the planned time.
    pub(crate) percent: Option<u8>,
}

/// From one time of day to another minutes count so many times.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Night {
    /// From this time of day on.
    pub(crate) from: Clock,
    /// Before this one; earlier than `from` means over midnight.
    pub(crate) to: Clock,
    /// So many times.
    pub(crate) times: Exact,
}

/// All minutes count so many times, by the person or by the work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coefficient {
    /// The doer has this trait …
    #[serde(rename = "trait")]
    pub(crate) has: Option<HasTrait>,
    /// … or this work is chosen in the form, by its name in files.
    pub(crate) code: Option<String>,
    /// What a person reads.
    pub(crate) title: Words,
    /// So many times.
    pub(crate) times: Exact,
}

/// At most so many events.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    /// Events of this kind.
    pub(crate) events: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    #[serde(default = "person")]
    pub(crate) subject: Subject,
}

/// At most so many minutes in a window.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cap {
    /// Minutes.
    pub(crate) minutes: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    #[serde(default = "person")]
    pub(crate) subject: Subject,
    /// `all` counts the minutes of all kinds; otherwise those of this kind.
    pub(crate) of: Option<All>,
}

fn person() -> Subject {
    Subject::Person
}

/// The word `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum All {
    /// Every kind counts.
    All,
}

/// How the time was recorded.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    /// Its name in files.
    pub(crate) code: String,
    /// What a person reads.
    pub(crate) title: Words,
    /// What class that makes it.
    pub(crate) class: Class,
    /// No more than the planned time counts.
    #[serde(default)]
    pub(crate) planned_max: bool,
}

/// The class of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Class {
    /// Recorded by a machine or on the spot.
    Credit,
    /// Added later by somebody.
    Honour,
}

impl Kind {
    /// Whether the planned time must be known.
    pub(crate) fn wants_planned(&self) -> bool {
        self.presence_percent.is_some()
            || self.no_show_times.is_some()
            || self
                .missing_checkout
                .is_some_and(|missing| missing.percent.is_some())
            || self.proofs.iter().any(|proof| proof.planned_max)
    }

    /// The coefficients that are chosen in the form, with their codes.
    pub(crate) fn works(&self) -> impl Iterator<Item = (&str, &Coefficient)> {
        let all = self.coefficients.iter();
        all.filter_map(|one| Some((one.code.as_deref()?, one)))
    }
}

/// What does not make sense.
pub(crate) fn check(params: &Params) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if params.kinds.is_empty() {
        found.push(wrong(
            "kinds",
            "hours.empty",
            "至少写一个事项。",
            "Write at least one kind.",
        ));
    }
    for (at, kind) in params.kinds.iter().enumerate() {
        let mut no = |name: &str, code: &str, zh: &str, en: &str| {
            let path = if name.is_empty() {
                format!("kinds[{at}]")
            } else {
                format!("kinds[{at}].{name}")
            };
            found.push(wrong(path, format!("hours.{code}"), zh, en));
        };
        let before = params.kinds.iter().take(at);
        if before.into_iter().any(|other| other.code == kind.code) {
            let zh = format!("事项“{}”写了两次。", kind.code);
            let en = format!("The kind “{}” is written twice.", kind.code);
            no("code", "twice", &zh, &en);
        }
        if kind.code.len() > KIND_CODE_MAX {
            let zh = format!("事项代码最多 {KIND_CODE_MAX} 个字符。");
            let en = format!("The code of a kind has at most {KIND_CODE_MAX} characters.");
            no("code", "code", &zh, &en);
        }
        check_kind(kind, &mut no);
        check_spent(kind, &mut no);
        check_numbers(kind, &mut no);
        check_weights(kind, &mut no);
        check_bounds(kind, &mut no);
        let path = format!("kinds[{at}]");
        found.extend(suspension::check(&kind.suspensions, &path, "hours"));
    }
    found
}

type No<'n> = &'n mut dyn FnMut(&str, &str, &str, &str);

fn check_kind(kind: &Kind, no: No<'_>) {
    let timed = kind.presence_percent.is_some()
        || !kind.bands.is_empty()
        || kind.round_to.is_some()
        || kind.missing_checkout.is_some()
        || kind.night.is_some();
    if kind.fixed_minutes.is_some() && timed {
        let (zh, en) = (
            "写了 fixed_minutes 就不看在场时间，presence_percent、bands、round_to、missing_checkout、night 都不用写。",
            "With fixed_minutes the time between sign-in and sign-out does not matter: leave out presence_percent, bands, round_to, missing_checkout and night.",
        );
        no("fixed_minutes", "fixed", zh, en);
    }
    if !kind.bands.is_empty() && kind.round_to.is_some() {
        let (zh, en) = (
            "bands 和 round_to 只写一样。",
            "Write only one of bands and round_to.",
        );
        no("round_to", "rounding", zh, en);
    }
    let rising = kind
        .bands
        .windows(2)
        .all(|pair| match (pair[0].up_to, pair[1].up_to) {
            (Some(first), Some(second)) => first < second,
            (Some(_), None) => true,
            (None, _) => false,
        });
    if !rising {
        let (zh, en) = (
            "up_to 一档比一档大，只有最后一档可以不写。",
            "Each up_to is larger than the one before; only the last band may leave it out.",
        );
        no("bands", "bands", zh, en);
    } else if kind.bands.last().is_some_and(|last| last.up_to.is_some()) {
        let (zh, en) = (
            "最后一档不写 up_to，不然更长的就没有档了。",
            "The last band has no up_to, or what is longer would have no band.",
        );
        no("bands", "bands", zh, en);
    }
    if let Some(missing) = &kind.missing_checkout
        && missing.minutes.is_some() == missing.percent.is_some()
    {
        let (zh, en) = (
            "minutes（记几分钟）和 percent（记规定时间的百分之几）写一样。",
            "Write either minutes, or percent of the planned time.",
        );
        no("missing_checkout", "missing", zh, en);
    }
    if kind.surplus_to.is_some() && kind.caps.is_empty() {
        let (zh, en) = (
            "写了 surplus_to，也要有 caps。",
            "Where surplus_to is written there must be caps.",
        );
        no("surplus_to", "surplus", zh, en);
    }
    for (at, proof) in kind.proofs.iter().enumerate() {
        let before = kind.proofs.iter().take(at);
        if before.into_iter().any(|other| other.code == proof.code)
            || proof.code.len() > CHOICE_CODE_MAX
        {
            let (zh, en) = (
                "代码最多 16 个字符，不能重复。",
                "Codes have at most 16 characters, and none comes twice.",
            );
            no(&format!("proofs[{at}].code"), "proof", zh, en);
        }
    }
}

/// Time that is taken away is neither capped nor rewarded, and nobody pays for what they receive themselves.
fn check_spent(kind: &Kind, no: No<'_>) {
    let earned = !kind.caps.is_empty()
        || kind.surplus_to.is_some()
        || kind.paid_by.is_some()
        || kind.no_show_times.is_some()
        || !kind.proofs.is_empty()
        || kind.points_per_hour.is_some();
    if kind.spend && earned {
        let (zh, en) = (
            "写了 spend，时长是扣的：caps、surplus_to、paid_by、no_show_times、proofs、points_per_hour 都不用写。",
            "With spend the time is taken away: leave out caps, surplus_to, paid_by, no_show_times, proofs and points_per_hour.",
        );
        no("spend", "spend", zh, en);
    }
    let Some(payer) = kind.paid_by.as_deref() else {
        return;
    };
    let receives = kind.to.as_deref().unwrap_or("doer");
    if payer == "doer" || payer == receives || kind.surplus_to.as_deref() == Some(payer) {
        let zh = format!("paid_by 写接受服务的人的角色，“{payer}”是得时长的人。");
        let en = format!(
            "paid_by is the role of whoever was helped; “{payer}” is the one who receives the time."
        );
        no("paid_by", "paid-by", &zh, &en);
    }
}

fn check_numbers(kind: &Kind, no: No<'_>) {
    let day = |value: i32| (1..=DAY_MINUTES).contains(&value);
    let minutes = [
        ("fixed_minutes", kind.fixed_minutes),
        ("round_to", kind.round_to),
        ("max_minutes", kind.max_minutes),
    ];
    for (name, _) in minutes
        .iter()
        .filter(|(_, value)| value.is_some_and(|v| !day(v)))
    {
        let (zh, en) = ("分钟数是 1 到 1440。", "Minutes are 1 to 1440.");
        no(name, "minutes", zh, en);
    }
    for (at, cap) in kind
        .caps
        .iter()
        .enumerate()
        .filter(|(_, cap)| cap.minutes < 1)
    {
        let zh = format!("上限要大于 0，这里写的是 {}。", cap.minutes);
        let en = format!("A cap is more than 0; this says {}.", cap.minutes);
        no(&format!("caps[{at}].minutes"), "minutes", &zh, &en);
    }
    let hour = |value: i32| (0..=60).contains(&value);
    for (at, band) in kind.bands.iter().enumerate() {
        if !hour(band.minutes) || !band.up_to.is_none_or(hour) {
            let (zh, en) = (
                "不足一小时的部分，up_to 和 minutes 都是 0 到 60。",
                "These are minutes beyond whole hours: up_to and minutes are 0 to 60.",
            );
            no(&format!("bands[{at}]"), "bands", zh, en);
        }
    }
    let missing = kind.missing_checkout;
    let too_much = |missing: Missing| {
        missing
            .minutes
            .is_some_and(|m| !(0..=DAY_MINUTES).contains(&m))
            || missing.percent.is_some_and(|percent| percent > 100)
    };
    if missing.is_some_and(too_much) {
        let (zh, en) = (
            "minutes 是 0 到 1440，percent 是 0 到 100。",
            "minutes is 0 to 1440, percent 0 to 100.",
        );
        no("missing_checkout", "missing", zh, en);
    }
    if kind
        .presence_percent
        .is_some_and(|percent| !(1..=100).contains(&percent))
    {
        let (zh, en) = ("百分数是 1 到 100。", "A percentage is 1 to 100.");
        no("presence_percent", "presence", zh, en);
    }
    if kind
        .no_show_times
        .is_some_and(|times| !(1..=10).contains(&times))
    {
        let (zh, en) = ("倍数是 1 到 10。", "The factor is 1 to 10.");
        no("no_show_times", "no-show", zh, en);
    }
    if let Some(each) = kind.points_per_hour
        && (each.units < 1 || each.units > 1000 * ten_to(each.scale))
    {
        let (zh, en) = (
            "每小时的分大于 0，不超过 1000。",
            "Points for an hour are more than 0 and at most 1000.",
        );
        no("points_per_hour", "points", zh, en);
    }
}

/// Factors are numbers that make sense, and each coefficient says for whom it is.
fn check_weights(kind: &Kind, no: No<'_>) {
    let good = |times: Exact| times.units >= 1 && times.units <= TIMES_MAX * ten_to(times.scale);
    let factor = (
        "倍数大于 0，不超过 10，例如 1.5。",
        "The factor is more than 0 and at most 10, such as 1.5.",
    );
    if let Some(night) = kind.night {
        if !good(night.times) {
            no("night.times", "times", factor.0, factor.1);
        }
        if night.from == night.to {
            let (zh, en) = (
                "from 和 to 不能是同一时刻；到第二天早上的，to 写得比 from 早。",
                "from and to are different times of day; a to that is earlier than from is that of the next morning.",
            );
            no("night.to", "night", zh, en);
        }
    }
    for (at, one) in kind.coefficients.iter().enumerate() {
        if !good(one.times) {
            let path = format!("coefficients[{at}].times");
            no(&path, "times", factor.0, factor.1);
        }
        if one.has.is_some() == one.code.is_some() {
            let (zh, en) = (
                "trait（这样的人）和 code（申报时选的服务内容）写一样。",
                "Write either trait, for such people, or code, for work that is chosen in the form.",
            );
            no(&format!("coefficients[{at}]"), "coefficient", zh, en);
        }
        let Some(code) = one.code.as_deref() else {
            continue;
        };
        let before = kind.coefficients.iter().take(at);
        let mut before = before.filter_map(|one| one.code.as_deref());
        if before.any(|other| other == code) || code.len() > CHOICE_CODE_MAX {
            let (zh, en) = (
                "代码最多 16 个字符，不能重复。",
                "Codes have at most 16 characters, and none comes twice.",
            );
            no(&format!("coefficients[{at}].code"), "coefficient", zh, en);
        }
    }
}

/// What bounds the number of events.
fn check_bounds(kind: &Kind, no: No<'_>) {
    for (at, limit) in kind.limits.iter().enumerate() {
        if limit.events < 1 {
            let zh = format!("次数要大于 0，这里写的是 {}。", limit.events);
            let en = format!("A limit is more than 0; this says {}.", limit.events);
            no(&format!("limits[{at}].events"), "limit", &zh, &en);
        }
    }
    if !kind.limits.is_empty() && kind.no_show_times.is_some() {
        let (zh, en) = (
            "limits 数这一项的每一次，没有来的也算一次：limits 和 no_show_times 分在两个事项里写。",
            "limits counts every event of this kind, also of those who did not come: write limits and no_show_times in two kinds.",
        );
        no("limits", "limit", zh, en);
    }
}
