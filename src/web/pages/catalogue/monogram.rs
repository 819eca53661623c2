use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;

/// What stands where a picture would: one or two letters of the name. It says nothing that the name beside it does not.
#[derive(Template)]
#[template(
    source = r#"<span class="monogram{{ class }}" aria-hidden="true">{{ letters }}</span>"#,
    ext = "html"
)]
pub(super) struct Monogram {
    letters: String,
    class: &'static str,
}

impl HtmlSafe for Monogram {}

impl Monogram {
    pub(super) fn of(name: impl Display) -> Self {
        Self {
            letters: letters(&name.to_string()),
            class: "",
        }
    }

    pub(super) fn large(mut self) -> Self {
        self.class = " monogram-large";
        self
    }

    /// As large as a poster on a page of its own.
    pub(super) fn poster(mut self) -> Self {
        self.class = " monogram-poster";
        self
    }

    /// As large as a poster of a grid.
    pub(super) fn card(mut self) -> Self {
        self.class = " monogram-card";
        self
    }
}

/// The first letters of the first two words, or the first two of an only one.
pub(super) fn letters(name: &str) -> String {
    let mut words = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let (first, second) = (words.next().unwrap_or("?"), words.next());
    let letters: String = match second {
        Some(second) => first.chars().take(1).chain(second.chars().take(1)).collect(),
        None => first.chars().take(2).collect(),
    };
    letters.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn two_letters_stand_for_a_name() {
        for (name, expected) in [
            ("BBC One", "BO"),
            ("Arte", "AR"),
            ("<img src=x>", "IS"),
            ("3sat", "3S"),
            ("قناة الجزيرة", "قا"),
            ("!!!", "?"),
            ("", "?"),
        ] {
            assert_eq!(letters(name), expected, "{name}");
        }
    }
}
