//! The words of health: what a stream is, and what one check found.

use serde::{Deserialize, Serialize};

use crate::features::catalogue::play_order;

/// What a stream is, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Up,
    /// It plays, but slowly or badly.
    Degraded,
    Down,
    #[default]
    Unknown,
    /// Its provider is known to be at work on it; nothing is held against it.
    Maintenance,
}

impl State {
    /// The word that is stored and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Up => "up",
            State::Degraded => "degraded",
            State::Down => "down",
            State::Unknown => "unknown",
            State::Maintenance => "maintenance",
        }
    }

    /// From the stored word; a word of a newer version is unknown.
    pub fn from_word(word: &str) -> Self {
        match word {
            "up" => State::Up,
            "degraded" => State::Degraded,
            "down" => State::Down,
            "maintenance" => State::Maintenance,
            _ => State::Unknown,
        }
    }

    /// Whether it plays, well or badly.
    pub fn is_working(self) -> bool {
        matches!(self, State::Up | State::Degraded)
    }
}

impl From<State> for play_order::State {
    fn from(state: State) -> Self {
        match state {
            State::Up => Self::Up,
            State::Degraded => Self::Degraded,
            State::Down => Self::Down,
            State::Unknown => Self::Unknown,
            State::Maintenance => Self::Maintenance,
        }
    }
}

/// What one check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    Up,
    Degraded,
    Down,
    /// The provider had no free connection: nothing was found out.
    Skipped,
    /// The provider is in a maintenance window: nothing was asked.
    Maintenance,
}

impl Finding {
    /// The word that is stored and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Finding::Up => "up",
            Finding::Degraded => "degraded",
            Finding::Down => "down",
            Finding::Skipped => "skipped",
            Finding::Maintenance => "maintenance",
        }
    }

    /// What the stream was, as far as this check could tell; a skipped one could not.
    pub fn state(self) -> Option<State> {
        match self {
            Finding::Up => Some(State::Up),
            Finding::Degraded => Some(State::Degraded),
            Finding::Down => Some(State::Down),
            Finding::Maintenance => Some(State::Maintenance),
            Finding::Skipped => None,
        }
    }

    /// From the stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "up" => Finding::Up,
            "degraded" => Finding::Degraded,
            "down" => Finding::Down,
            "skipped" => Finding::Skipped,
            "maintenance" => Finding::Maintenance,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_written() {
        for state in [
            State::Up,
            State::Degraded,
            State::Down,
            State::Unknown,
            State::Maintenance,
        ] {
            assert_eq!(State::from_word(state.as_str()), state);
        }
        for finding in [
            Finding::Up,
            Finding::Degraded,
            Finding::Down,
            Finding::Skipped,
            Finding::Maintenance,
        ] {
            assert_eq!(Finding::from_word(finding.as_str()), Some(finding));
        }
        assert_eq!(
            (State::from_word("quarantined"), Finding::from_word("")),
            (State::Unknown, None)
        );
    }
}
