//! Names as they are compared, searched and sorted. Both keys are stored columns, in byte order on either engine.

use std::fmt::Write;

use super::matching::fold_char;

/// Digits to which a number in a name is padded; longer ones keep their own order.
const NUMBER_WIDTH: usize = 8;

/// A name without what case, accents, width and white space make different.
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_whitespace() {
            gap = !key.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            key.push(' ');
        }
        fold_char(c, &mut |folded| key.push(folded));
    }
    key
}

/// A name key in natural order: `channel 2` stands before `channel 10`.
pub fn sort_key(name_key: &str) -> String {
    let mut key = String::with_capacity(name_key.len() + NUMBER_WIDTH);
    let mut rest = name_key;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from_digit) = rest.split_at(start);
        let end = from_digit
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(from_digit.len());
        let (digits, after) = from_digit.split_at(end);
        let digits = digits.trim_start_matches('0');
        key.push_str(before);
        // Writing to a String cannot fail.
        let _ = write!(key, "{digits:0>NUMBER_WIDTH$}");
        rest = after;
    }
    key.push_str(rest);
    key
}

/// What a channel has to be told from others of its name by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks<'a> {
    pub country: Option<&'a str>,
    pub feed: Option<&'a str>,
}

/// Names for a group of channels whose plain names are equal, given in the order in which they may keep a plain one:
/// country, then feed, then a number tell them apart.
pub fn told_apart(plain: &[(&str, Marks<'_>)]) -> Vec<String> {
    if let [(name, _)] = plain {
        return vec![(*name).to_owned()];
    }
    let mut names: Vec<String> = plain
        .iter()
        .map(|(name, marks)| marked(name, marks.country))
        .collect();
    for (at, again) in repeated(&names).into_iter().enumerate() {
        if again && let Some((_, marks)) = plain.get(at) {
            names[at] = marked(&names[at], marks.feed);
        }
    }
    let mut seen = std::collections::HashMap::new();
    for name in &mut names {
        let times: &mut u32 = seen.entry(name_key(name)).or_insert(0);
        *times += 1;
        if *times > 1 {
            // Writing to a String cannot fail.
            let _ = write!(name, " ({times})");
        }
    }
    names
}

fn marked(name: &str, mark: Option<&str>) -> String {
    mark.map_or_else(|| name.to_owned(), |mark| format!("{name} ({mark})"))
}

fn repeated(names: &[String]) -> Vec<bool> {
    let keys: Vec<String> = names.iter().map(|name| name_key(name)).collect();
    let mut counts = std::collections::HashMap::new();
    for key in &keys {
        *counts.entry(key.as_str()).or_insert(0_u32) += 1;
    }
    keys.iter()
        .map(|key| counts.get(key.as_str()).is_some_and(|count| *count > 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_width_and_spaces_are_no_difference() {
        assert_eq!(name_key("  Télé  ＥＳＰＮ\u{a0}Ⅱ "), name_key("tele espn ii"));
        assert_ne!(name_key("ESPN+"), name_key("ESPN"));
        assert_eq!(name_key(""), "");
    }

    #[test]
    fn numbers_sort_by_value() {
        let mut names = ["Canal 10", "Canal 9", "Canal 100", "Canal", "Canal 9b"];
        names.sort_by_key(|name| sort_key(&name_key(name)));
        assert_eq!(names, ["Canal", "Canal 9", "Canal 9b", "Canal 10", "Canal 100"]);
        assert_eq!(sort_key("007"), sort_key("7"));
    }

    #[test]
    fn equal_names_are_told_apart_by_country_then_feed_then_number() {
        let of = |country, feed| Marks { country, feed };
        let given = [
            ("ESPN", of(Some("UK"), None)),
            ("Espn", of(Some("US"), Some("East"))),
            ("ESPN", of(Some("US"), Some("West"))),
            ("ESPN", of(None, None)),
            ("ESPN", of(None, None)),
        ];
        assert_eq!(
            told_apart(&given),
            [
                "ESPN (UK)",
                "Espn (US) (East)",
                "ESPN (US) (West)",
                "ESPN",
                "ESPN (2)"
            ]
        );
        assert_eq!(told_apart(&given[..1]), ["ESPN"]);
    }
}
