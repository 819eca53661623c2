//! What a simulator is told and what it has seen.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

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
}

#[derive(Debug, Default)]
pub(super) struct State {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Inner {
    resources: HashMap<String, Resource>,
    faults: HashMap<String, Fault>,
    limits: HashMap<String, (usize, u16)>,
    log: Vec<Request>,
    counters: Counters,
}

/// Counts a request as open until it is dropped.
pub(super) struct Open {
    state: Arc<State>,
    account: Option<String>,
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

    pub(super) fn limit(&self, account: &str, most: usize, status: u16) {
        self.inner().limits.insert(account.into(), (most, status));
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.inner().log.clone()
    }

    pub(super) fn counters(&self) -> Counters {
        self.inner().counters.clone()
    }

    pub(super) fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Logs a request and says how it goes wrong, if it does.
    pub(super) fn arrive(&self, request: &Request) -> Option<Kind> {
        let mut inner = self.inner();
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
        let account = resource.as_ref().and_then(|found| found.owner(request));
        let over = {
            let mut inner = self.inner();
            let over = account.as_ref().and_then(|name| inner.over_limit(name));
            inner.open(account.as_ref().filter(|_| over.is_none()));
            over
        };
        let open = Open {
            state: Arc::clone(self),
            account: account.filter(|_| over.is_none()),
        };
        self.changed.send_replace(());
        let reply = match (over, resource) {
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

    fn over_limit(&self, account: &str) -> Option<u16> {
        let (most, status) = self.limits.get(account)?;
        let open = self.counters.accounts.get(account).copied().unwrap_or(0);
        (open >= *most).then_some(*status)
    }

    fn open(&mut self, account: Option<&String>) {
        self.counters.open += 1;
        self.counters.peak = self.counters.peak.max(self.counters.open);
        if let Some(account) = account {
            *self.counters.accounts.entry(account.clone()).or_default() += 1;
        }
    }

    fn close(&mut self, account: Option<&String>) {
        self.counters.open = self.counters.open.saturating_sub(1);
        let Some(account) = account else { return };
        if let Some(open) = self.counters.accounts.get_mut(account) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                self.counters.accounts.remove(account);
            }
        }
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

impl Drop for Open {
    fn drop(&mut self) {
        self.state.inner().close(self.account.as_ref());
        self.state.changed.send_replace(());
    }
}
