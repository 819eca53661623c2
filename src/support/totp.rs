//! Time-based one-time codes of authenticator apps: RFC 6238 over RFC 4226, with HMAC-SHA-1, six digits and 30 seconds,
//! which is what every app takes.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::crypto;

/// Bytes of a secret: as many as SHA-1 gives.
pub const SECRET_BYTES: usize = 20;
/// Digits of a code.
pub const DIGITS: usize = 6;
const INTERVAL_MS: i64 = 30_000;
/// Intervals before and after the present one whose code is taken too, for clocks that differ.
const TOLERANCE: i64 = 1;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The interval of `now_ms`.
pub fn step(now_ms: i64) -> i64 {
    now_ms.div_euclid(INTERVAL_MS)
}

/// The code of an interval, with leading zeros.
pub fn code(secret: &[u8], step: i64) -> String {
    format!("{:0DIGITS$}", truncated(secret, step) % 1_000_000)
}

/// The interval whose code `typed` is: the present one or a neighbour, and later than `after`, so that no code counts
/// twice. White space in what was typed does not matter.
pub fn matching_step(secret: &[u8], typed: &str, now_ms: i64, after: Option<i64>) -> Option<i64> {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    if typed.len() != DIGITS || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let present = step(now_ms);
    let mut found = None;
    // Every candidate is looked at, so that the time tells nothing.
    for candidate in present - TOLERANCE..=present + TOLERANCE {
        let fits = crypto::equal(code(secret, candidate).as_bytes(), typed.as_bytes());
        if fits && after.is_none_or(|after| candidate > after) {
            found = found.or(Some(candidate));
        }
    }
    found
}

/// The secret as apps and people read it: RFC 4648 base 32 without padding.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[((held >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

/// RFC 4226, section 5.3: 31 bits of the hash, from where its last four bits say.
fn truncated(secret: &[u8], step: i64) -> u32 {
    // An HMAC takes a key of any length.
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(secret) else {
        return 0;
    };
    let hash = mac.chain_update(step.to_be_bytes()).finalize().into_bytes();
    let at = usize::from(hash[hash.len() - 1] & 15);
    u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 4226, appendix D, and RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_rfc_4226() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (step, expected) in expected.into_iter().enumerate() {
            assert_eq!(code(SECRET, i64::try_from(step).unwrap()), expected, "{step}");
        }
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (seconds, expected) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let step = step(seconds * 1_000);
            assert_eq!(truncated(SECRET, step) % 100_000_000, expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_in_its_interval_and_the_neighbours_and_once() {
        let at = |seconds: i64| 1_111_111_080_000 + seconds * 1_000;
        let code = code(SECRET, step(at(0)));
        for (seconds, counts) in [
            (-31, false),
            (-30, true),
            (0, true),
            (29, true),
            (59, true),
            (60, false),
        ] {
            let found = matching_step(SECRET, &code, at(seconds), None);
            assert_eq!(found.is_some(), counts, "{seconds}");
        }
        assert_eq!(matching_step(SECRET, &code, at(0), Some(step(at(0)))), None);
        assert!(matching_step(SECRET, &code, at(0), Some(step(at(0)) - 1)).is_some());
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert!(matching_step(SECRET, &spaced, at(0), None).is_some());
        for wrong in ["", "12345", "1234567", "12345x", "１２３４５６", "-12345"] {
            assert_eq!(matching_step(SECRET, wrong, at(0), None), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_written_as_rfc_4648_says() {
        for (plain, written) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), written);
        }
    }
}
