use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The name of a group, or a part of it with `*` for the rest; compared without case, accents and width. `\*` is a star.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    written: String,
    /// What stands between the stars; one part is the whole name.
    parts: Vec<String>,
}

impl Pattern {
    pub fn new(written: &str) -> Self {
        let mut parts = vec![String::new()];
        let mut characters = written.trim().chars();
        while let Some(character) = characters.next() {
            let literal = match character {
                '*' => {
                    parts.push(String::new());
                    continue;
                }
                '\\' => characters.next().unwrap_or('\\'),
                other => other,
            };
            if let Some(part) = parts.last_mut() {
                part.push(literal);
            }
        }
        Self {
            written: written.to_owned(),
            parts: parts.iter().map(|part| folded(part)).collect(),
        }
    }

    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it is nothing but stars.
    pub fn takes_all(&self) -> bool {
        self.parts.len() > 1 && self.parts.iter().all(String::is_empty)
    }

    /// Whether it names one group and no other.
    pub fn is_literal(&self) -> bool {
        self.parts.len() == 1
    }

    /// `name` is [`folded`].
    pub fn matches(&self, name: &str) -> bool {
        let [first, between @ .., last] = self.parts.as_slice() else {
            return self.parts.iter().all(|part| part == name);
        };
        let Some(rest) = name.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
            return false;
        };
        for part in between {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

/// The pattern that means this group alone.
pub(super) fn literal(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '*' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// Without case, accents and width.
pub(super) fn folded(name: &str) -> String {
    name.nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).matches(&folded(name))
    }

    #[test]
    fn a_name_means_one_group_without_regard_to_case_accents_and_width() {
        assert!(matches("télé", "TELE") && matches("Tele", "Télé") && matches("ＵＫ", "uk"));
        assert!(!matches("UK", "UK News") && !matches("UK News", "UK"));
    }

    #[test]
    fn a_star_stands_for_the_rest() {
        for (pattern, good, bad) in [
            ("UK*", "UK| News", "Old UK"),
            ("*sport", "UK Sport", "Sports"),
            ("*vod*", "Netflix VOD 4K", "VD"),
            ("a*b*c", "a1b2c", "ab"),
            ("aba*aba", "abaaba", "aba"),
            ("*", "", "\u{0}"),
        ] {
            assert!(matches(pattern, good), "{pattern} {good}");
            assert!(pattern == "*" || !matches(pattern, bad), "{pattern} {bad}");
        }
    }

    #[test]
    fn a_name_of_stars_can_be_meant_alone() {
        let name = r"*** 4K \ UHD ***";
        assert!(matches(&literal(name), name));
        assert!(!matches(&literal(name), r"*** other *** 4K \ UHD ***"));
        assert!(Pattern::new(&literal(name)).is_literal() && !Pattern::new(name).is_literal());
        assert!(
            Pattern::new("**").takes_all()
                && !Pattern::new("*a").takes_all()
                && !Pattern::new("").takes_all()
        );
    }
}
