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
fn erase(installation: &Installation, arguments: &[&str], password: &str) -> Done {
    let mut command = installation.command(arguments);
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

fn export(installation: &Installation) -> Done {
    installation.run(&["person", "export", "-c", "nanmen", "--resident", "1002"])
}

/// What verify says of 南门社区: all is well, and so much was erased.
fn erased(installation: &Installation) -> (u64, u64) {
    let said = installation.must(&[
        "verify",
        "--json",
        "--community",
        "nanmen",
        "--decisions",
        "none",
    ]);
    let all = said.json();
    let community = &all["communities"][0];
    let count = |name: &str| community[name].as_u64().unwrap();
    (count("texts_erased"), count("residents_erased"))
}

/// Two of the office erase a resident, while the host does not run: the terminal, and an operator who agrees.
fn by_the_office(installation: &Installation, password: &str) {
    let data = export(installation).json();
    assert_eq!(data["name"], "演示·陈小满");
    let texts = data["residencies"][0]["texts"].as_array().unwrap().len();
    assert!(texts > 0, "{data}");
    let balance = ["balance", "-c", "nanmen", "--resident", "1002", "--json"];
    let before = installation.must(&balance).json();
    let proof = installation.must(&["heads", "--community", "nanmen"]).out;
    assert_eq!(erased(installation), (0, 0));

    let alone = [&ERASE[..], &["--by", "nanmen-operator"]].concat();
    let said = erase(installation, &alone, password);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("两个人"), "{said:?}");
    let mut stranger = ERASE;
    stranger[7] = "nobody";
    let said = erase(installation, &stranger, password);
    assert!(said.err.contains("staff.unknown"), "{said:?}");
    let said = erase(installation, &ERASE, "a guess");
    assert!(said.err.contains("access.wrong"), "{said:?}");
    let asks = installation.run(&ERASE[..8]);
    assert!(asks.err.contains("--yes"), "nobody can be asked: {asks:?}");
    assert_eq!(erased(installation), (0, 0), "nothing happened so far");

    let said = erase(installation, &ERASE, password);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(erased(installation), (texts as u64, 1));
    let said = export(installation);
    assert_eq!(said.code, Some(1), "nothing is left to export: {said:?}");
    let again = erase(installation, &ERASE, password);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert_eq!(
        installation.must(&balance).json()["assets"],
        before["assets"]
    );
    let kept = installation.file("heads.txt", &proof).display().to_string();
    installation.must(&[
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
    let (installation, serving) = Installation::demo();
    let password = password_of(&serving);
    drop(serving);
    by_the_office(&installation, &password);
}

#[test]
fn erasing_works_on_postgres_too() {
    let cluster = Cluster::start();
    let url = cluster.database("erasure");
    let (installation, serving) = Installation::demo_at(&url);
    let password = password_of(&serving);
    drop(serving);
    by_the_office(&installation, &password);
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
    let (installation, serving) = Installation::demo();
    let (mut me, pin) = signed_in(&serving, "1001");
    let page = me.get("/nanmen/me/data");
    assert!(page.contains("演示·陈阿婆"), "{page}");
    let file = me.get("/nanmen/me/data.json");
    assert!(file.contains("\"phone\""), "{file}");
    let word = me.post("/nanmen/me/data", &[("pin", &pin), ("word", "好")]);
    assert!(word.contains("请输入“删除”两个字，表示"), "{word}");
    let wrong = me.post("/nanmen/me/data", &[("pin", "000000"), ("word", "删除")]);
    assert!(wrong.contains("密码不对，没有删除"), "{wrong}");
    assert_eq!(erased(&installation), (0, 0));
    let done = me.post("/nanmen/me/data", &[("pin", &pin), ("word", "删除")]);
    assert!(done.contains("都删掉了"), "{done}");
    let gone = me.get("/nanmen/home");
    assert!(gone.contains("/nanmen/sign-in"), "signed out: {gone}");
    assert_eq!(erased(&installation).1, 1);
}

/// Where a word about a person can stand, with the word that is put there.
const WORDS: [(&str, &str); 14] = [
    ("name", "甄嬛雯"),
    ("telephone", "13987650001"),
    ("household", "甄府大院"),
    ("address", "弄玉巷七十七弄"),
    ("note", "她扶了邻居孟老太"),
    ("note of a refusal", "她说院子没扫完"),
    ("reference", "甄氏第一次"),
    ("plain reference", "ZHENHUANWEN-302"),
    ("page", "红皮册甄字第三页"),
    ("reason of a reversal", "记成了甄家表妹"),
    ("statement", "甄家存折复印件"),
    ("objection", "邻居说甄没去"),
    ("declined", "甄的申请材料不齐"),
    ("delivery", "搬家时送来两箱"),
];

fn word(what: &str) -> &'static str {
    WORDS.iter().find(|(kind, _)| *kind == what).unwrap().1
}

/// The same about somebody else, in whose words nothing changes.
fn others() -> Vec<String> {
    WORDS.iter().map(|(what, _)| other(what)).collect()
}

fn other(what: &str) -> String {
    match what {
        "telephone" => "13911112222".into(),
        "name" => "沈眉庄".into(),
        _ => format!("沈家{what}不动"),
    }
}

/// Wang's own password.
const PASSWORD: &str = "huamu-4417-yuan";

/// The demonstration's community, in which trees are under notice.
fn community() -> String {
    let nanmen = include_str!("../../config/communities/nanmen.toml");
    nanmen.replacen(
        "\n[shop]",
        "\nnotice_days = { \"tree.plant\" = 5 }\n\n[shop]",
        1,
    )
}

struct Village {
    installation: Installation,
    serving: Serving,
    pin: String,
}

/// Two people about whom every kind of text is kept, in a house that serves.
fn village(url: Option<&str>) -> Village {
    let installation = match url {
        Some(url) => Installation::of_at(&community(), url),
        None => Installation::of(&community()),
    };
    let staff = installation.file(
        "staff.csv",
        "login,name,role\nwang,王芳,operator\nli,李明,reviewer\n",
    );
    let file = |path: &std::path::Path| path.display().to_string();
    let (words, pins) = (
        installation.folder().join("words.txt"),
        installation.folder().join("pins.txt"),
    );
    let staff = file(&staff);
    installation.must(&[
        "staff",
        "import",
        "-c",
        "nanmen",
        &staff,
        "--pins",
        &file(&words),
    ]);
    let households = format!(
        "household,name,address\n71,{},{}\n72,{},{}\n",
        word("household"),
        word("address"),
        other("household"),
        other("address")
    );
    let households = file(&installation.file("households.csv", &households));
    installation.must(&["household", "import", "-c", "nanmen", &households]);
    let residents = format!(
        "resident,household,name,phone\n3001,71,{},{}\n3002,72,{},{}\n",
        word("name"),
        word("telephone"),
        other("name"),
        other("telephone")
    );
    let residents = file(&installation.file("residents.csv", &residents));
    installation.must(&[
        "resident",
        "import",
        "-c",
        "nanmen",
        &residents,
        "--pins",
        &file(&pins),
    ]);
    let serving = installation.serve();
    // A first password agrees to nothing: whoever printed it knows it.
    let first = secret_of(&words, "wang");
    let mut wang = Client::of(serving.address());
    let form = [("number", "wang"), ("pin", first.as_str()), ("next", "")];
    wang.post("/nanmen/staff/sign-in", &form);
    let form = [
        ("current", first.as_str()),
        ("pin", PASSWORD),
        ("again", PASSWORD),
    ];
    wang.post("/nanmen/pin", &form);
    for (no, say) in [
        (
            3001,
            &(|what: &str| word(what).to_owned()) as &dyn Fn(&str) -> String,
        ),
        (3002, &|what| other(what)),
    ] {
        tell_about(&installation, no, say);
    }
    let pin = secret_of(&pins, "3001");
    Village {
        installation,
        serving,
        pin,
    }
}

/// The first PIN or password in a file that an import wrote: who, name, secret.
fn secret_of(file: &std::path::Path, who: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.starts_with(who));
    let secret = line.and_then(|line| line.rsplit('\t').next());
    secret.expect("it is in the file").to_owned()
}

/// Puts every word about a resident where it belongs.
fn tell_about(installation: &Installation, no: u32, say: &dyn Fn(&str) -> String) {
    let number = no.to_string();
    let file = |name: &str, text: &str| {
        installation
            .file(&format!("{no}-{name}"), text)
            .display()
            .to_string()
    };
    let balances = format!(
        "resident,asset,amount,expires_on,page\n{no},points,120,,{}\n",
        say("page")
    );
    installation.must(&[
        "import",
        "balances",
        "-c",
        "nanmen",
        &file("balances.csv", &balances),
    ]);
    let events = format!(
        "external_ref,kind,resident,occurred_at,quantity,note\n\
         {},waste.food,{no},2026-02-02,7.6,{}\n\
         {},yard.inspect,{no},2026-02-03,0,\n\
         {no}-b,yard.inspect,{no},2026-02-04,0,{}\n\
         {no}-c,tree.plant,{no},2026-02-05,1,\n",
        say("reference"),
        say("note"),
        say("plain reference"),
        say("note of a refusal")
    );
    installation.must(&[
        "import",
        "events",
        "-c",
        "nanmen",
        &file("events.csv", &events),
    ]);
    let data = data_of(installation, &number);
    let entry = |kind: &str| {
        let all = data["residencies"][0]["movements"].as_array().unwrap();
        let found = all.iter().find(|line| line["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind}: {data}"))["entry"].to_string()
    };
    let (waste, tree) = (entry("waste.food"), entry("tree.plant"));
    let reason = say("reason of a reversal");
    installation.must(&[
        "reverse", "-c", "nanmen", "--entry", &waste, "--reason", &reason,
    ]);
    let objection = say("objection");
    installation.must(&[
        "notice", "object", "-c", "nanmen", "--entry", &tree, "--reason", &objection,
    ]);
    let source = say("statement");
    installation.must(&[
        "statement",
        "-c",
        "nanmen",
        "--resident",
        &number,
        "--on",
        "2026-01-31",
        "--amount",
        "0",
        "--source",
        &source,
    ]);
    installation.must(&[
        "correct",
        "propose",
        "-c",
        "nanmen",
        "--resident",
        &number,
        "--amount",
        "5",
        "--reason",
        &format!("提议{number}"),
    ]);
    let texts = data_of(installation, &number)["residencies"][0]["texts"].clone();
    let proposal = texts
        .as_array()
        .unwrap()
        .iter()
        .find(|text| text["text"] == format!("提议{number}"));
    let proposal = proposal.expect("the proposal is exported")["entry"].to_string();
    let declined = say("declined");
    installation.must(&[
        "correct",
        "decline",
        "-c",
        "nanmen",
        "--proposal",
        &proposal,
        "--reason",
        &declined,
    ]);
    gave(installation, no, say);
}

/// Goods for the shop, with their name.
fn gave(installation: &Installation, no: u32, say: &dyn Fn(&str) -> String) {
    // What they gave to the shop stands there by name alone.
    let item = format!("gift-{no}");
    installation.must(&[
        "item",
        "add",
        "-c",
        "nanmen",
        "--item",
        &item,
        "--title-zh",
        "旧书",
        "--title-en",
        "books",
        "--category",
        "grain",
        "--value-fen",
        "100",
    ]);
    let (donor, delivery) = (say("name"), say("delivery"));
    installation.must(&[
        "stock", "receive", "-c", "nanmen", &item, "3", "--donor", &donor, "--reason", &delivery,
    ]);
}

fn data_of(installation: &Installation, number: &str) -> serde_json::Value {
    installation
        .must(&["person", "export", "-c", "nanmen", "--resident", number])
        .json()
}

/// Words that stand somewhere in these bytes, as text or as the hexadecimal of a database's dump.
fn found<'w>(bytes: &[u8], words: &[&'w str]) -> Vec<&'w str> {
    let hex = |word: &str| word.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    let stands = |word: &str| {
        bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes())
    };
    let all = words
        .iter()
        .filter(|word| stands(word) || stands(&hex(word)));
    all.copied().collect()
}

/// Everything is exported; then erased while the host serves; then no file or table holds a word of it, and those of
/// somebody else all stay.
fn nothing_is_left(village: &Village, bytes: &dyn Fn() -> Vec<u8>) {
    let installation = &village.installation;
    let words: Vec<&str> = WORDS.iter().map(|(_, word)| *word).collect();
    let theirs = others();
    let theirs: Vec<&str> = theirs.iter().map(String::as_str).collect();
    // Signed in at the host that serves, which keeps pages of the database at hand.
    let pin = village.pin.as_str();
    let mut me = Client::of(village.serving.address());
    me.post(
        "/nanmen/sign-in",
        &[("number", "3001"), ("pin", pin), ("next", "")],
    );
    me.get("/nanmen/home");
    let text = data_of(installation, "3001").to_string();
    assert_eq!(
        found(text.as_bytes(), &words),
        words,
        "all of it is exported: {text}"
    );
    assert!(
        found(text.as_bytes(), &theirs).is_empty(),
        "and nothing of anybody else: {text}"
    );
    let data = data_of(installation, "3001");
    let residency = &data["residencies"][0];
    for list in ["movements", "sessions", "texts", "references"] {
        assert!(
            !residency[list].as_array().unwrap().is_empty(),
            "{list}: {data}"
        );
    }
    assert_eq!(found(&bytes(), &words), words, "before");
    let arguments = [
        "person",
        "erase",
        "-c",
        "nanmen",
        "--resident",
        "3001",
        "--consent",
        "wang",
        "--yes",
    ];
    let done = erase(installation, &arguments, PASSWORD);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(found(&bytes(), &words), Vec::<&str>::new(), "after");
    assert_eq!(
        found(&bytes(), &theirs),
        theirs,
        "what is somebody else's stays"
    );
    let text = data_of(installation, "3002").to_string();
    assert_eq!(found(text.as_bytes(), &theirs), theirs, "{text}");
    let said = installation
        .must(&["verify", "--json", "--decisions", "none"])
        .json();
    assert_eq!(said["ok"], true, "{said}");
    // The same lines again are known still, although nobody can read their references any more.
    let again = installation
        .folder()
        .join("3001-events.csv")
        .display()
        .to_string();
    let again = installation
        .must(&["import", "events", "-c", "nanmen", &again, "--json"])
        .json();
    assert_eq!(again["known"], 4, "{again}");
}

#[test]
fn no_word_about_an_erased_person_is_left_in_the_files_of_a_serving_host() {
    let village = village(None);
    let folder = village.installation.database().parent().unwrap().to_owned();
    let bytes = || {
        let mut all = Vec::new();
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                all.extend(std::fs::read(path).unwrap());
            }
        }
        all
    };
    nothing_is_left(&village, &bytes);
}

#[test]
fn no_word_about_an_erased_person_is_left_in_any_table_of_postgres() {
    let cluster = Cluster::start();
    let url = cluster.database("words");
    let village = village(Some(&url));
    let bytes = || {
        let tables =
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'";
        let mut all = Vec::new();
        for table in cluster.sql_at(&url, tables).lines() {
            let rows = cluster.sql_at(&url, &format!("SELECT CAST(t AS TEXT) FROM {table} AS t"));
            all.extend(rows.into_bytes());
        }
        all
    };
    nothing_is_left(&village, &bytes);
}
