//! Whatever reads bytes from outside, fed with bytes that were nearly right: records, proofs, configuration, sheets,
//! what people type, what is shown, and quantities. A target must not panic, must end, and must keep its own promise.
//!
//! Each target begins with the files of its folder in `corpus/`, then with these changed at random; an input that made
//! the target say something new joins the pool. It needs no other toolchain. `RONGYI_FUZZ_S=60` gives each target that
//! many seconds instead of a few thousand inputs, `RONGYI_SEED` repeats a run; what breaks a target is printed and
//! kept beside the build, and belongs into the corpus together with the mend.
#![allow(clippy::unwrap_used, reason = "tests")]

mod pool;

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use pool::fuzz;
use rongyi_config::{load_with, render, to_json};
use rongyi_core::amount::Decimal;
use rongyi_core::record::Record;
use rongyi_core::time::LocalDate;
use rongyi_core::{shown, typed};
use rongyi_server::audit::proof::wire;
use rongyi_sheets::{Columns, Sheet};

/// What a target said, for the pool to notice something new.
fn said(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// The words of a sentence without the values in it.
fn gist(sentence: &str) -> String {
    sentence
        .chars()
        .filter(|c| c.is_alphabetic())
        .take(48)
        .collect()
}

#[test]
fn records() {
    // The first byte is the kind.
    fuzz("records", &[], |bytes| {
        let Some((kind, body)) = bytes.split_first() else {
            return 0;
        };
        match Record::decode(*kind, body) {
            Ok(record) => {
                // One record has one form: what was read is written again as it was.
                assert_eq!(record.encode(), body, "another form of {record:?}");
                said((kind, body.len()))
            }
            Err(error) => said((kind, gist(&error.to_string()))),
        }
    });
}

#[test]
fn proofs() {
    let words = [
        "\"index\":",
        "18446744073709551615",
        "-1",
        "1e400",
        "[[",
        "\"size\":0",
        "null",
    ];
    fuzz("proofs", &words, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match wire::read(&text) {
            Ok((inclusion, file)) => {
                let held = inclusion.check();
                let again = serde_json::to_string(&file).unwrap();
                assert!(
                    wire::read(&again).is_ok(),
                    "written again it is none: {again}"
                );
                said(held.map_err(|error| gist(&error.to_string())).map(drop))
            }
            Err(error) => said(gist(&error.to_string())),
        }
    });
}

#[test]
fn configurations() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("communities")).unwrap();
    let (host, community_file) = (
        folder.path().join("rongyi.toml"),
        folder.path().join("communities/own.toml"),
    );
    let words = [
        "[[rule]]\n",
        "[period]\n",
        "\n=",
        "\"\"\"",
        "2026-02-30",
        "9223372036854775807",
        "0x",
        "1e9",
        "\u{1b}[31m",
        "plugin = \"/dev/zero\"\n",
        "active_from = 2026-01-01\n",
        "\\u001b",
        "nan",
        "{ zh = \"",
        "..",
    ];
    fuzz("configurations", &words, |bytes| {
        // Two files in one: the host's before the first NUL, a community's behind it.
        let text = String::from_utf8_lossy(bytes);
        let (shared, community) = text.split_once('\0').unwrap_or(("", &text));
        std::fs::write(&host, shared).unwrap();
        std::fs::write(&community_file, community).unwrap();
        match load_with(&host, &|_| None) {
            Ok(config) => said((1, config.communities.len())),
            Err(found) => {
                let drawn = render(&found);
                let unsafe_one =
                    |c: char| c != '\n' && shown::line(&c.to_string()) != c.to_string();
                assert!(!drawn.contains(unsafe_one), "{drawn:?}");
                let told: serde_json::Value = serde_json::from_str(&to_json(&found)).unwrap();
                assert!(told.is_array() || told.is_object());
                let codes: Vec<_> = found.iter().map(|one| one.code.clone()).collect();
                said(codes)
            }
        }
    });
}

const COLUMNS: Columns = Columns {
    required: &["resident", "quantity"],
    optional: &["date", "note"],
    prefixes: &["field."],
};

#[test]
fn sheets() {
    let words = [
        "\"",
        "\"\"",
        "\r\n",
        "\r",
        "\t",
        ",,,,",
        "resident,quantity\n",
        "\u{feff}",
        "field.",
        "{\"resident\":",
        "=cmd()",
    ];
    fuzz("sheets", &words, |bytes| {
        let sheet = match Sheet::from_bytes(bytes) {
            Ok(sheet) => sheet,
            Err(error) => return said(gist(&error.to_string())),
        };
        let lines = sheet.line_count();
        match sheet.rows(COLUMNS) {
            Ok(rows) => {
                let (mut good, mut bad) = (0_u64, String::new());
                for row in rows {
                    match row {
                        Ok(row) => {
                            assert!(
                                row.line >= 1 && row.line <= lines.max(1),
                                "{} of {lines}",
                                row.line
                            );
                            good += 1;
                        }
                        Err(error) => write!(bad, "{}", gist(&format!("{error:?}"))).unwrap(),
                    }
                }
                assert!(good <= lines, "{good} rows in {lines} lines");
                said((good.min(8), bad))
            }
            Err(error) => said(gist(&error.to_string())),
        }
    });
}

#[test]
fn typed_texts() {
    let words = [
        "\u{200b}",
        "\u{202e}",
        "１",
        "－",
        "\u{3000}",
        "\u{e0100}",
        "\u{1f468}\u{200d}",
        "ﷺ",
        "\u{0}",
        "e\u{301}",
    ];
    fuzz("typed", &words, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let once = typed::canonical(&text);
        assert_eq!(typed::canonical(&once), once, "{text:?}");
        assert!(
            !once
                .chars()
                .any(|c| typed::is_invisible(c) || c.is_control()),
            "{once:?}"
        );
        assert!(once.trim() == once && !once.contains("  "), "{once:?}");
        let name = typed::name(&text);
        assert_eq!(typed::name(&name), name, "{text:?}");
        let digits = typed::digits(&text);
        if let Some(digits) = &digits {
            assert!(!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
            assert_eq!(typed::digits(digits).as_ref(), Some(digits));
        }
        let number = typed::number(&text);
        if let Some(number) = number {
            assert_eq!(typed::number(&number.to_string()), Some(number));
            assert_eq!(typed::number(&format!("+{text}")), None);
        }
        said((
            digits.is_some(),
            number.is_some(),
            once.len() == text.len(),
            name == once,
        ))
    });
}

#[test]
fn shown_texts() {
    let words = [
        "\u{1b}[2J",
        "\u{202e}",
        "\r\n",
        "\u{7}",
        "\u{9b}31m",
        "=1+1",
        "@SUM",
        "\u{2028}",
        "\u{fff9}",
        "\\n",
    ];
    fuzz("shown", &words, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let line = shown::line(&text);
        // Names have variation selectors, which stay.
        let selector = |c: char| matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
        let plain = |c: char| {
            let hidden = typed::is_invisible(c) && !selector(c);
            !c.is_control() && !hidden && !"\u{2028}\u{2029}".contains(c)
        };
        assert!(line.chars().all(plain), "{line:?}");
        assert_eq!(shown::line(&line), line, "shown twice it is the same");
        assert!(shown::lines(&text).chars().all(|c| c == '\n' || plain(c)));
        for max in [0, 1, 7, 40] {
            let short = shown::short(&text, max);
            assert!(short.chars().all(plain), "{short:?}");
        }
        let cell = shown::cell(&text);
        let number = cell.parse::<f64>().is_ok();
        assert!(
            number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
            "{cell:?}"
        );
        said((line == text, cell == line, text.lines().count().min(4)))
    });
}

#[test]
fn quantities() {
    let words = [
        "-",
        ".",
        "00000000000000000000",
        "2147483647",
        "2147483648",
        "-2147483648",
        "0.00001",
        "e9",
    ];
    let now = (LocalDate::FIRST, 0);
    fuzz("quantities", &words, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let mut all = Vec::new();
        let read = rongyi_server::earning::quantity(&text);
        for scale in 0..=4 {
            let exact = Decimal::parse(&text, scale);
            if let Ok(number) = exact {
                // Written out again, it is the same number, and so it is when its scale is known only later.
                let again = Decimal::parse(&number.to_string(), scale).unwrap();
                assert_eq!(again, number, "{text:?}");
                let later = read.as_ref().ok().and_then(|quantity| quantity.at(scale));
                assert_eq!(later, Some(number.units), "{text:?}");
            }
            all.push(exact.is_ok());
        }
        let day = rongyi_server::earning::occurred_at(&text, now);
        said((all.len(), format!("{all:?}"), day.is_ok()))
    });
}
