//! How players find the devices by themselves: they ask everybody in the network, and each device answers.
//!
//! Nothing listens while there is no device, or while the settings forbid it.

mod base;
mod keep;
mod pace;
mod packet;
mod reach;

pub use keep::{Place, keep};
pub use reach::{Announced, Reach};

/// The ports that players ask at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// Of UDP, for HDHomeRun's own discovery.
    pub discovery: u16,
}

impl Ports {
    /// Those that players know.
    pub fn known() -> Self {
        Self { discovery: 65_001 }
    }

    /// Whichever are free, for servers that nobody is to find by chance.
    pub fn free() -> Self {
        Self { discovery: 0 }
    }
}
