use std::time::{Duration, Instant};

use crate::db::DbError;
use crate::features::catalogue::sources::{Source, Sources};
use crate::support::ids::CredentialId;

use super::error::{Failures, RelayError};
use super::opening::cause;
use super::relay::{Answer, Relay};

/// However many streams a channel has, a viewer is told within this time that none starts.
const START_WITHIN: Duration = Duration::from_secs(30);
/// A provider's lists are fetched within this time, mostly.
const SYNCED_WITHIN: Duration = Duration::from_secs(20);
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
        let began = Instant::now();
        while !self.busy.is_empty() && began.elapsed() < self.patience().await? {
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

    /// How long a connection is worth waiting for: those of players stay, that of a sync or check goes soon.
    async fn patience(&self) -> Result<Duration, DbError> {
        for source in &self.busy {
            let in_use = self.relay.leases().in_use(source.provider).await?;
            if in_use.checks + in_use.syncs > 0 {
                return Ok(SYNCED_WITHIN);
            }
        }
        Ok(FREED_WITHIN)
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
