//! What is wrong with an input, field by field. It never holds the value that was refused.

use std::collections::BTreeMap;

use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// Messages by field; a field is named as in the JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.summary())]
pub struct Invalid {
    fields: BTreeMap<String, Vec<String>>,
}

impl Invalid {
    /// One message about one field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        let mut invalid = Self::default();
        invalid.add(field, message);
        invalid
    }

    /// What the rules of `draft` say about it; nothing if all hold.
    pub fn of(draft: &impl Validate) -> Self {
        draft.validate().err().map(Self::from).unwrap_or_default()
    }

    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.fields
            .entry(field.to_owned())
            .or_default()
            .push(message.into());
    }

    /// Takes over what `other` says about fields that have no message yet.
    pub fn merge(&mut self, other: Self) {
        for (field, messages) in other.fields {
            self.fields.entry(field).or_insert(messages);
        }
    }

    /// What is said of one field, said of another in other words.
    pub fn moved(mut self, from: &str, to: &str, message: &str) -> Self {
        if self.fields.remove(from).is_some() && !self.fields.contains_key(to) {
            self.add(to, message);
        }
        self
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn fields(&self) -> &BTreeMap<String, Vec<String>> {
        &self.fields
    }

    pub fn into_fields(self) -> BTreeMap<String, Vec<String>> {
        self.fields
    }

    /// `Ok` if there is nothing wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    fn summary(&self) -> String {
        let messages: Vec<String> = self
            .fields
            .iter()
            .map(|(field, messages)| format!("{field}: {}", messages.join(" ")))
            .collect();
        messages.join("; ")
    }
}

impl From<ValidationErrors> for Invalid {
    fn from(errors: ValidationErrors) -> Self {
        let mut invalid = Self::default();
        gather(&mut invalid, "", errors);
        invalid
    }
}

// The library's own errors carry the refused value along (passwords too), so only code and message are taken over.
fn gather(invalid: &mut Invalid, prefix: &str, errors: ValidationErrors) {
    for (field, kind) in errors.into_errors() {
        let name = if prefix.is_empty() {
            field.into_owned()
        } else {
            format!("{prefix}.{field}")
        };
        match kind {
            ValidationErrorsKind::Field(errors) => {
                for error in errors {
                    let message = error.message.map_or_else(
                        || "This value is not allowed.".to_owned(),
                        |text| text.into_owned(),
                    );
                    invalid.add(&name, message);
                }
            }
            ValidationErrorsKind::Struct(nested) => gather(invalid, &name, *nested),
            ValidationErrorsKind::List(items) => {
                for (index, nested) in items {
                    gather(invalid, &format!("{name}.{index}"), *nested);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Validate)]
    struct Draft {
        #[validate(length(min = 3, message = "At least 3 characters."))]
        password: String,
    }

    #[test]
    fn the_refused_value_is_never_repeated() {
        let invalid = Invalid::of(&Draft {
            password: "~~".to_owned(),
        });
        assert_eq!(
            invalid.fields().get("password"),
            Some(&vec!["At least 3 characters.".to_owned()])
        );
        assert!(!format!("{invalid:?} {invalid}").contains("~~"));
    }

    #[test]
    fn what_holds_is_not_mentioned() {
        let draft = Draft {
            password: "long enough".to_owned(),
        };
        assert_eq!(Invalid::of(&draft).into_result(), Ok(()));
    }
}
