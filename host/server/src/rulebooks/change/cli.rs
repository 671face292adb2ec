//! `rongyi plan|apply|rollback` and `rongyi rule history`.

use clap::Args;
use rongyi_config as config;
use rongyi_core::chain::{Hash, hex};
use rongyi_core::ids::Code;
use rongyi_core::record::Step;
use rongyi_core::shown;

use super::{ChangeError, Deed, Past, Plan, short};
use crate::door::terminal::{
    Failure, InCommunity, Installation, acting, foreign, known, say, say_json, with_house,
};
use crate::door::{Act, Signed};
use crate::house::House;
use crate::rulebooks::check::{Against, differs, show_difference};
use crate::rulebooks::simulate::told;

/// What to look at.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi plan -c nanmen
  rongyi apply -c nanmen --plan 3f0a9c41d2b85e77 --reason 居民代表会议通过

先说哪些行改了、从哪一天起哪些规则不同，再拿最近三个月的真账试算一遍。什么都不改。
It says which lines differ, from which day which rules are others, and tries them on what happened in the last three months.
Nothing is changed.")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    /// 不试算 / without trying it
    #[arg(long)]
    untried: bool,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// What to bring into force.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi apply -c nanmen --plan 3f0a9c41d2b85e77 --by wang --reason 居民代表会议通过")]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    #[command(flatten)]
    by: acting::By,
    /// rongyi plan 给的编号 / the number that `rongyi plan` gave
    #[arg(long, value_name = "NUMBER")]
    plan: String,
    /// 原因 / why
    #[arg(long)]
    reason: String,
}

/// What to go back to.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi rule history -c nanmen
  rongyi rollback -c nanmen --to 8d1b5c0f --by wang --reason 折扣写错了

文件不动：改好以后再 plan、apply。 The file stays as it is: mend it, then plan and apply again.")]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    #[command(flatten)]
    by: acting::By,
    /// 哪一份，指纹开头的几位 / which one, by the first digits of its digest
    #[arg(long, value_name = "DIGEST")]
    to: String,
    /// 原因 / why
    #[arg(long)]
    reason: String,
}

/// Whose history.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// Whose shadows.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example: 
  [[rule]]
  plugin = \"points-table\"
  active_from = 2026-12-01
  shadow = true

写了 shadow = true 的规则不管事：从它的 active_from 起，同样的真账也问它，和记下的比一比。去掉这一行，再 plan、apply，就换上。
A rule with shadow = true decides nothing: from its active_from on it is asked about what really happens and compared with
what was booked. Take the line out, plan and apply, and it decides.")]
pub(crate) struct ShadowArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Wrong(found) => Failure::Config(found),
            ChangeError::Open(error) => error.into(),
            ChangeError::Store(error) => error.into(),
            ChangeError::Said { code, text } => Failure::Failed { code, text },
        }
    }
}

pub(crate) async fn plan(args: PlanArgs) -> Result<(), Failure> {
    // Opening the house would take over what is saved.
    if args.installation.load()?.config.auto_apply {
        return Err(super::auto().into());
    }
    with_house(&args.installation, async |house| {
        let code = known(house, &args.place.community)?;
        match super::plan(house, code).await {
            Ok(plan) => show(house, code, plan, &args).await,
            Err(ChangeError::Wrong(found)) if args.json => {
                say_json(&config::to_json(&found));
                Err(Failure::Config(Vec::new()))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

async fn show(house: &House, code: &Code, plan: Plan, args: &PlanArgs) -> Result<(), Failure> {
    let against = Against {
        today: plan.today,
        stretches: Some(plan.stretches.clone()),
    };
    let (number, nothing) = (plan.number.clone(), plan.is_nothing());
    let mut json = serde_json::json!({
        "ok": true,
        "community": code.as_str(),
        "plan": number,
        "nothing": nothing,
        "in_force": plan.former.as_ref().map(|former| hex(former)),
        "saved": hex(&plan.written),
        "lines": plan.lines,
        "words": plan.words.iter().map(|(new, text)| serde_json::json!({ "new": new, "zh": text.zh, "en": text.en })).collect::<Vec<_>>(),
        "differs": differs(&against),
    });
    if !args.json {
        match (&plan.lines, plan.former) {
            (Some(lines), _) if lines.is_empty() => {}
            (Some(lines), _) => say(&shown::lines(lines)),
            (None, _) => say(
                "账本里还没有记下现在启用的文件，比不出改了哪几行。 What is in force is not on record as a file, so changed lines can't be shown.",
            ),
        }
        if !plan.words.is_empty() {
            say("  用大白话说： In plain words:");
        }
        for (new, text) in &plan.words {
            let mark = if *new { '+' } else { '-' };
            let (zh, en) = (shown::line(&text.zh), shown::line(&text.en));
            say(&format!("    {mark} {zh}\n      {en}"));
        }
        show_difference(&against);
    }
    if !nothing && !args.untried {
        let tried = super::tried(house, code, plan).await;
        match tried {
            Ok(outcome) => {
                json["tried"] = told::as_json(&outcome);
                if !args.json {
                    say(&format!(
                        "  拿 {} 到 {} 的真账试算： Tried on what happened from {} to {}:",
                        outcome.from, outcome.to, outcome.from, outcome.to
                    ));
                    for said in told::sentences(&outcome) {
                        let (zh, en) = (shown::line(&said.zh), shown::line(&said.en));
                        say(&format!("    · {zh}\n      {en}"));
                    }
                }
            }
            Err(error) => {
                let text = error.text();
                json["not_tried"] = serde_json::json!({ "code": error.code(), "text": { "zh": text.zh, "en": text.en } });
                if !args.json {
                    say(&format!(
                        "  没有试算 / not tried: {}\n    {}",
                        shown::line(&text.zh),
                        shown::line(&text.en)
                    ));
                }
            }
        }
    }
    if args.json {
        say_json(&json);
        return Ok(());
    }
    if nothing {
        say("文件和现在启用的一样。 The file says what is in force.");
    } else {
        say(&format!(
            "编号 {number}。启用： To apply it:\n  rongyi apply -c {code} --plan {number} --reason \"…\""
        ));
    }
    Ok(())
}

/// Does one of the two in somebody's name, and gives the first digits of what is in force then.
async fn done(
    (installation, place, by): (&Installation, &InCommunity, &acting::By),
    reason: &str,
    work: impl AsyncFnOnce(&House, &Code, Deed<'_>) -> Result<Hash, ChangeError>,
) -> Result<String, Failure> {
    with_house(installation, async |house| {
        let code = known(house, &place.community)?;
        let by = &by.actor(house, code, Act::Configure).await?.code();
        let written = work(house, code, Deed { by, reason }).await?;
        Ok(short(&written))
    })
    .await
}

pub(crate) async fn apply(args: ApplyArgs) -> Result<(), Failure> {
    let by = (&args.installation, &args.place, &args.by);
    let work = async |house: &House, code: &Code, deed: Deed<'_>| {
        super::apply(house, code, &args.plan, deed).await
    };
    let digits = done(by, &args.reason, work).await?;
    say(&format!(
        "已启用 {digits}，正在服务的主机几秒内跟上。 {digits} is in force; a serving host follows within seconds."
    ));
    Ok(())
}

pub(crate) async fn rollback(args: RollbackArgs) -> Result<(), Failure> {
    let by = (&args.installation, &args.place, &args.by);
    let work = async |house: &House, code: &Code, deed: Deed<'_>| {
        super::rollback(house, code, &args.to, deed).await
    };
    let digits = done(by, &args.reason, work).await?;
    say(&format!(
        "已退回 {digits}。文件没有动，改好以后再 rongyi plan。 Back to {digits}. The file stays as it is: mend it, then `rongyi plan`."
    ));
    Ok(())
}

pub(crate) async fn history(args: HistoryArgs) -> Result<(), Failure> {
    with_house(&args.installation, async |house| {
        let code = known(house, &args.place.community)?;
        let all = super::history(house, code).await?;
        if args.json {
            let rows: Vec<_> = all.iter().map(as_json).collect();
            say_json(&serde_json::json!({ "community": code.as_str(), "configurations": rows }));
            return Ok(());
        }
        if all.is_empty() {
            say(
                "账本里还没有记过配置（auto_apply = true 时不记）。 No configuration is on record (none is with auto_apply = true).",
            );
        }
        for past in &all {
            let name = Signed::of(&past.by).name(&house.store, None).await;
            let (zh, en) = step(past.taken.step);
            let mark = if past.current { "▶" } else { " " };
            say(&format!(
                "{mark} {}  {}  {zh} / {en}  #{}  {} / {}",
                short(&past.taken.written),
                past.on,
                past.entry,
                foreign(&name.zh),
                foreign(&name.en)
            ));
            if let Some(reason) = &past.reason {
                say(&format!("    {}", foreign(reason)));
            }
        }
        Ok(())
    })
    .await
}

pub(crate) async fn shadow(args: ShadowArgs) -> Result<(), Failure> {
    with_house(&args.installation, async |house| {
        let code = known(house, &args.place.community)?;
        let outcome = super::shadow(house, code).await?;
        if args.json {
            say_json(&told::as_json(&outcome));
        } else {
            crate::rulebooks::simulate::cli::show(&outcome);
        }
        Ok(())
    })
    .await
}

/// How a configuration came into force, in a word.
pub(super) fn step(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Found => ("原有", "as found"),
        Step::Applied => ("启用", "applied"),
        Step::RolledBack => ("退回", "rolled back"),
        Step::Saved => ("保存即启用", "saved"),
    }
}

fn as_json(past: &Past) -> serde_json::Value {
    let at = jiff::Timestamp::from_microsecond(past.at.0);
    serde_json::json!({
        "entry": past.entry,
        "at": at.map(|at| at.to_string()).unwrap_or_default(),
        "by": past.by.as_str(),
        "digest": hex(&past.taken.written),
        "former": past.taken.former.as_ref().map(|former| hex(former)),
        "step": step(past.taken.step).1,
        "reason": past.reason,
        "in_force": past.current,
    })
}
