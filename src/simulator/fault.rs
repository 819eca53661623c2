//! How an answer goes wrong.

use std::time::Duration;

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
    HeadOnly,
    StopAfter(usize),
    Drip { bytes: usize, pause: Duration },
    Cut { bytes: usize, cut: Cut },
    EarlyClose(usize),
    Status { code: u16, retry_after: Option<String> },
    Redirect(String),
    RedirectLoop,
    Html,
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

    /// A web page with status 200.
    pub fn html() -> Self {
        Kind::Html.into()
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

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self { kind, left: None }
    }
}
