use askama::Template;
use serde::Deserialize;

use crate::edge::Problem;
use crate::features::accounts::{AccountsError, Role, User, UserChange, UserDraft, password};
use crate::support::validation::Invalid;
use crate::web::kit::Page;
use crate::web::kit::urls::USERS;
use crate::web::ui;

/// The id of the form, and the beginning of its fields' ids.
pub(super) const FORM: &str = "user";

/// A user as the form holds it: what was typed, as text.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct UserForm {
    pub username: String,
    pub full_name: String,
    pub email: String,
    /// Empty where it may not be chosen.
    pub role: String,
    /// Of a new user only; empty: one is made up.
    pub password: String,
    must_change_password: Option<String>,
    /// Which field was left, where only that one is to be checked.
    pub field: String,
}

impl UserForm {
    /// For a new user.
    pub fn new() -> Self {
        Self {
            role: Role::Viewer.as_str().to_owned(),
            must_change_password: Some("true".to_owned()),
            ..Self::default()
        }
    }

    /// For a stored one.
    pub fn of(user: &User) -> Self {
        Self {
            username: user.username.clone(),
            full_name: user.full_name.clone().unwrap_or_default(),
            email: user.email.clone().unwrap_or_default(),
            role: user.role.as_str().to_owned(),
            ..Self::default()
        }
    }

    pub fn must_change(&self) -> bool {
        self.must_change_password.is_some()
    }

    /// As a program would ask for it, with `password`.
    pub fn draft(&self, password: &str) -> UserDraft {
        UserDraft {
            username: self.username.clone(),
            email: Some(self.email.clone()),
            full_name: Some(self.full_name.clone()),
            password: password.to_owned(),
            role: Some(self.role.clone()),
            is_active: None,
            must_change_password: Some(self.must_change()),
        }
    }

    /// As a program would ask for it.
    pub fn change(&self) -> UserChange {
        UserChange {
            username: Some(self.username.clone()),
            email: Some(Some(self.email.clone())),
            full_name: Some(Some(self.full_name.clone())),
            role: Some(self.role.clone()).filter(|role| !role.is_empty()),
            ..UserChange::default()
        }
    }
}

/// Where a form leads and what stands in it.
pub(super) struct FormView {
    pub form: UserForm,
    pub invalid: Invalid,
    /// The stored user, or none for a new one.
    pub user: Option<User>,
    /// Whether the administrator edits the own account.
    pub is_own: bool,
}

impl FormView {
    pub fn new(form: UserForm, user: Option<User>, is_own: bool) -> Self {
        Self {
            form,
            invalid: Invalid::default(),
            user,
            is_own,
        }
    }

    /// After a refusal; a password is typed again.
    pub fn refused(mut form: UserForm, mut invalid: Invalid, user: Option<User>, is_own: bool) -> Self {
        if !form.password.is_empty() {
            form.password.clear();
            if !invalid.fields().contains_key("password") {
                invalid.add("password", "Type the password again: it is not sent back.");
            }
        }
        Self {
            form,
            invalid,
            user,
            is_own,
        }
    }

    pub fn action(&self) -> String {
        match &self.user {
            Some(user) => super::path(user.id),
            None => USERS.to_owned(),
        }
    }

    pub fn checks(&self) -> String {
        format!("{}/checks", self.action())
    }

    pub fn title(&self) -> String {
        match &self.user {
            Some(user) => format!("Edit {}", user.username),
            None => "Add a user".to_owned(),
        }
    }

    pub fn submit_label(&self) -> &'static str {
        if self.user.is_some() {
            "Save changes"
        } else {
            "Add user"
        }
    }

    pub fn role_help(&self) -> &'static str {
        if self.is_own {
            "You cannot change your own role; another administrator can."
        } else {
            "Viewers watch and keep favourites. Administrators also change providers, users and settings."
        }
    }
}

/// What a refusal says about the form's fields; other errors are no matter of the form.
pub(super) fn about_fields(error: AccountsError) -> Result<Invalid, Problem> {
    match error {
        AccountsError::Invalid(invalid) => Ok(invalid),
        AccountsError::Taken(field) => Ok(Invalid::field(field, taken(field))),
        error @ (AccountsError::Oneself | AccountsError::LastAdministrator) => {
            Ok(Invalid::field("role", Problem::from(error).message.as_ref()))
        }
        error => Err(error.into()),
    }
}

pub(super) fn taken(field: &str) -> &'static str {
    match field {
        "email" => "This e-mail address belongs to another user.",
        _ => "Another user has this name.",
    }
}

/// The form alone, as a fragment.
#[derive(Template)]
#[template(path = "accounts/users/_form.html")]
pub(super) struct FormFragment<'v> {
    pub view: &'v FormView,
}

/// The form in a dialog.
#[derive(Template)]
#[template(path = "accounts/users/_form_dialog.html")]
pub(super) struct FormDialog<'v> {
    pub view: &'v FormView,
}

/// The form as a page.
#[derive(Template)]
#[template(path = "accounts/users/form.html")]
pub(super) struct FormPage<'v> {
    pub page: Page,
    pub view: &'v FormView,
}
