//! Output credentials: the tokens in the links that players and media servers open.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use super::session::{SEEN_EVERY_MS, TOUCH_TIMEOUT};
use super::store::credentials::{self as store, Stored};
use super::{AccountsError, User, users};
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::support::crypto;
use crate::support::ids::{CredentialId, UserId};
use crate::support::paging::{Listed, Slice};
use crate::support::validation::Invalid;

const PURPOSE: &str = "output credential";
/// The name of the one that each user has from the beginning.
const PERSONAL_NAME: &str = "My players";

/// A credential with its token, for whoever may read it.
#[derive(Debug, Clone)]
pub struct OutputCredential {
    pub id: CredentialId,
    pub name: String,
    pub user_id: Option<UserId>,
    /// The one that the user's own links carry; removing it makes a new one.
    pub is_personal: bool,
    pub token: SecretString,
    pub created_at_ms: i64,
    pub last_used_at_ms: Option<i64>,
}

impl OutputCredential {
    /// The path of the playlist with this token.
    pub fn playlist_path(&self) -> String {
        format!("/playlist.m3u?token={}", self.token.expose_secret())
    }

    /// The path of the guide with this token.
    pub fn xmltv_path(&self) -> String {
        format!("/xmltv.xml?token={}", self.token.expose_secret())
    }
}

/// Who plays: a principal of its own, without a name and rights of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    pub credential: CredentialId,
    pub name: String,
    pub user_id: Option<UserId>,
}

/// A credential as it was asked for: absent `user_id` is oneself, null is nobody.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(default)]
pub struct CredentialDraft {
    #[validate(length(max = 100, message = "Use at most 100 characters."))]
    pub name: String,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub user_id: Option<Option<UserId>>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<UserId>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Who holds this token now; notes the use.
pub async fn authenticate(ctx: &Ctx, token: &str) -> Result<Option<Player>, AccountsError> {
    let Some(found) = store::find_by_token(&ctx.db, fingerprint(ctx, token)).await? else {
        return Ok(None);
    };
    let now_ms = ctx.clock.now_ms();
    let used_before_ms = now_ms - SEEN_EVERY_MS;
    if found.last_used_at_ms.is_none_or(|used| used <= used_before_ms) {
        // A use that cannot be written now is written by the next request.
        let touch = store::touch(&ctx.db, found.id, used_before_ms, now_ms);
        let _ = tokio::time::timeout(TOUCH_TIMEOUT, touch).await;
    }
    Ok(Some(Player {
        credential: found.id,
        name: found.name,
        user_id: found.user_id,
    }))
}

/// Whether a credential still plays, for streams that are under way.
///
/// # Errors
/// Whatever the database says.
pub async fn is_live(ctx: &Ctx, id: CredentialId) -> Result<bool, AccountsError> {
    Ok(store::is_live(&ctx.db, id).await?)
}

/// Makes a credential for oneself; administrators make them for others and for nobody too.
///
/// # Errors
/// [`AccountsError::Forbidden`] if a viewer names another user.
pub async fn create(
    ctx: &Ctx,
    caller: &User,
    draft: CredentialDraft,
) -> Result<OutputCredential, AccountsError> {
    let name = draft.name.trim().to_owned();
    let mut invalid = Invalid::of(&draft);
    if name.is_empty() {
        invalid.add("name", "Give it a name, such as the player that will use it.");
    }
    let owner = draft.user_id.unwrap_or(Some(caller.id));
    if owner != Some(caller.id) && !caller.is_admin() {
        return Err(AccountsError::Forbidden);
    }
    if let Some(owner) = owner
        && owner != caller.id
        && matches!(users::get(ctx, owner).await, Err(AccountsError::NotFound))
    {
        invalid.add("user_id", "There is no such user.");
    }
    invalid.into_result()?;
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    if let Some(owner) = owner {
        let names = store::names(&mut tx, owner).await?;
        if names
            .iter()
            .any(|known| known.to_lowercase() == name.to_lowercase())
        {
            return Err(AccountsError::Taken("name"));
        }
    }
    let id = insert(ctx, &mut tx, &name, owner, false).await?;
    let details = json!({"name": name, "user_id": owner});
    let action = "output_credential.created";
    audit::record(&mut tx, now_ms, &caller.actor(), action, resource(id), details).await?;
    tx.commit().await?;
    get(ctx, id).await
}

/// Makes a credential that belongs to nobody, for a library that the product itself writes.
pub async fn create_for_nobody(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    name: &str,
) -> Result<CredentialId, AccountsError> {
    let id = insert(ctx, tx, name, None, false).await?;
    let details = json!({"name": name, "user_id": null});
    let action = "output_credential.created";
    audit::record(tx, ctx.clock.now_ms(), actor, action, resource(id), details).await?;
    Ok(id)
}

/// Ends a credential that belongs to nobody, with what it was made for. Once that is committed, whoever asked tells of it:
/// [`Event::AccessRevoked`].
pub async fn remove_of_nobody(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    id: CredentialId,
) -> Result<(), DbError> {
    if !store::remove(tx, id).await? {
        return Ok(());
    }
    let action = "output_credential.deleted";
    let details = json!({"user_id": null});
    audit::record(tx, ctx.clock.now_ms(), actor, action, resource(id), details).await
}

/// Notes that a credential plays, for who plays with it without showing its token.
pub async fn note_use(ctx: &Ctx, id: CredentialId) {
    let now_ms = ctx.clock.now_ms();
    // A use that cannot be written now is written by the next one.
    let touch = store::touch(&ctx.db, id, now_ms - SEEN_EVERY_MS, now_ms);
    let _ = tokio::time::timeout(TOUCH_TIMEOUT, touch).await;
}

/// The credential with its token; the caller has made sure that it may be read.
///
/// # Errors
/// [`AccountsError::NotFound`] if there is no such credential.
pub async fn get(ctx: &Ctx, id: CredentialId) -> Result<OutputCredential, AccountsError> {
    let stored = store::find(&ctx.db, id).await?.ok_or(AccountsError::NotFound)?;
    unsealed(ctx, stored)
}

/// The credential that the links of a user carry.
pub async fn personal(ctx: &Ctx, user: UserId) -> Result<Option<OutputCredential>, AccountsError> {
    store::find_personal(&ctx.db, user)
        .await?
        .map(|stored| unsealed(ctx, stored))
        .transpose()
}

/// One's own credentials, the oldest first.
pub async fn list_own(
    ctx: &Ctx,
    user: UserId,
    slice: Slice,
) -> Result<Listed<OutputCredential>, AccountsError> {
    read(ctx, store::list(&ctx.db, Some(user), slice).await?)
}

/// Everybody's and nobody's credentials, for an administrator; reading tokens that are not one's own leaves a line.
pub async fn list_all(
    ctx: &Ctx,
    caller: &User,
    slice: Slice,
) -> Result<Listed<OutputCredential>, AccountsError> {
    let listed = read(ctx, store::list(&ctx.db, None, slice).await?)?;
    let foreign: Vec<CredentialId> = listed
        .items
        .iter()
        .filter(|credential| credential.user_id != Some(caller.id))
        .map(|credential| credential.id)
        .collect();
    if !foreign.is_empty() {
        let mut tx = ctx.db.begin().await?;
        let now_ms = ctx.clock.now_ms();
        let details = json!({"ids": foreign});
        let action = "output_credential.read";
        audit::record(
            &mut tx,
            now_ms,
            &caller.actor(),
            action,
            "output_credential",
            details,
        )
        .await?;
        tx.commit().await?;
    }
    Ok(listed)
}

/// Ends a credential; every link with its token is dead at once. One's personal credential is replaced by a new one.
///
/// # Errors
/// [`AccountsError::NotFound`] if there is none, or it is somebody else's and the caller no administrator.
pub async fn remove(ctx: &Ctx, caller: &User, id: CredentialId) -> Result<(), AccountsError> {
    let found = store::find(&ctx.db, id).await?.ok_or(AccountsError::NotFound)?;
    if found.user_id != Some(caller.id) && !caller.is_admin() {
        return Err(AccountsError::NotFound);
    }
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    if !store::remove(&mut tx, id).await? {
        return Err(AccountsError::NotFound);
    }
    if let Some(owner) = found.user_id.filter(|_| found.is_personal) {
        insert_personal(ctx, &mut tx, owner).await?;
    }
    let details = json!({"name": found.name, "user_id": found.user_id});
    let action = "output_credential.deleted";
    audit::record(&mut tx, now_ms, &caller.actor(), action, resource(id), details).await?;
    tx.commit().await?;
    ctx.events.publish(Event::AccessRevoked);
    Ok(())
}

pub(super) async fn insert_personal(ctx: &Ctx, tx: &mut Tx, user: UserId) -> Result<CredentialId, DbError> {
    insert(ctx, tx, PERSONAL_NAME, Some(user), true).await
}

async fn insert(
    ctx: &Ctx,
    tx: &mut Tx,
    name: &str,
    user: Option<UserId>,
    is_personal: bool,
) -> Result<CredentialId, DbError> {
    let token = crypto::random_token();
    let token = token.expose_secret();
    let hash = fingerprint(ctx, token);
    let sealed = ctx.keys.encrypt(PURPOSE, token.as_bytes(), &hash);
    store::insert(tx, name, user, is_personal, hash, sealed, ctx.clock.now_ms()).await
}

fn read(ctx: &Ctx, listed: Listed<Stored>) -> Result<Listed<OutputCredential>, AccountsError> {
    let items = listed.items.into_iter().map(|stored| unsealed(ctx, stored));
    Ok(Listed {
        items: items.collect::<Result<_, _>>()?,
        total: listed.total,
    })
}

fn unsealed(ctx: &Ctx, stored: Stored) -> Result<OutputCredential, AccountsError> {
    let token = ctx
        .keys
        .decrypt(PURPOSE, &stored.token_sealed, &stored.token_hash)?;
    Ok(OutputCredential {
        id: stored.id,
        name: stored.name,
        user_id: stored.user_id,
        is_personal: stored.is_personal,
        token: String::from_utf8_lossy(&token).into_owned().into(),
        created_at_ms: stored.created_at_ms,
        last_used_at_ms: stored.last_used_at_ms,
    })
}

fn fingerprint(ctx: &Ctx, token: &str) -> [u8; 32] {
    ctx.keys.fingerprint(PURPOSE, token.as_bytes())
}

fn resource(id: CredentialId) -> String {
    format!("output_credential:{id}")
}
