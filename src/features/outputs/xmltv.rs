//! Writing XMLTV in the order of its DTD: a draft as in [`m3u`](super::m3u), whose links a filling completes.

use super::m3u::LINK_MARK;

/// One channel of a guide.
#[derive(Debug, Clone, Copy)]
pub struct GuideChannel<'c> {
    pub id: &'c str,
    pub name: &'c str,
    /// As players show it; empty if there is none. Some servers read it from a display name.
    pub number: &'c str,
    /// As in a playlist.
    pub logo: &'c str,
}

/// Begins a guide.
pub fn write_header(out: &mut Vec<u8>) {
    out.extend_from_slice(
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n",
    );
    out.extend_from_slice(b"<tv generator-info-name=\"M3U-STRM-Processor\">\n");
}

/// Adds a channel; all channels stand before any programme.
pub fn write_channel(out: &mut Vec<u8>, channel: &GuideChannel<'_>) {
    out.extend_from_slice(b"  <channel id=\"");
    push_escaped(out, channel.id);
    out.extend_from_slice(b"\">\n    <display-name>");
    push_escaped(out, channel.name);
    out.extend_from_slice(b"</display-name>\n");
    if !channel.number.is_empty() {
        out.extend_from_slice(b"    <display-name>");
        push_escaped(out, channel.number);
        out.extend_from_slice(b"</display-name>\n");
    }
    if !channel.logo.is_empty() {
        out.extend_from_slice(b"    <icon src=\"");
        out.extend_from_slice(&[LINK_MARK, b'/']);
        push_escaped(out, channel.logo);
        out.extend_from_slice(b"\"/>\n");
    }
    out.extend_from_slice(b"  </channel>\n");
}

/// Ends a guide.
pub fn write_footer(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</tv>\n");
}

/// Text with markup escaped and without the characters that XML 1.0 forbids.
pub(super) fn push_escaped(out: &mut Vec<u8>, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '\n' | '\r' | '\t' => out.push(b' '),
            '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => {}
            character => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_its_name_then_its_number() {
        let mut out = Vec::new();
        write_header(&mut out);
        write_channel(
            &mut out,
            &GuideChannel {
                id: "one.uk",
                name: "One",
                number: "2",
                logo: "logo/7/1f0c.jpg",
            },
        );
        write_footer(&mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n\
             <tv generator-info-name=\"M3U-STRM-Processor\">\n  <channel id=\"one.uk\">\n\
             \x20   <display-name>One</display-name>\n    <display-name>2</display-name>\n\
             \x20   <icon src=\"\0/logo/7/1f0c.jpg\"/>\n  </channel>\n</tv>\n"
        );
    }

    #[test]
    fn markup_and_control_characters_in_names_stay_text() {
        let mut out = Vec::new();
        write_channel(
            &mut out,
            &GuideChannel {
                id: "\"><x",
                name: "</channel>\0\u{8}&\n",
                number: "",
                logo: "",
            },
        );
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("id=\"&quot;&gt;&lt;x\""), "{text}");
        assert!(
            text.contains("<display-name>&lt;/channel&gt;&amp; </display-name>"),
            "{text}"
        );
    }
}
