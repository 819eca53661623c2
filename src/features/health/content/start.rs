//! How looks begin.

use serde_json::Value;

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::settings;
use crate::jobs::{NewJob, Planned, kinds};
use crate::support::cron::Cron;

const EACH_QUARTER: &str = "12,27,42,57 * * * *";
/// The dedupe key of a run.
pub const KEY: &str = "due";

/// The looks of each quarter of an hour, while the settings want them.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Option<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    if !settings.content_tests_enabled {
        return Ok(None);
    }
    Ok(Cron::parse(EACH_QUARTER).ok().map(|cron| Planned {
        name: "content".to_owned(),
        cron,
        zone: settings.zone,
        job: NewJob::new(kinds::CONTENT_TEST, Value::Null).key(KEY),
        unless: None,
    }))
}
