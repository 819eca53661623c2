use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::sources::Sources;

use super::Wish;

/// What a link asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wanted {
    pub content: Content,
    pub wish: Wish,
    /// Whether it has to come as one stream of bytes, which HLS does not.
    is_unbroken: bool,
}

impl Wanted {
    /// Something in its best picture.
    pub fn best(content: Content) -> Self {
        Self::of(content, Wish::default())
    }

    /// Something, the wished picture first.
    pub fn of(content: Content, wish: Wish) -> Self {
        Self {
            content,
            wish,
            is_unbroken: false,
        }
    }

    /// For a player that takes nothing but one stream of bytes: HLS is tried last, and refused where it really is that.
    #[must_use]
    pub fn unbroken(self) -> Self {
        Self {
            is_unbroken: true,
            ..self
        }
    }

    /// Why what turns out to be HLS cannot be played, if it cannot.
    pub(super) fn refuses_hls(&self) -> Option<&'static str> {
        self.is_unbroken
            .then_some("it comes as HLS only, which this player does not take")
    }

    /// The ways to play it now, in the order they are tried; a series has none.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn sources(&self, ctx: &Ctx) -> Result<Sources, DbError> {
        match self.content {
            Content::Channel(id) => {
                let sources = self.wish.order(Sources::of_channel(ctx, id).await?);
                Ok(if self.is_unbroken {
                    sources.hls_last()
                } else {
                    sources
                })
            }
            Content::Movie(id) => Sources::of_movie(ctx, id).await,
            Content::Episode(id) => Sources::of_episode(ctx, id).await,
            Content::Series(_) => Ok(Sources::none(ctx)),
        }
    }
}
