-- What checks found of a stream; a stream that was never checked has no row. Small rows of their own: thousands are written
-- at once, and those of the streams are wide. failing_since is the first failure of the present run of failures.
create table stream_health (
    stream_id integer primary key references channel_streams (id) on delete cascade,
    state text not null,
    last_check bigint,
    last_success bigint,
    last_failure bigint,
    consecutive_failures bigint not null,
    failing_since bigint,
    response_ms bigint,
    failure_code text,
    failure_reason text,
    score bigint,
    next_check_at bigint
);
create index stream_health_due on stream_health (next_check_at) where next_check_at is not null;
create index stream_health_failing on stream_health (failing_since, stream_id) where failing_since is not null;

-- That of the best stream that may be played.
alter table channels add column health text not null default 'unknown';

-- Raised whenever checks are stored: what counts their results is made anew then.
alter table catalogue_state add column health_version bigint not null default 0;
