//! A run that waits: everything it would apply, in encrypted pieces of about a megabyte.

use std::path::PathBuf;

use crate::args;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::features::catalogue::Staged;
use crate::features::catalogue::entry::{EntryKeys, EntryKind, Malformed};
use crate::features::providers::url_values::Owner;
use crate::support::crypto::Keys;
use crate::support::ids::{ProviderId, SyncId};

use super::index::Index;
use super::log::Decision;
use super::plan::{Head, Plan};
use super::staging::{Staging, StagingError};
use super::{Error, store};

const PURPOSE: &str = "sync-staging";
const PIECE: usize = 1024 * 1024;

const HEAD: u8 = 0;
const ENTRIES: u8 = 1;
const SETTLED: u8 = 2;

/// Keeps what a run would apply.
pub(super) async fn save(
    tx: &mut Tx,
    keys: &Keys,
    sync: SyncId,
    plan: &Plan,
    staging: &mut Staging,
) -> Result<(), Error> {
    let mut pieces = Pieces {
        sync,
        keys,
        position: 0,
        bytes: Vec::new(),
    };
    let head = serde_json::to_vec(&Head::of(plan)).map_err(|_| Error::Staging)?;
    pieces.begin(HEAD);
    pieces.bytes.extend(head);
    pieces.write(tx).await?;
    pieces.begin(ENTRIES);
    let mut encoded = Vec::new();
    for staged in 0..u32::try_from(staging.entries.len()).unwrap_or(u32::MAX) {
        staging.read(staged, &mut encoded).map_err(StagingError::from)?;
        let (kind, keys) = (staging.kind(staged), staging.keys(staged));
        let record = staging.entries[staged as usize].record;
        put_entry(&mut pieces.bytes, kind, keys, &encoded, staging.record(record));
        pieces.write_if_full(tx, ENTRIES).await?;
    }
    pieces.write(tx).await?;
    pieces.begin(SETTLED);
    for (owner, record) in &plan.settled {
        pieces.bytes.push(u8::from(owner.is_vod));
        pieces.bytes.extend(owner.id.to_le_bytes());
        put(&mut pieces.bytes, staging.record(*record));
        pieces.write_if_full(tx, SETTLED).await?;
    }
    pieces.write(tx).await
}

/// Runs of the provider that wait for a decision, or for being applied, are void: somebody knows better by now.
pub(super) async fn supersede(tx: &mut Tx, provider: ProviderId) -> Result<(), Error> {
    for (sync, decision) in store::held(tx, provider).await? {
        store::decide(tx, sync, decision, Decision::Superseded).await?;
        store::drop_staging(tx, sync).await?;
    }
    Ok(())
}

/// Reads again what [`save`] kept.
pub(super) async fn load(ctx: &Ctx, sync: SyncId, folder: PathBuf) -> Result<(Plan, Staging), Error> {
    let mut staging = Staging::new(Index::default(), folder);
    let (mut head, mut settled) = (None, Vec::new());
    for position in 0.. {
        let Some(sealed) = store::staged_chunk(&ctx.db, sync, position).await? else {
            break;
        };
        let plain = ctx
            .keys
            .decrypt(PURPOSE, &sealed, &place(sync, position))
            .map_err(|_| Error::Staging)?;
        let (kind, piece) = plain.split_first().ok_or(Error::Staging)?;
        match *kind {
            HEAD => head = Some(serde_json::from_slice::<Head>(piece).map_err(|_| Error::Staging)?),
            ENTRIES => read_entries(piece, &mut staging)?,
            SETTLED => read_settled(piece, &mut staging, &mut settled)?,
            _ => return Err(Error::Staging),
        }
    }
    let head = head.ok_or(Error::Staging)?;
    Ok((head.plan(settled, ctx.clock.now_ms()), staging))
}

struct Pieces<'a> {
    sync: SyncId,
    keys: &'a Keys,
    position: i64,
    bytes: Vec<u8>,
}

impl Pieces<'_> {
    fn begin(&mut self, kind: u8) {
        self.bytes.clear();
        self.bytes.push(kind);
    }

    async fn write_if_full(&mut self, tx: &mut Tx, kind: u8) -> Result<(), Error> {
        if self.bytes.len() >= PIECE {
            self.write(tx).await?;
            self.begin(kind);
        }
        Ok(())
    }

    async fn write(&mut self, tx: &mut Tx) -> Result<(), Error> {
        if self.bytes.len() > 1 {
            let sealed = self
                .keys
                .encrypt(PURPOSE, &self.bytes, &place(self.sync, self.position));
            store::insert_staging(tx, args![self.sync, self.position, sealed]).await?;
            self.position += 1;
        }
        Ok(())
    }
}

fn place(sync: SyncId, position: i64) -> Vec<u8> {
    [sync.0.to_be_bytes(), position.to_be_bytes()].concat()
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(bytes);
}

fn put_entry(out: &mut Vec<u8>, kind: EntryKind, keys: EntryKeys, encoded: &[u8], record: &[u8]) {
    out.push(kind as u8);
    for key in [keys.identity, keys.url, keys.tvg.unwrap_or(0), keys.digest] {
        out.extend(key.to_le_bytes());
    }
    put(out, encoded);
    put(out, record);
}

fn read_entries(piece: &[u8], staging: &mut Staging) -> Result<(), StagingError> {
    let mut input = Input(piece);
    while !input.0.is_empty() {
        let kind = *EntryKind::ALL
            .get(usize::from(input.array::<1>()?[0]))
            .ok_or(Malformed)?;
        let (identity, url, tvg, digest) =
            (input.number()?, input.number()?, input.number()?, input.number()?);
        let keys = EntryKeys {
            identity,
            url,
            tvg: (tvg != 0).then_some(tvg),
            digest,
        };
        let (encoded, record) = (input.bytes()?, input.bytes()?);
        staging.restore(kind, keys, encoded, record)?;
    }
    Ok(())
}

fn read_settled(
    piece: &[u8],
    staging: &mut Staging,
    settled: &mut Vec<(Owner, u32)>,
) -> Result<(), StagingError> {
    let mut input = Input(piece);
    while !input.0.is_empty() {
        let is_vod = input.array::<1>()? == [1];
        let owner = Owner {
            is_vod,
            id: input.number()?,
        };
        settled.push((owner, staging.keep_record(input.bytes()?)));
    }
    Ok(())
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (array, rest) = self.0.split_first_chunk::<N>().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*array)
    }

    fn number(&mut self) -> Result<i64, Malformed> {
        self.array().map(i64::from_le_bytes)
    }

    fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = u32::from_le_bytes(self.array()?) as usize;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }
}
