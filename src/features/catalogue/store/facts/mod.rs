//! The tables `vod_movie_facts`, `vod_series_facts` and `vod_episode_facts`, and the ratings of titles that follow from them.
//! What several providers tell of one title is put together when it is read, the most preferred provider first.

mod known;
mod rating;
mod unasked;
mod written;

pub use known::{
    is_anybody_asked, of_episodes, of_many_episodes, of_many_series, of_movie, of_movies, of_series, told_by,
};
pub(super) use rating::rating_of;
pub use rating::{misrated_movies, misrated_series, rate_movies, rate_series};
pub use unasked::{Unasked, count_asked, is_any_wanted, wanted, wanted_of};
pub use written::{Placed, placed, write_episodes, write_movies, write_series};
