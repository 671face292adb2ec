//! Statements and signatures: one form of bytes, no change that a signature survives, nothing signed that may not be said.

use rongyi_certificates::{
    BadStatement, Key, KindLine, PublicKey, Signed, Statement, Unproved, community_seed,
};
use sha2::{Digest, Sha256};

use crate::invented::{COMMUNITY, SECRET, day, key, statement};

/// Every field of a statement, changed into something else that may be said.
pub(crate) fn changes() -> Vec<(&'static str, Statement)> {
    type Change = (&'static str, fn(&mut Statement));
    let changes: [Change; 24] = [
        ("demo", |s| s.demo = false),
        ("community.code", |s| s.community.code.push('x')),
        ("community.title", |s| s.community.title.push('里')),
        ("number", |s| s.number.push('7')),
        ("revision", |s| s.revision += 1),
        ("holder", |s| s.holder = "演示·吉㛃".into()),
        ("team", |s| s.team = Some("另一队".into())),
        ("no team", |s| s.team = None),
        ("period.from", |s| s.period.from = day("2025-01-01")),
        ("period.to", |s| s.period.to = day("2026-11-28")),
        ("classes", |s| {
            s.minutes.credit += 60;
            s.minutes.honour -= 60;
        }),
        ("minutes", |s| {
            s.minutes.credit += 60;
            s.kinds[0].minutes += 60;
            s.proofs[0].minutes += 60;
        }),
        ("kinds.title", |s| s.kinds[0].title.push('二')),
        ("kinds.minutes", |s| {
            s.kinds[0].minutes += 1;
            s.kinds[1].minutes -= 1;
        }),
        ("kinds.times", |s| s.kinds[0].times += 1),
        ("order of kinds", |s| s.kinds.swap(0, 1)),
        ("proofs.word", |s| s.proofs[0].word.push('卡')),
        ("no proofs", |s| s.proofs.clear()),
        ("stars", |s| s.stars = Some(5)),
        ("no stars", |s| s.stars = None),
        ("issued", |s| s.issued = day("2026-11-29")),
        ("signer.title", |s| s.signer.title = "书记".into()),
        ("signer.name", |s| s.signer.name = "演示·别人".into()),
        ("ledger", |s| {
            s.ledger.height += 1;
            s.ledger.hash = "6f".repeat(32);
        }),
    ];
    changes
        .into_iter()
        .map(|(name, change)| {
            let mut changed = statement();
            change(&mut changed);
            assert_ne!(changed, statement(), "{name} changes nothing");
            (name, changed)
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Certificates that hang on walls rely on these bytes: a change here needs a new form.
#[test]
fn the_bytes_of_a_statement_never_change() {
    let bytes = statement().to_bytes();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(
        text.starts_with(
            r#"{"community":{"code":"nan-men","title":"演示·南门社区居民委员会"},"demo":true,"form":1,"holder":"演示·𠮷㛃","#
        ),
        "{text}"
    );
    assert_eq!(
        hex(&Sha256::digest(&bytes)),
        "b85e0e89cf4499e2b584f87e8df62a76406695118fb50c0a9c66169dc255a8b1"
    );
    let signed = key().sign(statement()).unwrap();
    assert_eq!(
        hex(&Sha256::digest(signed.to_json())),
        "9bdb636dc76f4caa5a4e2cecc3a95460afb0e16460b6a2608450a107d180494d"
    );
}

#[test]
fn bytes_are_read_back_and_only_in_their_one_form() {
    for (name, statement) in changes().into_iter().chain([("as it is", statement())]) {
        let bytes = statement.to_bytes();
        assert_eq!(Statement::from_bytes(&bytes), Ok(statement), "{name}");
        let spaced = String::from_utf8(bytes)
            .unwrap()
            .replace("\"form\":", "\"form\": ");
        assert!(matches!(
            Statement::from_bytes(spaced.as_bytes()),
            Err(BadStatement::Unreadable(_))
        ));
    }
    let twice = String::from_utf8(statement().to_bytes())
        .unwrap()
        .replace("\"form\":1,", "\"form\":1,\"form\":1,");
    assert!(Statement::from_bytes(twice.as_bytes()).is_err());
}

#[test]
fn quotes_and_strokes_in_names_come_back() {
    let mut odd = statement();
    odd.holder = r#"O'Brien "Sam" \ 李"#.into();
    let signed = key().sign(odd.clone()).unwrap();
    let read = Signed::from_json(signed.to_json().as_bytes()).unwrap();
    assert_eq!(read.statement, odd);
    assert_eq!(read.verify(&key().public()), Ok(()));
    assert_eq!(Statement::from_bytes(&odd.to_bytes()), Ok(odd));
}

#[test]
fn a_signature_fits_what_was_signed_and_nothing_else() {
    let public = key().public();
    let signed = key().sign(statement()).unwrap();
    assert_eq!(signed.verify(&public), Ok(()));
    for (name, changed) in changes() {
        let forged = Signed {
            statement: changed,
            ..signed.clone()
        };
        assert_eq!(forged.verify(&public), Err(Unproved::Signature), "{name}");
    }
    for at in 0..64 {
        let mut forged = signed.clone();
        forged.signature[at] ^= 1;
        assert_eq!(
            forged.verify(&public),
            Err(Unproved::Signature),
            "byte {at}"
        );
    }
}

#[test]
fn another_key_proves_nothing() {
    let public = key().public();
    let other = Key::of_seed(&community_seed(SECRET, "bei-men").unwrap());
    assert_ne!(other.public(), public);
    let theirs = other.sign(statement()).unwrap();
    assert!(matches!(
        theirs.verify(&public),
        Err(Unproved::OtherKey { .. })
    ));
    // With our key's name on it, it is a wrong signature.
    let claimed = Signed {
        key: public,
        ..theirs
    };
    assert_eq!(claimed.verify(&public), Err(Unproved::Signature));
    // A key of small order, which fits signatures of everything, proves nothing.
    let mut small = [0; 32];
    small[0] = 1;
    let small = PublicKey(small);
    let mut signature = [0; 64];
    signature[0] = 1;
    let empty = Signed {
        statement: statement(),
        signature,
        key: small,
    };
    assert_eq!(empty.verify(&small), Err(Unproved::Signature));
}

#[test]
fn seeds_are_of_one_secret_and_one_community() {
    let seed = community_seed(SECRET, COMMUNITY);
    assert_eq!(seed, community_seed(SECRET, COMMUNITY));
    assert_ne!(seed, community_seed(SECRET, "bei-men"));
    assert_ne!(seed, community_seed(b"another", COMMUNITY));
    assert_eq!(community_seed(b"", COMMUNITY), None);
    let public = key().public();
    assert_eq!(public.to_string().parse(), Ok(public));
    assert!("12".parse::<PublicKey>().is_err());
    assert!(!format!("{:?}", key()).contains(&hex(&seed.unwrap())));
}

#[test]
fn the_file_is_read_back_whatever_its_order_and_spacing() {
    let signed = key().sign(statement()).unwrap();
    let text = signed.to_json();
    assert_eq!(Signed::from_json(text.as_bytes()), Ok(signed.clone()));
    // Another program may have sorted it otherwise or escaped its letters.
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let packed = serde_json::to_string(&value)
        .unwrap()
        .replace('演', "\\u6f14");
    let read = Signed::from_json(packed.as_bytes()).unwrap();
    assert_eq!(read.verify(&key().public()), Ok(()));
    for bad in [
        "",
        "{}",
        "[]",
        &text.replace("certificate/1", "certificate/2"),
        &text.replace("\"key\": \"", "\"key\": \"00"),
        &text.replace("\"format\"", "\"more\": 1, \"format\""),
        &text.replace("\"demo\": true", "\"demo\": true, \"demo\": false"),
        &text.replace("\"height\": 41286", "\"height\": 41286.5"),
    ] {
        assert_eq!(
            Signed::from_json(bad.as_bytes()),
            Err(Unproved::NoCertificate),
            "{bad}"
        );
    }
    for (from, to) in [
        ("\"form\": 1", "\"form\": 2"),
        ("\"demo\": true", "\"demo\": 1"),
        ("\"revision\": 2", "\"revision\": 0"),
        ("\"stars\": 3", "\"stars\": 6"),
        ("\"stars\": 3", "\"moons\": 3"),
        ("2026-11-27", "2026-11-31"),
    ] {
        let read = Signed::from_json(text.replace(from, to).as_bytes());
        assert!(
            matches!(read, Err(Unproved::Statement(_))),
            "{to}: {read:?}"
        );
    }
}

#[test]
fn what_may_not_be_said_is_not_signed() {
    type Change = (&'static str, fn(&mut Statement));
    let changes: [Change; 18] = [
        ("another form", |s| s.form = 2),
        ("no name", |s| s.holder.clear()),
        ("a long name", |s| s.holder = "长".repeat(61)),
        ("a line break", |s| s.holder = "演示\n二".into()),
        ("another reading direction", |s| {
            s.holder = "演示\u{202e}二".into()
        }),
        ("a space at its end", |s| s.holder = "演示 ".into()),
        ("a number with a slash", |s| s.number = "NM/2026".into()),
        ("a number with a path", |s| s.number = "..".into()),
        ("revision none", |s| s.revision = 0),
        ("days that run backward", |s| {
            s.period.to = day("2025-12-31")
        }),
        ("issued before it began", |s| s.issued = day("2025-12-31")),
        ("minutes below nothing", |s| {
            s.minutes.credit += 600;
            s.minutes.honour -= 600;
        }),
        ("more than its lines", |s| s.minutes.credit += 1),
        ("lines by proof that differ", |s| s.proofs[0].minutes += 1),
        ("a line below nothing", |s| {
            s.kinds[0].minutes = -60;
            s.kinds[1].minutes += 1860;
        }),
        ("too many kinds", |s| {
            s.kinds.extend((0..8).map(|_| KindLine {
                title: "多".into(),
                minutes: 0,
                times: 0,
            }));
        }),
        ("six stars", |s| s.stars = Some(6)),
        ("a short digest", |s| s.ledger.hash.truncate(60)),
    ];
    for (name, change) in changes {
        let mut bad = statement();
        change(&mut bad);
        assert!(key().sign(bad).is_err(), "{name}");
    }
}
