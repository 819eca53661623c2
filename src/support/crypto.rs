//! Keys, authenticated encryption, keyed fingerprints and random tokens.
//!
//! One master key is kept in a file; every use of it has a key of its own, derived with HMAC-SHA-256 from the name of its
//! purpose, so that a value made for one purpose is worth nothing for another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Generate, Key, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Bytes of the master key and of every derived key.
pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// The stored bytes were not made with this key for this purpose and this context, or they were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored secret cannot be read with this key file")]
pub struct DecryptError;

/// The master key, from which the key of each purpose is derived. Never printed, wiped from memory when dropped.
pub struct Keys {
    master: SecretBox<[u8; KEY_BYTES]>,
}

impl Keys {
    pub fn new(master: SecretBox<[u8; KEY_BYTES]>) -> Self {
        Self { master }
    }

    /// Keys that live as long as this value, for tests and for runs that store nothing.
    pub fn random() -> Self {
        Self::new(random_key())
    }

    /// Encrypts with XChaCha20-Poly1305 under a fresh nonce, which stands before the result. `aad` binds the result to
    /// its place (for example the id of its row): it must be given again to decrypt.
    pub fn encrypt(&self, purpose: &str, plain: &[u8], aad: &[u8]) -> Vec<u8> {
        let nonce = XNonce::generate();
        let mut sealed = nonce.to_vec();
        let payload = Payload { msg: plain, aad };
        // Encryption fails only for texts of more than 256 GiB; an empty result then fails to decrypt.
        sealed.extend(self.cipher(purpose).encrypt(&nonce, payload).unwrap_or_default());
        sealed
    }

    /// As [`Keys::encrypt`], but equal texts for the same place give equal results: the nonce is the fingerprint of both,
    /// so that links made from the same address stay the same.
    pub fn encrypt_stable(&self, purpose: &str, plain: &[u8], aad: &[u8]) -> Vec<u8> {
        let mut place = u64::try_from(aad.len())
            .unwrap_or(u64::MAX)
            .to_be_bytes()
            .to_vec();
        place.extend_from_slice(aad);
        place.extend_from_slice(plain);
        let print = self.derive("nonce", purpose);
        let print: [u8; 32] = keyed(print.expose_secret())
            .chain_update(&place)
            .finalize()
            .into_bytes()
            .into();
        let mut sealed = print[..NONCE_BYTES].to_vec();
        let nonce = XNonce::try_from(&sealed[..]).unwrap_or_default();
        sealed.extend(
            self.cipher(purpose)
                .encrypt(&nonce, Payload { msg: plain, aad })
                .unwrap_or_default(),
        );
        sealed
    }

    /// The plain text of [`Keys::encrypt`] with the same purpose and `aad`.
    pub fn decrypt(&self, purpose: &str, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, DecryptError> {
        if sealed.len() < NONCE_BYTES + TAG_BYTES {
            return Err(DecryptError);
        }
        let (nonce, sealed) = sealed.split_at(NONCE_BYTES);
        let nonce = XNonce::try_from(nonce).map_err(|_| DecryptError)?;
        let payload = Payload { msg: sealed, aad };
        self.cipher(purpose)
            .decrypt(&nonce, payload)
            .map_err(|_| DecryptError)
    }

    /// The HMAC-SHA-256 of `value`: equal values are found by it, and it tells nothing to who lacks the key.
    pub fn fingerprint(&self, purpose: &str, value: &[u8]) -> [u8; 32] {
        self.fingerprinter(purpose).of(value)
    }

    /// For many values of one purpose: the key is derived once.
    pub fn fingerprinter(&self, purpose: &str) -> Fingerprinter {
        Fingerprinter {
            keyed: keyed(self.derive("fingerprint", purpose).expose_secret()),
        }
    }

    /// A key for a library that wants bytes, such as the one that signs cookies.
    pub fn derived(&self, purpose: &str) -> SecretBox<[u8; KEY_BYTES]> {
        self.derive("derived", purpose)
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.derive("encrypt", purpose).expose_secret().into())
    }

    fn derive(&self, usage: &str, purpose: &str) -> SecretBox<[u8; KEY_BYTES]> {
        let mac = keyed(self.master.expose_secret());
        let mac = mac
            .chain_update(usage.as_bytes())
            .chain_update([0])
            .chain_update(purpose.as_bytes());
        SecretBox::new(Box::new(mac.finalize().into_bytes().into()))
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// Keyed fingerprints of one purpose.
#[derive(Clone)]
pub struct Fingerprinter {
    keyed: Hmac<Sha256>,
}

impl Fingerprinter {
    /// The HMAC-SHA-256 of `value`.
    pub fn of(&self, value: &[u8]) -> [u8; 32] {
        self.keyed
            .clone()
            .chain_update(value)
            .finalize()
            .into_bytes()
            .into()
    }
}

fn keyed(key: &[u8; KEY_BYTES]) -> Hmac<Sha256> {
    // HMAC itself pads a short key to a block with zeros; doing it here leaves no error to handle.
    let mut block = Key::<Hmac<Sha256>>::default();
    block[..KEY_BYTES].copy_from_slice(key);
    Hmac::new(&block)
}

/// 32 bytes of the system's random source.
pub fn random_key() -> SecretBox<[u8; KEY_BYTES]> {
    SecretBox::new(Box::new(Generate::generate()))
}

/// A token of 256 random bits in base64url, 43 characters.
pub fn random_token() -> SecretString {
    URL_SAFE_NO_PAD.encode(random_key().expose_secret()).into()
}

/// Whether two secrets are equal, in a time that depends on their lengths only.
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encrypted_is_read_again() {
        let keys = Keys::random();
        for plain in [&b""[..], b"secret", &[0xff; 10_000]] {
            let sealed = keys.encrypt("provider", plain, b"7");
            assert_eq!(keys.decrypt("provider", &sealed, b"7").as_deref(), Ok(plain));
        }
    }

    #[test]
    fn equal_texts_are_never_encrypted_equally() {
        let keys = Keys::random();
        assert_ne!(
            keys.encrypt("provider", b"secret", b"7"),
            keys.encrypt("provider", b"secret", b"7")
        );
    }

    #[test]
    fn stable_encryption_is_equal_for_equal_texts_in_one_place_only() {
        let keys = Keys::random();
        let sealed = keys.encrypt_stable("link", b"secret", b"7");
        assert_eq!(sealed, keys.encrypt_stable("link", b"secret", b"7"));
        assert_eq!(keys.decrypt("link", &sealed, b"7").as_deref(), Ok(&b"secret"[..]));
        for other in [
            keys.encrypt_stable("link", b"secret", b"8"),
            keys.encrypt_stable("link", b"secret2", b"7"),
        ] {
            assert_ne!(sealed[..NONCE_BYTES], other[..NONCE_BYTES]);
        }
    }

    #[test]
    fn another_purpose_place_or_key_reads_nothing() {
        let keys = Keys::random();
        let sealed = keys.encrypt("provider", b"secret", b"7");
        assert_eq!(keys.decrypt("session", &sealed, b"7"), Err(DecryptError));
        assert_eq!(keys.decrypt("provider", &sealed, b"8"), Err(DecryptError));
        assert_eq!(
            Keys::random().decrypt("provider", &sealed, b"7"),
            Err(DecryptError)
        );
    }

    #[test]
    fn a_changed_or_cut_text_is_refused() {
        let keys = Keys::random();
        let sealed = keys.encrypt("provider", b"secret", b"7");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(
                keys.decrypt("provider", &changed, b"7"),
                Err(DecryptError),
                "byte {at}"
            );
            assert_eq!(
                keys.decrypt("provider", &sealed[..at], b"7"),
                Err(DecryptError),
                "cut at {at}"
            );
        }
    }

    #[test]
    fn a_fingerprint_depends_on_key_purpose_and_value() {
        let keys = Keys::random();
        let print = keys.fingerprint("url", b"a");
        assert_eq!(print, keys.fingerprinter("url").of(b"a"));
        assert_ne!(print, keys.fingerprint("url", b"b"));
        assert_ne!(print, keys.fingerprint("token", b"a"));
        assert_ne!(print, Keys::random().fingerprint("url", b"a"));
        assert_ne!(&print, keys.derived("url").expose_secret());
    }

    #[test]
    fn a_fingerprint_stays_the_same_across_releases() {
        let keys = Keys::new(SecretBox::new(Box::new([7; KEY_BYTES])));
        assert_eq!(hex(&keys.fingerprint("url", b"a")), FINGERPRINT_OF_A);
    }

    const FINGERPRINT_OF_A: &str = "7f47a2f6774ea8dab945d3782fec5b29395895184141def1b090cba1504873aa";

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (one, two) = (random_token(), random_token());
        assert_eq!(one.expose_secret().len(), 43);
        assert_ne!(one.expose_secret(), two.expose_secret());
    }

    #[test]
    fn only_equal_secrets_compare_as_equal() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd"));
        assert!(!equal(b"abc", b"ab"));
    }

    #[test]
    fn keys_are_never_printed() {
        let keys = Keys::new(SecretBox::new(Box::new([65; KEY_BYTES])));
        assert_eq!(format!("{keys:?}"), "Keys");
    }
}
