//! The tables `hdhomerun_devices` and `hdhomerun_categories`, and the channels that they lead to.

use std::collections::HashMap;

use super::{DeviceId, Draft, lineup};
use crate::args;
use crate::db::{Db, DbError, FromRow, Row, Sql, Tx, Value};
use crate::features::catalogue::number::ChannelNumber;
use crate::features::outputs::selection::Preference;
use crate::support::ids::{ChannelId, CredentialId, HdhomerunId};

/// A device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: HdhomerunId,
    pub device_id: DeviceId,
    pub name: String,
    pub tuner_count: i64,
    pub quality: Preference,
    /// Whether it answers at the root of the server.
    pub is_first: bool,
    /// What it plays with; none once that was revoked.
    pub credential: Option<CredentialId>,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Which its line-up is narrowed to, by name; none for every channel.
    pub categories: Vec<String>,
}

impl Device {
    /// Where it answers, behind the address of the server.
    pub fn path(&self) -> String {
        format!("/hdhr/{}", self.device_id)
    }

    /// Its name in UPnP, the same for good.
    pub fn unique_name(&self) -> String {
        format!("uuid:4d335548-4452-4000-8000-0000{}", self.device_id).to_lowercase()
    }
}

#[cfg(test)]
impl Device {
    /// One with every channel that answers at the root.
    pub fn sample(id: i64, tuner_count: i64) -> Self {
        Self {
            id: HdhomerunId(id),
            device_id: "101010AD".parse().unwrap(),
            name: "Den".to_owned(),
            tuner_count,
            quality: Preference::Best,
            is_first: true,
            credential: None,
            created_at: 0,
            categories: Vec::new(),
        }
    }
}

impl FromRow for Device {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let (device_id, quality): (String, String) = (row.get(1)?, row.get(4)?);
        Ok(Self {
            id: row.get(0)?,
            device_id: device_id.parse().map_err(|cause| wrong(1, &cause))?,
            name: row.get(2)?,
            tuner_count: row.get(3)?,
            quality: quality.parse().map_err(|cause| wrong(4, &cause))?,
            is_first: row.get(5)?,
            credential: row.get(6)?,
            created_at: row.get(7)?,
            categories: Vec::new(),
        })
    }
}

fn wrong(column: usize, cause: &dyn std::fmt::Display) -> DbError {
    DbError::Column {
        column,
        cause: cause.to_string(),
    }
}

const COLUMNS: &str = "id, device_id, name, tuner_count, quality, is_first, credential_id, created_at";
const CATEGORIES: &str = "select device, category from hdhomerun_categories order by device, category";

/// Every device, the oldest first.
pub async fn list(db: &Db) -> Result<Vec<Device>, DbError> {
    let devices = db.all(select("order by id"), args![]).await?;
    Ok(with_categories(devices, db.all(CATEGORIES, args![]).await?))
}

/// As [`list`], within a transaction.
pub async fn list_in(tx: &mut Tx) -> Result<Vec<Device>, DbError> {
    let devices = tx.all(select("order by id"), args![]).await?;
    Ok(with_categories(devices, tx.all(CATEGORIES, args![]).await?))
}

/// One device with its categories.
pub async fn find(db: &Db, id: HdhomerunId) -> Result<Option<Device>, DbError> {
    let devices = list(db).await?;
    Ok(devices.into_iter().find(|device| device.id == id))
}

/// As [`find`], within a transaction.
pub async fn find_in(tx: &mut Tx, id: HdhomerunId) -> Result<Option<Device>, DbError> {
    let devices = list_in(tx).await?;
    Ok(devices.into_iter().find(|device| device.id == id))
}

/// The device that players know by this number; its categories are not read.
pub async fn find_by_device_id(db: &Db, id: DeviceId) -> Result<Option<Device>, DbError> {
    db.optional(select("where device_id = $1"), args![id.to_string()])
        .await
}

/// The device that answers at the root of the server; its categories are not read.
pub async fn find_first(db: &Db) -> Result<Option<Device>, DbError> {
    db.optional(select("where is_first"), args![]).await
}

fn select(rest: &str) -> Sql {
    Sql::built(format!("select {COLUMNS} from hdhomerun_devices {rest}"))
}

fn with_categories(mut devices: Vec<Device>, categories: Vec<(HdhomerunId, String)>) -> Vec<Device> {
    let mut by_device: HashMap<HdhomerunId, Vec<String>> = HashMap::new();
    for (device, category) in categories {
        by_device.entry(device).or_default().push(category);
    }
    for device in &mut devices {
        let mut names = by_device.remove(&device.id).unwrap_or_default();
        // Engines sort text each in its own way.
        names.sort_unstable();
        device.categories = names;
    }
    devices
}

pub async fn insert(
    tx: &mut Tx,
    draft: &Draft,
    device_id: DeviceId,
    is_first: bool,
    credential: CredentialId,
    now_ms: i64,
) -> Result<HdhomerunId, DbError> {
    let (id,) = tx
        .one(
            "insert into hdhomerun_devices (device_id, name, tuner_count, quality, is_first, credential_id, created_at)
             values ($1, $2, $3, $4, $5, $6, $7) returning id",
            args![
                device_id.to_string(),
                draft.name.as_str(),
                draft.tuner_count,
                draft.quality.to_string(),
                is_first,
                credential,
                now_ms
            ],
        )
        .await?;
    Ok(id)
}

pub async fn update(tx: &mut Tx, id: HdhomerunId, draft: &Draft) -> Result<(), DbError> {
    tx.execute(
        "update hdhomerun_devices set name = $2, tuner_count = $3, quality = $4, is_first = $5 where id = $1",
        args![
            id,
            draft.name.as_str(),
            draft.tuner_count,
            draft.quality.to_string(),
            draft.is_first
        ],
    )
    .await?;
    Ok(())
}

pub async fn set_credential(tx: &mut Tx, id: HdhomerunId, credential: CredentialId) -> Result<(), DbError> {
    let sql = "update hdhomerun_devices set credential_id = $2 where id = $1";
    tx.execute(sql, args![id, credential]).await?;
    Ok(())
}

/// Before another device becomes the first.
pub async fn unset_first(tx: &mut Tx) -> Result<(), DbError> {
    let sql = "update hdhomerun_devices set is_first = false where is_first";
    tx.execute(sql, args![]).await?;
    Ok(())
}

/// After the first device is gone.
pub async fn promote_oldest(tx: &mut Tx) -> Result<(), DbError> {
    let sql =
        "update hdhomerun_devices set is_first = true where id = (select min(id) from hdhomerun_devices)";
    tx.execute(sql, args![]).await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, id: HdhomerunId) -> Result<(), DbError> {
    let sql = "delete from hdhomerun_devices where id = $1";
    tx.execute(sql, args![id]).await?;
    Ok(())
}

/// Narrows a line-up to these, or to nothing in particular.
pub async fn set_categories(tx: &mut Tx, id: HdhomerunId, categories: &[String]) -> Result<(), DbError> {
    let sql = "delete from hdhomerun_categories where device = $1";
    tx.execute(sql, args![id]).await?;
    if categories.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = categories
        .iter()
        .flat_map(|category| args![id, category.as_str()])
        .collect();
    tx.insert_many("insert into hdhomerun_categories (device, category)", 2, rows, "")
        .await?;
    Ok(())
}

/// The categories of channels that are offered, with how many channels each has.
pub async fn categories(db: &Db) -> Result<Vec<(String, i64)>, DbError> {
    let sql = "/* scan: counts them all */ select category, count(*) from channels
         where enabled and listed and active_stream_count > 0 group by category";
    let mut categories: Vec<(String, i64)> = db.all(sql, args![]).await?;
    categories.sort_unstable();
    Ok(categories)
}

/// Hands each channel of a line-up to `take`, by number.
pub async fn each_channel(
    db: &Db,
    device: HdhomerunId,
    mut take: impl FnMut(lineup::Line) + Send,
) -> Result<(), DbError> {
    let sql = "/* scan: a line-up shows them all */ select lineup_number, name, best_resolution from channels
         where enabled and listed and active_stream_count > 0
           and (not exists (select 1 from hdhomerun_categories where device = $1)
             or category in (select category from hdhomerun_categories where device = $1))
         order by lineup_number, sort_key, id";
    let hand = |row: &Row<'_>| lineup::Line::from_row(row).map(&mut take);
    db.each(sql, args![device], hand).await
}

/// The channel of this number in a line-up.
pub async fn channel(
    db: &Db,
    device: HdhomerunId,
    number: ChannelNumber,
) -> Result<Option<ChannelId>, DbError> {
    let sql =
        "select id from channels where lineup_number = $2 and enabled and listed and active_stream_count > 0
           and (not exists (select 1 from hdhomerun_categories where device = $1)
             or category in (select category from hdhomerun_categories where device = $1))
         order by sort_key, id limit 1";
    let found: Option<(ChannelId,)> = db.optional(sql, args![device, number.stored()]).await?;
    Ok(found.map(|(id,)| id))
}
