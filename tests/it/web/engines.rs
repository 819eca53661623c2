//! One walk through the pages on each engine; what the pages say is tested on SQLite.

use crate::on_both_engines;
use crate::support::{TestApp, seed};

const PAGES: &[&str] = &[
    "/",
    "/channels",
    "/channels?q=channel+1&category=News&provider=1&sort=number",
    "/channels?q=channel&page=2",
    "/channels?sort=health",
    "/channels?tag=late",
    "/channels/1",
    "/channels/1/edit",
    "/channels/bulk?ids=1&ids=2",
    "/channels/bulk?q=channel&enabled=true&sort=number&all=true",
    "/movies",
    "/movies?q=film+2&genre=Drama&year=1992&sort=year",
    "/movies?sort=added",
    "/movies?q=film",
    "/movies?q=film+1992",
    "/movies?sort=rating",
    "/series?sort=rating&view=list",
    "/series?q=series+2001&view=list",
    "/movies?q=film&sort=title",
    "/series?q=series&sort=title",
    "/channels?q=channel&sort=name",
    "/movies?genre=Drama",
    "/movies/1",
    "/series",
    "/series?q=series+7",
    "/series?q=series&sort=year",
    "/series/1?season=2",
    "/favourites",
    "/providers",
    "/providers/1",
    "/providers/new",
    "/providers/1/edit",
    "/providers/1/removal",
    "/providers/1/groups?q=a&taken=true",
    "/syncs",
    "/syncs?provider_id=1&after=1",
    "/syncs/3?change=removed&after=10",
    "/syncs/3/approval",
    "/jobs?kind=sync&state=succeeded",
    "/jobs/3",
    "/library",
    "/library?after=1",
    "/account",
    "/audit?action=login",
];

on_both_engines! {
    async fn every_page_answers(app: TestApp) {
        seed::catalogue(&app.ctx.db, 60).await;
        seed::runs(&app.ctx.db, 3).await;
        let token = app.admin_token().await;
        for path in ["/channels/1", "/movies/1", "/series/1"] {
            let form = app.client.post(app.url(&format!("{path}/favourite"))).bearer_auth(&token);
            assert_eq!(form.form(&[("mark", "on")]).send().await.unwrap().status(), 303, "{path}");
        }
        for path in PAGES {
            let page = app.page(&token, path, 200).await;
            assert!(page.contains("</html>") && !page.contains("panel-error"), "{path}");
        }
    }
}
