//! The typed in-process bus. An event only refreshes what is shown; work that must happen is a job.
//!
//! An event names what changed by id and carries no content: who shows it reads it again. Other nodes hear nothing; they
//! read rows at each tick.

use tokio::sync::broadcast;

use crate::support::ids::{ChannelId, JobId, ProviderId, StreamId, SyncId};

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A job's state or progress.
    JobChanged(JobId),
    /// A provider was made, edited, hidden, or its status changed.
    ProviderChanged(ProviderId),
    /// A run began, moved on, was held or ended.
    SyncChanged {
        provider: ProviderId,
        sync: SyncId,
    },
    ChannelChanged(ChannelId),
    /// Many channels, films or series at once: lists and counts are read again.
    CatalogueChanged,
    /// Streams were checked.
    HealthChanged,
    /// A stream became worse in picture or score.
    QualityFell(StreamId),
    /// What a stream shows was found to be wrong twice, and counts from now on.
    ContentFailed(StreamId),
    /// Something began to be watched, or is watched no more.
    PlaysChanged,
    /// Sessions of people or credentials were ended: their streams end too.
    AccessRevoked,
    SettingsChanged,
}

/// How many events a slow listener may be behind before it is told that it missed some.
const BACKLOG: usize = 1024;

/// The bus; cheap to clone.
#[derive(Debug, Clone)]
pub struct Events {
    sender: broadcast::Sender<Event>,
}

impl Events {
    pub fn new() -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
        }
    }

    /// Tells everyone who listens; nobody listening is fine.
    pub fn publish(&self, event: Event) {
        let _ = self.sender.send(event);
    }

    /// Everything published from now on.
    pub fn listen(&self) -> Listener {
        Listener {
            receiver: self.sender.subscribe(),
        }
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}

/// Receives events.
#[derive(Debug)]
pub struct Listener {
    receiver: broadcast::Receiver<Event>,
}

/// What a listener hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Event(Event),
    /// Some were missed: read everything again.
    Missed,
}

impl Listener {
    /// The next event; `None` once the bus is gone.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.receiver.recv().await {
            Ok(event) => Some(Heard::Event(event)),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Heard::Missed),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everyone_who_listens_hears_an_event() {
        let events = Events::new();
        events.publish(Event::SettingsChanged);
        let (mut one, mut two) = (events.listen(), events.listen());
        events.publish(Event::JobChanged(JobId(7)));
        assert_eq!(one.next().await, Some(Heard::Event(Event::JobChanged(JobId(7)))));
        assert_eq!(two.next().await, Some(Heard::Event(Event::JobChanged(JobId(7)))));
        drop(events);
        assert_eq!(one.next().await, None);
    }

    #[tokio::test]
    async fn a_slow_listener_is_told_that_it_missed_some() {
        let events = Events::new();
        let mut slow = events.listen();
        for _ in 0..=BACKLOG {
            events.publish(Event::CatalogueChanged);
        }
        assert_eq!(slow.next().await, Some(Heard::Missed));
        assert_eq!(slow.next().await, Some(Heard::Event(Event::CatalogueChanged)));
    }
}
