use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::outputs::library::{self, Trashed};
use crate::support::ids::TrashId;
use crate::support::paging::Slice;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Moment, Paging, format};
use crate::web::ui;

/// Rows of one page.
const ROWS: u32 = 25;

/// POST /library/trash/{id}/restoration: brings a file back.
pub(super) async fn restore(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<TrashId>) -> Answer {
    let restored = library::restore(&ctx, &admin.user.actor(), id.into_inner()).await;
    let path =
        restored.map_err(|error| Problem::from(error).with_recovery("See the library", super::INDEX))?;
    let message = format!("“{path}” is back. It is yours from now on: no run removes it.");
    respond::redirect(&req, super::INDEX, Some(Flash::success(message)))
}

/// What was taken out of the library.
#[derive(Template)]
#[template(path = "library/_trash.html")]
pub(super) struct Trash {
    now: Moment,
    files: Vec<Trashed>,
    total: i64,
    paging: Paging,
}

impl askama::filters::HtmlSafe for Trash {}

impl Trash {
    pub async fn read(ctx: &Ctx, now: Moment, after: u32) -> Result<Self, Problem> {
        let slice = Slice {
            skip: i64::from(after),
            limit: ROWS,
        };
        let found = library::list_trash(ctx, slice).await?;
        let next = slice.skip + i64::from(ROWS);
        let next = (next < found.total).then(|| next.to_string());
        let before = (after > 0).then(|| after.to_string());
        Ok(Self {
            now,
            files: found.items,
            total: found.total,
            paging: Paging::new(super::INDEX, &[], before.as_deref(), next.as_deref())
                .summary(format::count(found.total, "file", "files")),
        })
    }
}
