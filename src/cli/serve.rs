use std::process::ExitCode;

use crate::app::{App, Server, StartError, shutdown};
use crate::config::Config;

/// Serves until the process is asked to end.
pub(super) async fn run(config: Config) -> Result<ExitCode, StartError> {
    let server = Server::start(App::build(config).await?).await?;
    if let Err(error) = shutdown::asked().await {
        tracing::error!(%error, "no signal can be waited for");
    }
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}
