//! Countries as they are written in names, groups and ids.

mod table;

use std::{collections::HashMap, fmt, sync::LazyLock};

use super::fold::folded;

/// A country by its ISO 3166 code of two letters (the United Kingdom is `GB`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The country that a code of two or three letters means, case-blind: `UK`, `gb`, `GBR`.
    pub fn from_code(code: &str) -> Option<Country> {
        let length = code.len();
        if !(2..=3).contains(&length) || !code.bytes().all(|b| b.is_ascii_alphabetic()) {
            return None;
        }
        lookup(&CODES, &code.to_ascii_lowercase())
    }

    /// The country that a code or a name means, in English or its own languages: `Germany`, `Deutschland`.
    pub fn from_text(text: &str) -> Option<Country> {
        let text = text.trim();
        Country::from_code(text).or_else(|| Country::from_folded_name(&folded(text)))
    }

    /// A code of two letters as it stands, listed or not.
    pub(super) fn from_two_letters(code: &str) -> Option<Country> {
        own_code(code).filter(|_| code.bytes().all(|b| b.is_ascii_alphabetic()))
    }

    /// The country code of two letters, in capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn from_folded_name(name: &str) -> Option<Country> {
        lookup(&NAMES, name)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

type Table = HashMap<&'static str, Country>;

/// Codes of two and three letters and what else stands for them in front of a name.
static CODES: LazyLock<Table> = LazyLock::new(|| {
    let mut codes = Table::new();
    for line in table::COUNTRIES.lines() {
        let (words, _) = line.split_once('|').unwrap_or((line, ""));
        let mut words = words.split_whitespace();
        let Some(country) = words.next().and_then(own_code) else {
            continue;
        };
        for word in line.split('|').next().unwrap_or_default().split_whitespace() {
            codes.insert(word, country);
        }
    }
    codes
});

/// Names without accents, in small letters.
static NAMES: LazyLock<Table> = LazyLock::new(|| {
    let mut names = Table::new();
    for line in table::COUNTRIES.lines() {
        let (codes, list) = line.split_once('|').unwrap_or((line, ""));
        let Some(country) = codes.split_whitespace().next().and_then(own_code) else {
            continue;
        };
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            names.insert(name, country);
        }
    }
    names
});

fn own_code(word: &str) -> Option<Country> {
    match word.as_bytes() {
        [a, b] => Some(Country([a.to_ascii_uppercase(), b.to_ascii_uppercase()])),
        _ => None,
    }
}

fn lookup(table: &Table, key: &str) -> Option<Country> {
    table.get(key).copied()
}
