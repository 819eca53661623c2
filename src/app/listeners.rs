//! Who hears which event: news travel upwards here and nowhere else. An event only refreshes what is shown.

use tokio::task::JoinHandle;

use crate::ctx::Ctx;
use crate::edge::Edge;
use crate::events::{Event, Heard};
use crate::features::settings;

/// Listens until the task is aborted.
pub(super) fn start(ctx: &Ctx, edge: &Edge) -> JoinHandle<()> {
    let (ctx, edge) = (ctx.clone(), edge.clone());
    let mut events = ctx.events.listen();
    tokio::spawn(async move {
        take_settings(&ctx, &edge).await;
        while let Some(heard) = events.next().await {
            match heard {
                Heard::Event(Event::SettingsChanged) | Heard::Missed => take_settings(&ctx, &edge).await,
                Heard::Event(_) => {}
            }
        }
    })
}

async fn take_settings(ctx: &Ctx, edge: &Edge) {
    match settings::load(ctx).await {
        Ok(settings) => edge.set_public_url(settings.public_url),
        Err(error) => tracing::warn!(%error, "settings could not be read"),
    }
}
