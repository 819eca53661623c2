//! How often somebody may try to sign in: a sliding window, so that any five tries within a minute pass.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Mutex;

use actix_web::HttpRequest;

use super::limits::block;
use super::{Client, Edge, Member, Problem};
use crate::support::clock::Clock;
use crate::support::ids::SessionId;
use crate::support::text::folded;

const WINDOW_MS: i64 = 60_000;
const PER_NAME: usize = 5;
const PER_ADDRESS: usize = 30;
const PURGE_ABOVE: usize = 10_000;

/// Counts attempts to sign in, good and bad alike, pages and API together. A refused attempt is not counted, so
/// that the wait it was told holds.
pub struct SignInLimit {
    clock: Clock,
    attempts: Mutex<HashMap<Key, VecDeque<i64>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(String),
    Name(String, String),
}

impl Key {
    fn allowed(&self) -> usize {
        match self {
            Self::Address(_) => PER_ADDRESS,
            Self::Name(..) => PER_NAME,
        }
    }
}

impl Edge {
    /// Counts a guess at the present password of somebody who is signed in, and says in which session: nobody tries
    /// passwords here faster than at the door.
    ///
    /// # Errors
    /// 403 for an API token; as [`SignInLimit::attempt`].
    pub fn asks_password(&self, req: &HttpRequest, member: &Member) -> Result<SessionId, Problem> {
        let session = member.signed_in()?;
        self.sign_in
            .guess(Client::of(req).address, &member.user.username)?;
        Ok(session)
    }

    /// Counts a code of somebody who is signed in.
    ///
    /// # Errors
    /// As [`Edge::asks_password`].
    pub fn asks_code(&self, req: &HttpRequest, member: &Member) -> Result<(), Problem> {
        member.signed_in()?;
        self.sign_in.code(Client::of(req).address, &member.user.username)
    }
}

impl SignInLimit {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            attempts: Mutex::default(),
        }
    }

    /// Counts one attempt of `user_name` from `address`.
    ///
    /// # Errors
    /// 429 with the wait if 5 of this name, or 30 of this address, lie within the last 60 seconds.
    pub fn attempt(&self, address: IpAddr, user_name: &str) -> Result<(), Problem> {
        self.count(address, folded(user_name))
    }

    /// Counts one guess at the present password of somebody who is signed in, apart from the attempts to sign in.
    ///
    /// # Errors
    /// As [`SignInLimit::attempt`].
    fn guess(&self, address: IpAddr, user_name: &str) -> Result<(), Problem> {
        // No user name holds a space.
        self.count(address, format!("password of {}", folded(user_name)))
    }

    /// Counts one code of the second factor: five a minute from all addresses together, since a code is short and whoever
    /// brings one knows the password.
    ///
    /// # Errors
    /// As [`SignInLimit::attempt`].
    pub fn code(&self, address: IpAddr, user_name: &str) -> Result<(), Problem> {
        let name = format!("code of {}", folded(user_name));
        self.count_for(block(address), Key::Name(String::new(), name))
    }

    fn count(&self, address: IpAddr, name: String) -> Result<(), Problem> {
        let address = block(address);
        let name = name.chars().take(100).collect();
        self.count_for(address.clone(), Key::Name(address, name))
    }

    fn count_for(&self, address: String, name: Key) -> Result<(), Problem> {
        let now = self.clock.now_ms();
        let keys = [name, Key::Address(address)];
        let mut attempts = self
            .attempts
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if attempts.len() > PURGE_ABOVE {
            attempts.retain(|_, times| times.back().is_some_and(|last| now - last < WINDOW_MS));
        }
        let wait_ms = keys
            .iter()
            .filter_map(|key| wait_ms(attempts.get(key)?, key, now))
            .max();
        if let Some(wait_ms) = wait_ms {
            return Err(too_many(wait_ms));
        }
        for key in keys {
            let times = attempts.entry(key).or_default();
            times.retain(|time| now - time < WINDOW_MS);
            times.push_back(now);
        }
        Ok(())
    }
}

/// How long until `key` may try again, if it may not now.
fn wait_ms(times: &VecDeque<i64>, key: &Key, now: i64) -> Option<i64> {
    let decisive = times.iter().rev().nth(key.allowed() - 1)?;
    let wait = decisive + WINDOW_MS - now;
    (wait > 0).then_some(wait)
}

fn too_many(wait_ms: i64) -> Problem {
    let seconds = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000).max(1);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let message = format!("Too many attempts to sign in. Try again in {seconds} {unit}.");
    Problem::too_many(seconds, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn limit() -> (Clock, SignInLimit) {
        let clock = Clock::manual(1_000_000);
        (clock.clone(), SignInLimit::new(clock))
    }

    #[test]
    fn the_sixth_attempt_within_a_minute_waits() {
        let (clock, limit) = limit();
        for _ in 0..5 {
            limit.attempt(HOME, "alice").unwrap();
            clock.advance_ms(1_000);
        }
        let refused = limit.attempt(HOME, "Alice ").unwrap_err();
        assert_eq!(refused.status.as_u16(), 429);
        assert_eq!(refused.retry_after, Some(55));
    }

    #[test]
    fn the_wait_that_was_told_holds_even_if_somebody_keeps_trying() {
        let (clock, limit) = limit();
        for _ in 0..5 {
            limit.attempt(HOME, "alice").unwrap();
        }
        for _ in 0..59 {
            clock.advance_ms(1_000);
            assert!(limit.attempt(HOME, "alice").is_err());
        }
        clock.advance_ms(1_000);
        assert!(limit.attempt(HOME, "alice").is_ok());
    }

    #[test]
    fn the_window_slides_instead_of_starting_anew() {
        let (clock, limit) = limit();
        limit.attempt(HOME, "alice").unwrap();
        clock.advance_ms(50_000);
        for _ in 0..4 {
            limit.attempt(HOME, "alice").unwrap();
        }
        clock.advance_ms(10_000);
        assert!(limit.attempt(HOME, "alice").is_ok());
        assert_eq!(limit.attempt(HOME, "alice").unwrap_err().retry_after, Some(50));
    }

    #[test]
    fn one_name_does_not_lock_out_another_name_or_address() {
        let (_, limit) = limit();
        for _ in 0..5 {
            limit.attempt(HOME, "alice").unwrap();
        }
        assert!(limit.attempt(HOME, "alice").is_err());
        assert!(limit.attempt(HOME, "bob").is_ok());
        assert!(limit.attempt(AWAY, "alice").is_ok());
    }

    #[test]
    fn one_address_has_thirty_attempts_over_all_names() {
        let (_, limit) = limit();
        for number in 0..30 {
            limit.attempt(HOME, &format!("user{number}")).unwrap();
        }
        assert!(limit.attempt(HOME, "somebody else").is_err());
    }
}
