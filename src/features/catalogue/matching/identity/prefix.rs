//! Countries, languages, regions and marks in front of a name.

use super::{
    super::{
        country::Country,
        vocabulary,
        words::{Gap, Kind},
    },
    Reading, Role, country_code,
};

impl Reading<'_> {
    /// `UK:`, `US |`, `|FR|`, `[DE]`, `4K | UK:` and the like, as many as there are.
    pub(super) fn take_prefixes(&mut self) {
        let known = self.known;
        let mut start = 0;
        while let Some((end, sure)) = self.segment_end(start) {
            let told: Vec<usize> = (start..end).filter(|&i| !self.is_decoration(i)).collect();
            let country = self.country_of_segment(&told);
            let region = matches!(*told, [one] if vocabulary::is_region_prefix(self.words.text(one)));
            let contradicts = country.is_some_and(|country| match self.prefix {
                Some(before) => before != country,
                None => {
                    !sure
                        && known.map_or(vocabulary::is_also_a_word(self.words.text(start)), |known| {
                            known != country
                        })
                }
            });
            // `UK: HD` is a name of decoration alone, and no channel that is called after its country.
            let code = sure && country.is_some() && matches!(*told, [one] if self.words.text(one).len() <= 3);
            let rest_says_something = code || (end..self.words.list.len()).any(|i| !self.is_decoration(i));
            if !told.is_empty() && (contradicts || !rest_says_something || !(region || country.is_some())) {
                return;
            }
            self.mark(
                start..end,
                if told.is_empty() {
                    Role::Decoration
                } else {
                    Role::Prefix
                },
            );
            self.prefix = self.prefix.or(country);
            start = end;
        }
    }

    /// Where the words up to the next rule, dash or closing bracket end, and whether that surely ends a prefix.
    fn segment_end(&self, start: usize) -> Option<(usize, bool)> {
        let first = self.word(start)?;
        let bracketed = first.bracket != 0 && first.before.has(Gap::OPEN);
        (start + 1..self.words.list.len().min(start + 5)).find_map(|end| {
            let gap = self.words.after(end - 1);
            let closes = bracketed && self.word(end).is_some_and(|next| next.bracket != first.bracket);
            let spaced_dash = gap.has(Gap::DASH) && gap.has(Gap::SPACE);
            let sure = closes || gap.has(Gap::RULE);
            (sure || spaced_dash).then_some((end, sure))
        })
    }

    fn country_of_segment(&self, words: &[usize]) -> Option<Country> {
        let &first = words.first()?;
        let text = self.words.text(first);
        if words.len() == 1 && (2..=3).contains(&text.len()) {
            let code = Country::from_code(text)
                .filter(|country| Some(*country) == self.known)
                .or_else(|| country_code(text));
            let marked =
                self.words.list[first].capitals || self.words.after(first).has(Gap::RULE | Gap::CLOSE);
            return code.filter(|_| marked);
        }
        let name: Vec<&str> = words.iter().map(|&i| self.words.text(i)).collect();
        Country::from_folded_name(&name.join(" "))
    }

    /// `UK BBC ONE HD`: a code without a sign behind it, where what follows is a name.
    pub(super) fn take_bare_prefix(&mut self) {
        let Some(first) = (0..self.words.list.len()).find(|&i| self.is_kept(i)) else {
            return;
        };
        let Some(word) = self.word(first) else { return };
        let country = match self.words.text(first) {
            "uk" | "usa" | "us" | "gb" | "uae" if word.capitals && word.ends_run && word.bracket == 0 => {
                country_code(self.words.text(first))
            }
            _ => None,
        };
        let agrees = country.is_some()
            && self
                .prefix
                .or(self.known)
                .is_none_or(|known| Some(known) == country);
        let names_something = (first + 1..self.words.list.len()).any(|i| {
            let plain = self.is_kept(i) && self.words.list[i].kind == Kind::Letters;
            plain && !vocabulary::is_kind_of_station(self.words.text(i))
        });
        let spaced = self.words.after(first).has(Gap::SPACE);
        if agrees && names_something && spaced {
            self.roles[first] = Role::Prefix;
            self.prefix = self.prefix.or(country);
        }
    }
}
