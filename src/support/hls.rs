//! Reading HLS playlists leniently, line by line: what whoever plays, rewrites or tests one needs to know of them.

use url::Url;

/// A playlist is at most this long; longer ones are no playlists.
pub const MAX_PLAYLIST_BYTES: usize = 4 * 1024 * 1024;

/// Whether an answer is an HLS playlist, by its first bytes: the content type of real servers often lies, and some leave
/// out the first line.
pub fn is_playlist(first_bytes: &[u8]) -> bool {
    let start = content(first_bytes);
    ["#EXTM3U", "#EXTINF", "#EXT-X-"]
        .iter()
        .any(|tag| start.starts_with(tag.as_bytes()))
}

/// Whether an answer is a file of subtitles, the only text that is a part of a stream.
pub fn is_subtitles(first_bytes: &[u8]) -> bool {
    content(first_bytes).starts_with(b"WEBVTT")
}

/// What comes behind a byte order mark and white space.
fn content(first_bytes: &[u8]) -> &[u8] {
    let text = first_bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first_bytes);
    let start = text
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .unwrap_or(text.len());
    &text[start..]
}

/// The values that a playlist defines with `#EXT-X-DEFINE`.
#[derive(Debug, Default)]
pub struct Variables(Vec<(String, String)>);

impl Variables {
    /// Takes a line that defines a value; false if it is another one. `base` is the address of the playlist.
    pub fn take(&mut self, line: &str, base: &Url) -> bool {
        let defines = line.starts_with("#EXT-X-DEFINE");
        if defines {
            self.0.extend(definition(line, base));
        }
        defines
    }

    /// A line with the values in their places.
    pub fn fill(&self, line: &str) -> String {
        let mut line = line.to_owned();
        if line.contains("{$") {
            for (name, value) in &self.0 {
                line = line.replace(&format!("{{${name}}}"), value);
            }
        }
        line
    }
}

fn definition(line: &str, base: &Url) -> Option<(String, String)> {
    if let Some(name) = attribute(line, "QUERYPARAM=\"") {
        let value = base.query_pairs().find(|(key, _)| key == name)?.1.into_owned();
        return Some((name.to_owned(), value));
    }
    Some((
        attribute(line, "NAME=\"")?.to_owned(),
        attribute(line, "VALUE=\"")?.to_owned(),
    ))
}

fn attribute<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let value = &line[line.find(key)? + key.len()..];
    value.split('"').next()
}

/// One attribute of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute<'l> {
    Named {
        name: &'l str,
        value: &'l str,
        /// A quotation mark, or nothing.
        quote: &'l str,
    },
    Bare(&'l str),
}

/// The attributes of a tag, read leniently: single quotes and white space around the sign are taken too.
pub struct Attributes<'l>(pub &'l str);

impl<'l> Iterator for Attributes<'l> {
    type Item = Attribute<'l>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let comma = self.0.find(',').unwrap_or(self.0.len());
        let Some(sign) = self.0[..comma].find('=') else {
            let bare = &self.0[..comma];
            self.0 = self.0.get(comma + 1..).unwrap_or_default();
            return Some(Attribute::Bare(bare));
        };
        let (name, rest) = (&self.0[..sign], self.0[sign + 1..].trim_start());
        let quote = ["\"", "'"]
            .into_iter()
            .find(|quote| rest.starts_with(quote))
            .unwrap_or_default();
        let rest = &rest[quote.len()..];
        let end = rest
            .find(if quote.is_empty() { "," } else { quote })
            .unwrap_or(rest.len());
        let value = &rest[..end];
        let behind = &rest[end..];
        self.0 = behind.find(',').map_or("", |comma| &behind[comma + 1..]);
        Some(Attribute::Named { name, value, quote })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playlist_is_known_by_its_first_bytes() {
        assert!(is_playlist(b"#EXTM3U\n"));
        assert!(is_playlist(b"\xef\xbb\xbf\n #EXTM3U8"));
        assert!(is_playlist(b"#EXTINF:6,\na.ts"));
        assert!(is_subtitles(b"\xef\xbb\xbfWEBVTT\n"));
        assert!(!is_playlist(b"<html>#EXTM3U"));
        assert!(!is_playlist(b""));
    }
}
