//! In which order a channel's streams are tried, and why.

use std::cmp::Reverse;

use super::defect::Defect;
use super::quality::Tier;
use crate::db::{Column, DbError, Row};
use crate::features::providers::url_parts::Format;

/// What the checker last found of a stream; never checked is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum State {
    Up,
    #[default]
    Unknown,
    Degraded,
    /// Its provider is at work on it: it may play or not.
    Maintenance,
    Down,
}

impl State {
    pub const ALL: [Self; 5] = [
        Self::Up,
        Self::Unknown,
        Self::Degraded,
        Self::Maintenance,
        Self::Down,
    ];

    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Maintenance => "maintenance",
            Self::Down => "down",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl Column for State {
    /// A stream that was never checked has no row that says so.
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let word: Option<String> = row.get(column)?;
        let Some(word) = word else {
            return Ok(Self::Unknown);
        };
        Self::from_word(&word).ok_or_else(|| DbError::Column {
            column,
            cause: format!("unknown state {word}"),
        })
    }
}

/// What checks found and measurements say of a stream, as far as its place depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Condition {
    pub state: State,
    /// 0 to 100.
    pub score: Option<i64>,
    pub response_ms: Option<i64>,
    pub bitrate_kbps: Option<i64>,
}

/// What the place of a stream depends on. What nobody measured is absent and ranks behind what is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Standing {
    /// The stream's id, or its place in the list where it has none yet: the last word.
    pub id: i64,
    /// The place a person gave it.
    pub manual: Option<i64>,
    /// Whether the relay can carry its format.
    pub relayable: bool,
    pub state: State,
    /// Why it is degraded, if for what it shows; it counts through the state alone.
    pub defect: Option<Defect>,
    /// 0 to 100.
    pub health: Option<u32>,
    pub tier: Option<Tier>,
    pub bitrate_kbps: Option<u32>,
    /// The provider's, 1 to 100, the higher the better.
    pub priority: i64,
    pub response_ms: Option<u32>,
}

impl Standing {
    /// Of a stored stream: `format` and `resolution` are its stored words.
    pub fn stored(
        id: i64,
        manual: Option<i64>,
        format: &str,
        resolution: Option<&str>,
        priority: i64,
    ) -> Self {
        Self {
            id,
            manual,
            relayable: is_relayable(format),
            tier: resolution.and_then(Tier::from_word),
            priority,
            ..Self::default()
        }
    }

    /// With what checks and measurements found.
    #[must_use]
    pub fn in_condition(self, condition: Condition) -> Self {
        let whole = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        Self {
            state: condition.state,
            health: whole(condition.score),
            response_ms: whole(condition.response_ms),
            bitrate_kbps: whole(condition.bitrate_kbps),
            ..self
        }
    }
}

/// Whether the relay can carry a format, by its stored word.
pub fn is_relayable(format: &str) -> bool {
    Format::from_name(format).is_none_or(Format::is_relayable)
}

/// Health scores in one step of this size count as equal.
const HEALTH_STEP: u32 = 20;

type Rank = (
    bool,
    (bool, i64),
    State,
    Reverse<Option<u32>>,
    Reverse<Option<Tier>>,
    Reverse<Option<u32>>,
    Reverse<i64>,
    (bool, Option<u32>),
    i64,
);

/// The smaller is played first: manual order; then state, health in steps of 20, picture, bitrate, the provider's
/// priority, response time. What the relay cannot carry stands last.
pub fn rank(stream: &Standing) -> Rank {
    (
        !stream.relayable,
        (stream.manual.is_none(), stream.manual.unwrap_or(0)),
        stream.state,
        Reverse(stream.health.map(|health| health / HEALTH_STEP)),
        Reverse(stream.tier),
        Reverse(stream.bitrate_kbps),
        Reverse(stream.priority),
        (stream.response_ms.is_none(), stream.response_ms),
        stream.id,
    )
}

/// Why `stream` stands right behind `before`, the stream tried before it; the first of a channel has none.
pub fn reason(stream: &Standing, before: Option<&Standing>) -> String {
    let Some(before) = before else {
        return first_reason(stream);
    };
    let (ours, theirs) = (rank(stream), rank(before));
    if ours.0 != theirs.0 {
        "last: its format cannot be relayed".to_owned()
    } else if ours.1 != theirs.1 {
        match stream.manual {
            Some(_) => "placed by hand".to_owned(),
            None => "behind those placed by hand".to_owned(),
        }
    } else if ours.2 != theirs.2 {
        match (stream.state, stream.defect) {
            (State::Degraded, Some(defect)) => format!("{}; others stand before it", defect.words()),
            _ => format!("{} before it", state_difference(before.state, stream.state)),
        }
    } else if ours.3 != theirs.3 {
        "lower health".to_owned()
    } else if ours.4 != theirs.4 {
        match stream.tier {
            Some(tier) => format!("lower picture quality ({tier})"),
            None => "picture quality not known".to_owned(),
        }
    } else if ours.5 != theirs.5 {
        match stream.bitrate_kbps {
            Some(kbps) => format!("lower bitrate ({:.1} Mbit/s)", f64::from(kbps) / 1_000.0),
            None => "bitrate not measured".to_owned(),
        }
    } else if ours.6 != theirs.6 {
        format!("provider of lower priority ({})", stream.priority)
    } else if ours.7 != theirs.7 {
        "slower or unknown response".to_owned()
    } else {
        "equal in all; listed later".to_owned()
    }
}

fn first_reason(stream: &Standing) -> String {
    match (stream.manual, stream.tier) {
        (Some(_), _) => "placed first by hand".to_owned(),
        _ if stream.state == State::Down => "the best there is, though it does not work".to_owned(),
        (None, Some(tier)) => format!("the best there is ({tier})"),
        (None, None) => "the best there is".to_owned(),
    }
}

fn state_difference(before: State, own: State) -> &'static str {
    match (before, own) {
        (State::Up, State::Unknown) => "never checked; a working stream stands",
        (_, State::Maintenance) => "its provider is in maintenance; others stand",
        (_, State::Down) => "down; others stand",
        (_, State::Degraded) => "degraded; others stand",
        _ => "a better state stands",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(id: i64) -> Standing {
        Standing {
            id,
            relayable: true,
            priority: 50,
            ..Standing::default()
        }
    }

    fn order(mut streams: Vec<Standing>) -> Vec<i64> {
        streams.sort_by_key(rank);
        streams.iter().map(|stream| stream.id).collect()
    }

    #[test]
    fn each_criterion_counts_only_where_those_before_are_equal() {
        let best = [
            Standing {
                manual: Some(0),
                state: State::Down,
                ..plain(1)
            },
            Standing {
                manual: Some(1),
                state: State::Up,
                ..plain(2)
            },
            Standing {
                state: State::Up,
                health: Some(85),
                tier: Some(Tier::P480),
                ..plain(3)
            },
            Standing {
                state: State::Up,
                health: Some(79),
                tier: Some(Tier::K4),
                ..plain(4)
            },
            Standing {
                tier: Some(Tier::P1080),
                bitrate_kbps: Some(6000),
                priority: 1,
                ..plain(5)
            },
            Standing {
                tier: Some(Tier::P1080),
                bitrate_kbps: Some(5000),
                priority: 99,
                ..plain(6)
            },
            Standing {
                tier: Some(Tier::P1080),
                priority: 60,
                response_ms: Some(900),
                ..plain(7)
            },
            Standing {
                tier: Some(Tier::P1080),
                response_ms: Some(20),
                ..plain(8)
            },
            Standing {
                tier: Some(Tier::P1080),
                response_ms: Some(30),
                ..plain(9)
            },
            Standing {
                tier: Some(Tier::P1080),
                ..plain(10)
            },
            Standing {
                tier: Some(Tier::P1080),
                ..plain(11)
            },
            plain(12),
            Standing {
                state: State::Degraded,
                tier: Some(Tier::K8),
                ..plain(13)
            },
            Standing {
                state: State::Down,
                ..plain(14)
            },
            Standing {
                relayable: false,
                tier: Some(Tier::K8),
                ..plain(15)
            },
        ];
        let shuffled = best.iter().rev().copied().collect();
        assert_eq!(order(shuffled), (1..=15).collect::<Vec<_>>());
    }

    #[test]
    fn health_of_one_step_is_equal() {
        let (low, high) = (Some(80), Some(99));
        let first = Standing {
            health: low,
            tier: Some(Tier::K4),
            ..plain(1)
        };
        let second = Standing {
            health: high,
            tier: Some(Tier::P720),
            ..plain(2)
        };
        assert_eq!(order(vec![second, first]), [1, 2]);
    }

    #[test]
    fn the_reason_names_the_criterion_that_decided() {
        let first = Standing {
            tier: Some(Tier::K4),
            ..plain(1)
        };
        let second = Standing {
            tier: Some(Tier::P720),
            ..plain(2)
        };
        assert_eq!(reason(&first, None), "the best there is (4K)");
        assert_eq!(reason(&second, Some(&first)), "lower picture quality (720p)");
        let third = Standing {
            relayable: false,
            ..plain(3)
        };
        assert_eq!(
            reason(&third, Some(&second)),
            "last: its format cannot be relayed"
        );
        let fourth = Standing {
            tier: Some(Tier::P720),
            priority: 10,
            ..plain(4)
        };
        assert_eq!(reason(&fourth, Some(&second)), "provider of lower priority (10)");
        let fifth = Standing {
            state: State::Degraded,
            ..plain(5)
        };
        assert_eq!(reason(&fifth, Some(&second)), "degraded; others stand before it");
        let sixth = Standing {
            defect: Some(Defect::Black),
            ..fifth
        };
        assert_eq!(
            reason(&sixth, Some(&second)),
            "shows a black picture; others stand before it"
        );
    }
}
