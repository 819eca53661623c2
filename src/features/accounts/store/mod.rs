//! The SQL of accounts, one file a table.

pub(super) mod api_tokens;
pub(super) mod credentials;
pub(super) mod second_factors;
pub(super) mod sessions;
pub(super) mod users;
