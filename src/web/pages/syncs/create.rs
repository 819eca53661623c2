use actix_web::HttpRequest;
use actix_web::web::Data;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::providers::store;
use crate::features::sync::{self, Error, Started};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, format};

/// POST /syncs: begins a sync of every provider that is switched on.
pub(super) async fn all(req: HttpRequest, admin: Admin, ctx: Data<Ctx>) -> Answer {
    let (mut begun, mut running, mut waiting) = (0_i64, 0_i64, 0_i64);
    for (id, _) in store::enabled_names(&ctx.db).await? {
        match sync::start(&ctx, id, &admin.user.actor(), true).await {
            Ok(Started::New(_)) => begun += 1,
            Ok(Started::Running(_)) => running += 1,
            Err(Error::TooOften { .. }) => waiting += 1,
            // It was switched off or removed meanwhile.
            Err(Error::Disabled | Error::Provider(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let providers = |count: i64| format::count(count, "provider", "providers");
    let mut words = Vec::new();
    if begun > 0 {
        words.push(format!("The sync of {} has begun.", providers(begun)));
    }
    if running > 0 {
        words.push(format!("{} were being synced already.", providers(running)));
    }
    if waiting > 0 {
        words.push(format!(
            "{} were synced ten times within an hour; that is the most.",
            providers(waiting)
        ));
    }
    let message = match (begun, words.is_empty()) {
        (_, true) => Flash::info("No provider is switched on."),
        (0, _) => Flash::info(words.join(" ")),
        _ => Flash::success(words.join(" ")),
    };
    respond::redirect(&req, super::INDEX, Some(message))
}
