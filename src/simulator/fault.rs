//! How an answer goes wrong.

use std::time::Duration;

use bytes::Bytes;

/// A way of misbehaving; combine with [`Fault::times`] to let it pass by itself.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(super) kind: Kind,
    pub(super) left: Option<usize>,
}

/// How a body that stops in the middle was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The whole length was declared: the loss is visible.
    Declared,
    /// Chunks without the last one: the loss is visible.
    Chunked,
    /// The declared length is that of the cut body: the loss is invisible.
    Short,
    /// No length, ended by closing: the loss is invisible.
    Close,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Silent,
    Delay(Duration),
    HeadOnly,
    StopAfter(usize),
    Drip { bytes: usize, pause: Duration },
    Cut { bytes: usize, cut: Cut },
    EarlyClose(usize),
    Status { code: u16, retry_after: Option<String> },
    Redirect(String),
    RedirectLoop,
    Body { content_type: String, bytes: Bytes },
    Empty,
    GzipBomb,
    Endless,
    EndlessLine,
    ContentType(String),
}

impl Fault {
    /// Takes the request and never answers.
    pub fn silent() -> Self {
        Kind::Silent.into()
    }

    /// Sends the head and then nothing.
    pub fn head_only() -> Self {
        Kind::HeadOnly.into()
    }

    /// Sends `bytes` of the body and then nothing, with the connection open.
    pub fn stop_after(bytes: usize) -> Self {
        Kind::StopAfter(bytes).into()
    }

    /// Sends `bytes` at a time with a `pause` between.
    pub fn drip(bytes: usize, pause: Duration) -> Self {
        Kind::Drip {
            bytes: bytes.max(1),
            pause,
        }
        .into()
    }

    /// Ends the body after `bytes` of it.
    pub fn cut(bytes: usize, cut: Cut) -> Self {
        Kind::Cut { bytes, cut }.into()
    }

    /// Closes after `bytes` of the answer, its head included.
    pub fn early_close(bytes: usize) -> Self {
        Kind::EarlyClose(bytes).into()
    }

    /// Answers with this status.
    pub fn status(code: u16) -> Self {
        Kind::Status {
            code,
            retry_after: None,
        }
        .into()
    }

    /// Answers 429 with this Retry-After (seconds or an HTTP date).
    pub fn too_many(retry_after: impl Into<String>) -> Self {
        Kind::Status {
            code: 429,
            retry_after: Some(retry_after.into()),
        }
        .into()
    }

    /// Redirects (302) to `location`.
    pub fn redirect(location: impl Into<String>) -> Self {
        Kind::Redirect(location.into()).into()
    }

    /// Redirects to itself for ever.
    pub fn redirect_loop() -> Self {
        Kind::RedirectLoop.into()
    }

    /// The right answer, after this time.
    pub fn delay(time: Duration) -> Self {
        Kind::Delay(time).into()
    }

    /// This body under this content type, with status 200.
    pub fn body(content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Kind::Body {
            content_type: content_type.into(),
            bytes: bytes.into(),
        }
        .into()
    }

    /// A web page with status 200.
    pub fn html() -> Self {
        Self::body("text/html", PAGE)
    }

    /// This text as JSON with status 200: a panel's oddity, or `[]` where a list should be.
    pub fn json(text: impl Into<Bytes>) -> Self {
        Self::body("application/json", text)
    }

    /// A picture with status 200, as panels put in the place of a stream they do not have.
    pub fn picture() -> Self {
        Self::body("image/png", PIXEL)
    }

    /// Status 200 and no byte.
    pub fn empty() -> Self {
        Kind::Empty.into()
    }

    /// An endless gzip body of zeros: about a thousandfold when unpacked.
    pub fn gzip_bomb() -> Self {
        Kind::GzipBomb.into()
    }

    /// Playlist entries without end.
    pub fn endless() -> Self {
        Kind::Endless.into()
    }

    /// One line without end.
    pub fn endless_line() -> Self {
        Kind::EndlessLine.into()
    }

    /// The right body under another content type.
    pub fn content_type(value: impl Into<String>) -> Self {
        Kind::ContentType(value.into()).into()
    }

    /// Only for the next `count` requests; afterwards all is well.
    #[must_use]
    pub fn times(mut self, count: usize) -> Self {
        self.left = Some(count);
        self
    }
}

const PAGE: &[u8] = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>It works</body></html>";

/// A picture of one grey dot.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0,
    1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9C, 0x63, 0x68, 0,
    0, 0, 0x82, 0, 0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82,
];

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self { kind, left: None }
    }
}
