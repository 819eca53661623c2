//! A list asks the database the same few things, however many rows it shows.

use std::collections::BTreeMap;

use m3u_strm_processor::db::Engine;

use crate::support::{TestApp, seed};

/// What belongs to the request itself: workers and heartbeats ask on their own.
const OF_LISTS: [&str; 5] = [
    " channels ",
    " vod_movies ",
    " vod_series ",
    " user_favorites ",
    " providers ",
];

async fn asked(app: &TestApp, token: &str, path: &str) -> BTreeMap<String, u64> {
    app.db.statements.clear();
    app.page(token, path, 200).await;
    let mut asked = app.db.statements.all();
    // An index of lists is read in the background, once for each version of the catalogue.
    asked.retain(|text, _| !text.contains("the index holds them all"));
    asked.retain(|text, _| OF_LISTS.iter().any(|table| text.contains(table)));
    asked
}

#[tokio::test]
async fn lists_ask_the_same_whatever_they_show() {
    let (few, many) = (
        TestApp::with(Engine::Sqlite, &[]).await,
        TestApp::with(Engine::Sqlite, &[]).await,
    );
    seed::catalogue(&few.ctx.db, 2).await;
    seed::catalogue(&many.ctx.db, 60).await;
    let (of_few, of_many) = (few.admin_token().await, many.admin_token().await);
    for (path, most) in [
        ("/channels", 5),
        ("/channels?q=channel", 4),
        ("/channels?provider_id=1&sort=streams", 5),
        ("/movies", 4),
        ("/movies?q=film&sort=year", 3),
        ("/series", 4),
        ("/api/channels", 2),
        ("/api/channels?q=channel", 1),
        ("/api/vod/movies?q=film", 2),
        ("/movies/1", 8),
        ("/series/1", 8),
    ] {
        let (here, there) = (
            asked(&few, &of_few, path).await,
            asked(&many, &of_many, path).await,
        );
        assert_eq!(here, there, "{path}");
        let count: u64 = there.values().sum();
        assert!(count <= most, "{path}: {count} statements: {there:#?}");
    }
}
