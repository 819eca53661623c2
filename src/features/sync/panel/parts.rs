//! A list that a panel refuses or cuts, category by category. Of a category that fails too, what is stored stays as it is.

use std::collections::HashSet;

use crate::features::providers::xtream::PanelError;
use crate::features::sync::Error;
use crate::features::sync::intake::{Batch, SAMPLES};
use crate::support::text::sort_key;

use super::entries_of;
use super::lists::{List, Wanted, arrived};

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
    // What came before the list broke off comes again.
    let _ = wanted.out.send(Batch {
        voids: Some(entries_of(kind)),
        bytes_read: so_far,
        ..Batch::default()
    });
    let mut sum = List {
        problem: None,
        ..List::unknown(kind, problem.clone())
    };
    let (mut seen, mut failed, mut in_a_row) = (Some(HashSet::new()), Vec::new(), 0);
    for (id, name) in &categories {
        asked.job.check().map_err(|_| Error::Cancelled)?;
        let fetch = &asked.ctx.fetch;
        let part = wanted
            .panel
            .part(fetch, wanted.entered.host, kind, id, asked.max_bytes);
        let is_whole = match part.await {
            Ok(download) => {
                let bytes = so_far + sum.summary.bytes;
                let (part, met) = arrived(wanted, download, bytes, seen).await?;
                seen = met;
                let is_whole = part.problem.is_none();
                add(&mut sum, part);
                is_whole
            }
            Err(PanelError::Cancelled) => return Err(Error::Cancelled),
            Err(_) => false,
        };
        if is_whole {
            in_a_row = 0;
            continue;
        }
        failed.push(*name);
        in_a_row += 1;
        if in_a_row == FAILURES {
            return Ok(List::unknown(kind, problem));
        }
    }
    if failed.len() == categories.len() {
        return Ok(List::unknown(kind, problem));
    }
    let masked = |name: &&str| wanted.source.secrets.masked(name).into_owned();
    let mut unread: HashSet<String> = failed.iter().map(masked).collect();
    let told = told(
        kind.plural(),
        &problem,
        &failed.iter().map(masked).collect::<Vec<_>>(),
    );
    // What is in no category cannot be asked for.
    unread.insert(String::new());
    sum.unread = Some((unread, told));
    Ok(sum)
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
