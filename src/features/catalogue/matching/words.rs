//! A raw name cut into words: where each stands, what surrounds it, how it is written.

use std::ops::Range;

use super::fold::{fold_char, is_superscript, is_word};

/// What stands between two words, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Gap(u8);

impl Gap {
    pub(super) const SPACE: u8 = 1;
    /// A sign that ends a prefix: `:`, `|` and their ornate kin.
    pub(super) const RULE: u8 = 2;
    pub(super) const DASH: u8 = 4;
    pub(super) const DOT: u8 = 8;
    pub(super) const OPEN: u8 = 16;
    pub(super) const CLOSE: u8 = 32;
    pub(super) const PUNCTUATION: u8 = 64;

    pub(super) fn has(self, kinds: u8) -> bool {
        self.0 & kinds != 0
    }

    pub(super) fn is_none(self) -> bool {
        self.0 == 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Letters,
    Number,
    /// Letters and digits that are one mark: `1080p`, `h265`.
    Mixed,
    Plus,
}

#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Where the folded text stands in [`Words::folded`].
    text: Range<u32>,
    /// Where the word stands in the raw name.
    pub(super) span: Range<u32>,
    pub(super) kind: Kind,
    /// What stands before it.
    pub(super) before: Gap,
    /// Zero outside brackets, else the number of the bracket.
    pub(super) bracket: u8,
    pub(super) superscript: bool,
    pub(super) capitals: bool,
    /// The last piece of an unbroken run of letters and digits.
    pub(super) ends_run: bool,
}

/// The words of one name.
#[derive(Debug, Default)]
pub(super) struct Words {
    folded: String,
    pub(super) list: Vec<Word>,
    /// What follows the last word.
    pub(super) end: Gap,
}

impl Words {
    pub(super) fn text(&self, index: usize) -> &str {
        self.list.get(index).map_or("", |word| self.text_of(word))
    }

    pub(super) fn text_of(&self, word: &Word) -> &str {
        self.folded
            .get(word.text.start as usize..word.text.end as usize)
            .unwrap_or_default()
    }

    /// What stands after a word.
    pub(super) fn after(&self, index: usize) -> Gap {
        self.list.get(index + 1).map_or(self.end, |next| next.before)
    }

    /// Cuts a name; `is_mark` says which runs of letters and digits stay whole (`1080p`).
    pub(super) fn cut(raw: &str, is_mark: impl Fn(&str) -> bool) -> Words {
        let mut words = Words {
            folded: String::with_capacity(raw.len()),
            ..Words::default()
        };
        let mut gap = Gap::default();
        let mut brackets = Brackets::default();
        let mut chars = raw.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if is_word(c) {
                let superscript = is_superscript(c);
                let mut end = at + c.len_utf8();
                while let Some(&(next_at, next)) = chars.peek() {
                    let joined = is_apostrophe(next) && raw[next_at + next.len_utf8()..].starts_with(is_word);
                    let belongs = is_word(next) && is_superscript(next) == superscript;
                    if !joined && !belongs {
                        break;
                    }
                    end = next_at + next.len_utf8();
                    chars.next();
                }
                words.push_run(raw, at..end, gap, brackets.number(), superscript, &is_mark);
                gap = Gap::default();
            } else if c == '+' {
                words.push(at..at + 1, "+", Kind::Plus, gap, brackets.number());
                gap = Gap::default();
            } else if let Some(said) = words.said_as(c, &gap, &raw[at..]) {
                words.push(at..at + 1, said, Kind::Letters, gap, brackets.number());
                gap = Gap::default();
            } else {
                gap.0 |= brackets.read(c);
            }
        }
        words.end = gap;
        words
    }

    /// The word that people say for a sign that begins or ends a name of its own: the `&` of `&TV`, the `*` of `5*`.
    fn said_as(&self, sign: char, before: &Gap, rest: &str) -> Option<&'static str> {
        let begins = |index: usize| index == 0 || self.list[index].before.has(Gap::RULE);
        match sign {
            '&' if self.list.is_empty() || before.has(Gap::RULE) => {
                rest[1..].trim_start().starts_with(is_word).then_some("and")
            }
            '*' if before.is_none() => {
                let last = self.list.len().checked_sub(1)?;
                let lone_number = self.list[last].kind == Kind::Number && begins(last);
                (lone_number && !rest[1..].starts_with(is_word)).then_some("star")
            }
            _ => None,
        }
    }

    fn push(&mut self, span: Range<usize>, text: &str, kind: Kind, before: Gap, bracket: u8) {
        let start = self.folded.len() as u32;
        self.folded.push_str(text);
        self.list.push(Word {
            text: start..self.folded.len() as u32,
            span: span.start as u32..span.end as u32,
            kind,
            before,
            bracket,
            superscript: false,
            capitals: false,
            ends_run: true,
        });
    }

    fn push_run(
        &mut self,
        raw: &str,
        span: Range<usize>,
        before: Gap,
        bracket: u8,
        superscript: bool,
        is_mark: &impl Fn(&str) -> bool,
    ) {
        let run = &raw[span.clone()];
        let first = self.list.len();
        let whole = self.fold(run);
        let mixed = run.bytes().any(|b| b.is_ascii_digit()) && run.bytes().any(|b| b.is_ascii_alphabetic());
        let mark = mixed && is_mark(&self.folded[whole.start as usize..whole.end as usize]);
        if mark || superscript {
            let kind = if mark || !run.chars().all(char::is_numeric) {
                Kind::Mixed
            } else {
                Kind::Number
            };
            self.list.push(Word {
                text: whole,
                span: span.start as u32..span.end as u32,
                kind,
                before,
                bracket,
                superscript,
                capitals: false,
                ends_run: true,
            });
            return;
        }
        self.folded.truncate(whole.start as usize);
        for (n, piece) in Pieces::of(run).enumerate() {
            let text = self.fold(&run[piece.clone()]);
            let source = &run[piece.clone()];
            let number = source.starts_with(char::is_numeric);
            self.list.push(Word {
                text,
                span: (span.start + piece.start) as u32..(span.start + piece.end) as u32,
                kind: if number { Kind::Number } else { Kind::Letters },
                before: if n == 0 { before } else { Gap::default() },
                bracket,
                superscript,
                capitals: !number && !source.chars().any(char::is_lowercase),
                ends_run: false,
            });
        }
        if self.list.len() > first
            && let Some(last) = self.list.last_mut()
        {
            last.ends_run = true;
        }
    }

    fn fold(&mut self, text: &str) -> Range<u32> {
        let start = self.folded.len() as u32;
        for c in text.chars().filter(|&c| !is_apostrophe(c)) {
            fold_char(c, &mut |c| self.folded.push(c));
        }
        start..self.folded.len() as u32
    }
}

/// Cuts a run where letters meet digits and where a capital begins a word: `SkySpMainEvHD`, `TNTSports3`.
struct Pieces<'a> {
    run: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    fn of(run: &'a str) -> Pieces<'a> {
        Pieces { run, at: 0 }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = &self.run[self.at..];
        let mut chars = rest.char_indices().peekable();
        let (_, mut last) = chars.next()?;
        let start = self.at;
        let mut length = rest.len();
        while let Some((at, c)) = chars.next() {
            let mut ahead = chars.clone();
            let next_is_small =
                ahead.next().is_some_and(|(_, next)| next.is_lowercase()) && ahead.next().is_some();
            let cut = last.is_numeric() != c.is_numeric()
                || (last.is_lowercase() && c.is_uppercase())
                || (last.is_uppercase() && c.is_uppercase() && next_is_small);
            let mark = unicode_normalization::char::is_combining_mark(c);
            if cut && !mark {
                length = at;
                break;
            }
            if !mark {
                last = c;
            }
        }
        self.at = start + length;
        Some(start..self.at)
    }
}

#[derive(Default)]
struct Brackets {
    open: u8,
    count: u8,
}

impl Brackets {
    fn number(&self) -> u8 {
        if self.open > 0 { self.count } else { 0 }
    }

    fn read(&mut self, c: char) -> u8 {
        match c {
            ' ' | '\t' | '_' | '\u{a0}' => Gap::SPACE,
            '(' | '[' | '{' | '（' | '【' | '［' => {
                self.open = self.open.saturating_add(1);
                self.count = self.count.saturating_add(1);
                Gap::OPEN
            }
            ')' | ']' | '}' | '）' | '】' | '］' => {
                self.open = self.open.saturating_sub(1);
                Gap::CLOSE
            }
            ':' | '|' | '>' | '~' => Gap::RULE,
            '-' | '–' | '—' | '−' | '－' | '‐' | '‑' => Gap::DASH,
            '.' | '·' | '・' => Gap::DOT,
            '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' => 0,
            c if c.is_whitespace() => Gap::SPACE,
            c if c.is_ascii() => Gap::PUNCTUATION,
            '™' | '®' | '©' | '°' | '…' | '¡' | '¿' | '“' | '”' | '„' | '！' | '？' | '，' | '、' | '＆'
            | '＋' | '／' => Gap::PUNCTUATION,
            _ => Gap::RULE,
        }
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ')
}
