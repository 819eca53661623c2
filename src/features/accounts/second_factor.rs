//! The second factor: codes of an authenticator app (RFC 6238), and recovery codes where the app is lost.
//!
//! The secret is stored encrypted and told only until the app has shown that it knows it; of recovery codes only keyed
//! hashes are stored. No code counts twice.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::store::second_factors::{self as store, Stored};
use super::store::users;
use super::{AccountsError, User, password};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::features::audit::{self, Actor};
use crate::support::crypto;
use crate::support::ids::UserId;
use crate::support::totp;
use crate::support::validation::Invalid;

/// How many recovery codes there are at first.
pub const RECOVERY_CODES: usize = 10;
/// What apps show above the code.
const ISSUER: &str = "M3U-STRM-Processor";
const SECRET_PURPOSE: &str = "second factor";
const CODE_PURPOSE: &str = "recovery code";
const MAX_CODE_CHARACTERS: usize = 40;

/// Whether it is on, and what is left for an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// None: it is off.
    pub since_ms: Option<i64>,
    pub codes_left: i64,
}

/// What an authenticator app has to learn.
#[derive(Debug)]
pub struct Setup {
    /// In base 32.
    pub secret: SecretString,
    /// What the picture to scan says.
    pub uri: SecretString,
}

pub async fn status(ctx: &Ctx, user: UserId) -> Result<Status, AccountsError> {
    let stored = store::get(&ctx.db, user).await?;
    Ok(Status {
        since_ms: stored.since_ms,
        codes_left: store::count_codes(&ctx.db, user).await?,
    })
}

/// Makes a secret for oneself. It counts for nothing until [`confirm`].
///
/// # Errors
/// [`AccountsError::Invalid`] if `password` is not one's own, [`AccountsError::SecondFactorOn`] if there is one already.
pub async fn begin(ctx: &Ctx, user: &User, password: &SecretString) -> Result<Setup, AccountsError> {
    check_password(ctx, user.id, password).await?;
    let secret = crypto::random_key();
    let secret = &secret.expose_secret()[..totp::SECRET_BYTES];
    let mut tx = ctx.db.begin().await?;
    if store::get_locked(&mut tx, user.id).await?.since_ms.is_some() {
        return Err(AccountsError::SecondFactorOn);
    }
    let pending = Stored {
        secret_sealed: Some(ctx.keys.encrypt(SECRET_PURPOSE, secret, &place(user.id))),
        since_ms: None,
        last_step: None,
    };
    store::set(&mut tx, user.id, &pending).await?;
    tx.commit().await?;
    Ok(setup(user, secret))
}

/// What was begun and not confirmed yet.
pub async fn pending(ctx: &Ctx, user: &User) -> Result<Option<Setup>, AccountsError> {
    let stored = store::get(&ctx.db, user.id).await?;
    match (&stored.secret_sealed, stored.since_ms) {
        (Some(sealed), None) => Ok(Some(setup(user, &open(ctx, user.id, sealed)?))),
        _ => Ok(None),
    }
}

/// Switches it on once the app shows the right code; the recovery codes, which are told this once.
///
/// # Errors
/// [`AccountsError::Invalid`] for `code`; [`AccountsError::NotFound`] if nothing was begun.
pub async fn confirm(ctx: &Ctx, user: &User, code: &str) -> Result<Vec<SecretString>, AccountsError> {
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let stored = store::get_locked(&mut tx, user.id).await?;
    if stored.since_ms.is_some() {
        return Err(AccountsError::SecondFactorOn);
    }
    let sealed = stored.secret_sealed.ok_or(AccountsError::NotFound)?;
    let secret = open(ctx, user.id, &sealed)?;
    let Some(step) = totp::matching_step(&secret, code, now_ms, None) else {
        let message = "This is not the code of now. Check the clock of your phone and type the next one.";
        return Err(Invalid::field("code", message).into());
    };
    let on = Stored {
        secret_sealed: Some(sealed),
        since_ms: Some(now_ms),
        last_step: Some(step),
    };
    store::set(&mut tx, user.id, &on).await?;
    let codes = renew(ctx, &mut tx, user.id).await?;
    record(ctx, &mut tx, &user.actor(), "second_factor.enabled", user).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Replaces one's own recovery codes; the old ones are worth nothing.
///
/// # Errors
/// [`AccountsError::Invalid`] for `password`; [`AccountsError::NotFound`] if it is off.
pub async fn renew_codes(
    ctx: &Ctx,
    user: &User,
    password: &SecretString,
) -> Result<Vec<SecretString>, AccountsError> {
    check_password(ctx, user.id, password).await?;
    let mut tx = ctx.db.begin().await?;
    if store::get_locked(&mut tx, user.id).await?.since_ms.is_none() {
        return Err(AccountsError::NotFound);
    }
    let codes = renew(ctx, &mut tx, user.id).await?;
    record(ctx, &mut tx, &user.actor(), "second_factor.codes_renewed", user).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Switches one's own off.
///
/// # Errors
/// [`AccountsError::Invalid`] for `password`; [`AccountsError::NotFound`] if it is off.
pub async fn disable(ctx: &Ctx, user: &User, password: &SecretString) -> Result<(), AccountsError> {
    check_password(ctx, user.id, password).await?;
    disable_of(ctx, &user.actor(), user).await
}

/// Switches somebody's off, for whoever may: the way back in for who lost app and codes.
///
/// # Errors
/// [`AccountsError::NotFound`] if it is off.
pub async fn disable_of(ctx: &Ctx, actor: &Actor, user: &User) -> Result<(), AccountsError> {
    let mut tx = ctx.db.begin().await?;
    if store::get_locked(&mut tx, user.id).await?.since_ms.is_none() {
        return Err(AccountsError::NotFound);
    }
    let off = Stored {
        secret_sealed: None,
        since_ms: None,
        last_step: None,
    };
    store::set(&mut tx, user.id, &off).await?;
    store::set_codes(&mut tx, user.id, &[]).await?;
    record(ctx, &mut tx, actor, "second_factor.disabled", user).await?;
    tx.commit().await?;
    Ok(())
}

/// Checks the code of a sign-in and uses it up, in the transaction that opens the session; nothing to do where it is off.
///
/// # Errors
/// [`AccountsError::CodeDemanded`] without a code, [`AccountsError::CodeRefused`] with a wrong or a used one.
pub(super) async fn demand(
    ctx: &Ctx,
    tx: &mut Tx,
    user: &User,
    code: Option<&str>,
) -> Result<(), AccountsError> {
    let stored = store::get_locked(tx, user.id).await?;
    let (Some(sealed), Some(since_ms)) = (stored.secret_sealed, stored.since_ms) else {
        return Ok(());
    };
    let code = code.map(str::trim).filter(|code| !code.is_empty());
    let code = code.ok_or(AccountsError::CodeDemanded)?;
    let secret = open(ctx, user.id, &sealed)?;
    let now_ms = ctx.clock.now_ms();
    if let Some(step) = totp::matching_step(&secret, code, now_ms, stored.last_step) {
        let used = Stored {
            secret_sealed: Some(sealed),
            since_ms: Some(since_ms),
            last_step: Some(step),
        };
        return Ok(store::set(tx, user.id, &used).await?);
    }
    if code.chars().count() <= MAX_CODE_CHARACTERS
        && store::take_code(tx, user.id, code_hash(ctx, user.id, code)).await?
    {
        return record(ctx, tx, &user.actor(), "second_factor.recovery_code_used", user).await;
    }
    Err(AccountsError::CodeRefused)
}

async fn check_password(ctx: &Ctx, user: UserId, password: &SecretString) -> Result<(), AccountsError> {
    let stored = users::password_hash(&ctx.db, user).await?;
    if password::verify(password, stored).await? {
        return Ok(());
    }
    Err(Invalid::field("password", "This is not your present password.").into())
}

async fn renew(ctx: &Ctx, tx: &mut Tx, user: UserId) -> Result<Vec<SecretString>, AccountsError> {
    let codes: Vec<SecretString> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let hashes: Vec<[u8; 32]> = codes
        .iter()
        .map(|code| code_hash(ctx, user, code.expose_secret()))
        .collect();
    store::set_codes(tx, user, &hashes).await?;
    Ok(codes)
}

/// 60 random bits: three of the groups of a random password.
fn recovery_code() -> SecretString {
    let password = password::random();
    let groups: Vec<&str> = password.expose_secret().split('-').take(3).collect();
    groups.join("-").into()
}

/// However it was typed: hyphens, spaces and capitals do not matter.
fn code_hash(ctx: &Ctx, user: UserId, code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    ctx.keys
        .fingerprint(CODE_PURPOSE, format!("{user} {plain}").as_bytes())
}

async fn record(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    user: &User,
) -> Result<(), AccountsError> {
    let details: Value = json!({"username": user.username});
    let resource = format!("user:{}", user.id);
    Ok(audit::record(tx, ctx.clock.now_ms(), actor, action, resource, details).await?)
}

fn setup(user: &User, secret: &[u8]) -> Setup {
    let secret = totp::base32(secret);
    let encoded = |text: &str| -> String {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let (issuer, account) = (encoded(ISSUER), encoded(&user.username));
    let uri = format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}");
    Setup {
        secret: secret.into(),
        uri: uri.into(),
    }
}

fn open(ctx: &Ctx, user: UserId, sealed: &[u8]) -> Result<Vec<u8>, AccountsError> {
    Ok(ctx.keys.decrypt(SECRET_PURPOSE, sealed, &place(user))?)
}

/// Binds the secret to its user.
fn place(user: UserId) -> [u8; 8] {
    user.0.to_be_bytes()
}
