//! Merge rules: what is always, or never, one channel.

mod activation;
mod create;
mod edit;
mod form;
mod index;
mod preview;
mod removal;

use actix_web::web::{self, ServiceConfig};

use crate::support::ids::MergeRuleId;

pub const INDEX: &str = "/merge-rules";

pub fn routes(config: &mut ServiceConfig) {
    config
        .route(INDEX, web::get().to(index::index))
        .route(INDEX, web::post().to(create::create))
        .route("/merge-rules/new", web::get().to(create::new))
        .route("/merge-rules/preview", web::post().to(preview::of_new))
        .route("/merge-rules/{id}", web::post().to(edit::update))
        .route("/merge-rules/{id}/edit", web::get().to(edit::edit))
        .route("/merge-rules/{id}/preview", web::post().to(preview::of_stored))
        .route("/merge-rules/{id}/activation", web::post().to(activation::create))
        .route(
            "/merge-rules/{id}/deactivation",
            web::post().to(activation::destroy),
        )
        .route("/merge-rules/{id}/removal", web::get().to(removal::new))
        .route("/merge-rules/{id}/removal", web::post().to(removal::create));
}

fn path(id: MergeRuleId) -> String {
    format!("{INDEX}/{id}")
}
