//! How long the texts of a rule may be: its sentences, titles, units, labels and summary.
//!
//! A new rule with a longer one is refused where it enters (`host/rules`); one that an old ledger holds is cut when
//! it is read, so that nobody who shows it needs to think of it. The records themselves stay as they are.

use super::{FieldKind, Plan, Text};
use crate::record::RuleSet;

/// The longest title, unit, label or choice, in characters of one language.
pub const TITLE_MAX: usize = 200;
/// The longest sentence with holes, or line of a summary, in characters of one language.
pub const PHRASE_MAX: usize = 1_000;
/// The longest version, in characters.
pub const VERSION_MAX: usize = 64;

/// A text that is longer than its kind may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} has {has} characters; the limit is {max}")]
pub struct TooLong {
    /// Which text: `the phrase “waste.sorted” (zh)`.
    pub what: String,
    /// Its length in characters.
    pub has: usize,
    /// The limit.
    pub max: usize,
}

/// Cuts `text` to `max` characters, the last of which is then `…`. Nothing when it is short enough.
pub fn cut(text: &mut String, max: usize, what: impl FnOnce() -> String) -> Option<TooLong> {
    // Bytes are never fewer than characters, so that most texts are not even counted.
    if text.len() <= max {
        return None;
    }
    let has = text.chars().count();
    if has <= max {
        return None;
    }
    let end = text.char_indices().nth(max.saturating_sub(1));
    text.truncate(end.map_or(0, |(at, _)| at));
    text.push('…');
    let what = what();
    Some(TooLong { what, has, max })
}

/// [`cut`] for both languages; the first that was too long.
pub fn cut_both(text: &mut Text, max: usize, what: &dyn Fn() -> String) -> Option<TooLong> {
    let zh = cut(&mut text.zh, max, || format!("{} (zh)", what()));
    let en = cut(&mut text.en, max, || format!("{} (en)", what()));
    zh.or(en)
}

impl Plan {
    /// Cuts every text of the plan to its limit; the first that was longer.
    pub fn cut_texts(&mut self) -> Option<TooLong> {
        let mut first = None;
        let mut note = |found: Option<TooLong>| {
            if first.is_none() {
                first = found;
            }
        };
        for kind in &mut self.kinds {
            let code = &kind.code;
            let title = || format!("the title of “{code}”");
            note(cut_both(&mut kind.title, TITLE_MAX, &title));
            let unit = || format!("the unit of “{code}”");
            note(cut_both(&mut kind.unit, TITLE_MAX, &unit));
            for field in &mut kind.fields {
                let name = &field.name;
                let label = || format!("the title of the field “{name}” of “{code}”");
                note(cut_both(&mut field.title, TITLE_MAX, &label));
                let FieldKind::Choice(choices) = &mut field.kind else {
                    continue;
                };
                for (choice, title) in choices {
                    let said = || format!("the choice “{choice}” of “{name}” of “{code}”");
                    note(cut_both(title, TITLE_MAX, &said));
                }
            }
        }
        for phrase in &mut self.phrases {
            let code = &phrase.code;
            let said = || format!("the phrase “{code}”");
            note(cut_both(&mut phrase.text, PHRASE_MAX, &said));
        }
        for (at, line) in self.summary.iter_mut().enumerate() {
            let said = || format!("line {} of the summary", at.saturating_add(1));
            note(cut_both(line, PHRASE_MAX, &said));
        }
        first
    }
}

impl RuleSet {
    /// As it may be shown and kept in memory: every text cut to its limit.
    #[must_use]
    pub fn bounded(mut self) -> RuleSet {
        let _ = self.plan.cut_texts();
        let _ = cut_both(&mut self.title, TITLE_MAX, &String::new);
        let _ = cut(&mut self.version, VERSION_MAX, String::new);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Code;
    use crate::rule::{Field, KindPlan, Phrase};

    fn text(zh: &str, en: &str) -> Text {
        Text {
            zh: zh.into(),
            en: en.into(),
        }
    }

    fn plan() -> Plan {
        let code = Code::literal;
        let choice = FieldKind::Choice(vec![(code("dry"), text("干", "dry"))]);
        Plan {
            kinds: vec![KindPlan {
                code: code("waste"),
                title: text("分类", "sorting"),
                unit: text("次", "times"),
                scale: 0,
                quantity_min: 1,
                quantity_max: 9,
                fields: vec![Field {
                    name: code("which"),
                    title: text("哪种", "which"),
                    kind: choice,
                    required: true,
                }],
                facts: Vec::new(),
            }],
            phrases: vec![Phrase {
                code: code("base"),
                text: text("{0} 分", "{0} points"),
            }],
            summary: vec![text("一", "one"), text("二", "two")],
            ..Plan::default()
        }
    }

    /// Every text of a plan in turns, so that a new one is not forgotten here.
    #[test]
    fn every_text_of_a_plan_has_a_limit() {
        let long = "长".repeat(PHRASE_MAX.saturating_add(1));
        type Place = (&'static str, fn(&mut Plan) -> &mut Text);
        let places: [Place; 7] = [
            ("the title of “waste”", |plan| &mut plan.kinds[0].title),
            ("the unit of “waste”", |plan| &mut plan.kinds[0].unit),
            ("the title of the field “which” of “waste”", |plan| {
                &mut plan.kinds[0].fields[0].title
            }),
            (
                "the choice “dry” of “which” of “waste”",
                |plan| {
                    let FieldKind::Choice(choices) = &mut plan.kinds[0].fields[0].kind else {
                        unreachable!("it is a choice")
                    };
                    &mut choices[0].1
                },
            ),
            ("the phrase “base”", |plan| &mut plan.phrases[0].text),
            ("line 1 of the summary", |plan| &mut plan.summary[0]),
            ("line 2 of the summary", |plan| &mut plan.summary[1]),
        ];
        assert_eq!(plan().cut_texts(), None);
        for (what, place) in places {
            for (language, zh) in [("zh", true), ("en", false)] {
                let mut plan = plan();
                let text = place(&mut plan);
                let half = if zh { &mut text.zh } else { &mut text.en };
                half.clone_from(&long);
                let found = plan.cut_texts().expect("it is too long");
                assert_eq!(found.what, format!("{what} ({language})"));
                assert_eq!(found.has, PHRASE_MAX + 1);
                let text = place(&mut plan);
                let half = if zh { &text.zh } else { &text.en };
                assert_eq!(half.chars().count(), found.max);
                assert!(half.ends_with('…'));
                assert_eq!(plan.cut_texts(), None, "once cut, it is short enough");
            }
        }
    }
}
