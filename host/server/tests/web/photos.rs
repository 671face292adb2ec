//! Photos of cases from end to end: sent with a form and with a step, seen by those who may see the case and by nobody
//! else, refused with a sentence and nothing lost, gone with the person.

use std::io::Cursor;

use rongyi_core::ids::ResidentNo;
use rongyi_core::time::Instant;
use rongyi_server::people::own::{Wish, erase};
use rongyi_server::rounds;

use crate::app::{NOW, TestApp, code, parts};

const KINDS: &str = "[case.message]\n[case.claim]\n";
const FORM: &str = "/nanmen/cases/new/message";

/// A picture of one colour each.
pub(crate) fn png(shade: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(64, 48, image::Rgb([shade, 120, 30]));
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a picture");
    bytes.into_inner()
}

/// What a form of a message sends, with photos.
fn message<'m>(key: &'m str, files: &[(&'m str, &'m [u8])]) -> Vec<(&'m str, &'m str, &'m [u8])> {
    let mut all: Vec<(&str, &str, &[u8])> = vec![
        ("key", "", key.as_bytes()),
        ("q.class", "", b"help"),
        ("q.text", "", "楼道灯坏了".as_bytes()),
    ];
    let files = files
        .iter()
        .map(|(name, bytes)| ("q.photos", *name, *bytes));
    all.extend(files);
    all
}

/// Addresses of photos on a page.
fn photos(text: &str) -> Vec<String> {
    let sources = text.split("<img src=\"").skip(1);
    let sources = sources.filter_map(|rest| rest.split('"').next());
    sources.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_photo_is_seen_by_those_who_may_see_the_case() {
    let app = TestApp::with_both("", ("", KINDS)).await;
    let mut me = app.signed_in("1001").await;
    let page = me.get(FORM).await;
    page.is(200).says(&["multipart/form-data", "最多 6 张"]);
    let key = page.hidden("key");
    let (one, two) = (png(10), png(20));
    let sent = message(&key, &[("灯 1.png", &one), ("2.png", &two), ("", b"")]);
    let opened = parts(&mut me, FORM, &sent).await;
    let mine = opened
        .is(303)
        .location()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let shown = me.get(&mine).await;
    let addresses = photos(&shown.is(200).text);
    assert_eq!(addresses.len(), 2, "{}", shown.text);
    let photo = me.get(&addresses[0]).await;
    photo.is(200);
    let head = |name: &str| {
        photo
            .headers
            .get(name)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(head("content-type"), "image/jpeg");
    assert_eq!(head("x-content-type-options"), "nosniff");
    assert!(head("cache-control").starts_with("private"));
    assert!(head("content-security-policy").contains("default-src 'none'"));
    // Neighbours and the door see nothing; another case is no way in.
    app.signed_in("2001").await.get(&addresses[0]).await.is(404);
    app.browser().get(&addresses[0]).await.is(303);
    let other = me.get(FORM).await.hidden("key");
    let other = parts(&mut me, FORM, &message(&other, &[])).await;
    let other = other
        .is(303)
        .location()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let elsewhere = addresses[0].replacen(&mine, &other, 1);
    me.get(&elsewhere).await.is(404);
    // The office sees it, and that somebody looked is on record.
    let work = mine.replace("/cases/", "/queue/");
    let mut boss = app.signed_in("boss").await;
    let desk = boss.get(&work).await;
    let at_desk = photos(&desk.is(200).text);
    boss.get(&at_desk[0]).await.is(200);
    app.signed_in("shop").await.get(&at_desk[0]).await.is(403);
    // With a step, too.
    let key = format!("{}-x", desk.hidden("key"));
    let seen = desk.hidden("seen");
    let three = png(30);
    let sent: [(&str, &str, &[u8]); 5] = [
        ("act", "", b"note"),
        ("key", "", key.as_bytes()),
        ("seen", "", seen.as_bytes()),
        ("words", "", "去看过了".as_bytes()),
        ("photos", "3.png", &three),
    ];
    parts(&mut boss, &format!("{work}/step"), &sent)
        .await
        .is(303);
    assert_eq!(photos(&me.get(&mine).await.text).len(), 3);
    app.end().await;
}

#[tokio::test]
async fn what_is_no_photo_is_told_beside_the_field_and_nothing_is_lost() {
    let app = TestApp::with_both("", ("", KINDS)).await;
    let mut me = app.signed_in("1001").await;
    let good = png(10);
    let heavy = vec![0xff; 6 << 20];
    for (file, bytes, told) in [
        ("a.pdf", &b"%PDF-1.4"[..], "不是照片"),
        ("a.svg", &b"<svg onload='x'/>"[..], "不是照片"),
        ("cut.png", &good[..60], "打不开"),
        ("heavy.jpg", &heavy[..], "超过 5 MB"),
    ] {
        let key = me.get(FORM).await.hidden("key");
        let refused = parts(
            &mut me,
            FORM,
            &message(&key, &[("ok.png", &good), (file, bytes)]),
        )
        .await;
        refused
            .is(422)
            .says(&[told, "楼道灯坏了", "error-q.photos", "已经传上来了"]);
        // What was good is still there: sent again without a file, it comes along.
        let kept = refused.hidden("kept.q.photos");
        let mut again = message(&key, &[]);
        again.push(("kept.q.photos", "", kept.as_bytes()));
        let opened = parts(&mut me, FORM, &again).await;
        let mine = opened.is(303).location().to_owned();
        assert_eq!(photos(&me.get(&mine).await.text).len(), 1);
    }
    app.end().await;
}

#[tokio::test]
async fn a_hundred_megabytes_are_read_past_and_what_was_typed_stays() {
    let app = TestApp::with_both("", ("", KINDS)).await;
    let mut me = app.signed_in("1001").await;
    let key = me.get(FORM).await.hidden("key");
    let vast = vec![0xff; 100 << 20];
    let refused = parts(&mut me, FORM, &message(&key, &[("vast.jpg", &vast)])).await;
    refused.is(422).says(&["超过 5 MB", "楼道灯坏了"]);
    // Of all the other pages none takes more than before.
    let long = "x".repeat(1_100_000);
    let answer = me.post("/nanmen/me/privacy", &[("listing", &long)]).await;
    answer.is(413);
    app.end().await;
}

#[tokio::test]
async fn photos_go_with_the_person_and_loose_ones_after_a_day() {
    let app = TestApp::with_both("", ("", KINDS)).await;
    let (house, nanmen) = (&app.house, code("nanmen"));
    let mut me = app.signed_in("1001").await;
    let key = me.get(FORM).await.hidden("key");
    let one = png(10);
    let opened = parts(&mut me, FORM, &message(&key, &[("1.png", &one)])).await;
    let mine = opened
        .is(303)
        .location()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let no: u64 = mine.rsplit('/').next().unwrap().parse().unwrap();
    let case = house.store.case(&nanmen, no).await.unwrap().unwrap();
    let kept = case.photos[0].digest;
    // A form that was never sent again.
    let two = png(20);
    let key = me.get(FORM).await.hidden("key");
    let refused = parts(
        &mut me,
        FORM,
        &message(&key, &[("2.png", &two), ("x", b"no")]),
    )
    .await;
    let loose = refused.is(422).hidden("kept.q.photos");
    let loose = rongyi_core::chain::from_hex(&loose).unwrap();
    let is_kept = async |digest| house.store.photo_is_kept(&nanmen, &digest).await.unwrap();
    rounds::round(house, &nanmen).await.unwrap();
    assert!(is_kept(loose).await);
    app.clock.set(Instant(NOW.0 + 25 * 3_600_000_000));
    rounds::round(house, &nanmen).await.unwrap();
    assert!(!is_kept(loose).await && is_kept(kept).await);
    let person = house.store.resident_person(&nanmen, ResidentNo(1001)).await;
    let person = person.unwrap().unwrap();
    erase(house, person.person_id, &Wish::Own, false)
        .await
        .unwrap();
    assert!(!is_kept(kept).await);
    let case = house.store.case(&nanmen, no).await.unwrap().unwrap();
    assert!(case.photos.is_empty() && case.steps.len() == 1);
    app.end().await;
}
