//! Text from strangers, made fit to be shown: no control or direction characters, single spaces, bounded length.

use std::borrow::Cow;

/// Cleans a text and cuts it to `max_chars` characters, not inside a letter with its marks. Borrows what is clean.
pub fn clean(text: &str, max_chars: usize) -> Cow<'_, str> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    if is_clean(text) && (text.len() <= max_chars || text.chars().nth(max_chars).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len().min(max_chars * 4));
    let mut count = 0;
    let mut space = false;
    let mut last_start = 0;
    for c in text.chars().filter(|c| c.is_whitespace() || !is_invisible(*c)) {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        let needed = 1 + usize::from(space);
        if count + needed > max_chars {
            if extends(c) && !space {
                cleaned.truncate(last_start);
            }
            break;
        }
        if std::mem::take(&mut space) {
            cleaned.push(' ');
        }
        if !extends(c) {
            last_start = cleaned.len();
        }
        cleaned.push(c);
        count += needed;
    }
    cleaned.truncate(cleaned.trim_end().len());
    Cow::Owned(cleaned)
}

/// Cuts a text to `max_bytes`, not inside a letter with its marks, and without a space at the end.
pub fn cut(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let mut end = text.floor_char_boundary(max_bytes);
    while end > 0 && text[end..].starts_with(extends) {
        end = text.floor_char_boundary(end - 1);
    }
    text[..end].trim_end()
}

/// Characters that show nothing or change what others show: controls, direction marks, zero-width spaces.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        )
}

fn is_clean(text: &str) -> bool {
    let mut after_space = false;
    for byte in text.bytes() {
        if !(0x20..0x7f).contains(&byte) {
            return is_clean_slow(text);
        }
        if byte == b' ' && after_space {
            return false;
        }
        after_space = byte == b' ';
    }
    true
}

fn is_clean_slow(text: &str) -> bool {
    let mut after_space = false;
    text.chars().all(|c| {
        let doubled = c == ' ' && after_space;
        after_space = c == ' ';
        !doubled && (c == ' ' || !c.is_whitespace()) && !is_invisible(c)
    })
}

/// Whether a character belongs to the letter before it.
fn extends(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
        || matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Decodes the few character references that playlists made from web pages hold: `&amp;`, `&quot;`, `&#39;`…
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    const ENTITIES: [(&str, &str); 8] = [
        ("&amp;", "&"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#039;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
    ];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let (entity, character) = found.unwrap_or(&("&", "&"));
        decoded.push_str(character);
        rest = &rest[entity.len()..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_text_is_borrowed() {
        assert!(matches!(clean("BBC One HD", 255), Cow::Borrowed("BBC One HD")));
        assert!(matches!(clean("Télé Liège", 255), Cow::Borrowed("Télé Liège")));
    }

    #[test]
    fn controls_and_direction_marks_go_and_spaces_are_single() {
        assert_eq!(clean(" A\0B \u{202e}C\t\tD\u{a0} E\u{200f} ", 255), "AB C D E");
    }

    #[test]
    fn a_long_text_is_cut_at_a_letter_with_its_marks() {
        assert_eq!(clean(&"x".repeat(300), 255).chars().count(), 255);
        assert_eq!(clean("abce\u{301}", 4), "abc");
        assert_eq!(cut("abce\u{301}", 5), "abc");
        assert_eq!(cut("ab cd", 3), "ab");
    }

    #[test]
    fn a_joiner_inside_a_word_stays() {
        assert_eq!(clean("می\u{200c}خواهم", 255), "می\u{200c}خواهم");
    }

    #[test]
    fn character_references_are_decoded_once() {
        assert_eq!(decode_entities("A&amp;E &amp;lt; R&B"), "A&E &lt; R&B");
    }
}
