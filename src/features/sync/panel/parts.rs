//! A list that a panel refuses or cuts, category by category. Of a category that fails too, what is stored stays as it is.

use std::collections::HashSet;

use crate::features::catalogue::store::listed;
use crate::features::providers::xtream::{ListKind, PanelError};
use crate::features::sync::Error;
use crate::features::sync::excluded::Unread;
use crate::features::sync::intake::{Batch, SAMPLES};
use crate::features::sync::read::hand_over;
use crate::support::text::sort_key;

use super::lists::{Asked, List, Wanted, arrived};
use super::{entries_of, series};

/// After so many failures in a row the panel is left alone.
const FAILURES: u32 = 3;
/// Categories that are asked for; a panel has some hundred.
const MOST: usize = 2_000;
/// Names in a sentence.
const NAMED: usize = 3;

/// Reads the categories one after the other; a list of which none can be read is unknown, for the reason that it had at first.
pub(super) async fn read(wanted: &Wanted<'_>, problem: PanelError, so_far: u64) -> Result<List, Error> {
    let Wanted { asked, kind, .. } = *wanted;
    let mut categories: Vec<(&str, &str)> = wanted
        .categories
        .iter()
        .map(|(id, name)| (id.as_str(), name.as_str()))
        .collect();
    categories.sort_by_cached_key(|(id, _)| sort_key(id));
    if categories.is_empty() || categories.len() > MOST {
        return Ok(List::unknown(kind, problem));
    }
    let ends = asked.share_of(kind);
    // What came before the list broke off comes again.
    let voided = Batch {
        voids: Some(entries_of(kind)),
        bytes_read: so_far,
        ..Batch::default()
    };
    hand_over(wanted.out, voided).await;
    let sum = List {
        problem: None,
        ..List::unknown(kind, problem.clone())
    };
    let mut parts = Parts {
        wanted,
        so_far,
        sum,
        seen: Some(HashSet::new()),
        stored: None,
    };
    let (mut whole, mut failed, mut in_a_row) = (HashSet::new(), Vec::new(), 0);
    for (at, (id, name)) in categories.iter().enumerate() {
        asked.job.check().map_err(|_| Error::Cancelled)?;
        let Ok(answer) = tokio::time::timeout_at(ends, parts.one(id)).await else {
            // The other lists need the time that is left.
            failed.extend(categories.iter().skip(at).map(|(_, name)| wanted.group(name)));
            break;
        };
        let group = wanted.group(name);
        let is_read = match answer? {
            Answer::Whole => {
                in_a_row = 0;
                true
            }
            Answer::Nothing => !parts.had_any(&group).await?,
            Answer::None => {
                in_a_row += 1;
                false
            }
        };
        if in_a_row == FAILURES {
            return Ok(List::unknown(kind, problem));
        }
        if is_read {
            whole.insert(group);
        } else {
            failed.push(group);
        }
    }
    if failed.len() == categories.len() {
        return Ok(List::unknown(kind, problem));
    }
    let told = told(kind.plural(), &problem, &failed);
    for group in &failed {
        // Another category may have the same name.
        whole.remove(group);
    }
    let unread = Unread {
        kind: entries_of(kind),
        read: whole,
        has_failed: !failed.is_empty(),
    };
    let mut sum = parts.sum;
    sum.unread = Some((unread, told));
    Ok(sum)
}

/// What a panel said of a category.
enum Answer {
    Whole,
    /// That nothing is in it.
    Nothing,
    /// Not enough to say what is in it.
    None,
}

/// The categories that were read so far.
struct Parts<'a> {
    wanted: &'a Wanted<'a>,
    so_far: u64,
    sum: List,
    /// What was in one of them; nothing comes twice.
    seen: Option<HashSet<i64>>,
    /// The groups that hold anything, once somebody asks.
    stored: Option<HashSet<String>>,
}

impl Parts<'_> {
    async fn one(&mut self, category: &str) -> Result<Answer, Error> {
        let Wanted {
            asked,
            panel,
            entered,
            kind,
            ..
        } = *self.wanted;
        let part = panel.part(&asked.ctx.fetch, entered.host, kind, category, asked.max_bytes);
        let download = match part.await {
            Ok(download) => download,
            Err(PanelError::Cancelled) => return Err(Error::Cancelled),
            Err(_) => return Ok(Answer::None),
        };
        let bytes = self.so_far + self.sum.summary.bytes;
        let (part, seen) = arrived(self.wanted, download, bytes, self.seen.take()).await?;
        self.seen = seen;
        let answer = match part.problem {
            Some(_) => Answer::None,
            None if part.summary.entries == 0 => Answer::Nothing,
            None => Answer::Whole,
        };
        add(&mut self.sum, part);
        Ok(answer)
    }

    /// Whether anything is stored of a group: then an empty answer is none.
    async fn had_any(&mut self, group: &str) -> Result<bool, Error> {
        if let Some(stored) = &self.stored {
            return Ok(stored.contains(group));
        }
        let Asked { ctx, provider, .. } = self.wanted.asked;
        let stored = match self.wanted.kind {
            ListKind::Live => listed::groups_of_streams(&ctx.db, provider.id).await?,
            ListKind::Films => listed::groups_of_films(&ctx.db, provider.id).await?,
            ListKind::Series => {
                let series = series::stored_in(&ctx.db, provider.id, |_| true).await?;
                series.into_iter().map(|one| one.group_name).collect()
            }
        };
        Ok(self.stored.insert(stored).contains(group))
    }
}

fn add(sum: &mut List, part: List) {
    sum.summary.entries += part.summary.entries;
    sum.summary.accepted += part.summary.accepted;
    sum.summary.bytes += part.summary.bytes;
    for (all, of_part) in sum.summary.refused.iter_mut().zip(part.summary.refused) {
        *all += of_part;
    }
    let room = (SAMPLES * 10).saturating_sub(sum.samples.len());
    sum.samples.extend(part.samples.into_iter().take(room));
    sum.series.extend(part.series);
    sum.excluded += part.excluded;
    for group in part.groups {
        match sum.groups.iter_mut().find(|known| known.name == group.name) {
            Some(known) => known.add(group),
            None => sum.groups.push(group),
        }
    }
}

fn told(plural: &str, problem: &PanelError, failed: &[String]) -> String {
    let whole = format!(
        "The {plural} came category by category, because their list could not be read whole: {problem}."
    );
    if failed.is_empty() {
        return whole;
    }
    let named: Vec<String> = failed
        .iter()
        .take(NAMED)
        .map(|name| format!("“{name}”"))
        .collect();
    let more = match failed.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "{whole} Left as they are, because they could not be read either: {}{more}.",
        named.join(", ")
    )
}
