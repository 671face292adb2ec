//! People are entered in the browser: one person, a household, many from a sheet, a colleague, a device's token.

use rongyi_core::ids::{HouseholdNo, ResidentNo};

use crate::app::{Answer, TestApp, code, parts};

/// What a hidden field of several lines holds.
fn kept(page: &Answer, id: &str) -> String {
    let from = page.text.split(&format!("id=\"{id}\"")).nth(1).unwrap();
    let text = from.split_once('>').unwrap().1;
    let text = text.split("</textarea>").next().unwrap();
    let plain = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    let text = text.strip_prefix('\n').unwrap_or(text).to_owned();
    plain
        .iter()
        .fold(text, |text, (coded, sign)| text.replace(coded, sign))
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before}: {text}"))
        .1;
    rest.split_once(after).unwrap().0
}

async fn residents(app: &TestApp) -> usize {
    app.house
        .store
        .residents(&code("nanmen"))
        .await
        .unwrap()
        .len()
}

const NEW: [(&str, &str); 6] = [
    ("name", "何大伯"),
    ("phone", "13900000021"),
    ("resident", "2002"),
    ("household", "5"),
    ("household_name", "何家"),
    ("address", "榕树巷 21 号"),
];

fn with<'a>(form: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = form
        .iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    kept.chain(more).copied().collect()
}

#[tokio::test]
async fn one_person_is_asked_about_booked_once_and_signs_in_with_the_slip() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let page = boss.get("/nanmen/people/new").await;
    page.is(200).says(&["value=\"2002\"", "value=\"5\""]);
    let path = "/nanmen/people/new";
    let check = boss
        .post(path, &with(&NEW, &[("step", "check"), ("child", "yes")]))
        .await;
    check
        .is(200)
        .says(&["这样对吗", "何大伯", "何家 · 第 5 户", "新的一户"]);
    assert_eq!(residents(&app).await, 3, "asking books nothing");
    let book = with(&NEW, &[("step", "book"), ("child", "yes")]);
    let slip = boss.post(path, &book).await;
    slip.is(200).says(&["2002", "何大伯", "只显示这一次"]);
    let pin = between(&slip.text, "secret-digits\">", "<").replace(' ', "");
    let store = &app.house.store;
    let home = store
        .household(&code("nanmen"), HouseholdNo(5))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((&*home.name, &*home.address), ("何家", "榕树巷 21 号"));
    let public = store
        .public_name(&code("nanmen"), ResidentNo(2002))
        .await
        .unwrap();
    assert!(public.unwrap().minor);
    // The same form again changes nothing and shows no PIN.
    let again = boss.post(path, &book).await;
    assert_eq!(
        again.is(303).location(),
        "/nanmen/residents/2002?done=known"
    );
    boss.get(again.location())
        .await
        .is(200)
        .says(&["早就登记好了"]);
    assert_eq!(residents(&app).await, 4);
    let mut phone = app.browser();
    let form = [("number", "2002"), ("pin", pin.as_str())];
    phone.post("/nanmen/sign-in", &form).await.is(303);
    app.end().await;
}

#[tokio::test]
async fn somebody_who_seems_to_be_there_is_shown_and_never_merged() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let same = with(&NEW, &[("name", "陈 桂芳"), ("step", "book")]);
    let page = boss.post("/nanmen/people/new", &same).await;
    page.is(200).says(&[
        "可能已经登记过",
        "陈桂芳 <span class=\"soft\">1001",
        "陈阿婆家 · 第 3 户",
        "/nanmen/residents/1001",
        "是另一个人，照样登记",
    ]);
    assert_eq!(residents(&app).await, 3);
    let other = with(&same, &[("other", "yes")]);
    boss.post("/nanmen/people/new", &other)
        .await
        .is(200)
        .says(&["只显示这一次"]);
    assert_eq!(residents(&app).await, 4);
    app.end().await;
}

#[tokio::test]
async fn a_form_that_is_wrong_keeps_what_was_typed_and_says_where() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    for (more, field, told) in [
        (("phone", "打电话"), "phone", "不像电话号码"),
        (("name", " "), "name", "请写上姓名"),
        (("resident", "1001"), "resident", "是 household 3 的居民"),
        (("resident", "x"), "resident", "不是居民号码"),
        (("household", "3"), "household_name", "已经登记为“陈阿婆家”"),
        (("household_name", ""), "household_name", "户名"),
    ] {
        let form = with(&NEW, &[("step", "check"), more]);
        let page = boss.post("/nanmen/people/new", &form).await;
        page.is(422);
        let place = format!("id=\"error-{field}\"");
        assert!(page.text.contains(&place), "{more:?}: {}", page.text);
        assert!(page.text.contains("value=\"榕树巷 21 号\""), "{more:?}");
        let said = between(&page.text, &place, "</p>");
        if field != "resident" || more.1 == "x" {
            assert!(said.contains(told), "{more:?}: {said}");
        }
    }
    assert_eq!(residents(&app).await, 3);
    app.end().await;
}

/// Fifty rows as a spreadsheet pastes them: 44 good ones without numbers, two known, two that contradict, two bad.
fn fifty() -> String {
    let mut text = "编号\t户号\t户名\t住址\t姓名\t联系电话（没有就空着）\n".to_owned();
    text.push_str("1001\t3\t\t\t陈桂芳\t\n1002\t3\t\t\t陈小满\t\n");
    text.push_str("2001\t4\t\t\t林国栋\t\n\t3\t换了名字\t\t陈三\t13900000003\n");
    text.push_str("\t4\t\t\t林小\t没有\n\t\t\t\t没户的人\t13900000004\n");
    for no in 1..=44 {
        let home = no / 3;
        text.push_str(&format!(
            "\t\t新家{home}\t榕树巷 {home} 号\t新人{no}\t139000001{no:02}\n"
        ));
    }
    text
}

#[tokio::test]
async fn a_sheet_of_fifty_is_booked_as_it_was_shown_and_once() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let text = fifty();
    let plan = parts(
        &mut boss,
        "/nanmen/people/sheet",
        &[("text", "", text.as_bytes())],
    )
    .await;
    plan.is(200).says(&[
        "读作 UTF-8，制表符分隔，50 行",
        "登记，新的 44 位",
        "有 4 行用不了",
        "第 4 行",
        "2001 已经登记为“林国强”，这里写的是“林国栋”",
        "已经登记为“陈阿婆家”，这里写的是“换了名字”",
        "不像电话号码",
        "没写是哪一户",
        "2002",
    ]);
    assert_eq!(residents(&app).await, 3, "looking books nothing");
    let (sheet, typed) = (kept(&plan, "kept-sheet"), kept(&plan, "kept-text"));
    assert_eq!(typed, text, "nothing that was pasted is lost");
    let digest = plan.hidden("digest");
    let all: Vec<(&str, &str, &[u8])> = vec![
        ("digest", "", digest.as_bytes()),
        ("sheet", "", sheet.as_bytes()),
        ("text", "", typed.as_bytes()),
        ("untaken", "", b"4"),
    ];
    let path = "/nanmen/people/sheet/book";
    // Something else under the same digest is shown anew, not booked.
    let other = sheet.replace("新人7\t", "别人7\t");
    assert_ne!(other, sheet);
    let swapped = [all[0], ("sheet", "", other.as_bytes()), all[2]];
    let page = parts(&mut boss, path, &swapped).await;
    page.is(200).says(&["和刚才看的不一样了"]);
    assert_eq!(residents(&app).await, 3);
    let done = parts(&mut boss, path, &all).await;
    done.is(200).says(&[
        "新登记 44 位",
        "早已登记 2 位",
        "只显示这一次",
        "新人44",
        "没登记的，在这里改好再来一次",
    ]);
    assert_eq!(done.text.matches("cut-digits").count(), 44);
    assert_eq!(residents(&app).await, 47);
    let homes = app.house.store.households(&code("nanmen")).await.unwrap();
    assert_eq!(homes.len(), 2 + 15);
    // One of the slips opens the door.
    let pin = between(&done.text, "cut-digits\">", "<").replace(' ', "");
    let number = between(&done.text, "cut-slip", "cut-digits");
    let number = between(number, "<dd>", "</dd>").to_owned();
    let mut phone = app.browser();
    let form = [("number", number.as_str()), ("pin", pin.as_str())];
    phone.post("/nanmen/sign-in", &form).await.is(303);
    let again = parts(&mut boss, path, &all).await;
    again.is(200).says(&["新登记 0 位", "早已登记 46 位"]);
    assert!(!again.text.contains("cut-digits"));
    assert_eq!(residents(&app).await, 47);
    app.end().await;
}

#[tokio::test]
async fn a_row_that_seems_to_be_known_is_left_out_unless_it_is_ticked() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let text = "姓名,户号,电话\n林国强,4,13900000001\n林小,4,\n";
    let file = ("file", "名单.csv", text.as_bytes());
    let plan = parts(
        &mut boss,
        "/nanmen/people/sheet",
        &[("text", "", b""), file],
    )
    .await;
    plan.is(200).says(&[
        "逗号分隔，2 行",
        "可能就是",
        "林国强 2001",
        "有 1 行可能早就登记过",
    ]);
    let (sheet, digest) = (kept(&plan, "kept-sheet"), plan.hidden("digest"));
    let all = [
        ("digest", "", digest.as_bytes()),
        ("sheet", "", sheet.as_bytes()),
        ("text", "", text.as_bytes()),
    ];
    let path = "/nanmen/people/sheet/book";
    let done = parts(&mut boss, path, &all).await;
    done.is(200).says(&["新登记 1 位", "没有登记：第 2 行"]);
    assert_eq!(residents(&app).await, 4);
    // What changed meanwhile is shown before anything is booked.
    let page = parts(&mut boss, path, &all).await;
    page.says(&["和刚才看的不一样了"]);
    let (sheet, digest) = (kept(&page, "kept-sheet"), page.hidden("digest"));
    let ticked = [
        ("digest", "", digest.as_bytes()),
        ("sheet", "", sheet.as_bytes()),
        ("other", "", b"2".as_slice()),
    ];
    parts(&mut boss, path, &ticked)
        .await
        .is(200)
        .says(&["新登记 1 位"]);
    assert_eq!(residents(&app).await, 5);
    app.end().await;
}

#[tokio::test]
async fn sheets_that_are_none_are_told_in_a_sentence_and_kept() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let path = "/nanmen/people/sheet";
    let many = format!("姓名\n{}", "张三\n".repeat(201));
    for (text, told) in [
        ("", "还没有贴表格"),
        ("姓名\t户名\n", "只有列名"),
        ("2026 年登记表\t\t\n姓名\t户名\t电话\n", "像是表的标题"),
        ("姓名\t天气\n张三\t晴\n", "没有“天气”这一列"),
        ("户号\t电话\n3\t\n", "缺少“姓名”这一列"),
        (&many, "一次最多 200 行"),
    ] {
        let page = parts(&mut boss, path, &[("text", "", text.as_bytes())]).await;
        page.is(422).says(&[told]);
        assert_eq!(kept(&page, "field-text"), text, "{told}");
    }
    let broken = [
        ("text", "", "留着".as_bytes()),
        ("file", "a.xlsx", b"PK\x03\x04none"),
    ];
    let page = parts(&mut boss, path, &broken).await;
    page.is(422).says(&["打不开这个电子表格", "留着"]);
    // A form that is none of parts is a fault, and no panic.
    boss.post(path, &[("text", "x")]).await.is(400);
    app.end().await;
}

#[tokio::test]
async fn households_and_residents_are_found_and_corrected() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    for (who, to) in [
        ("1001", "/nanmen/residents/1001"),
        ("陈桂芳", "/nanmen/residents/1001"),
        ("第 3 户", "/nanmen/people/households/3"),
    ] {
        let found = boss.post("/nanmen/people", &[("who", who)]).await;
        assert_eq!(found.is(303).location(), to, "{who}");
    }
    boss.post("/nanmen/people", &[("who", "没有这人")])
        .await
        .is(422)
        .says(&["没有找到", "value=\"没有这人\""]);
    let page = boss.get("/nanmen/people/households/3").await;
    page.is(200)
        .says(&["陈阿婆家 · 第 3 户", "陈桂芳", "陈小满"]);
    boss.get("/nanmen/people/households/99").await.is(404);
    let form = [("name", "陈家"), ("address", "榕树巷 3 号")];
    boss.post("/nanmen/people/households/3", &form)
        .await
        .is(303);
    boss.get("/nanmen/people/households/3")
        .await
        .says(&["陈家", "榕树巷 3 号"]);
    let empty = boss
        .post("/nanmen/people/households/3", &[("name", "")])
        .await;
    empty.is(422).says(&["不能空着"]);
    app.earn("t-1", "waste.food", 1001, 300).await;
    let page = boss.get("/nanmen/people/residents/1001").await;
    page.is(200).says(&["更正姓名或电话", "陈桂芳"]);
    let form = [("name", "陈桂芬"), ("phone", "13800000003")];
    let done = boss.post("/nanmen/people/residents/1001", &form).await;
    boss.get(done.is(303).location())
        .await
        .says(&["更正好了", "陈桂芬", "尾号 0003"]);
    let bad = boss
        .post(
            "/nanmen/people/residents/1001",
            &[("name", "陈桂芬"), ("phone", "x")],
        )
        .await;
    bad.is(422).says(&["不像电话号码"]);
    // The person sees that somebody looked.
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/me/privacy")
        .await
        .says(&["核对了您是谁", "看了余额"]);
    app.end().await;
}

#[tokio::test]
async fn a_colleague_is_taken_on_and_signs_in_with_the_slip() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator/staff")
        .await
        .says(&["/nanmen/operator/staff/new"]);
    let path = "/nanmen/operator/staff/new";
    boss.get(path).await.is(200);
    let form = [
        ("name", "何小雨"),
        ("login", "xiaoyu"),
        ("role", "shopkeeper"),
        ("resident", "2001"),
    ];
    for (more, told) in [
        (("role", ""), "请选一个岗位"),
        (("login", "小雨"), "小写字母"),
        (("login", "boss"), "已经是 王芳 的了"),
        (("resident", "77"), "77"),
        (("name", ""), "都要写"),
    ] {
        let page = boss.post(path, &with(&form, &[more])).await;
        page.is(422).says(&[told, "field-error"]);
    }
    let slip = boss.post(path, &form).await;
    slip.is(200).says(&["xiaoyu", "只显示这一次"]);
    let password = between(&slip.text, "secret-word\">", "<").to_owned();
    assert_eq!(
        boss.post(path, &form).await.is(303).location(),
        "/nanmen/operator/staff"
    );
    boss.get("/nanmen/operator/staff")
        .await
        .says(&["何小雨", "由 王芳 在"]);
    let mut new = app.browser();
    let form = [("number", "xiaoyu"), ("pin", password.as_str())];
    new.post("/nanmen/staff/sign-in", &form).await.is(303);
    app.end().await;
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_works_no_longer() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let path = "/nanmen/operator/tokens";
    boss.get(path).await.is(200).says(&["还没有发过"]);
    boss.post(path, &[("name", ""), ("scope", "")])
        .await
        .is(422)
        .says(&["请写设备叫什么", "请选一样"]);
    let form = [("name", "东门秤"), ("scope", "read")];
    let made = boss.post(path, &form).await;
    made.is(200)
        .says(&["东门秤", "只显示这一次", "看公开的数字"]);
    let token = between(&made.text, "token-word\">", "<").to_owned();
    assert!(!boss.get(path).await.text.contains(&token), "shown once");
    boss.post(path, &form)
        .await
        .is(422)
        .says(&["已经有一个在用的"]);
    let mut device = app.browser();
    device.bearer = Some(token);
    device.get("/api/v1/communities/nanmen/items").await.is(200);
    let id = between(&made.text, "operator/tokens/", "/end").to_owned();
    let end = format!("{path}/{id}/end");
    boss.post(&end, &[]).await.is(200).says(&["已作废"]);
    device.get("/api/v1/communities/nanmen/items").await.is(401);
    boss.post("/nanmen/operator/tokens/99/end", &[])
        .await
        .is(404);
    app.end().await;
}

#[tokio::test]
async fn nobody_else_enters_people() {
    let app = TestApp::new().await;
    for login in ["shop", "check", "lead"] {
        let mut other = app.signed_in(login).await;
        for path in [
            "/nanmen/people",
            "/nanmen/people/new",
            "/nanmen/people/sheet",
            "/nanmen/operator/tokens",
            "/nanmen/operator/staff/new",
        ] {
            other.get(path).await.is(403);
        }
        other
            .post("/nanmen/people/new", &with(&NEW, &[("step", "book")]))
            .await
            .is(403);
        let sheet = [("text", "", fifty().into_bytes())];
        let sheet: Vec<(&str, &str, &[u8])> = sheet
            .iter()
            .map(|(name, file, text)| (*name, *file, text.as_slice()))
            .collect();
        parts(&mut other, "/nanmen/people/sheet", &sheet)
            .await
            .is(403);
    }
    assert_eq!(residents(&app).await, 3);
    app.end().await;
}
