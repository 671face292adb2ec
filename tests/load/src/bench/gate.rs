//! A crowd at one gate: everybody is put on the list of one shift and noted as here, one after the other over one connection, as
//! whoever stands there with a list does it.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use rongyi_load::host::Host;
use rongyi_load::http::{Answered, Connection};
use rongyi_load::load::Measured;
use rongyi_load::world::{FIRST_RESIDENT, Shape, World, code};

use super::history::thousands;
use super::{Bench, tell};

/// Seconds by which the community's clock is before Greenwich's.
const EAST_S: u64 = 8 * 3600;
/// Minutes of the shift.
const LONG_MIN: u64 = 11 * 60;
/// Seconds within which a thousand people are to be inside.
const WANTED_S: u64 = 300;

/// The benchmark's community, whose volunteers' hours are counted.
fn community(no: u32) -> String {
    let mut toml = (Shape::of_benchmark(1, 1).community)(no);
    toml.push_str(
        "\n[[rule]]\nplugin = \"hours\"\nactive_from = 2026-01-01\n\n[[rule.params.kinds]]\ncode = \"volunteer.shift\"\n\
         title = { zh = \"志愿服务\", en = \"Volunteer service\" }\npresence_percent = 50\nmax_minutes = 480\n",
    );
    toml
}

/// The day there, the minute, and one of hours later, as forms take them.
fn there() -> Result<(String, String, String)> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a form is filled in for today; nothing is decided by it here"
    )]
    let now = SystemTime::now();
    let seconds = now.duration_since(UNIX_EPOCH)?.as_secs() + EAST_S;
    let (mut days, minute) = (seconds / 86_400, seconds % 86_400 / 60);
    let leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let time = |minute: u64| format!("{:02}:{:02}", minute / 60, minute % 60);
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for long in [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ] {
        if days < long {
            break;
        }
        days -= long;
        month += 1;
    }
    Ok((
        format!("{year}-{month:02}-{:02}", days + 1),
        time(minute),
        time((minute + LONG_MIN) % 1_440),
    ))
}

/// One of the staff with a connection of their own.
struct Staff {
    line: Connection,
    headers: String,
}

impl Staff {
    async fn of(world: &World, host: &Host, which: usize) -> Result<Staff> {
        let cookie = world.staff(host, 0, which).await?;
        Ok(Staff {
            line: Connection::open(host.address()).await?,
            headers: format!(
                "Cookie: {cookie}\r\nOrigin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                host.address()
            ),
        })
    }

    async fn ask(&mut self, method: &str, path: &str, form: &str) -> Result<Answered> {
        let path = format!("/{}{path}", code(0));
        let said = self.line.ask(method, &path, &self.headers, form.as_bytes());
        said.await
    }

    /// Sends a form; answers where that leads to.
    async fn send(&mut self, path: &str, form: &str) -> Result<String> {
        let said = self.ask("POST", path, form).await?;
        let place = said.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("location")
                .then(|| value.trim().to_owned())
        });
        match place {
            Some(place) if said.status == 303 => Ok(place),
            Some(_) | None => bail!(
                "{path}: {} {}",
                said.status,
                String::from_utf8_lossy(&said.body)
            ),
        }
    }
}

/// What stands between two texts of a page.
fn between(page: &str, before: &str, after: &str) -> Result<String> {
    let (_, rest) = page
        .split_once(before)
        .with_context(|| format!("no {before}"))?;
    let (found, _) = rest
        .split_once(after)
        .with_context(|| format!("no {after}"))?;
    Ok(found.to_owned())
}

/// An activity that has begun; answers the address of its shift.
async fn begun(writes: &mut Staff, publishes: &mut Staff) -> Result<String> {
    let form = "/volunteering/new/other";
    let page = writes.ask("GET", form, "").await?;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    let key = between(&page, "name=\"key\" value=\"", "\"")?;
    let leaders = between(&page, "name=\"leader\"", "</select>")?;
    let (on, from, until) = there()?;
    // Whoever is offered last leads: it makes no difference here.
    let leader = leaders
        .rsplit("<option value=\"")
        .next()
        .unwrap_or_default();
    let leader = leader.split('"').next().unwrap_or_default();
    let sent = format!(
        "key={key}&title=Gate&about=All&location=Square&on={on}&from={from}&until={until}&seats=200&role=&who=all\
         &leader={leader}&kind=volunteer.shift"
    );
    let written = writes.send(form, &sent).await?;
    let no = between(&format!("{written}?"), "/volunteering/", "?")?;
    writes
        .send(&format!("/volunteering/{no}/step"), "act=hand-in")
        .await?;
    publishes
        .send(&format!("/volunteering/{no}/step"), "act=publish")
        .await?;
    Ok(format!("/volunteering/{no}/1"))
}

impl Bench {
    /// So many people come in at one gate.
    pub(super) async fn gate(&mut self, people: u32) -> Result<()> {
        let name = format!("gate: {} people come in", thousands(u64::from(people)));
        if !self.options.any(&[&name]) {
            return Ok(());
        }
        let folder = self.world.folder.join("gate");
        std::fs::create_dir_all(&folder)?;
        let shape = Shape {
            staff: true,
            community,
            ..Shape::of_benchmark(1, people)
        };
        tell(&format!("{name}: a PIN is hashed for each …"));
        let place = folder.clone();
        let world = tokio::task::spawn_blocking(move || World::build(&place, shape, None)).await?;
        let world = Arc::new(world?);
        let host = world.serve()?;
        let (mut leads, mut publishes) = (
            Staff::of(&world, &host, 0).await?,
            Staff::of(&world, &host, 1).await?,
        );
        let shift = begun(&mut leads, &mut publishes).await?;
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
        let clock = Instant::now;
        let mut of = Measured::default();
        let began = clock();
        for place in 0..people {
            let asked = clock();
            let resident = FIRST_RESIDENT + place;
            let form = format!("what=add&resident={resident}&key=gate-{place}");
            leads.send(&format!("{shift}/mark"), &form).await?;
            of.latencies.push(asked.elapsed().as_secs_f64() * 1000.0);
            of.done += 1;
        }
        of.seconds = began.elapsed().as_secs_f64();
        of.latencies.sort_by(f64::total_cmp);
        let page = leads.ask("GET", &shift, "").await?;
        let ticked = String::from_utf8_lossy(&page.body)
            .matches("day-ticked")
            .count();
        if ticked != usize::try_from(people)? {
            bail!("{ticked} of {people} are inside");
        }
        let note = format!(
            "all inside after {:.1} s; wanted for a thousand: {WANTED_S} s",
            of.seconds
        );
        self.rows.fine(&name, &of, note);
        host.stop()?;
        world.verify()
    }
}
