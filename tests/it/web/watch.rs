//! What the panel "Watch it" says of channels and films.

use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;

use crate::support::{TestApp, seed};

const RELAYED_NOT: &str = "What is in use of its streams comes in formats that cannot be relayed.";

async fn filled() -> (TestApp, String) {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 2).await;
    seed::provider(&app.ctx.db, 2, "Attic").await;
    let token = app.admin_token().await;
    (app, token)
}

/// More streams of channel 1, of provider 2, behind its first one, in a format that is not relayed.
async fn add_streams(app: &TestApp, count: i64) {
    for at in 1..=count {
        let sql = "insert into channel_streams (id, provider_id, channel_id, identity_key, url_key, digest, original_name,
                group_name, url_template, format, backup_order, blocks, created_at)
            values ($1, 2, 1, $1, $1, $1, 'Channel 1 DASH', 'UK', '', 'dash', $2, x'', 0)";
        app.ctx.db.execute(sql, args![100 + at, at]).await.unwrap();
    }
}

async fn run(app: &TestApp, sql: &'static str) {
    app.ctx.db.execute(sql, Vec::new()).await.unwrap();
}

/// The panel, if it has no link.
fn refusal(page: &str) -> &str {
    let panel = page
        .split("id=\"watch\"")
        .nth(1)
        .unwrap()
        .split("</section>")
        .next()
        .unwrap();
    assert!(!panel.contains("/stream/"), "{panel}");
    panel
}

#[tokio::test]
async fn a_channel_is_judged_by_all_its_streams_whichever_part_is_shown() {
    let (app, token) = filled().await;
    add_streams(&app, 60).await;
    for path in ["/channels/1", "/channels/1?after=50"] {
        let page = app.page(&token, path, 200).await;
        assert!(page.contains("/channel/1</code>"), "{path}");
    }
    run(&app, "update channel_streams set enabled = false where id = 1").await;
    assert!(refusal(&app.page(&token, "/channels/1", 200).await).contains(RELAYED_NOT));
}

#[tokio::test]
async fn a_channel_without_a_link_says_what_stands_in_the_way() {
    let (app, token) = filled().await;
    add_streams(&app, 1).await;
    for (sql, words) in [
        ("update providers set enabled = false where id = 1", RELAYED_NOT),
        (
            "update channel_streams set enabled = false where provider_id = 2",
            "Each of its streams is switched off, or its provider is.",
        ),
        (
            "update channel_streams set enabled = false",
            "All of its streams are switched off.",
        ),
        ("update channel_streams set enabled = true", RELAYED_NOT),
        (
            "update providers set enabled = false",
            "All of its providers are switched off.",
        ),
        (
            "update channels set enabled = false",
            "The channel is switched off, so nothing of it is played.",
        ),
        (
            "update channels set enabled = true",
            "All of its providers are switched off.",
        ),
        (
            "update channel_streams set missing_since = 1",
            "There is nothing to play now.",
        ),
    ] {
        run(&app, sql).await;
        let page = app.page(&token, "/channels/1", 200).await;
        assert!(refusal(&page).contains(words), "{sql}: {}", refusal(&page));
    }
}

#[tokio::test]
async fn who_has_no_links_is_told_so_of_channels_and_films() {
    let (app, token) = filled().await;
    assert!(
        app.page(&token, "/movies/1", 200)
            .await
            .contains("/movie/1.mkv</code>")
    );
    run(&app, "delete from output_credentials").await;
    for path in ["/channels/1", "/movies/1"] {
        let page = app.page(&token, path, 200).await;
        assert!(
            refusal(&page).contains("You have no links for players."),
            "{path}"
        );
    }
    run(&app, "update vod_versions set format = 'dash' where movie_id = 1").await;
    let page = app.page(&token, "/movies/1", 200).await;
    assert!(refusal(&page).contains("None of its versions can be relayed to players."));
    run(&app, "update providers set enabled = false").await;
    let page = app.page(&token, "/movies/1", 200).await;
    assert!(refusal(&page).contains("No provider in use has this film at present."));
}
