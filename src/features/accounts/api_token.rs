//! API tokens: what a person's programs send instead of the password. Each has a scope and may end by itself; what an
//! administrator may do, a token may only while its owner is one.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::session::{SEEN_EVERY_MS, TOUCH_TIMEOUT};
use super::store::api_tokens as store;
use super::{AccountsError, User};
use crate::ctx::Ctx;
use crate::db::{Column, DbError, Row, Tx};
use crate::events::Event;
use crate::features::audit;
use crate::record;
use crate::support::clock::rfc3339;
use crate::support::crypto;
use crate::support::ids::{ApiTokenId, UserId};
use crate::support::paging::{Listed, Slice};
use crate::support::validation::Invalid;

/// What every token begins with: it tells one from the token of a sign-in, and scanners for leaked secrets know it.
pub const PREFIX: &str = "strm_";
/// Tokens of one user at most.
pub const PER_USER: usize = 100;

const PURPOSE: &str = "api token";

/// How far a token reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Looks at what its owner may see, and changes nothing.
    Read,
    /// Does what its owner may do.
    Write,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// The scope of this name; the two names are a contract.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            _ => None,
        }
    }
}

impl Column for Scope {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let name: String = row.get(column)?;
        Self::parse(&name).ok_or_else(|| DbError::Column {
            column,
            cause: "no scope".to_owned(),
        })
    }
}

record! {
    /// A token as its owner sees it: never the token itself.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApiToken {
        pub id: ApiTokenId,
        pub name: String,
        pub user_id: UserId,
        pub scope: Scope,
        pub created_at_ms: i64,
        /// None: it does not end by itself.
        pub expires_at_ms: Option<i64>,
        pub last_used_at_ms: Option<i64>,
    }
}

impl ApiToken {
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.expires_at_ms.is_some_and(|expires| expires <= now_ms)
    }
}

/// A token as it was asked for.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(default)]
pub struct TokenDraft {
    #[validate(length(max = 100, message = "Use at most 100 characters."))]
    pub name: String,
    /// `read` or `write`; read if absent.
    #[validate(custom(function = "check_scope"))]
    pub scope: Option<String>,
    /// When it ends, RFC 3339; never if absent or null.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

fn check_scope(name: &str) -> Result<(), ValidationError> {
    Scope::parse(name)
        .map(|_| ())
        .ok_or_else(|| ValidationError::new("invalid").with_message("Choose read or write.".into()))
}

/// A token that was just made; it is told this once.
#[derive(Debug)]
pub struct Made {
    pub stored: ApiToken,
    pub token: SecretString,
}

/// Who a live token stands for, and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    pub user: User,
    pub token: ApiTokenId,
    pub scope: Scope,
}

/// Makes a token for oneself.
///
/// # Errors
/// [`AccountsError::Invalid`] names each wrong field, [`AccountsError::Taken`] a name that is in use.
pub async fn create(ctx: &Ctx, caller: &User, draft: TokenDraft) -> Result<Made, AccountsError> {
    let (now_ms, name) = (ctx.clock.now_ms(), draft.name.trim().to_owned());
    let mut invalid = Invalid::of(&draft);
    if name.is_empty() {
        invalid.add("name", "Give it a name, such as the program that will use it.");
    }
    let expires_at_ms = read_end(draft.expires_at.as_deref(), now_ms, &mut invalid);
    invalid.into_result()?;
    let scope = draft
        .scope
        .as_deref()
        .and_then(Scope::parse)
        .unwrap_or(Scope::Read);
    let token = format!("{PREFIX}{}", crypto::random_token().expose_secret());
    let new = store::NewToken {
        name: &name,
        user_id: caller.id,
        scope,
        token_hash: fingerprint(ctx, &token),
        created_at_ms: now_ms,
        expires_at_ms,
    };
    let mut tx = ctx.db.begin().await?;
    // Two requests at once would both find the name free.
    super::store::users::get_locked(&mut tx, caller.id).await?;
    let names = store::names(&mut tx, caller.id).await?;
    if names
        .iter()
        .any(|known| known.to_lowercase() == name.to_lowercase())
    {
        return Err(AccountsError::Taken("name"));
    }
    if names.len() >= PER_USER {
        return Err(Invalid::field("name", "You have 100 tokens. Revoke one first.").into());
    }
    let id = store::insert(&mut tx, &new).await?;
    let details = json!({"name": name, "scope": scope.as_str(), "expires_at": expires_at_ms.map(rfc3339)});
    audit::record(
        &mut tx,
        now_ms,
        &caller.actor(),
        "api_token.created",
        resource(id),
        details,
    )
    .await?;
    tx.commit().await?;
    Ok(Made {
        stored: ApiToken {
            id,
            name,
            user_id: caller.id,
            scope,
            created_at_ms: now_ms,
            expires_at_ms,
            last_used_at_ms: None,
        },
        token: token.into(),
    })
}

fn read_end(text: Option<&str>, now_ms: i64, invalid: &mut Invalid) -> Option<i64> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    match text.trim().parse::<jiff::Timestamp>() {
        Ok(end) if end.as_millisecond() > now_ms => Some(end.as_millisecond()),
        Ok(_) => {
            invalid.add("expires_at", "Choose an end that is still to come.");
            None
        }
        Err(_) => {
            invalid.add("expires_at", "Use a time such as 2027-01-31T00:00:00Z.");
            None
        }
    }
}

/// Who `token` stands for, if it lives and its user is active; notes the use.
pub async fn authenticate(ctx: &Ctx, token: &str) -> Result<Option<Bearer>, AccountsError> {
    let now_ms = ctx.clock.now_ms();
    let Some((found, user)) = store::find_live(&ctx.db, fingerprint(ctx, token), now_ms).await? else {
        return Ok(None);
    };
    let used_before_ms = now_ms - SEEN_EVERY_MS;
    if found.last_used_at_ms.is_none_or(|used| used <= used_before_ms) {
        // A use that cannot be written now is written by the next request.
        let touch = store::touch(&ctx.db, found.id, used_before_ms, now_ms);
        let _ = tokio::time::timeout(TOUCH_TIMEOUT, touch).await;
    }
    Ok(Some(Bearer {
        user,
        token: found.id,
        scope: found.scope,
    }))
}

/// Whether a token has neither been revoked nor ended, and its user is active.
pub async fn is_live(ctx: &Ctx, id: ApiTokenId) -> Result<bool, AccountsError> {
    Ok(store::is_live(&ctx.db, id, ctx.clock.now_ms()).await?)
}

/// The tokens of a user, the oldest first.
pub async fn list(ctx: &Ctx, user: UserId, slice: Slice) -> Result<Listed<ApiToken>, AccountsError> {
    Ok(store::list(&ctx.db, user, slice).await?)
}

/// A token of one's own; an administrator may name anybody's.
///
/// # Errors
/// [`AccountsError::NotFound`] if there is none, or it is somebody else's and the caller no administrator.
pub async fn get(ctx: &Ctx, caller: &User, id: ApiTokenId) -> Result<ApiToken, AccountsError> {
    let found = store::find(&ctx.db, id).await?.ok_or(AccountsError::NotFound)?;
    if found.user_id != caller.id && !caller.is_admin() {
        return Err(AccountsError::NotFound);
    }
    Ok(found)
}

/// Ends a token at once, with what it has open.
///
/// # Errors
/// As [`get`].
pub async fn revoke(ctx: &Ctx, caller: &User, id: ApiTokenId) -> Result<ApiToken, AccountsError> {
    let found = get(ctx, caller, id).await?;
    let mut tx = ctx.db.begin().await?;
    if !store::remove(&mut tx, id).await? {
        return Err(AccountsError::NotFound);
    }
    let details = json!({"name": found.name, "user_id": found.user_id});
    let now_ms = ctx.clock.now_ms();
    audit::record(
        &mut tx,
        now_ms,
        &caller.actor(),
        "api_token.revoked",
        resource(id),
        details,
    )
    .await?;
    tx.commit().await?;
    ctx.events.publish(Event::AccessRevoked);
    Ok(found)
}

/// Ends every token of a user in the caller's transaction, who announces it after the commit; how many there were.
pub(super) async fn end_all(tx: &mut Tx, user: UserId) -> Result<u64, DbError> {
    store::remove_all(tx, user).await
}

fn fingerprint(ctx: &Ctx, token: &str) -> [u8; 32] {
    ctx.keys.fingerprint(PURPOSE, token.as_bytes())
}

fn resource(id: ApiTokenId) -> String {
    format!("api_token:{id}")
}
