//! Text where media should be: pages, refusals, errors.

/// Whether an answer that begins so is a web page, or the JSON by which panels refuse.
pub fn is_page(first: &[u8]) -> bool {
    let start = first
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(first)
        .trim_ascii_start();
    is_wide_page(first)
        || matches!(start, [b'<', b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..])
        || (start.starts_with(b"{") && is_text(start))
}

/// Whether an answer that begins so is text, such as a web page, and no media: those hold other bytes early on.
pub fn is_text(first: &[u8]) -> bool {
    let first = &first[..first.len().min(512)];
    // A page may be in any encoding.
    if is_wide_page(first) {
        return true;
    }
    if let [b'<', b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..] = first.trim_ascii_start() {
        return true;
    }
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        // The last letter may be cut.
        Err(error) if error.error_len().is_none() => {
            return is_text(&first[..error.valid_up_to()]);
        }
        Err(_) => return false,
    };
    text.chars()
        .all(|c| !c.is_control() || matches!(c, '\t' | '\r' | '\n'))
}

/// UTF-16, with its mark.
fn is_wide_page(first: &[u8]) -> bool {
    matches!(first, [0xFF, 0xFE, b'<', 0, ..] | [0xFE, 0xFF, 0, b'<', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_media() {
        for text in [
            &b"<!DOCTYPE html>"[..],
            b"\r\n <html>",
            b"\xff\xfe<\0h\0",
            b"\xfe\xff\0<\0h",
            b"{\"error\":1}",
            b"<p>gesperrt f\xfcr Sie",
            b"\xef\xbb\xbf<html",
            "gesperrt f\u{fc}r Sie".as_bytes(),
            &"\u{fc}".as_bytes()[..1],
            &[b"x".repeat(511), "\u{fc}".into()].concat(),
        ] {
            assert!(is_text(text), "{text:?}");
        }
        for media in [
            &b"G@\x11\x10"[..],
            b"\x00\x00\x00\x20ftyp",
            b"\x1aE\xdf\xa3",
            b"ID3\x04\x00",
            b"\xff\xf1P\x80",
            b"FLV\x01",
            b"OggS\x00",
            b"0&\xb2u\x8ef",
        ] {
            assert!(!is_text(media), "{media:?}");
        }
    }
}
