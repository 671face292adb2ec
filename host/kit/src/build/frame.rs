//! A component around a core module. What stands around the module — types, imports, exports and how each is called —
//! is the same for every rule of one interface version, so it is taken from a bundled rule, which `wit-component` made
//! when the host was built; only the module is the author's own. Whether it fits, the host's pipeline checks.

use crate::Problem;

/// The rule whose frame is used.
const PATTERN: &str = "points-table";
/// What the module of a rule exports, and no other module of its component does.
const HOOK: &str = "rongyi:rules/rules@0.2.0#configure";
/// How the name of that export begins and ends in every version, with the version between.
const HOOK_ENDS: (&str, &str) = ("rongyi:rules/rules@", "#configure");
/// How every core module begins, and every component.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
/// The section of a component that holds a core module, and that of a module that lists its exports.
const MODULE_SECTION: u8 = 1;
const EXPORT_SECTION: u8 = 7;

/// The component around this module.
///
/// # Errors
/// [`Problem`] when it is no core module, or does not answer the five questions.
pub(super) fn wrap(module: &[u8]) -> Result<Vec<u8>, Problem> {
    let exported = exports(module);
    if !exported.iter().any(|name| name == HOOK) {
        if let Some(other) = exported.iter().find_map(|name| version(name)) {
            return Err(other_version(other));
        }
        return Err(Problem::new(
            "build.wrap",
            "编译好了，但里面没有规则的五个入口（describe、configure、earn、price、close）。照模板的样子导出它们：Rust 用 `rongyi_sdk::export!`，C 写 rule_describe 和 rule_configure。",
            "It compiled, but the five questions (describe, configure, earn, price, close) are not in it. Export them as the template does: `rongyi_sdk::export!` in Rust, rule_describe and rule_configure in C.",
        ));
    }
    let pattern = rongyi_bundled::find(PATTERN).map(|rule| rule.bytes);
    let framed = pattern.and_then(|pattern| framed(pattern, module));
    framed.ok_or_else(|| {
        Problem::new(
            "build.wrap",
            "本程序自带的规则里没有可用的框架，这是程序的错，请报告给开发者。",
            "The bundled rules of this program hold no frame; that is the program's mistake, please report it.",
        )
    })
}

/// The version of the interface in the name of an export.
fn version(export: &str) -> Option<&str> {
    let (begins, ends) = HOOK_ENDS;
    export.strip_prefix(begins)?.strip_suffix(ends)
}

fn other_version(theirs: &str) -> Problem {
    let ours = version(HOOK).unwrap_or_default();
    Problem::new(
        "build.interface",
        format!(
            "这个目录里的 `rongyi/` 是接口 rongyi:rules@{theirs} 的，本程序生成的是 rongyi:rules@{ours}。用 `rongyi rule new` 在别处建一个同样语言的新目录，把其中的 `rongyi/` 换过来，再生成一次。以前生成的组件不用动，照样能用。"
        ),
        format!(
            "The `rongyi/` of this folder is of the interface rongyi:rules@{theirs}, this program builds rongyi:rules@{ours}. Make a new folder of the same language elsewhere with `rongyi rule new`, put its `rongyi/` in place of this one, and build again. Components that were built before stay usable as they are."
        ),
    )
}

/// The pattern with its rule's module exchanged.
fn framed(pattern: &[u8], module: &[u8]) -> Option<Vec<u8>> {
    let mut out = COMPONENT.to_vec();
    let mut exchanged = false;
    for (id, content) in sections(pattern.strip_prefix(COMPONENT)?)? {
        let is_rule = id == MODULE_SECTION && exports(content).iter().any(|name| name == HOOK);
        let content = if is_rule { module } else { content };
        exchanged |= is_rule;
        out.push(id);
        write_number(&mut out, content.len());
        out.extend_from_slice(content);
    }
    exchanged.then_some(out)
}

/// The names a core module exports; none when it is no module.
fn exports(module: &[u8]) -> Vec<String> {
    let listed = || {
        let sections = sections(module.strip_prefix(MODULE)?)?;
        let (_, mut rest) = sections.into_iter().find(|(id, _)| *id == EXPORT_SECTION)?;
        let mut names = Vec::new();
        for _ in 0..number(&mut rest)? {
            let length = number(&mut rest)?;
            let (name, after) = rest.split_at_checked(length)?;
            names.push(String::from_utf8_lossy(name).into_owned());
            // What kind of thing it is, and which one.
            rest = after.get(1..)?;
            number(&mut rest)?;
        }
        Some(names)
    };
    listed().unwrap_or_default()
}

/// The sections of a module or component, each with its number.
fn sections(mut rest: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut found = Vec::new();
    while let Some((id, after)) = rest.split_first() {
        rest = after;
        let length = number(&mut rest)?;
        let (content, after) = rest.split_at_checked(length)?;
        found.push((*id, content));
        rest = after;
    }
    Some(found)
}

/// An unsigned LEB128 number of at most 32 bits.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0_u64;
    for shift in [0, 7, 14, 21, 28] {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

fn write_number(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0x7f);
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_frame_around_its_own_module_is_the_pattern_itself() {
        for rule in rongyi_bundled::RULES {
            let inside = sections(rule.bytes.strip_prefix(COMPONENT).unwrap()).unwrap();
            let modules: Vec<_> = inside
                .iter()
                .filter(|(id, content)| {
                    *id == MODULE_SECTION && exports(content).contains(&HOOK.to_owned())
                })
                .collect();
            assert_eq!(modules.len(), 1, "{}", rule.name);
            if rule.name == PATTERN {
                assert_eq!(wrap(modules[0].1).unwrap(), rule.bytes);
            }
        }
    }

    #[test]
    fn what_answers_no_questions_is_told() {
        for bytes in [
            b"".as_slice(),
            MODULE,
            b"\0asm\x01\0\0\0\x07\xff\xff",
            b"hello",
        ] {
            assert_eq!(wrap(bytes).unwrap_err().code, "build.wrap");
        }
    }

    #[test]
    fn a_module_of_another_interface_is_told_both_versions() {
        let hook = b"rongyi:rules/rules@0.1.0#configure";
        let mut module = MODULE.to_vec();
        module.push(EXPORT_SECTION);
        write_number(&mut module, hook.len() + 4);
        module.push(1);
        write_number(&mut module, hook.len());
        module.extend(hook);
        module.extend([0, 0]);
        let error = wrap(&module).unwrap_err();
        assert_eq!(error.code, "build.interface");
        for said in [&error.zh, &error.en] {
            assert!(said.contains("rongyi:rules@0.1.0"), "{said}");
            assert!(said.contains("rongyi:rules@0.2.0"), "{said}");
            assert!(said.contains("rongyi rule new"), "{said}");
        }
    }

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 127, 128, 300, 16_384, 2_000_000] {
            let mut out = Vec::new();
            write_number(&mut out, value);
            assert_eq!(number(&mut out.as_slice()), Some(value));
        }
        assert_eq!(number(&mut [0x80; 6].as_slice()), None);
    }
}
