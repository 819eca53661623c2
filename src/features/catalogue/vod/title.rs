//! Titles and years out of names.

use std::borrow::Cow;

use super::decoration::{is_decoration, is_edge, without_prefix, without_quality, without_release};

/// The first year that a film can be of.
const FIRST_YEAR: u16 = 1900;

/// Whether a text names anything.
pub(super) fn is_title(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// Whether what stands before a numbering is only a tag, as in "FR - S01E02".
pub(super) fn is_only_a_tag(before: &str) -> bool {
    let text = before.trim();
    let word = text.trim_matches(|c: char| is_edge(c) || matches!(c, '[' | ']' | '(' | ')'));
    word.len() < text.len() && is_decoration(word)
}

/// Title and year of a name that ends with "(YYYY)", quality and languages behind it aside.
pub(super) fn with_year_at_end(name: &str, this_year: u16) -> Option<(String, u16)> {
    let (before, year) = year_at_end(without_release(name), this_year)?;
    let title = plain(before);
    is_title(&title).then_some((title, year))
}

/// A film's title and year, the year anywhere in brackets, behind a dash, or as a word of a release name.
pub(super) fn film(name: &str, this_year: u16) -> (String, Option<u16>) {
    if let Some((title, year)) = with_year_at_end(name, this_year) {
        return (title, Some(year));
    }
    let spaced = spaced(name);
    let found = year_inside(&spaced, this_year)
        .or_else(|| year_after_dash(&spaced, this_year))
        .or_else(|| {
            matches!(spaced, Cow::Owned(_))
                .then(|| year_word(&spaced, this_year))
                .flatten()
        });
    if let Some((title, year)) = found.filter(|(title, _)| is_title(title)) {
        return (title, Some(year));
    }
    (or_unnamed(plain(&spaced), name), None)
}

/// A series' title and year from what stands before the numbering.
pub(super) fn series(before: &str, this_year: u16) -> (String, Option<u16>) {
    let spaced = spaced(before);
    match year_at_end(without_release(&spaced), this_year) {
        Some((title, year)) if is_title(&plain(title)) => (plain(title), Some(year)),
        _ => (plain(&spaced), None),
    }
}

/// An episode's title from what stands behind the numbering.
pub(super) fn episode(after: &str) -> Option<String> {
    let spaced = spaced(after);
    let title =
        without_release(spaced.trim_start_matches(|c: char| is_edge(c) || matches!(c, '.' | ')' | ']')));
    Some(title.trim_end_matches('.').trim().to_owned()).filter(|title| is_title(title))
}

/// A title without decoration on either side, or as it is if nothing else is left.
fn plain(text: &str) -> String {
    let stripped = without_quality(without_prefix(text));
    let text = if is_title(stripped) { stripped } else { text };
    let text = text
        .trim_matches(is_edge)
        .trim_end_matches(['.', '(', '['])
        .trim_matches(is_edge);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn or_unnamed(title: String, name: &str) -> String {
    if title.contains(char::is_alphanumeric) {
        return title;
    }
    let name = name.trim();
    if name.is_empty() {
        "Unnamed".to_owned()
    } else {
        name.to_owned()
    }
}

fn year_at_end(name: &str, this_year: u16) -> Option<(&str, u16)> {
    let name = name.trim_end();
    let inner = name.strip_suffix([')', '）'])?;
    let digits = inner.get(inner.len().checked_sub(4)?..)?;
    let before = inner[..inner.len() - 4].strip_suffix(['(', '（'])?;
    Some((before, year(digits, this_year)?))
}

fn year_inside(name: &str, this_year: u16) -> Option<(String, u16)> {
    name.rmatch_indices(['(', '[']).find_map(|(at, _)| {
        let found = year(name.get(at + 1..at + 5)?, this_year)?;
        let after = name
            .get(at + 6..)
            .filter(|_| matches!(name.as_bytes().get(at + 5), Some(b')' | b']')))?;
        Some((plain(&format!("{} {}", plain(&name[..at]), after)), found))
    })
}

fn year_after_dash(name: &str, this_year: u16) -> Option<(String, u16)> {
    let (title, digits) = without_release(name).rsplit_once(" - ")?;
    Some((plain(title), year(digits.trim(), this_year)?))
}

/// The last word of a release name that is a year and has a title before it.
fn year_word(name: &str, this_year: u16) -> Option<(String, u16)> {
    name.rmatch_indices(' ').find_map(|(at, _)| {
        let word = name[at + 1..].split(' ').next()?;
        Some((plain(&name[..at]), year(word, this_year)?))
    })
}

fn year(digits: &str, this_year: u16) -> Option<u16> {
    let is_number = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let year = is_number.then(|| digits.parse().ok()).flatten()?;
    (FIRST_YEAR..=this_year.saturating_add(1))
        .contains(&year)
        .then_some(year)
}

/// `The.Matrix.1999` with spaces; a name that has spaces, or only letters between dots, stays.
fn spaced(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    let dots = name.bytes().filter(|byte| matches!(byte, b'.' | b'_')).count();
    let has_word = name.split(['.', '_']).any(|word| word.chars().count() >= 3);
    if dots >= 2 && has_word && !name.contains(char::is_whitespace) {
        Cow::Owned(name.replace(['.', '_'], " "))
    } else {
        Cow::Borrowed(name)
    }
}
