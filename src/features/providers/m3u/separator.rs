//! Headings that panels put between channels: `##### SPORTS #####`, `=====> Pakistan <=====`.

/// A frame counts from this weight on each side.
const FRAME: u32 = 6;

/// Whether a name has no letter or digit outside a frame of symbols. What looks like a path is a hostile name, not a
/// heading.
pub(in crate::features::providers) fn is_separator(name: &str) -> bool {
    let Some(first) = name.find(char::is_alphanumeric) else {
        return !name.is_empty() && !is_path(name);
    };
    if first == 0 {
        return false;
    }
    let last = name.rfind(char::is_alphanumeric).unwrap_or(first);
    let tail = name[last..].chars().next().map_or(last, |c| last + c.len_utf8());
    weight(&name[..first]) >= FRAME && weight(&name[tail..]) >= FRAME
}

/// Rules are drawn with two signs, other frames with three; brackets, quotes and what ends a sentence frame nothing.
fn weight(edge: &str) -> u32 {
    edge.chars()
        .map(|c| match c {
            '=' | '#' | '-' | '_' | '~' | '–' | '—' | '\u{2500}'..='\u{259f}' => 3,
            '(' | ')' | '[' | ']' | '{' | '}' => 1,
            '"' | '\'' | '`' | '.' | ',' | ';' | '!' | '?' | '¡' | '¿' | '…' | '&' | '/' | '\\' | '%'
            | '$' => 0,
            c if c.is_whitespace() => 0,
            c if is_mark(c) => 0,
            _ => 2,
        })
        .sum()
}

/// Signs that belong to the letter before them.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}')
}

fn is_path(name: &str) -> bool {
    name.chars().all(|c| matches!(c, '.' | '/' | '\\' | ' '))
        && (name.len() <= 2 || name.contains(['/', '\\']))
}
