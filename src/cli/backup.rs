use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{complain, fail, say, status};
use crate::app::StartError;
use crate::config::Config;
use crate::features::system::backup;
use crate::support::clock::{Clock, rfc3339};

/// The file of `backup` and `restore`.
#[derive(Args)]
pub(super) struct BackupFile {
    file: PathBuf,
}

/// Writes database and key file into one file, whether a server runs or not.
pub(super) async fn write(arguments: BackupFile, config: Config) -> Result<ExitCode, StartError> {
    let file = arguments.file;
    Ok(
        match backup::write(&config, &file, Clock::System.now_ms()).await {
            Ok(bytes) => {
                say(&format!(
                    "{} holds the database and the key file ({bytes} bytes).",
                    file.display()
                ));
                complain(
                    "Whoever has this file can read the credentials of your providers: keep it as you keep them.",
                );
                complain("The library's files are not in it; they are written anew.");
                ExitCode::SUCCESS
            }
            Err(error) => fail(&error, status::FAILED),
        },
    )
}

/// Puts database and key file back where the configuration says they lie.
pub(super) async fn restore(arguments: BackupFile, config: Config) -> Result<ExitCode, StartError> {
    Ok(match backup::restore(&config, &arguments.file).await {
        Ok(restored) => {
            say(&format!(
                "{} is back as it was at {} (version {}). Start the server now.",
                restored.database.display(),
                rfc3339(restored.made_at_ms),
                restored.version
            ));
            if !restored.has_key {
                complain("The backup holds no key file: put yours back before the start.");
            }
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error, status::FAILED),
    })
}
