//! The table `provider_breakers`: what the fetcher remembers of hosts that failed.

use std::collections::HashMap;

use futures_util::future::BoxFuture;

use crate::args;
use crate::db::{Db, DbError, FromRow};
use crate::fetch::{Breaker, BreakerError, BreakerStore};
use crate::record;
use crate::support::ids::ProviderId;

/// Breakers kept in the database, so that every node knows them and a restart forgets none.
#[derive(Debug, Clone)]
pub struct Breakers(pub Db);

record! {
    struct Stored {
        host: String,
        consecutive_failures: u32,
        opened_at: Option<i64>,
        probed_at: Option<i64>,
        last_error: Option<String>,
        last_error_at: Option<i64>,
    }
}

/// What is remembered of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownHost {
    /// `host:port`.
    pub host: String,
    pub breaker: Breaker,
    /// Why it gave nothing the last time that it did not, and when.
    pub last_error: Option<(String, i64)>,
}

impl Stored {
    fn breaker(&self) -> Breaker {
        Breaker {
            consecutive_failures: self.consecutive_failures,
            opened_at_ms: self.opened_at,
            probed_at_ms: self.probed_at,
        }
    }

    fn known(self) -> KnownHost {
        KnownHost {
            breaker: self.breaker(),
            last_error: self.last_error.zip(self.last_error_at),
            host: self.host,
        }
    }
}

/// What is remembered of a provider's hosts that ever failed.
pub async fn breakers(db: &Db, provider: ProviderId) -> Result<Vec<KnownHost>, DbError> {
    let rows: Vec<Stored> = db
        .all(
            "select host, consecutive_failures, opened_at, probed_at, last_error, last_error_at from provider_breakers \
             where provider_id = $1 order by host",
            args![provider],
        )
        .await?;
    Ok(rows.into_iter().map(Stored::known).collect())
}

/// What is remembered of every provider's hosts that ever failed.
pub async fn all_breakers(db: &Db) -> Result<HashMap<ProviderId, Vec<KnownHost>>, DbError> {
    let mut all: HashMap<ProviderId, Vec<KnownHost>> = HashMap::new();
    let sql = "select host, consecutive_failures, opened_at, probed_at, last_error, last_error_at, provider_id \
               from provider_breakers order by provider_id, host";
    db.each(sql, args![], |row| {
        let stored = Stored::from_row(row)?;
        all.entry(row.last()?).or_default().push(stored.known());
        Ok(())
    })
    .await?;
    Ok(all)
}

impl BreakerStore for Breakers {
    fn load<'a>(&'a self, owner: i64, host: &'a str) -> BoxFuture<'a, Result<Breaker, BreakerError>> {
        Box::pin(async move {
            let row: Option<Stored> = self
                .0
                .optional(
                    "select host, consecutive_failures, opened_at, probed_at, last_error, last_error_at \
                     from provider_breakers where provider_id = $1 and host = $2",
                    args![owner, host],
                )
                .await?;
            Ok(row.map(|row| row.breaker()).unwrap_or_default())
        })
    }

    fn save<'a>(
        &'a self,
        owner: i64,
        host: &'a str,
        breaker: Breaker,
    ) -> BoxFuture<'a, Result<(), BreakerError>> {
        Box::pin(async move {
            let sql = "insert into provider_breakers (provider_id, host, consecutive_failures, opened_at, probed_at) \
                 values ($1, $2, $3, $4, $5) on conflict (provider_id, host) do update set \
                 consecutive_failures = excluded.consecutive_failures, opened_at = excluded.opened_at, \
                 probed_at = excluded.probed_at";
            let values = args![
                owner,
                host,
                breaker.consecutive_failures,
                breaker.opened_at_ms,
                breaker.probed_at_ms,
            ];
            self.0.execute(sql, values).await?;
            Ok(())
        })
    }

    fn note<'a>(
        &'a self,
        owner: i64,
        host: &'a str,
        error: String,
        at_ms: i64,
    ) -> BoxFuture<'a, Result<(), BreakerError>> {
        Box::pin(async move {
            let sql = "insert into provider_breakers (provider_id, host, consecutive_failures, last_error, last_error_at) \
                 values ($1, $2, 0, $3, $4) on conflict (provider_id, host) do update set \
                 last_error = excluded.last_error, last_error_at = excluded.last_error_at";
            self.0.execute(sql, args![owner, host, error, at_ms]).await?;
            Ok(())
        })
    }
}
