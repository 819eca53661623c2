//! Tier and score of a picture: from the name, then the URL, then what a probe measured.

use std::fmt;

/// How many lines a picture has, as providers sell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Tier {
    #[serde(rename = "240p")]
    P240,
    #[serde(rename = "360p")]
    P360,
    #[serde(rename = "480p")]
    P480,
    #[serde(rename = "576p")]
    P576,
    #[serde(rename = "720p")]
    P720,
    #[serde(rename = "1080p")]
    P1080,
    #[serde(rename = "1440p")]
    P1440,
    #[serde(rename = "4K")]
    K4,
    #[serde(rename = "8K")]
    K8,
}

impl Tier {
    /// Every tier, the best first.
    pub const ALL: [Tier; 9] = [
        Tier::K8,
        Tier::K4,
        Tier::P1440,
        Tier::P1080,
        Tier::P720,
        Tier::P576,
        Tier::P480,
        Tier::P360,
        Tier::P240,
    ];

    /// The tier's name as it is shown, stored and written to files: `4K`, `1080p`.
    pub fn name(self) -> &'static str {
        match self {
            Tier::K8 => "8K",
            Tier::K4 => "4K",
            Tier::P1440 => "1440p",
            Tier::P1080 => "1080p",
            Tier::P720 => "720p",
            Tier::P576 => "576p",
            Tier::P480 => "480p",
            Tier::P360 => "360p",
            Tier::P240 => "240p",
        }
    }

    /// The tier that one word names, case-blind: `FHD` is 1080p, `Thursday` is none.
    pub fn from_word(word: &str) -> Option<Tier> {
        let mut lower = [0_u8; 8];
        let bytes = word.as_bytes();
        let lower = lower.get_mut(..bytes.len())?;
        lower.copy_from_slice(bytes);
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"8k" | b"4320p" => Tier::K8,
            b"4k" | b"uhd" | b"uhdtv" | b"2160p" | b"3840p" => Tier::K4,
            b"qhd" | b"1440p" => Tier::P1440,
            b"fhd" | b"1080p" | b"1080i" | b"1080" => Tier::P1080,
            b"hd" | b"hdtv" | b"720p" | b"720i" | b"720" => Tier::P720,
            b"576p" | b"576i" => Tier::P576,
            b"480p" | b"480i" | b"sd" => Tier::P480,
            b"360p" => Tier::P360,
            b"240p" => Tier::P240,
            _ => return None,
        })
    }

    /// The tier of a measured picture in pixels: by its lines, or by the width that goes with them.
    pub fn from_size(width: u32, height: u32) -> Tier {
        const STEPS: [(Tier, u32, u32); 8] = [
            (Tier::K8, 4320, 7680),
            (Tier::K4, 2160, 3840),
            (Tier::P1440, 1440, 2560),
            (Tier::P1080, 1080, 1920),
            (Tier::P720, 720, 1280),
            (Tier::P576, 576, u32::MAX),
            (Tier::P480, 480, u32::MAX),
            (Tier::P360, 360, u32::MAX),
        ];
        let reached = |(_, lines, columns): &&(Tier, u32, u32)| height >= *lines || width >= *columns;
        STEPS.iter().find(reached).map_or(Tier::P240, |(tier, ..)| *tier)
    }

    /// Points from 100 to 1000: what the score starts from.
    pub fn priority(self) -> u32 {
        match self {
            Tier::K8 => 1000,
            Tier::K4 => 900,
            Tier::P1440 => 800,
            Tier::P1080 => 700,
            Tier::P720 => 600,
            Tier::P576 => 500,
            Tier::P480 => 400,
            Tier::P360 => 200,
            Tier::P240 => 100,
        }
    }

    /// The bitrate in kbit/s that a good stream of this tier has, where one is expected.
    pub fn expected_kbps(self) -> Option<u32> {
        match self {
            Tier::K4 => Some(15_000),
            Tier::P1080 => Some(5_000),
            Tier::P720 => Some(2_500),
            Tier::P480 => Some(1_000),
            Tier::P360 | Tier::P240 => Some(500),
            Tier::K8 | Tier::P1440 | Tier::P576 => None,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Tier {
    type Err = UnknownTier;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Tier::from_word(text).ok_or(UnknownTier)
    }
}

/// The text names no tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a quality tier; one of 8K, 4K, 1440p, 1080p, 720p, 576p, 480p, 360p, 240p is")]
pub struct UnknownTier;

/// The best tier that a whole word of the name states.
pub fn tier_from_name(name: &str) -> Option<Tier> {
    if name.is_ascii() {
        best_word(name)
    } else {
        best_word(&super::matching::plain_text(name))
    }
}

/// The best tier that a whole word of the URL states: `/live/espn_1080p.m3u8` is 1080p, `sdn` is nothing.
pub fn tier_from_url(url: &str) -> Option<Tier> {
    let after_scheme = url.find("://").map_or(url, |at| &url[at + 3..]);
    let path = after_scheme.find('/').map_or("", |at| &after_scheme[at..]);
    best_word_where(path, |word| {
        let bare_number = word.bytes().all(|b| b.is_ascii_digit());
        if bare_number { None } else { Tier::from_word(word) }
    })
}

/// Score 0–1000 of a stream: its tier's priority, weighed by a known bitrate; none without a tier.
pub fn score(tier: Option<Tier>, bitrate_kbps: Option<u32>) -> Option<u32> {
    let tier = tier?;
    let priority = tier.priority();
    let score = match (bitrate_kbps, tier.expected_kbps()) {
        (Some(rate), Some(expected)) if rate >= expected => priority + 50,
        (Some(rate), Some(expected)) => (u64::from(priority) * u64::from(rate) / u64::from(expected)) as u32,
        _ => priority,
    };
    Some(score.min(1000))
}

fn best_word(text: &str) -> Option<Tier> {
    best_word_where(text, |word| {
        let bare_number = word.bytes().all(|b| b.is_ascii_digit());
        if bare_number { None } else { Tier::from_word(word) }
    })
}

fn best_word_where(text: &str, tier: impl Fn(&str) -> Option<Tier>) -> Option<Tier> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .filter_map(tier)
        .max()
}
