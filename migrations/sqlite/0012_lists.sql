-- What lists are sorted, filtered and searched by. Each index holds every column that its lists compare, the condition's own
-- too: a page deep in a list, a count and a search then read the index alone and no row.
create index channels_by_name on channels
    (sort_key, id, name_key, listed, enabled, category, epg_id, lineup_number, stream_count, active_stream_count)
    where listed;
create index channels_by_number on channels (lineup_number, sort_key, id, listed, enabled, category, epg_id) where listed;
create index channels_by_streams on channels (stream_count desc, sort_key, id, listed, enabled, category, epg_id)
    where listed;
create index channels_by_active on channels (active_stream_count desc, sort_key, id, listed, enabled, category, epg_id)
    where listed;
create index channels_by_category on channels (category, sort_key, id, listed, enabled) where listed;
create index channel_streams_present on channel_streams (provider_id, channel_id, missing_since) where missing_since is null;
create index vod_movies_by_title on vod_movies (sort_key, id, name_key, version_count, genre, year, created_at)
    where version_count > 0;
create index vod_movies_by_year on vod_movies (coalesce(year, 0) desc, sort_key, id, version_count, genre)
    where version_count > 0;
create index vod_movies_by_arrival on vod_movies (created_at desc, sort_key, id, version_count, genre)
    where version_count > 0;
create index vod_movies_by_genre on vod_movies (genre, sort_key, id, version_count) where version_count > 0;
create index vod_series_by_title on vod_series (sort_key, id, name_key, episode_count, genre, year, created_at)
    where episode_count > 0;
create index vod_series_by_year on vod_series (coalesce(year, 0) desc, sort_key, id, episode_count, genre)
    where episode_count > 0;
create index vod_series_by_arrival on vod_series (created_at desc, sort_key, id, episode_count, genre)
    where episode_count > 0;
create index vod_series_by_genre on vod_series (genre, sort_key, id, episode_count) where episode_count > 0;
