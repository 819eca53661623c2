//! What keeps two names apart, in words. Digits, shift, feed, language and distinguishing words must agree.

use super::{facts::Facts, loose::telling_words, skeleton, vocabulary};

/// Why two entries of one tvg-id are nevertheless two channels, if their names say so.
pub(super) fn plain(a: &Facts, b: &Facts) -> Option<&'static str> {
    if a.keys.exact == b.keys.exact {
        return None;
    }
    if let Some(feature) = features(a, b) {
        return Some(feature);
    }
    let (words_a, words_b) = (
        telling_words(&a.words, a.country),
        telling_words(&b.words, b.country),
    );
    if numbers(&words_a) != numbers(&words_b) {
        return Some("their numbers differ");
    }
    if distinguishing(&words_a) != distinguishing(&words_b) {
        return Some("a word of one names another channel");
    }
    (!are_related(&words_a, &words_b)).then_some("their names have nothing in common")
}

/// Feed, shift, language or country of the name differ.
pub(super) fn features(a: &Facts, b: &Facts) -> Option<&'static str> {
    if a.shift != b.shift {
        return Some("one is shifted in time");
    }
    if a.feed != b.feed {
        return Some("their feeds differ");
    }
    let languages = a.language.zip(b.language);
    if languages.is_some_and(|(a, b)| a != b) {
        return Some("their languages differ");
    }
    (a.foreign != b.foreign).then_some("their prefixes name different countries")
}

/// How many of a hundred letters two identities have in common.
pub(super) fn spelling(a: &Facts, b: &Facts) -> u8 {
    if a.words.len().max(b.words.len()) > 200 {
        return 0;
    }
    (strsim::normalized_damerau_levenshtein(&a.words, &b.words) * 100.0) as u8
}

/// Why two entries of different clusters are not one, in words.
pub(super) fn in_words(a: &Facts, b: &Facts, spelling: u8, threshold: u8) -> String {
    if let (Some(own), Some(other)) = (a.country, b.country)
        && own != other
    {
        return format!("its country is {other}, not {own}");
    }
    if let Some(feature) = features(a, b) {
        return feature.to_owned();
    }
    let (words_a, words_b) = (
        telling_words(&a.words, a.country),
        telling_words(&b.words, b.country),
    );
    if numbers(&words_a) != numbers(&words_b) {
        return "their numbers differ".to_owned();
    }
    let only_in = |these: &[&str], those: &[&str]| {
        these
            .iter()
            .find(|word| !those.contains(word))
            .map(|word| (*word).to_owned())
    };
    match (only_in(&words_a, &words_b), only_in(&words_b, &words_a)) {
        (Some(word), None) | (None, Some(word)) => format!("only one has \"{word}\""),
        (Some(_), Some(_)) if spelling < threshold => format!("likeness {spelling} is below {threshold}"),
        _ => "several channels fit equally well".to_owned(),
    }
}

fn numbers<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut numbers: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| word.starts_with(char::is_numeric))
        .collect();
    numbers.sort_unstable();
    numbers
}

fn distinguishing<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut found: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| vocabulary::is_distinguishing(word))
        .collect();
    found.sort_unstable();
    found
}

/// A common word, common sounds, another script, or the beginning of the other.
fn are_related(a: &[&str], b: &[&str]) -> bool {
    let is_latin = |words: &[&str]| words.iter().all(|word| word.is_ascii());
    if is_latin(a) != is_latin(b) {
        return true;
    }
    let common = a.iter().any(|word| word.chars().count() >= 3 && b.contains(word));
    let (run_a, run_b) = (a.concat(), b.concat());
    let begins = |short: &str, long: &str| short.chars().count() >= 3 && long.starts_with(short);
    let initials = |words: &[&str]| {
        words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect::<String>()
    };
    let stands_for = |short: &str, long: &[&str]| long.len() >= 2 && short.starts_with(&initials(long));
    let sounds = (skeleton::of(a), skeleton::of(b));
    common
        || begins(&run_a, &run_b)
        || begins(&run_b, &run_a)
        || stands_for(&run_a, b)
        || stands_for(&run_b, a)
        || (sounds.0.len() >= 3 && sounds.0 == sounds.1)
}
