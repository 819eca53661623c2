//! Syncs: every run of a provider, what it found and changed, and the decision about one that is held.

mod changes;
mod create;
mod decision;
mod index;
mod runs;
mod show;

use actix_web::web::{self, ServiceConfig};

use crate::support::ids::SyncId;

pub use runs::{Run, Runs};

pub const INDEX: &str = "/syncs";

/// The page of one run.
pub fn path(id: SyncId) -> String {
    format!("{INDEX}/{id}")
}

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource(INDEX)
                .route(web::get().to(index::index))
                .route(web::post().to(create::all)),
        )
        .service(web::resource("/syncs/events").route(web::get().to(index::events)))
        .service(web::resource("/syncs/{id}").route(web::get().to(show::show)))
        .service(web::resource("/syncs/{id}/events").route(web::get().to(show::events)))
        .service(
            web::resource("/syncs/{id}/approval")
                .route(web::get().to(decision::confirm))
                .route(web::post().to(decision::approve)),
        )
        .service(web::resource("/syncs/{id}/rejection").route(web::post().to(decision::reject)));
}
