//! A name split into identity and decoration.

use super::{
    country::Country,
    loose,
    station::{self, Station},
    vocabulary::{self as vocabulary, Feed},
    words::{Gap, Kind, Word, Words},
};

/// What a name says once its decoration is taken off.
#[derive(Debug)]
pub(super) struct Identity {
    /// The identity in the name's own spelling.
    pub(super) display: String,
    /// The identity words, folded, with one space between them: `bbc 1`.
    pub(super) words: String,
    pub(super) prefix: Option<Country>,
    /// A country that stands behind the name.
    pub(super) suffix: Option<Country>,
    pub(super) feed: Feed,
    /// Hours behind the plain channel.
    pub(super) shift: i8,
    pub(super) language: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Identity,
    Prefix,
    Decoration,
    /// Time shift, feed and language: part of the identity, told apart as a feature.
    Feature,
}

/// Reads a name; `known` is the country if something better than the name says it.
pub(super) fn read(raw: &str, known: Option<Country>) -> Identity {
    let words = Words::cut(raw, vocabulary::is_quality);
    let mut reading = Reading {
        raw,
        roles: vec![Role::Identity; words.list.len()],
        words,
        prefix: None,
        suffix: None,
        feed: Feed::None,
        shift: 0,
        language: None,
    };
    reading.take_prefixes(known);
    reading.take_decoration();
    reading.take_bare_prefix(known);
    reading.take_shift();
    reading.take_suffixes();
    reading.keep_something();
    reading.finish(known)
}

struct Reading<'a> {
    raw: &'a str,
    words: Words,
    roles: Vec<Role>,
    prefix: Option<Country>,
    suffix: Option<Country>,
    feed: Feed,
    shift: i8,
    language: Option<&'static str>,
}

impl Reading<'_> {
    fn word(&self, index: usize) -> Option<&Word> {
        self.words.list.get(index)
    }

    fn is_kept(&self, index: usize) -> bool {
        self.roles.get(index) == Some(&Role::Identity)
    }

    fn mark(&mut self, range: std::ops::Range<usize>, role: Role) {
        if let Some(roles) = self.roles.get_mut(range) {
            roles.fill(role);
        }
    }

    /// `UK:`, `US |`, `|FR|`, `[DE]`, `4K | UK:` and the like, as many as there are.
    fn take_prefixes(&mut self, known: Option<Country>) {
        let mut start = 0;
        while let Some((end, sure)) = self.segment_end(start) {
            let told: Vec<usize> = (start..end).filter(|&i| !self.is_decoration(i)).collect();
            let country = self.country_of_segment(&told, known);
            let region = matches!(*told, [one] if vocabulary::is_region_prefix(self.words.text(one)));
            let contradicts = country.is_some_and(|country| match self.prefix {
                Some(before) => before != country,
                None => !sure && known.map_or(vocabulary::is_also_a_word(self.words.text(start)), |known| known != country),
            });
            let rest_says_something = (end..self.words.list.len()).any(|i| !self.is_decoration(i));
            if !told.is_empty() && (contradicts || !rest_says_something || !(region || country.is_some())) {
                return;
            }
            self.mark(start..end, if told.is_empty() { Role::Decoration } else { Role::Prefix });
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

    fn country_of_segment(&self, words: &[usize], known: Option<Country>) -> Option<Country> {
        let &first = words.first()?;
        let text = self.words.text(first);
        if words.len() == 1 && (2..=3).contains(&text.len()) {
            let code = Country::from_code(text).filter(|country| Some(*country) == known).or_else(|| country_code(text));
            let marked = self.words.list[first].capitals || self.words.after(first).has(Gap::RULE | Gap::CLOSE);
            return code.filter(|_| marked);
        }
        let name: Vec<&str> = words.iter().map(|&i| self.words.text(i)).collect();
        Country::from_folded_name(&name.join(" "))
    }

    fn is_decoration(&self, index: usize) -> bool {
        let Some(word) = self.word(index) else {
            return false;
        };
        let text = self.words.text_of(word);
        if word.superscript {
            return word.kind == Kind::Mixed;
        }
        if word.kind == Kind::Plus || !self.is_whole(index) {
            return false;
        }
        vocabulary::is_quality(text) || vocabulary::is_provider_mark(text)
    }

    /// Whether a word stands alone, or ends a run as `HD` does in `MainEventHD` and `2HD`.
    fn is_whole(&self, index: usize) -> bool {
        let Some(word) = self.word(index) else {
            return false;
        };
        word.ends_run && (!word.before.is_none() || index == 0 || word.capitals || word.kind == Kind::Mixed)
    }

    fn take_decoration(&mut self) {
        for i in 0..self.words.list.len() {
            if self.is_kept(i) && self.is_decoration(i) {
                self.roles[i] = Role::Decoration;
                let before = i.checked_sub(1).map_or("", |b| self.words.text(b));
                if matches!((before, self.words.text(i)), ("full", "hd")) {
                    self.roles[i - 1] = Role::Decoration;
                }
            }
            let codec =
                matches!(self.words.text(i), "h" | "x") && matches!(self.words.text(i + 1), "264" | "265");
            let rate = matches!(self.words.text(i), "25" | "30" | "50" | "60" | "120")
                && matches!(self.words.text(i + 1), "fps" | "hz");
            if codec || rate {
                self.mark(i..i + 2, Role::Decoration);
            }
        }
        let brackets = self.words.list.iter().map(|word| word.bracket).max().unwrap_or(0);
        for bracket in 1..=brackets {
            let inside = |word: &Word| word.bracket == bracket;
            let remark = self
                .words
                .list
                .iter()
                .zip(&self.roles)
                .filter(|(word, _)| inside(word))
                .all(|(word, role)| {
                    *role != Role::Identity || vocabulary::is_remark(self.words.text_of(word))
                });
            if remark {
                for (word, role) in self.words.list.iter().zip(&mut self.roles) {
                    if inside(word) && *role == Role::Identity {
                        *role = Role::Decoration;
                    }
                }
            }
        }
    }

    /// `UK BBC ONE HD`: a code without a sign behind it, where what follows is a name.
    fn take_bare_prefix(&mut self, known: Option<Country>) {
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
        let agrees = country.is_some() && self.prefix.or(known).is_none_or(|known| Some(known) == country);
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

    /// `+1`, `+ 1`, `(+1h)` behind a name; `Canal+ 1` is none.
    fn take_shift(&mut self) {
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
    fn take_suffixes(&mut self) {
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
        match (word.ends_run, word.before.is_none()) {
            (false, _) => None,
            (true, true) => vocabulary::language_name(text),
            (true, false) => vocabulary::language(text),
        }
    }

    fn country_at(&self, index: usize) -> Option<Country> {
        let text = self.words.text(index);
        if text.len() <= 3 && self.words.list[index].capitals {
            return country_code(text);
        }
        Country::from_folded_name(text)
    }

    /// A name of nothing but decoration keeps its first word.
    fn keep_something(&mut self) {
        if self.roles.contains(&Role::Identity) {
            return;
        }
        let start = self.roles.iter().position(|&role| role == Role::Feature);
        if let Some(first) = start.or_else(|| self.roles.iter().position(|&role| role == Role::Decoration)) {
            self.roles[first] = Role::Identity;
        }
    }

    fn finish(self, known: Option<Country>) -> Identity {
        let country = known.or(self.prefix);
        if let Some(Station { sign, sub_channel }) = station::find(&self.words, |i| self.is_kept(i), country) {
            let words = if sub_channel == 0 { format!("station {sign}") } else { format!("station {sign} {sub_channel}") };
            return self.identity(words);
        }
        let mut words = String::with_capacity(self.raw.len());
        let single = self.roles.iter().filter(|&&role| role == Role::Identity).count() == 1;
        let edition = self.edition();
        for (index, (word, role)) in self.words.list.iter().zip(&self.roles).enumerate() {
            if *role != Role::Identity {
                continue;
            }
            if !words.is_empty() {
                words.push(' ');
            }
            let text = self.words.text_of(word);
            if Some(index) == edition {
                words.push(loose::EDITION);
            }
            words.push_str(match vocabulary::number(text) {
                Some(number) if !single => number,
                _ if word.kind == Kind::Plus || text == "plus" => "+",
                _ => text,
            });
        }
        self.identity(words)
    }

    fn identity(self, words: String) -> Identity {
        Identity {
            display: self.display(),
            words,
            prefix: self.prefix,
            suffix: self.suffix,
            feed: self.feed,
            shift: self.shift,
            language: self.language,
        }
    }

    /// The single capital by which lists of several languages mark their editions: `Eurosport 2 D`.
    fn edition(&self) -> Option<usize> {
        let mut kept = (0..self.words.list.len()).filter(|&i| self.is_kept(i)).rev();
        let last = kept.next()?;
        let word = self.word(last)?;
        let marks = matches!(self.words.text(last), "d" | "f" | "i" | "n") && word.capitals;
        let apart = word.before.has(Gap::SPACE | Gap::OPEN) && word.ends_run;
        let named = kept.any(|i| self.words.text(i).len() >= 3 && !vocabulary::is_kind_of_station(self.words.text(i)));
        (marks && apart && named).then_some(last)
    }

    /// The kept words as they are written, with what stands between neighbours.
    fn display(&self) -> String {
        let mut out = String::with_capacity(self.raw.len());
        let mut last: Option<(usize, usize)> = None;
        let mut open = false;
        for (i, (word, role)) in self.words.list.iter().zip(&self.roles).enumerate() {
            if !matches!(role, Role::Identity | Role::Feature) {
                continue;
            }
            let (from, to) = (word.span.start as usize, word.span.end as usize);
            match last {
                Some((before, end)) if before + 1 == i => out.push_str(&self.raw[end..from]),
                Some(_) => {
                    if open && word.bracket == 0 {
                        out.push(')');
                        open = false;
                    }
                    out.push(' ');
                    if !open && word.bracket != 0 && word.before.has(Gap::OPEN) {
                        out.push('(');
                    }
                }
                None => {}
            }
            open = out.matches('(').count() > out.matches(')').count();
            out.push_str(&self.raw[from..to]);
            last = Some((i, to));
        }
        if let Some((i, end)) = last {
            let rest = &self.raw[end..];
            let tail = rest.len() - rest.trim_start_matches(['!', '?', '.', ')', ']', '*']).len();
            let last_word = i + 1 == self.words.list.len() || self.words.after(i).has(Gap::PUNCTUATION);
            if last_word || open {
                out.push_str(&rest[..tail]);
            }
        }
        out.trim().to_owned()
    }
}

/// The country of a code, without the codes that are words of television.
fn country_code(code: &str) -> Option<Country> {
    if matches!(code, "tv" | "sd" | "hd" | "fm" | "pm") {
        None
    } else {
        Country::from_code(code)
    }
}
