//! The bytes of a stream for a program that reads them: through the same requests as those of a test, so that guard, headers,
//! redirects and leases stay ours, and no credential is ever an argument that others on the machine can read.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::fetch::Upstream;
use crate::support::media::Container;
use crate::support::media::mp4::{Index, index};

use super::probe::part::{Part, Playlist, Sample};
use super::probe::visit::{MOST_PLAYLISTS, Media, Visit};
use super::probe::{Failure, Reason, Stop};

/// The most bytes that are fed: some seconds of the largest pictures.
const MOST: u64 = 24 << 20;
/// Within so many bytes the order of a file's parts is known.
const ORDER: usize = 64 * 1024;

/// Bytes of a stream from a place where they can be read, one request after the other.
pub struct Feed<'v, 'a> {
    visit: &'v mut Visit<'a>,
    first: Option<Bytes>,
    upstream: Option<Upstream>,
    /// Segments that follow.
    rest: VecDeque<Part>,
    left: u64,
    /// Whether the container was known by its first bytes.
    pub is_known: bool,
}

impl<'v, 'a> Feed<'v, 'a> {
    /// Opens a stream until its first bytes are known to be media.
    pub async fn open(visit: &'v mut Visit<'a>) -> Result<Self, Stop> {
        let mut next = visit.start();
        let mut rest = VecDeque::new();
        for _ in 0..=MOST_PLAYLISTS {
            let mut opened = visit.open(&next, MOST).await?;
            if !opened.is_playlist() {
                if next.is_encrypted {
                    return Err(Stop::Untestable("encrypted segments cannot be measured"));
                }
                let media = visit.media(&next, opened).await?;
                return Self::begin(visit, next, media, rest).await;
            }
            let text = visit.read_playlist(&mut opened).await?;
            let sample = Playlist::read(&text, &opened.upstream.final_url).sample();
            match sample.map_err(|reason| visit.failure(reason))? {
                Sample::Variant(part) => next = part,
                Sample::Segments(mut parts) => {
                    let Some(part) = parts.pop_front() else { break };
                    // Set up in the clear or not, what follows tells.
                    let is_encrypted = parts.front().is_some_and(|part| part.is_encrypted);
                    next = Part {
                        is_encrypted: part.is_encrypted || is_encrypted,
                        ..part
                    };
                    rest = parts;
                }
            }
        }
        Err(visit.failure(Reason::BadPlaylist).into())
    }

    async fn begin(
        visit: &'v mut Visit<'a>,
        part: Part,
        media: Media,
        rest: VecDeque<Part>,
    ) -> Result<Self, Stop> {
        let Media {
            mut upstream,
            mut first,
            container,
        } = media;
        if container == Container::Mp4 && rest.is_empty() {
            while index(&first) == Index::Unknown
                && first.len() < ORDER
                && let Some(piece) = upstream.next().await
            {
                first.extend_from_slice(&piece?);
            }
            if let Index::Behind { at, kind } = index(&first) {
                drop(upstream);
                return Self::from_index(visit, part, &first[kind], at).await;
            }
        }
        let is_known = container != Container::Other;
        Ok(Self {
            is_known,
            ..Self::new(visit, first.freeze(), upstream, rest)
        })
    }

    /// A file that keeps its index at the end is read there: with its type before it, that tells all but the packets.
    async fn from_index(visit: &'v mut Visit<'a>, file: Part, kind: &[u8], at: u64) -> Result<Self, Stop> {
        let end = Part {
            piece: Some((at, MOST)),
            ..file
        };
        let opened = visit.open(&end, MOST).await?;
        if visit.status != Some(206) {
            return Err(visit.failure(Reason::Unreadable).into());
        }
        let mut first = BytesMut::from(kind);
        first.extend_from_slice(&opened.first.unwrap_or_default());
        Ok(Self::new(visit, first.freeze(), opened.upstream, VecDeque::new()))
    }

    fn new(visit: &'v mut Visit<'a>, first: Bytes, upstream: Upstream, rest: VecDeque<Part>) -> Self {
        Self {
            visit,
            first: Some(first),
            upstream: Some(upstream),
            rest,
            left: MOST,
            is_known: true,
        }
    }

    /// The next bytes; `None` at the end, which what goes wrong behind the first bytes is too.
    pub async fn next(&mut self) -> Option<Bytes> {
        let bytes = match self.first.take() {
            Some(bytes) => bytes,
            None => self.read().await?,
        };
        self.left = self.left.checked_sub(bytes.len() as u64)?;
        Some(bytes)
    }

    /// A failure of the host that was read last.
    pub fn failure(&self, reason: Reason) -> Failure {
        self.visit.failure(reason)
    }

    async fn read(&mut self) -> Option<Bytes> {
        loop {
            if let Some(upstream) = &mut self.upstream {
                if let Some(piece) = upstream.next().await {
                    return piece.ok();
                }
                // One connection at a time.
                self.upstream = None;
            }
            let part = self.rest.pop_front()?;
            let opened = self.visit.open(&part, MOST).await.ok()?;
            if opened.is_text() || part.is_encrypted {
                return None;
            }
            self.upstream = Some(opened.upstream);
            if let Some(first) = opened.first {
                return Some(first);
            }
        }
    }
}
