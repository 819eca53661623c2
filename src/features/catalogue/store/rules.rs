//! The tables `merge_rules` and `ruled_streams`.

use crate::args;
use crate::db::{Db, DbError, FromRow, Row, Tx, Value};
use crate::features::catalogue::rules::{Draft, RuleType};
use crate::support::ids::{MergeRuleId, ProviderId, UserId};

/// A stored rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRule {
    pub id: MergeRuleId,
    pub rule_type: RuleType,
    pub pattern1: String,
    pub pattern2: Option<String>,
    pub region1: Option<String>,
    pub region2: Option<String>,
    pub provider_id: Option<ProviderId>,
    pub priority: i64,
    pub enabled: bool,
    pub reason: Option<String>,
    /// Who made it.
    pub author: String,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
}

impl FromRow for MergeRule {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let kind: String = row.get(1)?;
        Ok(Self {
            id: row.get(0)?,
            rule_type: kind.parse().map_err(|()| DbError::Column {
                column: 1,
                cause: "no kind of merge rule".to_owned(),
            })?,
            pattern1: row.get(2)?,
            pattern2: row.get(3)?,
            region1: row.get(4)?,
            region2: row.get(5)?,
            provider_id: row.get(6)?,
            priority: row.get(7)?,
            enabled: row.get(8)?,
            reason: row.get(9)?,
            author: row.get(10)?,
            created_at: row.get(11)?,
        })
    }
}

const LIST: &str = "select id, rule_type, pattern1, pattern2, region1, region2, provider_id, priority, enabled, reason, author, \
    created_at from merge_rules order by priority desc, id";

const FIND: &str = "select id, rule_type, pattern1, pattern2, region1, region2, provider_id, priority, enabled, reason, author, \
    created_at from merge_rules where id = $1";

/// Every rule, the one with the last word first.
pub async fn list(db: &Db) -> Result<Vec<MergeRule>, DbError> {
    db.all(LIST, args![]).await
}

/// As [`list`], within a transaction.
pub async fn list_in(tx: &mut Tx) -> Result<Vec<MergeRule>, DbError> {
    tx.all(LIST, args![]).await
}

pub async fn find(db: &Db, id: MergeRuleId) -> Result<Option<MergeRule>, DbError> {
    db.optional(FIND, args![id]).await
}

/// As [`find`], within a transaction.
pub async fn find_in(tx: &mut Tx, id: MergeRuleId) -> Result<Option<MergeRule>, DbError> {
    tx.optional(FIND, args![id]).await
}

/// How many rules there are.
pub async fn count(tx: &mut Tx) -> Result<i64, DbError> {
    let (count,) = tx.one("select count(*) from merge_rules", args![]).await?;
    Ok(count)
}

pub async fn insert(
    tx: &mut Tx,
    draft: &Draft,
    user: Option<UserId>,
    author: &str,
    at_ms: i64,
) -> Result<MergeRuleId, DbError> {
    let (id,) = tx
        .one(
            "insert into merge_rules (rule_type, pattern1, pattern2, region1, region2, provider_id, priority, enabled, \
             reason, user_id, author, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id",
            args![
                draft.rule_type.name(),
                &draft.pattern1,
                draft.pattern2.as_deref(),
                draft.region1.as_deref(),
                draft.region2.as_deref(),
                draft.provider_id,
                draft.priority,
                draft.enabled,
                draft.reason.as_deref(),
                user,
                author,
                at_ms
            ],
        )
        .await?;
    Ok(id)
}

pub async fn update(tx: &mut Tx, id: MergeRuleId, draft: &Draft) -> Result<(), DbError> {
    tx.execute(
        "update merge_rules set rule_type = $2, pattern1 = $3, pattern2 = $4, region1 = $5, region2 = $6, \
         provider_id = $7, priority = $8, enabled = $9, reason = $10 where id = $1",
        args![
            id,
            draft.rule_type.name(),
            &draft.pattern1,
            draft.pattern2.as_deref(),
            draft.region1.as_deref(),
            draft.region2.as_deref(),
            draft.provider_id,
            draft.priority,
            draft.enabled,
            draft.reason.as_deref()
        ],
    )
    .await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, id: MergeRuleId) -> Result<(), DbError> {
    tx.execute("delete from merge_rules where id = $1", args![id])
        .await?;
    Ok(())
}

/// A stream as rules look at it.
pub struct Looked {
    pub id: i64,
    pub channel: i64,
    pub is_missing: bool,
    /// Whether a rule says why it is where it is.
    pub is_ruled: bool,
    pub provider: i64,
    pub name: String,
    pub group: String,
    pub tvg_id: Option<String>,
    pub country: Option<String>,
    pub blocks: Vec<u8>,
}

impl FromRow for Looked {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            channel: row.get(1)?,
            is_missing: row.get::<Option<i64>>(2)?.is_some(),
            is_ruled: row.get(3)?,
            provider: row.get(4)?,
            name: row.get(5)?,
            group: row.get(6)?,
            tvg_id: row.get(7)?,
            country: row.get(8)?,
            blocks: row.get(9)?,
        })
    }
}

const EACH: &str = "/* scan: a rule may find any stream by its name */ select id, channel_id, missing_since, \
    merge_method is not null and merge_method = 'rule', provider_id, original_name, group_name, tvg_id, country, blocks \
    from channel_streams order by id";

/// Hands every stream to `take`, missing ones too, by id.
pub async fn each_stream(db: &Db, mut take: impl FnMut(Looked) + Send) -> Result<(), DbError> {
    let hand = |row: &Row<'_>| Looked::from_row(row).map(&mut take);
    db.each(EACH, args![], hand).await
}

/// As [`each_stream`], within a transaction.
pub async fn each_stream_in(tx: &mut Tx, mut take: impl FnMut(Looked) + Send) -> Result<(), DbError> {
    let hand = |row: &Row<'_>| Looked::from_row(row).map(&mut take);
    tx.each(EACH, args![], hand).await
}

/// Ties streams otherwise: id and blocks of each.
pub async fn tie(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channel_streams set blocks = v.column2 from (",
        2,
        values,
        ") as v where channel_streams.id = v.column1",
    )
    .await
}

/// Those of `channels` in which a rule has streams.
pub async fn ruled(tx: &mut Tx, channels: Vec<i64>) -> Result<Vec<i64>, DbError> {
    let found: Vec<(i64,)> = tx
        .all_in(
            "select distinct channel_id from channel_streams where merge_method = 'rule' and channel_id in",
            channels.into_iter().map(Value::from),
            "",
        )
        .await?;
    Ok(found.into_iter().map(|(channel,)| channel).collect())
}

/// Keeps in which channel each stream was before a rule emptied that: stream and channel. What is kept already stays.
pub async fn keep_places(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "insert into ruled_streams (stream_id, was_in)",
        2,
        values,
        "on conflict (stream_id) do nothing",
    )
    .await
}

/// The channel in which each stream was before a rule emptied that.
pub async fn places(tx: &mut Tx) -> Result<Vec<(i64, i64)>, DbError> {
    tx.all(
        "/* scan: no more than rules have moved */ select stream_id, was_in from ruled_streams",
        args![],
    )
    .await
}

/// Missing streams follow into channels that go on again, and what is back where it was needs no place any more.
pub async fn settle_places(tx: &mut Tx) -> Result<(), DbError> {
    tx.execute(
        "update channel_streams set channel_id = r.was_in from ruled_streams r join channels c on c.id = r.was_in \
         where r.stream_id = channel_streams.id and channel_streams.missing_since is not null and c.merged_into is null",
        args![],
    )
    .await?;
    tx.execute(
        "delete from ruled_streams where exists (select 1 from channel_streams s where s.id = ruled_streams.stream_id \
         and s.channel_id = ruled_streams.was_in)",
        args![],
    )
    .await?;
    Ok(())
}
