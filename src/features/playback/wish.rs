use std::fmt;
use std::str::FromStr;

use crate::features::catalogue::quality::Tier;
use crate::features::catalogue::sources::Sources;
use crate::features::outputs::selection::{Preference, UnknownPreference};

/// Which of a channel's streams a link asks for first. The others stay behind: a wish is no filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wish {
    Preference(Preference),
    /// One tier, as an entry of a playlist with an entry for each names it.
    Tier(Tier),
}

impl Default for Wish {
    fn default() -> Self {
        Self::Preference(Preference::Best)
    }
}

/// As links name it.
impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preference(preference) => preference.fmt(f),
            Self::Tier(tier) => f.write_str(tier.name()),
        }
    }
}

impl FromStr for Wish {
    type Err = UnknownPreference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let tier = || {
            Tier::ALL
                .into_iter()
                .find(|tier| tier.name().eq_ignore_ascii_case(text))
        };
        match text.parse() {
            Ok(preference) => Ok(Self::Preference(preference)),
            Err(unknown) => tier().map(Self::Tier).ok_or(unknown),
        }
    }
}

impl Wish {
    /// The wished picture first.
    pub fn order(self, sources: Sources) -> Sources {
        sources.by_picture(|tier| self.place(tier))
    }

    /// Where a stream of this tier stands, 0 first; streams of one place keep their play order.
    fn place(self, tier: Option<Tier>) -> u8 {
        match (self, tier) {
            (Self::Preference(preference), tier) => preference.place(tier),
            (Self::Tier(_), None) => 2,
            (Self::Tier(wished), Some(tier)) if tier > wished => 3,
            (Self::Tier(wished), Some(tier)) => u8::from(tier < wished),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_playlist_are_understood() {
        assert_eq!("hd".parse(), Ok(Wish::Preference(Preference::Hd)));
        assert_eq!("4k".parse(), Ok(Wish::Preference(Preference::FourK)));
        assert_eq!("1080p".parse(), Ok(Wish::Tier(Tier::P1080)));
        assert_eq!("8k".parse(), Ok(Wish::Tier(Tier::K8)));
        for text in ["best", "hd", "sd", "1080p", "8K"] {
            assert_eq!(text.parse::<Wish>().unwrap().to_string(), text);
        }
        assert_eq!("fhd".parse::<Wish>(), Err(UnknownPreference));
    }

    #[test]
    fn the_wished_tier_comes_first_and_higher_ones_last() {
        let mut tiers = [None, Some(Tier::K4), Some(Tier::P480), Some(Tier::P720)];
        tiers.sort_by_key(|tier| Wish::Tier(Tier::P720).place(*tier));
        assert_eq!(tiers, [Some(Tier::P720), Some(Tier::P480), None, Some(Tier::K4)]);
    }
}
