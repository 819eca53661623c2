//! What is equal where two entries may be one: hashes of more and less of the identity.

use super::{country::Country, hash::Hash64, identity::Identity, language, loose, skeleton, vocabulary};
use crate::features::catalogue::quality::Tier;

/// The keys of an entry; a key that says nothing is zero.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keys {
    /// Of the identity with feed, shift, language and place, without the country.
    pub(super) exact: u64,
    /// Of the cleaned tvg-id.
    pub(super) tvg: u64,
    /// Of the telling words: in order, and sorted.
    pub(super) loose: [u64; 2],
    /// Under which nearly equal names are looked for: by initials, by sound, by acronym.
    pub(super) near: [u64; 3],
}

impl Keys {
    /// The keys of an identity; `places` are countries of prefix and suffix that are not the entry's own.
    pub(super) fn of(
        identity: &Identity,
        country: Option<Country>,
        places: [Option<Country>; 2],
        tvg_id: Option<&str>,
    ) -> Keys {
        if identity.words.is_empty() {
            return Keys::default();
        }
        let telling = loose::telling_words(&identity.words, country);
        let base = features(identity, identity.language, places);
        Keys {
            exact: exact(base, &identity.words),
            tvg: tvg_id.map_or(0, tvg),
            loose: [
                in_order(base, &telling),
                sorted(features(identity, None, places), &telling, identity.language),
            ],
            near: if identity.is_station() {
                [0; 3]
            } else {
                near(base, &identity.words, &telling)
            },
        }
    }

    pub(super) fn all(&self) -> [u64; 7] {
        let ([in_order, sorted], [initials, sound, acronym]) = (self.loose, self.near);
        [self.exact, self.tvg, in_order, sorted, initials, sound, acronym]
    }
}

/// What must agree before words are compared.
fn features(identity: &Identity, language: Option<&str>, places: [Option<Country>; 2]) -> Hash64 {
    let mut hash = Hash64::new();
    hash.byte(identity.feed as u8);
    hash.byte(identity.shift as u8);
    hash.text(language.unwrap_or_default());
    for place in &places {
        hash.byte(0);
        hash.text(place.as_ref().map_or("", |country| country.code()));
    }
    hash.byte(0);
    hash
}

fn exact(mut hash: Hash64, words: &str) -> u64 {
    spell(&mut hash, words.split(' '));
    hash.finish()
}

fn in_order(base: Hash64, words: &[&str]) -> u64 {
    let mut hash = base.tagged(1);
    let number = words.last().and_then(|last| vocabulary::glued_number(last));
    match (number, words.split_last()) {
        (Some((stem, number)), Some((_, rest))) => {
            spell(&mut hash, rest.iter().copied().chain([stem, number]))
        }
        _ => spell(&mut hash, words.iter().copied()),
    }
    hash.finish()
}

/// Words in any order; a language is a word here, wherever it stands.
fn sorted(base: Hash64, words: &[&str], language: Option<&str>) -> u64 {
    let plain = words.iter().map(|word| language::of_name(word).unwrap_or(word));
    let mut words: Vec<&str> = plain.chain(language).collect();
    words.sort_unstable();
    let mut hash = base.tagged(2);
    for word in words {
        hash.text(word);
        hash.byte(b' ');
    }
    hash.finish()
}

/// By the first letters of the words, by their consonants, by a word that may be an acronym or the letters of one.
fn near(base: Hash64, whole: &str, words: &[&str]) -> [u64; 3] {
    let named = words.iter().filter(|word| !is_number(word)).count();
    let skeleton = skeleton::of(words);
    let consonants = skeleton.bytes().filter(u8::is_ascii_alphabetic).count();
    [
        if named >= 2 { initials(base, words) } else { 0 },
        if consonants >= 2 {
            text(base.tagged(4), &skeleton)
        } else {
            0
        },
        acronym(whole, words).map_or(0, |letters| text(base.tagged(5), &letters)),
    ]
}

fn initials(base: Hash64, words: &[&str]) -> u64 {
    let mut hash = base.tagged(3);
    for word in words {
        let end = if is_number(word) {
            word.len()
        } else {
            word.chars().next().map_or(0, char::len_utf8)
        };
        hash.text(&word[..end]);
    }
    hash.finish()
}

fn acronym(whole: &str, words: &[&str]) -> Option<String> {
    let fits = |length: usize| (3..=6).contains(&length);
    match words {
        [single] if fits(single.len()) => Some((*single).to_owned()),
        _ if whole.split(' ').any(is_number) || !fits(whole.split(' ').count()) => None,
        _ => Some(whole.split(' ').filter_map(|word| word.chars().next()).collect()),
    }
}

fn text(mut hash: Hash64, text: &str) -> u64 {
    hash.text(text);
    hash.finish()
}

/// Words run together, because spacing is no difference; but two numbers stay two.
fn spell<'a>(hash: &mut Hash64, words: impl Iterator<Item = &'a str>) {
    let mut after_digit = false;
    for word in words {
        if after_digit && is_number(word) {
            hash.byte(b'_');
        }
        after_digit = word.ends_with(char::is_numeric);
        hash.text(word.trim_start_matches(loose::EDITION));
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(char::is_numeric)
}

/// `Russia24.ru@SD` and `russia24.ru` are one id; `BBCNews.uk@Africa` is another.
fn tvg(id: &str) -> u64 {
    let lower = id.to_lowercase();
    let plain = match lower.split_once('@') {
        Some((plain, feed)) if Tier::from_word(feed).is_some() => plain,
        _ => &lower,
    };
    text(Hash64::new().tagged(6), plain)
}
