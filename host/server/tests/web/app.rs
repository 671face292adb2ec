//! The house that the web tests walk through: a real database in a folder of its own, the bundled rules, a
//! clock that stands still, and a browser made of a cookie jar. Every test ends with [`TestApp::end`], which
//! verifies both ledgers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode, header};
use rongyi_clerk::clock::ManualClock;
use rongyi_config as config;
use rongyi_core::command::{Ask, Command};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::{Event, Source};
use rongyi_core::time::Instant;
use rongyi_server::access::{hash_secret, new_token, server_secret, token_hash};
use rongyi_server::audit::verify;
use rongyi_server::audit::verify::Decisions;
use rongyi_server::house::{House, engine, known_cache};
use rongyi_server::rulebooks::simulate::{self, Candidate, Window};
use rongyi_server::{people, routes, stock};
use rongyi_sheets::Row;
use tower::ServiceExt;

use rongyi_load::compiled;

/// 2026-11-23 10:00 in Shanghai.
pub(crate) const NOW: Instant = Instant(1_795_399_200_000_000);

pub(crate) struct TestApp {
    pub(crate) house: Arc<House>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) router: Router,
    /// First PINs and passwords, by resident number or login, of the first community.
    pub(crate) secrets: BTreeMap<String, String>,
    pub(crate) _folder: tempfile::TempDir,
}

/// What a form of parts sends: name, file name and content.
pub(crate) async fn parts(
    who: &mut Browser<'_>,
    path: &str,
    all: &[(&str, &str, &[u8])],
) -> Answer {
    const MARK: &str = "----mark";
    let mut body: Vec<u8> = Vec::new();
    for (name, file, content) in all {
        let file = if file.is_empty() {
            String::new()
        } else {
            format!("; filename=\"{file}\"")
        };
        let head =
            format!("--{MARK}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend(head.as_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{MARK}--\r\n").as_bytes());
    let cookies: Vec<String> = who
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = axum::http::Request::post(path)
        .header(header::HOST, "rongyi.test")
        .header(header::ORIGIN, "http://rongyi.test")
        .header(header::COOKIE, cookies.join("; "))
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={MARK}"),
        );
    who.send(request.body(Body::from(body)).expect("a request"))
        .await
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Asserts that the page says all of this.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(
                self.text.contains(word),
                "“{word}” is not on the page ({}):\n{}",
                self.status,
                self.text
            );
        }
        self
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// The value of a hidden field.
    #[track_caller]
    pub(crate) fn hidden(&self, name: &str) -> String {
        let before = format!("name=\"{name}\" value=\"");
        let from = self
            .text
            .find(&before)
            .unwrap_or_else(|| panic!("no field {name}:\n{}", self.text))
            + before.len();
        self.text[from..]
            .split('"')
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}

pub(crate) fn code(text: &'static str) -> Code {
    Code::literal(text)
}

fn rows<'r>(all: &'r [&'r [(&'static str, &'r str)]]) -> rongyi_sheets::Rows<'r> {
    Box::new(all.iter().map(|cells| {
        let cells: Vec<(&str, Option<&str>)> = cells
            .iter()
            .map(|(name, cell)| (*name, Some(*cell)))
            .collect();
        Ok(Row::typed(&cells))
    }))
}

fn write_config(folder: &Path, more: &str, (community, shop): (&str, &str)) {
    let below = folder.join("communities");
    std::fs::create_dir_all(&below).expect("a folder");
    // What a test saves is in force, unless it is about that.
    let auto = match more.contains("auto_apply") {
        true => "",
        false => "auto_apply = true\n",
    };
    std::fs::write(
        folder.join("rongyi.toml"),
        format!("data_dir = \"data\"\n{auto}{more}"),
    )
    .expect("written");
    let nanmen =
        include_str!("nanmen.toml").replacen("\n[shop]", &format!("{community}\n[shop]"), 1);
    let jinxian = include_str!("jinxian.toml");
    std::fs::write(below.join("nanmen.toml"), format!("{nanmen}{shop}")).expect("written");
    std::fs::write(below.join("jinxian.toml"), jinxian).expect("written");
}

impl TestApp {
    pub(crate) async fn new() -> TestApp {
        TestApp::with("").await
    }

    /// A house with further lines in its `rongyi.toml`.
    pub(crate) async fn with(more: &str) -> TestApp {
        TestApp::with_both(more, ("", "")).await
    }

    /// A house in which the council's points are under notice for three days, and ten points may be owed.
    pub(crate) async fn with_notice() -> TestApp {
        let community =
            "notice_days = { \"council.attend\" = 3 }\ndebt_floors = { points = -10 }\n";
        TestApp::with_both("", (community, "")).await
    }

    /// A house with further lines in its `rongyi.toml`, for its community, and for its shop.
    pub(crate) async fn with_both(more: &str, nanmen_lines: (&str, &str)) -> TestApp {
        let folder = tempfile::tempdir().expect("a folder");
        write_config(folder.path(), more, nanmen_lines);
        let config = config::load_with(&folder.path().join("rongyi.toml"), &|_| None);
        let config = config.unwrap_or_else(|found| panic!("{}", config::render(&found)));
        compiled::lend(&config.data_dir, &config.secret_file);
        let key = server_secret(&config.secret_file).expect("a secret");
        let clock = Arc::new(ManualClock::new(NOW));
        let house = House::open(config, clock.clone())
            .await
            .expect("the house opens");
        compiled::keep(&house.config.data_dir, &house.config.secret_file);
        let nanmen = code("nanmen");
        let mut secrets = BTreeMap::new();
        let households: [&[_]; 2] = [
            &[("household", "3"), ("name", "陈阿婆家")],
            &[("household", "4"), ("name", "林家")],
        ];
        fine(
            people::add_households(&house, &nanmen, rows(&households), false).await,
            &mut secrets,
        );
        let residents: [&[_]; 3] = [
            &[("resident", "1001"), ("household", "3"), ("name", "陈桂芳")],
            &[("resident", "1002"), ("household", "3"), ("name", "陈小满")],
            &[("resident", "2001"), ("household", "4"), ("name", "林国强")],
        ];
        fine(
            people::add_residents(&house, &nanmen, key, rows(&residents), false).await,
            &mut secrets,
        );
        let staff: [&[_]; 5] = [
            &[("login", "shop"), ("name", "李明"), ("role", "shopkeeper")],
            &[("login", "boss"), ("name", "王芳"), ("role", "operator")],
            &[("login", "check"), ("name", "周一"), ("role", "reviewer")],
            &[("login", "lead"), ("name", "赵强"), ("role", "leader")],
            // Of a merchant, which a test names.
            &[("login", "lin"), ("name", "林老板"), ("role", "merchant")],
        ];
        fine(
            people::add_staff(&house, &nanmen, key, rows(&staff)).await,
            &mut secrets,
        );
        let item = |code, zh, en, fen| {
            [
                ("item", code),
                ("title_zh", zh),
                ("title_en", en),
                ("category", "grain"),
                ("value_fen", fen),
            ]
        };
        let items = [
            item("rice-5kg", "大米 5 公斤", "Rice 5 kg", "3980"),
            item("salt", "食盐", "Salt", "250"),
        ];
        let items: Vec<&[_]> = items.iter().map(<[_; 5]>::as_slice).collect();
        fine(
            stock::add_items(&house, &nanmen, rows(&items), false).await,
            &mut secrets,
        );
        let stock: [&[_]; 2] = [
            &[
                ("item", "rice-5kg"),
                ("quantity", "3"),
                ("received_on", "2026-11-02"),
                ("reason", "进货"),
            ],
            &[
                ("item", "salt"),
                ("quantity", "40"),
                ("received_on", "2026-11-02"),
                ("reason", "进货"),
            ],
        ];
        fine(
            stock::receive_stock(&house, &nanmen, rows(&stock)).await,
            &mut secrets,
        );
        let house = Arc::new(house);
        let router = routes::router(Arc::clone(&house));
        TestApp {
            house,
            clock,
            router,
            secrets,
            _folder: folder,
        }
    }

    /// A browser in which a resident of any community is signed in.
    pub(crate) async fn resident_at(&self, community: &Code, resident: ResidentNo) -> Browser<'_> {
        let key = server_secret(&self.house.config.secret_file).expect("a secret");
        let store = &self.house.store;
        let person = store.resident_person(community, resident).await;
        let person = person.expect("answers").expect("enrolled");
        let hash = hash_secret(&key, "718293");
        let set = store.set_pin(person.person_id, &hash, false).await;
        set.expect("set");
        let mut browser = self.browser();
        let door = format!("/{community}/sign-in");
        let form = [("number", &*resident.to_string()), ("pin", "718293")];
        browser.post(&door, &form).await.is(303);
        browser
    }

    /// An event of today, not yet booked.
    pub(crate) fn event(
        &self,
        reference: &str,
        kind: &'static str,
        resident: u32,
        quantity: i32,
    ) -> Command {
        let (today, _) = self.house.today(&code("nanmen"));
        let source = Source {
            name: code("test"),
            external_ref: reference.to_owned(),
            input: [0; 32],
        };
        let event = Event {
            kind: code(kind),
            roles: vec![(code("doer"), ResidentNo(resident))],
            quantity: quantity.into(),
            fields: Vec::new(),
            on: today,
            minute: Some(540),
            source: Some(source),
            note: None,
        };
        Command {
            actor: code("import"),
            key: None,
            today,
            ask: Ask::Earn(event),
            text: None,
            reference: None,
        }
    }

    /// Books an event of today; answers its entry.
    pub(crate) async fn earn(
        &self,
        reference: &str,
        kind: &'static str,
        resident: u32,
        quantity: i32,
    ) -> u64 {
        let command = self.event(reference, kind, resident, quantity);
        self.house
            .clerk
            .ask(&code("nanmen"), command)
            .await
            .expect("booked")
            .receipt
            .entry
    }

    /// Marks the first PIN or password as changed, so that a test can begin with the work itself.
    pub(crate) async fn own_secret(&self, who: &str, secret: &str) {
        let key = server_secret(&self.house.config.secret_file).expect("a secret");
        let hash = hash_secret(&key, secret);
        let (store, nanmen) = (&self.house.store, code("nanmen"));
        match who.parse() {
            Ok(no) => {
                let person = store
                    .resident_person(&nanmen, ResidentNo(no))
                    .await
                    .expect("answers")
                    .expect("enrolled");
                store
                    .set_pin(person.person_id, &hash, false)
                    .await
                    .expect("set");
            }
            Err(_) => {
                let staff = store
                    .staff_by_login(&nanmen, who)
                    .await
                    .expect("answers")
                    .expect("there");
                store
                    .set_staff_password(staff.staff_id, &hash, false)
                    .await
                    .expect("set");
            }
        }
    }

    /// A browser in which somebody is signed in with a secret of their own.
    pub(crate) async fn signed_in(&self, who: &str) -> Browser<'_> {
        self.own_secret(who, "718293xy").await;
        let mut browser = self.browser();
        let door = if who.parse::<u32>().is_ok() {
            "/nanmen/sign-in"
        } else {
            "/nanmen/staff/sign-in"
        };
        browser
            .post(door, &[("number", who), ("pin", "718293xy")])
            .await
            .is(303);
        browser
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            app: self,
            cookies: BTreeMap::new(),
            bearer: None,
            key: None,
            peer: None,
            forwarded: None,
        }
    }

    /// A program with a device token.
    pub(crate) async fn device(&self, scope: &str) -> Browser<'_> {
        let (token, _) = new_token();
        let now = self.house.clock.now();
        let added = self
            .house
            .store
            .add_token(&code("nanmen"), "test", &token_hash(&token), scope, now)
            .await;
        added.expect("added");
        Browser {
            bearer: Some(token),
            ..self.browser()
        }
    }

    /// What is in force, tried on a ledger whose configuration never changed, gives exactly the ledger.
    async fn simulated(&self, engine: &rongyi_rules::Engine, community: &Code) {
        let store = &self.house.store;
        let candidate = Candidate::in_force(store, engine, community).await;
        let candidate = candidate.expect("what is in force");
        let all = Window::default();
        let found = simulate::run(store, community, candidate, all, &mut |_, _| {}).await;
        let found = found.expect("it can be tried");
        let taken_over = found.ledger.sets.len() + 1;
        if usize::try_from(found.tally.left) == Ok(taken_over) {
            let changed = &found.tally.changed;
            assert!(
                found.is_ledger(),
                "{community}: {:?} {changed:?}",
                found.tally
            );
            let held = found.tally.held();
            assert_eq!(held.ledger, held.candidate);
        }
    }

    /// The ledgers must be whole after every test.
    pub(crate) async fn end(self) {
        let config = &self.house.config;
        let engine = engine(config, known_cache(config)).expect("an engine");
        for community in self.house.communities().keys() {
            let report = verify::run(
                &self.house.store,
                &engine,
                community,
                Decisions::All,
                &mut |_, _| {},
            )
            .await;
            let report = report.expect("verify runs");
            assert_eq!(
                report.problems,
                [],
                "the ledger of {community} is not whole"
            );
            assert!(report.records > 0);
            self.simulated(&engine, community).await;
        }
    }
}

pub(crate) fn fine(added: people::Added, secrets: &mut BTreeMap<String, String>) {
    assert!(added.bad.is_empty() && added.stopped.is_none(), "{added:?}");
    secrets.extend(
        added
            .secrets
            .into_iter()
            .map(|secret| (secret.who, secret.secret)),
    );
}

/// A browser, or a program.
pub(crate) struct Browser<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) bearer: Option<String>,
    pub(crate) key: Option<String>,
    /// From where the connection comes, when the server is told.
    pub(crate) peer: Option<SocketAddr>,
    /// What a proxy adds as `X-Forwarded-For`.
    pub(crate) forwarded: Option<String>,
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self
            .request("GET", path)
            .body(Body::empty())
            .expect("a request");
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_from("http://rongyi.test", path, form).await
    }

    pub(crate) async fn post_from(
        &mut self,
        origin: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let request = self.request("POST", path).header(header::ORIGIN, origin);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(
            request
                .body(Body::from(pairs.join("&")))
                .expect("a request"),
        )
        .await
    }

    pub(crate) async fn json(&mut self, path: &str, body: &serde_json::Value) -> Answer {
        self.raw_json(path, body.to_string()).await
    }

    pub(crate) async fn raw_json(&mut self, path: &str, body: String) -> Answer {
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body)).expect("a request"))
            .await
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "rongyi.test");
        request = request.header(header::COOKIE, cookies.join("; "));
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = &self.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        if let Some(forwarded) = &self.forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        request
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self
            .app
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("infallible");
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("a cookie");
            let (name, rest) = line.split_once('=').expect("a name");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.into(), value.into())
            };
        }
        let bytes = to_bytes(body, 8 << 20).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
