//! What a path answers with.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::connections::Claim;
use super::media::Tiled;
use super::message::Request;

/// Part of a body, and when it is sent: never before this time since the first byte was asked for.
#[derive(Debug, Clone)]
pub struct Piece {
    pub bytes: Bytes,
    pub due: Duration,
}

impl From<Vec<u8>> for Piece {
    /// Due at once.
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.into(),
            due: Duration::ZERO,
        }
    }
}

pub(super) type PieceIter = Box<dyn Iterator<Item = Piece> + Send>;

/// A body that is made while it is sent, so that a large or endless one costs no memory.
#[derive(Clone)]
pub struct Pieces(Arc<dyn Fn() -> PieceIter + Send + Sync>);

impl Pieces {
    /// The pieces of what `begin` gives, anew for each answer.
    pub fn new<I>(begin: impl Fn() -> I + Send + Sync + 'static) -> Self
    where
        I: Iterator<Item = Piece> + Send + 'static,
    {
        Self(Arc::new(move || Box::new(begin())))
    }

    pub(super) fn begin(&self) -> PieceIter {
        (self.0)()
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pieces")
    }
}

/// The bytes of an answer.
#[derive(Debug, Clone)]
pub enum Body {
    Bytes(Bytes),
    /// Read while it is sent, so that a large file costs no memory.
    File(PathBuf),
    Pieces(Pieces),
    Tiled(Tiled),
    /// `lead` once, then `block` for ever with `pause` after each.
    Endless {
        lead: Bytes,
        block: Bytes,
        pause: Duration,
    },
}

/// How the end of a body is announced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Framing {
    #[default]
    Length,
    Chunked,
    /// By closing the connection.
    Close,
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    pub framing: Framing,
}

impl Reply {
    /// An answer with this status, content type and body.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), content_type.into())],
            body: Body::Bytes(body.into()),
            framing: Framing::Length,
        }
    }

    /// An empty answer.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Bytes(Bytes::new()),
            framing: Framing::Length,
        }
    }

    /// An answer with status 200 whose body is made while it is sent, in chunks.
    pub fn pieces(content_type: &str, pieces: Pieces) -> Self {
        Self {
            body: Body::Pieces(pieces),
            framing: Framing::Chunked,
            ..Self::new(200, content_type, Bytes::new())
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(super) fn set_header(&mut self, name: &str, value: &str) {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
    }
}

type Handler = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;
type Owner = Arc<dyn Fn(&Request) -> Option<Claim> + Send + Sync>;

/// What a path answers with, what it demands, and whose account it counts against.
#[derive(Clone)]
pub struct Resource {
    handler: Handler,
    pub(super) demands: Vec<(String, String)>,
    owner: Option<Owner>,
    headers: Vec<(String, String)>,
    framing: Option<Framing>,
}

impl Resource {
    /// These bytes, in ranges if asked so; the content type of a playlist.
    pub fn bytes(body: impl Into<Bytes>) -> Self {
        Self::body(Body::Bytes(body.into())).content_type("audio/x-mpegurl")
    }

    /// This file, read while it is sent, in ranges if asked so.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::body(Body::File(path.into()))
    }

    /// `block` for ever, with `pause` after each time.
    pub fn live(block: impl Into<Bytes>, pause: Duration) -> Self {
        let body = Body::Endless {
            lead: Bytes::new(),
            block: block.into(),
            pause,
        };
        Self::body(body)
            .content_type("video/mp2t")
            .framing(Framing::Close)
    }

    /// Whatever the function answers.
    pub fn dynamic(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            handler: Arc::new(handler),
            demands: vec![],
            owner: None,
            headers: vec![],
            framing: None,
        }
    }

    fn body(body: Body) -> Self {
        Self::dynamic(move |_| Reply {
            body: body.clone(),
            ..Reply::status(200)
        })
    }

    /// Sets the content type.
    #[must_use]
    pub fn content_type(self, value: &str) -> Self {
        self.header("Content-Type", value)
    }

    /// Sets a header of the answer (Content-Encoding: the body must already be encoded).
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets how the end is announced.
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = Some(framing);
        self
    }

    /// Answers 403 unless the request's header `name` contains `text`.
    #[must_use]
    pub fn demand(mut self, name: &str, text: &str) -> Self {
        self.demands.push((name.into(), text.into()));
        self
    }

    /// Counts its open requests against this account.
    #[must_use]
    pub fn account(self, name: &str) -> Self {
        let claim = Claim {
            account: name.to_owned(),
            limit: None,
        };
        self.claim_by(move |_| Some(claim.clone()))
    }

    /// Counts each open request as the function says.
    pub(super) fn claim_by(
        mut self,
        owner: impl Fn(&Request) -> Option<Claim> + Send + Sync + 'static,
    ) -> Self {
        self.owner = Some(Arc::new(owner));
        self
    }

    pub(super) fn claim(&self, request: &Request) -> Option<Claim> {
        self.owner.as_ref().and_then(|owner| owner(request))
    }

    pub(super) fn reply(&self, request: &Request) -> Reply {
        let met = |(name, text): &(String, String)| {
            request
                .header(name)
                .is_some_and(|value| value.contains(text.as_str()))
        };
        if !self.demands.iter().all(met) {
            return Reply::new(403, "text/plain", "forbidden");
        }
        let mut reply = (self.handler)(request);
        for (name, value) in &self.headers {
            reply.set_header(name, value);
        }
        reply.framing = self.framing.unwrap_or(reply.framing);
        reply
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
