use std::sync::atomic::{AtomicUsize, Ordering};

/// The most bytes of parts that a node keeps, whatever number of streams it relays.
const MOST: usize = 256 * 1024 * 1024;

/// The bytes that items take on this node, all streams together.
#[derive(Debug, Default)]
pub struct Budget(AtomicUsize);

impl Budget {
    pub fn take(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub fn give_back(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Whether nothing more should be kept.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= MOST
    }
}
