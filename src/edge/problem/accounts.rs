use std::borrow::Cow;

use actix_web::http::StatusCode;

use super::{Fields, Problem};
use crate::features::accounts::AccountsError;

impl From<AccountsError> for Problem {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::Invalid(invalid) => invalid.into(),
            AccountsError::Taken(field) => taken(field),
            AccountsError::SignInRefused => Self::new(
                StatusCode::UNAUTHORIZED,
                "invalid_credentials",
                "The user name or the password is wrong.",
            ),
            AccountsError::CodeDemanded => Self::new(
                StatusCode::UNAUTHORIZED,
                "code_required",
                "Send the code of your authenticator app, or a recovery code, as `code` too.",
            ),
            AccountsError::CodeRefused => Self::new(
                StatusCode::UNAUTHORIZED,
                "invalid_code",
                "The code is wrong or was used before. Wait for the next one.",
            ),
            AccountsError::TicketRefused => Self::new(
                StatusCode::UNAUTHORIZED,
                "sign_in_expired",
                "That took too long. Sign in again.",
            ),
            AccountsError::SecondFactorOn => {
                Self::conflict("second_factor_on", "The second factor is on already.")
            }
            AccountsError::Oneself => Self::conflict(
                "oneself",
                "You cannot change your own role, or deactivate or delete your own account.",
            ),
            AccountsError::LastAdministrator => Self::conflict(
                "last_administrator",
                "This is the last active administrator. Make somebody else one first.",
            ),
            AccountsError::Forbidden => Self::forbidden(),
            AccountsError::NotFound => Self::not_found("What you asked for"),
            AccountsError::Db(error) => error.into(),
            error @ (AccountsError::Hashing
            | AccountsError::Decrypt(_)
            | AccountsError::PasswordFile { .. }) => Self::internal(error),
        }
    }
}

fn taken(field: &str) -> Problem {
    let message: Cow<'static, str> = match field {
        "username" => "This user name is taken.".into(),
        "email" => "This e-mail address belongs to another user.".into(),
        other => format!("This {other} is taken.").into(),
    };
    Problem::conflict("taken", message.clone())
        .with_fields(Fields::from([(field.to_owned(), vec![message.into_owned()])]))
}
