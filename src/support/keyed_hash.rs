//! Short keyed hashes: equal values are found by them, and who lacks the key can neither read nor aim at them.

use std::hash::Hasher;

use secrecy::ExposeSecret;

use super::crypto::Keys;

/// SipHash-2-4 under the key of one purpose. 64 bits: among a million values two are equal by accident once in forty
/// million runs.
#[derive(Clone, Copy)]
pub struct KeyedHash {
    keys: (u64, u64),
}

/// A hash in the making; every text is closed, so that `ab`, `c` is not `a`, `bc`.
#[expect(
    deprecated,
    reason = "the standard library's only hash with a fixed algorithm and a key"
)]
pub struct Hashing(std::hash::SipHasher);

impl KeyedHash {
    pub fn new(keys: &Keys, purpose: &str) -> Self {
        let derived = keys.derived(purpose);
        let bytes = derived.expose_secret();
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(word)
        };
        Self {
            keys: (word(0), word(8)),
        }
    }

    pub fn start(&self) -> Hashing {
        #[expect(deprecated, reason = "see above")]
        Hashing(std::hash::SipHasher::new_with_keys(self.keys.0, self.keys.1))
    }
}

impl Hashing {
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// An absent text is not an empty one.
    #[must_use]
    pub fn optional(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.number(1).text(text),
            None => self.number(0),
        }
    }

    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        let mut this = self.number(bytes.len() as i64);
        this.0.write(bytes);
        this
    }

    #[must_use]
    pub fn number(mut self, number: i64) -> Self {
        self.0.write(&number.to_le_bytes());
        self
    }

    /// Feeds what writes into a hasher itself.
    #[must_use]
    pub fn with(mut self, write: impl FnOnce(&mut dyn Hasher)) -> Self {
        write(&mut self.0);
        self
    }

    /// The bits as the databases' integer.
    pub fn finish(self) -> i64 {
        self.0.finish().cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_algorithm() {
        let key = |from: u8| u64::from_le_bytes(std::array::from_fn(|at| from + at as u8));
        let hash = KeyedHash {
            keys: (key(0), key(8)),
        };
        let message: Vec<u8> = (0..15).collect();
        let made = hash.start().with(|hasher| hasher.write(&message)).finish();
        assert_eq!(made.cast_unsigned(), 0xa129_ca61_49be_45e5);
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        let hash = KeyedHash::new(&Keys::random(), "test");
        let of = |one, other| hash.start().text(one).text(other).finish();
        assert_eq!(of("ab", "c"), of("ab", "c"));
        assert_ne!(of("ab", "c"), of("a", "bc"));
        let of = |text| hash.start().optional(text).finish();
        assert_ne!(of(None), of(Some("")));
    }

    #[test]
    fn another_key_hashes_otherwise() {
        let of = |keys: &Keys| KeyedHash::new(keys, "test").start().text("a").finish();
        assert_ne!(of(&Keys::random()), of(&Keys::random()));
    }
}
