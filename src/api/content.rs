use serde::Deserialize;
use utoipa::ToSchema;

use crate::edge::Problem;
use crate::features::catalogue::content::Content;
use crate::support::ids::{ChannelId, EpisodeId, MovieId, SeriesId};

/// Exactly one thing to watch.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
pub struct ContentBody {
    pub channel_id: Option<i64>,
    pub vod_movie_id: Option<i64>,
    pub vod_series_id: Option<i64>,
    pub vod_episode_id: Option<i64>,
}

impl ContentBody {
    /// # Errors
    /// 422 unless exactly one of them is there.
    pub fn read(&self) -> Result<Content, Problem> {
        match (
            self.channel_id,
            self.vod_movie_id,
            self.vod_series_id,
            self.vod_episode_id,
        ) {
            (Some(id), None, None, None) => Ok(Content::Channel(ChannelId(id))),
            (None, Some(id), None, None) => Ok(Content::Movie(MovieId(id))),
            (None, None, Some(id), None) => Ok(Content::Series(SeriesId(id))),
            (None, None, None, Some(id)) => Ok(Content::Episode(EpisodeId(id))),
            _ => Err(Problem::invalid_field(
                "channel_id",
                "Name exactly one channel, film, series or episode.",
            )),
        }
    }
}
