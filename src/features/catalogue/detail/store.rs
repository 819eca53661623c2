use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::features::catalogue::play_order::State;
use crate::support::ids::{ChannelId, EpisodeId, MovieId, ProviderId, SeriesId, StreamId};

use super::{ChannelDetail, VersionDetail};

/// Steps from channel to taker at most; longer chains are shortened by the next merge.
const MERGES_FOLLOWED: i64 = 20;

const RESOLVE: &str = "with recursive path (id, merged_into, steps) as (
         select id, merged_into, 0 from channels where id = $1
         union all
         select c.id, c.merged_into, p.steps + 1
         from path p join channels c on c.id = p.merged_into where p.steps < $2)
     select id from path order by steps desc limit 1";

pub async fn resolve(db: &Db, id: ChannelId) -> Result<Option<ChannelId>, DbError> {
    let found: Option<(ChannelId,)> = db.optional(RESOLVE, args![id, MERGES_FOLLOWED]).await?;
    Ok(found.map(|(id,)| id))
}

pub async fn resolve_in(tx: &mut Tx, id: ChannelId) -> Result<Option<ChannelId>, DbError> {
    let found: Option<(ChannelId,)> = tx.optional(RESOLVE, args![id, MERGES_FOLLOWED]).await?;
    Ok(found.map(|(id,)| id))
}

pub async fn channel_of(db: &Db, stream: StreamId) -> Result<Option<ChannelId>, DbError> {
    let sql = "select channel_id from channel_streams where id = $1 and missing_since is null";
    let found: Option<(ChannelId,)> = db.optional(sql, args![stream]).await?;
    Ok(found.map(|(id,)| id))
}

pub async fn channel(db: &Db, id: ChannelId) -> Result<Option<ChannelDetail>, DbError> {
    db.optional(
        "select id, name, category, country, language, feed, lineup_number, logo_url, epg_id, enabled, stream_count,
             active_stream_count, best_resolution, merged_into, created_at, hand_edited
         from channels where id = $1",
        args![id],
    )
    .await
}

crate::record! {
    pub struct StreamRow {
        pub id: StreamId,
        pub provider_id: ProviderId,
        pub provider_name: String,
        pub provider_priority: i64,
        pub original_name: String,
        pub listed_name: Option<String>,
        pub group_name: String,
        pub format: String,
        pub resolution: Option<String>,
        pub quality_score: Option<i64>,
        pub is_active: bool,
        pub enabled: bool,
        pub is_provider_enabled: bool,
        pub backup_order: i64,
        pub manual_order: Option<i64>,
        pub merge_method: Option<String>,
        pub merge_confidence: Option<i64>,
        pub merge_reason: Option<String>,
        pub state: State,
        pub health_score: Option<i64>,
        pub response_ms: Option<i64>,
        pub last_check: Option<i64>,
        pub consecutive_failures: Option<i64>,
        pub failure_reason: Option<String>,
        pub next_check_at: Option<i64>,
        pub bitrate_kbps: Option<i64>,
        pub codec: Option<String>,
        pub fps: Option<f64>,
        pub content_defect: Option<String>,
        pub content_reason: Option<String>,
        pub content_since: Option<i64>,
        pub played: Option<i64>,
        pub shows: Option<i64>,
        pub play_failures: Option<i64>,
        pub play_stalls: Option<i64>,
        pub watched_ms: Option<i64>,
        pub startup_ms: Option<i64>,
    }
}

pub async fn streams(db: &Db, id: ChannelId) -> Result<Vec<StreamRow>, DbError> {
    db.all(
        "select s.id, s.provider_id, p.name, p.priority, s.original_name, s.listed_name, s.group_name, s.format, s.resolution,
             s.quality_score, s.is_active, s.enabled, p.enabled, s.backup_order,
             case when s.manual_in = s.channel_id then s.manual_order end, s.merge_method,
             s.merge_confidence, s.merge_reason, h.state, h.score, h.response_ms, h.last_check, h.consecutive_failures,
             h.failure_reason, h.next_check_at, q.bitrate_kbps, q.codec, q.fps,
             h.content_defect, h.content_reason, h.content_since,
             x.score, x.shows, x.failures, x.stalls, x.watched_ms, x.startup_ms
         from channel_streams s join providers p on p.id = s.provider_id left join stream_health h on h.stream_id = s.id
             left join stream_quality q on q.stream_id = s.id left join stream_experience x on x.stream_id = s.id
         where s.channel_id = $1 and s.missing_since is null and p.deleted_at is null
         order by s.backup_order, s.id limit 1000",
        args![id],
    )
    .await
}

crate::record! {
    pub struct MovieRow {
        pub id: MovieId,
        pub title: String,
        pub year: Option<i64>,
        pub genre: Option<String>,
        pub cover_url: Option<String>,
        pub version_count: i64,
    }
}

pub async fn movie(db: &Db, id: MovieId) -> Result<Option<MovieRow>, DbError> {
    db.optional(
        "select id, title, year, genre, cover_url, version_count from vod_movies where id = $1",
        args![id],
    )
    .await
}

pub async fn movie_versions(db: &Db, id: MovieId) -> Result<Vec<VersionDetail>, DbError> {
    db.all(
        "select v.id, v.provider_id, p.name, p.priority, v.original_name, v.listed_name, v.group_name, v.format, v.resolution,
             v.quality_score
         from vod_versions v join providers p on p.id = v.provider_id
         where v.movie_id = $1 and v.missing_since is null and p.enabled and p.deleted_at is null
         order by v.quality_score desc nulls last, p.priority desc, v.id limit 1000",
        args![id],
    )
    .await
}

crate::record! {
    pub struct SeriesRow {
        pub id: SeriesId,
        pub title: String,
        pub year: Option<i64>,
        pub genre: Option<String>,
        pub cover_url: Option<String>,
        pub season_count: i64,
        pub episode_count: i64,
    }
}

pub async fn series(db: &Db, id: SeriesId) -> Result<Option<SeriesRow>, DbError> {
    db.optional(
        "select id, title, year, genre, cover_url, season_count, episode_count from vod_series where id = $1",
        args![id],
    )
    .await
}

crate::record! {
    pub struct EpisodeRow {
        pub id: EpisodeId,
        pub season: i64,
        pub episode: i64,
        pub title: Option<String>,
        pub version_count: i64,
    }
}

pub async fn episodes(db: &Db, id: SeriesId) -> Result<Vec<EpisodeRow>, DbError> {
    db.all(
        "select id, season, episode, title, version_count from vod_episodes
         where series_id = $1 and version_count > 0 order by season, episode, id limit 5000",
        args![id],
    )
    .await
}
