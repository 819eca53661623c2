//! One connection in use.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::{Connection, Held, Purpose, room, store};
use crate::db::{Db, DbError};
use crate::support::ids::{CredentialId, ProviderId};

/// A panel notices a moment late that a player has gone, and a socket closes after its reader was dropped: for so long the
/// connection of a player counts on.
const COOL_DOWN: std::time::Duration = std::time::Duration::from_millis(250);

/// One connection in use; given back when dropped.
pub struct Lease {
    id: i64,
    provider: ProviderId,
    limit: Option<i64>,
    /// The credential that it counts for.
    holder: Mutex<Option<CredentialId>>,
    called_off: CancellationToken,
    /// It is a player's, and others may wait for it.
    cools_down: bool,
    db: Db,
    held: Held,
    is_given_back: bool,
}

impl Lease {
    /// A connection out of as many as `limit`, whose row is written.
    pub(super) fn new(
        id: i64,
        connection: Connection,
        limit: Option<i64>,
        called_off: CancellationToken,
        (db, held): (Db, Held),
    ) -> Self {
        Self {
            id,
            provider: connection.provider,
            limit,
            holder: Mutex::new(connection.purpose.holder()),
            called_off,
            cools_down: limit.is_some() && matches!(connection.purpose, Purpose::Play { .. }),
            db,
            held,
            is_given_back: false,
        }
    }

    /// The credential that it counts for; none for the product's own work.
    pub fn holder(&self) -> Option<CredentialId> {
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets this play's connection count for one of those who go on with it after the one that opened it has left: the first
    /// that may have it. None if that would take what is reserved for others: then it counts on as before, and has to be given
    /// back.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn pass_on(&self, heirs: &[CredentialId]) -> Result<Option<CredentialId>, DbError> {
        if let Some(holder) = self.holder().filter(|holder| heirs.contains(holder)) {
            return Ok(Some(holder));
        }
        let mut tx = self.db.begin().await?;
        let heir = match self.limit {
            Some(limit) => {
                store::lock_provider(&mut tx, self.provider).await?;
                let shares = store::shares(&mut tx, self.provider).await?;
                let from = store::holder(&mut tx, self.id).await?;
                let may = |heir: &&CredentialId| room::may_pass(limit, &shares, from, **heir);
                heirs.iter().find(may).copied()
            }
            None => heirs.first().copied(),
        };
        if let Some(heir) = heir {
            store::pass_on(&mut tx, self.id, heir).await?;
            tx.commit().await?;
            *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = Some(heir);
        }
        Ok(heir)
    }

    /// Cancelled once a player, a sync or a check on this node wants the connection of this measurement; that of another use
    /// never is.
    pub fn called_off(&self) -> &CancellationToken {
        &self.called_off
    }

    /// Gives the connection back a moment after its socket was closed, and waits until that is written.
    pub async fn cool_down(self) {
        if self.cools_down {
            tokio::time::sleep(COOL_DOWN).await;
        }
        self.give_back().await;
    }

    /// Gives the connection back and waits until that is written, for who wants it again at once.
    pub async fn give_back(mut self) {
        give_back(self.id, &self.db, &self.held).await;
        // Who stops waiting for it leaves it to the drop.
        self.is_given_back = true;
    }
}

async fn give_back(id: i64, db: &Db, held: &Held) {
    held.ids().remove(&id);
    held.measuring().remove(&id);
    if let Err(error) = store::remove(db, id).await {
        tracing::warn!(%error, "a lease was not given back; the next heartbeat does it");
    }
    held.freed.notify_waiters();
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.is_given_back {
            return;
        }
        // Without a runtime the process is ending; the row then runs out.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            self.held.ids().remove(&self.id);
            return;
        };
        let (id, db, held) = (self.id, self.db.clone(), self.held.clone());
        let cools_down = self.cools_down;
        held.measuring().remove(&id);
        runtime.spawn(async move {
            if cools_down {
                tokio::time::sleep(COOL_DOWN).await;
            }
            give_back(id, &db, &held).await;
        });
    }
}
