-- Runs of failures that were confirmed: of one stream, or where stream_id is null of a provider as a whole. Opened by the first
-- failure, confirmed once it was long enough, resolved by the first success; a provider's also once it has lasted an hour.
create table incidents (
    id integer primary key,
    provider_id bigint not null references providers (id) on delete cascade,
    stream_id bigint references channel_streams (id) on delete cascade,
    opened_at bigint not null,
    confirmed_at bigint not null,
    resolved_at bigint,
    ending text,
    streams bigint not null,
    cause text,
    reason text
);
create unique index incidents_open_stream on incidents (stream_id) where resolved_at is null and stream_id is not null;
create unique index incidents_open_provider on incidents (provider_id) where resolved_at is null and stream_id is null;
create index incidents_of_provider on incidents (provider_id, opened_at);
create index incidents_of_stream on incidents (stream_id, opened_at);

-- The streams of a provider's incident.
create table incident_streams (
    incident_id bigint not null references incidents (id) on delete cascade,
    stream_id bigint not null references channel_streams (id) on delete cascade,
    primary key (incident_id, stream_id)
);
create index incident_streams_stream on incident_streams (stream_id);

-- From when to when a server was there to check anything; one row for each stretch of each node.
create table health_attendance (
    id integer primary key,
    node text not null,
    from_at bigint not null,
    to_at bigint not null
);
create index health_attendance_to on health_attendance (to_at);
