//! Plays as the relay sees them.

use std::collections::HashSet;

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::content::Content;
use crate::features::history::showing::{Earlier, Row, Segment, Shown, Totals, Unwritten};
use crate::features::providers::Offer;
use crate::support::ids::PlayId;

/// A play with its row and those of its segments.
pub struct Written {
    pub play: Unwritten,
    pub row: Row,
    pub segments: Vec<i64>,
}

/// The last play of the same thing to the same player that nobody has running, if its last sign of life is not before
/// `since_ms`.
pub async fn earlier(
    tx: &mut Tx,
    shown: &Shown,
    content: Content,
    since_ms: i64,
) -> Result<Option<Earlier>, DbError> {
    type Found = (PlayId, i64, Option<i64>, Option<i64>, i64, Option<i64>, i64, i64);
    let found: Option<Found> = tx
        .optional(
            "select h.id, h.last_report_at, h.position_bytes, h.duration_seconds, h.bytes, h.startup_ms, h.stalls, h.switches
             from viewing_history h
             where h.credential_id = $1 and h.last_report_at >= $2 and h.measurement = $3 and h.kind = $4
                 and coalesce(h.channel_id, h.vod_movie_id, h.vod_series_id, h.vod_episode_id) = $5
                 and coalesce(h.device, '') = $6
                 and not exists (select 1 from live_plays l where l.play_id = h.id)
             order by h.last_report_at desc, h.id desc limit 1",
            args![
                shown.watcher.credential,
                since_ms,
                shown.measurement.as_str(),
                content.kind(),
                content.id(),
                shown.watcher.device.clone().unwrap_or_default()
            ],
        )
        .await?;
    Ok(found.map(
        |(id, last_at, position_bytes, seconds, bytes, startup_ms, stalls, switches)| Earlier {
            row: Row {
                id,
                watched_ms: seconds.unwrap_or_default() * 1_000,
                totals: Totals {
                    bytes: u64::try_from(bytes).unwrap_or_default(),
                    startup_ms,
                    stalls,
                    switches,
                },
            },
            last_at,
            position_bytes: position_bytes.and_then(|at| u64::try_from(at).ok()),
        },
    ))
}

/// Writes a new play; the rest of it is for [`update`].
pub async fn insert(
    tx: &mut Tx,
    shown: &Shown,
    content: Content,
    title: &str,
    started_at: i64,
) -> Result<PlayId, DbError> {
    let of = |kind: &str| (content.kind() == kind).then_some(content.id());
    // Who or what is gone by now is left out: one play must not keep the others from being written.
    let (id,): (PlayId,) = tx
        .one(
            "insert into viewing_history (user_id, credential_id, kind, channel_id, vod_movie_id, vod_episode_id, title,
                 device, measurement, started_at, last_report_at, duration_seconds, completed)
             values ((select id from users where id = $1), (select id from output_credentials where id = $2), $3,
                 (select id from channels where id = $4), (select id from vod_movies where id = $5),
                 (select id from vod_episodes where id = $6), $7, $8, $9, $10, $10, 0, false)
             returning id",
            args![
                shown.watcher.user,
                shown.watcher.credential,
                content.kind(),
                of("channel"),
                of("movie"),
                of("episode"),
                title,
                shown.watcher.device.clone(),
                shown.measurement.as_str(),
                started_at
            ],
        )
        .await?;
    Ok(id)
}

/// Those of these plays that are still there.
pub async fn kept(tx: &mut Tx, plays: Vec<PlayId>) -> Result<HashSet<PlayId>, DbError> {
    let rows: Vec<(PlayId,)> = tx
        .all_in(
            "select id from viewing_history where id in",
            plays.into_iter().map(Value::from),
            "",
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes up an earlier play, unless another node has just done so.
pub async fn claim(tx: &mut Tx, play: PlayId, node: &str, now_ms: i64) -> Result<bool, DbError> {
    let claimed = tx
        .execute(
            "insert into live_plays (play_id, node, seen_at, kbps, behind_bytes, stop_wanted)
             values ($1, $2, $3, 0, 0, false) on conflict (play_id) do nothing",
            args![play, node, now_ms],
        )
        .await?;
    Ok(claimed > 0)
}

/// What is known of plays now.
pub async fn update(tx: &mut Tx, plays: &[Written], url_key: &str) -> Result<(), DbError> {
    let mut values: Vec<Value> = Vec::new();
    for Written { play, row, .. } in plays {
        let origin = play.segments.last().map(|segment| segment.origin);
        let (stream, version) = parts(origin.map(|origin| origin.offer));
        let totals = play.totals(row);
        values.extend(args![
            row.id,
            play.last_at,
            play.ended_at,
            play.watched_ms(row) / 1_000,
            int(totals.bytes),
            totals.startup_ms,
            totals.stalls,
            totals.switches,
            play.position_bytes.map(int),
            origin.map(|origin| origin.provider.0),
            stream,
            version,
            origin.and_then(|origin| origin.url_hash),
            url_key
        ]);
    }
    // What a stream was is kept where nothing new is known of it.
    tx.insert_many(
        "with v (id, last_at, ended_at, seconds, bytes, startup_ms, stalls, switches, position, provider_id, stream_id,
             version_id, url_hash, url_key) as (",
        14,
        values,
        ") update viewing_history set last_report_at = v.last_at, ended_at = v.ended_at, duration_seconds = v.seconds,
             bytes = v.bytes, startup_ms = v.startup_ms, stalls = v.stalls, switches = v.switches,
             position_bytes = coalesce(v.position, position_bytes),
             provider_id = coalesce(v.provider_id, viewing_history.provider_id),
             stream_id = case when v.provider_id is null then viewing_history.stream_id else v.stream_id end,
             version_id = case when v.provider_id is null then viewing_history.version_id else v.version_id end,
             url_hash = coalesce(v.url_hash, viewing_history.url_hash), url_key = v.url_key
         from v where viewing_history.id = v.id",
    )
    .await?;
    Ok(())
}

/// Writes a segment of a play that has no row yet.
pub async fn insert_segment(tx: &mut Tx, play: PlayId, segment: &Segment) -> Result<i64, DbError> {
    let (stream, version) = parts(Some(segment.origin.offer));
    let (id,): (i64,) = tx
        .one(
            "insert into play_segments (play_id, provider_id, stream_id, version_id, started_at, last_at, watched_ms, bytes,
                 startup_ms, stalls, has_failed)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
            args![
                play,
                segment.origin.provider,
                stream,
                version,
                segment.watched.started_at,
                segment.watched.last_at,
                segment.watched.watched_ms,
                int(segment.bytes),
                segment.startup_ms,
                segment.stalls,
                segment.has_failed
            ],
        )
        .await?;
    Ok(id)
}

/// What is known of segments now.
pub async fn update_segments(tx: &mut Tx, plays: &[Written]) -> Result<(), DbError> {
    let segments = plays.iter().flat_map(|written| &written.play.segments);
    let values = segments
        .filter(|segment| segment.row.is_some())
        .flat_map(|segment| {
            args![
                segment.row,
                segment.watched.last_at,
                segment.watched.watched_ms,
                int(segment.bytes),
                segment.stalls,
                segment.has_failed
            ]
        });
    tx.insert_many(
        "with v (id, last_at, watched_ms, bytes, stalls, has_failed) as (",
        6,
        values.collect(),
        ") update play_segments set last_at = v.last_at, watched_ms = v.watched_ms, bytes = v.bytes, stalls = v.stalls,
             has_failed = v.has_failed
         from v where play_segments.id = v.id",
    )
    .await?;
    Ok(())
}

/// Confirms that plays run on a node.
pub async fn confirm(tx: &mut Tx, plays: &[Written], node: &str, now_ms: i64) -> Result<(), DbError> {
    let running = plays.iter().filter(|written| written.play.ended_at.is_none());
    let values = running.flat_map(|Written { play, row, .. }| {
        args![row.id, node, now_ms, play.kbps, int(play.behind_bytes), false]
    });
    tx.insert_many(
        "insert into live_plays (play_id, node, seen_at, kbps, behind_bytes, stop_wanted)",
        6,
        values.collect(),
        "on conflict (play_id) do update set node = excluded.node, seen_at = excluded.seen_at, kbps = excluded.kbps,
             behind_bytes = excluded.behind_bytes",
    )
    .await?;
    Ok(())
}

/// Notes that those of them that have ended run no more.
pub async fn remove_ended(tx: &mut Tx, plays: &[Written]) -> Result<(), DbError> {
    let ended = plays.iter().filter(|written| written.play.ended_at.is_some());
    let ids: Vec<Value> = ended.map(|written| written.row.id.into()).collect();
    tx.update_in("delete from live_plays where play_id in", ids).await
}

/// Forgets that plays run on nodes that died: they confirmed none since `before_ms`.
pub async fn remove_silent(tx: &mut Tx, before_ms: i64) -> Result<(), DbError> {
    tx.execute("delete from live_plays where seen_at < $1", args![before_ms])
        .await?;
    Ok(())
}

/// Ends the plays that run nowhere: their evidence stopped before `before_ms`.
pub async fn end_silent(tx: &mut Tx, before_ms: i64, interval_ms: i64) -> Result<u64, DbError> {
    tx.execute(
        "update viewing_history set ended_at = last_report_at + $2,
             duration_seconds = coalesce(duration_seconds, 0) + $2 / 1000
         where ended_at is null and measurement in ('metered', 'manifest') and last_report_at < $1
             and not exists (select 1 from live_plays l where l.play_id = viewing_history.id)",
        args![before_ms, interval_ms],
    )
    .await
}

/// The plays of a node that somebody wants to stop.
pub async fn stop_wanted(tx: &mut Tx, node: &str) -> Result<Vec<PlayId>, DbError> {
    let rows: Vec<(PlayId,)> = tx
        .all(
            "select play_id from live_plays where node = $1 and stop_wanted",
            args![node],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

fn parts(offer: Option<Offer>) -> (Option<i64>, Option<i64>) {
    match offer {
        Some(Offer::Stream(id)) => (Some(id.0), None),
        Some(Offer::Version(id)) => (None, Some(id.0)),
        None => (None, None),
    }
}

fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
