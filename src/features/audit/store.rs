use super::{Actor, Filter, Line};
use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::support::paging::{Listed, Slice};

pub(super) async fn insert(
    tx: &mut Tx,
    at_ms: i64,
    actor: &Actor,
    action: &'static str,
    resource: String,
    details: serde_json::Value,
) -> Result<(), DbError> {
    let details = if details.is_null() {
        "{}".to_owned()
    } else {
        details.to_string()
    };
    tx.execute(
        "insert into audit_log (user_id, actor, action, resource, at, details) values ($1, $2, $3, $4, $5, $6)",
        args![actor.user_id(), actor.name(), action, resource, at_ms, details],
    )
    .await
    .map(|_| ())
}

/// How many lines match.
pub(super) async fn count(db: &Db, filter: &Filter) -> Result<i64, DbError> {
    let (total,): (i64,) = db
        .one(
            "/* scan: the total that is promised beside each page */ select count(*) from audit_log
             where ($1 is null or user_id = $1) and ($2 is null or action = $2)
                and ($3 is null or at >= $3) and ($4 is null or at < $4)",
            args![
                filter.user_id,
                filter.action.clone(),
                filter.from_ms,
                filter.until_ms
            ],
        )
        .await?;
    Ok(total)
}

pub(super) async fn list(db: &Db, filter: &Filter, slice: Slice) -> Result<Listed<Line>, DbError> {
    let total = count(db, filter).await?;
    let items = db
        .all(
            "select id, user_id, actor, action, resource, at, details from audit_log
             where ($1 is null or user_id = $1) and ($2 is null or action = $2)
                and ($3 is null or at >= $3) and ($4 is null or at < $4)
             order by id desc limit $5 offset $6",
            args![
                filter.user_id,
                filter.action.clone(),
                filter.from_ms,
                filter.until_ms,
                slice.limit,
                slice.skip
            ],
        )
        .await?;
    Ok(Listed { items, total })
}

pub(super) async fn page(
    db: &Db,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Line>, DbError> {
    db.all(
        "select id, user_id, actor, action, resource, at, details from audit_log
         where ($1 is null or user_id = $1) and ($2 is null or action = $2)
            and ($3 is null or at >= $3) and ($4 is null or at < $4) and ($5 is null or id < $5)
         order by id desc limit $6",
        args![
            filter.user_id,
            filter.action.clone(),
            filter.from_ms,
            filter.until_ms,
            before,
            limit
        ],
    )
    .await
}

pub(super) async fn actions(db: &Db) -> Result<Vec<String>, DbError> {
    let actions: Vec<(String,)> = db
        .all("select distinct action from audit_log order by action", args![])
        .await?;
    Ok(actions.into_iter().map(|(action,)| action).collect())
}
