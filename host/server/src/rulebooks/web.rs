//! How the rules are doing, for operators: which decide, in words and below that in figures, what waits for them, what is
//! wrong with a changed configuration, and the newest block. It changes nothing.

use axum::response::{IntoResponse, Response};
use rongyi_config::{Diagnostic, Severity};
use rongyi_core::chain::hex;
use rongyi_core::rule::Text;
use rongyi_pages::{
    CallLimits, ConfigFault, LastFault, Parked, RuleRemedy, RuleSetRow, RuleState, RulesView,
};

use super::provenance;
use crate::access::web::head_of;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day};
use crate::house::figures::{self, Report};
use crate::house::reload::{ConfigState, Holds, Wrong};

/// Whether every rule that decides is well and has answered.
pub(crate) fn well(reports: &[Report]) -> bool {
    let ill = |report: &&Report| report.remedy != RuleRemedy::Fine || report.figures.waiting > 0;
    !reports.iter().any(|report| ill(&report))
}

/// `GET /{community}/operator/rules`.
pub(crate) async fn show_rules(OnDuty { visit, .. }: OnDuty) -> Result<Response, Fault> {
    let house = &visit.app.house;
    let frame = house
        .store
        .frame(&visit.code)
        .await?
        .ok_or_else(Fault::not_found)?;
    // What this host counted a moment ago belongs on the page too.
    house.write_figures(&visit.code).await?;
    let all = figures::figures(&house.store, &visit.code).await?;
    let waiting = all.values().map(|counted| number(counted.waiting)).sum();
    let rules = house.books.rules(&visit.code, &frame.sets);
    let reports = figures::reports(&frame, &rules, all, visit.today(), house.clock.now());
    let standing = house.news.standing();
    let yesterday = figures::yesterday(&house.store, &frame, visit.today()).await?;
    let of = |report: &Report| yesterday.get(&report.set.no).copied().unwrap_or_default();
    let named = reports
        .iter()
        .map(|report| (report.set.name.to_string(), report.set.component));
    let from = provenance::of_all(house, named.collect()).await;
    // Of each rule is told at least how it is doing.
    let nowhere = Text {
        zh: String::new(),
        en: String::new(),
    };
    let from = from.iter().chain(std::iter::repeat(&nowhere));
    let view = RulesView {
        rules: reports
            .iter()
            .zip(from)
            .map(|(report, from)| row(&visit, report, (of(report), from)))
            .collect(),
        since: standing.at.map(|at| visit.moment(at)),
        waiting,
        head: head_of(&visit).await?,
        config_faults: faults(&visit, &standing, |holds| holds.back(&visit.code)),
        newcomer_faults: faults(&visit, &standing, |holds| *holds == Holds::Newcomer),
        needs_restart: standing
            .needs_restart
            .into_iter()
            .map(str::to_owned)
            .collect(),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// What is wrong for those whom it holds back; what concerns another community is told on that one's page.
pub(crate) fn faults(
    visit: &Visit,
    standing: &ConfigState,
    concerned: impl Fn(&Holds) -> bool,
) -> Vec<ConfigFault> {
    let error = |one: &&Wrong| one.diagnostic.severity == Severity::Error;
    let wrong = standing.wrong.iter().filter(error);
    let wrong = wrong.filter(|one| concerned(&one.holds));
    let failed = standing.failed.iter().filter(|(holds, _)| concerned(holds));
    let failed = failed.map(|(_, text)| ConfigFault {
        place: String::new(),
        text: String::new(),
        code: "config.failed".to_owned(),
        what: visit.say(text),
        remedy: String::new(),
    });
    wrong
        .map(|one| mistake(visit, &one.diagnostic))
        .chain(failed)
        .collect()
}

pub(crate) fn mistake(visit: &Visit, one: &Diagnostic) -> ConfigFault {
    // The name alone: where on the machine it lies is nobody's business here.
    let file = one.file.file_name().unwrap_or(one.file.as_os_str());
    let file = file.to_string_lossy();
    ConfigFault {
        place: match one.line {
            0 => file.into_owned(),
            line => format!("{file}:{line}:{}", one.column),
        },
        text: one.text.clone(),
        code: one.code.clone(),
        what: visit.say(&one.message),
        remedy: visit.say(&one.help),
    }
}

fn row(visit: &Visit, report: &Report, (yesterday, from): (i64, &Text)) -> RuleSetRow {
    let (set, figures) = (&report.set, &report.figures);
    let about = report.rule.as_ref().map(|rule| &rule.about);
    let limits = report.rule.as_ref().map(|rule| rule.limits());
    let limits = limits.map(|limits| CallLimits {
        tier: limits.tier.name().to_owned(),
        fuel: number(limits.fuel_call),
        memory_kib: i64::try_from(limits.memory_bytes.div_ceil(1024)).unwrap_or(i64::MAX),
    });
    RuleSetRow {
        title: visit.say(&set.title),
        name: set.name.to_string(),
        yesterday,
        version: set.version.clone(),
        digest: hex(&set.component),
        from: visit.say(from),
        author: about.map_or_else(String::new, |about| about.authors.join(", ")),
        interface: report
            .rule
            .as_ref()
            .map_or_else(String::new, |rule| rule.interface()),
        limits,
        active_from: day(set.active_from),
        state: report.state,
        calls: number(figures.tally.calls),
        refusals: number(figures.tally.refusals),
        faults: figures
            .tally
            .faults
            .iter()
            .map(|(code, count)| (code.clone(), number(*count)))
            .collect(),
        fuel: figures.tally.fuel.percentiles().map(|all| all.map(number)),
        micros: figures
            .tally
            .micros
            .percentiles()
            .map(|all| all.map(number)),
        waiting: number(figures.waiting),
        last_fault: figures.health.last_fault.as_ref().map(|fault| LastFault {
            code: fault.code.clone(),
            message: fault.message.clone(),
            at: visit.moment(fault.at),
        }),
        parked: figures
            .health
            .parked
            .as_ref()
            .filter(|_| report.state == RuleState::Parked)
            .map(|parked| Parked {
                since: visit.moment(parked.since),
                next: visit.moment(parked.next_at),
                tries: i64::from(parked.tries),
            }),
        remedy: report.remedy,
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
