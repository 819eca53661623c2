//! Xtream Codes panels: their addresses, accounts and lists, read leniently and element by element.
//!
//! Words: a *panel* is the server that answers `player_api.php`. An *account* is what it says of who asks. A *list* is one
//! of its three JSON arrays (live streams, films, series); each *element* is read by itself, so that neither the length of
//! a list nor a damaged element costs more than that element. The *details* of a series are its episodes, asked for one
//! series at a time.

mod account;
pub mod address;
mod details;
mod elements;
mod error;
mod facts;
mod listed;
mod loose;
mod panel;
mod reader;
pub mod test;

pub use account::{Account, AccountStatus, LiveOutput};
pub use address::values;
pub use details::{Details, Episode};
pub use elements::NotAList;
pub use error::{HostProblem, NoAccount, PanelError, Problem};
pub use listed::{Film, Item, Live, Series};
pub use panel::{Entered, ListKind, Panel};
pub use reader::{Categories, Limits, Reader, Summary, categories};
