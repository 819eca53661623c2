//! The two HTTP clients: one for hosts that an administrator typed, one for all others.
//!
//! Each resolves names and pools connections for itself, so that a connection to a private address, opened for a host
//! that was typed, is never reused for one that a catalogue names.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::{Client, redirect};

use super::address::Trust;
use super::resolver::{Guarded, Lookup};
use super::tls;

/// The HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client: {0}")]
pub struct ClientError(String);

#[derive(Debug, Clone)]
pub(super) struct Clients {
    typed: Client,
    named: Client,
}

impl Clients {
    pub(super) fn new(
        lookup: &Arc<dyn Lookup>,
        listed: &Arc<[IpNet]>,
        user_agent: &str,
        connect_timeout: Duration,
    ) -> Result<Self, ClientError> {
        let client = |trust| {
            let guarded = Guarded {
                lookup: Arc::clone(lookup),
                trust,
                listed: Arc::clone(listed),
            };
            build(guarded, user_agent, connect_timeout)
                .map_err(|error| ClientError(error.without_url().to_string()))
        };
        Ok(Self {
            typed: client(Trust::Typed)?,
            named: client(Trust::Named)?,
        })
    }

    pub(super) fn of(&self, trust: Trust) -> &Client {
        match trust {
            Trust::Typed => &self.typed,
            Trust::Named => &self.named,
        }
    }
}

fn build(guarded: Guarded, user_agent: &str, connect_timeout: Duration) -> reqwest::Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls::config())
        .dns_resolver(Arc::new(guarded))
        .user_agent(user_agent)
        .connect_timeout(connect_timeout)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .no_gzip()
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(4)
        .tcp_keepalive(Duration::from_secs(30))
        // Panels write sloppy heads.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .build()
}
