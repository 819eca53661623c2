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

/// The HTTP client could not be built; the text is the TLS library's.
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
            let guarded = || Guarded {
                lookup: Arc::clone(lookup),
                trust,
                listed: Arc::clone(listed),
            };
            build(guarded(), user_agent, connect_timeout, false).or_else(|error| {
                tracing::warn!(%error, "no certificates of authorities on this system: no https address can be fetched");
                build(guarded(), user_agent, connect_timeout, true)
            })
        };
        let [typed, named] = [client(Trust::Typed), client(Trust::Named)];
        let failed = |error: reqwest::Error| ClientError(error.without_url().to_string());
        Ok(Self {
            typed: typed.map_err(failed)?,
            named: named.map_err(failed)?,
        })
    }

    pub(super) fn of(&self, trust: Trust) -> &Client {
        match trust {
            Trust::Typed => &self.typed,
            Trust::Named => &self.named,
        }
    }
}

fn build(
    guarded: Guarded,
    user_agent: &str,
    connect_timeout: Duration,
    bare: bool,
) -> reqwest::Result<Client> {
    let builder = Client::builder()
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
        .http1_allow_obsolete_multiline_headers_in_responses(true);
    if bare {
        builder.tls_certs_only([]).build()
    } else {
        builder.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::{SystemLookup, install_tls};

    #[test]
    fn a_system_without_certificates_still_has_a_client() {
        install_tls();
        let guarded = Guarded {
            lookup: Arc::new(SystemLookup),
            trust: Trust::Named,
            listed: Arc::new([]),
        };
        assert!(build(guarded, "test", Duration::from_secs(1), true).is_ok());
    }
}
