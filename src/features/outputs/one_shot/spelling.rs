//! One spelling for names that differ only in case, accents or width, so that they share a folder everywhere.

use std::collections::HashMap;

use crate::features::outputs::naming::{folded, safe_name};

/// The commonest spelling of each name; of equally common ones the first in the alphabet.
#[derive(Default)]
pub(super) struct Spellings {
    counts: HashMap<String, HashMap<String, usize>>,
    chosen: HashMap<String, String>,
}

impl Spellings {
    /// Counts the safe form of each name.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>, fallback: &str) -> Self {
        let mut spellings = Self::default();
        for name in names {
            let name = safe_name(name, fallback);
            *spellings
                .counts
                .entry(folded(&name))
                .or_default()
                .entry(name)
                .or_default() += 1;
        }
        for (key, counts) in spellings.counts.drain() {
            let best = counts
                .into_iter()
                .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
            if let Some((name, _)) = best {
                spellings.chosen.insert(key, name);
            }
        }
        spellings
    }

    /// The spelling to use for a name.
    pub(super) fn of_name(&self, name: &str, fallback: &str) -> String {
        let name = safe_name(name, fallback);
        self.chosen.get(&folded(&name)).cloned().unwrap_or(name)
    }
}
