-- What a panel said of its account at the last run, and which of the provider's hosts said it: 0 is the main one.
alter table providers add column account_status text;
alter table providers add column expires_at bigint;
alter table providers add column account_connections bigint;
alter table providers add column account_active bigint;
alter table providers add column panel_host bigint not null default 0;
-- The port of the panel's streams, if it wants https for them whatever its lists came by.
alter table providers add column panel_https_port bigint;

-- The series that a panel lists. Their episodes are asked for one series at a time: details_of is the state, as the panel
-- writes it, in which they were read, details_at when, asked_at when they were last asked for.
create table provider_series (
    provider_id bigint not null references providers (id) on delete cascade,
    series bigint not null,
    title text not null,
    year bigint,
    group_name text not null,
    cover_url text,
    state text not null,
    missing_since bigint,
    details_of text,
    details_at bigint,
    asked_at bigint,
    primary key (provider_id, series)
);

-- The episodes of a panel's series: their tvg_key is that of the series they are listed under.
create index vod_versions_under on vod_versions (tvg_key) where episode_id is not null;
