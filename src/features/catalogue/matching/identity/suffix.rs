//! What stands behind a name or in brackets: time shift, feed, language, country.

use super::{
    super::{
        country::Country,
        language,
        vocabulary::{self, Feed},
        words::Kind,
    },
    Reading, Role, country_code,
};

impl Reading<'_> {
    /// `+1`, `+ 1`, `(+1h)` behind a name; `Canal+ 1` is none.
    pub(super) fn take_shift(&mut self) {
        for i in 1..self.words.list.len().saturating_sub(1) {
            let (Some(plus), Some(hours)) = (self.word(i), self.word(i + 1)) else {
                return;
            };
            if plus.kind != Kind::Plus || hours.kind != Kind::Number {
                continue;
            }
            let part_of_word = plus.before.is_none() && !hours.before.is_none();
            let named = (0..i).any(|n| self.is_kept(n) && self.words.list[n].kind == Kind::Letters);
            let Ok(value @ 1..=12) = self.words.text(i + 1).parse::<i8>() else {
                continue;
            };
            if part_of_word || !named {
                continue;
            }
            let unit_follows = !hours.ends_run;
            self.shift = value;
            self.mark(i..i + 2, Role::Feature);
            if unit_follows && matches!(self.words.text(i + 2), "h" | "hr" | "hour") {
                self.mark(i + 2..i + 3, Role::Feature);
            }
        }
    }

    /// Feed, language and country behind a name or in brackets, from the last word on.
    pub(super) fn take_suffixes(&mut self) {
        loop {
            let mut kept = (0..self.words.list.len()).filter(|&i| self.is_kept(i));
            let Some(first) = kept.next() else { return };
            let Some(last) = kept.next_back() else { return };
            let before = kept.next_back().unwrap_or(first);
            let text = self.words.text(last);
            let bracketed = self.words.list[last].bracket != 0;
            let alone_in_bracket =
                bracketed && self.words.list[before].bracket != self.words.list[last].bracket;
            if matches!(text, "feed" | "coast") && vocabulary::feed(self.words.text(before), true).is_some() {
                self.roles[last] = Role::Decoration;
            } else if let Some(feed) = vocabulary::feed(text, true).filter(|_| self.feed == Feed::None) {
                self.feed = feed;
                self.roles[last] = Role::Feature;
            } else if let Some(language) = self.language_at(last).filter(|_| self.language.is_none()) {
                self.language = Some(language);
                self.roles[last] = Role::Feature;
                if matches!(self.words.text(before), "en" | "in" | "em" | "auf") && before != first {
                    self.roles[before] = Role::Feature;
                }
            } else if alone_in_bracket && self.suffix.is_none() {
                let Some(country) = self.country_at(last) else {
                    return;
                };
                self.suffix = Some(country);
                self.roles[last] = Role::Feature;
            } else {
                return;
            }
        }
    }

    fn language_at(&self, index: usize) -> Option<&'static str> {
        let word = self.word(index)?;
        let text = self.words.text(index);
        let by_code = || {
            let own = self
                .known
                .or(self.prefix)
                .filter(|&country| Country::from_code(text) == Some(country));
            language::of_code(text).filter(|_| own.is_none())
        };
        let apart = !word.before.is_none();
        let found = language::of_name(text).or_else(|| if apart { by_code() } else { None });
        found.filter(|_| word.ends_run)
    }

    fn country_at(&self, index: usize) -> Option<Country> {
        let text = self.words.text(index);
        if text.len() <= 3 && self.words.list[index].capitals {
            return country_code(text);
        }
        Country::from_folded_name(text)
    }
}
