use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::features::sync::schedule::Choice;
use crate::support::ids::ProviderId;

fn stored(has_choice: bool, expression: Option<String>) -> Choice {
    match (has_choice, expression) {
        (false, _) => Choice::AsAll,
        (true, Some(expression)) => Choice::Own(expression),
        (true, None) => Choice::Never,
    }
}

/// What was chosen for each provider that is switched on.
pub(in crate::features::sync) async fn choices(db: &Db) -> Result<Vec<(ProviderId, Choice)>, DbError> {
    let rows: Vec<(ProviderId, bool, Option<String>)> = db
        .all(
            "select p.id, s.provider_id is not null, s.expression from providers p \
             left join sync_schedules s on s.provider_id = p.id where p.enabled and p.deleted_at is null order by p.id",
            args![],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, has_choice, expression)| (id, stored(has_choice, expression)))
        .collect())
}

pub(in crate::features::sync) async fn choice(db: &Db, id: ProviderId) -> Result<Choice, DbError> {
    let row: Option<(Option<String>,)> = db.optional(CHOICE, args![id]).await?;
    Ok(chosen(row))
}

const CHOICE: &str = "select expression from sync_schedules where provider_id = $1";

fn chosen(row: Option<(Option<String>,)>) -> Choice {
    let has_choice = row.is_some();
    stored(has_choice, row.and_then(|(expression,)| expression))
}

/// False if it was chosen before.
pub(in crate::features::sync) async fn choose(
    tx: &mut Tx,
    id: ProviderId,
    choice: &Choice,
) -> Result<bool, DbError> {
    if chosen(tx.optional(CHOICE, args![id]).await?) == *choice {
        return Ok(false);
    }
    let expression = match choice {
        Choice::AsAll => {
            tx.execute("delete from sync_schedules where provider_id = $1", args![id])
                .await?;
            return Ok(true);
        }
        Choice::Own(expression) => Some(expression.clone()),
        Choice::Never => None,
    };
    tx.execute(
        "insert into sync_schedules (provider_id, expression) values ($1, $2) \
         on conflict (provider_id) do update set expression = excluded.expression",
        args![id, expression],
    )
    .await?;
    Ok(true)
}
