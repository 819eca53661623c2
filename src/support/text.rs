//! Names as they are compared, searched and sorted.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Digits of a number in a sort key; longer numbers sort behind.
const SORTED_DIGITS: usize = 8;

/// A name without case, accents, width and punctuation, its words set apart by one space: what searches look through.
/// `+` and `&` stay, since they tell channels apart.
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for character in name
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
    {
        match character {
            'ß' => key.push_str("ss"),
            'æ' => key.push_str("ae"),
            'œ' => key.push_str("oe"),
            'ø' => key.push('o'),
            'đ' | 'ð' => key.push('d'),
            'ł' => key.push('l'),
            'ı' => key.push('i'),
            'þ' => key.push_str("th"),
            // Not between letters: "Children's" is one word for whoever types it without.
            '\'' | '’' | '`' => {}
            character if character.is_alphanumeric() || matches!(character, '+' | '&') => key.push(character),
            _ if key.is_empty() || key.ends_with(' ') => {}
            _ => key.push(' '),
        }
    }
    key.truncate(key.trim_end().len());
    key
}

/// The natural order of a [`name_key`]: its numbers are padded, so that "channel 9" stands before "channel 10".
pub fn sort_key(name_key: &str) -> String {
    let mut key = String::with_capacity(name_key.len() + SORTED_DIGITS);
    let mut rest = name_key;
    while let Some(at) = rest.find(|character: char| character.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let end = from
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(from.len());
        let digits = from[..end].trim_start_matches('0');
        key.push_str(before);
        key.extend(std::iter::repeat_n(
            '0',
            SORTED_DIGITS.saturating_sub(digits.len()),
        ));
        key.push_str(digits);
        rest = &from[end..];
    }
    key.push_str(rest);
    key
}

/// How names of people, addresses and providers are compared: without regard to case or to the width of letters.
pub fn folded(name: &str) -> String {
    name.trim().nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_width() {
        assert_eq!(folded("ＡNNA"), folded("anna"));
        assert_eq!(folded("ÄRGER"), folded("ärger"));
        assert_ne!(folded("anna"), folded("anne"));
    }

    #[test]
    fn names_compare_without_case_accents_width_and_punctuation() {
        for (name, key) in [
            ("ESPN", "espn"),
            ("Télé  Québec!", "tele quebec"),
            ("ＮＨＫ　総合", "nhk 総合"),
            ("Straße | Sør-Ost", "strasse sor ost"),
            ("A&E", "a&e"),
            ("Canal+", "canal+"),
            ("Children's BBC", "childrens bbc"),
            ("İstanbul", "istanbul"),
            ("Первый канал", "первыи канал"),
            (" ** ", ""),
        ] {
            assert_eq!(name_key(name), key);
            assert_eq!(name_key(&name_key(name)), key, "folding twice changes nothing");
        }
    }

    #[test]
    fn numbers_in_names_sort_by_their_value() {
        let mut names = [
            "channel 10",
            "channel 9",
            "channel 009 b",
            "channel",
            "channel 100",
        ];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(
            names,
            [
                "channel",
                "channel 9",
                "channel 009 b",
                "channel 10",
                "channel 100"
            ]
        );
    }
}
