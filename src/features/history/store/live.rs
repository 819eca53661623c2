//! What runs now, on whichever node.

use crate::args;
use crate::db::{Db, DbError};
use crate::support::ids::PlayId;

/// Asks the node that has a play to stop it; whether one has it.
pub async fn want_stop(db: &Db, play: PlayId) -> Result<bool, DbError> {
    let asked = db
        .execute(
            "update live_plays set stop_wanted = true where play_id = $1",
            args![play],
        )
        .await?;
    Ok(asked > 0)
}
