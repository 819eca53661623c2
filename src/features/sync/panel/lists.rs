//! Getting the lists: download, reading and staging run side by side, one list after the other.

use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc::{SyncSender, sync_channel};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::ctx::Ctx;
use crate::features::catalogue::entry::EntryKind;
use crate::features::providers::groups::Offered;
use crate::features::providers::m3u::{Refusal, Summary};
use crate::features::providers::store::series::ListedSeries;
use crate::features::providers::url_parts::ProviderSecrets;
use crate::features::providers::xtream::{
    self, Entered, Item, Limits, ListKind, NotAList, Panel, PanelError, Problem, Reader,
};
use crate::features::providers::{self, Provider, Secrets};
use crate::features::sync::Error;
use crate::features::sync::excluded::Unread;
use crate::features::sync::found::Found;
use crate::features::sync::intake::{self, Batch, Sample};
use crate::features::sync::read::{BATCHES_AHEAD, CHUNKS_AHEAD, forward, index, read_so_far};
use crate::features::sync::staging::Staging;
use crate::fetch::Download;
use crate::jobs::JobRun;
use crate::support::ids::ProviderId;

use super::desk::{Desk, Source};
use super::{News, entries_of, parts, retitled, series, series_key};

/// How the lists are asked for.
pub(super) struct Asked<'a> {
    pub ctx: &'a Ctx,
    pub job: &'a JobRun,
    pub provider: &'a Provider,
    pub secrets: &'a Secrets,
    pub max_bytes: u64,
    /// When all of it has to be there.
    pub until: Instant,
}

impl Asked<'_> {
    /// When reading a list category by category has to end, so that the lists behind it have their share of the time.
    pub(super) fn share_of(&self, kind: ListKind) -> Instant {
        let behind = ListKind::ALL.into_iter().skip_while(|one| *one != kind);
        let now = Instant::now();
        let shares = u32::try_from(behind.count())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        now + self.until.saturating_duration_since(now) / shares
    }
}

/// One list, or a part of it, read to its end or not.
pub(super) struct List {
    pub kind: ListKind,
    pub summary: xtream::Summary,
    pub samples: Vec<Sample>,
    pub series: Vec<ListedSeries>,
    pub groups: Vec<Offered>,
    pub excluded: u64,
    /// Why it is unknown.
    pub problem: Option<PanelError>,
    /// Where it came category by category: what could not be read, and what that is to be told by.
    pub unread: Option<(Unread, String)>,
}

impl List {
    pub(super) fn unknown(kind: ListKind, problem: PanelError) -> Self {
        Self {
            kind,
            summary: xtream::Summary::default(),
            samples: Vec::new(),
            series: Vec::new(),
            groups: Vec::new(),
            excluded: 0,
            problem: Some(problem),
            unread: None,
        }
    }
}

/// What reading a list or a part of it takes along.
pub(super) struct Wanted<'a> {
    pub asked: &'a Asked<'a>,
    pub panel: &'a Panel,
    pub entered: &'a Entered,
    pub kind: ListKind,
    pub source: &'a std::sync::Arc<Source>,
    pub categories: &'a xtream::Categories,
    pub out: &'a SyncSender<Batch>,
}

impl Wanted<'_> {
    /// What the entries of a category have for a group.
    pub(super) fn group(&self, category: &str) -> String {
        self.source.secrets.masked(category).into_owned()
    }
}

/// Reads the lists.
pub(super) async fn lists(asked: &Asked<'_>) -> Result<Found, Error> {
    let Asked {
        ctx,
        job,
        provider,
        secrets,
        ..
    } = *asked;
    job.progress.set(0, None, "Connecting");
    let panel = Panel::new(secrets, provider.user_agent.as_ref()).for_job(provider.id.0, job.cancel.clone());
    let entered = panel.enter(&ctx.fetch).await?;
    if let Some(sentence) = entered.account.objection(ctx.clock.now_ms()) {
        return Err(Error::Account {
            sentence,
            entered: Box::new(entered),
        });
    }
    let source = Source {
        provider: provider.id,
        hash: intake::hash(&ctx.keys),
        secrets: ProviderSecrets::account(&secrets.xstream_username, &secrets.xstream_password),
        this_year: crate::features::sync::year_of(ctx.clock.now_ms()),
        reading: provider.reading.clone(),
        renamer: provider.reading.renamer(),
    };
    let source = std::sync::Arc::new(source);
    let (batches_in, batches) = sync_channel(BATCHES_AHEAD);
    let (progress, folder, db) = (job.progress.clone(), ctx.config.data.dir.clone(), ctx.db.clone());
    let id = provider.id;
    let staging = async move {
        let index = index(&db, id).await?;
        let fill = move || {
            Staging::new(index, folder).fill(&batches, |staging, bytes| {
                progress.set(bytes, None, &read_so_far(staging.listed()));
            })
        };
        spawn_blocking(fill)
            .await
            .map_err(|_| Error::Staging)?
            .map_err(Error::from)
    };
    let reading = async {
        let mut lists = Vec::new();
        for kind in ListKind::ALL {
            let so_far = lists.iter().map(|list: &List| list.summary.bytes).sum();
            lists.push(one(asked, &panel, &entered, kind, &source, so_far, &batches_in).await?);
        }
        drop(batches_in);
        Ok::<_, Error>(lists)
    };
    let (lists, staging) = tokio::join!(reading, staging);
    let lists = lists?;
    job.check().map_err(|_| Error::Cancelled)?;
    settle(ctx, id, &source, entered, lists, staging?).await
}

/// One of the lists. What is wrong with it is no error of the run.
async fn one(
    asked: &Asked<'_>,
    panel: &Panel,
    entered: &Entered,
    kind: ListKind,
    source: &std::sync::Arc<Source>,
    so_far: u64,
    out: &SyncSender<Batch>,
) -> Result<List, Error> {
    let fetch = &asked.ctx.fetch;
    // Without its categories a list would lose all of its groups.
    let categories = match panel.categories(fetch, entered.host, kind).await {
        Ok(categories) => categories,
        Err(PanelError::Cancelled) => return Err(Error::Cancelled),
        Err(problem) => return Ok(List::unknown(kind, problem)),
    };
    let wanted = Wanted {
        asked,
        panel,
        entered,
        kind,
        source,
        categories: &categories,
        out,
    };
    let whole = match panel.list(fetch, entered.host, kind, asked.max_bytes).await {
        Ok(download) => arrived(&wanted, download, so_far, None).await?.0,
        Err(PanelError::Cancelled) => return Err(Error::Cancelled),
        Err(problem) => List::unknown(kind, problem),
    };
    match whole.problem {
        None => Ok(whole),
        Some(problem) => parts::read(&wanted, problem, so_far).await,
    }
}

/// Reads a list or a part of it. Of `seen`, where that is given, what is in it is passed over.
pub(super) async fn arrived(
    wanted: &Wanted<'_>,
    download: Download,
    so_far: u64,
    seen: Option<HashSet<i64>>,
) -> Result<(List, Option<HashSet<i64>>), Error> {
    let Wanted { asked, kind, .. } = *wanted;
    let host = providers::host_of(&download.final_url);
    let limits = Limits {
        max_bytes: asked.max_bytes,
        ..Limits::default()
    };
    let (source, out) = (std::sync::Arc::clone(wanted.source), wanted.out.clone());
    let (categories, output) = (wanted.categories.clone(), wanted.entered.account.output);
    let (chunks_in, chunks) = mpsc::channel(CHUNKS_AHEAD);
    let reading = spawn_blocking(move || {
        let desk = Desk::new(&source, categories, output);
        read(kind, limits, desk, chunks, so_far, seen, &out)
    });
    let downloaded = forward(download, chunks_in).await;
    let (read, mut list, seen) = reading.await.map_err(|_| Error::Staging)?;
    list.problem = match (downloaded, read) {
        (Err(error), _) => match PanelError::from(error) {
            PanelError::Cancelled => return Err(Error::Cancelled),
            problem => Some(problem),
        },
        (Ok(()), Err(problem)) => Some(PanelError::of_host(host, Problem::List(problem))),
        (Ok(()), Ok(())) => None,
    };
    Ok((list, seen))
}

fn read(
    kind: ListKind,
    limits: Limits,
    mut desk: Desk<'_>,
    mut chunks: mpsc::Receiver<Bytes>,
    so_far: u64,
    mut seen: Option<HashSet<i64>>,
    out: &SyncSender<Batch>,
) -> (Result<(), NotAList>, List, Option<HashSet<i64>>) {
    let mut reader = Reader::new(kind, limits);
    let mut bytes = so_far;
    let mut end = Ok(xtream::Summary::default());
    while let Some(chunk) = chunks.blocking_recv() {
        bytes += chunk.len() as u64;
        let mut take = |item: Item<'_>| {
            let is_new = match (&mut seen, item.id()) {
                (Some(seen), Some(id)) => seen.insert(id),
                _ => true,
            };
            if is_new {
                desk.take(item);
            }
        };
        if let Err(problem) = reader.feed(&chunk, &mut take) {
            end = Err(problem);
            break;
        }
        desk.hand_on(out, bytes, Desk::FULL);
    }
    // Its end of the channel closes here, which ends the download of what is no list.
    drop(chunks);
    if end.is_ok() {
        end = reader.finish();
    }
    desk.hand_on(out, bytes, 1);
    let list = List {
        kind,
        summary: end.unwrap_or_default(),
        samples: desk.samples,
        series: desk.series,
        excluded: desk.tally.excluded,
        groups: desk.tally.offered(),
        problem: None,
        unread: None,
    };
    (end.map(drop), list, seen)
}

/// Judges the lists together, and keeps what none of them speaks of.
async fn settle(
    ctx: &Ctx,
    provider: ProviderId,
    source: &Source,
    entered: Entered,
    mut lists: Vec<List>,
    mut staging: Staging,
) -> Result<Found, Error> {
    for list in &mut lists {
        if list.problem.is_none()
            && list.summary.entries == 0
            && had_any(ctx, provider, list.kind, &staging).await?
        {
            list.problem = Some(PanelError::of_host("the panel", Problem::List(NotAList::Nothing)));
        }
    }
    if lists
        .iter()
        .all(|list| list.problem.is_some() || list.summary.accepted == 0)
    {
        let entries = lists.iter().map(|list| list.summary.entries).sum();
        return Err(match lists.into_iter().find_map(|list| list.problem) {
            Some(problem) => Error::Panel(problem),
            None if entries > 0 => Error::NothingUsable(entries),
            None => Error::Panel(PanelError::of_host("the panel", Problem::List(NotAList::Nothing))),
        });
    }
    let (mut summary, mut refused) = (Summary::default(), 0);
    let (mut samples, mut unknown, mut listed_series) = (Vec::new(), Vec::new(), None);
    let mut has_series = false;
    let (mut excluded, mut groups) = (0, BTreeMap::<String, Offered>::new());
    let (mut unread, mut is_all_read) = (Vec::new(), true);
    for mut list in lists {
        let kind = entries_of(list.kind);
        if let Some(problem) = list.problem {
            staging.forget(kind);
            staging.keep(kind, |_| true);
            is_all_read = false;
            unknown.push(format!(
                "The {} were left as they are, because their list could not be read: {problem}.",
                list.kind.plural()
            ));
            continue;
        }
        for reason in Refusal::ALL {
            summary.refused[reason as usize] += list.summary.refused[reason as usize];
        }
        refused += list.summary.entries - list.summary.accepted;
        summary.bytes += list.summary.bytes;
        samples.extend(list.samples);
        if let Some((of_list, told)) = list.unread {
            is_all_read &= !of_list.has_failed;
            if list.kind == ListKind::Series {
                // What is listed counts for more than what is stored.
                let stored = series::stored_in(&ctx.db, provider, |group| of_list.may_hold(group)).await?;
                list.series.splice(0..0, stored);
            } else {
                unread.push(of_list);
            }
            unknown.push(told);
        }
        excluded += list.excluded;
        for group in list.groups {
            groups.entry(group.name.clone()).or_default().add(group);
        }
        if list.kind == ListKind::Series {
            let hash = &source.hash;
            let listed: HashSet<i64> = list
                .series
                .iter()
                .map(|one| series_key(hash, provider, one.series))
                .collect();
            has_series |= !listed.is_empty();
            let compared = series::compare(&ctx.db, provider, list.series).await?;
            let batch = retitled::episodes(&ctx.db, source, &compared.retitled).await?;
            staging.keep(kind, |under| {
                under.is_some_and(|under| listed.contains(&under) && !batch.series.contains(&under))
            });
            staging.take(&batch.batch).map_err(Error::from)?;
            listed_series = Some(compared);
        }
    }
    let taken: u64 = EntryKind::ALL.iter().map(|kind| staging.count(*kind)).sum();
    summary.accepted = taken + excluded;
    summary.entries = summary.accepted + refused;
    Ok(Found {
        staging,
        summary,
        samples,
        groups: groups.into_values().collect(),
        excluded,
        is_nothing_left: is_all_read && excluded > 0 && taken == 0 && !has_series,
        values: None,
        ahead: None,
        news: Some(News {
            entered,
            series: listed_series,
            unknown: (!unknown.is_empty()).then(|| unknown.join(" ")),
        }),
        unread,
    })
}

/// Whether anything of a list is stored: then an empty answer is none.
async fn had_any(ctx: &Ctx, provider: ProviderId, list: ListKind, staging: &Staging) -> Result<bool, Error> {
    if list == ListKind::Series {
        return Ok(series::is_any_stored(&ctx.db, provider).await?);
    }
    let index = &staging.index;
    let is_of = |row: u32| index.kind(row) == entries_of(list) && !index.is_missing(row);
    Ok(index.rows().any(is_of))
}
