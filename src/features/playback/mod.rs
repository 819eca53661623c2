//! A stream on its way from a provider to a player.
//!
//! - *wish*: the picture that a link asks for; it changes that order and leaves nothing out.
//! - *relay*: opens the first source that starts and hands its bytes on; players never see where they come from.
//! - *feed*: a live stream that comes once, however many *viewers* watch it; a viewer goes on with the next where it fails.
//! - *film*: what one viewer has alone, since it is sought in.
//! - *hls*: what is fetched piece by piece, at *sealed* addresses.

mod attempts;
mod error;
mod feed;
mod feeds;
mod films;
mod following;
pub mod hls;
mod joining;
mod media;
mod noting;
mod opening;
mod polling;
mod relay;
mod running;
pub mod sealed;
mod viewer;
mod wanted;
mod wish;

pub use error::RelayError;
pub use media::Media;
pub use relay::{Answer, Relay};
pub use viewer::Viewer;
pub use wanted::Wanted;
pub use wish::Wish;
