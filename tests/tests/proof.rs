//! Published heads, and the proof of an entry, through the real binary: what the pages give is checked by the
//! program, by the public page, and by the Python program that shares nothing with it; whatever is changed is
//! noticed by all three.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use rongyi_tests::{Client, Done, Installation};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The checker that needs no Rongyi.
fn python(proof: &Path, history_root: &str) -> Done {
    Command::new("python3")
        .arg(root().join("config/check-proof.py"))
        .arg(proof)
        .arg(history_root)
        .output()
        .expect("python3 is installed")
        .into()
}

fn signed_in(serving: &rongyi_tests::Serving, number: &str) -> Client {
    let words = serving.words_of(number);
    let pin = words.iter().skip_while(|word| *word != "PIN").nth(1);
    let mut client = Client::of(serving.address());
    let form = [
        ("number", number),
        ("pin", pin.expect("the PIN is printed")),
        ("next", ""),
    ];
    client.post("/nanmen/sign-in", &form);
    client
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").expect("a body").1
}

/// The body of an answer that may come in chunks.
fn json(answer: &str) -> serde_json::Value {
    let body = body(answer);
    let from = body.find('{').expect("an object");
    let mut all = serde_json::Deserializer::from_str(&body[from..]).into_iter();
    all.next().expect("JSON").expect("whole JSON")
}

#[test]
fn a_resident_downloads_a_proof_that_holds_everywhere_and_fails_when_changed() {
    let (installation, serving) = Installation::demo();
    let mut me = signed_in(&serving, "1001");
    let book = me.get("/nanmen/passbook");
    let link = book.split("/nanmen/passbook/").nth(1).expect("a line");
    let seq: String = link.chars().take_while(char::is_ascii_digit).collect();
    let why = me.get(&format!("/nanmen/passbook/{seq}"));
    assert!(
        why.contains(&format!("/nanmen/passbook/{seq}/proof")),
        "{why}"
    );
    let page = me.get(&format!("/nanmen/passbook/{seq}/proof"));
    assert!(page.contains("这一笔的账本凭证"), "{page}");
    // The host writes records of its own now and then: proof and heads are taken again until they are of one moment.
    let head = |more: &[&str]| {
        let words = [&["heads", "--community", "nanmen"], more].concat();
        installation.must(&words).out
    };
    let mut tries = 0;
    let (proof, heads, short) = loop {
        let before = head(&[]);
        let proof = json(&me.get(&format!("/nanmen/passbook/{seq}/proof.json")));
        let short = head(&["--short"]);
        tries += 1;
        if head(&[]) == before || tries == 5 {
            break (proof, before, short);
        }
    };
    let tree = proof["head"]["tree"].as_str().unwrap().to_owned();
    let text = serde_json::to_string_pretty(&proof).unwrap();
    let file = installation.file("proof.json", &text);
    let name = file.display().to_string();

    // The head it leads to is what anybody computes from the ledger.
    let list = installation.file("heads.txt", &heads);
    let list = list.display().to_string();
    assert!(heads.contains(&tree), "{heads} does not hold {tree}");
    let said = installation.run_alone(&["proof", "check", &name, "--heads", &list]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let digits: String = short.split_whitespace().skip(2).collect();
    for root in [tree.as_str(), digits.as_str()] {
        let said = python(&file, root);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.out.contains("OK: entry"), "{said:?}");
    }
    let mut anybody = Client::of(serving.address());
    let page = anybody.post("/nanmen/proof", &[("proof", &text)]);
    assert!(
        page.contains("每一步都对得上") || page.contains("凭证成立"),
        "{page}"
    );
    let stranger = anybody.get(&format!("/nanmen/passbook/{seq}/proof.json"));
    assert!(
        !stranger.contains("rongyi-proof"),
        "only for those whose it is"
    );

    // Whatever is changed, all three say so.
    let last = proof["records"].as_array().unwrap().len() - 1;
    let changes: [(&str, serde_json::Value); 5] = [
        ("/records/0/seq", 999_999.into()),
        (&format!("/records/{last}/bytes"), "0102030405".into()),
        ("/block/count", 1_000_000.into()),
        ("/block/at", 1.into()),
        ("/head/tree", "00".repeat(32).into()),
    ];
    for (place, value) in changes {
        let mut bad = proof.clone();
        *bad.pointer_mut(place).expect(place) = value;
        let text = bad.to_string();
        let file = installation.file("bad.json", &text);
        let said = installation.run_alone(&["proof", "check", &file.display().to_string()]);
        assert_eq!(said.code, Some(1), "{place}: {said:?}");
        let said = python(&file, &tree);
        assert_eq!(said.code, Some(1), "{place}: {said:?}");
        let page = anybody.post("/nanmen/proof", &[("proof", &text)]);
        assert!(page.contains("凭证不成立"), "{place}: {page}");
    }
    // Nor can anything be left out: not the last record, nor the first, nor what shows where the entry ends.
    assert_eq!(proof["format"], "rongyi-proof/2");
    let shorter = |place: usize| {
        let mut bad = proof.clone();
        bad["records"].as_array_mut().unwrap().remove(place);
        if place == 0 {
            bad["entry"] = (proof["entry"].as_u64().unwrap() + 1).into();
            bad["texts"] = serde_json::json!([]);
        }
        bad
    };
    let mut endless = shorter(last);
    endless.as_object_mut().unwrap().remove("after");
    for bad in [shorter(last), shorter(0), endless] {
        let file = installation.file("bad.json", &bad.to_string());
        let said = installation.run_alone(&["proof", "check", &file.display().to_string()]);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_eq!(python(&file, &tree).code, Some(1), "{bad}");
        let page = anybody.post("/nanmen/proof", &[("proof", &bad.to_string())]);
        assert!(page.contains("凭证不成立"), "{page}");
    }
    let other = "ab".repeat(32);
    assert_eq!(python(&file, &other).code, Some(1), "another history root");
}

#[test]
fn published_heads_reveal_what_the_ledger_alone_does_not() {
    let (installation, serving) = Installation::demo();
    drop(serving);
    let heads = installation.must(&["heads"]).out;
    assert_eq!(heads.lines().count(), 3, "{heads}");
    let short = installation.must(&["heads", "--short"]).out;
    for kept in [heads.as_str(), short.as_str()] {
        let list = installation.file("kept.txt", kept).display().to_string();
        let said = installation.run(&["verify", "--decisions", "none", "--heads", &list]);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.out.contains("个公示的指纹"), "{said:?}");
    }
    let nanmen = heads
        .lines()
        .find(|line| line.starts_with("nanmen "))
        .unwrap();
    let words: Vec<&str> = nanmen.split(' ').collect();
    let height: u64 = words[1].parse().unwrap();
    let check = |line: String, expected: &str| {
        let list = installation.file("kept.txt", &line).display().to_string();
        let said = installation.run(&["verify", "--decisions", "none", "--heads", &list]);
        assert_eq!(said.code, Some(1), "{line}: {said:?}");
        assert!(said.err.contains(expected), "{line}: {said:?}");
    };
    // A head beyond the end: the tail was cut. Another fingerprint: the ledger was rewritten.
    check(
        format!("nanmen {} {}", height + 1, words[3]),
        &format!("block {}: it is missing", height + 1),
    );
    let other = format!(
        "{}{}",
        if words[3].starts_with('0') { '1' } else { '0' },
        &words[3][1..]
    );
    check(
        format!("nanmen {height} {other}"),
        &format!("block {height}: published as"),
    );
    check(format!("nanmen 2 {}", words[3]), "block 2: published as");
    check(
        format!("elsewhere 1 {}", words[3]),
        "community elsewhere: its ledger is missing",
    );
    check("nanmen two fingerprints".to_owned(), "verify.heads");
    check("# nothing here\n".to_owned(), "verify.heads");
}

/// From a checkpoint only what came since is read. (That a changed balance shows all the same is in `tamper`.)
#[test]
fn a_checkpoint_spares_what_was_verified_and_misses_nothing_since() {
    let (installation, serving) = Installation::demo();
    drop(serving);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let kept = text(&installation.folder().join("ok.checkpoint"));
    let sums = |said: &serde_json::Value| {
        let all = said["communities"].as_array().unwrap();
        let sum = |what: &str| {
            all.iter()
                .map(|community| community[what].as_u64().unwrap())
                .sum::<u64>()
        };
        (sum("records"), sum("decisions"))
    };
    let whole = installation
        .must(&["verify", "--json", "--checkpoint", &kept])
        .json();
    let (records, decisions) = sums(&whole);
    assert!(records > 300 && decisions > 100, "{whole}");
    let said = installation
        .must(&["verify", "--json", "--since", &kept])
        .json();
    assert_eq!(sums(&said), (0, 0), "{said}");
    for (one, other) in [(&whole, &said)] {
        for what in ["height", "hash", "tree"] {
            let of = |said: &serde_json::Value| said["communities"][0][what].clone();
            assert_eq!(of(one), of(other), "{what}");
        }
    }

    // Something new is read, its decision is asked, and the next checkpoint goes on from it; so twice.
    for turn in 0..2 {
        let sheet = format!(
            "external_ref,kind,resident,occurred_at,quantity,note\nNEW-{turn},waste.food,1001,2026-11-2{turn},1,\n"
        );
        let sheet = installation.file(&format!("new-{turn}.csv"), &sheet);
        installation.must(&["import", "events", "-c", "nanmen", &text(&sheet)]);
        let said =
            installation.must(&["verify", "--json", "--since", &kept, "--checkpoint", &kept]);
        let (records, decisions) = sums(&said.json());
        assert!((2..20).contains(&records) && decisions >= 1, "{said:?}");
    }
    let fresh = installation.must(&["verify", "--json"]).json();
    let said = installation
        .must(&["verify", "--json", "--since", &kept])
        .json();
    assert_eq!(
        fresh["communities"][0]["tree"],
        said["communities"][0]["tree"]
    );

    // A checkpoint that was changed is none.
    let bytes = std::fs::read(&kept).unwrap();
    let bad = text(&installation.folder().join("bad.checkpoint"));
    let refused = |changed: &[u8], says: &str| {
        std::fs::write(&bad, changed).unwrap();
        let said = installation.run(&["verify", "--since", &bad]);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.err.contains(says), "{says}: {said:?}");
    };
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    refused(&flipped, "verify.checkpoint");
    refused(&bytes[..bytes.len() - 1], "verify.checkpoint");
    refused(b"{}", "verify.checkpoint");
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let first = std::str::from_utf8(&bytes[..line]).unwrap();
    let hash = first.split("\"hash\":\"").nth(1).unwrap();
    let other = first.replacen(&hash[..64], &"0".repeat(64), 1);
    refused(
        &[other.as_bytes(), &bytes[line..]].concat(),
        "the checkpoint says",
    );
    let said = installation.run(&["verify", "--decisions", "none", "--checkpoint", &bad]);
    assert_eq!(
        said.code,
        Some(1),
        "only a whole verification is kept: {said:?}"
    );
}
