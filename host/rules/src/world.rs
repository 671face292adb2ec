//! What a component is from outside: its form, its imports, its exports. Nothing of it runs here.

use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::bindings::{ALLOWED_IMPORTS, RULES, VERSION};
use crate::engine::Inner;
use crate::load::{LoadError, refuse};

/// Only the binary form of a component is looked at further.
pub(crate) fn shape(bytes: &[u8]) -> Result<(), LoadError> {
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    let (zh, en) =
        if wasmtime::Engine::detect_precompiled(bytes).is_some() || bytes.starts_with(b"\x7fELF") {
            (
                "这是编译后的机器码，不能从外面接收。",
                "This is compiled machine code, which is never accepted from outside.",
            )
        } else if bytes.starts_with(b"\0asm\x01\0\0\0") {
            (
                "这是 wasm 模块，不是组件。请用 SDK 的生成步骤把它包成组件。",
                "This is a wasm module, not a component. Wrap it as one with the SDK's build step.",
            )
        } else if bytes.is_empty() {
            ("文件是空的。", "The file is empty.")
        } else if !bytes.starts_with(COMPONENT) {
            (
                "这不是 WebAssembly 组件文件。",
                "This is not a WebAssembly component file.",
            )
        } else {
            return Ok(());
        };
    Err(refuse("load.not-component", zh, en))
}

pub(crate) fn imports(inner: &Inner, component: &Component) -> Result<(), LoadError> {
    for (name, item) in component.component_type().imports(&inner.wasm) {
        let (package, version) = name.split_once('@').unwrap_or((name, ""));
        if !ALLOWED_IMPORTS.contains(&package) {
            let advice = if package.starts_with("wasi:") {
                "rules have no clock, files, network or randomness; build for wasm32-unknown-unknown, not for WASI"
            } else {
                "a rule may import only the log of rongyi:rules/host"
            };
            let zh = format!(
                "组件要导入“{name}”，规则里不允许：规则不能用时钟、文件、网络或随机数，只能写日志。"
            );
            return Err(refuse(
                "world.import",
                zh,
                format!("It imports “{name}”, which is not offered: {advice}."),
            ));
        }
        speaks(name, version)?;
        if let ComponentItem::ComponentInstance(own) = item.ty {
            let functions = own
                .exports(&inner.wasm)
                .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)));
            for (function, _) in functions {
                if package != "rongyi:rules/host" || function != "log" {
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
pub(crate) fn interface(inner: &Inner, component: &Component) -> String {
    let component = component.component_type();
    let mut names = component.exports(&inner.wasm).map(|(name, _)| name);
    let found = names.find_map(|name| {
        let (package, version) = name.split_once('@')?;
        let package = package.strip_suffix("/rules")?;
        Some(format!("{package}@{version}"))
    });
    found.unwrap_or_default()
}

/// 0.1.x is understood, anything else names both versions.
fn speaks(name: &str, version: &str) -> Result<(), LoadError> {
    let minor = |v: &str| v.rsplit_once('.').map(|(minor, _)| minor.to_owned());
    if minor(version) == minor(VERSION) {
        return Ok(());
    }
    let (zh, en) = (
        format!(
            "组件使用接口“{name}”，本机支持的是 rongyi:rules@{VERSION}。请用对应版本的 SDK 重新生成。"
        ),
        format!(
            "It speaks “{name}”, this host speaks rongyi:rules@{VERSION}. Build it again with the SDK of that version."
        ),
    );
    Err(refuse("world.version", zh, en))
}

pub(crate) fn exports(inner: &Inner, component: &Component) -> Result<(), LoadError> {
    let mut names = Vec::new();
    for (name, _) in component.component_type().exports(&inner.wasm) {
        let (package, version) = name.split_once('@').unwrap_or((name, ""));
        if package == "rongyi:rules/rules" {
            return speaks(name, version);
        }
        names.push(name.to_owned());
    }
    let has = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    Err(refuse(
        "world.export",
        format!("组件没有导出“{RULES}”（它导出的是：{has}）。"),
        format!("It does not export “{RULES}”; it exports {has}."),
    ))
}
