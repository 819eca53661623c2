//! A page with every component, for eyes, keyboards and axe. It is no route of the product.

use actix_web::http::StatusCode;
use actix_web::web::{self as http_web, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use m3u_strm_processor::edge::{Edge, Problem, sse};
use m3u_strm_processor::support::ids::UserId;
use m3u_strm_processor::support::validation::Invalid;
use serde::Deserialize;

use crate::charts;
use crate::server::NOW_MS;
use crate::web::kit::navigation::{Entry, Group};
use crate::web::kit::{Flash, Page, Paging, Viewer, format, respond};
use crate::web::ui;

const ENTRIES: &[Entry] = &[
    entry(Group::Top, "Dashboard", "/", "layout-dashboard"),
    entry(Group::Watch, "Channels", "/gallery", "tv"),
    entry(Group::Watch, "Films", "/movies", "film"),
    entry(Group::Watch, "Series", "/series", "clapperboard"),
    entry(Group::Watch, "Favourites", "/favourites", "star"),
    entry(Group::Manage, "Providers", "/providers", "server"),
    entry(Group::Manage, "Syncs", "/syncs", "refresh-cw"),
    entry(Group::Manage, "Jobs", "/jobs", "list-checks"),
    entry(Group::Manage, "Outputs", "/outputs", "share-2"),
    entry(Group::Manage, "Users", "/users", "users"),
    entry(Group::Manage, "Settings", "/settings", "settings"),
];

const fn entry(group: Group, label: &'static str, path: &'static str, icon: &'static str) -> Entry {
    Entry {
        group,
        label,
        path,
        icon,
        admin: false,
    }
}

pub struct Row {
    pub id: i64,
    pub name: String,
    pub number: i64,
    pub category: &'static str,
    pub streams: i64,
    pub lines: Option<i64>,
    pub state: &'static str,
    pub checked: Option<i64>,
}

#[derive(Template)]
#[template(path = "ui/gallery.html", blocks = ["rows", "form"])]
pub struct Gallery {
    page: Page,
    rows: Vec<Row>,
    chips: ui::Chips,
    paging: Paging,
    name: String,
    invalid: Invalid,
    charts: Vec<String>,
}

#[derive(Template)]
#[template(path = "ui/gallery_dialog.html")]
struct Dialog;

pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/gallery", http_web::get().to(show))
        .route("/gallery", http_web::post().to(create))
        .route("/gallery/dialog", http_web::get().to(dialog))
        .route("/gallery/checks", http_web::post().to(check))
        .route("/gallery/bare", http_web::get().to(bare))
        .route("/gallery/events", http_web::get().to(events))
        .route("/gallery/panel", http_web::get().to(panel))
        .route("/gallery/errors/{status}", http_web::to(error));
}

fn page(req: &HttpRequest, title: &str) -> Page {
    let mut page = Page::new(req, title)
        .lead("Every channel of your providers, merged. Their streams are tried in the order shown on each channel.")
        .under("Samples", "/gallery");
    page.entries = ENTRIES;
    page.viewer = Some(Viewer {
        name: "sample.person".to_owned(),
        is_admin: true,
    });
    page
}

fn gallery(req: &HttpRequest, name: &str, invalid: Invalid) -> Gallery {
    let query = [("q", "news"), ("category", "United Kingdom"), ("sort", "name")];
    let filters = [
        ("q", "Search", "news".to_owned()),
        ("category", "Category", "United Kingdom".to_owned()),
    ];
    Gallery {
        page: page(req, "Channels"),
        rows: rows(),
        chips: ui::Chips::new("/gallery", &query, "1,204 channels", &filters),
        paging: Paging::new("/gallery", &query, Some("a"), Some("n"))
            .summary("Channels 51 to 100 of 1,204")
            .target("rows"),
        name: name.to_owned(),
        invalid,
        charts: charts::all(),
    }
}

fn rows() -> Vec<Row> {
    let names = [
        ("BBC One London", "General", Some(1_080), "up"),
        ("Sky News", "News", Some(720), "degraded"),
        (
            "A channel with a name that somebody made far too long, with brackets (and more) [and more] and no end in sight",
            "Entertainment and everything else",
            Some(2_160),
            "down",
        ),
        ("Al Jazeera English", "News", Some(576), "unknown"),
        ("Das Erste", "General", None, "maintenance"),
        ("Cartoon Network", "Kids", Some(4_320), "up"),
    ];
    let row = |(index, (name, category, lines, state)): (
        usize,
        (&str, &'static str, Option<i64>, &'static str),
    )| {
        let id = i64::try_from(index).unwrap() + 1;
        Row {
            id,
            name: name.to_owned(),
            number: id * 17,
            category,
            streams: id * id * 3,
            lines,
            state,
            checked: (id != 4).then_some(NOW_MS - id * 1_000_000),
        }
    };
    names.into_iter().enumerate().map(row).collect()
}

async fn show(req: HttpRequest) -> respond::Answer {
    let view = gallery(&req, "Living room", Invalid::default());
    respond::page_or(&req, &view, &view.as_rows())
}

#[derive(Deserialize)]
struct Form {
    name: String,
}

async fn create(req: HttpRequest, form: http_web::Form<Form>) -> respond::Answer {
    let invalid = judge(&form.name);
    let view = gallery(&req, &form.name, invalid.clone());
    if !invalid.is_empty() {
        return respond::invalid(&req, &view, &view.as_form());
    }
    let message = Flash::success(format!("{} was saved.", form.name));
    respond::changed(&req, "/gallery", message, &view.as_form())
}

async fn check(req: HttpRequest, form: http_web::Form<Form>) -> respond::Answer {
    let invalid = judge(&form.name);
    let field = ui::Field::text("name", "Name", &form.name)
        .in_form("sample")
        .errors(&invalid);
    respond::html(&req, &field.message())
}

fn judge(name: &str) -> Invalid {
    if name.is_empty() {
        Invalid::field("name", "Give it a name.")
    } else {
        Invalid::default()
    }
}

async fn dialog(req: HttpRequest) -> respond::Answer {
    respond::html(&req, &Dialog)
}

#[derive(Template)]
#[template(path = "ui/gallery_bare.html")]
struct Bare {
    page: Page,
}

async fn bare(req: HttpRequest) -> respond::Answer {
    let page = Page::new(&req, "Sign in").lead("With the name and password of your account here.");
    respond::html(&req, &Bare { page })
}

async fn events(edge: http_web::Data<Edge>) -> HttpResponse {
    let owner = sse::Owner {
        session: "sample".to_owned(),
        user: UserId(1),
    };
    let (sender, answer) = edge.streams.open(owner);
    let text = format!(
        "{} streams open",
        format::number(i64::try_from(edge.streams.count()).unwrap())
    );
    sender.send(sse::frame("live", &text));
    answer
}

async fn panel() -> Result<HttpResponse, Problem> {
    Err(Problem::unavailable("The figures are being computed.", "sample"))
}

async fn error(status: http_web::Path<u16>) -> Result<HttpResponse, Problem> {
    let status = StatusCode::from_u16(status.into_inner()).unwrap();
    Err(match status.as_u16() {
        401 => Problem::unauthenticated(),
        403 => Problem::forbidden(),
        429 => Problem::too_many(12, "That was too fast. Wait a moment and go on."),
        404 => Problem::not_found("This channel").with_recovery("All channels", "/gallery"),
        _ => Problem::internal("the cause with secrets"),
    })
}
