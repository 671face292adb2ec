//! The story as people live it, in headless Chromium against the real binary: from the sign-in on a phone to a
//! bag of rice over the counter, with scripts and without. Every page on the way is measured.
//!
//! What the numbers are is other tests' business: here they must only agree with each other.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use rongyi_tests::{
    Browser, Device, Driver, Installation, Scripting, Serving, broken_words, inspect,
};

const RICE: &str = "rice-5kg";
/// The button that orders the basket.
const ORDER: &str = "form[action$='/orders'] button";

/// The number in a text such as `1,234 分`.
fn number(text: &str) -> i64 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits
        .parse()
        .unwrap_or_else(|_| panic!("no number in “{text}”"))
}

/// Signs in one of the people whom the demonstration prints.
async fn sign_in(browser: &Browser, page: &str, who: &str, secret: &str) {
    browser.go(page).await;
    browser.write("#field-number", who).await;
    browser.write("#field-pin", secret).await;
    browser.touch("main form button").await;
}

/// `1001 PIN 123456` of the printed lines, or `login password`.
fn secret_of(serving: &Serving, who: &str) -> String {
    let words = serving.words_of(who);
    let at = words.iter().position(|word| word == who).unwrap();
    let after = &words[at + 1..];
    let secret = if after[0] == "PIN" {
        &after[1]
    } else {
        &after[0]
    };
    secret.clone()
}

/// What is wrong with the pages that were passed.
struct Look {
    measured: bool,
    wrong: Vec<String>,
}

impl Look {
    async fn at(&mut self, browser: &Browser, page: &str) {
        if self.measured {
            self.wrong
                .extend(inspect(browser, page, Device::Phone).await);
        }
    }
}

/// The resident: sign-in, passbook, why, shop, order. Answers the order's page and its pick-up code.
async fn buy(phone: &Browser, pin: &str, look: &mut Look) -> (String, String) {
    phone.go("/").await;
    look.at(phone, "communities").await;
    phone.go("/nanmen/sign-in").await;
    look.at(phone, "sign-in").await;
    sign_in(phone, "/nanmen/sign-in", "1001", "not this").await;
    assert_eq!(
        phone.path().await,
        "/nanmen/sign-in",
        "a wrong PIN signs nobody in"
    );
    assert_eq!(phone.count("[role=alert]").await, 1, "a wrong PIN is told");
    look.at(phone, "sign-in refused").await;
    sign_in(phone, "/nanmen/sign-in", "1001", pin).await;
    assert_eq!(phone.path().await, "/nanmen/home", "{}", phone.text().await);
    let before = number(&phone.text_of(".cover-number b").await);
    assert!(
        before >= 85,
        "the resident of the demonstration can afford rice, but has {before}"
    );
    look.at(phone, "home").await;

    phone.touch("a.act[href$='/passbook']").await;
    let shown = number(&phone.text_of(".heading-number b").await);
    assert_eq!(shown, before, "home and passbook show the same balance");
    look.at(phone, "passbook").await;
    phone.go("/nanmen/passbook?show=earned").await;
    phone.touch("a.line").await;
    let steps = phone.count("table.sum tbody tr").await;
    assert!(steps > 0, "why has a breakdown:\n{}", phone.text().await);
    look.at(phone, "why").await;

    phone.go("/nanmen/shop").await;
    look.at(phone, "shop").await;
    phone.touch(&format!("a.tile[href$='/shop/{RICE}']")).await;
    look.at(phone, "item").await;
    phone.touch("p.action a.button").await;
    let price = number(&phone.text_of(".sheet-head .price b").await);
    look.at(phone, "confirm").await;
    phone.touch(ORDER).await;
    let order = phone.path().await;
    assert!(
        order.starts_with("/nanmen/orders/"),
        "{order}:\n{}",
        phone.text().await
    );
    let code = phone.text_of(".code [aria-hidden]").await;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 8, "a pick-up code has eight digits");
    look.at(phone, "order").await;
    phone.go("/nanmen/home").await;
    let after = number(&phone.text_of(".cover-number b").await);
    assert_eq!(after, before - price, "what is set aside cannot be spent");
    (order, code)
}

/// The shopkeeper: an unknown code, the right one, and the right one again.
async fn hand_over(till: &Browser, shopkeeper: (&str, &str), code: &str, look: &mut Look) {
    let enter = async |code: &str| {
        till.go("/nanmen/till").await;
        till.write("#field-code", code).await;
        till.touch("main form button").await;
    };
    let (password, name) = shopkeeper;
    till.go("/nanmen/staff/sign-in").await;
    look.at(till, "staff sign-in").await;
    sign_in(till, "/nanmen/staff/sign-in", "nanmen-shop", password).await;
    till.go("/nanmen/till").await;
    look.at(till, "till").await;
    enter("0000 0000").await;
    assert_eq!(
        till.count(".result-good, .sheet").await,
        0,
        "no order has this code"
    );
    look.at(till, "till, unknown code").await;
    enter(code).await;
    look.at(till, "till, check").await;
    till.touch("main form button").await;
    assert_eq!(
        till.count(".result-good").await,
        1,
        "handed over:\n{}",
        till.text().await
    );
    look.at(till, "till, handed over").await;

    enter(code).await;
    assert_eq!(
        till.count(".result-good").await,
        0,
        "a second time is no success"
    );
    let said = till.text_of(".result").await;
    let name = name.trim_matches(['(', ')']);
    assert!(
        said.contains(name),
        "by whom it was handed over ({name}) is told: {said}"
    );
    assert!(
        said.contains(':'),
        "when it was handed over is told: {said}"
    );
    look.at(till, "till, second time").await;
}

async fn walk(serving: &Serving, scripting: Scripting, measured: bool) {
    let driver = Driver::start();
    let mut look = Look {
        measured,
        wrong: Vec::new(),
    };
    let phone = Browser::open(&driver, serving.address(), Device::Phone, scripting).await;
    let (order, code) = buy(&phone, &secret_of(serving, "1001"), &mut look).await;

    let till = Browser::open(&driver, serving.address(), Device::Phone, scripting).await;
    let name = serving.words_of("nanmen-shop").pop().unwrap();
    let password = secret_of(serving, "nanmen-shop");
    hand_over(&till, (&password, &name), &code, &mut look).await;
    till.close().await;

    phone.go(&order).await;
    assert_eq!(
        phone.count(".slip .code").await,
        0,
        "a code that was used is no longer shown"
    );
    look.at(&phone, "order handed over").await;
    for page in ["orders", "me", "pin", "head"] {
        phone.go(&format!("/nanmen/{page}")).await;
        look.at(&phone, page).await;
    }
    phone.close().await;
    let wrong = look.wrong;
    assert!(
        wrong.is_empty(),
        "pages that people could not use:\n  {}",
        wrong.join("\n  ")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_passbook_to_a_bag_of_rice() {
    let (_demo, serving) = Installation::demo();
    walk(&serving, Scripting::On, true).await;
}

/// A leader books what the resident did: the list, a form that is wrong, and the answer.
async fn record(leader: &Browser, password: &str, look: &mut Look) {
    sign_in(leader, "/nanmen/staff/sign-in", "nanmen-lead", password).await;
    assert_eq!(
        leader.path().await,
        "/nanmen/record",
        "where a leader begins"
    );
    look.at(leader, "record").await;
    leader.touch("a.row[href$='kind=tree.plant']").await;
    look.at(leader, "record, form").await;
    leader.write("#field-resident", "1001").await;
    leader.write("#field-quantity", "many").await;
    leader.touch("main form .button").await;
    let said = leader.text_of("main").await;
    assert!(
        said.contains("请核对姓名"),
        "whose number it is comes first:\n{said}"
    );
    look.at(leader, "record, name").await;
    leader.touch("main form .button").await;
    assert_eq!(
        leader.count("[role=alert]").await,
        1,
        "what is wrong is told"
    );
    look.at(leader, "record, wrong").await;
    leader.go("/nanmen/record?kind=tree.plant").await;
    leader.write("#field-resident", "1001").await;
    leader.write("#field-quantity", "2").await;
    leader.touch("main form .button").await;
    leader.touch("main form .button").await;
    let said = leader.text_of("main").await;
    assert!(said.contains("+40"), "what it is worth is told:\n{said}");
    look.at(leader, "record, booked").await;
    for page in ["notice", "pin"] {
        leader.go(&format!("/nanmen/{page}")).await;
        look.at(leader, &format!("{page} of staff")).await;
    }
}

/// An order of two, of which one is handed over.
async fn part(phone: &Browser, till: &Browser, serving: &Serving, look: &mut Look) {
    sign_in(
        phone,
        "/nanmen/sign-in",
        "1001",
        &secret_of(serving, "1001"),
    )
    .await;
    phone.go("/nanmen/shop").await;
    let more = |next: usize| format!("#step-salt button.step-more[value='{next}']");
    for next in [1, 2] {
        phone.press(&more(next), &more(next + 1)).await;
    }
    look.at(phone, "shop with a basket").await;
    phone.touch("#basket a.button").await;
    look.at(phone, "basket").await;
    phone.touch(ORDER).await;
    let order = phone.path().await;
    let code = phone.text_of(".code [aria-hidden]").await;
    let password = secret_of(serving, "nanmen-shop");
    sign_in(till, "/nanmen/staff/sign-in", "nanmen-shop", &password).await;
    till.write("#field-code", &code).await;
    till.touch("main form button").await;
    look.at(till, "till, several pieces").await;
    till.write("#field-pieces", "1").await;
    till.touch("main form button").await;
    assert_eq!(till.count(".result-good").await, 1, "{}", till.text().await);
    look.at(till, "till, part handed over").await;
    phone.go(&order).await;
    assert_eq!(
        phone.count(".slip .code").await,
        1,
        "the rest still has its code"
    );
    look.at(phone, "order, part collected").await;
    phone.go("/nanmen/passbook").await;
    assert_eq!(
        phone.count(".pending a.line").await,
        1,
        "the rest is set aside"
    );
    look.at(phone, "passbook, pending").await;
}

/// The same pages as those read them who need large type, in the other language.
async fn large(browser: &Browser, pages: &[&str], look: &mut Look) {
    for _ in 0..2 {
        browser.touch(".settings button[name=size]").await;
    }
    browser.touch(".settings button[name=lang]").await;
    for page in pages {
        browser.go(page).await;
        look.at(browser, &format!("{page}, largest, English")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_works_on_a_phone() {
    let (_demo, serving) = Installation::demo();
    let driver = Driver::start();
    let mut look = Look {
        measured: true,
        wrong: Vec::new(),
    };
    let open =
        async || Browser::open(&driver, serving.address(), Device::Phone, Scripting::On).await;
    let (leader, phone, till, boss) = (open().await, open().await, open().await, open().await);
    record(&leader, &secret_of(&serving, "nanmen-lead"), &mut look).await;
    part(&phone, &till, &serving, &mut look).await;
    let password = secret_of(&serving, "nanmen-operator");
    sign_in(&boss, "/nanmen/staff/sign-in", "nanmen-operator", &password).await;
    for page in ["operator", "operator/periods", "amend", "notice"] {
        boss.go(&format!("/nanmen/{page}")).await;
        look.at(&boss, page).await;
    }
    large(&boss, &["/nanmen/operator", "/nanmen/amend"], &mut look).await;
    large(
        &leader,
        &["/nanmen/record", "/nanmen/record?kind=waste.food"],
        &mut look,
    )
    .await;
    large(
        &phone,
        &["/nanmen/passbook", "/nanmen/notice", "/nanmen/me"],
        &mut look,
    )
    .await;
    for browser in [leader, phone, till, boss] {
        browser.close().await;
    }
    let wrong = look.wrong;
    assert!(
        wrong.is_empty(),
        "pages that people could not use:\n  {}",
        wrong.join("\n  ")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_without_scripts() {
    let (_demo, serving) = Installation::demo();
    walk(&serving, Scripting::Off, false).await;
}

/// What a resident sees first, at 320 pixels and the largest type, in both languages: nothing breaks within a word, no letters
/// are stacked. Then the network goes: the last balance is there, until somebody signs out.
#[tokio::test(flavor = "multi_thread")]
async fn a_small_phone_with_the_largest_type_and_then_without_a_network() {
    let (_demo, serving) = Installation::demo();
    let driver = Driver::start();
    let phone = Browser::open(
        &driver,
        serving.address(),
        Device::SmallPhone,
        Scripting::On,
    )
    .await;
    sign_in(
        &phone,
        "/nanmen/sign-in",
        "1001",
        &secret_of(&serving, "1001"),
    )
    .await;
    let balance = phone.text_of(".cover-number b").await;
    let mut wrong = Vec::new();
    let mut look = Look {
        measured: true,
        wrong: Vec::new(),
    };
    for _ in 0..2 {
        phone.touch(".settings button[name=size]").await;
    }
    for language in ["zh-CN", "en"] {
        for page in [
            "home",
            "passbook",
            "me",
            "me/code",
            "me/year",
            "me/household",
            "messages",
            "messages/choices",
        ] {
            phone.go(&format!("/nanmen/{page}")).await;
            let name = format!("{page}, largest, {language}");
            wrong.extend(broken_words(&phone, &name).await);
            look.at(&phone, &name).await;
        }
        phone.touch(".settings button[name=lang]").await;
    }
    wrong.extend(look.wrong);
    assert!(
        wrong.is_empty(),
        "pages that people could not use:\n  {}",
        wrong.join("\n  ")
    );
    phone.go("/nanmen/home").await;
    // The worker keeps the page a moment after home was shown, and forgets it with the sign-out.
    let kept = "/nanmen/me/offline";
    phone.until_kept(kept).await;
    phone.go("/nanmen/me").await;
    phone.touch("form[action$='/sign-out'] button").await;
    assert!(!phone.keeps(kept).await, "signed out, and still there");
    sign_in(
        &phone,
        "/nanmen/sign-in",
        "1001",
        &secret_of(&serving, "1001"),
    )
    .await;
    phone.until_kept(kept).await;
    drop(serving);
    phone.go("/nanmen/passbook").await;
    assert_eq!(phone.text_of(".cover-number b").await, balance);
    phone.close().await;
}
