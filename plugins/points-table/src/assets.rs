//! What the asset of a kind is called in its sentences: points, conduct points, or what the community counts beside them.

use rongyi_sdk::text;
use rongyi_sdk::types::{Diagnostic, Phrase, Text};
use rongyi_sdk::wrong;

use crate::params::Kind;

/// The asset that needs no name: every sentence speaks of points by itself.
const POINTS: &str = "points";

/// What a kind is paid in, in words. An asset of the community that has no title here is named by its code, in quotes, which
/// a host that knows its title puts in its place.
pub(crate) fn words(kind: &Kind) -> Text {
    if let Some(title) = &kind.asset_title {
        return title.clone().into();
    }
    match kind.asset.as_deref().unwrap_or(POINTS) {
        POINTS => text("分", "points"),
        "conduct" => text("操行分", "conduct points"),
        "minutes" => text("分钟志愿时长", "volunteer minutes"),
        other => text(format!("“{other}”"), format!("“{other}”")),
    }
}

/// These sentences with what the kind is paid in: behind a hole, where they speak of points. Without a title there is the
/// number alone, beside which pages name the asset.
pub(crate) fn spoken(kind: &Kind, mut phrases: Vec<Phrase>) -> Vec<Phrase> {
    let asset = kind.asset.as_deref().unwrap_or(POINTS);
    if asset == POINTS {
        return phrases;
    }
    let named = kind.asset_title.is_some() || matches!(asset, "conduct" | "minutes");
    let (zh_own, en_own) = match named {
        true => {
            let name = words(kind);
            (format!(" {}", name.zh), format!(" {}", name.en))
        }
        false => (String::new(), String::new()),
    };
    for phrase in &mut phrases {
        let Text { zh, en } = &mut phrase.text;
        // Minutes begin with the same character.
        let kept = zh.replace("} 分钟", "}\u{0}分钟");
        *zh = kept
            .replace("} 分", &format!("}}{zh_own}"))
            .replace("零头算 1 分", "零头进一")
            .replace('\u{0}', " ");
        *en = en
            .replace("} points", &format!("}}{en_own}"))
            .replace("} more points", &format!("}} more{en_own}"));
    }
    phrases
}

/// A title for points would be a second name of them: the community's file has one.
pub(crate) fn check(kind: &Kind, path: &str) -> Option<Diagnostic> {
    let points = kind.asset.as_deref().unwrap_or(POINTS) == POINTS;
    let title = kind.asset_title.as_ref().filter(|_| points);
    title.map(|_| {
        wrong(
            format!("{path}.asset_title"),
            "points-table.asset-title",
            "asset_title 是 asset 那一样的名称，积分不用写。",
            "asset_title is what the asset is called, and stands beside another asset than points.",
        )
    })
}
