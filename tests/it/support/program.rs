//! The program itself as a child process.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program on a data folder, with nothing of the caller's environment.
pub fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m3u-strm-processor"));
    command
        .env_clear()
        .env("STRM_DATA_DIR", data)
        .env("STRM_LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null());
    // Where an instrumented build writes what it covered.
    if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
        command.env("LLVM_PROFILE_FILE", profile);
    }
    command
}

/// Runs it to its end: exit status, standard output, standard error.
pub fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}
