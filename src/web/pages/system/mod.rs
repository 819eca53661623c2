//! The system page: how the installation is doing, where it keeps what, and its addresses.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::config::{Effective, Source};
use crate::ctx::Ctx;
use crate::db::{DbError, Engine};
use crate::edge::times::{Answered, Times};
use crate::edge::{Admin, Edge, Problem};
use crate::features::accounts::{OutputCredential, credential};
use crate::features::system::backup::{self, Kept};
use crate::features::system::{self, Measured};
use crate::jobs::Enqueued;
use crate::web::kit::page::base_url;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, format};
use crate::web::live::{Live, Part, Scene};
use crate::web::ui;

pub const INDEX: &str = "/system";
const BACKUPS: usize = 10;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource(INDEX).route(web::get().to(show)))
        .service(web::resource("/system/backups").route(web::post().to(back_up)))
        .service(web::resource("/system/events").route(web::get().to(events)));
}

#[derive(Template)]
#[template(path = "system/show.html")]
struct Show {
    page: Page,
    figures: Figures,
    base: String,
    own: Option<OutputCredential>,
    /// The configuration in force.
    variables: Vec<Effective>,
    engine: &'static str,
    zone: String,
    database_bytes: Option<u64>,
    others: usize,
    node: String,
    /// The newest ones.
    backups: Vec<Kept>,
    is_sqlite: bool,
}

/// What changes while it is looked at.
#[derive(Template)]
#[template(path = "system/_figures.html")]
struct Figures {
    measured: Measured,
    answered: Vec<Answered>,
}

impl askama::filters::HtmlSafe for Figures {}

impl Figures {
    async fn measure(ctx: &Ctx, times: &Times) -> Result<Self, DbError> {
        Ok(Self {
            measured: system::measure(ctx).await?,
            answered: times.read(),
        })
    }

    fn database(&self) -> ui::Tile {
        let millis = self.measured.database_latency.as_secs_f64() * 1_000.0;
        ui::Tile::new("Database answers in", format!("{millis:.1}"))
            .unit("ms")
            .help("How long it took to answer nothing in particular, just now")
    }

    fn connections(&self) -> ui::Tile {
        let pool = self.measured.pool;
        ui::Tile::new("Connections in use", pool.open.saturating_sub(pool.idle))
            .note(format!("{} open, {} at most", pool.open, pool.most))
            .help("Connections to the database that work on something right now")
    }

    fn memory(&self) -> ui::Tile {
        sized("Memory", self.measured.memory_bytes).help("What this process keeps in memory")
    }

    fn cpu(&self) -> ui::Tile {
        let percent = self.measured.cpu_percent();
        let tile = ui::Tile::new(
            "Processor",
            percent.map_or_else(|| "—".to_owned(), |percent| format!("{percent:.1}")),
        );
        let tile = tile.help("Of one core, on average since the start");
        match self.measured.cpu {
            Some(cpu) => tile
                .unit("%")
                .note(format!("{} in all", format::duration(millis(cpu)))),
            None => tile,
        }
    }

    fn disk(&self) -> ui::Tile {
        let tile = sized("Disk free", self.measured.disk.map(|disk| disk.free));
        let tile = tile.help("Where the data folder lies");
        match self.measured.disk {
            Some(disk) => tile.note(format!("of {}", size(Some(disk.total)))),
            None => tile,
        }
    }

    fn uptime(&self) -> ui::Tile {
        ui::Tile::new("Up for", format::duration(millis(self.measured.uptime)))
    }

    /// The faces that have answered anything.
    fn faces(&self) -> impl Iterator<Item = &Answered> {
        self.answered.iter().filter(|answered| answered.count > 0)
    }
}

fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A size, or a dash where the system does not tell it.
fn size(bytes: Option<u64>) -> String {
    let bytes = bytes.and_then(|bytes| i64::try_from(bytes).ok());
    bytes.map_or_else(|| "—".to_owned(), format::bytes)
}

fn sized(label: &str, bytes: Option<u64>) -> ui::Tile {
    let text = size(bytes);
    match text.split_once(' ') {
        Some((number, unit)) => ui::Tile::new(label, number).unit(unit),
        None => ui::Tile::new(label, text),
    }
}

fn count(number: &u64) -> String {
    format::number(i64::try_from(*number).unwrap_or(i64::MAX))
}

fn words(face: &str) -> &'static str {
    match face {
        "web" => "Pages",
        "api" => "Programs (JSON)",
        "players" => "Players",
        "probe" => "Health and metrics",
        _ => "Styles, scripts, icons",
    }
}

fn mean(answered: &Answered) -> String {
    format!(
        "{:.1} ms",
        answered.seconds * 1_000.0 / answered.count.max(1) as f64
    )
}

fn source(variable: &Effective) -> &'static str {
    match variable.source {
        Source::Default => "default",
        Source::File => "configuration file",
        Source::Environment => "environment",
        Source::Flag => "command line",
    }
}

/// GET /system
async fn show(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, edge: Data<Edge>) -> Answer {
    let page = Page::new(&req, "System")
        .lead("How this installation is doing, where it keeps what, and the addresses others reach it by.");
    let figures = Figures::measure(&ctx, &edge.times).await?;
    let view = Show {
        database_bytes: figures.measured.database_bytes,
        others: figures.measured.other_nodes,
        own: credential::personal(&ctx, admin.user.id).await?,
        base: base_url(&req),
        variables: ctx.config.effective(),
        engine: match ctx.db.engine() {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        },
        zone: page.now.zone.iana_name().unwrap_or("its own rule").to_owned(),
        node: ctx.jobs.node_id().to_owned(),
        backups: backup::list(&ctx.config).into_iter().take(BACKUPS).collect(),
        is_sqlite: ctx.db.engine() == Engine::Sqlite,
        page,
        figures,
    };
    respond::html(&req, &view)
}

/// POST /system/backups: begins a backup.
async fn back_up(req: HttpRequest, admin: Admin, ctx: Data<Ctx>) -> Answer {
    let message = match backup::start(&ctx, &admin.user.actor()).await? {
        Enqueued::New(_) => Flash::success("The backup has begun. It is listed here once it is done."),
        Enqueued::AlreadyQueued(_) => Flash::info("A backup is being made already."),
    };
    respond::redirect(&req, INDEX, Some(message))
}

/// GET /system/events
async fn events(
    req: HttpRequest,
    admin: Admin,
    live: Data<Live>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let times = edge.times.clone();
    Ok(live.watch(&req, &admin, move |Scene { ctx, .. }| {
        let times = times.clone();
        Box::pin(async move {
            let figures = Figures::measure(&ctx, &times).await?;
            Ok(vec![Part::new("system-figures", &figures)?])
        })
    }))
}
