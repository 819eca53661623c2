use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio_util::sync::CancellationToken;

use crate::features::catalogue::sources::opening::{OpenError, Opened, host};
use crate::features::catalogue::sources::{Source, content_type};
use crate::features::health::probe::{Expected, Reason, Verdict, judge};
use crate::features::providers::leases::{Connection, Lease, LeaseError, Leases};
use crate::fetch::Fetcher;
use crate::support::media::{Container, ts};

use super::packets::{PACKET, Packets};
use super::pump::pump;
use super::{End, Feed, Stage, Unshared};

/// The silence of a running stream is judged by its pump, which knows its usual gaps.
const UNBOUNDED: Duration = Duration::from_secs(24 * 3_600);

/// Before it is tried again to count a connection for another viewer.
const PASSED_ON_AGAIN: Duration = Duration::from_secs(1);

/// What it takes to open the upstream of a feed.
pub struct Start {
    pub fetcher: Fetcher,
    pub leases: Leases,
    pub source: Source,
    pub connection: Connection,
}

enum Flow {
    Over(End),
    Unshared(Box<Opened>),
}

/// An answer that all who watch can share, and the bytes of it that were read.
struct Shareable {
    opened: Opened,
    head: BytesMut,
    packets: Packets,
}

impl Start {
    /// Opens the upstream and brings its bytes to all who watch, until it ends or nobody watches; then its connection is
    /// given back.
    pub async fn run(self, feed: Arc<Feed>) {
        let lease = match self
            .leases
            .acquire(self.connection, self.source.max_connections)
            .await
        {
            Ok(lease) => lease,
            Err(LeaseError::AllInUse { .. }) => return feed.set(Stage::Over(End::AllInUse)),
            Err(LeaseError::Reserved { .. }) => return feed.set(Stage::Over(End::Reserved)),
            Err(LeaseError::Db(error)) => {
                tracing::error!(%error, "a connection could not be counted");
                return feed.set(Stage::Over(End::Uncounted));
            }
        };
        feed.leased();
        match self.while_wanted(&feed, &lease).await {
            Flow::Unshared(opened) => {
                let (opened, lease) = (*opened, Arc::new(lease));
                feed.set(Stage::Unshared(Some(Box::new(Unshared { opened, lease }))));
            }
            Flow::Over(end) => {
                if let End::Failed(cause) = &end {
                    tracing::info!(stream = ?feed.offer, %cause, "a stream failed");
                }
                feed.end_soon();
                // Who goes on with another stream of this provider may need its connection.
                lease.cool_down().await;
                feed.set(Stage::Over(end));
            }
        }
    }

    /// When this returns the connection is closed, or in the answer.
    async fn while_wanted(&self, feed: &Feed, lease: &Lease) -> Flow {
        let mut flow = std::pin::pin!(self.flow(feed));
        let mut kept_back = std::pin::pin!(hand_on(feed, lease));
        loop {
            tokio::select! {
                biased;
                () = feed.stop.cancelled() => return Flow::Over(End::Left),
                () = feed.left() => if feed.close_if_left() { return Flow::Over(End::Left) },
                end = &mut kept_back => return Flow::Over(end),
                flow = &mut flow => return flow,
            }
        }
    }

    async fn flow(&self, feed: &Feed) -> Flow {
        let opened = match self.open().await {
            Ok(opened) => opened,
            Err(error) => return Flow::Over(End::Failed(error.to_string())),
        };
        let host = host(&opened.upstream.final_url).to_owned();
        let failed = |cause: &dyn std::fmt::Display| Flow::Over(End::Failed(format!("{host} {cause}")));
        if !matches!(opened.upstream.status, 200 | 206) {
            return failed(&Reason::Status(opened.upstream.status));
        }
        // What has an end is a file, which can be sought in.
        if opened.is_playlist() || opened.upstream.content_length().is_some() {
            return Flow::Unshared(Box::new(opened));
        }
        let shareable = match shareable(opened).await {
            Ok(Ok(shareable)) => shareable,
            Ok(Err(opened)) => return Flow::Unshared(Box::new(opened)),
            Err(Unfit::Sent(reason)) => return failed(&reason),
            Err(Unfit::Open(error)) => return Flow::Over(End::Failed(error.to_string())),
        };
        let Shareable {
            mut opened,
            head,
            packets,
        } = shareable;
        // By what it is, since a stream that follows this one in its place must be the same.
        let content_type = content_type(if packets.is_ts() { "ts" } else { "audio" }).into();
        feed.runs(content_type);
        opened.upstream.set_idle_timeout(UNBOUNDED);
        Flow::Over(pump(feed, &mut opened.upstream, &head, packets, &host).await)
    }

    async fn open(&self) -> Result<Opened, OpenError> {
        let request = self
            .source
            .request(self.source.url.clone(), None, CancellationToken::new());
        Opened::begin(self.fetcher.open(request).await?).await
    }
}

/// Lets the connection count for another viewer each time that whom it counts for has left; ends where it is reserved for
/// that one.
async fn hand_on(feed: &Feed, lease: &Lease) -> End {
    loop {
        let heirs = feed.orphaned().await;
        match lease.pass_on(&heirs).await {
            Ok(Some(heir)) => feed.inherit(heir),
            Ok(None) => return End::Reserved,
            // It counts as before, for somebody who has left.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be passed on");
                tokio::time::sleep(PASSED_ON_AGAIN).await;
            }
        }
    }
}

enum Unfit {
    Sent(Reason),
    Open(OpenError),
}

/// Reads an answer as far as it takes to see what it is; given back where only one viewer can have it.
async fn shareable(mut opened: Opened) -> Result<Result<Shareable, Opened>, Unfit> {
    let mut head = BytesMut::from(opened.first.take().unwrap_or_default().as_ref());
    let mut is_whole = false;
    let container = loop {
        match judge(&head, is_whole, Expected::Any) {
            Verdict::Media(container) => break container,
            Verdict::Refused(reason) => return Err(Unfit::Sent(reason)),
            Verdict::Untestable(_) => return Err(Unfit::Sent(Reason::NotMedia)),
            Verdict::Undecided => match opened.upstream.next().await {
                Some(Ok(bytes)) => head.extend_from_slice(&bytes),
                Some(Err(error)) => return Err(Unfit::Open(error.into())),
                None => is_whole = true,
            },
        }
    };
    let packets = match container {
        Container::Ts => ts::find(&head).filter(|found| found.stride == PACKET),
        // Frames, with which a decoder can begin anywhere.
        Container::Audio if !head.starts_with(b"RIFF") && !head.starts_with(b"fLaC") => None,
        _ => {
            opened.first = Some(head.freeze());
            return Ok(Err(opened));
        }
    };
    if let Some(found) = packets {
        // Viewers begin with a whole packet.
        let _ = head.split_to(found.offset);
    }
    let packets = Packets::of(packets.is_some());
    Ok(Ok(Shareable {
        opened,
        head,
        packets,
    }))
}
