create table user_favorites (
    id integer primary key autoincrement,
    user_id bigint not null references users (id) on delete cascade,
    channel_id bigint references channels (id) on delete cascade,
    vod_movie_id bigint references vod_movies (id) on delete cascade,
    vod_series_id bigint references vod_series (id) on delete cascade,
    created_at bigint not null,
    check (
        case when channel_id is null then 0 else 1 end
        + case when vod_movie_id is null then 0 else 1 end
        + case when vod_series_id is null then 0 else 1 end = 1
    )
);

create unique index user_favorites_channel on user_favorites (user_id, channel_id);
create unique index user_favorites_movie on user_favorites (user_id, vod_movie_id);
create unique index user_favorites_series on user_favorites (user_id, vod_series_id);
create index user_favorites_by_channel on user_favorites (channel_id) where channel_id is not null;
create index user_favorites_by_movie on user_favorites (vod_movie_id) where vod_movie_id is not null;
create index user_favorites_by_series on user_favorites (vod_series_id) where vod_series_id is not null;
