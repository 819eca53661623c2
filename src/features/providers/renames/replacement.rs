use std::ops::Range;

use regex::{Captures, Regex};

/// What takes the place of what a pattern finds: text with the groups of the pattern in it.
///
/// `$1`, `\1` and `${1}` are the first group, `$0` all that was found, `${name}` a group by its name, `$$` a dollar.
#[derive(Debug, Clone)]
pub(super) struct Replacement(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
}

impl Replacement {
    /// # Errors
    /// In a sentence for people, which of its groups the pattern lacks.
    pub fn new(written: &str, pattern: &Regex) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = written;
        while let Some(at) = rest.find(['$', '\\']) {
            push(&mut pieces, &rest[..at]);
            let (piece, length) = reference(&rest[at..], pattern)?;
            match piece {
                Piece::Text(text) => push(&mut pieces, &text),
                group @ Piece::Group(_) => pieces.push(group),
            }
            rest = &rest[at + length..];
        }
        push(&mut pieces, rest);
        Ok(Self(pieces))
    }

    /// Whether it needs to know more than where something was found.
    pub fn has_groups(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Group(_)))
    }

    pub fn push_text(&self, out: &mut String) {
        for piece in &self.0 {
            if let Piece::Text(text) = piece {
                out.push_str(text);
            }
        }
    }

    pub fn push_found(&self, found: &Captures<'_>, out: &mut String) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Group(group) => out.push_str(found.get(*group).map_or("", |group| group.as_str())),
            }
        }
    }
}

fn push(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// What stands at the beginning of `text`, which is a dollar or a backslash, and how long it is.
fn reference(text: &str, pattern: &Regex) -> Result<(Piece, usize), String> {
    let after = text.get(1..).unwrap_or_default();
    let digits = || {
        let end = after.find(|char: char| !char.is_ascii_digit());
        0..end.unwrap_or(after.len())
    };
    if text.starts_with("$$") {
        return Ok((Piece::Text("$".to_owned()), 2));
    }
    if let Some(braced) = text.strip_prefix("${")
        && let Some(end) = braced.find('}')
    {
        return Ok((Piece::Group(group(&braced[..end], pattern)?), end + 3));
    }
    match digits() {
        Range { end: 0, .. } => Ok((Piece::Text(text[..1].to_owned()), 1)),
        digits => Ok((
            Piece::Group(group(&after[digits.clone()], pattern)?),
            digits.end + 1,
        )),
    }
}

fn group(name: &str, pattern: &Regex) -> Result<usize, String> {
    let found = match name.parse::<usize>() {
        Ok(number) => Some(number).filter(|number| *number < pattern.captures_len()),
        Err(_) => pattern.capture_names().position(|known| known == Some(name)),
    };
    found.ok_or_else(|| {
        "The pattern has no such group: $1 is what its first pair of brackets finds, ${1} the same before a digit, $$ a dollar."
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(pattern: &str, written: &str, name: &str) -> Result<String, String> {
        let pattern = Regex::new(pattern).unwrap();
        let replacement = Replacement::new(written, &pattern)?;
        let mut out = String::new();
        if let Some(found) = pattern.captures(name) {
            replacement.push_found(&found, &mut out);
        }
        Ok(out)
    }

    #[test]
    fn groups_are_named_as_other_programs_do() {
        let pattern = "(?P<land>[A-Z]{2}): (.*)";
        for (written, told) in [
            ("$2 [$1]", "Sky [UK]"),
            (r"\2 [\1]", "Sky [UK]"),
            ("${2}1 ${land}", "Sky1 UK"),
            ("$2HD", "SkyHD"),
            ("$$5 $ \\x $", "$5 $ \\x $"),
            ("<$0>", "<UK: Sky>"),
            ("", ""),
            ("${2", "${2"),
            ("é$2é", "éSkyé"),
        ] {
            assert_eq!(
                replaced(pattern, written, "UK: Sky").as_deref(),
                Ok(told),
                "{written}"
            );
        }
    }

    #[test]
    fn a_group_that_is_not_there_is_refused() {
        for written in ["$3", r"\9", "${other}", "$99999999999999999999999", "${}"] {
            assert!(replaced("(a)(b)", written, "ab").is_err(), "{written}");
        }
    }
}
