-- A provider in one hour, by the hour's beginning (milliseconds since the epoch, UTC). What is not known is null, never 0.
-- latencies is a histogram as JSON, which adds up over hours as percentiles do not.
create table provider_performance_logs (
    provider_id bigint not null references providers (id) on delete cascade,
    hour bigint not null,
    streams_total bigint not null,
    streams_active bigint not null,
    streams_failed bigint not null,
    checks_total bigint not null,
    checks_passed bigint not null,
    checks_failed bigint not null,
    mean_ms double precision,
    p50_ms bigint,
    p95_ms bigint,
    latencies text not null,
    uptime_percentage double precision,
    primary key (provider_id, hour)
);
create index provider_performance_logs_hour on provider_performance_logs (hour);
