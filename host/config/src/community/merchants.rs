//! `[merchants]`: what a point is worth that was spent at a merchant, and what of it goes back to the fund. Who the merchants
//! are is not written here; an operator enrols them in the browser.

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

use crate::reader::{Field, both};
use crate::words::nearest;

/// The most that one point may be worth: 100 yuan.
const FEN_MAX: i64 = 10_000;

/// How merchants are paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settling {
    /// What one of each asset is worth, in 1/100 yuan: `points` and declared assets that orders are paid in.
    pub fen_per: Vec<(Code, i64)>,
    /// How much of the value goes back to the fund, in percent.
    pub return_percent: u8,
    /// What the fund is called.
    pub fund: Text,
}

impl Settling {
    /// What one of an asset is worth; nothing where it is not said.
    #[must_use]
    pub fn fen_of(&self, asset: &str) -> i64 {
        let mut all = self.fen_per.iter();
        all.find(|(listed, _)| listed.as_str() == asset)
            .map_or(0, |(_, fen)| *fen)
    }
}

/// `assets` are those that the community declares.
pub(super) fn read(field: &Field<'_>, assets: &[(Code, Text)]) -> Option<Settling> {
    let table = field.table()?;
    let fen_per = table.need("fen_per").and_then(|field| fen(&field, assets));
    let percent = table.get("return_percent");
    let percent = percent.map_or(Some(0), |field| field.integer(0..=100));
    let fund = table.get("fund");
    let fund = fund.map_or_else(
        || Some(both("社区微基金", "the community's fund")),
        |field| field.text(),
    );
    table.finish();
    Some(Settling {
        fen_per: fen_per?,
        return_percent: percent.and_then(|percent| u8::try_from(percent).ok())?,
        fund: fund?,
    })
}

/// `{ points = 10, gift = 5 }`.
fn fen(field: &Field<'_>, assets: &[(Code, Text)]) -> Option<Vec<(Code, i64)>> {
    let mut all = Vec::new();
    let mut said = false;
    for (name, value) in field.table()?.free() {
        said |= name == "points";
        let code: Option<Code> = name.parse().ok();
        let code = code.filter(|code| {
            code.as_str() == "points" || assets.iter().any(|(listed, _)| listed == code)
        });
        match code {
            Some(code) => all.extend(value.integer(0..=FEN_MAX).map(|fen| (code, fen))),
            None => unknown(&value, &name, assets),
        }
    }
    if !said {
        field.refuse(
            both(
                "没有写 1 个积分值几分钱。",
                "It is not said what one point is worth.",
            ),
            both(
                "写 fen_per = { points = 10 }，意思是 1 个积分值 10 分钱（1 角）。",
                "Write fen_per = { points = 10 }: one point is worth 10 fen, a tenth of a yuan.",
            ),
        );
    }
    all.iter()
        .any(|(code, _): &(Code, i64)| code.as_str() == "points")
        .then_some(all)
}

fn unknown(field: &Field<'_>, name: &str, assets: &[(Code, Text)]) {
    let known = assets.iter().map(|(listed, _)| listed.as_str());
    let near = nearest(name, known.chain(["points"]));
    let help = match near {
        Some(near) => both(
            format!("是不是想写 {near}？"),
            format!("Did you mean {near}?"),
        ),
        None => both(
            "写 points，或 assets 里登记的一样。",
            "Write points, or one that is declared in assets.",
        ),
    };
    field.refuse(
        both(
            format!("本社区的兑换单不会用“{name}”来付。"),
            format!("No order of this community is paid in “{name}”."),
        ),
        help,
    );
}
