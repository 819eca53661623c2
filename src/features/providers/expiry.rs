//! When an account ends, and when that is worth a word.

use std::borrow::Borrow;

use super::Provider;

const DAY_MS: i64 = 86_400_000;
/// From then on the end is near enough to be told.
pub(super) const SOON_MS: i64 = 30 * DAY_MS;
/// From then on somebody has to act.
const URGENT_MS: i64 = 7 * DAY_MS;

/// How near the end of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Within 30 days.
    Soon,
    /// Within 7 days.
    Urgent,
    Over,
}

impl Expiry {
    /// `soon`, `urgent` or `over`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Soon => "soon",
            Self::Urgent => "urgent",
            Self::Over => "over",
        }
    }
}

impl Provider {
    /// How near its account's end is; none if that is far, not known, or never.
    pub fn expiry(&self, now_ms: impl Borrow<i64>) -> Option<Expiry> {
        let now_ms = *now_ms.borrow();
        let left = self.expires_at?.saturating_sub(now_ms);
        match left {
            ..=0 => Some(Expiry::Over),
            1..URGENT_MS => Some(Expiry::Urgent),
            URGENT_MS..SOON_MS => Some(Expiry::Soon),
            _ => None,
        }
    }

    /// The same in a sentence.
    pub fn expiry_sentence(&self, now_ms: impl Borrow<i64>) -> Option<String> {
        let now_ms = *now_ms.borrow();
        let left = self.expires_at?.saturating_sub(now_ms);
        let days = left / DAY_MS;
        Some(match self.expiry(now_ms)? {
            Expiry::Over => "The account has expired: renew it, or its streams stop.".to_owned(),
            _ if days == 0 => "The account expires within a day.".to_owned(),
            _ if days == 1 => "The account expires in a day.".to_owned(),
            _ => format!("The account expires in {days} days."),
        })
    }
}
