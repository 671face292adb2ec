//! What is asked besides, what is often written, and whether several cases can be checked at once.

use super::Checks;
use crate::finding::both;
use crate::kind::Need;

/// The most sentences of one move: the keyboard has nine digits for them.
const PHRASES_MAX: usize = 9;
/// The longest sentence in letters.
const PHRASE_CHARS_MAX: usize = 200;

pub(super) fn check(checks: &Checks<'_>) {
    for (code, phrases) in &checks.kind.phrases {
        let path = format!("phrases.{code}");
        let mut moves = checks.kind.moves.iter();
        let takes_words = moves.any(|step| {
            let words = |(need, _): &(Need, bool)| matches!(need, Need::Text | Need::Reason);
            step.code == *code && step.needs.iter().any(words)
        });
        if !takes_words {
            checks.say(
                &path,
                "kind.phrases",
                both(
                    format!("没有叫“{code}”而且可以写话的步骤。"),
                    format!("There is no move “{code}” with which words are written."),
                ),
                both(
                    "写 need 里有 reason 或 text 的步骤的 code。",
                    "Write the `code` of a move whose `need` has reason or text.",
                ),
            );
        }
        let has = phrases.len();
        let long = phrases
            .iter()
            .any(|text| text.zh.chars().count().max(text.en.chars().count()) > PHRASE_CHARS_MAX);
        if has > PHRASES_MAX || has == 0 || long {
            checks.say(
                &path,
                "kind.phrases",
                both(
                    format!("“{path}” 有 {has} 句，要 1 到 {PHRASES_MAX} 句，每句最多 {PHRASE_CHARS_MAX} 个字。"),
                    format!("“{path}” has {has} sentences; it takes 1 to {PHRASES_MAX} of at most {PHRASE_CHARS_MAX} letters."),
                ),
                both("留下最常用的几句。", "Keep those that are used most."),
            );
        }
    }
    let mut states = checks.kind.states.iter();
    if checks.kind.bulk && !states.any(|state| checks.kind.bulk_move(&state.code).is_some()) {
        checks.say(
            "bulk",
            "kind.bulk",
            both(
                "没有可以一次通过几件的步骤。",
                "No move can be taken with several cases at once.",
            ),
            both(
                "写 bulk = true 的办件，要有一步 mark = \"check\"，而且不要求写话、照片、文件或单位。",
                "A kind with bulk = true has a move with mark = \"check\" that needs no words, photo, file or unit.",
            ),
        );
    }
}
