//! The house has floors: which files of a crate know each other is read from what they name, and nowhere do they go in a
//! circle. It runs nothing and needs nothing but the checkout.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use rongyi_tests::root;

/// Where files know each other in a circle, and why there.
const ROOMS: [(&str, &str); 2] = [
    (
        "host/core/src/book",
        "what is asked, its record and what it does to the book: a file for each kind of command says all three",
    ),
    (
        "host/store/src/portable/",
        "load and gather are one statement for one engine and many for the other, over the same rows",
    ),
];

/// Files that know each other in a circle can only be read together. A module and the files of its own folder do not count:
/// Rust needs the one to name the others.
#[test]
fn no_files_know_each_other_in_a_circle() {
    let mut found = Vec::new();
    for (name, path) in rust_crates() {
        let sources = sources_of(&path);
        let modules: BTreeSet<&str> = sources.keys().map(String::as_str).collect();
        let known: BTreeMap<&str, BTreeSet<String>> = sources
            .iter()
            .map(|(module, text)| (module.as_str(), known_by(module, text, &modules)))
            .collect();
        for module in &modules {
            let circle = back_to(module, &known);
            let room = |(room, _): &(&str, &str)| {
                format!("{name}/src/{}", module.replace("::", "/")).starts_with(room)
            };
            if circle.len() > 1 && !ROOMS.iter().any(room) {
                found.push(format!("{name}: {}", circle.join(" → ")));
            }
        }
    }
    assert!(
        found.is_empty(),
        "What two files both need stands in a third one below them; a room whose files need each other is in ROOMS.\n{}",
        found.join("\n")
    );
}

/// The crates of the host: name and `src` folder.
fn rust_crates() -> Vec<(String, PathBuf)> {
    let host = root().join("host");
    let mut crates: Vec<_> = fs::read_dir(host)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("src").is_dir())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (format!("host/{name}"), path.join("src"))
        })
        .collect();
    crates.sort();
    assert!(crates.len() > 8, "only {} crates were found", crates.len());
    crates
}

/// The text of every module by its path, without comments and tests.
fn sources_of(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let short = path.strip_prefix(folder).unwrap().with_extension("");
            let module = short.to_string_lossy().replace('/', "::");
            if !module.split("::").any(|part| part == "tests") {
                found.insert(module, plain(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn plain(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules of the crate that a module names.
fn known_by(module: &str, text: &str, modules: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut paths = Vec::new();
    for statement in text.split("use ").skip(1) {
        let tree = statement.split(';').next().unwrap_or_default();
        if tree.starts_with("crate::") || tree.starts_with("super::") {
            branches(tree, "", &mut paths);
        }
    }
    for start in ["crate::", "super::"] {
        for (at, _) in text.match_indices(start) {
            let path = |letter: char| letter.is_ascii_lowercase() || "_:".contains(letter);
            paths.push(
                text[at..]
                    .chars()
                    .take_while(|letter| path(*letter))
                    .collect(),
            );
        }
    }
    let family = |other: &str| {
        other.starts_with(&format!("{module}::")) || module.starts_with(&format!("{other}::"))
    };
    let named = paths
        .iter()
        .filter_map(|path| absolute(module, path, modules));
    named
        .filter(|other| other != module && !family(other) && other != "lib" && other != "main")
        .collect()
}

/// The paths of a tree of names.
fn branches(tree: &str, before: &str, paths: &mut Vec<String>) {
    let (mut depth, mut begin) = (0_usize, 0);
    let mut ends: Vec<&str> = Vec::new();
    for (at, letter) in tree.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                ends.push(&tree[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    ends.push(&tree[begin..]);
    for end in ends
        .into_iter()
        .map(str::trim)
        .filter(|end| !end.is_empty())
    {
        match end.split_once('{') {
            Some((head, rest)) => {
                let rest = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
                branches(rest, &format!("{before}{}", head.trim()), paths);
            }
            None => paths.push(format!("{before}{end}")),
        }
    }
}

/// The longest module that a path leads to.
fn absolute(module: &str, path: &str, modules: &BTreeSet<&str>) -> Option<String> {
    let mut parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
    let mut base: Vec<&str> = match parts.first()? {
        &"crate" => Vec::new(),
        _ => module.split("::").collect(),
    };
    while let Some(first @ (&"crate" | &"super")) = parts.first() {
        if *first == "super" {
            base.pop();
        }
        parts.remove(0);
    }
    base.extend(parts);
    while !base.is_empty() {
        let longest = base.join("::");
        if modules.contains(longest.as_str()) {
            return Some(longest);
        }
        base.pop();
    }
    None
}

/// The shortest way from a module back to itself; only the module where there is none.
fn back_to(module: &str, known: &BTreeMap<&str, BTreeSet<String>>) -> Vec<String> {
    let mut ways = VecDeque::from([vec![module.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let last = way.last().map(String::as_str).unwrap_or_default();
        for next in known.get(last).into_iter().flatten() {
            if next == module {
                return [way, vec![next.clone()]].concat();
            }
            if seen.insert(next.clone()) {
                ways.push_back([way.clone(), vec![next.clone()]].concat());
            }
        }
    }
    vec![module.to_owned()]
}

/// What is looked for is found, through names in braces, through `super` and across two files.
#[test]
fn a_circle_is_found() {
    let of = |files: &[(&str, &str)]| {
        let modules: BTreeSet<&str> = files.iter().map(|(module, _)| *module).collect();
        let known: BTreeMap<&str, BTreeSet<String>> = files
            .iter()
            .map(|(module, text)| (*module, known_by(module, &plain(text), &modules)))
            .collect();
        modules
            .iter()
            .map(|module| back_to(module, &known).len())
            .max()
            .unwrap()
    };
    let three = [
        ("a", "use crate::{b::{Thing, other}, c};"),
        ("b", "fn f() { crate::shop::till::g() }"),
        ("shop", "mod till;"),
        ("shop::till", "use super::super::a::Word;"),
    ];
    assert_eq!(of(&three), 4, "a, b, till and a again");
    let tree = [
        ("shop", "mod till;"),
        (
            "shop::till",
            "use super::Order; // crate::a is not named here",
        ),
        (
            "a",
            "use crate::shop::till;\n#[cfg(test)]\nmod tests { use crate::a; }",
        ),
    ];
    assert_eq!(of(&tree), 1, "a folder and its module are no circle");
}
