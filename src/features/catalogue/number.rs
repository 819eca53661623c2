//! A channel's number as viewers type it: `2`, or `2.1` for a sub-channel.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Minor numbers below which major and minor fit one column.
const MINORS: i64 = 10_000;
const MOST_MAJOR: u32 = 99_999_999;

/// Major and minor number; stored as one integer that sorts as viewers expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelNumber {
    major: u32,
    minor: u16,
}

/// The text or number is no channel number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a channel number is a whole number from 1, or one such as 2.1")]
pub struct NotANumber;

impl ChannelNumber {
    /// `minor` 0 means none. None if a part is out of range.
    pub fn new(major: u32, minor: u32) -> Option<Self> {
        let minor = u16::try_from(minor)
            .ok()
            .filter(|minor| i64::from(*minor) < MINORS)?;
        (1..=MOST_MAJOR).contains(&major).then_some(Self { major, minor })
    }

    /// The column's value.
    pub fn stored(self) -> i64 {
        i64::from(self.major) * MINORS + i64::from(self.minor)
    }

    /// The number of a column's value.
    pub fn from_stored(stored: i64) -> Option<Self> {
        let major = u32::try_from(stored / MINORS).ok()?;
        let minor = u32::try_from(stored % MINORS).ok()?;
        Self::new(major, minor)
    }
}

impl std::fmt::Display for ChannelNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.minor {
            0 => write!(f, "{}", self.major),
            minor => write!(f, "{}.{minor}", self.major),
        }
    }
}

impl std::str::FromStr for ChannelNumber {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| {
            let all_digits = part.bytes().all(|byte| byte.is_ascii_digit());
            if all_digits {
                part.parse().map_err(|_| NotANumber)
            } else {
                Err(NotANumber)
            }
        };
        Self::new(digits(major)?, digits(minor)?).ok_or(NotANumber)
    }
}

impl Serialize for ChannelNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.minor {
            0 => serializer.serialize_u32(self.major),
            _ => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for ChannelNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            Whole(u32),
            Text(String),
        }
        match Given::deserialize(deserializer)? {
            Given::Whole(major) => Self::new(major, 0).ok_or(NotANumber),
            Given::Text(text) => text.parse(),
        }
        .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stored_in_viewers_order_and_come_back() {
        let texts = ["2", "2.1", "2.10", "10", "99999999"];
        let numbers: Vec<ChannelNumber> = texts.iter().map(|text| text.parse().unwrap()).collect();
        assert!(numbers.is_sorted_by_key(|number| number.stored()));
        for (number, text) in numbers.iter().zip(texts) {
            assert_eq!(ChannelNumber::from_stored(number.stored()), Some(*number));
            assert_eq!(number.to_string(), text);
        }
    }

    #[test]
    fn json_is_an_integer_or_a_text() {
        let json = |text: &str| serde_json::to_string(&text.parse::<ChannelNumber>().unwrap()).unwrap();
        assert_eq!((json("7").as_str(), json("2.1").as_str()), ("7", "\"2.1\""));
        for (text, number) in [("7", "7"), ("\"2.1\"", "2.1"), ("\"7\"", "7")] {
            assert_eq!(
                serde_json::from_str::<ChannelNumber>(text).unwrap().to_string(),
                number
            );
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "0", "-1", "1.x", "+1", "1.2.3", "100000000", "1.10000", "."] {
            assert_eq!(text.parse::<ChannelNumber>(), Err(NotANumber), "{text}");
        }
    }
}
