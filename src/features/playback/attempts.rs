use std::time::{Duration, Instant};

use crate::db::DbError;
use crate::support::ids::CredentialId;

use super::error::{Failures, RelayError};
use super::opening::cause;
use super::relay::{Answer, Relay};
use crate::features::catalogue::sources::Source;
use crate::features::catalogue::sources::Sources;

/// However many streams a channel has, a viewer is told within this time that none starts.
const START_WITHIN: Duration = Duration::from_secs(30);
/// Players close one stream as they open the next: its connection comes back within a moment.
const FREED_WITHIN: Duration = Duration::from_secs(2);

/// One viewer's tries to start something.
pub struct Attempts<'a, L> {
    relay: &'a Relay,
    credential: CredentialId,
    range: Option<String>,
    link: &'a L,
    failures: Failures,
    /// Those whose provider had no connection left.
    busy: Vec<Source>,
}

impl<'a, L: Fn(&str) -> String> Attempts<'a, L> {
    pub fn new(relay: &'a Relay, credential: CredentialId, range: Option<String>, link: &'a L) -> Self {
        Self {
            relay,
            credential,
            range,
            link,
            failures: Failures::default(),
            busy: Vec::new(),
        }
    }

    /// Tries each source until one plays.
    ///
    /// # Errors
    /// What became of them, within half a minute.
    pub async fn run(mut self, sources: Sources) -> Result<Answer, RelayError> {
        match tokio::time::timeout(START_WITHIN, self.all(sources)).await {
            Ok(Ok(Some(answer))) => return Ok(answer),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => {
                let late = format!("nothing within {} s", START_WITHIN.as_secs());
                self.failures.note(cause(late))?;
            }
        }
        Err(self.failures.into_error())
    }

    async fn all(&mut self, mut sources: Sources) -> Result<Option<Answer>, DbError> {
        while let Some(source) = sources.next().await {
            match source {
                Ok(source) => {
                    if let Some(answer) = self.one(source).await? {
                        return Ok(Some(answer));
                    }
                }
                Err(error) => self.failures.note(error.into())?,
            }
        }
        let patience = Instant::now() + FREED_WITHIN;
        while !self.busy.is_empty() && Instant::now() < patience {
            self.relay.leases().freed().await;
            for source in std::mem::take(&mut self.busy) {
                if let Some(answer) = self.one(source).await? {
                    return Ok(Some(answer));
                }
            }
        }
        if !self.busy.is_empty() {
            self.failures.note(RelayError::AllInUse)?;
        }
        Ok(None)
    }

    async fn one(&mut self, source: Source) -> Result<Option<Answer>, DbError> {
        let range = self.range.clone();
        match self
            .relay
            .try_one(self.credential, &source, range, self.link)
            .await
        {
            Ok(answer) => return Ok(Some(answer)),
            Err(RelayError::AllInUse) => self.busy.push(source),
            Err(error) => self.failures.note(error)?,
        }
        Ok(None)
    }
}
