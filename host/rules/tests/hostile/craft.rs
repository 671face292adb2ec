//! Makes a component of a core module: a sound little rule in WAT whose parts a test replaces one by one, or a
//! drawn module that was given that rule's `describe` and `configure`.
//!
//! The component around it is that of a compiled rule, its main module taken out and this one put in its place.
#![expect(clippy::wildcard_enum_match_arm, reason = "tests")]

use std::collections::BTreeMap;
use std::ops::Range;

use wasmparser::{Parser, Payload, TypeRef};

/// Where the schema stands in memory.
const SCHEMA_AT: usize = 20_000;

/// The parts of a module.
#[derive(Clone)]
pub(crate) struct Craft {
    import: String,
    extra: String,
    prelude: String,
    earn: String,
    realloc: String,
    post: String,
    name: String,
    schema: String,
    kind: [usize; 17],
    plan: [usize; 14],
}

impl Default for Craft {
    /// It handles the kind `kind` and awards nothing.
    fn default() -> Self {
        Craft {
            import: String::new(),
            extra: String::new(),
            prelude: String::new(),
            earn: "(i32.const 1408)".into(),
            realloc: "(local $at i32)
                (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                (global.set $heap (i32.add (local.get $at) (local.get $size)))
                (local.get $at)"
                .into(),
            post: String::new(),
            name: "crafted".into(),
            schema: "{}".into(),
            // Pointers and lengths: code, title, unit; scale, minimum, maximum; fields, facts.
            kind: [80, 4, 64, 1, 64, 1, 64, 1, 64, 1, 0, 1, 100, 0, 0, 0, 0],
            // ok; kinds, no pricing, traits, phrases, summary.
            plan: [0, 1280, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        }
    }
}

impl Craft {
    pub(crate) fn import(mut self, text: &str) -> Self {
        self.import = text.into();
        self
    }
    pub(crate) fn extra(mut self, text: &str) -> Self {
        self.extra = text.into();
        self
    }
    /// Runs before `describe` and `configure` answer.
    pub(crate) fn prelude(mut self, text: &str) -> Self {
        self.prelude = text.into();
        self
    }
    pub(crate) fn earn(mut self, body: &str) -> Self {
        self.earn = body.into();
        self
    }
    pub(crate) fn realloc(mut self, body: &str) -> Self {
        self.realloc = body.into();
        self
    }
    pub(crate) fn post(mut self, body: &str) -> Self {
        self.post = body.into();
        self
    }
    pub(crate) fn name(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }
    pub(crate) fn schema(mut self, schema: &str) -> Self {
        self.schema = schema.into();
        self
    }
    /// Words of the one kind, from this one on.
    pub(crate) fn kind(mut self, at: usize, words: &[usize]) -> Self {
        self.kind[at..at + words.len()].copy_from_slice(words);
        self
    }
    /// Words of the answer of `configure`, from this one on.
    pub(crate) fn plan(mut self, at: usize, words: &[usize]) -> Self {
        self.plan[at..at + words.len()].copy_from_slice(words);
        self
    }

    /// Its memory: texts below 1024, `about` at 1024, the answer of `configure` at 1152, the one kind at 1280,
    /// the answer of `earn` at 1408, free space from 1600, what the host hands over from 8192 on, and the schema.
    fn memory(&self) -> Vec<(usize, Vec<u8>)> {
        let (name, schema) = (self.name.as_bytes(), self.schema.as_bytes());
        let about = [
            16,
            name.len(),
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
            SCHEMA_AT,
            schema.len(),
            0,
            0,
        ];
        vec![
            (16, name.to_vec()),
            (64, b"1".to_vec()),
            (80, b"kind".to_vec()),
            (1024, words(&about)),
            (1152, words(&self.plan)),
            (1280, words(&self.kind)),
            (SCHEMA_AT, schema.to_vec()),
        ]
    }

    /// The module.
    pub(crate) fn module(&self) -> Vec<u8> {
        let Craft {
            import,
            extra,
            prelude,
            earn,
            realloc,
            post,
            ..
        } = self;
        let mut data = String::new();
        for (at, bytes) in self.memory() {
            let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
            data.push_str(&format!("(data (i32.const {at}) \"{bytes}\")\n"));
        }
        let world = "rongyi:rules/rules@0.2.0";
        let eleven = "i32 ".repeat(11);
        let fourteen = "i32 ".repeat(14);
        let text = format!(
            r#"(module {import}
            (memory (export "memory") 1)
            (global $heap (mut i32) (i32.const 8192))
            (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32) {realloc})
            {extra}
            (func (export "{world}#describe") (result i32) {prelude} (i32.const 1024))
            (func (export "{world}#configure") (param i32 i32) (result i32) {prelude} (i32.const 1152))
            (func (export "{world}#earn") (param i32) (result i32) {earn})
            (func (export "{world}#price") (param {eleven}) (result i32) unreachable)
            (func (export "{world}#close") (param {fourteen}) (result i32) unreachable)
            (func (export "cabi_post_{world}#describe") (param i32))
            (func (export "cabi_post_{world}#configure") (param i32))
            (func (export "cabi_post_{world}#earn") (param i32) {post})
            (func (export "cabi_post_{world}#price") (param i32))
            (func (export "cabi_post_{world}#close") (param i32))
            {data})"#
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// The module as a component.
    pub(crate) fn component(&self) -> Vec<u8> {
        framed(&self.module())
    }

    /// The same rule without data: `describe` and `configure` write what they answer.
    fn writing(self) -> Craft {
        let mut stores = String::new();
        for (at, bytes) in self.memory() {
            for (nth, four) in bytes.chunks(4).enumerate() {
                let mut word = [0; 4];
                word[..four.len()].copy_from_slice(four);
                let (at, word) = (at + 4 * nth, i32::from_le_bytes(word));
                stores.push_str(&format!("(i32.store (i32.const {at}) (i32.const {word}))"));
            }
        }
        // The allocator is the simplest there can be: everything is written over everything else.
        self.prelude(&stores).realloc("(i32.const 8192)")
    }
}

/// A module with the exports of the little rule, drawn by somebody else, as a component: who it is, what it
/// handles and its allocator are the little rule's, so that it is loaded; everything else is as it was drawn. An
/// honest one gives the little rule's answer at the end of `earn`, whatever it did before.
pub(crate) fn grafted(drawn: &[u8], honest: bool) -> Vec<u8> {
    let giver = Craft::default().writing().module();
    let (from, to) = (Parts::of(&giver), Parts::of(drawn));
    let bodies = to.bodies.iter().map(|body| drawn[body.clone()].to_vec());
    let mut bodies: Vec<Vec<u8>> = bodies.collect();
    let mut names = vec!["cabi_realloc".to_owned()];
    for name in ["describe", "configure"] {
        names.push(format!("rongyi:rules/rules@0.2.0#{name}"));
        names.push(format!("cabi_post_rongyi:rules/rules@0.2.0#{name}"));
    }
    for name in names {
        bodies[to.function(&name)] = giver[from.bodies[from.function(&name)].clone()].to_vec();
    }
    if honest {
        let earn = &mut bodies[to.function("rongyi:rules/rules@0.2.0#earn")];
        // Instead of its end, which a body that is no code may lack: drop, i32.const 1408, end.
        if earn.pop() == Some(0x0b) {
            earn.extend([0x1a, 0x41, 0x80, 0x0b, 0x0b]);
        }
    }
    let mut code = length(bodies.len());
    for body in bodies {
        code.extend(length(body.len()));
        code.extend(body);
    }
    framed(&replaced(drawn, 10, &to.code, &code))
}

/// Where what stands in a module.
#[derive(Default)]
struct Parts {
    imported: usize,
    exports: BTreeMap<String, usize>,
    code: Range<usize>,
    bodies: Vec<Range<usize>>,
}

impl Parts {
    fn of(module: &[u8]) -> Parts {
        let mut parts = Parts::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    let imports = section.into_imports().map(Result::unwrap);
                    let functions = imports.filter(|one| matches!(one.ty, TypeRef::Func(_)));
                    parts.imported = functions.count();
                }
                Payload::ExportSection(section) => {
                    let exports = section.into_iter().map(Result::unwrap);
                    let named = exports
                        .map(|one| (one.name.to_owned(), usize::try_from(one.index).unwrap()));
                    parts.exports = named.collect();
                }
                Payload::CodeSectionStart { range, .. } => parts.code = range,
                Payload::CodeSectionEntry(body) => parts.bodies.push(body.range()),
                _ => {}
            }
        }
        parts
    }

    /// Which body belongs to an export.
    fn function(&self, name: &str) -> usize {
        self.exports[name] - self.imported
    }
}

/// The module inside the component of a compiled rule, in the place of that rule's own.
fn framed(module: &[u8]) -> Vec<u8> {
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
    replaced(whole, 1, &main, module)
}

/// The bytes with another body for one section, whose number is given.
fn replaced(bytes: &[u8], number: u8, section: &Range<usize>, body: &[u8]) -> Vec<u8> {
    // In front of a section stand its number and its length.
    let head = section.start - 1 - length(section.len()).len();
    assert_eq!(bytes[head], number, "another section stands there");
    let mut new = bytes[..head].to_vec();
    new.push(number);
    new.extend(length(body.len()));
    new.extend(body);
    new.extend(&bytes[section.end..]);
    new
}

/// A length in LEB128, as short as it goes.
pub(crate) fn length(mut length: usize) -> Vec<u8> {
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

/// Little-endian words.
pub(crate) fn words(words: &[usize]) -> Vec<u8> {
    let words = words.iter().map(|word| u32::try_from(*word).unwrap());
    words.flat_map(u32::to_le_bytes).collect()
}
