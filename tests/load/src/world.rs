//! An installation to be loaded: communities with the points table of twenty kinds, households, residents, a
//! device token for events, and somebody at the counter. Everything is made through the real binary.
//!
//! The same persons live in every community, so that first PINs need not be hashed a hundred thousand times.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::host::{Host, run};
use crate::http::Connection;

/// What is in it.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Communities.
    pub communities: u32,
    /// Residents of each; two share a household.
    pub residents: u32,
    /// Points each resident starts with.
    pub opening: u32,
    /// Items and the pieces of each that come to every shelf.
    pub items: Vec<(&'static str, u32)>,
    /// Whether two members of staff are enrolled in each community.
    pub staff: bool,
    /// Writes the file of a community.
    pub community: fn(u32) -> String,
}

impl Shape {
    /// The world of the benchmark: nothing is ever refused, everybody can afford everything.
    pub fn of_benchmark(communities: u32, residents: u32) -> Self {
        Shape {
            communities,
            residents,
            opening: 1_000_000,
            items: vec![("soap", 1_000_000)],
            staff: false,
            community: benchmark_community,
        }
    }
}

/// An installation in a folder.
#[derive(Debug)]
pub struct World {
    /// Its shape.
    pub shape: Shape,
    /// Its folder.
    pub folder: PathBuf,
    /// A token that may send events, for each community.
    pub tokens: Vec<String>,
    /// A token that may hand goods over, for each community.
    pub tills: Vec<String>,
    /// A token that may read balances, for each community.
    pub readers: Vec<String>,
    first_pins: Vec<String>,
    /// First passwords of both members of staff, for each community that has them.
    first_passwords: Vec<Vec<String>>,
}

/// What a kept installation is driven with.
#[derive(Serialize, Deserialize)]
struct Keys {
    communities: u32,
    residents: u32,
    tokens: Vec<String>,
    tills: Vec<String>,
    readers: Vec<String>,
    first_pins: Vec<String>,
}

/// The first resident's number.
pub const FIRST_RESIDENT: u32 = 1001;
/// What the one item costs.
pub const ITEM_POINTS: i64 = 5;
/// What the first resident chooses instead of the printed PIN.
const OWN_PIN: &str = "730591";
/// Both members of staff of a community, where there are any.
const STAFF: [&str; 2] = ["wang", "zhao"];
/// What they choose instead of the printed password.
const OWN_PASSWORD: &str = "lychee-orchard-7";
/// Where the set-up happens when there is room: it is no part of any measure, and needs no disk.
const MEMORY: &str = "/dev/shm";

/// The short name of a community.
pub fn code(community: u32) -> String {
    format!("c{community:03}")
}

/// A path as it is sent: what is no ASCII in percent.
pub fn encoded(path: &str) -> String {
    let mut sent = String::new();
    for byte in path.bytes() {
        if byte.is_ascii() {
            sent.push(char::from(byte));
        } else {
            let _ = write!(sent, "%{byte:02X}");
        }
    }
    sent
}

/// The kind of the points table with this number, below twenty.
pub fn kind(no: u64) -> String {
    format!("kind-{no:02}")
}

impl World {
    /// Makes one in `folder`, which is empty, with its database at `database` or in a SQLite file of the folder.
    ///
    /// # Errors
    /// When the binary refuses a step, with what it said.
    pub fn build(folder: &Path, shape: Shape, database: Option<&str>) -> Result<World> {
        let memory = Path::new(MEMORY);
        let staged = database.is_none() && memory.is_dir();
        let desk = if staged {
            tempfile::tempdir_in(memory)?
        } else {
            tempfile::tempdir_in(folder)?
        };
        let mut world = World {
            shape: shape.clone(),
            folder: folder.to_owned(),
            tokens: Vec::new(),
            tills: Vec::new(),
            readers: Vec::new(),
            first_pins: Vec::new(),
            first_passwords: Vec::new(),
        };
        let data = if staged {
            desk.path().join("data")
        } else {
            folder.join("data")
        };
        for no in 0..shape.communities {
            // A configuration of this community alone, over the same database: the set-up stays linear.
            let setup = desk.path().join(code(no));
            std::fs::create_dir_all(setup.join("communities"))?;
            let config = setup.join("rongyi.toml");
            std::fs::write(&config, host_toml(&data, database))?;
            std::fs::write(
                setup.join("communities").join(format!("{}.toml", code(no))),
                (world.shape.community)(no),
            )?;
            world.settle(no, &setup, &config)?;
        }
        if staged {
            copy(&data, &folder.join("data"))?;
        }
        world.configure(database)?;
        Ok(world)
    }

    /// One of the benchmark in `folder`, copied from `kept`; made there first when it is not there yet.
    ///
    /// # Errors
    /// When a step fails, or `kept` holds one of another shape.
    pub fn copied(folder: &Path, shape: Shape, kept: &Path) -> Result<World> {
        let made = kept.join("world.json");
        if !made.is_file() {
            std::fs::create_dir_all(kept)?;
            let world = World::build(kept, shape.clone(), None)?;
            let keys = Keys {
                communities: shape.communities,
                residents: shape.residents,
                tokens: world.tokens,
                tills: world.tills,
                readers: world.readers,
                first_pins: world.first_pins,
            };
            std::fs::write(&made, serde_json::to_vec(&keys)?)?;
        }
        let keys: Keys = serde_json::from_slice(&std::fs::read(&made)?)?;
        if (keys.communities, keys.residents) != (shape.communities, shape.residents) {
            bail!(
                "{} holds {} communities of {} residents; choose another folder",
                kept.display(),
                keys.communities,
                keys.residents
            );
        }
        copy(&kept.join("data"), &folder.join("data"))?;
        let world = World {
            shape,
            folder: folder.to_owned(),
            tokens: keys.tokens,
            tills: keys.tills,
            readers: keys.readers,
            first_pins: keys.first_pins,
            first_passwords: Vec::new(),
        };
        world.configure(None)?;
        Ok(world)
    }

    /// The same in another folder, which is made: what is done to one is not done to the other. No host may serve it.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn twin(&self, folder: &Path) -> Result<World> {
        std::fs::create_dir_all(folder)?;
        copy(&self.folder.join("data"), &folder.join("data"))?;
        let world = World {
            shape: self.shape.clone(),
            folder: folder.to_owned(),
            tokens: self.tokens.clone(),
            tills: self.tills.clone(),
            readers: self.readers.clone(),
            first_pins: self.first_pins.clone(),
            first_passwords: self.first_passwords.clone(),
        };
        world.configure(None)?;
        Ok(world)
    }

    /// Carries it from its SQLite file to an empty PostgreSQL database, by the command an operator would use; hosts
    /// serve it from there.
    ///
    /// # Errors
    /// When the binary refuses, with what it said.
    pub fn carry_to(&self, database: &str) -> Result<()> {
        run(&self.config(), &["move", "--to", database])?;
        self.configure(Some(database))
    }

    /// Recomputes its ledger, with a sample of a thousand decisions.
    ///
    /// # Errors
    /// When it is not whole, with what the binary said.
    pub fn verify(&self) -> Result<()> {
        let said = run(
            &self.config(),
            &["verify", "--json", "--decisions", "sample=1000"],
        )?;
        if !said.contains("\"ok\":true") && !said.contains("\"ok\": true") {
            bail!("the ledger is not whole after the load: {said}");
        }
        Ok(())
    }

    /// Writes the files of the host and of its communities.
    fn configure(&self, database: Option<&str>) -> Result<()> {
        let communities = self.folder.join("communities");
        std::fs::create_dir_all(&communities)?;
        for no in 0..self.shape.communities {
            let file = communities.join(format!("{}.toml", code(no)));
            std::fs::write(file, (self.shape.community)(no))?;
        }
        let toml = host_toml(&self.folder.join("data"), database);
        Ok(std::fs::write(self.config(), toml)?)
    }

    /// Its configuration.
    pub fn config(&self) -> PathBuf {
        self.folder.join("rongyi.toml")
    }

    /// Its SQLite file.
    pub fn database(&self) -> PathBuf {
        self.folder.join("data/rongyi.db")
    }

    /// Where hosts write their log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("host.log")
    }

    /// Starts a host.
    ///
    /// # Errors
    /// When it does not serve.
    pub fn serve(&self) -> Result<Host> {
        Host::serve(&self.config(), &self.log())
            .with_context(|| std::fs::read_to_string(self.log()).unwrap_or_default())
    }

    /// Enrols everybody of one community.
    fn settle(&mut self, no: u32, setup: &Path, config: &Path) -> Result<()> {
        let name = code(no);
        let write = |file: &str, text: &str| -> Result<String> {
            let path = setup.join(file);
            std::fs::write(&path, text)?;
            Ok(path.to_string_lossy().into_owned())
        };
        let mut households = String::from("household,name\n");
        let mut residents = String::from(if no == 0 {
            "resident,household,name\n"
        } else {
            "resident,household,person\n"
        });
        let mut balances = String::from("resident,asset,amount,expires_on,page\n");
        for place in 0..self.shape.residents {
            let (resident, household) = (FIRST_RESIDENT + place, place / 2 + 1);
            if place % 2 == 0 {
                writeln!(households, "{household},第{household}户")?;
            }
            let who = if no == 0 {
                format!("演示居民{}", place + 1)
            } else {
                (place + 1).to_string()
            };
            writeln!(residents, "{resident},{household},{who}")?;
            writeln!(
                balances,
                "{resident},points,{},,第 1 页",
                self.shape.opening
            )?;
        }
        let file = write("households.csv", &households)?;
        run(config, &["household", "import", "-c", &name, &file])?;
        let file = write("residents.csv", &residents)?;
        let pins = setup.join("pins.txt").to_string_lossy().into_owned();
        run(
            config,
            &["resident", "import", "-c", &name, &file, "--pins", &pins],
        )?;
        if self.shape.opening > 0 {
            let file = write("balances.csv", &balances)?;
            run(config, &["import", "balances", "-c", &name, &file])?;
        }
        let mut items = String::from("item,title_zh,title_en,category,value_fen\n");
        let mut goods = String::from("item,quantity,received_on,reason\n");
        for (item, pieces) in &self.shape.items {
            writeln!(items, "{item},{item},{item},daily,300")?;
            writeln!(goods, "{item},{pieces},2026-01-05,演示进货")?;
        }
        let (items, goods) = (write("items.csv", &items)?, write("goods.csv", &goods)?);
        run(config, &["item", "import", "-c", &name, &items])?;
        run(config, &["stock", "import", "-c", &name, &goods])?;
        if no == 0 {
            let said = std::fs::read_to_string(&pins)?;
            let pin = |line: &str| line.split('\t').nth(2).map(str::to_owned);
            self.first_pins = said.lines().filter_map(pin).collect();
        }
        let mut passwords = Vec::new();
        for login in STAFF.iter().filter(|_| self.shape.staff) {
            let file = setup.join(format!("{login}.txt"));
            let kept = file.to_string_lossy();
            let who = ["--login", login, "--name", login, "--role", "operator"];
            let place = ["staff", "add", "-c", &name, "--pins", &kept];
            run(config, &[&place[..], &who[..]].concat())?;
            let said = std::fs::read_to_string(&file)?;
            let password = said
                .lines()
                .filter_map(|line| line.split('\t').nth(2))
                .next_back();
            passwords.push(password.with_context(|| said.clone())?.to_owned());
        }
        self.first_passwords.push(passwords);
        self.tokens.push(token(config, &name, "events")?);
        self.tills.push(token(config, &name, "till")?);
        self.readers.push(token(config, &name, "people")?);
        Ok(())
    }

    /// Signs a resident of a community in, with a PIN of their own, and gives the cookie. They are the same
    /// person in every community, so the printed PIN is changed at their first sign-in of all.
    ///
    /// # Errors
    /// When the host does not let them in.
    pub async fn resident(&self, host: &Host, community: u32, place: u32) -> Result<String> {
        let number = (FIRST_RESIDENT + place).to_string();
        let first = &self.first_pins[place as usize];
        sign_in(host, community, ("sign-in", &number), [OWN_PIN, first]).await
    }

    /// Signs a member of staff in, 0 or 1, with a password of their own, and gives the cookie.
    ///
    /// # Errors
    /// When the host does not let them in.
    pub async fn staff(&self, host: &Host, community: u32, which: usize) -> Result<String> {
        let first = &self.first_passwords[community as usize][which];
        let who = ("staff/sign-in", STAFF[which]);
        sign_in(host, community, who, [OWN_PASSWORD, first]).await
    }
}

/// Through a door with a secret of one's own, or with the printed one, which is changed then.
async fn sign_in(
    host: &Host,
    community: u32,
    (door, who): (&str, &str),
    [chosen, first]: [&str; 2],
) -> Result<String> {
    let name = code(community);
    let mut line = Connection::open(host.address()).await?;
    let headers = |cookie: &str| {
        format!(
            "Origin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: {cookie}\r\n",
            host.address()
        )
    };
    let sign_in = format!("/{name}/{door}");
    for pin in [chosen, first] {
        let form = format!("number={who}&pin={pin}&next=");
        let said = line
            .ask("POST", &sign_in, &headers(""), form.as_bytes())
            .await?;
        let Some(session) = cookie(&said.head) else {
            continue;
        };
        if pin == chosen {
            return Ok(session);
        }
        let form = format!("current={pin}&pin={chosen}&again={chosen}");
        let changed = line
            .ask(
                "POST",
                &format!("/{name}/pin"),
                &headers(&session),
                form.as_bytes(),
            )
            .await?;
        if changed.status >= 400 {
            bail!("the printed PIN could not be changed: {}", changed.head);
        }
        return Ok(cookie(&changed.head).unwrap_or(session));
    }
    bail!("{who} of {name} cannot sign in")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    if !copied.success() {
        bail!("the installation could not be copied to {}", to.display());
    }
    Ok(())
}

fn token(config: &Path, community: &str, scope: &str) -> Result<String> {
    let said = run(
        config,
        &[
            "token", "add", "-c", community, "--name", "load", "--scope", scope,
        ],
    )?;
    Ok(said
        .lines()
        .next()
        .context("no token was printed")?
        .trim()
        .to_owned())
}

/// The newest session cookie of an answer.
fn cookie(head: &str) -> Option<String> {
    let set = head
        .lines()
        .rev()
        .map(str::trim)
        // The browser is remembered beside its session.
        .filter(|line| !line.contains("rongyi-device="))
        .find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"))?;
    set.split_once(':')?
        .1
        .split(';')
        .next()
        .map(|pair| pair.trim().to_owned())
}

fn host_toml(data: &Path, database: Option<&str>) -> String {
    let database = database
        .map(|url| format!("database_url = \"{url}\"\n"))
        .unwrap_or_default();
    format!(
        "data_dir = \"{}\"\nlisten = \"127.0.0.1:0\"\nauto_apply = true\n{database}",
        data.display()
    )
}

/// A community whose every kind asks three facts: two caps on points, one limit on events; none of them is
/// reached, so that every event is decided and nothing is refused.
fn benchmark_community(no: u32) -> String {
    let name = code(no);
    let mut toml = format!(
        "code = \"{name}\"\ntitle = {{ zh = \"演示社区{no}\", en = \"Demo {no}\" }}\nbegan_on = 2026-01-01\npoints_go_to = \"person\"\n\n\
         [shop]\ntitle = {{ zh = \"超市\", en = \"Shop\" }}\nplace = {{ zh = \"一楼\", en = \"Ground floor\" }}\n\
         hours = {{ zh = \"每天\", en = \"Daily\" }}\nphone = \"0663-000-0009\"\n\n\
         [[rule]]\nplugin = \"points-table\"\nactive_from = 2026-01-01\n"
    );
    for no in 0..20 {
        toml.push_str(&format!(
            "\n[[rule.params.kinds]]\ncode = \"{}\"\ntitle = {{ zh = \"事项{no}\", en = \"Kind {no}\" }}\nunit = {{ zh = \"公斤\", en = \"kg\" }}\n\
             scale = 1\nper_unit = 10\ncaps = [{{ amount = 100000000, window = \"month\", subject = \"household\" }}, \
             {{ amount = 100000000, window = \"year\", subject = \"person\" }}]\n\
             limits = [{{ events = 100000000, window = \"month\", subject = \"person\" }}]\n",
            kind(no)
        ));
    }
    toml.push_str(&format!(
        "\n[[rule]]\nplugin = \"shop-pricing\"\nactive_from = 2026-01-01\n[rule.params]\nprices = {{ soap = {ITEM_POINTS} }}\n"
    ));
    toml
}
