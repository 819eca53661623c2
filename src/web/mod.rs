//! HTML for people: pages and fragments.
//!
//! [`kit`] is what every page uses, [`ui`] the components; each area has its pages in `pages/<area>/`.

pub mod kit;
pub mod ui;

use actix_web::web::{self, ServiceConfig};

/// The routes that belong to no area: assets and the theme switch.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route(kit::assets::ROUTE, web::get().to(kit::assets::show))
        .route(kit::theme::PATH, web::post().to(kit::theme::update));
}
