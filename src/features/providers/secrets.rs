use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Draft, Error};
use crate::support::crypto::Keys;
use crate::support::ids::ProviderId;

const PURPOSE: &str = "provider";

/// What of a provider may hold a credential. Stored as one encrypted value, bound to its row; never printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    pub m3u_url: String,
    #[serde(default)]
    pub backup_urls: Vec<String>,
    #[serde(default)]
    pub epg_url: Option<String>,
    #[serde(default)]
    pub xstream_host: String,
    #[serde(default)]
    pub xstream_username: String,
    #[serde(default)]
    pub xstream_password: String,
    #[serde(default)]
    pub backup_hosts: Vec<String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

impl Secrets {
    /// The playlist's addresses in the order they are tried.
    pub fn playlist_urls(&self) -> Vec<String> {
        std::iter::once(&self.m3u_url)
            .filter(|url| !url.is_empty())
            .chain(&self.backup_urls)
            .cloned()
            .collect()
    }

    /// A panel's addresses in the order they are tried; none if it is no panel.
    pub fn panel_hosts(&self) -> Vec<String> {
        let main = std::iter::once(&self.xstream_host).filter(|host| !host.is_empty());
        main.chain(&self.backup_hosts).cloned().collect()
    }

    pub(super) fn seal(&self, keys: &Keys, id: ProviderId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|_| Error::Sealed)?;
        Ok(keys.encrypt(PURPOSE, &plain, &id.0.to_be_bytes()))
    }

    /// What was stored of a provider, readable again.
    ///
    /// # Errors
    /// [`Error::Sealed`] if the key file is not the one it was stored with.
    pub fn open(keys: &Keys, id: ProviderId, sealed: &[u8]) -> Result<Self, Error> {
        let plain = keys
            .decrypt(PURPOSE, sealed, &id.0.to_be_bytes())
            .map_err(|_| Error::Sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Error::Sealed)
    }
}

impl From<&Draft> for Secrets {
    fn from(draft: &Draft) -> Self {
        Self {
            m3u_url: draft.m3u_url.clone(),
            backup_urls: draft.backup_urls.clone(),
            epg_url: draft.epg_url.clone(),
            xstream_host: draft.xstream_host.clone(),
            xstream_username: draft.xstream_username.clone(),
            xstream_password: draft.xstream_password.clone(),
            backup_hosts: draft.backup_hosts.clone(),
            headers: draft.headers.clone(),
        }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}
