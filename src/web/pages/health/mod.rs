//! Whether streams work: all of them at a glance, those that fail, and checks that somebody asks for.

mod answers;
mod asked;
mod bad;
mod check;
mod comparison;
mod content;
mod experience;
mod failing;
mod fallen;
mod incidents;
mod index;
mod looking;
mod measure;
mod measuring;
mod of_provider;
pub mod performance;
mod quality;
mod stream;
mod work;

use actix_web::web::{self, ServiceConfig};

use crate::features::health::attempt::Outcome;
use crate::web::kit::Flash;

pub const INDEX: &str = "/stream-health";

pub use measure::{button as measure_button, words as measured_words};
pub use of_provider::StreamsOf;
pub use work::Work;

pub fn routes(config: &mut ServiceConfig) {
    config
        .route(INDEX, web::get().to(index::index))
        .route("/stream-health/events", web::get().to(index::events))
        .route("/providers/{id}/performance", web::get().to(performance::show))
        .route("/streams/{id}", web::get().to(stream::show))
        .route("/streams/{id}/measurements", web::post().to(quality::create))
        .route("/streams/{id}/content-tests", web::post().to(content::create))
        .route("/stream-health/checks", web::post().to(check::all))
        .route(
            "/providers/{id}/stream-checks",
            web::post().to(check::of_provider),
        )
        .route("/channels/{id}/stream-checks", web::post().to(check::of_channel))
        .route("/stream-health/measurements", web::post().to(measure::all))
        .route(
            "/providers/{id}/stream-measurements",
            web::post().to(measure::of_provider),
        )
        .route(
            "/channels/{id}/stream-measurements",
            web::post().to(measure::of_channel),
        );
}

/// Why nothing was `done` to a stream with a program, in words.
fn undone<T>(outcome: &Outcome<T>, done: &str, program: &str) -> Flash {
    let reason = match outcome {
        Outcome::Maintenance => "its provider is in maintenance and left alone".to_owned(),
        Outcome::Missing => format!("{program} is not installed"),
        Outcome::Told(_) | Outcome::Failed(_) | Outcome::Skipped => {
            "its account has no free connection now".to_owned()
        }
    };
    Flash::info(format!("It was not {done}: {reason}."))
}
