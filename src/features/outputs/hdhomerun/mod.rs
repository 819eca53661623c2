//! Devices that players take for an HDHomeRun, the network tuner that Plex, Jellyfin, Emby and Kodi know by themselves.
//!
//! *Device*: what a player finds, with a *device id* that never changes, a number of *tuners* and a line-up of its own. It
//! plays with an output credential of its own, since players of this kind know no passwords. The *first* device answers at
//! the root of the server too, where some players ask whatever they are told.

pub mod announce;
mod change;
mod device_id;
mod draft;
mod error;
pub mod lineup;
mod store;
mod tuners;

pub use change::{create, remove, restore_access, update};
pub use device_id::DeviceId;
pub use draft::{Draft, LONGEST_NAME, MOST_TUNERS, QUALITIES};
pub use error::Error;
pub use store::{Device, categories, channel, find, find_by_device_id, find_first, list};
pub use tuners::{Tuner, Tuners};

use std::collections::HashMap;

/// A model that players take for one that neither transcodes nor is too old for them.
pub const MODEL: &str = "HDHR4-2US";
pub const FIRMWARE: &str = "hdhomerun4_atsc";
pub const FIRMWARE_VERSION: &str = "20200225";

/// More channels than this Plex does not take from one device.
pub const MOST_FOR_PLEX: i64 = 480;

/// How many channels are in the line-up of a device, by the channels of each category.
pub fn channel_count(device: &Device, categories: &[(String, i64)]) -> i64 {
    if device.categories.is_empty() {
        return categories.iter().map(|(_, count)| count).sum();
    }
    let counts: HashMap<&str, i64> = categories
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    let count = |name: &String| counts.get(name.as_str()).copied().unwrap_or_default();
    device.categories.iter().map(count).sum()
}
