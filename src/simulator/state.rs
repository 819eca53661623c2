//! What a simulator is told and what it has seen.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::connections::{Claim, Connection, Connections, Limit};
use super::fault::{Fault, Kind};
use super::message::Request;
use super::resource::{Reply, Resource};

/// How many requests came and are being answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests so far.
    pub requests: usize,
    /// Requests being answered now: an endless body counts until its reader goes away.
    pub open: usize,
    /// The most that were ever open at once.
    pub peak: usize,
    /// Open now by account; an account without any is absent.
    pub accounts: BTreeMap<String, usize>,
    /// The most that were ever open at once by account.
    pub account_peaks: BTreeMap<String, usize>,
}

/// Requests that are remembered; when there are twice as many, the older half is forgotten.
const REMEMBERED: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct State {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Inner {
    resources: HashMap<String, Resource>,
    faults: HashMap<String, Fault>,
    limits: HashMap<String, Limit>,
    connections: Connections,
    log: Vec<Request>,
    counters: Counters,
}

/// Counts a request as open until it is dropped.
pub(super) struct Open {
    state: Arc<State>,
    connection: Option<Connection>,
}

impl State {
    pub(super) fn put(&self, path: &str, resource: Resource) {
        self.inner().resources.insert(path.into(), resource);
    }

    pub(super) fn fault(&self, path: &str, fault: Fault) {
        self.inner().faults.insert(path.into(), fault);
    }

    pub(super) fn mend(&self) {
        self.inner().faults.clear();
    }

    pub(super) fn limit(&self, account: &str, limit: Limit) {
        self.inner().limits.insert(account.into(), limit);
    }

    /// Open requests of an account.
    pub(super) fn open_of(&self, account: &str) -> usize {
        self.inner().connections.open_of(account)
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.inner().log.clone()
    }

    pub(super) fn counters(&self) -> Counters {
        let inner = self.inner();
        Counters {
            accounts: inner.connections.open(),
            account_peaks: inner.connections.peaks(),
            ..inner.counters.clone()
        }
    }

    pub(super) fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Logs a request and says how it goes wrong, if it does.
    pub(super) fn arrive(&self, request: &Request) -> Option<Kind> {
        let mut inner = self.inner();
        if inner.log.len() == 2 * REMEMBERED {
            inner.log.drain(..REMEMBERED);
        }
        inner.log.push(request.clone());
        inner.counters.requests += 1;
        let fault = inner.fault(request).and_then(Fault::take);
        drop(inner);
        self.changed.send_replace(());
        fault
    }

    /// The answer to a request, and its place among the open ones.
    pub(super) fn admit(self: &Arc<Self>, request: &Request) -> (Reply, Open) {
        let resource = self.inner().resource(request.path());
        let claim = resource.as_ref().and_then(|found| found.claim(request));
        let claimed = self.inner().open(claim);
        let (connection, refused) = match claimed {
            Ok(connection) => (connection, None),
            Err(status) => (None, Some(status)),
        };
        let open = Open {
            state: Arc::clone(self),
            connection,
        };
        self.changed.send_replace(());
        let reply = match (refused, resource) {
            (Some(status), _) => Reply::new(status, "text/plain", "too many connections"),
            (None, Some(found)) => found.reply(request),
            (None, None) => Reply::new(404, "text/plain", "not found"),
        };
        (reply, open)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The resource at a path, or else the one with the longest `…/*` above it.
    fn resource(&self, path: &str) -> Option<Resource> {
        if let Some(found) = self.resources.get(path) {
            return Some(found.clone());
        }
        let above = |(pattern, _): &(&String, &Resource)| {
            pattern
                .strip_suffix('*')
                .is_some_and(|prefix| path.starts_with(prefix))
        };
        let longest = self
            .resources
            .iter()
            .filter(above)
            .max_by_key(|(pattern, _)| pattern.len());
        longest.map(|(_, found)| found.clone())
    }

    /// The fault that names this request most closely and has not run out.
    fn fault(&mut self, request: &Request) -> Option<&mut Fault> {
        let near = self.faults.iter_mut().filter(|(_, fault)| fault.left != Some(0));
        let named = near.filter_map(|(key, fault)| Some((closeness(key, request)?, fault)));
        named
            .max_by_key(|(closeness, _)| *closeness)
            .map(|(_, fault)| fault)
    }

    /// Counts a request, for its account too if it has one; or gives the status that refuses it, which counts for none.
    fn open(&mut self, claim: Option<Claim>) -> Result<Option<Connection>, u16> {
        self.counters.open += 1;
        self.counters.peak = self.counters.peak.max(self.counters.open);
        let Some(Claim { account, limit }) = claim else {
            return Ok(None);
        };
        let limit = limit.or_else(|| self.limits.get(&account).copied());
        self.connections.claim(&account, limit).map(Some)
    }
}

/// How closely a key (`*`, `/path`, `/path/*`, each with or without `?name=value&…`) names a request: the length of the
/// path that it gives and the number of values, or `None` if it names another.
fn closeness(key: &str, request: &Request) -> Option<(usize, usize)> {
    let (path, query) = key.split_once('?').unwrap_or((key, ""));
    let length = match path.strip_suffix('*') {
        Some(prefix) => request.path().starts_with(prefix).then_some(prefix.len())?,
        None => (path == request.path()).then_some(usize::MAX)?,
    };
    let asked = request.query().unwrap_or("");
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let met = pairs
        .clone()
        .all(|pair| asked.split('&').any(|given| given == pair));
    met.then(|| (length, pairs.count()))
}

impl Fault {
    fn take(&mut self) -> Option<Kind> {
        match &mut self.left {
            Some(0) => return None,
            Some(left) => *left -= 1,
            None => {}
        }
        Some(self.kind.clone())
    }
}

impl Open {
    /// Waits until the panel ends this request; for ever if it does not.
    pub(super) async fn ended(&self) {
        match &self.connection {
            Some(connection) => connection.end.cancelled().await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut inner = self.state.inner();
        inner.counters.open = inner.counters.open.saturating_sub(1);
        if let Some(connection) = &self.connection {
            inner.connections.release(connection);
        }
        drop(inner);
        self.state.changed.send_replace(());
    }
}
