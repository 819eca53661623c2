//! Sessions: what a sign-in opens. Browsers hold the token in a cookie, programs send it as a bearer token.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::store::sessions as store;
use super::{AccountsError, User};
use crate::ctx::Ctx;
use crate::db::{Column, DbError, Row, Tx};
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::record;
use crate::support::crypto;
use crate::support::ids::{SessionId, UserId};

/// A session ends when it was not used for this long.
pub const LIFETIME_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// A use is written at most this often.
pub(super) const SEEN_EVERY_MS: i64 = 60 * 1000;
/// Noting a use is not worth waiting for a busy writer.
pub(super) const TOUCH_TIMEOUT: Duration = Duration::from_millis(100);

const PURPOSE: &str = "session";
/// Characters of what a client says about itself that are kept.
const DEVICE_CHARACTERS: usize = 200;

/// Who holds the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    Browser,
    Api,
}

impl SessionKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Api => "api",
        }
    }
}

impl Column for SessionKind {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let name: String = row.get(column)?;
        match name.as_str() {
            "browser" => Ok(Self::Browser),
            "api" => Ok(Self::Api),
            _ => Err(DbError::Column {
                column,
                cause: "no kind of session".to_owned(),
            }),
        }
    }
}

record! {
    /// A session as its owner sees it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Session {
        pub id: SessionId,
        pub kind: SessionKind,
        /// What the client said it is.
        pub device: Option<String>,
        pub created_at_ms: i64,
        pub last_seen_at_ms: i64,
        pub expires_at_ms: i64,
    }
}

/// Who a live token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub user: User,
    pub session: SessionId,
    pub kind: SessionKind,
}

/// A session that was just opened; its token is told this once.
#[derive(Debug)]
pub struct Opened {
    pub id: SessionId,
    pub token: SecretString,
    pub expires_at_ms: i64,
}

pub(super) async fn open(
    ctx: &Ctx,
    tx: &mut Tx,
    user: UserId,
    kind: SessionKind,
    device: Option<&str>,
) -> Result<Opened, DbError> {
    let now_ms = ctx.clock.now_ms();
    let expires_at_ms = now_ms + LIFETIME_MS;
    let token = crypto::random_token();
    let device: Option<String> = device.map(|text| text.chars().take(DEVICE_CHARACTERS).collect());
    let hash = fingerprint(ctx, token.expose_secret());
    let id = store::insert(tx, user, kind, hash, device.as_deref(), now_ms, expires_at_ms).await?;
    store::sweep(tx, user, now_ms).await?;
    Ok(Opened {
        id,
        token,
        expires_at_ms,
    })
}

/// Who `token` stands for, if its session lives and its user is active; notes the use.
pub async fn authenticate(ctx: &Ctx, token: &str) -> Result<Option<SignedIn>, AccountsError> {
    let now_ms = ctx.clock.now_ms();
    let Some((found, user)) = store::find(&ctx.db, fingerprint(ctx, token), now_ms).await? else {
        return Ok(None);
    };
    let seen_before_ms = now_ms - SEEN_EVERY_MS;
    if found.last_seen_at_ms <= seen_before_ms {
        let touch = store::touch(&ctx.db, found.id, seen_before_ms, now_ms, now_ms + LIFETIME_MS);
        // A use that cannot be written now is written by the next request.
        let _ = tokio::time::timeout(TOUCH_TIMEOUT, touch).await;
    }
    Ok(Some(SignedIn {
        user,
        session: found.id,
        kind: found.kind,
    }))
}

/// Whether a session has neither ended nor expired, and its user is active.
pub async fn is_live(ctx: &Ctx, id: SessionId) -> Result<bool, AccountsError> {
    Ok(store::is_live(&ctx.db, id, ctx.clock.now_ms()).await?)
}

/// The live sessions of a user, the last used first.
pub async fn list(ctx: &Ctx, user: UserId) -> Result<Vec<Session>, AccountsError> {
    Ok(store::list(&ctx.db, user, ctx.clock.now_ms()).await?)
}

/// Ends one of the user's own sessions.
///
/// # Errors
/// [`AccountsError::NotFound`] if the user has no such session.
pub async fn revoke(ctx: &Ctx, user: UserId, id: SessionId) -> Result<(), AccountsError> {
    let ended = store::remove(&ctx.db, user, id).await?;
    announce(ctx, &[ended.ok_or(AccountsError::NotFound)?]);
    Ok(())
}

/// Ends one session of somebody else, for an administrator.
///
/// # Errors
/// [`AccountsError::NotFound`] if the user has no such session.
pub async fn revoke_of(ctx: &Ctx, actor: &Actor, user: &User, id: SessionId) -> Result<(), AccountsError> {
    let mut tx = ctx.db.begin().await?;
    let device = store::remove_in(&mut tx, user.id, id)
        .await?
        .ok_or(AccountsError::NotFound)?;
    let details = json!({"username": user.username, "device": device});
    let (now_ms, resource) = (ctx.clock.now_ms(), format!("user:{}", user.id));
    audit::record(&mut tx, now_ms, actor, "session.ended", resource, details).await?;
    tx.commit().await?;
    announce(ctx, &[id]);
    Ok(())
}

/// Ends every session of a user but `keep`, for an administrator; how many there were.
pub async fn revoke_all_of(
    ctx: &Ctx,
    actor: &Actor,
    user: &User,
    keep: Option<SessionId>,
) -> Result<usize, AccountsError> {
    let mut tx = ctx.db.begin().await?;
    let ended = store::remove_all(&mut tx, user.id, keep).await?;
    let details = json!({"username": user.username, "sessions": ended.len()});
    let (now_ms, resource) = (ctx.clock.now_ms(), format!("user:{}", user.id));
    audit::record(&mut tx, now_ms, actor, "session.all_ended", resource, details).await?;
    tx.commit().await?;
    announce(ctx, &ended);
    Ok(ended.len())
}

/// Ends the session of this token, if it lives.
pub async fn end(ctx: &Ctx, token: &str) -> Result<(), AccountsError> {
    let found = store::find(&ctx.db, fingerprint(ctx, token), ctx.clock.now_ms()).await?;
    if let Some((found, user)) = found
        && let Some(id) = store::remove(&ctx.db, user.id, found.id).await?
    {
        announce(ctx, &[id]);
    }
    Ok(())
}

/// Ends every session of a user but `keep` in the caller's transaction, who announces it after the commit.
pub(super) async fn end_all(
    tx: &mut Tx,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<Vec<SessionId>, DbError> {
    store::remove_all(tx, user, keep).await
}

/// Tells this node's open streams that their sessions are over.
fn announce(ctx: &Ctx, ended: &[SessionId]) {
    if !ended.is_empty() {
        ctx.events.publish(Event::AccessRevoked);
    }
}

fn fingerprint(ctx: &Ctx, token: &str) -> [u8; 32] {
    ctx.keys.fingerprint(PURPOSE, token.as_bytes())
}
