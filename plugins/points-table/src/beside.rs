//! A payment in two kinds of points at once: those of another asset are taken only beside points of one's own, so many for
//! each, and perhaps only on some days. The quantity is the price, which the clerk types. Both are taken by one event, so
//! that neither is spent without the other.

use rongyi_sdk::params::Words;
use rongyi_sdk::say::{Sum, number, phrase, refuse};
use rongyi_sdk::types::{Decision, Diagnostic, Event, Metric, Phrase, Refusal, Short, Subject};
use rongyi_sdk::types::{Text, Window};
use rongyi_sdk::window::{HasTrait, Needs, answer};
use rongyi_sdk::wrong;
use serde::Deserialize;

use crate::extra::Days;
use crate::params::Kind;
use crate::table::Row;
use crate::worth;

/// The most points of the other asset for each of one's own.
const EACH_MAX: i32 = 1000;

/// What is spent beside points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beside {
    /// The other asset.
    pub(crate) asset: String,
    /// What people call it.
    pub(crate) title: Words,
    /// So many of it for each point of one's own. Without it the whole price may be paid in it.
    pub(crate) each: Option<i32>,
    /// Others for some people: the most of those that hold.
    #[serde(default)]
    pub(crate) groups: Vec<Group>,
    /// It is taken on these days alone; every day without them.
    #[serde(default)]
    pub(crate) days: Vec<Days>,
}

/// So many for each point of one's own, for people with a trait.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    /// Who.
    #[serde(rename = "trait")]
    pub(crate) has: HasTrait,
    /// So many.
    pub(crate) each: i32,
}

impl Beside {
    /// Asks for both balances: points, then the other asset.
    pub(crate) fn ask(&self, needs: &mut Needs) -> Vec<usize> {
        let mut balance = |of| needs.ask(Metric::Balance, Window::Lifetime, Subject::Person, of);
        vec![balance(None), balance(Some(self.asset.as_str()))]
    }

    /// How much of a price may be paid in the other asset.
    fn share(&self, price: i64, event: &Event) -> i64 {
        if !self.days.is_empty() && !self.days.iter().any(|days| days.hold(event.on)) {
            return 0;
        }
        let Some(each) = self.each else { return price };
        let groups = self.groups.iter();
        let groups = groups.filter(|group| group.has.holds(&event.traits, event.on));
        let each = groups.map(|group| group.each).max().unwrap_or(0).max(each);
        // For one point of one's own so many beside it: `each` parts of `each + 1`.
        price.saturating_mul(each.into()) / i64::from(each).saturating_add(1)
    }
}

/// Takes both, or says what is missing.
pub(crate) fn answer_it(row: &Row, beside: &Beside, event: &Event) -> Result<Decision, Refusal> {
    for limit in &row.limits {
        let had = answer(&event.facts, limit.fact);
        if had >= i64::from(limit.most) {
            let args = vec![number(limit.most.into()), number(had)];
            return Err(crate::earn::closed(limit, "limit", args, event.on));
        }
    }
    let price = i64::from(event.quantity);
    let has = |at: usize| {
        let fact = row.given_facts.get(at);
        fact.map_or(0, |fact| answer(&event.facts, *fact).max(0))
    };
    let (points, other) = (has(0), has(1));
    let share = beside.share(price, event);
    let taken = share.min(other);
    let own_points = price.saturating_sub(taken);
    if own_points > points {
        let args = vec![
            number(price),
            number(taken),
            number(own_points),
            number(points),
        ];
        return Err(refuse(row.phrase("beside-short"), args, None));
    }
    let mut decision = Decision {
        awards: Vec::new(),
        lines: Vec::new(),
        marks: Vec::new(),
    };
    // Both balances were asked for: there is as much as this takes.
    let mut sum = Sum::of("points");
    let args = vec![number(price), number(own_points)];
    sum.add(row.phrase("beside-own"), args, own_points.saturating_neg());
    sum.give(&mut decision, crate::earn::DOER, Short::Refuse);
    let mut sum = Sum::of(beside.asset.as_str());
    let args = vec![number(taken), number(share)];
    sum.add(row.phrase("beside-other"), args, taken.saturating_neg());
    sum.give(&mut decision, crate::earn::DOER, Short::Refuse);
    worth::marks(row, event, price, 0, &mut decision);
    Ok(decision)
}

/// What does not make sense.
pub(crate) fn check(kind: &Kind, path: &str) -> Vec<Diagnostic> {
    let Some(beside) = &kind.beside else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut no = |name: &str, zh: &str, en: &str| {
        found.push(wrong(
            format!("{path}.{name}"),
            "points-table.beside",
            zh,
            en,
        ));
    };
    let good = |each: i32| (1..=EACH_MAX).contains(&each);
    if beside.each.is_some_and(|each| !good(each))
        || beside.groups.iter().any(|group| !good(group.each))
        || (beside.each.is_none() && !beside.groups.is_empty())
    {
        no(
            "beside.each",
            "each 是 1 分自己的分可以搭几分，1 到 1000；写了 groups，也要写 each。",
            "each is how many go with one point of one's own, 1 to 1000; where groups stand, each does too.",
        );
    }
    if beside.asset == "points" || beside.asset == "minutes" {
        no(
            "beside.asset",
            "搭着用的是社区 assets 里的另一种分，不是 points 或 minutes。",
            "What goes beside is another asset of the community, not points or minutes.",
        );
    }
    if beside.each.is_none() && beside.days.is_empty() {
        no(
            "beside",
            "写 each（搭着用）或 days（只在这几天用），至少一样。",
            "Write each (beside points) or days (on these days alone), at least one of them.",
        );
    }
    if crate::purchase::has_more(kind) || kind.scale > 0 {
        no(
            "beside",
            "付款的数量是多少分，没有小数；加倍、奖励、分享、到期、short 都不写。",
            "The quantity of a payment is points, without decimal places; there are no boosts, bonuses, shares, expiry or short.",
        );
    }
    found
}

/// What residents read.
pub(crate) fn phrases(row: &Row) -> Vec<Phrase> {
    let Some(beside) = &row.kind.beside else {
        return Vec::new();
    };
    let Text { zh: title, en } = row.kind.title.clone().into();
    let Text {
        zh: other,
        en: other_en,
    } = beside.title.clone().into();
    vec![
        phrase(
            row.phrase("beside-own"),
            format!("{title}：一共 {{0}} 分，用自己的 {{1}} 分"),
            format!("{en}: {{0}} points in all, {{1}} of one's own"),
        ),
        phrase(
            row.phrase("beside-other"),
            format!("搭着用 {{0}} {other}（最多 {{1}}）"),
            format!("{{0}} {other_en} beside them (at most {{1}})"),
        ),
        phrase(
            row.phrase("beside-short"),
            format!("{title}：一共 {{0}} 分，{other}能用 {{1}}，自己的分要 {{2}}，现在有 {{3}}"),
            format!(
                "{en}: {{0}} points in all, {{1}} {other_en} can be used, {{2}} points of one's own are needed and there are {{3}}"
            ),
        ),
    ]
}

/// The rule in one sentence.
pub(crate) fn summary(row: &Row) -> (String, String) {
    let Some(beside) = &row.kind.beside else {
        return (String::new(), String::new());
    };
    let (other, other_en) = (&beside.title.zh, &beside.title.en);
    let mut zh = "用积分付款".to_owned();
    let mut en = "paid in points".to_owned();
    if let Some(each) = beside.each {
        zh.push_str(&format!("，自己的 1 分最多搭 {each} {other}"));
        en.push_str(&format!(
            "; at most {each} {other_en} with each of one's own"
        ));
    } else {
        zh.push_str(&format!("，可以全用{other}"));
        en.push_str(&format!("; or in {other_en} alone"));
    }
    for group in &beside.groups {
        let Text {
            zh: who,
            en: who_en,
        } = group.has.words();
        zh.push_str(&format!("（{who}的搭 {}）", group.each));
        en.push_str(&format!(" ({}: {})", who_en, group.each));
    }
    for days in &beside.days {
        let (from, to) = (days.from, days.to.unwrap_or(days.from));
        let day =
            |on: rongyi_sdk::types::Date| format!("{}-{:02}-{:02}", on.year, on.month, on.day);
        zh.push_str(&format!("，{other}只在 {} 到 {} 用", day(from), day(to)));
        en.push_str(&format!(
            "; {other_en} from {} to {} alone",
            day(from),
            day(to)
        ));
    }
    (zh, en)
}
