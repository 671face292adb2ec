//! What the pages of an office and of a resident cost in one large community with a long history: each page asked again and
//! again over one connection, by somebody who is signed in, beside nothing else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use rongyi_load::http::Connection;
use rongyi_load::load::{Measured, Run, Spread, Work, run};
use rongyi_load::measure;
use rongyi_load::world::{self, FIRST_RESIDENT, Shape, World, code};

use super::history::{more, thousands};
use super::{Bench, tell};

/// Cases that wait.
const CASES: u32 = 2_000;
/// Orders that were placed and handed over.
const ORDERS: u64 = 500;
/// How often a page is asked before it is measured.
const WARM: u32 = 3;
/// How often at most.
const ASKED: u32 = 300;

/// What an operator opens in a day.
const OFFICE: [(&str, &str); 35] = [
    ("today", "/operator"),
    ("find: a name", "/residents?q=演示居民17"),
    ("find: what everybody is called", "/residents?q=演示"),
    ("find: pinyin of everybody", "/residents?q=yanshi"),
    ("find: initials of everybody", "/residents?q=ysjm"),
    ("find: a digit", "/residents?q=1"),
    ("find: a number", "/residents?q=1017"),
    ("find: nobody", "/residents?q=zhangsanfeng"),
    ("a resident", "/residents/1017"),
    ("people", "/people"),
    ("a resident's household", "/people/households/9"),
    ("record: kinds", "/record"),
    ("record: a form", "/record?kind=kind-03"),
    ("roster", "/record/roster"),
    ("queue", "/queue"),
    ("queue: all", "/queue?scope=open"),
    ("a case", "/queue/1"),
    ("amend", "/amend"),
    ("till", "/till"),
    ("end of the day", "/till/day"),
    ("stock", "/stock"),
    ("an item", "/stock/soap"),
    ("periods", "/operator/periods"),
    ("staff", "/operator/staff"),
    ("rules", "/operator/rules"),
    ("reports", "/reports"),
    ("report: issued", "/reports/issued"),
    ("report: redeemed", "/reports/redeemed"),
    ("report: liability", "/reports/liability"),
    ("report: budget", "/reports/budget"),
    ("report: goods", "/reports/goods"),
    ("report: activity", "/reports/activity"),
    ("report: fairness", "/reports/fairness"),
    ("report: work", "/reports/work"),
    ("report: anomalies", "/reports/anomalies"),
];

/// What a resident opens.
const OWN: [(&str, &str); 6] = [
    ("home", "/home"),
    ("passbook", "/passbook"),
    ("me", "/me"),
    ("the year", "/me/year"),
    ("shop", "/shop"),
    ("orders", "/orders"),
];

/// The benchmark's community, with cases.
fn community(no: u32) -> String {
    let mut toml = (Shape::of_benchmark(1, 1).community)(no);
    toml.push_str(
        "\n[case.message]\n[case_units.office]\ntitle = { zh = \"社区办公室\", en = \"The office\" }\nroles = [\"reviewer\", \"operator\"]\n",
    );
    toml
}

impl Bench {
    pub(super) async fn counter(&mut self, transfers: u64) -> Result<()> {
        let people = self.options.people;
        let name = |what: &str| format!("counter: {what}");
        let all = OFFICE.iter().chain(&OWN);
        let names: Vec<String> = all.map(|(what, _)| name(what)).collect();
        let asked: Vec<&str> = names.iter().map(String::as_str).collect();
        if !self.options.any(&asked) {
            return Ok(());
        }
        let folder = self.world.folder.join("counter");
        std::fs::create_dir_all(&folder)?;
        let shape = Shape {
            staff: true,
            community,
            ..Shape::of_benchmark(1, people)
        };
        tell(&format!(
            "a community of {} residents; a PIN is hashed for each …",
            thousands(u64::from(people))
        ));
        let place = folder.clone();
        let world = tokio::task::spawn_blocking(move || World::build(&place, shape, None)).await?;
        let world = Arc::new(world?);
        let host = world.serve()?;
        filled(&world, &host, transfers).await?;
        let mut line = Connection::open(host.address()).await?;
        let beside = format!(
            "{} residents, {} transfers, file {} MB",
            thousands(u64::from(people)),
            thousands(transfers),
            measure::bytes(&world.database()) >> 20
        );
        let office = world.staff(&host, 0, 0).await?;
        let own = world.resident(&host, 0, 16).await?;
        for (cookie, pages) in [(&office, &OFFICE[..]), (&own, &OWN[..])] {
            for (what, path) in pages {
                if !self.options.wanted(&name(what)) {
                    continue;
                }
                let path = format!("/{}{}", code(0), world::encoded(path));
                let time = Duration::from_secs(self.options.seconds);
                let of = read(&mut line, &path, cookie, time).await;
                let (of, bytes) = of.with_context(|| path.clone())?;
                let note = format!("{} kB, {beside}", bytes >> 10);
                self.rows.fine(&name(what), &of, note);
            }
        }
        host.stop()?;
        world.verify()
    }
}

/// A history, orders and cases.
async fn filled(world: &Arc<World>, host: &rongyi_load::host::Host, transfers: u64) -> Result<()> {
    let mut there = 0;
    while there < transfers {
        there += more(world, host, (transfers - there).min(500_000)).await?;
        tell(&format!("  {} transfers", thousands(there)));
    }
    let orders = Run {
        work: Work::Orders,
        spread: Spread::Hot,
        connections: 1,
        time: Duration::from_secs(600),
        most: Some(ORDERS),
    };
    let buyer = world.resident(host, 0, 0).await?;
    let hosts = [host.address().to_owned()];
    run(world, &hosts, &orders, &Arc::new(vec![buyer])).await?;
    let mut line = Connection::open(host.address()).await?;
    let headers = format!(
        "Authorization: Bearer {}\r\nContent-Type: application/json\r\n",
        world.readers[0]
    );
    let path = format!("/api/v1/communities/{}/cases", code(0));
    for no in 0..CASES {
        let resident = FIRST_RESIDENT + no % world.shape.residents;
        let body = format!(
            r#"{{"kind":"message","resident":{resident},"answers":{{"class":"help","text":"第 {no} 盏灯坏了","place":"三号楼"}}}}"#
        );
        let said = line.ask("POST", &path, &headers, body.as_bytes()).await?;
        if said.status != 200 {
            bail!("a case: {}", String::from_utf8_lossy(&said.body));
        }
    }
    Ok(())
}

/// Asks a page again and again, for `time` or so often; every answer must be the page. Answers also how large it is.
async fn read(
    line: &mut Connection,
    path: &str,
    cookie: &str,
    time: Duration,
) -> Result<(Measured, usize)> {
    let headers = format!("Cookie: {cookie}\r\nAccept-Language: zh-CN\r\n");
    let (mut of, mut bytes) = (Measured::default(), 0);
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let clock = Instant::now;
    for _ in 0..WARM {
        line.ask("GET", path, &headers, b"").await?;
    }
    let began = clock();
    while began.elapsed() < time && of.done < u64::from(ASKED) {
        let asked = clock();
        let said = line.ask("GET", path, &headers, b"").await?;
        of.latencies.push(asked.elapsed().as_secs_f64() * 1000.0);
        if said.status != 200 {
            bail!("{}: {}", said.status, said.head);
        }
        bytes = said.body.len();
        of.done += 1;
    }
    of.seconds = began.elapsed().as_secs_f64();
    of.latencies.sort_by(f64::total_cmp);
    Ok((of, bytes))
}
