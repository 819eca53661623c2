//! `provider add`, `provider list`: providers without a browser.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{fail, say, secret, status};
use crate::app::{App, StartError};
use crate::config::Config;
use crate::features::audit::Actor;
use crate::features::providers::{self, Error, Provider, store};
use crate::support::paging::{MAX_LIMIT, Slice};

/// Add and list providers.
#[derive(Debug, Args)]
pub(super) struct ProviderCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a provider, a playlist or an Xtream Codes account; `sync --provider NAME` then fetches it. The password of an
    /// account comes from STRM_XTREAM_PASSWORD, or is asked for
    Add(Add),
    /// List the providers, those preferred first
    List,
}

#[derive(Debug, Args)]
struct Add {
    /// What it is called here, 1 to 100 characters
    name: String,
    /// The address of its playlist, with user name and password if it has them
    #[arg(
        long,
        value_name = "URL",
        required_unless_present = "xtream_host",
        conflicts_with = "xtream_host"
    )]
    m3u_url: Option<String>,
    /// An address to try when the first fails; may be repeated
    #[arg(long, value_name = "URL", requires = "m3u_url")]
    backup_url: Vec<String>,
    /// The address of a panel, with its port
    #[arg(long, value_name = "URL", requires = "xtream_username")]
    xtream_host: Option<String>,
    /// The user name of the account
    #[arg(long, value_name = "NAME", requires = "xtream_host")]
    xtream_username: Option<String>,
    /// A further address of the panel; may be repeated
    #[arg(long, value_name = "URL", requires = "xtream_host")]
    xtream_backup_host: Vec<String>,
}

/// The variable that gives an account's password where nobody types one.
const PASSWORD: &str = "STRM_XTREAM_PASSWORD";

impl Add {
    fn sent(self) -> Map<String, Value> {
        let sent = match self.xtream_host {
            None => {
                json!({ "name": self.name, "type": "m3u", "m3u_url": self.m3u_url, "backup_urls": self.backup_url })
            }
            Some(host) => {
                let question = format!(
                    "Password of {}",
                    self.xtream_username.as_deref().unwrap_or_default()
                );
                let password = std::env::var(PASSWORD).unwrap_or_else(|_| secret::typed(&question));
                json!({ "name": self.name, "type": "xstream", "xstream_host": host,
                    "xstream_username": self.xtream_username, "xstream_password": password,
                    "backup_hosts": self.xtream_backup_host })
            }
        };
        sent.as_object().cloned().unwrap_or_default()
    }
}

pub(super) async fn run(command: ProviderCommand, config: Config) -> Result<ExitCode, StartError> {
    let app = App::build(config).await?;
    let done = match command.action {
        Action::Add(arguments) => add(&app, arguments).await,
        Action::List => list(&app).await,
    };
    app.ctx.db.close().await;
    Ok(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ Error::Invalid(_)) => fail(&error, status::USAGE),
        Err(error) => fail(&error, status::FAILED),
    })
}

async fn add(app: &App, arguments: Add) -> Result<(), Error> {
    let name = arguments.name.trim().to_owned();
    let id = providers::create(&app.ctx, &Actor::Terminal, &arguments.sent(), None).await?;
    say(&format!(
        "Added provider {id}, {name}. Fetch it with: sync --provider {name:?}"
    ));
    Ok(())
}

async fn list(app: &App) -> Result<(), Error> {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    let mut slice = Slice {
        skip: 0,
        limit: MAX_LIMIT,
    };
    loop {
        let page = store::list(&app.ctx.db, slice).await?;
        rows.extend(page.items.iter().map(row));
        slice.skip += i64::from(slice.limit);
        if slice.skip >= page.total {
            break;
        }
    }
    say(&aligned(&rows));
    Ok(())
}

const COLUMNS: usize = 7;
const HEADINGS: [&str; COLUMNS] = ["ID", "STATUS", "CHANNELS", "FILMS", "SERIES", "LAST SYNC", "NAME"];

fn row(provider: &Provider) -> [String; COLUMNS] {
    let last = provider
        .last_sync
        .and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    [
        provider.id.to_string(),
        provider.status().as_str().to_owned(),
        provider.total_channels.to_string(),
        provider.total_vod_movies.to_string(),
        provider.total_vod_series.to_string(),
        last.map_or_else(|| "never".to_owned(), |at| format!("{at:.0}")),
        provider.name.clone(),
    ]
}

/// Columns two spaces apart; the last one, the name, as long as it is.
fn aligned(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS - 1).map(width).collect();
    let line = |row: &[String; COLUMNS]| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("{}  {}", cells.join("  "), row[COLUMNS - 1])
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |first: &str, last: &str| {
            let mut row = HEADINGS.map(|_| "x".to_owned());
            row[0] = first.to_owned();
            row[COLUMNS - 1] = last.to_owned();
            row
        };
        let text = aligned(&[row("1", "Long name"), row("1234", "n")]);
        assert_eq!(text, "1     x  x  x  x  x  Long name\n1234  x  x  x  x  x  n");
    }
}
