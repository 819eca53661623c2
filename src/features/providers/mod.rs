//! Providers, their credentials and what they send.
//!
//! A *provider* is one subscription: an address that answers with a catalogue. Its *secrets* are whatever of it may hold
//! a credential (addresses, headers); they are stored encrypted and shown *masked*. A *draft* is a provider as somebody
//! wants it to be, from a form or from JSON. A *breaker* stops asking a host that keeps failing.

mod changes;
pub mod connection;
mod draft;
mod error;
mod expiry;
mod facts;
pub mod groups;
pub mod import;
pub mod leases;
pub mod m3u;
pub mod mask;
mod offer;
mod provider;
mod reading;
pub mod renames;
pub mod reservations;
mod secrets;
mod shown;
mod source;
pub mod store;
pub mod uploads;
pub mod url_parts;
pub mod url_values;
pub mod xtream;

pub use changes::{Relist, Relisted, Wish, create, remove, sync_key, update};
pub use draft::{Draft, rules_sent};
pub use error::Error;
pub use expiry::Expiry;
pub use facts::Facts;
pub use offer::Offer;
pub use provider::{Kind, Provider, Status, Summary, Totals};
pub use reading::Reading;
pub use secrets::Secrets;
pub use shown::{Host, Shown, host_of, list, show};
pub use source::{Source, Uploaded};
