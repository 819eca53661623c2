//! The command line: one file a command. Results go to standard output, logs to standard error.

mod match_names;
mod migrate;
mod provider;
mod serve;
mod strm_from;
mod user;

use std::io::Write;
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
    /// Cluster the names of a table and say why
    Match(match_names::MatchNames),
    /// Add, change and list users
    User(user::Arguments),
    /// Bring the database up to date
    Migrate,
    /// Turn a playlist into STRM files, without server and database
    StrmFrom(strm_from::StrmFrom),
    /// Add and list providers
    Provider(provider::ProviderCommand),
}

/// Exit statuses of commands, besides 0 for done.
mod status {
    pub(super) const FAILED: u8 = 1;
    pub(super) const USAGE: u8 = 2;
}

/// Parses the arguments and runs the command; the exit status is the command's own.
pub fn run() -> ExitCode {
    crate::fetch::install_tls();
    let arguments = Arguments::parse();
    let command = match arguments.command {
        Some(Command::Match(arguments)) => return match_names::run(&arguments),
        Some(Command::StrmFrom(arguments)) => return strm_from::run(&arguments),
        None | Some(Command::Serve) => OnDatabase::Serve,
        Some(Command::User(arguments)) => OnDatabase::User(arguments),
        Some(Command::Migrate) => OnDatabase::Migrate,
        Some(Command::Provider(command)) => OnDatabase::Provider(command),
    };
    let config = match Config::load(&arguments.flags) {
        Ok(config) => config,
        Err(error) => return fail(&error, status::USAGE),
    };
    telemetry::init(&config.log.filter);
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
    User(user::Arguments),
    Migrate,
    Provider(provider::ProviderCommand),
}

async fn dispatch(command: OnDatabase, config: Config) -> Result<ExitCode, StartError> {
    match command {
        OnDatabase::Serve => serve::run(config).await,
        OnDatabase::User(arguments) => user::run(arguments, config).await,
        OnDatabase::Migrate => migrate::run(config).await,
        OnDatabase::Provider(command) => provider::run(command, config).await,
    }
}

/// Prints a result. A reader that has gone away wants no more of it.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn fail(error: &dyn std::error::Error, status: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{error}");
    ExitCode::from(status)
}
