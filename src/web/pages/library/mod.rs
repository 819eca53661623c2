//! The library: the address in its links, the last run, the trash.

mod address;
mod run;
mod show;
mod trash;

use actix_web::web::{self, ServiceConfig};

pub const INDEX: &str = "/library";

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource(INDEX).route(web::get().to(show::show)))
        .service(web::resource("/library/events").route(web::get().to(show::events)))
        .service(web::resource("/library/address").route(web::post().to(address::update)))
        .service(web::resource("/library/address/checks").route(web::post().to(address::check)))
        .service(web::resource("/library/runs").route(web::post().to(run::create)))
        .service(web::resource("/library/trash/{id}/restoration").route(web::post().to(trash::restore)));
}
