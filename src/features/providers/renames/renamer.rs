use regex::Regex;

use super::pattern::compiled;
use super::replacement::Replacement;
use super::{Named, Rule};

/// Bytes of a name; a rule that would make a longer one leaves it alone.
const LONGEST_NAME: usize = 2_048;

/// Rules ready to be applied.
#[derive(Debug, Clone, Default)]
pub struct Renamer {
    rules: Vec<Ready>,
}

#[derive(Debug, Clone)]
struct Ready {
    rule: Rule,
    pattern: Regex,
    replacement: Replacement,
}

impl Renamer {
    /// Rules that cannot stand are passed over.
    pub fn new(rules: &[Rule]) -> Self {
        let ready = |rule: &Rule| {
            let pattern = compiled(&rule.pattern).ok()?;
            Some(Ready {
                replacement: Replacement::new(&rule.replacement, &pattern).ok()?,
                pattern,
                rule: rule.clone(),
            })
        };
        Self {
            rules: rules.iter().filter_map(ready).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What a listed name becomes; none if it stays as it is. A name of which nothing would be left stays.
    pub fn rename(&self, named: Named, listed: &str) -> Option<String> {
        self.rename_noting(named, listed, |_| {})
    }

    /// As [`Renamer::rename`]; `note` is told the places of the rules that found something.
    pub fn rename_noting(&self, named: Named, listed: &str, mut note: impl FnMut(usize)) -> Option<String> {
        let mut name: Option<String> = None;
        for (at, ready) in self.rules.iter().enumerate() {
            if !ready.rule.is_for(named) {
                continue;
            }
            let now = name.as_deref().unwrap_or(listed);
            if let Some(next) = ready.applied(now) {
                note(at);
                name = Some(next);
            }
        }
        // What stood around a part that is gone leaves gaps.
        let name = name?.split_whitespace().collect::<Vec<_>>().join(" ");
        (!name.is_empty() && name != listed).then_some(name)
    }
}

impl Ready {
    /// The name with all that the pattern finds replaced; none if it finds nothing.
    fn applied(&self, name: &str) -> Option<String> {
        let first = self.pattern.find(name)?;
        let mut out = String::with_capacity(name.len());
        out.push_str(&name[..first.start()]);
        let mut rest = first.start();
        if self.replacement.has_groups() {
            for found in self.pattern.captures_iter(name) {
                let place = found.get(0)?.range();
                out.push_str(&name[rest..place.start]);
                self.replacement.push_found(&found, &mut out);
                rest = place.end;
                if out.len() > LONGEST_NAME {
                    return None;
                }
            }
        } else {
            for found in self.pattern.find_iter(name) {
                out.push_str(&name[rest..found.start()]);
                self.replacement.push_text(&mut out);
                rest = found.end();
                if out.len() > LONGEST_NAME {
                    return None;
                }
            }
        }
        out.push_str(&name[rest..]);
        (out.len() <= LONGEST_NAME).then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(pattern: &str, replacement: &str, kinds: &[Named]) -> Rule {
        Rule {
            pattern: pattern.to_owned(),
            replacement: replacement.to_owned(),
            kinds: kinds.to_vec(),
        }
    }

    fn renamed(rules: &[Rule], name: &str) -> String {
        Renamer::new(rules)
            .rename(Named::Live, name)
            .unwrap_or_else(|| name.to_owned())
    }

    #[test]
    fn rules_apply_in_their_order() {
        let rules = [
            rule(r"^UK\s*[|:]\s*", "", &[]),
            rule(r"(?i)\bfhd\b", "", &[]),
            rule(r"^(.*) (\d)$", "$2. $1", &[]),
        ];
        assert_eq!(renamed(&rules, "UK | Sky FHD Sport 1"), "1. Sky Sport");
        assert_eq!(
            renamed(&rules, "Sky  Sport"),
            "Sky  Sport",
            "what no rule meets stays as it is"
        );
        let back: Vec<Rule> = rules.into_iter().rev().collect();
        assert_eq!(renamed(&back, "UK | Sky FHD Sport 1"), "1. UK | Sky Sport");
    }

    #[test]
    fn everything_that_is_found_is_replaced() {
        assert_eq!(renamed(&[rule("o", "0", &[])], "foo boo"), "f00 b00");
        assert_eq!(renamed(&[rule("(.)o", "$1", &[])], "fo bo"), "f b");
        assert_eq!(renamed(&[rule("", "-", &[])], "é1"), "-é-1-");
    }

    #[test]
    fn a_rule_is_for_its_kinds_alone() {
        let renamer = Renamer::new(&[rule("DE - ", "", &[Named::Films, Named::Series])]);
        assert_eq!(renamer.rename(Named::Live, "DE - ARD"), None);
        assert_eq!(renamer.rename(Named::Films, "DE - Heat").as_deref(), Some("Heat"));
        assert_eq!(
            renamer.rename(Named::Series, "DE - Dark").as_deref(),
            Some("Dark")
        );
    }

    #[test]
    fn nothing_becomes_empty_or_endless() {
        assert_eq!(renamed(&[rule(".*", "", &[])], "Sky"), "Sky");
        assert_eq!(renamed(&[rule(".", " ", &[])], "Sky"), "Sky");
        let doubling = vec![rule("^(.*)$", "$1$1", &[]); 50];
        let name = renamed(&doubling, "ab");
        assert!(
            name.len() <= LONGEST_NAME && name.len() > LONGEST_NAME / 4,
            "{}",
            name.len()
        );
        assert_eq!(
            renamed(&[rule("", &"x".repeat(500), &[])], "0123456789"),
            "0123456789"
        );
    }

    #[test]
    fn the_rules_that_found_something_are_told() {
        let renamer = Renamer::new(&[rule("a", "b", &[]), rule("c", "d", &[]), rule("b", "a", &[])]);
        let mut met = Vec::new();
        let name = renamer.rename_noting(Named::Live, "a", |rule| met.push(rule));
        assert_eq!((name, met), (None, vec![0, 2]), "two rules may undo each other");
    }
}
