//! The command line: one file a command. Results go to standard output, logs to standard error.

mod match_names;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "m3u-strm-processor", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Cluster the names of a table and say why
    Match(match_names::MatchNames),
}

/// Parses the arguments and runs the command; the exit status is the command's own.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        None => ExitCode::SUCCESS,
        Some(Command::Match(arguments)) => match_names::run(&arguments),
    }
}
