//! Every page is rendered in both languages and all three sizes and held against what the pages
//! promise: no missing text, sound markup, labels, one heading, nothing a strict content policy
//! would refuse. What only a browser can measure (sizes, reflow) is tested with one elsewhere.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use rongyi_pages::text::{EN, ZH};
use rongyi_pages::{CSS, CSS_PATH, JS_PATH, Lang, Size};

#[path = "data/samples.rs"]
mod samples;

/// Calls `check` with a name and the HTML of every sample page.
fn each_page(check: impl Fn(&str, &str)) {
    for lang in Lang::ALL {
        for size in Size::ALL {
            for (name, html) in samples::all(lang, size) {
                check(&format!("{name} {} {}", lang.tag(), size.tag()), &html);
            }
        }
    }
}

/// The start and end tags of a page, in order, without their brackets.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .map(|rest| rest.split_once('>').expect("every tag ends").0)
        .collect()
}

fn tag_name(tag: &str) -> &str {
    tag.trim_start_matches('/')
        .split([' ', '\n', '/'])
        .next()
        .unwrap()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

#[test]
fn there_are_many_pages() {
    assert!(samples::all(Lang::Zh, Size::Standard).len() >= 40);
}

#[test]
fn no_text_is_missing() {
    each_page(|name, html| {
        assert!(!html.contains('⟦'), "{name} misses a text");
        assert!(
            !html.contains('{') && !html.contains('}'),
            "{name} shows a brace"
        );
        assert!(
            !html.contains("Some(") && !html.contains(">None<"),
            "{name}"
        );
    });
}

#[test]
fn english_pages_have_no_chinese_of_ours() {
    // The other language's own name on the switch, and the made-up people of the samples, may stay.
    let allowed = ["中文", "语言", "陈阿婆", "黄主任"];
    for (name, html) in samples::all(Lang::En, Size::Standard) {
        let rest = allowed.iter().fold(html, |h, word| h.replace(word, ""));
        let found: String = rest
            .chars()
            .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
            .collect();
        assert_eq!(found, "", "{name}");
    }
}

#[test]
fn markup_is_balanced() {
    const VOID: [&str; 6] = ["meta", "link", "input", "img", "br", "!doctype"];
    each_page(|name, html| {
        let mut open: Vec<&str> = Vec::new();
        for tag in tags(html) {
            let element = tag_name(tag);
            if VOID.contains(&element) || tag.ends_with('/') {
                continue;
            }
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(element), "{name}: </{element}>");
            } else {
                open.push(element);
            }
        }
        assert!(open.is_empty(), "{name} leaves open {open:?}");
    });
}

#[test]
fn one_heading_and_the_right_language() {
    for lang in Lang::ALL {
        for size in Size::ALL {
            for (name, html) in samples::all(lang, size) {
                assert_eq!(html.matches("<h1").count(), 1, "{name}");
                let start = format!(
                    "<html lang=\"{}\" class=\"{}\">",
                    lang.tag(),
                    size.classes()
                );
                assert!(html.contains(&start), "{name}");
                assert!(
                    html.contains(&lang.text("demo")),
                    "{name} lacks the demo mark"
                );
                assert!(html.contains("<main id=\"main\"") && html.contains("href=\"#main\""));
                assert!(html.contains(CSS_PATH) && html.contains(JS_PATH), "{name}");
            }
        }
    }
}

#[test]
fn headings_do_not_skip_a_level() {
    each_page(|name, html| {
        let mut last = 0;
        for tag in tags(html) {
            let level = match tag_name(tag) {
                "h1" if !tag.starts_with('/') => 1,
                "h2" if !tag.starts_with('/') => 2,
                "h3" if !tag.starts_with('/') => 3,
                _ => continue,
            };
            assert!(level <= last + 1, "{name}: h{level} after h{last}");
            last = level;
        }
    });
}

#[test]
fn nothing_a_strict_content_policy_refuses() {
    each_page(|name, html| {
        for tag in tags(html) {
            assert!(attribute(tag, "style").is_none(), "{name}: {tag}");
            // Names of attributes stand outside of what is quoted.
            let bare: Vec<&str> = tag.split('"').step_by(2).collect();
            assert!(!bare.concat().contains(" on"), "{name}: {tag}");
            assert_ne!(tag_name(tag), "style", "{name}");
            if tag_name(tag) == "script" && !tag.starts_with('/') {
                assert_eq!(attribute(tag, "src"), Some(JS_PATH), "{name}");
            }
            for link in ["href", "src", "action"] {
                if let Some(address) = attribute(tag, link) {
                    let ours = address.starts_with('/') || address.starts_with('#');
                    assert!(ours || address.starts_with("tel:"), "{name}: {address}");
                    assert!(!address.starts_with("//"), "{name}: {address}");
                }
            }
        }
    });
}

#[test]
fn fields_have_labels_and_ids_are_unique() {
    each_page(|name, html| {
        let tags = tags(html);
        let all: Vec<&str> = tags.iter().filter_map(|t| attribute(t, "id")).collect();
        let ids: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), ids.len(), "{name} has an id twice");
        for tag in &tags {
            for refers in ["aria-describedby", "aria-labelledby", "for"] {
                for id in attribute(tag, refers).unwrap_or("").split_whitespace() {
                    assert!(ids.contains(id), "{name}: nothing has the id {id}");
                }
            }
            if tag_name(tag) == "input" && attribute(tag, "type") != Some("hidden") {
                let id = attribute(tag, "id").unwrap();
                assert!(
                    html.contains(&format!("<label for=\"{id}\"")),
                    "{name}: {id}"
                );
            }
            if let Some(id) = attribute(tag, "href").and_then(|h| h.strip_prefix('#')) {
                assert!(ids.contains(id), "{name}: #{id} leads nowhere");
            }
        }
    });
}

#[test]
fn errors_stand_in_title_summary_and_field() {
    for (name, html) in samples::all(Lang::Zh, Size::Standard) {
        if !["sign-in-wrong", "pin-first", "till-wrong"].contains(&name) {
            continue;
        }
        assert!(html.contains("<title>出错了："), "{name}");
        assert!(html.contains("role=\"alert\""), "{name}");
        assert!(html.contains("aria-invalid=\"true\""), "{name}");
        let message = html.split("class=\"field-error\"").nth(1).unwrap();
        let message = message
            .split_once('>')
            .unwrap()
            .1
            .split('<')
            .next()
            .unwrap();
        assert_eq!(html.matches(message).count(), 2, "{name}: {message}");
    }
}

#[test]
fn data_is_escaped() {
    let mut view = rongyi_pages::ErrorView {
        shell: rongyi_pages::Shell {
            lang: Lang::Zh,
            size: Size::Standard,
            theme: rongyi_pages::Theme::Auto,
            site: String::new(),
            community_title: "<b>".to_owned(),
            community_path: "/nanmen".to_owned(),
            signed_in_name: None,
            reader: rongyi_pages::Reader::Nobody,
            demo: false,
            phone: "\"><script>".to_owned(),
            request_id: "<i>".to_owned(),
            here: "/\"onclick=\"x".to_owned(),
        },
        code: "<u>".to_owned(),
        what: "<script>alert(1)</script>".to_owned(),
        expected: "&".to_owned(),
        remedy: "<s>".to_owned(),
        next: None,
    };
    let html = rongyi_pages::Page::html(&view);
    for bad in ["<b><", "<script>", "<i>", "<u>", "<s>", "\"onclick"] {
        assert!(!html.contains(bad), "{bad}");
    }
    assert!(!html.contains(&Lang::Zh.text("demo")));
    view.shell.demo = true;
    assert!(rongyi_pages::Page::html(&view).contains(&Lang::Zh.text("demo")));
}

#[test]
fn numbers_reach_the_page_as_people_read_them() {
    let page = |wanted: &str| {
        samples::all(Lang::Zh, Size::Standard)
            .into_iter()
            .find(|(name, _)| *name == wanted)
            .unwrap()
            .1
    };
    assert!(page("home").contains("<b>1,286</b>"));
    assert!(page("passbook").contains("\u{2212}85"));
    assert!(page("confirm").contains("用 85 分兑换"));
    assert!(page("confirm").contains("1,201"));
    assert!(page("confirm").contains("name=\"total\" value=\"85\""));
    assert!(page("item-short").contains("还差 314 分"));
    assert!(
        !page("item-short").contains("/confirm"),
        "no button for what cannot be had"
    );
    assert!(page("order").contains("4827 1936"));
    assert!(page("order").contains("4 8 2 7 1 9 3 6"));
    assert!(page("order").contains("不要了，退回 85 分"));
    assert!(!page("order-handed").contains("/cancel"));
    assert!(page("till-already").contains("11月22日 星期日 09:05 已由 王店员 交付"));
    assert!(page("error").contains("7F3K-92QD"));
}

/// Keys with the variables they use, read from the source text of an FTL file.
fn messages(source: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in source.lines().filter(|l| !l.starts_with('#')) {
        let is_key = line.starts_with(|c: char| c.is_ascii_lowercase());
        if let Some((key, _)) = line.split_once(" =").filter(|_| is_key) {
            found.push((key.to_owned(), BTreeSet::new()));
        }
        for rest in line.split('$').skip(1) {
            let name: String = rest
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            // `$n` only chooses a plural form, which Chinese does not have.
            if name != "n" {
                found.last_mut().unwrap().1.insert(name);
            }
        }
    }
    found
}

#[test]
fn both_languages_say_the_same_things() {
    let (zh, en) = (messages(ZH), messages(EN));
    assert!(zh.len() > 150);
    for ((zh_key, zh_vars), (en_key, en_vars)) in zh.iter().zip(&en) {
        assert_eq!(zh_key, en_key, "the same keys in the same order");
        assert_eq!(zh_vars, en_vars, "{zh_key}");
    }
    assert_eq!(zh.len(), en.len());
    let unique: BTreeSet<&String> = zh.iter().map(|(key, _)| key).collect();
    assert_eq!(unique.len(), zh.len(), "a key stands twice");
}

#[test]
fn every_text_is_used() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut sources = String::new();
    // The server says some of them itself, beside a field.
    let folders = ["templates", "src", "../server/src"].map(|of| format!("{root}/{of}"));
    let mut folders: Vec<std::path::PathBuf> = folders.map(Into::into).into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for (key, _) in messages(ZH) {
        assert!(
            sources.contains(&format!("\"{key}\"")),
            "{key} is never used"
        );
    }
}

/// A colour of the style sheet's palette, by the name of its variable.
fn colour(name: &str) -> [f64; 3] {
    let css = str::from_utf8(CSS).unwrap();
    let value = css
        .split_once(&format!("--{name}: #"))
        .unwrap_or_else(|| panic!("--{name} is in the palette"))
        .1;
    hex(value)
}

/// A colour of six digits.
fn hex(value: &str) -> [f64; 3] {
    let part = |i: usize| f64::from(u8::from_str_radix(&value[i..i + 2], 16).unwrap()) / 255.0;
    [part(0), part(2), part(4)]
}

fn contrast(a: &str, b: &str) -> f64 {
    contrast_of(colour(a), colour(b))
}

/// Relative luminance and contrast as WCAG 2.2 defines them.
fn contrast_of(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |c: [f64; 3]| {
        let [r, g, b] = c.map(|v| {
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The rules of the style sheet: selectors and what they set.
fn rules(css: &str) -> Vec<(&str, &str)> {
    let rules = css.split('}').filter_map(|rule| rule.rsplit_once('{'));
    rules
        .map(|(selectors, body)| (selectors.rsplit(['{', '/']).next().unwrap_or(""), body))
        .collect()
}

/// What a rule says of the colour of text: of the palette, in digits, or whatever is around it.
fn text_colour(body: &str, around: [f64; 3]) -> Option<[f64; 3]> {
    let stated = body.split(';').find_map(|part| {
        let (name, value) = part.split_once(':')?;
        (name.trim() == "color").then(|| value.trim())
    })?;
    if stated == "inherit" || stated == "currentColor" {
        return Some(around);
    }
    match stated.strip_prefix("var(--") {
        Some(name) => Some(colour(name.trim_end_matches(')'))),
        None => Some(hex(stated.trim_start_matches('#'))),
    }
}

#[test]
fn text_on_a_gradient_can_be_read_at_each_of_its_ends() {
    let css = str::from_utf8(CSS).unwrap();
    let all = rules(css);
    let mut found = 0;
    for (selector, body) in &all {
        let Some((_, gradient)) = body.split_once("linear-gradient(") else {
            continue;
        };
        found += 1;
        let selector = selector.trim();
        let gradient = gradient
            .split_once(';')
            .map_or(gradient, |(value, _)| value);
        let stops: Vec<[f64; 3]> = gradient.split('#').skip(1).map(hex).collect();
        assert!(stops.len() > 1, "{gradient}");
        let ground_text = text_colour(body, [0.0; 3]).expect("a ground names its text");
        let mut texts = vec![(selector.to_owned(), ground_text)];
        // A link has a colour of its own, so the ground must say otherwise.
        let mut links = false;
        for (selectors, body) in &all {
            for one in selectors.split(',').map(str::trim) {
                let Some(inner) = one.strip_prefix(&format!("{selector} ")) else {
                    continue;
                };
                // Drawings are no text, and say by their opacity that they are ground.
                let Some(text) =
                    text_colour(body, ground_text).filter(|_| !body.contains("opacity: ."))
                else {
                    continue;
                };
                links |= inner == "a";
                texts.push((one.to_owned(), text));
            }
        }
        assert!(
            links,
            "links on {selector} have the colour of links on paper"
        );
        for (name, text) in texts {
            for ground in between(&stops) {
                let is = contrast_of(text, ground);
                assert!(is >= 4.5, "{name} on {ground:?} is {is:.2}");
            }
        }
    }
    assert!(found > 0, "the cover has a gradient");
}

/// The colours of a gradient, in ten steps from each stop to the next.
fn between(stops: &[[f64; 3]]) -> Vec<[f64; 3]> {
    let mut all = Vec::new();
    for (a, b) in stops.iter().zip(&stops[1..]) {
        for step in 0..=10 {
            let part = f64::from(step) / 10.0;
            all.push([0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * part));
        }
    }
    all
}

/// The colours of a theme: those of the palette, changed by what the rule with this class says.
fn theme(class: &str) -> impl Fn(&str) -> [f64; 3] {
    let css = str::from_utf8(CSS).unwrap();
    let (_, rest) = css.split_once(&format!("html.{class} {{")).unwrap();
    let block = rest.split('}').next().unwrap();
    move |name: &str| match block.split_once(&format!("--{name}: #")) {
        Some((_, value)) => hex(value),
        None => colour(name),
    }
}

#[test]
fn every_theme_can_be_read() {
    for (class, least) in [("theme-dark", 4.5), ("theme-contrast", 7.0)] {
        let colour = theme(class);
        let mut pairs = vec![
            ("white", "leaf-fill"),
            ("white", "leaf-deep"),
            ("leaf", "leaf-soft"),
            ("leaf-ink", "leaf-soft"),
            ("muted", "leaf-soft"),
            ("gold", "gold-soft"),
            ("gold-ink", "gold-soft"),
            ("seal-ink", "seal-soft"),
            ("food", "food-soft"),
            ("house", "house-soft"),
            ("service", "service-soft"),
            ("green", "green-soft"),
        ];
        for ground in ["paper", "card"] {
            for text in ["ink", "muted", "leaf", "gold", "seal"] {
                pairs.push((text, ground));
            }
        }
        for (text, ground) in pairs {
            let tint = ground.ends_with("-soft") && !ground.starts_with("leaf");
            let least = if tint { 4.5 } else { least };
            let is = contrast_of(colour(text), colour(ground));
            assert!(is >= least, "{class}: {text} on {ground} is {is:.2}");
        }
        // Edges of fields, and white on buttons that are pressed or red.
        for (text, ground, least) in [
            ("edge", "field", 3.0),
            ("focus", "paper", 3.0),
            ("white", "leaf-mid", 4.5),
            ("white", "seal-fill", 4.5),
            ("white", "muted-fill", 4.5),
        ] {
            let is = contrast_of(colour(text), colour(ground));
            assert!(is >= least, "{class}: {text} on {ground} is {is:.2}");
        }
    }
}

#[test]
fn the_device_and_the_choice_give_the_same_dark() {
    let css = str::from_utf8(CSS).unwrap();
    let block = |before: &str| {
        let (_, rest) = css.split_once(before).unwrap();
        rest.split('}').next().unwrap()
    };
    let chosen = block("html.theme-dark {");
    assert_eq!(
        block("html:not(.theme-light):not(.theme-contrast) {"),
        chosen
    );
}

#[test]
fn the_palette_can_be_read() {
    let check = |text: &str, ground: &str, least: f64| {
        let is = contrast(text, ground);
        assert!(is >= least, "{text} on {ground} is {is:.2}, wanted {least}");
    };
    for ground in ["paper", "card"] {
        for (text, least) in [
            ("ink", 12.0),
            ("leaf", 7.0),
            ("muted", 6.0),
            ("gold", 6.0),
            ("seal", 6.0),
            ("focus", 6.0),
            ("edge", 3.0),
        ] {
            check(text, ground, least);
        }
    }
    for (text, ground) in [
        ("white", "leaf"),
        ("white", "leaf-deep"),
        ("leaf", "leaf-soft"),
        ("leaf-deep", "leaf-soft"),
    ] {
        check(text, ground, 7.0);
    }
    check("white", "leaf-mid", 4.5);
    check("white", "seal", 6.0);
    check("white", "muted", 4.5);
    check("seal", "seal-soft", 5.0);
    check("gold", "gold-soft", 5.0);
    check("muted", "leaf-soft", 4.5);
    check("thread", "leaf", 4.5);
}

#[test]
fn a_first_view_is_light() {
    let css = CSS.len();
    assert!(css <= 56_000, "{css} bytes of style");
    each_page(|name, html| assert!(html.len() < 40_000, "{name}: {} bytes", html.len()));
}

/// The codes with which the sandbox and its keeper make faults, read from their sources without their tests.
#[test]
fn every_fault_of_the_sandbox_has_its_words() {
    let host = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut codes = BTreeSet::new();
    for file in [
        "rules/src/fault.rs",
        "rules/src/rule.rs",
        "clerk/src/rulebook.rs",
        "clerk/src/rulebook/ward.rs",
    ] {
        let text = std::fs::read_to_string(format!("{host}/{file}")).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for literal in text.split('"').skip(1).step_by(2) {
            let kinds = ["limit.", "host.", "output.", "plugin.", "trap.", "rule."];
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
            if kinds.iter().any(|kind| literal.starts_with(kind)) && literal.chars().all(plain) {
                codes.insert(literal.to_owned());
            }
        }
    }
    assert!(codes.len() >= 15, "{codes:?}");
    let known: BTreeSet<String> = rongyi_pages::fault::FAULTS
        .iter()
        .map(|(code, ..)| (*code).to_owned())
        .collect();
    assert_eq!(
        codes, known,
        "host/pages/src/fault.rs has a line for each code"
    );
}
