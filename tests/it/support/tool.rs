//! Installed programs as child processes: decoders and players.

use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

/// Runs a program to its end: what it printed, and what it said on standard error. It must be installed and exit well
/// within the time given, and ends with the test.
pub async fn run(program: &str, args: &[&str], longest: Duration) -> (String, String) {
    let child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .env("no_proxy", "127.0.0.1")
        .kill_on_drop(true)
        .output();
    let Output {
        status,
        stdout,
        stderr,
    } = tokio::time::timeout(longest, child)
        .await
        .unwrap_or_else(|_| unreachable!("{program} did not end"))
        .unwrap_or_else(|error| unreachable!("{program} must be installed: {error}"));
    let [printed, said] = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(status.success(), "{program} {args:?}: {status}\n{printed}{said}");
    (printed, said)
}
