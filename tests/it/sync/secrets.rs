//! A provider that repeats its own secrets wherever it can.

use super::{LIST, Synced, add_provider};
use crate::on_both_engines;

/// Every text of the catalogue that somebody may see.
const TEXTS: &str = "select coalesce(original_name, '') || '|' || coalesce(group_name, '') || '|' || coalesce(tvg_id, '') || '|' \
         || coalesce(logo_url, '') || '|' || url_template || '|' || coalesce(metadata, '') from channel_streams
     union all select original_name || '|' || group_name || '|' || coalesce(logo_url, '') || '|' || url_template from vod_versions
     union all select name || '|' || category || '|' || coalesce(logo_url, '') || '|' || coalesce(epg_id, '') from channels
     union all select title || '|' || coalesce(cover_url, '') from vod_movies
     union all select title || '|' || coalesce(cover_url, '') from vod_series";

on_both_engines! {
    async fn pictures_names_and_groups_give_no_password_away(synced: Synced) {
        let url = format!("{}?username=usr55&password=pw55secret", synced.simulator.url(LIST));
        let provider = add_provider(synced.ctx(), "Two", &url).await;
        synced.lists(&[
            "#EXTINF:-1 tvg-logo=\"http://panel.example/usr55/pw55secret/c.png\" group-title=\"usr55 pw55secret\" tvg-id=\"pw55secret\",News\nhttp://h/1.ts",
            "#EXTINF:-1 tvg-logo=\"http://panel.example/live/uuX/pp77other/1.png\",Sport pw55secret\nhttp://h/2.ts",
            "#EXTINF:-1 tvg-logo=\"http://panel.example/a.png?x=pw55secret\",Film (2001)\nhttp://h/3.mp4",
            "#EXTINF:-1 tvg-logo=\"javascript:alert(1)\",Show S01E02\nhttp://h/4.mp4",
            "#EXTINF:-1 tvg-logo=\"http://logos.example/images/uk/5.png\",Kept\nhttp://h/5.ts",
        ]);
        let run = synced.sync_of(provider).await;
        assert_eq!((run.streams, run.films, run.episodes), (3, 1, 1), "{run:?}");
        let texts: Vec<(String,)> = synced.ctx().db.all(TEXTS, Vec::new()).await.unwrap();
        let texts: Vec<String> = texts.into_iter().map(|(text,)| text).collect();
        for secret in ["pw55secret", "pp77other", "javascript"] {
            assert!(!texts.iter().any(|text| text.contains(secret)), "{secret}: {texts:#?}");
        }
        assert!(texts.iter().any(|text| text.contains("http://logos.example/images/uk/5.png")), "{texts:#?}");
    }
}
