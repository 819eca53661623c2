//! An Xtream Codes panel: accounts, each with a catalogue, behind the paths that real panels answer.
//!
//! The catalogue is plain data that a test builds or changes while the panel runs; *bulk* is catalogue that is made up
//! while it is sent, for measurements. Types and oddities are those of captured panels: ids of categories and instants
//! are strings of digits, `tv_archive` is a number.
//!
//! ```ignore
//! let panel = Panel::new();
//! panel.open(Account::new("viewer", "s3cret"), Catalogue::plain());
//! simulator.put_panel(&panel);
//! panel.amend("viewer", |account| account.max_connections = 2);
//! panel.change("viewer", |catalogue| catalogue.films.truncate(3));
//! simulator.fault("/player_api.php?action=get_series", Fault::status(500));
//! ```

mod account;
mod answers;
mod bulk;
mod catalogue;
mod guide;
mod lists;
mod playlist;
mod samples;
mod streams;
mod wanted;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use percent_encoding::percent_decode_str;

pub use self::account::{Account, Status};
pub use self::bulk::Bulk;
pub use self::catalogue::{Catalogue, Category, Channel, Episode, Film, Quality, Season, Series};
pub use self::samples::odd;
use self::streams::Studio;
use self::wanted::Wanted;
use super::connections::Claim;
use super::message::Request;
use super::resource::{Reply, Resource};
use crate::support::clock::Clock;

/// A panel; clones are the same panel.
#[derive(Debug, Clone)]
pub struct Panel {
    clock: Clock,
    began: Instant,
    subscribers: Arc<RwLock<HashMap<String, Subscriber>>>,
    studio: Arc<Studio>,
}

/// An account and what it may see. Answers that are being sent keep the catalogue as it was when they began.
#[derive(Debug, Clone)]
struct Subscriber {
    account: Account,
    catalogue: Arc<Catalogue>,
}

impl Panel {
    /// A panel without accounts on the system's clock.
    pub fn new() -> Self {
        Self::at(Clock::System)
    }

    /// The same, with this clock for the guide and the expiry of accounts.
    pub fn at(clock: Clock) -> Self {
        Self {
            clock,
            began: Instant::now(),
            subscribers: Arc::default(),
            studio: Arc::default(),
        }
    }

    /// Opens an account, or replaces the one with its user name.
    pub fn open(&self, account: Account, catalogue: Catalogue) {
        let subscriber = Subscriber {
            catalogue: Arc::new(catalogue),
            account,
        };
        self.write()
            .insert(subscriber.account.username.clone(), subscriber);
    }

    /// Changes the account of this user name, if there is one; another user name in it is ignored.
    pub fn amend(&self, username: &str, change: impl FnOnce(&mut Account)) {
        if let Some(subscriber) = self.write().get_mut(username) {
            change(&mut subscriber.account);
        }
    }

    /// Changes the catalogue of this user name, if there is one.
    pub fn change(&self, username: &str, change: impl FnOnce(&mut Catalogue)) {
        if let Some(subscriber) = self.write().get_mut(username) {
            change(Arc::make_mut(&mut subscriber.catalogue));
        }
    }

    /// What answers, given how many streams of an account are open.
    pub(super) fn resource(&self, open: impl Fn(&str) -> usize + Send + Sync + 'static) -> Resource {
        let (panel, desk) = (self.clone(), self.clone());
        Resource::dynamic(move |request| panel.answer(request, &open)).claim_by(move |request| {
            let wanted = Wanted::of(request)?;
            let subscriber = desk.viewer(&wanted)?;
            Some(Claim {
                limit: Some(subscriber.account.limit()),
                account: subscriber.account.username,
            })
        })
    }

    fn answer(&self, request: &Request, open: &dyn Fn(&str) -> usize) -> Reply {
        let parameters = Parameters::of(request);
        let visit = Visit {
            host: request.header("host").unwrap_or("localhost"),
            now_ms: self.clock.now_ms(),
            running: self.began.elapsed(),
            open,
        };
        match request.path() {
            "/player_api.php" | "/panel_api.php" => match self.subscriber(&parameters) {
                Some(subscriber) => answers::answer(&subscriber, &parameters, &visit),
                None => answers::unknown(),
            },
            "/get.php" => self.guarded(&parameters, |subscriber| {
                playlist::reply(subscriber, &parameters, &visit)
            }),
            "/xmltv.php" => self.guarded(&parameters, |subscriber| guide::xmltv(subscriber, &visit)),
            path => match (Wanted::of(request), path.strip_prefix("/images/")) {
                (Some(wanted), _) => self.play(&wanted, &visit),
                (None, Some(name)) => streams::picture(name),
                (None, None) => streams::unknown(),
            },
        }
    }

    fn play(&self, wanted: &Wanted, visit: &Visit) -> Reply {
        match self.viewer(wanted) {
            Some(subscriber) => self.studio.play(&subscriber, wanted, visit),
            None => Reply::new(403, "text/html", "Forbidden"),
        }
    }

    /// Whose stream it is, if the account may play.
    fn viewer(&self, wanted: &Wanted) -> Option<Subscriber> {
        let known = self.read().get(&wanted.username).cloned();
        known.filter(|subscriber| {
            subscriber.account.password == wanted.password
                && subscriber.account.is_served(self.clock.now_ms())
        })
    }

    fn guarded(&self, parameters: &Parameters, reply: impl FnOnce(&Subscriber) -> Reply) -> Reply {
        match self.subscriber(parameters) {
            Some(subscriber) if subscriber.account.is_served(self.clock.now_ms()) => reply(&subscriber),
            _ => Reply::new(403, "text/html", "Forbidden"),
        }
    }

    fn subscriber(&self, parameters: &Parameters) -> Option<Subscriber> {
        let (username, password) = (parameters.get("username")?, parameters.get("password")?);
        let known = self.read().get(username).cloned();
        known.filter(|subscriber| subscriber.account.password == password)
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, Subscriber>> {
        self.subscribers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<String, Subscriber>> {
        self.subscribers.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Panel {
    fn default() -> Self {
        Self::new()
    }
}

/// Whence and when a request comes.
struct Visit<'a> {
    /// As the client calls this panel: addresses in answers lead there.
    host: &'a str,
    now_ms: i64,
    /// How long the panel has been there.
    running: Duration,
    /// Streams of an account that are open.
    open: &'a dyn Fn(&str) -> usize,
}

/// What a request gives in its query or, posted, in its body.
struct Parameters(HashMap<String, String>);

impl Parameters {
    fn of(request: &Request) -> Self {
        let posted = String::from_utf8_lossy(&request.body);
        let query = request.query().unwrap_or("");
        let pairs = query.split('&').chain(posted.split('&'));
        let decoded = |text: &str| decoded(&text.replace('+', " "));
        Self(
            pairs
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (decoded(name), decoded(value)))
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
