//! What a person sets in a channel. It outlives every sync, and moves with the channel's streams where they become
//! another's, until it is *given back*: then the channel is again as the providers say.

pub mod bulk;
mod draft;
mod given;
mod store;

use draft::MOST_TAGS;
pub use draft::{Change, Edit, name};

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::apply::tell_apart;
use super::detail::{self, ChannelDetail};
use super::names::{name_key, sort_key};
use super::number::ChannelNumber;
use super::store::channels::{self, ChannelRow, hand};
use super::store::{state, tags};
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::support::ids::ChannelId;
use crate::support::validation::Invalid;
use given::Given;

/// Why a channel was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error("there is no such channel")]
    NotFound,
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A number belongs to one channel.
    #[error("{}", number_taken(.0))]
    NumberTaken(String),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What is said of a number that the channel with this name has.
pub fn number_taken(holder: &str) -> String {
    format!("“{holder}” has this number.")
}

/// What became of an edit.
#[derive(Debug)]
pub struct Edited {
    pub channel: ChannelDetail,
    /// Whether anything is other than it was.
    pub is_changed: bool,
}

/// Changes the fields that were sent, as the JSON names them: an absent field stays, null gives it back to the providers.
/// The audit line names the fields without their values.
///
/// # Errors
/// [`EditError`]; nothing is changed then.
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: ChannelId,
    sent: &Map<String, Value>,
) -> Result<Edited, EditError> {
    let edit = Edit::read(sent)?;
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let mut next = state::lock(&mut tx, now).await?;
    let id = detail::resolve_in(&mut tx, id)
        .await?
        .ok_or(EditError::NotFound)?;
    let before = store::get(&mut tx, id.0).await?;
    let mut after = before.clone();
    let fields = apply(&mut tx, &mut next, &edit, &mut after).await?;
    let is_changed = !fields.is_empty();
    if is_changed {
        let names = [after.normalized_name.clone()];
        let is_renamed = fields.contains(&"name");
        channels::write(&mut tx, vec![after]).await?;
        if is_renamed {
            tell_apart(&mut tx, names.into()).await?;
        }
        state::keep(&mut tx, next).await?;
        let details = json!({ "name": before.name, "fields": fields });
        let resource = format!("channel:{id}");
        audit::record(&mut tx, now, actor, action(&edit, &fields), resource, details).await?;
        tx.commit().await?;
        ctx.events.publish(Event::ChannelChanged(id));
        ctx.events.publish(Event::CatalogueChanged);
    } else {
        tx.rollback().await?;
    }
    let channel = detail::channel(&ctx.db, id).await?.ok_or(EditError::NotFound)?;
    Ok(Edited { channel, is_changed })
}

fn action(edit: &Edit, fields: &[&str]) -> &'static str {
    match (fields, &edit.enabled) {
        (["enabled"], Change::Set(true)) => "channel.enabled",
        (["enabled"], Change::Set(false)) => "channel.disabled",
        _ => "channel.changed",
    }
}

/// The name of the channel that has a number, if it is another one than `id` and the number cannot be taken from it.
///
/// # Errors
/// Whatever the database says.
pub async fn number_holder(
    ctx: &Ctx,
    id: ChannelId,
    number: ChannelNumber,
) -> Result<Option<String>, DbError> {
    let holder = store::holder(&ctx.db, number.stored()).await?;
    let holder = holder.filter(|holder| holder.id != id.0 && holder.merged_into.is_none());
    Ok(holder.map(|holder| holder.name))
}

/// Makes the channel as the edit wants it; its tags are written, its row is not. The answer: the fields that are other
/// than before, or are somebody else's to say.
async fn apply(
    tx: &mut Tx,
    next: &mut state::Next,
    edit: &Edit,
    channel: &mut ChannelRow,
) -> Result<Vec<&'static str>, EditError> {
    let before = channel.clone();
    let given = if edit.asks_the_providers() {
        store::given(tx, std::iter::once(channel.id)).await?
    } else {
        HashMap::new()
    };
    let given = given.get(&channel.id).cloned().unwrap_or_default();
    put(edit, &given, channel);
    number(tx, next, &edit.number, &given, channel).await?;
    let mut fields = differences(&before, channel);
    if let Some(wanted) = edit.tags.wanted_or_none()
        && tags::of_in(tx, channel.id).await? != wanted
    {
        tags::replace(tx, channel.id, wanted).await?;
        fields.push("tags");
    }
    Ok(fields)
}

/// What of an edit concerns no other channel: all but number and tags.
fn put(edit: &Edit, given: &Given, channel: &mut ChannelRow) {
    match &edit.name {
        Change::Stay => {}
        Change::Set(name) => rename(channel, name, hand::NAME),
        Change::GiveBack if channel.hand_edited & hand::NAME == 0 => {}
        Change::GiveBack => {
            let plain = channel.plain_name.clone();
            rename(channel, &plain, 0);
        }
    }
    set(channel, hand::CATEGORY, &edit.category, |channel, name| {
        channel.category = name.cloned().unwrap_or_else(|| given.category());
    });
    // Only people switch channels off: one that is on is as the providers would have it.
    if edit.enabled != Change::Stay {
        channel.enabled = edit.enabled != Change::Set(false);
        channel.hand_edited &= !hand::ENABLED;
        channel.hand_edited |= if channel.enabled { 0 } else { hand::ENABLED };
    }
    set(channel, hand::LOGO, &edit.logo_url, |channel, url| {
        channel.logo_url = url.cloned().unwrap_or_else(|| given.logo_url.clone());
    });
    set(channel, hand::EPG_ID, &edit.epg_id, |channel, id| {
        channel.epg_id = id.cloned().unwrap_or_else(|| given.epg_id.clone());
    });
}

fn rename(channel: &mut ChannelRow, name: &str, bit: i64) {
    name.clone_into(&mut channel.name);
    channel.name_key = name_key(name);
    channel.sort_key = sort_key(&channel.name_key);
    channel.hand_edited = channel.hand_edited & !hand::NAME | bit;
}

/// Hands what a person sets to `put`, or None where the field is given back.
fn set<T>(
    channel: &mut ChannelRow,
    bit: i64,
    change: &Change<T>,
    put: impl FnOnce(&mut ChannelRow, Option<&T>),
) {
    match change {
        Change::Stay => {}
        Change::Set(value) => {
            channel.hand_edited |= bit;
            put(channel, Some(value));
        }
        Change::GiveBack if channel.hand_edited & bit == 0 => {}
        Change::GiveBack => {
            channel.hand_edited &= !bit;
            put(channel, None);
        }
    }
}

/// A number given back is the one the channel had before, if nobody has it now, else the one that a provider states, else
/// the next free one.
async fn number(
    tx: &mut Tx,
    next: &mut state::Next,
    change: &Change<ChannelNumber>,
    given: &Given,
    channel: &mut ChannelRow,
) -> Result<(), EditError> {
    let is_by_hand = channel.hand_edited & hand::NUMBER != 0;
    match change {
        Change::Stay => {}
        Change::Set(number) => {
            let number = number.stored();
            if number != channel.lineup_number {
                free(tx, next, number).await?;
            }
            if !is_by_hand {
                channel.given_number = Some(channel.lineup_number);
            }
            channel.hand_edited |= hand::NUMBER;
            channel.number = Some(number);
            channel.lineup_number = number;
        }
        Change::GiveBack if !is_by_hand => {}
        Change::GiveBack => {
            let mut number = None;
            for wish in [channel.given_number, given.number].into_iter().flatten() {
                let holder = store::holder_in(tx, wish).await?;
                if number.is_none() && holder.is_none_or(|holder| holder.id == channel.id) {
                    number = Some(wish);
                }
            }
            channel.lineup_number = match number {
                Some(number) => number,
                None => fresh(tx, next).await?,
            };
            channel.number = given.number.filter(|stated| *stated == channel.lineup_number);
            channel.given_number = None;
            channel.hand_edited &= !hand::NUMBER;
        }
    }
    Ok(())
}

/// Makes sure that nobody has the number. A channel whose streams went to another one has no use for its own.
async fn free(tx: &mut Tx, next: &mut state::Next, number: i64) -> Result<(), EditError> {
    match store::holder_in(tx, number).await? {
        None => Ok(()),
        Some(holder) if holder.merged_into.is_some() => {
            let other = fresh(tx, next).await?;
            Ok(channels::renumber(tx, holder.id, other).await?)
        }
        Some(holder) => Err(EditError::NumberTaken(holder.name)),
    }
}

/// The next number that nobody has.
async fn fresh(tx: &mut Tx, next: &mut state::Next) -> Result<i64, DbError> {
    loop {
        let major = u32::try_from(state::take(&mut next.number)).unwrap_or(u32::MAX);
        let Some(number) = ChannelNumber::new(major, 0) else {
            return Ok(i64::MAX);
        };
        if store::holder_in(tx, number.stored()).await?.is_none() {
            return Ok(number.stored());
        }
    }
}

fn differences(before: &ChannelRow, after: &ChannelRow) -> Vec<&'static str> {
    let bits = before.hand_edited ^ after.hand_edited;
    let same = [
        (hand::NAME, before.name == after.name),
        (hand::NUMBER, before.lineup_number == after.lineup_number),
        (hand::CATEGORY, before.category == after.category),
        (hand::ENABLED, before.enabled == after.enabled),
        (hand::LOGO, before.logo_url == after.logo_url),
        (hand::EPG_ID, before.epg_id == after.epg_id),
    ];
    let other = same
        .into_iter()
        .filter(|(_, is_same)| !is_same)
        .fold(0, |bits, (bit, _)| bits | bit);
    hand::fields(bits | other).collect()
}
