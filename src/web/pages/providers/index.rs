use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::providers::{self, Shown, store};
use crate::support::paging::Slice;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, Paging, format, urls};
use crate::web::live::{Live, Part, Scene};
use crate::web::ui;

/// Rows of one page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "providers/index.html")]
struct Index {
    page: Page,
    rows: Vec<Shown>,
    totals: Totals,
    paging: Paging,
    events: String,
}

/// What all providers offer together.
#[derive(Template)]
#[template(path = "providers/_totals.html")]
struct Totals {
    sum: store::Sum,
}

/// A cell of a row that changes by itself; the rest of the row, with its menu, stays as it is.
#[derive(Template)]
#[template(path = "providers/_cell.html")]
struct Cell<'a> {
    shown: &'a Shown,
    now: &'a Moment,
    fact: Fact,
}

#[derive(Debug, Clone, Copy)]
enum Fact {
    Status,
    Channels,
    Films,
    Series,
    Synced,
}

impl askama::filters::HtmlSafe for Totals {}
impl askama::filters::HtmlSafe for Cell<'_> {}

/// The part that is above the rows.
const TOTALS: &str = "provider-totals";

#[derive(Deserialize, Clone, Copy)]
pub(super) struct Wanted {
    /// How many rows come before.
    #[serde(default)]
    after: u32,
}

/// GET /providers: all of them, those preferred first.
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, wanted: Query<Wanted>) -> Answer {
    let slice = wanted.slice();
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
            totals: Totals {
                sum: store::sum(&ctx.db).await?,
            },
            rows: listed.items,
            paging,
            events: format!("/providers/events?{}", req.query_string()),
        },
    )
}

/// GET /providers/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    live: Data<Live>,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let slice = wanted.slice();
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        Box::pin(async move {
            let sum = store::sum(&ctx.db).await?;
            let mut parts = vec![Part::new(TOTALS, &Totals { sum })?];
            for shown in &providers::list(&ctx, slice).await?.items {
                for fact in Fact::ALL {
                    let cell = Cell {
                        shown,
                        now: &now,
                        fact,
                    };
                    parts.push(Part::new(cell.id(), &cell)?);
                }
            }
            Ok(parts)
        })
    }))
}

impl Wanted {
    fn slice(self) -> Slice {
        Slice {
            skip: i64::from(self.after),
            limit: ROWS,
        }
    }
}

impl Index {
    fn cell<'a>(&'a self, shown: &'a Shown, fact: Fact) -> Cell<'a> {
        Cell {
            shown,
            now: &self.page.now,
            fact,
        }
    }
}

impl Fact {
    const ALL: [Self; 5] = [
        Self::Status,
        Self::Channels,
        Self::Films,
        Self::Series,
        Self::Synced,
    ];
}

impl Cell<'_> {
    fn id(&self) -> String {
        let noun = match self.fact {
            Fact::Status => "provider-status",
            Fact::Channels => "provider-channels",
            Fact::Films => "provider-films",
            Fact::Series => "provider-series",
            Fact::Synced => "provider-synced",
        };
        urls::dom_id(noun, self.shown.provider.id)
    }
}
