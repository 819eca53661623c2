//! Why an entry or a whole answer is not taken.

/// Why one entry is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// Another entry or the end came before a URL.
    NoUrl,
    /// The URL has no host, or is relative and nothing is known that it is relative to.
    BadUrl,
    /// A scheme that is no stream: `file:`, `plugin:`, `javascript:`.
    UnsupportedScheme,
    /// An entry with the same name and the same URL, tokens aside, came before.
    Duplicate,
    /// A line over the limit.
    TooLong,
    /// A heading between channels: no letter or digit outside a frame of symbols.
    Separator,
    /// A panel gave it no id by which it could be asked for.
    NoId,
    /// A panel sent something that describes no stream, film, series or episode.
    Malformed,
}

impl Refusal {
    pub const ALL: [Self; 8] = [
        Self::NoUrl,
        Self::BadUrl,
        Self::UnsupportedScheme,
        Self::Duplicate,
        Self::TooLong,
        Self::Separator,
        Self::NoId,
        Self::Malformed,
    ];

    /// The reason's stable code, as in the sync log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoUrl => "no_url",
            Self::BadUrl => "bad_url",
            Self::UnsupportedScheme => "unsupported_scheme",
            Self::Duplicate => "duplicate",
            Self::TooLong => "too_long",
            Self::Separator => "separator",
            Self::NoId => "no_id",
            Self::Malformed => "malformed",
        }
    }

    /// The reason in words.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoUrl => "no URL follows the entry",
            Self::BadUrl => "the URL is not valid",
            Self::UnsupportedScheme => "the URL's scheme is not a stream's",
            Self::Duplicate => "the same name and URL came before",
            Self::TooLong => "a line is longer than the limit",
            Self::Separator => "a heading, not a channel",
            Self::NoId => "the panel gives it no id",
            Self::Malformed => "the panel's description of it cannot be read",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a whole answer is not a playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPlaylist {
    #[error("the answer is empty")]
    Empty,
    #[error("the answer is a web page, not a playlist")]
    WebPage,
    #[error("the answer is binary data, not a playlist")]
    Binary,
    #[error("the answer is the playlist of one HLS stream, not a list of channels")]
    HlsStream,
    #[error("the answer holds no #EXTINF line, so it is not a playlist")]
    NoEntries,
    #[error("none of the list's entries can be used")]
    NothingUsable,
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { limit: u64 },
}
