//! Jobs: everything long that is queued, runs or has ended.

mod cancellation;
mod index;
mod show;
mod words;

use actix_web::web::{self, ServiceConfig};

use crate::support::ids::JobId;

pub use words::{progress, provider_of, title};

pub const INDEX: &str = "/jobs";

/// The page of one job.
pub fn path(id: JobId) -> String {
    format!("{INDEX}/{id}")
}

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource(INDEX).route(web::get().to(index::index)))
        .service(web::resource("/jobs/events").route(web::get().to(index::events)))
        .service(web::resource("/jobs/{id}").route(web::get().to(show::show)))
        .service(web::resource("/jobs/{id}/events").route(web::get().to(show::events)))
        .service(web::resource("/jobs/{id}/cancellation").route(web::post().to(cancellation::create)));
}
