//! The binary: parses the command line, runs it, and answers with an exit code.

use std::process::ExitCode;

use rongyi_server::cli::Cli;
use rongyi_server::door::terminal::tell_panics;
use rongyi_server::{cli, house};

/// Half again as many events a second as with the system's. The process that compiles rules has it too, and is kept
/// within its memory by the host.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tell_panics();
    house::compile_apart();
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(code) => return ExitCode::from(code),
    };
    match cli::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::from(failure.exit_code())
        }
    }
}
