use super::{Jobs, store};
use crate::db::DbError;

/// The right to do something that only one node may do at a time. It ends by itself; who works longer renews it.
#[derive(Debug)]
pub struct Lease {
    jobs: Jobs,
    name: String,
    /// One process may ask for a lease from several tasks, of which only one gets it.
    holder: String,
}

impl Jobs {
    /// Takes the lease `name` for `for_ms` milliseconds; `None` while another holds it.
    pub async fn lease(&self, name: &str, for_ms: i64) -> Result<Option<Lease>, DbError> {
        let holder = format!("{}/{}", self.node_id(), uuid::Uuid::new_v4());
        let lease = Lease {
            jobs: self.clone(),
            name: name.to_owned(),
            holder,
        };
        Ok(lease.renew(for_ms).await?.then_some(lease))
    }
}

impl Lease {
    /// Holds it for another `for_ms` milliseconds from now; false if it had ended and another has taken it.
    pub async fn renew(&self, for_ms: i64) -> Result<bool, DbError> {
        let now = self.jobs.clock().now_ms();
        store::lease(self.jobs.db(), &self.name, &self.holder, now + for_ms, now).await
    }

    /// Lets others have it before it ends.
    pub async fn release(self) -> Result<(), DbError> {
        store::release(self.jobs.db(), &self.name, &self.holder).await
    }
}
