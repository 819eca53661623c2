//! A name split into identity and decoration.

mod prefix;
mod spelling;
mod suffix;

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

impl Identity {
    /// Whether a call sign says it all.
    pub(super) fn is_station(&self) -> bool {
        self.words.starts_with("station ")
    }
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
        known,
        roles: vec![Role::Identity; words.list.len()],
        words,
        prefix: None,
        suffix: None,
        feed: Feed::None,
        shift: 0,
        language: None,
    };
    reading.take_prefixes();
    reading.take_decoration();
    reading.take_bare_prefix();
    reading.take_shift();
    reading.take_suffixes();
    reading.keep_something();
    reading.finish()
}

struct Reading<'a> {
    raw: &'a str,
    known: Option<Country>,
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

    fn finish(self) -> Identity {
        let country = self.known.or(self.prefix);
        if let Some(Station { sign, sub_channel }) = station::find(&self.words, |i| self.is_kept(i), country)
        {
            let words = if sub_channel == 0 {
                format!("station {sign}")
            } else {
                format!("station {sign} {sub_channel}")
            };
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
        let named = kept
            .any(|i| self.words.text(i).len() >= 3 && !vocabulary::is_kind_of_station(self.words.text(i)));
        (marks && apart && named).then_some(last)
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
