use serde_json::Value as Json;

use crate::args;
use crate::db::{Column, Db, DbError, FromRow, Row, Sql};
use crate::jobs::job::{Failure, Job, LogLine, Snapshot, State};
use crate::jobs::list::JobFilter;
use crate::support::ids::JobId;

/// In the order of [`Job`]'s `from_row`.
pub(super) const COLUMNS: &str = "id, kind, state, done, total, message, result, error_code, error_message, created_at, \
                       started_at, finished_at, attempt, attempts, by_hand, cancel_requested, payload, dedupe_key";

impl Column for State {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        row.with_text(column, str::parse)?.map_err(|()| DbError::Column {
            column,
            cause: "not a state".to_owned(),
        })
    }
}

impl FromRow for Job {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let code: Option<String> = row.get(7)?;
        let message: Option<String> = row.get(8)?;
        let result: Option<String> = row.get(6)?;
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            state: row.get(2)?,
            progress: Snapshot {
                done: row.get(3)?,
                total: row.get(4)?,
                message: row.get(5)?,
            },
            result: result.and_then(|text| serde_json::from_str(&text).ok()),
            error: code.map(|code| Failure {
                code,
                message: message.unwrap_or_default(),
            }),
            created_at: row.get(9)?,
            started_at: row.get(10)?,
            finished_at: row.get(11)?,
            attempt: row.get(12)?,
            attempts: row.get(13)?,
            by_hand: row.get(14)?,
            cancel_requested: row.get(15)?,
            payload: row.with_text(16, |text| serde_json::from_str(text).unwrap_or(Json::Null))?,
            dedupe_key: row.get(17)?,
        })
    }
}

pub(in crate::jobs) async fn find(db: &Db, id: JobId) -> Result<Option<Job>, DbError> {
    db.optional(
        Sql::built(format!("select {COLUMNS} from jobs where id = $1")),
        args![id],
    )
    .await
}

pub(in crate::jobs) async fn list(db: &Db, filter: &JobFilter) -> Result<(Vec<Job>, u64), DbError> {
    let (condition, mut args) = filter.condition();
    let (total,): (u64,) = db
        .one(
            Sql::built(format!("select count(*) from jobs{condition}")),
            args.clone(),
        )
        .await?;
    let at = args.len();
    args.extend(args![
        filter.limit,
        i64::try_from(filter.skip).unwrap_or(i64::MAX)
    ]);
    let newest = format!(
        "select {COLUMNS} from jobs{condition} order by id desc limit ${} offset ${}",
        at + 1,
        at + 2
    );
    Ok((db.all(Sql::built(newest), args).await?, total))
}

pub(in crate::jobs) async fn logs(db: &Db, id: JobId) -> Result<Vec<LogLine>, DbError> {
    let lines: Vec<(i64, String)> = db
        .all(
            "select at, text from job_logs where job_id = $1 order by line",
            args![id],
        )
        .await?;
    Ok(lines.into_iter().map(|(at, text)| LogLine { at, text }).collect())
}
