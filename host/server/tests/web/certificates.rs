//! Certificates and teams from end to end: asked for, checked by one and signed by another, taken home, checked by a stranger
//! with the number, and by the script without this program; corrected, withdrawn, forgotten. And the calendar of one's shifts.

use std::process::Command;

use rongyi_core::ids::ResidentNo;

use crate::app::{Answer, Browser, TestApp, code};
use crate::volunteers;

/// A house that counts hours and has stars; the reviewer checks, the operator signs.
async fn house() -> TestApp {
    let more = format!(
        "{}\n[[star]]\ntitle = {{ zh = \"一星志愿者\", en = \"One star\" }}\nhours = 2\n\n\
         [[star]]\ntitle = {{ zh = \"二星志愿者\", en = \"Two stars\" }}\nhours = 5\nmonths = 3\n",
        volunteers::HOURS
    );
    TestApp::with_both("", ("", &more)).await
}

async fn act(who: &mut Browser<'_>, path: &str, act: &str, more: &[(&str, &str)]) -> Answer {
    let sent: Vec<(&str, &str)> = [("act", act)]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    who.post(path, &sent).await
}

/// Asks on the resident's own page; answers the number of the wish.
async fn asked(me: &mut Browser<'_>, from: &str, to: &str) -> u64 {
    let page = me.get("/nanmen/me/certificates").await;
    let key = page.is(200).hidden("key");
    let sent = [
        ("key", key.as_str()),
        ("act", "ask"),
        ("from", from),
        ("to", to),
    ];
    let answer = me.post("/nanmen/me/certificates", &sent).await;
    answer.is(303);
    let again = me.post("/nanmen/me/certificates", &sent).await;
    assert_eq!(
        again.is(303).location(),
        answer.location(),
        "one form, one wish"
    );
    let path = answer.location().split('?').next().unwrap();
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// A team with 1001 in it and a certificate that was issued for it: what the walk over all links finds.
pub(crate) async fn issued(app: &TestApp) {
    app.earn("h-1", "volunteer.plain", 1001, 150).await;
    let (mut check, mut boss) = (app.signed_in("check").await, app.signed_in("boss").await);
    let team = "/nanmen/volunteering/teams";
    let words = [
        ("title", "学生志愿队"),
        ("sort", "2"),
        ("hours", "100"),
        ("contact", ""),
    ];
    act(&mut check, team, "new", &words).await.is(303);
    let team = format!("{team}/1");
    act(&mut check, &team, "add", &[("people", "1001")])
        .await
        .is(303);
    let today = app.house.today(&code("nanmen")).0.to_string();
    let days = [("from", "2026-01-05"), ("to", today.as_str())];
    act(&mut check, &team, "ask", &days).await.is(303);
    act(&mut check, "/nanmen/certificates/1", "check", &[])
        .await
        .is(303);
    act(&mut boss, "/nanmen/certificates/1", "issue", &[])
        .await
        .is(303);
}

/// The number that a page shows, as it is printed.
fn number(page: &Answer) -> String {
    let all = page
        .text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let mut all = all.filter(|word| word.starts_with("NANM-2026-"));
    all.next().expect("a number").to_owned()
}

#[tokio::test]
async fn from_the_wish_to_a_paper_that_a_stranger_can_check() {
    let app = house().await;
    app.earn("h-1", "volunteer.plain", 1001, 150).await;
    let (mut me, mut other) = (app.signed_in("1001").await, app.signed_in("2001").await);
    let (mut check, mut boss) = (app.signed_in("check").await, app.signed_in("boss").await);
    // Hours of a star, and none for somebody else.
    me.get("/nanmen/me/hours").await.is(200).says(&[
        "一星志愿者",
        "2.5 小时，要 5.0 小时",
        "要 3 个月",
    ]);
    other
        .get("/nanmen/me/hours")
        .await
        .is(200)
        .says(&["还没有星"]);
    let days = [
        ("key", "k"),
        ("act", "ask"),
        ("from", "2026-12-01"),
        ("to", "2026-11-01"),
    ];
    me.post("/nanmen/me/certificates", &days)
        .await
        .is(422)
        .says(&["从哪天到哪天写得不对", "2026-12-01"]);
    let days = [
        ("key", "k"),
        ("act", "ask"),
        ("from", "2026-11-01"),
        ("to", "2026-11-23"),
    ];
    other
        .post("/nanmen/me/certificates", &days)
        .await
        .is(422)
        .says(&["还没有记到账上的时长"]);
    let no = asked(&mut me, "2026-11-01", "2026-11-23").await;
    let (own, desk) = (
        format!("/nanmen/me/certificates/{no}"),
        format!("/nanmen/certificates/{no}"),
    );
    me.get(&own)
        .await
        .is(200)
        .says(&["等核对", "2 小时 30 分钟"]);
    other.get(&own).await.is(404);
    me.get(&format!("{own}/certificate.pdf")).await.is(404);
    // Signing comes after checking, and not by the same person.
    act(&mut boss, &desk, "issue", &[])
        .await
        .is(422)
        .says(&["已经不在这一步"]);
    check
        .get("/nanmen/certificates")
        .await
        .is(200)
        .says(&["等核对", "陈桂芳"]);
    check
        .get(&desk)
        .await
        .is(200)
        .says(&["志愿服务", "2 小时 30 分钟", "社区登记"]);
    act(&mut check, &desk, "check", &[]).await.is(303);
    act(&mut check, &desk, "issue", &[])
        .await
        .is(422)
        .says(&["核对和签发要两个人"]);
    act(&mut boss, &desk, "issue", &[]).await.is(303);
    let mine = me.get(&own).await;
    mine.is(200).says(&["有效", "certificate.pdf"]);
    let number = number(&mine);
    let paper = me.get(&format!("{own}/certificate.pdf")).await;
    assert!(paper.is(200).text.starts_with("%PDF-"));
    assert_eq!(paper.headers["content-type"], "application/pdf");
    assert!(
        paper.headers["content-disposition"]
            .to_str()
            .unwrap()
            .contains(&number)
    );
    other.get(&format!("{own}/certificate.json")).await.is(404);
    let page = anybody_may_look(&app, &number).await;
    checks_without_us(&mut me, &own, &page).await;
    app.end().await;
}

/// Anybody with the number learns what it proves, and not whose it is.
async fn anybody_may_look(app: &TestApp, number: &str) -> Answer {
    let mut anybody = app.browser();
    let page = anybody
        .get(&format!("/nanmen/certificate?number={number}"))
        .await;
    page.is(200)
        .says(&["有效", "2026年11月1日至2026年11月23日", "2 小时 30 分钟"]);
    assert!(
        !page.text.contains("陈桂芳") && !page.text.contains("1001"),
        "{}",
        page.text
    );
    let small = number.to_lowercase().replace('-', "");
    anybody
        .get(&format!("/nanmen/certificate?number={small}"))
        .await
        .is(200)
        .says(&["有效"]);
    let forged = format!("{}AAAAAA", &number[..number.len() - 6]);
    anybody
        .get(&format!("/nanmen/certificate?number={forged}"))
        .await
        .is(200)
        .says(&["没有开过这个编号"]);
    anybody
        .get("/check-certificate.py")
        .await
        .is(200)
        .says(&["Ed25519"]);
    page
}

/// The script says yes to what was signed, and no to a changed hour and to another key.
async fn checks_without_us(me: &mut Browser<'_>, own: &str, page: &Answer) {
    let file = me.get(&format!("{own}/certificate.json")).await;
    let file = &file.is(200).text;
    let hexes = page.text.split(|c: char| !c.is_ascii_hexdigit());
    let key = hexes
        .into_iter()
        .find(|word| word.len() == 64)
        .expect("a key");
    let folder = tempfile::tempdir().unwrap();
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../config/check-certificate.py"
    );
    let run = |text: &str, key: &str| {
        let path = folder.path().join("certificate.json");
        std::fs::write(&path, text).unwrap();
        let mut python = Command::new("python3");
        let done = python.arg(script).arg(&path).args(["--key", key]).output();
        done.unwrap().status.code()
    };
    assert_eq!(run(file, key), Some(0));
    assert_eq!(run(&file.replace("150", "950"), key), Some(1));
    let other = format!(
        "{}{}",
        if key.starts_with('0') { '1' } else { '0' },
        &key[1..]
    );
    assert_eq!(run(file, &other), Some(1));
}

#[tokio::test]
async fn what_is_corrected_is_a_new_revision_and_what_is_withdrawn_is_not_valid() {
    let app = house().await;
    app.earn("h-1", "volunteer.plain", 1001, 150).await;
    let mut me = app.signed_in("1001").await;
    let (mut check, mut boss) = (app.signed_in("check").await, app.signed_in("boss").await);
    let no = asked(&mut me, "2026-11-01", "2026-11-23").await;
    let (own, desk) = (
        format!("/nanmen/me/certificates/{no}"),
        format!("/nanmen/certificates/{no}"),
    );
    act(&mut check, &desk, "check", &[]).await.is(303);
    // Between checking and signing more is booked: it is checked again.
    app.earn("h-2", "volunteer.plain", 1001, 60).await;
    act(&mut boss, &desk, "issue", &[])
        .await
        .is(422)
        .says(&["现在账上是 210 分钟"]);
    act(&mut check, &desk, "check", &[]).await.is(303);
    act(&mut boss, &desk, "issue", &[]).await.is(303);
    let first = number(&me.get(&own).await);
    app.earn("h-3", "volunteer.plain", 1001, 30).await;
    boss.get(&desk)
        .await
        .is(200)
        .says(&["账上现在是 4 小时，这里写的是 3 小时 30 分钟"]);
    act(&mut boss, &desk, "correct", &[("key", "c-1")])
        .await
        .is(303);
    let mut anybody = app.browser();
    let public = format!("/nanmen/certificate?number={first}");
    anybody
        .get(&public)
        .await
        .is(200)
        .says(&["有效", "3 小时 30 分钟"]);
    act(&mut boss, &desk, "check", &[]).await.is(303);
    act(&mut check, &desk, "issue", &[]).await.is(303);
    let page = anybody.get(&public).await;
    page.is(200).says(&["有效", "4 小时", "<dd>2</dd>"]);
    assert_eq!(
        number(&me.get(&own).await),
        first,
        "one number for all its revisions"
    );
    // A correction that comes to nothing leaves what holds: to be taken home, corrected again, withdrawn.
    act(&mut boss, &desk, "correct", &[("key", "c-2")])
        .await
        .is(303);
    me.get(&own).await.is(200).says(&["社区正在更正", "有效"]);
    me.post(&own, &[]).await.is(422).says(&["已经不在这一步"]);
    me.get(&format!("{own}/certificate.pdf")).await.is(200);
    act(&mut boss, &desk, "end", &[("reason", "不用改")])
        .await
        .is(303);
    boss.get(&desk)
        .await
        .is(200)
        .says(&["有效", "撤回这张证明"]);
    // A reason is asked for, and then it is not valid any more.
    act(&mut boss, &desk, "end", &[("reason", "")])
        .await
        .is(422)
        .says(&["请写明原因"]);
    act(&mut boss, &desk, "end", &[("reason", "记错了人")])
        .await
        .is(303);
    anybody.get(&public).await.is(200).says(&["无效"]);
    me.get(&own).await.is(200).says(&["记错了人"]);
    me.get(&format!("{own}/certificate.pdf")).await.is(404);
    let forgotten = app
        .house
        .store
        .forget_certificates(&code("nanmen"), ResidentNo(1001))
        .await;
    assert_eq!(forgotten.unwrap(), 3);
    app.end().await;
}

#[tokio::test]
async fn a_team_signs_up_together_and_takes_its_certificates_home() {
    let app = house().await;
    issued(&app).await;
    let (mut check, mut lead) = (app.signed_in("check").await, app.signed_in("lead").await);
    let team = "/nanmen/volunteering/teams/1";
    let wrong = [("people", "1001\n没有这个人")];
    act(&mut check, team, "add", &wrong)
        .await
        .is(422)
        .says(&["没有叫“没有这个人”的居民", "没有这个人</textarea>"]);
    act(&mut check, team, "add", &[("people", "1002、2001")])
        .await
        .is(303);
    check
        .get(team)
        .await
        .is(200)
        .says(&["陈桂芳", "陈小满", "林国强", "certificates.zip"]);
    // Once more is no change, and whoever left today may come again today.
    let again = act(&mut check, team, "add", &[("people", "1002")]).await;
    assert!(again.is(303).location().ends_with("done=known"));
    act(&mut check, team, "remove", &[("resident", "1002")])
        .await
        .is(303);
    let again = act(&mut check, team, "add", &[("people", "1002")]).await;
    assert!(again.is(303).location().ends_with("done=add"));
    check.get(team).await.is(200).says(&["陈小满"]);
    // Certificates are the business of those who check and sign them.
    lead.get(team).await.is(200);
    lead.get(&format!("{team}/certificates.zip")).await.is(403);
    assert!(
        check
            .get(&format!("{team}/certificates.zip"))
            .await
            .is(200)
            .text
            .starts_with("PK")
    );
    assert!(
        check
            .get(&format!("{team}/certificates.pdf"))
            .await
            .is(200)
            .text
            .starts_with("%PDF-")
    );
    // Asked again, nothing is asked twice: the others have no hours.
    let days = [("from", "2026-01-05"), ("to", "2026-11-23")];
    act(&mut check, team, "ask", &days).await.is(303);
    check.get("/nanmen/certificates/2").await.is(404);
    // Whoever signs up comes with their team.
    volunteers::under_way(&app, 2001).await;
    let stored = volunteers::stored(&app, 1).await;
    assert_eq!(stored.shifts[0].signups[0].team, Some(1));
    act(&mut check, team, "remove", &[("resident", "2001")])
        .await
        .is(303);
    act(&mut check, team, "remove", &[("resident", "2001")])
        .await
        .is(422)
        .says(&["不在队里"]);
    // The calendar has the shift, for whoever has the key.
    let mut lin = app.signed_in("2001").await;
    let page = lin.get("/nanmen/me/hours").await;
    let feed = page
        .text
        .split("href=\"")
        .find(|rest| rest.contains("shifts.ics"))
        .unwrap();
    let feed = feed.split('"').next().unwrap().to_owned();
    let mut telephone = app.browser();
    telephone.get(&feed).await.is(200).says(&[
        "BEGIN:VEVENT",
        "SUMMARY:长者食堂帮厨",
        "UID:nanmen-1-1",
    ]);
    telephone.get(&feed.replace("2001-", "1001-")).await.is(404);
    app.end().await;
}

#[tokio::test]
async fn the_volunteers_board_shows_who_reached_a_star_and_wants_to_stand_there() {
    let app = house().await;
    app.earn("h-1", "volunteer.plain", 1001, 150).await;
    app.earn("h-2", "volunteer.plain", 2001, 60).await;
    let mut lead = app.signed_in("lead").await;
    let board = "/nanmen/wall/stars";
    let page = lead.get(board).await;
    page.is(200)
        .says(&["星级志愿者", "★", "一星志愿者", "陈*芳", "2", "小时"]);
    assert!(!page.text.contains("林*") && !page.text.contains("★★"));
    let hidden = rongyi_store::Listing::Hidden;
    let town = code("nanmen");
    let store = &app.house.store;
    store
        .set_listing(&town, ResidentNo(1001), hidden)
        .await
        .unwrap();
    lead.get(board).await.is(200).says(&["还没有可以上榜的"]);
    app.end().await;
}
