use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError};
use crate::features::catalogue::store::tags as tag_store;
use crate::support::ids::{ChannelId, ProviderId};

use super::store::{self, Listing};
use super::{Cursor, Page, Place, Placed};

/// What a list of channels is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelFilter {
    /// Every word of it occurs in the name.
    pub q: String,
    pub category: Option<String>,
    /// Has a stream of this provider.
    #[serde(rename = "provider_id")]
    pub provider: Option<ProviderId>,
    pub enabled: Option<bool>,
    pub health: Option<Health>,
    pub has_epg: Option<bool>,
    /// Has this tag, whatever its case.
    pub tag: Option<String>,
}

/// How a channel's streams are, as far as they were tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    Up,
    Degraded,
    Down,
    Unknown,
    Maintenance,
}

impl std::str::FromStr for Health {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "up" => Self::Up,
            "degraded" => Self::Degraded,
            "down" => Self::Down,
            "unknown" => Self::Unknown,
            "maintenance" => Self::Maintenance,
            _ => return Err(()),
        })
    }
}

/// What a list of channels is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelSort {
    /// How well the name fits the search, then number, then name; by name where nothing is searched.
    #[default]
    Fit,
    Name,
    Number,
    /// Most streams first.
    Streams,
    /// Most streams in use first.
    Health,
}

impl std::str::FromStr for ChannelSort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "name" => Self::Name,
            "number" => Self::Number,
            "streams" => Self::Streams,
            "health" => Self::Health,
            _ => return Err(()),
        })
    }
}

crate::record! {
    /// A channel in a list.
    #[derive(Debug, Clone)]
    pub struct ChannelLine {
        pub id: ChannelId,
        pub name: String,
        pub category: String,
        pub country: Option<String>,
        pub logo_url: Option<String>,
        pub epg_id: Option<String>,
        pub enabled: bool,
        pub lineup_number: i64,
        pub stream_count: i64,
        pub active_stream_count: i64,
        pub best_resolution: Option<String>,
        pub sort_key: String,
        pub lead: i64,
    }
}

impl Placed for ChannelLine {
    fn cursor(&self) -> Cursor {
        Cursor {
            lead: self.lead,
            sort_key: self.sort_key.clone(),
            id: self.id.0,
        }
    }

    fn lead_with(&mut self, lead: i64) {
        self.lead = lead;
    }
}

/// A page of the channels that have a stream.
///
/// # Errors
/// Whatever the database says.
pub async fn channels(
    db: &Db,
    filter: &ChannelFilter,
    sort: ChannelSort,
    place: &Place,
    limit: i64,
) -> Result<Page<ChannelLine>, DbError> {
    store::page(db, &Listing::of_channels(filter, sort), place, limit).await
}

/// The id of every channel of a list, in its order.
///
/// # Errors
/// Whatever the database says.
pub async fn ids(db: &Db, filter: &ChannelFilter, sort: ChannelSort) -> Result<Vec<i64>, DbError> {
    store::ids(db, &Listing::of_channels(filter, sort)).await
}

/// How many channels have a stream.
///
/// # Errors
/// Whatever the database says.
pub async fn channel_total(db: &Db) -> Result<i64, DbError> {
    store::channel_total(db).await
}

/// Every tag in use, by name.
///
/// # Errors
/// Whatever the database says.
pub async fn tags(db: &Db) -> Result<Vec<String>, DbError> {
    tag_store::all(db).await
}

/// The names of all categories in use, in natural order.
///
/// # Errors
/// Whatever the database says.
pub async fn categories(db: &Db) -> Result<Vec<String>, DbError> {
    store::categories(db).await
}
