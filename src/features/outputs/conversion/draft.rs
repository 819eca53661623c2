use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use url::Url;
use validator::{Validate, ValidationError};

use crate::features::outputs::selection::Preference;
use crate::features::providers::{Uploaded, uploads};
use crate::support::validation::Invalid;

/// A playlist and how it is to become files.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
pub struct Draft {
    #[validate(length(max = 4096, message = "An address has at most 4096 characters."))]
    pub m3u_url: String,
    /// A playlist that was sent, in place of the address.
    #[serde(default)]
    pub upload: Option<Uploaded>,
    /// Below the output folder.
    #[validate(length(max = 255, message = "Use at most 255 characters."), custom(function = below))]
    pub output_path: String,
    pub merge_duplicates: bool,
    #[validate(custom(function = preference))]
    pub prefer_quality: String,
    pub organize_by_category: bool,
    #[validate(range(min = 0.0, max = 1.0, message = "Use a number from 0 to 1."))]
    pub fuzzy_match_threshold: f64,
    pub clean_output_first: bool,
}

impl Draft {
    /// What cannot stand: the rules of each field, and that there is one playlist.
    pub(super) fn invalid(&self, has_file: bool) -> Invalid {
        let mut invalid = Invalid::of(self);
        match (has_file, self.m3u_url.is_empty()) {
            (true, false) => invalid.add(uploads::FIELD, "Give an address or a file, not both."),
            (true, true) => {}
            (false, _) => {
                if let Err(error) = web_url(&self.m3u_url) {
                    invalid.merge(Invalid::field("m3u_url", error.message.unwrap_or_default()));
                }
            }
        }
        invalid
    }

    /// The wished picture; the best where the text is none, which no valid draft has.
    pub(super) fn preference(&self) -> Preference {
        self.prefer_quality.parse().unwrap_or(Preference::Best)
    }
}

fn refusal(message: &'static str) -> ValidationError {
    ValidationError::new("refused").with_message(message.into())
}

fn web_url(text: &str) -> Result<(), ValidationError> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(()),
        _ => Err(refusal(
            "Use a complete address that begins with http:// or https://.",
        )),
    }
}

fn below(text: &str) -> Result<(), ValidationError> {
    let mut parts = Path::new(text).components().peekable();
    let is_plain = parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)));
    // Windows' spelling of a folder means the same everywhere.
    if is_plain && !text.contains(['\\', ':']) && !text.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(refusal(
            "Use the name of a folder below the output folder, without .. and not from the root.",
        ))
    }
}

fn preference(text: &str) -> Result<(), ValidationError> {
    let parsed: Result<Preference, _> = text.parse();
    parsed
        .map(drop)
        .map_err(|_| refusal("Use best, 4k, hd, sd or all."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_below_the_output_folder_are_taken() {
        for good in ["one", "one/two", "Élan vital"] {
            assert!(below(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "/etc",
            "one/../..",
            "./one",
            "C:\\x",
            "..\\x",
            "a\u{0}b",
        ] {
            assert!(below(bad).is_err(), "{bad:?}");
        }
    }
}
