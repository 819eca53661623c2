//! HTML for people: pages and fragments.
//!
//! [`kit`] is what every page uses, [`ui`] the components, [`live`] what changes while it is looked at; each area has its pages in `pages/<area>/`.

pub mod kit;
pub mod live;
pub mod pages;
pub mod ui;

use actix_web::web::{self, ServiceConfig};

/// Every page, the assets and the theme switch.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(pages::accounts::routes)
        .configure(pages::audit::routes)
        .configure(pages::providers::routes)
        .configure(pages::syncs::routes)
        .configure(pages::history::routes)
        .configure(pages::jobs::routes)
        .configure(pages::library::routes)
        .configure(pages::hdhomerun::routes)
        .configure(pages::merge_rules::routes)
        .configure(pages::settings::routes)
        .configure(pages::system::routes)
        .configure(pages::health::routes)
        .configure(pages::home::routes)
        .configure(pages::catalogue::routes)
        .route(kit::assets::ROUTE, web::get().to(kit::assets::show))
        .route(kit::theme::PATH, web::post().to(kit::theme::update));
}
