use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crate::support::ids::CredentialId;

use super::budget::Budget;
use super::item::{Item, LONGEST, Reader};

/// What came longer ago is behind all who watch, and may be another by now at the same address.
const KEPT_FOR: Duration = Duration::from_secs(45);

/// What is asked for: an address and the range of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub url: String,
    pub range: Option<String>,
}

/// The items of one stream, each once: those that come, and the last that came.
#[derive(Default)]
pub struct Shelf {
    items: HashMap<Key, Kept>,
    /// With those that nobody new can read.
    all: Vec<Weak<Item>>,
}

struct Kept {
    item: Arc<Item>,
    came: Instant,
    asked: Instant,
}

/// A place at an item.
pub enum Place {
    Known(Reader),
    /// It is to be fetched.
    New(Arc<Item>, Reader),
}

impl Shelf {
    /// A place at what is asked for; `None` if even a new item has none, which does not happen.
    pub fn ask(
        &mut self,
        key: Key,
        credential: CredentialId,
        now: Instant,
        budget: &Arc<Budget>,
    ) -> Option<Place> {
        self.trim(now, budget);
        if let Some(kept) = self.items.get_mut(&key)
            && let Some(reader) = kept.item.sit(credential, now)
        {
            kept.asked = now;
            return Some(Place::Known(reader));
        }
        let item = self.put(key, now, budget);
        let reader = item.sit(credential, now)?;
        Some(Place::New(item, reader))
    }

    /// A new item in its place.
    pub fn put(&mut self, key: Key, now: Instant, budget: &Arc<Budget>) -> Arc<Item> {
        let item = Item::new(Arc::clone(budget));
        self.all.retain(|item| item.strong_count() > 0);
        self.all.push(Arc::downgrade(&item));
        let kept = Kept {
            item: Arc::clone(&item),
            came: now,
            asked: now,
        };
        self.items.insert(key, kept);
        item
    }

    /// Takes the places of one credential away.
    pub fn end(&self, credential: CredentialId) {
        self.all
            .iter()
            .filter_map(Weak::upgrade)
            .for_each(|item| item.end(credential));
    }

    /// Drops what is too old, and of what is over and too much what nobody asked for the longest.
    pub fn trim(&mut self, now: Instant, budget: &Budget) {
        self.items
            .retain(|_, kept| !kept.item.is_over() || now.saturating_duration_since(kept.came) < KEPT_FOR);
        let mut bytes: usize = self.items.values().map(|kept| kept.item.kept()).sum();
        while bytes > LONGEST || budget.is_spent() {
            let over = self
                .items
                .iter()
                .filter(|(_, kept)| kept.item.is_over() && kept.item.kept() > 0);
            let Some(key) = over
                .min_by_key(|(_, kept)| kept.asked)
                .map(|(key, _)| key.clone())
            else {
                break;
            };
            bytes -= self.items.remove(&key).map_or(0, |kept| kept.item.kept());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::playback::hls::item::Head;

    const ONE: CredentialId = CredentialId(1);

    fn key(number: u8) -> Key {
        Key {
            url: format!("http://p.example/{number}.ts"),
            range: None,
        }
    }

    /// Asks for a part; whether it has to be fetched, which it then is.
    async fn fetched(shelf: &mut Shelf, number: u8, now: Instant, bytes: usize) -> bool {
        let budget = Arc::default();
        let Some(Place::New(item, _reader)) = shelf.ask(key(number), ONE, now, &budget) else {
            return false;
        };
        item.begins(Head {
            status: 200,
            content_type: String::new(),
            headers: Vec::new(),
        });
        assert!(item.push(vec![0; bytes].into(), true).await);
        true
    }

    #[tokio::test]
    async fn what_is_kept_is_fetched_once() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        assert!(fetched(&mut shelf, 1, now, 10).await);
        assert!(!fetched(&mut shelf, 1, now + KEPT_FOR / 2, 10).await);
        // However often it is asked for: keys and initial segments change at the same address.
        assert!(fetched(&mut shelf, 1, now + KEPT_FOR, 10).await);
    }

    #[tokio::test]
    async fn the_oldest_make_room_for_the_newest() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        for number in 0..4 {
            let at = now + Duration::from_millis(number.into());
            assert!(fetched(&mut shelf, number, at, LONGEST / 3).await);
        }
        shelf.trim(now, &Budget::default());
        let kept: usize = shelf.items.values().map(|kept| kept.item.kept()).sum();
        assert!(kept <= LONGEST, "{kept}");
        assert!(!fetched(&mut shelf, 3, now, 1).await);
        assert!(fetched(&mut shelf, 0, now, 1).await);
    }
}
