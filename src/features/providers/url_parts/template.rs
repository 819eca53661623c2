//! Writing a URL as a template and back.

use std::ops::Range;

use super::Slot;

/// Why a template cannot be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    #[error("the template has more placeholders than there are values")]
    TooFewValues,
    #[error("there are more values than the template has placeholders")]
    TooManyValues,
    #[error("the template names a placeholder that does not exist")]
    UnknownPlaceholder,
}

pub(super) fn build(url: &str, slots: impl Iterator<Item = (Slot, Range<usize>)>) -> String {
    let mut template = String::with_capacity(url.len() + 24);
    let mut at = 0;
    for (slot, range) in slots {
        push_literal(&mut template, &url[at..range.start]);
        template.push('{');
        template.push_str(slot.as_str());
        template.push('}');
        at = range.end;
    }
    push_literal(&mut template, &url[at..]);
    template
}

fn push_literal(template: &mut String, text: &str) {
    for (index, piece) in text.split('{').enumerate() {
        if index > 0 {
            template.push_str("{{");
        }
        template.push_str(piece);
    }
}

/// Fills a template with the values in the order of its placeholders.
pub fn join<'a>(template: &str, values: impl IntoIterator<Item = &'a str>) -> Result<String, JoinError> {
    let mut values = values.into_iter();
    let mut url = String::with_capacity(template.len() + 32);
    for piece in Pieces(template) {
        match piece? {
            Piece::Literal(text) => url.push_str(text),
            Piece::Slot(_) => url.push_str(values.next().ok_or(JoinError::TooFewValues)?),
        }
    }
    if values.next().is_some() {
        Err(JoinError::TooManyValues)
    } else {
        Ok(url)
    }
}

/// The slots of a template in order.
pub fn placeholders(template: &str) -> Result<Vec<Slot>, JoinError> {
    Pieces(template)
        .filter_map(|piece| match piece {
            Ok(Piece::Slot(slot)) => Some(Ok(slot)),
            Ok(Piece::Literal(_)) => None,
            Err(error) => Some(Err(error)),
        })
        .collect()
}

enum Piece<'a> {
    Literal(&'a str),
    Slot(Slot),
}

struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, JoinError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let brace = self.0.find('{').unwrap_or(self.0.len());
        if brace > 0 {
            let (text, rest) = self.0.split_at(brace);
            self.0 = rest;
            return Some(Ok(Piece::Literal(text)));
        }
        if let Some(rest) = self.0.strip_prefix("{{") {
            let text = &self.0[..1];
            self.0 = rest;
            return Some(Ok(Piece::Literal(text)));
        }
        let found = self.0[1..]
            .split_once('}')
            .and_then(|(word, rest)| Some((slot(word)?, rest)));
        Some(match found {
            Some((slot, rest)) => {
                self.0 = rest;
                Ok(Piece::Slot(slot))
            }
            None => {
                self.0 = "";
                Err(JoinError::UnknownPlaceholder)
            }
        })
    }
}

fn slot(word: &str) -> Option<Slot> {
    [Slot::Scheme, Slot::Host, Slot::User, Slot::Password, Slot::Token]
        .into_iter()
        .find(|slot| slot.as_str() == word)
}
