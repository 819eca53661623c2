//! Containers and files that begin with a mark of their own.

use super::{frames, ts};

/// What a stream is carried in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// Segments that a playlist names.
    Hls,
    /// MPEG transport stream.
    Ts,
    /// ISO base media, whole or in fragments; QuickTime too.
    Mp4,
    /// Matroska and WebM.
    Matroska,
    Flv,
    Avi,
    /// MPEG programme stream.
    Mpeg,
    /// Windows Media.
    Asf,
    Ogg,
    /// Sound without a container: MP3, AAC, AC-3, FLAC, WAVE.
    Audio,
    /// Bytes that are no text, page or picture, and nothing known.
    Other,
}

const NAMES: [(Container, &str); 11] = [
    (Container::Hls, "hls"),
    (Container::Ts, "ts"),
    (Container::Mp4, "mp4"),
    (Container::Matroska, "matroska"),
    (Container::Flv, "flv"),
    (Container::Avi, "avi"),
    (Container::Mpeg, "mpeg"),
    (Container::Asf, "asf"),
    (Container::Ogg, "ogg"),
    (Container::Audio, "audio"),
    (Container::Other, "other"),
];

impl Container {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        NAMES
            .iter()
            .find(|(container, _)| *container == self)
            .map_or("other", |(_, name)| *name)
    }
}

/// Boxes that a file or fragment of ISO base media begins with.
const BOXES: [&[u8; 4]; 13] = [
    b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"emsg", b"prft", b"free", b"skip", b"wide",
    b"pnot", b"uuid",
];
/// Brands of still pictures in that format.
const STILLS: [&[u8; 4]; 6] = [b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"];

/// The container that begins so; `None` if it is none, or too short to tell. Whatever else bytes may be, such as text, is
/// judged elsewhere.
pub fn container(first: &[u8]) -> Option<Container> {
    match first {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Some(Container::Matroska),
        [b'F', b'L', b'V', 1, ..] => Some(Container::Flv),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some(Container::Avi),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Container::Audio),
        [0, 0, 1, 0xBA | 0xB3, ..] => Some(Container::Mpeg),
        [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, ..] => Some(Container::Asf),
        [b'O', b'g', b'g', b'S', 0, ..] => Some(Container::Ogg),
        [b'f', b'L', b'a', b'C', ..] | [b'I', b'D', b'3', 2..=4, _, ..] => Some(Container::Audio),
        [_, _, _, _, kind @ ..] if kind.len() >= 4 && BOXES.iter().any(|name| kind.starts_with(*name)) => {
            (!is_picture(first)).then_some(Container::Mp4)
        }
        _ if ts::find(first).is_some() => Some(Container::Ts),
        _ if frames::begin(first) => Some(Container::Audio),
        _ => None,
    }
}

/// Whether a picture begins so, other than a drawing in markup.
pub fn is_picture(first: &[u8]) -> bool {
    match first {
        [0x89, b'P', b'N', b'G', ..]
        | [0xFF, 0xD8, 0xFF, ..]
        | [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => true,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => true,
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] | [0, 0, 1, 0, 1..=16, 0, ..] => true,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            STILLS.iter().any(|still| brand.starts_with(*still))
        }
        _ => false,
    }
}

/// Whether something packed or a program begins so, which no player opens.
pub fn is_archive(first: &[u8]) -> bool {
    let marks: [&[u8]; 8] = [
        b"\x1f\x8b",
        b"PK\x03\x04",
        b"Rar!",
        b"7z\xbc\xaf\x27\x1c",
        b"\xfd7zXZ",
        b"BZh",
        b"%PDF-",
        b"\x7fELF",
    ];
    marks.iter().any(|mark| first.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_told_by_their_first_bytes() {
        for (first, expected) in [
            (&b"\x1aE\xdf\xa3\x01"[..], Container::Matroska),
            (b"FLV\x01\x05", Container::Flv),
            (b"RIFF\x00\x00\x00\x01AVI LIST", Container::Avi),
            (b"RIFF\x00\x00\x00\x01WAVEfmt ", Container::Audio),
            (b"\x00\x00\x01\xba\x44", Container::Mpeg),
            (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9", Container::Asf),
            (b"OggS\x00\x02", Container::Ogg),
            (b"ID3\x04\x00\x00", Container::Audio),
            (b"fLaC\x00", Container::Audio),
            (b"\x00\x00\x00\x20ftypisom", Container::Mp4),
            (b"\x00\x00\x00\x18styphls5", Container::Mp4),
            (b"\x00\x00\x00\x68moof\x00\x00", Container::Mp4),
            (b"\x00\x00\x00\x14ftypqt  ", Container::Mp4),
        ] {
            assert_eq!(container(first), Some(expected), "{first:?}");
            assert!(!is_picture(first) && !is_archive(first), "{first:?}");
        }
        for none in [&b""[..], b"\x00", b"<html>", b"RIFF", b"GET / HTTP", &[0; 4_000]] {
            assert_eq!(container(none), None, "{none:?}");
        }
    }

    #[test]
    fn pictures_are_no_containers() {
        for picture in [
            &b"\x89PNG\r\n\x1a\n"[..],
            b"\xff\xd8\xff\xe0\x00\x10JFIF",
            b"GIF89a\x01",
            b"RIFF\x00\x00\x00\x01WEBPVP8 ",
            b"BM\x36\x00\x00\x00\x00\x00\x00\x00",
            b"\x00\x00\x00\x1cftypavif",
            b"\x00\x00\x00\x18ftypheic",
        ] {
            assert!(is_picture(picture), "{picture:?}");
            assert_eq!(container(picture), None, "{picture:?}");
        }
    }

    #[test]
    fn every_container_has_a_word_of_its_own() {
        let words: std::collections::HashSet<&str> =
            NAMES.iter().map(|(container, _)| container.as_str()).collect();
        assert_eq!(words.len(), NAMES.len());
    }
}
