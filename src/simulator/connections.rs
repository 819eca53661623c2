//! How many requests an account may have open, and what becomes of one too many.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// What an account may have open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub most: usize,
    pub over: Over,
    /// How long an ended request still counts: panels notice late that a player has gone.
    pub cool_down: Duration,
}

/// What becomes of one request too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// It is answered with this status; panels use 403, 509 and others.
    Refuse(u16),
    /// It is served, and the one that has been open longest ends in mid-stream.
    EndOldest,
}

/// Whose request it is; without a limit here, the one that the simulator was told holds.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) account: String,
    pub(super) limit: Option<Limit>,
}

/// The open requests of all accounts.
#[derive(Debug, Default)]
pub(super) struct Connections {
    lines: HashMap<String, Line>,
    last_id: u64,
}

#[derive(Debug, Default)]
struct Line {
    /// The oldest first.
    open: Vec<(u64, CancellationToken)>,
    ended: Vec<Instant>,
    peak: usize,
}

/// A request that counts; it must be released.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    account: String,
    id: u64,
    /// Cancelled where the request has to end.
    pub(super) end: CancellationToken,
}

impl Connections {
    /// Counts a request, or gives the status that refuses it.
    pub(super) fn claim(&mut self, account: &str, limit: Option<Limit>) -> Result<Connection, u16> {
        let line = self.lines.entry(account.to_owned()).or_default();
        if let Some(limit) = limit {
            line.ended.retain(|at| at.elapsed() < limit.cool_down);
            match limit.over {
                Over::Refuse(status) if line.open.len() + line.ended.len() >= limit.most => {
                    return Err(status);
                }
                Over::EndOldest => {
                    let spare = (line.open.len() + 1).saturating_sub(limit.most.max(1));
                    line.open.drain(..spare).for_each(|(_, end)| end.cancel());
                }
                Over::Refuse(_) => {}
            }
        }
        self.last_id += 1;
        let end = CancellationToken::new();
        line.open.push((self.last_id, end.clone()));
        line.peak = line.peak.max(line.open.len());
        Ok(Connection {
            account: account.to_owned(),
            id: self.last_id,
            end,
        })
    }

    pub(super) fn release(&mut self, connection: &Connection) {
        let Some(line) = self.lines.get_mut(&connection.account) else {
            return;
        };
        let before = line.open.len();
        line.open.retain(|(id, _)| *id != connection.id);
        if line.open.len() < before {
            line.ended.push(Instant::now());
        }
    }

    /// Open requests of each account that has any.
    pub(super) fn open(&self) -> BTreeMap<String, usize> {
        let lines = self.lines.iter().filter(|(_, line)| !line.open.is_empty());
        lines
            .map(|(account, line)| (account.clone(), line.open.len()))
            .collect()
    }

    /// The most that each account ever had open.
    pub(super) fn peaks(&self) -> BTreeMap<String, usize> {
        let lines = self.lines.iter().filter(|(_, line)| line.peak > 0);
        lines
            .map(|(account, line)| (account.clone(), line.peak))
            .collect()
    }

    /// Open requests of one account.
    pub(super) fn open_of(&self, account: &str) -> usize {
        self.lines.get(account).map_or(0, |line| line.open.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn limit(over: Over, cool_down: Duration) -> Option<Limit> {
        Some(Limit {
            most: 2,
            over,
            cool_down,
        })
    }

    #[test]
    fn one_too_many_is_refused_until_another_ends() {
        let (mut connections, limit) = (Connections::default(), limit(Over::Refuse(509), Duration::ZERO));
        let first = connections.claim("a", limit).unwrap();
        connections.claim("a", limit).unwrap();
        assert_eq!(connections.claim("a", limit).unwrap_err(), 509);
        assert!(connections.claim("b", limit).is_ok(), "each account for itself");
        connections.release(&first);
        assert!(connections.claim("a", limit).is_ok());
        assert_eq!((connections.open_of("a"), connections.peaks()["a"]), (2, 2));
    }

    #[test]
    fn an_ended_request_counts_until_the_panel_has_noticed() {
        let mut connections = Connections::default();
        let slow = limit(Over::Refuse(403), HOUR);
        let first = connections.claim("a", slow).unwrap();
        connections.claim("a", slow).unwrap();
        connections.release(&first);
        assert_eq!(connections.open_of("a"), 1);
        assert_eq!(connections.claim("a", slow).unwrap_err(), 403);
        assert!(
            connections
                .claim("a", limit(Over::Refuse(403), Duration::ZERO))
                .is_ok()
        );
    }

    #[test]
    fn the_oldest_ends_where_the_panel_prefers_the_newest() {
        let (mut connections, limit) = (Connections::default(), limit(Over::EndOldest, HOUR));
        let all: Vec<Connection> = (0..3).map(|_| connections.claim("a", limit).unwrap()).collect();
        assert_eq!(
            all.iter().map(|one| one.end.is_cancelled()).collect::<Vec<_>>(),
            [true, false, false]
        );
        connections.release(&all[0]);
        assert_eq!(connections.open()["a"], 2);
    }
}
