use serde_json::Value;

use crate::on_both_engines;
use crate::support::{TestApp, seed};

const LISTS: [&str; 4] = [
    "/api/channels",
    "/api/vod/movies",
    "/api/vod/series",
    "/api/favorites",
];

fn names(list: &Value, key: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

on_both_engines! {
    async fn lists_take_skip_and_limit_within_their_ranges(app: TestApp) {
        seed::catalogue(&app.ctx.db, 5).await;
        let token = app.admin_token().await;
        for list in LISTS.iter().chain(&["/api/analytics/history", "/api/channels/1/streams"]) {
            let whole = app.json(&token, list, 200).await;
            assert_eq!((&whole["skip"], &whole["limit"]), (&0.into(), &100.into()), "{list}");
            for query in ["skip=-1", "skip=x", "limit=0", "limit=1001", "limit=x", "limit=1.5"] {
                let answer = app.json(&token, &format!("{list}?{query}"), 422).await;
                let field = query.split('=').next().unwrap();
                assert_eq!(answer["error"]["code"], "validation_failed", "{list}?{query}");
                assert!(answer["error"]["fields"][field].is_array(), "{list}?{query}: {answer}");
            }
            let beyond = app.json(&token, &format!("{list}?skip=1000&limit=1000"), 200).await;
            assert_eq!(beyond["items"].as_array().unwrap().len(), 0, "{list}");
            assert_eq!(beyond["total"], whole["total"], "{list}");
        }
        let part = app.json(&token, "/api/channels?skip=1&limit=2", 200).await;
        assert_eq!(names(&part, "name"), ["Channel 2", "Channel 3"]);
        assert_eq!(part["total"], 5);
    }

    async fn filters_that_cannot_be_are_refused_by_name(app: TestApp) {
        seed::catalogue(&app.ctx.db, 1).await;
        let token = app.admin_token().await;
        for (path, field) in [
            ("/api/channels?enabled=maybe", "enabled"),
            ("/api/channels?has_epg=1", "has_epg"),
            ("/api/channels?health=ill", "health"),
            ("/api/channels?sort=colour", "sort"),
            ("/api/channels?provider_id=x", "provider_id"),
            ("/api/vod/movies?year=x", "year"),
            ("/api/vod/movies?sort=x", "sort"),
            ("/api/vod/series?sort=streams", "sort"),
        ] {
            let answer = app.json(&token, path, 422).await;
            assert!(answer["error"]["fields"][field].is_array(), "{path}: {answer}");
        }
        let long = format!("/api/channels?q={}", "x".repeat(201));
        assert!(app.json(&token, &long, 422).await["error"]["fields"]["q"].is_array());
    }

    async fn what_is_not_there_is_404(app: TestApp) {
        let token = app.admin_token().await;
        for path in [
            "/api/channels/1",
            "/api/channels/x",
            "/api/channels/1/streams",
            "/api/vod/movies/1",
            "/api/vod/series/1",
        ] {
            assert_eq!(app.json(&token, path, 404).await["error"]["code"], "not_found", "{path}");
        }
    }

    async fn a_merged_channel_answers_as_the_one_that_took_its_streams(app: TestApp) {
        seed::catalogue(&app.ctx.db, 2).await;
        let sql = "update channels set merged_into = 2, stream_count = 0 where id = 1";
        app.ctx.db.execute(sql, Vec::new()).await.unwrap();
        let token = app.admin_token().await;
        assert_eq!(app.json(&token, "/api/channels/1", 200).await["id"], 2);
        assert_eq!(app.json(&token, "/api/channels/1/streams", 200).await["items"][0]["original_name"], "Channel 2");
    }

    async fn a_stream_says_why_it_is_there_and_never_where_it_is(app: TestApp) {
        seed::catalogue(&app.ctx.db, 1).await;
        let token = app.viewer_token("guest").await;
        let stream = &app.json(&token, "/api/channels/1/streams", 200).await["items"][0];
        assert_eq!(stream["merge"]["method"], "exact_match");
        assert_eq!(stream["merge"]["confidence"], 100);
        assert_eq!(stream["order_reason"], "the best there is (1080p)");
        assert_eq!((&stream["state"], &stream["is_active"]), (&"unknown".into(), &true.into()));
        let keys: Vec<&String> = stream.as_object().unwrap().keys().collect();
        assert!(keys.iter().all(|key| !key.contains("url")), "{keys:?}");
    }

    async fn series_have_their_seasons_and_lists_do_not(app: TestApp) {
        seed::provider(&app.ctx.db, 1, "P").await;
        seed::series(&app.ctx.db, 7, "Deep Water", &[(1, 2), (3, 1)]).await;
        let token = app.admin_token().await;
        let series = app.json(&token, "/api/vod/series/7", 200).await;
        assert_eq!((&series["season_count"], &series["episode_count"]), (&2.into(), &3.into()));
        assert_eq!(series["seasons"][1]["season"], 3);
        assert_eq!(series["seasons"][0]["episodes"][1]["title"], "Part 2");
        assert!(app.json(&token, "/api/vod/series", 200).await["items"][0].get("seasons").is_none());
        let stats = app.json(&token, "/api/vod/stats", 200).await;
        assert_eq!(stats, serde_json::json!({"total_movies": 0, "total_series": 1, "total_episodes": 3}));
    }

    async fn nobody_reads_the_catalogue_without_signing_in(app: TestApp) {
        for path in LISTS.iter().chain(&["/api/channels/1", "/api/channels/categories", "/api/vod/stats"]) {
            assert_eq!(app.get(path).await.status(), 401, "{path}");
        }
    }
}
