use serde_json::{Map, Value};

use super::finder::{Unusable, expression};
use super::{MergeRule, RuleType};
use crate::features::catalogue::matching::Country;
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;

/// Characters of an expression.
pub const LONGEST_PATTERN: usize = 300;
/// Characters of a reason.
pub const LONGEST_REASON: usize = 500;
const DEFAULT_PRIORITY: i64 = 50;

/// A rule as it is to be; every value can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub rule_type: RuleType,
    pub pattern1: String,
    pub pattern2: Option<String>,
    /// Codes of countries.
    pub region1: Option<String>,
    pub region2: Option<String>,
    pub provider_id: Option<ProviderId>,
    /// 1 to 100; the higher has the last word, of equal ones the older.
    pub priority: i64,
    pub enabled: bool,
    pub reason: Option<String>,
}

impl Draft {
    /// Reads a new rule.
    ///
    /// # Errors
    /// Names every field that cannot be used.
    pub fn new(sent: &Map<String, Value>) -> Result<Self, Invalid> {
        let empty = Self {
            rule_type: RuleType::AlwaysMerge,
            pattern1: String::new(),
            pattern2: None,
            region1: None,
            region2: None,
            provider_id: None,
            priority: DEFAULT_PRIORITY,
            enabled: true,
            reason: None,
        };
        let mut invalid = Invalid::default();
        if !sent.contains_key("rule_type") {
            invalid.add("rule_type", TYPES);
        }
        empty.read(sent, invalid)
    }

    /// Reads the fields that were sent over those of a rule; null takes a value away.
    ///
    /// # Errors
    /// As [`Draft::new`].
    pub fn changed(rule: &MergeRule, sent: &Map<String, Value>) -> Result<Self, Invalid> {
        Self::of(rule).read(sent, Invalid::default())
    }

    /// A rule as it is.
    pub fn of(rule: &MergeRule) -> Self {
        Self {
            rule_type: rule.rule_type,
            pattern1: rule.pattern1.clone(),
            pattern2: rule.pattern2.clone(),
            region1: rule.region1.clone(),
            region2: rule.region2.clone(),
            provider_id: rule.provider_id,
            priority: rule.priority,
            enabled: rule.enabled,
            reason: rule.reason.clone(),
        }
    }

    fn read(mut self, sent: &Map<String, Value>, mut invalid: Invalid) -> Result<Self, Invalid> {
        for (name, value) in sent {
            let read = match name.as_str() {
                "rule_type" => read_type(value).map(|kind| self.rule_type = kind),
                "pattern1" => pattern(value).map(|pattern| self.pattern1 = pattern.unwrap_or_default()),
                "pattern2" => pattern(value).map(|pattern| self.pattern2 = pattern),
                "region1" => region(value).map(|region| self.region1 = region),
                "region2" => region(value).map(|region| self.region2 = region),
                "provider_id" => provider(value).map(|id| self.provider_id = id),
                "priority" => priority(value).map(|priority| self.priority = priority),
                "enabled" => value
                    .as_bool()
                    .map(|enabled| self.enabled = enabled)
                    .ok_or("Use true or false."),
                "reason" => text(value).map(|text| self.reason = text),
                _ => Ok(()),
            };
            if let Err(message) = read {
                invalid.add(name, message);
            }
        }
        self.check(&mut invalid);
        invalid.into_result().map(|()| self)
    }

    fn check(&self, invalid: &mut Invalid) {
        if self.pattern1.is_empty() && !invalid.fields().contains_key("pattern1") {
            invalid.add("pattern1", "Say what to look for in the names of streams.");
        }
        let patterns = [
            ("pattern1", Some(&self.pattern1)),
            ("pattern2", self.pattern2.as_ref()),
        ];
        for (field, pattern) in patterns {
            let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) else {
                continue;
            };
            match expression(pattern) {
                Err(Unusable::TooLarge) => {
                    invalid.add(
                        field,
                        "This expression grows too large: use fewer repetitions, such as + in place of {1,50}.",
                    );
                }
                Err(Unusable::Malformed) => {
                    invalid.add(
                        field,
                        "This is no regular expression: see to its brackets, and put \\ before ( ) [ ] { } + * ? . | \
                         where they stand for themselves.",
                    );
                }
                Ok(expression) if self.rule_type == RuleType::Custom && expression.captures_len() < 2 => {
                    invalid.add(field, "Put into brackets what has to be equal, as in (.+) Main.");
                }
                Ok(_) => {}
            }
        }
        if self.pattern2.is_none() && self.region2.is_some() {
            invalid.add(
                "region2",
                "It belongs to a second expression: add one, or leave this empty.",
            );
        }
    }
}

const TYPES: &str = "Choose never_merge, always_merge or custom.";

fn read_type(value: &Value) -> Result<RuleType, &'static str> {
    value.as_str().and_then(|text| text.parse().ok()).ok_or(TYPES)
}

/// Spaces at either end are part of an expression.
fn pattern(value: &Value) -> Result<Option<String>, &'static str> {
    let blank = |text: &str| text.trim().is_empty();
    match value {
        Value::String(text) if text.chars().count() > LONGEST_PATTERN => Err("Use at most 300 characters."),
        Value::String(text) if text.chars().any(char::is_control) => Err("Use one line of text."),
        Value::String(text) => Ok(Some(text.clone()).filter(|text| !blank(text))),
        Value::Null => Ok(None),
        _ => Err("Use text."),
    }
}

fn text(value: &Value) -> Result<Option<String>, &'static str> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.trim(),
        _ => return Err("Use text."),
    };
    if text.chars().count() > LONGEST_REASON {
        return Err("Use at most 500 characters.");
    }
    if text.chars().any(char::is_control) {
        return Err("Use one line of text.");
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn region(value: &Value) -> Result<Option<String>, &'static str> {
    let code = text(value)?.map(|code| code.to_uppercase());
    match code {
        Some(code) => match Country::from_code(&code) {
            Some(country) => Ok(Some(country.code().to_owned())),
            None => Err("Use the two letters of a country, such as UK or DE."),
        },
        None => Ok(None),
    }
}

fn provider(value: &Value) -> Result<Option<ProviderId>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => text.parse().map(Some).map_err(|_| "Choose a provider."),
        _ => match value.as_i64() {
            Some(id) => Ok(Some(ProviderId(id))),
            None => Err("Use a provider's id."),
        },
    }
}

fn priority(value: &Value) -> Result<i64, &'static str> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    };
    number
        .filter(|number| (1..=100).contains(number))
        .ok_or("Use a whole number from 1 to 100.")
}
