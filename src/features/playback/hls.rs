//! Rewriting HLS playlists, so that a player fetches every part of them through the product.
//!
//! Lines are rewritten in place instead of being parsed into a model and printed again: a relay must pass on tags that it
//! does not know.

use url::Url;

/// A playlist is at most this long; longer ones are no playlists.
pub const MAX_PLAYLIST_BYTES: usize = 4 * 1024 * 1024;

/// Attributes that name an address in some tag of RFC 8216 and its successor.
const ADDRESS_ATTRIBUTES: [&str; 3] = ["URI=\"", "X-ASSET-URI=\"", "X-ASSET-LIST=\""];

/// Tags that would lead a player past the product.
const DROPPED_TAGS: [&str; 1] = ["#EXT-X-CONTENT-STEERING"];

/// Whether an answer is an HLS playlist, by its first bytes: the content type of real servers often lies.
pub fn is_playlist(first_bytes: &[u8]) -> bool {
    let text = first_bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first_bytes);
    let start = text
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .unwrap_or(text.len());
    text[start..].starts_with(b"#EXTM3U")
}

/// The playlist with every address of the web replaced by what `seal` makes of it, resolved against `base`.
///
/// Addresses of other schemes (`data:`, `skd:`) hold no provider and stay; one that cannot be resolved is left out with
/// its tag's value emptied, so that no provider's text reaches a player unread.
pub fn rewrite(playlist: &str, base: &Url, mut seal: impl FnMut(&Url) -> String) -> String {
    let mut out = String::with_capacity(playlist.len() * 2);
    let mut variables: Vec<(String, String)> = Vec::new();
    for line in playlist.trim_start_matches('\u{feff}').lines() {
        let line = substitute(line.trim(), &variables);
        if line.is_empty() || DROPPED_TAGS.iter().any(|tag| line.starts_with(tag)) {
            continue;
        }
        if line.starts_with("#EXT-X-DEFINE") {
            variables.extend(definition(&line, base));
            continue;
        }
        if line.starts_with('#') {
            out.push_str(&rewrite_attributes(&line, base, &mut seal));
        } else {
            out.push_str(&address(&line, base, &mut seal));
        }
        out.push('\n');
    }
    out
}

/// Values of `#EXT-X-DEFINE` are put in their place here, since sealed addresses could not be completed by a player.
fn substitute(line: &str, variables: &[(String, String)]) -> String {
    let mut line = line.to_owned();
    if line.contains("{$") {
        for (name, value) in variables {
            line = line.replace(&format!("{{${name}}}"), value);
        }
    }
    line
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

fn rewrite_attributes(line: &str, base: &Url, seal: &mut impl FnMut(&Url) -> String) -> String {
    let mut out = String::with_capacity(line.len() + 64);
    let mut rest = line;
    while let Some((at, key)) = next_attribute(rest) {
        let (before, value) = rest.split_at(at + key.len());
        let end = value.find('"').unwrap_or(value.len());
        out.push_str(before);
        out.push_str(&address(&value[..end], base, seal));
        rest = &value[end..];
    }
    out.push_str(rest);
    out
}

fn next_attribute(text: &str) -> Option<(usize, &'static str)> {
    ADDRESS_ATTRIBUTES
        .iter()
        .filter_map(|key| text.find(key).map(|at| (at, *key)))
        .min_by_key(|(at, _)| *at)
}

fn address(text: &str, base: &Url, seal: &mut impl FnMut(&Url) -> String) -> String {
    match base.join(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => seal(&url),
        Ok(url) if matches!(url.scheme(), "data" | "skd") => text.to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(playlist: &str) -> String {
        let base = Url::parse("http://cdn.example/live/one/index.m3u8?token=s3cret").unwrap();
        rewrite(playlist, &base, |url| format!("<{url}>"))
    }

    #[test]
    fn segments_resolve_against_the_playlist() {
        let playlist = "#EXTM3U\r\n#EXTINF:6,\r\nseg 1.ts\r\n#EXTINF:6,\r\n/abs/2.ts\r\n#EXTINF:6,\r\n//other.example/3.ts\r\n";
        assert_eq!(
            rewritten(playlist),
            "#EXTM3U\n#EXTINF:6,\n<http://cdn.example/live/one/seg%201.ts>\n#EXTINF:6,\n<http://cdn.example/abs/2.ts>\n\
             #EXTINF:6,\n<http://other.example/3.ts>\n"
        );
    }

    #[test]
    fn keys_maps_renditions_and_parts_are_rewritten() {
        for line in [
            "#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\",IV=0x1",
            "#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"720@0\"",
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"a/en.m3u8\"",
            "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"",
            "#EXT-X-PART:DURATION=0.3,URI=\"part.mp4\"",
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"next.mp4\"",
            "#EXT-X-DATERANGE:ID=\"ad\",X-ASSET-URI=\"ad.m3u8\"",
        ] {
            let out = rewritten(line);
            assert!(out.contains("\"<http://cdn.example/live/one/"), "{out}");
            assert_eq!(out.matches('"').count(), line.matches('"').count());
        }
    }

    #[test]
    fn unknown_tags_pass_unchanged() {
        let line = "#EXT-X-SOMETHING-NEW:VALUE=\"a b\",OTHER=1\n";
        assert_eq!(rewritten(line), line);
    }

    #[test]
    fn a_steering_server_is_left_out() {
        assert_eq!(
            rewritten("#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI=\"http://p.example/s\"\n"),
            "#EXTM3U\n"
        );
    }

    #[test]
    fn variables_are_filled_in_before_an_address_is_sealed() {
        let playlist = "#EXTM3U\n#EXT-X-DEFINE:NAME=\"host\",VALUE=\"http://h.example\"\n\
                        #EXT-X-DEFINE:QUERYPARAM=\"token\"\n{$host}/a.ts?t={$token}\n";
        assert_eq!(rewritten(playlist), "#EXTM3U\n<http://h.example/a.ts?t=s3cret>\n");
    }

    #[test]
    fn no_address_of_a_strange_scheme_reaches_a_player() {
        assert_eq!(
            rewritten("file:///etc/passwd\nrtmp://user:pw@p.example/x\n"),
            "\n\n"
        );
        assert_eq!(
            rewritten("#EXT-X-KEY:URI=\"data:;base64,AA\"\n"),
            "#EXT-X-KEY:URI=\"data:;base64,AA\"\n"
        );
    }

    #[test]
    fn a_playlist_is_known_by_its_first_bytes() {
        assert!(is_playlist(b"#EXTM3U\n"));
        assert!(is_playlist(b"\xef\xbb\xbf\n #EXTM3U8"));
        assert!(!is_playlist(b"<html>#EXTM3U"));
        assert!(!is_playlist(b""));
    }
}
