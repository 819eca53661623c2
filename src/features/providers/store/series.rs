//! The series that panels list, and how far their episodes were read.

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::record;
use crate::support::ids::ProviderId;

record! {
    /// A series as its panel lists it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ListedSeries {
        /// The panel's own id.
        pub series: i64,
        /// By the rules of its provider.
        pub title: String,
        /// What the list calls it; none if that was not kept when it was read.
        pub listed_name: Option<String>,
        pub year: Option<i64>,
        pub group_name: String,
        pub cover_url: Option<String>,
        /// What changes with its episodes, as the panel writes it; empty where it writes nothing.
        pub state: String,
    }
}

impl ListedSeries {
    /// Whether its episodes are those of `other`: it is listed as that is, but for what rules make of its name.
    pub fn is_listed_as(&self, other: &Self) -> bool {
        let same_name = match (&self.listed_name, &other.listed_name) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        same_name
            && self.group_name == other.group_name
            && self.cover_url == other.cover_url
            && self.state == other.state
    }
}

/// Hands every series of a provider to `take`, with whether it is missing.
pub async fn each(
    db: &Db,
    provider: ProviderId,
    mut take: impl FnMut(ListedSeries, bool) + Send,
) -> Result<(), DbError> {
    db.each(
        "select series, title, listed_name, year, group_name, cover_url, state, missing_since from provider_series \
         where provider_id = $1 order by series",
        args![provider],
        |row| {
            let missing: Option<i64> = row.get(7)?;
            take(crate::db::FromRow::from_row(row)?, missing.is_some());
            Ok(())
        },
    )
    .await
}

/// Inserts series, or replaces what is listed of those that are there. Those that had been missing, or that are listed
/// otherwise, are read anew.
pub async fn write(tx: &mut Tx, provider: ProviderId, listed: &[ListedSeries]) -> Result<(), DbError> {
    let row = |one: &ListedSeries| {
        args![
            provider,
            one.series,
            one.title.as_str(),
            one.listed_name.as_deref(),
            one.year,
            one.group_name.as_str(),
            one.cover_url.as_deref(),
            one.state.as_str()
        ]
    };
    tx.insert_many(
        "insert into provider_series (provider_id, series, title, listed_name, year, group_name, cover_url, state)",
        8,
        listed.iter().flat_map(row).collect(),
        "on conflict (provider_id, series) do update set title = excluded.title, listed_name = excluded.listed_name, \
         year = excluded.year, group_name = excluded.group_name, cover_url = excluded.cover_url, state = excluded.state, \
         missing_since = null, details_of = case when provider_series.missing_since is null \
         and provider_series.group_name = excluded.group_name and provider_series.state = excluded.state \
         and coalesce(provider_series.cover_url, '') = coalesce(excluded.cover_url, '') \
         and coalesce(provider_series.listed_name, excluded.listed_name) = excluded.listed_name \
         then provider_series.details_of end",
    )
    .await?;
    Ok(())
}

/// Says that series are not listed any more.
pub async fn set_missing(
    tx: &mut Tx,
    provider: ProviderId,
    series: &[i64],
    now_ms: i64,
) -> Result<(), DbError> {
    let head = "update provider_series set missing_since = v.column3 from (";
    set_time(tx, head, provider, series, now_ms).await
}

/// How many series a provider lists.
pub async fn count(tx: &mut Tx, provider: ProviderId) -> Result<i64, DbError> {
    let (count,) = tx
        .one(
            "select count(*) from provider_series where provider_id = $1 and missing_since is null",
            args![provider],
        )
        .await?;
    Ok(count)
}

/// Which series are to be asked for their episodes: the place to go on from, and who was asked before.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub after: i64,
    /// Those asked since are left out: they have just failed.
    pub asked_before_ms: i64,
    /// Series whose panel never says that they changed are read again if they were read before.
    pub read_before_ms: i64,
}

/// Series whose episodes are not known as the panel has them now, by id.
pub async fn wanted(
    db: &Db,
    provider: ProviderId,
    wanted: Wanted,
    limit: i64,
) -> Result<Vec<ListedSeries>, DbError> {
    db.all(
        "select series, title, listed_name, year, group_name, cover_url, state from provider_series where provider_id = $1 \
         and series > $2 and missing_since is null and (asked_at is null or asked_at < $3) and (details_of is null \
         or details_of <> state or (state = '' and details_at < $4)) order by series limit $5",
        args![provider, wanted.after, wanted.asked_before_ms, wanted.read_before_ms, limit],
    )
    .await
}

/// How many of them there are.
pub async fn count_wanted(tx: &mut Tx, provider: ProviderId, wanted: Wanted) -> Result<i64, DbError> {
    let (count,) = tx
        .one(
            "select count(*) from provider_series where provider_id = $1 and series > $2 and missing_since is null \
             and (asked_at is null or asked_at < $3) and (details_of is null or details_of <> state \
             or (state = '' and details_at < $4))",
            args![provider, wanted.after, wanted.asked_before_ms, wanted.read_before_ms],
        )
        .await?;
    Ok(count)
}

/// Series whose episodes were read in the state that is given with each.
pub async fn set_read(
    tx: &mut Tx,
    provider: ProviderId,
    read: &[(i64, &str)],
    now_ms: i64,
) -> Result<(), DbError> {
    let values: Vec<Value> = read
        .iter()
        .flat_map(|(series, state)| args![provider, *series, *state, now_ms])
        .collect();
    tx.insert_many(
        "update provider_series set details_of = v.column3, details_at = v.column4, asked_at = v.column4 from (",
        4,
        values,
        ") as v where provider_series.provider_id = v.column1 and provider_series.series = v.column2",
    )
    .await?;
    Ok(())
}

/// Series that were asked for and gave no episodes.
pub async fn set_asked(
    tx: &mut Tx,
    provider: ProviderId,
    series: &[i64],
    now_ms: i64,
) -> Result<(), DbError> {
    let head = "update provider_series set asked_at = v.column3 from (";
    set_time(tx, head, provider, series, now_ms).await
}

async fn set_time(
    tx: &mut Tx,
    head: &'static str,
    provider: ProviderId,
    series: &[i64],
    now_ms: i64,
) -> Result<(), DbError> {
    let values: Vec<Value> = series
        .iter()
        .flat_map(|one| args![provider, *one, now_ms])
        .collect();
    let tail = ") as v where provider_series.provider_id = v.column1 and provider_series.series = v.column2";
    tx.insert_many(head, 3, values, tail).await?;
    Ok(())
}

/// What a provider calls its series that are there, by the panel's number behind `after`: number, title, listed name.
pub async fn names(
    db: &Db,
    provider: ProviderId,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, String, Option<String>)>, DbError> {
    db.all(
        "select series, title, listed_name from provider_series \
         where provider_id = $1 and series > $2 and missing_since is null order by series limit $3",
        args![provider, after, limit],
    )
    .await
}
