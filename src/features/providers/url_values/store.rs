//! The tables `provider_url_values` and `provider_url_tokens`.

use std::collections::HashMap;

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::features::providers::url_parts::Learned;
use crate::support::crypto::Keys;
use crate::support::ids::ProviderId;

use super::Owner;
use super::block::{put_bytes, put_number};
use super::collector::Recorded;
use super::dictionary::{Census, Dictionary};
use super::open::{PURPOSE, ValuesError, place};

/// Replaces all values of a provider by those that a run recorded, in the order of their owners; blocks that did not
/// change are not written. Returns how many were.
///
/// # Errors
/// [`ValuesError`] if a record was not made by the collector of `recorded`, or the database fails.
pub async fn replace<'a, I>(
    tx: &mut Tx,
    keys: &Keys,
    provider: ProviderId,
    recorded: &Recorded,
    records: I,
) -> Result<usize, ValuesError>
where
    I: Iterator<Item = (Owner, &'a [u8])> + Clone,
{
    let mut census = Census::default();
    let mut stored = Vec::new();
    for (_, record) in records.clone() {
        recorded.stored(record, &mut stored)?;
        census.count(&stored);
    }
    let dictionary = Dictionary {
        texts: recorded.texts.clone(),
        usual: census.usual()?,
    };
    let mut writer = Writer::of(tx, keys, provider).await?;
    writer.block(0, &dictionary.encode());
    let (mut present, mut bytes, mut last) = (0, Vec::new(), 0);
    for (owner, record) in records {
        let arity = recorded.stored(record, &mut stored)?;
        if dictionary.usual.get(&arity) == Some(&stored) {
            continue;
        }
        if owner.block() != present {
            writer.records(present, &bytes);
            writer.flush(tx, FULL).await?;
            bytes.clear();
            (present, last) = (owner.block(), 0);
        }
        put_number(&mut bytes, owner.id.abs_diff(last));
        put_bytes(&mut bytes, &stored);
        last = owner.id;
    }
    writer.records(present, &bytes);
    writer.flush(tx, 1).await?;
    writer.forget_others(tx).await?;
    Ok(writer.written)
}

/// Replaces all values of a provider by those that every one of its rows has.
///
/// # Errors
/// Whatever the database says.
pub async fn replace_by_one(
    tx: &mut Tx,
    keys: &Keys,
    provider: ProviderId,
    values: &[String],
) -> Result<(), ValuesError> {
    let mut record = Vec::new();
    for value in values {
        super::block::Value::Own(value).put(&mut record);
    }
    let dictionary = Dictionary {
        texts: Vec::new(),
        usual: HashMap::from([(values.len(), record)]),
    };
    let mut writer = Writer::of(tx, keys, provider).await?;
    writer.block(0, &dictionary.encode());
    writer.flush(tx, 1).await?;
    writer.forget_others(tx).await?;
    Ok(())
}

/// Values of rows that are written at a time.
const FULL: usize = 64;

struct Writer<'a> {
    keys: &'a Keys,
    provider: ProviderId,
    /// Stored blocks that were not met yet, with their fingerprints.
    known: HashMap<i64, Vec<u8>>,
    rows: Vec<Value>,
    written: usize,
}

impl<'a> Writer<'a> {
    async fn of(tx: &mut Tx, keys: &'a Keys, provider: ProviderId) -> Result<Self, DbError> {
        Ok(Self {
            keys,
            provider,
            known: fingerprints(tx, provider).await?,
            rows: Vec::new(),
            written: 0,
        })
    }

    fn records(&mut self, number: i64, plain: &[u8]) {
        if !plain.is_empty() {
            self.block(number, plain);
        }
    }

    fn block(&mut self, number: i64, plain: &[u8]) {
        let fingerprint = self.keys.fingerprint(PURPOSE, plain);
        if self
            .known
            .remove(&number)
            .is_some_and(|known| known == fingerprint)
        {
            return;
        }
        let sealed = self.keys.encrypt(PURPOSE, plain, &place(self.provider, number));
        self.rows
            .extend(args![self.provider, number, fingerprint, sealed]);
        self.written += 1;
    }

    /// Removes the stored blocks that were not met.
    async fn forget_others(&self, tx: &mut Tx) -> Result<(), DbError> {
        for block in self.known.keys() {
            tx.execute(
                "delete from provider_url_values where provider_id = $1 and block = $2",
                args![self.provider, *block],
            )
            .await?;
        }
        Ok(())
    }

    async fn flush(&mut self, tx: &mut Tx, at_least: usize) -> Result<(), DbError> {
        if self.rows.len() < at_least {
            return Ok(());
        }
        tx.insert_many(
            "insert into provider_url_values (provider_id, block, fingerprint, sealed)",
            4,
            std::mem::take(&mut self.rows),
            "on conflict (provider_id, block) do update set fingerprint = excluded.fingerprint, sealed = excluded.sealed",
        )
        .await?;
        Ok(())
    }
}

async fn fingerprints(tx: &mut Tx, provider: ProviderId) -> Result<HashMap<i64, Vec<u8>>, DbError> {
    let rows: Vec<(i64, Vec<u8>)> = tx
        .all(
            "select block, fingerprint from provider_url_values where provider_id = $1",
            args![provider],
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// One stored block, encrypted.
pub(super) async fn sealed(db: &Db, provider: ProviderId, block: i64) -> Result<Option<Vec<u8>>, DbError> {
    let row: Option<(Vec<u8>,)> = db
        .optional(
            "select sealed from provider_url_values where provider_id = $1 and block = $2",
            args![provider, block],
        )
        .await?;
    Ok(row.map(|(sealed,)| sealed))
}

/// Forgets all values of a provider.
///
/// # Errors
/// Whatever the database says.
pub async fn remove(tx: &mut Tx, provider: ProviderId) -> Result<(), DbError> {
    tx.execute(
        "delete from provider_url_values where provider_id = $1",
        args![provider],
    )
    .await?;
    tx.execute(
        "delete from provider_url_tokens where provider_id = $1",
        args![provider],
    )
    .await?;
    Ok(())
}

pub(super) async fn tokens(db: &Db, provider: ProviderId) -> Result<Vec<(String, String)>, DbError> {
    db.all(
        "select host, part from provider_url_tokens where provider_id = $1 order by host, part",
        args![provider],
    )
    .await
}

pub(super) async fn insert_token(
    tx: &mut Tx,
    provider: ProviderId,
    learned: &Learned,
    part: &str,
    now_ms: i64,
) -> Result<(), DbError> {
    tx.execute(
        "insert into provider_url_tokens (provider_id, host, part, learned_at) values ($1, $2, $3, $4) \
         on conflict (provider_id, host, part) do nothing",
        args![provider, learned.host.as_str(), part, now_ms],
    )
    .await?;
    Ok(())
}
