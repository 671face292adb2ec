//! Coming in while somebody guesses, and coming back: what is counted and for whom, who is let through all the same,
//! and what ends when a PIN changes.

use std::collections::BTreeMap;

use rongyi_core::ids::ResidentNo;
use rongyi_server::access::server_secret;
use rongyi_server::{jobs, people};
use rongyi_sheets::Row;

use crate::app::{Browser, TestApp, code};

pub(crate) const PIN: &str = "402715";

pub(crate) async fn try_in(browser: &mut Browser<'_>, number: &str, pin: &str) -> u16 {
    let form = [("number", number), ("pin", pin)];
    let answer = browser.post("/nanmen/sign-in", &form).await;
    answer.status.as_u16()
}

/// A browser in which a resident signed in and out again.
async fn known_browser<'a>(app: &'a TestApp, number: &str) -> Browser<'a> {
    let mut browser = app.browser();
    assert_eq!(try_in(&mut browser, number, PIN).await, 303);
    browser.post("/nanmen/sign-out", &[]).await.is(303);
    browser
}

#[tokio::test]
async fn one_account_has_one_counter_however_its_number_is_typed() {
    let app = TestApp::new().await;
    app.own_secret("1001", PIN).await;
    // What is no number is nobody, and takes nothing from 1001.
    let long = "1".repeat(200_000);
    for nobody in [
        "+1001",
        "-1001",
        "+01001",
        "+00000001001",
        "1001a",
        "1e3",
        &long,
    ] {
        assert_eq!(
            try_in(&mut app.browser(), nobody, "000001").await,
            401,
            "{nobody:.20}"
        );
    }
    // All of these are the same card, and the fourth try waits whatever it looks like.
    let habits = ["1001", "１００１", "01001"];
    for habit in habits {
        assert_eq!(
            try_in(&mut app.browser(), habit, "000001").await,
            401,
            "{habit}"
        );
    }
    for habit in ["1001", "10-01", " 1001 ", "1\u{200b}001", "0000001001"] {
        assert_eq!(try_in(&mut app.browser(), habit, PIN).await, 429, "{habit}");
    }
    app.clock.advance_days(1);
    assert_eq!(
        try_in(&mut app.browser(), " １０ ０１", "４０２７15").await,
        303
    );
    // Staff the same: a telephone that begins with a capital, a full-width keyboard.
    app.own_secret("boss", "718293xy").await;
    for login in ["Boss", "ＢＯＳＳ", "boss\u{200b}"] {
        let form = [("number", login), ("pin", "wrong word")];
        app.browser()
            .post("/nanmen/staff/sign-in", &form)
            .await
            .is(401);
    }
    let form = [("number", "boss"), ("pin", "718293xy")];
    app.browser()
        .post("/nanmen/staff/sign-in", &form)
        .await
        .is(429);
    app.end().await;
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_three() {
    let app = TestApp::new().await;
    app.own_secret("1001", PIN).await;
    let mut all: Vec<_> = (0..100).map(|_| app.browser()).collect();
    let mut waiting = tokio::task::JoinSet::new();
    let router = app.router.clone();
    for number in 0..all.len() {
        use axum::body::Body;
        use axum::http::{Request, header};
        use tower::ServiceExt;
        let request = Request::post("/nanmen/sign-in")
            .header(header::HOST, "rongyi.test")
            .header(header::ORIGIN, "http://rongyi.test")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("number=1001&pin={number:06}")))
            .unwrap();
        let router = router.clone();
        waiting.spawn(async move { router.oneshot(request).await.unwrap().status().as_u16() });
    }
    let mut answers: BTreeMap<u16, usize> = BTreeMap::new();
    while let Some(answer) = waiting.join_next().await {
        *answers.entry(answer.unwrap()).or_default() += 1;
    }
    assert_eq!(answers, BTreeMap::from([(401, 3), (429, 97)]));
    assert_eq!(try_in(&mut all[0], "1001", PIN).await, 429);
    app.clock.advance_days(1);
    assert_eq!(try_in(&mut all[0], "1001", PIN).await, 303);
    app.end().await;
}

#[tokio::test]
async fn one_pin_is_not_tried_on_a_whole_village() {
    let app = TestApp::new().await;
    for number in ["1001", "1002", "2001"] {
        app.own_secret(number, PIN).await;
    }
    let mut phone = known_browser(&app, "1001").await;
    let mut stranger = app.browser();
    let mut wrong = 0;
    let mut number = 5000;
    while try_in(&mut stranger, &number.to_string(), "888888").await == 401 {
        (wrong, number) = (wrong + 1, number + 1);
        assert!(wrong < 100, "the whole village was tried");
    }
    assert_eq!(wrong, 30);
    // Whoever was not tried is spared too, and is told what to do.
    let form = [("number", "2001"), ("pin", PIN)];
    let told = app.browser().post("/nanmen/sign-in", &form).await;
    told.is(429).says(&[
        "有人在这个社区反复试密码",
        "以前登录过的手机不受影响",
        "身份证",
    ]);
    // A phone that signed in before is let through; only for the one who did.
    assert_eq!(try_in(&mut phone, "2001", PIN).await, 429);
    assert_eq!(try_in(&mut phone, "1001", PIN).await, 303);
    // Staff and neighbours have budgets of their own.
    app.signed_in("boss").await;
    let other = [("number", "1"), ("pin", "000001")];
    app.browser().post("/jinxian/sign-in", &other).await.is(401);
    // Time gives tries back one by one.
    app.clock.advance_seconds(180);
    assert_eq!(
        try_in(&mut app.browser(), "2001", PIN).await,
        303,
        "the right one costs nothing"
    );
    assert_eq!(try_in(&mut app.browser(), "1002", PIN).await, 303);
    assert_eq!(try_in(&mut stranger, "6000", "888888").await, 401);
    assert_eq!(try_in(&mut stranger, "6001", "888888").await, 429);
    app.end().await;
}

#[tokio::test]
async fn others_wrong_tries_never_keep_a_known_phone_out() {
    let app = TestApp::new().await;
    app.own_secret("1001", PIN).await;
    let mut phone = known_browser(&app, "1001").await;
    let mut stranger = app.browser();
    for _ in 0..3 {
        assert_eq!(try_in(&mut stranger, "1001", "000001").await, 401);
    }
    assert_eq!(try_in(&mut app.browser(), "1001", PIN).await, 429);
    assert_eq!(try_in(&mut phone, "1001", PIN).await, 303);
    assert_eq!(
        try_in(&mut app.browser(), "1001", PIN).await,
        429,
        "the stranger's still count"
    );
    // Changing the PIN is not held up either.
    let form = [("current", PIN), ("pin", "918273"), ("again", "918273")];
    phone.post("/nanmen/pin", &form).await.is(200);
    phone.post("/nanmen/sign-out", &[]).await.is(303);
    // Its own wrong tries do count, and somebody who finds it has no more of them than anybody.
    for _ in 0..3 {
        assert_eq!(try_in(&mut phone, "1001", "000001").await, 401);
    }
    assert_eq!(try_in(&mut phone, "1001", "918273").await, 429);
    // A hundred in a row, and new devices are sent to the office.
    let mut tries = 0;
    let told = loop {
        app.clock.advance_seconds(901);
        let form = [("number", "1001"), ("pin", "000001")];
        let answer = stranger.post("/nanmen/sign-in", &form).await;
        if answer.status.as_u16() != 401 {
            break answer;
        }
        tries += 1;
        assert!(tries <= 100, "nobody counts");
    };
    assert_eq!(tries, 100);
    told.is(403).says(&["服务台"]);
    assert_eq!(try_in(&mut phone, "1001", "918273").await, 303);
    app.end().await;
}

#[tokio::test]
async fn a_proxy_is_believed_only_when_it_is_ours() {
    let app = TestApp::with("trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n").await;
    app.own_secret("boss", "718293xy").await;
    let ask = async |peer: &str, forwarded: &str, door: &str, form: &[(&str, &str)]| {
        let mut browser = app.browser();
        browser.peer = Some(format!("{peer}:4711").parse().unwrap());
        browser.forwarded = Some(forwarded.to_owned());
        browser.post(door, form).await
    };
    let guess = [("number", "77"), ("pin", "000001")];
    let flooded = "这个网络上输错的次数太多";
    for _ in 0..120 {
        let answer = ask("127.0.0.1", "203.0.113.9", "/nanmen/sign-in", &guess).await;
        assert!(!answer.text.contains(flooded));
    }
    let answer = ask("127.0.0.1", "203.0.113.9", "/nanmen/sign-in", &guess).await;
    answer.is(429).says(&[flooded]);
    // In all communities, for that line; nobody else behind the same proxy hears of it.
    let answer = ask(
        "10.1.2.3",
        "1.1.1.1, 203.0.113.9",
        "/jinxian/sign-in",
        &guess,
    )
    .await;
    answer.is(429).says(&[flooded]);
    let answer = ask("127.0.0.1", "203.0.113.10", "/jinxian/sign-in", &guess).await;
    answer.is(401);
    // The operator sits in the same office, and is counted by themselves.
    let right = [("number", "boss"), ("pin", "718293xy")];
    ask("127.0.0.1", "203.0.113.9", "/nanmen/staff/sign-in", &right)
        .await
        .is(303);
    // Who is no proxy of ours gets no fresh budget by inventing addresses.
    for n in 0..120 {
        ask(
            "198.51.100.7",
            &format!("192.0.2.{n}"),
            "/nanmen/sign-in",
            &guess,
        )
        .await;
    }
    let answer = ask("198.51.100.7", "192.0.2.200", "/nanmen/sign-in", &guess).await;
    answer.is(429).says(&[flooded]);
    app.end().await;
}

/// Makes the person of nanmen's 1001 resident 7 of jinxian too.
pub(crate) async fn also_in_jinxian(app: &TestApp) -> i64 {
    let store = &app.house.store;
    let person = store
        .resident_person(&code("nanmen"), ResidentNo(1001))
        .await;
    let person = person.unwrap().unwrap().person_id;
    let number = person.to_string();
    let cells = [
        ("resident", Some("7")),
        ("household", Some("9")),
        ("person", Some(number.as_str())),
    ];
    let key = server_secret(&app.house.config.secret_file).unwrap();
    let rows = Row::typed(&cells).alone();
    let added = people::add_residents(&app.house, &code("jinxian"), key, rows, false).await;
    assert_eq!((added.new, added.bad.len()), (1, 0), "{added:?}");
    person
}

#[tokio::test]
async fn a_person_is_one_person_in_every_community() {
    let app = TestApp::new().await;
    also_in_jinxian(&app).await;
    app.own_secret("1001", PIN).await;
    let (mut here, mut there, mut elsewhere) = (app.browser(), app.browser(), app.browser());
    assert_eq!(try_in(&mut here, "1001", PIN).await, 303);
    assert_eq!(try_in(&mut elsewhere, "1001", PIN).await, 303);
    let form = [("number", "7"), ("pin", PIN)];
    there.post("/jinxian/sign-in", &form).await.is(303);
    there.get("/jinxian/home").await.is(200);
    let change = [("current", PIN), ("pin", "918273"), ("again", "918273")];
    here.post("/nanmen/pin", &change).await.is(200);
    here.get("/nanmen/home").await.is(200);
    there.get("/jinxian/home").await.is(303);
    elsewhere.get("/nanmen/home").await.is(303);
    // Guesses are the person's, wherever they are made.
    let (mut one, mut other) = (app.browser(), app.browser());
    for _ in 0..2 {
        assert_eq!(try_in(&mut one, "1001", "000001").await, 401);
    }
    let wrong = [("number", "7"), ("pin", "000001")];
    other.post("/jinxian/sign-in", &wrong).await.is(401);
    assert_eq!(try_in(&mut one, "1001", "918273").await, 429);
    let right = [("number", "7"), ("pin", "918273")];
    other.post("/jinxian/sign-in", &right).await.is(429);
    app.end().await;
}

#[tokio::test]
async fn signing_in_again_ends_what_the_browser_had_and_devices_can_be_ended() {
    let app = TestApp::new().await;
    app.own_secret("1001", PIN).await;
    app.own_secret("1002", PIN).await;
    let mut phone = app.browser();
    assert_eq!(try_in(&mut phone, "1001", PIN).await, 303);
    let first = phone.cookies.clone();
    // The same browser again, another account in it, and one that lost its session's cookie.
    assert_eq!(try_in(&mut phone, "1001", PIN).await, 303);
    let second = phone.cookies.clone();
    assert_eq!(try_in(&mut phone, "1002", PIN).await, 303);
    phone.cookies.remove("rongyi");
    assert_eq!(try_in(&mut phone, "1002", PIN).await, 303);
    for old in [first, second] {
        let mut stale = app.browser();
        stale.cookies = old;
        stale.get("/nanmen/home").await.is(303);
    }
    let mut tablet = app.browser();
    assert_eq!(try_in(&mut tablet, "1002", PIN).await, 303);
    let page = phone.get("/nanmen/devices").await;
    page.is(200)
        .says(&["登录过的设备", "就是现在这一台", "还登录着"]);
    assert_eq!(page.text.matches("<li class=\"card\">").count(), 2);
    let number = page.text.split("name=\"device\" value=\"").nth(1).unwrap();
    let number = number.split('"').next().unwrap().to_owned();
    // Nobody ends anybody else's.
    let mut other = app.browser();
    assert_eq!(try_in(&mut other, "1001", PIN).await, 303);
    other
        .post("/nanmen/devices", &[("device", &number)])
        .await
        .is(404);
    tablet.get("/nanmen/home").await.is(200);
    phone
        .post("/nanmen/devices", &[("device", &number)])
        .await
        .is(200)
        .says(&["已经退出"]);
    tablet.get("/nanmen/home").await.is(303);
    phone.get("/nanmen/home").await.is(200);
    assert_eq!(try_in(&mut tablet, "1002", PIN).await, 303);
    phone
        .post("/nanmen/devices", &[("device", "others")])
        .await
        .is(200);
    tablet.get("/nanmen/home").await.is(303);
    phone
        .get("/nanmen/me")
        .await
        .is(200)
        .says(&["/nanmen/devices"]);
    // Staff have the page too.
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/devices")
        .await
        .is(200)
        .says(&["就是现在这一台"]);
    app.browser().get("/nanmen/devices").await.is(303);
    app.end().await;
}

#[tokio::test]
async fn what_nobody_repeats_is_forgotten_and_swept() {
    let app = TestApp::new().await;
    app.own_secret("1001", PIN).await;
    let mut stranger = app.browser();
    for _ in 0..6 {
        assert_eq!(try_in(&mut stranger, "1001", "000001").await, 401);
        app.clock.advance_seconds(901);
    }
    app.clock.advance_days(29);
    jobs::sweep(&app.house).await;
    assert_eq!(try_in(&mut stranger, "1001", "000001").await, 401);
    assert_eq!(
        try_in(&mut stranger, "1001", "000001").await,
        429,
        "a month is not over"
    );
    app.own_secret("1002", PIN).await;
    let mut phone = known_browser(&app, "1002").await;
    drop(app.signed_in("1002").await);
    app.clock.advance_days(31);
    jobs::sweep(&app.house).await;
    for _ in 0..3 {
        assert_eq!(try_in(&mut stranger, "1001", "000001").await, 401);
    }
    assert_eq!(
        try_in(&mut phone, "1002", "718293xy").await,
        303,
        "known for a year"
    );
    app.clock.advance_days(500);
    let now = app.house.clock.now();
    let gone = app.house.store.purge_access(now, now, now).await.unwrap();
    assert!(gone.0 >= 1 && gone.1 >= 2 && gone.2 >= 2, "{gone:?}");
    app.end().await;
}

/// A form that is sent beside others; its status and the session that it begins.
fn sent(
    app: &TestApp,
    path: &str,
    cookies: &str,
    form: String,
) -> impl Future<Output = (u16, Option<String>)> + Send + 'static {
    use axum::http::{Request, header};
    use tower::ServiceExt;
    let request = Request::post(path)
        .header(header::HOST, "rongyi.test")
        .header(header::ORIGIN, "http://rongyi.test")
        .header(header::COOKIE, cookies)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(form))
        .unwrap();
    let router = app.router.clone();
    async move {
        let answer = router.oneshot(request).await.unwrap();
        let all = answer.headers().get_all(header::SET_COOKIE).iter();
        let session = all
            .filter_map(|line| line.to_str().ok()?.split(';').next())
            .find_map(|pair| pair.strip_prefix("rongyi="));
        (answer.status().as_u16(), session.map(str::to_owned))
    }
}

fn cookies(browser: &Browser<'_>) -> String {
    let pairs = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("; ")
}

/// Comparing a PIN takes long; what was right when it began may be wrong when it is known.
#[tokio::test]
async fn a_sign_in_that_was_in_hand_when_the_pin_changed_is_none() {
    let app = TestApp::new().await;
    app.own_secret("1001", PIN).await;
    let mut me = app.browser();
    assert_eq!(try_in(&mut me, "1001", PIN).await, 303);
    let office = app.signed_in("check").await;
    let changes = [
        (
            "/nanmen/pin",
            cookies(&me),
            format!("current={PIN}&pin=918273&again=918273"),
            PIN,
            1,
        ),
        (
            "/nanmen/reset/pin",
            cookies(&office),
            "number=1001".to_owned(),
            "918273",
            0,
        ),
    ];
    for (path, cookie, form, known, left) in changes {
        let mut all = tokio::task::JoinSet::new();
        all.spawn(sent(&app, path, &cookie, form));
        // Whoever knows the old PIN goes on signing in meanwhile: some are let in before, some are being compared.
        for _ in 0..6 {
            let form = || format!("number=1001&pin={known}");
            let four: Vec<_> = (0..4)
                .map(|_| sent(&app, "/nanmen/sign-in", "", form()))
                .collect();
            all.spawn(async move {
                let mut last = (0, None);
                for one in four {
                    let (status, session) = one.await;
                    assert!([303, 401, 429].contains(&status), "{status}");
                    last = (status, session.or(last.1));
                }
                last
            });
        }
        // Looked at when all is over: whoever was let in before the change was inside until then, and rightly.
        let mut sessions = Vec::new();
        while let Some(one) = all.join_next().await {
            sessions.extend(one.unwrap().1);
        }
        let mut inside = 0;
        for session in sessions {
            let mut browser = app.browser();
            browser.cookies.insert("rongyi".to_owned(), session);
            let home = browser.get("/nanmen/devices").await;
            inside += usize::from(home.status.as_u16() == 200);
            // A first PIN opens no page, and yet the session is one.
            inside += usize::from(home.location().contains("/pin"));
        }
        assert_eq!(inside, left, "sessions after {path}");
    }
    // A thief who is inside and changes the PIN in the moment in which the office does has lost it.
    app.own_secret("1002", PIN).await;
    let mut thief = app.browser();
    assert_eq!(try_in(&mut thief, "1002", PIN).await, 303);
    let mut both = tokio::task::JoinSet::new();
    let form = format!("current={PIN}&pin=918273&again=918273");
    both.spawn(sent(&app, "/nanmen/pin", &cookies(&thief), form));
    let reset = sent(
        &app,
        "/nanmen/reset/pin",
        &cookies(&office),
        "number=1002".into(),
    );
    both.spawn(reset);
    while both.join_next().await.is_some() {}
    let store = &app.house.store;
    let person = store
        .resident_person(&code("nanmen"), ResidentNo(1002))
        .await;
    let person = person.unwrap().unwrap();
    assert!(person.pin_must_change, "the office has the last word");
    app.end().await;
}

/// A word that somebody laid into a browser beforehand makes nobody known to whoever laid it there.
#[tokio::test]
async fn a_browser_is_known_by_a_word_that_was_made_for_the_account() {
    let app = TestApp::new().await;
    for number in ["1001", "2001"] {
        app.own_secret(number, PIN).await;
    }
    let name = "rongyi-device".to_owned();
    let laid = "ab".repeat(32);
    let mut phone = app.browser();
    phone.cookies.insert(name.clone(), laid.clone());
    assert_eq!(try_in(&mut phone, "1001", PIN).await, 303);
    phone.post("/nanmen/sign-out", &[]).await.is(303);
    let mut thief = app.browser();
    thief.cookies.insert(name.clone(), laid);
    for _ in 0..3 {
        assert_eq!(try_in(&mut thief, "1001", "000001").await, 401);
    }
    assert_eq!(try_in(&mut thief, "1001", PIN).await, 429, "a stranger's");
    assert_eq!(
        try_in(&mut phone, "1001", PIN).await,
        303,
        "not the phone's"
    );
    // Two who share a telephone are both known by it, and it keeps no more words than people share one.
    phone.post("/nanmen/sign-out", &[]).await.is(303);
    assert_eq!(try_in(&mut phone, "2001", PIN).await, 303);
    phone
        .get("/nanmen/devices")
        .await
        .is(200)
        .says(&["就是现在这一台"]);
    phone.post("/nanmen/sign-out", &[]).await.is(303);
    for _ in 0..3 {
        assert_eq!(try_in(&mut thief, "2001", "000001").await, 401);
    }
    for number in ["1001", "2001", "1001"] {
        assert_eq!(try_in(&mut phone, number, PIN).await, 303, "{number}");
        phone.post("/nanmen/sign-out", &[]).await.is(303);
    }
    let words = phone.cookies[&name].split('.').count();
    assert_eq!(words, 3, "one each, and what was laid there");
    phone
        .cookies
        .insert(name.clone(), "ab".repeat(32) + &".cd".repeat(500));
    assert_eq!(try_in(&mut app.browser(), "1001", PIN).await, 429);
    app.clock.advance_days(1);
    assert_eq!(try_in(&mut phone, "1001", PIN).await, 303);
    assert!(phone.cookies[&name].len() <= 4 * 65);
    app.end().await;
}
