//! Python: componentize-py from PyPI, in the rule's own `.venv`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Texts, tool::Tool};
use crate::make::write;
use crate::{Problem, RuleFolder};

const PYTHON: Tool = Tool {
    name: "python3",
    get_zh: "请安装 Python 3.10 或更新的版本和它的 venv（https://python.org，Debian：apt install python3-venv），再运行一次。",
    get_en: "Install Python 3.10 or newer with venv (https://python.org; on Debian: apt install python3-venv) and run this again.",
};
const VENV: Tool = Tool {
    name: "venv",
    get_zh: "python3 有，但缺 venv 和 ensurepip（Debian：apt install python3-venv），装好再运行一次。",
    get_en: "python3 is here, but venv and ensurepip are missing (on Debian: apt install python3-venv). Install them and run this again.",
};
const PIP: Tool = Tool {
    name: "pip",
    get_zh: "删掉 .venv 再试一次。",
    get_en: "Delete .venv and try again.",
};
const COMPONENTIZE: Tool = Tool {
    name: "componentize-py",
    get_zh: "requirements.txt 里要有它；删掉 .venv 再试一次。",
    get_en: "requirements.txt names it; delete .venv and try again.",
};

pub(super) fn build(
    folder: &RuleFolder,
    texts: &Texts,
    tell: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, Problem> {
    // A JSON text is a Python text, but for a slash that nobody escapes here.
    let carried = format!(
        "# 由 rongyi rule build 写成，不要改 / written by rongyi rule build; don't edit\nSCHEMA = {}\nSCENARIOS = {}\n",
        Value::from(texts.schema.as_str()),
        Value::from(texts.scenarios.as_str()),
    );
    write(&folder.built().join("texts.py"), carried.as_bytes())?;
    let command = |program: &Path| {
        let mut command = Command::new(program);
        command.current_dir(folder.path());
        command
    };
    let tool = Path::new(".venv/bin/componentize-py");
    if !folder.path().join(tool).is_file() {
        tell("python3 -m venv：第一次要下载 componentize-py / downloading it, this once");
        PYTHON.run(command(Path::new("python3")).arg("--version"))?;
        VENV.there(command(Path::new("python3")).args(["-c", "import venv, ensurepip"]))?;
        PYTHON.run(command(Path::new("python3")).args(["-m", "venv", ".venv"]))?;
        let mut pip = command(Path::new(".venv/bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        PIP.run(pip.args(["-r", "requirements.txt"]))?;
    }
    if !folder.path().join(tool).is_file() {
        return Err(COMPONENTIZE.missing());
    }
    tell("componentize-py：生成组件，约十几秒 / making the component, about fifteen seconds");
    let mut make = command(tool);
    // The virtual environment holds the tool, nothing that belongs into a rule.
    make.env_remove("VIRTUAL_ENV")
        .args(["--quiet", "-d"])
        .arg(super::interface(folder)?)
        .args(["-w", "rule"])
        .args([
            "componentize",
            "--stub-wasi",
            "rule",
            "-p",
            ".",
            "-o",
            "built/new.wasm",
        ]);
    COMPONENTIZE.run(&mut make)?;
    super::take(&folder.built().join("new.wasm"))
}
