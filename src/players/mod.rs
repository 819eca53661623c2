//! Protocols of players and media servers. None of these paths has a limiter, none shows an account's password.

mod base_url;
mod hdhomerun;
mod logo;
mod playlist;
mod stream;

use actix_web::guard::{Any, Get, Head};
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route};

/// The paths of players, GET and HEAD.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/playlist.m3u").route(both(playlist::playlist)))
        .service(web::resource("/xmltv.xml").route(both(playlist::guide)))
        .service(web::resource("/xmltv.xml.gz").route(both(playlist::guide_gz)))
        .service(web::resource("/stream/{token}/channel/{id}").route(both(stream::channel)))
        .service(web::resource("/stream/{token}/channel/{id}/{quality}").route(both(stream::channel_in)))
        .service(web::resource("/stream/{token}/movie/{file}").route(both(stream::movie)))
        .service(web::resource("/stream/{token}/episode/{file}").route(both(stream::episode)))
        .service(web::resource("/stream/{token}/logo/{id}/{version}").route(both(logo::channel)))
        .service(web::resource("/stream/{token}/h/{sealed}").route(both(stream::part)))
        .configure(hdhomerun::routes);
}

fn both<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::route().guard(Any(Get()).or(Head())).to(handler)
}
