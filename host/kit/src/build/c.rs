//! C: clang and wasm-ld without any standard library; the interface's bindings come with the template.

use std::process::Command;

use super::{Texts, frame::wrap, tool::Tool};
use crate::make::write;
use crate::{Problem, RuleFolder};

const CLANG: Tool = Tool {
    name: "clang",
    get_zh: "请安装 clang 和 lld（Debian：apt install clang lld；macOS：brew install llvm lld），再运行一次。",
    get_en: "Install clang and lld (on Debian: apt install clang lld; on macOS: brew install llvm lld) and run this again.",
};
const WASM32: Tool = Tool {
    name: "wasm32",
    get_zh: "这个 clang 不会生成 WebAssembly（macOS 自带的就是这样：brew install llvm lld，并把它放在 PATH 最前面），换一个再运行一次。",
    get_en: "This clang cannot make WebAssembly (that of macOS is like that: brew install llvm lld, and put it first in PATH). Use another and run this again.",
};
const LLD: Tool = Tool {
    name: "wasm-ld",
    get_zh: "请安装 lld（Debian：apt install lld；macOS：brew install lld），再运行一次。",
    get_en: "Install lld (on Debian: apt install lld; on macOS: brew install lld) and run this again.",
};

/// Kinds of mistakes in C that a compiler lets pass and that would book something else than was written.
const SILENT: [&str; 11] = [
    "implicit-function-declaration",
    "float-conversion",
    "literal-conversion",
    "constant-conversion",
    "shorten-64-to-32",
    "return-type",
    "uninitialized",
    "int-conversion",
    "incompatible-pointer-types",
    "format",
    "enum-conversion",
];

pub(super) fn build(
    folder: &RuleFolder,
    texts: &Texts,
    tell: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, Problem> {
    let built = folder.built();
    let carried = format!(
        "// 由 rongyi rule build 写成，不要改 / written by rongyi rule build; don't edit\n#define SCHEMA {}\n#define SCENARIOS {}\n",
        literal(&texts.schema),
        literal(&texts.scenarios),
    );
    write(&built.join("texts.h"), carried.as_bytes())?;
    CLANG.run(Command::new("clang").arg("--version"))?;
    let nothing = [
        "--target=wasm32",
        "-x",
        "c",
        "-c",
        "/dev/null",
        "-o",
        "/dev/null",
    ];
    WASM32.there(Command::new("clang").args(nothing))?;
    LLD.run(Command::new("wasm-ld").arg("--version"))?;
    tell("clang：编译规则 / compiling the rule");
    let mut clang = Command::new("clang");
    clang
        .current_dir(folder.path())
        .args([
            "--target=wasm32",
            "-std=c17",
            "-O2",
            "-nostdlib",
            "-ffreestanding",
        ])
        .args(["-Wall", "-Wextra"])
        // What would be cut off or made up in silence is no warning in a rule.
        .args(SILENT.map(|kind| format!("-Werror={kind}")))
        .args([
            "-isystem",
            "rongyi/bindings",
            "-I",
            "rongyi/include",
            "-I",
            "rongyi",
            "-I",
            "built",
        ])
        .args([
            "-Wl,--no-entry",
            "-Wl,-zstack-size=65536",
            "-Wl,--stack-first",
        ])
        .args(["rule.c", "rongyi/rongyi.c", "rongyi/bindings/rule.c"])
        .args(["-o", "built/module.wasm"]);
    CLANG.run(&mut clang)?;
    let module = super::take(&built.join("module.wasm"))?;
    wrap(&module)
}

/// A C string literal; every byte that is no plain letter is written in octal, which ends after three digits.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'\n' => out.push_str("\\n\" \\\n  \""),
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b'?' => out.push_str("\\?"),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn any_text_is_a_literal() {
        assert_eq!(literal("a\"b\\c?"), r#""a\"b\\c\?""#);
        assert_eq!(literal("分1"), "\"\\345\\210\\2061\"");
        assert_eq!(literal("a\nb"), "\"a\\n\" \\\n  \"b\"");
    }
}
