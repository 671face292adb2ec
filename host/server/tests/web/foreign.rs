//! Foreign texts and foreign files, as a hostile community would write them, while the house serves.

use std::process::Command;
use std::time::Duration;

use rongyi_core::shown;

use crate::app::{TestApp, code};

/// As TOML writes it: lines, a terminal's escapes, a turned reading direction, what can't be seen.
const ESCAPED: &str =
    r"x\r\n2026 ERROR all lost\u001b[2J\u0007\u009b31m\u202e\u2066\u2028\u200b=cmd|'/c calc'!A0<b>";

#[tokio::test]
async fn no_page_and_no_answer_holds_a_hidden_character() {
    let app = TestApp::new().await;
    let file = app
        .house
        .config
        .file
        .parent()
        .unwrap()
        .join("communities/nanmen.toml");
    let text = include_str!("nanmen.toml");
    // Every text of the file, the rule's titles, units and labels with them.
    let nasty = text.replace("zh = \"", &format!("zh = \"{ESCAPED}"));
    let nasty = nasty.replace("en = \"", &format!("en = \"{ESCAPED}"));
    assert_ne!(text, nasty);
    std::fs::write(&file, nasty).unwrap();
    let taken = app.house.reload().await;
    assert!(taken, "{}", app.house.news.standing().told());
    app.earn("nasty-1", "waste.food", 1001, 30).await;
    let mut pages = 0;
    for who in ["1001", "shop", "check", "boss"] {
        let mut browser = app.signed_in(who).await;
        for path in [
            "/",
            "/nanmen",
            "/nanmen/",
            "/nanmen/passbook",
            "/nanmen/shop",
            "/nanmen/orders",
            "/nanmen/me",
            "/nanmen/me/data",
            "/nanmen/me/data.json",
            "/nanmen/notice",
            "/nanmen/record",
            "/nanmen/operator",
            "/nanmen/operator/rules",
            "/nanmen/stock",
            "/nanmen/stock/salt",
            "/nanmen/till",
            "/nanmen/periods",
            "/nanmen/head",
            "/nanmen/sign-in",
            "/nanmen/record/waste.food",
            "/nanmen/shop/rice?note=%E2%80%AE%1B",
            "/nanmen/%E2%80%AE%1B%5B2J%0A",
            "/%0d%0a%e2%80%ae",
        ] {
            let answer = browser.get(path).await;
            assert_eq!(
                &*shown::lines(&answer.text),
                answer.text.as_str(),
                "{who} {path}"
            );
            if !path.ends_with(".json") {
                assert!(!answer.text.contains("!A0<b>"), "{who} {path}");
            }
            pages += usize::from(answer.text.contains("\\u{202e}"));
        }
    }
    assert!(
        pages > 10,
        "only {pages} pages show a text of the community"
    );
    for scope in ["read"] {
        let mut device = app.device(scope).await;
        for path in [
            "/api/v1/communities/nanmen/kinds",
            "/api/v1/communities/nanmen/items",
            "/api/v1/communities/nanmen",
            "/api/v1/communities/%E2%80%AE",
        ] {
            let answer = device.get(path).await;
            assert_eq!(&*shown::lines(&answer.text), answer.text.as_str(), "{path}");
        }
    }
    app.end().await;
}

/// A component that is no file: the house goes on, nothing hangs, and the next right file is taken over.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_is_a_pipe_holds_nobody_up() {
    let app = TestApp::new().await;
    let folder = app.house.config.file.parent().unwrap().join("communities");
    let file = folder.join("nanmen.toml");
    let good = include_str!("nanmen.toml");
    let made = Command::new("mkfifo")
        .arg(folder.join("pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    let sparse = std::fs::File::create(folder.join("sparse")).unwrap();
    sparse.set_len(3 << 30).unwrap();
    let zeros = "0".repeat(64);
    for named in [
        "pipe",
        "sparse",
        "/dev/zero",
        "/dev/tty",
        ".",
        "../../../../../../../dev/zero",
    ] {
        for text in [
            good.replacen(
                "\"points-table\"",
                &format!("{{ file = \"{named}\", sha256 = \"{zeros}\" }}"),
                1,
            ),
            good.replacen(
                "active_from = 2026-01-05\n",
                &format!("active_from = 2026-01-05\nscenarios = \"{named}\"\n"),
                1,
            ),
        ] {
            assert_ne!(text, good);
            std::fs::write(&file, text).unwrap();
            let reload = tokio::time::timeout(Duration::from_secs(30), app.house.reload());
            assert!(
                !reload
                    .await
                    .unwrap_or_else(|_| panic!("{named} holds the house up"))
            );
            assert!(app.house.community(&code("nanmen")).is_some());
            app.browser().get("/nanmen/sign-in").await.is(200);
        }
    }
    // The community's file itself.
    std::fs::remove_file(&file).unwrap();
    std::fs::rename(folder.join("pipe"), &file).unwrap();
    let reload = tokio::time::timeout(Duration::from_secs(30), app.house.reload());
    assert!(!reload.await.expect("nothing hangs"));
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, good).unwrap();
    assert!(
        app.house.reload().await,
        "{}",
        app.house.news.standing().told()
    );
    app.end().await;
}
