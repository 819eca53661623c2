//! Settings, a page for each category.

mod show;
mod update;

use actix_web::web::{self, ServiceConfig};

use crate::features::settings::Category;

pub const INDEX: &str = "/settings";

/// The page of one category.
pub fn path(category: &Category) -> String {
    format!("{INDEX}/{}", category.name)
}

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource(INDEX).route(web::get().to(show::first)))
        .service(
            web::resource("/settings/{category}")
                .route(web::get().to(show::show))
                .route(web::post().to(update::update)),
        )
        .service(web::resource("/settings/{category}/checks").route(web::post().to(update::check)))
        .service(web::resource("/settings/{category}/defaults").route(web::post().to(update::reset)));
}
