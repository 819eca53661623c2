//! What the matching of one stream needs to know, read once from its entry.

use std::borrow::Cow;

use super::{
    country::Country,
    hash::Hash64,
    identity::{self, Identity},
    loose, skeleton,
    vocabulary::{self, Feed},
};
use crate::features::catalogue::quality::{Tier, tier_from_name};

/// An entry as its provider wrote it. Empty texts count as absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Raw<'a> {
    pub name: &'a str,
    pub group: Option<&'a str>,
    pub tvg_id: Option<&'a str>,
    pub tvg_country: Option<&'a str>,
    /// The country where it is known for certain; it outranks what the name says.
    pub country: Option<&'a str>,
}

/// What is known of one stream: identity, country, feed, shift, language, tier.
#[derive(Debug, Clone)]
pub struct Facts {
    display: Box<str>,
    pub(super) words: Box<str>,
    /// Of the identity with feed, shift, language and place, without the country.
    pub(super) exact: u64,
    /// Of the telling words in order, and sorted.
    pub(super) loose: [u64; 2],
    /// Under which nearly equal names are looked for: by initials, by sound, by acronym; zero where that says nothing.
    pub(super) near: [u64; 3],
    /// Of the cleaned tvg-id; zero without one.
    pub(super) tvg: u64,
    pub(super) country: Option<Country>,
    /// The country of a prefix that contradicts the known one.
    pub(super) foreign: Option<Country>,
    pub(super) home: Option<Country>,
    pub(super) feed: Feed,
    pub(super) shift: i8,
    pub(super) language: Option<&'static str>,
    tier: Option<Tier>,
}

impl Facts {
    /// Reads an entry: cheap, and independent of all others.
    pub fn read(raw: &Raw) -> Facts {
        let name = without_entities(raw.name);
        let known = given(raw.country).and_then(known_country);
        let group = given(raw.group).and_then(country_of_group);
        let tvg_country = given(raw.tvg_country).and_then(only_country);
        let tvg_id =
            given(raw.tvg_id).filter(|id| !matches!(id.to_ascii_lowercase().as_str(), "none" | "null"));
        let hinted = group
            .or(tvg_country)
            .or_else(|| tvg_id.and_then(country_of_tvg_id));
        let identity = identity::read(&name, known.or(hinted));
        let country = known.or(identity.prefix).or(hinted).or(identity.suffix);
        let foreign = identity.prefix.filter(|prefix| Some(*prefix) != country);
        let place = identity.suffix.filter(|suffix| Some(*suffix) != country);
        let (loose, near) = loose_keys(&identity, country, foreign, place);
        Facts {
            loose,
            near,
            exact: exact_key(&identity, foreign, place),
            tvg: tvg_id.map_or(0, tvg_key),
            country,
            foreign,
            home: None,
            feed: identity.feed,
            shift: identity.shift,
            language: identity.language,
            tier: tier_from_name(&name),
            display: identity.display.into_boxed_str(),
            words: identity.words.into_boxed_str(),
        }
    }

    /// Says where the stream stood before: without a country of its own it stays there while that fits.
    pub fn at_home(mut self, country: Option<Country>) -> Facts {
        self.home = country;
        self
    }

    /// The identity without decoration in the name's own spelling: the channel's name if this stream is its best.
    pub fn display_name(&self) -> &str {
        &self.display
    }

    /// The country the entry states, if any.
    pub fn country(&self) -> Option<Country> {
        self.country
    }

    /// `East` or `West`, where the name says so.
    pub fn feed(&self) -> Option<&'static str> {
        match self.feed {
            Feed::None => None,
            Feed::East => Some("East"),
            Feed::West => Some("West"),
        }
    }

    /// Hours behind the plain channel; zero for that itself.
    pub fn shift_hours(&self) -> i8 {
        self.shift
    }

    /// The tier that the name states.
    pub fn tier(&self) -> Option<Tier> {
        self.tier
    }


    /// Two entries can be joined directly only if they share one of these; stable across runs and versions of a list.
    pub fn blocks(&self) -> impl Iterator<Item = u64> {
        [self.exact, self.tvg].into_iter().chain(self.loose).chain(self.near).filter(|&key| key != 0)
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn exact_key(identity: &Identity, foreign: Option<Country>, place: Option<Country>) -> u64 {
    let mut hash = features(identity, identity.language, foreign, place);
    spell(&mut hash, identity.words.split(' '));
    hash.finish()
}

fn loose_keys(
    identity: &Identity,
    country: Option<Country>,
    foreign: Option<Country>,
    place: Option<Country>,
) -> ([u64; 2], [u64; 3]) {
    let own = |language: &&str| country.is_some_and(|country| country.code().eq_ignore_ascii_case(language));
    let base = features(identity, identity.language.filter(|language| !own(language)), foreign, place);
    let mut words = loose::telling_words(&identity.words, country);
    let near = near_keys(base, &identity.words, &words);
    let mut in_order = base;
    in_order.byte(1);
    let number = words.last().and_then(|last| vocabulary::glued_number(last));
    if let (Some((stem, number)), Some((_, rest))) = (number, words.split_last()) {
        spell(&mut in_order, rest.iter().copied().chain([stem, number]));
    } else {
        spell(&mut in_order, words.iter().copied());
    }
    for word in &mut words {
        *word = vocabulary::language_name(word).unwrap_or(word);
    }
    words.extend(identity.language.filter(|language| !own(language)));
    words.sort_unstable();
    let mut sorted = features(identity, None, foreign, place);
    sorted.byte(2);
    words.iter().for_each(|word| {
        sorted.text(word);
        sorted.byte(b' ');
    });
    ([in_order.finish(), sorted.finish()], near)
}

fn near_keys(base: Hash64, all: &str, words: &[&str]) -> [u64; 3] {
    if all.starts_with("station ") {
        return [0; 3];
    }
    let is_digit = |word: &str| word.starts_with(|c: char| c.is_numeric());
    let mut initials = base;
    initials.byte(3);
    for word in words {
        if is_digit(word) {
            initials.text(word);
        } else if let Some(first) = word.chars().next() {
            initials.text(first.encode_utf8(&mut [0; 4]));
        }
    }
    let named = words.iter().filter(|word| !is_digit(word)).count();
    let skeleton = skeleton::of(words);
    let consonants = skeleton.bytes().filter(u8::is_ascii_alphabetic).count();
    let mut sound = base;
    sound.byte(4);
    sound.text(&skeleton);
    let mut acronym = base;
    acronym.byte(5);
    let parts: Vec<&str> = all.split(' ').collect();
    let mut has_acronym = false;
    if let [single] = words
        && (3..=6).contains(&single.len())
    {
        acronym.text(single);
        has_acronym = true;
    } else if (3..=6).contains(&parts.len()) && !parts.iter().any(|word| is_digit(word)) {
        for first in parts.iter().filter_map(|word| word.chars().next()) {
            acronym.text(first.encode_utf8(&mut [0; 4]));
        }
        has_acronym = true;
    }
    [
        if named >= 2 { initials.finish() } else { 0 },
        if consonants >= 2 { sound.finish() } else { 0 },
        if has_acronym { acronym.finish() } else { 0 },
    ]
}

/// Words run together, because spacing is no difference; but two numbers stay two.
fn spell<'a>(hash: &mut Hash64, words: impl Iterator<Item = &'a str>) {
    let mut last_is_digit = false;
    for word in words {
        let digit = word.starts_with(|c: char| c.is_numeric());
        if digit && last_is_digit {
            hash.byte(b'_');
        }
        last_is_digit = word.ends_with(|c: char| c.is_numeric());
        hash.text(word.trim_start_matches(loose::EDITION));
    }
}

/// What must agree before words are compared.
fn features(identity: &Identity, language: Option<&str>, foreign: Option<Country>, place: Option<Country>) -> Hash64 {
    let mut hash = Hash64::new();
    hash.byte(identity.feed as u8);
    hash.byte(identity.shift as u8);
    hash.text(language.unwrap_or_default());
    hash.byte(0);
    hash.text(foreign.as_ref().map_or("", |country| country.code()));
    hash.byte(0);
    hash.text(place.as_ref().map_or("", |country| country.code()));
    hash.byte(0);
    hash
}

/// `Russia24.ru@SD` and `russia24.ru` are one id; `BBCNews.uk@Africa` is another.
fn tvg_key(id: &str) -> u64 {
    let lower = id.to_lowercase();
    let plain = match lower.split_once('@') {
        Some((plain, feed)) if Tier::from_word(feed).is_some() => plain,
        _ => &lower,
    };
    let mut hash = Hash64::new();
    hash.text("tvg");
    hash.byte(0);
    hash.text(plain);
    hash.finish()
}

/// A country column holds codes, even those of places that are in no list.
fn known_country(text: &str) -> Option<Country> {
    Country::from_text(text).or_else(|| Country::from_two_letters(text))
}

/// `UK;IE` names no single country.
fn only_country(text: &str) -> Option<Country> {
    let mut countries = text
        .split([';', ',', '/'])
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .map(Country::from_text);
    let first = countries.next()??;
    countries.all(|other| other == Some(first)).then_some(first)
}

fn country_of_tvg_id(id: &str) -> Option<Country> {
    let plain = id.split('@').next().unwrap_or(id);
    let (_, suffix) = plain.rsplit_once('.')?;
    if suffix.len() != 2 || suffix.eq_ignore_ascii_case("tv") {
        None
    } else {
        Country::from_code(suffix)
    }
}

/// `UK | Sports`, `|DE| Kino`, `USA SPORTS`, `Germany`.
fn country_of_group(group: &str) -> Option<Country> {
    let head = group.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = head
        .find([':', '|', ']', ')', '┃', '▎', '/', ';', '»', '•', '★', '◉'])
        .unwrap_or(head.len());
    let segment = head[..end].trim();
    if let Some(country) = Country::from_text(segment) {
        return Some(country);
    }
    let first = segment.split([' ', '-', '_']).next()?;
    let common = matches!(
        first,
        "TV" | "AL"
            | "LA"
            | "EL"
            | "IN"
            | "AM"
            | "AS"
            | "IS"
            | "TO"
            | "NO"
            | "SO"
            | "MY"
            | "ME"
            | "BE"
            | "HD"
            | "SD"
    );
    let capitals = first.bytes().all(|b| b.is_ascii_uppercase());
    if capitals && first.len() <= 3 {
        return if common { None } else { Country::from_code(first) };
    }
    Country::from_text(first)
}

fn without_entities(name: &str) -> Cow<'_, str> {
    if !name.contains('&') || !name.contains(';') {
        return Cow::Borrowed(name);
    }
    let plain = name
        .replace("&amp;", "&")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'");
    Cow::Owned(
        plain
            .replace("&#039;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">"),
    )
}
