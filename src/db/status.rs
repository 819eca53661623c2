//! How a database is doing.

use super::{Db, DbError, Pools};

/// The connections of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    pub open: u32,
    /// Of those that are open.
    pub idle: u32,
    pub most: u32,
}

impl Db {
    /// Connections as they stand at this moment.
    pub fn pool_status(&self) -> PoolStatus {
        let count = |idle: usize| u32::try_from(idle).unwrap_or(u32::MAX);
        match &self.pools {
            Pools::Sqlite { writer, readers } => PoolStatus {
                open: writer.size().saturating_add(readers.size()),
                idle: count(writer.num_idle().saturating_add(readers.num_idle())),
                most: writer.options().get_max_connections() + readers.options().get_max_connections(),
            },
            Pools::Postgres(pool) => PoolStatus {
                open: pool.size(),
                idle: count(pool.num_idle()),
                most: pool.options().get_max_connections(),
            },
        }
    }

    /// What the database takes on disk, as it says itself.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn size_bytes(&self) -> Result<Option<u64>, DbError> {
        let (bytes,): (i64,) = match &self.pools {
            Pools::Sqlite { .. } => {
                self.one(
                    "select page_count * page_size from pragma_page_count(), pragma_page_size()",
                    Vec::new(),
                )
                .await?
            }
            Pools::Postgres(_) => {
                self.one("select pg_database_size(current_database())", Vec::new())
                    .await?
            }
        };
        Ok(u64::try_from(bytes).ok())
    }
}
