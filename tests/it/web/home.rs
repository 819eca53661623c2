use m3u_strm_processor::db::Engine;

use crate::support::{TestApp, seed};

#[tokio::test]
async fn the_first_run_shows_one_step() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let (admin, viewer) = (app.admin_token().await, app.viewer_token("guest").await);
    let page = app.page(&admin, "/", 200).await;
    assert!(page.contains("Add your first provider") && page.contains("href=\"/providers/new\""));
    assert!(!page.contains("class=\"tile\""));
    let page = app.page(&viewer, "/", 200).await;
    assert!(page.contains("An administrator has to add a provider first"));
    assert!(!page.contains("/providers"));
    assert_eq!(app.get("/").await.status(), 303);
}

#[tokio::test]
async fn afterwards_it_counts_what_there_is() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 4).await;
    seed::provider(&app.ctx.db, 2, "Attic").await;
    let sql = "update providers set enabled = false where id = 2";
    app.ctx.db.execute(sql, Vec::new()).await.unwrap();
    let (admin, viewer) = (app.admin_token().await, app.viewer_token("guest").await);
    let page = app.page(&admin, "/", 200).await;
    for text in [
        "Active providers",
        "of 2; 1 switched off",
        "Active streams",
        "1 more are out of use",
        "12 episodes",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let page = app.page(&viewer, "/", 200).await;
    assert!(page.contains("Channels") && !page.contains("Active providers"));
}
