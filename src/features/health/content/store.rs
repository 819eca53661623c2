//! The tables `stream_content` and `content_test_log`.

use std::ops::Range;

use super::sample::Sample;
use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::record;
use crate::support::ids::{ChannelId, ProviderId, StreamId};

/// Pictures of a provider that are compared at most.
const MOST_PICTURES: i64 = 5_000;

record! {
    /// What the last look at a stream found. Instants are milliseconds since the epoch, UTC.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Row {
        pub stream_id: StreamId,
        /// Absent of a good one, and while nothing was seen yet.
        pub defect: Option<String>,
        /// What was seen, in words.
        pub evidence: Option<String>,
        /// How often a defect was found, without a good look between.
        pub in_a_row: i64,
        /// Of a picture that stood still, as a hash.
        pub picture: Option<i64>,
        /// When something was seen last.
        pub tested_at: Option<i64>,
        /// When it was tried last.
        pub tried_at: i64,
        /// When it is looked at again, if not in its turn.
        pub next_at: Option<i64>,
        /// Why the last try saw nothing, in words.
        pub failure: Option<String>,
    }
}

impl Row {
    /// Of a stream that nobody has looked at.
    pub(super) fn of(stream: StreamId) -> Self {
        Self {
            stream_id: stream,
            defect: None,
            evidence: None,
            in_a_row: 0,
            picture: None,
            tested_at: None,
            tried_at: 0,
            next_at: None,
            failure: None,
        }
    }
}

record! {
    /// One look at a stream. Durations are milliseconds.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Line {
        pub stream_id: StreamId,
        /// Milliseconds since the epoch, UTC.
        pub at: i64,
        /// Absent of a good one.
        pub defect: Option<String>,
        /// In words.
        pub evidence: String,
        /// Whether the look before it found it too.
        pub is_confirmed: bool,
        /// Whether it began to count with this one.
        pub began: bool,
        pub picture_ms: i64,
        pub black_ms: i64,
        pub still_ms: i64,
        pub sound_ms: i64,
        pub silent_ms: i64,
        pub bitrate_kbps: Option<i64>,
        /// Whether a person asked for it.
        pub by_hand: bool,
    }
}

impl Line {
    /// Of a good look.
    pub(super) fn of(stream: StreamId, at_ms: i64, sample: &Sample, evidence: &str) -> Self {
        let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        Self {
            stream_id: stream,
            at: at_ms,
            defect: None,
            evidence: evidence.to_owned(),
            is_confirmed: false,
            began: false,
            picture_ms: ms(sample.picture_ms()),
            black_ms: ms(sample.black_ms()),
            still_ms: ms(sample.still_ms()),
            sound_ms: ms(sample.sound_ms()),
            silent_ms: ms(sample.silent_ms()),
            bitrate_kbps: sample.bitrate_kbps().map(i64::from),
            by_hand: false,
        }
    }
}

/// What the last look found; none if there was none.
pub async fn find(db: &Db, stream: StreamId) -> Result<Option<Row>, DbError> {
    db.optional(
        "select stream_id, defect, evidence, in_a_row, picture, tested_at, tried_at, next_at, failure
         from stream_content where stream_id = $1",
        args![stream],
    )
    .await
}

/// As [`find`], within a transaction.
pub async fn get(tx: &mut Tx, stream: StreamId) -> Result<Option<Row>, DbError> {
    tx.optional(
        "select stream_id, defect, evidence, in_a_row, picture, tested_at, tried_at, next_at, failure
         from stream_content where stream_id = $1",
        args![stream],
    )
    .await
}

/// Writes what a look found, in place of what the one before it did.
pub async fn write(tx: &mut Tx, row: &Row) -> Result<u64, DbError> {
    tx.execute(
        "insert into stream_content (stream_id, defect, evidence, in_a_row, picture, tested_at, tried_at, next_at, failure)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (stream_id) do update set defect = excluded.defect, evidence = excluded.evidence,
             in_a_row = excluded.in_a_row, picture = excluded.picture, tested_at = excluded.tested_at,
             tried_at = excluded.tried_at, next_at = excluded.next_at, failure = excluded.failure",
        args![
            row.stream_id,
            row.defect.clone(),
            row.evidence.clone(),
            row.in_a_row,
            row.picture,
            row.tested_at,
            row.tried_at,
            row.next_at,
            row.failure.clone(),
        ],
    )
    .await
}

/// The pictures that stood still of other channels of a provider since an instant: the channel and the hash of each.
pub async fn pictures(
    tx: &mut Tx,
    provider: ProviderId,
    but_of: StreamId,
    since_ms: i64,
) -> Result<Vec<(i64, i64)>, DbError> {
    tx.all(
        "select s.channel_id, t.picture from stream_content t join channel_streams s on s.id = t.stream_id
         where t.picture is not null and t.tested_at >= $3 and s.provider_id = $1 and s.missing_since is null
             and s.channel_id <> (select o.channel_id from channel_streams o where o.id = $2)
         order by t.tested_at desc limit $4",
        args![provider, but_of, since_ms, MOST_PICTURES],
    )
    .await
}

/// The picture that a stream is known to have.
pub async fn resolution(tx: &mut Tx, stream: StreamId) -> Result<Option<String>, DbError> {
    let found: Option<(Option<String>,)> = tx
        .optional(
            "select resolution from channel_streams where id = $1",
            args![stream],
        )
        .await?;
    Ok(found.and_then(|(resolution,)| resolution))
}

/// Adds a look to the log.
pub async fn log(tx: &mut Tx, line: &Line) -> Result<u64, DbError> {
    tx.execute(
        "insert into content_test_log (stream_id, at, defect, evidence, is_confirmed, began, picture_ms, black_ms, still_ms,
             sound_ms, silent_ms, bitrate_kbps, by_hand)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            line.stream_id,
            line.at,
            line.defect.clone(),
            line.evidence.clone(),
            line.is_confirmed,
            line.began,
            line.picture_ms,
            line.black_ms,
            line.still_ms,
            line.sound_ms,
            line.silent_ms,
            line.bitrate_kbps,
            line.by_hand,
        ],
    )
    .await
}

/// Looks that meet these words.
macro_rules! lines {
    ($which:literal) => {
        concat!(
            "select stream_id, at, defect, evidence, is_confirmed, began, picture_ms, black_ms, still_ms, sound_ms, \
             silent_ms, bitrate_kbps, by_hand from content_test_log ",
            $which
        )
    };
}

/// The last looks at a stream, the newest first.
pub async fn last_of(db: &Db, stream: StreamId, limit: i64) -> Result<Vec<Line>, DbError> {
    db.all(
        lines!("where stream_id = $1 order by at desc, id desc limit $2"),
        args![stream, limit],
    )
    .await
}

/// At most so many looks at a stream within a window, in order of time.
pub async fn within(
    db: &Db,
    stream: StreamId,
    window_ms: &Range<i64>,
    limit: i64,
) -> Result<Vec<Line>, DbError> {
    db.all(
        lines!("where stream_id = $1 and at >= $2 and at < $3 order by at, id limit $4"),
        args![stream, window_ms.start, window_ms.end, limit],
    )
    .await
}

/// At most so many streams that work and are due by an instant: those of which a finding waits to be confirmed or cleared, then
/// those that have been for longest. A stream's turn comes
/// after `each_ms` if it is the first of its channel, the second after twice that, and so on.
pub async fn due(
    db: &Db,
    by_ms: i64,
    each_ms: i64,
    limit: i64,
) -> Result<Vec<(StreamId, ProviderId)>, DbError> {
    db.all(
        "/* scan: a run looks for what is due among all streams, once */ select s.id, s.provider_id
         from channel_streams s join providers p on p.id = s.provider_id join channels c on c.id = s.channel_id
         join stream_health h on h.stream_id = s.id left join stream_content t on t.stream_id = s.id
         where s.missing_since is null and s.enabled and s.is_active and p.enabled and p.deleted_at is null and c.enabled
             and h.state in ('up', 'degraded') and h.failing_since is null
             and coalesce(t.next_at, t.tried_at + (1 + case when s.backup_order < 6 then s.backup_order else 6 end) * $2, 0) <= $1
         order by (t.next_at is null), coalesce(t.next_at, t.tried_at + (1 + case when s.backup_order < 6 then s.backup_order else 6 end) * $2,
             case when s.backup_order < 6 then s.backup_order else 6 end), s.id limit $3",
        args![by_ms, each_ms, limit],
    )
    .await
}

record! {
    /// A stream with a defect that counts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Bad {
        pub stream_id: StreamId,
        pub name: String,
        pub channel_id: ChannelId,
        pub channel: String,
        pub provider_id: ProviderId,
        pub provider: String,
        pub defect: String,
        /// In words.
        pub reason: String,
        /// Milliseconds since the epoch, UTC.
        pub since: i64,
    }
}

/// At most so many streams that play with a defect that counts, those first of which it was found last.
pub async fn bad(db: &Db, limit: i64) -> Result<Vec<Bad>, DbError> {
    db.all(
        "select h.stream_id, s.original_name, c.id, c.name, p.id, p.name, h.content_defect, h.content_reason, h.content_since
         from stream_health h join channel_streams s on s.id = h.stream_id join channels c on c.id = s.channel_id
         join providers p on p.id = s.provider_id
         where h.content_since is not null and h.state = 'degraded' and s.missing_since is null and s.enabled and s.is_active
             and c.enabled and p.enabled and p.deleted_at is null
         order by h.content_since desc, h.stream_id desc limit $1",
        args![limit],
    )
    .await
}

/// Removes looks from before an instant, the oldest of at most so many. Ids were given in order of time.
pub async fn prune(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    db.execute(
        "delete from content_test_log where id in (select o.id from (select id, at from content_test_log
             order by id limit $2) as o where o.at < $1)",
        args![before_ms, at_most],
    )
    .await
}
