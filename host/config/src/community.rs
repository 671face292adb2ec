//! One community's file: who it is, how its points behave, its shop, its rules.
//!
//! Whether the rules accept their parameters is asked later, by whoever can run them.

mod beside;
mod cases;
mod expiry;
mod kinds;
mod leaving;
mod merchants;
mod periods;
mod volunteers;

pub use beside::PaidBeside;
pub use cases::{CaseUnit, OfCase};
pub use kinds::OfKind;
pub use merchants::Settling;
pub use periods::Closing;
pub use volunteers::{Activities, Certificates};

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rongyi_activities::Level;
use rongyi_cases::WorkCalendar;
use rongyi_core::ids::Code;
use rongyi_core::rule::{KindPlan, Text};
use rongyi_core::settings::{Expiry, Leaving};
use rongyi_core::time::LocalDate;

use super::diagnostic::{Diagnostic, Source};
use super::reader::{Field, Mistakes, Table, both};
use super::rule::{PluginRef, RuleEntry, read_rules};
use super::source::Places;
use super::words::nearest;

/// The longest telephone number of a shop, in characters.
const PHONE_CHARS_MAX: usize = 60;

/// From how many pieces on an item is low, where the file does not say.
const LOW_STOCK: i64 = 5;
/// The most pieces that may be called low.
const LOW_STOCK_MAX: i64 = 1_000_000;

/// Amounts never exceed this, see the book.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// To whom points go. Said once, before the first posting; hours always stay with the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountUnit {
    /// Each resident has their own.
    Person,
    /// One account for the household.
    Household,
}

/// How long the awards of one kind are under notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The event kind.
    pub kind: Code,
    /// Days, 1-90.
    pub days: u16,
    at: Range<usize>,
}

/// The points supermarket as residents know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// Its name.
    pub title: Text,
    /// Where it is.
    pub place: Text,
    /// When it is open, for people to read; what may be ordered when is the pricing rule's business.
    pub hours: Text,
    /// Whom to call.
    pub phone: String,
    /// With so many pieces on the shelf or fewer, an item is low.
    pub low_stock: i64,
    /// The same for single items, by code.
    pub low_stock_items: Vec<(Code, i64)>,
    /// With what orders may be paid beside points.
    pub beside: Option<PaidBeside>,
}

impl Shop {
    /// With so many pieces of this item on the shelf or fewer, it is low.
    #[must_use]
    pub fn low_stock_of(&self, item: &Code) -> i64 {
        let single = self.low_stock_items.iter().find(|(code, _)| code == item);
        single.map_or(self.low_stock, |(_, pieces)| *pieces)
    }
}

/// The components of a configuration that was taken over before.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Their bytes by SHA-256, as 64 hexadecimal digits.
    pub components: BTreeMap<String, Arc<[u8]>>,
    /// The SHA-256 of each bundled rule that it names.
    pub bundled: BTreeMap<String, String>,
}

impl Kept {
    /// The bytes of a rule that it names.
    #[must_use]
    pub fn component(&self, plugin: &PluginRef) -> Option<Arc<[u8]>> {
        let digest = match plugin {
            PluginRef::Bundled(name) => self.bundled.get(name)?,
            PluginRef::File { sha256, .. } => sha256,
        };
        self.components.get(digest).cloned()
    }
}

/// One community.
#[derive(Debug, Clone)]
pub struct Community {
    /// Its short name, in addresses and files.
    pub code: Code,
    /// Its name.
    pub title: Text,
    /// The file it was read from.
    pub file: PathBuf,
    /// All that stands there.
    pub text: Arc<str>,
    /// Where its rules lie when it is what was taken over before; `None` of a file as it is now.
    pub kept: Option<Kept>,
    /// IANA name of its time zone.
    pub timezone: String,
    /// Its first day; nothing can have happened before.
    pub began_on: LocalDate,
    /// To whom points go.
    pub unit: AccountUnit,
    /// What its points are called.
    pub points_name: Text,
    /// When points lapse.
    pub expiry: Expiry,
    /// The lowest balance a deduction may reach; 0 or less.
    pub debt_floor: i64,
    /// The same for single assets, by code.
    pub debt_floors: Vec<(Code, i64)>,
    /// What is counted beside points, minutes and conduct: code and name, in the file's order.
    pub assets: Vec<(Code, Text)>,
    /// Event kinds whose awards are under notice first, and for how many days; the file's order.
    pub notices: Vec<Notice>,
    /// Event kinds that need the time of day, with their places in the file.
    pub timed: Vec<(Code, Range<usize>)>,
    /// What is asked of single event kinds beside their rules, in the order of their codes.
    pub kinds: Vec<OfKind>,
    /// The most minutes of one person on one day, whatever a rule says.
    pub minutes_max_day: Option<i64>,
    /// How many days an order waits to be picked up.
    pub order_hold_days: u16,
    /// The most one award may be, whatever a rule says.
    pub award_max: Option<i64>,
    /// The most points that may be issued in one month, whatever a rule says.
    pub issue_budget_month: Option<i64>,
    /// How it closes its books, the shortest periods first; by the month and without a rule when not said.
    pub periods: Vec<Closing>,
    /// What becomes of the points of those who leave; what is theirs stays where nothing is said.
    pub leaving: Option<Leaving>,
    /// The shop.
    pub shop: Shop,
    /// How merchants are paid; `None` where there are none.
    pub merchants: Option<Settling>,
    /// What may be asked of it, in the order of the file.
    pub cases: Vec<OfCase>,
    /// Who works on it; empty where everybody does.
    pub case_units: Vec<CaseUnit>,
    /// The event kinds that may be claimed, with their places; all of them when not said.
    pub claims: Option<Vec<(Code, Range<usize>)>>,
    /// What holds for all activities.
    pub activities: Activities,
    /// What each star asks for, the lowest first.
    pub stars: Vec<Level>,
    /// How certificates of hours are issued.
    pub certificates: Certificates,
    /// The working days of the host, by which cases are due.
    pub calendar: Arc<WorkCalendar>,
    /// The rules, in the order of the file.
    pub rules: Vec<RuleEntry>,
    pub(super) code_at: (Arc<Source>, Range<usize>),
}

impl Community {
    /// A complaint about the community as a whole, at the line with its code.
    pub fn diagnostic(&self, code: &str, message: Text, help: Text) -> Diagnostic {
        let (source, place) = &self.code_at;
        Diagnostic::at(source, place.clone(), code, message, help)
    }
}

/// Reads a community. `None` when something it can't be without is missing or wrong; everything wrong
/// is on the desk either way.
pub(super) fn read(
    desk: &Mistakes,
    table: Table<'_>,
    path: &Path,
    (root, kept): (&Path, bool),
) -> Option<Community> {
    let code_field = table.need("code");
    let code_at = code_field.as_ref().map_or(table.span(), Field::span);
    let code = code_field.and_then(|field| field.code());
    let title = table.need("title").and_then(|field| field.text());
    let timezone = table.get("timezone").and_then(|f| read_timezone(&f));
    let began_on = table.need("began_on").and_then(|field| field.date());
    let units = [
        ("person", AccountUnit::Person),
        ("household", AccountUnit::Household),
    ];
    let unit = table.need("points_go_to").and_then(|f| f.one_of(&units));
    let points_name = table.get("points_name").and_then(|field| field.text());
    let expiry = table.get("expiry").and_then(|field| expiry::read(&field));
    let integer = |key, bounds| table.get(key).and_then(|f: Field<'_>| f.integer(bounds));
    let debt_floor = integer("debt_floor", -AMOUNT_MAX..=0);
    let floors = table.get("debt_floors");
    let assets = table.get("assets").and_then(|f| read_assets(&f));
    let assets = assets.unwrap_or_default();
    let debt_floors = floors.and_then(|f| read_floors(&f, &assets));
    let notice_days = table.get("notice_days").and_then(|f| read_notice(&f));
    let timed = table.get("needs_time").and_then(|f| read_timed(&f));
    let kinds = table.get("kinds").and_then(|f| kinds::read(&f));
    let minutes_max_day = integer("minutes_max_day", 1..=1440);
    let order_hold_days = integer("order_hold_days", 1..=90);
    let award_max = integer("award_max", 1..=AMOUNT_MAX);
    let issue_budget_month = integer("issue_budget_month", 1..=AMOUNT_MAX);
    let periods = table.get("period").map(|field| periods::read(&field));
    let leaving = table.get("leaving").map(|field| leaving::read(&field));
    let shop = table
        .need("shop")
        .and_then(|field| read_shop(&field, &assets));
    let merchants = table.get("merchants");
    let merchants = merchants.and_then(|field| merchants::read(&field, &assets));
    let cases = table.get("case").map(|field| cases::read(&field));
    let case_units = table
        .get("case_units")
        .map(|field| cases::read_units(&field));
    let claims = table
        .get("claims")
        .and_then(|field| cases::read_claims(&field));
    let stars = table
        .get("star")
        .map(|field| volunteers::read_stars(&field));
    let activities = table
        .get("activities")
        .and_then(|field| volunteers::read_activities(&field));
    let certificates = table
        .get("certificate")
        .and_then(|field| volunteers::read_certificates(&field));
    let folder = path.parent().unwrap_or(Path::new(""));
    let rules = read_rules(desk, &table, Places { folder, root, kept });
    table.finish();
    if let (Some(began), Some(first)) = (began_on, rules.iter().min_by_key(|r| r.active_from))
        && first.active_from > began
    {
        gap(desk, first, began);
    }
    Some(Community {
        code: code?,
        title: title?,
        file: path.to_owned(),
        text: Arc::default(),
        kept: None,
        timezone: timezone.unwrap_or_else(|| "Asia/Shanghai".to_owned()),
        began_on: began_on?,
        unit: unit?,
        points_name: points_name.unwrap_or_else(|| both("绿色积分", "green points")),
        expiry: expiry.unwrap_or(Expiry::Never),
        debt_floor: debt_floor.unwrap_or(0),
        debt_floors: debt_floors.unwrap_or_default(),
        notices: notice_days.unwrap_or_default(),
        timed: timed.unwrap_or_default(),
        kinds: kinds.unwrap_or_default(),
        minutes_max_day,
        assets,
        order_hold_days: order_hold_days.map_or(7, narrow),
        award_max,
        issue_budget_month,
        periods: periods.unwrap_or_default(),
        leaving: leaving.flatten(),
        shop: shop?,
        merchants,
        cases: cases.unwrap_or_default(),
        case_units: case_units.unwrap_or_default(),
        claims,
        activities: activities.unwrap_or_default(),
        stars: stars.unwrap_or_default(),
        certificates: certificates.unwrap_or_default(),
        calendar: Arc::default(),
        rules,
        code_at: (Arc::clone(&desk.source), code_at),
    })
}

impl Community {
    /// A notice for a kind that none of the rules decides would never do anything: each such place. `kinds` are those
    /// of the community's rules, which are known only once they are loaded.
    pub fn unknown_notices(&self, kinds: &[&str]) -> Vec<Diagnostic> {
        let unknown = self
            .notices
            .iter()
            .filter(|notice| !kinds.contains(&notice.kind.as_str()));
        let unknown = unknown.map(|notice| (&notice.kind, &notice.at, "config.notice"));
        let timed = self.timed.iter();
        let timed = timed.filter(|(kind, _)| !kinds.contains(&kind.as_str()));
        let timed = timed.map(|(kind, at)| (kind, at, "config.value"));
        let asked = self.kinds.iter();
        let asked = asked.filter(|of_kind| !kinds.contains(&of_kind.kind.as_str()));
        let asked = asked.map(|of_kind| (&of_kind.kind, &of_kind.at, "config.value"));
        let told = |(kind, at, code): (&Code, &Range<usize>, &str)| {
            let message = both(
                format!("本社区的规则里没有“{kind}”这种事项，这一条不会起作用。"),
                format!(
                    "No rule of this community decides events of the kind “{kind}”, so this would never count."
                ),
            );
            let help = match nearest(kind.as_str(), kinds.iter().copied()) {
                Some(near) => both(
                    format!("是不是想写 \"{near}\"？"),
                    format!("Did you mean \"{near}\"?"),
                ),
                None => both(
                    format!("有的是：{}。用不着就删掉。", kinds.join("、")),
                    format!(
                        "There are: {}. Delete it if it is not needed.",
                        kinds.join(", ")
                    ),
                ),
            };
            Diagnostic::at(&self.code_at.0, at.clone(), code, message, help)
        };
        unknown.chain(timed).chain(asked).map(told).collect()
    }
}

impl Community {
    /// A kind whose times are compared, whose quantity is no whole number of minutes, and of which nobody said how many
    /// minutes a unit is. `kinds` are those of the community's rules.
    pub fn times_unsaid<'k>(&self, kinds: impl Iterator<Item = &'k KindPlan>) -> Vec<Diagnostic> {
        let unsaid = |plan: &&KindPlan| {
            let hours = plan.unit.zh.contains('时') || plan.unit.en.contains("hour");
            plan.scale > 0 || hours
        };
        let unsaid: BTreeSet<&Code> = kinds.filter(unsaid).map(|plan| &plan.code).collect();
        let asked = self.kinds.iter();
        let asked =
            asked.filter(|of_kind| of_kind.overlap.is_some() && of_kind.unit_minutes.is_none());
        asked.filter(|of_kind| unsaid.contains(&of_kind.kind))
            .map(|of_kind| {
                let kind = &of_kind.kind;
                let message = both(
                    format!("“{kind}”的数量不是整分钟，没法知道一件事占多少分钟。"),
                    format!("The quantity of “{kind}” is no whole number of minutes, so nobody knows how many one event takes."),
                );
                let help = both(
                    "写上一个单位是几分钟，按小时记的写 unit_minutes = 60。",
                    "Write how many minutes one unit is: unit_minutes = 60 where hours are counted.",
                );
                Diagnostic::at(&self.code_at.0, of_kind.at.clone(), "config.value", message, help)
            })
            .collect()
    }
}

/// Events before the first rule can only wait; that is seldom meant.
fn gap(desk: &Mistakes, first: &RuleEntry, began: LocalDate) {
    let from = first.active_from;
    desk.warn(
        first.params_at(),
        "config.gap",
        both(
            format!("社区从 {began} 开始，第一条规则却从 {from} 才生效；中间的事项会一直等着。"),
            format!("The community begins on {began}, its first rule only on {from}; events in between will wait."),
        ),
        both(
            format!("如果从一开始就该有规则，写 active_from = {began}。"),
            format!("If there was a rule from the beginning, write active_from = {began}."),
        ),
    );
}

/// The bounds were checked by the caller.
fn narrow(number: i64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn read_timezone(field: &Field<'_>) -> Option<String> {
    let name = field.string()?;
    let database = jiff::tz::db();
    if database.get(name).is_ok() {
        return Some(name.to_owned());
    }
    let names: Vec<String> = database
        .available()
        .map(|n| n.as_str().to_owned())
        .collect();
    let near = nearest(name, names.iter().map(String::as_str)).unwrap_or("Asia/Shanghai");
    field.refuse(
        both(
            format!("没有叫 “{name}” 的时区。"),
            format!("There is no time zone “{name}”."),
        ),
        both(
            format!("是不是 \"{near}\"？在中国不写这一行就可以。"),
            format!("Did you mean \"{near}\"? In China the line can be left out."),
        ),
    );
    None
}

/// `{ points = -50, conduct = -20 }`.
fn read_floors(field: &Field<'_>, assets: &[(Code, Text)]) -> Option<Vec<(Code, i64)>> {
    let table = field.table()?;
    let declared = assets.iter().map(|(code, _)| code.as_str());
    let floor = |name: &str| {
        let floor = table.get(name)?.integer(-AMOUNT_MAX..=0)?;
        Some((name.parse().ok()?, floor))
    };
    let floors = FIXED_ASSETS.into_iter().chain(declared).filter_map(floor);
    let floors = floors.collect();
    table.finish();
    Some(floors)
}

/// What every community counts.
const FIXED_ASSETS: [&str; 3] = ["points", "minutes", "conduct"];
/// The most assets a community may declare.
const ASSETS_MAX: usize = 32;

/// `{ "time-coin" = { zh = "时间币", en = "time coins" } }`.
fn read_assets(field: &Field<'_>) -> Option<Vec<(Code, Text)>> {
    let mut assets = Vec::new();
    for (name, words) in field.table()?.free() {
        let code = name.parse::<Code>().ok();
        let code =
            code.filter(|code| !FIXED_ASSETS.contains(&code.as_str()) && !name.contains('/'));
        match code {
            Some(code) => assets.extend(words.text().map(|title| (code, title))),
            None => words.refuse(
                both(
                    format!("“{name}” 不能用作一种积分的代号。"),
                    format!("“{name}” cannot be the code of an asset."),
                ),
                both(
                    "points、minutes、conduct 本来就有；另取一个代号，用小写字母、数字和连字符，例如 \"time-coin\" = { zh = \"时间币\", en = \"time coins\" }。",
                    "points, minutes and conduct are there already; take another code of a-z, 0-9 and '-', such as \"time-coin\" = { zh = \"时间币\", en = \"time coins\" }.",
                ),
            ),
        }
    }
    if assets.len() > ASSETS_MAX {
        let has = assets.len();
        field.refuse(
            both(
                format!("这里写了 {has} 种，最多 {ASSETS_MAX} 种。"),
                format!("There are {has} of them, at most {ASSETS_MAX} are allowed."),
            ),
            both("删掉不用的。", "Delete those that are not used."),
        );
    }
    Some(assets)
}

/// `{ "honour.model" = 7 }`: any event kind; whether a rule handles it is asked when the rules are known.
fn read_notice(field: &Field<'_>) -> Option<Vec<Notice>> {
    let mut days = Vec::new();
    let table = field.table()?;
    let names: Vec<Range<usize>> = table.names().map(|name| table.key_span(name)).collect();
    for ((name, count), at) in table.free().into_iter().zip(names) {
        let number = count.integer(1..=90);
        match name.parse::<Code>() {
            Ok(kind) => days.extend(number.map(|number| Notice {
                kind,
                days: narrow(number),
                at,
            })),
            Err(_) => count.refuse(
                both(
                    format!("“{name}” 不是事项代号。"),
                    format!("“{name}” is not the code of an event kind."),
                ),
                both(
                    "写规则里的事项代号，例如 \"honour.model\" = 7。",
                    "Write the kind's code as the rule has it, such as \"honour.model\" = 7.",
                ),
            ),
        }
    }
    days.sort_unstable_by(|a, b| a.kind.cmp(&b.kind));
    Some(days)
}

/// `["patrol.night"]`: kinds that are refused without a time of day.
fn read_timed(field: &Field<'_>) -> Option<Vec<(Code, Range<usize>)>> {
    let kinds = field.list()?;
    let kinds = kinds
        .iter()
        .filter_map(|listed| Some((listed.code()?, listed.span())));
    let mut kinds: Vec<_> = kinds.collect();
    kinds.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    kinds.dedup_by(|a, b| a.0 == b.0);
    Some(kinds)
}

fn read_shop(field: &Field<'_>, assets: &[(Code, Text)]) -> Option<Shop> {
    let table = field.table()?;
    let title = table.need("title").and_then(|f| f.text());
    let place = table.get("place").and_then(|f| f.text());
    let hours = table.get("hours").and_then(|f| f.text());
    let phone = table.get("phone").and_then(|f| {
        f.string()
            .filter(|number| f.within(number, PHONE_CHARS_MAX))
    });
    let low_stock = table.get("low_stock");
    let low_stock = low_stock.and_then(|f| f.integer(0..=LOW_STOCK_MAX));
    let beside = table.get("beside");
    let beside = beside.and_then(|field| beside::read(&field, assets));
    let low_stock_items = table.get("low_stock_items").and_then(|f| read_low(&f));
    table.finish();
    Some(Shop {
        title: title?,
        place: place.unwrap_or_else(|| both("", "")),
        hours: hours.unwrap_or_else(|| both("", "")),
        phone: phone.unwrap_or_default().to_owned(),
        low_stock: low_stock.unwrap_or(LOW_STOCK),
        beside,
        low_stock_items: low_stock_items.unwrap_or_default(),
    })
}

/// `{ rice-5kg = 20 }`: items that are low from another number of pieces on than the rest of the shelf.
fn read_low(field: &Field<'_>) -> Option<Vec<(Code, i64)>> {
    let mut items = Vec::new();
    for (name, pieces) in field.table()?.free() {
        match name.parse::<Code>() {
            Ok(item) => items.extend(
                pieces
                    .integer(0..=LOW_STOCK_MAX)
                    .map(|pieces| (item, pieces)),
            ),
            Err(_) => pieces.refuse(
                both(
                    format!("“{name}” 不是物品的代号。"),
                    format!("“{name}” is not the code of an item."),
                ),
                both(
                    "写物品登记时的代号，例如 { rice-5kg = 20 }。",
                    "write the code under which the item is registered, such as { rice-5kg = 20 }.",
                ),
            ),
        }
    }
    Some(items)
}
