use m3u_strm_processor::db::Engine;
use reqwest::Method;

use crate::support::{TestApp, seed};

async fn filled(count: i64) -> (TestApp, String) {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, count).await;
    let token = app.admin_token().await;
    (app, token)
}

fn rows(html: &str) -> usize {
    html.matches("<tr id=\"channel-").count()
}

/// The address behind a link of the paging.
fn link(html: &str, word: &str) -> Option<String> {
    let at = html.find(&format!("<span>{word}</span>"))?;
    let anchor = &html[html[..at].rfind("<a ")?..at];
    let href = anchor.split("href=\"").nth(1)?;
    Some(href.split('"').next()?.replace("&#38;", "&"))
}

#[tokio::test]
async fn the_list_is_paged_by_links_and_the_next_page_replaces_the_last() {
    let (app, token) = filled(120).await;
    let first = app.page(&token, "/channels?sort=number", 200).await;
    assert_eq!(rows(&first), 50);
    assert!(first.contains("120 channels") && first.contains("50 of 120 channels"));
    assert_eq!(link(&first, "Previous page"), None);
    let second = app.page(&token, &link(&first, "Next page").unwrap(), 200).await;
    assert_eq!(rows(&second), 50);
    assert!(second.contains("id=\"channel-51\"") && !second.contains("id=\"channel-50\""));
    let third = app.page(&token, &link(&second, "Next page").unwrap(), 200).await;
    assert_eq!(rows(&third), 20);
    assert_eq!(link(&third, "Next page"), None);
    let back = app
        .page(&token, &link(&third, "Previous page").unwrap(), 200)
        .await;
    assert!(back.contains("id=\"channel-51\"") && back.contains("id=\"channel-100\""));
    assert_eq!(link(&third, "First page").unwrap(), "/channels?sort=number");
}

#[tokio::test]
async fn htmx_gets_the_results_alone_from_the_same_address() {
    let (app, token) = filled(3).await;
    let fragment = app.fragment(&token, "/channels?q=channel+2").await;
    assert!(fragment.starts_with("<section id=\"results\""), "{fragment}");
    assert_eq!(rows(&fragment), 1);
    assert!(fragment.contains(">1 channel<") && fragment.contains("Search: channel 2"));
    let page = app.page(&token, "/channels?q=channel+2", 200).await;
    assert!(page.starts_with("<!doctype html>") && page.contains(&fragment));
    let answer = app.api(&token, Method::GET, "/channels").await;
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    assert!(answer.headers()["vary"].to_str().unwrap().contains("HX-Request"));
}

#[tokio::test]
async fn every_filter_is_a_chip_that_can_be_taken_away() {
    let (app, token) = filled(6).await;
    seed::provider(&app.ctx.db, 2, "Attic").await;
    let page = app
        .page(
            &token,
            "/channels?category=News&provider_id=1&enabled=true&has_epg=false&sort=name",
            200,
        )
        .await;
    assert_eq!(rows(&page), 3);
    for chip in [
        "Category: News",
        "Provider: Living room",
        "In use: yes",
        "Guide: no",
    ] {
        assert!(page.contains(chip), "{chip}");
    }
    assert!(
        page.contains("href=\"/channels?provider_id=1&#38;enabled=true&#38;has_epg=false&#38;sort=name\"")
    );
    let none = app.page(&token, "/channels?q=nothing", 200).await;
    assert!(none.contains("No channel matches") && none.contains("Clear filters"));
    assert_eq!(rows(&app.page(&token, "/channels?provider_id=2", 200).await), 0);
}

#[tokio::test]
async fn an_empty_catalogue_leads_to_the_first_provider() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let (admin, viewer) = (app.admin_token().await, app.viewer_token("guest").await);
    for path in ["/channels", "/movies", "/series"] {
        let page = app.page(&admin, path, 200).await;
        assert!(page.contains("href=\"/providers/new\""), "{path}");
        let page = app.page(&viewer, path, 200).await;
        assert!(
            page.contains("once an administrator has added a provider"),
            "{path}"
        );
        assert!(!page.contains("/providers/new"), "{path}");
    }
    seed::provider(&app.ctx.db, 1, "P").await;
    assert!(app.page(&admin, "/channels", 200).await.contains("See providers"));
}

#[tokio::test]
async fn an_address_that_means_nothing_is_refused() {
    let (app, token) = filled(1).await;
    for path in [
        "/channels?enabled=maybe",
        "/channels?sort=colour",
        "/channels?after=x",
        "/channels?before=%00",
        "/channels?provider_id=x",
        "/channels/1?after=-1",
        "/movies?year=soon",
        "/movies?after=MTp4OmE",
        "/series/1?season=x",
        "/favourites?after=-1",
    ] {
        app.page(&token, path, 422).await;
    }
    for path in [
        "/channels/9",
        "/channels/x",
        "/movies/9",
        "/series/9",
        "/series/1?season=9",
    ] {
        app.page(&token, path, 404).await;
    }
    let answer = app.get("/channels?q=a").await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/sign-in?next=%2Fchannels%3Fq%3Da");
}

#[tokio::test]
async fn a_channel_tells_its_streams_in_play_order_with_both_reasons() {
    let (app, token) = filled(1).await;
    seed::provider(&app.ctx.db, 2, "Attic").await;
    let sql = "insert into channel_streams (id, provider_id, channel_id, identity_key, url_key, digest, original_name,
            group_name, resolution, url_template, format, backup_order, merge_method, merge_confidence, merge_reason,
            blocks, created_at)
        values (50, 2, 1, 9, 9, 9, 'UK: Channel 1 SD', 'UK', '576p', '', 'dash', 1, 'fuzzy_match', 91,
            'like \"Chanel 1\": one letter', x'', 0)";
    app.ctx.db.execute(sql, Vec::new()).await.unwrap();
    let page = app.page(&token, "/channels/1", 200).await;
    let (first, second) = (
        page.find("id=\"stream-1\"").unwrap(),
        page.find("id=\"stream-50\"").unwrap(),
    );
    assert!(first < second);
    for text in [
        "The best there is (1080p)",
        "Same name",
        "The same name without decoration",
        "Last: its format cannot be relayed",
        "Similar name",
        "91 %",
        "not relayed",
        "href=\"/providers/2\"",
        "/stream/",
        "/channel/1</code>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let viewer = app.viewer_token("guest").await;
    let page = app.page(&viewer, "/channels/1", 200).await;
    assert!(page.contains("Attic") && !page.contains("href=\"/providers/"));
}

#[tokio::test]
async fn a_merged_channel_leads_to_the_one_that_took_its_streams() {
    let (app, token) = filled(2).await;
    let sql = "update channels set merged_into = 2, stream_count = 0 where id = 1";
    app.ctx.db.execute(sql, Vec::new()).await.unwrap();
    let answer = app.api(&token, Method::GET, "/channels/1").await;
    assert_eq!(answer.status(), 307, "a merge can be taken back");
    assert_eq!(answer.headers()["location"], "/channels/2");
}

#[tokio::test]
async fn a_page_asks_the_database_as_often_for_ten_rows_as_for_a_thousand() {
    let mut counts = Vec::new();
    for count in [10, 1_000] {
        let (app, token) = filled(count).await;
        let mut runs = Vec::new();
        for path in [
            "/channels",
            "/channels?q=1",
            "/channels/1",
            "/movies",
            "/movies/1",
            "/series",
            "/series/1",
            "/favourites",
            "/",
        ] {
            app.db.statements.clear();
            app.page(&token, path, 200).await;
            let run = app.db.statements.all();
            let own = run.iter().filter(|(text, _)| {
                ["channel", "vod_", "user_favorites", "providers"]
                    .iter()
                    .any(|table| text.contains(table))
                    // Read in the background, once for each version of the catalogue.
                    && !text.contains("the index holds them all")
            });
            let number: u64 = own.map(|(_, times)| times).sum();
            assert!((1..=6).contains(&number), "{path}: {number} statements: {run:?}");
            runs.push((path, number));
        }
        counts.push(runs);
    }
    assert_eq!(counts[0], counts[1]);
}
