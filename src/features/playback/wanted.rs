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
}

impl Wanted {
    /// Something in its best picture.
    pub fn best(content: Content) -> Self {
        Self {
            content,
            wish: Wish::default(),
        }
    }

    /// The ways to play it now, in the order they are tried; a series has none.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn sources(&self, ctx: &Ctx) -> Result<Sources, DbError> {
        match self.content {
            Content::Channel(id) => Ok(self.wish.order(Sources::of_channel(ctx, id).await?)),
            Content::Movie(id) => Sources::of_movie(ctx, id).await,
            Content::Episode(id) => Sources::of_episode(ctx, id).await,
            Content::Series(_) => Ok(Sources::none(ctx)),
        }
    }
}
