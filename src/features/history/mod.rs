//! Plays: who watched what, from when to when.
//!
//! - *play*: one showing of one channel, film or episode to one viewer.
//! - *report*: a sign of life of a play; a client sends one every 15 s.
//! - *measurement*: how a play is known: `heartbeat`, a client that reports through the API; the rest is what the relay sees:
//!   `metered` by its bytes, `manifest` by the polls of an HLS player, `start_only` for a redirect.
//! - *experience*: what the plays of the last days told of a stream.
//! - *journal*: the one writer on a node, which writes what comes within a moment at once.

mod error;
pub mod experience;
mod journal;
pub mod live;
mod play;
pub mod showing;
mod store;

pub use error::HistoryError;
pub use journal::{Journal, Writing, add_past};
pub use play::{NewPlay, Play, PlayReport, Reported, list};
pub use store::{move_channel, move_title};

use std::pin::Pin;

use crate::db::{DbError, Tx};
use crate::features::catalogue::ChannelMoved;

/// Lets plays follow the streams of channels that were left empty, in the transaction that left them so.
pub fn follow<'a>(
    tx: &'a mut Tx,
    moved: &'a [ChannelMoved],
) -> Pin<Box<dyn Future<Output = Result<(), DbError>> + Send + 'a>> {
    Box::pin(async move {
        for channel in moved {
            move_channel(tx, channel.from, channel.to).await?;
        }
        Ok(())
    })
}
