//! What a component is from outside: its form, its imports, its exports. Nothing of it runs here.

use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::bindings::{ALLOWED_IMPORTS, PACKAGE, Version};
use crate::diagnostic::{LoadError, refuse};
use crate::fault::plain;

/// Names of a list in a message.
const NAMES_MAX: usize = 5;

/// Only the binary form of a component is looked at further.
pub(crate) fn shape(bytes: &[u8]) -> Result<(), LoadError> {
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    let (zh, en) = if wasmtime::Engine::detect_precompiled(bytes).is_some()
        || bytes.starts_with(b"\x7fELF")
    {
        (
            "这是编译后的机器码，不能从外面接收。请给 `rongyi rule build` 写出的 .wasm 文件。",
            "This is compiled machine code, which is never accepted from outside. Give the .wasm file that `rongyi rule build` writes.",
        )
    } else if bytes.starts_with(b"\0asm\x01\0\0\0") {
        (
            "这是 wasm 模块，不是组件。请用 `rongyi rule build` 生成，它会把模块包成组件。",
            "This is a wasm module, not a component. Build it with `rongyi rule build`, which wraps it as one.",
        )
    } else if bytes.is_empty() {
        (
            "文件是空的。请用 `rongyi rule build` 重新生成，或重新拷贝一次。",
            "The file is empty. Build it again with `rongyi rule build`, or copy it again.",
        )
    } else if !bytes.starts_with(COMPONENT) {
        (
            "这不是 WebAssembly 组件文件。请给 `rongyi rule build` 写出的 .wasm 文件。",
            "This is not a WebAssembly component file. Give the .wasm file that `rongyi rule build` writes.",
        )
    } else {
        return Ok(());
    };
    Err(refuse("load.not-component", zh, en))
}

pub(crate) fn imports(wasm: &wasmtime::Engine, component: &Component) -> Result<(), LoadError> {
    for (name, item) in component.component_type().imports(wasm) {
        let (package, version) = name.split_once('@').unwrap_or((name, ""));
        if !ALLOWED_IMPORTS.contains(&package) {
            if !package.starts_with("wasi:") {
                // A rule of another interface imports that interface's log: the interface is what to speak of.
                exports(wasm, component)?;
            }
            let advice = if package.starts_with("wasi:") {
                "rules have no clock, files, network or randomness; build for wasm32-unknown-unknown, not for WASI"
            } else {
                "a rule may import only the log of rongyi:rules/host"
            };
            let name = plain(name, 120);
            let zh = format!(
                "组件要导入“{name}”，规则里不允许：规则不能用时钟、文件、网络或随机数，只能写日志。请用 `rongyi rule build` 生成。"
            );
            return Err(refuse(
                "world.import",
                zh,
                format!("It imports “{name}”, which is not offered: {advice}."),
            ));
        }
        speaks(name, version)?;
        if let ComponentItem::ComponentInstance(instance) = item.ty {
            let functions = instance
                .exports(wasm)
                .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)));
            for (function, _) in functions {
                if package != "rongyi:rules/host" || function != "log" {
                    let (name, function) = (plain(name, 120), plain(function, 120));
                    let zh = format!("组件要调用“{name}”里的“{function}”，本机没有这个函数。");
                    return Err(refuse(
                        "world.import",
                        zh,
                        format!("It wants “{function}” of “{name}”; this host offers only `log`."),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Package and version of the rules it exports; empty when there are none.
pub(crate) fn interface(wasm: &wasmtime::Engine, component: &Component) -> String {
    let component = component.component_type();
    let mut names = component.exports(wasm).map(|(name, _)| name);
    let found = names.find_map(|name| {
        let (package, version) = name.split_once('@')?;
        let package = package.strip_suffix("/rules")?;
        Some(format!("{package}@{version}"))
    });
    found.unwrap_or_default()
}

/// The versions this host speaks, for people: `rongyi:rules@0.1.0, rongyi:rules@0.2.0`.
fn spoken() -> String {
    Version::ALL
        .map(|version| format!("{PACKAGE}@{}", version.number()))
        .join(", ")
}

/// Whether a version is beyond the newest one that is spoken.
fn is_newer(version: &str) -> bool {
    let numbers = |version: &str| -> Option<Vec<u32>> {
        version.split('.').map(|part| part.parse().ok()).collect()
    };
    let newest = Version::ALL
        .iter()
        .filter_map(|known| numbers(known.number()));
    numbers(version).is_some_and(|wants| newest.max().is_some_and(|newest| wants > newest))
}

/// A patch changes no question; for anything else both versions are named.
fn speaks(name: &str, version: &str) -> Result<Version, LoadError> {
    if let Some(known) = Version::of(version) {
        return Ok(known);
    }
    let name = plain(name, 120);
    let spoken = spoken();
    let (zh, en) = if is_newer(version) {
        (
            format!(
                "组件是按接口“{name}”做的，比本机的新；本机支持的是 {spoken}。请升级本程序，或者用本程序的 SDK 重新生成组件。"
            ),
            format!(
                "It was built for “{name}”, which is newer than this host; this host speaks {spoken}. Update this program, or build the component again with the SDK that comes with it."
            ),
        )
    } else {
        (
            format!("组件使用接口“{name}”，本机支持的是 {spoken}。请用本程序的 SDK 重新生成组件。"),
            format!(
                "It speaks “{name}”, this host speaks {spoken}. Build the component again with the SDK that comes with this program."
            ),
        )
    };
    Err(refuse("world.version", zh, en))
}

/// The version of the interface that it answers.
pub(crate) fn exports(
    wasm: &wasmtime::Engine,
    component: &Component,
) -> Result<Version, LoadError> {
    let mut names = Vec::new();
    for (name, _) in component.component_type().exports(wasm) {
        let (package, version) = name.split_once('@').unwrap_or((name, ""));
        if package.strip_suffix("/rules") == Some(PACKAGE) {
            return speaks(name, version);
        }
        names.push(plain(name, 120));
    }
    let more = names.len().saturating_sub(NAMES_MAX);
    let spoken = spoken();
    let foreign = names.iter().find(|name| name.contains("/rules@"));
    let (zh, en) = match foreign {
        Some(name) => (
            format!(
                "组件回答的是别家的接口“{name}”，本机支持的是 {spoken}。请用本程序的 SDK 重新生成组件。"
            ),
            format!(
                "It answers “{name}”, an interface that is not this host's; this host speaks {spoken}. Build the component again with the SDK that comes with this program."
            ),
        ),
        None if names.is_empty() => (
            format!(
                "组件什么也没有导出；规则要导出 {PACKAGE}/rules，本机支持的是 {spoken}。请从 `rongyi rule new` 的模板写起。"
            ),
            format!(
                "It exports nothing; a rule exports {PACKAGE}/rules, and this host speaks {spoken}. Begin with the template of `rongyi rule new`."
            ),
        ),
        None => {
            names.truncate(NAMES_MAX);
            if more > 0 {
                names.push(format!("… (+{more})"));
            }
            let has = names.join(", ");
            (
                format!(
                    "组件没有导出 {PACKAGE}/rules（它导出的是：{has}），本机支持的是 {spoken}。请从 `rongyi rule new` 的模板写起。"
                ),
                format!(
                    "It does not export {PACKAGE}/rules; it exports {has}, and this host speaks {spoken}. Begin with the template of `rongyi rule new`."
                ),
            )
        }
    };
    Err(refuse("world.export", zh, en))
}
