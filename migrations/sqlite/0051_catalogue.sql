-- What the plays of the last days told of a stream. Durations are milliseconds; startup_ms is the median, null if it was not
-- measured often enough; score is 0 to 100.
create table stream_experience (
    stream_id bigint primary key references channel_streams (id) on delete cascade,
    shows bigint not null check (shows > 0),
    failures bigint not null check (failures >= 0),
    stalls bigint not null check (stalls >= 0),
    watched_ms bigint not null check (watched_ms >= 0),
    startup_ms bigint check (startup_ms >= 0),
    score bigint not null check (score between 0 and 100),
    weighed_at bigint not null
);
