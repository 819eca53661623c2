//! File and folder names that are safe on every file system, and different from one another on every one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::support::clean::{cut, is_invisible};

/// What most file systems take for one name.
pub const MAX_BYTES: usize = 255;

/// Names that DOS gives to devices, with any extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// A name for one folder or file, without extension: no character that any file system refuses, no dot or space at
/// either end, no device, at most [`MAX_BYTES`] bytes, composed Unicode; the fallback where nothing is left.
pub fn safe_name(text: &str, fallback: &str) -> String {
    let name = safe(text);
    if name.is_empty() { safe(fallback) } else { name }
}

/// A file name of a safe stem and a suffix such as ` (2019).strm`; the stem is cut where both do not fit.
pub fn file_name(stem: &str, suffix: &str) -> String {
    fitted(stem, suffix, MAX_BYTES)
}

/// A safe name and a suffix in at most so many bytes; the room that is missing is taken from the name.
pub fn fitted(name: &str, suffix: &str, max_bytes: usize) -> String {
    let name = cut(name, max_bytes.saturating_sub(suffix.len()));
    format!("{}{suffix}", name.trim_end_matches(['.', ' ']))
}

/// `Title (2019)`, the year once even if the title holds it already.
pub fn titled(title: &str, year: Option<u16>) -> String {
    let name = safe_name(title, "Unnamed");
    match year.map(|year| format!(" ({year})")) {
        Some(suffix) if !name.ends_with(&suffix) => file_name(&name, &suffix),
        _ => name,
    }
}

/// A name as case-, accent- and width-blind file systems and people compare it.
pub fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    if name.is_ascii() {
        folded.push_str(name);
        folded.make_ascii_lowercase();
        return folded;
    }
    for c in name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        match c {
            'ß' => folded.push_str("ss"),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            c => folded.push(c),
        }
    }
    folded
}

fn safe(text: &str) -> String {
    let text = text.trim_start_matches(|c: char| matches!(c, '.' | '/' | '\\') || c.is_whitespace());
    let mut name = String::with_capacity(text.len());
    let mut characters = text
        .nfc()
        .filter(|c| c.is_whitespace() || !is_invisible(*c))
        .peekable();
    while let Some(c) = characters.next() {
        match c {
            ':' if characters.peek().is_some_and(|next| next.is_whitespace()) && !name.is_empty() => {
                push_space(&mut name);
                name.push('-');
            }
            ':' | '/' | '\\' | '|' => name.push('-'),
            '"' => name.push('\''),
            '<' | '>' | '?' | '*' => {}
            c if c.is_whitespace() => push_space(&mut name),
            c => name.push(c),
        }
    }
    let is_edge = |c: char| c == '.' || c.is_whitespace();
    let name = name.trim_matches(is_edge);
    let name = cut(name, MAX_BYTES).trim_end_matches(is_edge);
    // Only signs that stood for separators: such a name says nothing and may be all that is left of "../..".
    if name.chars().all(|c| matches!(c, '-' | '.' | ' ' | '\'')) && !text.contains(['-', '\'']) {
        return String::new();
    }
    without_device(name)
}

fn push_space(name: &mut String) {
    if !name.ends_with(' ') {
        name.push(' ');
    }
}

fn without_device(name: &str) -> String {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let numbered = |prefix: &str| {
        let rest = stem
            .get(..3)
            .filter(|head| head.eq_ignore_ascii_case(prefix))
            .and_then(|_| stem.get(3..));
        rest.is_some_and(|rest| {
            rest.chars().count() == 1 && rest.starts_with(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
        })
    };
    let is_device =
        DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) || numbered("COM") || numbered("LPT");
    if is_device {
        format!("{stem}_{}", &name[stem.len()..])
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_file_systems_refuse() {
        for (text, name) in [
            ("ESPN", "ESPN"),
            ("AC/DC: Live", "AC-DC - Live"),
            ("12:30", "12-30"),
            ("What? <b>\"Now\"</b>*", "What b'Now'-b"),
            ("a\\b|c", "a-b-c"),
            ("../../etc/passwd", "etc-passwd"),
            ("Trailing dots... ", "Trailing dots"),
            (".hidden", "hidden"),
            ("A\0B\u{202e}C\nD", "ABC D"),
            ("e\u{301}", "é"),
            ("CON", "CON_"),
            ("con.txt", "con_.txt"),
            ("Com1", "Com1_"),
            ("LPT\u{b9}", "LPT\u{b9}_"),
            ("Console", "Console"),
            ("COM10", "COM10"),
            ("nul ", "nul_"),
            ("日本テレビ", "日本テレビ"),
        ] {
            assert_eq!(safe_name(text, "Unnamed"), name, "{text}");
        }
    }

    #[test]
    fn a_name_of_which_nothing_is_left_is_the_fallback() {
        for text in [
            "", " ", "..", ".", "...", "../..", "/", "\\", "???", "\u{202e}", "\0", "<>", ": :",
        ] {
            assert_eq!(safe_name(text, "Unnamed"), "Unnamed", "{text:?}");
        }
    }

    #[test]
    fn a_name_fits_with_its_suffix_and_is_cut_between_letters() {
        let name = safe_name(&"日".repeat(300), "x");
        assert_eq!(name.len(), 255);
        let file = file_name(&name, " (2019).strm");
        assert!(file.len() <= 255 && file.ends_with("日 (2019).strm"));
        assert_eq!(file_name("a.", ".strm"), "a.strm");
    }

    #[test]
    fn a_year_stands_once() {
        assert_eq!(titled("Heat", Some(1995)), "Heat (1995)");
        assert_eq!(titled("Heat (1995)", Some(1995)), "Heat (1995)");
        assert_eq!(titled("Heat", None), "Heat");
        assert_eq!(titled("..", Some(2019)), "Unnamed (2019)");
        let long = titled(&"x".repeat(300), Some(2019));
        assert!(long.len() == 255 && long.ends_with("x (2019)"));
    }

    #[test]
    fn names_fold_as_file_systems_compare() {
        assert_eq!(folded("ÉLITE"), folded("e\u{301}lite"));
        assert_eq!(folded("ＡＢＣ"), folded("abc"));
        assert_eq!(folded("Straße"), folded("STRASSE"));
        assert_ne!(folded("A+"), folded("A"));
    }
}
