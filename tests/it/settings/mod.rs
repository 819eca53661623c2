use m3u_strm_processor::config::Source;
use m3u_strm_processor::features::settings::{self, Error, LinkMode};
use serde_json::{Map, Value, json};

use crate::on_both_engines;
use crate::support::{ACTOR, TestCtx, acts};

fn values(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

on_both_engines! {
    async fn settings_begin_at_their_defaults(test: TestCtx) {
        let settings = settings::load(&test.ctx).await.unwrap();
        assert_eq!((settings.fuzzy_match_threshold, settings.sync_shrink_guard_percent), (85, 20));
        assert_eq!((settings.sync_timeout.as_secs(), settings.playlist_max_bytes), (3600, 1 << 30));
        assert_eq!((settings.strm_link_mode, settings.public_url), (LinkMode::Relay, None));
    }

    async fn a_change_counts_at_once_and_can_be_taken_back(test: TestCtx) {
        let ctx = &test.ctx;
        let changes = values(json!({ "sync_timeout": 60, "strm_link_mode": "redirect", "public_url": "http://tv.example/" }));
        settings::set(ctx, &ACTOR, &changes).await.unwrap();
        let settings = settings::load(ctx).await.unwrap();
        assert_eq!((settings.sync_timeout.as_secs(), settings.strm_link_mode), (60, LinkMode::Redirect));
        assert_eq!(settings.public_url.as_deref(), Some("http://tv.example"));
        settings::set(ctx, &ACTOR, &values(json!({ "sync_timeout": 90, "public_url": null }))).await.unwrap();
        let settings = settings::load(ctx).await.unwrap();
        assert_eq!((settings.sync_timeout.as_secs(), settings.public_url), (90, None));
        settings::reset(ctx, &ACTOR).await.unwrap();
        assert_eq!(settings::load(ctx).await.unwrap().sync_timeout.as_secs(), 3600);
        assert_eq!(
            acts(ctx).await,
            [
                "setting.changed setting:public_url",
                "setting.changed setting:strm_link_mode",
                "setting.changed setting:sync_timeout",
                "setting.changed setting:public_url",
                "setting.changed setting:sync_timeout",
                "settings.reset settings",
            ]
        );
    }

    async fn one_setting_gets_its_default_back_and_says_so_once(test: TestCtx) {
        let ctx = &test.ctx;
        settings::set(ctx, &ACTOR, &values(json!({ "sync_timeout": 60, "requests_burst": 500 }))).await.unwrap();
        settings::reset_one(ctx, &ACTOR, "sync_timeout").await.unwrap();
        settings::reset_one(ctx, &ACTOR, "sync_timeout").await.unwrap();
        let settings = settings::load(ctx).await.unwrap();
        assert_eq!((settings.sync_timeout.as_secs(), settings.requests_burst), (3600, 500));
        assert_eq!(acts(ctx).await[2..], ["setting.reset setting:sync_timeout"]);
        assert!(matches!(settings::reset_one(ctx, &ACTOR, "nothing").await, Err(Error::Unknown(_))));
        let fixed = &test.node(&[("public_url", "http://flag.example")]);
        assert!(matches!(settings::reset_one(fixed, &ACTOR, "public_url").await, Err(Error::Fixed("public_url"))));
    }

    async fn the_time_zone_is_the_machine_s_until_somebody_sets_one(test: TestCtx) {
        let ctx = &test.ctx;
        let zone = settings::get(ctx, "time_zone").await.unwrap();
        assert_eq!((zone.value, zone.default, zone.changed), (json!("UTC"), json!("UTC"), false));
        settings::set(ctx, &ACTOR, &values(json!({ "time_zone": "Asia/Tokyo" }))).await.unwrap();
        assert_eq!(settings::load(ctx).await.unwrap().zone.iana_name(), Some("Asia/Tokyo"));
        let fixed = &test.node(&[("time_zone", "CET-1CEST,M3.5.0,M10.5.0/3")]);
        assert_eq!(settings::get(fixed, "time_zone").await.unwrap().locked_by, Some(Source::Flag));
        assert_eq!(settings::load(fixed).await.unwrap().zone, fixed.config.time.zone);
        settings::set(ctx, &ACTOR, &values(json!({ "time_zone": null }))).await.unwrap();
        let zone = settings::get(ctx, "time_zone").await.unwrap();
        assert_eq!((zone.value, zone.changed), (json!("UTC"), false));
    }

    async fn several_changes_stand_together_or_not_at_all(test: TestCtx) {
        let ctx = &test.ctx;
        let mixed = values(json!({ "sync_timeout": 60, "fuzzy_match_threshold": 101, "strm_include_year": "yes" }));
        let Err(Error::Invalid(invalid)) = settings::set(ctx, &ACTOR, &mixed).await else {
            unreachable!("a value outside its range was taken")
        };
        let fields: Vec<&str> = invalid.fields().keys().map(String::as_str).collect();
        assert_eq!(fields, ["fuzzy_match_threshold", "strm_include_year"]);
        let unknown = values(json!({ "sync_timeout": 60, "nothing": 1 }));
        assert!(matches!(settings::set(ctx, &ACTOR, &unknown).await, Err(Error::Unknown(_))));
        assert_eq!(settings::load(ctx).await.unwrap().sync_timeout.as_secs(), 3600);
        assert_eq!(acts(ctx).await, Vec::<String>::new());
    }

    async fn what_the_configuration_fixes_is_locked(test: TestCtx) {
        settings::set(&test.ctx, &ACTOR, &values(json!({ "public_url": "http://table.example" }))).await.unwrap();
        let ctx = &test.node(&[("public_url", "http://flag.example")]);
        let setting = settings::get(ctx, "public_url").await.unwrap();
        assert_eq!((setting.value, setting.locked_by), (json!("http://flag.example"), Some(Source::Flag)));
        let refused = settings::set(ctx, &ACTOR, &values(json!({ "public_url": null }))).await;
        assert!(matches!(refused, Err(Error::Fixed("public_url"))));
    }

    async fn a_stored_value_that_is_no_longer_allowed_counts_as_not_set(test: TestCtx) {
        let ctx = &test.ctx;
        settings::set(ctx, &ACTOR, &values(json!({ "sync_timeout": 60 }))).await.unwrap();
        test.ctx.db.execute("update app_settings set value = '\"soon\"'", vec![]).await.unwrap();
        let setting = settings::get(ctx, "sync_timeout").await.unwrap();
        assert_eq!((setting.value, setting.changed), (json!(3600), false));
    }
}
