use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::catalogue::line_up;
use serde_json::json;

use super::played::Played;
use crate::support::{ACTOR, TestApp, seed};

const IMAGE: &str = "<img src=x onerror=alert(1)>";

#[tokio::test]
async fn markup_in_names_is_shown_and_never_run() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let db = &app.ctx.db;
    seed::provider(db, 1, IMAGE).await;
    let names = [
        IMAGE.to_owned(),
        "\"><script>alert(1)</script>".to_owned(),
        "\u{202e}cilbuP".to_owned(),
        "'; drop table channels; --".to_owned(),
        "x".repeat(300),
    ];
    let channels = names
        .iter()
        .enumerate()
        .map(|(at, name)| (at as i64 + 1, name.clone(), IMAGE));
    seed::channels(db, channels).await;
    seed::movies(
        db,
        names
            .iter()
            .enumerate()
            .map(|(at, name)| (at as i64 + 1, name.clone(), 2000)),
    )
    .await;
    seed::series(db, 1, IMAGE, &[(1, 1)]).await;
    for sql in [
        "update channel_streams set merge_reason = '<img src=x onerror=alert(1)>'",
        "update vod_movies set genre = '<img src=x onerror=alert(1)>'",
        "update vod_episodes set title = '<img src=x onerror=alert(1)>'",
        "update channels set epg_id = '<img src=x onerror=alert(1)>'",
    ] {
        db.execute(sql, Vec::new()).await.unwrap();
    }
    let token = app.admin_token().await;
    for path in ["/channels/1", "/movies/1", "/series/1"] {
        let request = app
            .client
            .post(app.url(&format!("{path}/favourite")))
            .bearer_auth(&token);
        assert_eq!(
            request.form(&[("mark", "on")]).send().await.unwrap().status(),
            303
        );
    }
    let search = "/channels?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E";
    let category = "/channels?category=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&provider_id=1";
    for path in [
        "/channels",
        search,
        category,
        "/channels/1",
        "/channels/2",
        "/channels/3",
        "/channels/5",
        "/movies",
        "/movies/1",
        "/movies?genre=%3Cimg%3E",
        "/series",
        "/series/1",
        "/favourites",
        "/",
    ] {
        let page = app.page(&token, path, 200).await;
        assert!(!page.contains("<img") && !page.contains("<script>"), "{path}");
        let scripts = page.matches("<script").count();
        assert_eq!(scripts, 1, "{path}: only the product's own");
    }
    let page = app.page(&token, "/channels/3", 200).await;
    assert!(
        page.contains("<bdi>\u{202e}cilbuP</bdi>"),
        "a name's direction ends with it"
    );
}

#[tokio::test]
async fn markup_in_a_providers_list_is_shown_to_administrators_and_never_run() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    let change = json!({ "name": IMAGE });
    line_up::update(&app.ctx, &ACTOR, played.provider, change.as_object().unwrap())
        .await
        .unwrap();
    let entry = |name: &str, url: &str| format!("#EXTINF:-1 group-title=\"{IMAGE}\",{name}\n{url}\n");
    let names: Vec<String> = (0..10).map(|at| format!("{IMAGE} {at}")).collect();
    let whole: String = names
        .iter()
        .map(|name| entry(name, &format!("http://tv.example/{name}.ts")))
        .collect();
    played.lists_text(&whole);
    played.sync().await;
    played.lists_text(&(entry(&names[0], "http://tv.example/0.ts") + &entry(IMAGE, "javascript:alert(1)")));
    let job = played.sync().await;
    let run = played.run_of(&job).await;
    let sql = "insert into library_trash (root, path, bytes, trashed_at) values ('/srv', '<img src=x>/a.strm', x'00', 0)";
    app.ctx.db.execute(sql, Vec::new()).await.unwrap();
    let provider = played.path();
    for path in [
        "/providers".to_owned(),
        provider.clone(),
        format!("{provider}/edit"),
        format!("{provider}/removal"),
        "/syncs".to_owned(),
        format!("/syncs?provider_id={}", played.provider),
        format!("/syncs/{run}"),
        format!("/syncs/{run}?change=all"),
        format!("/syncs/{run}/approval"),
        "/jobs".to_owned(),
        format!("/jobs/{}", job.id),
        "/library".to_owned(),
        "/audit".to_owned(),
    ] {
        let page = app.page(token, &path, 200).await;
        assert!(!page.contains("<img") && !page.contains("javascript:"), "{path}");
        assert_eq!(
            page.matches("<script").count(),
            1,
            "{path}: only the product's own"
        );
        assert!(page.contains("&#60;img"), "{path}");
    }
}
