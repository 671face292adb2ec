//! Coming in: sign-in, delays, the first PIN, other sites, headers, what a stranger sees.

use crate::app::TestApp;

#[tokio::test]
async fn the_printed_pin_must_be_replaced_before_anything_else() {
    let app = TestApp::new().await;
    let pin = app.secrets["1001"].clone();
    let mut browser = app.browser();
    let answer = browser.get("/nanmen/passbook?show=in").await;
    assert_eq!(
        answer.is(303).location(),
        "/nanmen/sign-in?next=/nanmen/passbook%3Fshow%3Din"
    );
    browser
        .get("/nanmen/sign-in")
        .await
        .is(200)
        .says(&["居民编号", "南门社区", "0663-000-0001"]);
    let form = [
        ("number", "1001"),
        ("pin", pin.as_str()),
        ("next", "/nanmen/passbook?show=in"),
    ];
    assert_eq!(
        browser
            .post("/nanmen/sign-in", &form)
            .await
            .is(303)
            .location(),
        "/nanmen/passbook?show=in"
    );
    assert_eq!(
        browser.get("/nanmen/home").await.is(303).location(),
        "/nanmen/pin"
    );
    browser
        .get("/nanmen/pin")
        .await
        .is(200)
        .says(&["请设一个自己的密码"]);
    for (new, again, sentence) in [
        ("123456", "123456", "太好猜"),
        ("777777", "777777", "太好猜"),
        ("40271", "40271", "正好 6 位"),
        (pin.as_str(), pin.as_str(), "和现在的一样"),
        ("402715", "402716", "两次输入"),
    ] {
        let form = [("current", pin.as_str()), ("pin", new), ("again", again)];
        // A random first PIN may itself be easy to guess.
        if new != pin {
            browser
                .post("/nanmen/pin", &form)
                .await
                .is(422)
                .says(&[sentence]);
        } else {
            browser.post("/nanmen/pin", &form).await.is(422);
        }
    }
    let wrong = [
        ("current", "000001"),
        ("pin", "402715"),
        ("again", "402715"),
    ];
    browser
        .post("/nanmen/pin", &wrong)
        .await
        .is(401)
        .says(&["现在的密码不对"]);
    let right = [
        ("current", pin.as_str()),
        ("pin", "402715"),
        ("again", "402715"),
    ];
    browser
        .post("/nanmen/pin", &right)
        .await
        .is(200)
        .says(&["密码改好了"]);
    browser
        .get("/nanmen/home")
        .await
        .is(200)
        .says(&["陈阿婆家"]);
    let old = [("number", "1001"), ("pin", pin.as_str())];
    app.browser().post("/nanmen/sign-in", &old).await.is(401);
    let new = [("number", "1001"), ("pin", "402715")];
    app.browser().post("/nanmen/sign-in", &new).await.is(303);
    app.end().await;
}

#[tokio::test]
async fn wrong_tries_wait_longer_and_longer_and_strangers_look_the_same() {
    let app = TestApp::new().await;
    app.own_secret("1001", "402715").await;
    let mut browser = app.browser();
    for number in ["1001", "9999"] {
        for _ in 0..3 {
            let answer = browser
                .post("/nanmen/sign-in", &[("number", number), ("pin", "000000")])
                .await;
            answer.is(401).says(&["编号或密码不对", "出错了："]);
        }
        let locked = browser
            .post("/nanmen/sign-in", &[("number", number), ("pin", "402715")])
            .await;
        locked.is(429).says(&["2 秒", "输错的次数太多了"]);
        assert_eq!(locked.headers["retry-after"], "2");
    }
    // Somebody else is not held up, and the right PIN works after the wait.
    app.own_secret("2001", "402715").await;
    app.browser()
        .post("/nanmen/sign-in", &[("number", "2001"), ("pin", "402715")])
        .await
        .is(303);
    app.clock.advance_days(1);
    browser
        .post("/nanmen/sign-in", &[("number", "01001"), ("pin", "402715")])
        .await
        .is(303);
    browser.get("/nanmen/home").await.is(200);
    app.end().await;
}

#[tokio::test]
async fn a_session_ends_by_sign_out_and_by_time_and_never_reaches_another_community() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in("1001").await;
    browser
        .get("/nanmen/me")
        .await
        .is(200)
        .says(&["陈桂芳", "1001"]);
    assert_eq!(
        browser.get("/jinxian/home").await.is(303).location(),
        "/jinxian/sign-in?next=/jinxian/home"
    );
    let stolen = browser.cookies.clone();
    assert_eq!(
        browser
            .post("/nanmen/sign-out", &[])
            .await
            .is(303)
            .location(),
        "/nanmen/sign-in"
    );
    browser.cookies = stolen;
    browser.get("/nanmen/home").await.is(303);
    let mut staff = app.signed_in("shop").await;
    let mut resident = app.signed_in("1001").await;
    staff.get("/nanmen/till").await.is(200);
    app.clock.advance_days(1);
    staff.get("/nanmen/till").await.is(303);
    resident.get("/nanmen/home").await.is(200);
    app.clock.advance_days(31);
    resident.get("/nanmen/home").await.is(303);
    app.end().await;
}

#[tokio::test]
async fn another_site_can_post_nothing() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in("1001").await;
    let answer = browser
        .post_from("https://evil.example", "/nanmen/sign-out", &[])
        .await;
    answer.is(403).says(&["来自别的网站", "access.cross-site"]);
    browser.get("/nanmen/home").await.is(200);
    for path in [
        "/nanmen/sign-out",
        "/settings",
        "/nanmen/orders/1/cancel",
        "/nanmen/till/1/settle",
    ] {
        browser.get(path).await.is(405);
    }
    app.end().await;
}

#[tokio::test]
async fn language_and_size_are_remembered_and_lead_only_back_here() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let answer = browser
        .post(
            "/settings",
            &[("lang", "en"), ("return", "/nanmen/sign-in")],
        )
        .await;
    assert_eq!(answer.is(303).location(), "/nanmen/sign-in");
    browser
        .post(
            "/settings",
            &[("size", "large"), ("return", "//evil.example")],
        )
        .await;
    let answer = browser
        .post(
            "/settings",
            &[("size", "large"), ("return", "//evil.example")],
        )
        .await;
    assert_eq!(answer.location(), "/");
    browser.get("/nanmen/sign-in").await.is(200).says(&[
        "lang=\"en\"",
        "size-large",
        "Nanmen community",
    ]);
    browser
        .get("/")
        .await
        .is(200)
        .says(&["Nanmen community", "Jinxian community"]);
    app.end().await;
}

#[tokio::test]
async fn what_is_not_there_says_so_with_an_id() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    for path in ["/nowhere/home", "/nanmen/nothing"] {
        let answer = browser.get(path).await;
        let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(id.len(), 8);
        answer.is(404).says(&[&id, "错误代码"]);
    }
    // Nobody brings an id along that then stands on pages and in the log as one of ours.
    for path in ["/nowhere/home", "/api/v1/communities/nowhere/head"] {
        let request = axum::http::Request::get(path)
            .header("host", "rongyi.test")
            .header("x-request-id", "AAAAAAAA; all lost")
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = browser.send(request).await;
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert_eq!(id.len(), 8, "{id}");
        answer.is(404).says(&[id]);
        assert!(!answer.text.contains("all lost"), "{path}");
    }
    browser
        .get("/nanmen/head")
        .await
        .is(200)
        .says(&["账本公示"]);
    browser.get("/healthz").await.is(200).says(&["ok"]);
    let css = browser.get(rongyi_pages::CSS_PATH).await;
    assert_eq!(
        css.is(200).headers["cache-control"],
        "public, max-age=31536000, immutable"
    );
    app.end().await;
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::new().await;
    let mut seen = Vec::new();
    for path in [
        "/nanmen/sign-in",
        "/nanmen/nothing",
        "/api/v1/communities/nanmen/head",
        rongyi_pages::JS_PATH,
    ] {
        let answer = app.browser().get(path).await;
        let names = [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "permissions-policy",
        ];
        let header_values = names.map(|name| answer.headers[name].to_str().unwrap().to_owned());
        assert!(
            !answer.headers.contains_key("strict-transport-security"),
            "no https here"
        );
        seen.push(header_values);
    }
    seen.dedup();
    let wanted = [
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "nosniff",
        "strict-origin-when-cross-origin",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ];
    assert_eq!(seen, [wanted.map(str::to_owned)]);
    app.end().await;
}

#[tokio::test]
async fn with_https_the_cookie_is_tied_to_the_host() {
    let app = TestApp::with("public_url = \"https://rongyi.example.cn\"\n").await;
    let browser = app.signed_in("1001").await;
    assert_eq!(
        browser.cookies.keys().collect::<Vec<_>>(),
        ["__Host-rongyi", "__Host-rongyi-device"]
    );
    let mut other = app.browser();
    let answer = other
        .post(
            "/nanmen/sign-in",
            &[("number", "1001"), ("pin", "718293xy")],
        )
        .await;
    let line = answer.is(303).headers["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned();
    for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(line.contains(part), "{line}");
    }
    assert_eq!(
        answer.headers["strict-transport-security"],
        "max-age=31536000"
    );
    app.end().await;
}

#[tokio::test]
async fn whoever_finds_a_hole_is_told_to_whom_to_write() {
    let path = "/.well-known/security.txt";
    let app = TestApp::new().await;
    app.browser().get(path).await.is(404);
    app.end().await;
    let app = TestApp::with(
        "public_url = \"https://rongyi.example.cn\"\n\
         security_contact = [\"mailto:security@example.cn\", \"tel:+8675512345678\"]\n",
    )
    .await;
    let answer = app.browser().get(path).await;
    assert_eq!(
        answer.is(200).text,
        "Contact: mailto:security@example.cn\n\
         Contact: tel:+8675512345678\n\
         Expires: 2027-02-21T00:00:00Z\n\
         Preferred-Languages: zh, en\n\
         Canonical: https://rongyi.example.cn/.well-known/security.txt\n"
    );
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    app.end().await;
}
