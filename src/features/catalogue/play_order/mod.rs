//! In which order a channel's streams are tried, and why.

mod reason;
mod state;

use std::cmp::Reverse;

pub use reason::reason;
pub use state::State;

use crate::features::catalogue::defect::Defect;
use crate::features::catalogue::experience::Experience;
use crate::features::catalogue::quality::Tier;
use crate::features::providers::url_parts::Format;

/// What checks found, plays told and measurements say of a stream, as far as its place depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Condition {
    pub state: State,
    /// 0 to 100.
    pub score: Option<i64>,
    /// What plays told, 0 to 100.
    pub played: Option<i64>,
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
    /// What checks say, 0 to 100.
    pub health: Option<u32>,
    /// What plays told, 0 to 100.
    pub played: Option<u32>,
    /// Why they told that; it counts through `played` alone.
    pub experience: Option<Experience>,
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

    /// With what checks, plays and measurements found.
    #[must_use]
    pub fn in_condition(self, condition: Condition) -> Self {
        let whole = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        Self {
            state: condition.state,
            health: whole(condition.score),
            played: whole(condition.played),
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
/// A score of plays below this speaks against a stream of which checks say nothing.
const WELL_PLAYED: u32 = 80;

/// How healthy it is by the worse of what checks and plays say, the smaller the better. What no check measured stands behind
/// what one did, and last where plays speak against it.
fn health(stream: &Standing) -> (bool, Reverse<Option<u32>>) {
    let is_blamed = stream.health.is_none() && stream.played.is_some_and(|played| played < WELL_PLAYED);
    let step = |score: u32| score / HEALTH_STEP;
    let together = stream
        .health
        .map(|health| stream.played.map_or(health, |played| played.min(health)));
    (is_blamed, Reverse(together.map(step)))
}

type Rank = (
    bool,
    (bool, i64),
    State,
    (bool, Reverse<Option<u32>>),
    Reverse<Option<Tier>>,
    Reverse<Option<u32>>,
    Reverse<i64>,
    (bool, Option<u32>),
    i64,
);

/// The smaller is played first: manual order; then state, health in steps of 20 by checks and plays, picture, bitrate, the provider's
/// priority, response time. What the relay cannot carry stands last.
pub fn rank(stream: &Standing) -> Rank {
    (
        !stream.relayable,
        (stream.manual.is_none(), stream.manual.unwrap_or(0)),
        stream.state,
        health(stream),
        Reverse(stream.tier),
        Reverse(stream.bitrate_kbps),
        Reverse(stream.priority),
        (stream.response_ms.is_none(), stream.response_ms),
        stream.id,
    )
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
    fn plays_lower_the_health_that_checks_found_and_never_raise_it() {
        let of = |id, health, played| Standing {
            state: State::Up,
            health,
            played,
            ..plain(id)
        };
        let (good, bad) = (Some(100), Some(70));
        let streams = vec![
            of(6, None, bad),
            of(5, None, None),
            of(4, None, good),
            of(3, bad, good),
            of(2, good, bad),
            of(1, good, good),
            of(0, good, None),
        ];
        assert_eq!(order(streams), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn what_plays_told_is_the_reason_only_where_it_decides() {
        let experience = Experience {
            shows: 5,
            failures: 4,
            stalls: 0,
            watched_ms: 0,
            startup_ms: None,
        };
        let best = Standing {
            health: Some(100),
            ..plain(1)
        };
        let failing = Standing {
            health: Some(100),
            played: Some(experience.score()),
            experience: Some(experience),
            ..plain(2)
        };
        let words = "failed in 4 of 5 plays; others stand before it";
        assert_eq!(reason(&failing, Some(&best)), words);
        let checked = Standing {
            health: Some(50),
            ..failing
        };
        assert_eq!(reason(&checked, Some(&best)), "lower health");
        let unchecked = Standing {
            health: None,
            ..failing
        };
        let unknown = Standing { health: None, ..best };
        assert_eq!(reason(&unchecked, Some(&unknown)), words);
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
