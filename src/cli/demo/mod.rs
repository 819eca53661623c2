//! `demo`: the product with two pretended subscriptions in a folder that is thrown away, so that all of it can be seen.

mod life;
mod viewers;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::{fail, say, status};
use crate::app::{App, Server, StartError, shutdown};
use crate::config::{Config, ConfigError, Flags};
use crate::ctx::Ctx;
use crate::features::accounts::{first_start, password};
use crate::features::audit::Actor;
use crate::features::outputs::library;
use crate::features::sync::{self, Started};
use crate::features::{providers, settings};
use crate::jobs::kinds;
use crate::simulator::Simulator;
use crate::simulator::panel::{Account, Catalogue, Panel};
use crate::support::ids::{JobId, ProviderId};
use crate::support::network::own_address;
use viewers::Viewers;

/// What the demo keeps while it runs.
pub(crate) struct Stage {
    /// Thrown away with everything in it.
    folder: TempDir,
    password: SecretString,
}

/// Why the demo did not begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum DemoError {
    #[error("The demo needs a folder for temporary files: {0}.")]
    Folder(std::io::Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("The pretended provider cannot be started: {0}.")]
    Provider(std::io::Error),
    #[error("The demo could not be filled: {0}.")]
    Life(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Start(#[from] StartError),
}

/// A folder of its own, and a configuration that touches nothing outside it: only where to listen and how to log is as given.
pub(super) fn prepare(flags: &Flags) -> Result<(Stage, Config), DemoError> {
    let folder = tempfile::Builder::new()
        .prefix("m3u-strm-demo-")
        .tempdir()
        .map_err(DemoError::Folder)?;
    let password = password::random();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let database = format!("sqlite:{}", at("demo.db"));
    let values = [
        ("data_dir", folder.path().display().to_string()),
        ("database_url", database),
        ("output_dir", at("output")),
        ("secret_key_file", at("secret.key")),
        ("admin_password", password.expose_secret().to_owned()),
        ("allow_private_networks", "127.0.0.0/8".to_owned()),
    ];
    let config = Config::load(&flags.clone().with(values))?;
    Ok((Stage { folder, password }, config))
}

/// Serves the demo until the process is asked to end, which it may be while it is still being filled.
pub(super) async fn run(stage: Stage, config: Config) -> Result<ExitCode, StartError> {
    let mut end = shutdown::Wish::listen().map_err(StartError::Signals)?;
    let (simulator, server) = match open(config).await {
        Ok(open) => open,
        Err(DemoError::Start(error)) => return Err(error),
        Err(error) => return Ok(fail(&error, status::FAILED)),
    };
    let filled = tokio::select! {
        () = end.come() => None,
        filled = fill(&server, &simulator) => Some(filled),
    };
    let ended = match filled {
        Some(Ok(viewers)) => {
            say(&announcement(&stage, &server));
            end.come().await;
            drop(viewers);
            ExitCode::SUCCESS
        }
        Some(Err(error)) => fail(&error, status::FAILED),
        None => ExitCode::SUCCESS,
    };
    server.stop().await;
    drop(simulator);
    leave(stage.folder);
    Ok(ended)
}

async fn open(config: Config) -> Result<(Simulator, Server), DemoError> {
    let simulator = Simulator::start().await.map_err(DemoError::Provider)?;
    let server = Server::start(App::build(config).await?).await?;
    Ok((simulator, server))
}

/// Two subscriptions that offer much the same in different words, their first sync, its library, some people's evenings, and who
/// watches now.
async fn fill(server: &Server, simulator: &Simulator) -> Result<Viewers, DemoError> {
    let ctx = &server.app().ctx;
    let panel = Panel::new();
    let day = 86_400;
    let now = ctx.clock.now_ms() / 1000;
    for (name, days, catalogue) in [
        ("north", 200, Catalogue::plain()),
        ("south", 12, Catalogue::decorated()),
    ] {
        let account = Account::new(name, PASSWORD)
            .connections(3)
            .until(now + days * day);
        panel.open(account, catalogue);
    }
    simulator.put_panel(&panel);
    subscribe(ctx, simulator).await.map_err(DemoError::Life)?;
    write_library(server).await.map_err(DemoError::Life)?;
    life::live(ctx).await.map_err(DemoError::Life)?;
    viewers::begin(server).await.map_err(DemoError::Life)
}

/// Of the pretended accounts; it opens nothing but them.
const PASSWORD: &str = "demo-line-1";

type Error = Box<dyn std::error::Error + Send + Sync>;

async fn subscribe(ctx: &Ctx, simulator: &Simulator) -> Result<(), Error> {
    let mut syncs: Vec<(ProviderId, JobId)> = Vec::new();
    for (name, account, priority) in [("Northern Line", "north", 10), ("Southern Line", "south", 20)] {
        let sent = provider(simulator, name, account, priority);
        let sent = sent.as_object().cloned().unwrap_or_default();
        let id = providers::create(ctx, &Actor::System, &sent, None).await?;
        let (Started::New(job) | Started::Running(job)) = sync::start(ctx, id, &Actor::System, false).await?;
        syncs.push((id, job));
    }
    for (_, job) in &syncs {
        ctx.jobs.follow(*job, |_| {}).await?;
    }
    for (provider, _) in syncs {
        let key = providers::sync_key(provider);
        if let Some(episodes) = ctx.jobs.active(kinds::SERIES_DETAILS, &key).await? {
            ctx.jobs.follow(episodes, |_| {}).await?;
        }
    }
    Ok(())
}

/// Where a server that listens at `listen` is reached: for all addresses stands the one that others see, if there is one.
fn reached(listen: SocketAddr) -> SocketAddr {
    if !listen.ip().is_unspecified() {
        return listen;
    }
    // To an address of documentation, which nobody has.
    let own = own_address(Ipv4Addr::new(192, 0, 2, 1).into()).filter(|own| !own.is_unspecified());
    SocketAddr::new(own.unwrap_or(Ipv4Addr::LOCALHOST.into()), listen.port())
}

async fn write_library(server: &Server) -> Result<(), Error> {
    let ctx = &server.app().ctx;
    if settings::load(ctx).await?.public_url.is_none() {
        let url = Map::from_iter([(
            "public_url".to_owned(),
            json!(format!("http://{}", reached(server.address))),
        )]);
        settings::set(ctx, &Actor::System, &url).await?;
    }
    let job = library::start(ctx, &Actor::System).await?;
    ctx.jobs.follow(job.id(), |_| {}).await?;
    Ok(())
}

fn provider(simulator: &Simulator, name: &str, account: &str, priority: i64) -> Value {
    json!({
        "name": name,
        "type": "xtream",
        "xstream_host": simulator.url(""),
        "xstream_username": account,
        "xstream_password": PASSWORD,
        "priority": priority,
        "max_connections": 3,
    })
}

fn announcement(stage: &Stage, server: &Server) -> String {
    format!(
        "\n  The demo is at http://{}\n\n    user name  {}\n    password   {}\n\n  \
         Everything in it is made up. It ends with Ctrl+C, and its folder goes with it.\n",
        reached(server.address),
        first_start::USERNAME,
        stage.password.expose_secret()
    )
}

/// Removes the folder; what cannot be removed is said.
fn leave(folder: TempDir) {
    let path = folder.path().to_owned();
    if let Err(error) = folder.close() {
        super::complain(&left(&path, &error));
    }
}

fn left(path: &Path, error: &std::io::Error) -> String {
    format!("The folder {} cannot be removed: {error}.", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_for_all_addresses_is_named_by_one_that_can_be_reached() {
        for listen in ["0.0.0.0:8080", "[::]:8080"] {
            let address = reached(listen.parse().unwrap());
            assert!(
                !address.ip().is_unspecified() && address.port() == 8080,
                "{address}"
            );
        }
        let own: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        assert_eq!(reached(own), own);
    }
}
