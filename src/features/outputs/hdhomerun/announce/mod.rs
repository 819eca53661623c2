//! How players find the devices by themselves: they ask everybody in the network, and each device answers. Over a connection
//! some then ask what a device is and what its tuners do.
//!
//! Nothing listens while there is no device, or while the settings forbid it.

mod base;
mod control;
mod ear;
mod keep;
mod pace;
mod packet;
mod reach;
mod ssdp;

pub use ear::{Place, Ports};
pub use keep::keep;
pub use reach::{Announced, Protocol, Reach};
