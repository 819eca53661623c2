-- One row: the version that every visible change raises, and the next ids. Who changes the catalogue locks it first.
create table catalogue_state (
    id bigint primary key check (id = 1),
    version bigint not null,
    changed_at bigint not null,
    next_channel bigint not null,
    next_stream bigint not null,
    next_movie bigint not null,
    next_series bigint not null,
    next_episode bigint not null,
    next_version bigint not null,
    next_number bigint not null
);
insert into catalogue_state values (1, 0, 0, 1, 1, 1, 1, 1, 1, 1);

-- name is what is shown: plain_name, with its country or another difference behind it where two would be equal.
-- number and lineup_number are major * 10000 + minor. lineup_number is what players see: the number where there is
-- one, else the one given at first appearance, for good. A channel without streams is in no list; listed says so in one column,
-- so that an index can hold it.
create table channels (
    id integer primary key,
    name text not null,
    plain_name text not null,
    name_key text not null,
    sort_key text not null,
    normalized_name text not null,
    category text not null,
    country text,
    language text,
    feed text,
    number bigint,
    lineup_number bigint not null,
    logo_url text,
    epg_id text,
    enabled boolean not null default true,
    hidden boolean not null default false,
    hand_edited bigint not null default 0,
    stream_count bigint not null default 0,
    active_stream_count bigint not null default 0,
    listed boolean not null generated always as (not hidden and stream_count > 0) stored,
    best_resolution text,
    best_quality_score bigint,
    merged_into bigint references channels (id) on delete set null,
    created_at bigint not null
);
create index channels_enabled_category on channels (enabled, category);
create index channels_normalized_name on channels (normalized_name);
create index channels_number on channels (number);
create index channels_lineup_number on channels (lineup_number);
create index channels_merged_into on channels (merged_into) where merged_into is not null;

-- The keys and the digest are keyed hashes of 64 bits. blocks holds the hashes that two streams of one channel share.
create table channel_streams (
    id integer primary key,
    provider_id bigint not null references providers (id) on delete restrict,
    channel_id bigint not null references channels (id) on delete restrict,
    identity_key bigint not null,
    url_key bigint not null,
    tvg_key bigint,
    digest bigint not null,
    missing_since bigint,
    is_active boolean not null default true,
    enabled boolean not null default true,
    quality_score bigint,
    resolution text,
    backup_order bigint not null default 0,
    manual_order bigint,
    merge_method text,
    merge_confidence bigint,
    merge_reason text,
    manual_override boolean not null default false,
    original_name text not null,
    group_name text not null,
    tvg_id text,
    country text,
    language text,
    number bigint,
    logo_url text,
    url_template text not null,
    format text not null,
    headers text,
    metadata text,
    blocks blob not null,
    created_at bigint not null
);
create index channel_streams_identity on channel_streams (provider_id, id, identity_key, url_key, tvg_key, digest, missing_since);
-- What every change of the catalogue looks at, of all streams.
create index channel_streams_blocks on channel_streams (id, channel_id, missing_since, blocks);
create index channel_streams_active_quality on channel_streams (is_active, quality_score);
create index channel_streams_provider_active on channel_streams (provider_id, is_active);
create index channel_streams_provider_channel on channel_streams (provider_id, channel_id);
create index channel_streams_channel_order on channel_streams (channel_id, backup_order);

create table vod_movies (
    id integer primary key,
    title text not null,
    normalized_title text not null,
    name_key text not null,
    sort_key text not null,
    year bigint,
    genre text,
    cover_url text,
    version_count bigint not null default 0,
    created_at bigint not null
);
create index vod_movies_normalized_title on vod_movies (normalized_title, year);

create table vod_series (
    id integer primary key,
    title text not null,
    normalized_title text not null,
    name_key text not null,
    sort_key text not null,
    year bigint,
    genre text,
    cover_url text,
    season_count bigint not null default 0,
    episode_count bigint not null default 0,
    created_at bigint not null
);
create index vod_series_normalized_title on vod_series (normalized_title);

create table vod_episodes (
    id integer primary key,
    series_id bigint not null references vod_series (id) on delete restrict,
    season bigint not null,
    episode bigint not null,
    title text,
    version_count bigint not null default 0,
    created_at bigint not null
);
create unique index vod_episodes_number on vod_episodes (series_id, season, episode);

-- What a provider offers of a film or an episode.
create table vod_versions (
    id integer primary key,
    provider_id bigint not null references providers (id) on delete restrict,
    movie_id bigint references vod_movies (id) on delete restrict,
    episode_id bigint references vod_episodes (id) on delete restrict,
    identity_key bigint not null,
    url_key bigint not null,
    tvg_key bigint,
    digest bigint not null,
    missing_since bigint,
    is_active boolean not null default true,
    quality_score bigint,
    resolution text,
    original_name text not null,
    group_name text not null,
    tvg_id text,
    logo_url text,
    url_template text not null,
    format text not null,
    headers text,
    metadata text,
    created_at bigint not null,
    check ((movie_id is null) <> (episode_id is null))
);
create index vod_versions_identity on vod_versions (provider_id, id, identity_key, url_key, tvg_key, digest, missing_since, movie_id);
create index vod_versions_movie on vod_versions (movie_id) where movie_id is not null;
create index vod_versions_episode on vod_versions (episode_id) where episode_id is not null;
