//! The course of one stream: what is known of it, and what one more check makes of that.
//!
//! A *run* is failures in a row. It is *confirmed* once it is long enough; until then the stream keeps its state. One good
//! check ends any run. While a provider as a whole is down its streams are *shielded*: their failures count, and confirm
//! nothing.

mod pause;
mod state;

#[cfg(test)]
mod simulated;

pub use state::{Finding, State};

/// What is wrong with a stream, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: String,
    pub reason: String,
}

/// One check of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// When its answer was known, in milliseconds since the epoch.
    pub at_ms: i64,
    pub finding: Finding,
    /// How long the first media bytes took; absent where none came.
    pub response_ms: Option<u32>,
    /// Why it is down or degraded.
    pub fault: Option<Fault>,
    /// Whether a person asked for it.
    pub by_hand: bool,
}

/// What decides over every stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// So many failures in a row confirm a run; at least one.
    pub threshold: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { threshold: 3 }
    }
}

/// What is known of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    pub state: State,
    /// Whether a confirmed run took it out of use.
    pub out_of_use: bool,
    /// Of the last check that found something out.
    pub last_check_ms: Option<i64>,
    pub last_success_ms: Option<i64>,
    pub last_failure_ms: Option<i64>,
    pub consecutive_failures: u32,
    /// The first failure of the present run.
    pub failing_since_ms: Option<i64>,
    /// Of the last success; absent, never 0, while there was none.
    pub response_ms: Option<u32>,
    /// Why its last check failed or found it degraded; a success clears it.
    pub fault: Option<Fault>,
    /// When it is checked again before the schedule comes to it; absent where the schedule is soon enough.
    pub next_check_ms: Option<i64>,
}

/// What a check changed that people are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A run of failures is confirmed: the stream is out of use, and was failing since then (ms).
    Confirmed { since_ms: i64 },
    /// A good check ended a run that was confirmed.
    Resolved,
}

impl Course {
    /// Whether its last check found it working: what the next failure is measured against when a provider fails as a whole.
    pub fn works(&self) -> bool {
        self.failing_since_ms.is_none() && self.state.is_working()
    }

    /// What `observation` makes of it, and the turn it took. An observation older than the last check changes nothing: two
    /// checks of one stream may end in any order.
    #[must_use]
    pub fn after(&self, observation: &Observation, rules: Rules, shielded: bool) -> (Self, Option<Turn>) {
        if self.last_check_ms.is_some_and(|last| observation.at_ms < last) {
            return (self.clone(), None);
        }
        match observation.finding {
            Finding::Up => self.after_success(State::Up, observation),
            Finding::Degraded => self.after_success(State::Degraded, observation),
            Finding::Down => self.after_failure(observation, rules, shielded),
            Finding::Skipped => (self.after_skip(observation), None),
            Finding::Maintenance => (self.after_maintenance(), None),
        }
    }

    fn after_success(&self, state: State, observation: &Observation) -> (Self, Option<Turn>) {
        let after = Self {
            state,
            out_of_use: false,
            last_check_ms: Some(observation.at_ms),
            last_success_ms: Some(observation.at_ms),
            last_failure_ms: self.last_failure_ms,
            consecutive_failures: 0,
            failing_since_ms: None,
            response_ms: observation.response_ms.or(self.response_ms),
            fault: observation.fault.clone().filter(|_| state == State::Degraded),
            next_check_ms: None,
        };
        (after, self.out_of_use.then_some(Turn::Resolved))
    }

    fn after_failure(&self, observation: &Observation, rules: Rules, shielded: bool) -> (Self, Option<Turn>) {
        let at_ms = observation.at_ms;
        let since_ms = self.failing_since_ms.unwrap_or(at_ms);
        let failures = self.consecutive_failures.saturating_add(1);
        let confirmed = failures >= rules.threshold.max(1) && !shielded;
        let pause_ms = pause::after_failure_ms(failures, at_ms - since_ms);
        let mut after = Self {
            last_check_ms: Some(at_ms),
            last_failure_ms: Some(at_ms),
            consecutive_failures: failures,
            failing_since_ms: Some(since_ms),
            fault: observation.fault.clone(),
            next_check_ms: Some(self.planned_after(observation, pause_ms)),
            ..self.clone()
        };
        if confirmed || self.out_of_use {
            after.state = State::Down;
            after.out_of_use = true;
        } else if self.state == State::Maintenance {
            after.state = State::Unknown;
        }
        let turn = (confirmed && !self.out_of_use).then_some(Turn::Confirmed { since_ms });
        (after, turn)
    }

    fn after_skip(&self, observation: &Observation) -> Self {
        let pause_ms = match self.failing_since_ms {
            Some(since_ms) => pause::after_skip_of_failing_ms(observation.at_ms - since_ms),
            None => pause::AFTER_SKIP_MS,
        };
        Self {
            next_check_ms: Some(self.planned_after(observation, pause_ms)),
            ..self.clone()
        }
    }

    /// Failures before it say nothing about what comes after it, unless they were confirmed.
    fn after_maintenance(&self) -> Self {
        let run = self.out_of_use.then_some(self);
        Self {
            state: State::Maintenance,
            consecutive_failures: run.map_or(0, |run| run.consecutive_failures),
            failing_since_ms: run.and_then(|run| run.failing_since_ms),
            fault: run.and_then(|run| run.fault.clone()),
            // The end of the window brings one.
            next_check_ms: None,
            ..self.clone()
        }
    }

    /// A check by hand never puts off the one that was to come by itself.
    fn planned_after(&self, observation: &Observation, pause_ms: i64) -> i64 {
        let next = observation.at_ms.saturating_add(pause_ms);
        self.next_check_ms
            .filter(|planned| observation.by_hand && *planned > observation.at_ms)
            .map_or(next, |planned| planned.min(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000;

    fn seen(at_s: i64, finding: Finding) -> Observation {
        let failed = finding == Finding::Down;
        Observation {
            at_ms: at_s * SECOND,
            finding,
            response_ms: (!failed).then_some(250),
            fault: failed.then(|| Fault {
                code: "refused".to_owned(),
                reason: "The server refused the connection.".to_owned(),
            }),
            by_hand: false,
        }
    }

    fn next(course: &Course, at_s: i64, finding: Finding) -> Course {
        course.after(&seen(at_s, finding), Rules::default(), false).0
    }

    fn after_all(findings: &[(i64, Finding)]) -> Course {
        findings.iter().fold(Course::default(), |course, (at, finding)| {
            next(&course, *at, *finding)
        })
    }

    fn down() -> Course {
        after_all(&[
            (0, Finding::Up),
            (100, Finding::Down),
            (130, Finding::Down),
            (190, Finding::Down),
        ])
    }

    #[test]
    fn a_stream_keeps_its_state_until_the_third_failure_in_a_row_confirms() {
        let second = after_all(&[(0, Finding::Up), (100, Finding::Down), (130, Finding::Down)]);
        assert_eq!(
            (second.state, second.out_of_use, second.consecutive_failures),
            (State::Up, false, 2)
        );
        let (third, turn) = second.after(&seen(190, Finding::Down), Rules::default(), false);
        assert_eq!(
            (third.state, third.out_of_use, third.consecutive_failures),
            (State::Down, true, 3)
        );
        assert_eq!(
            turn,
            Some(Turn::Confirmed {
                since_ms: 100 * SECOND
            })
        );
        let (fourth, turn) = third.after(&seen(310, Finding::Down), Rules::default(), false);
        assert_eq!((fourth.state, turn), (State::Down, None));
    }

    #[test]
    fn a_stream_never_seen_before_stays_unknown_until_confirmed() {
        let first = after_all(&[(0, Finding::Down)]);
        assert_eq!(
            (first.state, first.works(), first.response_ms),
            (State::Unknown, false, None)
        );
    }

    #[test]
    fn one_good_check_revives_at_once_and_clears_what_was_wrong() {
        let (up, turn) = down().after(&seen(400, Finding::Up), Rules::default(), false);
        assert_eq!(turn, Some(Turn::Resolved));
        let expected = Course {
            state: State::Up,
            last_check_ms: Some(400 * SECOND),
            last_success_ms: Some(400 * SECOND),
            last_failure_ms: Some(190 * SECOND),
            response_ms: Some(250),
            ..Course::default()
        };
        assert_eq!(up, expected);
        let blip = after_all(&[(0, Finding::Up), (100, Finding::Down)]);
        let (_, turn) = blip.after(&seen(130, Finding::Up), Rules::default(), false);
        assert_eq!(turn, None, "what was never confirmed is not resolved");
    }

    #[test]
    fn degraded_is_working_and_says_why() {
        let slow = Observation {
            fault: Some(Fault {
                code: "slow".to_owned(),
                reason: "Slow.".to_owned(),
            }),
            ..seen(400, Finding::Degraded)
        };
        let (after, turn) = down().after(&slow, Rules::default(), false);
        assert_eq!(
            (after.state, after.out_of_use, turn),
            (State::Degraded, false, Some(Turn::Resolved))
        );
        assert!(after.fault.is_some() && after.works());
        assert_eq!(next(&after, 500, Finding::Up).fault, None);
    }

    #[test]
    fn a_failure_keeps_the_last_response_time_and_names_the_fault() {
        let failing = after_all(&[(0, Finding::Up), (100, Finding::Down)]);
        assert_eq!(failing.response_ms, Some(250));
        assert_eq!(failing.fault.map(|fault| fault.code).as_deref(), Some("refused"));
        assert_eq!(failing.failing_since_ms, Some(100 * SECOND));
    }

    #[test]
    fn a_skipped_check_only_asks_for_a_later_one() {
        for before in [
            Course::default(),
            after_all(&[(0, Finding::Up), (9, Finding::Down)]),
            down(),
        ] {
            let after = next(&before, 1_000, Finding::Skipped);
            assert!(after.next_check_ms.unwrap() > 1_000 * SECOND);
            let same = Course {
                next_check_ms: before.next_check_ms,
                ..after
            };
            assert_eq!(same, before);
        }
    }

    #[test]
    fn a_shielded_stream_fails_without_going_out_of_use_and_is_judged_alone_afterwards() {
        let mut course = after_all(&[(0, Finding::Up)]);
        for at in [100, 130, 190, 310] {
            let (after, turn) = course.after(&seen(at, Finding::Down), Rules::default(), true);
            assert_eq!((after.state, after.out_of_use, turn), (State::Up, false, None));
            course = after;
        }
        assert_eq!(course.consecutive_failures, 4);
        let (alone, turn) = course.after(&seen(550, Finding::Down), Rules::default(), false);
        assert!(alone.out_of_use);
        assert_eq!(
            turn,
            Some(Turn::Confirmed {
                since_ms: 100 * SECOND
            })
        );
    }

    #[test]
    fn a_shield_revives_nothing() {
        let (after, turn) = down().after(&seen(400, Finding::Down), Rules::default(), true);
        assert_eq!((after.state, after.out_of_use, turn), (State::Down, true, None));
    }

    #[test]
    fn maintenance_holds_nothing_against_a_stream() {
        let failing = after_all(&[(0, Finding::Up), (100, Finding::Down), (130, Finding::Down)]);
        let resting = next(&failing, 190, Finding::Maintenance);
        assert_eq!(
            (resting.state, resting.consecutive_failures, &resting.fault),
            (State::Maintenance, 0, &None)
        );
        let after = next(&resting, 900, Finding::Down);
        assert_eq!(
            (after.state, after.out_of_use, after.consecutive_failures),
            (State::Unknown, false, 1)
        );
        let resting = next(&down(), 400, Finding::Maintenance);
        assert!(
            resting.out_of_use,
            "only a good check brings back what was out of use"
        );
        assert_eq!(next(&resting, 900, Finding::Down).state, State::Down);
        let (up, turn) = resting.after(&seen(900, Finding::Up), Rules::default(), false);
        assert_eq!((up.out_of_use, turn), (false, Some(Turn::Resolved)));
    }

    #[test]
    fn a_check_that_ends_late_changes_nothing() {
        let course = down();
        let (same, turn) = course.after(&seen(150, Finding::Up), Rules::default(), false);
        assert_eq!((same, turn), (course, None));
    }

    #[test]
    fn a_check_by_hand_puts_off_nothing() {
        let failing = after_all(&[(0, Finding::Up), (100, Finding::Down)]);
        assert_eq!(failing.next_check_ms, Some(130 * SECOND));
        let by_hand = Observation {
            by_hand: true,
            ..seen(105, Finding::Down)
        };
        let (after, _) = failing.after(&by_hand, Rules::default(), false);
        assert_eq!(
            (after.consecutive_failures, after.next_check_ms),
            (2, Some(130 * SECOND))
        );
    }

    #[test]
    fn the_threshold_is_a_rule_and_nought_is_one() {
        let one = Course::default().after(&seen(0, Finding::Down), Rules { threshold: 0 }, false);
        assert!(one.0.out_of_use);
        let course = (0..4).fold(Course::default(), |course, at| {
            course
                .after(&seen(at, Finding::Down), Rules { threshold: 5 }, false)
                .0
        });
        assert!(!course.out_of_use);
    }
}
