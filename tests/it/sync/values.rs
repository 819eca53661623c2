//! The changing and secret parts of addresses, beside the entries.

use m3u_strm_processor::args;
use m3u_strm_processor::features::providers::url_values::{Opened, Owner, slots};

use super::{Synced, entry};
use crate::on_both_engines;

on_both_engines! {
    async fn secret_headers_are_recorded_in_the_order_of_the_stored_object(synced: Synced) {
        let url = "http://h/1.ts|X-Token=zulu&User-Agent=Player&Authorization=alpha&Referer=http://r/?k=romeo";
        synced.lists(&[&entry("ESPN", url)]);
        synced.sync().await;
        let sql = "select id, url_template, headers from channel_streams";
        let (id, template, headers): (i64, String, String) = synced.ctx().db.one(sql, args![]).await.unwrap();
        assert_eq!(headers, r#"{"Authorization":null,"Referer":null,"User-Agent":"Player","X-Token":null}"#);
        let (ctx, slots) = (synced.ctx(), slots(&template, Some(&headers)));
        let mut opened = Opened::of(&ctx.db, &ctx.keys, synced.provider).await.unwrap();
        let values = opened.values(&ctx.db, &ctx.keys, Owner::live(id), slots.values).await.unwrap();
        assert_eq!(values[slots.placeholders..], ["alpha", "http://r/?k=romeo", "zulu"]);
    }

    async fn no_credential_is_stored_in_the_clear(synced: Synced) {
        let url = "http://u5er:pa55@h:8080/live/u5er/pa55/7.ts?token=t0ken|Authorization=h3ader";
        synced.lists(&[&entry("ESPN", url), &entry("Heat (1995)", "http://h/movie/u5er/pa55/8.mkv?token=t0ken")]);
        synced.sync().await;
        let sql = "select url_template || coalesce(headers, '') || coalesce(metadata, '') from channel_streams \
                   union all select url_template || coalesce(headers, '') || coalesce(metadata, '') from vod_versions \
                   union all select body from provider_sync_changes";
        let texts: Vec<(String,)> = synced.ctx().db.all(sql, args![]).await.unwrap();
        assert_eq!(texts.len(), 3);
        for (text,) in texts {
            assert!(!["u5er", "pa55", "t0ken", "h3ader"].iter().any(|secret| text.contains(secret)), "{text}");
        }
    }
}
