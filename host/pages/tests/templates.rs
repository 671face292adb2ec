//! What a reader sees comes from the files of texts or from data, never from a template itself: a third language is one file
//! more. Read from the templates, so that a branch which no sample takes is looked at, too.
#![allow(clippy::unwrap_used, reason = "tests")]

/// Words that are the same in every language.
const SAME: [&str; 3] = ["A3", "A4", "CSV"];
/// What is typed into a terminal, where it stands in the text.
const TYPED: [&str; 13] = [
    "rongyi",
    "verify",
    "--heads",
    "heads.txt",
    "check-proof.py",
    "python3",
    "proof-",
    ".json",
    "person",
    "erase",
    "-c",
    "--resident",
    "--help",
];

/// A text without what stands between two marks, each time.
fn without(source: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some((before, inside)) = rest.split_once(from) {
        out.push_str(before);
        rest = inside.split_once(to).map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// A template without its expressions and statements, what it fills into addresses and classes, and what is typed into a
/// terminal.
fn without_code(source: &str) -> String {
    let mut source = without(source, "<code", "</code>");
    source = without(&source, "<pre", "</pre>");
    for class in ["body_class", "main_class", "home_path"] {
        source = without(&source, &format!("{{% block {class} %}}"), "{% endblock %}");
    }
    let mut out = String::new();
    let mut rest = source.as_str();
    while let Some(at) = rest.find('{') {
        let (before, code) = rest.split_at(at);
        out.push_str(before);
        let end = match code.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            Some(_) | None => {
                out.push('{');
                rest = &code[1..];
                continue;
            }
        };
        let (_, after) = code.split_once(end).unwrap_or((code, ""));
        // An expression stands for what it says.
        out.push(if end == "}}" { '\u{0}' } else { ' ' });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Letters between tags, and in attributes that are read out.
fn words(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in html.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        for name in ["aria-label", "title", "alt", "placeholder", "content"] {
            let value = tag.split(&format!(" {name}=\"")).nth(1);
            let value = value.and_then(|rest| rest.split('"').next()).unwrap_or("");
            if !tag.starts_with("meta") && value.chars().any(char::is_alphabetic) {
                found.push(value.to_owned());
            }
        }
        for word in text.split(|c: char| c.is_whitespace() || c == '\u{0}') {
            let word = SAME
                .iter()
                .fold(word.to_owned(), |w, same| w.replace(same, ""));
            let word = word.replace("&nbsp;", "").replace("&amp;", "");
            if word.chars().any(char::is_alphabetic) && !TYPED.contains(&word.as_str()) {
                found.push(word);
            }
        }
    }
    found
}

#[test]
fn no_template_has_words_of_its_own() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let (mut wrong, mut read) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for word in words(&without_code(&source)) {
            wrong.push(format!("{name}: {word}"));
        }
        read += 1;
    }
    assert!(read > 80, "{read} templates");
    assert!(
        wrong.is_empty(),
        "these belong into texts/*.ftl:\n  {}",
        wrong.join("\n  ")
    );
}

#[test]
fn a_word_in_a_template_is_found() {
    let found = |source: &str| words(&without_code(source));
    assert_eq!(found("<p>{{ shell.t(\"x\") }} points</p>"), ["points"]);
    assert_eq!(found("<p>{% if a %}分{% endif %}</p>"), ["分"]);
    assert_eq!(found("<b aria-label=\"Close\">×</b>"), ["Close"]);
    assert!(found("<p class=\"soft\">{{ a }} · {{ b }}</p>").is_empty());
}
