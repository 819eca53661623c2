-- Streams that were asked for and did not begin; what did is in play_segments. Kept for as long as they are weighed.
create table failed_starts (
    id integer primary key autoincrement,
    stream_id bigint not null,
    at bigint not null
);
create index failed_starts_stream on failed_starts (stream_id, at);
create index failed_starts_at on failed_starts (at);

-- Streams of which plays have told something new since it was weighed, and when they did last.
create table experience_due (
    stream_id bigint primary key,
    noted_at bigint not null
);
create index experience_due_noted on experience_due (noted_at);
