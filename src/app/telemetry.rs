//! Logs, to standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Writes logs of this process from now on; a second call changes nothing. `filter` has been checked by the
/// configuration.
pub fn init(filter: &str) {
    // It fails where a log is being written already, as in tests.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}
