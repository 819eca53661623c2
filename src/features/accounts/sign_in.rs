//! Signing in: the one place where a password, and a code where a second factor is on, is exchanged for a session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::session::{Opened, open};
use super::store::users as store;
use super::{AccountsError, SessionKind, User, password, second_factor};
use crate::ctx::Ctx;
use crate::support::crypto;
use crate::support::ids::UserId;

/// Between password and code.
const TICKET_LIFETIME_MS: i64 = 5 * 60 * 1000;
const PURPOSE: &str = "second step of a sign-in";

/// Opens a session for whoever knows the password of `username`, where that is enough. `device` is what the client says
/// it is.
///
/// # Errors
/// As [`first_step`] and [`Known::enter`] without a code.
pub async fn sign_in(
    ctx: &Ctx,
    username: &str,
    password: &SecretString,
    kind: SessionKind,
    device: Option<&str>,
) -> Result<(User, Opened), AccountsError> {
    let known = first_step(ctx, username, password).await?;
    known.enter(ctx, None, kind, device).await
}

/// Somebody whose password fits, but who is not signed in yet.
pub struct Known {
    user: User,
    password_hash: String,
}

/// What a ticket says: who, when, and with which password.
#[derive(Serialize, Deserialize)]
struct Ticket {
    user: UserId,
    at_ms: i64,
    password: Vec<u8>,
}

/// Checks the password.
///
/// A wrong name, a wrong password and a deactivated user take the same time and get the same answer.
///
/// # Errors
/// [`AccountsError::SignInRefused`] if name and password do not fit, or the user is not active.
pub async fn first_step(ctx: &Ctx, username: &str, password: &SecretString) -> Result<Known, AccountsError> {
    let user = store::find_by_name(&ctx.db, username).await?;
    let hash = match &user {
        Some(user) => store::password_hash(&ctx.db, user.id).await?,
        None => None,
    };
    let fits = password::verify(password, hash.clone()).await?;
    match (user, hash, fits) {
        (Some(user), Some(password_hash), true) if user.is_active => Ok(Known { user, password_hash }),
        _ => Err(AccountsError::SignInRefused),
    }
}

/// Whom a ticket was made for.
///
/// # Errors
/// [`AccountsError::TicketRefused`] if it is none of ours, older than five minutes, or the password has changed since.
pub async fn second_step(ctx: &Ctx, ticket: &str) -> Result<Known, AccountsError> {
    let ticket = read(ctx, ticket).ok_or(AccountsError::TicketRefused)?;
    let age_ms = ctx.clock.now_ms() - ticket.at_ms;
    let user = store::find(&ctx.db, ticket.user).await?;
    let hash = store::password_hash(&ctx.db, ticket.user).await?;
    match (user, hash) {
        (Some(user), Some(password_hash))
            if (0..TICKET_LIFETIME_MS).contains(&age_ms)
                && crypto::equal(&print(ctx, &password_hash), &ticket.password) =>
        {
            Ok(Known { user, password_hash })
        }
        _ => Err(AccountsError::TicketRefused),
    }
}

impl Known {
    /// The name under which attempts are counted.
    pub fn username(&self) -> &str {
        &self.user.username
    }

    /// What the second step shows to say that the first one was done; encrypted, and good for five minutes.
    pub fn ticket(&self, ctx: &Ctx) -> String {
        let ticket = Ticket {
            user: self.user.id,
            at_ms: ctx.clock.now_ms(),
            password: print(ctx, &self.password_hash).to_vec(),
        };
        // Two numbers and bytes always become JSON.
        let plain = serde_json::to_vec(&ticket).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(ctx.keys.encrypt(PURPOSE, &plain, &[]))
    }

    /// Opens a session. `device` is what the client says it is.
    ///
    /// # Errors
    /// [`AccountsError::CodeDemanded`] if a code is needed and there is none, [`AccountsError::CodeRefused`] if it is wrong
    /// or was used before.
    pub async fn enter(
        mut self,
        ctx: &Ctx,
        code: Option<&str>,
        kind: SessionKind,
        device: Option<&str>,
    ) -> Result<(User, Opened), AccountsError> {
        let now_ms = ctx.clock.now_ms();
        let mut tx = ctx.db.begin().await?;
        if !store::note_sign_in(&mut tx, self.user.id, &self.password_hash, now_ms).await? {
            return Err(AccountsError::SignInRefused);
        }
        second_factor::demand(ctx, &mut tx, &self.user, code).await?;
        let opened = open(ctx, &mut tx, self.user.id, kind, device).await?;
        tx.commit().await?;
        self.user.last_login_ms = Some(now_ms);
        Ok((self.user, opened))
    }
}

fn read(ctx: &Ctx, ticket: &str) -> Option<Ticket> {
    let sealed = URL_SAFE_NO_PAD.decode(ticket).ok()?;
    serde_json::from_slice(&ctx.keys.decrypt(PURPOSE, &sealed, &[]).ok()?).ok()
}

fn print(ctx: &Ctx, password_hash: &str) -> [u8; 32] {
    ctx.keys.fingerprint(PURPOSE, password_hash.as_bytes())
}
