use std::process::ExitCode;

use crate::app::{App, StartError};
use crate::config::Config;

/// Brings the database up to date, as every start does, and says how far it is.
pub(super) async fn run(config: Config) -> Result<ExitCode, StartError> {
    let app = App::build(config).await?;
    let status = app
        .ctx
        .db
        .migration_status()
        .await
        .map_err(StartError::Migration)?;
    super::say(&format!(
        "The database is up to date: {} of {} migrations.",
        status.applied, status.known
    ));
    app.ctx.db.close().await;
    Ok(ExitCode::SUCCESS)
}
