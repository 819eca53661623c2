//! Names that differ from one another in one folder or list, whatever compares them.

use std::collections::{HashMap, HashSet};

use super::naming::{MAX_BYTES, fitted, folded};

/// A safe name and what tells it from an equal one.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a, K> {
    pub name: &'a str,
    /// Two letters, in any case.
    pub country: Option<&'a str>,
    pub feed: Option<&'a str>,
    pub shift_hours: i8,
    /// Of names that nothing else tells apart the lowest key keeps the bare one.
    pub key: K,
}

type Label<'a, K> = fn(&Named<'a, K>) -> Option<String>;

/// Gives equal names ` (CC)` for the country, then the feed, then the shift, then ` (2)`. The result does not depend on
/// the order; `reserve` bytes stay free for what follows the name.
pub fn distinct<K: Ord>(named: &[Named<'_, K>], reserve: usize) -> Vec<String> {
    let limit = MAX_BYTES.saturating_sub(reserve);
    let mut names: Vec<String> = named.iter().map(|entry| fitted(entry.name, "", limit)).collect();
    let labels: [Label<'_, K>; 3] = [
        |entry| entry.country.map(str::to_uppercase),
        |entry| entry.feed.map(str::to_owned),
        |entry| (entry.shift_hours != 0).then(|| format!("{:+}", entry.shift_hours)),
    ];
    for label in labels {
        for group in equal(&names) {
            let found: Vec<Option<String>> = group.iter().map(|index| label(&named[*index])).collect();
            if found.iter().collect::<HashSet<_>>().len() < 2 {
                continue;
            }
            for (index, label) in group.into_iter().zip(found) {
                if let Some(label) = label {
                    names[index] = fitted(&names[index], &format!(" ({label})"), limit);
                }
            }
        }
    }
    number(&mut names, named, limit);
    names
}

fn number<K: Ord>(names: &mut [String], named: &[Named<'_, K>], limit: usize) {
    let mut groups = equal(names);
    if groups.is_empty() {
        return;
    }
    groups.sort_by_cached_key(|group| folded(&names[group[0]]));
    let mut taken: HashSet<String> = names.iter().map(|name| folded(name)).collect();
    for mut group in groups {
        group.sort_by(|a, b| named[*a].key.cmp(&named[*b].key));
        let mut count = 1;
        for index in group.into_iter().skip(1) {
            names[index] = loop {
                count += 1;
                let name = fitted(&names[index], &format!(" ({count})"), limit);
                if taken.insert(folded(&name)) {
                    break name;
                }
            };
        }
    }
}

/// The groups of two or more names that are equal when folded.
fn equal(names: &[String]) -> Vec<Vec<usize>> {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        groups.entry(folded(name)).or_default().push(index);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'a>(name: &'a str, country: Option<&'a str>, key: u32) -> Named<'a, u32> {
        Named {
            name,
            country,
            feed: None,
            shift_hours: 0,
            key,
        }
    }

    #[test]
    fn names_that_differ_stay() {
        assert_eq!(
            distinct(&[named("A", Some("uk"), 1), named("B", Some("us"), 2)], 5),
            ["A", "B"]
        );
    }

    #[test]
    fn equal_names_get_country_then_feed_then_shift_then_a_number() {
        let names = [
            named("ESPN", Some("us"), 1),
            named("Espn", Some("uk"), 2),
            named("ESPN", None, 3),
            Named {
                feed: Some("East"),
                ..named("ESPN", Some("us"), 4)
            },
            Named {
                shift_hours: 1,
                ..named("ESPN", Some("us"), 5)
            },
            named("ＥＳＰＮ", None, 6),
        ];
        assert_eq!(
            distinct(&names, 5),
            [
                "ESPN (US)",
                "Espn (UK)",
                "ESPN",
                "ESPN (US) (East)",
                "ESPN (US) (+1)",
                "ＥＳＰＮ (2)"
            ]
        );
    }

    #[test]
    fn the_lowest_key_keeps_the_bare_name_in_any_order() {
        assert_eq!(
            distinct(
                &[named("a", None, 9), named("A", None, 3), named("á", None, 5)],
                5
            ),
            ["a (3)", "A", "á (2)"]
        );
    }

    #[test]
    fn a_number_that_is_taken_is_passed_over() {
        let names = [named("A", None, 1), named("A", None, 2), named("a (2)", None, 3)];
        assert_eq!(distinct(&names, 5), ["A", "A (3)", "a (2)"]);
    }

    #[test]
    fn a_long_name_is_cut_for_its_number() {
        let long = "x".repeat(255);
        let found = distinct(&[named(&long, None, 1), named(&long, None, 2)], 5);
        assert_eq!((found[0].len(), found[1].len()), (250, 250));
        assert!(found[1].ends_with("x (2)"));
    }
}
