//! What a provider's list tells of a film besides its name. It travels as the metadata of its entry.

use serde::{Deserialize, Serialize};

/// Nothing of it tells one film from another, so it is no part of an entry's digest: a list whose ratings move is as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// Tenths: 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmdb_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    /// When the provider took it in, as it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<i64>,
}

impl Told {
    /// As an entry carries it; none where nothing was told.
    pub fn metadata(&self) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        serde_json::to_string(self).ok()
    }

    /// What an entry carries; the metadata of playlists tells nothing of this.
    pub fn read(metadata: Option<&str>) -> Self {
        metadata
            .and_then(|metadata| serde_json::from_str(metadata).ok())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_read_back_and_other_metadata_tell_nothing() {
        let told = Told {
            rating: Some(68),
            tmdb_id: Some("603".to_owned()),
            ..Told::default()
        };
        assert_eq!(Told::read(told.metadata().as_deref()), told);
        assert_eq!(Told::default().metadata(), None);
        for other in [
            None,
            Some("{\"radio\":\"true\"}"),
            Some("{\"rating\":\"x\"}"),
            Some("[]"),
        ] {
            assert_eq!(Told::read(other), Told::default(), "{other:?}");
        }
    }
}
