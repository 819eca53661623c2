//! Groups of an account's lists that a person leaves out, or takes alone.

use m3u_strm_processor::features::providers::groups::{self, Filter};
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::support::paging::Slice;
use serde_json::json;

use super::Panelled;
use crate::on_both_engines;

on_both_engines! {
    async fn groups_are_left_out_of_every_list_and_come_back_as_they_were(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        let slice = Slice { skip: 0, limit: 100 };
        let listing = groups::list(&world.ctx().db, &world.stored().await, &Filter::default(), slice).await.unwrap();
        let live = listing.lines.items.iter().find(|line| line.offered.streams > 0).unwrap().clone();
        let films = listing.lines.items.iter().find(|line| line.offered.films > 0).unwrap().clone();
        let (streams_out, films_out) = (live.offered.streams, films.offered.films);
        world.patch(json!({ "exclude_groups": [live.name(), films.name(), "series"] })).await;
        let run = world.sync().await;
        assert_eq!((run.outcome, run.removed), (Outcome::Applied, 0), "a choice is no loss: {run:?}");
        assert_eq!((run.streams, run.films), (60 - streams_out, 40 - films_out));
        assert_eq!(run.entries, run.streams + run.films + run.episodes + run.refused);
        let provider = world.stored().await;
        assert_eq!((provider.total_channels, provider.total_vod_movies, provider.total_vod_series), (60 - streams_out, 40 - films_out, 0));
        world.patch(json!({ "exclude_groups": null })).await;
        world.whole().await;
        assert_eq!(world.rows().await, before, "every row is the one it was");
        world.patch(json!({ "include_groups": [live.name()] })).await;
        let run = world.sync().await;
        assert_eq!((run.streams, run.films, run.removed), (streams_out, 0, 0), "{run:?}");
    }
}
