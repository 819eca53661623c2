//! One channel, film or series with everything that is shown of it.

mod channel;
mod store;
mod titles;

pub(super) use channel::resolve_in;
pub use channel::{ChannelDetail, StreamDetail, channel, channel_of, resolve, streams, tags};
pub use titles::{
    EpisodeDetail, MovieDetail, SeasonDetail, SeriesDetail, VersionDetail, movie, series, versions,
};
