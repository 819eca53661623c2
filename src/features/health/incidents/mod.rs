//! Incidents: runs of failures that were confirmed, of one stream or of a provider as a whole. They are written with the
//! results of the checks that opened or resolved them.

pub mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::course::{Fault, Finding, Observation, Turn};
use super::outage::{Change, End, LONGEST_MS, Outage, WITHIN_MS, Watch};
use super::recovery::Recovery;
use crate::ctx::Ctx;
use crate::db::{Db, DbError, Tx};
use crate::events::Event;
use crate::features::catalogue::checks;
use crate::features::providers;
use crate::support::ids::{ProviderId, StreamId};

/// A check as incidents take it.
pub(super) struct Seen<'a> {
    pub stream: StreamId,
    pub provider: ProviderId,
    /// Whether the check before it was good.
    pub worked: bool,
    pub observation: &'a Observation,
}

/// A turn that a stream's course took.
pub(super) struct Turned {
    pub stream: StreamId,
    pub provider: ProviderId,
    pub at_ms: i64,
    pub turn: Turn,
    pub fault: Option<Fault>,
}

/// The providers of some checks, watched for outages.
#[derive(Default)]
pub(super) struct Watched(BTreeMap<ProviderId, Watching>);

struct Watching {
    watch: Watch,
    /// The open incident that is stored.
    open: Option<i64>,
    changes: Vec<(Change, Option<Fault>)>,
}

impl Watched {
    /// Reads what is known of the providers of these checks, before anything of them is stored, and lets them pass in order
    /// of time. A provider none of whose streams stopped working and that has no open incident costs nothing.
    pub async fn through(tx: &mut Tx, seen: &[Seen<'_>]) -> Result<Self, DbError> {
        let mut watched = Self::read(tx, seen).await?;
        for check in seen {
            if let Some(watching) = watched.0.get_mut(&check.provider) {
                let Observation { at_ms, finding, .. } = *check.observation;
                let changes = watching.watch.observe(check.stream, at_ms, check.worked, finding);
                let fault = check.observation.fault.as_ref();
                let told = changes.into_iter().map(|change| (change, fault.cloned()));
                watching.changes.extend(told);
            }
        }
        Ok(watched)
    }

    async fn read(tx: &mut Tx, seen: &[Seen<'_>]) -> Result<Self, DbError> {
        let providers: BTreeSet<ProviderId> = seen.iter().map(|check| check.provider).collect();
        let mut watched = Self::default();
        for (provider, id, outage) in store::outages(tx, &providers).await? {
            let watch = Watch::new(0, [], Some(outage));
            watched.0.insert(provider, Watching::of(watch, Some(id)));
        }
        let mut stopped: BTreeMap<ProviderId, i64> = BTreeMap::new();
        for check in seen {
            if check.worked && check.observation.finding == Finding::Down {
                stopped.entry(check.provider).or_insert(check.observation.at_ms);
            }
        }
        for (provider, first_ms) in stopped {
            let working = store::working(tx, provider).await?;
            let failing = store::failing_since(tx, provider, first_ms - WITHIN_MS).await?;
            let known = watched.0.remove(&provider);
            let id = known.as_ref().and_then(|watching| watching.open);
            let open = known.and_then(|watching| watching.watch.open().cloned());
            watched
                .0
                .insert(provider, Watching::of(Watch::new(working, failing, open), id));
        }
        Ok(watched)
    }

    /// See [`Watch::shields`].
    pub fn shields(&self, provider: ProviderId, at_ms: i64) -> bool {
        self.0
            .get(&provider)
            .is_some_and(|watching| watching.watch.shields(at_ms))
    }

    /// Stores what happened to providers and to streams, and asks for another check of those that still fail where an incident
    /// of their provider is over: each is judged alone from now on.
    pub async fn keep(self, tx: &mut Tx, turned: &[Turned], now_ms: i64) -> Result<(), DbError> {
        let mut alone = Vec::new();
        for (provider, watching) in self.0 {
            alone.extend(watching.keep(tx, provider).await?);
        }
        checks::hasten(tx, alone, now_ms).await?;
        store::confirm(tx, turned).await?;
        store::resolve(tx, turned).await
    }
}

impl Watching {
    fn of(watch: Watch, open: Option<i64>) -> Self {
        Self {
            watch,
            open,
            changes: Vec::new(),
        }
    }

    /// The answer is the streams that are left to themselves.
    async fn keep(self, tx: &mut Tx, provider: ProviderId) -> Result<Vec<StreamId>, DbError> {
        let (mut open, mut joined, mut alone) = (self.open, Vec::new(), Vec::new());
        for (change, fault) in self.changes {
            match change {
                Change::Opened(outage) => {
                    open = Some(store::open(tx, provider, &outage, fault.as_ref()).await?);
                    joined.extend(outage.members);
                }
                Change::Joined(stream) => joined.push(stream),
                Change::Ended { at_ms, end, outage } => {
                    if let Some(id) = open.take() {
                        store::join(tx, id, std::mem::take(&mut joined)).await?;
                        store::end(tx, id, at_ms, end).await?;
                    }
                    alone.extend(outage.failing);
                }
            }
        }
        if let Some(id) = open {
            store::join(tx, id, joined).await?;
        }
        Ok(alone)
    }
}

/// Ends the incidents of providers that have lasted for [`LONGEST_MS`] and that no check has come to since.
///
/// # Errors
/// Whatever the database says.
pub async fn pass(ctx: &Ctx) -> Result<(), DbError> {
    let now = ctx.clock.now_ms();
    let lasted = store::open_since_before(&ctx.db, now - LONGEST_MS).await?;
    for provider in lasted {
        let mut tx = ctx.db.begin().await?;
        // As whoever stores results: an incident is not ended twice.
        providers::store::lock(&mut tx, provider).await?;
        let outages = store::outages(&mut tx, &BTreeSet::from([provider])).await?;
        for (_, id, outage) in outages {
            let mut watching = Watching::of(Watch::new(0, [], Some(outage)), Some(id));
            let ended = watching.watch.pass(now);
            watching.changes.extend(ended.map(|change| (change, None)));
            let alone = watching.keep(&mut tx, provider).await?;
            checks::hasten(&mut tx, alone, now).await?;
        }
        tx.commit().await?;
        ctx.events.publish(Event::HealthChanged);
    }
    Ok(())
}

/// How long it took until what failed worked again, within a window (milliseconds since the epoch): the streams of a provider,
/// or of all. What was over without working again is in none.
///
/// # Errors
/// Whatever the database says.
pub async fn recovery(
    db: &Db,
    provider: Option<ProviderId>,
    window_ms: &Range<i64>,
) -> Result<Recovery, DbError> {
    let (times, open) = store::recoveries(db, provider, window_ms).await?;
    Ok(Recovery::of(times, open))
}

/// The stored word of how an incident of a provider ended.
fn ending(end: End) -> &'static str {
    match end {
        End::Recovered => "recovered",
        End::Lasted => "lasted",
    }
}
