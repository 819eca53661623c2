//! Settings that people change while the server runs.
//!
//! A *key* is known to the code, with type, range, default and help. Its value in force comes from the default, the
//! table, or the configuration, in this order; what the configuration fixes is *locked*. Nothing is cached: reading the
//! whole table is one statement, as checking a version would be, and so a change counts at once on every node.

mod categories;
mod error;
mod key;
mod list;
mod store;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

pub use categories::CATEGORIES;
pub use error::Error;
pub use key::{Category, Key, Kind};
pub use list::KEYS;

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
    /// What holds while nobody sets it.
    pub default: Value,
    /// The part of the configuration that decides it, so that it cannot be changed here.
    pub locked_by: Option<Source>,
    /// Whether somebody set it.
    pub changed: bool,
    /// The user name of who changed it last.
    pub changed_by: Option<String>,
    pub changed_at: Option<i64>,
}

impl Setting {
    pub fn is_locked(&self) -> bool {
        self.locked_by.is_some()
    }

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
    pub auto_sync_enabled: bool,
    /// A cron expression.
    pub auto_sync_schedule: String,
    pub sync_timeout: Duration,
    /// 0–100.
    pub sync_shrink_guard_percent: u8,
    /// Bytes of a playlist after decompression.
    pub playlist_max_bytes: u64,
    /// Of one provider, within an hour.
    pub film_details_per_hour: i64,
    pub health_check_enabled: bool,
    /// A cron expression.
    pub health_check_schedule: String,
    /// Of one check.
    pub health_check_timeout: Duration,
    /// On one node.
    pub max_concurrent_health_checks: usize,
    /// In a row, until a stream is taken out of use.
    pub health_check_failure_threshold: u32,
    pub health_check_retention_days: i64,
    pub performance_retention_days: i64,
    /// Whether streams are measured by themselves.
    pub enable_bitrate_analysis: bool,
    /// Of one measurement.
    pub ffprobe_timeout: Duration,
    /// Whether what streams show is looked at by itself.
    pub content_tests_enabled: bool,
    /// Between two looks at the first stream of a channel.
    pub content_test_hours: i64,
    /// Of what is expected of a picture; 0 is none.
    pub bitrate_floor_percent: u32,
    pub quality_retention_days: i64,
    pub strm_organize_by_genre: bool,
    pub strm_include_year: bool,
    pub strm_link_mode: LinkMode,
    /// `highest`, `4k`, `hd`, `sd` or `all`.
    pub playlist_prefer_quality: String,
    /// Whether players find HDHomeRun devices by themselves.
    pub hdhomerun_discovery: bool,
    pub backup_enabled: bool,
    /// A cron expression.
    pub backup_schedule: String,
    pub backup_keep: usize,
    /// Without a slash at its end.
    pub public_url: Option<String>,
    /// Whose days and hours are shown, and by which schedules go.
    pub zone: TimeZone,
    /// Pages and API requests of one principal, and how many of them may come at once.
    pub requests_per_second: u32,
    pub requests_burst: u32,
}

/// Reads what is in force now.
pub async fn load(ctx: &Ctx) -> Result<Settings, DbError> {
    Ok(typed(&list(ctx).await?, &ctx.config))
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
        if value.is_null() {
            store::remove(&mut tx, key).await?;
        } else {
            store::set(&mut tx, key, &value, actor.user_id(), now).await?;
        }
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

/// Gives one setting its default back, with an audit line if it had another value.
///
/// # Errors
/// [`Error::Unknown`], [`Error::Fixed`].
pub async fn reset_one(ctx: &Ctx, actor: &Actor, name: &str) -> Result<(), Error> {
    let key = Key::find(name).ok_or_else(|| Error::Unknown(name.to_owned()))?;
    if fixed(key, &ctx.config).is_some() {
        return Err(Error::Fixed(key.name));
    }
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    if !store::remove(&mut tx, key.name).await? {
        return Ok(());
    }
    let resource = format!("setting:{}", key.name);
    audit::record(&mut tx, now, actor, "setting.reset", resource, json!({})).await?;
    tx.commit().await?;
    ctx.events.publish(Event::SettingsChanged);
    Ok(())
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
        .and_then(|value| key.check(&value).ok())
        .filter(|value| !value.is_null());
    let default = match key.kind {
        Kind::Zone => json!(config.time.zone_name),
        _ => key.default_value(),
    };
    Setting {
        key: key.name,
        locked_by: fixed.is_some().then(|| config.source(key.name)),
        changed: set.is_some(),
        value: fixed.or(set).unwrap_or_else(|| default.clone()),
        default,
        changed_by: stored.as_ref().and_then(|row| row.changed_by.clone()),
        changed_at: stored.as_ref().map(|row| row.changed_at),
    }
}

/// The value that the configuration gives a key, if it does.
fn fixed(key: &Key, config: &Config) -> Option<Value> {
    if !config.is_fixed(key.name) {
        return None;
    }
    match key.name {
        list::PUBLIC_URL => Some(json!(config.server.public_url)),
        list::TIME_ZONE => Some(json!(config.time.zone_name)),
        _ => None,
    }
}

fn typed(settings: &[Setting], config: &Config) -> Settings {
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
        fuzzy_match_threshold: percent(list::FUZZY_MATCH_THRESHOLD),
        auto_sync_enabled: flag(list::AUTO_SYNC_ENABLED),
        auto_sync_schedule: value(list::AUTO_SYNC_SCHEDULE)
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        sync_timeout: Duration::from_secs(number(list::SYNC_TIMEOUT)),
        sync_shrink_guard_percent: percent(list::SYNC_SHRINK_GUARD_PERCENT),
        playlist_max_bytes: number(list::PLAYLIST_MAX_MIB) * 1024 * 1024,
        film_details_per_hour: value(list::FILM_DETAILS_PER_HOUR).as_i64().unwrap_or_default(),
        health_check_enabled: flag(list::HEALTH_CHECK_ENABLED),
        health_check_schedule: value(list::HEALTH_CHECK_SCHEDULE)
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        health_check_timeout: Duration::from_secs(number(list::HEALTH_CHECK_TIMEOUT)),
        max_concurrent_health_checks: usize::try_from(number(list::MAX_CONCURRENT_HEALTH_CHECKS))
            .unwrap_or(usize::MAX),
        health_check_failure_threshold: u32::try_from(number(list::HEALTH_CHECK_FAILURE_THRESHOLD))
            .unwrap_or(u32::MAX),
        health_check_retention_days: value(list::HEALTH_CHECK_RETENTION_DAYS).as_i64().unwrap_or(180),
        performance_retention_days: value(list::PERFORMANCE_RETENTION_DAYS).as_i64().unwrap_or(730),
        enable_bitrate_analysis: flag(list::ENABLE_BITRATE_ANALYSIS),
        ffprobe_timeout: Duration::from_secs(number(list::FFPROBE_TIMEOUT)),
        content_tests_enabled: flag(list::CONTENT_TESTS_ENABLED),
        content_test_hours: value(list::CONTENT_TEST_HOURS).as_i64().unwrap_or(24),
        bitrate_floor_percent: u32::try_from(number(list::BITRATE_FLOOR_PERCENT)).unwrap_or_default(),
        quality_retention_days: value(list::QUALITY_RETENTION_DAYS).as_i64().unwrap_or(730),
        strm_organize_by_genre: flag(list::STRM_ORGANIZE_BY_GENRE),
        strm_include_year: flag(list::STRM_INCLUDE_YEAR),
        strm_link_mode: match value(list::STRM_LINK_MODE).as_str() {
            Some("redirect") => LinkMode::Redirect,
            _ => LinkMode::Relay,
        },
        playlist_prefer_quality: value(list::PLAYLIST_PREFER_QUALITY)
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        hdhomerun_discovery: flag(list::HDHOMERUN_DISCOVERY),
        backup_enabled: flag(list::BACKUP_ENABLED),
        backup_schedule: value(list::BACKUP_SCHEDULE)
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        backup_keep: usize::try_from(number(list::BACKUP_KEEP)).unwrap_or(usize::MAX),
        public_url: value(list::PUBLIC_URL).as_str().map(str::to_owned),
        // A zone that the configuration fixes may be a rule that has no name of its own.
        zone: value(list::TIME_ZONE)
            .as_str()
            .filter(|name| *name != config.time.zone_name)
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or_else(|| config.time.zone.clone()),
        requests_per_second: u32::try_from(number(list::REQUESTS_PER_SECOND)).unwrap_or(u32::MAX),
        requests_burst: u32::try_from(number(list::REQUESTS_BURST)).unwrap_or(u32::MAX),
    }
}
