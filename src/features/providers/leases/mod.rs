//! Connections to providers, counted as leases: each is a row that lives as long as its socket and is given back when
//! the guard is dropped. Players, checks and syncs share them; a check gives its connection up at once when one of the
//! others has none, see [`Leases::wished`]; a measurement gives it up for a check too, see [`Lease::called_off`]. A node that
//! dies stops its heartbeat, and its leases run out. A row of this node without a guard is a *ghost*: the wait for it was given
//! up just as it was written, or it could not be removed; the heartbeat does so. A play's lease names the credential it counts
//! for; what is reserved for others is lent to nobody, see [`room`].

mod lease;
pub mod room;
mod store;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use lease::Lease;

use crate::db::{Db, DbError};
use crate::features::providers::Offer;
use crate::record;
use crate::support::clock::Clock;
use crate::support::ids::{CredentialId, ProviderId, StreamId};

/// How often a node confirms its leases.
const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(10);
/// A lease that was not confirmed for this long is a ghost of a node that died.
const EXPIRY_MS: i64 = 35_000;
/// A row this young may be on its way to its guard.
const YOUNG_MS: i64 = 5_000;
/// How often it is worth looking whether another node gave a connection back.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(250);
/// So many looks a check waits at most for the connection of a measurement.
const GIVEN_UP_BY: u32 = 8;

/// What a connection is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    Play {
        offer: Offer,
        credential: CredentialId,
    },
    /// Of this stream first; further ones of the provider may follow on the same lease.
    Check(StreamId),
    /// Of this stream by ffprobe, for seconds: whoever else finds no connection free is given this one.
    Measure(StreamId),
    /// Of the provider's lists.
    Sync,
}

impl Purpose {
    /// The credential that it counts for; none for the product's own work.
    fn holder(self) -> Option<CredentialId> {
        match self {
            Self::Play { credential, .. } => Some(credential),
            Self::Check(_) | Self::Measure(_) | Self::Sync => None,
        }
    }
}

/// A provider's connection and its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Connection {
    pub provider: ProviderId,
    pub purpose: Purpose,
}

record! {
    /// Connections in use now, over all nodes.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct InUse {
        pub plays: i64,
        pub checks: i64,
        pub syncs: i64,
    }
}

impl InUse {
    pub fn total(self) -> i64 {
        self.plays + self.checks + self.syncs
    }
}

/// The ledger of connections, shared by all nodes through the database; cheap to clone.
#[derive(Clone)]
pub struct Leases {
    node: Arc<str>,
    db: Db,
    clock: Clock,
    held: Held,
}

/// The rows that have a guard in this process.
#[derive(Clone, Default)]
struct Held {
    ids: Arc<Mutex<HashSet<i64>>>,
    freed: Arc<Notify>,
    wishes: Arc<Mutex<HashMap<ProviderId, Arc<Notify>>>>,
    measuring: Arc<Mutex<HashMap<i64, (ProviderId, CancellationToken)>>>,
}

impl Held {
    fn ids(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wish(&self, provider: ProviderId) -> Arc<Notify> {
        let mut wishes = self.wishes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(wishes.entry(provider).or_default())
    }

    fn measuring(&self) -> MutexGuard<'_, HashMap<i64, (ProviderId, CancellationToken)>> {
        self.measuring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the measurements of a provider; whether there were any.
    fn call_off(&self, provider: ProviderId) -> bool {
        let measuring = self.measuring();
        let ends = measuring.values().filter(|(of, _)| *of == provider);
        ends.map(|(_, end)| end.cancel()).count() > 0
    }
}

/// Why no connection may be opened.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("all {limit} connections of this provider are in use")]
    AllInUse { limit: i64 },
    /// Some are free, but none for who asked.
    #[error("the free ones of the {limit} connections of this provider are reserved for others")]
    Reserved { limit: i64 },
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Leases {
    /// The ledger as the node named `node` writes it; the name is unique among running nodes.
    pub fn new(node: impl Into<Arc<str>>, db: Db, clock: Clock) -> Self {
        Self {
            node: node.into(),
            db,
            clock,
            held: Held::default(),
        }
    }

    /// Takes one of the provider's connections; without a limit there is always one. A check waits for that of a
    /// measurement on this node, which is given up at once.
    ///
    /// # Errors
    /// [`LeaseError::AllInUse`] if none is free, [`LeaseError::Reserved`] if what is free is kept for others.
    pub async fn acquire(&self, connection: Connection, limit: Option<i64>) -> Result<Lease, LeaseError> {
        let mut left = GIVEN_UP_BY;
        loop {
            match self
                .try_acquire(&[connection], limit)
                .await
                .map(|mut leases| leases.pop())
            {
                Ok(Some(lease)) => return Ok(lease),
                Err(LeaseError::AllInUse { .. } | LeaseError::Reserved { .. })
                    if left > 0
                        && matches!(connection.purpose, Purpose::Check(_))
                        && self.held.call_off(connection.provider) =>
                {
                    left -= 1;
                    self.freed().await;
                }
                Err(error) => return Err(error),
                // One that was granted is there.
                Ok(None) => {}
            }
        }
    }

    /// Takes as many of these connections, which are of one provider and for checks, as there are free ones: at once, since
    /// each by itself takes a moment on another machine's database.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    pub async fn acquire_some(
        &self,
        connections: &[Connection],
        limit: Option<i64>,
    ) -> Result<Vec<Lease>, LeaseError> {
        match connections {
            [one] => self.acquire(*one, limit).await.map(|lease| vec![lease]),
            some => match self.try_acquire(some, limit).await {
                // It may have those of measurements.
                Err(LeaseError::AllInUse { .. } | LeaseError::Reserved { .. })
                    if let Some(one) = some.first() =>
                {
                    self.acquire(*one, limit).await.map(|lease| vec![lease])
                }
                ended => ended,
            },
        }
    }

    /// The answer has one at least, if one was asked for.
    async fn try_acquire(
        &self,
        connections: &[Connection],
        limit: Option<i64>,
    ) -> Result<Vec<Lease>, LeaseError> {
        let Some(connection) = connections.first().copied() else {
            return Ok(Vec::new());
        };
        let now = self.clock.now_ms();
        let mut free = i64::MAX;
        let mut tx = self.db.begin().await?;
        if let Some(limit) = limit {
            store::lock_provider(&mut tx, connection.provider).await?;
            store::remove_expired(&mut tx, connection.provider, now - EXPIRY_MS).await?;
            let shares = store::shares(&mut tx, connection.provider).await?;
            free = room::free_for(limit, &shares, connection.purpose.holder());
            if free <= 0 {
                // What ran out is gone for good, whether or not one was free.
                tx.commit().await?;
                if matches!(connection.purpose, Purpose::Play { .. } | Purpose::Sync) {
                    self.held.call_off(connection.provider);
                    self.held.wish(connection.provider).notify_one();
                }
                return Err(match room::active(&shares) < limit {
                    true => LeaseError::Reserved { limit },
                    false => LeaseError::AllInUse { limit },
                });
            }
        }
        let granted = connections.len().min(usize::try_from(free).unwrap_or(usize::MAX));
        let mut ids = Vec::with_capacity(granted);
        for connection in connections.iter().take(granted) {
            ids.push(store::insert(&mut tx, *connection, &self.node, now).await?);
        }
        tx.commit().await?;
        if matches!(connection.purpose, Purpose::Check(_)) {
            // A wish from before it, which nobody was there to hear, is over.
            let _ = self.held.wish(connection.provider).notified().now_or_never();
        }
        let leases = ids.into_iter().zip(connections).map(|(id, connection)| {
            self.held.ids().insert(id);
            let called_off = CancellationToken::new();
            if matches!(connection.purpose, Purpose::Measure(_)) {
                let measuring = (connection.provider, called_off.clone());
                self.held.measuring().insert(id, measuring);
            }
            Lease::new(
                id,
                *connection,
                limit,
                called_off,
                (self.db.clone(), self.held.clone()),
            )
        });
        Ok(leases.collect())
    }

    /// Since when a lease was confirmed that counts at an instant; both in milliseconds since the epoch.
    pub fn alive_since(now_ms: i64) -> i64 {
        now_ms - EXPIRY_MS
    }

    /// Waits until a connection was given back, or may have been on another node: a fraction of a second.
    pub async fn freed(&self) {
        // Either way it is time to try again.
        let _ = tokio::time::timeout(LOOK_AGAIN, self.held.freed.notified()).await;
    }

    /// Waits until a player or a sync on this node finds no connection of the provider free; of those who wait, one is told. Who
    /// holds a connection for a check gives it back then.
    pub async fn wished(&self, provider: ProviderId) {
        self.held.wish(provider).notified().await;
    }

    /// Connections in use now, over all nodes.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn in_use(&self, provider: ProviderId) -> Result<InUse, DbError> {
        in_use(&self.db, provider, self.clock.now_ms()).await
    }

    /// Confirms this node's leases until `cancel`, then gives them all back.
    pub async fn keep_alive(&self, cancel: CancellationToken) {
        loop {
            tokio::select! {
                () = cancel.cancelled() => break,
                () = tokio::time::sleep(HEARTBEAT) => self.confirm().await,
            }
        }
        if let Err(error) = store::remove_node(&self.db, &self.node).await {
            tracing::warn!(%error, "leases were not given back; they run out by themselves");
        }
    }

    /// Confirms this node's leases once and removes ghosts and those that ran out.
    pub async fn confirm(&self) {
        let now = self.clock.now_ms();
        let confirmed = async {
            if !store::is_any(&self.db).await? {
                return Ok(());
            }
            for id in store::of_node(&self.db, &self.node, now - YOUNG_MS).await? {
                if !self.held.ids().contains(&id) {
                    store::remove(&self.db, id).await?;
                }
            }
            store::confirm(&self.db, &self.node, now, now - EXPIRY_MS).await
        };
        if let Err(error) = confirmed.await {
            tracing::warn!(%error, "leases were not confirmed");
        }
    }
}

/// Connections in use at an instant, over all nodes; milliseconds since the epoch.
///
/// # Errors
/// Whatever the database says.
pub async fn in_use(db: &Db, provider: ProviderId, now_ms: i64) -> Result<InUse, DbError> {
    store::in_use(db, provider, Leases::alive_since(now_ms)).await
}
