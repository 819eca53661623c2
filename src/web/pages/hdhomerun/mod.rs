//! Devices that players take for an HDHomeRun.

mod access;
mod create;
mod edit;
mod form;
mod index;
mod removal;

use actix_web::web::{self, ServiceConfig};

use crate::features::outputs::hdhomerun::Device;
use crate::features::outputs::hdhomerun::{MOST_FOR_PLEX, channel_count};
use crate::support::ids::HdhomerunId;
use crate::web::kit::{Flash, format};

pub const INDEX: &str = "/hdhomerun";

pub fn routes(config: &mut ServiceConfig) {
    config
        .route(INDEX, web::get().to(index::index))
        .route(INDEX, web::post().to(create::create))
        .route("/hdhomerun/new", web::get().to(create::new))
        .route("/hdhomerun/{id}", web::post().to(edit::update))
        .route("/hdhomerun/{id}/edit", web::get().to(edit::edit))
        .route("/hdhomerun/{id}/access", web::post().to(access::create))
        .route("/hdhomerun/{id}/removal", web::get().to(removal::new))
        .route("/hdhomerun/{id}/removal", web::post().to(removal::create));
}

fn path(id: HdhomerunId) -> String {
    format!("{INDEX}/{id}")
}

/// What was done to a device, and that its line-up is longer than Plex takes.
fn told(device: &Device, done: &str, categories: &[(String, i64)]) -> Flash {
    let count = channel_count(device, categories);
    let done = format!("“{}” {done}.", device.name);
    if count <= MOST_FOR_PLEX {
        return Flash::success(done);
    }
    Flash::warning(format!(
        "{done} It has {}, more than the {MOST_FOR_PLEX} that Plex takes from one device: for Plex, choose categories.",
        format::count(count, "channel", "channels")
    ))
}
