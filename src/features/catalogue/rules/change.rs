use serde_json::{Map, Value, json};

use super::{Draft, Error, MergeRule};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::features::audit::{self, Actor};
use crate::features::catalogue::store::rules as store;
use crate::features::providers;
use crate::jobs::{NewJob, kinds};
use crate::support::ids::{JobId, MergeRuleId};
use crate::support::validation::Invalid;

/// How often grouping is taken up again after the process ended meanwhile.
const ATTEMPTS: u32 = 5;
/// More rules than this would make every sync look at every name for long.
const MOST_RULES: i64 = 100;

/// Keeps a new rule and has the streams grouped by it: the rule and, where it counts, the job.
///
/// # Errors
/// [`Error::Invalid`] for a provider that there is not, and for one rule too many.
pub async fn create(ctx: &Ctx, actor: &Actor, draft: &Draft) -> Result<(MergeRule, Option<JobId>), Error> {
    check_provider(ctx, draft).await?;
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    if store::count(&mut tx).await? >= MOST_RULES {
        let message = format!("There are {MOST_RULES} rules, which is the most: remove one first.");
        return Err(Invalid::field("", message).into());
    }
    let id = store::insert(&mut tx, draft, actor.user_id(), actor.name(), now).await?;
    record(&mut tx, now, actor, "merge_rule.created", id, draft).await?;
    let job = regroup(ctx, &mut tx, draft.enabled).await?;
    let rule = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    tx.commit().await?;
    ctx.jobs.wake();
    Ok((rule, job))
}

/// Changes the fields of a rule that were sent, as [`create`].
///
/// # Errors
/// [`Error::Unknown`], [`Error::Invalid`].
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: MergeRuleId,
    sent: &Map<String, Value>,
) -> Result<(MergeRule, Option<JobId>), Error> {
    let known = store::find(&ctx.db, id).await?.ok_or(Error::Unknown)?;
    let wanted = Draft::changed(&known, sent)?;
    // A rule outlives the removal of its provider for a while: it can still be switched off.
    if wanted.provider_id != known.provider_id {
        check_provider(ctx, &wanted).await?;
    }
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    // Others may have changed it meanwhile.
    let before = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    let draft = Draft::changed(&before, sent)?;
    if draft == Draft::of(&before) {
        return Ok((before, None));
    }
    store::update(&mut tx, id, &draft).await?;
    record(&mut tx, now, actor, "merge_rule.changed", id, &draft).await?;
    let job = regroup(ctx, &mut tx, before.enabled || draft.enabled).await?;
    let rule = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    tx.commit().await?;
    ctx.jobs.wake();
    Ok((rule, job))
}

/// Removes a rule and has the streams grouped without it: the rule and, where it counted, the job.
///
/// # Errors
/// [`Error::Unknown`].
pub async fn remove(ctx: &Ctx, actor: &Actor, id: MergeRuleId) -> Result<(MergeRule, Option<JobId>), Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let rule = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    store::remove(&mut tx, id).await?;
    record(&mut tx, now, actor, "merge_rule.removed", id, &Draft::of(&rule)).await?;
    let job = regroup(ctx, &mut tx, rule.enabled).await?;
    tx.commit().await?;
    ctx.jobs.wake();
    Ok((rule, job))
}

pub(super) async fn check_provider(ctx: &Ctx, draft: &Draft) -> Result<(), Error> {
    let Some(id) = draft.provider_id else {
        return Ok(());
    };
    let providers = providers::store::names(&ctx.db).await?;
    match providers.iter().any(|(known, _)| *known == id) {
        true => Ok(()),
        false => Err(Invalid::field("provider_id", "There is no such provider.").into()),
    }
}

async fn record(
    tx: &mut Tx,
    now: i64,
    actor: &Actor,
    action: &'static str,
    id: MergeRuleId,
    draft: &Draft,
) -> Result<(), Error> {
    let details = json!({
        "rule_type": draft.rule_type.name(), "pattern1": draft.pattern1, "pattern2": draft.pattern2,
        "priority": draft.priority, "enabled": draft.enabled,
    });
    let resource = format!("merge_rule:{id}");
    audit::record(tx, now, actor, action, resource, details).await?;
    Ok(())
}

/// A job of its own for each change: one that runs already may have read the rules before.
async fn regroup(ctx: &Ctx, tx: &mut Tx, counts: bool) -> Result<Option<JobId>, Error> {
    if !counts {
        return Ok(None);
    }
    let job = NewJob::new(kinds::MERGE_RULES, json!({}))
        .attempts(ATTEMPTS)
        .by_hand();
    Ok(Some(ctx.jobs.enqueue(tx, job).await?.id()))
}
