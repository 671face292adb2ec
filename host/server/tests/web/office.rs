//! Coming back through the office: a PIN set anew for a resident, a password for a colleague, and who may do that for
//! whom.

use rongyi_core::ids::ResidentNo;
use rongyi_store::Whose;

use crate::access::{PIN, also_in_jinxian, try_in};
use crate::app::{TestApp, code};

/// The digits on a slip.
pub(crate) fn pin_on(page: &str) -> String {
    let digits = page.split("secret-digits\">").nth(1).expect("a slip");
    digits
        .split('<')
        .next()
        .unwrap_or_default()
        .replace(' ', "")
}

#[tokio::test]
async fn who_forgot_the_pin_comes_back_through_the_office() {
    let app = TestApp::new().await;
    let person = also_in_jinxian(&app).await;
    app.earn("walk-1", "council.attend", 1001, 1).await;
    let mut phone = app.signed_in("1001").await;
    for _ in 0..3 {
        assert_eq!(try_in(&mut app.browser(), "1001", "000001").await, 401);
    }
    let mut office = app.signed_in("check").await;
    let page = office.get("/nanmen/reset").await;
    page.is(200).says(&["帮居民重设密码", "身份证"]);
    office
        .post("/nanmen/reset", &[("number", "+1001")])
        .await
        .is(422);
    office
        .post("/nanmen/reset", &[("number", "9999")])
        .await
        .is(422)
        .says(&["没有 9999 号居民"]);
    let page = office
        .post("/nanmen/reset", &[("number", "１００１")])
        .await;
    page.is(200)
        .says(&["陈桂芳", "陈阿婆家", "登录不了", "1001"]);
    let slip = office
        .post("/nanmen/reset/pin", &[("number", "1001")])
        .await;
    slip.is(200)
        .says(&["只显示这一次", "陈桂芳", "http://rongyi.test/nanmen"]);
    assert_eq!(slip.headers["cache-control"], "no-store");
    let pin = pin_on(&slip.text);
    assert_eq!(pin.len(), 6, "{pin}");
    // The old one is gone, and what was signed in with it.
    phone.get("/nanmen/home").await.is(303);
    assert_eq!(try_in(&mut app.browser(), "1001", "718293xy").await, 401);
    // A new telephone, the slip, and her balance.
    let mut new = app.browser();
    assert_eq!(try_in(&mut new, "1001", &pin).await, 303);
    assert_eq!(
        new.get("/nanmen/home").await.is(303).location(),
        "/nanmen/pin"
    );
    let told = "您的密码由 周一 在 11月23日 重设。";
    new.get("/nanmen/pin").await.is(200).says(&[told]);
    let form = [("current", pin.as_str()), ("pin", PIN), ("again", PIN)];
    new.post("/nanmen/pin", &form)
        .await
        .is(200)
        .says(&["密码改好了"]);
    let home = new.get("/nanmen/home").await;
    home.is(200).says(&["陈阿婆家", "可用积分", told]);
    assert!(
        !new.get("/nanmen/home").await.text.contains(told),
        "told once"
    );
    new.get("/nanmen/me").await.is(200).says(&[told]);
    new.get("/nanmen/devices").await.is(200).says(&[told]);
    let records = app
        .house
        .store
        .access_records(Whose::Person(person), 9)
        .await
        .unwrap();
    let whats: Vec<_> = records.iter().map(|record| record.what.as_str()).collect();
    assert_eq!(whats, ["secret"]);
    // Unlocking leaves the PIN as it is.
    for _ in 0..3 {
        assert_eq!(try_in(&mut app.browser(), "1001", "000001").await, 401);
    }
    assert_eq!(try_in(&mut app.browser(), "1001", PIN).await, 429);
    let page = office
        .post("/nanmen/reset/unlock", &[("number", "1001")])
        .await;
    page.is(200).says(&["已解锁"]);
    assert_eq!(try_in(&mut app.browser(), "1001", PIN).await, 303);
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator/staff")
        .await
        .is(200)
        .says(&["1001 号居民的账号由 周一"]);
    app.end().await;
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one table of who may do what for whom"
)]
async fn only_the_office_helps_and_nobody_helps_themselves() {
    let app = TestApp::new().await;
    let pages = ["/nanmen/reset", "/nanmen/reset/pin", "/nanmen/reset/unlock"];
    for login in ["shop", "lead"] {
        let mut staff = app.signed_in(login).await;
        staff.get("/nanmen/reset").await.is(403);
        for page in pages {
            staff.post(page, &[("number", "1001")]).await.is(403);
        }
        assert!(!staff.get("/nanmen/notice").await.text.contains("/reset\""));
    }
    let mut resident = app.signed_in("1001").await;
    for page in pages {
        resident.post(page, &[("number", "1002")]).await.is(303);
        app.browser()
            .post(page, &[("number", "1002")])
            .await
            .is(303);
    }
    let boss = app
        .house
        .store
        .staff_by_login(&code("nanmen"), "boss")
        .await;
    let boss = boss.unwrap().unwrap().staff_id;
    let shop = app
        .house
        .store
        .staff_by_login(&code("nanmen"), "shop")
        .await;
    let shop = shop.unwrap().unwrap().staff_id;
    let (boss_page, other) = (
        format!("/nanmen/operator/staff/{boss}"),
        format!("/nanmen/operator/staff/{shop}"),
    );
    for login in ["shop", "lead", "check"] {
        let mut staff = app.signed_in(login).await;
        staff.get("/nanmen/operator/staff").await.is(403);
        staff.get(&other).await.is(403);
        for act in ["password", "disable", "enable"] {
            staff.post(&other, &[("act", act)]).await.is(403);
            staff.post(&boss_page, &[("act", act)]).await.is(403);
        }
    }
    // An operator sets a colleague's password anew, not the own one, and ends the colleague's session by it.
    let mut till = app.signed_in("shop").await;
    let mut lead = app.signed_in("boss").await;
    for form in [
        &[("act", "password")][..],
        &[("act", "disable")],
        &[("act", "role"), ("role", "leader")],
    ] {
        lead.post(&boss_page, form)
            .await
            .is(403)
            .says(&["不能给自己办"]);
    }
    lead.get("/nanmen/operator/staff")
        .await
        .is(200)
        .says(&["李明", "店员", "您自己"]);
    let slip = lead.post(&other, &[("act", "password")]).await;
    slip.is(200).says(&["只显示这一次", "李明", "shop"]);
    let secret = slip.text.split("secret-word\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap().to_owned();
    till.get("/nanmen/till").await.is(303);
    let form = [("number", "shop"), ("pin", secret.as_str())];
    till.post("/nanmen/staff/sign-in", &form).await.is(303);
    assert_eq!(
        till.get("/nanmen/till").await.is(303).location(),
        "/nanmen/pin"
    );
    till.get("/nanmen/pin").await.is(200).says(&["王芳"]);
    let form = [
        ("current", secret.as_str()),
        ("pin", "tall banyan tree"),
        ("again", "tall banyan tree"),
    ];
    till.post("/nanmen/pin", &form).await.is(303);
    till.get("/nanmen/till").await.is(200);
    // Another role, disabled, enabled.
    lead.post(&other, &[("act", "role"), ("role", "leader")])
        .await
        .is(200);
    till.get("/nanmen/till").await.is(403);
    lead.post(&other, &[("act", "role"), ("role", "leader")])
        .await
        .is(409)
        .says(&["已经是这样了"]);
    lead.post(&other, &[("act", "role"), ("role", "king")])
        .await
        .is(404);
    lead.post(&other, &[("act", "disable")])
        .await
        .is(200)
        .says(&["已停用"]);
    till.get("/nanmen/notice").await.is(200);
    till.get("/nanmen/record").await.is(303);
    let form = [("number", "shop"), ("pin", "tall banyan tree")];
    till.post("/nanmen/staff/sign-in", &form).await.is(401);
    lead.post(&other, &[("act", "enable")]).await.is(200);
    till.post("/nanmen/staff/sign-in", &form).await.is(303);
    // A resident of the same name as the one at the desk is somebody a colleague helps.
    let store = &app.house.store;
    let person = store
        .resident_person(&code("nanmen"), ResidentNo(2001))
        .await;
    let person = person.unwrap().unwrap().person_id;
    store.rename_person(person, "周一", None).await.unwrap();
    let mut check = app.signed_in("check").await;
    check
        .post("/nanmen/reset/pin", &[("number", "2001")])
        .await
        .is(403)
        .says(&["不能给自己办"]);
    lead.post("/nanmen/reset/pin", &[("number", "2001")])
        .await
        .is(200);
    app.end().await;
}
