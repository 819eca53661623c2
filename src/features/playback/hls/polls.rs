use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::features::catalogue::content::Content;
use crate::features::providers::Offer;
use crate::support::ids::{CredentialId, ProviderId};

use super::polled::Polled;

/// A player that polls an HLS stream is gone when it was silent for longer.
const SILENCE_MS: i64 = 30_000;

/// Who polls what.
type Poller = (CredentialId, Offer);

/// Who polls which stream: whoever fell silent gives it up after 30 s, and with the last of its viewers its connection comes
/// back. A channel's stream is one for all who poll it; a film is polled by each of its viewers alone.
#[derive(Default)]
pub struct Polls {
    polls: Mutex<HashMap<Poller, Poll>>,
    turns: Mutex<Turns>,
}

/// Whose turn it is to open which stream; of a film, which of one viewer's requests.
type Turns = HashMap<(Offer, Option<CredentialId>), Arc<tokio::sync::Mutex<()>>>;

/// One poll, of a playlist or of a part: who asked for what, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub credential: CredentialId,
    /// What is watched; the offer is a way to play it.
    pub content: Content,
    pub offer: Offer,
    /// Milliseconds since the epoch.
    pub now_ms: i64,
}

impl Seen {
    fn poller(self) -> Poller {
        (self.credential, self.offer)
    }
}

struct Poll {
    stream: Arc<Polled>,
    /// Held by what is on its way to this poller.
    busy: Busy,
    seen: Seen,
}

/// Held by what is on its way to a poller, who is there as long as it is.
pub type Busy = Arc<()>;

/// A stream in the hands of one who polls it: held while a part is on its way, it stays.
#[derive(Clone)]
pub struct Visit {
    pub stream: Arc<Polled>,
    busy: Busy,
}

impl Visit {
    /// Gives the stream's connection back, if nobody else polls it, and waits until that is written.
    pub async fn give_up(self) {
        self.stream.give_up().await;
    }

    /// What is held while something is on its way that needs the stream's connection no more.
    pub fn into_busy(self) -> Busy {
        self.busy
    }
}

/// A stream whose connection counts for somebody who does not poll it any more.
pub struct Orphan {
    pub stream: Arc<Polled>,
    /// Those who do.
    pub heirs: Vec<CredentialId>,
}

impl Poll {
    /// Every poll of every player comes by here.
    fn note(&mut self, seen: Seen) -> Visit {
        self.seen = seen;
        Visit {
            stream: Arc::clone(&self.stream),
            busy: Arc::clone(&self.busy),
        }
    }
}

impl Polls {
    /// Notes a poll; the stream it goes on with, if this poller or another has it.
    pub fn touch(&self, seen: Seen) -> Option<Visit> {
        let mut polls = self.polls();
        if let Some(poll) = polls.get_mut(&seen.poller()) {
            return Some(poll.note(seen));
        }
        let stream = shared(&polls, seen.offer)?;
        Some(keep(&mut polls, seen, stream))
    }

    /// Waits until nobody else is about to open the same stream; of one that is not shared, until no other request of the same
    /// viewer is: a player that goes on after a pause asks for several segments at once.
    pub async fn turn(&self, seen: Seen) -> tokio::sync::OwnedMutexGuard<()> {
        let alone = matches!(seen.offer, Offer::Version(_)).then_some(seen.credential);
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry((seen.offer, alone)).or_default())
        };
        turn.lock_owned().await
    }

    /// Keeps the stream of a new poller; of two that began at once the first is kept, the connection of the other comes back.
    pub fn keep(&self, seen: Seen, stream: Arc<Polled>) -> Visit {
        let mut polls = self.polls();
        let stream = shared(&polls, seen.offer).unwrap_or(stream);
        keep(&mut polls, seen, stream)
    }

    /// Gives up the streams of those who fell silent, and of the others what nobody asks for any more.
    pub fn sweep(&self, now_ms: i64) {
        let mut polls = self.polls();
        polls.retain(|_, poll| now_ms - poll.seen.now_ms <= SILENCE_MS || Arc::strong_count(&poll.busy) > 1);
        polls.values().for_each(|poll| poll.stream.trim());
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
    }

    /// Gives up the provider's streams that nobody polled for longer than a player waits between two polls; whether there were
    /// any, whose connections come back in a moment.
    pub fn let_go(&self, provider: ProviderId, now_ms: i64) -> bool {
        let mut polls = self.polls();
        let mut quiet: HashMap<Offer, bool> = HashMap::new();
        for (poller, poll) in &*polls {
            if poll.stream.provider == provider && poll.stream.is_shared() {
                let is_quiet = now_ms - poll.seen.now_ms > poll.stream.quiet_ms();
                *quiet.entry(poller.1).or_insert(true) &= is_quiet;
            }
        }
        quiet.retain(|_, is_quiet| *is_quiet);
        polls.retain(|(_, offer), _| !quiet.contains_key(offer));
        !quiet.is_empty()
    }

    /// Streams that some poll on while whom their connection counts for is gone: what `is_gone` says of the last poll of that
    /// one, if there is one.
    pub fn orphans(&self, is_gone: impl Fn(Option<Seen>, &Polled) -> bool) -> Vec<Orphan> {
        let polls = self.polls();
        let mut orphans: HashMap<Offer, Orphan> = HashMap::new();
        for ((poller, offer), poll) in &*polls {
            let stream = &poll.stream;
            let holder = stream.lease.holder();
            if !stream.is_shared() || holder == Some(*poller) {
                continue;
            }
            let seen = holder.and_then(|holder| polls.get(&(holder, *offer)));
            if is_gone(seen.map(|poll| poll.seen), stream) {
                let orphan = orphans.entry(*offer).or_insert_with(|| Orphan {
                    stream: Arc::clone(stream),
                    heirs: Vec::new(),
                });
                orphan.heirs.push(*poller);
            }
        }
        orphans.into_values().collect()
    }

    /// Ends what one credential polls, whose polls will be refused.
    pub fn end(&self, credential: CredentialId) {
        self.polls().retain(|(poller, _), poll| {
            if *poller == credential {
                poll.stream.end(credential);
            }
            *poller != credential
        });
    }

    /// The last poll of each who polls something.
    pub fn seen(&self) -> Vec<Seen> {
        self.polls().values().map(|poll| poll.seen).collect()
    }

    /// Gives up what a poller had, whose stream did not answer: the next may be of the same account.
    pub fn leave(&self, credential: CredentialId, offer: Offer) {
        self.polls().remove(&(credential, offer));
    }

    /// Gives up a stream that failed, whoever polls it.
    pub fn abandon(&self, offer: Offer) {
        self.polls().retain(|(_, of), _| *of != offer);
    }

    /// Whether anybody polls this.
    pub fn is_polled(&self, offer: Offer) -> bool {
        self.polls().keys().any(|(_, of)| *of == offer)
    }

    /// Gives everything up.
    pub fn end_all(&self) {
        self.polls().clear();
    }

    fn polls(&self) -> MutexGuard<'_, HashMap<Poller, Poll>> {
        self.polls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stream that others poll, if it can be shared.
fn shared(polls: &HashMap<Poller, Poll>, offer: Offer) -> Option<Arc<Polled>> {
    let mut streams = polls.iter().filter(|((_, of), _)| *of == offer);
    let (_, poll) = streams.find(|(_, poll)| poll.stream.is_shared())?;
    Some(Arc::clone(&poll.stream))
}

fn keep(polls: &mut HashMap<Poller, Poll>, seen: Seen, stream: Arc<Polled>) -> Visit {
    let poll = polls.entry(seen.poller()).or_insert_with(|| Poll {
        stream,
        busy: Arc::default(),
        seen,
    });
    poll.note(seen)
}
