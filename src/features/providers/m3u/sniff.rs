//! What an answer is, judged by its first bytes.

use super::refusal::NotAPlaylist;

/// Judges the beginning of an answer, already decoded to something like UTF-8.
///
/// A list that begins with a script's warnings is still a list, so a header or an entry at the start of a line counts
/// for more than what stands before it; only a document that says it is HTML is believed at once.
pub(super) fn judge(head: &[u8]) -> Result<(), NotAPlaylist> {
    let text = head.trim_ascii_start();
    if starts_with(text, b"<!doctype") || starts_with(text, b"<html") || starts_with(text, b"<?xml") {
        return Err(NotAPlaylist::WebPage);
    }
    let first = |wanted: &[u8]| {
        head.split(|byte| matches!(byte, b'\n' | b'\r'))
            .position(|line| starts_with(trim_mark(line).trim_ascii_start(), wanted))
    };
    let entry = first(b"#extinf");
    if let Some(target) = first(b"#ext-x-targetduration")
        && entry.is_none_or(|entry| target < entry)
    {
        return Err(NotAPlaylist::HlsStream);
    }
    if entry.is_some() || first(b"#extm3u").is_some() {
        return Ok(());
    }
    if text.starts_with(b"<") {
        return Err(NotAPlaylist::WebPage);
    }
    if is_binary(head) {
        Err(NotAPlaylist::Binary)
    } else {
        Ok(())
    }
}

/// The byte order mark that a concatenated list may carry in its middle is no part of the line.
pub(super) fn trim_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
}

fn starts_with(text: &[u8], wanted: &[u8]) -> bool {
    text.get(..wanted.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(wanted))
}

fn is_binary(head: &[u8]) -> bool {
    let control = head
        .iter()
        .filter(|byte| matches!(byte, 0..=8 | 11 | 12 | 14..=26 | 28..=31 | 127))
        .count();
    control * 50 > head.len()
}
