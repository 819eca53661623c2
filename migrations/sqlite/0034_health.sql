-- One row for each check that found something out. What was not measured is null, never 0.
create table health_check_log (
    id integer primary key,
    stream_id bigint not null references channel_streams (id) on delete cascade,
    checked_at bigint not null,
    state text not null,
    status_code bigint,
    latency_ms bigint,
    first_byte_ms bigint,
    connect_ms bigint,
    resolve_ms bigint,
    error text,
    by_hand boolean not null
);
create index health_check_log_stream on health_check_log (stream_id, checked_at);
