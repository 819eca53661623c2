use m3u_strm_processor::db::Engine;

use crate::support::{TestApp, seed};

#[tokio::test]
async fn films_are_searched_filtered_and_paged() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 60).await;
    let token = app.admin_token().await;
    let page = app.page(&token, "/movies?sort=year", 200).await;
    assert!(page.contains("60 films") && page.contains("Next page"));
    assert!(page.contains("aria-sort=\"descending\""));
    let page = app.page(&token, "/movies?year=1991&genre=Drama", 200).await;
    assert!(page.contains("2 films") && page.contains("Year: 1991") && page.contains("Genre: Drama"));
    assert!(
        app.page(&token, "/movies?q=zzz", 200)
            .await
            .contains("No films match")
    );
    let fragment = app.fragment(&token, "/series?q=Series+7").await;
    assert!(fragment.contains("href=\"/series/7\"") && fragment.contains("3 episodes"));
}

#[tokio::test]
async fn a_film_lists_its_versions_and_a_link_for_players() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 1).await;
    let token = app.admin_token().await;
    let page = app.page(&token, "/movies/1", 200).await;
    assert!(page.contains("/movie/1.mkv</code>") && page.contains("MKV") && page.contains("Living room"));
}

#[tokio::test]
async fn a_series_shows_one_season_and_pages_through_long_ones() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::series(&app.ctx.db, 1, "Daily News", &[(0, 2), (1, 250), (2, 3)]).await;
    let token = app.admin_token().await;
    let episodes = |html: &str| html.matches("<tr id=\"episode-").count();
    let page = app.page(&token, "/series/1", 200).await;
    assert_eq!(episodes(&page), 100, "season 1 comes before the specials");
    assert!(page.contains("href=\"/series/1?season=1\" aria-current=\"page\""));
    assert!(page.contains("Specials") && page.contains("Season 2"));
    let last = app.page(&token, "/series/1?season=1&after=200", 200).await;
    assert_eq!(episodes(&last), 50);
    assert!(!last.contains("Next page") && last.contains("First page"));
    assert_eq!(episodes(&app.page(&token, "/series/1?season=2", 200).await), 3);
    let fragment = app.fragment(&token, "/series/1?season=2").await;
    assert!(fragment.starts_with("<section"), "{fragment}");
}
