//! Passwords: their rules, their Argon2id hashes, and random ones.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::AccountsError;
use crate::support::crypto;
use crate::support::text::folded;
use crate::support::validation::Invalid;

/// Characters of a password at least.
pub const MIN_CHARACTERS: usize = 8;
/// Bytes of a password at most, so that nobody makes the server hash megabytes.
pub const MAX_BYTES: usize = 1024;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Each hash takes 19 MiB and a core, so only as many run at once as a small machine bears.
static HASHING: Semaphore = Semaphore::const_new(4);

/// The hash of a password that nobody knows, checked where there is no user, so that both cases take equally long.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y29sb3VybGVzc2dyZWVu$\
                            5kNSpjV4OiIoN5KPJZS1hTXE4WmzJ1GlQJdMXPLH2Lk";

/// Adds what is wrong with `password` as the password of `username` to `invalid`, under `field`.
pub fn check(invalid: &mut Invalid, field: &str, password: &str, username: &str) {
    if password.chars().count() < MIN_CHARACTERS {
        invalid.add(field, format!("Use at least {MIN_CHARACTERS} characters."));
    } else if password.len() > MAX_BYTES {
        invalid.add(field, format!("Use at most {MAX_BYTES} bytes."));
    } else if folded(password) == folded(username) {
        invalid.add(field, "The user name is no password. Choose another one.");
    }
}

/// The hash of `password` in the PHC format.
pub async fn hash(password: &SecretString) -> Result<String, AccountsError> {
    let password = password.clone();
    in_turn(move || {
        hasher()?
            .hash_password(password.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|_| AccountsError::Hashing)
    })
    .await?
}

/// Whether `password` has the hash `stored`; `None` does the same work and answers no.
pub async fn verify(password: &SecretString, stored: Option<String>) -> Result<bool, AccountsError> {
    if password.expose_secret().len() > MAX_BYTES {
        return Ok(false);
    }
    let password = password.clone();
    in_turn(move || {
        let hash = stored.as_deref().unwrap_or(NOBODYS_HASH);
        let fits = hasher()?
            .verify_password(password.expose_secret().as_bytes(), hash)
            .is_ok();
        Ok(fits && stored.is_some())
    })
    .await?
}

/// A password of 100 random bits in five groups of letters and digits that are not taken for each other.
pub fn random() -> SecretString {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let key = crypto::random_key();
    let letters = key.expose_secret().iter().take(20);
    let mut password = String::with_capacity(24);
    for (at, byte) in letters.enumerate() {
        if at > 0 && at % 4 == 0 {
            password.push('-');
        }
        password.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    password.into()
}

fn hasher() -> Result<Argon2<'static>, AccountsError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| AccountsError::Hashing)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountsError> {
    let turn = HASHING.acquire().await.map_err(|_| AccountsError::Hashing)?;
    tokio::task::spawn_blocking(move || {
        // Held by the work, not by who waits for it: a client that hangs up frees no memory.
        let _turn = turn;
        work()
    })
    .await
    .map_err(|_| AccountsError::Hashing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let hash = hash(&"correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(&"correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!verify(&"Correct horse".into(), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobodys_hash_is_one_of_the_same_cost() {
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODYS_HASH).is_ok());
        let parameters = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        let real = hash(&"whatever".into()).await.unwrap();
        assert_eq!(parameters(NOBODYS_HASH), parameters(&real));
        assert!(!verify(&"whatever".into(), None).await.unwrap());
    }

    #[test]
    fn short_endless_and_obvious_passwords_are_refused() {
        let refused = |password: &str| {
            let mut invalid = Invalid::default();
            check(&mut invalid, "password", password, "Margarete");
            !invalid.is_empty()
        };
        assert!(refused("1234567"));
        assert!(refused(&"x".repeat(MAX_BYTES + 1)));
        assert!(refused("margarete"));
        assert!(!refused("12345678"));
        assert!(!refused("пароль-ё"));
    }

    #[test]
    fn random_passwords_can_be_typed_and_differ() {
        let (one, two) = (random(), random());
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert_eq!(one.expose_secret().len(), 24);
        assert!(!one.expose_secret().contains(['l', 'o', '0', '1']));
    }
}
