//! Makes a component of a core module in WAT: a sound little rule whose parts a test replaces one by one.
//!
//! The component around it is that of a compiled rule, its main module taken out and this one put in its place.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

use wasmparser::{Parser, Payload};

/// The parts of a module.
#[derive(Clone)]
pub struct Craft {
    import: String,
    extra: String,
    earn: String,
    realloc: String,
    post: String,
    name: String,
    schema: String,
}

impl Default for Craft {
    /// It handles the kind `kind` and awards nothing.
    fn default() -> Self {
        Craft {
            import: String::new(),
            extra: String::new(),
            earn: "(i32.const 1408)".into(),
            realloc: "(local $at i32)
                (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                (global.set $heap (i32.add (local.get $at) (local.get $size)))
                (local.get $at)"
                .into(),
            post: String::new(),
            name: "crafted".into(),
            schema: "{}".into(),
        }
    }
}

impl Craft {
    pub fn import(mut self, text: &str) -> Self {
        self.import = text.into();
        self
    }
    pub fn extra(mut self, text: &str) -> Self {
        self.extra = text.into();
        self
    }
    pub fn earn(mut self, body: &str) -> Self {
        self.earn = body.into();
        self
    }
    pub fn realloc(mut self, body: &str) -> Self {
        self.realloc = body.into();
        self
    }
    pub fn post(mut self, body: &str) -> Self {
        self.post = body.into();
        self
    }
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }
    pub fn schema(mut self, schema: &str) -> Self {
        self.schema = schema.into();
        self
    }

    /// Its memory: texts below 1024, `about` at 1024, the answer of `configure` at 1152, the one kind at 1280,
    /// the answer of `earn` at 1408, free space from 1600, and what the host hands over from 8192 on.
    fn module(&self) -> String {
        let schema_bytes = self.schema.replace("\\\"", "\"").len();
        let about = words(&[
            16,
            self.name.len(),
            64,
            1,
            64,
            1,
            64,
            1,
            0,
            0,
            64,
            1,
            128,
            schema_bytes,
            0,
            0,
        ]);
        // ok; kinds, no pricing, traits, phrases, summary.
        let plan = words(&[0, 1280, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        // code, title, unit, scale, minimum, maximum, fields, facts.
        let kind = words(&[80, 4, 64, 1, 64, 1, 64, 1, 64, 1, 0, 1, 100, 0, 0, 0, 0]);
        let Craft {
            import,
            extra,
            earn,
            realloc,
            post,
            name,
            schema,
        } = self;
        let world = "rongyi:rules/rules@0.2.0";
        let eleven = "i32 ".repeat(11);
        let fourteen = "i32 ".repeat(14);
        format!(
            r#"(module {import}
            (memory (export "memory") 1)
            (global $heap (mut i32) (i32.const 8192))
            (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32) {realloc})
            {extra}
            (func (export "{world}#describe") (result i32) (i32.const 1024))
            (func (export "{world}#configure") (param i32 i32) (result i32) (i32.const 1152))
            (func (export "{world}#earn") (param i32) (result i32) {earn})
            (func (export "{world}#price") (param {eleven}) (result i32) unreachable)
            (func (export "{world}#close") (param {fourteen}) (result i32) unreachable)
            (func (export "cabi_post_{world}#describe") (param i32))
            (func (export "cabi_post_{world}#configure") (param i32))
            (func (export "cabi_post_{world}#earn") (param i32) {post})
            (func (export "cabi_post_{world}#price") (param i32))
            (func (export "cabi_post_{world}#close") (param i32))
            (data (i32.const 16) "{name}") (data (i32.const 64) "1") (data (i32.const 80) "kind")
            (data (i32.const 128) "{schema}")
            (data (i32.const 1024) "{about}") (data (i32.const 1152) "{plan}") (data (i32.const 1280) "{kind}"))"#
        )
    }

    pub fn component(&self) -> Vec<u8> {
        let text = self.module();
        let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let whole = rongyi_bundled::HOSTILE;
        let main = Parser::new(0)
            .parse_all(whole)
            .filter_map(|payload| match payload.unwrap() {
                Payload::ModuleSection {
                    unchecked_range, ..
                } => Some(unchecked_range),
                _ => None,
            })
            .max_by_key(|range| range.len())
            .unwrap();
        // In front of a section stand its number and its length.
        let head = main.start - 1 - length(main.len()).len();
        assert_eq!(whole[head], 1, "the section of a core module");
        let mut bytes = whole[..head].to_vec();
        bytes.push(1);
        bytes.extend(length(module.len()));
        bytes.extend(module);
        bytes.extend(&whole[main.end..]);
        bytes
    }
}

/// A length in LEB128, as short as it goes.
fn length(mut length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(length & 0x7f).unwrap();
        length >>= 7;
        if length == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// Little-endian words as WAT writes bytes.
fn words(words: &[usize]) -> String {
    let words = words.iter().map(|word| u32::try_from(*word).unwrap());
    words
        .flat_map(u32::to_le_bytes)
        .map(|byte| format!("\\{byte:02x}"))
        .collect()
}
