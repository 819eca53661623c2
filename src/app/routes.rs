//! Every route of the product, each area's own list by name.

use actix_web::web::{self, ServiceConfig};

use super::{health, metrics};
use crate::{api, players, web as pages};

pub(super) fn all(config: &mut ServiceConfig) {
    config
        .route("/health/live", web::get().to(health::live))
        .route("/health/ready", web::get().to(health::ready))
        .route("/metrics", web::get().to(metrics::show))
        .configure(api::routes)
        .configure(players::routes)
        .configure(pages::routes);
}
