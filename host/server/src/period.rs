//! Closing a period, as a host does it: cut-off, preview, sign-off, holders in chunks, seal.
//!
//! What a step does is decided by the book; here it is found out what to ask next. Closing may be stopped at any
//! moment: what is closed is closed, and the next run, or the jobs of a running host, go on with the rest.

pub mod api;
mod back;
pub(crate) mod cli;
mod due;
mod foresee;
mod open;
pub(crate) mod web;

use std::collections::BTreeSet;
use std::sync::Arc;

use rongyi_clerk::{self as clerk, Answer, ClerkError};
use rongyi_config::{self as config, Diagnostic};
use rongyi_core::account::Holder;
use rongyi_core::book::Book;
use rongyi_core::command::{Ask, Command, PeriodRejection, PeriodTurn, Rejection};
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::period::{Period, PeriodLength, PeriodRow, PeriodState, PeriodStep, Standing};
use rongyi_core::record::Record;
use rongyi_core::rule::{Decision, Denial, Text};
use rongyi_core::time::LocalDate;
use rongyi_store::StoreError;

use crate::access::Role;
use crate::door::{Actor, one_person};
use crate::house::House;
use due::{closings, due, earlier};

pub use back::{TakenBack, agree_back, ask_back, keep_closed, take_back};
pub use due::{Due, about, next, rule_in};
pub use foresee::{Foreseen, foresee};
pub use open::{Open, open_before};

/// Holders asked for at once.
const CHUNK: u32 = 200;

/// Why a step of this host cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum PeriodError {
    /// The book or the database said no.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    /// The community closes other periods.
    #[error("this community closes by the {}; {period} is another length", named(.lengths, " and the ", length_en))]
    Length {
        /// What was asked.
        period: Period,
        /// What the community's file says.
        lengths: Vec<PeriodLength>,
    },
    /// A period of another length that ended earlier is still to be closed: what somebody has by now would be taken for
    /// what they had at its end.
    #[error("{earlier} ended before {period} and is to be closed first")]
    Order {
        /// What was asked.
        period: Period,
        /// What comes before it.
        earlier: Period,
    },
    /// Events of the period still wait for their rule.
    #[error("{count} events of {period} still wait for their rule; decide them first")]
    Waiting {
        /// The period.
        period: Period,
        /// How many.
        count: usize,
    },
}

impl From<StoreError> for PeriodError {
    fn from(error: StoreError) -> Self {
        PeriodError::Clerk(error.into())
    }
}

/// A length in words.
pub fn length_zh(length: PeriodLength) -> &'static str {
    match length {
        PeriodLength::Month => "月",
        PeriodLength::Quarter => "季度",
        PeriodLength::HalfYear => "半年",
        PeriodLength::Year => "年",
    }
}

/// A length in words, and as it is written in TOML.
pub fn length_en(length: PeriodLength) -> &'static str {
    match length {
        PeriodLength::Month => "month",
        PeriodLength::Quarter => "quarter",
        PeriodLength::HalfYear => "half-year",
        PeriodLength::Year => "year",
    }
}

fn named(all: &[PeriodLength], and: &str, name: impl Fn(PeriodLength) -> &'static str) -> String {
    let all: Vec<_> = all.iter().map(|length| name(*length)).collect();
    all.join(and)
}

impl PeriodError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            PeriodError::Clerk(ClerkError::Rejected(rejection)) => rejection.code(),
            PeriodError::Clerk(_) => "ledger",
            PeriodError::Length { .. } => "period.length",
            PeriodError::Order { .. } => "period.order",
            PeriodError::Waiting { .. } => "period.waiting",
        }
    }

    /// What is wrong and what to do; `None` for what the clerk said.
    pub fn text(&self) -> Option<Text> {
        let (zh, en) = match self {
            PeriodError::Clerk(_) => return None,
            PeriodError::Length { period, lengths } => {
                let sample = |length| match length {
                    PeriodLength::Month => "2026-10",
                    PeriodLength::Quarter => "2026-q4",
                    PeriodLength::HalfYear => "2026-h2",
                    PeriodLength::Year => "2026",
                };
                (
                    format!(
                        "本社区按{}结账，{period} 不是这样的一期。请写成 {} 的样子。",
                        named(lengths, "、", length_zh),
                        named(lengths, "、", sample)
                    ),
                    format!(
                        "This community closes by the {}, and {period} is none. Write it like {}.",
                        named(lengths, " and the ", length_en),
                        named(lengths, " or ", sample)
                    ),
                )
            }
            PeriodError::Order { period, earlier } => (
                format!(
                    "{earlier} 这一期结束得更早，还没有截止。请先截止 {earlier}，再截止 {period}：不然后来得的分会算进前面那一期。"
                ),
                format!(
                    "The period {earlier} ended earlier and is not cut off yet. Cut off {earlier} before {period}: what was earned since would be taken for part of it."
                ),
            ),
            PeriodError::Waiting { period, count } => (
                format!(
                    "{period} 这一期还有 {count} 件事在等规则修好，现在截止会漏掉它们的名次。请先修好规则，等它们记完账。"
                ),
                format!(
                    "{count} events of {period} still wait for their rule, and would be missing from the ranks. Mend the rule and let them be booked first."
                ),
            ),
        };
        Some(Text { zh, en })
    }
}

/// Makes the cut-off of a period with the rule of the community's file.
///
/// # Errors
/// [`PeriodError`]; nothing is stored.
pub async fn cut_off(
    house: &House,
    code: &Code,
    actor: &Code,
    period: Period,
) -> Result<Answer, PeriodError> {
    let all = closings(house, code);
    let closing = all.iter().find(|(length, ..)| *length == period.length);
    let said = house
        .community(code)
        .map(|community| !community.config.periods.is_empty());
    if closing.is_none() && said == Some(true) {
        return Err(PeriodError::Length {
            period,
            lengths: all.iter().map(|(length, ..)| *length).collect(),
        });
    }
    let frame = house.store.frame(code).await?;
    let rows = frame.map(|frame| frame.periods).unwrap_or_default();
    if said == Some(true)
        && let Some(earlier) = earlier(&due(house, code, &rows), &period)
    {
        return Err(PeriodError::Order { period, earlier });
    }
    let count = waiting(house, code, period.last).await?;
    if count > 0 {
        return Err(PeriodError::Waiting { period, count });
    }
    let rule = closing.and_then(|(_, rule, _)| rule.clone());
    ask(house, code, actor, period, PeriodStep::CutOff { rule }).await
}

/// How many events until `last` wait for their rule.
async fn waiting(house: &House, code: &Code, last: LocalDate) -> Result<usize, PeriodError> {
    let mut count = 0;
    for (seq, _) in house.store.waiting(code).await? {
        let entry = house.store.entry(code, seq).await?;
        let first = entry.and_then(|entry| entry.records.into_iter().next());
        if let Some((_, kind, body)) = first
            && let Ok(first) = Record::decode(kind, &body)
            && first.event().is_some_and(|event| event.on <= last)
        {
            count += 1;
        }
    }
    Ok(count)
}

/// Takes a cut-off back.
///
/// # Errors
/// [`PeriodError`]; nothing is stored.
pub async fn withdraw(
    house: &House,
    code: &Code,
    actor: &Code,
    period: Period,
) -> Result<Answer, PeriodError> {
    ask(house, code, actor, period, PeriodStep::Withdraw).await
}

/// Signs a cut-off. Where the community has two operators or more, it must be another one than who made it; a
/// village with one may sign alone, and the record says so.
///
/// # Errors
/// [`PeriodError`]; nothing is stored.
pub async fn sign_off(
    house: &House,
    code: &Code,
    actor: &Code,
    period: Period,
) -> Result<Answer, PeriodError> {
    let alone = alone(house, code).await?;
    let frame = house.store.frame(code).await.map_err(ClerkError::from)?;
    let rows = frame.map(|frame| frame.periods).unwrap_or_default();
    let cut = rows
        .iter()
        .find(|row| row.period == period && row.state == PeriodState::CutOff);
    if let Some(row) = cut
        && !alone
        && one_person(&house.store, code, &row.cut_by.0, actor)
            .await
            .map_err(ClerkError::from)?
    {
        let by = actor.clone();
        let refusal = PeriodRejection::SamePerson { period, by };
        return Err(ClerkError::Rejected(refusal.into()).into());
    }
    ask(house, code, actor, period, PeriodStep::SignOff { alone }).await
}

/// Whether the community has one operator only, who may then sign what they cut off themselves.
///
/// # Errors
/// [`PeriodError`] when the database does not answer.
pub async fn alone(house: &House, code: &Code) -> Result<bool, PeriodError> {
    let staff = house.store.all_staff(code).await?;
    let operators = staff
        .iter()
        .filter(|account| account.active && Role::from_word(&account.role) == Some(Role::Operator));
    // Two accounts of one person are one operator.
    let people: BTreeSet<Result<i64, i64>> = operators
        .map(|account| account.person_id.ok_or(account.staff_id))
        .collect();
    Ok(people.len() < 2)
}

fn command(house: &House, code: &Code, actor: &Code, period: Period, step: PeriodStep) -> Command {
    house.command(code, actor, Ask::Period(PeriodTurn { period, step }))
}

async fn ask(
    house: &House,
    code: &Code,
    actor: &Code,
    period: Period,
    step: PeriodStep,
) -> Result<Answer, PeriodError> {
    let command = command(house, code, actor, period, step);
    Ok(house.clerk.ask_patiently(code, command).await?)
}

/// What a run of closing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closed {
    /// Holders that were closed now.
    pub closed: u32,
    /// Of these, holders to whom the rule, or a limit of the host, said no.
    pub refused: u32,
    /// Holders that could not be closed, with what was wrong; the next run tries again.
    pub failed: Vec<(Holder, Rejection)>,
    /// Whether the period is sealed now.
    pub sealed: bool,
}

/// Closes what is left of a signed period, and seals it. `most` bounds the holders of this run. Run again, it goes
/// on; run twice, the second time finds nothing to do.
///
/// # Errors
/// [`PeriodError`]; what was closed until then stays closed.
pub async fn close(
    house: &House,
    code: &Code,
    period: Period,
    most: u32,
) -> Result<Closed, PeriodError> {
    let row = find(house, code, period).await?;
    let mut done = Closed::default();
    if row.state == PeriodState::Sealed {
        done.sealed = true;
        return Ok(done);
    }
    let system = Actor::Job.code();
    while done.closed < most {
        let limit = CHUNK.min(most - done.closed);
        // Those that failed in this run stay open, and would be found again for ever.
        let skip = u32::try_from(done.failed.len()).unwrap_or(u32::MAX);
        let open = house
            .store
            .open_standings(code, row.cut, limit.saturating_add(skip))
            .await?;
        let failed = |holder: &Holder| done.failed.iter().any(|(tried, _)| tried == holder);
        let open: Vec<Holder> = open.into_iter().filter(|holder| !failed(holder)).collect();
        if open.is_empty() {
            break;
        }
        let mut tickets = Vec::new();
        for holder in open {
            let command = command(house, code, &system, period, PeriodStep::Close(holder));
            tickets.push((holder, house.clerk.submit(code, command).await?));
        }
        for (holder, ticket) in tickets {
            match ticket.answer().await {
                Ok(answer) => {
                    done.closed += 1;
                    done.refused += u32::from(answer.receipt.refusal().is_some());
                }
                Err(ClerkError::Rejected(rejection @ Rejection::RuleFault { .. })) => {
                    done.failed.push((holder, rejection));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    if done.failed.is_empty()
        && house
            .store
            .open_standings(code, row.cut, 1)
            .await?
            .is_empty()
    {
        match ask(house, code, &system, period, PeriodStep::Seal).await {
            Ok(_) => done.sealed = true,
            // Somebody else was first.
            Err(error) if find(house, code, period).await?.state != PeriodState::Sealed => {
                return Err(error);
            }
            Err(_) => done.sealed = true,
        }
    }
    Ok(done)
}

/// Goes on with a closing that was signed and is not sealed, and with one that is being taken back, if there is one; for the
/// jobs of a running host.
///
/// # Errors
/// [`PeriodError`]; what was closed until then stays closed.
pub async fn resume(house: &House, code: &Code, most: u32) -> Result<u32, PeriodError> {
    let frame = house.store.frame(code).await?;
    let periods = frame.map(|frame| frame.periods).unwrap_or_default();
    let mut closed = 0;
    let agreed = periods
        .iter()
        .find(|row| row.state == PeriodState::TakingBack);
    if let Some(row) = agreed {
        closed += take_back(house, code, row.period, most).await?.holders;
    }
    // One length after the other; what is left of a bounded run the next one takes up.
    for row in periods
        .iter()
        .filter(|row| row.state == PeriodState::Signed)
    {
        if closed >= most {
            break;
        }
        let done = close(house, code, row.period, most - closed).await?;
        if let Some((holder, why)) = done.failed.first() {
            let left = done.failed.len();
            tracing::warn!(community = %code, period = %row.period, ?holder, left, "closing goes on when the rule answers: {}", why.text().en);
        }
        closed += done.closed;
    }
    Ok(closed)
}

/// A period that was cut off.
///
/// # Errors
/// [`PeriodError`] with `period.unknown` when it never was.
pub async fn find(house: &House, code: &Code, period: Period) -> Result<PeriodRow, PeriodError> {
    let frame = house.store.frame(code).await?;
    let periods = frame.map(|frame| frame.periods).unwrap_or_default();
    let row = periods.into_iter().find(|row| row.period == period);
    row.ok_or_else(|| {
        let unknown = rongyi_core::command::PeriodRejection::Unknown { period };
        ClerkError::Rejected(unknown.into()).into()
    })
}

/// A holder with what closing gives them: decided already, or as it would be decided now.
#[derive(Debug, Clone)]
pub struct Line {
    /// Whose.
    pub holder: Holder,
    /// What they had at the cut-off.
    pub standing: Standing,
    /// The rule's answer; a fault of the rule as its sentence.
    pub outcome: Outcome,
}

/// What closing gives a holder, or why nothing; a fault of the rule as its sentence.
pub type Outcome = Result<Decision, Denial<Text>>;

/// A page of holders, those after `after`, with what closing gave or would give them. Changes nothing.
///
/// # Errors
/// [`PeriodError`] when the database does not answer.
pub async fn preview(
    house: &House,
    code: &Code,
    row: &PeriodRow,
    after: Option<Holder>,
    limit: u32,
) -> Result<Vec<Line>, PeriodError> {
    let page = house.store.standings(code, row.cut, after, limit).await?;
    let closings = |_: &Book| {
        let open = page.iter().filter(|(_, standing)| standing.entry == 0);
        let close = |(holder, _): &(Holder, Standing)| {
            let step = PeriodStep::Close(*holder);
            house.command(
                code,
                &Actor::Job.code(),
                Ask::Period(PeriodTurn {
                    period: row.period,
                    step,
                }),
            )
        };
        open.map(close).collect()
    };
    let Some(book) = clerk::book_of(&house.store, code, closings).await? else {
        return Ok(Vec::new());
    };
    let sets = &book.frame().sets;
    let judge = house.books.judge(code, sets, house.clock.now());
    let (today, period) = (house.today(code).0, row.period);
    let book = Arc::new(book);
    let mut lines = Vec::new();
    let mut open = Vec::new();
    for (holder, standing) in page {
        if standing.entry == 0 {
            open.push((holder, standing));
        } else {
            let outcome = decided(house, code, standing.entry).await?;
            lines.push(Line {
                holder,
                standing,
                outcome,
            });
        }
    }
    let asked = tokio::task::spawn_blocking(move || {
        let line = |(holder, standing)| Line {
            outcome: book
                .preview(&period, holder, today, &judge)
                .map_err(|denial| denial.map_failed(|rejection| rejection.text())),
            holder,
            standing,
        };
        open.into_iter().map(line).collect::<Vec<_>>()
    });
    lines.extend(asked.await.map_err(|_| ClerkError::Stopped)?);
    lines.sort_by_key(|line| line.holder);
    Ok(lines)
}

/// What was decided when a holder was closed.
async fn decided(house: &House, code: &Code, entry: u64) -> Result<Outcome, PeriodError> {
    let stored = house.store.entry(code, entry).await?;
    let records = stored.map(|stored| stored.records).unwrap_or_default();
    for (_, kind, body) in records {
        match Record::decode(kind, &body) {
            Ok(Record::Decided(_, _, decision)) => return Ok(Ok(decision)),
            Ok(Record::Refused(_, _, refusal)) => return Ok(Err(Denial::Refused(refusal))),
            Ok(_) | Err(_) => {}
        }
    }
    let what = StoreError::Corrupt {
        what: "record",
        place: entry.to_string(),
    };
    Err(what.into())
}

/// The rules that close periods must be of the community's own, which are called `names`.
pub fn wrong_rules(community: &config::Community, names: &[&str]) -> Vec<Diagnostic> {
    let wrong = |closing: &&config::Closing| {
        let wanted = closing.rule.as_ref();
        wanted.is_some_and(|wanted| !names.contains(&wanted.as_str()))
    };
    let told = |closing: &config::Closing| {
        let wanted = closing.rule.as_ref().map_or("", Code::as_str);
        let message = Text {
            zh: format!("本社区没有名叫“{wanted}”的规则。"),
            en: format!("This community has no rule called “{wanted}”."),
        };
        let (zh, en) = (names.join("、"), names.join(", "));
        let help = Text {
            zh: format!("有的是：{zh}。先用 [[rule]] 写上结账的规则。"),
            en: format!("There are: {en}. Add the rule that closes periods as a [[rule]] first."),
        };
        closing.rule_diagnostic("config.rule", message, help)
    };
    community.periods.iter().filter(wrong).map(told).collect()
}

/// The points of a standing.
pub fn points(standing: &Standing) -> i64 {
    let of_points = |(asset, _): &&(AssetNo, i64)| *asset == AssetNo::POINTS;
    standing
        .balances
        .iter()
        .find(of_points)
        .map_or(0, |(_, has)| *has)
}

/// The net change that a decision means for one asset.
pub fn change(decision: &Decision, asset: &str) -> i64 {
    decision
        .awards
        .iter()
        .filter(|award| award.asset.as_str() == asset)
        .map(|award| i64::from(award.amount))
        .sum()
}
