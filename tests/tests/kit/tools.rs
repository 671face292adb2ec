//! What `rongyi rule build` says where a tool of a language is missing: which, and where it comes from.

use std::path::Path;
use std::process::Command;

use rongyi_tests::{Done, rongyi};

use crate::{Author, holds};

/// A program of nothing but these lines of shell.
fn program(place: &Path, name: &str, lines: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = place.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// What `build` says where nothing is installed but these programs.
fn with_nothing_but(lang: &str, programs: &[(&str, &str)]) -> Done {
    let author = Author::new(lang);
    let only = author.above.path().join("only");
    std::fs::create_dir(&only).unwrap();
    for (name, lines) in programs {
        program(&only, name, lines);
    }
    let done = Command::new(rongyi())
        .args(["rule", "build"])
        .current_dir(&author.folder)
        .env("PATH", &only)
        .output()
        .unwrap();
    Done::from(done)
}

#[test]
fn a_missing_tool_is_named_with_the_way_to_get_it() {
    let good = |name| (name, "exit 0");
    // A compiler that has no target, and one that has all.
    let bare = ("rustc", "echo /nowhere");
    let full = (
        "rustc",
        "[ -d lib ] || /bin/mkdir -p lib/rustlib/wasm32-unknown-unknown/lib; pwd",
    );
    // Python without the part that Debian packs separately; one that makes an empty environment.
    let lone = ("python3", "[ \"$1\" = --version ]");
    let empty = (
        "python3",
        "[ \"$2\" = venv ] || exit 0; /bin/mkdir -p .venv/bin; printf '#!/bin/sh\\n' > .venv/bin/python; /bin/chmod +x .venv/bin/python",
    );
    let deaf = ("clang", "[ \"$1\" = --version ]");
    for (lang, programs, tool, way) in [
        ("rust", vec![], "没有 cargo", "https://rustup.rs"),
        ("rust", vec![full], "没有 cargo", "https://rustup.rs"),
        (
            "rust",
            vec![bare, good("cargo")],
            "没有 wasm32-unknown-unknown",
            "rustup target add wasm32-unknown-unknown",
        ),
        ("javascript", vec![], "没有 node", "apt install nodejs npm"),
        (
            "javascript",
            vec![good("node")],
            "没有 npm",
            "apt install npm",
        ),
        (
            "javascript",
            vec![good("node"), good("npm")],
            "没有 componentize-qjs",
            "delete node_modules",
        ),
        ("python", vec![], "没有 python3", "https://python.org"),
        (
            "python",
            vec![lone],
            "没有 venv",
            "apt install python3-venv",
        ),
        (
            "python",
            vec![empty],
            "没有 componentize-py",
            "delete .venv",
        ),
        ("c", vec![], "没有 clang", "apt install clang lld"),
        ("c", vec![deaf], "没有 wasm32", "brew install llvm lld"),
        ("c", vec![good("clang")], "没有 wasm-ld", "apt install lld"),
    ] {
        let done = with_nothing_but(lang, &programs);
        assert_eq!(done.code, Some(1), "{lang} {programs:?} {done:?}");
        holds(&done.err, &["[build.tool-missing]", tool, way]);
    }
}
