-- A play keeps its title when what was played is gone.
create table viewing_history (
    id integer primary key autoincrement,
    user_id bigint references users (id) on delete cascade,
    kind text not null check (kind in ('channel', 'movie', 'series', 'episode')),
    channel_id bigint references channels (id) on delete set null,
    vod_movie_id bigint references vod_movies (id) on delete set null,
    vod_series_id bigint references vod_series (id) on delete set null,
    vod_episode_id bigint references vod_episodes (id) on delete set null,
    title text not null,
    device text,
    measurement text not null check (measurement in ('metered', 'heartbeat', 'manifest', 'start_only')),
    started_at bigint not null,
    last_report_at bigint not null,
    ended_at bigint,
    duration_seconds bigint check (duration_seconds >= 0),
    completed boolean not null,
    position_seconds bigint check (position_seconds >= 0)
);

create index viewing_history_user on viewing_history (user_id, started_at);
create index viewing_history_channel on viewing_history (channel_id, started_at);
create index viewing_history_open on viewing_history (ended_at) where ended_at is null;
create index viewing_history_movie on viewing_history (vod_movie_id) where vod_movie_id is not null;
create index viewing_history_series on viewing_history (vod_series_id) where vod_series_id is not null;
create index viewing_history_episode on viewing_history (vod_episode_id) where vod_episode_id is not null;
