use super::pattern::{Pattern, folded};
use super::{Choice, Verdict, pattern_of, shown_name};
use crate::features::providers::Reading;

/// What became of the wish to take some groups, or to leave them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub reading: Reading,
    /// Groups that stay as they were because of a pattern for several groups: the name and the pattern.
    pub kept: Vec<(String, String)>,
}

/// Leaves these groups out; others stay as they are.
pub fn leave_out(reading: &Reading, names: &[String]) -> Reading {
    let mut reading = reading.clone();
    for name in names {
        if reading.choice().takes(name) {
            reading.exclude_groups.push(pattern_of(name));
        }
    }
    reading
}

/// Takes these groups; others stay as they are. A group that a pattern for several leaves out stays out.
pub fn take(reading: &Reading, names: &[String]) -> Changed {
    let mut reading = reading.clone();
    let mut kept = Vec::new();
    for name in names {
        let key = folded(shown_name(name));
        reading.exclude_groups.retain(|written| {
            let pattern = Pattern::new(written);
            !(pattern.is_literal() && pattern.matches(&key))
        });
        let choice: Choice = reading.choice();
        match choice.verdict(name) {
            Verdict::Taken => {}
            Verdict::NotIncluded => reading.include_groups.push(pattern_of(name)),
            Verdict::Excluded(by) => kept.push((shown_name(name).to_owned(), by.to_owned())),
        }
    }
    Changed { reading, kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn reading(include: &[&str], exclude: &[&str]) -> Reading {
        Reading {
            include_groups: texts(include),
            exclude_groups: texts(exclude),
            ..Reading::default()
        }
    }

    #[test]
    fn leaving_out_and_taking_again_ends_where_it_began() {
        let before = reading(&[], &["VOD*"]);
        let names = texts(&["* 4K *", "", "VOD | EN"]);
        let out = leave_out(&before, &names);
        assert_eq!(out.exclude_groups, [r"VOD*", r"\* 4K \*", "Uncategorized"]);
        let again = take(&out, &names);
        assert_eq!(again.reading, before);
        assert_eq!(again.kept, [("VOD | EN".to_owned(), "VOD*".to_owned())]);
    }

    #[test]
    fn what_is_not_included_is_included_by_name() {
        let taken = take(&reading(&["UK*"], &[]), &texts(&["News", "UK News"]));
        assert_eq!(taken.reading.include_groups, ["UK*", "News"]);
        let out = leave_out(&taken.reading, &texts(&["News"]));
        assert!(!out.choice().takes("news") && out.choice().takes("uk"));
    }
}
