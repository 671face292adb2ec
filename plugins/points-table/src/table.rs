//! From parameters to a table that can answer: what each kind needs to know and how its points come about.
//! No sentence is written here; those are in `words.rs`.

use rongyi_sdk::suspension;
use rongyi_sdk::types::{Diagnostic, FactNeed, Metric, Subject, Text, Window};
use rongyi_sdk::window::{Needs, TRAILING_MAX, subject_code, window_code};
use rongyi_sdk::{ahead, text, wrong};

use crate::check;
use crate::extra::{Counted, Scale};
use crate::params::{BonusOf, Kind, Params};
use crate::suspended::SUBJECT;

/// How the points of a kind come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// So many per unit.
    PerUnit,
    /// So many for the event.
    Fixed(i32),
    /// So many for the first, so many for each further unit.
    Steps { first: i32, further: i32 },
    /// A base score from which faults are taken.
    Faults { base: i32, per_fault: i32, min: i32 },
    /// By steps of the quantity.
    Bands,
    /// By a level that is chosen.
    Levels,
    /// By the scores of several judges.
    Judged,
    /// Points change hands.
    Give,
    /// Points take money off a purchase.
    Purchase,
    /// A payment in points, with another asset beside them.
    Beside,
}

/// A cap or limit with the place of its fact.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    /// The most.
    pub(crate) most: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    pub(crate) subject: Subject,
    /// Points of all kinds rather than of this one.
    pub(crate) all: bool,
    /// Which fact tells how much there is already.
    pub(crate) fact: usize,
}

/// The community's budget with the place of its fact.
#[derive(Debug, Clone)]
pub(crate) struct Spent {
    /// Points in all.
    pub(crate) most: i32,
    /// What happens as it runs out.
    pub(crate) scale: Vec<Scale>,
    /// Which fact tells how much is issued already.
    pub(crate) fact: usize,
}

/// A kind, ready to answer.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) way: Way,
    pub(crate) asset: String,
    pub(crate) needs: Vec<FactNeed>,
    pub(crate) caps: Vec<Bound>,
    pub(crate) limits: Vec<Bound>,
    /// What each suspension looks at.
    pub(crate) suspension_facts: Vec<usize>,
    pub(crate) bonus_fact: Option<usize>,
    /// How often in its window, for each entry of `nth`; and of a trailing one on the days after, which only what is
    /// entered late has.
    pub(crate) nth_facts: Vec<(usize, Option<usize>)>,
    /// Days since the last time.
    pub(crate) comeback_fact: Option<usize>,
    /// Different days: of the row, of one day more, and whether there was one today already.
    pub(crate) streak_facts: Option<[usize; 5]>,
    /// How often before, for a referrer who is thanked at one time only.
    pub(crate) referrer_fact: Option<usize>,
    /// What each mark counts.
    pub(crate) mark_facts: Vec<Option<usize>>,
    /// What is given already, for each bound of a gift, and in all; or the points spent for each bound of a purchase,
    /// and the balance; or both balances of a payment.
    pub(crate) given_facts: Vec<usize>,
    /// The community's budget with the place of its fact.
    pub(crate) budget: Option<Spent>,
    pub(crate) quantity_min: i32,
    pub(crate) quantity_max: i32,
}

impl Row {
    /// The code of one of this kind's own sentences.
    pub(crate) fn phrase(&self, name: &str) -> String {
        format!("{}/{name}", self.kind.code)
    }

    /// The code of the sentence about one boost. One without a name of its own shares the general sentences.
    pub(crate) fn boost_phrase(&self, at: usize) -> String {
        match self.kind.boosts.get(at) {
            Some(boost) if boost.title.is_some() => self.phrase(&format!("boost-{at}")),
            Some(boost) if boost.times.is_none() => "boost-plus".to_owned(),
            Some(boost) if !boost.when.only_weekdays() => "boost-if".to_owned(),
            Some(_) | None => "boost".to_owned(),
        }
    }

    /// What the quantity counts.
    pub(crate) fn unit(&self) -> Text {
        self.kind
            .unit
            .clone()
            .map_or_else(|| self.own_unit(), Text::from)
    }
}

impl Row {
    /// Where nothing is written: yuan of a purchase, points of a payment, times of anything else.
    fn own_unit(&self) -> Text {
        let (zh, en) = match self.way {
            Way::Purchase => ("元", "yuan"),
            Way::Beside => ("分", "points"),
            Way::PerUnit
            | Way::Fixed(_)
            | Way::Steps { .. }
            | Way::Faults { .. }
            | Way::Bands
            | Way::Levels
            | Way::Judged
            | Way::Give => ("次", "times"),
        };
        text(zh, en)
    }
}

impl Bound {
    /// The code of a sentence about this bound, such as `cap.month.household`.
    pub(crate) fn code(&self, word: &str) -> String {
        let all = if self.all { "-all" } else { "" };
        let (window, subject) = (window_code(self.window), subject_code(self.subject));
        format!("{word}{all}.{window}.{subject}")
    }
}

/// Makes the rows, or says everything that does not fit together.
pub(crate) fn rows(params: &Params) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    if params.kinds.is_empty() {
        found.push(wrong(
            "kinds",
            "points-table.empty",
            "至少写一个事项。",
            "Write at least one kind.",
        ));
    }
    check::whole_table(params, &mut found);
    for (at, kind) in params.kinds.iter().enumerate() {
        let path = format!("kinds[{at}]");
        if rows.iter().any(|row| row.kind.code == kind.code) {
            let (zh, en) = (
                format!("事项“{}”写了两次。", kind.code),
                format!("The kind “{}” is written twice.", kind.code),
            );
            found.push(wrong(format!("{path}.code"), "points-table.twice", zh, en));
        }
        if let Some(row) = row(kind, params, &path, &mut found) {
            rows.push(row);
        }
    }
    if found.is_empty() {
        Ok(rows)
    } else {
        Err(found)
    }
}

fn row(kind: &Kind, params: &Params, path: &str, found: &mut Vec<Diagnostic>) -> Option<Row> {
    check::kind(kind, path, found);
    found.extend(crate::assets::check(kind, path));
    found.extend(suspension::check(&kind.suspensions, path, "points-table"));
    found.extend(crate::beside::check(kind, path));
    let way = way(kind, path, found)?;
    let mut needs = Needs::default();
    let of_kind = Some(kind.code.as_str());
    let mut bound = |most, window, subject, metric, of: Option<&str>| Bound {
        most,
        window,
        subject,
        all: of.is_none(),
        fact: needs.ask(metric, window, subject, of),
    };
    let mut caps: Vec<Bound> = kind
        .caps
        .iter()
        .map(|cap| {
            let of = if cap.of.is_some() { None } else { of_kind };
            bound(cap.amount, cap.window, cap.subject, Metric::Points, of)
        })
        .collect();
    let asset = kind.asset.clone().unwrap_or_else(|| "points".into());
    let mut budget = None;
    if asset == "points" {
        let all = params.caps.iter();
        caps.extend(all.map(|c| bound(c.amount, c.window, c.subject, Metric::Points, None)));
        if let Some(given) = &params.budget {
            let whole = Subject::Community;
            let cap = bound(given.points, given.window, whole, Metric::Points, None);
            budget = Some(Spent {
                most: given.points,
                scale: given.scale.clone(),
                fact: cap.fact,
            });
            caps.push(cap);
        }
    }
    let limits = kind
        .limits
        .iter()
        .map(|one| bound(one.events, one.window, one.subject, Metric::Events, of_kind))
        .collect();
    let (quantity_min, quantity_max) = check::quantities(kind, way, path, found)?;
    let mut row = Row {
        kind: kind.clone(),
        way,
        asset,
        needs: Vec::new(),
        caps,
        limits,
        suspension_facts: Vec::new(),
        bonus_fact: None,
        nth_facts: Vec::new(),
        comeback_fact: None,
        streak_facts: None,
        referrer_fact: None,
        mark_facts: Vec::new(),
        given_facts: Vec::new(),
        budget,
        quantity_min,
        quantity_max,
    };
    row.ask_for_extras(&mut needs);
    row.needs = needs.list();
    Some(row)
}

impl Row {
    /// The facts of everything that may be added to a way.
    fn ask_for_extras(&mut self, needs: &mut Needs) {
        let kind = &self.kind;
        let of_kind = Some(kind.code.as_str());
        let person = Subject::Person;
        let ever = Window::Lifetime;
        self.bonus_fact = kind.bonus.as_ref().map(|bonus| {
            let metric = match bonus.of {
                BonusOf::Quantity => Metric::Quantity,
                BonusOf::Hours => Metric::Minutes,
                BonusOf::Events => Metric::Events,
            };
            needs.ask(metric, bonus.window, person, of_kind)
        });
        let nth = kind.nth.iter();
        let later = ahead(&kind.code);
        let mut times = |one: &crate::extra::Nth| {
            let within = needs.ask(Metric::Events, one.window, one.subject, of_kind);
            // A trailing window ends with the event's day: what stands on later days has this day in its own window.
            let after = if let Window::TrailingDays(days) = one.window
                && (2..=TRAILING_MAX).contains(&days)
            {
                let window = Window::TrailingDays(days.saturating_sub(1));
                Some(needs.ask(Metric::Events, window, one.subject, Some(&later)))
            } else {
                None
            };
            (within, after)
        };
        self.nth_facts = nth.map(&mut times).collect();
        let suspensions = kind.suspensions.iter();
        self.suspension_facts = suspensions
            .map(|suspension| suspension.ask(needs, SUBJECT))
            .collect();
        self.comeback_fact = kind
            .comeback
            .as_ref()
            .map(|_| needs.ask(Metric::DaysSinceLast, ever, person, of_kind));
        self.streak_facts = kind.streak.as_ref().map(|streak| {
            let mut days = |days| {
                needs.ask(
                    Metric::DistinctDays,
                    Window::TrailingDays(days),
                    person,
                    of_kind,
                )
            };
            let (row, longer) = (days(streak.days), days(streak.days.saturating_add(1)));
            let today = needs.ask(Metric::Events, Window::Day, person, of_kind);
            let mut run = |of: &str| {
                let window = Window::TrailingDays(streak.days);
                needs.ask(Metric::StreakDays, window, person, Some(of))
            };
            let before = run(&kind.code);
            [row, longer, today, before, run(&ahead(&kind.code))]
        });
        self.referrer_fact = kind
            .referrer
            .and_then(crate::extra::Referrer::time)
            .map(|_| needs.ask(Metric::Events, ever, person, of_kind));
        if let Some(give) = &kind.give {
            let mut ask = |window, subject| needs.ask(Metric::Quantity, window, subject, of_kind);
            let most = give.most.iter();
            self.given_facts = most.map(|most| ask(most.window, most.subject)).collect();
            self.given_facts.push(ask(ever, person));
        }
        if let Some(purchase) = &kind.purchase {
            let most = purchase.most_points.iter();
            let mut asked: Vec<usize> = most
                .map(|most| needs.ask(Metric::Points, most.window, most.subject, of_kind))
                .collect();
            asked.push(needs.ask(Metric::Balance, ever, person, None));
            self.given_facts = asked;
        }
        if let Some(beside) = &kind.beside {
            self.given_facts = beside.ask(needs);
        }
        let mut counted = |count: &crate::extra::Count| {
            let metric = match count.of {
                Counted::Events => Metric::Events,
                Counted::Points => Metric::Points,
                Counted::Hours => Metric::Minutes,
                Counted::Quantity => Metric::Quantity,
            };
            needs.ask(metric, count.window, count.subject, of_kind)
        };
        let marks = kind.marks.iter().map(|mark| mark.count.as_ref());
        self.mark_facts = marks.map(|count| count.map(&mut counted)).collect();
    }
}

/// Exactly one way to come by points.
fn way(kind: &Kind, path: &str, found: &mut Vec<Diagnostic>) -> Option<Way> {
    let ways = [
        kind.per_unit.is_some() && kind.base.is_none(),
        kind.fixed.is_some() || kind.deduct.is_some(),
        kind.first.is_some() || kind.further.is_some(),
        kind.base.is_some(),
        !kind.bands.is_empty() && kind.judges.is_none(),
        !kind.levels.is_empty(),
        kind.judges.is_some(),
        kind.give.is_some(),
        kind.purchase.is_some(),
        kind.beside.is_some(),
    ];
    if ways.iter().filter(|given| **given).count() != 1 {
        found.push(wrong(
            path,
            "points-table.way",
            "写明怎么得分，十选一：per_unit、fixed、first 加 further、base 加 per_fault、bands、levels、judges、give、purchase、beside。",
            "Say how the points come about, one of ten: per_unit, fixed, first with further, base with per_fault, bands, levels, judges, give, purchase, beside.",
        ));
        return None;
    }
    if let Some(base) = kind.base {
        let by_unit = kind
            .per_unit
            .and_then(|each| each.at_scale(0))
            .and_then(|each| i32::try_from(each.abs()).ok());
        let per_fault = kind.per_fault.map(i32::abs).or(by_unit);
        let Some(per_fault) = per_fault else {
            let (zh, en) = (
                "写明每处问题扣几分。",
                "Say how many points each fault takes off.",
            );
            found.push(wrong(
                format!("{path}.per_fault"),
                "points-table.per-fault",
                zh,
                en,
            ));
            return None;
        };
        return Some(Way::Faults {
            base,
            per_fault,
            min: kind.min.unwrap_or(0),
        });
    }
    if kind.judges.is_some() {
        return Some(Way::Judged);
    }
    if kind.give.is_some() {
        return Some(Way::Give);
    }
    if kind.purchase.is_some() {
        return Some(Way::Purchase);
    }
    if kind.beside.is_some() {
        return Some(Way::Beside);
    }
    if !kind.bands.is_empty() {
        return Some(Way::Bands);
    }
    if !kind.levels.is_empty() {
        return Some(Way::Levels);
    }
    if let (Some(first), further) = (kind.first, kind.further) {
        return Some(Way::Steps {
            first,
            further: further.unwrap_or(0),
        });
    }
    if kind.further.is_some() {
        let (zh, en) = (
            "写了 further，也要写 first。",
            "Where further is written, first must be too.",
        );
        found.push(wrong(format!("{path}.first"), "points-table.first", zh, en));
        return None;
    }
    let deducted = kind
        .deduct
        .map(|points| points.saturating_abs().saturating_neg());
    Some(kind.fixed.or(deducted).map_or(Way::PerUnit, Way::Fixed))
}
