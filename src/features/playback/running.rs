use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio_util::sync::CancellationToken;

use crate::support::ids::CredentialId;

/// Who is being sent bytes on this node, so that the end of a credential ends its streams.
#[derive(Default)]
pub struct Running(Mutex<HashMap<CredentialId, Weak<Stay>>>);

/// Held by every stream of one credential; ends them all.
#[derive(Default)]
pub struct Stay {
    pub end: CancellationToken,
}

impl Running {
    /// What a new stream of `credential` holds for as long as it runs.
    pub fn enter(&self, credential: CredentialId) -> Arc<Stay> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stay) = running.get(&credential).and_then(Weak::upgrade) {
            return stay;
        }
        running.retain(|_, stay| stay.strong_count() > 0);
        let stay = Arc::new(Stay::default());
        running.insert(credential, Arc::downgrade(&stay));
        stay
    }

    /// Those who have a stream running, each once.
    pub fn credentials(&self) -> Vec<CredentialId> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|_, stay| stay.strong_count() > 0);
        running.keys().copied().collect()
    }

    /// Ends the streams of one credential.
    pub fn end(&self, credential: CredentialId) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stay) = running.remove(&credential).and_then(|stay| stay.upgrade()) {
            stay.end.cancel();
        }
    }

    /// Ends every stream.
    pub fn end_all(&self) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for stay in running.drain().filter_map(|(_, stay)| stay.upgrade()) {
            stay.end.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_credential_ends_its_streams_and_nobody_elses() {
        let running = Running::default();
        let (one, other) = (running.enter(CredentialId(1)), running.enter(CredentialId(2)));
        let again = running.enter(CredentialId(1));
        running.end(CredentialId(1));
        assert!(one.end.is_cancelled() && again.end.is_cancelled());
        assert!(!other.end.is_cancelled());
        assert!(!running.enter(CredentialId(1)).end.is_cancelled());
        drop(other);
        assert!(!running.credentials().contains(&CredentialId(2)));
    }
}
