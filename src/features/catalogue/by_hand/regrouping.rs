//! What splits, merges and their taking back have in common.

use std::collections::HashSet;
use std::pin::Pin;

use super::Error;
use crate::args;
use crate::ctx::Ctx;
use crate::db::{DbError, Tx, Value};
use crate::events::Event;
use crate::features::audit::Actor;
use crate::features::catalogue::apply::{self, ChannelMoved};
use crate::features::catalogue::store::channels::{self, ChannelRow};
use crate::features::catalogue::store::decisions::{self, NewDecision};
use crate::features::catalogue::store::state;
use crate::features::catalogue::{detail, favourites};
use crate::features::settings;
use crate::support::ids::{ChannelId, StreamId};

/// What owners of references to channels do when channels were left empty, in the same transaction.
pub type Follow = for<'a> fn(
    &'a mut Tx,
    &'a [ChannelMoved],
) -> Pin<Box<dyn Future<Output = Result<(), DbError>> + Send + 'a>>;

/// A change of which streams are together, within the catalogue's lock.
pub(in crate::features::catalogue) struct Regrouping {
    pub tx: Tx,
    pub now_ms: i64,
    pub next: state::Next,
    pub fuzzy_threshold: u8,
}

/// Streams as a decision sees them.
pub(super) struct Placing {
    pub channel: ChannelId,
    pub was_in: ChannelId,
    pub moved: bool,
}

impl Regrouping {
    pub(in crate::features::catalogue) async fn begin(ctx: &Ctx) -> Result<Self, Error> {
        let fuzzy_threshold = settings::load(ctx).await?.fuzzy_match_threshold;
        let now_ms = ctx.clock.now_ms();
        let mut tx = ctx.db.begin().await?;
        let next = state::lock(&mut tx, now_ms).await?;
        Ok(Self {
            tx,
            now_ms,
            next,
            fuzzy_threshold,
        })
    }

    /// The channel that `id` leads to.
    pub(super) async fn resolve(&mut self, id: ChannelId) -> Result<ChannelId, Error> {
        let found = detail::resolve_in(&mut self.tx, id).await?;
        found.ok_or(Error::UnknownChannel)
    }

    pub(super) async fn row(&mut self, channel: ChannelId) -> Result<ChannelRow, Error> {
        let found = channels::find(&mut self.tx, channel.0).await?;
        found.ok_or(Error::UnknownChannel)
    }

    /// Writes a decision down with what it says of streams.
    pub(super) async fn decide(
        &mut self,
        actor: &Actor,
        kind: &'static str,
        (kept, kept_name): (ChannelId, &str),
        (other, other_name): (ChannelId, &str),
        placed: impl IntoIterator<Item = (apply::Named, Placing)>,
    ) -> Result<(), Error> {
        let decision = NewDecision {
            kind,
            kept,
            other,
            kept_name,
            other_name,
            user: actor.user_id(),
            actor: actor.name(),
            at_ms: self.now_ms,
        };
        let id = decisions::insert(&mut self.tx, decision).await?;
        let values: Vec<Value> = placed
            .into_iter()
            .flat_map(|(stream, place)| {
                args![
                    stream.id,
                    id,
                    place.channel,
                    place.was_in,
                    place.moved,
                    stream.name
                ]
            })
            .collect();
        decisions::insert_streams(&mut self.tx, values).await?;
        Ok(())
    }

    /// The streams of a channel that stay in it, as a decision says of them; those that an earlier one moved there stay
    /// moved.
    pub(super) async fn staying(
        &mut self,
        channel: ChannelId,
        leaving: &HashSet<StreamId>,
    ) -> Result<Vec<(apply::Named, Placing)>, Error> {
        let moved = apply::moved_into(&mut self.tx, channel).await?;
        let streams = apply::streams_of(&mut self.tx, channel).await?;
        let staying = streams
            .into_iter()
            .filter(|stream| !leaving.contains(&stream.id) && !moved.contains(&stream.id));
        Ok(staying
            .map(|stream| {
                let placing = Placing {
                    channel,
                    was_in: channel,
                    moved: false,
                };
                (stream, placing)
            })
            .collect())
    }

    /// Groups the streams of these channels anew.
    pub(super) async fn regroup(&mut self, channels: &[ChannelId]) -> Result<Vec<ChannelMoved>, Error> {
        let (threshold, now) = (self.fuzzy_threshold, self.now_ms);
        Ok(apply::regroup(&mut self.tx, channels, threshold, now, &mut self.next).await?)
    }

    /// Lets favourites and plays follow, and makes it last.
    pub(in crate::features::catalogue) async fn finish(
        mut self,
        ctx: &Ctx,
        moved: &[ChannelMoved],
        follow: Follow,
    ) -> Result<(), Error> {
        for channel in moved {
            favourites::move_channel(&mut self.tx, channel.from, channel.to).await?;
        }
        follow(&mut self.tx, moved).await?;
        state::keep(&mut self.tx, self.next).await?;
        self.tx.commit().await?;
        ctx.events.publish(Event::CatalogueChanged);
        Ok(())
    }
}
