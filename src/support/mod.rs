//! Pure helpers. They import nothing of ours and know no feature.

pub mod clean;
pub mod clock;
pub mod cron;
pub mod crypto;
pub mod days;
pub mod hls;
pub mod ids;
pub mod keyed_hash;
pub mod media;
pub mod network;
pub mod paging;
pub mod statistics;
pub mod text;
pub mod totp;
pub mod user_agent;
pub mod validation;
