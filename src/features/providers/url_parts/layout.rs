//! Where the parts of a URL lie in its text. Nothing is decoded or normalised, so that nothing is lost.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub scheme: Range<usize>,
    /// User info and host; empty where the text has no `://`.
    pub authority: Range<usize>,
    pub host: Range<usize>,
    pub path: Range<usize>,
    /// From the `?` on; empty if there is none.
    pub query: Range<usize>,
    /// From the `#` on; empty if there is none.
    pub fragment: Range<usize>,
}

impl Layout {
    pub(super) fn of(url: &str) -> Self {
        let bytes = url.as_bytes();
        let scheme_end = scheme_end(bytes);
        let start = scheme_end.map_or(0, |end| end + 3);
        let path_start = match scheme_end {
            Some(_) => position(bytes, start, |byte| matches!(byte, b'/' | b'?' | b'#')),
            None => 0,
        };
        let path_end = position(bytes, path_start, |byte| matches!(byte, b'?' | b'#'));
        let query_end = position(bytes, path_end, |byte| byte == b'#');
        let host_start = url[start..path_start.max(start)]
            .rfind('@')
            .map_or(start, |at| start + at + 1);
        Self {
            scheme: 0..scheme_end.unwrap_or(0),
            authority: start..path_start.max(start),
            host: host_start..path_start.max(start),
            path: path_start..path_end,
            query: path_end..query_end,
            fragment: query_end..bytes.len(),
        }
    }

    /// The path's segments; the first of `/a/b` is `a`.
    pub(super) fn segments<'a>(&self, url: &'a str) -> impl Iterator<Item = Range<usize>> + use<'a> {
        let path = &url[self.path.clone()];
        let skipped = usize::from(path.starts_with('/'));
        pieces(url, self.path.start + skipped..self.path.end, b'/')
    }

    /// The query's parameters, key and value together.
    pub(super) fn parameters<'a>(&self, url: &'a str) -> impl Iterator<Item = Range<usize>> + use<'a> {
        let query = if self.query.is_empty() {
            None
        } else {
            Some(self.query.start + 1..self.query.end)
        };
        query.into_iter().flat_map(move |range| pieces(url, range, b'&'))
    }
}

fn pieces(url: &str, range: Range<usize>, separator: u8) -> impl Iterator<Item = Range<usize>> + use<'_> {
    let mut next = Some(range.start);
    std::iter::from_fn(move || {
        let start = next?;
        let end = position(&url.as_bytes()[..range.end], start, |byte| byte == separator);
        next = (end < range.end).then_some(end + 1);
        Some(start..end)
    })
}

fn scheme_end(bytes: &[u8]) -> Option<usize> {
    let end = bytes
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-')))?;
    (end > 0 && bytes[0].is_ascii_alphabetic() && bytes[end..].starts_with(b"://")).then_some(end)
}

fn position(bytes: &[u8], from: usize, found: impl Fn(u8) -> bool) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| found(*byte))
        .map_or(bytes.len(), |at| from + at)
}
