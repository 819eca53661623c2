//! Who hears which event: news travel upwards here and nowhere else. An event only refreshes what is shown.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::ctx::Ctx;
use crate::edge::limits::Rate;
use crate::edge::{Edge, principal};
use crate::events::{Event, Heard};
use crate::features::accounts::credential;
use crate::features::catalogue::browse::Lists;
use crate::features::playback::Relay;
use crate::features::settings;

/// Listens until the task is aborted.
pub(super) fn start(ctx: &Ctx, edge: &Edge, relay: &Relay, lists: Lists) -> JoinHandle<()> {
    let (ctx, edge, relay) = (ctx.clone(), edge.clone(), relay.clone());
    let mut events = ctx.events.listen();
    tokio::spawn(async move {
        renew(&lists);
        take_settings(&ctx, &edge).await;
        let mut ticks = tokio::time::interval(ACCESS_CHECKED_EVERY);
        let mut looks = tokio::time::interval(SETTINGS_READ_EVERY);
        loop {
            tokio::select! {
                _ = looks.tick() => take_settings(&ctx, &edge).await,
                _ = ticks.tick() => end_streams(&ctx, &edge, &relay).await,
                heard = events.next() => match heard {
                    None => break,
                    Some(Heard::Event(Event::SettingsChanged)) => take_settings(&ctx, &edge).await,
                    Some(Heard::Event(Event::AccessRevoked)) => end_streams(&ctx, &edge, &relay).await,
                    Some(Heard::Event(Event::CatalogueChanged)) => renew(&lists),
                    Some(Heard::Missed) => {
                        renew(&lists);
                        take_settings(&ctx, &edge).await;
                        end_streams(&ctx, &edge, &relay).await;
                    }
                    Some(Heard::Event(_)) => {}
                },
            }
        }
    })
}

/// What another node revoked is heard of only by looking.
const ACCESS_CHECKED_EVERY: Duration = Duration::from_secs(10);

/// What another node's administrator changed, likewise.
const SETTINGS_READ_EVERY: Duration = Duration::from_secs(5);

async fn end_streams(ctx: &Ctx, edge: &Edge, relay: &Relay) {
    if let Err(error) = relay.end_gone().await {
        tracing::warn!(%error, "streams that are watched could not be checked");
    }
    if let Err(error) = principal::end_streams(ctx, &edge.streams).await {
        tracing::warn!(%error, "sessions of open streams could not be checked");
    }
    for credential in relay.credentials() {
        match credential::is_live(ctx, credential).await {
            Ok(true) => {}
            Ok(false) => relay.end(credential),
            Err(error) => tracing::warn!(%error, "a player's credential could not be checked"),
        }
    }
}

/// Whoever looks at a list next finds it ready.
fn renew(lists: &Lists) {
    let lists = lists.clone();
    tokio::spawn(async move {
        if let Err(error) = lists.renew().await {
            tracing::warn!(%error, "lists could not be indexed again");
        }
    });
}

async fn take_settings(ctx: &Ctx, edge: &Edge) {
    match settings::load(ctx).await {
        Ok(settings) => {
            edge.set_public_url(settings.public_url);
            edge.set_zone(settings.zone);
            edge.limits.set(Rate {
                per_second: settings.requests_per_second,
                burst: settings.requests_burst,
            });
        }
        Err(error) => tracing::warn!(%error, "settings could not be read"),
    }
}
