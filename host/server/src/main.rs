//! The binary: parses the command line, runs it, and answers with an exit code.

use std::process::ExitCode;

use rongyi_server::cli::{self, Cli};
use rongyi_server::house;

fn main() -> ExitCode {
    house::compile_apart();
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::from(failure.exit_code())
        }
    }
}
