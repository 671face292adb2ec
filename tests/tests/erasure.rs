//! Somebody's own data: shown, exported, erased by two of the office or by oneself with the PIN, on both engines. The
//! ledger stays whole, says what was erased, and old proofs hold.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use rongyi_tests::{Client, Cluster, Done, Installation, Serving};

const ERASE: [&str; 9] = [
    "person",
    "erase",
    "-c",
    "nanmen",
    "--resident",
    "1002",
    "--consent",
    "nanmen-operator",
    "--yes",
];

/// Runs an erasure to which somebody agrees with their own password.
fn erase(own: &Installation, arguments: &[&str], password: &str) -> Done {
    let mut command = own.command(arguments);
    command
        .env("RONGYI_CONSENT_PASSWORD", password)
        .env("RONGYI_STAFF_PASSWORD", password);
    command.output().unwrap().into()
}

/// The operator's password, as the demo prints it.
fn password_of(serving: &Serving) -> String {
    let words = serving.words_of("nanmen-operator");
    let mut password = words.iter().skip_while(|word| *word != "nanmen-operator");
    password.nth(1).unwrap().clone()
}

fn export(own: &Installation) -> Done {
    own.run(&["person", "export", "-c", "nanmen", "--resident", "1002"])
}

/// What verify says of 南门社区: all is well, and so much was erased.
fn erased(own: &Installation) -> (u64, u64) {
    let said = own.must(&[
        "verify",
        "--json",
        "--community",
        "nanmen",
        "--decisions",
        "none",
    ]);
    let all = said.json();
    let own = &all["communities"][0];
    let count = |name: &str| own[name].as_u64().unwrap();
    (count("texts_erased"), count("residents_erased"))
}

/// Two of the office erase a resident, while the host does not run: the terminal, and an operator who agrees.
fn by_the_office(own: &Installation, password: &str) {
    let data = export(own).json();
    assert_eq!(data["name"], "演示·陈小满");
    let texts = data["residencies"][0]["texts"].as_array().unwrap().len();
    assert!(texts > 0, "{data}");
    let balance = ["balance", "-c", "nanmen", "--resident", "1002", "--json"];
    let before = own.must(&balance).json();
    let proof = own.must(&["heads", "--community", "nanmen"]).out;
    assert_eq!(erased(own), (0, 0));

    let alone = [&ERASE[..], &["--by", "nanmen-operator"]].concat();
    let said = erase(own, &alone, password);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("两个人"), "{said:?}");
    let mut stranger = ERASE;
    stranger[7] = "nobody";
    let said = erase(own, &stranger, password);
    assert!(said.err.contains("staff.unknown"), "{said:?}");
    let said = erase(own, &ERASE, "a guess");
    assert!(said.err.contains("access.wrong"), "{said:?}");
    let asks = own.run(&ERASE[..8]);
    assert!(asks.err.contains("--yes"), "nobody can be asked: {asks:?}");
    assert_eq!(erased(own), (0, 0), "nothing happened so far");

    let said = erase(own, &ERASE, password);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(erased(own), (texts as u64, 1));
    let said = export(own);
    assert_eq!(said.code, Some(1), "nothing is left to export: {said:?}");
    let again = erase(own, &ERASE, password);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert_eq!(own.must(&balance).json()["assets"], before["assets"]);
    let kept = own.file("heads.txt", &proof).display().to_string();
    own.must(&[
        "verify",
        "--decisions",
        "none",
        "--community",
        "nanmen",
        "--heads",
        &kept,
    ]);
}

#[test]
fn the_office_erases_with_two_people_and_the_ledger_stays() {
    let (own, serving) = Installation::demo();
    let password = password_of(&serving);
    drop(serving);
    by_the_office(&own, &password);
}

#[test]
fn erasing_works_on_postgres_too() {
    let cluster = Cluster::start();
    let url = cluster.database("erasure");
    let (own, serving) = Installation::demo_at(&url);
    let password = password_of(&serving);
    drop(serving);
    by_the_office(&own, &password);
    let left =
        "SELECT count(*) FROM person WHERE name = '已删除' AND phone IS NULL AND pin_hash IS NULL";
    assert_eq!(cluster.sql_at(&url, left), "1");
}

fn signed_in(serving: &Serving, number: &str) -> (Client, String) {
    let words = serving.words_of(number);
    let pin = words.iter().skip_while(|word| *word != "PIN").nth(1);
    let pin = pin.expect("the PIN is printed").clone();
    let mut client = Client::of(serving.address());
    let form = [("number", number), ("pin", &pin), ("next", "")];
    client.post("/nanmen/sign-in", &form);
    (client, pin)
}

#[test]
fn a_resident_erases_what_is_their_own() {
    let (own, serving) = Installation::demo();
    let (mut me, pin) = signed_in(&serving, "1001");
    let page = me.get("/nanmen/me/data");
    assert!(page.contains("演示·陈阿婆"), "{page}");
    let file = me.get("/nanmen/me/data.json");
    assert!(file.contains("\"phone\""), "{file}");
    let word = me.post("/nanmen/me/data", &[("pin", &pin), ("word", "好")]);
    assert!(word.contains("请输入“删除”两个字，表示"), "{word}");
    let wrong = me.post("/nanmen/me/data", &[("pin", "000000"), ("word", "删除")]);
    assert!(wrong.contains("密码不对，没有删除"), "{wrong}");
    assert_eq!(erased(&own), (0, 0));
    let done = me.post("/nanmen/me/data", &[("pin", &pin), ("word", "删除")]);
    assert!(done.contains("都删掉了"), "{done}");
    let gone = me.get("/nanmen/home");
    assert!(gone.contains("/nanmen/sign-in"), "signed out: {gone}");
    assert_eq!(erased(&own).1, 1);
}
