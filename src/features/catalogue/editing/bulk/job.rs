use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::{Action, Bulk, Selection, numbers, store};
use crate::args;
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::catalogue::apply::tell_apart;
use crate::features::catalogue::browse;
use crate::features::catalogue::editing::{Change, Edit, MOST_TAGS, put, store as edit_store};
use crate::features::catalogue::store::channels::{self, ChannelRow, hand};
use crate::features::catalogue::store::{state, tags};
use crate::jobs::{JobError, JobRun};
use crate::support::text::folded;

/// Channels of one transaction: people's writes go between two of them.
const PART: usize = 500;

/// What was done so far.
#[derive(Default, Clone, Copy)]
struct Done {
    changed: u64,
    /// Channels that could not take one more tag.
    left_out: u64,
    /// Where the numbers of the next part begin.
    number: i64,
}

/// The handler of [`crate::jobs::kinds::CHANNELS`]. What the parts before a stop changed stays changed.
pub async fn job(ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
    let bulk: Bulk = serde_json::from_value(job.payload.clone())
        .map_err(|_| JobError::failed("payload", "What is to be changed cannot be read."))?;
    job.progress.set(0, None, "Finding the channels");
    let ids = match &bulk.selection {
        Selection::Ids(ids) => ids.clone(),
        Selection::Filter(list) => browse::ids(&ctx.db, &list.filter, list.order()).await?,
    };
    let mut done = Done::default();
    if let Action::Renumber(first) = &bulk.action {
        done.number = first.stored();
    }
    let worked = work(&ctx, &job, &bulk.action, &ids, &mut done).await;
    ctx.events.publish(Event::CatalogueChanged);
    if worked.is_err() && done.changed > 0 {
        let text = format!(
            "It stopped early: {} channels are changed and stay so.",
            done.changed
        );
        job.progress.log(&text);
    }
    worked?;
    Ok(json!({ "matched": ids.len(), "changed": done.changed, "left_out": done.left_out }))
}

async fn work(
    ctx: &Ctx,
    job: &JobRun,
    action: &Action,
    ids: &[i64],
    done: &mut Done,
) -> Result<(), JobError> {
    let total = u64::try_from(ids.len()).ok();
    let mut waiting: HashSet<i64> = ids.iter().copied().collect();
    let mut seen = 0;
    for part in ids.chunks(PART) {
        job.check()?;
        for id in part {
            waiting.remove(id);
        }
        let mut tx = ctx.db.begin().await?;
        job.hold(&mut tx).await?;
        let mut next = state::lock(&mut tx, ctx.clock.now_ms()).await?;
        let mut with_part = *done;
        change(&mut tx, &mut next, action, part, &waiting, &mut with_part).await?;
        state::keep(&mut tx, next).await?;
        tx.commit().await?;
        *done = with_part;
        seen += part.len() as u64;
        job.progress.set(seen, total, "Changing channels");
    }
    Ok(())
}

/// Changes the channels of a part; `waiting` holds those of later ones.
async fn change(
    tx: &mut Tx,
    next: &mut state::Next,
    action: &Action,
    part: &[i64],
    waiting: &HashSet<i64>,
    done: &mut Done,
) -> Result<(), JobError> {
    let edit = match action {
        Action::AddTag(tag) => return Ok(add_tag(tx, part, tag, done).await?),
        Action::RemoveTag(tag) => {
            done.changed += tags::remove(tx, part, &folded(tag)).await?;
            return Ok(());
        }
        Action::Enable => Edit {
            enabled: Change::Set(true),
            ..Edit::default()
        },
        Action::Disable => Edit {
            enabled: Change::Set(false),
            ..Edit::default()
        },
        Action::SetCategory(name) => Edit {
            category: Change::Set(name.clone()),
            ..Edit::default()
        },
        Action::Renumber(_) => Edit::default(),
        Action::GiveBack => Edit::all_given_back(),
    };
    let before = wanted(tx, part).await?;
    let mut rows = before.clone();
    let given = match action {
        Action::GiveBack => edit_store::given(tx, asking(&rows).into_iter()).await?,
        _ => HashMap::new(),
    };
    let nothing = Default::default();
    for row in &mut rows {
        put(&edit, given.get(&row.id).unwrap_or(&nothing), row);
    }
    match action {
        Action::Renumber(_) => {
            let next = numbers::renumber(tx, &mut rows, waiting, done.number).await?;
            done.number = next.ok_or_else(|| {
                JobError::failed("no_numbers", "There are not enough numbers from there on.")
            })?;
        }
        Action::GiveBack => numbers::give_back(tx, next, &mut rows, waiting, &given).await?,
        _ => {}
    }
    // Those that made room stand behind the part's own.
    let others = rows.split_off(before.len());
    let changed: Vec<(ChannelRow, ChannelRow)> = before
        .into_iter()
        .zip(rows)
        .filter(|(before, after)| before != after)
        .collect();
    done.changed += changed.len() as u64;
    let renamed: HashSet<String> = changed
        .iter()
        .filter(|(before, after)| (before.hand_edited ^ after.hand_edited) & hand::NAME != 0)
        .map(|(_, after)| after.normalized_name.clone())
        .collect();
    let rows = changed.into_iter().map(|(_, after)| after).chain(others);
    channels::write(tx, rows.collect()).await?;
    if !renamed.is_empty() {
        tell_apart(tx, renamed).await?;
    }
    Ok(())
}

/// The rows of those that are still there: what was merged into another one since it was chosen stays as it is.
async fn wanted(tx: &mut Tx, part: &[i64]) -> Result<Vec<ChannelRow>, DbError> {
    let mut rows = store::rows(tx, part).await?;
    rows.retain(|row| row.merged_into.is_none());
    Ok(rows)
}

/// Channels of which only their streams tell what the providers say.
fn asking(rows: &[ChannelRow]) -> Vec<i64> {
    let of_streams = hand::NUMBER | hand::CATEGORY | hand::LOGO | hand::EPG_ID;
    let asking = rows.iter().filter(|row| row.hand_edited & of_streams != 0);
    asking.map(|row| row.id).collect()
}

async fn add_tag(tx: &mut Tx, part: &[i64], tag: &str, done: &mut Done) -> Result<(), DbError> {
    let key = folded(tag);
    let known = store::tags(tx, part).await?;
    let mut values = Vec::new();
    for row in wanted(tx, part).await? {
        let of_row = known.get(&row.id).map_or(&[][..], Vec::as_slice);
        if of_row.contains(&key) {
            continue;
        }
        if of_row.len() >= MOST_TAGS {
            done.left_out += 1;
            continue;
        }
        values.extend(args![row.id, &key, tag]);
    }
    done.changed += tags::add(tx, values).await?;
    Ok(())
}
