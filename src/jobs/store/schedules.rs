//! When schedules fired last.

use crate::args;
use crate::db::{Db, DbError, Tx};

pub(in crate::jobs) async fn fired(db: &Db) -> Result<Vec<(String, i64)>, DbError> {
    db.all("select name, last_fired_at from schedules", args![]).await
}

pub(in crate::jobs) async fn fired_last(db: &Db, name: &str) -> Result<Option<i64>, DbError> {
    let found: Option<(i64,)> = db
        .optional("select last_fired_at from schedules where name = $1", args![name])
        .await?;
    Ok(found.map(|(last,)| last))
}

/// A schedule that is seen for the first time counts as fired.
pub(in crate::jobs) async fn begin_schedule(db: &Db, name: &str, now: i64) -> Result<(), DbError> {
    db.execute(
        "insert into schedules (name, last_fired_at) values ($1, $2) on conflict (name) do nothing",
        args![name, now],
    )
    .await?;
    Ok(())
}

pub(in crate::jobs) async fn end_schedule(db: &Db, name: &str) -> Result<(), DbError> {
    db.execute("delete from schedules where name = $1", args![name])
        .await?;
    Ok(())
}

/// Takes a fire; false if another node was quicker.
pub(in crate::jobs) async fn claim_fire(
    tx: &mut Tx,
    name: &str,
    last: i64,
    fire: i64,
) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update schedules set last_fired_at = $3 where name = $1 and last_fired_at = $2",
            args![name, last, fire],
        )
        .await?;
    Ok(touched == 1)
}
