use m3u_strm_processor::args;
use m3u_strm_processor::db::{Db, Engine};
use serde_json::json;

use crate::support::{TestApp, seed};

#[tokio::test]
async fn films_are_searched_filtered_and_paged() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 60).await;
    let token = app.admin_token().await;
    let page = app.page(&token, "/movies?sort=year", 200).await;
    assert!(page.contains("60 films") && page.contains("Next page"));
    let page = app.page(&token, "/movies?sort=year&view=list", 200).await;
    assert!(page.contains("aria-sort=\"descending\""));
    let page = app.page(&token, "/movies?year=1991&genre=Drama", 200).await;
    assert!(page.contains("2 films") && page.contains("Year: 1991") && page.contains("Genre: Drama"));
    assert!(
        app.page(&token, "/movies?q=zzz", 200)
            .await
            .contains("No films match")
    );
    let fragment = app.fragment(&token, "/series?q=Series+7&view=list").await;
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

/// What a panel tells of film 1 and of series 1 with its first episode.
async fn told(db: &Db) {
    let facts = json!({
        "plot": "A <script>alert(1)</script> & more.", "cast": ["Ann Lee", "Bo Chan"], "directors": ["C. Dee"],
        "genres": ["Crime", "Drama"], "runtime_minutes": 170, "released": "1995-12-15", "tmdb_id": "949",
        "imdb_id": "tt0113277", "backdrop_url": "http://tv.example/b.jpg"
    });
    let facts = facts.to_string();
    let movie = "insert into vod_movie_facts (version_id, provider_id, asked_at, failures, rating, facts) \
                 values (1, 1, 0, 0, 82, $1)";
    db.execute(movie, args![facts.as_str()]).await.unwrap();
    db.execute("update vod_movies set rating = 82 where id = 1", args![])
        .await
        .unwrap();
    let series =
        "insert into vod_series_facts (provider_id, item, series_id, rating, facts) values (1, 7, 1, 91, $1)";
    db.execute(series, args![facts.as_str()]).await.unwrap();
    let episode = json!({ "plot": "The first evening.", "released": "2001-03-14", "runtime_minutes": 48 });
    let sql = "insert into vod_episode_facts (episode_id, provider_id, facts) values ($1, 1, $2)";
    db.execute(sql, args![100_001i64, episode.to_string()])
        .await
        .unwrap();
}

#[tokio::test]
async fn titles_are_posters_until_somebody_wants_a_list_and_the_address_keeps_it() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 60).await;
    told(&app.ctx.db).await;
    let token = app.admin_token().await;
    let posters = app.page(&token, "/movies", 200).await;
    assert_eq!(posters.matches("<li class=\"poster\">").count(), 50);
    assert!(posters.contains("monogram-card") && posters.contains("href=\"/movies?view=list\""));
    let before = posters.split("rel=\"next\"").next().unwrap();
    let next = before.rsplit("<a ").next().unwrap();
    assert!(
        !next.contains("view="),
        "posters are what an address without a wish shows"
    );
    let list = app.page(&token, "/movies?view=list&q=film", 200).await;
    assert!(list.contains("<table") && !list.contains("class=\"poster\""));
    assert!(
        list.contains("name=\"view\" value=\"list\""),
        "the filters keep it"
    );
    assert!(
        list.contains("view=list&#38;after=") || list.contains("view=list&amp;after="),
        "and so does the next page"
    );
    let first = app.fragment(&token, "/movies?sort=rating").await;
    let (best, _) = first.split_once("</li>").unwrap();
    assert!(
        best.contains("href=\"/movies/1\"") && best.contains("8.2"),
        "{best}"
    );
    let series = app.page(&token, "/series?view=posters", 200).await;
    assert!(series.contains("class=\"posters\"") && series.contains("2 seasons"));
}

#[tokio::test]
async fn a_year_behind_a_title_finds_the_film_of_that_year() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 3).await;
    let of = [
        (90, "Heat".to_owned(), 1995),
        (91, "Heat".to_owned(), 1986),
        (92, "Heat 1995 Live".to_owned(), 2001),
    ];
    seed::movies(&app.ctx.db, of).await;
    let token = app.admin_token().await;
    let found = |page: serde_json::Value| -> Vec<i64> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(
        found(app.json(&token, "/api/vod/movies?q=heat+1995", 200).await),
        [90, 92]
    );
    assert_eq!(
        found(app.json(&token, "/api/vod/movies?q=heat+1986", 200).await),
        [91]
    );
    assert_eq!(found(app.json(&token, "/api/vod/movies?q=1995", 200).await), [92]);
}

#[tokio::test]
async fn a_films_page_shows_what_its_providers_tell() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 2).await;
    told(&app.ctx.db).await;
    let token = app.admin_token().await;
    let page = app.page(&token, "/movies/1", 200).await;
    for part in [
        "Ann Lee, Bo Chan",
        "C. Dee",
        "Crime, Drama",
        "8.2 of 10",
        "2 h 50 min",
        "15 December 1995",
        "949",
        "The only one",
        "rel=\"noreferrer external\">tt0113277",
        "/pictures/movie/1/backdrop/",
        "&#60;script&#62;alert(1)",
    ] {
        assert!(page.contains(part), "{part} is not on the page: {page}");
    }
    assert!(!page.contains("<script>alert") && !page.contains("tv.example"));
    let bare = app.page(&token, "/movies/2", 200).await;
    assert!(!bare.contains("of 10") && !bare.contains("picture-backdrop"));
    let shown = app.json(&token, "/api/vod/movies/1", 200).await;
    assert_eq!(
        (&shown["rating"], &shown["runtime_minutes"], &shown["tmdb_id"]),
        (&json!(8.2), &json!(170), &json!("949"))
    );
    assert_eq!(
        (&shown["director"], &shown["release_date"]),
        (&json!(["C. Dee"]), &json!("1995-12-15"))
    );
    let bare = app.json(&token, "/api/vod/movies/2", 200).await;
    assert_eq!(
        (&bare["plot"], &bare["cast"], &bare["rating"]),
        (&json!(null), &json!([]), &json!(null))
    );
    let listed = app.json(&token, "/api/vod/movies?sort=rating&limit=1", 200).await["items"][0].clone();
    assert_eq!(
        (&listed["rating"], &listed["imdb_id"]),
        (&json!(8.2), &json!("tt0113277"))
    );
    assert!(listed.get("plot").is_none());
}

#[tokio::test]
async fn a_series_page_shows_when_its_episodes_were_aired() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::provider(&app.ctx.db, 1, "Living room").await;
    seed::movies(&app.ctx.db, [(1, "Film".to_owned(), 1999)]).await;
    seed::series(&app.ctx.db, 1, "Daily News", &[(1, 3)]).await;
    told(&app.ctx.db).await;
    let token = app.admin_token().await;
    let page = app.page(&token, "/series/1", 200).await;
    for part in [
        "9.1 of 10",
        "14 March 2001",
        "48 min",
        "The first evening.",
        "/pictures/series/1/backdrop/",
    ] {
        assert!(page.contains(part), "{part} is not on the page");
    }
    let shown = app.json(&token, "/api/vod/series/1", 200).await;
    let episode = &shown["seasons"][0]["episodes"][0];
    assert_eq!(
        (&episode["air_date"], &episode["runtime_minutes"]),
        (&json!("2001-03-14"), &json!(48))
    );
    let listed = app.json(&token, "/api/vod/series", 200).await["items"][0].clone();
    assert_eq!(listed["tmdb_id"], "949");
}
