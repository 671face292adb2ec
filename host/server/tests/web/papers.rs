//! Papers of cases: a PDF goes with a step, is downloaded by those who may see the case and never shown, and goes with the
//! person; what is none, or too heavy, is told and nothing is lost.

use rongyi_core::ids::ResidentNo;
use rongyi_server::people::own::{Wish, collect, erase};

use crate::app::{Answer, Browser, TestApp, code, parts};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF";
const KINDS: &str = r#"
[case.message]
[case.minutes]
title = { zh = "议事", en = "Talk" }
open = { by = ["resident", "staff"], name = "full" }
form = [{ key = "what", title = { zh = "什么事", en = "What" }, type = "text", required = true }]
[case.minutes.state.new]
title = { zh = "待议", en = "New" }
group = "open"
[case.minutes.state.done]
title = { zh = "议好了", en = "Done" }
group = "done"
[[case.minutes.go]]
code = "met"
title = { zh = "会开完了", en = "They met" }
from = "new"
to = "done"
by = "lead"
need = ["text", "file"]
"#;

/// Opens a case of a kind; answers its address.
async fn opened(me: &mut Browser<'_>, kind: &str, answers: &[(&str, &str)]) -> String {
    let form = format!("/nanmen/cases/new/{kind}");
    let key = me.get(&form).await.hidden("key");
    let mut sent = vec![("key", key.as_str())];
    sent.extend(answers);
    let opened = me.post(&form, &sent).await;
    let path = opened.is(303).location().split('?').next().unwrap();
    path.to_owned()
}

/// Takes a step with files.
async fn step(who: &mut Browser<'_>, page: &str, act: &str, files: &[(&str, &[u8])]) -> Answer {
    let shown = who.get(page).await;
    let (seen, key) = (shown.is(200).hidden("seen"), shown.hidden("key"));
    let key = format!("{key}-{}", files.len());
    let mut sent: Vec<(&str, &str, &[u8])> = vec![
        ("act", "", act.as_bytes()),
        ("seen", "", seen.as_bytes()),
        ("key", "", key.as_bytes()),
        ("words", "", "到会九人，定下来了".as_bytes()),
    ];
    sent.extend(files.iter().map(|(name, body)| ("papers", *name, *body)));
    parts(who, &format!("{page}/step"), &sent).await
}

/// The address of the first paper on a page.
fn paper(page: &Answer) -> String {
    let rest = page.text.split("href=\"").find(|rest| {
        let link = rest.split('"').next().unwrap_or_default();
        link.contains("/paper/")
    });
    let link = rest.unwrap_or_else(|| panic!("no paper:\n{}", page.text));
    link.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_paper_is_downloaded_by_those_who_may_see_the_case_and_never_shown() {
    let app = TestApp::with_both("", ("", KINDS)).await;
    let mut me = app.signed_in("1001").await;
    let mine = opened(&mut me, "minutes", &[("q.what", "装两张长椅")]).await;
    let work = mine.replace("/cases/", "/queue/");
    let mut boss = app.signed_in("boss").await;
    boss.get(&work)
        .await
        .is(200)
        .says(&["application/pdf", "5 MB"]);
    // The minutes must be there.
    step(&mut boss, &work, "move:met", &[])
        .await
        .is(422)
        .says(&["附件", "到会九人"]);
    let sent = step(
        &mut boss,
        &work,
        "move:met",
        &[("11月 议事会：记录.pdf", PDF)],
    )
    .await;
    sent.is(303);
    let shown = me.get(&mine).await;
    shown.is(200).says(&["议好了", "11月 议事会_记录.pdf"]);
    let address = paper(&shown);
    let got = me.get(&address).await;
    got.is(200);
    let head = |name: &str| got.headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(head("content-type"), "application/pdf");
    assert_eq!(head("x-content-type-options"), "nosniff");
    assert!(
        head("content-disposition")
            .starts_with("attachment; filename=\"paper.pdf\"; filename*=UTF-8''11%E6")
    );
    assert!(head("cache-control").starts_with("private"));
    assert_eq!(got.text.as_bytes(), PDF);
    // Nobody else, and no other case leads there.
    app.signed_in("2001").await.get(&address).await.is(404);
    app.signed_in("shop")
        .await
        .get(&paper(&boss.get(&work).await))
        .await
        .is(403);
    let other = opened(&mut me, "minutes", &[("q.what", "路灯")]).await;
    me.get(&address.replacen(&mine, &other, 1)).await.is(404);
    // It is theirs: named in what is kept about them, and gone with them.
    let (house, nanmen) = (&app.house, code("nanmen"));
    let person = house.store.resident_person(&nanmen, ResidentNo(1001)).await;
    let person = person.unwrap().unwrap().person_id;
    let own = collect(&house.store, person).await.unwrap();
    let texts = &own.residencies[0].case_texts;
    assert!(
        texts
            .iter()
            .any(|(_, _, key, text)| key == "paper" && text.contains("议事会"))
    );
    erase(house, person, &Wish::Own, false).await.unwrap();
    boss.get(&address.replace("/cases/", "/queue/"))
        .await
        .is(404);
    app.end().await;
}

#[tokio::test]
async fn what_is_no_pdf_or_too_heavy_is_told_and_what_was_typed_stays() {
    let app = TestApp::with_both("", ("", KINDS)).await;
    let mut me = app.signed_in("1001").await;
    let mine = opened(&mut me, "minutes", &[("q.what", "装两张长椅")]).await;
    let work = mine.replace("/cases/", "/queue/");
    let mut boss = app.signed_in("boss").await;
    let heavy = [PDF, &vec![b' '; 5 << 20][..]].concat();
    for (name, body, told) in [
        ("a.pdf", &b"<script>"[..], "不是 PDF"),
        ("photo.jpg", &[0xff, 0xd8, 0xff][..], "不是 PDF"),
        ("heavy.pdf", &heavy[..], "超过 5 MB"),
    ] {
        let refused = step(&mut boss, &work, "move:met", &[(name, body)]).await;
        refused.is(422).says(&[told, "到会九人"]);
    }
    let four = [
        ("a.pdf", PDF),
        ("b.pdf", PDF),
        ("c.pdf", PDF),
        ("d.pdf", PDF),
    ];
    step(&mut boss, &work, "move:met", &four)
        .await
        .is(422)
        .says(&["最多 3 份"]);
    let case = app
        .house
        .store
        .case(&code("nanmen"), 1)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((case.steps.len(), case.papers.len()), (1, 0));
    app.end().await;
}
