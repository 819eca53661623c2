//! What players ask of an HDHomeRun. It knows no passwords, so nobody outside of private networks gets an answer.
//!
//! Every device answers below `/hdhr/<device id>`; the first one at the root too, where some players ask whatever they are
//! told.

mod access;
mod device;
mod lineup;
mod refusal;
mod stream;

use actix_web::web::{self, ServiceConfig};

use super::both;

/// The paths of every device, and those of the first one.
pub(super) fn routes(config: &mut ServiceConfig) {
    const DEVICE: &str = "/hdhr/{device}";
    for start in ["", DEVICE] {
        let path = |rest: &str| web::resource(format!("{start}/{rest}"));
        config
            .service(path("discover.json").route(both(device::discover)))
            .service(path("device.xml").route(both(device::describe)))
            .service(path("capability").route(both(device::describe)))
            .service(path("lineup.json").route(both(lineup::json)))
            .service(path("lineup.xml").route(both(lineup::xml)))
            .service(path("lineup.m3u").route(both(lineup::m3u)))
            .service(path("lineup_status.json").route(both(lineup::status)))
            .service(path("lineup.post").route(web::post().to(lineup::scan)))
            .service(path("auto/v{number}").route(both(stream::any)))
            .service(path("tuner{tuner}/v{number}").route(both(stream::of_tuner)));
    }
    config
        .service(web::resource(DEVICE).route(both(device::describe)))
        .service(web::resource(format!("{DEVICE}/")).route(both(device::describe)));
}
