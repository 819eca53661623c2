//! Providers: the list, one provider, its form, its tests.

mod activation;
mod connections;
mod create;
mod edit;
mod form;
mod form_view;
mod groups;
mod index;
mod maintenance;
mod names;
mod posted;
mod removal;
mod schedule;
mod show;
mod sync;
mod tests;
mod typed;

use actix_web::web::{self, ServiceConfig};

use crate::support::ids::ProviderId;

pub const INDEX: &str = "/providers";

/// The page of one provider.
pub fn path(id: ProviderId) -> String {
    format!("{INDEX}/{id}")
}

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource(INDEX)
                .route(web::get().to(index::index))
                .route(web::post().to(create::create)),
        )
        .service(web::resource("/providers/events").route(web::get().to(index::events)))
        .service(web::resource("/providers/new").route(web::get().to(create::new)))
        .service(web::resource("/providers/checks").route(web::post().to(create::check)))
        .service(web::resource("/providers/tests").route(web::post().to(tests::of_new)))
        .service(
            web::resource("/providers/{id}")
                .route(web::get().to(show::show))
                .route(web::post().to(edit::update)),
        )
        .service(web::resource("/providers/{id}/events").route(web::get().to(show::events)))
        .service(web::resource("/providers/{id}/syncs").route(web::post().to(sync::create)))
        .service(
            web::resource("/providers/{id}/schedule")
                .route(web::get().to(schedule::edit))
                .route(web::post().to(schedule::update)),
        )
        .service(web::resource("/providers/{id}/schedule/checks").route(web::post().to(schedule::check)))
        .service(
            web::resource("/providers/{id}/groups")
                .route(web::get().to(groups::index))
                .route(web::post().to(groups::update)),
        )
        .service(
            web::resource("/providers/{id}/names")
                .route(web::get().to(names::edit))
                .route(web::post().to(names::update)),
        )
        .service(
            web::resource("/providers/{id}/maintenance")
                .route(web::get().to(maintenance::index))
                .route(web::post().to(maintenance::create)),
        )
        .service(
            web::resource("/providers/{id}/maintenance/{window}/ends")
                .route(web::post().to(maintenance::destroy)),
        )
        .service(
            web::resource("/providers/{id}/connections")
                .route(web::get().to(connections::index))
                .route(web::post().to(connections::update)),
        )
        .service(
            web::resource("/providers/{id}/connections/{credential}/removal")
                .route(web::post().to(connections::destroy)),
        )
        .service(web::resource("/providers/{id}/edit").route(web::get().to(edit::edit)))
        .service(web::resource("/providers/{id}/checks").route(web::post().to(edit::check)))
        .service(web::resource("/providers/{id}/tests").route(web::post().to(tests::of_stored)))
        .service(web::resource("/providers/{id}/activation").route(web::post().to(activation::create)))
        .service(web::resource("/providers/{id}/deactivation").route(web::post().to(activation::destroy)))
        .service(
            web::resource("/providers/{id}/removal")
                .route(web::get().to(removal::new))
                .route(web::post().to(removal::create)),
        );
}
