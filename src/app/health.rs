//! Liveness and readiness, measured at each request.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::jobs::Pulse;

/// What the checks look at besides the database.
pub(super) struct Health {
    pub(super) workers: Pulse,
}

const PATIENCE: Duration = Duration::from_secs(2);

/// 200 as long as the process does its work; restarting it would mend nothing else.
pub(super) async fn live(ctx: web::Data<Ctx>, health: web::Data<Health>) -> HttpResponse {
    let checks = Checks::take(&ctx, &health).await;
    checks.answer(checks.jobs)
}

/// 200 once requests can be served.
pub(super) async fn ready(ctx: web::Data<Ctx>, health: web::Data<Health>) -> HttpResponse {
    let checks = Checks::take(&ctx, &health).await;
    checks.answer(checks.database.is_some() && checks.are_migrations_applied() && checks.jobs)
}

struct Checks {
    /// How long an answer took; `None` without one.
    database: Option<Duration>,
    /// Applied and known.
    migrations: Option<(usize, usize)>,
    jobs: bool,
}

impl Checks {
    async fn take(ctx: &Ctx, health: &Health) -> Self {
        let begun = Instant::now();
        let database = tokio::time::timeout(PATIENCE, ctx.db.ping()).await;
        let database = matches!(database, Ok(Ok(()))).then(|| begun.elapsed());
        let migrations = match database {
            Some(_) => tokio::time::timeout(PATIENCE, ctx.db.migration_status())
                .await
                .ok(),
            None => None,
        };
        Self {
            database,
            migrations: migrations
                .and_then(Result::ok)
                .map(|status| (status.applied, status.known)),
            jobs: health.workers.beats(),
        }
    }

    fn are_migrations_applied(&self) -> bool {
        self.migrations.is_some_and(|(applied, known)| applied == known)
    }

    fn answer(&self, is_good: bool) -> HttpResponse {
        let word = |is_good| if is_good { "ok" } else { "failed" };
        let latency_ms = self.database.map(|latency| latency.as_secs_f64() * 1000.0);
        let body: Value = json!({
            "status": word(is_good),
            "checks": {
                "database": {"status": word(self.database.is_some()), "latency_ms": latency_ms},
                "migrations": {
                    "status": word(self.are_migrations_applied()),
                    "applied": self.migrations.map(|(applied, _)| applied),
                    "known": self.migrations.map(|(_, known)| known),
                },
                "jobs": {"status": word(self.jobs)},
            }
        });
        let mut response = if is_good {
            HttpResponse::Ok()
        } else {
            HttpResponse::ServiceUnavailable()
        };
        response.insert_header(("cache-control", "no-store")).json(body)
    }
}
