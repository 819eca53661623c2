use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A record of the statements that were run and how often; off unless a test turns it on.
#[derive(Debug, Clone, Default)]
pub struct Statements(Option<Arc<Mutex<BTreeMap<String, u64>>>>);

impl Statements {
    /// A record that is kept.
    pub fn recorded() -> Self {
        Self(Some(Arc::default()))
    }

    /// Every text that was run, with its number of runs.
    pub fn all(&self) -> BTreeMap<String, u64> {
        self.0
            .as_ref()
            .map(|record| record.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .unwrap_or_default()
    }

    /// The number of runs since the last call of [`Statements::clear`].
    pub fn count(&self) -> u64 {
        self.all().values().sum()
    }

    /// Forgets what was run.
    pub fn clear(&self) {
        if let Some(record) = &self.0 {
            record.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    pub(super) fn note(&self, text: &str) {
        if let Some(record) = &self.0 {
            *record
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(text.to_owned())
                .or_default() += 1;
        }
    }
}
