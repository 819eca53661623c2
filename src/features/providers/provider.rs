use serde::Serialize;

use super::{Error, Reading, Secrets, Source, xtream};
use crate::db::{Column, DbError, Row};
use crate::record;
use crate::support::crypto::Keys;
use crate::support::ids::ProviderId;

/// How a provider hands out its catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A playlist behind an address, or in a file.
    M3u,
    /// An account of an Xtream Codes panel.
    Xtream,
}

impl Kind {
    /// # Errors
    /// The sentence for who asked for another type.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "m3u" => Ok(Self::M3u),
            "xstream" | "xtream" => Ok(Self::Xtream),
            _ => Err(super::draft::CHOOSE_TYPE),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::M3u => "m3u",
            // The spelling of the product's owner, in data and JSON.
            Self::Xtream => "xstream",
        }
    }
}

impl Column for Kind {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let text: String = row.get(column)?;
        Self::parse(&text).map_err(|_| DbError::Column {
            column,
            cause: "unknown type".to_owned(),
        })
    }
}

/// How a provider is doing, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    NeverSynced,
    Ok,
    /// The last run waits for approval.
    Held,
    Failing,
    Expired,
    /// Switched off by an administrator.
    Disabled,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverSynced => "never_synced",
            Self::Ok => "ok",
            Self::Held => "held",
            Self::Failing => "failing",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
        }
    }
}

impl Column for Status {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let text: String = row.get(column)?;
        [
            Self::NeverSynced,
            Self::Ok,
            Self::Held,
            Self::Failing,
            Self::Expired,
            Self::Disabled,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| DbError::Column {
            column,
            cause: "unknown status".to_owned(),
        })
    }
}

record! {
    /// A stored provider. What may hold a credential is encrypted in it; see [`Provider::secrets`].
    #[derive(Clone)]
    pub struct Provider {
        pub id: ProviderId,
        pub name: String,
        pub kind: Kind,
        pub enabled: bool,
        pub priority: i64,
        pub max_connections: Option<i64>,
        pub user_agent: Option<String>,
        pub(super) sealed: Vec<u8>,
        /// As its runs left it; see [`Provider::status`].
        pub last_status: Status,
        pub status_message: Option<String>,
        pub total_channels: i64,
        pub active_channels: i64,
        pub total_vod_movies: i64,
        pub total_vod_series: i64,
        pub last_sync: Option<i64>,
        /// What its panel said of the account at the last run: a word, and instants and numbers where it gave any.
        pub account_status: Option<String>,
        pub expires_at: Option<i64>,
        pub account_connections: Option<i64>,
        pub account_active: Option<i64>,
        /// Which of the hosts knew the account.
        pub(super) panel_host: i64,
        pub(super) panel_https_port: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
        pub reading: Reading,
        pub source: Source,
    }
}

impl Provider {
    /// # Errors
    /// [`Error::Sealed`] if the key file is not the one it was stored with.
    pub fn secrets(&self, keys: &Keys) -> Result<Secrets, Error> {
        Secrets::open(keys, self.id, &self.sealed)
    }

    /// How many streams it allows at once: what an administrator set, else what the account says, which is one where it
    /// says nothing; none for as many as one likes.
    pub fn connection_limit(&self) -> Option<i64> {
        let unknown = (self.kind == Kind::Xtream).then_some(1);
        self.max_connections.or(self.account_connections).or(unknown)
    }

    /// What the placeholders of a panel's stream addresses stand for: scheme, host, user name, password; none if it is no
    /// panel.
    pub fn panel_values(&self, secrets: &Secrets) -> Option<[String; 4]> {
        let hosts = secrets.panel_hosts();
        let answered = usize::try_from(self.panel_host)
            .ok()
            .and_then(|host| hosts.get(host));
        let port = self.panel_https_port.and_then(|port| u16::try_from(port).ok());
        xtream::values(answered.or(hosts.first())?, port, secrets)
    }

    /// What is shown: a provider that is switched off is disabled, whatever its last run said.
    pub fn status(&self) -> Status {
        if self.enabled {
            self.last_status
        } else {
            Status::Disabled
        }
    }
}

record! {
    /// All providers together.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Summary {
        pub total: i64,
        pub enabled: i64,
        /// Those that were synced at least once.
        pub synced: i64,
        /// Streams of the enabled ones' channels.
        pub streams: i64,
        /// Those of them that are in use.
        pub active_streams: i64,
    }
}

/// What a sync counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Streams of channels.
    pub channels: i64,
    /// Those of them that are in use.
    pub active_channels: i64,
    pub movies: i64,
    pub series: i64,
}
