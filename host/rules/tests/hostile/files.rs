//! Files that are no rules, rules of another world, and parameters that are wrong: each is refused by name.

use crate::{engine, refused, wat};

#[test]
fn what_is_no_component_is_refused_by_name() {
    let whole = rongyi_bundled::HOSTILE;
    let mut flipped = whole.to_vec();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 64].fill(0xff);
    let build = "rongyi rule build";
    let cases: [(&str, Vec<u8>, &str, &str, &str); 8] = [
        (
            "empty",
            vec![],
            "load.not-component",
            "file is empty",
            build,
        ),
        (
            "text",
            b"(component)".to_vec(),
            "load.not-component",
            "not a WebAssembly",
            build,
        ),
        (
            "module",
            wat("(module)"),
            "load.not-component",
            "is a wasm module",
            build,
        ),
        (
            "machine code",
            b"\x7fELF\x02\x01\x01".to_vec(),
            "load.not-component",
            "compiled machine code",
            build,
        ),
        (
            "random",
            (0..200u8).collect(),
            "load.not-component",
            "not a WebAssembly",
            build,
        ),
        (
            "cut",
            whole[..whole.len() / 2].to_vec(),
            "load.invalid",
            "not a valid component",
            build,
        ),
        (
            "flipped",
            flipped,
            "load.invalid",
            "not a valid component",
            build,
        ),
        (
            "too large",
            vec![0; 33 << 20],
            "load.size",
            "33792 KiB, the limit is 32768 KiB",
            "release",
        ),
    ];
    for (name, bytes, expected, what, remedy) in cases {
        let error = refused(&bytes);
        assert_eq!(error.code, expected, "{name}: {}", error.message);
        for part in [what, remedy] {
            assert!(error.message.contains(part), "{name}: {}", error.message);
        }
        // Whatever is said is said in Chinese too, with the same remedy.
        let zh = error.zh.unwrap();
        assert!(zh.contains("请"), "{name}: {zh}");
    }
}

#[test]
fn foreign_worlds_are_refused_by_name() {
    let wasi = wat(r#"(component (import "wasi:filesystem/types@0.2.0" (instance)))"#);
    let error = refused(&wasi);
    assert_eq!(error.code, "world.import");
    assert!(
        error.message.contains("wasi:filesystem/types@0.2.0")
            && error.message.contains("wasm32-unknown-unknown"),
        "{}",
        error.message
    );
    assert!(error.zh.unwrap().contains("rongyi rule build"));

    let more =
        wat(r#"(component (import "rongyi:rules/host@0.2.0" (instance (export "steal" (func)))))"#);
    assert!(refused(&more).message.contains("steal"));

    let empty = refused(&wat("(component)"));
    assert_eq!(empty.code, "world.export");
    assert!(
        empty.message.contains("exports nothing"),
        "{}",
        empty.message
    );

    for version in ["0.1.0", "0.2.0"] {
        let hollow = format!(
            r#"(component (instance $i) (export "rongyi:rules/rules@{version}" (instance $i)))"#
        );
        let error = refused(&wat(&hollow));
        assert_eq!(error.code, "world.export");
        assert!(error.message.contains(version), "{}", error.message);
    }
}

#[test]
fn long_names_and_lists_are_cut() {
    let long = "x".repeat(5_000);
    let import = wat(&format!(
        r#"(component (import "wasi:{long}/b@1.0.0" (instance)))"#
    ));
    let error = refused(&import);
    assert_eq!(error.code, "world.import");
    assert!(error.message.len() < 600, "{}", error.message);
    let many: String = (0..40)
        .map(|n| format!(r#"(export "a:b/c{n}@1.0.0" (instance $i))"#))
        .collect();
    let error = refused(&wat(&format!("(component (instance $i) {many})")));
    assert_eq!(error.code, "world.export");
    assert!(error.message.contains("… (+35)"), "{}", error.message);
}

#[test]
fn right_names_with_wrong_types_are_refused() {
    // The one function has other types than the interface.
    let odd = r#"(component
        (core module $m (func (export "describe") (param i32) (result i32) (i32.const 0)))
        (core instance $i (instantiate $m))
        (func $describe (param "n" u32) (result u32) (canon lift (core func $i "describe")))
        (instance $r (export "describe" (func $describe)))
        (export "rongyi:rules/rules@0.2.0" (instance $r)))"#;
    let error = refused(&wat(odd));
    assert_eq!(error.code, "world.export");
    let message = &error.message;
    assert!(
        message.contains("not that of rongyi:rules@0.2.0"),
        "{message}"
    );
    assert!(message.contains("Build it again with the SDK"), "{message}");
    for version in ["0.9.0", "1.0.0", "0.0.9"] {
        let text = format!(
            r#"(component (instance $i) (export "rongyi:rules/rules@{version}" (instance $i)))"#
        );
        let error = refused(&wat(&text));
        assert_eq!(error.code, "world.version", "{}", error.message);
        assert!(error.message.contains(version) && error.message.contains("@0.2.0"));
    }
    let other = r#"(component (instance $i) (export "somebody:else/rules@0.1.0" (instance $i)))"#;
    assert!(
        refused(&wat(other))
            .message
            .contains("somebody:else/rules@0.1.0")
    );
}

#[test]
fn too_much_of_the_machine_is_refused_at_load() {
    let memory = r#"(component (core module $m (memory 2000)) (core instance (instantiate $m))
        (instance $i) (export "rongyi:rules/rules@0.2.0" (instance $i)))"#;
    let error = refused(&wat(memory));
    assert_eq!(error.code, "load.resources", "{}", error.message);

    let table = r#"(component (core module $m (table 1000000 funcref)) (core instance (instantiate $m))
        (instance $i) (export "rongyi:rules/rules@0.2.0" (instance $i)))"#;
    let error = refused(&wat(table));
    assert_eq!(error.code, "load.resources", "{}", error.message);

    let memory64 =
        r#"(component (core module $m (memory i64 1)) (core instance (instantiate $m)))"#;
    assert_eq!(refused(&wat(memory64)).code, "load.invalid");
}

#[test]
fn parameters_are_refused_where_they_are_wrong() {
    let engine = engine();
    let error = engine
        .load(rongyi_bundled::HOSTILE, r#"{"refuse":1}"#)
        .unwrap_err();
    assert_eq!(
        (error.code, error.diagnostics[0].path.as_str()),
        ("config.plugin", "kinds[0].cap")
    );
    let error = engine
        .load(rongyi_bundled::HOSTILE, r#"{"spin":1}"#)
        .unwrap_err();
    assert!(error.message.starts_with("limit.fuel"), "{}", error.message);
    let error = engine
        .load(rongyi_bundled::HOSTILE, r#"{"twice":1}"#)
        .unwrap_err();
    assert!(
        error.message.contains("“good” is named twice"),
        "{}",
        error.message
    );
    assert_eq!(
        engine.load(rongyi_bundled::HOSTILE, "[]").unwrap_err().code,
        "config.schema"
    );
    assert_eq!(
        engine.load(rongyi_bundled::HOSTILE, "{").unwrap_err().code,
        "config.schema"
    );
}
