//! The users of the installation: how they come, change and go.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::store::users as store;
use super::{
    AccountsError, User, UserChange, UserDraft, api_token, credential, first_start, password, session,
};
use crate::ctx::Ctx;
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::support::ids::{SessionId, UserId};
use crate::support::paging::{Listed, Slice};
use crate::support::text::name_key;
use crate::support::validation::Invalid;

/// Adds a user, with an output credential of the user's own.
///
/// # Errors
/// [`AccountsError::Invalid`] names each wrong field, [`AccountsError::Taken`] the name or address of another user.
pub async fn create(ctx: &Ctx, actor: &Actor, draft: UserDraft) -> Result<User, AccountsError> {
    let draft = draft.tidy();
    draft.problems().into_result()?;
    let hash = password::hash(&draft.password.as_str().into()).await?;
    let now_ms = ctx.clock.now_ms();
    let new = store::NewUser {
        username: &draft.username,
        email: draft.email.as_deref(),
        full_name: draft.full_name.as_deref(),
        password_hash: &hash,
        role: draft.role(),
        is_active: draft.is_active.unwrap_or(true),
        must_change_password: draft.must_change_password.unwrap_or(false),
        password_in_file: false,
        created_at_ms: now_ms,
    };
    let mut tx = ctx.db.begin().await?;
    let id = store::insert(&mut tx, &new).await?;
    credential::insert_personal(ctx, &mut tx, id).await?;
    let details = json!({"username": draft.username, "role": draft.role().as_str()});
    audit::record(&mut tx, now_ms, actor, "user.created", resource(id), details).await?;
    tx.commit().await?;
    get(ctx, id).await
}

/// # Errors
/// [`AccountsError::NotFound`] if there is no such user.
pub async fn get(ctx: &Ctx, id: UserId) -> Result<User, AccountsError> {
    store::find(&ctx.db, id).await?.ok_or(AccountsError::NotFound)
}

/// The user of this name, however it is capitalised.
pub async fn find_by_name(ctx: &Ctx, username: &str) -> Result<Option<User>, AccountsError> {
    Ok(store::find_by_name(&ctx.db, username).await?)
}

/// The users by name.
pub async fn list(ctx: &Ctx, slice: Slice) -> Result<Listed<User>, AccountsError> {
    Ok(store::list(&ctx.db, slice).await?)
}

/// The users whose name, full name or address holds every word of `q`, without regard to case and accents; by name.
pub async fn search(ctx: &Ctx, q: &str, slice: Slice) -> Result<Listed<User>, AccountsError> {
    let key = name_key(q);
    let words: Vec<&str> = key.split(' ').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return list(ctx, slice).await;
    }
    let mut found = store::all(&ctx.db).await?;
    found.retain(|user| {
        let parts = [Some(&user.username), user.full_name.as_ref(), user.email.as_ref()];
        let parts: Vec<String> = parts.into_iter().flatten().map(|part| name_key(part)).collect();
        let text = parts.join(" ");
        words.iter().all(|word| text.contains(word))
    });
    Ok(Listed::cut(found, slice))
}

/// Changes a user. A new password, another role and deactivation end the user's sessions, the first and the last the API
/// tokens too; `keep` is the session in which the actor does it.
///
/// # Errors
/// [`AccountsError::Oneself`] and [`AccountsError::LastAdministrator`] guard against locking everybody out.
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    change: UserChange,
    keep: Option<SessionId>,
) -> Result<User, AccountsError> {
    let change = change.tidy();
    change.problems(&get(ctx, id).await?.username).into_result()?;
    let hash = match &change.password {
        Some(password) => Some(password::hash(&password.as_str().into()).await?),
        None => None,
    };
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let admins = store::admins_locked(&mut tx).await?;
    let before = store::get_locked(&mut tx, id).await?;
    let after = changed(&before, &change);
    guard(actor, &admins, &before, Some(&after))?;
    store::update(&mut tx, &after).await?;
    let mut was_in_file = false;
    if let Some(hash) = &hash {
        was_in_file = store::set_password(&mut tx, id, hash, after.must_change_password).await?;
    }
    let ended = if hash.is_some() || before.role != after.role || !after.is_active {
        session::end_all(&mut tx, id, keep).await?
    } else {
        Vec::new()
    };
    let tokens = match hash.is_some() || !after.is_active {
        true => api_token::end_all(&mut tx, id).await?,
        false => 0,
    };
    let details = differences(&before, &after, hash.is_some());
    audit::record(&mut tx, now_ms, actor, "user.updated", resource(id), details).await?;
    tx.commit().await?;
    announce(
        ctx,
        before.is_active && !after.is_active || !ended.is_empty() || tokens > 0,
    );
    if was_in_file {
        first_start::remove_file(ctx).await;
    }
    Ok(after)
}

/// Removes a user with everything that only the user owns.
///
/// # Errors
/// As [`update`].
pub async fn delete(ctx: &Ctx, actor: &Actor, id: UserId) -> Result<(), AccountsError> {
    let mut tx = ctx.db.begin().await?;
    let admins = store::admins_locked(&mut tx).await?;
    let user = store::get_locked(&mut tx, id).await?;
    guard(actor, &admins, &user, None)?;
    let was_in_file = store::is_in_file(&mut tx, id).await?;
    session::end_all(&mut tx, id, None).await?;
    store::remove(&mut tx, id).await?;
    let details = json!({"username": user.username});
    let now_ms = ctx.clock.now_ms();
    audit::record(&mut tx, now_ms, actor, "user.deleted", resource(id), details).await?;
    tx.commit().await?;
    announce(ctx, true);
    if was_in_file {
        first_start::remove_file(ctx).await;
    }
    Ok(())
}

/// Replaces one's own password; every session but `keep` ends.
///
/// # Errors
/// [`AccountsError::Invalid`] for `current_password` or `new_password`.
pub async fn change_password(
    ctx: &Ctx,
    user: &User,
    keep: SessionId,
    current: &SecretString,
    new: &SecretString,
) -> Result<(), AccountsError> {
    let stored = store::password_hash(&ctx.db, user.id).await?;
    if !password::verify(current, stored).await? {
        return Err(Invalid::field("current_password", "This is not your present password.").into());
    }
    let mut invalid = Invalid::default();
    password::check(&mut invalid, "new_password", new.expose_secret(), &user.username);
    if current.expose_secret() == new.expose_secret() {
        invalid.add("new_password", "Choose another password than the present one.");
    }
    invalid.into_result()?;
    set_password(ctx, &user.actor(), user.id, new, Some(keep)).await
}

/// Sets a password without asking for the present one, for whoever may do so; every session and API token ends.
///
/// # Errors
/// [`AccountsError::Invalid`] for `password`.
pub async fn reset_password(
    ctx: &Ctx,
    actor: &Actor,
    user: &User,
    new: &SecretString,
) -> Result<(), AccountsError> {
    let mut invalid = Invalid::default();
    password::check(&mut invalid, "password", new.expose_secret(), &user.username);
    invalid.into_result()?;
    set_password(ctx, actor, user.id, new, None).await
}

async fn set_password(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    new: &SecretString,
    keep: Option<SessionId>,
) -> Result<(), AccountsError> {
    let hash = password::hash(new).await?;
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let user = store::get_locked(&mut tx, id).await?;
    let was_in_file = store::set_password(&mut tx, id, &hash, false).await?;
    let ended = session::end_all(&mut tx, id, keep).await?;
    // Whoever changes the own password keeps the programs that were let in; a reset ends those too.
    let tokens = match keep {
        Some(_) => 0,
        None => api_token::end_all(&mut tx, id).await?,
    };
    let details = json!({"username": user.username});
    audit::record(
        &mut tx,
        now_ms,
        actor,
        "user.password_changed",
        resource(id),
        details,
    )
    .await?;
    tx.commit().await?;
    announce(ctx, !ended.is_empty() || tokens > 0);
    if was_in_file {
        first_start::remove_file(ctx).await;
    }
    Ok(())
}

/// Tells this node's open streams that somebody lost access.
fn announce(ctx: &Ctx, has_ended: bool) {
    if has_ended {
        ctx.events.publish(Event::AccessRevoked);
    }
}

/// Nobody takes the own rights, and somebody must be left who may administer.
fn guard(actor: &Actor, admins: &[UserId], before: &User, after: Option<&User>) -> Result<(), AccountsError> {
    let stays =
        after.is_some_and(|after| after.role == before.role && (after.is_active || !before.is_active));
    if stays {
        return Ok(());
    }
    if actor.user_id() == Some(before.id) {
        return Err(AccountsError::Oneself);
    }
    let remains = after.is_some_and(|after| after.is_admin() && after.is_active);
    let has_others = admins.iter().any(|admin| *admin != before.id);
    if before.is_admin() && before.is_active && !remains && !has_others {
        return Err(AccountsError::LastAdministrator);
    }
    Ok(())
}

fn changed(user: &User, change: &UserChange) -> User {
    let mut user = user.clone();
    if let Some(username) = &change.username {
        user.username.clone_from(username);
    }
    if let Some(email) = &change.email {
        user.email.clone_from(email);
    }
    if let Some(full_name) = &change.full_name {
        user.full_name.clone_from(full_name);
    }
    user.role = change.role().unwrap_or(user.role);
    user.is_active = change.is_active.unwrap_or(user.is_active);
    user.must_change_password = change.must_change_password.unwrap_or(user.must_change_password);
    user
}

/// What an audit line says: the names of the fields that changed, and the rights.
fn differences(before: &User, after: &User, password: bool) -> serde_json::Value {
    let mut changed = Vec::new();
    for (name, differs) in [
        ("username", before.username != after.username),
        ("email", before.email != after.email),
        ("full_name", before.full_name != after.full_name),
        ("role", before.role != after.role),
        ("is_active", before.is_active != after.is_active),
        (
            "must_change_password",
            before.must_change_password != after.must_change_password,
        ),
        ("password", password),
    ] {
        if differs {
            changed.push(name);
        }
    }
    json!({"username": after.username, "changed": changed, "role": after.role.as_str(), "is_active": after.is_active})
}

fn resource(id: UserId) -> String {
    format!("user:{id}")
}
