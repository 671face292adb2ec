//! Invented certificates for tests and examples; nobody in them exists.

#![allow(
    dead_code,
    reason = "each test and example uses what it needs of these"
)]

use rongyi_certificates::{
    BadStatement, Community, FORM, Head, Key, KindLine, Minutes, Number, Period, ProofLine, Signed,
    Signer, Statement, community_seed,
};
use rongyi_core::time::LocalDate;

/// The secret of an invented installation.
pub(crate) const SECRET: &[u8] = b"an invented secret of nobody";
/// An invented community.
pub(crate) const COMMUNITY: &str = "nan-men";

/// Its key.
pub(crate) fn key() -> Key {
    Key::of_seed(&community_seed(SECRET, COMMUNITY).unwrap_or_default())
}

/// A day that there is.
pub(crate) fn day(text: &str) -> LocalDate {
    text.parse().unwrap_or(LocalDate::FIRST)
}

/// The number of the certificate with this running number.
pub(crate) fn number(serial: u32) -> String {
    Number::make(SECRET, COMMUNITY, 2026, serial).map_or_else(|_| String::new(), |n| n.to_string())
}

/// Where its public page would be.
pub(crate) fn address(signed: &Signed) -> String {
    format!("https://nanmen.example.org/zs/{}", signed.statement.number)
}

fn kind(title: &str, minutes: i64, times: u32) -> KindLine {
    KindLine {
        title: title.into(),
        minutes,
        times,
    }
}

fn proof(word: &str, minutes: i64) -> ProofLine {
    ProofLine {
        word: word.into(),
        minutes,
    }
}

/// A certificate as they are.
pub(crate) fn statement() -> Statement {
    Statement {
        form: FORM,
        demo: true,
        community: Community {
            code: COMMUNITY.into(),
            title: "演示·南门社区居民委员会".into(),
        },
        number: number(1),
        revision: 2,
        holder: "演示·𠮷㛃".into(),
        team: Some("演示大学青年志愿者服务队".into()),
        period: Period {
            from: day("2026-01-01"),
            to: day("2026-11-27"),
        },
        minutes: Minutes {
            credit: 3600,
            honour: 270,
        },
        kinds: vec![
            kind("四点半课堂", 1800, 14),
            kind("清洁护绿", 1350, 11),
            kind("长者食堂 Canteen for elders", 720, 6),
        ],
        proofs: vec![
            proof("扫码签到", 3000),
            proof("带队人点名", 600),
            proof("事后补录", 270),
        ],
        stars: Some(3),
        issued: day("2026-11-28"),
        signer: Signer {
            title: "社区主任".into(),
            name: "演示·林管理员".into(),
        },
        ledger: Head {
            height: 41_286,
            hash: "5f".repeat(32),
        },
    }
}

/// So many signed certificates of a team.
///
/// # Errors
/// [`BadStatement`].
pub(crate) fn many(count: u32) -> Result<Vec<Signed>, BadStatement> {
    const NAMES: [&str; 8] = ["陈", "黄", "吴", "罗", "谢", "何", "林", "𠮷"];
    const SECOND: [&str; 7] = ["晓雨", "志远", "佳怡", "子涵", "文博", "若溪", "㛃"];
    let key = key();
    (1..=count)
        .map(|serial| {
            let at = usize::try_from(serial).unwrap_or_default();
            let mut statement = statement();
            statement.number = number(serial);
            statement.revision = 1;
            let first = NAMES.get(at % NAMES.len()).copied().unwrap_or_default();
            let second = SECOND.get(at % SECOND.len()).copied().unwrap_or_default();
            statement.holder = format!("演示·{first}{second}");
            key.sign(statement)
        })
        .collect()
}

/// The largest statement that may be signed.
pub(crate) fn full() -> Statement {
    let mut full = statement();
    full.holder = "长".repeat(60);
    full.team = Some("队".repeat(60));
    full.community.title = "社".repeat(60);
    full.signer.title = "书".repeat(30);
    full.signer.name = "名".repeat(30);
    full.minutes.credit = 999_999_999;
    full.minutes.honour = 1;
    full.kinds = (0..10)
        .map(|line| KindLine {
            title: "类".repeat(30),
            minutes: if line == 0 { 1_000_000_000 } else { 0 },
            times: u32::MAX,
        })
        .collect();
    full.proofs = vec![proof(&"据".repeat(30), 1_000_000_000)];
    full
}
