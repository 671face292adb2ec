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

/// Where the component begins, in folders that have it: what a rule lacks is set aside before the rule is loaded.
const ENTRY: &str = "rongyi/main.py";

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
    types(folder, tool, &command)?;
    tell("componentize-py：生成组件，约十几秒 / making the component, about fifteen seconds");
    let mut make = command(tool);
    // The virtual environment holds the tool, nothing that belongs into a rule.
    // A folder of before may read files of its own while it is built; it is built as it was.
    let (module, sources) = match super::entry(folder, ENTRY, "rule.py") {
        ENTRY => ("rongyi.main", "built/stage"),
        _ => ("rule", "."),
    };
    let stage = super::still::stage(folder, "py")?;
    write(&stage.join("built/texts.py"), carried.as_bytes())?;
    make.env_remove("VIRTUAL_ENV")
        // A mistake of the author's is none of the tool's: nobody needs to see where in the tool it was found.
        .env("RUST_BACKTRACE", "0")
        .args(["--quiet", "-d"])
        .arg(super::interface(folder)?)
        .args(["-w", "rule"])
        .args([
            "componentize",
            "--stub-wasi",
            module,
            "-p",
            sources,
            "-o",
            "built/new.wasm",
        ]);
    super::still::hold(&mut make, folder)?;
    COMPONENTIZE.run_told(&mut make, told)?;
    std::fs::remove_dir_all(&stage).map_err(|error| Problem::file(&stage, &error))?;
    super::take(&folder.built().join("new.wasm"))
}

/// The interface's types for editors, which look for them where `pyrightconfig.json` says.
fn types(
    folder: &RuleFolder,
    tool: &Path,
    command: &dyn Fn(&Path) -> Command,
) -> Result<(), Problem> {
    const TYPES: &str = "built/types";
    if folder.path().join(TYPES).is_dir() {
        return Ok(());
    }
    let mut write = command(tool);
    write.args(["--quiet", "-d"]).arg(super::interface(folder)?);
    COMPONENTIZE.run_told(write.args(["-w", "rule", "bindings", TYPES]), told)
}

/// What the tool complains about from where it names the author's mistake.
fn told(said: &str) -> String {
    let caused = said.rfind("Caused by:").map(|at| &said[at + 10..]);
    let lines = caused.unwrap_or(said).lines();
    let told: Vec<_> = lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    told.join("\n")
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn the_authors_mistake_is_told_alone() {
        let said = "Traceback (most recent call last):\n  File \"componentize-py\", line 8\nAssertionError: \n\nCaused by:\n    Mistake: rule.py:5: boom\n";
        assert_eq!(told(said), "Mistake: rule.py:5: boom");
        assert_eq!(told("no such file\n"), "no such file");
    }
}
