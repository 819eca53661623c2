use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::providers::{self, Shown, store};
use crate::support::paging::Slice;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, Paging, format};
use crate::web::ui;

/// Rows of one page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "providers/index.html")]
struct Index {
    page: Page,
    rows: Vec<Shown>,
    totals: store::Sum,
    paging: Paging,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// How many rows come before.
    #[serde(default)]
    after: u32,
}

/// GET /providers: all of them, those preferred first.
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, wanted: Query<Wanted>) -> Answer {
    let slice = Slice {
        skip: i64::from(wanted.after),
        limit: ROWS,
    };
    let listed = providers::list(&ctx, slice).await?;
    let next = slice.skip + i64::from(ROWS);
    let next = (next < listed.total).then(|| next.to_string());
    let after = (wanted.after > 0).then(|| wanted.after.to_string());
    let paging = Paging::new(super::INDEX, &[], after.as_deref(), next.as_deref()).summary(format::count(
        listed.total,
        "provider",
        "providers",
    ));
    let lead = "Where your channels, films and series come from.";
    respond::html(
        &req,
        &Index {
            page: Page::new(&req, "Providers").lead(lead),
            totals: store::sum(&ctx.db).await?,
            rows: listed.items,
            paging,
        },
    )
}
