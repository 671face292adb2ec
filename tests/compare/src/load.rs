//! 100 communities with five rules each, from the cache of compiled code: how long, and how much memory. Each rule
//! has parameters of its own, so nothing but the component itself is shared.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Context;
use rongyi_rules::{Allowance, Compiler, Engine};

const COMMUNITIES: usize = 100;
const RULES: usize = 5;

fn engine(folder: &Path) -> anyhow::Result<Engine> {
    let compiler = Compiler::this_program(&["compile-rule"]);
    Ok(Engine::new(Allowance::default(), compiler, Some(rongyi_rules::Cache::sealed(folder, &[1; 32])))?)
}

fn kind(community: usize, rule: usize) -> String {
    format!("c{community}.r{rule}")
}

fn params(community: usize, rule: usize) -> String {
    let params = serde_json::json!({
        "kinds": [{
            "code": kind(community, rule),
            "title": { "zh": "事项", "en": "An event kind" },
            "unit": { "zh": "次", "en": "times" },
            "per_unit": community + 1,
        }]
    });
    params.to_string()
}

/// Compiles all of them into a new folder, then measures in a new process.
pub fn fill_and_measure() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let bytes = rongyi_bundled::find("points-table")
        .context("points-table")?
        .bytes;
    let filler = engine(folder.path())?;
    filler.load(bytes, &params(0, 0))?;
    let jobs = Mutex::new((0..COMMUNITIES).flat_map(|c| (0..RULES).map(move |r| (c, r))));
    let began = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| -> anyhow::Result<()> {
                    loop {
                        let next = jobs.lock().ok().and_then(|mut jobs| jobs.next());
                        let Some((community, rule)) = next else {
                            return Ok(());
                        };
                        filler.load(bytes, &params(community, rule))?;
                    }
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .map_err(|_| anyhow::anyhow!("a worker failed"))?
        })
    })?;
    println!(
        "{COMMUNITIES} communities x {RULES} rules compiled and baked in {:.1} s, each in a process of its own",
        began.elapsed().as_secs_f64()
    );
    drop(filler);
    for _ in 0..3 {
        let status = Command::new(std::env::current_exe()?)
            .arg("load")
            .arg(folder.path())
            .status()?;
        anyhow::ensure!(status.success(), "the measuring process failed");
    }
    Ok(())
}

/// Loads all of them from the cache, says what it took, then asks each of them once.
pub fn measure(folder: &Path) -> anyhow::Result<()> {
    let before = memory_mib("VmRSS")?;
    let bytes = rongyi_bundled::find("points-table")
        .context("points-table")?
        .bytes;
    let began = Instant::now();
    let engine = engine(folder)?;
    let mut rules = Vec::new();
    for community in 0..COMMUNITIES {
        for rule in 0..RULES {
            rules.push(engine.load(bytes, &params(community, rule))?);
        }
    }
    let took = began.elapsed().as_secs_f64();
    anyhow::ensure!(
        rules.iter().all(rongyi_rules::Rule::is_baked),
        "something was not baked"
    );
    println!(
        "{} rules loaded from the cache in {took:.2} s; {:.0} MiB resident, {before:.0} before",
        rules.len(),
        memory_mib("VmRSS")?
    );
    for (number, rule) in rules.iter().enumerate() {
        let kind = kind(number / RULES, number % RULES);
        let answer = rule.earn(&crate::peers::event(&kind, 0, 1)?);
        anyhow::ensure!(matches!(answer, Ok(Ok(_))), "{kind}: {answer:?}");
    }
    println!(
        "each asked once: {:.0} MiB resident, {:.0} of them its own",
        memory_mib("VmRSS")?,
        memory_mib("RssAnon")?
    );
    Ok(())
}

fn memory_mib(what: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with(what))
        .context("no such line")?;
    let kib: f64 = line
        .split_whitespace()
        .nth(1)
        .context("no figure")?
        .parse()?;
    Ok(kib / 1024.0)
}
