//! A rule handed on in one file: packed and signed by its author, looked at and taken over by an operator, and refused when it
//! was changed on its way. The commands are "rule pack" and "rule add".

use std::path::Path;

use crate::{Author, holds};

/// The file that `pack` made.
fn packed(author: &Author, key: &str, into: &str) -> String {
    let folder = author.above.path().join(into);
    std::fs::create_dir_all(&folder).unwrap();
    author.must(&["pack", "--key", key, "--into", folder.to_str().unwrap()])
}

pub(crate) fn a_rule_is_packed_and_taken_over(author: &Author) {
    let above = author.above.path();
    let key = above.join("author.key");
    let key = key.to_str().unwrap();
    let said = packed(author, key, "one");
    let public = said.lines().last().unwrap().trim().to_owned();
    assert_eq!(public.len(), 64, "{said}");
    // The same rule packed twice with one key is the same file.
    packed(author, key, "two");
    let file = |folder: &str| above.join(folder).join("kitchen-waste-0.1.0.rule");
    let bytes = std::fs::read(file("one")).unwrap();
    assert_eq!(bytes, std::fs::read(file("two")).unwrap());
    // Nothing is overwritten.
    author.fails(
        &[
            "pack",
            "--key",
            key,
            "--into",
            above.join("one").to_str().unwrap(),
        ],
        "file",
    );

    // Looking writes nothing.
    let one = file("one");
    let one = one.to_str().unwrap();
    let seen = author.must(&["add", one]);
    holds(
        &seen,
        &["kitchen-waste 0.1.0", "演示作者", &public, "什么都没有写"],
    );
    let config = above.join("config");
    std::fs::create_dir_all(&config).unwrap();
    let into = config.to_str().unwrap();
    // Whoever is met for the first time has to be named.
    let stranger = author.fails(&["add", one, "--into", into], "pack.stranger");
    holds(&stranger, &[&public, "--trust"]);
    assert_eq!(std::fs::read_dir(&config).unwrap().count(), 0);
    let wrong = ["add", one, "--into", into, "--trust", "0000000000000000"];
    author.fails(&wrong, "pack.stranger");
    let added = author.must(&["add", one, "--into", into, "--trust", &public[..16]]);
    holds(&added, &["[[rule]]", ".wasm", "points_per_kg"]);
    // Known now, and the same again is no harm.
    author.must(&["add", one, "--into", into]);
    let trusted = std::fs::read_to_string(config.join("rule-authors.toml")).unwrap();
    holds(&trusted, &[&public, "演示作者"]);

    refused_on_its_way(author, &bytes, into);
}

fn refused_on_its_way(author: &Author, bytes: &[u8], into: &str) {
    let above = author.above.path();
    let put = |name: &str, bytes: &[u8]| {
        let path = above.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let add = |path: &Path, code: &str| {
        author.fails(&["add", path.to_str().unwrap(), "--into", into], code);
    };
    add(&put("torn.rule", &bytes[..bytes.len() / 2]), "pack.broken");
    let mut bent = bytes.to_vec();
    let middle = bent.len() / 2;
    bent[middle] ^= 1;
    let bent = put("bent.rule", &bent);
    let said = author.rule(&["add", bent.to_str().unwrap(), "--into", into]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.err.contains("[pack.broken]") || said.err.contains("[pack.digest]"),
        "{said:?}"
    );
    // Nobody's is taken only by who says so.
    let folder = above.join("unsigned");
    std::fs::create_dir_all(&folder).unwrap();
    author.must(&["pack", "--into", folder.to_str().unwrap()]);
    let unsigned = folder.join("kitchen-waste-0.1.0.rule");
    add(&unsigned, "pack.unsigned");
    let unsigned = unsigned.to_str().unwrap();
    let other = above.join("other");
    std::fs::create_dir_all(&other).unwrap();
    author.must(&[
        "add",
        unsigned,
        "--into",
        other.to_str().unwrap(),
        "--unsigned",
    ]);
}
