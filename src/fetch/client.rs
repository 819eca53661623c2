//! The HTTP clients: one for hosts that an administrator typed, one for all others, and of both one that keeps no
//! connection.
//!
//! Each resolves names and pools connections for itself, so that a connection to a private address, opened for a host
//! that was typed, is never reused for one that a catalogue names.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::{Client, redirect};

use super::address::Trust;
use super::resolver::{Guarded, Lookup};
use super::stopwatch::Measuring;
use super::tls;

/// The HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client: {0}")]
pub struct ClientError(String);

#[derive(Debug, Clone)]
pub(super) struct Clients {
    typed: Client,
    named: Client,
    typed_fresh: Client,
    named_fresh: Client,
}

/// Idle connections that are kept for later requests to a host.
const KEPT: usize = 4;

impl Clients {
    pub(super) fn new(
        lookup: &Arc<dyn Lookup>,
        listed: &Arc<[IpNet]>,
        user_agent: &str,
        connect_timeout: Duration,
    ) -> Result<Self, ClientError> {
        let client = |trust, kept| {
            let guarded = Guarded {
                lookup: Arc::clone(lookup),
                trust,
                listed: Arc::clone(listed),
            };
            build(guarded, user_agent, connect_timeout, kept)
                .map_err(|error| ClientError(error.without_url().to_string()))
        };
        Ok(Self {
            typed: client(Trust::Typed, KEPT)?,
            named: client(Trust::Named, KEPT)?,
            typed_fresh: client(Trust::Typed, 0)?,
            named_fresh: client(Trust::Named, 0)?,
        })
    }

    /// The client for such hosts; a fresh one connects anew for each request and closes behind it.
    pub(super) fn of(&self, trust: Trust, fresh: bool) -> &Client {
        match (trust, fresh) {
            (Trust::Typed, false) => &self.typed,
            (Trust::Named, false) => &self.named,
            (Trust::Typed, true) => &self.typed_fresh,
            (Trust::Named, true) => &self.named_fresh,
        }
    }
}

fn build(
    guarded: Guarded,
    user_agent: &str,
    connect_timeout: Duration,
    kept: usize,
) -> reqwest::Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls::config())
        .dns_resolver(Arc::new(guarded))
        .connector_layer(Measuring)
        .user_agent(user_agent)
        .connect_timeout(connect_timeout)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .no_gzip()
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(kept)
        .tcp_keepalive(Duration::from_secs(30))
        // Panels write sloppy heads.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .build()
}
