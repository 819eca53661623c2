//! What can be watched, whatever its kind.

mod store;

pub use store::title;

use crate::support::ids::{ChannelId, EpisodeId, MovieId, SeriesId};

/// One thing to watch. Film 5 and series 5 are different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    Channel(ChannelId),
    Movie(MovieId),
    Series(SeriesId),
    Episode(EpisodeId),
}

impl Content {
    /// `channel`, `movie`, `series` or `episode`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Channel(_) => "channel",
            Self::Movie(_) => "movie",
            Self::Series(_) => "series",
            Self::Episode(_) => "episode",
        }
    }

    /// The number of its row.
    pub fn id(self) -> i64 {
        match self {
            Self::Channel(id) => id.0,
            Self::Movie(id) => id.0,
            Self::Series(id) => id.0,
            Self::Episode(id) => id.0,
        }
    }
}
