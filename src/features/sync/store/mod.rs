//! The tables `provider_sync_log`, `provider_sync_refusals`, `provider_sync_changes`, `provider_sync_staging` and
//! `sync_schedules`.

mod changes;
mod log;
mod page;
mod schedules;
mod staging;
mod summary;

pub use changes::{changes, count_changes, refusals, refusals_of};
pub(super) use changes::{insert_changes, insert_refusals};
pub use log::{SyncRow, count, find, latest, list, of_job};
pub(super) use log::{applied_count, applied_count_in, approved, begin, decide, finish, held, settle_ended};
pub use page::{page, pending};
pub(super) use schedules::{choice, choices, choose};
pub(super) use staging::{drop_staging, insert_staging, staged_chunk};
pub use summary::{RunSum, endings, sums};
