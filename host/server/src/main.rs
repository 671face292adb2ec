//! The binary: parses the command line, runs it, and answers with an exit code.

use std::process::ExitCode;

use clap::Parser;
use rongyi_server::cli::{self, Cli};
use rongyi_server::house;

/// Many small rows are made and thrown away on several threads; the allocator of the system keeps what they leave
/// behind in one arena for each thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
