//! A sync of an Xtream Codes panel. Its three lists are read one after the other into one staging. A list that cannot be
//! had whole is read category by category; what cannot be read so either is *unknown*: what is stored of it stays as it is, and
//! the run says so. Episodes are no part of the lists: they
//! stay while their series is listed, and [`details`] reads those of new and changed series afterwards.
//! What a panel knows of each film by itself is asked for by [`films`], a few an hour.

mod desk;
pub(super) mod details;
mod facts;
pub(super) mod films;
mod lists;
mod news;
mod parts;
mod retitled;
mod series;

use crate::ctx::Ctx;
use crate::features::catalogue::entry::EntryKind;
use crate::features::providers::xtream::ListKind;
use crate::features::providers::{Provider, Secrets};
use crate::features::settings::Settings;
use crate::jobs::JobRun;
use crate::support::ids::ProviderId;
use crate::support::keyed_hash::KeyedHash;

use super::Error;
use super::found::Found;

pub(super) use news::News;

/// Fetches, reads and stages what a panel lists.
pub(super) async fn find(
    ctx: &Ctx,
    job: &JobRun,
    provider: &Provider,
    secrets: &Secrets,
    settings: &Settings,
) -> Result<Found, Error> {
    let until = tokio::time::Instant::now() + settings.sync_timeout;
    let asked = lists::Asked {
        ctx,
        job,
        provider,
        secrets,
        max_bytes: settings.playlist_max_bytes,
        until,
    };
    let seconds = settings.sync_timeout.as_secs();
    tokio::time::timeout_at(until, lists::lists(&asked))
        .await
        .map_err(|_| Error::TimedOut(seconds))?
}

/// The kind of entries that a list is of. Episodes stand for series, which have no entries of their own.
fn entries_of(list: ListKind) -> EntryKind {
    match list {
        ListKind::Live => EntryKind::Live,
        ListKind::Films => EntryKind::Movie,
        ListKind::Series => EntryKind::Episode,
    }
}

/// The key that a series' episodes are listed under; never 0.
fn series_key(hash: &KeyedHash, provider: ProviderId, series: i64) -> i64 {
    match hash
        .start()
        .text("series")
        .number(provider.0)
        .number(series)
        .finish()
    {
        0 => 1,
        key => key,
    }
}
