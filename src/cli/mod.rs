//! The command line: one file a command. Results go to standard output, logs to standard error.

mod backup;
mod check;
mod demo;
mod doctor;
mod follow;
mod match_names;
mod migrate;
mod provider;
mod secret;
mod serve;
mod strm;
mod strm_from;
mod sync;
mod user;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{StartError, telemetry};
use crate::config::{Config, Flags};

/// Merges the IPTV catalogues of many providers into one clean list of channels and one film and series library.
#[derive(Parser)]
#[command(name = "m3u-strm-processor", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Subcommand)]
enum Command {
    /// The server; also without a command
    Serve,
    /// The product with two pretended subscriptions, in a folder that is thrown away when it ends
    Demo,
    /// Cluster the names of a table and say why
    Match(match_names::MatchNames),
    /// Add, change and list users
    User(user::Arguments),
    /// Bring the database up to date
    Migrate,
    /// Write database and key file into one file
    Backup(backup::BackupFile),
    /// Put a backup back into an empty place
    Restore(backup::BackupFile),
    /// Say what is wrong and how to mend it
    Doctor,
    /// Turn a playlist into STRM files, without server and database
    StrmFrom(strm_from::StrmFrom),
    /// Add and list providers
    Provider(provider::ProviderCommand),
    /// Fetch what providers list and bring the catalogue up to date
    Sync(sync::Sync),
    /// Check whether streams work
    Check(check::Check),
    /// Write the library of STRM and NFO files
    Strm(strm::Strm),
}

/// Exit statuses of commands.
mod status {
    pub(super) const DONE: u8 = 0;
    pub(super) const FAILED: u8 = 1;
    pub(super) const USAGE: u8 = 2;
    /// What a sync found waits for approval.
    pub(super) const HELD: u8 = 3;
    /// Cancelled by hand, or cut short by the end of the process.
    pub(super) const CANCELLED: u8 = 4;
}

/// Parses the arguments and runs the command; the exit status is the command's own.
pub fn run() -> ExitCode {
    crate::fetch::install_tls();
    let arguments = Arguments::parse();
    let command = match arguments.command {
        Some(Command::Demo) => {
            return match demo::prepare(&arguments.flags) {
                Ok((stage, config)) => begin(OnDatabase::Demo(stage), config),
                Err(error) => fail(&error, status::USAGE),
            };
        }
        Some(Command::Match(arguments)) => return match_names::run(&arguments),
        Some(Command::StrmFrom(arguments)) => return strm_from::run(&arguments),
        None | Some(Command::Serve) => OnDatabase::Serve,
        Some(Command::User(arguments)) => OnDatabase::User(arguments),
        Some(Command::Migrate) => OnDatabase::Migrate,
        Some(Command::Backup(arguments)) => OnDatabase::Backup(arguments),
        Some(Command::Restore(arguments)) => OnDatabase::Restore(arguments),
        Some(Command::Doctor) => OnDatabase::Doctor,
        Some(Command::Provider(command)) => OnDatabase::Provider(command),
        Some(Command::Sync(arguments)) => OnDatabase::Sync(arguments),
        Some(Command::Check(arguments)) => OnDatabase::Check(arguments),
        Some(Command::Strm(arguments)) => OnDatabase::Strm(arguments),
    };
    match Config::load(&arguments.flags) {
        Ok(config) => begin(command, config),
        Err(error) => fail(&error, status::USAGE),
    }
}

fn begin(command: OnDatabase, config: Config) -> ExitCode {
    telemetry::init(command.log_filter(&config));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, status::FAILED),
    };
    runtime
        .block_on(dispatch(command, config))
        .unwrap_or_else(|error| fail(&error, status::FAILED))
}

/// The commands that need the configuration and what it names.
enum OnDatabase {
    Serve,
    Demo(demo::Stage),
    User(user::Arguments),
    Migrate,
    Backup(backup::BackupFile),
    Restore(backup::BackupFile),
    Doctor,
    Provider(provider::ProviderCommand),
    Sync(sync::Sync),
    Check(check::Check),
    Strm(strm::Strm),
}

impl OnDatabase {
    /// A bar and the lines of a log would overwrite each other, and bury the password of a demo: beside these only what is
    /// wrong is logged.
    fn log_filter<'a>(&self, config: &'a Config) -> &'a str {
        let shows_bar =
            matches!(self, Self::Sync(_) | Self::Check(_) | Self::Strm(_)) && std::io::stderr().is_terminal();
        match config.log.filter.as_str() {
            "info" if shows_bar || matches!(self, Self::Demo(_)) => "warn",
            filter => filter,
        }
    }
}

async fn dispatch(command: OnDatabase, config: Config) -> Result<ExitCode, StartError> {
    match command {
        OnDatabase::Serve => serve::run(config).await,
        OnDatabase::Demo(stage) => demo::run(stage, config).await,
        OnDatabase::User(arguments) => user::run(arguments, config).await,
        OnDatabase::Migrate => migrate::run(config).await,
        OnDatabase::Backup(arguments) => backup::write(arguments, config).await,
        OnDatabase::Restore(arguments) => backup::restore(arguments, config).await,
        OnDatabase::Doctor => doctor::run(config).await,
        OnDatabase::Provider(command) => provider::run(command, config).await,
        OnDatabase::Sync(arguments) => sync::run(arguments, config).await,
        OnDatabase::Check(arguments) => check::run(arguments, config).await,
        OnDatabase::Strm(arguments) => strm::run(arguments, config).await,
    }
}

/// Prints a result. A reader that has gone away wants no more of it.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// To standard error: what is no result.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn fail(error: &dyn std::error::Error, status: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{error}");
    ExitCode::from(status)
}
