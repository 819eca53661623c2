//! Signing in: the one place where a password is exchanged for a session.

use secrecy::SecretString;

use super::session::{Opened, open};
use super::store::users as store;
use super::{AccountsError, SessionKind, User, password};
use crate::ctx::Ctx;

/// Opens a session for whoever knows the password of `username`. `device` is what the client says it is.
///
/// A wrong name, a wrong password and a deactivated user take the same time and get the same answer.
///
/// # Errors
/// [`AccountsError::SignInRefused`] if name and password do not fit, or the user is not active.
pub async fn sign_in(
    ctx: &Ctx,
    username: &str,
    password: &SecretString,
    kind: SessionKind,
    device: Option<&str>,
) -> Result<(User, Opened), AccountsError> {
    let user = store::find_by_name(&ctx.db, username).await?;
    let hash = match &user {
        Some(user) => store::password_hash(&ctx.db, user.id).await?,
        None => None,
    };
    let fits = password::verify(password, hash.clone()).await?;
    let (Some(mut user), Some(hash), true) = (user, hash, fits) else {
        return Err(AccountsError::SignInRefused);
    };
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    if !store::note_sign_in(&mut tx, user.id, &hash, now_ms).await? {
        return Err(AccountsError::SignInRefused);
    }
    let opened = open(ctx, &mut tx, user.id, kind, device).await?;
    tx.commit().await?;
    user.last_login_ms = Some(now_ms);
    Ok((user, opened))
}
