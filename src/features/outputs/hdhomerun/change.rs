use serde_json::{Map, Value, json};

use super::{Device, DeviceId, Draft, Error, store};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::events::Event;
use crate::features::accounts::credential;
use crate::features::audit::{self, Actor};
use crate::support::ids::{CredentialId, HdhomerunId};
use crate::support::validation::Invalid;

/// One server is asked by every player of a house about each of them.
const MOST_DEVICES: usize = 32;

/// Makes a device with a credential of its own; the very first one answers at the root of the server.
///
/// # Errors
/// [`Error::Invalid`] for a category that there is not, and for one device too many.
pub async fn create(ctx: &Ctx, actor: &Actor, draft: &Draft) -> Result<Device, Error> {
    check_categories(ctx, draft, &[]).await?;
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let known = store::list_in(&mut tx).await?;
    if known.len() >= MOST_DEVICES {
        let message = format!("There are {MOST_DEVICES} devices, which is the most: remove one first.");
        return Err(Invalid::field("", message).into());
    }
    let credential = new_credential(ctx, &mut tx, actor, &draft.name).await?;
    let is_first = draft.is_first || known.is_empty();
    if is_first {
        store::unset_first(&mut tx).await?;
    }
    let device_id = DeviceId::random();
    let id = store::insert(&mut tx, draft, device_id, is_first, credential, now).await?;
    store::set_categories(&mut tx, id, &draft.categories).await?;
    record(ctx, &mut tx, actor, "hdhomerun_device.created", id, draft).await?;
    let device = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    tx.commit().await?;
    ctx.events.publish(Event::SettingsChanged);
    Ok(device)
}

/// Changes the fields of a device that were sent; its device id and its numbers stay.
///
/// # Errors
/// [`Error::Unknown`], [`Error::Invalid`].
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: HdhomerunId,
    sent: &Map<String, Value>,
) -> Result<Device, Error> {
    let known = store::find(&ctx.db, id).await?.ok_or(Error::Unknown)?;
    check_categories(ctx, &Draft::changed(&known, sent)?, &known.categories).await?;
    let mut tx = ctx.db.begin().await?;
    // Others may have changed it meanwhile.
    let before = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    let draft = Draft::changed(&before, sent)?;
    if before.is_first && !draft.is_first {
        let message = "One device has to answer there: say so of another one instead.";
        return Err(Invalid::field("is_first", message).into());
    }
    if draft == Draft::of(&before) {
        return Ok(before);
    }
    if draft.is_first && !before.is_first {
        store::unset_first(&mut tx).await?;
    }
    store::update(&mut tx, id, &draft).await?;
    if draft.categories != before.categories {
        store::set_categories(&mut tx, id, &draft.categories).await?;
    }
    record(ctx, &mut tx, actor, "hdhomerun_device.changed", id, &draft).await?;
    let device = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    tx.commit().await?;
    ctx.events.publish(Event::SettingsChanged);
    Ok(device)
}

/// Gives a device whose credential was revoked a new one; one that has it stays as it is.
///
/// # Errors
/// [`Error::Unknown`].
pub async fn restore_access(ctx: &Ctx, actor: &Actor, id: HdhomerunId) -> Result<Device, Error> {
    let mut tx = ctx.db.begin().await?;
    let device = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    if device.credential.is_some() {
        return Ok(device);
    }
    let credential = new_credential(ctx, &mut tx, actor, &device.name).await?;
    store::set_credential(&mut tx, id, credential).await?;
    let draft = Draft::of(&device);
    record(
        ctx,
        &mut tx,
        actor,
        "hdhomerun_device.access_restored",
        id,
        &draft,
    )
    .await?;
    tx.commit().await?;
    Ok(Device {
        credential: Some(credential),
        ..device
    })
}

/// Removes a device and its credential, so that what it plays ends. The oldest of the others answers at the root then.
///
/// # Errors
/// [`Error::Unknown`].
pub async fn remove(ctx: &Ctx, actor: &Actor, id: HdhomerunId) -> Result<Device, Error> {
    let mut tx = ctx.db.begin().await?;
    let device = store::find_in(&mut tx, id).await?.ok_or(Error::Unknown)?;
    store::remove(&mut tx, id).await?;
    if device.is_first {
        store::promote_oldest(&mut tx).await?;
    }
    if let Some(credential) = device.credential {
        credential::remove_of_nobody(ctx, &mut tx, actor, credential).await?;
    }
    let draft = Draft::of(&device);
    record(ctx, &mut tx, actor, "hdhomerun_device.removed", id, &draft).await?;
    tx.commit().await?;
    ctx.events.publish(Event::AccessRevoked);
    ctx.events.publish(Event::SettingsChanged);
    Ok(device)
}

/// Categories come and go with the catalogue: those that a device has already may stay.
async fn check_categories(ctx: &Ctx, draft: &Draft, known: &[String]) -> Result<(), Error> {
    let is_new = |name: &&String| !known.contains(name);
    if !draft.categories.iter().any(|name| is_new(&name)) {
        return Ok(());
    }
    let there = store::categories(&ctx.db).await?;
    let is_there = |name: &String| there.iter().any(|(known, _)| known == name);
    match draft.categories.iter().filter(is_new).all(is_there) {
        true => Ok(()),
        false => Err(Invalid::field("categories", "One of these categories does not exist.").into()),
    }
}

async fn new_credential(ctx: &Ctx, tx: &mut Tx, actor: &Actor, name: &str) -> Result<CredentialId, Error> {
    let name = format!("HDHomeRun {name}");
    Ok(credential::create_for_nobody(ctx, tx, actor, &name).await?)
}

async fn record(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    action: &'static str,
    id: HdhomerunId,
    draft: &Draft,
) -> Result<(), Error> {
    let details = json!({
        "name": draft.name, "tuner_count": draft.tuner_count, "quality": draft.quality.to_string(),
        "categories": draft.categories.len(), "is_first": draft.is_first,
    });
    let resource = format!("hdhomerun_device:{id}");
    audit::record(tx, ctx.clock.now_ms(), actor, action, resource, details).await?;
    Ok(())
}
