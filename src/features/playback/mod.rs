//! A stream on its way from a provider to a player.
//!
//! - *wish*: the picture that a link asks for; it changes that order and leaves nothing out.
//! - *relay*: opens the first source that starts and hands its bytes on; players never see where they come from.
//! - *part*: whatever an HLS playlist names: a rendition, a segment, a key; its address is *sealed*.
//! - *poll*: a request of an HLS player; its lease outlives its connections.

mod attempts;
mod error;
pub mod hls;
mod media;
mod opening;
mod polls;
mod relay;
mod running;
pub mod sealed;
mod wish;

pub use error::RelayError;
pub use media::Media;
pub use polls::Polls;
pub use relay::{Answer, Relay};
pub use wish::Wish;
