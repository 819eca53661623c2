use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::accounts::{User, users};
use crate::support::ids::UserId;
use crate::support::paging::Slice;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::urls::USERS;
use crate::web::kit::{Page, Paging, format};
use crate::web::ui;

/// Rows of one page.
const ROWS: u32 = 50;
/// A shorter list is looked through faster than it is searched.
const WORTH_A_SEARCH: i64 = 10;
const MAX_SEARCH: usize = 200;

#[derive(Template)]
#[template(path = "accounts/users/index.html", blocks = ["results"])]
struct UserIndex {
    page: Page,
    rows: Vec<User>,
    chips: ui::Chips,
    paging: Paging,
    wanted: Wanted,
    has_search: bool,
    /// Who looks: one's own rights are nobody's to take.
    own: UserId,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    /// How many rows come before.
    #[serde(default)]
    after: u32,
}

/// GET /users: all of them by name.
pub(super) async fn index(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, wanted: Query<Wanted>) -> Answer {
    let wanted = wanted.into_inner();
    if wanted.q.chars().count() > MAX_SEARCH {
        return Err(Problem::invalid_field("q", "Use at most 200 characters."));
    }
    let slice = Slice {
        skip: i64::from(wanted.after),
        limit: ROWS,
    };
    let listed = users::search(&ctx, &wanted.q, slice).await?;
    let next = slice.skip + i64::from(ROWS);
    let next = (next < listed.total).then(|| next.to_string());
    let after = (wanted.after > 0).then(|| wanted.after.to_string());
    let query = [("q", wanted.q.as_str())];
    let filters = [("q", "Search", wanted.q.clone())];
    let summary = format::count(listed.total, "user", "users");
    let view = UserIndex {
        page: Page::new(&req, "Users").lead("Who may sign in here, and who may change things."),
        chips: ui::Chips::new(USERS, &query, summary, &filters),
        paging: Paging::new(USERS, &query, after.as_deref(), next.as_deref()).target("results"),
        has_search: listed.total > WORTH_A_SEARCH || !wanted.q.is_empty(),
        rows: listed.items,
        own: admin.user.id,
        wanted,
    };
    respond::page_or(&req, &view, &view.as_results())
}
