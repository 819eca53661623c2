use crate::support::media::{
    Container, Markup, container, is_archive, is_page, is_picture, is_text, markup, ts,
};

use super::failure::Reason;

/// Bytes by which text is told from media.
const TEXT: usize = 512;
/// Unknown bytes count as media once so many came.
const UNKNOWN: usize = 4 * 1024;
/// Fewer of them are no media even if there are no more.
const LEAST: usize = 1024;
/// Encrypted bytes tell nothing but that they came.
const ENCRYPTED: usize = 16;

/// What is known of the bytes that are to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Anything.
    Any,
    /// What is said to come in this container.
    In(Container),
    /// An encrypted segment.
    Encrypted,
}

/// What bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Media(Container),
    Refused(Reason),
    /// A manifest of streams that cannot be tested.
    Untestable(&'static str),
    /// Too few to tell.
    Undecided,
}

/// Judges the first bytes of a body; `is_whole` if no more will come, and then it is never [`Verdict::Undecided`].
pub fn judge(bytes: &[u8], is_whole: bool, expected: Expected) -> Verdict {
    let wait = |verdict: Verdict| if is_whole { verdict } else { Verdict::Undecided };
    if bytes.is_empty() {
        return wait(Verdict::Refused(Reason::Empty));
    }
    if is_picture(bytes) {
        return Verdict::Refused(Reason::Picture);
    }
    match markup(bytes) {
        Some(Markup::Page) => return Verdict::Refused(Reason::Page),
        Some(Markup::Drawing) => return Verdict::Refused(Reason::Picture),
        Some(Markup::Dash) => return Verdict::Untestable("DASH streams cannot be tested yet"),
        Some(Markup::Smooth) => return Verdict::Untestable("Smooth Streaming cannot be tested yet"),
        None => {}
    }
    if is_text(bytes) {
        let is_markup = is_page(bytes) && !bytes.trim_ascii_start().starts_with(b"{");
        let reason = if is_markup { Reason::Page } else { Reason::Text };
        return if bytes.len() >= TEXT {
            Verdict::Refused(reason)
        } else {
            wait(Verdict::Refused(reason))
        };
    }
    if expected == Expected::Encrypted {
        return if bytes.len() >= ENCRYPTED {
            Verdict::Media(Container::Other)
        } else {
            wait(Verdict::Refused(Reason::NotMedia))
        };
    }
    if let Some(container) = container(bytes) {
        return Verdict::Media(container);
    }
    if is_archive(bytes) {
        return Verdict::Refused(Reason::NotMedia);
    }
    if is_whole && ts::find_short(bytes).is_some() {
        return Verdict::Media(Container::Ts);
    }
    if bytes.len() < UNKNOWN && !is_whole {
        return Verdict::Undecided;
    }
    // A container that was promised has a beginning that would have been known.
    let is_promised = matches!(
        expected,
        Expected::In(Container::Ts | Container::Mp4 | Container::Matroska | Container::Flv | Container::Avi)
    );
    if is_promised || bytes.len() < LEAST || is_monotone(bytes) {
        return Verdict::Refused(Reason::NotMedia);
    }
    Verdict::Media(Container::Other)
}

/// Whether it is one byte again and again.
fn is_monotone(bytes: &[u8]) -> bool {
    bytes.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .take(length)
        .collect()
    }

    fn packets(count: usize) -> Vec<u8> {
        let one = |counter: usize| {
            let mut packet = vec![0x47, 1, 0, 0x10 | (counter % 16) as u8];
            packet.resize(188, 0xAA);
            packet
        };
        (0..count).flat_map(one).collect()
    }

    #[test]
    fn what_is_no_media_is_refused_whatever_was_promised() {
        let letters = "Your subscription has ended. ".repeat(40);
        for expected in [Expected::Any, Expected::In(Container::Ts), Expected::Encrypted] {
            for (bytes, reason) in [
                (&b"<!DOCTYPE html><html>"[..], Reason::Page),
                (b"<html><body>", Reason::Page),
                (b"\x89PNG\r\n\x1a\n\x00", Reason::Picture),
                (b"<svg xmlns=\"http://www.w3.org/2000/svg\">", Reason::Picture),
                (letters.as_bytes(), Reason::Text),
            ] {
                assert_eq!(
                    judge(bytes, false, expected),
                    Verdict::Refused(reason),
                    "{bytes:?}"
                );
            }
            for (bytes, reason) in [
                (&b""[..], Reason::Empty),
                (b"{\"error\":\"expired\"}", Reason::Text),
                (b"[]", Reason::Text),
                (b"not found", Reason::Text),
                (b"<?xml version='1.0'?>", Reason::Page),
            ] {
                assert_eq!(judge(bytes, false, expected), Verdict::Undecided, "{bytes:?}");
                assert_eq!(
                    judge(bytes, true, expected),
                    Verdict::Refused(reason),
                    "{bytes:?}"
                );
            }
        }
    }

    #[test]
    fn media_is_known_as_soon_as_it_can_be() {
        let ts = packets(10);
        assert_eq!(judge(&ts[..4 * 188], false, Expected::Any), Verdict::Undecided);
        assert_eq!(
            judge(&ts[..4 * 188 + 1], false, Expected::Any),
            Verdict::Media(Container::Ts)
        );
        assert_eq!(
            judge(&ts[..2 * 188], true, Expected::Any),
            Verdict::Media(Container::Ts)
        );
        let film = b"\x00\x00\x00\x20ftypisom";
        assert_eq!(
            judge(film, false, Expected::In(Container::Ts)),
            Verdict::Media(Container::Mp4)
        );
    }

    #[test]
    fn noise_is_media_only_where_nothing_else_was_promised() {
        let noise = noise(UNKNOWN);
        assert_eq!(
            judge(&noise, false, Expected::Any),
            Verdict::Media(Container::Other)
        );
        for container in [Container::Ts, Container::Mp4, Container::Matroska] {
            let verdict = judge(&noise, false, Expected::In(container));
            assert_eq!(verdict, Verdict::Refused(Reason::NotMedia), "{container:?}");
        }
        let few = judge(&noise[..LEAST - 1], true, Expected::Any);
        assert_eq!(few, Verdict::Refused(Reason::NotMedia));
        assert_eq!(
            judge(&noise[..16], false, Expected::Encrypted),
            Verdict::Media(Container::Other)
        );
        assert_eq!(
            judge(&noise[..15], false, Expected::Encrypted),
            Verdict::Undecided
        );
    }

    #[test]
    fn zeros_and_archives_are_no_media() {
        for bytes in [
            vec![0; UNKNOWN],
            vec![0xFF; UNKNOWN],
            [b"PK\x03\x04".to_vec(), noise(UNKNOWN)].concat(),
        ] {
            assert_eq!(
                judge(&bytes, false, Expected::Any),
                Verdict::Refused(Reason::NotMedia)
            );
        }
    }

    #[test]
    fn a_manifest_that_cannot_be_tested_is_no_failure() {
        let manifest = b"<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">";
        assert!(matches!(
            judge(manifest, false, Expected::Any),
            Verdict::Untestable(_)
        ));
    }

    proptest::proptest! {
        #[test]
        fn a_whole_body_is_always_decided(bytes: Vec<u8>, promised: bool) {
            let expected = if promised { Expected::In(Container::Ts) } else { Expected::Any };
            proptest::prop_assert_ne!(judge(&bytes, true, expected), Verdict::Undecided);
        }

        #[test]
        fn more_bytes_never_take_back_that_something_is_media(bytes: Vec<u8>, cut in 0..64_usize) {
            let first = judge(&bytes[..cut.min(bytes.len())], false, Expected::Any);
            if matches!(first, Verdict::Media(_)) {
                let later = judge(&bytes, false, Expected::Any);
                proptest::prop_assert!(matches!(later, Verdict::Media(_)), "{:?}", later);
            }
        }
    }
}
