//! The domain. Each area owns its tables and words; a feature imports only features of lower floors:
//! 0 audit · 1 settings, accounts · 2 providers · 3 catalogue · 4 sync, health, outputs · 5 history · 6 playback · 7 analytics · 8 system.

pub mod accounts;
pub mod analytics;
pub mod audit;
pub mod catalogue;
pub mod health;
pub mod history;
pub mod outputs;
pub mod playback;
pub mod providers;
pub mod settings;
pub mod sync;
pub mod system;
