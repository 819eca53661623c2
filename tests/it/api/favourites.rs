use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{TestApp, seed};

const PATH: &str = "/api/favorites";

on_both_engines! {
    async fn something_is_marked_once(app: TestApp) {
        seed::catalogue(&app.ctx.db, 3).await;
        let token = app.admin_token().await;
        for (body, kind) in [
            (json!({"channel_id": 2}), "channel"),
            (json!({"vod_movie_id": 2}), "movie"),
            (json!({"vod_series_id": 2}), "series"),
        ] {
            let made = app.send(&token, Method::POST, PATH, &body).await;
            assert_eq!(made.status(), 201);
            let made: Value = made.json().await.unwrap();
            assert_eq!((&made["kind"], &made["content_id"]), (&kind.into(), &2.into()));
            assert_eq!(app.send(&token, Method::POST, PATH, &body).await.status(), 409);
        }
        let list = app.json(&token, PATH, 200).await;
        assert_eq!(list["total"], 3);
        assert_eq!(list["items"][0]["title"], "Series 2");
    }

    async fn exactly_one_thing_is_marked(app: TestApp) {
        seed::catalogue(&app.ctx.db, 1).await;
        let token = app.admin_token().await;
        for body in [
            json!({}),
            json!({"channel_id": 1, "vod_movie_id": 1}),
            json!({"channel_id": "one"}),
            json!({"channel_id": null}),
            json!([]),
        ] {
            let answer = app.send(&token, Method::POST, PATH, &body).await;
            assert_eq!(answer.status(), 422, "{body}");
        }
        for body in [json!({"channel_id": 9}), json!({"vod_movie_id": 9}), json!({"vod_series_id": 9})] {
            assert_eq!(app.send(&token, Method::POST, PATH, &body).await.status(), 404, "{body}");
        }
    }

    async fn anothers_favourite_is_not_there(app: TestApp) {
        seed::catalogue(&app.ctx.db, 1).await;
        let (mine, other) = (app.admin_token().await, app.viewer_token("guest").await);
        let made = app.send(&mine, Method::POST, PATH, &json!({"channel_id": 1})).await;
        let id = made.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
        assert_eq!(app.json(&other, PATH, 200).await["total"], 0);
        let path = format!("{PATH}/{id}");
        assert_eq!(app.api(&other, Method::DELETE, &path).await.status(), 404);
        assert_eq!(app.api(&mine, Method::DELETE, &path).await.status(), 204);
        assert_eq!(app.api(&mine, Method::DELETE, &path).await.status(), 404);
        let again = app.send(&other, Method::POST, PATH, &json!({"channel_id": 1})).await;
        assert_eq!(again.status(), 201, "each has marks of one's own");
    }
}
