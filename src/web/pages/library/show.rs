use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::address::{Address, PUBLIC_URL};
use super::run::Run;
use super::trash::Trash;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::accounts::OutputCredential;
use crate::features::accounts::credential;
use crate::features::settings::{self, LinkMode};
use crate::support::validation::Invalid;
use crate::web::kit::page::base_url;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, urls};
use crate::web::live::{Live, Part, Scene};
use crate::web::ui;

#[derive(Template)]
#[template(path = "library/show.html")]
struct Show {
    page: Page,
    address: Address,
    folder: String,
    mode: LinkMode,
    run: Run,
    trash: Trash,
    events: String,
    base: String,
    own: Option<OutputCredential>,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(default)]
pub(super) struct Wanted {
    /// How many files of the trash come before.
    after: u32,
}

/// GET /library
pub(super) async fn show(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, wanted: Query<Wanted>) -> Answer {
    render(&req, &admin, &ctx, StatusCode::OK, wanted.after, None).await
}

/// The page; with the address as it was typed, if it was refused.
pub(super) async fn render(
    req: &HttpRequest,
    admin: &Admin,
    ctx: &Ctx,
    status: StatusCode,
    after: u32,
    refused: Option<(String, Invalid)>,
) -> Answer {
    let page = Page::new(req, "Library")
        .lead("Files that Jellyfin, Emby, Kodi or Plex read: one for each channel, film and episode.");
    let base = base_url(req);
    let mut address = Address::of(&settings::get(ctx, PUBLIC_URL).await?, base.clone());
    if let Some((typed, invalid)) = refused {
        (address.typed, address.invalid) = (typed, invalid);
    }
    let view = Show {
        run: Run::read(ctx, page.now.clone(), address.confirmed.is_some()).await?,
        trash: Trash::read(ctx, page.now.clone(), after).await?,
        own: credential::personal(ctx, admin.user.id).await?,
        folder: ctx.config.output.dir.display().to_string(),
        mode: settings::load(ctx).await?.strm_link_mode,
        events: format!("/library/events?after={after}"),
        page,
        address,
        base,
    };
    respond::with_status(req, status, &view)
}

/// GET /library/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    live: Data<Live>,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let after = wanted.after;
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        Box::pin(async move {
            let is_confirmed = settings::load(&ctx).await?.public_url.is_some();
            Ok(vec![
                Part::new("library-run", &Run::read(&ctx, now.clone(), is_confirmed).await?)?,
                Part::new("library-trash", &Trash::read(&ctx, now, after).await?)?,
            ])
        })
    }))
}
