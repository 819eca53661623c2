//! The only place that knows where the two engines differ.

use super::{Db, DbError, Engine, Tx};

/// What follows a select that claims rows, so that two nodes never claim the same one.
pub fn skip_locked(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "",
        Engine::Postgres => " for update skip locked",
    }
}

/// What follows a select whose rows no other node may change until the transaction ends; SQLite's only writer has that.
pub fn for_update(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "",
        Engine::Postgres => " for update",
    }
}

impl Tx {
    /// Renews the planner's statistics after a bulk change; without them SQLite picks quadratic plans.
    pub async fn refresh_statistics(&mut self, tables: &[&'static str]) -> Result<(), DbError> {
        for table in tables {
            self.execute(super::Sql::built(format!("analyze {table}")), Vec::new())
                .await?;
        }
        Ok(())
    }
}

impl Db {
    /// Readies tables for reading after a bulk change was committed: until it is told that all rows of a page are seen by
    /// everybody, PostgreSQL reads each row that an index holds whole. SQLite needs nothing.
    pub async fn settle(&self, tables: &[&'static str]) -> Result<(), DbError> {
        if matches!(self.engine(), Engine::Postgres) {
            for table in tables {
                self.execute(super::Sql::built(format!("vacuum {table}")), Vec::new())
                    .await?;
            }
        }
        Ok(())
    }

    /// The plan of a reading statement, one line a step, for tests.
    pub async fn explain(&self, sql: &str, args: Vec<super::Value>) -> Result<Vec<String>, DbError> {
        match self.engine() {
            Engine::Sqlite => {
                let steps: Vec<(i64, i64, i64, String)> = self
                    .all(super::Sql::built(format!("explain query plan {sql}")), args)
                    .await?;
                Ok(steps.into_iter().map(|(.., detail)| detail).collect())
            }
            Engine::Postgres => {
                let steps: Vec<(String,)> = self
                    .all(super::Sql::built(format!("explain {sql}")), args)
                    .await?;
                Ok(steps.into_iter().map(|(line,)| line).collect())
            }
        }
    }
}
