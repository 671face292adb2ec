//! JavaScript: componentize-qjs from npm, in the rule's own `node_modules`.

use std::process::Command;

use serde_json::Value;

use super::{Texts, tool::Tool};
use crate::make::write;
use crate::{Problem, RuleFolder};

const NODE: Tool = Tool {
    name: "node",
    get_zh: "请安装 Node.js 18 或更新的版本（https://nodejs.org，Debian：apt install nodejs npm），再运行一次。",
    get_en: "Install Node.js 18 or newer (https://nodejs.org; on Debian: apt install nodejs npm) and run this again.",
};
const NPM: Tool = Tool {
    name: "npm",
    get_zh: "它和 Node.js 一起安装（https://nodejs.org，Debian：apt install npm），装好再运行一次。",
    get_en: "It comes with Node.js (https://nodejs.org; on Debian: apt install npm). Install it and run this again.",
};
const COMPONENTIZE: Tool = Tool {
    name: "componentize-qjs",
    get_zh: "package.json 的 devDependencies 里要有它；删掉 node_modules 再试一次。",
    get_en: "package.json names it below devDependencies; delete node_modules and try again.",
};

/// Where the component begins, in folders that have it: what a rule lacks is set aside before the rule is loaded.
const ENTRY: &str = "rongyi/main.js";
/// The author's own file.
const SOURCE: &str = "rule.js";

pub(super) fn build(
    folder: &RuleFolder,
    texts: &Texts,
    tell: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, Problem> {
    let carried = format!(
        "// 由 rongyi rule build 写成，不要改 / written by rongyi rule build; don't edit\nexport const schema = {};\nexport const scenarios = {};\n// 出错时用来找行号 / to find the line of a mistake\nexport const source = {};\n",
        Value::from(texts.schema.as_str()),
        Value::from(texts.scenarios.as_str()),
        Value::from(folder.read(SOURCE)?.as_str()),
    );
    write(&folder.built().join("texts.js"), carried.as_bytes())?;
    let command = |program: &str| {
        let mut command = Command::new(program);
        command.current_dir(folder.path());
        command
    };
    NODE.run(command("node").arg("--version"))?;
    let tool = folder.path().join("node_modules/componentize-qjs/cli.mjs");
    if !tool.is_file() {
        tell("npm install：第一次要下载 componentize-qjs / downloading it, this once");
        let mut npm = command("npm");
        NPM.run(npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    }
    if !tool.is_file() {
        return Err(COMPONENTIZE.missing());
    }
    tell("componentize-qjs：生成组件 / making the component");
    let module = folder.built().join("new.wasm");
    let mut make = command("node");
    make.args(["node_modules/componentize-qjs/cli.mjs", "--wit"])
        .arg(super::interface(folder)?)
        .args(["--world", "rule"])
        .args([
            "--js",
            super::entry(folder, ENTRY, SOURCE),
            "--module-root",
            ".",
            "--sync",
            "--stub-wasi",
        ])
        .args(["--output", "built/new.wasm"]);
    super::still::hold(&mut make, folder)?;
    COMPONENTIZE.run_told(&mut make, told)?;
    super::take(&module)
}

/// What the tool complains about, without what is around it, and what to do where a package cannot be found.
fn told(said: &str) -> String {
    let mut inner = said.trim();
    for around in [
        "Error: ",
        ": ",
        "Failed to evaluate user JavaScript module: ",
        "Failed to finish JavaScript module evaluation: ",
        "Failed to declare JavaScript module: ",
    ] {
        inner = inner.strip_prefix(around).unwrap_or(inner);
    }
    if inner.contains("Error resolving module") {
        return format!(
            "{inner}\n\n规则里没有 npm：用 npx esbuild SOURCE.js --bundle --format=esm --external:./rongyi/* --external:./built/* --outfile=rule.js 打成一个文件，或者把那个包的 .js 文件放进文件夹，用 ./ 开头 import。\nA rule has no npm: bundle it into one file with npx esbuild SOURCE.js --bundle --format=esm --external:./rongyi/* --external:./built/* --outfile=rule.js, or put the package's .js files into the folder and import them with ./ before the name."
        );
    }
    inner.to_owned()
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn the_authors_line_stands_first() {
        let said = "Error: : Failed to evaluate user JavaScript module: Failed to finish JavaScript module evaluation: Error: boom\n    at <anonymous> (/rule.js:5:11)\n";
        assert_eq!(
            told(said),
            "Error: boom\n    at <anonymous> (/rule.js:5:11)"
        );
        let said = "Error: : Failed to evaluate user JavaScript module: Failed to declare JavaScript module: Error: Error resolving module 'lodash' from '/rule.js'";
        assert!(told(said).contains("bundle it"));
    }
}
