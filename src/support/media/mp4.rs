//! Boxes of ISO base media at the top of a file: where the index lies, without which nothing of it can be read.

use std::ops::Range;

/// Where the index of a file (`moov`) is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Index {
    /// It comes before the media, or the file is fragmented, or no such file.
    Ahead,
    /// It comes behind the media, from this byte on; where the type of the file stands in its first bytes.
    Behind { at: u64, kind: Range<usize> },
    /// More bytes are needed to tell.
    Unknown,
}

/// Looks for the index in the first bytes of a file.
pub fn index(first: &[u8]) -> Index {
    let (mut at, mut kind) = (0_u64, 0..0);
    loop {
        let Some(head) = usize::try_from(at).ok().and_then(|at| first.get(at..)) else {
            return Index::Unknown;
        };
        let Some((name, length)) = boxed(head) else {
            return Index::Unknown;
        };
        let behind = at.saturating_add(length.max(8));
        match name {
            b"ftyp" => kind = 0..usize::try_from(behind).unwrap_or(0).min(first.len()),
            // Whatever comes behind the media is the index, or leads to it.
            b"mdat" if length >= 8 => return Index::Behind { at: behind, kind },
            b"free" | b"skip" | b"wide" | b"uuid" | b"pnot" => {}
            _ => return Index::Ahead,
        }
        at = behind;
    }
}

/// Name and length of a box, its head included; `None` if its head is not whole. Zero is a box without end.
fn boxed(head: &[u8]) -> Option<(&[u8; 4], u64)> {
    let (length, rest) = head.split_first_chunk::<4>()?;
    let (name, rest) = rest.split_first_chunk::<4>()?;
    let length = match u32::from_be_bytes(*length) {
        1 => u64::from_be_bytes(*rest.first_chunk::<8>()?),
        length => u64::from(length),
    };
    Some((name, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(all: &[(&[u8; 4], u32)]) -> Vec<u8> {
        let one = |(name, length): &(&[u8; 4], u32)| {
            let mut out = [&length.to_be_bytes()[..], *name].concat();
            out.resize(*length as usize, 0);
            out
        };
        all.iter().flat_map(one).collect()
    }

    #[test]
    fn the_index_is_ahead_of_the_media_or_behind_it() {
        let ahead = boxes(&[(b"ftyp", 32), (b"moov", 400), (b"mdat", 900)]);
        assert_eq!(index(&ahead), Index::Ahead);
        assert_eq!(index(&ahead[..36]), Index::Unknown);
        let behind = boxes(&[(b"ftyp", 32), (b"free", 8), (b"mdat", 900), (b"moov", 400)]);
        let found = Index::Behind { at: 940, kind: 0..32 };
        assert_eq!(index(&behind), found);
        assert_eq!(index(&behind[..48]), found);
        assert_eq!(index(&behind[..47]), Index::Unknown);
        assert_eq!(index(&boxes(&[(b"styp", 24), (b"moof", 100)])), Index::Ahead);
        assert_eq!(index(b""), Index::Unknown);
    }

    #[test]
    fn media_longer_than_four_gigabytes_is_passed_over() {
        let long = [
            &boxes(&[(b"ftyp", 16)])[..],
            &1_u32.to_be_bytes(),
            b"mdat",
            &(5_u64 << 30).to_be_bytes(),
        ]
        .concat();
        let at = (5 << 30) + 16;
        assert_eq!(index(&long), Index::Behind { at, kind: 0..16 });
    }

    #[test]
    fn media_without_end_has_no_index_behind_it() {
        let endless = [&boxes(&[(b"ftyp", 16)])[..], &0_u32.to_be_bytes(), b"mdat"].concat();
        assert_eq!(index(&endless), Index::Ahead);
    }

    proptest::proptest! {
        #[test]
        fn whatever_bytes_come_they_are_read(bytes: Vec<u8>) {
            index(&bytes);
        }
    }
}
