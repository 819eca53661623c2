//! Markup by its first element: most of it is a web page, some is a drawing or a manifest.

/// What markup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    Page,
    /// SVG.
    Drawing,
    /// MPEG-DASH.
    Dash,
    /// Smooth Streaming.
    Smooth,
}

/// What markup begins so; `None` if it is none, or its first element is not there yet. A byte order mark, declarations
/// and comments before that are passed over.
pub fn markup(first: &[u8]) -> Option<Markup> {
    let mut rest = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    loop {
        rest = rest.trim_ascii_start();
        let end: &[u8] = match rest {
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', ..] if names(&rest[2..], b"doctype html") => return Some(Markup::Page),
            [b'<', b'!', ..] => b">",
            [b'<', b'a'..=b'z' | b'A'..=b'Z', ..] => return element(&rest[1..]),
            _ => return None,
        };
        let behind = memchr::memmem::find(rest, end)? + end.len();
        rest = &rest[behind..];
    }
}

fn element(name: &[u8]) -> Option<Markup> {
    let end = name
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_')))?;
    // A name space may stand before it.
    let local = name[..end]
        .rsplit(|byte| *byte == b':')
        .next()
        .unwrap_or_default();
    Some(match local {
        b"svg" => Markup::Drawing,
        b"MPD" => Markup::Dash,
        b"SmoothStreamingMedia" => Markup::Smooth,
        _ => Markup::Page,
    })
}

fn names(text: &[u8], expected: &[u8]) -> bool {
    text.get(..expected.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_told_by_its_first_element() {
        for (first, expected) in [
            (&b"<!DOCTYPE html><svg>"[..], Some(Markup::Page)),
            (b"\xef\xbb\xbf\r\n<html lang=en>", Some(Markup::Page)),
            (
                b"<?xml version='1.0'?>\n<!-- made -->\n<svg xmlns=''>",
                Some(Markup::Drawing),
            ),
            (b"<!DOCTYPE svg PUBLIC ''><svg>", Some(Markup::Drawing)),
            (b"<?xml version='1.0'?><MPD type='dynamic'>", Some(Markup::Dash)),
            (b"<ns:MPD>", Some(Markup::Dash)),
            (b"<SmoothStreamingMedia MajorVersion='2'>", Some(Markup::Smooth)),
            (b"<error>no</error>", Some(Markup::Page)),
            (b"<?xml version='1.0'?>", None),
            (b"<sv", None),
            (b"<!-- <html>", None),
            (b"plain", None),
            (b"", None),
        ] {
            assert_eq!(markup(first), expected, "{}", String::from_utf8_lossy(first));
        }
    }
}
