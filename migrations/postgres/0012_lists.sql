-- What lists are sorted, filtered and searched by, so that a page deep in a list reads an index and not the rows before it.
create index channels_by_name on channels (sort_key, id, name_key, lineup_number, enabled, category, stream_count, active_stream_count)
    where not hidden and stream_count > 0;
create index channels_by_number on channels (lineup_number, sort_key, id, enabled, category)
    where not hidden and stream_count > 0;
create index channels_by_streams on channels (stream_count desc, sort_key, id, enabled, category)
    where not hidden and stream_count > 0;
create index channels_by_active on channels (active_stream_count desc, sort_key, id, enabled, category)
    where not hidden and stream_count > 0;
create index channels_by_category on channels (category, sort_key, id, enabled)
    where not hidden and stream_count > 0;
create index channel_streams_present on channel_streams (provider_id, channel_id) where missing_since is null;
create index vod_movies_by_title on vod_movies (sort_key, id, name_key, genre, year) where version_count > 0;
create index vod_movies_by_year on vod_movies (coalesce(year, 0) desc, sort_key, id) where version_count > 0;
create index vod_movies_by_arrival on vod_movies (created_at desc, sort_key, id) where version_count > 0;
create index vod_series_by_title on vod_series (sort_key, id, name_key, genre, year) where episode_count > 0;
create index vod_series_by_year on vod_series (coalesce(year, 0) desc, sort_key, id) where episode_count > 0;
create index vod_series_by_arrival on vod_series (created_at desc, sort_key, id) where episode_count > 0;
