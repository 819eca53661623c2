-- What a panel's list of films tells of each besides its name: the rating in tenths, TMDB's number, when it took it in.
alter table vod_versions add column rating bigint;
alter table vod_versions add column tmdb_id text;
alter table vod_versions add column added bigint;

-- The rating, in tenths, that the most preferred of its providers gives a title: what lists are sorted by.
alter table vod_movies add column rating bigint;
alter table vod_series add column rating bigint;
create index vod_movies_by_rating on vod_movies (coalesce(rating, 0) desc, sort_key, id, version_count, genre)
    where version_count > 0;
create index vod_series_by_rating on vod_series (coalesce(rating, 0) desc, sort_key, id, episode_count, genre)
    where episode_count > 0;

-- What panels tell of a film by itself, asked for once: facts is JSON, null where the panel knew none. added is the
-- version's own at that time. After a failure retry_at says when it may be asked for again.
create table vod_movie_facts (
    version_id bigint primary key references vod_versions (id) on delete cascade,
    provider_id bigint not null references providers (id) on delete cascade,
    added bigint,
    asked_at bigint not null,
    failures bigint not null,
    retry_at bigint,
    rating bigint,
    facts text
);
create index vod_movie_facts_asked on vod_movie_facts (provider_id, asked_at);

-- The same of series, by the panel's own number, and of episodes; both come with the episodes.
create table vod_series_facts (
    provider_id bigint not null references providers (id) on delete cascade,
    item bigint not null,
    series_id bigint not null references vod_series (id) on delete cascade,
    rating bigint,
    facts text not null,
    primary key (provider_id, item)
);
create index vod_series_facts_series on vod_series_facts (series_id);

create table vod_episode_facts (
    episode_id bigint not null references vod_episodes (id) on delete cascade,
    provider_id bigint not null references providers (id) on delete cascade,
    facts text not null,
    primary key (episode_id, provider_id)
);
