//! What runs now, on whichever node.

use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::features::history::live::LivePlay;
use crate::support::ids::PlayId;

/// More viewers at once are not listed.
const LISTED: i64 = 1_000;

/// The plays that a node confirmed at `since_ms` or later and nobody wants to stop, those that began last first.
pub async fn list(db: &Db, since_ms: i64) -> Result<Vec<LivePlay>, DbError> {
    db.all(
        "select h.id, h.kind, coalesce(h.channel_id, h.vod_movie_id, h.vod_episode_id), h.title, u.username, c.name,
             h.device, h.measurement, h.provider_id, p.name, h.stream_id, s.original_name, h.started_at, h.bytes, h.stalls,
             h.switches, l.seen_at, l.kbps, l.behind_bytes
         from live_plays l join viewing_history h on h.id = l.play_id
             left join users u on u.id = h.user_id
             left join output_credentials c on c.id = h.credential_id
             left join providers p on p.id = h.provider_id
             left join channel_streams s on s.id = h.stream_id
         where l.seen_at >= $1 and not l.stop_wanted order by h.started_at desc, h.id desc limit $2",
        args![since_ms, LISTED],
    )
    .await
}

/// What is shown and to whom, of a play that runs; `None` if it does not.
pub async fn find(tx: &mut Tx, play: PlayId) -> Result<Option<(String, Option<String>)>, DbError> {
    tx.optional(
        "select h.title, u.username from live_plays l join viewing_history h on h.id = l.play_id
             left join users u on u.id = h.user_id
         where l.play_id = $1",
        args![play],
    )
    .await
}

/// Asks the node that has a play to stop it.
pub async fn want_stop(tx: &mut Tx, play: PlayId) -> Result<(), DbError> {
    tx.execute(
        "update live_plays set stop_wanted = true where play_id = $1",
        args![play],
    )
    .await?;
    Ok(())
}
