use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use super::{fail, say, secret, status};
use crate::app::{App, StartError};
use crate::config::Config;
use crate::ctx::Ctx;
use crate::features::accounts::{
    AccountsError, User, UserDraft, first_start, password, second_factor, users,
};
use crate::features::audit::Actor;
use crate::support::paging::{MAX_LIMIT, Slice};

/// The variable that gives a password where nobody types one.
const VARIABLE: &str = "STRM_USER_PASSWORD";

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a user. The password comes from STRM_USER_PASSWORD, or is asked for; an empty one is made up and printed
    Add {
        name: String,
        /// With the rights of an administrator
        #[arg(long)]
        admin: bool,
        #[arg(long)]
        email: Option<String>,
        #[arg(long)]
        full_name: Option<String>,
    },
    /// Set a user's password and end the user's sessions. It comes from where `add` takes it
    Passwd { name: String },
    /// Switch a user's second factor off, where app and recovery codes are lost
    SecondFactorOff { name: String },
    /// List the users
    List,
}

/// Adds, changes and lists users on the database that the configuration names.
pub(super) async fn run(arguments: Arguments, config: Config) -> Result<ExitCode, StartError> {
    let app = App::build(config).await?;
    let done = match arguments.command {
        UserCommand::Add {
            name,
            admin,
            email,
            full_name,
        } => {
            let draft = UserDraft {
                username: name,
                email,
                full_name,
                role: Some(if admin { "admin" } else { "viewer" }.to_owned()),
                ..UserDraft::default()
            };
            add(&app.ctx, draft).await
        }
        UserCommand::Passwd { name } => passwd(&app.ctx, &name).await,
        UserCommand::SecondFactorOff { name } => second_factor_off(&app.ctx, &name).await,
        UserCommand::List => list(&app.ctx).await,
    };
    app.ctx.db.close().await;
    Ok(match done {
        Ok(text) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Err(error @ (AccountsError::Invalid(_) | AccountsError::Taken(_))) => fail(&error, status::USAGE),
        Err(AccountsError::NotFound) => fail(&NoSuchUser, status::FAILED),
        Err(error) => fail(&error, status::FAILED),
    })
}

#[derive(Debug, thiserror::Error)]
#[error("there is no user of this name")]
struct NoSuchUser;

async fn add(ctx: &Ctx, mut draft: UserDraft) -> Result<String, AccountsError> {
    // An installation whose only user is a viewer could never be administered.
    if draft.role.as_deref() != Some("admin")
        && let Some(text) = first_start::prepare(ctx).await?.announcement()
    {
        say(&text);
    }
    let (password, is_made_up) = wanted_password(&draft.username);
    draft.password = password.expose_secret().to_owned();
    let user = users::create(ctx, &Actor::Terminal, draft).await?;
    let text = format!("Added {} ({}).", user.username, user.role.as_str());
    Ok(with_password(text, &password, is_made_up))
}

async fn passwd(ctx: &Ctx, name: &str) -> Result<String, AccountsError> {
    let user = users::find_by_name(ctx, name)
        .await?
        .ok_or(AccountsError::NotFound)?;
    let (password, is_made_up) = wanted_password(&user.username);
    users::reset_password(ctx, &Actor::Terminal, &user, &password).await?;
    let text = format!("The password of {} is changed.", user.username);
    Ok(with_password(text, &password, is_made_up))
}

async fn second_factor_off(ctx: &Ctx, name: &str) -> Result<String, AccountsError> {
    let user = users::find_by_name(ctx, name)
        .await?
        .ok_or(AccountsError::NotFound)?;
    if user.second_factor_since_ms.is_none() {
        return Ok(format!("{} has no second factor.", user.username));
    }
    second_factor::disable_of(ctx, &Actor::Terminal, &user).await?;
    Ok(format!("The second factor of {} is off.", user.username))
}

async fn list(ctx: &Ctx) -> Result<String, AccountsError> {
    let mut slice = Slice {
        skip: 0,
        limit: MAX_LIMIT,
    };
    let mut all: Vec<User> = Vec::new();
    loop {
        let listed = users::list(ctx, slice).await?;
        slice.skip += i64::from(MAX_LIMIT);
        all.extend(listed.items);
        if slice.skip >= listed.total {
            return Ok(table(&all));
        }
    }
}

fn table(users: &[User]) -> String {
    let width = users
        .iter()
        .map(|user| user.username.chars().count())
        .max()
        .unwrap_or(0)
        .max(4);
    let mut text = format!("{:width$}  ROLE    ACTIVE  LAST SIGN-IN", "NAME");
    for user in users {
        let active = if user.is_active { "yes" } else { "no" };
        let last = user
            .last_login_ms
            .and_then(|at_ms| jiff::Timestamp::from_millisecond(at_ms).ok())
            .map_or_else(
                || "never".to_owned(),
                |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            );
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{:width$}  {:6}  {active:6}  {last}",
            user.username,
            user.role.as_str()
        );
    }
    text
}

fn with_password(mut text: String, password: &SecretString, is_made_up: bool) -> String {
    if is_made_up {
        let _ = write!(text, "\nPassword: {}", password.expose_secret());
    }
    text
}

/// From the environment, else typed or piped in, else made up; and whether it is made up.
fn wanted_password(username: &str) -> (SecretString, bool) {
    let given = std::env::var(VARIABLE)
        .unwrap_or_else(|_| secret::typed(&format!("Password of {username} (empty: one is made up)")));
    if given.is_empty() {
        (password::random(), true)
    } else {
        (given.into(), false)
    }
}
