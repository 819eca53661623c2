//! What an administrator does to a provider, each with its audit line in the same transaction.

use std::pin::Pin;

use serde_json::{Map, Value, json};

use super::uploads::{self, Checked};
use super::url_values::ValuesError;
use super::{Draft, Error, Kind, Provider, Source, Uploaded, import, store, url_values};
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::jobs::{NewJob, kinds};
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;

/// What lists say otherwise after a change of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relisted {
    /// All that it offers is shown now, or hidden.
    pub is_shown_anew: bool,
    /// Its streams rank otherwise among those of others.
    pub is_ranked_anew: bool,
}

/// What the owner of the lists does in the transaction of such a change, at an instant.
pub type Relist = for<'a> fn(
    &'a mut Tx,
    ProviderId,
    Relisted,
    i64,
) -> Pin<Box<dyn Future<Output = Result<(), DbError>> + Send + 'a>>;

/// What somebody sends of a provider.
pub struct Wish<'w> {
    pub fields: &'w Map<String, Value>,
    /// A playlist that came along.
    pub file: Option<Checked>,
}

impl<'w> From<&'w Map<String, Value>> for Wish<'w> {
    fn from(fields: &'w Map<String, Value>) -> Self {
        Self { fields, file: None }
    }
}

impl Wish<'_> {
    fn described(&self) -> Option<Uploaded> {
        self.file.as_ref().map(Checked::described)
    }
}

const REMOVAL_ATTEMPTS: u32 = 5;

/// Makes a provider. A form's one-use key that was used before makes nothing: the provider it made is the answer.
///
/// # Errors
/// [`Error::Invalid`], [`Error::NameTaken`].
pub async fn create<'w>(
    ctx: &Ctx,
    actor: &Actor,
    wish: impl Into<Wish<'w>>,
    form_key: Option<&str>,
) -> Result<ProviderId, Error> {
    let wish = wish.into();
    let mut tx = ctx.db.begin().await?;
    if let Some(made) = made_before(&mut tx, form_key).await? {
        return Ok(made);
    }
    // Reading or writing a file takes longer than anybody should wait for a transaction.
    tx.rollback().await?;
    let mut draft = Draft::new(wish.fields, wish.described())?;
    look_at_path(ctx, &Source::Address, &draft).await?;
    let Some(file) = wish.file else {
        let tx = ctx.db.begin().await?;
        return insert_once(ctx, tx, actor, &draft, form_key).await;
    };
    let staged = uploads::stage(ctx, file).await?;
    draft.source = Source::Upload(staged);
    let made = match ctx.db.begin().await {
        Ok(tx) => insert_once(ctx, tx, actor, &draft, form_key).await,
        Err(error) => Err(error.into()),
    };
    if made.is_err() {
        uploads::discard(ctx, staged.id).await;
    }
    made
}

async fn insert_once(
    ctx: &Ctx,
    tx: Tx,
    actor: &Actor,
    draft: &Draft,
    form_key: Option<&str>,
) -> Result<ProviderId, Error> {
    match insert(ctx, tx, actor, draft, form_key).await {
        // The same form sent twice at the same time: the other one has just been written.
        Err(Error::NameTaken | Error::Db(DbError::Unique { .. })) if form_key.is_some() => {
            let mut tx = ctx.db.begin().await?;
            made_before(&mut tx, form_key).await?.ok_or(Error::NameTaken)
        }
        made => made,
    }
}

async fn made_before(tx: &mut Tx, form_key: Option<&str>) -> Result<Option<ProviderId>, DbError> {
    match form_key {
        Some(key) => store::made_by_form(tx, key).await,
        None => Ok(None),
    }
}

async fn insert(
    ctx: &Ctx,
    mut tx: Tx,
    actor: &Actor,
    draft: &Draft,
    form_key: Option<&str>,
) -> Result<ProviderId, Error> {
    let now = ctx.clock.now_ms();
    if store::is_name_taken(&mut tx, &draft.name, None).await? {
        return Err(Error::NameTaken);
    }
    let id = store::insert(&mut tx, &ctx.keys, draft, form_key, now).await?;
    hold_file(&mut tx, &Source::Address, &draft.source).await?;
    let details = json!({ "name": draft.name });
    audit::record(&mut tx, now, actor, "provider.created", resource(id), details).await?;
    tx.commit().await?;
    ctx.events.publish(Event::ProviderChanged(id));
    Ok(id)
}

/// Changes the fields that were sent; the audit line names them without their values.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::NameTaken`].
pub async fn update<'w>(
    ctx: &Ctx,
    actor: &Actor,
    id: ProviderId,
    wish: impl Into<Wish<'w>>,
    relist: Relist,
) -> Result<Provider, Error> {
    let wish = wish.into();
    // What cannot stand is told before a file is written, and a file is looked at before anybody has to wait.
    let before = store::get(&ctx.db, id).await?;
    let secrets = before.secrets(&ctx.keys).unwrap_or_default();
    let draft = Draft::changed(&before, &secrets, wish.fields, wish.described())?;
    look_at_path(ctx, &before.source, &draft).await?;
    let Some(file) = wish.file else {
        return change(ctx, actor, id, (wish.fields, None), relist).await;
    };
    let staged = uploads::stage(ctx, file).await?;
    let changed = change(ctx, actor, id, (wish.fields, Some(staged)), relist).await;
    if !matches!(&changed, Ok(after) if after.source == Source::Upload(staged)) {
        uploads::discard(ctx, staged.id).await;
    }
    changed
}

async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: ProviderId,
    (sent, file): (&Map<String, Value>, Option<Uploaded>),
    relist: Relist,
) -> Result<Provider, Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let before = store::get_in(&mut tx, id).await?;
    // Addresses that the key file no longer opens are gone: whoever types them again gets on.
    let secrets = before.secrets(&ctx.keys).unwrap_or_default();
    let draft = Draft::changed(&before, &secrets, sent, file)?;
    let changed = draft.differences(&before, &secrets);
    if changed.is_empty() {
        return Ok(before);
    }
    if draft.name != before.name && store::is_name_taken(&mut tx, &draft.name, Some(id)).await? {
        return Err(Error::NameTaken);
    }
    store::update(&mut tx, &ctx.keys, id, &draft, now).await?;
    hold_file(&mut tx, &before.source, &draft.source).await?;
    if before.kind == Kind::Xtream && changed.iter().any(|field| OF_ACCOUNT.contains(field)) {
        move_account(ctx, &mut tx, &draft, id, &changed).await?;
    }
    let relisted = Relisted {
        is_shown_anew: draft.enabled != before.enabled,
        is_ranked_anew: draft.priority != before.priority,
    };
    if relisted.is_shown_anew || relisted.is_ranked_anew {
        relist(&mut tx, id, relisted, now).await?;
    }
    let action = match (changed.as_slice(), draft.enabled) {
        (["enabled"], true) => "provider.enabled",
        (["enabled"], false) => "provider.disabled",
        _ => "provider.changed",
    };
    let details = json!({ "name": draft.name, "fields": changed });
    audit::record(&mut tx, now, actor, action, resource(id), details).await?;
    let after = store::get_in(&mut tx, id).await?;
    tx.commit().await?;
    ctx.events.publish(Event::ProviderChanged(id));
    Ok(after)
}

/// A path that is new leads to a file now; what becomes of it, each sync says.
async fn look_at_path(ctx: &Ctx, before: &Source, draft: &Draft) -> Result<(), Error> {
    let Some(path) = draft.source.path().filter(|path| before.path() != Some(*path)) else {
        return Ok(());
    };
    match import::open(ctx, path).await {
        Ok(_) => Ok(()),
        Err(problem) => Err(Invalid::field(import::FIELD, format!("Not taken: {problem}.")).into()),
    }
}

/// Keeps the file that a provider has now and forgets the one it had.
async fn hold_file(tx: &mut Tx, before: &Source, now: &Source) -> Result<(), DbError> {
    let (before, now) = (before.uploaded(), now.uploaded());
    if let Some(gone) = before.filter(|before| Some(*before) != now) {
        uploads::remove(tx, gone.id).await?;
    }
    if let Some(new) = now.filter(|now| Some(*now) != before) {
        uploads::keep(tx, new.id).await?;
    }
    Ok(())
}

/// Fields of which the addresses of a panel's streams are made.
const OF_ACCOUNT: [&str; 5] = [
    "type",
    "xstream_host",
    "xstream_username",
    "xstream_password",
    "backup_hosts",
];

/// A panel's streams play at its new place and with its new password at once; what was said of the account before, and by
/// which host, holds no more where it may be another one.
async fn move_account(
    ctx: &Ctx,
    tx: &mut Tx,
    draft: &Draft,
    id: ProviderId,
    changed: &[&'static str],
) -> Result<(), Error> {
    if changed
        .iter()
        .any(|field| OF_ACCOUNT.contains(field) && *field != "xstream_password")
    {
        store::forget_account(tx, id).await?;
    }
    if draft.kind == Kind::Xtream {
        let provider = store::get_in(tx, id).await?;
        if let Some(values) = provider.panel_values(&super::Secrets::from(draft)) {
            url_values::replace_by_one(tx, &ctx.keys, id, &values)
                .await
                .map_err(|error| match error {
                    ValuesError::Db(error) => Error::Db(error),
                    ValuesError::Sealed(_) | ValuesError::Malformed(_) => Error::Sealed,
                })?;
        }
    }
    Ok(())
}

/// Hides a provider at once: it is gone everywhere and its name is free. A sync of it is told to stop, and what it left in
/// the catalogue is removed by a job.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(ctx: &Ctx, actor: &Actor, id: ProviderId, relist: Relist) -> Result<(), Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let provider = store::get_in(&mut tx, id).await?;
    store::remove(&mut tx, id, now).await?;
    hold_file(&mut tx, &provider.source, &Source::Address).await?;
    let hidden = Relisted {
        is_shown_anew: true,
        is_ranked_anew: false,
    };
    relist(&mut tx, id, hidden, now).await?;
    let removal = NewJob::new(kinds::PROVIDER_REMOVAL, json!({ "provider_id": id }));
    ctx.jobs
        .enqueue(&mut tx, removal.key(sync_key(id)).attempts(REMOVAL_ATTEMPTS))
        .await?;
    let details = json!({ "name": provider.name });
    audit::record(&mut tx, now, actor, "provider.removed", resource(id), details).await?;
    tx.commit().await?;
    ctx.jobs.wake();
    ctx.events.publish(Event::ProviderChanged(id));
    for kind in [
        kinds::SYNC,
        kinds::SYNC_APPROVAL,
        kinds::SERIES_DETAILS,
        kinds::FILM_DETAILS,
        kinds::HEALTH_CHECK,
    ] {
        if let Some(job) = ctx.jobs.active(kind, &sync_key(id)).await? {
            ctx.jobs.cancel(job).await?;
        }
    }
    Ok(())
}

/// The dedupe key of everything that changes a provider's part of the catalogue.
pub fn sync_key(id: ProviderId) -> String {
    format!("provider:{id}")
}

fn resource(id: ProviderId) -> String {
    format!("provider:{id}")
}
