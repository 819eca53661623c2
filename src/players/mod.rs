//! Protocols of players and media servers. None of these paths has a limiter, none shows an account's password.

mod credential;
mod playlist;

use actix_web::web::{self, ServiceConfig};

/// The paths of players, GET and HEAD.
pub fn routes(config: &mut ServiceConfig) {
    let both = || web::method(actix_web::http::Method::HEAD);
    config
        .service(
            web::resource("/playlist.m3u")
                .route(web::get().to(playlist::playlist))
                .route(both().to(playlist::playlist)),
        )
        .service(
            web::resource("/xmltv.xml")
                .route(web::get().to(playlist::guide))
                .route(both().to(playlist::guide)),
        )
        .service(
            web::resource("/xmltv.xml.gz")
                .route(web::get().to(playlist::guide_gz))
                .route(both().to(playlist::guide_gz)),
        );
}
