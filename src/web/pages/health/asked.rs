//! The streams that a button is about, and the page that it stands on.

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::catalogue::detail;
use crate::features::health::Target;
use crate::features::providers;
use crate::support::ids::{ChannelId, ProviderId};
use crate::web::pages::{catalogue, providers as provider_pages};

/// Which streams, and where to go back to.
pub(super) struct Asked {
    pub target: Target,
    pub back: String,
}

impl Asked {
    pub(super) fn all() -> Self {
        Self {
            target: Target::default(),
            back: super::INDEX.to_owned(),
        }
    }

    pub(super) async fn of_provider(ctx: &Ctx, id: ProviderId) -> Result<Self, Problem> {
        let id = providers::store::get(&ctx.db, id).await?.id;
        Ok(Self {
            target: Target::of_provider(id),
            back: provider_pages::path(id),
        })
    }

    /// Of the channel that `id` leads to.
    pub(super) async fn of_channel(ctx: &Ctx, id: ChannelId) -> Result<Self, Problem> {
        let found = detail::resolve(&ctx.db, id).await?;
        let id = found.ok_or_else(|| Problem::not_found("This channel"))?;
        Ok(Self {
            target: Target::of_channel(id),
            back: format!("{}/{id}#streams", catalogue::CHANNELS),
        })
    }
}
