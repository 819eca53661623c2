//! Writing M3U strictly: UTF-8 without a mark, LF, one line of attributes and one address an entry.
//!
//! What is written is a *draft*: the address of every entry and of its logo begins with [`LINK_MARK`], where [`Filling`]
//! puts the base address and the token of whoever asks. So one draft serves everybody.

use memchr::memchr;

/// Stands in a draft for `<base URL>/stream/<token>`; no text of an entry can hold it.
pub const LINK_MARK: u8 = 0;
/// Stands in a draft for the address of the guide.
pub const GUIDE_MARK: u8 = 1;

/// One entry of a playlist.
#[derive(Debug, Clone, Default)]
pub struct Entry<'e> {
    /// The path behind the token, such as `channel/7`.
    pub path: &'e str,
    pub name: &'e str,
    /// What is put behind the name, such as ` [1080p]`.
    pub label: &'e str,
    pub tvg_id: &'e str,
    /// As players show it, such as `2` or `2.1`; empty if there is none.
    pub number: &'e str,
    /// The path of the logo behind the token, such as `logo/7/1f0c.jpg`; empty if there is none.
    pub logo: &'e str,
    pub group: &'e str,
}

/// Begins a playlist.
pub fn write_header(out: &mut Vec<u8>) {
    out.extend_from_slice(b"#EXTM3U url-tvg=\"");
    out.push(GUIDE_MARK);
    out.extend_from_slice(b"\" x-tvg-url=\"");
    out.push(GUIDE_MARK);
    out.extend_from_slice(b"\"\n");
}

/// Adds an entry; attributes without a value are left out, since players read them as values.
pub fn write_entry(out: &mut Vec<u8>, entry: &Entry<'_>) {
    out.extend_from_slice(b"#EXTINF:-1");
    let name = [entry.name, entry.label];
    for (key, value) in [
        ("tvg-id", &[entry.tvg_id][..]),
        ("tvg-name", &name[..]),
        ("tvg-chno", &[entry.number]),
        ("tvg-logo", &[entry.logo]),
        ("group-title", &[entry.group]),
    ] {
        if value.iter().all(|part| part.is_empty()) {
            continue;
        }
        let is_link = key == "tvg-logo";
        out.push(b' ');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"=\"");
        if is_link {
            out.extend_from_slice(&[LINK_MARK, b'/']);
        }
        value.iter().for_each(|part| push_clean(out, part, true));
        out.push(b'"');
    }
    out.push(b',');
    name.iter().for_each(|part| push_clean(out, part, false));
    out.push(b'\n');
    out.push(LINK_MARK);
    out.push(b'/');
    push_clean(out, entry.path, false);
    out.push(b'\n');
}

/// Text without what would end a line or an attribute: control characters become spaces, double quotes single ones.
fn push_clean(out: &mut Vec<u8>, text: &str, quoted: bool) {
    out.extend(text.bytes().map(|byte| match byte {
        0..32 | 127 => b' ',
        b'"' if quoted => b'\'',
        byte => byte,
    }));
}

/// Puts the addresses of one asker into a draft, piece by piece.
#[derive(Debug, Clone)]
pub struct Filling {
    link: Vec<u8>,
    guide: Vec<u8>,
}

impl Filling {
    /// `base_url` without a slash at its end, such as `http://tv.home:8080`.
    pub fn new(base_url: &str, token: &str) -> Self {
        Self {
            link: format!("{base_url}/stream/{token}").into_bytes(),
            guide: format!("{base_url}/xmltv.xml?token={token}").into_bytes(),
        }
    }

    /// The filled text of one piece of a draft; pieces may be cut anywhere.
    pub fn fill(&self, draft: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(draft.len() * 2);
        let mut rest = draft;
        while let Some(at) = memchr::memchr2(LINK_MARK, GUIDE_MARK, rest) {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(if rest[at] == LINK_MARK {
                &self.link
            } else {
                &self.guide
            });
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
        out
    }
}

/// Whether `text` is free of the marks of a draft.
pub fn is_plain(text: &[u8]) -> bool {
    memchr(LINK_MARK, text).is_none() && memchr(GUIDE_MARK, text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(entry: &Entry<'_>) -> String {
        let mut draft = Vec::new();
        write_entry(&mut draft, entry);
        String::from_utf8(Filling::new("http://tv.home:8080", "T0ken").fill(&draft)).unwrap()
    }

    #[test]
    fn an_entry_is_two_lines_with_its_attributes_and_link() {
        let entry = Entry {
            path: "channel/7",
            name: "One, Two & Three",
            label: " [1080p]",
            tvg_id: "one.uk",
            number: "2.1",
            logo: "logo/7/1f0c.jpg",
            group: "News",
        };
        assert_eq!(
            written(&entry),
            "#EXTINF:-1 tvg-id=\"one.uk\" tvg-name=\"One, Two & Three [1080p]\" tvg-chno=\"2.1\" \
             tvg-logo=\"http://tv.home:8080/stream/T0ken/logo/7/1f0c.jpg\" group-title=\"News\",One, Two & Three [1080p]\n\
             http://tv.home:8080/stream/T0ken/channel/7\n"
        );
    }

    #[test]
    fn quotes_and_line_ends_cannot_leave_their_place() {
        let entry = Entry {
            path: "channel/7",
            name: "A\"B\r\nhttp://evil\0\u{1}",
            group: "x\" y=\"z",
            ..Entry::default()
        };
        let text = written(&entry);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert_eq!(text.matches("http://tv.home:8080").count(), 1);
        assert!(text.contains("group-title=\"x' y='z\""), "{text}");
        assert!(text.contains(",A\"B  http://evil  \n"), "{text}");
    }

    #[test]
    fn attributes_without_value_are_left_out() {
        let text = written(&Entry {
            path: "channel/7",
            name: "A",
            ..Entry::default()
        });
        assert_eq!(
            text,
            "#EXTINF:-1 tvg-name=\"A\",A\nhttp://tv.home:8080/stream/T0ken/channel/7\n"
        );
    }

    #[test]
    fn a_draft_can_be_filled_in_pieces_of_any_size() {
        let mut draft = Vec::new();
        write_header(&mut draft);
        for path in ["channel/1", "channel/2"] {
            write_entry(
                &mut draft,
                &Entry {
                    path,
                    name: "Ä",
                    ..Entry::default()
                },
            );
        }
        let filling = Filling::new("http://h", "t");
        let whole = filling.fill(&draft);
        assert!(is_plain(&whole));
        for size in 1..draft.len() {
            let pieces: Vec<u8> = draft.chunks(size).flat_map(|piece| filling.fill(piece)).collect();
            assert_eq!(pieces, whole);
        }
    }
}
