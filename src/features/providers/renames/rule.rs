use serde::{Deserialize, Serialize};

use super::pattern::compiled;
use super::replacement::Replacement;
use super::{LONGEST, MOST_RULES};

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    Live,
    Films,
    /// A series, or an episode that is listed by itself.
    Series,
}

impl Named {
    pub const ALL: [Self; 3] = [Self::Live, Self::Films, Self::Series];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Films => "films",
            Self::Series => "series",
        }
    }
}

/// A pattern and what takes the place of all that it finds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A regular expression.
    pub pattern: String,
    /// May name groups of the pattern: `$1`.
    #[serde(default)]
    pub replacement: String,
    /// The names that it is for; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Named>,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place of the rule, from 0 on.
    pub rule: usize,
    /// `pattern` or `replacement`.
    pub field: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl Rule {
    /// With its kinds in order, each once; all of them are none.
    pub fn tidied(mut self) -> Self {
        self.kinds.sort_unstable();
        self.kinds.dedup();
        if self.kinds.len() == Named::ALL.len() {
            self.kinds.clear();
        }
        self
    }

    pub fn is_for(&self, named: Named) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&named)
    }

    fn fault(&self) -> Option<(&'static str, String)> {
        let is_line = |text: &str| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
        if self.pattern.is_empty() {
            return Some(("pattern", "Give a pattern, or remove the rule.".to_owned()));
        }
        if !is_line(&self.pattern) {
            return Some((
                "pattern",
                format!("A pattern is one line of at most {LONGEST} characters."),
            ));
        }
        if !is_line(&self.replacement) {
            return Some((
                "replacement",
                format!("A replacement is one line of at most {LONGEST} characters."),
            ));
        }
        match compiled(&self.pattern) {
            Err(message) => Some(("pattern", message)),
            Ok(pattern) => {
                let refused = Replacement::new(&self.replacement, &pattern).err();
                refused.map(|message| ("replacement", message))
            }
        }
    }
}

/// What is wrong with rules, the first thing of each. Of too many rules none is looked at.
pub fn faults(rules: &[Rule]) -> Vec<Fault> {
    if rules.len() > MOST_RULES {
        return vec![Fault {
            rule: MOST_RULES,
            field: "pattern",
            message: format!("There can be at most {MOST_RULES} rules."),
        }];
    }
    let fault = |(rule, (field, message))| Fault { rule, field, message };
    let faulty = |(at, rule): (usize, &Rule)| rule.fault().map(|fault| (at, fault));
    rules.iter().enumerate().filter_map(faulty).map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(pattern: &str, replacement: &str) -> Rule {
        Rule {
            pattern: pattern.to_owned(),
            replacement: replacement.to_owned(),
            kinds: Vec::new(),
        }
    }

    #[test]
    fn each_rule_is_judged_by_itself() {
        let long = "x".repeat(LONGEST + 1);
        let rules = [
            rule("UK", ""),
            rule("", "x"),
            rule("(UK", ""),
            rule("UK", "$1"),
            rule(&long, ""),
            rule("UK", &long),
            rule("UK", "two\nlines"),
        ];
        let told = faults(&rules);
        let places: Vec<_> = told.iter().map(|fault| (fault.rule, fault.field)).collect();
        assert_eq!(
            places,
            [
                (1, "pattern"),
                (2, "pattern"),
                (3, "replacement"),
                (4, "pattern"),
                (5, "replacement"),
                (6, "replacement"),
            ]
        );
        assert_eq!(faults(&vec![rule("(", ""); MOST_RULES + 1]).len(), 1);
    }

    #[test]
    fn a_rule_for_everything_names_no_kinds() {
        let mut all = rule("UK", "");
        all.kinds = vec![Named::Series, Named::Live, Named::Films, Named::Live];
        assert!(all.clone().tidied().kinds.is_empty());
        all.kinds.truncate(2);
        assert_eq!(all.tidied().kinds, [Named::Live, Named::Series]);
    }
}
