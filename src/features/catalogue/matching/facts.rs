//! What the matching of one stream needs to know, read once from its entry.

use std::borrow::Cow;

use super::{country::Country, identity, keys::Keys, origin, tie, vocabulary::Feed};
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
    pub(super) keys: Keys,
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
        let known = origin::known(raw);
        let tvg_id = origin::given(raw.tvg_id)
            .filter(|id| !matches!(id.to_ascii_lowercase().as_str(), "none" | "null"));
        let hinted = origin::hinted(raw, tvg_id);
        let identity = identity::read(&name, known.or(hinted));
        let country = known.or(identity.prefix).or(hinted).or(identity.suffix);
        let foreign = identity.prefix.filter(|prefix| Some(*prefix) != country);
        let place = identity.suffix.filter(|suffix| Some(*suffix) != country);
        Facts {
            keys: Keys::of(&identity, country, [foreign, place], tvg_id),
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

    /// Whether no letter or digit tells what the entry is: then it equals no other.
    pub fn is_nameless(&self) -> bool {
        self.words.is_empty()
    }

    /// Equal for names that mean the same by themselves, in whatever country.
    pub fn exact(&self) -> u64 {
        self.keys.exact
    }

    /// By which others may have influence on where the entry belongs, see [`tie`]; stable across runs of a list.
    pub fn ties(&self) -> impl Iterator<Item = u64> + use<> {
        tie::of(&self.keys, self.country)
    }

    /// Two entries can be joined directly only if they share one of these.
    pub fn blocks(&self) -> impl Iterator<Item = u64> {
        self.keys.all().into_iter().filter(|&key| key != 0)
    }
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
