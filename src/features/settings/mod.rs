//! Settings that people change while the server runs.
//!
//! A *key* is known to the code, with type, range, default and help. Its value in force comes from the default, the
//! table, or the configuration, in this order; what the configuration fixes is *locked*. Nothing is cached: reading the
//! whole table is one statement, as checking a version would be, and so a change counts at once on every node.

mod error;
mod key;
mod store;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

pub use error::Error;
pub use key::{KEYS, Key, Kind};

use crate::config::{Config, Source};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::support::validation::Invalid;

/// One setting as it is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub key: &'static str,
    pub value: Value,
    /// Whether the configuration decides it, so that it cannot be changed here.
    pub locked: bool,
    /// Whether somebody set it.
    pub changed: bool,
    /// The user name of who changed it last.
    pub changed_by: Option<String>,
    pub changed_at: Option<i64>,
}

impl Setting {
    /// The rules of its key.
    pub fn rules(&self) -> &'static Key {
        Key::find(self.key).unwrap_or(&KEYS[0])
    }
}

/// Where links in STRM files and playlists lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMode {
    /// Through this server.
    Relay,
    /// On to the provider, whose address and credentials the player then sees.
    Redirect,
}

/// Every setting in force, typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// 0–100.
    pub fuzzy_match_threshold: u8,
    pub sync_timeout: Duration,
    /// 0–100.
    pub sync_shrink_guard_percent: u8,
    /// Bytes of a playlist after decompression.
    pub playlist_max_bytes: u64,
    pub strm_organize_by_genre: bool,
    pub strm_include_year: bool,
    pub strm_link_mode: LinkMode,
    /// Without a slash at its end.
    pub public_url: Option<String>,
}

/// Reads what is in force now.
pub async fn load(ctx: &Ctx) -> Result<Settings, DbError> {
    Ok(typed(&list(ctx).await?))
}

/// Every setting, in the order of [`KEYS`].
pub async fn list(ctx: &Ctx) -> Result<Vec<Setting>, DbError> {
    let mut stored: BTreeMap<String, store::Stored> = store::all(&ctx.db)
        .await?
        .into_iter()
        .map(|row| (row.key.clone(), row))
        .collect();
    Ok(KEYS
        .iter()
        .map(|key| in_force(key, stored.remove(key.name), &ctx.config))
        .collect())
}

/// # Errors
/// [`Error::Unknown`].
pub async fn get(ctx: &Ctx, name: &str) -> Result<Setting, Error> {
    let found = list(ctx).await?.into_iter().find(|setting| setting.key == name);
    found.ok_or_else(|| Error::Unknown(name.to_owned()))
}

/// Changes several settings, all or none, with an audit line each.
///
/// # Errors
/// [`Error::Unknown`] for the first key that is not known, [`Error::Invalid`] with every value that cannot stand (the
/// field is the key), [`Error::Fixed`].
pub async fn set(ctx: &Ctx, actor: &Actor, values: &Map<String, Value>) -> Result<(), Error> {
    let now = ctx.clock.now_ms();
    let good = checked(&ctx.config, values)?;
    let mut tx = ctx.db.begin().await?;
    for (key, value) in good {
        store::set(&mut tx, key, &value, actor.user_id(), now).await?;
        let details = json!({ "value": value });
        audit::record(
            &mut tx,
            now,
            actor,
            "setting.changed",
            format!("setting:{key}"),
            details,
        )
        .await?;
    }
    tx.commit().await?;
    ctx.events.publish(Event::SettingsChanged);
    Ok(())
}

fn checked(config: &Config, values: &Map<String, Value>) -> Result<Vec<(&'static str, Value)>, Error> {
    let mut good = Vec::with_capacity(values.len());
    let mut invalid = Invalid::default();
    for (name, value) in values {
        let key = Key::find(name).ok_or_else(|| Error::Unknown(name.clone()))?;
        if fixed(key, config).is_some() {
            return Err(Error::Fixed(key.name));
        }
        match key.check(value) {
            Ok(value) => good.push((key.name, value)),
            Err(message) => invalid.add(key.name, message),
        }
    }
    invalid.into_result()?;
    Ok(good)
}

/// Gives every setting its default back.
pub async fn reset(ctx: &Ctx, actor: &Actor) -> Result<(), Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let changed = store::clear(&mut tx).await?;
    let details = json!({ "changed": changed });
    audit::record(&mut tx, now, actor, "settings.reset", "settings", details).await?;
    tx.commit().await?;
    ctx.events.publish(Event::SettingsChanged);
    Ok(())
}

/// The keys of each category.
pub fn categories() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut categories: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for key in KEYS {
        categories.entry(key.category).or_default().push(key.name);
    }
    categories
}

fn in_force(key: &'static Key, stored: Option<store::Stored>, config: &Config) -> Setting {
    let fixed = fixed(key, config);
    // A value that an older release stored and this one does not take counts as not set.
    let set = stored
        .as_ref()
        .and_then(|row| serde_json::from_str(&row.value).ok())
        .and_then(|value| key.check(&value).ok());
    Setting {
        key: key.name,
        locked: fixed.is_some(),
        changed: set.is_some(),
        value: fixed.or(set).unwrap_or_else(|| key.default_value()),
        changed_by: stored.as_ref().and_then(|row| row.changed_by.clone()),
        changed_at: stored.as_ref().map(|row| row.changed_at),
    }
}

/// The value that the configuration gives a key, if it does.
fn fixed(key: &Key, config: &Config) -> Option<Value> {
    let is_fixed = config.source(key.name) != Source::Default;
    (is_fixed && key.name == key::PUBLIC_URL).then(|| json!(config.server.public_url))
}

fn typed(settings: &[Setting]) -> Settings {
    let value = |name: &str| {
        let found = settings.iter().find(|setting| setting.key == name);
        found.map_or(Value::Null, |setting| setting.value.clone())
    };
    // Every value has passed the rule of its key; what stands in for it here is never reached.
    let number = |name: &str| {
        value(name)
            .as_i64()
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or_default()
    };
    let percent = |name: &str| u8::try_from(number(name)).unwrap_or(100);
    let flag = |name: &str| value(name).as_bool().unwrap_or_default();
    Settings {
        fuzzy_match_threshold: percent(key::FUZZY_MATCH_THRESHOLD),
        sync_timeout: Duration::from_secs(number(key::SYNC_TIMEOUT)),
        sync_shrink_guard_percent: percent(key::SYNC_SHRINK_GUARD_PERCENT),
        playlist_max_bytes: number(key::PLAYLIST_MAX_MIB) * 1024 * 1024,
        strm_organize_by_genre: flag(key::STRM_ORGANIZE_BY_GENRE),
        strm_include_year: flag(key::STRM_INCLUDE_YEAR),
        strm_link_mode: match value(key::STRM_LINK_MODE).as_str() {
            Some("redirect") => LinkMode::Redirect,
            _ => LinkMode::Relay,
        },
        public_url: value(key::PUBLIC_URL).as_str().map(str::to_owned),
    }
}
