//! The content of a STRM file: one URL and one line end, nothing else, since players take little more.

use std::fmt::Write;

use url::Url;

/// The file's content. What a player would stumble over is percent-encoded: spaces, letters beyond ASCII, quotes, bars.
pub fn contents(url: &str) -> String {
    let mut text = encoded(url.trim());
    text.push('\n');
    text
}

fn encoded(url: &str) -> String {
    if !host(url).is_ascii()
        && let Ok(parsed) = Url::parse(url)
    {
        return encoded(parsed.as_str());
    }
    let mut text = String::with_capacity(url.len() + 8);
    for byte in url.bytes() {
        match byte {
            b' ' | b'"' | b'<' | b'>' | b'`' | b'|' | b'\\' | b'^' | b'{' | b'}' | 0..=31 | 127.. => {
                let _ = write!(text, "%{byte:02X}");
            }
            _ => text.push(byte as char),
        }
    }
    text
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_one_encoded_url_and_one_line_end() {
        assert_eq!(contents("http://h/a.ts"), "http://h/a.ts\n");
        assert_eq!(
            contents(" http://h/My Film.mp4?x=\"é\"%20 "),
            "http://h/My%20Film.mp4?x=%22%C3%A9%22%20\n"
        );
        assert_eq!(contents("http://h/a|b"), "http://h/a%7Cb\n");
        assert_eq!(contents("http://u:p@[::1]:8080/a"), "http://u:p@[::1]:8080/a\n");
    }

    #[test]
    fn a_host_beyond_ascii_is_written_in_its_ascii_form() {
        assert_eq!(
            contents("http://bücher.example/é"),
            "http://xn--bcher-kva.example/%C3%A9\n"
        );
    }
}
