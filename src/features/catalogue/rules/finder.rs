//! What a rule finds in the names of streams.

use regex::{Captures, Regex, RegexBuilder};

use super::{MergeRule, RuleType};
use crate::features::catalogue::matching::Country;
use crate::features::catalogue::names::name_key;

/// Bytes that a compiled expression may take, and as many beside it where it is looked for. Whatever it says, that takes
/// time in proportion to its size and to the name: of this size, well under a second for 100,000 names.
const LARGEST: usize = 1 << 18;
/// How deep brackets may stand in brackets.
const DEEPEST: u32 = 50;

/// Why an expression cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    TooLarge,
    Malformed,
}

/// Reads an expression, which is looked for anywhere in a name, without regard to case.
///
/// # Errors
/// [`Unusable`].
pub fn expression(text: &str) -> Result<Regex, Unusable> {
    let read = RegexBuilder::new(text)
        .case_insensitive(true)
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .nest_limit(DEEPEST)
        .build();
    read.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => Unusable::TooLarge,
        _ => Unusable::Malformed,
    })
}

/// What a rule says of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is together with all that have the same key.
    Joins(u64),
    /// It is apart from the second ones; where the rule has no second expression, from all others.
    First,
    Second,
}

/// A rule that is ready to look at names.
#[derive(Debug, Clone)]
pub struct Finder {
    pub id: i64,
    pub kind: RuleType,
    first: Side,
    second: Option<Side>,
    provider: Option<i64>,
}

#[derive(Debug, Clone)]
struct Side {
    expression: Regex,
    region: Option<Country>,
}

impl Side {
    fn of(pattern: &str, region: Option<&str>) -> Option<Self> {
        Some(Self {
            expression: expression(pattern).ok()?,
            region: match region {
                Some(code) => Some(Country::from_code(code)?),
                None => None,
            },
        })
    }

    fn is_in_region(&self, country: &impl Fn() -> Option<Country>) -> bool {
        self.region.is_none_or(|region| country() == Some(region))
    }

    fn finds(&self, name: &str, country: &impl Fn() -> Option<Country>) -> bool {
        self.expression.is_match(name) && self.is_in_region(country)
    }

    fn captures<'n>(&self, name: &'n str, country: &impl Fn() -> Option<Country>) -> Option<Captures<'n>> {
        let found = self.expression.captures(name)?;
        self.is_in_region(country).then_some(found)
    }
}

impl Finder {
    /// `None` if its expressions or regions cannot be read any more.
    pub fn of(rule: &MergeRule) -> Option<Self> {
        let second = match &rule.pattern2 {
            Some(pattern) => Some(Side::of(pattern, rule.region2.as_deref())?),
            None => None,
        };
        Some(Self {
            id: rule.id.0,
            kind: rule.rule_type,
            first: Side::of(&rule.pattern1, rule.region1.as_deref())?,
            second,
            provider: rule.provider_id.map(|id| id.0),
        })
    }

    pub fn joins(&self) -> bool {
        self.kind != RuleType::NeverMerge
    }

    /// What it says of a stream; the country is asked for only where it matters.
    pub fn place(&self, name: &str, provider: i64, country: impl Fn() -> Option<Country>) -> Option<Place> {
        if self.provider.is_some_and(|own| own != provider) {
            return None;
        }
        let sides = || std::iter::once(&self.first).chain(&self.second);
        match self.kind {
            RuleType::AlwaysMerge => sides()
                .any(|side| side.finds(name, &country))
                .then(|| Place::Joins(key(self.id, ""))),
            RuleType::Custom => {
                let found = sides().find_map(|side| side.captures(name, &country))?;
                let parts = found.iter().skip(1).flatten();
                let text: String = parts.map(|part| name_key(part.as_str()) + "\n").collect();
                (!text.trim().is_empty()).then(|| Place::Joins(key(self.id, &text)))
            }
            RuleType::NeverMerge if self.first.finds(name, &country) => Some(Place::First),
            RuleType::NeverMerge => self
                .second
                .as_ref()
                .is_some_and(|second| second.finds(name, &country))
                .then_some(Place::Second),
        }
    }

    /// Whether it has a second expression.
    pub fn has_second(&self) -> bool {
        self.second.is_some()
    }
}

/// FNV-1a: equal for equal texts on every machine, since it is stored.
fn key(rule: i64, text: &str) -> u64 {
    let bytes = rule.to_le_bytes().into_iter().chain(text.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::ids::MergeRuleId;

    fn rule(kind: RuleType, pattern1: &str, pattern2: Option<&str>) -> Finder {
        Finder::of(&MergeRule {
            id: MergeRuleId(7),
            rule_type: kind,
            pattern1: pattern1.to_owned(),
            pattern2: pattern2.map(str::to_owned),
            region1: None,
            region2: None,
            provider_id: None,
            priority: 50,
            enabled: true,
            reason: None,
            author: String::new(),
            created_at: 0,
        })
        .unwrap()
    }

    fn place(rule: &Finder, name: &str) -> Option<Place> {
        rule.place(name, 1, || None)
    }

    #[test]
    fn either_expression_joins_whatever_the_case() {
        let rule = rule(RuleType::AlwaysMerge, "^kabel (eins|1)$", Some("^k1$"));
        let joined = place(&rule, "Kabel Eins");
        assert!(matches!(joined, Some(Place::Joins(_))));
        assert_eq!(place(&rule, "K1"), joined);
        assert_eq!(place(&rule, "Kabel Eins Doku"), None);
    }

    #[test]
    fn what_stands_in_brackets_has_to_be_equal() {
        let rule = rule(RuleType::Custom, "^(.+) main$", Some("^(.+) reserve$"));
        assert_eq!(place(&rule, "Arte Main"), place(&rule, "ARTÉ reserve"));
        assert_ne!(place(&rule, "Arte Main"), place(&rule, "CNN main"));
        assert_eq!(place(&rule, "Arte"), None);
    }

    #[test]
    fn the_first_expression_counts_where_both_are_found() {
        let rule = rule(RuleType::NeverMerge, "deportes", Some("espn"));
        assert_eq!(place(&rule, "ESPN Deportes"), Some(Place::First));
        assert_eq!(place(&rule, "ESPN HD"), Some(Place::Second));
        assert_eq!(place(&rule, "CNN"), None);
    }

    #[test]
    fn an_expression_that_would_grow_without_bound_is_refused() {
        assert_eq!(expression(r"(\w{1000}){1000}").unwrap_err(), Unusable::TooLarge);
        assert_eq!(expression(r"\w{40}").unwrap_err(), Unusable::TooLarge);
        assert!(expression(r"^(?:UK|GB)\s*[:|]\s*\w+ .{0,60}\(backup\)$").is_ok());
        assert_eq!(expression(&"(".repeat(80)).unwrap_err(), Unusable::Malformed);
        assert_eq!(expression("a(").unwrap_err(), Unusable::Malformed);
        assert!(expression("").is_ok());
    }
}
