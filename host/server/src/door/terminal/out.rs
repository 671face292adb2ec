//! The one way of texts to a terminal. Nothing that somebody else wrote moves a cursor, begins a line of its own, turns
//! the reading direction or hides, whoever prints it and however.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};

use rongyi_core::shown;

/// The longest message of a panic that is shown, in characters.
const PANIC_MAX: usize = 2_000;

/// A line on the standard output, or several. Who has stopped reading needs no more of it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", shown::lines(line));
}

/// JSON on the standard output, for programs.
pub(crate) fn say_json(json: &impl ToString) {
    let text = json.to_string();
    let _ = writeln!(std::io::stdout().lock(), "{}", shown::json(&text));
}

/// A line on the error stream, or several.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", shown::lines(line));
}

pub(crate) fn on_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// A text of somebody else's for a cell of a table, whose own lines mean something.
pub(crate) fn foreign(text: &str) -> String {
    shown::short(text, shown::SHOWN_MAX).into_owned()
}

/// From now on a panic is told through the same filter: its message may hold what a file or a rule said.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.to_string();
        tell(&shown::short(&said, PANIC_MAX));
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|wish| wish != "0") {
            tell(&std::backtrace::Backtrace::force_capture().to_string());
        }
    }));
}

/// The command line as it may be shown when it is wrong: each argument one visible line.
pub(crate) fn visible(args: impl Iterator<Item = OsString>) -> Vec<String> {
    args.map(|arg| shown::line(&arg.to_string_lossy()).into_owned())
        .collect()
}
