//! Sentences with holes `{0}`, `{1}` …: filled in one pass, bounded, and shown as one visible line.
//!
//! What fills a hole is never looked at again, so a name that reads `{0}` stays a name. It knows no language and
//! no plan; who asks says what stands in each hole.

use std::borrow::Cow;

use crate::shown;

/// The longest filled sentence, in characters of its source; what is beyond shows as `…`.
pub const SENTENCE_MAX: usize = 2_000;
/// The longest text that fills one hole, in characters.
pub const HOLE_MAX: usize = 200;
/// The most digits of a hole's number; more are no hole.
const DIGITS_MAX: usize = 3;

/// `{12}` at the head of `text`: its number and its length in bytes.
fn hole(text: &str) -> Option<(usize, usize)> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find(|c: char| !c.is_ascii_digit())?;
    if end == 0 || end > DIGITS_MAX || !inner.get(end..)?.starts_with('}') {
        return None;
    }
    let number = inner.get(..end)?.parse().ok()?;
    Some((number, end.saturating_add(2)))
}

/// The text that takes at most `left` characters away from it; whether all of it fitted.
fn put(out: &mut String, left: &mut usize, text: &str) -> bool {
    for c in text.chars() {
        if *left == 0 {
            return false;
        }
        *left = left.saturating_sub(1);
        out.push(c);
    }
    true
}

/// `template` with its holes filled: hole `n` by `said(n)`, which is asked at most once for each of the first `args`
/// numbers. A hole with a larger number stays as it is written.
///
/// The answer has at most [`SENTENCE_MAX`] characters (each of which shows as at most ten, see [`shown::line`]).
pub fn fill(template: &str, args: usize, mut said: impl FnMut(usize) -> String) -> String {
    let mut known: Vec<Option<String>> = vec![None; args];
    let mut out = String::with_capacity(template.len().min(SENTENCE_MAX));
    let mut left = SENTENCE_MAX;
    let mut rest = template;
    loop {
        let at = rest.find('{').unwrap_or(rest.len());
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let mut fits = put(&mut out, &mut left, before);
        if from.is_empty() || !fits {
            return ended(out, fits);
        }
        let place = hole(from).and_then(|(no, length)| Some((no, length, known.get_mut(no)?)));
        let length = match place {
            Some((no, length, place)) => {
                let text = place.get_or_insert_with(|| shown::short(&said(no), HOLE_MAX).into());
                fits = put(&mut out, &mut left, text);
                length
            }
            None => {
                fits = put(&mut out, &mut left, "{");
                1
            }
        };
        if !fits {
            return ended(out, false);
        }
        rest = from.get(length..).unwrap_or_default();
    }
}

fn ended(mut out: String, fits: bool) -> String {
    if !fits {
        out.push('…');
    }
    match shown::line(&out) {
        Cow::Borrowed(_) => out,
        Cow::Owned(shown) => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(template: &str, args: &[&str]) -> String {
        fill(template, args.len(), |no| {
            args.get(no).copied().unwrap_or_default().to_owned()
        })
    }

    #[test]
    fn what_was_filled_in_is_not_looked_at_again() {
        assert_eq!(with("{0} und {1}", &["{1}{1}", "{0}"]), "{1}{1} und {0}");
        assert_eq!(with("{0}", &["{0}{0}{0}"]), "{0}{0}{0}");
        assert_eq!(with("{{0}}", &["x"]), "{x}");
        assert_eq!(with("{{{0}", &["x"]), "{{x");
        for kept in [
            "{99}", "{}", "{a}", "{0", "{", "}", "{-1}", "{ 0}", "{00000}", "{9999}", "{１}",
        ] {
            assert_eq!(with(kept, &["x"]), kept);
        }
        assert_eq!(with("{000}", &["x"]), "x");
        assert_eq!(with("{0}", &[]), "{0}");
    }

    #[test]
    fn a_sentence_has_an_end() {
        // 384 bytes that once made text without end.
        let holes = "{0}".repeat(128);
        assert_eq!(with(&holes, &[&holes]).chars().count(), SENTENCE_MAX + 1);
        let long = "字".repeat(1_000_000);
        let said = with(&long, &[]);
        assert_eq!(
            (said.chars().count(), said.ends_with('…')),
            (SENTENCE_MAX + 1, true)
        );
        assert_eq!(with("{0}!", &[&long]).chars().count(), HOLE_MAX + 2);
        let exact = "字".repeat(SENTENCE_MAX);
        assert_eq!(with(&exact, &[]), exact);
        assert_eq!(
            with("a\n{0}\u{202e}", &["\u{1b}["]),
            "a\\n\\u{1b}[\\u{202e}"
        );
    }

    #[test]
    fn each_hole_is_asked_for_once() {
        let mut asked = 0;
        let said = fill(&"{3}".repeat(600), 16, |no| {
            asked += 1;
            no.to_string()
        });
        assert_eq!((asked, said.len()), (1, 600));
    }

    proptest! {
        #[test]
        fn any_template_is_filled_within_its_bound(template in "([{}0-3x]|\\PC){0,400}", args in prop::collection::vec("([{}0-3]|\\PC){0,400}", 0..4)) {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let said = with(&template, &args);
            prop_assert!(said.chars().count() <= SENTENCE_MAX * 10 + 1);
            if !template.contains('{') && template.chars().count() <= SENTENCE_MAX {
                prop_assert_eq!(said, shown::line(&template));
            }
        }
    }
}
