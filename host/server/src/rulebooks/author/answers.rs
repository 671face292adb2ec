//! `rongyi rule run`: events in, decisions out. From one line to the next the same totals are kept as on a serving
//! host, so that caps and streaks show; what a line states about the past itself is taken as stated.

use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use rongyi_core::ids::Code;
use rongyi_core::rule::{Decision, Denial, EarnAsk, Fault, Plan, PriceAsk, Quote, Refusal};
use rongyi_core::shown;
use rongyi_kit::Problem;
use rongyi_kit::ask::{self, Ask, FileQuestion};
use rongyi_kit::past::Past;
use rongyi_rules::{Rule, Trace};
use serde_json::{Value, json};

use super::WithParams;
use crate::door::terminal::{Failure, say, say_json};
use crate::ledger::explain::{self, Lang};

/// What to ask.
#[derive(Debug, Args)]
#[command(after_help = "\
每行一个 JSON / one JSON object a line:
  {\"kind\": \"waste.kitchen\", \"quantity\": 7.6, \"on\": \"2026-11-22\"}
  {\"on\": \"2026-11-22\", \"lines\": [{\"item\": \"rice\", \"quantity\": 1, \"value_fen\": 3000}]}
写法和例子（scenarios.toml）里的 event、basket、facts 一样 / as event, basket and facts in a scenario
一行接一行累计：前面得的分、次数、天数，后面的行都看得到；写了 facts 的以写的为准。
The lines add up: points, times and days of earlier lines are known to later ones; facts that a line states itself win.
几个人的事项 / several people: \"resident\": 1002, \"household\": 2")]
pub(crate) struct RunArgs {
    /// 事项文件，- 是标准输入 / the events; - is the standard input [default: events.jsonl of the folder]
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// 每个决定一行 JSON / one JSON object for each decision
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    rule: WithParams,
}

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let (folder, desk) = args.rule.trying()?;
    let rule = desk.load(&args.rule.params()?)?;
    let path = match &args.events {
        Some(path) => path.clone(),
        None => folder.path().join("events.jsonl"),
    };
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.map_err(|error| Problem::file(&path, &error))?;
        text
    } else {
        rongyi_files::read_text(&path, 16 << 20).map_err(|no| Problem::file(&path, &no.into()))?
    };
    let plan = rongyi_rules::scenario::plan(&rule.plan);
    let asks = ask::read(&shown::line(&path.display().to_string()), &text, &plan)?;
    let mut faults = 0;
    let mut past = Past::new(&rule.plan);
    for asked in &asks {
        let ask = past.fill(asked);
        let told = answer(&rule, &ask);
        told.count(&mut past, asked);
        faults += usize::from(told.fault.is_some());
        let has: Vec<_> = past.balances(asked.resident).collect();
        if args.json {
            say_json(&told.json(&rule.plan, asked.line, &has));
        } else {
            told.say(&rule.plan, asked.line, &ask, &has);
        }
    }
    if faults == 0 {
        return Ok(());
    }
    Err(Failure::new(
        "kit.run",
        format!(
            "{} 个里有 {faults} 个没有得到可用的回答；真的上线时，这些事项会等规则改好再算。",
            asks.len()
        ),
        format!(
            "{faults} of {} got no usable answer; on a serving host these events would wait until the rule is mended.",
            asks.len()
        ),
    ))
}

/// What came of one question.
#[derive(Default)]
struct HeardAnswer {
    decision: Option<Decision>,
    quote: Option<Quote>,
    refusal: Option<Refusal>,
    fault: Option<Fault>,
    trace: Trace,
}

fn answer(rule: &Rule, ask: &Ask) -> HeardAnswer {
    let mut told = HeardAnswer::default();
    let decided = |told: &mut HeardAnswer, answer| match answer {
        Ok(decision) => told.decision = Some(decision),
        Err(Denial::Refused(refusal)) => told.refusal = Some(refusal),
        Err(Denial::Failed(fault)) => told.fault = Some(fault),
    };
    match ask {
        Ask::Earn(ask) => {
            let (answer, trace) = rule.earn_traced(ask);
            told.trace = trace;
            decided(&mut told, answer);
        }
        Ask::Close(ask) => {
            let (answer, trace) = rule.close_traced(ask);
            told.trace = trace;
            decided(&mut told, answer);
        }
        Ask::Price(ask) => {
            let (answer, trace) = rule.price_traced(ask);
            told.trace = trace;
            match answer {
                Ok(quote) => told.quote = Some(quote),
                Err(Denial::Refused(refusal)) => told.refusal = Some(refusal),
                Err(Denial::Failed(fault)) => told.fault = Some(fault),
            }
        }
    }
    told
}

/// A question in one line.
pub(super) fn asked(plan: &Plan, ask: &Ask) -> String {
    match ask {
        Ask::Earn(ask) => event(plan, ask),
        Ask::Price(ask) => basket(ask),
        Ask::Close(ask) => format!("{} {}–{}", ask.period, ask.first, ask.last),
    }
}

fn event(plan: &Plan, ask: &EarnAsk) -> String {
    let kind = plan.kinds.iter().find(|kind| kind.code == ask.kind);
    let Some(kind) = kind else {
        return ask.kind.to_string();
    };
    let quantity = rongyi_core::amount::Decimal {
        units: ask.quantity,
        scale: kind.scale,
    };
    let (title, quantity) = (&kind.title, quantity.to_string());
    let counted = |lang| explain::counted(&quantity, &kind.unit, lang);
    let (zh, en) = (counted(Lang::Zh), counted(Lang::En));
    format!("{} {} {zh} / {} {en}", ask.on, title.zh, title.en)
}

fn basket(ask: &PriceAsk) -> String {
    let lines = ask.lines.iter();
    let lines: Vec<_> = lines
        .map(|line| format!("{} × {}", line.item, line.quantity))
        .collect();
    format!("{} {}", ask.on, lines.join(", "))
}

impl HeardAnswer {
    fn lines(&self) -> &[rongyi_core::rule::Line] {
        let quoted = || self.quote.as_ref().map(|quote| quote.lines.as_slice());
        let decided = self
            .decision
            .as_ref()
            .map(|decision| decision.lines.as_slice());
        decided.or_else(quoted).unwrap_or_default()
    }

    /// Adds what came of it to what later lines will know.
    fn count(&self, past: &mut Past<'_>, asked: &FileQuestion) {
        if let Some(decision) = &self.decision {
            past.earned(asked, decision);
        }
        if let Some(quote) = &self.quote {
            past.redeemed(asked, quote);
        }
    }

    fn say(&self, plan: &Plan, line: usize, ask: &Ask, has: &[(&Code, i64)]) {
        say(&format!("{line}  {}", asked(plan, ask)));
        self.read_out(plan);
        for logged in &self.trace.log {
            let level = if logged.is_error {
                "日志 error"
            } else {
                "日志 log"
            };
            say(&format!("     {level}: {}", logged.text));
        }
        if !has.is_empty() {
            let has: Vec<_> = has
                .iter()
                .map(|(asset, amount)| format!("{amount} {asset}"))
                .collect();
            say(&format!("     = 现有 balance: {}", has.join(", ")));
        }
        let (fuel, kib) = (self.trace.usage.fuel, self.trace.usage.memory_bytes >> 10);
        say(&format!("     · {fuel} 燃料 fuel, {kib} KiB"));
    }

    fn read_out(&self, plan: &Plan) {
        if let Some(decision) = &self.decision {
            for award in &decision.awards {
                let (amount, asset, role) = (award.amount, &award.asset, &award.role);
                say(&format!("   {amount:+} {asset} → {role}"));
            }
            if decision.awards.is_empty() {
                say("   0");
            }
        }
        if let Some(quote) = &self.quote {
            let total: i64 = quote.points.iter().copied().map(i64::from).sum();
            let each: Vec<String> = quote.points.iter().map(i32::to_string).collect();
            say(&format!("   {total} 分 / points ({})", each.join(" + ")));
        }
        spoken(plan, self.lines());
        for mark in self.decision.iter().flat_map(|decision| &decision.marks) {
            say(&format!("     ! {}", mark.code));
        }
        if let Some(no) = &self.refusal {
            refused(plan, no);
        }
        if let Some(fault) = &self.fault {
            say(&format!("   ✗ [{}] {}", fault.code, fault.message));
        }
    }

    fn json(&self, plan: &Plan, line: usize, has: &[(&Code, i64)]) -> Value {
        let lines: Vec<_> = self.lines().iter().map(|rule_line| {
            json!({
                "zh": explain::line(plan, None, rule_line, Lang::Zh),
                "en": explain::line(plan, None, rule_line, Lang::En),
                "code": rule_line.code.to_string(), "asset": rule_line.asset.to_string(), "amount": rule_line.amount,
            })
        }).collect();
        let awards = self.decision.as_ref().map(|decision| {
            let awards = decision.awards.iter();
            let awards = awards.map(|award| json!({
                "role": award.role.to_string(), "asset": award.asset.to_string(), "amount": award.amount,
                "expires": award.expires.map(|day| day.to_string()),
            }));
            awards.collect::<Vec<_>>()
        });
        let has = has
            .iter()
            .map(|(asset, amount)| (asset.to_string(), Value::from(*amount)));
        let log = self.trace.log.iter();
        let log: Vec<_> = log
            .map(|logged| json!({ "error": logged.is_error, "text": logged.text }))
            .collect();
        let mut out = json!({
            "line": line, "fuel": self.trace.usage.fuel, "memory_bytes": self.trace.usage.memory_bytes,
            "balances": Value::Object(has.collect()), "log": log,
        });
        let rows = [
            ("awards", awards.map(Value::from)),
            (
                "points",
                self.quote.as_ref().map(|quote| json!(quote.points)),
            ),
            ("lines", self.refusal.is_none().then(|| Value::from(lines))),
            (
                "refusal",
                self.refusal.as_ref().map(|refusal| {
                    json!({
                        "code": refusal.code.to_string(),
                        "zh": explain::refusal(plan, None, refusal, Lang::Zh),
                        "en": explain::refusal(plan, None, refusal, Lang::En),
                        "opens": refusal.opens.map(|day| day.to_string()),
                    })
                }),
            ),
            (
                "fault",
                self.fault
                    .as_ref()
                    .map(|fault| json!({ "code": fault.code, "message": fault.message })),
            ),
        ];
        for (key, value) in rows {
            if let (Some(value), Some(out)) = (value, out.as_object_mut()) {
                out.insert(key.to_owned(), value);
            }
        }
        out
    }
}

/// The lines of a breakdown as a resident reads them.
fn spoken(plan: &Plan, lines: &[rongyi_core::rule::Line]) {
    for line in lines {
        let amount = line
            .amount
            .map_or(String::new(), |amount| format!("  {amount:+}"));
        say(&format!(
            "     {}{amount}",
            explain::line(plan, None, line, Lang::Zh)
        ));
        say(&format!(
            "     {}{amount}",
            explain::line(plan, None, line, Lang::En)
        ));
    }
}

/// What a resident reads when this is asked.
pub(super) fn read_out(rule: &Rule, ask: &Ask) {
    answer(rule, ask).read_out(&rule.plan);
}

/// A refusal as a resident reads it.
fn refused(plan: &Plan, no: &Refusal) {
    say(&format!(
        "   ✗ {}",
        explain::refusal(plan, None, no, Lang::Zh)
    ));
    say(&format!(
        "     {}",
        explain::refusal(plan, None, no, Lang::En)
    ));
}
