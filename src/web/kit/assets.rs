//! Stylesheet, scripts and icons under names that change with their content, so that browsers keep them for ever.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::edge::{Problem, etag};

pub const ROUTE: &str = "/static/{hash}/{name:.*}";

/// Cascade layers in their order, then one component a file.
const STYLES: &[&str] = &[
    "tokens",
    "base",
    "frame",
    "button",
    "badge",
    "field",
    "modal",
    "table",
    "filters",
    "paging",
    "toast",
    "progress",
    "tile",
    "chart",
    "menu",
    "empty",
    "tabs",
    "error",
    "account",
    "catalogue",
    "sync",
    "home",
    "settings",
    "utilities",
];
const SCRIPTS: &[&str] = &[
    "menu", "theme", "modal", "toast", "submit", "copy", "field", "live", "ticks", "htmx",
];

const VENDORED: &[&str] = &["vendor/htmx-2.0.10.min.js", "vendor/htmx-ext-sse-2.2.4.min.js"];

/// Read from disk in debug builds, so that a restart is enough to see a change.
#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

struct Asset {
    kind: &'static str,
    url: String,
    tag: String,
    plain: Bytes,
    gzip: Option<Bytes>,
}

static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(load);

/// The address of the asset `name` (`app.css`, `app.js`, `icons.svg`, …); empty if there is none.
pub fn url(name: &str) -> &'static str {
    ASSETS.get(name).map_or("", |asset| &asset.url)
}

/// Answers an asset: immutable for a year under its present hash; 404 under any other.
pub async fn show(req: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (_, name) = path.into_inner();
    let asset = ASSETS
        .get(&name)
        .filter(|asset| asset.url == req.path())
        .ok_or_else(|| Problem::not_found("This file"))?;
    if etag::is_known(&req, &asset.tag) {
        return Ok(etag::not_modified(&asset.tag));
    }
    let mut response = HttpResponse::Ok();
    response
        .content_type(asset.kind)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::ETAG, asset.tag.as_str()))
        .insert_header((header::VARY, "Accept-Encoding"));
    Ok(match &asset.gzip {
        Some(gzip) if accepts_gzip(&req) => response
            .insert_header((header::CONTENT_ENCODING, "gzip"))
            .body(gzip.clone()),
        _ => response
            .insert_header((header::CONTENT_ENCODING, "identity"))
            .body(asset.plain.clone()),
    })
}

fn accepts_gzip(req: &HttpRequest) -> bool {
    let accepted = req.headers().get(header::ACCEPT_ENCODING);
    accepted
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(is_gzip))
}

fn is_gzip(coding: &str) -> bool {
    let mut parts = coding.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
    name.eq_ignore_ascii_case("gzip") && !refused
}

fn load() -> BTreeMap<String, Asset> {
    let mut assets = BTreeMap::new();
    let mut add = |name: &str, kind, content: Vec<u8>| {
        assets.insert(name.to_owned(), Asset::new(name, kind, content));
    };
    add("app.css", "text/css; charset=utf-8", styles().into_bytes());
    add("app.js", "text/javascript; charset=utf-8", scripts().into_bytes());
    for path in Files::iter() {
        let Some(file) = Files::get(&path) else { continue };
        let name = path.rsplit('/').next().unwrap_or_default();
        match name.rsplit('.').next().unwrap_or_default() {
            "svg" => add(name, "image/svg+xml", file.data.into_owned()),
            "png" => add(name, "image/png", file.data.into_owned()),
            _ => {}
        }
    }
    assets
}

/// htmx, its event-source extension and our own, in one file: one request, and one order.
fn scripts() -> String {
    let vendored = VENDORED.iter().filter_map(|path| text(path));
    let own = SCRIPTS.iter().filter_map(|name| text(&format!("js/{name}.js")));
    let scripts = vendored.chain(own.map(|script| lean(&script)));
    scripts.map(|script| script + "\n;\n").collect()
}

fn styles() -> String {
    let files = STYLES.iter().filter_map(|name| text(&format!("css/{name}.css")));
    files.map(|style| lean(&style)).collect()
}

fn text(path: &str) -> Option<String> {
    let file = Files::get(path)?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// Drops indentation and the lines that hold only a comment; nothing that could change meaning.
fn lean(content: &str) -> String {
    let mut lean = String::with_capacity(content.len());
    for line in content.lines().map(str::trim) {
        let is_comment = line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
        if !line.is_empty() && !is_comment {
            lean.push_str(line);
            lean.push('\n');
        }
    }
    lean
}

impl Asset {
    fn new(name: &str, kind: &'static str, content: Vec<u8>) -> Self {
        let digest = Sha256::digest(&content);
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self {
            kind,
            url: format!("/static/{hash}/{name}"),
            tag: etag::strong(&hash),
            gzip: compress(&content).filter(|gzip| gzip.len() < content.len()),
            plain: Bytes::from(content),
        }
    }
}

fn compress(content: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_and_script_that_is_listed_exists_and_none_is_forgotten() {
        let listed = |folder: &str, names: &[&str]| {
            let mut listed: Vec<String> = names
                .iter()
                .map(|name| format!("{folder}/{name}.{folder}"))
                .collect();
            listed.sort();
            listed
        };
        let on_disk = |folder: &str| {
            let mut found: Vec<String> = Files::iter()
                .filter(|path| path.starts_with(&format!("{folder}/")))
                .map(|path| path.into_owned())
                .collect();
            found.sort();
            found
        };
        assert_eq!(listed("css", STYLES), on_disk("css"));
        assert_eq!(listed("js", SCRIPTS), on_disk("js"));
    }

    #[test]
    fn what_each_page_loads_stays_light() {
        let weight = |name: &str| ASSETS[name].gzip.as_ref().unwrap().len();
        let total = weight("app.css") + weight("app.js") + weight("icons.svg");
        assert!(total < 34_000, "{total} bytes compressed");
    }

    #[test]
    fn comments_are_dropped_and_content_is_not() {
        assert_eq!(
            lean("/* a */\n.a {\n  color: red; /* b */\n}\n"),
            ".a {\ncolor: red; /* b */\n}\n"
        );
    }

    #[test]
    fn gzip_is_sent_only_to_who_takes_it() {
        assert!(is_gzip("gzip") && is_gzip(" GZIP;q=0.5"));
        assert!(!is_gzip("gzip;q=0") && !is_gzip("br"));
    }
}
