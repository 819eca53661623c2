use crate::db::DbError;
use crate::features::providers::leases::LeaseError;

use crate::features::catalogue::sources::SourceError;
use crate::features::catalogue::sources::opening::OpenError;

/// Why nothing plays. The words hold hosts and causes, never an address.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error("there is nothing to play")]
    Nothing,
    /// Why no stream of it can be relayed.
    #[error("{0}")]
    NotRelayable(String),
    #[error("every connection of the provider is in use")]
    AllInUse,
    /// Connections are free, but kept for other credentials.
    #[error("the free connections of the provider are reserved for others")]
    Reserved,
    /// Each stream that was tried, with what became of it.
    #[error("no stream started: {}", .0.join("; "))]
    NoneStarted(Vec<String>),
    /// Something on this side kept it from beginning, in words; nothing is said of the stream.
    #[error("{0}")]
    Interrupted(String),
    /// The upstream answered a part of a stream with this status.
    #[error("the provider answered {0}")]
    Status(u16),
    #[error("an administrator stopped this")]
    Stopped,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl RelayError {
    /// Whether a connection was all that was missing.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::AllInUse | Self::Reserved)
    }

    /// Whether the stream is at fault that was tried, and nothing on this side.
    pub(super) fn is_of_the_stream(&self) -> bool {
        matches!(self, Self::NoneStarted(_) | Self::Status(_))
    }
}

impl From<LeaseError> for RelayError {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::AllInUse { .. } => Self::AllInUse,
            LeaseError::Reserved { .. } => Self::Reserved,
            LeaseError::Db(error) => Self::Db(error),
        }
    }
}

impl From<SourceError> for RelayError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::NotRelayable(reason) => Self::NotRelayable(reason),
            SourceError::Unreadable => Self::NoneStarted(vec![error.to_string()]),
            SourceError::Db(error) => Self::Db(error),
        }
    }
}

impl From<OpenError> for RelayError {
    fn from(error: OpenError) -> Self {
        Self::NoneStarted(vec![error.to_string()])
    }
}

/// What became of the sources that were tried.
#[derive(Default)]
pub(super) struct Failures {
    causes: Vec<String>,
    in_use: bool,
    reserved: bool,
    not_relayable: Option<String>,
}

impl Failures {
    /// Notes why one source does not play; the next is tried unless the database is at fault.
    pub(super) fn note(&mut self, error: RelayError) -> Result<(), DbError> {
        match error {
            RelayError::Db(error) => return Err(error),
            RelayError::AllInUse => self.in_use = true,
            RelayError::Reserved => self.reserved = true,
            RelayError::NotRelayable(reason) => {
                self.not_relayable.get_or_insert(reason);
            }
            RelayError::NoneStarted(causes) => self.causes.extend(causes),
            error @ (RelayError::Nothing
            | RelayError::Status(_)
            | RelayError::Interrupted(_)
            | RelayError::Stopped) => self.causes.push(error.to_string()),
        }
        Ok(())
    }

    pub(super) fn into_error(self) -> RelayError {
        match (self.causes.is_empty(), self.not_relayable) {
            (false, _) => RelayError::NoneStarted(self.causes),
            // It may have another stream whose connections are all in use: this is what an administrator can change.
            (true, _) if self.reserved => RelayError::Reserved,
            (true, _) if self.in_use => RelayError::AllInUse,
            (true, Some(reason)) => RelayError::NotRelayable(reason),
            (true, None) => RelayError::Nothing,
        }
    }
}
