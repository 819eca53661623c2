//! What is said of a provider before and after it makes trouble.

use m3u_strm_processor::args;
use m3u_strm_processor::features::providers;
use m3u_strm_processor::simulator::Fault;
use reqwest::StatusCode;
use serde_json::json;

use super::played::Played;
use crate::on_both_engines;
use crate::support::ACTOR;

const DAY_MS: i64 = 86_400_000;

impl Played {
    async fn expires_in(&self, ms: i64) {
        let at = self.app.ctx.clock.now_ms() + ms;
        let sql = "update providers set expires_at = $1 where id = $2";
        self.app
            .ctx
            .db
            .execute(sql, args![at, self.provider])
            .await
            .unwrap();
    }
}

on_both_engines! {
    async fn the_last_error_of_a_host_is_kept_after_it_recovered(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        played.lists(&["Alpha"]);
        assert!(app.page(token, &played.path(), 200).await.contains("<span class=\"muted\">none</span>"));
        played.simulator.fault("*", Fault::status(404));
        played.sync().await;
        played.simulator.mend();
        let job = played.sync().await;
        assert_eq!(job.state.as_str(), "succeeded");
        let page = app.page(token, &played.path(), 200).await;
        assert!(page.contains("answered 404 <span class=\"muted\">") && page.contains("Closed"), "{page}");
        let shown = app.json(token, &format!("/api/providers/{}", played.provider), 200).await;
        let breaker = &shown["breaker"][0];
        assert_eq!((breaker["last_error"].as_str(), breaker["consecutive_failures"].as_i64()), (Some("answered 404"), Some(0)));
        assert!(breaker["last_error_at"].is_string() && !shown.to_string().contains("s3cret"));
        let listed = app.json(token, "/api/providers", 200).await;
        assert_eq!(listed["items"][0]["breaker"][0]["last_error"], "answered 404");
    }

    async fn a_provider_that_fails_is_told_before_all_whose_accounts_end(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        played.lists(&["Alpha"]);
        played.sync().await;
        played.simulator.fault("*", Fault::status(404));
        played.sync().await;
        for number in 0..10 {
            let sent = json!({ "name": format!("A{number}"), "type": "m3u", "m3u_url": "http://tv.example/list.m3u" });
            providers::create(&app.ctx, &ACTOR, sent.as_object().unwrap(), None).await.unwrap();
        }
        let soon = app.ctx.clock.now_ms() + DAY_MS;
        app.ctx.db.execute("update providers set expires_at = $1 where id <> $2", args![soon, played.provider]).await.unwrap();
        let home = app.page(token, "/", 200).await;
        let listed = home.split("Needs your attention").nth(1).unwrap();
        let failing = listed.find(&format!("/providers/{}\"", played.provider));
        assert!(failing < listed.find("<bdi>A0</bdi>") && failing.is_some(), "{listed}");
    }

    async fn the_end_of_an_account_is_told_30_and_7_days_before(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        played.lists(&["Alpha"]);
        played.sync().await;
        for (left, badge, sentence) in [
            (29 * DAY_MS + 3_600_000, "Expires within 30 days", "expires in 29 days"),
            (6 * DAY_MS + 3_600_000, "Expires within 7 days", "expires in 6 days"),
            (3_600_000, "Expires within 7 days", "expires within a day"),
            (-DAY_MS, "Account expired", "has expired"),
        ] {
            played.expires_in(left).await;
            let list = app.page(token, "/providers", 200).await;
            assert!(list.contains(badge), "{badge}: {list}");
            assert!(app.page(token, &played.path(), 200).await.contains(sentence), "{sentence}");
            let home = app.page(token, "/", 200).await;
            assert!(home.contains("Needs your attention") && home.contains(badge) && home.contains(sentence), "{home}");
        }
        let viewer = app.viewer_token("guest").await;
        assert!(!app.page(&viewer, "/", 200).await.contains("Needs your attention"));
        played.expires_in(31 * DAY_MS).await;
        assert!(!app.page(token, "/providers", 200).await.contains("Expires within"));
        assert!(!app.page(token, "/", 200).await.contains("Needs your attention"));
        played.expires_in(DAY_MS).await;
        let off = app.post(token, &format!("{}/deactivation", played.path()), &[]).await;
        assert_eq!(off.status(), StatusCode::SEE_OTHER);
        assert!(!app.page(token, "/", 200).await.contains("Needs your attention"), "what is switched off may end");
    }
}
