//! Raw pictures and sound as ffmpeg writes them into an AVI stream: the one plain container that takes either or both.

/// Bytes before the first picture or sound.
const MOST_HEAD: usize = 64 << 10;
/// The largest piece.
const MOST_PIECE: usize = 1 << 20;

/// What comes out of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Picture(&'a [u8]),
    Sound(&'a [u8]),
}

/// Which streams there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tracks {
    pub has_picture: bool,
    pub has_sound: bool,
}

/// Reads a stream as it comes.
#[derive(Debug, Default)]
pub(super) struct Reader {
    waiting: Vec<u8>,
    /// Bytes that are left out.
    skip: usize,
    tracks: Option<Tracks>,
}

/// The stream is none that ffmpeg writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

impl Reader {
    /// Known once the first picture or sound may come.
    pub(super) fn tracks(&self) -> Option<Tracks> {
        self.tracks
    }

    /// Takes the next bytes and gives what is whole by now.
    ///
    /// # Errors
    /// [`Broken`], after which nothing more can be read.
    pub(super) fn push(&mut self, bytes: &[u8], mut take: impl FnMut(Piece<'_>)) -> Result<(), Broken> {
        self.waiting.extend_from_slice(bytes);
        if self.tracks.is_none() {
            let Some(head) = self.waiting.windows(4).position(|word| word == b"movi") else {
                return (self.waiting.len() <= MOST_HEAD).then_some(()).ok_or(Broken);
            };
            self.tracks = Some(tracks(self.waiting.get(..head).unwrap_or_default()));
            self.skip = head + 4;
        }
        let mut at = 0;
        loop {
            let left = self.waiting.len() - at;
            let skipped = self.skip.min(left);
            (at, self.skip) = (at + skipped, self.skip - skipped);
            let Some((name, size)) = piece_at(&self.waiting, at) else {
                break;
            };
            let (is_picture, is_sound) = (
                name.ends_with(b"dc") || name.ends_with(b"db"),
                name.ends_with(b"wb"),
            );
            if !is_picture && !is_sound {
                self.skip = 8 + size + size % 2;
                continue;
            }
            if size > MOST_PIECE {
                return Err(Broken);
            }
            let Some(content) = self.waiting.get(at + 8..at + 8 + size) else {
                break;
            };
            match is_picture {
                // One that is repeated is written without content.
                true if content.is_empty() => {}
                true => take(Piece::Picture(content)),
                false => take(Piece::Sound(content)),
            }
            self.skip = 8 + size + size % 2;
        }
        self.waiting.drain(..at);
        Ok(())
    }
}

/// The name and size of the piece that begins at `at`.
fn piece_at(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let (name, size) = bytes.get(at..at + 8)?.split_at(4);
    let size = u32::from_le_bytes(size.try_into().ok()?);
    usize::try_from(size).ok().map(|size| (name, size))
}

fn tracks(head: &[u8]) -> Tracks {
    let has = |kind: &[u8]| {
        head.windows(12)
            .any(|header| header.starts_with(b"strh") && header.ends_with(kind))
    };
    Tracks {
        has_picture: has(b"vids"),
        has_sound: has(b"auds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut out = [&name[..], &(content.len() as u32).to_le_bytes(), content].concat();
        out.resize(out.len().next_multiple_of(2), 0);
        out
    }

    fn head(kinds: &[&[u8; 4]]) -> Vec<u8> {
        let mut out = b"RIFF\xFF\xFF\xFF\xFFAVI LIST....hdrl".to_vec();
        for kind in kinds {
            out.extend(piece(b"strh", &[&kind[..], b"Y800"].concat()));
        }
        out.extend_from_slice(b"LIST\xFF\xFF\xFF\xFFmovi");
        out
    }

    /// What is read of these bytes when so many come at a time.
    fn read(bytes: &[u8], at_once: usize) -> (Option<Tracks>, Vec<String>) {
        let (mut reader, mut out) = (Reader::default(), Vec::new());
        for bytes in bytes.chunks(at_once) {
            let taken = reader.push(bytes, |piece| {
                out.push(match piece {
                    Piece::Picture(content) => format!("picture {}", content.len()),
                    Piece::Sound(content) => format!("sound {}", content.len()),
                });
            });
            taken.unwrap();
        }
        (reader.tracks(), out)
    }

    #[test]
    fn pictures_and_sound_come_out_however_the_bytes_come_in() {
        let bytes = [
            head(&[b"vids", b"auds"]),
            piece(b"00dc", &[1; 5]),
            piece(b"JUNK", &[2; 70]),
            piece(b"00dc", &[]),
            piece(b"01wb", &[3; 4]),
            piece(b"00dc", &[1; 6]),
            b"00dc\x08\0\0\0cut".to_vec(),
        ]
        .concat();
        let expected = ["picture 5", "sound 4", "picture 6"].map(str::to_owned).to_vec();
        for at_once in [1, 3, 7, 64, bytes.len()] {
            let (tracks, read) = read(&bytes, at_once);
            assert_eq!(read, expected, "{at_once}");
            let tracks = tracks.unwrap();
            assert!(tracks.has_picture && tracks.has_sound);
        }
        let radio = read(&head(&[b"auds"]), 9).0.unwrap();
        assert!(!radio.has_picture && radio.has_sound);
    }

    #[test]
    fn what_ffmpeg_does_not_write_is_refused_and_never_kept_without_bound() {
        let mut reader = Reader::default();
        let zeros = vec![0; MOST_HEAD + 1];
        assert_eq!(reader.push(&zeros, |_| {}), Err(Broken));
        let mut reader = Reader::default();
        let huge = [head(&[b"vids"]), b"00dc\xFF\xFF\xFF\x7F".to_vec()].concat();
        assert_eq!(reader.push(&huge, |_| {}), Err(Broken));
    }
}
