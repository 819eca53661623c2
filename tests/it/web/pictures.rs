use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Fault, Resource, Simulator};
use reqwest::Method;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};

use crate::catalogue::pictures::png;
use crate::support::{TestApp, seed};

struct Site {
    app: TestApp,
    host: Simulator,
    token: String,
}

impl Site {
    async fn start() -> Self {
        let app = TestApp::with(Engine::Sqlite, &[("allow_private_networks", "127.0.0.0/8")]).await;
        seed::catalogue(&app.ctx.db, 2).await;
        let host = Simulator::start().await.unwrap();
        host.put("/logo.png", Resource::bytes(png(1)));
        let sql = "update channels set logo_url = $1 where id = 1";
        app.ctx
            .db
            .execute(sql, args![host.url("/logo.png")])
            .await
            .unwrap();
        let token = app.admin_token().await;
        Self { app, host, token }
    }

    /// The address of the first picture of a page.
    async fn link(&self, page: &str) -> String {
        let page = self.app.page(&self.token, page, 200).await;
        assert!(
            !page.contains(&self.host.host()),
            "the provider's host stands on the page"
        );
        let (_, rest) = page.split_once("src=\"/pictures/").expect("a picture");
        format!("/pictures/{}", rest.split_once('"').unwrap().0)
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        self.app.api(&self.token, Method::GET, path).await
    }
}

#[tokio::test]
async fn pages_show_logos_from_the_own_cache_and_browsers_may_keep_them() {
    let site = Site::start().await;
    for page in ["/channels", "/channels/1"] {
        let link = site.link(page).await;
        let answer = site.get(&link).await;
        assert_eq!(answer.headers()[CONTENT_TYPE], "image/jpeg");
        assert_eq!(answer.headers()[CACHE_CONTROL], "private, max-age=604800");
        let tag = answer.headers()[ETAG].clone();
        let again = site.app.client.get(site.app.url(&link)).bearer_auth(&site.token);
        let again = again.header(IF_NONE_MATCH, tag).send().await.unwrap();
        assert_eq!(again.status(), 304);
    }
    assert_eq!(site.host.count("/logo.png"), 1);
    let before = site.link("/channels").await;
    let sql = "update channels set logo_url = logo_url || '?2' where id = 1";
    site.app.ctx.db.execute(sql, args![]).await.unwrap();
    assert_ne!(
        site.link("/channels").await,
        before,
        "another picture has another address"
    );
}

#[tokio::test]
async fn a_logo_that_cannot_be_had_is_drawn_from_the_letters_of_the_name() {
    let site = Site::start().await;
    site.host.fault("/logo.png", Fault::status(404));
    let link = site.link("/channels").await;
    let answer = site.get(&link).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "image/svg+xml");
    assert_eq!(answer.headers()[CACHE_CONTROL], "private, max-age=3600");
    assert!(answer.text().await.unwrap().contains(">C1</text>"));
}

#[tokio::test]
async fn a_wide_picture_that_cannot_be_had_is_a_plain_ground() {
    let site = Site::start().await;
    site.host.fault("/wide.jpg", Fault::status(404));
    let facts = serde_json::json!({ "backdrop_url": site.host.url("/wide.jpg") }).to_string();
    let sql = "insert into vod_movie_facts (version_id, provider_id, asked_at, failures, facts) values (1, 1, 0, 0, $1)";
    site.app.ctx.db.execute(sql, args![facts]).await.unwrap();
    let link = site.link("/movies/1").await;
    assert!(link.contains("/backdrop/"), "{link}");
    let drawn = site.get(&link).await.text().await.unwrap();
    assert!(
        drawn.contains("viewBox=\"0 0 16 9\"") && !drawn.contains("<text"),
        "{drawn}"
    );
    assert!(
        site.app
            .page(&site.token, "/movies/2", 200)
            .await
            .contains("monogram monogram-poster")
    );
}

#[tokio::test]
async fn a_host_that_does_not_answer_holds_no_page_up() {
    let site = Site::start().await;
    site.host.fault("/logo.png", Fault::silent());
    let link = site.link("/channels").await;
    let answer = site.get(&link).await;
    assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
    assert!(answer.text().await.unwrap().contains("<svg"));
}

#[tokio::test]
async fn pictures_are_for_people_who_are_signed_in() {
    let site = Site::start().await;
    let link = site.link("/channels").await;
    let answer = site.app.get(&link).await;
    assert!(
        answer.status().is_redirection() || answer.status() == 401,
        "{}",
        answer.status()
    );
    assert_eq!(site.host.count("/logo.png"), 0);
    for missing in [
        "/pictures/channel/99/small/0",
        "/pictures/episode/1/small/0",
        "/pictures/channel/1/huge/0",
    ] {
        assert_eq!(site.get(missing).await.status(), 404, "{missing}");
    }
}
