//! The static texts of the pages, in Chinese and English, from `texts/*.ftl`.
//!
//! Data (item names, sentences of a breakdown, refusals) arrives already in the reader's language
//! and never passes through here.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, the first language of every page.
    #[default]
    Zh,
    /// English.
    En,
}

/// The Chinese texts.
pub const ZH: &str = include_str!("../texts/zh-CN.ftl");
/// The English texts.
pub const EN: &str = include_str!("../texts/en.ftl");

type Bundle = FluentBundle<FluentResource>;

static ZH_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::Zh, ZH));
static EN_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::En, EN));

fn bundle(lang: Lang, source: &str) -> Bundle {
    let id: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    // A broken line loses its own message only; the tests make sure there is none.
    let resource =
        FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

impl Lang {
    /// Both languages.
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// For `<html lang>`, cookies and forms: `zh-CN`, `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// Reads what [`Lang::tag`] writes, and `zh` in any form.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        if tag == "zh" || tag.starts_with("zh-") {
            Some(Lang::Zh)
        } else if tag == "en" || tag.starts_with("en-") {
            Some(Lang::En)
        } else {
            None
        }
    }

    /// The language a browser asks for; Chinese unless English stands before any Chinese.
    pub fn from_accept_language(header: &str) -> Lang {
        header
            .split(',')
            .filter_map(|part| Lang::from_tag(part.split(';').next().unwrap_or("").trim()))
            .next()
            .unwrap_or_default()
    }

    /// A text by its key. A key that does not exist comes back as `⟦key⟧`, which tests look for.
    pub fn text(self, key: &str) -> String {
        self.look_up(key, None)
    }

    /// A text with named values, each already formatted.
    pub fn text_with(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set((*name).to_owned(), FluentValue::from((*value).to_owned()));
        }
        self.look_up(key, Some(&args))
    }

    /// A text about a number of things: `$n` chooses the plural form, `$count` is what is shown.
    pub fn text_counted(self, key: &str, n: i64) -> String {
        let mut args = FluentArgs::with_capacity(2);
        args.set("n", FluentValue::from(n));
        args.set("count", FluentValue::from(crate::number::number(n)));
        self.look_up(key, Some(&args))
    }

    fn look_up(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle: &Bundle = match self {
            Lang::Zh => &ZH_BUNDLE,
            Lang::En => &EN_BUNDLE,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
            return format!("⟦{key}⟧");
        };
        let mut faults = Vec::new();
        bundle
            .format_pattern(pattern, args, &mut faults)
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_read() {
        assert_eq!(Lang::from_tag("zh-Hans-CN"), Some(Lang::Zh));
        assert_eq!(Lang::from_tag("fr"), None);
        assert_eq!(
            Lang::from_accept_language("fr, en;q=0.8, zh;q=0.5"),
            Lang::En
        );
        assert_eq!(
            Lang::from_accept_language("zh-CN,zh;q=0.9,en;q=0.8"),
            Lang::Zh
        );
        assert_eq!(Lang::from_accept_language(""), Lang::Zh);
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), Some(lang));
        }
    }

    #[test]
    fn a_missing_key_shows() {
        assert_eq!(Lang::Zh.text("no-such-key"), "⟦no-such-key⟧");
    }

    #[test]
    fn english_counts() {
        assert_eq!(Lang::En.text_counted("points-n", 1), "1 point");
        assert_eq!(Lang::En.text_counted("points-n", 1286), "1,286 points");
        assert_eq!(Lang::Zh.text_counted("points-n", 1286), "1,286 分");
    }
}
