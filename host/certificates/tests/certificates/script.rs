//! The script that people check certificates with, run as they run it: it agrees with this crate about every change.

use std::path::{Path, PathBuf};
use std::process::Command;

use rongyi_certificates::{Key, Lang, Signed, pdf};

use crate::invented::{address, key, many, statement};
use crate::signed::changes;

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/check-certificate.py")
}

/// Exit code and all that it printed.
fn run(content: &[u8], key: &str) -> (Option<i32>, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    let done = Command::new("python3")
        .env("PYTHONIOENCODING", "utf-8")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(script())
        .arg(file.path())
        .args(["--key", key])
        .output()
        .expect("python3 is needed for the tests");
    let said = [done.stdout, done.stderr].concat();
    (done.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn it_proves_the_file_and_the_document() {
    let public = key().public().to_string();
    let signed = key().sign(statement()).unwrap();
    let document = pdf(std::slice::from_ref(&signed), &address, Lang::Zh).unwrap();
    for content in [signed.to_json().into_bytes(), document] {
        let (code, said) = run(&content, &public);
        assert_eq!(code, Some(0), "{said}");
        for part in [
            "成立",
            &statement().number,
            "演示·𠮷㛃",
            "64 小时 30 分钟",
            "2026-01-01 – 2026-11-27",
            "演示数据",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    // The key from a file, as a notice board would have it.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("南门社区公钥\n{public}\n")).unwrap();
    let (code, said) = run(signed.to_json().as_bytes(), file.path().to_str().unwrap());
    assert_eq!(code, Some(0), "{said}");
    let team = pdf(&many(3).unwrap(), &address, Lang::Zh).unwrap();
    let (code, said) = run(&team, &public);
    assert_eq!((code, said.matches("OK").count()), (Some(0), 3), "{said}");
}

#[test]
fn it_finds_every_change() {
    let public = key().public().to_string();
    let signed = key().sign(statement()).unwrap();
    for (name, changed) in changes() {
        let forged = Signed {
            statement: changed,
            ..signed.clone()
        };
        let (code, said) = run(forged.to_json().as_bytes(), &public);
        assert_eq!(code, Some(1), "{name}: {said}");
        assert!(said.contains("签名不符"), "{name}: {said}");
    }
    for at in [0, 31, 32, 63] {
        let mut forged = signed.clone();
        forged.signature[at] ^= 1;
        let (code, said) = run(forged.to_json().as_bytes(), &public);
        assert_eq!(code, Some(1), "byte {at}: {said}");
    }
    // What is attached to a document is what counts, whatever the page shows.
    let mut longer = statement();
    longer.kinds[0].minutes += 600;
    longer.minutes.credit += 600;
    longer.proofs.clear();
    let forged = Signed {
        statement: longer,
        ..signed
    };
    let document = pdf(&[forged], &address, Lang::Zh).unwrap();
    let (code, said) = run(&document, &public);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn it_says_what_is_wrong() {
    let public = key().public().to_string();
    let text = key().sign(statement()).unwrap().to_json();
    let other = Key::of_seed(&[7; 32]).public().to_string();
    let sums = text.replace("\"credit\": 3600", "\"credit\": 3601");
    let proofs = text.replace("\"minutes\": 270", "\"minutes\": 271");
    let small = format!("01{}", "0".repeat(62));
    let of_small = text.replace(&public, &small).replace(
        &text[text.find("\"signature\": \"").unwrap() + 14..][..128],
        &format!("01{}", "0".repeat(126)),
    );
    for (content, key, code, word) in [
        (text.as_str(), other.as_str(), 1, "不是您给的公钥"),
        (&sums, &public, 1, "总数却是 3871 分钟"),
        (&proofs, &public, 1, "按记录方式合计 3871 分钟"),
        (&of_small, &small, 1, "签名不符"),
        (
            &text.replace("\"stars\"", "\"moons\""),
            &public,
            1,
            "缺项或多项",
        ),
        (
            &text.replace("2026-11-27", "2026-11-31"),
            &public,
            1,
            "日期不对",
        ),
        (
            &text.replace("\"demo\": true", "\"demo\": true, \"demo\": false"),
            &public,
            2,
            "重复",
        ),
        (
            &text.replace("rongyi-certificate/1", "other/1"),
            &public,
            2,
            "格式不对",
        ),
        (&text.replace("演示·𠮷㛃", "\\ud800"), &public, 1, "看不见"),
        (
            &text.replace("演示·𠮷㛃", "演示\u{202e}"),
            &public,
            1,
            "看不见",
        ),
        (&text.replace("演示·𠮷㛃", " "), &public, 1, "文字为空"),
        (
            &text.replace("\"height\": 41286", "\"height\": 41286.0"),
            &public,
            1,
            "数字不对",
        ),
        (
            &text.replace("\"demo\": true", "\"demo\": 1"),
            &public,
            1,
            "内容不对",
        ),
        (
            &text.replace("\"form\": 1", "\"form\": 2"),
            &public,
            1,
            "版式不认识",
        ),
        (&"[".repeat(100_000), &public, 2, "不是证明文件"),
        ("hello", &public, 2, "不是证明文件"),
        ("", &public, 2, "不是证明文件"),
        ("[1]", &public, 2, "格式不对"),
        ("%PDF-1.7\nnothing", &public, 2, "没有附着"),
        (&text, "no-such-key-file", 2, "不是证明文件"),
    ] {
        let (found, said) = run(content.as_bytes(), key);
        assert_eq!(found, Some(code), "{word}: {said}");
        assert!(said.contains(word), "{word}: {said}");
        assert!(!said.contains("Traceback"), "{said}");
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), [0xff, 0xfe, 0x00]).unwrap();
    let (code, said) = run(text.as_bytes(), file.path().to_str().unwrap());
    assert_eq!(code, Some(2), "{said}");
    assert!(!said.contains("Traceback"), "{said}");
}
