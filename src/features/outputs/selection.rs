//! Which part of the line-up a playlist holds, and in which picture.

use std::fmt;

use crate::features::catalogue::quality::Tier;

/// Which streams of a channel come first. A wish, not a filter: a channel without such a stream stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Preference {
    #[default]
    Best,
    FourK,
    Hd,
    Sd,
    /// Every tier a channel has, an entry each.
    All,
}

/// The text names no preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("quality is one of best, 4k, hd, sd, all")]
pub struct UnknownPreference;

impl std::str::FromStr for Preference {
    type Err = UnknownPreference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "best" => Self::Best,
            "4k" => Self::FourK,
            "hd" => Self::Hd,
            "sd" => Self::Sd,
            "all" => Self::All,
            _ => return Err(UnknownPreference),
        })
    }
}

impl fmt::Display for Preference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Best => "best",
            Self::FourK => "4k",
            Self::Hd => "hd",
            Self::Sd => "sd",
            Self::All => "all",
        })
    }
}

impl Preference {
    /// Where a stream of this tier stands, 0 first: the wished tiers, then the lower ones, since what asks for less
    /// seldom bears more, then unknown ones, then the higher. Streams of one place keep their play order.
    pub fn place(self, tier: Option<Tier>) -> u8 {
        let (lowest, highest) = match self {
            Self::Best | Self::All => return 0,
            Self::FourK => (Tier::K4, Tier::K4),
            Self::Hd => (Tier::P720, Tier::P1440),
            Self::Sd => (Tier::P240, Tier::P576),
        };
        match tier {
            None => 2,
            Some(tier) if tier > highest => 3,
            Some(tier) if tier < lowest => 1,
            Some(_) => 0,
        }
    }
}

/// What a playlist was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Selection {
    /// Only this category, by its exact name.
    pub category: Option<String>,
    pub quality: Preference,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_puts_its_tiers_first_and_higher_ones_last() {
        let mut tiers = [None, Some(Tier::K4), Some(Tier::P480), Some(Tier::P1080)];
        tiers.sort_by_key(|tier| Preference::Hd.place(*tier));
        assert_eq!(tiers, [Some(Tier::P1080), Some(Tier::P480), None, Some(Tier::K4)]);
        assert_eq!(Preference::FourK.place(Some(Tier::K8)), 3);
        assert_eq!(Preference::Sd.place(Some(Tier::P576)), 0);
    }

    #[test]
    fn names_are_case_blind_and_others_are_refused() {
        assert_eq!("4K".parse(), Ok(Preference::FourK));
        assert_eq!("best".parse(), Ok(Preference::Best));
        assert_eq!("uhd".parse::<Preference>(), Err(UnknownPreference));
    }
}
