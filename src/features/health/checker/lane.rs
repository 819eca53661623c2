//! The streams of one provider, checked within its connections.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::check::{Done, Held, Start, check};
use super::gate::AtHost;
use super::hurry::Hurry;
use super::pace::{Pace, Worth, is_refusal};
use super::{Checked, Checker, Manner, untestable};
use crate::ctx::Ctx;
use crate::db::{DbError, Engine};
use crate::features::catalogue::sources::{self, Scope, Source};
use crate::features::health::Error;
use crate::features::health::maintenance;
use crate::features::health::probe::Probe;
use crate::features::health::verdict::Verdict;
use crate::features::providers::leases::{Connection, LeaseError, Purpose};
use crate::support::ids::{ProviderId, StreamId};

/// Streams that are read at once, and those waiting from which on more are read.
const PAGE: i64 = 500;
const FEW: usize = 250;
/// How long the end of a connection takes to arrive at the provider.
const ARRIVAL: Duration = Duration::from_millis(20);
/// Between two beginnings, so that an account is not asked by all at the same instant.
const STEP: Duration = Duration::from_millis(1);
/// How soon it is worth asking again for a connection, where none was free.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How long checks wait for players to leave before the rest is skipped.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a stream whose check was refused for want of a connection is asked again.
const MOST_RETURNS: u32 = 3;
/// How soon it is worth looking again whether an account or host may be asked.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// How long a connection is kept on from check to check where other nodes may have players who want it.
const HELD: Duration = Duration::from_secs(3);

/// What every lane of a run has.
#[derive(Clone)]
pub(super) struct Shared {
    pub ctx: Ctx,
    pub checker: Checker,
    pub scope: Scope,
    pub manner: Manner,
    pub found: mpsc::Sender<Checked>,
    pub cancel: CancellationToken,
}

/// One provider's part of a run.
pub(super) struct Lane {
    shared: Shared,
    provider: ProviderId,
    limit: Option<i64>,
    /// The last stream that was read; none once all were.
    read: Option<StreamId>,
    waiting: VecDeque<(StreamId, Box<Source>)>,
    idle: Vec<Held>,
    /// Connections that are being given back.
    leaving: Vec<JoinHandle<()>>,
    running: Vec<(u64, CancellationToken)>,
    last: u64,
    /// Before it nothing begins.
    not_before: Instant,
    /// Before it no connection is asked for.
    full_until: Instant,
    /// Since when nothing could begin for want of a connection.
    stuck_since: Option<Instant>,
    /// Of the account, or of each host where it has no limit.
    paces: HashMap<String, Pace>,
    /// How often a stream was sent back to wait.
    returned: HashMap<StreamId, u32>,
    hurry: Hurry,
}

/// Why nothing more begins now.
#[derive(PartialEq, Eq)]
enum Wait {
    /// Nothing waits, or as many run as may.
    Nothing,
    Connection,
    Host,
    Until(Instant),
}

impl Lane {
    pub(super) fn new(shared: Shared, provider: ProviderId) -> Self {
        let now = Instant::now();
        let hurry = Hurry::from(shared.ctx.clock.now_ms());
        Self {
            shared,
            provider,
            limit: None,
            read: Some(StreamId(0)),
            waiting: VecDeque::new(),
            idle: Vec::new(),
            leaving: Vec::new(),
            running: Vec::new(),
            last: 0,
            not_before: now,
            full_until: now,
            stuck_since: None,
            paces: HashMap::new(),
            returned: HashMap::new(),
            hurry,
        }
    }

    /// Checks all of them.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or whatever the database says; what ran is left, its connections are given back.
    pub(super) async fn run(mut self) -> Result<(), Error> {
        let mut checks = FuturesUnordered::new();
        loop {
            if self.is_late() {
                self.waiting.clear();
                self.read = None;
            }
            self.refill().await?;
            for (stream, source) in self.hurry.look(&self.shared, self.provider).await? {
                self.waiting.retain(|(waiting, _)| *waiting != stream);
                self.waiting.push_front((stream, source));
            }
            let wait = loop {
                match self.next().await? {
                    Ok((stream, source, held, host)) => {
                        let end = self.shared.cancel.child_token();
                        self.last += 1;
                        self.running.push((self.last, end.clone()));
                        let breath = self.pace(&source).breath();
                        self.pace(&source).begin();
                        let start = Start {
                            number: self.last,
                            stream,
                            source,
                            held,
                            host,
                            breath,
                            end,
                        };
                        let work = check(self.shared.clone(), start);
                        checks.push(work);
                    }
                    Err(wait) => break wait,
                }
            };
            if checks.is_empty() {
                match wait {
                    Wait::Nothing if self.read.is_none() => break,
                    Wait::Nothing => {}
                    Wait::Connection if self.is_out_of_patience() => {
                        self.skip_the_rest().await?;
                        break;
                    }
                    Wait::Connection | Wait::Host => self.pass(self.shared.checker.leases.freed()).await?,
                    Wait::Until(at) => self.pass(tokio::time::sleep_until(at)).await?,
                }
                continue;
            }
            let at = match wait {
                Wait::Until(at) => at,
                Wait::Connection => self.full_until,
                Wait::Host => Instant::now() + LOOK_AGAIN,
                Wait::Nothing => Instant::now() + Duration::from_secs(60),
            };
            let cancel = self.shared.cancel.clone();
            let leases = self.shared.checker.leases.clone();
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(Error::Cancelled),
                Some(done) = checks.next() => self.took(done).await?,
                () = leases.wished(self.provider), if self.limit.is_some() => self.give_way().await,
                () = tokio::time::sleep_until(at) => {}
            }
        }
        for held in self.idle.drain(..) {
            held.lease.give_back().await;
        }
        for leaving in self.leaving.drain(..) {
            // A panic in it has been reported by the panic hook.
            let _ = leaving.await;
        }
        Ok(())
    }

    async fn pass(&self, time: impl Future<Output = ()>) -> Result<(), Error> {
        tokio::select! {
            () = self.shared.cancel.cancelled() => Err(Error::Cancelled),
            () = time => Ok(()),
        }
    }

    /// Reads more streams while few wait.
    async fn refill(&mut self) -> Result<(), Error> {
        while self.waiting.len() < FEW
            && let Some(after) = self.read
        {
            let Shared { ctx, scope, .. } = &self.shared;
            let page = sources::page(ctx, *scope, self.provider, after, PAGE).await?;
            self.read = page.last().map(|(id, _)| *id);
            let maintenance = maintenance::until(&ctx.db, self.provider, ctx.clock.now_ms()).await?;
            for (stream, source) in page {
                match source {
                    _ if let Some(until_ms) = maintenance => {
                        self.tell_unasked(stream, Verdict::Maintenance { until_ms })
                            .await?;
                    }
                    Ok(source) => {
                        self.limit = source.max_connections;
                        self.waiting.push_back((stream, Box::new(source)));
                    }
                    Err(error) => self.tell_unasked(stream, untestable(&error)).await?,
                }
            }
        }
        Ok(())
    }

    /// Whether nothing more may begin: what is left is still due, and comes with the next run.
    fn is_late(&self) -> bool {
        let until = self.shared.manner.until;
        until.is_some_and(|until| Instant::now() >= until)
    }

    /// The next stream that may be checked, with the connection for it.
    async fn next(&mut self) -> Result<Result<(StreamId, Box<Source>, Held, Option<AtHost>), Wait>, Error> {
        let now = Instant::now();
        if self.waiting.is_empty() || self.running.len() >= self.shared.manner.most {
            return Ok(Err(Wait::Nothing));
        }
        if now < self.not_before {
            return Ok(Err(Wait::Until(self.not_before)));
        }
        let Some((at, host)) = self.startable(now) else {
            return Ok(Err(Wait::Host));
        };
        let held = match self.idle.pop() {
            Some(held) => held,
            None if now < self.full_until => return Ok(Err(Wait::Connection)),
            None => match self.lease(at).await? {
                Some(held) => held,
                None => {
                    self.full_until = now + ASK_AGAIN;
                    self.stuck_since.get_or_insert(now);
                    return Ok(Err(Wait::Connection));
                }
            },
        };
        self.stuck_since = None;
        self.not_before = now + STEP;
        match self.waiting.remove(at) {
            Some((stream, source)) => Ok(Ok((stream, source, held, host))),
            None => Ok(Err(Wait::Nothing)),
        }
    }

    /// The pace of whoever is asked for a stream: an account with a limit is one place, whatever its hosts.
    fn pace(&mut self, source: &Source) -> &mut Pace {
        let limit = self.limit;
        let place = match limit {
            Some(_) => "",
            None => source.url.host_str().unwrap_or_default(),
        };
        self.paces
            .entry(place.to_owned())
            .or_insert_with(|| Pace::new(limit))
    }

    /// The first waiting stream whose account or host may be asked.
    fn startable(&self, now: Instant) -> Option<(usize, Option<AtHost>)> {
        let is_ready = |place: &str| self.paces.get(place).is_none_or(|pace| pace.is_ready(now));
        if self.limit.is_some() {
            return is_ready("").then_some((0, None));
        }
        let gate = &self.shared.checker.gate;
        self.waiting.iter().enumerate().find_map(|(at, (_, source))| {
            let host = source.url.host_str().unwrap_or_default();
            let host = is_ready(host).then(|| gate.try_host(host)).flatten()?;
            Some((at, Some(host)))
        })
    }

    /// A connection for a stream that waits; of an account with a limit also those for the streams behind it, idle until
    /// their turn a moment later.
    async fn lease(&mut self, at: usize) -> Result<Option<Held>, DbError> {
        let room = self.shared.manner.most.saturating_sub(self.running.len());
        let most = if self.limit.is_some() { room.max(1) } else { 1 };
        let streams = self.waiting.iter().skip(at).take(most);
        let connections: Vec<Connection> = streams
            .map(|(stream, _)| Connection {
                provider: self.provider,
                purpose: Purpose::Check(*stream),
            })
            .collect();
        let leases = &self.shared.checker.leases;
        match leases.acquire_some(&connections, self.limit).await {
            Ok(leases) => {
                let since = Instant::now();
                self.idle
                    .extend(leases.into_iter().map(|lease| Held { lease, since }));
                Ok(self.idle.pop())
            }
            Err(LeaseError::AllInUse { .. } | LeaseError::Reserved { .. }) => Ok(None),
            Err(LeaseError::Db(error)) => Err(error),
        }
    }

    async fn took(&mut self, done: Done) -> Result<(), Error> {
        self.running.retain(|(number, _)| *number != done.number);
        let Some(probe) = done.probe else {
            self.pace(&done.source).give_up();
            self.waiting.push_front((done.stream, done.source));
            // The provider has to see the end of it before whoever wished for it begins.
            tokio::time::sleep(ARRIVAL).await;
            done.held.lease.give_back().await;
            return Ok(());
        };
        let worth = self
            .pace(&done.source)
            .end(is_refusal(probe.status), Instant::now());
        match worth {
            Worth::Counts => self.keep(done.held).await,
            // The provider may allow fewer than it says; what it refuses is no use to hold.
            Worth::Later => done.held.lease.give_back().await,
        }
        if worth == Worth::Counts {
            return self.tell(done.stream, done.began_ms, Ok(probe)).await;
        }
        let returns = self.returned.entry(done.stream).or_default();
        *returns += 1;
        if *returns > MOST_RETURNS {
            return self.tell_unasked(done.stream, Verdict::Skipped).await;
        }
        self.waiting.push_back((done.stream, done.source));
        Ok(())
    }

    /// Keeps a connection for the next check, if there is one.
    async fn keep(&mut self, held: Held) {
        let is_shared = self.shared.ctx.db.engine() == Engine::Postgres && self.limit.is_some();
        if is_shared && held.since.elapsed() >= HELD {
            // Longer than a player on another node waits between two tries.
            self.full_until = Instant::now() + Duration::from_millis(400);
            held.lease.give_back().await;
        } else if self.waiting.is_empty() && self.read.is_none() {
            // What still runs does not wait for it.
            self.leaving.push(tokio::spawn(held.lease.give_back()));
        } else {
            self.idle.push(held);
        }
    }

    /// Gives one connection back to a player.
    async fn give_way(&mut self) {
        self.full_until = Instant::now() + ASK_AGAIN;
        match self.idle.pop() {
            Some(held) => held.lease.give_back().await,
            None => {
                if let Some((_, newest)) = self.running.last() {
                    newest.cancel();
                }
            }
        }
    }

    /// Nothing of this run holds a connection: at its beginning nobody waits, later players may leave again.
    fn is_out_of_patience(&self) -> bool {
        let has_begun = self.last > 0;
        let stuck = |since: Instant| since.elapsed() >= PATIENCE;
        !has_begun || self.stuck_since.is_some_and(stuck)
    }

    async fn skip_the_rest(&mut self) -> Result<(), Error> {
        loop {
            while let Some((stream, _)) = self.waiting.pop_front() {
                self.tell_unasked(stream, Verdict::Skipped).await?;
            }
            if self.read.is_none() {
                return Ok(());
            }
            self.refill().await?;
        }
    }

    /// Of a stream that nobody was asked for.
    async fn tell_unasked(&self, stream: StreamId, verdict: Verdict) -> Result<(), Error> {
        let now_ms = self.shared.ctx.clock.now_ms();
        self.tell(stream, now_ms, Err(verdict)).await
    }

    async fn tell(
        &self,
        stream: StreamId,
        began_ms: i64,
        asked: Result<Probe, Verdict>,
    ) -> Result<(), Error> {
        let Shared { ctx, manner, .. } = &self.shared;
        let checked = Checked::new(ctx, (stream, self.provider), began_ms, asked, manner.by_hand);
        // Whoever collects them ends early only with an error of its own.
        self.shared
            .found
            .send(checked)
            .await
            .map_err(|_| Error::Cancelled)
    }
}
