//! Rewriting HLS playlists, so that a player fetches every part of them through the product.
//!
//! Lines are rewritten in place instead of being parsed into a model and printed again: a relay must pass on tags that it
//! does not know.

use url::Url;

use crate::support::hls::{Attribute, Attributes, Variables};

/// How the names of attributes end that hold an address, in RFC 8216, its successor and the field.
const ADDRESS_ENDINGS: [&str; 3] = ["URI", "URL", "X-ASSET-LIST"];

/// Tags that would lead a player past the product.
const DROPPED_TAGS: [&str; 1] = ["#EXT-X-CONTENT-STEERING"];

/// The playlist with every address of the web replaced by what `seal` makes of it, resolved against `base`.
///
/// Addresses of other schemes (`data:`, `skd:`) hold no provider and stay; one that cannot be resolved is left out with
/// its tag's value emptied. Comments and addresses at unusual places are left out too: what names the provider reaches no
/// player.
pub fn rewrite(playlist: &str, base: &Url, mut seal: impl FnMut(&Url) -> String) -> String {
    let mut out = String::with_capacity(playlist.len() * 2);
    // Filled in here: sealed addresses could not be completed by a player.
    let mut variables = Variables::default();
    for line in playlist.trim_start_matches('\u{feff}').lines() {
        let line = variables.fill(line.trim());
        if line.is_empty() || DROPPED_TAGS.iter().any(|tag| line.starts_with(tag)) {
            continue;
        }
        if variables.take(&line, base) {
            continue;
        }
        if line.starts_with("#EXT") {
            out.push_str(&rewrite_tag(&line, base, &mut seal));
        } else if line.starts_with('#') {
            continue;
        } else {
            out.push_str(&address(&line, base, &mut seal));
        }
        out.push('\n');
    }
    out
}

/// A tag with its addresses sealed, however they are quoted. The title of a segment is left out: players do not show it.
fn rewrite_tag(line: &str, base: &Url, seal: &mut impl FnMut(&Url) -> String) -> String {
    let Some((tag, value)) = line.split_once(':') else {
        return line.to_owned();
    };
    if tag == "#EXTINF" {
        let duration = value.split(',').next().unwrap_or_default().trim();
        let is_duration = duration.chars().all(|c| c.is_ascii_digit() || c == '.');
        return format!("#EXTINF:{},", if is_duration { duration } else { "0" });
    }
    let mut out = format!("{tag}:");
    for (index, attribute) in Attributes(value).enumerate() {
        if index > 0 {
            out.push(',');
        }
        match attribute {
            Attribute::Named { name, value, quote } if is_address(name, value) => {
                let sealed = address(value, base, seal);
                // A bare value may not hold what a sealed one does.
                let quote = if quote.is_empty() { "\"" } else { quote };
                out.push_str(&format!("{}={quote}{sealed}{quote}", name.trim()));
            }
            Attribute::Named { name, value, quote } => {
                out.push_str(&format!("{name}={quote}{value}{quote}"));
            }
            Attribute::Bare(value) if value.contains("//") => {}
            Attribute::Bare(value) => out.push_str(value),
        }
    }
    out
}

/// Whether an attribute holds an address: by its name, or because it looks like one.
fn is_address(name: &str, value: &str) -> bool {
    let name = name.trim().to_ascii_uppercase();
    ADDRESS_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || value.contains("://")
        || value.starts_with('/')
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
    fn addresses_are_sealed_however_they_are_quoted() {
        for line in [
            "#EXT-X-KEY:METHOD=AES-128,URI=/live/u/p/k.bin,IV=0x1",
            "#EXT-X-KEY:METHOD=AES-128,URI='/live/u/p/k.bin'",
            "#EXT-X-MAP:URI = \"/live/u/p/init.mp4\"",
            "#EXT-X-DATERANGE:ID=\"x\",X-COM-URL=\"/live/u/p/y.ts\"",
            "#EXT-X-SESSION-DATA:DATA-ID=\"a\",VALUE=\"//prov.example/live/u/p/x\"",
            "#EXTINF:4,u:p /live/u/p/x",
            "#EXT-X-ODD://prov.example/live/u/p/x",
        ] {
            let out = rewritten(line);
            let shown = out
                .replace("<http://cdn.example/live/u/p/", "<")
                .replace("<http://prov.example/live/u/p/", "<");
            assert!(!shown.contains("u/p") && !shown.contains("u:p"), "{out}");
        }
    }

    #[test]
    fn other_tags_pass_unchanged() {
        for line in [
            "#EXT-X-SOMETHING-NEW:VALUE=\"a, b\",OTHER=1\n",
            "#EXT-X-VERSION:3\n",
            "#EXT-X-BYTERANGE:720@0\n",
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:00.000Z\n",
            "#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS=\"avc1.4d401f,mp4a.40.2\",RESOLUTION=1280x720\n",
            "#EXT-X-DISCONTINUITY\n",
        ] {
            assert_eq!(rewritten(line), line);
        }
    }

    #[test]
    fn addresses_at_unusual_places_reach_nobody() {
        assert_eq!(
            rewritten(
                "#EXTM3U\n# made by http://user:pw@p.example/\n#EXTINF:6.0,From http://p.example/x now\na.ts\n\
                 #EXT-X-ODD:URL=http://p.example/x,B=1,C=\"https://p.example/y\",D=\"c\"\n"
            ),
            "#EXTM3U\n#EXTINF:6.0,\n<http://cdn.example/live/one/a.ts>\n\
             #EXT-X-ODD:URL=\"<http://p.example/x>\",B=1,C=\"<https://p.example/y>\",D=\"c\"\n"
        );
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
}
