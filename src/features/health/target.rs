//! Which streams a run of checks or measurements is about.

use serde::{Deserialize, Serialize};

use crate::features::catalogue::sources::Scope;
use crate::support::ids::{ChannelId, ProviderId};

/// The streams of a channel or of a provider; all, if nothing is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<ProviderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
}

impl Target {
    pub fn of_provider(id: ProviderId) -> Self {
        Self {
            provider_id: Some(id),
            channel_id: None,
        }
    }

    pub fn of_channel(id: ChannelId) -> Self {
        Self {
            provider_id: None,
            channel_id: Some(id),
        }
    }

    pub fn scope(self) -> Scope {
        match (self.channel_id, self.provider_id) {
            (Some(id), _) => Scope::Channel(id),
            (None, Some(id)) => Scope::Provider(id),
            (None, None) => Scope::All,
        }
    }

    /// The dedupe key of a run: one of each kind at a time for the same streams.
    pub fn key(self) -> String {
        match (self.channel_id, self.provider_id) {
            (Some(id), _) => format!("channel:{id}"),
            (None, Some(id)) => format!("provider:{id}"),
            (None, None) => "all".to_owned(),
        }
    }
}
