//! How many checks may run at once: over all of this node, and at one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Checks at once at one host of an account without a limit of its own.
const AT_ONE_HOST: usize = 4;

/// Counts the checks of this node; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    counts: Mutex<Counts>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    at: HashMap<String, usize>,
}

impl Gate {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until fewer than `most` checks run on this node.
    pub async fn enter(&self, most: usize) -> Entered {
        loop {
            let left = self.0.left.notified();
            {
                let mut counts = self.counts();
                if counts.all < most {
                    counts.all += 1;
                    return Entered(self.clone());
                }
            }
            left.await;
        }
    }

    /// Counts a check at a host, unless it has as many as one may have.
    pub fn try_host(&self, host: &str) -> Option<AtHost> {
        let mut counts = self.counts();
        match counts.at.get_mut(host) {
            Some(count) if *count >= AT_ONE_HOST => return None,
            Some(count) => *count += 1,
            None => {
                counts.at.insert(host.to_owned(), 1);
            }
        }
        Some(AtHost {
            gate: self.clone(),
            host: host.to_owned(),
        })
    }
}

/// A check that runs.
#[derive(Debug)]
pub struct Entered(Gate);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.counts().all -= 1;
        self.0.0.left.notify_one();
    }
}

/// A check at a host.
#[derive(Debug)]
pub struct AtHost {
    gate: Gate,
    host: String,
}

impl Drop for AtHost {
    fn drop(&mut self) {
        let mut counts = self.gate.counts();
        if let Some(count) = counts.at.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                counts.at.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_more_check_begins_when_another_ends() {
        let gate = Gate::default();
        let first = gate.enter(2).await;
        let _second = gate.enter(2).await;
        let third = gate.enter(2);
        tokio::pin!(third);
        assert!(futures_util::poll!(third.as_mut()).is_pending());
        drop(first);
        third.await;
    }

    #[tokio::test]
    async fn each_host_is_asked_by_four_at_once() {
        let gate = Gate::default();
        let mut at: Vec<AtHost> = (0..4).filter_map(|_| gate.try_host("a")).collect();
        assert!(gate.try_host("a").is_none());
        assert!(gate.try_host("b").is_some());
        at.pop();
        assert!(gate.try_host("a").is_some());
    }
}
