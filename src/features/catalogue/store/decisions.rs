//! The tables `hand_decisions` and `hand_decision_streams`.

use crate::args;
use crate::db::{Db, DbError, FromRow, Tx, Value};
use crate::record;
use crate::support::ids::{ChannelId, DecisionId, UserId};

record! {
    /// Where the latest decision on a stream has it.
    pub struct Held {
        pub stream: i64,
        pub decision: i64,
        pub channel: i64,
        pub moved: bool,
        pub named: String,
        pub kind: String,
        pub kept_name: String,
        pub other_name: String,
        pub actor: String,
        pub at_ms: i64,
    }
}

/// Hands what every decision says of every stream to `take`; of one stream the latest comes last.
pub async fn each_held(tx: &mut Tx, mut take: impl FnMut(Held) + Send) -> Result<(), DbError> {
    tx.each(
        "select s.stream_id, s.decision_id, s.channel_id, s.moved, s.named, d.kind, d.kept_name, d.other_name, d.actor, \
         d.created_at from hand_decision_streams s join hand_decisions d on d.id = s.decision_id order by d.id",
        args![],
        |row| {
            take(Held::from_row(row)?);
            Ok(())
        },
    )
    .await
}

/// A decision before it has an id.
pub struct NewDecision<'a> {
    pub kind: &'a str,
    pub kept: ChannelId,
    pub other: ChannelId,
    pub kept_name: &'a str,
    pub other_name: &'a str,
    pub user: Option<UserId>,
    pub actor: &'a str,
    pub at_ms: i64,
}

pub async fn insert(tx: &mut Tx, new: NewDecision<'_>) -> Result<DecisionId, DbError> {
    let (id,) = tx
        .one(
            "insert into hand_decisions (kind, kept_id, other_id, kept_name, other_name, user_id, actor, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
            args![
                new.kind,
                new.kept,
                new.other,
                new.kept_name,
                new.other_name,
                new.user,
                new.actor,
                new.at_ms
            ],
        )
        .await?;
    Ok(id)
}

/// Says of streams where a decision has them: stream, decision, channel, channel before, whether moved, name of each.
pub async fn insert_streams(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "insert into hand_decision_streams (stream_id, decision_id, channel_id, was_in, moved, named)",
        6,
        values,
        "",
    )
    .await
}

record! {
    /// A decision that can be taken back.
    #[derive(Debug, Clone)]
    pub struct Decision {
        pub id: DecisionId,
        /// `split` or `merge`.
        pub kind: String,
        pub kept: ChannelId,
        pub other: ChannelId,
        pub kept_name: String,
        pub other_name: String,
        pub actor: String,
        /// Milliseconds since the epoch, UTC.
        pub at_ms: i64,
        /// How many streams it moved.
        pub streams: i64,
        /// Whether a later one moved some of them again: that has to be taken back first.
        pub is_built_upon: bool,
    }
}

/// The decisions that made a channel what it is, newest first.
pub async fn list(db: &Db, channel: ChannelId) -> Result<Vec<Decision>, DbError> {
    db.all(
        "select d.id, d.kind, d.kept_id, d.other_id, d.kept_name, d.other_name, d.actor, d.created_at, \
         (select count(*) from hand_decision_streams s where s.decision_id = d.id and s.moved), \
         exists (select 1 from hand_decision_streams s join hand_decision_streams l on l.stream_id = s.stream_id \
         and l.decision_id > s.decision_id where s.decision_id = d.id and s.moved) \
         from hand_decisions d where d.kept_id = $1 or d.other_id = $1 order by d.id desc limit 100",
        args![channel],
    )
    .await
}

pub async fn find(tx: &mut Tx, id: DecisionId) -> Result<Option<Decision>, DbError> {
    tx.optional(
        "select d.id, d.kind, d.kept_id, d.other_id, d.kept_name, d.other_name, d.actor, d.created_at, \
         (select count(*) from hand_decision_streams s where s.decision_id = d.id and s.moved), \
         exists (select 1 from hand_decision_streams s join hand_decision_streams l on l.stream_id = s.stream_id \
         and l.decision_id > s.decision_id where s.decision_id = d.id and s.moved) \
         from hand_decisions d where d.id = $1",
        args![id],
    )
    .await
}

/// Forgets a decision; the streams that it moved are where they were before.
pub async fn remove(tx: &mut Tx, id: DecisionId) -> Result<(), DbError> {
    tx.execute(
        "update channel_streams set channel_id = s.was_in from hand_decision_streams s where s.decision_id = $1 \
         and s.moved and s.stream_id = channel_streams.id and s.channel_id = channel_streams.channel_id",
        args![id],
    )
    .await?;
    tx.execute("delete from hand_decisions where id = $1", args![id])
        .await?;
    Ok(())
}
