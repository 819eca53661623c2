use std::process::ExitCode;

use crate::app::{App, Server, StartError, shutdown};
use crate::config::Config;

/// Serves until the process is asked to end, which it may be while it still starts.
pub(super) async fn run(config: Config) -> Result<ExitCode, StartError> {
    let mut end = shutdown::Wish::listen().map_err(StartError::Signals)?;
    let server = tokio::select! {
        () = end.come() => return Ok(ExitCode::SUCCESS),
        started = start(config) => started?,
    };
    end.come().await;
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn start(config: Config) -> Result<Server, StartError> {
    Server::start(App::build(config).await?).await
}
