//! Why a stream belongs to its cluster.

use std::{fmt, sync::Arc};

/// What evidence put a stream where it is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    ManualMerge,
    ManualSplit,
    Rule,
    TvgId,
    ExactMatch,
    FuzzyMatch,
    LogoMatch,
}

impl Method {
    /// The name under which it is stored and shown to programs.
    pub fn name(self) -> &'static str {
        match self {
            Method::ManualMerge => "manual_merge",
            Method::ManualSplit => "manual_split",
            Method::Rule => "rule",
            Method::TvgId => "tvg_id",
            Method::ExactMatch => "exact_match",
            Method::FuzzyMatch => "fuzzy_match",
            Method::LogoMatch => "logo_match",
        }
    }

    /// The method of a stored name.
    pub fn from_name(name: &str) -> Option<Method> {
        const ALL: [Method; 7] = [
            Method::ManualMerge,
            Method::ManualSplit,
            Method::Rule,
            Method::TvgId,
            Method::ExactMatch,
            Method::FuzzyMatch,
            Method::LogoMatch,
        ];
        ALL.into_iter().find(|method| method.name() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The reason in words, put together only when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No other stream has this identity.
    Alone,
    /// The same name once decoration is taken off.
    SameIdentity,
    /// Another stream of this tvg-id, whose name does not contradict, is in the cluster.
    SharedTvgId { with: Arc<str> },
    /// The country is unknown; of the channels that fit this one has the most streams.
    MostStreams { country: super::Country },
    /// Nearly the same name.
    Similar { with: Arc<str>, because: &'static str },
    /// A person or a rule decided it, in these words.
    Said(Arc<str>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Alone => f.write_str("no other name is like it"),
            Reason::SameIdentity => f.write_str("the same name without decoration"),
            Reason::SharedTvgId { with } => write!(f, "the same tvg-id as \"{with}\""),
            Reason::MostStreams { country } => {
                write!(
                    f,
                    "no country given; of the channels that fit, the one of {country} has the most streams"
                )
            }
            Reason::Said(words) => f.write_str(words),
            Reason::Similar { with, because } => write!(f, "like \"{with}\": {because}"),
        }
    }
}

/// Where a stream belongs, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Streams of one cluster bear the same number; it means nothing beyond one call.
    pub cluster: u32,
    pub method: Method,
    /// From 0 to 100.
    pub confidence: u8,
    pub reason: Reason,
}
