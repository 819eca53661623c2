//! What a person marked to find again.

mod store;

pub use store::{count, find_id, marked, move_channel, move_title, remove};

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::support::ids::{FavouriteId, UserId};

use super::content::{self, Content};

/// Why something was not marked.
#[derive(Debug, thiserror::Error)]
pub enum FavouriteError {
    #[error("there is no such channel, film or series")]
    UnknownContent,
    #[error("this is a favourite already")]
    AlreadyMarked,
    #[error("an episode cannot be a favourite; its series can")]
    NotMarkable,
    #[error("there is no such favourite")]
    UnknownFavourite,
    #[error(transparent)]
    Db(#[from] DbError),
}

crate::record! {
    /// One mark of one person.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Favourite {
        pub id: FavouriteId,
        /// `channel`, `movie` or `series`.
        pub kind: String,
        pub content_id: i64,
        pub title: String,
        /// Where its logo or poster comes from; read with lists only.
        pub picture_url: Option<String>,
        /// Milliseconds since the epoch, UTC.
        pub created_at: i64,
    }
}

/// Marks `content` for `user`.
///
/// # Errors
/// [`FavouriteError::UnknownContent`], [`FavouriteError::AlreadyMarked`], [`FavouriteError::NotMarkable`] for an episode.
pub async fn mark(ctx: &Ctx, user: UserId, content: Content) -> Result<Favourite, FavouriteError> {
    if matches!(content, Content::Episode(_)) {
        return Err(FavouriteError::NotMarkable);
    }
    let title = content::title(&ctx.db, content)
        .await?
        .ok_or(FavouriteError::UnknownContent)?;
    let created_at = ctx.clock.now_ms();
    let id = store::insert(&ctx.db, user, content, created_at)
        .await
        .map_err(|error| match error {
            DbError::Unique { .. } => FavouriteError::AlreadyMarked,
            DbError::ForeignKey => FavouriteError::UnknownContent,
            other => other.into(),
        })?;
    Ok(Favourite {
        id,
        kind: content.kind().to_owned(),
        content_id: content.id(),
        title,
        picture_url: None,
        created_at,
    })
}

/// The person's marks, newest first, with their number.
pub async fn list(
    ctx: &Ctx,
    user: UserId,
    skip: i64,
    limit: i64,
) -> Result<(Vec<Favourite>, i64), FavouriteError> {
    let total = store::count(&ctx.db, user).await?;
    Ok((store::list(&ctx.db, user, skip, limit).await?, total))
}

/// Takes one of the person's own marks away.
///
/// # Errors
/// [`FavouriteError::UnknownFavourite`] for another's or one that is gone.
pub async fn unmark(ctx: &Ctx, user: UserId, id: FavouriteId) -> Result<(), FavouriteError> {
    if remove(&ctx.db, user, id).await? {
        Ok(())
    } else {
        Err(FavouriteError::UnknownFavourite)
    }
}
