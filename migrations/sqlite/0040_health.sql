-- How long all streams of a provider together worked, failed, were maintained and were unknown within the hour, in
-- milliseconds: they add up over hours as percentages do not. Null where an hour was summed up before they were kept.
alter table provider_performance_logs add column working_ms bigint;
alter table provider_performance_logs add column failing_ms bigint;
alter table provider_performance_logs add column maintenance_ms bigint;
alter table provider_performance_logs add column unknown_ms bigint;

-- Those of providers as a whole are few among those of streams.
create index incidents_of_provider_as_a_whole on incidents (provider_id, opened_at) where stream_id is null;
