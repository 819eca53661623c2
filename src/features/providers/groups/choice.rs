use super::pattern::{Pattern, folded};
use super::shown_name;

/// Which groups of a provider are taken, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

/// What a choice says of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    Taken,
    /// Only others are taken.
    NotIncluded,
    /// By this pattern.
    Excluded(&'a str),
}

impl Choice {
    pub fn new(include: &[String], exclude: &[String]) -> Self {
        let patterns = |written: &[String]| written.iter().map(|text| Pattern::new(text)).collect();
        Self {
            include: patterns(include),
            exclude: patterns(exclude),
        }
    }

    /// Whether every group is taken, whatever its name.
    pub fn takes_all(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Excluding wins over including.
    pub fn verdict(&self, group: &str) -> Verdict<'_> {
        if self.takes_all() {
            return Verdict::Taken;
        }
        let name = folded(shown_name(group));
        if let Some(pattern) = self.exclude.iter().find(|pattern| pattern.matches(&name)) {
            return Verdict::Excluded(pattern.written());
        }
        if self.include.is_empty() || self.include.iter().any(|pattern| pattern.matches(&name)) {
            Verdict::Taken
        } else {
            Verdict::NotIncluded
        }
    }

    pub fn takes(&self, group: &str) -> bool {
        self.verdict(group) == Verdict::Taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(include: &[&str], exclude: &[&str]) -> Choice {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Choice::new(&texts(include), &texts(exclude))
    }

    #[test]
    fn without_a_choice_everything_is_taken() {
        assert!(choice(&[], &[]).takes("") && choice(&[], &[]).takes("Adult"));
    }

    #[test]
    fn excluding_wins_over_including() {
        let choice = choice(&["UK*", "News"], &["*Adult*"]);
        assert_eq!(choice.verdict("UK| Sport"), Verdict::Taken);
        assert_eq!(choice.verdict("UK| Adults"), Verdict::Excluded("*Adult*"));
        assert_eq!(choice.verdict("DE"), Verdict::NotIncluded);
    }

    #[test]
    fn entries_without_a_group_have_a_name_too() {
        assert!(!choice(&[], &["uncategorized"]).takes(""));
        assert!(choice(&["Uncategorized"], &[]).takes(""));
    }
}
