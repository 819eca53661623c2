//! The pages, one room an area: the same nouns as `features/`, and templates under the same path.

pub mod accounts;
pub mod audit;
pub mod catalogue;
pub mod hdhomerun;
pub mod health;
pub mod history;
pub mod home;
pub mod jobs;
pub mod library;
pub mod merge_rules;
pub mod providers;
pub mod settings;
pub mod syncs;
pub mod system;
