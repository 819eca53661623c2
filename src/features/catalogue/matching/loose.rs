//! The identity once more with less in it: words that tell nothing apart are left out, so that what remains can be
//! compared where the exact identities differ.

use super::{country::Country, vocabulary};

/// Stands before the letter of an edition, which tells editions apart but not channels.
pub(super) const EDITION: char = '·';

/// The telling words of an identity, in order: `fox news` of `fox news channel`.
pub(super) fn telling_words(words: &str, country: Option<Country>) -> Vec<&str> {
    let all: Vec<&str> = words.split(' ').map(vocabulary::canonical).collect();
    let mut kept: Vec<&str> = all
        .iter()
        .copied()
        .filter(|word| !word.starts_with(EDITION))
        .collect();
    if let Some(country) = country {
        drop_own_country(&mut kept, country);
    }
    let telling: Vec<&str> = kept
        .iter()
        .copied()
        .filter(|word| !vocabulary::is_generic(word))
        .collect();
    if says_enough(&telling) { telling } else { kept }
}

/// `film 4 hu` in Hungary, `cbc news canada` in Canada: the end names the country that is known anyway.
fn drop_own_country(words: &mut Vec<&str>, country: Country) {
    while words.len() > 1 {
        let length = words.len();
        let last = words[length - 1];
        let last_two = words
            .get(length.saturating_sub(2)..)
            .map(|pair| pair.join(" "))
            .unwrap_or_default();
        let dropped = if is_country(last, country) {
            1
        } else if length > 2 && Country::from_folded_name(&last_two) == Some(country) {
            2
        } else {
            return;
        };
        let rest = &words[..length - dropped];
        let numbered = rest.iter().any(|word| word.starts_with(char::is_numeric)) && rest.len() > 1;
        if !says_enough(rest) && !numbered {
            return;
        }
        words.truncate(length - dropped);
        if words.len() > 2 && matches!(words[words.len() - 1], "de" | "del" | "du" | "of" | "do") {
            words.pop();
        }
    }
}

fn is_country(word: &str, country: Country) -> bool {
    if word.len() <= 3 {
        Country::from_code(word) == Some(country)
    } else {
        Country::from_folded_name(word) == Some(country) && word != "america"
    }
}

/// Digits and single letters alone are no name to compare.
fn says_enough(words: &[&str]) -> bool {
    let letters: usize = words
        .iter()
        .flat_map(|word| word.chars())
        .filter(|c| c.is_alphabetic())
        .count();
    letters >= 2
        && words.iter().any(|word| {
            !vocabulary::is_generic(word) && word.chars().filter(|c| c.is_alphabetic()).count() >= 2
        })
        || words
            .iter()
            .any(|word| word.chars().any(|c| c.is_alphabetic() && c > '\u{2e80}'))
}
