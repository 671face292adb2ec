//! Every page is found by links: from the page where a role begins, following what it shows, each address of the
//! router is reached that is this role's business, and no link leads to a refusal or a missing page.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::time::Instant;
use serde_json::json;

use crate::app::{Browser, NOW, TestApp, code, parts};
use crate::certificates;
use crate::photos::png;
use crate::volunteers;
use crate::{inspections, merchants};

/// Pages that one role reaches at most; more would mean that links never end.
const PAGES_MAX: usize = 400;

/// For everybody, signed in or not.
const PUBLIC: [&str; 14] = [
    "/{community}/rules/change",
    "/{community}/app.webmanifest",
    "/{community}/rules",
    "/{community}/certificate",
    "/check-certificate.py",
    "/{community}/activities",
    "/{community}/activities/{no}",
    "/heads",
    "/heads/{file}",
    "/check-proof.py",
    "/{community}/head",
    "/{community}/proof",
    "/{community}/notice",
    "/{community}/notice/list",
];
/// Typed by hand without the slash at its end; links have it.
const TYPED: &str = "/{community}";
/// A form leads to people: whoever has the field finds somebody with it.
const FIND: (&str, &str) = ("action=\"/nanmen/residents\"", "/nanmen/residents?q=chen");
const DOORS: [&str; 4] = [
    "/",
    "/{community}/",
    "/{community}/sign-in",
    "/{community}/staff/sign-in",
];
const RESIDENT: [&str; 35] = [
    "/{community}/me/code",
    "/{community}/me/household",
    "/{community}/me/year",
    "/{community}/messages",
    "/{community}/messages/choices",
    "/{community}/cases/{no}/paper/{digest}",
    "/{community}/judging/{no}",
    "/{community}/me/certificates",
    "/{community}/me/certificates/{no}",
    "/{community}/me/certificates/{no}/certificate.pdf",
    "/{community}/me/certificates/{no}/certificate.json",
    "/{community}/calendar/{key}/shifts.ics",
    "/{community}/me/hours",
    "/{community}/activities/{no}/here",
    "/{community}/cases",
    "/{community}/cases/new/{kind}",
    "/{community}/cases/{no}",
    "/{community}/cases/{no}/photo/{digest}",
    "/{community}/devices",
    "/{community}/home",
    "/{community}/passbook",
    "/{community}/passbook/{seq}",
    "/{community}/passbook/{seq}/proof",
    "/{community}/passbook/{seq}/proof.json",
    "/{community}/me",
    "/{community}/me/data",
    "/{community}/me/data.json",
    "/{community}/me/privacy",
    "/{community}/pin",
    "/{community}/shop",
    "/{community}/shop/{item}",
    "/{community}/shop/{item}/confirm",
    "/{community}/orders",
    "/{community}/orders/{no}",
    "/{community}/notice",
];
const STAFF: [&str; 2] = ["/{community}/notice", "/{community}/pin"];
/// What leads there is a form: opened by its address, it goes back to the form.
const FORMS: [&str; 5] = [
    // Kept by the browser for the time without a network.
    "/{community}/me/offline",
    // Something is put into it.
    "/{community}/basket",
    "/{community}/reset/pin",
    "/{community}/reset/unlock",
    // A card is scanned.
    "/{community}/card/{word}",
];

/// What pages need, and browsers ask for by themselves.
const FILES: [&str; 8] = [
    rongyi_pages::CSS_PATH,
    rongyi_pages::PAPER_PATH,
    rongyi_pages::JS_PATH,
    rongyi_pages::WORKER_PATH,
    rongyi_pages::ICON_PATH,
    rongyi_pages::ICON_192_PATH,
    rongyi_pages::ICON_512_PATH,
    "/favicon.ico",
];

/// The addresses that answer to GET. A new page is a new line here, or a test that fails.
fn routes() -> BTreeSet<String> {
    let all = rongyi_server::routes::addresses();
    // The last is looked for by its name, which is the same everywhere.
    let files = [&FILES[..], &[rongyi_server::door::contact::PATH]].concat();
    let pages = all
        .list()
        .iter()
        .filter(|address| address.method == "GET" && !files.contains(&address.path.as_str()));
    pages.map(|address| address.path.clone()).collect()
}

fn fits(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len()
        && route.iter().zip(&path).all(|(segment, part)| {
            segment == part
                || (segment.starts_with('{') && segment.ends_with('}') && !part.is_empty())
        })
}

/// The route of a path; one without holes before one with.
fn route_of<'r>(routes: &'r BTreeSet<String>, path: &str) -> Option<&'r String> {
    let fitting = routes.iter().filter(|route| fits(route, path));
    fitting.min_by_key(|route| route.matches('{').count())
}

fn links(html: &str) -> Vec<String> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| link.starts_with('/') && !link.starts_with("/assets"))
        .map(|link| {
            link.split('#')
                .next()
                .unwrap_or_default()
                .replace("&amp;", "&")
        })
        .collect()
}

/// Follows every link from `start`; answers the routes that were reached and what was wrong.
async fn walk(who: &mut Browser<'_>, start: &str) -> (BTreeSet<String>, Vec<String>) {
    let routes = routes();
    let anonymous = who.cookies.is_empty();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut todo = vec![(start.to_owned(), "the beginning".to_owned())];
    let (mut reached, mut wrong) = (BTreeSet::new(), Vec::new());
    while let Some((link, from)) = todo.pop() {
        let path = link.split('?').next().unwrap_or_default().to_owned();
        if seen.insert(link.clone(), from.clone()).is_some() {
            continue;
        }
        assert!(seen.len() < PAGES_MAX, "links without end: {seen:?}");
        if let Some(route) = route_of(&routes, &path) {
            reached.insert(route.clone());
        } else if !FILES.contains(&path.as_str()) {
            wrong.push(format!("{link} of {from} is no page"));
        }
        let answer = who.get(&link).await;
        match answer.status.as_u16() {
            200 => {}
            303 => {
                let on = answer.location().to_owned();
                if on.contains("sign-in") && path.starts_with("/nanmen/") && !anonymous {
                    wrong.push(format!("{link} of {from} asks to sign in"));
                }
                todo.push((on, link));
                continue;
            }
            status => {
                wrong.push(format!("{link} of {from} gives {status}"));
                continue;
            }
        }
        let html = answer.headers.get("content-type").is_some_and(|kind| {
            kind.to_str()
                .is_ok_and(|kind| kind.starts_with("text/html"))
        });
        if html && answer.text.contains(FIND.0) {
            todo.push((FIND.1.to_owned(), link.clone()));
        }
        if html {
            todo.extend(
                links(&answer.text)
                    .into_iter()
                    .map(|target| (target, link.clone())),
            );
        }
    }
    (reached, wrong)
}

/// A community in which every page has something to show.
async fn lively() -> TestApp {
    let community = "notice_days = { \"council.attend\" = 3 }\ndebt_floors = { points = -10 }\n";
    let more = format!(
        "[merchants]\nfen_per = {{ points = 10 }}\n[case.message]\n{}",
        volunteers::HOURS
    );
    let app = TestApp::with_both("", (community, &more)).await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    app.clock.set(Instant(NOW.0 + 9 * 86_400_000_000));
    app.earn("c-1", "council.attend", 1001, 1).await;
    let mut me = app.signed_in("1001").await;
    let order = json!({ "lines": [{ "item": "salt", "quantity": 2 }], "total": 10 });
    let path = "/api/v1/communities/nanmen/orders";
    me.json(path, &order).await.is(200);
    let form = "/nanmen/cases/new/message";
    let page = me.get(form).await;
    page.is(200);
    let key = page.hidden("key");
    let photo = png(40);
    let sent = [
        ("key", "", key.as_bytes()),
        ("q.class", "", b"ask"),
        ("q.text", "", "路灯什么时候亮".as_bytes()),
        ("q.photos", "lamp.png", &photo),
    ];
    parts(&mut me, form, &sent).await.is(303);
    let mut boss = app.signed_in("boss").await;
    let sent: [(&str, &str, &[u8]); 1] = [("photo", "salt.png", &photo)];
    parts(&mut boss, "/nanmen/stock/salt/photo", &sent)
        .await
        .is(303);
    let case = boss.get("/nanmen/queue/1").await;
    let (seen, key) = (case.hidden("seen"), case.hidden("key"));
    let sent: [(&str, &str, &[u8]); 5] = [
        ("act", "", b"note"),
        ("seen", "", seen.as_bytes()),
        ("key", "", key.as_bytes()),
        ("words", "", "照这份图纸装".as_bytes()),
        ("papers", "plan.pdf", b"%PDF-1.7"),
    ];
    parts(&mut boss, "/nanmen/queue/1/step", &sent)
        .await
        .is(303);
    inspections::open(&mut boss, &[], ("1001", "2001"))
        .await
        .is(303);
    let cut = [("step", "cut-off")];
    boss.post("/nanmen/operator/periods/2026-11", &cut)
        .await
        .is(303);
    let body = json!({
        "number": "0123456789abcdef", "from": "2026-11-01", "to": "2026-11-22", "entries": 3,
        "words": [], "days": [], "said": [], "spread": [], "homes": [], "own": {}
    });
    let shown = rongyi_store::Proposal {
        number: "0123456789abcdef".into(),
        body: body.to_string(),
        shown_at: app.house.clock.now(),
        shown_by: code("staff/1"),
    };
    let kept = app.house.store.show_proposal(&code("nanmen"), &shown).await;
    kept.expect("a proposal");
    merchants::enrol(&app).await;
    volunteers::under_way(&app, 1001).await;
    certificates::issued(&app).await;
    let heads = &app.house.heads;
    let (nanmen, now) = (code("nanmen"), app.house.clock.now());
    let published = heads.publish(&app.house.store, &nanmen, now);
    published.await.expect("published").expect("a head");
    app
}

/// What an operator finds beside what everybody on duty does.
const OPERATOR: [&str; 50] = [
    "/{community}/goods/{item}/{digest}",
    "/{community}/merchants",
    "/{community}/merchants/new",
    "/{community}/merchants/{merchant}/end",
    "/{community}/queue/{no}/paper/{digest}",
    "/{community}/inspections",
    "/{community}/inspections/new",
    "/{community}/inspections/{no}",
    "/{community}/queue",
    "/{community}/queue/new",
    "/{community}/queue/new/{kind}",
    "/{community}/queue/{no}",
    "/{community}/queue/{no}/photo/{digest}",
    "/{community}/residents",
    "/{community}/residents/{resident}",
    "/{community}/residents/{resident}/passbook/{seq}",
    "/{community}/residents/{resident}/order",
    "/{community}/residents/{resident}/data.json",
    "/{community}/listing",
    "/{community}/reset",
    "/{community}/operator/staff",
    "/{community}/operator/staff/{id}",
    "/{community}/operator/staff/new",
    "/{community}/operator/tokens",
    "/{community}/people",
    "/{community}/people/new",
    "/{community}/people/sheet",
    "/{community}/people/residents/{resident}",
    "/{community}/people/residents/{resident}/leave",
    "/{community}/people/households/{household}",
    "/{community}/people/households/{household}/move",
    "/{community}/operator",
    "/{community}/operator/rules",
    "/{community}/operator/simulate",
    "/{community}/operator/changes",
    "/{community}/operator/council",
    "/{community}/operator/try",
    "/{community}/operator/rules/author",
    "/{community}/operator/rules/author/events.jsonl",
    "/{community}/operator/lapsing",
    "/{community}/till/day",
    "/{community}/stock",
    "/{community}/stock/{item}",
    "/{community}/stock/{item}/book.csv",
    "/{community}/operator/periods",
    "/{community}/operator/periods/{period}",
    "/{community}/till",
    "/{community}/record",
    "/{community}/record/roster",
    "/{community}/amend",
];

/// What leaders of activities find.
const ACTIVITIES: [&str; 9] = [
    "/{community}/volunteering",
    "/{community}/volunteering/new",
    "/{community}/volunteering/new/{kind}",
    "/{community}/volunteering/{no}",
    "/{community}/volunteering/{no}/{shift}",
    "/{community}/volunteering/{no}/{shift}/code",
    "/{community}/volunteering/{no}/{shift}/gate",
    "/{community}/volunteering/teams",
    "/{community}/volunteering/teams/{team}",
];

/// Who begins where, and what they find links to from there.
fn roles() -> [(&'static str, &'static str, Vec<&'static str>); 7] {
    let desks = |further: &[&'static str]| [&STAFF, further].concat();
    let (till, record, amend) = (
        "/{community}/till",
        "/{community}/record",
        "/{community}/amend",
    );
    let till_day = "/{community}/till/day";
    let (stock, item, book) = (
        "/{community}/stock",
        "/{community}/stock/{item}",
        "/{community}/stock/{item}/book.csv",
    );
    let roster = "/{community}/record/roster";
    let listing = "/{community}/listing";
    let reset = "/{community}/reset";
    let find = "/{community}/residents";
    let (resident, line, order) = (
        "/{community}/residents/{resident}",
        "/{community}/residents/{resident}/passbook/{seq}",
        "/{community}/residents/{resident}/order",
    );
    let reports = [
        "/{community}/reports",
        "/{community}/reports/{report}",
        "/{community}/reports/{report}/table.csv",
        "/{community}/reports/{report}/table.xlsx",
    ];
    let wall = ["/{community}/wall", "/{community}/wall/{list}"];
    let certify = [
        "/{community}/certificates",
        "/{community}/certificates/{no}",
        "/{community}/certificates/{no}/certificate.pdf",
        "/{community}/certificates/{no}/certificate.json",
        "/{community}/volunteering/teams/{team}/certificates.pdf",
        "/{community}/volunteering/teams/{team}/certificates.zip",
    ];
    let merchant = [
        "/{community}/merchants/{merchant}",
        "/{community}/merchants/{merchant}/statements/{month}",
        "/{community}/merchants/{merchant}/statements/{month}/table.csv",
        "/{community}/merchants/{merchant}/statements/{month}/table.xlsx",
    ];
    [
        (
            "lin",
            "/nanmen/till",
            desks(&[&[till, till_day, "/{community}/merchants"], &merchant[..]].concat()),
        ),
        ("", "/", [&PUBLIC[..], &DOORS].concat()),
        ("1001", "/nanmen/home", [&PUBLIC[..], &RESIDENT].concat()),
        (
            "shop",
            "/nanmen/till",
            desks(&[&[till, till_day, stock, item, book, find, order], &wall[..]].concat()),
        ),
        (
            "check",
            "/nanmen/amend",
            desks(
                &[
                    &[amend, record, roster, listing, reset, find, resident, line],
                    &reports[..],
                    &wall,
                    &ACTIVITIES,
                    &certify,
                ]
                .concat(),
            ),
        ),
        (
            "lead",
            "/nanmen/record",
            desks(&[&[record, roster, find], &wall[..], &ACTIVITIES].concat()),
        ),
        (
            "boss",
            "/nanmen/operator",
            desks(
                &[
                    &OPERATOR[..],
                    &merchant,
                    &reports,
                    &wall,
                    &ACTIVITIES,
                    &certify,
                ]
                .concat(),
            ),
        ),
    ]
}

#[tokio::test]
async fn every_page_is_found_by_links_from_where_its_readers_begin() {
    let app = lively().await;
    let mut all = BTreeSet::from([TYPED.to_owned()]);
    all.extend(FORMS.map(str::to_owned));
    for (who, start, expected) in roles() {
        let mut browser = if who.is_empty() {
            app.browser()
        } else {
            app.signed_in(who).await
        };
        if !who.is_empty() {
            let begins = browser.get("/nanmen/").await;
            assert_eq!(begins.is(303).location(), start, "where {who} begins");
        }
        let (reached, wrong) = walk(&mut browser, start).await;
        assert!(wrong.is_empty(), "{who}:\n  {}", wrong.join("\n  "));
        let missed: Vec<&str> = expected
            .iter()
            .filter(|route| !reached.contains(**route))
            .copied()
            .collect();
        assert!(missed.is_empty(), "“{who}” finds no link to {missed:?}");
        all.extend(expected.into_iter().map(str::to_owned));
    }
    assert_eq!(all, routes(), "a page that is nobody's, or that is gone");
    app.end().await;
}
