use crate::args;
use crate::db::{Db, DbError};
use crate::features::catalogue::sources::Scope;
use crate::support::ids::{ChannelId, EpisodeId, MovieId, ProviderId, StreamId, VersionId};

/// Sources that are tried at most; nobody waits for more.
const MOST: i64 = 100;

crate::record! {
    /// A stream or a version as it is stored, with what its provider asks for.
    pub struct Stored {
        pub id: i64,
        pub provider: ProviderId,
        pub max_connections: Option<i64>,
        pub user_agent: Option<String>,
        pub secrets: Vec<u8>,
        pub template: String,
        pub format: String,
        pub headers: Option<String>,
        pub resolution: Option<String>,
    }
}

/// A select list that [`Stored`] is read from, of the table that is called `$row`, and what follows it. An account that names
/// no limit has one connection.
macro_rules! stored {
    ($row:literal, $rest:literal) => {
        concat!(
            "select ",
            $row,
            ".id, p.id, coalesce(p.max_connections, p.account_connections, case when p.type = 'xstream' then 1 end), \
             p.user_agent, p.secrets, ",
            $row,
            ".url_template, ",
            $row,
            ".format, ",
            $row,
            ".headers, ",
            $row,
            ".resolution ",
            $rest
        )
    };
}

/// The streams of a channel in play order.
pub async fn channel(db: &Db, id: ChannelId) -> Result<Vec<Stored>, DbError> {
    db.all(
        stored!(
            "s",
            "from channel_streams s join providers p on p.id = s.provider_id join channels c on c.id = s.channel_id
         where s.channel_id = $1 and c.enabled and s.missing_since is null and s.enabled and p.enabled
             and p.deleted_at is null
         order by s.backup_order, s.id limit $2"
        ),
        args![id, MOST],
    )
    .await
}

/// The versions of a film, the best picture first.
pub async fn movie(db: &Db, id: MovieId) -> Result<Vec<Stored>, DbError> {
    db.all(
        stored!(
            "v",
            "from vod_versions v join providers p on p.id = v.provider_id
         where v.movie_id = $1 and v.missing_since is null and p.enabled and p.deleted_at is null
         order by v.quality_score desc nulls last, p.priority desc, v.id limit $2"
        ),
        args![id, MOST],
    )
    .await
}

/// The versions of an episode, the best picture first.
pub async fn episode(db: &Db, id: EpisodeId) -> Result<Vec<Stored>, DbError> {
    db.all(
        stored!(
            "v",
            "from vod_versions v join providers p on p.id = v.provider_id
         where v.episode_id = $1 and v.missing_since is null and p.enabled and p.deleted_at is null
         order by v.quality_score desc nulls last, p.priority desc, v.id limit $2"
        ),
        args![id, MOST],
    )
    .await
}

/// One stream, also if its provider listed it no more since somebody began to watch.
pub async fn stream(db: &Db, id: StreamId) -> Result<Option<Stored>, DbError> {
    db.optional(
        stored!(
            "s",
            "from channel_streams s join providers p on p.id = s.provider_id join channels c on c.id = s.channel_id
         where s.id = $1 and c.enabled and s.enabled and p.enabled and p.deleted_at is null"
        ),
        args![id],
    )
    .await
}

/// One version, also if its provider listed it no more since somebody began to watch.
pub async fn version(db: &Db, id: VersionId) -> Result<Option<Stored>, DbError> {
    db.optional(
        stored!(
            "v",
            "from vod_versions v join providers p on p.id = v.provider_id
         where v.id = $1 and p.enabled and p.deleted_at is null"
        ),
        args![id],
    )
    .await
}

/// What stands before the condition of each scope; a stream of a provider that is switched off is in none.
macro_rules! in_scope {
    ($select:expr, $condition:literal, $rest:literal) => {
        concat!(
            $select,
            " from channel_streams s join providers p on p.id = s.provider_id where s.missing_since is null \
             and p.enabled and p.deleted_at is null and ",
            $condition,
            $rest
        )
    };
}

macro_rules! of_scope {
    ($scope:expr, $select:expr, $rest:literal) => {
        match $scope {
            Scope::All => (in_scope!($select, "$1 = 0", $rest), 0),
            Scope::Provider(id) => (in_scope!($select, "s.provider_id = $1", $rest), id.0),
            Scope::Channel(id) => (in_scope!($select, "s.channel_id = $1", $rest), id.0),
            Scope::Stream(id) => (in_scope!($select, "s.id = $1", $rest), id.0),
            Scope::Due { by_ms } => (
                in_scope!(
                    $select,
                    "s.id in (select h.stream_id from stream_health h where h.next_check_at <= $1)",
                    $rest
                ),
                by_ms,
            ),
        }
    };
}

/// The providers that have streams in a scope, with how many: those preferred first.
pub async fn owners(db: &Db, scope: Scope) -> Result<Vec<(ProviderId, i64)>, DbError> {
    let (sql, key) = of_scope!(
        scope,
        "select p.id, count(*)",
        " group by p.id, p.priority order by p.priority desc, p.id"
    );
    db.all(sql, args![key]).await
}

/// Streams of a provider in a scope, by id, from behind `after` on.
pub async fn page(
    db: &Db,
    scope: Scope,
    provider: ProviderId,
    after: i64,
    limit: i64,
) -> Result<Vec<Stored>, DbError> {
    let (sql, key) = of_scope!(
        scope,
        stored!("s", ""),
        " and p.id = $2 and s.id > $3 order by s.id limit $4"
    );
    db.all(sql, args![key, provider, after, limit]).await
}
