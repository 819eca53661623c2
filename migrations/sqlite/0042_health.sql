-- What a look at a stream found: how it was the last time, and when it is looked at again. defect: what was wrong then, null if
-- nothing was; evidence: that in words, for a good look too; in_a_row: how often something was, without a good look between.
-- picture: of one that stood still, as a hash. failure: why the last try saw nothing, and tried_at when it was.
create table stream_content (
    stream_id integer primary key references channel_streams (id) on delete cascade,
    defect text,
    evidence text,
    in_a_row bigint not null,
    picture bigint,
    tested_at bigint,
    tried_at bigint not null,
    next_at bigint,
    failure text
);
create index stream_content_pictures on stream_content (tested_at) where picture is not null;

-- Each look at a stream. is_confirmed: the defect was found by the look before it too, and counts; began: it began to count with
-- this one. Durations are milliseconds.
create table content_test_log (
    id integer primary key,
    stream_id bigint not null references channel_streams (id) on delete cascade,
    at bigint not null,
    defect text,
    evidence text not null,
    is_confirmed boolean not null,
    began boolean not null,
    picture_ms bigint not null,
    black_ms bigint not null,
    still_ms bigint not null,
    sound_ms bigint not null,
    silent_ms bigint not null,
    bitrate_kbps bigint,
    by_hand boolean not null
);
create index content_test_log_stream on content_test_log (stream_id, at);
