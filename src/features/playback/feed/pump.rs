use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout, timeout_at};

use crate::fetch::Upstream;

use super::pace::Pace;
use super::packets::{Packets, entry};
use super::{End, Feed};

/// Viewers who have taken nothing for so long have paused or gone; the provider's connection is not kept for them.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes that go on together, so that many viewers are woken seldom.
const BATCH: usize = 64 * 1024;
/// However few they are, they go on after this time.
const BATCHED_WITHIN: Duration = Duration::from_millis(25);
/// An upstream that had to wait for its viewers for so long may end for that, within the next while.
const HELD_UP: Duration = Duration::from_secs(2);
const RESENTED_FOR: Duration = Duration::from_secs(30);
/// A player that begins waits for each of these.
const HURRIED: u64 = 512 * 1024;

/// Brings the bytes of an upstream, the first of which are there already, until they end, stall or become something else.
/// The end of a live stream is a fault too.
pub async fn pump(
    feed: &Feed,
    upstream: &mut Upstream,
    first: &[u8],
    mut packets: Packets,
    host: &str,
) -> End {
    let failed = |cause: String| End::Failed(format!("{host} {cause}"));
    let mut pace = Pace::begin(Instant::now());
    let mut held_up: Option<Instant> = None;
    let ended = |cause: String, held_up: Option<Instant>| match held_up {
        Some(at) if at.elapsed() < RESENTED_FOR => End::Left,
        _ => End::Failed(cause),
    };
    packets.push(first);
    loop {
        match packets.take() {
            Ok(bytes) => feed.bring(bytes, packets.is_ts()),
            Err(lost) => return failed(format!("went astray: {lost}")),
        }
        if !feed.has_room() {
            let full = Instant::now();
            if timeout(PATIENCE, feed.room()).await.is_err() {
                return End::Left;
            }
            if full.elapsed() >= HELD_UP {
                held_up = Some(Instant::now());
            }
            pace.resume(Instant::now());
        }
        let deadline = pace.deadline();
        match timeout_at(deadline, upstream.next()).await {
            Err(_) => return failed("sent nothing more".to_owned()),
            Ok(None) => return ended(format!("{host} ended the stream"), held_up),
            Ok(Some(Err(error))) => return ended(error.to_string(), held_up),
            Ok(Some(Ok(bytes))) => {
                pace.came(Instant::now());
                packets.push(&bytes);
            }
        }
        let batched = Instant::now() + BATCHED_WITHIN;
        while packets.pending() < BATCH && feed.total() > HURRIED {
            match timeout_at(batched, upstream.next()).await {
                Ok(Some(Ok(bytes))) => {
                    pace.came(Instant::now());
                    packets.push(&bytes);
                }
                Err(_) => break,
                Ok(last) => {
                    // What came before goes on to the viewers.
                    if let Ok(bytes) = packets.take() {
                        feed.bring(bytes, packets.is_ts());
                    }
                    return match last {
                        Some(Err(error)) => ended(error.to_string(), held_up),
                        _ => ended(format!("{host} ended the stream"), held_up),
                    };
                }
            }
        }
    }
}

impl Feed {
    /// Hands bytes to all who watch.
    fn bring(&self, mut bytes: Bytes, is_ts: bool) {
        if bytes.is_empty() {
            return;
        }
        let entry = if is_ts { entry(&bytes) } else { Some(0) };
        let mut state = self.state();
        match entry {
            Some(0) => state.ring.push(bytes, true),
            Some(at) => {
                let before = bytes.split_to(at);
                state.ring.push(before, false);
                state.ring.push(bytes, true);
            }
            None => state.ring.push(bytes, false),
        }
        drop(state);
        self.news.notify_waiters();
    }

    fn total(&self) -> u64 {
        self.state().ring.total()
    }
}
