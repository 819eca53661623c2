use serde::Deserialize;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::password;
use crate::db::{Column, DbError, Row};
use crate::features::audit::Actor;
use crate::record;
use crate::support::ids::UserId;
use crate::support::validation::Invalid;

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Admin,
    Viewer,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }

    /// The role of this name; the two names are a contract.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "admin" => Some(Self::Admin),
            "viewer" => Some(Self::Viewer),
            _ => None,
        }
    }
}

impl Column for Role {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let name: String = row.get(column)?;
        Self::parse(&name).ok_or_else(|| DbError::Column {
            column,
            cause: "no role".to_owned(),
        })
    }
}

record! {
    /// A person; the hash of the password is not part of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct User {
        pub id: UserId,
        pub username: String,
        pub email: Option<String>,
        pub full_name: Option<String>,
        pub role: Role,
        pub is_active: bool,
        pub must_change_password: bool,
        pub created_at_ms: i64,
        pub last_login_ms: Option<i64>,
        /// Since when codes of an app are asked for at sign-in; none where they are not.
        pub second_factor_since_ms: Option<i64>,
    }
}

impl User {
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// This user as whoever acts.
    pub fn actor(&self) -> Actor {
        Actor::User {
            id: self.id,
            name: self.username.clone(),
        }
    }
}

/// A new user as it was asked for.
#[derive(Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(default)]
pub struct UserDraft {
    #[validate(custom(function = "check_username"))]
    pub username: String,
    #[validate(custom(function = "check_email"))]
    pub email: Option<String>,
    #[validate(length(max = 200, message = "Use at most 200 characters."))]
    pub full_name: Option<String>,
    pub password: String,
    /// `admin` or `viewer`; a viewer if absent.
    #[validate(custom(function = "check_role"))]
    pub role: Option<String>,
    /// True if absent.
    pub is_active: Option<bool>,
    /// Whether the user has to choose another password at the first sign-in; false if absent.
    pub must_change_password: Option<bool>,
}

impl UserDraft {
    /// Without the white space around what was typed, and nothing where nothing was typed.
    pub fn tidy(mut self) -> Self {
        self.username = self.username.trim().to_owned();
        self.email = tidy(self.email);
        self.full_name = tidy(self.full_name);
        self
    }

    /// Everything that is wrong with a tidy draft.
    pub fn problems(&self) -> Invalid {
        let mut invalid = Invalid::of(self);
        password::check(&mut invalid, "password", &self.password, &self.username);
        invalid
    }

    pub fn role(&self) -> Role {
        self.role.as_deref().and_then(Role::parse).unwrap_or(Role::Viewer)
    }
}

/// What is to change about a user: absent stays, null empties.
#[derive(Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(default)]
pub struct UserChange {
    #[validate(custom(function = "check_username"))]
    pub username: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub email: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub full_name: Option<Option<String>>,
    pub password: Option<String>,
    #[validate(custom(function = "check_role"))]
    pub role: Option<String>,
    pub is_active: Option<bool>,
    pub must_change_password: Option<bool>,
}

impl UserChange {
    /// Without the white space around what was typed, and null where nothing was typed.
    pub fn tidy(mut self) -> Self {
        self.username = self.username.map(|name| name.trim().to_owned());
        self.email = self.email.map(tidy);
        self.full_name = self.full_name.map(tidy);
        self
    }

    /// Everything that is wrong with a tidy change of the user `username`.
    pub fn problems(&self, username: &str) -> Invalid {
        let mut invalid = Invalid::of(self);
        if let Some(Some(address)) = &self.email
            && let Err(error) = check_email(address)
        {
            invalid.add("email", error.message.unwrap_or_default());
        }
        if let Some(Some(name)) = &self.full_name
            && name.chars().count() > 200
        {
            invalid.add("full_name", "Use at most 200 characters.");
        }
        if let Some(password) = &self.password {
            let username = self.username.as_deref().unwrap_or(username);
            password::check(&mut invalid, "password", password, username);
        }
        invalid
    }

    pub fn role(&self) -> Option<Role> {
        self.role.as_deref().and_then(Role::parse)
    }
}

fn tidy(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Tells a null from an absent field.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

fn check_username(name: &str) -> Result<(), ValidationError> {
    let hidden = |letter: char| letter.is_control() || letter.is_whitespace() || is_invisible(letter);
    match name.chars().count() {
        0 => Err(refusal("Type a user name.")),
        1..=64 if name.contains(hidden) => Err(refusal("A user name has no spaces or invisible characters.")),
        1..=64 => Ok(()),
        _ => Err(refusal("Use at most 64 characters.")),
    }
}

/// Marks of direction and joiners make two names look alike.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn check_email(address: &str) -> Result<(), ValidationError> {
    if address.len() <= 254 && validator::ValidateEmail::validate_email(&address) {
        return Ok(());
    }
    Err(refusal("This is no e-mail address, such as name@example.org."))
}

fn check_role(name: &str) -> Result<(), ValidationError> {
    Role::parse(name)
        .map(|_| ())
        .ok_or_else(|| refusal("Choose admin or viewer."))
}

fn refusal(message: &'static str) -> ValidationError {
    ValidationError::new("invalid").with_message(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(username: &str) -> UserDraft {
        UserDraft {
            username: username.to_owned(),
            password: "long enough".to_owned(),
            ..UserDraft::default()
        }
    }

    #[test]
    fn each_wrong_field_is_named() {
        let draft = UserDraft {
            email: Some("nobody".to_owned()),
            full_name: Some("x".repeat(201)),
            password: "short".to_owned(),
            role: Some("owner".to_owned()),
            ..draft("two words")
        };
        let invalid = draft.tidy().problems();
        let fields: Vec<&String> = invalid.fields().keys().collect();
        assert_eq!(fields, ["email", "full_name", "password", "role", "username"]);
    }

    #[test]
    fn what_was_left_empty_is_absent() {
        let draft = UserDraft {
            email: Some(" ".to_owned()),
            ..draft(" anna ")
        }
        .tidy();
        assert_eq!(draft.email, None);
        assert_eq!(draft.username, "anna");
        assert!(draft.problems().is_empty());
    }

    #[test]
    fn a_change_knows_absent_null_and_value() {
        let change: UserChange = serde_json::from_str(r#"{"email": null, "full_name": "Anna"}"#).unwrap();
        assert_eq!(change.email, Some(None));
        assert_eq!(change.full_name, Some(Some("Anna".to_owned())));
        assert_eq!(change.username, None);
    }

    #[test]
    fn names_that_only_look_alike_are_refused() {
        for name in ["an na", "anna\u{200b}", "\u{202e}anna", "an\nna", ""] {
            assert!(!draft(name).problems().is_empty(), "{name:?}");
        }
        for name in ["anna", "anna.b@home", "Анна", "x"] {
            assert!(draft(name).problems().is_empty(), "{name:?}");
        }
    }
}
