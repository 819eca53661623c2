//! What the three lists become.

use m3u_strm_processor::features::providers::Status;
use m3u_strm_processor::features::sync;
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::simulator::panel::{Catalogue, Film, odd};
use serde_json::json;

use super::{PASSWORD, Panelled, USER};
use crate::on_both_engines;

on_both_engines! {
    async fn live_streams_films_and_series_come_with_their_categories(world: Panelled) {
        let run = world.sync().await;
        assert_eq!((run.outcome, run.error_message.as_deref()), (Outcome::Applied, None), "{run:?}");
        assert_eq!((run.streams, run.films, run.episodes, run.refused, run.entries), (60, 40, 0, 0, 100));
        assert_eq!(run.added, 100);
        let categories = world.count("select count(distinct category) from channels where stream_count > 0").await;
        assert_eq!(categories, 6);
        assert_eq!(world.count("select count(*) from channel_streams where group_name = ''").await, 0);
        assert_eq!(world.count("select count(*) from vod_movies where genre is not null and year is not null").await, 40);
        let provider = world.stored().await;
        assert_eq!(provider.status(), Status::Ok);
        assert_eq!((provider.total_channels, provider.total_vod_movies, provider.total_vod_series), (60, 40, 8));
        assert_eq!((provider.connection_limit(), provider.account_status.as_deref()), (Some(2), Some("active")));
        assert_eq!(provider.expires_at, None);
    }

    async fn a_second_sync_of_the_same_lists_changes_nothing(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        let run = world.sync().await;
        assert_eq!((run.outcome, run.streams, run.films), (Outcome::Unchanged, 60, 40), "{run:?}");
        assert_eq!(run.entries, run.streams + run.films + run.episodes + run.refused);
        assert_eq!(run.unchanged, run.streams + run.films + run.episodes);
        assert_eq!(world.rows().await, before);
        let asked = world.asked("get_series_info");
        assert!(world.details().await.is_none());
        assert_eq!(world.asked("get_series_info"), asked);
    }

    async fn films_keep_their_extension_and_live_streams_the_form_that_the_account_may_have(world: Panelled) {
        world.change(|catalogue| {
            catalogue.films.truncate(1);
            catalogue.films[0].extension = "MKV".to_owned();
            catalogue.channels.truncate(1);
        });
        world.sync().await;
        let templates = "select url_template, format from channel_streams union all \
                         select url_template, format from vod_versions order by 2";
        let live = |extension: &str, format: &str| {
            let id = Catalogue::plain().channels[0].id;
            (format!("{{scheme}}://{{host}}/live/{{user}}/{{pass}}/{id}.{extension}"), format.to_owned())
        };
        let film = Catalogue::plain().films[0].id;
        let film = (format!("{{scheme}}://{{host}}/movie/{{user}}/{{pass}}/{film}.MKV"), "mkv".to_owned());
        let stored: Vec<(String, String)> = world.ctx().db.all(templates, Vec::new()).await.unwrap();
        assert_eq!(stored, [film.clone(), live("ts", "ts")]);
        world.panel.amend(USER, |account| account.output_formats = vec!["m3u8".to_owned()]);
        world.sync().await;
        let stored: Vec<(String, String)> = world.ctx().db.all(templates, Vec::new()).await.unwrap();
        assert_eq!(stored, [live("m3u8", "hls"), film]);
    }

    async fn every_oddity_of_real_panels_is_read_and_accounted_for(world: Panelled) {
        world.change(|catalogue| {
            *catalogue = Catalogue::decorated();
            catalogue.channels[0].odd = odd([("stream_id", json!(catalogue.channels[0].id.to_string())), ("category_id", json!(null)),
                ("epg_channel_id", json!(null)), ("stream_icon", json!(null)), ("tv_archive_duration", json!("3"))]);
            catalogue.channels[1].odd = odd([("name", json!("")), ("category_ids", json!([1, 2])), ("is_adult", json!("0"))]);
            catalogue.channels[2].odd = odd([("stream_id", json!(null))]);
            catalogue.channels[3].odd = odd([("stream_type", json!("created_live")), ("custom_sid", json!([]))]);
            catalogue.films[0].odd = odd([("rating", json!("n/A")), ("rating_5based", json!("")), ("container_extension", json!(null))]);
            catalogue.films[1].odd = odd([("category_id", json!(catalogue.films[1].category)), ("stream_id", json!([]))]);
            let twice = Film { id: catalogue.films[2].id, ..catalogue.films[2].clone() };
            catalogue.films.push(twice);
            catalogue.series[0].odd = odd([("backdrop_path", json!("")), ("cover", json!(null)), ("last_modified", json!(1_600_000_000))]);
            catalogue.series[1].odd = odd([("series_id", json!("x"))]);
        });
        let run = world.sync().await;
        assert_eq!(run.outcome, Outcome::Applied, "{run:?}");
        assert_eq!(run.entries, run.streams + run.films + run.episodes + run.refused);
        assert_eq!((run.streams, run.films), (59, 39));
        let shown = sync::show(world.ctx(), run.id).await.unwrap();
        let mut refused: Vec<(&str, i64)> = shown.refused.iter().map(|one| (one.reason.as_str(), one.count)).collect();
        refused.sort_unstable();
        assert_eq!(refused, [("duplicate", 1), ("no_id", 3), ("separator", 1)]);
        assert_eq!(world.count("select count(*) from channel_streams where original_name = 'Unnamed'").await, 1);
    }

    async fn a_list_whose_elements_are_objects_by_number_is_one(world: Panelled) {
        let body = r#"{"1":{"stream_id":7,"name":"ESPN","category_id":"1"},"2":{"stream_id":8,"name":"CNN","category_id":2}}"#;
        world.simulator.fault("/player_api.php?action=get_live_streams", Fault::body("application/json", body));
        let run = world.sync().await;
        assert_eq!((run.streams, run.error_message), (2, None));
        assert_eq!(world.count("select count(distinct group_name) from channel_streams").await, 2);
    }

    async fn no_credential_is_stored_in_the_clear_or_told(world: Panelled) {
        world.change(|catalogue| {
            let leak = format!("http://p.example/{USER}/{PASSWORD}/1.png");
            catalogue.channels[0].icon = Some(leak.clone());
            catalogue.channels[0].name = format!("ESPN {PASSWORD}");
            catalogue.films[0].cover = Some(leak);
        });
        world.whole().await;
        let sql = "select url_template || coalesce(headers, '') || coalesce(metadata, '') || coalesce(logo_url, '') \
                   || original_name from channel_streams \
                   union all select url_template || coalesce(logo_url, '') || original_name from vod_versions \
                   union all select name || coalesce(logo_url, '') from channels \
                   union all select title || coalesce(cover_url, '') from provider_series \
                   union all select body from provider_sync_changes union all select details from audit_log \
                   union all select payload from jobs";
        let texts: Vec<(String,)> = world.ctx().db.all(sql, Vec::new()).await.unwrap();
        assert!(texts.len() > 100);
        for (text,) in texts {
            assert!(!text.contains(USER) && !text.contains(PASSWORD) && !text.contains("pa55"), "{text}");
        }
    }
}
